"""What a functional is: one number of a shot's course, and where in the shot that comes from."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from circletake.checks.consistency._look import Rows
from circletake.domain.time import FrameRange


@dataclass(frozen=True, slots=True)
class Course:
    """One character through one shot.

    Args:
        values: how far it is from its approved views, in spreads of what is usual in approved shots, in
            order, [moment].
        frames: of each moment; empty where nobody knows them any more.
        changed: Lab a frame by which it changed in one direction, beyond what motion explains, over the half
            second up to each moment; None where too little of that was seen.
        second: frames in a second.
    """

    values: Rows
    frames: tuple[int, ...] = ()
    changed: tuple[float | None, ...] = ()
    second: int = 24

    def weights(self) -> Rows:
        """Share of the shot that each moment stands for, [moment]; they sum to one."""
        if len(self.frames) < 2:  # noqa: PLR2004 (one moment is the whole shot)
            return np.full(len(self.values), 1 / max(len(self.values), 1), dtype=np.float32)
        gaps = np.diff(np.array([*self.frames, 2 * self.frames[-1] - self.frames[-2]]))
        # while it is out of the frame it does nothing
        shares = np.minimum(gaps, self.second).astype(np.float32)
        return np.asarray(shares / shares.sum(), dtype=np.float32)


class Functional(Protocol):
    """A member of the family: a module with these in it.

    Args:
        name: what evidence calls it.
        label: of the flag it raises.
    """

    name: str
    label: str

    def measure(self, course: Course) -> float | None:
        """One number, higher is further from what is usual; None where the course does not tell."""
        ...

    def where(self, course: Course, limit: float) -> FrameRange:
        """Frames to look at in a shot that is beyond what approved shots reach, `limit`; frames are known."""
        ...

    def alarmed_at(self, course: Course, limit: float) -> int | None:
        """The frame by which whoever watches knows that the shot is beyond the limit; None before its end."""
        ...

    def say(self, frames: FrameRange) -> str:
        """What is the matter, in a director's words."""
        ...
