"""The proxy: an all-intra MP4 that a browser plays and steps at once, frame n where frame n was."""

from contextlib import ExitStack
from fractions import Fraction

from circletake.errors import NoFrames
from circletake.media.encode import Coding, MovieWriter, even_size
from circletake.media.frames import fitted
from circletake.media.picture import Frame
from circletake.media.sound import Samples
from circletake.media.source import RATE_HZ, Source
from circletake.media.store import ContentStore

RECIPE = "proxy-1"
WIDEST_PX = 1280
PROXY_CODING = Coding(
    options={"crf": "23", "preset": "veryfast", "tune": "fastdecode"},
    gop=1,
    bframes=0,
    sound_coder="fast",
)
_STILL_RATE = Fraction(24)  # a still has no rate and a film needs one


class ProxyWriter:
    """A listener that makes a proxy; `content` is its hash once the pass is over.

    Frames stand evenly at the source's rate, so that a film of uneven steps is shown by number. Odd sides
    are made even.

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

    def start(self, source: Source) -> None:
        """See `Listener.start`."""
        self._size = even_size(*fitted(source.width_px, source.height_px, self._widest_px))
        self._entry = self._stack.enter_context(self._store.writing(".mp4"))
        self._movie = self._stack.enter_context(
            MovieWriter(
                self._entry.path,
                rate=source.rate or _STILL_RATE,
                width_px=self._size[0],
                height_px=self._size[1],
                coding=PROXY_CODING,
                rate_hz=RATE_HZ if source.has_sound else None,
            )
        )

    def frame(self, frame: Frame) -> None:
        """See `Listener.frame`."""
        self._movie.add_coded(frame.coded_at(*self._size))

    def sound(self, samples: Samples, rate_hz: int) -> None:  # noqa: ARG002 (always RATE_HZ)
        """See `Listener.sound`."""
        self._movie.add_sound(samples)

    def finish(self) -> None:
        """See `Listener.finish`."""
        self._stack.close()
        self.content = self._entry.content

    def abandon(self) -> None:
        """See `Abandonable.abandon`."""
        # Leaving by an error is what tells film and store to drop the file.
        stopped = NoFrames("The pass ended early.")
        self._stack.__exit__(type(stopped), stopped, None)
