"""A master read as the verifier reads it: which bytes are which slot's pictures, and what they hash to."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from circletake.domain.cut import CutVersion
from circletake.errors import MasterAltered
from circletake.ledger.verifier import Broken, Track, hash_samples, read_tracks, shown_in_order


@dataclass(frozen=True, slots=True)
class SlotSamples:
    """Where a slot lies in the master, and what its picture samples hash to."""

    slot: str
    start: int
    end: int
    sample_sha256: str


@dataclass(frozen=True, slots=True)
class MasterFacts:
    """What a seal says of a master.

    Args:
        sha256: of the whole file.
        size_bytes: of the whole file.
        n_frames: picture samples in it.
        description_sha256: of what tells a decoder how to read the pictures.
        sound_sha256: of each sound track's samples.
        slots: in order, covering it.
    """

    sha256: str
    size_bytes: int
    n_frames: int
    description_sha256: str
    sound_sha256: tuple[str, ...]
    slots: tuple[SlotSamples, ...]


def read_master(path: Path, cut: CutVersion) -> MasterFacts:
    """Read a master that was rendered from a cut, all of its bytes.

    Raises:
        MasterAltered: it is not one film of exactly the cut's frames, each slot's shown in its own place.
    """
    tracks, track = _read_tracks(path, cut)
    with path.open("rb") as file:
        slots = [
            SlotSamples(
                slot, frames.start, frames.end, hash_samples(file, track.samples[frames.start : frames.end])
            )
            for slot, frames in cut.record_ranges().items()
        ]
        sound = tuple(hash_samples(file, one.samples) for one in tracks if one.kind == "soun")
        file.seek(0)
        whole = hashlib.file_digest(file, "sha256").hexdigest()
    return MasterFacts(
        sha256=whole,
        size_bytes=path.stat().st_size,
        n_frames=len(track.samples),
        description_sha256=hashlib.sha256(track.description).hexdigest(),
        sound_sha256=sound,
        slots=tuple(slots),
    )


def check_master(path: Path, cut: CutVersion) -> None:
    """Check a master's index alone: that it is this cut's frames, each slot's in its own place.

    Raises:
        MasterAltered: it is not.
    """
    _read_tracks(path, cut)


def _read_tracks(path: Path, cut: CutVersion) -> tuple[list[Track], Track]:
    """All tracks, and the one with the pictures."""
    try:
        tracks = read_tracks(path)
    except Broken as broken:
        raise MasterAltered(f"The master cannot be read: {broken}; render the cut again.") from None
    pictures = [track for track in tracks if track.kind == "vide"]
    if len(pictures) != 1 or len(pictures[0].samples) != cut.n_frames:
        raise MasterAltered(
            f"The master does not hold the cut's {cut.n_frames} frames in one picture track; render again."
        )
    (track,) = pictures
    for slot, frames in cut.record_ranges().items():
        if not shown_in_order(track, frames.start, frames.end):
            raise MasterAltered(
                f"The frames of slot {slot} are not shown in its place in the master; render again.",
                slot=slot,
            )
    return tracks, track
