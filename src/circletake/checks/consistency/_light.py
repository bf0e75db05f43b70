"""What light may do to a character's colours, and what it may not."""

from collections.abc import Sequence

import numpy as np

from circletake.checks.consistency._look import Rows

# A difference in Lab too small to be worth taking off.
_NOTHING = 2.0
# Light dims by so much L before the character is too dark to judge, brightens by so much, and tints along
# blue–yellow with little green or magenta beside it: daylight and lamps lie on that line.
_DIMS, _BRIGHTENS, _TINTS, _BESIDE = 30.0, 8.0, 18.0, 3.0
_SLOPE = 0.6


def plausible_light(difference: Rows) -> Rows | None:
    """Return the part of a Lab difference from the sheet that light explains; None where it explains nothing.

    A changed hue moves a and b off the line on which daylight and lamps lie, and is never explained.

    Source:
        CIE 15:2018, daylight locus: chromatic adaptation along it moves mostly b*.
    """
    dim, red, yellow = (float(value) for value in difference)
    tints = abs(red) <= _BESIDE + _SLOPE * abs(yellow) and abs(yellow) <= _TINTS
    light = np.array(
        [np.clip(dim, -_DIMS, _BRIGHTENS), red if tints else 0.0, yellow if tints else 0.0], dtype=np.float32
    )
    return light if float(np.abs(light).max()) >= _NOTHING else None


def light_of(differences: Sequence[Rows]) -> Rows | None:
    """Return the light of a whole take from its frames' differences: that of the quarter nearest the sheet.

    A drift over part of the take leaves the nearest quarter alone, so it is not taken for light.
    """
    if not differences:
        return None
    rows = np.stack(differences)
    nearest = np.argsort(np.linalg.norm(rows, axis=1), kind="stable")[: max(len(rows) // 4, 1)]
    return plausible_light(np.median(rows[nearest], axis=0))
