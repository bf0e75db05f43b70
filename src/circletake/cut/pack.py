"""A gap as a pack for whoever makes pictures elsewhere: the frames it lies between, and what is wanted.

A zip of `pack.json` (canonical), `NOTES.txt`, `first.png` and `last.png` (the frames that touch the gap, in
the cut's size), `before/` and `after/` (the handles, in order) and `board.png`. The same gap gives the same
bytes. What comes back is known by its pack, and by nothing that the generator says.
"""

import hashlib
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from circletake.cut.gaps import Gap, Neighbour
from circletake.domain.cut import CutVersion
from circletake.domain.time import FrameRange, format_rate
from circletake.errors import CutUnreadable, EntryInvalid
from circletake.ledger.canonical import canonical, read_canonical

FORMAT = 1
DOCUMENT, NOTES = "pack.json", "NOTES.txt"
_LARGEST_BYTES = 1 << 20
_HASH = re.compile("[0-9a-f]{64}")
_KEYS = {
    "v", "production", "cut", "slot", "shot", "description", "frames", "wanted_frames", "rate", "size",
    "first", "last", "before", "after", "board",
}  # fmt: skip
_DAY = (1980, 1, 1, 0, 0, 0)  # the first that a zip can say: when it was written is nobody's business


@dataclass(frozen=True, slots=True)
class Pack:
    """What a pack that came back says.

    Args:
        name: SHA-256 of its document.
        production: `pr_…`.
        slot: slot id.
        shot: code of the shot.
        frames: that are missing.
        before: content of the take before the gap when it went out, or None.
        after: likewise after it.
    """

    name: str
    production: str
    slot: str
    shot: str
    frames: int
    before: str | None
    after: str | None


def pack_document(
    cut: CutVersion,
    gap: Gap,
    *,
    cut_name: str,
    description: str,
    board: str | None,
    after: FrameRange | None,
) -> bytes:
    """Write what a pack says, as canonical JSON.

    Args:
        cut_name: hash of the version.
        description: of the shot.
        board: content of the board panel, or None.
        after: frames of the take after that are in the pack (see `handles_after`).
    """
    return canonical(
        {
            "v": FORMAT,
            "production": cut.production,
            "cut": cut_name,
            "slot": gap.slot,
            "shot": gap.shot,
            "description": description,
            "frames": gap.frames,
            "wanted_frames": gap.wanted_frames,
            "rate": [cut.rate.numerator, cut.rate.denominator],
            "size": [cut.width_px, cut.height_px],
            "first": _edge(gap.before),
            "last": _edge(gap.after),
            "before": _span(handles_before(gap)),
            "after": _span(after),
            "board": board,
        }
    )


def _edge(neighbour: Neighbour | None) -> dict[str, Any] | None:
    if neighbour is None or neighbour.content is None:
        return None
    return {"content": neighbour.content, "frame": neighbour.frame, "shot": neighbour.shot}


def _span(frames: FrameRange | None) -> list[int] | None:
    return [frames.start, frames.end] if frames else None


def handles_before(gap: Gap) -> FrameRange | None:
    """Frames of the take before, up to the one that touches the gap; None where there is none."""
    if gap.before is None or gap.before.content is None:
        return None
    end = gap.before.frame + 1
    return FrameRange(max(end - gap.handles, 0), end)


def handles_after(gap: Gap, *, n_frames: int) -> FrameRange | None:
    """Frames of the take after, from the one that touches the gap on; None where there is none.

    Args:
        n_frames: that the take has.
    """
    if gap.after is None or gap.after.content is None:
        return None
    start = gap.after.frame
    return FrameRange(start, min(start + gap.handles, n_frames))


def notes(cut: CutVersion, gap: Gap, *, title: str, description: str, document: bytes) -> str:
    """What a person who opens the pack reads first."""
    said = [f"{title}: {gap.shot}, a missing shot"]
    if description:
        said.append(description)
    size = f"{cut.width_px} × {cut.height_px} pixels"
    said += ["", f"Wanted: {gap.frames} frames at {format_rate(cut.rate)} frames a second, {size}."]
    if gap.before is not None and gap.before.content:
        said.append(f"first.png is frame {gap.before.frame} of {gap.before.shot}: it stands just before.")
    if gap.after is not None and gap.after.content:
        said.append(f"last.png is frame {gap.after.frame} of {gap.after.shot}: it stands just after.")
    said += [
        "before/ and after/ hold the frames that lead there, in order.",
        "",
        "A film may begin with first.png itself and end with last.png: add --in 1 when you bring it back.",
        "Bring it back: circletake cut receive PACK FILM --fill",
        f"Pack {hashlib.sha256(document).hexdigest()}",
        "",
    ]
    return "\n".join(said)


def write_pack(path: Path, files: Iterator[tuple[str, bytes]]) -> None:
    """Write a zip in which every file is as old as any other.

    Args:
        files: name and bytes of each.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as packed:
        for name, data in files:
            packed.writestr(zipfile.ZipInfo(name, _DAY), data)


def read_pack(path: Path) -> Pack:
    """Read a pack back: the zip, the folder it was unpacked into, or its `pack.json`.

    Raises:
        CutUnreadable: it is no pack.
    """
    try:
        data = _document_of(path)
        told: object = read_canonical(data)
    except (OSError, zipfile.BadZipFile, KeyError, EntryInvalid, ValueError):
        raise CutUnreadable(f"{path.name} is no pack; name the zip, its folder or its {DOCUMENT}.") from None
    if not isinstance(told, dict) or set(told) != _KEYS or told["v"] != FORMAT:
        raise CutUnreadable(f"{path.name} is no pack of this version of circletake; export the gap again.")
    edges = [
        edge.get("content") if isinstance(edge, dict) else edge for edge in (told["first"], told["last"])
    ]
    is_ours = all(isinstance(told[key], str) for key in ("production", "slot", "shot"))
    if not (is_ours and isinstance(told["frames"], int)) or not all(map(_is_content, edges)):
        raise CutUnreadable(f"{path.name} is no pack: its {DOCUMENT} was changed; export the gap again.")
    return Pack(
        name=hashlib.sha256(data).hexdigest(),
        production=told["production"],
        slot=told["slot"],
        shot=told["shot"],
        frames=told["frames"],
        before=edges[0],
        after=edges[1],
    )


def _is_content(value: object) -> bool:
    return value is None or (isinstance(value, str) and _HASH.fullmatch(value) is not None)


def _document_of(path: Path) -> bytes:
    if path.is_dir():
        path /= DOCUMENT
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            if packed.getinfo(DOCUMENT).file_size > _LARGEST_BYTES:
                raise ValueError(DOCUMENT)
            return packed.read(DOCUMENT)
    if path.stat().st_size > _LARGEST_BYTES:
        raise ValueError(DOCUMENT)
    return path.read_bytes()
