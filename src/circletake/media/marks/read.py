"""The fields of any file, by what its first bytes say it is."""

import struct
from pathlib import Path

from circletake.errors import CircletakeError
from circletake.media.faults import reading
from circletake.media.kinds import HEAD_BYTES, kind_of
from circletake.media.marks.exif import read_exif
from circletake.media.marks.field import Marks
from circletake.media.marks.jpeg import read_jpeg
from circletake.media.marks.png import read_png
from circletake.media.marks.stealth import read_stealth
from circletake.media.marks.tags import read_tags
from circletake.media.marks.webp import read_webp

_PNG, _TIFF = b"\x89PNG\r\n\x1a\n", (b"II*\0", b"MM\0*")
_TIFF_BYTES = 1 << 20  # its fields stand near the head or not at all
_ANIMATED_WEBP_AT = slice(8, 12)
_PNG_HEAD_BYTES = 26


def read_marks(path: Path) -> Marks:
    """Read what tools wrote into a file. Whatever is wrong with it is said in `refused`; nothing is raised.

    Files whose kind has no fields that we know, or that are no media at all, have none.
    """
    marks = Marks()
    try:
        with reading(path.name):
            _read(path, marks)
    except CircletakeError as refusal:
        marks.refuse(refusal.message.rstrip("."))
    except (struct.error, IndexError):
        marks.refuse(f"The fields of {path.name} are damaged; what stands behind the damage")
    return marks


def _read(path: Path, marks: Marks) -> None:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        if head.startswith(_PNG) and len(head) >= _PNG_HEAD_BYTES:
            read_png(file, marks)
            read_stealth(path, head, marks)
        elif head.startswith(b"\xff\xd8\xff"):
            read_jpeg(file, marks)
        elif head.startswith(b"RIFF") and head[_ANIMATED_WEBP_AT] == b"WEBP":
            read_webp(file, marks)
        elif head.startswith(_TIFF):
            file.seek(0)
            read_exif(file.read(_TIFF_BYTES), marks)
        else:
            kind = kind_of(head, path.name)
            if kind.demuxer and kind.kind != "still":
                read_tags(path, kind, marks)
