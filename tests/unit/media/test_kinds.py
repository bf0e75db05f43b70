import struct

import pytest

from circletake.errors import MediaKindRefused, MediaTooLarge
from circletake.media.kinds import check_size, kind_of, picture_size


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"", "is empty"),
        (b"ffconcat version 1.0\nfile other.mp4\n", "a list of other files"),
        (b"#EXTM3U\n#EXT-X-VERSION:3\n", "a play list"),
        (b"\xef\xbb\xbf#EXTM3U\n", "a play list"),
        (b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n", "a description of a stream"),
        (b"<MPD xmlns=", "a play list"),
        (b"MZ\x90\0", "a program"),
        (b"\x7fELF\x02\x01", "a program"),
        (b"PK\x03\x04", "an archive"),
        (b"<svg xmlns=", "SVG"),
        (b"\xff\x0a\x01\x02", "JPEG XL"),
        (b"\0\0\0\x20ftypheic", "HEIF"),
        (b"II*\0\x10\0\0\0CR\x02\0", "raw picture"),
        (b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0" + b"\0" * 9, "animated WebP"),
        (b"notes about the film", "a text file"),
        (b"\x93\x01\x02\x03\xfe\xff" * 9, "not media of a known kind"),
    ],
)
def test_what_is_not_media_is_refused_by_content_with_what_it_is(head: bytes, what: str) -> None:
    with pytest.raises(MediaKindRefused, match=r"^take 1\.mp4 is") as refusal:
        kind_of(head, "take 1.mp4")
    assert what in refusal.value.message


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (b"\0\0\0\x20ftypisom", "MP4 or QuickTime", "movie"),
        (b"\0\0\0\x08wide", "MP4 or QuickTime", "movie"),
        (b"\x1aE\xdf\xa3", "Matroska or WebM", "movie"),
        (b"RIFF\0\0\0\0AVI LIST", "AVI", "movie"),
        (b"RIFF\0\0\0\0WAVEfmt ", "WAV", "sound"),
        (b"RF64\xff\xff\xff\xffWAVEds64", "WAV", "sound"),
        (b"FORM\0\0\0\0AIFC", "AIFF", "sound"),
        ((b"G" + b"\0" * 187) * 8, "MPEG transport stream", "movie"),
        (b"\0" * 512 + bytes.fromhex("060e2b34020501010d01020101020400"), "MXF", "movie"),
        (
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 17 + b"\0\0\0\x08acTL" + b"\0" * 12 + b"IDAT",
            "APNG",
            "movie",
        ),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 17 + b"IDAT acTL", "PNG", "still"),
        (b"\xff\xd8\xff\xe0", "JPEG", "still"),
        (b"\xff\xfb\x90\0", "MP3", "sound"),
        (b"\xff\xf1\x50\x80", "AAC", "sound"),
    ],
)
def test_media_is_told_by_content(head: bytes, name: str, kind: str) -> None:
    found = kind_of(head, "x")
    assert (found.name, found.kind) == (name, kind)


@pytest.mark.parametrize(
    ("head", "size"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 16000, 15000), (16000, 15000)),
        (
            b"\xff\xd8\xff\xe0\0\x04\0\0\xff\xc2\0\x0b\x08" + struct.pack(">HH", 90, 160) + b"\0\0\0",
            (160, 90),
        ),
        (b"II*\0\x08\0\0\0\x02\0" + struct.pack("<HHIIHHIHH", 256, 4, 1, 70000, 257, 3, 1, 9, 0), (70000, 9)),
        (b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\xff\xff\0" + b"\x01\0\0", (65536, 2)),
        (b"BM" + b"\0" * 16 + struct.pack("<ii", 40, -30), (40, 30)),
        (b"\x89PNG", None),
        (b"fLaC", None),
    ],
)
def test_a_pictures_size_is_read_from_its_header(head: bytes, size: tuple[int, int] | None) -> None:
    assert picture_size(head) == size


@pytest.mark.parametrize("size", [(16385, 10), (10, 16385), (16000, 16000)])
def test_pictures_too_large_to_hold_are_refused_with_the_limit(size: tuple[int, int]) -> None:
    with pytest.raises(MediaTooLarge, match="at most 16384 a side and 100 million in all"):
        check_size(*size, "big.png")
    check_size(16384, 6000, "wide.png")
