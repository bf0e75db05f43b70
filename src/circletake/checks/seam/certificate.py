"""The seam certificate: both ends of a splice, held to what the plate itself does between its frames.

It is evidence. It says where a machine can tell the splice from the plate, and never that it is good.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from circletake.checks.protocol import Rgb
from circletake.checks.seam.learnt import LIMITS
from circletake.checks.seam.signals import Run, Signals, measure_run
from circletake.checks.seam.steps import REACH, Score, score_seam
from circletake.domain.evidence import Evidence, FlagRange
from circletake.domain.time import FrameRange

CHECK = "seam"
VERSION = 2
"""Of the method; a higher one means that earlier certificates are no longer fresh."""
LEAST_PLATE = 2 * REACH + 4
"""Frames of a plate under which nothing can be said of what is usual in it."""
MOST_PLATE = 48
"""Frames of a plate that are looked at: two seconds, the nearest ones."""

End = Literal["in", "out"]
_HELD = 0.02  # code values: a frame repeated, after whatever coded it
_SAID = {"in": "Where it begins", "out": "Where it ends"}


@dataclass(frozen=True, slots=True)
class Seam:
    """One end of a splice.

    Args:
        end: `in` where the splice begins, `out` where it ends.
        scores: one a kind; empty where it is a cut, at which nothing has to match.
    """

    end: End
    scores: tuple[Score, ...]

    @property
    def off(self) -> tuple[Score, ...]:
        """What is told from the plate, the furthest first."""
        over = [score for score in self.scores if score.off > LIMITS[score.kind.name]]
        return tuple(sorted(over, key=lambda score: -score.off / LIMITS[score.kind.name]))

    @property
    def is_cut(self) -> bool:
        """Nothing was compared here."""
        return not self.scores

    @property
    def holds(self) -> bool:
        """Nothing is told from the plate."""
        return not self.off

    @property
    def sentence(self) -> str:
        """What was found at this end, for a person."""
        where = _SAID[self.end]
        if self.is_cut:
            return f"{where} it is a cut; nothing was compared."
        if self.holds:
            return f"{where} nothing is further off than untouched film is from itself."
        said = ", ".join(f"{score.kind.label} ({score.z:+.1f})" for score in self.off)
        return f"{where} it can be told by {said}; in spreads of the plate."


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was found at both ends of a splice, and in it.

    Args:
        seams: in, out.
        held: pairs of frames in the splice that are one frame twice, where the plate has none.
        is_mute: it has no sound, where the plate has; its sound is laid elsewhere, and was not compared.
    """

    seams: tuple[Seam, Seam]
    held: int
    is_mute: bool = False

    @property
    def holds(self) -> bool:
        """Nothing is told from the plate at either end, and nothing stands still in between."""
        return not self.held and all(seam.holds for seam in self.seams)

    @property
    def sentence(self) -> str:
        """All of it, for a person."""
        said = [seam.sentence for seam in self.seams]
        if self.held:
            said.append(f"{self.held} of its frames stand{'s' if self.held == 1 else ''} still.")
        if self.is_mute:
            said.append("It has no sound, and what stands beside it has.")
        return " ".join(said)


@dataclass(frozen=True, slots=True)
class Bound:
    """What a certificate is about: exactly these frames, between exactly those.

    Args:
        slot: id of the slot it stands in.
        content: SHA-256 of the take.
        frames: which of it are in the slot.
        before: `content:first:frames` of the plate before it; empty where that end is a cut.
        after: the same of the plate after it.
    """

    slot: str
    content: str
    frames: FrameRange
    before: str
    after: str


def certify(before: Sequence[Rgb], splice: Sequence[Rgb], after: Sequence[Rgb]) -> Certificate:
    """Measure both ends of a splice, its pictures alone.

    Args:
        before: frames of the plate up to the splice, the last touches it; empty where it begins with a cut.
        splice: its frames; all pictures sRGB, uint8 [height, width, 3], of one size.
        after: frames of the plate from the splice on; empty where it ends with a cut.

    Returns:
        The certificate. An end whose plate has fewer than `LEAST_PLATE` frames counts as a cut.
    """
    return certify_runs(measure_run(before), measure_run(splice), measure_run(after))


def certify_runs(before: Run, splice: Run, after: Run) -> Certificate:
    """Measure both ends of a splice; the plate on either side is measured already, once for any of them."""
    start = len(before.signals)
    whole = before.then(splice).then(after).signals
    return certify_signals(whole, FrameRange(start, start + len(splice.signals)))


def certify_signals(whole: Signals, splice: FrameRange) -> Certificate:
    """Measure both ends of a splice in a run that is measured already."""
    head, inner, tail = (
        whole.part(0, splice.start),
        whole.part(splice.start, splice.end),
        whole.part(splice.end, len(whole)),
    )
    plates = [plate for plate in (head, tail) if len(plate) >= LEAST_PLATE]

    def seam(end: End, plate: Signals, at: int) -> Seam:
        is_cut = len(plate) < LEAST_PLATE or len(inner) < REACH
        return Seam(end, () if is_cut else tuple(score_seam(whole, at, plates)))

    seams = (seam("in", head, splice.start), seam("out", tail, splice.end))
    held = int(np.sum(inner.change <= _HELD))
    usual = any(bool(np.any(plate.change <= _HELD)) for plate in plates)
    is_mute = not inner.has_sound and any(plate.has_sound for plate in plates)
    return Certificate(seams, 0 if usual or not plates else held, is_mute)


def evidence_of(certificate: Certificate, bound: Bound) -> Evidence:
    """Write a certificate as evidence about the take that stands in the slot."""
    summary: dict[str, str | int | bool] = {
        "after": bound.after,
        "before": bound.before,
        "frames": bound.frames.frames,
        "held": certificate.held,
        "holds": certificate.holds,
        "mute": certificate.is_mute,
        "slot": bound.slot,
        "source_in": bound.frames.start,
    }
    flags: list[FlagRange] = []
    for seam, frame in zip(certificate.seams, (bound.frames.start, bound.frames.end - 1), strict=True):
        summary[seam.end] = "cut" if seam.is_cut else "holds" if seam.holds else "told"
        for score in seam.scores:
            summary[f"{seam.end}_{score.kind.name}"] = f"{score.z:.2f}"
            summary[f"{seam.end}_{score.kind.name}_p"] = f"{score.p:.3f}"
        if seam.off:
            worst = seam.off[0]
            times = worst.off / LIMITS[worst.kind.name]
            here = FrameRange(frame, frame + 1)
            flags.append(FlagRange(here, f"seam_{seam.end}", seam.sentence, min(times - 1, 1.0)))
    plates = {plate.partition(":")[0] for plate in (bound.before, bound.after) if plate}
    return Evidence(
        check=CHECK,
        version=VERSION,
        content=bound.content,
        summary=summary,
        sentence=certificate.sentence,
        flags=tuple(flags),
        worst_frame=flags[0].frames.start if flags else None,
        references=tuple(sorted(plates)),
        backend=f"cv2 {cv2.__version__}, numpy {np.__version__}",
        params={f"limit_{name}": f"{limit:g}" for name, limit in LIMITS.items()},
    )
