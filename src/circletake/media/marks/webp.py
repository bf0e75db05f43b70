"""WebP, still or animated: EXIF and XMP chunks."""

from typing import BinaryIO

from circletake.media.marks.exif import read_exif
from circletake.media.marks.field import LARGEST_FIELD_BYTES, Marks
from circletake.media.marks.xmp import read_xmp

_HEAD_BYTES = 12
_MOST_CHUNKS = 100_000
_READERS = {b"EXIF": read_exif, b"XMP ": read_xmp}


def read_webp(file: BinaryIO, marks: Marks) -> None:
    """Read the fields of a WebP.

    Source:
        RFC 9649, 2.7.1.5 metadata.
    """
    file.seek(_HEAD_BYTES)
    for _ in range(_MOST_CHUNKS):
        head = file.read(8)
        if len(head) < 8:  # noqa: PLR2004 (name and length)
            return
        name, length = head[:4], int.from_bytes(head[4:], "little")
        read = _READERS.get(name)
        if read is not None and length <= LARGEST_FIELD_BYTES:
            read(file.read(length), marks)
            file.seek(length % 2, 1)
            continue
        if read is not None:
            marks.refuse(f"A WebP chunk {name.decode().strip()} is over {LARGEST_FIELD_BYTES >> 20} MiB")
        file.seek(length + length % 2, 1)
