"""JPEG: EXIF, XMP and comments in the segments before the picture."""

from typing import BinaryIO

from circletake.media.marks.exif import read_exif
from circletake.media.marks.field import Marks
from circletake.media.marks.xmp import read_xmp

_EXIF, _XMP = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"
_APP1, _COMMENT, _SCAN, _END = 0xE1, 0xFE, 0xDA, 0xD9
_ALONE = {0x01, *range(0xD0, 0xD9)}  # markers without a length
_MOST_SEGMENTS = 10_000


def read_jpeg(file: BinaryIO, marks: Marks) -> None:
    """Read the fields of a JPEG.

    Source:
        ITU-T T.81, B.1.1; EXIF 2.32, 4.7; ISO 16684-3, 1.1.3.
    """
    file.seek(2)
    for _ in range(_MOST_SEGMENTS):
        head = file.read(2)
        while head == b"\xff\xff":
            head = b"\xff" + file.read(1)
        if len(head) < 2 or head[0] != 0xFF or head[1] in {_SCAN, _END}:  # noqa: PLR2004 (a marker)
            return
        if head[1] in _ALONE:
            continue
        length = int.from_bytes(file.read(2), "big") - 2
        if length < 0:
            return
        if head[1] not in {_APP1, _COMMENT}:
            file.seek(length, 1)
            continue
        data = file.read(length)
        if head[1] == _COMMENT:
            marks.add("comment", data, "JPEG comment")
        elif data.startswith(_EXIF):
            read_exif(data, marks)
        elif data.startswith(_XMP):
            read_xmp(data.removeprefix(_XMP), marks)
