"""The script of *Lord Queso*: six shots, the takes made of each, and the faults planted in them.

Fiction: there is no such film, no such dog, and nobody's refusal is reported here. The faults are ours, put
there so that what a check finds can be compared with what is true.
"""

from dataclasses import dataclass
from fractions import Fraction

from circletake.domain.time import FrameRange
from circletake.errors import NotFound
from circletake.generate.drifts import Drift, DriftKind

TITLE = "Lord Queso"
CODE = "QUESO"
LOGLINE = "A cartoon dog of good family does everything the script asks, except what it asks."
RATE = Fraction(24)
WIDTH_PX, HEIGHT_PX = 960, 540


@dataclass(frozen=True, slots=True)
class TakePlan:
    """One attempt at a shot.

    Args:
        number: from 1 within its shot.
        label: what the maker would call it.
        seed: of the small accidents of a performance.
        energy: size of gestures; 1 is as written.
        tempo: speed of gestures; 1 is as written.
        drift: the fault planted in it; None for a clean take.
    """

    number: int
    label: str
    seed: int
    energy: float = 1.0
    tempo: float = 1.0
    drift: Drift | None = None


@dataclass(frozen=True, slots=True)
class Shot:
    """A shot of the script.

    Args:
        code: `SH010` …
        title: a few words.
        action: what the script asks for.
        background: name of the place.
        camera: name of the camera move.
        frames: length of every take.
        takes: in order of number.
        is_in_cut: False where the cut has a hole.
    """

    code: str
    title: str
    action: str
    background: str
    camera: str
    frames: int
    takes: tuple[TakePlan, ...]
    is_in_cut: bool = True

    def get_take(self, number: int) -> TakePlan:
        """Return a take by its number.

        Raises:
            NotFound: the shot has no such take.
        """
        for plan in self.takes:
            if plan.number == number:
                return plan
        raise NotFound(f"{self.code} has takes 1 to {len(self.takes)}, not {number}.")


def _drift(kind: DriftKind, start: int, end: int) -> Drift:
    return Drift(kind, FrameRange(start, end))


SHOTS: tuple[Shot, ...] = (
    Shot(
        "SH010",
        "The parlour",
        "Lord Queso sits on the rug in the noon light. He admires the cheese. He looks at us, nobly.",
        "parlour",
        "push_in",
        48,
        (
            TakePlan(1, "first reading", 101),
            TakePlan(2, "gentler tail", 102, energy=0.6, tempo=0.8),
            TakePlan(3, "quicker glance", 103, energy=1.1, tempo=1.25, drift=_drift("ear_colour", 20, 36)),
            TakePlan(4, "prouder chin", 104, energy=1.3, tempo=0.95),
        ),
    ),
    Shot(
        "SH020",
        "The entrance",
        "He walks in, stops at the cheese and bows to it. (He walks past it.)",
        "parlour",
        "pan",
        72,
        (
            TakePlan(1, "brisk walk", 201, tempo=1.15, drift=_drift("missing_spot", 30, 72)),
            TakePlan(2, "measured walk", 202),
            TakePlan(3, "nose higher", 203, energy=1.3, drift=_drift("flicker", 18, 34)),
            TakePlan(4, "slower, grander", 204, energy=1.15, tempo=0.85),
            TakePlan(5, "hardly a glance", 205, energy=0.6, tempo=1.05),
        ),
    ),
    Shot(
        "SH030",
        "The close-up",
        "Close on his face: courage. (A yawn.)",
        "parlour",
        "close",
        60,
        (
            TakePlan(1, "small yawn", 301, energy=0.75),
            TakePlan(2, "bigger yawn", 302, energy=1.2, drift=_drift("horror_face", 26, 48)),
            TakePlan(3, "longer blink", 303, tempo=0.85),
            TakePlan(4, "sideways look", 304, energy=1.1, drift=_drift("ear_colour", 40, 60)),
            TakePlan(5, "half asleep", 305, energy=0.9, tempo=0.75, drift=_drift("proportions", 12, 60)),
        ),
    ),
    Shot(
        "SH040",
        "The leap",
        "He leaps at the cheese. (He leaps, lands short, and thinks better of it.)",
        "parlour",
        "still",
        48,
        (
            TakePlan(1, "long leap", 401, energy=1.2, drift=_drift("proportions", 16, 48)),
            TakePlan(2, "as rehearsed", 402),
            TakePlan(3, "startled landing", 403, energy=1.1, drift=_drift("horror_face", 20, 40)),
            TakePlan(4, "low and quick", 404, energy=0.75, tempo=1.1),
            TakePlan(5, "longer wind-up", 405, tempo=0.9, drift=_drift("flicker", 10, 26)),
            TakePlan(6, "gentler", 406, energy=0.6),
        ),
        is_in_cut=False,
    ),
    Shot(
        "SH050",
        "Into the night",
        "Dusk. He sets out to find a better script. Wind in the ears.",
        "garden",
        "follow",
        84,
        (
            TakePlan(1, "steady", 501),
            TakePlan(2, "more wind", 502, energy=1.35, drift=_drift("ear_colour", 44, 84)),
            TakePlan(3, "hurried", 503, tempo=1.2, drift=_drift("missing_spot", 24, 60)),
            TakePlan(4, "strolling", 504, energy=0.8, tempo=0.85),
        ),
    ),
    Shot(
        "SH060",
        "The howl",
        "Under the moon he howls for his lost cheese. (One bark, and a grin.)",
        "garden",
        "moon",
        72,
        (
            TakePlan(1, "wide grin", 601, energy=1.2, drift=_drift("horror_face", 40, 64)),
            TakePlan(2, "one bark", 602),
            TakePlan(3, "softer", 603, energy=0.7, tempo=0.9),
            TakePlan(4, "quick temper", 604, tempo=1.2, drift=_drift("flicker", 24, 44)),
        ),
    ),
)


def get_shot(code: str) -> Shot:
    """Return a shot by its code.

    Raises:
        NotFound: the script has no such shot.
    """
    for shot in SHOTS:
        if shot.code == code:
            return shot
    raise NotFound(f"The script of {TITLE} has no shot {code}; it has {SHOTS[0].code} to {SHOTS[-1].code}.")


def truth() -> dict[str, object]:
    """Return every fault planted in the film, JSON-ready.

    Returns:
        `shots` (code, title, frames, is_in_cut, takes: number, label, is_clean) and `faults` (shot, take,
        kind, part, frames as a half-open pair, 0-based in the take).
    """
    return {
        "title": TITLE,
        "rate": [RATE.numerator, RATE.denominator],
        "size": [WIDTH_PX, HEIGHT_PX],
        "shots": [
            {
                "code": shot.code,
                "title": shot.title,
                "frames": shot.frames,
                "is_in_cut": shot.is_in_cut,
                "takes": [
                    {"number": plan.number, "label": plan.label, "is_clean": plan.drift is None}
                    for plan in shot.takes
                ],
            }
            for shot in SHOTS
        ],
        "faults": [
            {
                "shot": shot.code,
                "take": plan.number,
                "kind": plan.drift.kind,
                "part": plan.drift.part,
                "frames": [plan.drift.frames.start, plan.drift.frames.end],
            }
            for shot in SHOTS
            for plan in shot.takes
            if plan.drift is not None
        ],
    }
