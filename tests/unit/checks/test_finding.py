"""Shortcuts of finding give what the long way gives."""

import numpy as np
from tests.unit.checks.hard_shots import sheet, shot

from circletake.checks.consistency._look import look_at
from circletake.checks.consistency._model import build_model


def test_what_was_asked_of_another_look_changes_nothing() -> None:
    model = build_model(sheet(5), long_side_px=640)
    assert model is not None
    looks = [look for one in shot(5, frames=3) if (look := look_at(one.rgb, one.mask > 0)) is not None]
    assert len(looks) == 3
    alone = []
    for look in looks:
        fresh = build_model(sheet(5), long_side_px=640)
        assert fresh is not None
        alone.append(fresh.see(look))
    for look, wanted in [*zip(looks, alone, strict=True), *zip(looks[::-1], alone[::-1], strict=True)]:
        seen = model.see(look)
        assert np.array_equal(seen.values, wanted.values)
        assert seen.form == wanted.form
        assert np.array_equal(seen.light, wanted.light)
