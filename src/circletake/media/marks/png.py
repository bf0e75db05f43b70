"""PNG and APNG: text chunks before and after the picture, and the `comf` chunks of animated PNGs."""

from typing import BinaryIO

from circletake.media.marks.exif import read_exif
from circletake.media.marks.field import LARGEST_FIELD_BYTES, Marks, unpacked
from circletake.media.marks.xmp import XMP_KEY, read_xmp

_SIGNATURE_BYTES = 8
_CHECKSUM_BYTES = 4
_MOST_CHUNKS = 1_000_000  # 100 million pixels in parts of 8 kB are some 50,000


def read_png(file: BinaryIO, marks: Marks) -> None:
    """Read the fields of a PNG or APNG.

    Source:
        PNG (third edition), 11.3.3 textual information, 11.3.4 eXIf; ComfyUI writes `comf` behind IDAT.
    """
    file.seek(_SIGNATURE_BYTES)
    for _ in range(_MOST_CHUNKS):
        head = file.read(8)
        if len(head) < 8:  # noqa: PLR2004 (length and name)
            return
        length, name = int.from_bytes(head[:4], "big"), head[4:]
        if name == b"IEND":
            return
        read = _CHUNKS.get(name)
        if read is None or length > LARGEST_FIELD_BYTES:
            if read is not None:
                marks.refuse(f"A PNG chunk {name.decode()} is larger than {LARGEST_FIELD_BYTES >> 20} MiB")
            file.seek(length + _CHECKSUM_BYTES, 1)
            continue
        data = file.read(length)
        file.seek(_CHECKSUM_BYTES, 1)
        if len(data) == length:
            read(data, marks)
    marks.refuse(f"The PNG has over {_MOST_CHUNKS} chunks; what stands behind those")


def _text(data: bytes, marks: Marks) -> None:
    key, _, text = data.partition(b"\0")
    marks.add(key.decode("latin-1"), text, "PNG text")


def _packed(data: bytes, marks: Marks) -> None:
    key, _, rest = data.partition(b"\0")
    _unpack(key, rest[1:], marks)


def _international(data: bytes, marks: Marks) -> None:
    key, _, rest = data.partition(b"\0")
    is_packed, rest = rest[:1] == b"\1", rest[2:]
    _language, _, rest = rest.partition(b"\0")
    _translated, _, text = rest.partition(b"\0")
    if key == XMP_KEY.encode() and not is_packed:
        read_xmp(text, marks)
    elif is_packed:
        _unpack(key, text, marks)
    else:
        marks.add(key.decode("latin-1"), text, "PNG text")


def _unpack(key: bytes, data: bytes, marks: Marks) -> None:
    told = unpacked(data)
    if told is None:
        marks.refuse(
            f"PNG text “{key.decode('latin-1')[:40]}” is damaged or unpacks to over "
            f"{LARGEST_FIELD_BYTES >> 20} MiB"
        )
    elif key == XMP_KEY.encode():
        read_xmp(told, marks)
    else:
        marks.add(key.decode("latin-1"), told, "PNG text")


def _comfy(data: bytes, marks: Marks) -> None:
    key, _, text = data.partition(b"\0")
    marks.add(key.decode("latin-1"), text, "APNG comf chunk")


_CHUNKS = {
    b"tEXt": _text,
    b"zTXt": _packed,
    b"iTXt": _international,
    b"comf": _comfy,
    b"eXIf": read_exif,
}
