import json

import pytest

from circletake.domain.time import FrameRange
from circletake.errors import MediaUnreadable, NoFrames, SheetInvalid
from circletake.media.manifest import Clip, Sheet, SheetPicture, clip_manifest, read_manifest, sheet_manifest
from circletake.media.store import ContentStore

_MEDIA = "ab" * 32


def test_a_clip_reads_back_and_equal_clips_are_equal_bytes(store: ContentStore) -> None:
    data = clip_manifest(_MEDIA, FrameRange(3, 9))
    assert data == b'{"frames":[3,9],"kind":"clip","media":"%s","v":1}' % _MEDIA.encode()
    assert read_manifest(store, store.put_bytes(data)) == Clip(_MEDIA, FrameRange(3, 9))


def test_a_sheet_reads_back_with_letters_of_any_script(store: ContentStore) -> None:
    pictures = (
        SheetPicture(_MEDIA, (1, 2, 30, 40), source="cd" * 32, frame=7),
        SheetPicture(_MEDIA, (0, 0, 5, 5)),
    )
    data = sheet_manifest("кролик", pictures)
    assert json.loads(data)["images"][1] == {
        "box": [0, 0, 5, 5],
        "frame": None,
        "image": _MEDIA,
        "source": None,
    }
    assert read_manifest(store, store.put_bytes(data)) == Sheet("кролик", pictures)


@pytest.mark.parametrize("data", [b"", b"\0\1", b"a film", b'{"other":1}', b'{"kind":"note"}'])
def test_what_is_not_a_manifest_is_plain_media(store: ContentStore, data: bytes) -> None:
    assert read_manifest(store, store.put_bytes(data)) is None


@pytest.mark.parametrize(
    "data",
    [
        b'{"kind":"clip","v":1}',
        b'{"frames":[9,3],"kind":"clip","media":"%s","v":1}' % _MEDIA.encode(),
        b'{"frames":[0,3],"kind":"clip","media":"../x","v":1}',
        b'{"frames":[0,3],"kind":"clip","media":"%s","v":2}' % _MEDIA.encode(),
        b'{"frames":[0,3],"kind":"cl',
    ],
)
def test_a_manifest_that_cannot_be_read_says_so(store: ContentStore, data: bytes) -> None:
    with pytest.raises(MediaUnreadable, match="manifest"):
        read_manifest(store, store.put_bytes(data))


@pytest.mark.parametrize("frames", [FrameRange(4, 4), FrameRange(-1, 3)])
def test_a_clip_of_no_frames_is_refused(frames: FrameRange) -> None:
    with pytest.raises(NoFrames):
        clip_manifest(_MEDIA, frames)


def test_a_sheet_of_nothing_is_refused() -> None:
    with pytest.raises(SheetInvalid, match="at least one"):
        sheet_manifest("dog", [])
    with pytest.raises(SheetInvalid, match="holds nothing"):
        sheet_manifest("dog", [SheetPicture(_MEDIA, (0, 0, 0, 9))])
