"""Which frames of a take the character is looked for in, and which are measured; the others are followed."""

from collections import deque

# Looked for on every sixth frame: a quarter of a second; flow carries the mask well for that long.
# Where it moves fast (pixels of the small picture a frame) and is known by its drawing, on every second. In
# film, where for a second it neither stirred nor came nor went, and has not gone far since it was found (in
# pixels of the small picture), once a second.
KEY_FRAMES, _FAST_KEY_FRAMES, _FAST_PX = 6, 2, 1.0
_CALM_KEY_FRAMES, _FAR_PX = 24, 5.0
# Measured on every sixth frame of film, on every third of drawings, which may be drawn anew as often; where
# the mean deviation turns by so much in between, also where it turns. Takes of up to 16 frames are measured
# throughout: few frames say it all.
_FILM_EVERY, _DRAWN_EVERY, TURNS = 6, 3, 0.75
_SHORT = 16
# A frame stirs where it surprises by so much more than the last ones did, and no less than a person sees; it
# is measured then, with the one before and the one after.
_STIRS, _LAST, _SEEN_LAB = 1.5, 6, 3.0


class Cadence:
    """Says what a frame is worth, from how much it surprises and how far the figure goes.

    Args:
        n_frames: of the take, as promised; 0 where nobody knows.
        is_film: False where the sheet shows drawings.
    """

    def __init__(self, n_frames: int, *, is_film: bool) -> None:
        self.every = _FILM_EVERY if is_film else _DRAWN_EVERY
        """One measured frame in so many, where nothing stirs."""
        if 0 < n_frames <= _SHORT:
            self.every = 1
        # Drawings are measured often enough as it is.
        self._is_sampled = is_film and self.every > 1
        self._surprises: deque[float] = deque(maxlen=_LAST)
        self._turned_at, self._stirs_until = 0, -1
        self._travelled = 0.0
        self._is_fast = False

    def is_key(self, n: int, *, is_held: bool) -> bool:
        """True where the character is looked for afresh; `is_held` where it was a frame ago."""
        return n % _FAST_KEY_FRAMES == 0 if self._is_fast else self.is_due(n, is_held=is_held)

    def is_due(self, n: int, *, is_held: bool = True) -> bool:
        """True where it would be looked for however fast it goes."""
        is_far = is_held and self._travelled > _FAR_PX
        rests = self._is_sampled and not is_far and n - self._turned_at >= _CALM_KEY_FRAMES
        return n % (_CALM_KEY_FRAMES if rests else KEY_FRAMES) == 0

    @property
    def stirs_from(self) -> float:
        """Surprise from which the next frame stirs; 0 while too few frames say what is usual."""
        if len(self._surprises) < _LAST:
            return 0.0
        return _STIRS * (sorted(self._surprises)[_LAST // 2] + _SEEN_LAB)

    def stirs(self, n: int) -> bool:
        """True of a frame that stirs, and of the one after."""
        return n <= self._stirs_until

    def surprised(self, n: int, inside: float) -> None:
        """Hear how much a frame surprises, on the character, in Lab."""
        least = self.stirs_from
        self._surprises.append(inside)
        if self._is_sampled and least and inside >= least:
            self._turned_at, self._stirs_until = n, n + 1

    def moved(self, px: float, *, is_drawn: bool) -> None:
        """Hear how far it went, in pixels of the small picture a frame, and whether its drawing is known."""
        self._travelled += px
        self._is_fast = is_drawn and px > _FAST_PX

    def found(self) -> None:
        """Hear that it was found."""
        self._travelled = 0.0

    def turned(self, n: int) -> None:
        """Hear that it came, or went."""
        self._turned_at = n
