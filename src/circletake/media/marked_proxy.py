"""The proxy with a watermark in every frame: as the ordinary one, but a file of its own beside the store."""

from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path

from circletake.errors import NoFrames
from circletake.media.encode import MovieWriter, even_size
from circletake.media.frames import fitted
from circletake.media.picture import Frame
from circletake.media.proxy import PROXY_CODING, WIDEST_PX
from circletake.media.sound import Samples
from circletake.media.source import RATE_HZ, Source
from circletake.media.watermark import Mark, make_mark


class MarkedProxyWriter:
    """A listener that writes a proxy with words burnt in; the file is there once the pass is over.

    Args:
        path: written to.
        words: burnt into every frame.
        widest_px: wider frames are made smaller.
    """

    def __init__(self, path: Path, words: str, *, widest_px: int = WIDEST_PX) -> None:
        self._path = path
        self._words = words
        self._widest_px = widest_px
        self._stack = ExitStack()

    def start(self, source: Source) -> None:
        """See `Listener.start`."""
        self._size = even_size(*fitted(source.width_px, source.height_px, self._widest_px))
        self._mark: Mark = make_mark(self._words, *self._size)
        self._movie = self._stack.enter_context(
            MovieWriter(
                self._path,
                rate=source.rate or Fraction(24),  # of a still, which a film shows for a frame
                width_px=self._size[0],
                height_px=self._size[1],
                coding=PROXY_CODING,
                rate_hz=RATE_HZ if source.has_sound else None,
            )
        )

    def frame(self, frame: Frame) -> None:
        """See `Listener.frame`."""
        self._movie.add(self._mark.burn(frame.rgb_at(*self._size)))

    def sound(self, samples: Samples, rate_hz: int) -> None:  # noqa: ARG002 (always RATE_HZ)
        """See `Listener.sound`."""
        self._movie.add_sound(samples)

    def finish(self) -> None:
        """See `Listener.finish`."""
        self._stack.close()

    def abandon(self) -> None:
        """See `Abandonable.abandon`."""
        # Leaving by an error is what tells the film to drop the file.
        stopped = NoFrames("The pass ended early.")
        self._stack.__exit__(type(stopped), stopped, None)
