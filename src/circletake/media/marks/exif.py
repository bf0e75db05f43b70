"""EXIF: the text fields of a TIFF structure, wherever it stands."""

import struct
from collections.abc import Iterator

from circletake.media.marks.field import LARGEST_FIELD_BYTES, Marks

_NAMES = {
    0x010E: "ImageDescription",
    0x010F: "Make",
    0x0110: "Model",
    0x0131: "Software",
    0x013B: "Artist",
    0x8298: "Copyright",
    0x9286: "UserComment",
    0x927C: "MakerNote",
}
# ComfyUI counts down from Make, one tag for each of its fields.
_COUNTED_DOWN = range(0x00F0, 0x0111)
_EXIF_IFD = 0x8769
_BYTES, _ASCII, _UNDEFINED = 1, 2, 7
_MOST_ENTRIES = 512
_MOST_FOLDERS = 8
_START = b"Exif\0\0"
_CODE_BYTES = 8


def read_exif(data: bytes, marks: Marks) -> None:
    """Read the text fields of EXIF data.

    Source:
        EXIF 2.32, 4.6; TIFF 6.0, section 2.
    """
    data = data.removeprefix(_START)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    if order is None:
        return
    try:
        for tag, text in _texts(data, order):
            key, told = _tagged(tag, text)
            marks.add(key, told, f"EXIF {_NAMES.get(tag, f'0x{tag:04X}')}")
    except struct.error:
        marks.refuse("The EXIF data is cut short; what stands behind the cut")


def _texts(data: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    folders, seen = [struct.unpack_from(f"{order}I", data, 4)[0]], set[int]()
    while folders and len(seen) < _MOST_FOLDERS:
        at = folders.pop()
        if at in seen:
            continue
        seen.add(at)
        (count,) = struct.unpack_from(f"{order}H", data, at)
        for entry in range(min(count, _MOST_ENTRIES)):
            tag, form, length = struct.unpack_from(f"{order}HHI", data, at + 2 + 12 * entry)
            place = at + 2 + 12 * entry + 8
            if tag == _EXIF_IFD:
                folders.append(struct.unpack_from(f"{order}I", data, place)[0])
            elif form in {_BYTES, _ASCII, _UNDEFINED} and (tag in _NAMES or tag in _COUNTED_DOWN):
                if length > 4:  # noqa: PLR2004 (what fits into the entry stands there itself)
                    (place,) = struct.unpack_from(f"{order}I", data, place)
                yield tag, data[place : place + min(length, LARGEST_FIELD_BYTES)]


def _tagged(tag: int, data: bytes) -> tuple[str, str | bytes]:
    """Key and text; where ComfyUI wrote `key:json` into a camera's field, its own key."""
    name = _NAMES.get(tag, f"0x{tag:04X}")
    if name == "UserComment":
        return name, _comment(data)
    text = data.rstrip(b"\0 ")
    if tag in _COUNTED_DOWN:
        key, colon, rest = text.partition(b":")
        if colon and rest[:1] in {b"{", b"[", b'"'} and key.replace(b"_", b"").isalnum():
            return key.decode("latin-1"), rest
    return name, text


def _comment(data: bytes) -> str | bytes:
    code, text = data[:_CODE_BYTES], data[_CODE_BYTES:]
    if code.startswith(b"UNICODE"):
        # Writers take the byte order of the file, or big-endian, or whatever the machine has.
        is_little = text[1::2].count(0) > text[0::2].count(0)
        return text.decode("utf-16-le" if is_little else "utf-16-be", "replace").rstrip("\0 ")
    return text.rstrip(b"\0 ") if code.startswith((b"ASCII", b"\0\0\0\0")) else data.rstrip(b"\0 ")
