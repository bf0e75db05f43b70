"""What a file is, told by its first bytes; names and extensions are not asked.

FFmpeg left to itself follows play lists to other files and to the network. So the demuxer is named
here, from content, and what is not named here is refused.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from circletake.errors import MediaKindRefused, MediaTooLarge

MediaKind = Literal["movie", "still", "sound"]

HEAD_BYTES = 1 << 16
MAX_SIDE_PX = 16_384  # largest texture of common GPUs; 16K film is narrower
MAX_AREA_PX = 100_000_000  # 100 Mpx: 300 MB as 8-bit RGB, what one child may hold

OPEN_OPTIONS = {"protocol_whitelist": "file"}
"""Options for every open: nothing but this file."""
TIMEOUT_S = (5, 5)
"""Open and read time-outs: a pipe or a dead mount must not hold a worker."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file.

    Args:
        name: as people say it.
        demuxer: FFmpeg's name; empty where OpenCV reads it.
        kind: movie, still or sound; what a container holds is known only once it is open.
    """

    name: str
    demuxer: str
    kind: MediaKind


_MOV = FileKind("MP4 or QuickTime", "mov", "movie")
_AVIF = FileKind("AVIF", "mov", "still")

_MAGIC: tuple[tuple[int, bytes, FileKind], ...] = (
    (0, b"\x1aE\xdf\xa3", FileKind("Matroska or WebM", "matroska", "movie")),
    (0, b"GIF87a", FileKind("GIF", "gif", "movie")),
    (0, b"GIF89a", FileKind("GIF", "gif", "movie")),
    (0, b"\xff\xd8\xff", FileKind("JPEG", "", "still")),
    (0, b"II*\0", FileKind("TIFF", "", "still")),
    (0, b"MM\0*", FileKind("TIFF", "", "still")),
    (0, b"BM", FileKind("BMP", "", "still")),
    (0, b"\x76\x2f\x31\x01", FileKind("OpenEXR", "exr_pipe", "still")),
    (0, b"SDPX", FileKind("DPX", "dpx_pipe", "still")),
    (0, b"XPDS", FileKind("DPX", "dpx_pipe", "still")),
    (0, b"8BPS", FileKind("Photoshop", "psd_pipe", "still")),
    (0, b"qoif", FileKind("QOI", "qoi_pipe", "still")),
    (0, b"\0\0\0\x0cjP  ", FileKind("JPEG 2000", "j2k_pipe", "still")),
    (0, b"\xff\x4f\xff\x51", FileKind("JPEG 2000", "j2k_pipe", "still")),
    (0, b"fLaC", FileKind("FLAC", "flac", "sound")),
    (0, b"OggS", FileKind("Ogg", "ogg", "movie")),
    (0, b"ID3", FileKind("MP3", "mp3", "sound")),
    (0, b"\x0bw", FileKind("AC-3", "ac3", "sound")),
    (0, b"caff", FileKind("Core Audio", "caf", "sound")),
)

_RIFF = {
    b"AVI ": FileKind("AVI", "avi", "movie"),
    b"WAVE": FileKind("WAV", "wav", "sound"),
    b"WEBP": FileKind("WebP", "", "still"),
}

_REFUSED: tuple[tuple[bytes, str], ...] = (
    (b"ffconcat", "a list of other files"),
    (b"#EXTM3U", "a play list"),
    (b"[playlist]", "a play list"),
    (b"<?xml", "a text file"),
    (b"<svg", "a drawing program's file (SVG)"),
    (b"<MPD", "a play list"),
    (b"v=0", "a description of a stream"),
    (b"%PDF", "a document"),
    (b"%!PS", "a document"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"PK\x03\x04", "an archive"),
    (b"Rar!", "an archive"),
    (b"7z\xbc\xaf", "an archive"),
    (b"\x1f\x8b", "an archive"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
)
_RAW_MAKERS = (b"II*\0\x10\0\0\0CR", b"IIRO", b"IIU\0", b"FUJIFILMCCD-RAW")
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"mif1", b"heim", b"heis", b"hevc"})
_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"})
_TS_PACKET_BYTES = 188
_TS_SYNC = 0x47
_MXF_KEY = b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01\x02"
_MXF_RUN_IN_BYTES = 65_536


def kind_of(head: bytes, name: str) -> FileKind:
    """Tell a file's kind from its first bytes.

    Args:
        head: the first `HEAD_BYTES` of the file, or all of it.
        name: what it is called in the sentence.

    Raises:
        MediaKindRefused: not a kind that is accepted, saying what it is where that can be told.

    >>> kind_of(b"fLaC", "a").demuxer
    'flac'
    """
    if not head:
        raise MediaKindRefused(f"{name} is empty; copy it again from where it came from.")
    for detect in (_boxed, _riff, _png, _marked, _streamed):
        found = detect(head)
        if found is not None and not head.startswith(_RAW_MAKERS):
            return found
    raise MediaKindRefused(
        f"{name} is {_told(head)}; bring a film (MP4, MOV, MKV, MXF), a picture (PNG, JPEG, TIFF, EXR) "
        f"or a sound (WAV, FLAC)."
    )


def check_size(width_px: int, height_px: int, name: str) -> None:
    """Refuse pictures that are too large to hold.

    Raises:
        MediaTooLarge: a side over 16,384 pixels or over 100 million pixels in all.
    """
    if max(width_px, height_px) > MAX_SIDE_PX or width_px * height_px > MAX_AREA_PX:
        raise MediaTooLarge(
            f"{name} is {width_px} × {height_px} pixels; bring one of at most {MAX_SIDE_PX} a side "
            f"and {MAX_AREA_PX // 1_000_000} million in all.",
            width_px=width_px,
            height_px=height_px,
        )


def picture_size(head: bytes) -> tuple[int, int] | None:
    """Width and height as a still's header gives them, without decoding; None where it is not told."""
    for magic, read in _SIZES.items():
        if head.startswith(magic):
            try:
                return read(head)
            except (struct.error, IndexError):
                return None
    return None


def _boxed(head: bytes) -> FileKind | None:
    if head[4:8] not in _BOXES:
        return None
    brand = head[8:12] if head[4:8] == b"ftyp" else b""
    if brand in {b"avif", b"avis"}:
        return _AVIF
    return None if brand in _HEIF_BRANDS else _MOV


def _riff(head: bytes) -> FileKind | None:
    if head[:4] in {b"RIFF", b"RF64", b"BW64"}:
        found = _RIFF.get(head[8:12])
        is_animated = head[12:16] == b"VP8X" and len(head) > 20 and bool(head[20] & 2)  # noqa: PLR2004 (flags)
        return None if is_animated else found
    if head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"}:
        return FileKind("AIFF", "aiff", "sound")
    return None


def _png(head: bytes) -> FileKind | None:
    if not head.startswith(b"\x89PNG\r\n\x1a\n"):
        return None
    is_animated = b"acTL" in head[: max(head.find(b"IDAT"), 0)]
    return FileKind("APNG", "apng", "movie") if is_animated else FileKind("PNG", "", "still")


def _marked(head: bytes) -> FileKind | None:
    return next((kind for at, magic, kind in _MAGIC if head[at : at + len(magic)] == magic), None)


def _streamed(head: bytes) -> FileKind | None:
    """Kinds without a signature at byte 0: transport streams, MXF after a run-in, bare MP3 and AAC."""
    if head[0] == _TS_SYNC and all(
        head[at] == _TS_SYNC for at in range(0, min(len(head), 8 * _TS_PACKET_BYTES), _TS_PACKET_BYTES)
    ):
        return FileKind("MPEG transport stream", "mpegts", "movie")
    if _MXF_KEY in head[: _MXF_RUN_IN_BYTES + len(_MXF_KEY)]:
        return FileKind("MXF", "mxf", "movie")
    if head[0] == 0xFF and len(head) > 1:  # noqa: PLR2004 (eleven set bits open an MPEG audio frame)
        if head[1] & 0xF6 == 0xF0:  # noqa: PLR2004 (ADTS: twelve set bits, layer 0)
            return FileKind("AAC", "aac", "sound")
        if head[1] & 0xE0 == 0xE0:  # noqa: PLR2004 (the same)
            return FileKind("MP3", "mp3", "sound")
    return None


def _told(head: bytes) -> str:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    for magic, what in _REFUSED:
        if start.startswith(magic) or head.startswith(magic):
            return what
    if head.startswith(_RAW_MAKERS):
        return "a camera's raw picture"
    if head[4:8] == b"ftyp":
        return "an HEIF picture"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "an animated WebP, which cannot be decoded frame by frame"
    try:
        head[:512].decode()
    except UnicodeDecodeError:
        return "not media of a known kind"
    return "a text file"


def _jpeg_size(head: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(head):
        marker, length = head[at + 1], struct.unpack_from(">H", head, at + 2)[0]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:  # noqa: PLR2004 (start of frame)
            height, width = struct.unpack_from(">HH", head, at + 5)
            return width, height
        at += 2 + length
    return None


def _webp_size(head: bytes) -> tuple[int, int] | None:
    form = head[12:16]
    if form == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if form == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from("<HH", head, 26)
    return width & 0x3FFF, height & 0x3FFF


def _tiff_size(head: bytes) -> tuple[int, int] | None:
    order = "<" if head[:2] == b"II" else ">"
    at = struct.unpack_from(order + "I", head, 4)[0]
    sides: dict[int, int] = {}
    for entry in range(struct.unpack_from(order + "H", head, at)[0]):
        tag, form = struct.unpack_from(order + "HH", head, at + 2 + 12 * entry)
        sides[tag] = struct.unpack_from(order + ("H" if form == 3 else "I"), head, at + 10 + 12 * entry)[0]  # noqa: PLR2004 (SHORT)
    return (sides[256], sides[257]) if {256, 257} <= sides.keys() else None


def _two(layout: str, at: int, *, flipped: bool = False) -> Callable[[bytes], tuple[int, int] | None]:
    def read(head: bytes) -> tuple[int, int]:
        first, second = struct.unpack_from(layout, head, at)
        return (abs(second), abs(first)) if flipped else (abs(first), abs(second))

    return read


_SIZES: dict[bytes, Callable[[bytes], tuple[int, int] | None]] = {
    b"\x89PNG": _two(">II", 16),
    b"\xff\xd8\xff": _jpeg_size,
    b"RIFF": _webp_size,
    b"II*\0": _tiff_size,
    b"MM\0*": _tiff_size,
    b"BM": _two("<ii", 18),
    b"GIF8": _two("<HH", 6),
    b"8BPS": _two(">II", 14, flipped=True),
    b"qoif": _two(">II", 4),
    b"SDPX": _two(">II", 772),
    b"XPDS": _two("<II", 772),
}
