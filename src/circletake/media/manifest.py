"""Content that is not one file but names files: a clip's range of frames, a sheet of pictures.

A manifest is canonical JSON (sorted keys, no spaces, UTF-8) kept as a blob, so equal meaning is equal hash.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from circletake.domain.time import FrameRange
from circletake.errors import MediaUnreadable, NoFrames, SheetInvalid, TimeInvalid
from circletake.media.store import ContentStore

_VERSION = 1
_LARGEST_BYTES = 4 << 20  # a sheet of ten thousand images; anything larger is media
_HASH = re.compile(r"^[0-9a-f]{64}$")
_START = b'{"'  # no media file starts so, every manifest does
_BOX_SIDES = 4
CHARACTER = "character"
"""What a sheet is of unless it says so."""


@dataclass(frozen=True, slots=True)
class Clip:
    """Frames `frames` of the file `media`, with the sound of the same range."""

    media: str
    frames: FrameRange


@dataclass(frozen=True, slots=True)
class SheetPicture:
    """One drawing of a model sheet.

    Args:
        image: SHA-256 of the PNG.
        box: (x, y, width, height) in pixels: where the character is.
        source: SHA-256 of the film it was taken from, or None.
        frame: its number there, or None.
    """

    image: str
    box: tuple[int, int, int, int]
    source: str | None = None
    frame: int | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A character's approved looks, or a style bible's pictures.

    Args:
        character: code of the character, or of the style.
        images: its pictures.
        kind: `character` or `style`.
    """

    character: str
    images: tuple[SheetPicture, ...]
    kind: str = CHARACTER


def clip_manifest(media: str, frames: FrameRange) -> bytes:
    """Write the manifest of a range of a media file.

    Raises:
        NoFrames: the range is empty or starts before the file does.

    >>> clip_manifest("ab" * 32, FrameRange(2, 5))[:24]
    b'{"frames":[2,5],"kind":"'
    """
    if frames.start < 0 or not frames.frames:
        raise NoFrames(f"Frames {frames.start} to {frames.end} hold no frame; give a range inside the film.")
    return _canonical(
        {"frames": [frames.start, frames.end], "kind": "clip", "media": media, "v": _VERSION},
    )


def sheet_manifest(character: str, images: Sequence[SheetPicture], *, kind: str = CHARACTER) -> bytes:
    """Write the manifest of a model sheet, or of a style bible.

    Raises:
        SheetInvalid: no images, or a box that holds nothing.
    """
    if not images:
        raise SheetInvalid("A model sheet needs at least one image; add some frames or drawings.")
    for image in images:
        _check_box(image.box)
    return _canonical(
        {
            "character": character,
            "images": [
                {"box": list(image.box), "frame": image.frame, "image": image.image, "source": image.source}
                for image in images
            ],
            "kind": "sheet",
            "v": _VERSION,
            # Said only where it is another: sheets that are in books keep their hash.
            **({} if kind == CHARACTER else {"of": kind}),
        }
    )


def read_manifest(store: ContentStore, content: str) -> Clip | Sheet | None:
    """Read a content's manifest; None where the content is plain media.

    Raises:
        ContentMissing: the store does not hold it.
        MediaUnreadable: it looks like a manifest of ours and is not one.
    """
    path = store.path(content)
    if path.stat().st_size > _LARGEST_BYTES:
        return None
    with path.open("rb") as file:
        if file.read(len(_START)) != _START:
            return None
    try:
        data = json.loads(path.read_bytes())
        if not isinstance(data, dict) or data.get("kind") not in {"clip", "sheet"}:
            return None
        if data.get("v") != _VERSION:
            raise MediaUnreadable(
                f"The manifest {content[:12]}… is of a newer version, {data.get('v')}; update circletake."
            )
        return _clip(data) if data["kind"] == "clip" else _sheet(data)
    except (ValueError, KeyError, TypeError, TimeInvalid):
        raise MediaUnreadable(
            f"The manifest {content[:12]}… cannot be read; make the take again from its source."
        ) from None


def _clip(data: dict[str, Any]) -> Clip:
    start, end = data["frames"]
    return Clip(media=_hash(data["media"]), frames=FrameRange(int(start), int(end)))


def _sheet(data: dict[str, Any]) -> Sheet:
    images = []
    for image in data["images"]:
        x_px, y_px, width_px, height_px = (int(side) for side in image["box"])
        source = image["source"]
        images.append(
            SheetPicture(
                image=_hash(image["image"]),
                box=(x_px, y_px, width_px, height_px),
                source=None if source is None else _hash(source),
                frame=image["frame"],
            )
        )
    return Sheet(character=str(data["character"]), images=tuple(images), kind=str(data.get("of", CHARACTER)))


def _hash(text: str) -> str:
    if not _HASH.match(text):
        raise ValueError(text)
    return text


def _check_box(box: tuple[int, int, int, int]) -> None:
    if len(box) != _BOX_SIDES or min(box) < 0 or not box[2] or not box[3]:
        raise SheetInvalid(f"The box {list(box)} holds nothing; give x, y, width and height in pixels.")


def _canonical(data: dict[str, Any]) -> bytes:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
