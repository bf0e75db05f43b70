"""Numbered pictures in a row become one film without loss, frame for frame."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from circletake.errors import MediaKindRefused, MediaUnreadable
from circletake.media.encode import write_movie
from circletake.media.picture import Rgb
from circletake.media.still import read_layers

_KINDS = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp"})
_PNG_DEPTH_AT, _EIGHT_BITS = 24, 8
_OPAQUE = 255
_WAY_OUT = "make a film of them (ProRes 4444 keeps everything) and bring that"


def write_numbered(out: Path, pictures: Sequence[Path], *, rate: Fraction, name: str) -> int:
    """Write pictures as a film: RGB of 8 bits, as they are.

    Args:
        out: written to; on an error nothing is left.
        pictures: in order, each a still that was looked at before.
        rate: frames a second.
        name: of them together, for the sentence.

    Returns:
        How many frames it has.

    Raises:
        MediaKindRefused: they hold more than such a film keeps: depth, or transparency.
        MediaUnreadable: they are of several sizes, or one cannot be read.
        DiskFull: no room.
    """
    strange = sorted({path.suffix.lower() for path in pictures} - _KINDS)
    if strange:
        kind = strange[0].lstrip(".").upper()
        raise MediaKindRefused(f"{name} is of {kind} pictures, which hold more than eight bits; {_WAY_OUT}.")
    first = read_layers(pictures[0], pictures[0].name)[0]
    size = first.shape[:2]

    def frames() -> Iterator[Rgb]:
        for path in pictures:
            _check_depth(path, name)
            picture, alpha = read_layers(path, path.name)
            if picture.shape[:2] != size:
                raise MediaUnreadable(
                    f"{path.name} is {picture.shape[1]} × {picture.shape[0]} pixels and the first of {name} "
                    f"{size[1]} × {size[0]}; render them in one size."
                )
            if alpha is not None and int(alpha.min()) < _OPAQUE:
                raise MediaKindRefused(f"{name} has transparent parts; {_WAY_OUT}.")
            yield picture

    return write_movie(out, frames(), rate=rate, width_px=size[1], height_px=size[0], lossless=True)


def _check_depth(path: Path, name: str) -> None:
    with path.open("rb") as file:
        head = file.read(_PNG_DEPTH_AT + 1)
    if head.startswith(b"\x89PNG") and head[_PNG_DEPTH_AT] > _EIGHT_BITS:
        raise MediaKindRefused(f"{name} holds {head[_PNG_DEPTH_AT]} bits a colour; {_WAY_OUT}.")
