"""One decode pass, many listeners: decoding costs most, so everything that looks at a film looks at once."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol, runtime_checkable

from circletake.errors import CircletakeError
from circletake.media.picture import Frame
from circletake.media.sound import Samples, SoundFeed
from circletake.media.source import RATE_HZ, Source

_STRIDE = 24  # frames between two pieces of sound: about a second


class Listener(Protocol):
    """Looks at every frame of one source in order, and hears its sound beside it."""

    def start(self, source: Source) -> None:
        """Hear what is coming; once, before anything else."""

    def frame(self, frame: Frame) -> None:
        """See the next frame; it may not be kept, its arrays may."""

    def sound(self, samples: Samples, rate_hz: int) -> None:
        """Hear the next samples, those of frames already seen: float32 [n, 2]; never for a silent source."""

    def finish(self) -> None:
        """Make what came of it; once, after the last frame and sound."""


@runtime_checkable
class Abandonable(Protocol):
    """A listener that has something to clear away when the pass ends early."""

    def abandon(self) -> None:
        """Leave nothing behind; `finish` will not come."""


def listen(
    source: Source,
    listeners: Sequence[Listener],
    *,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> bool:
    """Play a source once to all listeners; memory stays bounded however long it is.

    Args:
        progress: told frames seen and frames in all, about once a second of film.
        cancelled: asked as often; True ends the pass.

    Returns:
        True when all of it was played; False when it was cancelled, and then no listener finished.

    Raises:
        MediaUnreadable: the film broke; no listener finished.
    """
    is_done = False
    try:
        for listener in listeners:
            listener.start(source)
        if not _play(source, listeners, progress, cancelled):
            return False
        for listener in listeners:
            listener.finish()
        is_done = True
    finally:
        if not is_done:
            _abandon(listeners)
    return True


def _play(
    source: Source,
    listeners: Sequence[Listener],
    progress: Callable[[int, int], None] | None,
    cancelled: Callable[[], bool] | None,
) -> bool:
    feed = SoundFeed(source.sound()) if source.has_sound and source.rate is not None else None
    heard = 0
    for frame in source.frames():
        for listener in listeners:
            listener.frame(frame)
        seen = frame.n + 1
        if seen % _STRIDE and seen < source.n_frames:
            continue
        if feed is not None:
            until = source.sample_at(seen)
            _sound(listeners, feed.take(until - heard))
            heard = until
        if progress is not None:
            progress(seen, source.n_frames)
        if cancelled is not None and cancelled():
            return False
    if not source.n_frames:
        for block in source.sound():
            _sound(listeners, block)
    return True


def _sound(listeners: Sequence[Listener], samples: Samples) -> None:
    for listener in listeners:
        listener.sound(samples, RATE_HZ)


def _abandon(listeners: Sequence[Listener]) -> None:
    for listener in listeners:
        if isinstance(listener, Abandonable):
            with suppress(CircletakeError, OSError):
                listener.abandon()
