"""An animatic as a plan: which picture stands for how many frames under which camera, and what is heard.

A sound does not lengthen its panel: it runs on over the next ones. Where it goes on past the last panel, that
one's picture stays until it is over.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from circletake.board.spell import clip_name
from circletake.domain.board import Board, Camera

TAIL = "TAIL"


@dataclass(frozen=True, slots=True)
class AnimaticSlot:
    """A panel in the animatic.

    Args:
        uid: of the panel; `TAIL` for what stays under a sound that goes on.
        clip: what it is called in timelines.
        shot: code of its shot.
        frames: how long it stands.
        picture: SHA-256; None is a slate.
        camera: None is at rest.
    """

    uid: str
    clip: str
    shot: str
    frames: int
    picture: str | None
    camera: Camera | None


@dataclass(frozen=True, slots=True)
class AnimaticCue:
    """A sound: its content, the frame on which it begins, how many it lasts."""

    name: str
    content: str
    record_in: int
    frames: int
    track: str


@dataclass(frozen=True, slots=True)
class AnimaticPlan:
    """A whole animatic.

    Args:
        rate: frames a second.
        slots: one after another.
        cues: what is heard.
        missing: sounds that are not there.
    """

    rate: Fraction
    slots: tuple[AnimaticSlot, ...]
    cues: tuple[AnimaticCue, ...]
    missing: tuple[str, ...]

    @property
    def n_frames(self) -> int:
        """Length of all of it."""
        return sum(slot.frames for slot in self.slots)


def plan_animatic(board: Board, *, scenes: Iterable[str] = (), shots: Iterable[str] = ()) -> AnimaticPlan:
    """Plan an animatic of a board, or of some scenes and shots of it.

    Args:
        scenes: ids or numbers.
        shots: codes.

    Raises:
        BoardInvalid: there is no such scene or shot.
    """
    chosen = {panel.uid for panel in board.panels_in(scenes=scenes, shots=shots)}
    codes = {shot.id: shot.code for shot in board.shots}
    slots: list[AnimaticSlot] = []
    cues: list[AnimaticCue] = []
    missing: list[str] = []
    at = 0
    for place, panel in enumerate(board.panels, start=1):
        if panel.uid not in chosen:
            continue
        camera = panel.camera if panel.camera and not panel.camera.is_still else None
        clip = clip_name(place, panel.uid)
        slots.append(AnimaticSlot(panel.uid, clip, codes[panel.shot], panel.frames, panel.picture, camera))
        for cue in panel.cues:
            if cue.content is None or not cue.frames:
                missing.append(cue.name)
            else:
                cues.append(AnimaticCue(cue.name, cue.content, at, cue.frames, cue.track))
        at += panel.frames
    end = max((cue.record_in + cue.frames for cue in cues), default=0)
    if slots and end > at:
        last = slots[-1]
        slots.append(AnimaticSlot(TAIL, TAIL, last.shot, end - at, last.picture, None))
    return AnimaticPlan(board.rate, tuple(slots), tuple(cues), tuple(dict.fromkeys(missing)))
