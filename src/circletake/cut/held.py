"""Hold a film's own samples against what was sealed of it, shot by shot, whatever lies around them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from circletake.ledger.verifier import Broken, Track, hash_samples, read_tracks, shown_in_order


@dataclass(frozen=True, slots=True)
class SealedSlot:
    """Frames `start` up to `end` of a master, and the hash of their samples."""

    slot: str
    shot: str
    start: int
    end: int
    sample_sha256: str

    def __str__(self) -> str:
        return f"{self.shot}, frames {self.start}–{self.end - 1} (slot {self.slot})"


@dataclass(frozen=True, slots=True)
class SealedFilm:
    """What was sealed of a film's samples."""

    slots: Sequence[SealedSlot]
    sound: Sequence[str]
    description: str


@dataclass(frozen=True, slots=True)
class Holding:
    """How far a film is what was sealed.

    Args:
        altered: slots whose samples are others.
        kept: slots whose samples are those.
        sound: whether the sound is.
        frames: whether there are as many frames.
        description: whether what tells a decoder how to read the pictures is.
    """

    altered: tuple[SealedSlot, ...]
    kept: tuple[SealedSlot, ...]
    sound: bool
    frames: bool
    description: bool

    @property
    def is_whole(self) -> bool:
        """Every picture and every sound is as sealed."""
        return not self.altered and bool(self.kept) and self.sound and self.frames and self.description


def of_record(record: Mapping[str, Any]) -> SealedFilm:
    """What a decision record says of a film's samples."""
    return SealedFilm(
        tuple(
            SealedSlot(one["slot"], one["shot"], one["record"][0], one["record"][1], one["sample_sha256"])
            for one in record["slots"]
        ),
        tuple(record["master"]["sound_sha256"]),
        str(record["master"]["description_sha256"]),
    )


def of_seal(seal: Mapping[str, Any]) -> SealedFilm:
    """What a seal inside a film says of the film's samples."""
    return SealedFilm(
        tuple(
            SealedSlot(one["slot"], one["shot"], one["start"], one["end"], one["sample_sha256"])
            for one in seal["slots"]
        ),
        tuple(seal["sound_sha256"]),
        str(seal["description_sha256"]),
    )


class HeldFilm:
    """A film that is held against seals; its samples are hashed once, however many seals there are.

    Args:
        path: an MP4; anything else holds nothing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            tracks = read_tracks(path)
        except Broken:
            tracks = []
        pictures = [one for one in tracks if one.kind == "vide"]
        self._pictures: Track | None = pictures[0] if len(pictures) == 1 else None
        self._hashes: dict[tuple[int, int], str] = {}
        with path.open("rb") as file:
            self._sound = tuple(hash_samples(file, one.samples) for one in tracks if one.kind == "soun")
            file.seek(0)
            self.sha256 = hashlib.file_digest(file, "sha256").hexdigest()

    def against(self, sealed: SealedFilm) -> Holding:
        """How far it is what was sealed."""
        kept = tuple(slot for slot in sealed.slots if self._is(slot))
        track = self._pictures
        return Holding(
            altered=tuple(slot for slot in sealed.slots if slot not in kept),
            kept=kept,
            sound=self._sound == tuple(sealed.sound),
            frames=track is not None
            and len(track.samples) == max((one.end for one in sealed.slots), default=0),
            description=track is not None and sealed.description in track.described,
        )

    def _is(self, slot: SealedSlot) -> bool:
        track, frames = self._pictures, (slot.start, slot.end)
        if track is None or not shown_in_order(track, *frames):
            return False
        if frames not in self._hashes:
            with self.path.open("rb") as file:
                self._hashes[frames] = hash_samples(file, track.samples[slot.start : slot.end])
        return self._hashes[frames] == slot.sample_sha256
