"""Subtitles beside a film: read from a file, held against the cut, written on its frames.

Lines are shown from a frame to a frame, as the cut counts them. What does not fit the film is said, and a
line that could never be seen is left out; nobody's words are changed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pysubs2

from circletake.domain.cut import CutVersion
from circletake.domain.time import FrameRange
from circletake.errors import CutUnreadable

ENDINGS = (".srt", ".vtt")
"""What is written; read are these, and SubStation's and TTML's."""

_LARGEST_BYTES = 8 << 20
_MS = 1000
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Line:
    """A line of subtitles.

    Args:
        frames: of the cut in which it is seen.
        text: with the marks of SubStation for italics and breaks, which both forms are written from.
    """

    frames: FrameRange
    text: str


def fit_subtitles(path: Path, cut: CutVersion, out: Path) -> tuple[bytes, list[str]]:
    """Read subtitles, hold them against a cut, and write them in the form that a name says.

    Args:
        path: SubRip, WebVTT, SubStation or TTML, in UTF-8.
        cut: whose film they lie beside.
        out: its ending says the form that is written.

    Returns:
        The file, and a sentence for everything that was moved, cut short or left out.

    Raises:
        CutUnreadable: it is no file of subtitles, nothing of it lies in the film, or the form is unknown.
    """
    if out.suffix.lower() not in ENDINGS:
        raise CutUnreadable(f"Subtitles are written as {' or '.join(ENDINGS)}; name the file so.")
    said: list[str] = []
    lines = list(_fitted(_from_timecode(_read(path, cut.rate), cut, said), cut, said))
    if not lines:
        raise CutUnreadable(f"No line of {path.name} lies in the film; is it of another cut?")
    both = [two for two in pairwise(lines) if two[0].frames.end > two[1].frames.start]
    if both:
        said.append(f"Two lines at once, which players stack: {_where([two[1] for two in both])}.")
    return _write(lines, cut.rate, out.suffix.lower()[1:]), said


def _read(path: Path, rate: Fraction) -> list[Line]:
    if path.stat().st_size > _LARGEST_BYTES:
        raise CutUnreadable(f"{path.name} is larger than any film's subtitles; is it another file?")
    try:
        read = pysubs2.SSAFile.from_string(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise CutUnreadable(f"{path.name} is not written in UTF-8; save it so and try again.") from None
    except (pysubs2.exceptions.Pysubs2Error, ValueError, LookupError, TypeError, SyntaxError) as broken:
        raise CutUnreadable(
            f"{path.name} is no file of subtitles that can be read ({type(broken).__name__}); "
            f"export it as SubRip or WebVTT."
        ) from None
    shown = [event for event in read if not event.is_comment and event.plaintext.strip()]
    backwards = [event for event in shown if event.end < event.start]
    if backwards:
        raise CutUnreadable(
            f"{path.name}: the line “{backwards[0].plaintext.splitlines()[0][:60]}” ends before it begins; "
            f"put its times right."
        )
    found = [
        Line(FrameRange(_frame(event.start, rate), _frame(event.end, rate)), event.text) for event in shown
    ]
    return sorted(found, key=lambda line: (line.frames.start, line.frames.end))


def _frame(ms: int, rate: Fraction) -> int:
    """The frame that begins nearest to a time."""
    return round(Fraction(ms, _MS) * rate)


def _from_timecode(lines: Sequence[Line], cut: CutVersion, said: list[str]) -> list[Line]:
    """Lines counted from the film's beginning, where the file counts them from its timecode."""
    if not lines or not cut.start or lines[0].frames.start < cut.start:
        return list(lines)
    said.append(f"Times counted from {cut.timecode(0)}, where the cut begins, and do so from 0 now.")
    return [
        replace(line, frames=FrameRange(line.frames.start - cut.start, line.frames.end - cut.start))
        for line in lines
    ]


def _fitted(lines: Sequence[Line], cut: CutVersion, said: list[str]) -> Iterator[Line]:
    late = [line for line in lines if line.frames.start >= cut.n_frames]
    unseen = [line for line in lines if line.frames.frames < 1 and line not in late]
    long = [line for line in lines if line.frames.end > cut.n_frames and line not in late]
    if late:
        said.append(f"{len(late)} of {len(lines)} lines begin after the film has ended and are left out.")
    if unseen:
        said.append(f"Shorter than a frame and left out: {_where(unseen)}.")
    if long:
        said.append(f"Ends with the film now, as it went on past it: {_where(long)}.")
    for line in lines:
        if line not in late and line not in unseen:
            yield replace(line, frames=FrameRange(line.frames.start, min(line.frames.end, cut.n_frames)))


def _where(lines: Sequence[Line]) -> str:
    named = [f"frame {line.frames.start}" for line in lines[:_MOST_NAMED]]
    more = f" and {len(lines) - len(named)} more" if len(lines) > len(named) else ""
    return ", ".join(named) + more


def _write(lines: Sequence[Line], rate: Fraction, form: str) -> bytes:
    file = pysubs2.SSAFile()
    for line in lines:
        start, end = (round(frame / rate * _MS) for frame in (line.frames.start, line.frames.end))
        file.append(pysubs2.SSAEvent(start=start, end=end, text=line.text))
    text: str = file.to_string(form)
    return f"{text.rstrip()}\n".encode()
