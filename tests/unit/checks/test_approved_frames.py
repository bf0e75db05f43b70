"""A picture that people approved is a measure from then on: it raises no flag on the frame it came from."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from circletake.checks.protocol import ApprovedShot
from circletake.generate.characters import Drift, DriftKind, Frame

from .hard_shots import flagged, judged, seen, sheet, shot

_FIRST, _SECOND = (0, 6, 12), (3, 9, 15)


def approved(frames: Sequence[Frame], *stretches: Sequence[int]) -> list[ApprovedShot]:
    """Some frames of a take, as one circled shot for each stretch."""
    return [
        ApprovedShot(str(number), [frames[n].rgb for n in picked], [frames[n].mask > 0 for n in picked])
        for number, picked in enumerate(stretches)
    ]


@pytest.mark.parametrize("seed", [5, 23])
@pytest.mark.parametrize("kind", [None, "hue"])
def test_an_approved_picture_raises_no_flag_on_its_frame(seed: int, kind: DriftKind | None) -> None:
    clean = shot(seed, frames=18)
    # Adrift in its second half, so that there is something to flag before.
    adrift = clean if kind is None else clean[:9] + shot(seed, frames=18, drift=Drift(kind, 3))[9:]
    before = seen([frame.rgb for frame in adrift], sheet(seed))
    for stretches in [(_FIRST,), (_FIRST, _SECOND)]:
        told = replace(sheet(seed), approved=approved(adrift, *stretches))
        after = seen([frame.rgb for frame in adrift], told)
        picked = {n for stretch in stretches for n in stretch}
        assert not (flagged(after) & picked) - flagged(before)
        assert judged(after) & picked >= judged(before) & picked
