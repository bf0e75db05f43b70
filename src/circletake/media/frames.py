"""The frame pack: every frame of a content as a JPEG, in one blob, found by number.

A browser cannot seek a video to a frame and be sure; a picture of that number it can show.

Layout: `CTFRAMES`, the JPEGs one after the other, an index in JSON (`width`, `height`, `sizes`), and the
index's length in 8 bytes, big-endian. The index stands last because it is known last.
"""

import json
import struct
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO, TypedDict

import cv2
import numpy as np

from circletake.errors import MediaUnreadable, NoFrames
from circletake.media.faults import writing
from circletake.media.picture import Frame, Rgb
from circletake.media.sound import Samples
from circletake.media.source import Source
from circletake.media.store import ContentStore, Writing

RECIPE = "frames-1"
WIDEST_PX = 1280
_QUALITY = 88  # as FFmpeg's -q:v 4, some 12 MB for ten seconds of film
_MAGIC = b"CTFRAMES"
_LENGTH = struct.Struct(">Q")
_HELD_PACKS = 32


class PackInfo(TypedDict):
    """How many frames a pack holds, and their size in pixels."""

    n_frames: int
    width: int
    height: int


class FramePackWriter:
    """A listener that makes a frame pack; `content` is its hash once the pass is over.

    Args:
        store: where it is put.
        widest_px: wider frames are made smaller.
    """

    def __init__(self, store: ContentStore, *, widest_px: int = WIDEST_PX) -> None:
        self.content = ""
        self._store = store
        self._widest_px = widest_px
        self._stack = ExitStack()
        self._size = (0, 0)
        self._sizes: list[int] = []

    def start(self, source: Source) -> None:
        """See `Listener.start`."""
        self._size = fitted(source.width_px, source.height_px, self._widest_px)
        self._entry: Writing = self._stack.enter_context(self._store.writing(".frames"))
        self._file: BinaryIO = self._stack.enter_context(self._entry.path.open("wb"))
        with writing("The frame pack"):
            self._file.write(_MAGIC)

    def frame(self, frame: Frame) -> None:
        """See `Listener.frame`."""
        data = jpeg(frame.rgb_at(*self._size), quality=_QUALITY)
        self._sizes.append(len(data))
        with writing("The frame pack"):
            self._file.write(data)

    def sound(self, samples: Samples, rate_hz: int) -> None:
        """See `Listener.sound`."""

    def finish(self) -> None:
        """See `Listener.finish`."""
        if not self._sizes:
            self.abandon()
            raise NoFrames("A frame pack needs a frame; there is none in this content.")
        index = json.dumps(
            {"height": self._size[1], "sizes": self._sizes, "width": self._size[0]},
            sort_keys=True,
            separators=(",", ":"),
        ).encode()
        with writing("The frame pack"):
            self._file.write(index + _LENGTH.pack(len(index)))
            self._stack.close()
        self.content = self._entry.content

    def abandon(self) -> None:
        """See `Abandonable.abandon`."""
        # Leaving by an error is what tells the store to drop the file.
        stopped = NoFrames("The pass ended early.")
        self._stack.__exit__(type(stopped), stopped, None)


@dataclass(frozen=True, slots=True)
class _Index:
    width_px: int
    height_px: int
    ends: tuple[int, ...]


def read_frame(store: ContentStore, pack: str, n: int) -> bytes:
    """One frame of a pack as JPEG bytes.

    Raises:
        ContentMissing: the store lacks the pack.
        MediaUnreadable: it is no frame pack.
        NoFrames: there is no such frame.
    """
    path = store.path(pack)
    index = _index_of(path)
    if not 0 <= n < len(index.ends):
        raise NoFrames(
            f"There is no frame {n}; the last one is {len(index.ends) - 1}.", last=len(index.ends) - 1
        )
    start = index.ends[n - 1] if n else len(_MAGIC)
    with path.open("rb") as file:
        file.seek(start)
        return file.read(index.ends[n] - start)


def pack_info(store: ContentStore, pack: str) -> PackInfo:
    """How many frames a pack holds and how large they are.

    Raises:
        ContentMissing: the store lacks the pack.
        MediaUnreadable: it is no frame pack.
    """
    index = _index_of(store.path(pack))
    return PackInfo(n_frames=len(index.ends), width=index.width_px, height=index.height_px)


def jpeg(rgb: Rgb, *, quality: int, whole_chroma: bool = False) -> bytes:
    """An array as JPEG, which means BT.601 full range to every browser.

    Args:
        rgb: uint8 [height, width, 3].
        quality: 1 to 100.
        whole_chroma: colour in every pixel (4:4:4), not in every second one.
    """
    how = [cv2.IMWRITE_JPEG_QUALITY, quality]
    if whole_chroma:
        how += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    done, data = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), how)
    if not done:
        raise MediaUnreadable("A frame could not be written as JPEG; is it over 65,500 pixels a side?")
    return data.tobytes()


def fitted(width_px: int, height_px: int, widest_px: int) -> tuple[int, int]:
    """The size with this width at most, at the same shape.

    >>> fitted(1920, 1080, 1280)
    (1280, 720)
    """
    if width_px <= widest_px:
        return width_px, height_px
    return widest_px, max(round(height_px * widest_px / width_px), 1)


@lru_cache(maxsize=_HELD_PACKS)
def _index_of(path: Path) -> _Index:
    with path.open("rb") as file:
        is_ours = file.read(len(_MAGIC)) == _MAGIC
        if is_ours:
            file.seek(-_LENGTH.size, 2)
            (length,) = _LENGTH.unpack(file.read(_LENGTH.size))
            file.seek(-_LENGTH.size - length, 2)
            told = json.loads(file.read(length))
    if not is_ours:
        raise MediaUnreadable("This content is no frame pack; make it again from its source.")
    ends = tuple(accumulate(told["sizes"], initial=len(_MAGIC)))[1:]
    return _Index(told["width"], told["height"], ends)


def read_rgb(data: bytes) -> Rgb:
    """JPEG bytes as an array: uint8 [height, width, 3]."""
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB), dtype=np.uint8)
