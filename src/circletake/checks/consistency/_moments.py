"""The moments of a take that people may say something about: what each scorer had to say there."""

from collections.abc import Sequence

from circletake.checks.codec import rounded
from circletake.checks.consistency._judge import Judged
from circletake.checks.consistency._meter import Track, spread_to
from circletake.checks.consistency._model import SCORES, CharacterModel
from circletake.domain.evidence import FlagRange, Moment


def moments_of(
    model: CharacterModel, judged: Judged, track: Track, flags: Sequence[FlagRange]
) -> list[Moment]:
    """The worst frame of a take and of each of its flags, for one character.

    A flag keeps the frame that it is worst in, so that what people say of the flag can be learnt from; the
    take keeps its worst for the case that people circle it.
    """
    drift = {n: float(judged.drift[row]) for row, n in enumerate(judged.frames)}
    spans = [range(flag.frames.start, flag.frames.end) for flag in flags]
    inside = [[n for n in span if n in drift] for span in [*spans, judged.frames]]
    worst = {max(frames, key=lambda n: (drift[n], -n)) for frames in inside if frames}
    nearest = dict(zip(track.frames, spread_to(track.frames, track.measured), strict=True))
    deviations = model.scale.deviations(track.values)
    return [
        Moment(
            character=model.character,
            frame=n,
            scores=tuple(
                (name, rounded(float(value)) or 0.0)
                for name, value in zip(SCORES, deviations[nearest[n]], strict=True)
            ),
        )
        for n in sorted(worst)
    ]
