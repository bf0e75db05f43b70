"""What people said of a take, as it leaves the studio: notes with their answers, and drawings."""

from dataclasses import dataclass
from fractions import Fraction

from circletake.domain.drawing import Mark
from circletake.domain.time import FrameRange

# Of a text mark: how far below its upper edge the letters stand, and how far lines are apart, as shares of
# their height. The desk draws with the same two.
BASELINE = Fraction(4, 5)
LEADING = Fraction(6, 5)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawing and who drew it."""

    id: str
    person: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to a note."""

    person: str
    at: str
    text: str


@dataclass(frozen=True, slots=True)
class Noted:
    """A note.

    Args:
        ranges: frames that it names, 0-based in the content.
        state: open, or how and by whom it was settled.
        drawings: ids of those that show what is meant.
    """

    id: str
    person: str
    at: str
    severity: str
    text: str
    state: str
    ranges: tuple[FrameRange, ...] = ()
    drawings: tuple[str, ...] = ()
    replies: tuple[Reply, ...] = ()


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A take and what was said of it.

    Args:
        name: of the take, as files are named for it.
        title: of the take, as people say it.
        start_frame: label of its first frame.
    """

    name: str
    title: str
    content: str
    n_frames: int
    rate: Fraction
    width_px: int
    height_px: int
    notes: tuple[Noted, ...]
    drawings: tuple[Drawn, ...]
    start_frame: int = 0

    def label(self, frame: int) -> int:
        """What people call a frame of it."""
        return self.start_frame + frame

    def where(self, note: Noted) -> tuple[FrameRange, ...]:
        """Frames that a note is about: those it names, else those of its drawings."""
        if note.ranges:
            return note.ranges
        return tuple(sorted({one.mark.frames for one in self.drawings if one.id in note.drawings}))

    def frames(self) -> list[int]:
        """Frames to look at: where a note or a drawing begins, each once."""
        starts = {frames.start for note in self.notes for frames in self.where(note)}
        return sorted(starts | {one.mark.frames.start for one in self.drawings})
