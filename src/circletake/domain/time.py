"""Rates are fractions, frames are integers, ranges are half-open; seconds live at borders only."""

import re
from dataclasses import dataclass
from fractions import Fraction

from circletake.errors import TimeInvalid

_NTSC = {
    "23.976": Fraction(24000, 1001),
    "23.98": Fraction(24000, 1001),
    "29.97": Fraction(30000, 1001),
    "47.952": Fraction(48000, 1001),
    "59.94": Fraction(60000, 1001),
    "119.88": Fraction(120000, 1001),
}
_MAX_RATE = 1000


def parse_rate(text: str) -> Fraction:
    """Read a frame rate as people write it.

    >>> parse_rate("23.976")
    Fraction(24000, 1001)
    >>> parse_rate("25")
    Fraction(25, 1)
    >>> parse_rate("30000/1001")
    Fraction(30000, 1001)

    Raises:
        TimeInvalid: not a positive rate of at most 1000 frames a second.

    Source:
        SMPTE ST 12-1 for the 1000/1001 rates behind their decimal nicknames.
    """
    stripped = text.strip()
    try:
        rate = _NTSC.get(stripped) or Fraction(stripped)
    except (ValueError, ZeroDivisionError):
        raise TimeInvalid(f"“{text}” is not a frame rate; write 24, 23.976 or 24000/1001.") from None
    if not 0 < rate <= _MAX_RATE:
        raise TimeInvalid(f"A frame rate of {text} cannot be; write one between 0 and {_MAX_RATE}.")
    return rate


def format_rate(rate: Fraction) -> str:
    """Write a rate as people read it: `24`, `23.976`.

    >>> format_rate(Fraction(24000, 1001))
    '23.976'
    """
    if rate.denominator == 1:
        return str(rate.numerator)
    return f"{float(rate):.3f}".rstrip("0").rstrip(".")


def seconds_of(frames: int, rate: Fraction) -> Fraction:
    """Seconds that `frames` last, exactly."""
    return Fraction(frames) / rate


def sample_of(frame: int, rate: Fraction, rate_hz: int) -> int:
    """First audio sample of a frame: floor(frame·rate_hz/rate), never accumulated.

    >>> sample_of(1, Fraction(24000, 1001), 48000)
    2002
    """
    return frame * rate_hz * rate.denominator // rate.numerator


@dataclass(frozen=True, order=True, slots=True)
class FrameRange:
    """Frames `start` up to but not including `end`.

    >>> FrameRange(10, 14).frames
    4
    >>> FrameRange(0, 10).intersection(FrameRange(8, 20))
    FrameRange(start=8, end=10)
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise TimeInvalid(f"A frame range cannot end ({self.end}) before it starts ({self.start}).")

    @property
    def frames(self) -> int:
        """How many frames it holds."""
        return self.end - self.start

    def __contains__(self, frame: int) -> bool:
        return self.start <= frame < self.end

    def intersection(self, other: "FrameRange") -> "FrameRange | None":
        """Frames in both, or None."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return FrameRange(start, end) if start < end else None

    def shifted(self, by: int) -> "FrameRange":
        """The same length, `by` frames later."""
        return FrameRange(self.start + by, self.end + by)


def ranges_of(frames: list[int]) -> list[FrameRange]:
    """Join frame numbers into the fewest ranges.

    >>> ranges_of([3, 4, 5, 9])
    [FrameRange(start=3, end=6), FrameRange(start=9, end=10)]
    """
    joined: list[FrameRange] = []
    for frame in sorted(set(frames)):
        if joined and joined[-1].end == frame:
            joined[-1] = FrameRange(joined[-1].start, frame + 1)
        else:
            joined.append(FrameRange(frame, frame + 1))
    return joined


_TIMECODE = re.compile(r"^(\d{2}):(\d{2}):(\d{2})([:;])(\d{2})$")


def _dropped(minutes: int, per_minute: int) -> int:
    return per_minute * (minutes - minutes // 10)


def format_timecode(frame: int, rate: Fraction, *, drop: bool = False) -> str:
    """Write a frame count as SMPTE timecode.

    >>> format_timecode(1800, Fraction(30000, 1001), drop=True)
    '00:01:00;02'

    Raises:
        TimeInvalid: drop-frame asked for at a rate that has none, or a negative frame.

    Source:
        SMPTE ST 12-1:2014, 5.2.2 (drop-frame compensation).
    """
    if frame < 0:
        raise TimeInvalid("Timecode counts from 00:00:00:00; a negative frame has none.")
    nominal = round(rate)
    if drop:
        if rate not in {Fraction(30000, 1001), Fraction(60000, 1001)}:
            raise TimeInvalid(f"There is no drop-frame timecode at {format_rate(rate)} frames a second.")
        skip = 2 * nominal // 30
        per_minute = nominal * 60 - skip
        per_ten = per_minute * 10 + skip
        tens, rest = divmod(frame, per_ten)
        minutes = tens * 10 + (0 if rest < nominal * 60 else 1 + (rest - nominal * 60) // per_minute)
        frame += _dropped(minutes, skip)
    seconds, frames = divmod(frame, nominal)
    hours, seconds = divmod(seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{';' if drop else ':'}{frames:02}"


def parse_timecode(text: str, rate: Fraction) -> int:
    """Read SMPTE timecode as a frame count; `;` before the frames means drop-frame.

    >>> parse_timecode("00:01:00;02", Fraction(30000, 1001))
    1800

    Raises:
        TimeInvalid: not a timecode, or one that drop-frame counting skips.
    """
    match = _TIMECODE.match(text.strip())
    if not match:
        raise TimeInvalid(f"“{text}” is not a timecode; write HH:MM:SS:FF.")
    hours, minutes, seconds, frames = (int(match[i]) for i in (1, 2, 3, 5))
    nominal = round(rate)
    drop = match[4] == ";"
    skip = 2 * nominal // 30 if drop else 0
    if frames >= nominal or minutes > 59 or seconds > 59:  # noqa: PLR2004 (minutes and seconds)
        raise TimeInvalid(f"“{text}” cannot be at {format_rate(rate)} frames a second.")
    if drop and minutes % 10 and not seconds and frames < skip:
        raise TimeInvalid(f"“{text}” is one of the numbers that drop-frame timecode skips.")
    total_minutes = hours * 60 + minutes
    return (total_minutes * 60 + seconds) * nominal + frames - _dropped(total_minutes, skip)
