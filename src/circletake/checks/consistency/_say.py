"""What drifted, in a sentence for a person."""

import numpy as np

from circletake.checks.consistency._judge import Judged
from circletake.checks.consistency._look import Rows
from circletake.checks.consistency._match import ASPECTS

_LABELS = ("off_colour", "off_colour", "off_colour", "off_model", "missing_part", "off_shape")
# Chroma below which a hue has no name or angle worth giving.
_GREY = 4.0
_THIRDS = (1 / 3, 2 / 3)


def label_of(aspect: int) -> str:
    """Short key of an aspect."""
    return _LABELS[aspect]


def say_drift(judged: Judged, rows: list[int], aspect: int) -> str:
    """Say which part drifted how, over the sightings `rows`."""
    worst = max(rows, key=lambda row: float(judged.drift[row]))
    scores = judged.scores[worst]
    view = f"(sheet view {scores.view + 1})"
    match ASPECTS[aspect]:
        case "colour" | "palette":
            return f"The colours are off: {_shift(judged, rows)} {view}."
        case "part colour":
            return f"The {_where(scores.strange[1])} has changed colour: {_shift(judged, rows)} {view}."
        case "strange parts":
            return f"The {_where(scores.strange[0])} looks like nothing on the sheet {view}."
        case "missing parts":
            where = _where(scores.strange[2])
            return f"Something that the sheet shows at the {where} is missing or changed {view}."
        case _:
            return f"The silhouette or proportions are unlike every view of the sheet {view}."


def _shift(judged: Judged, rows: list[int]) -> str:
    here = np.mean([judged.scores[row].chroma_here for row in rows], axis=0)
    sheet = np.mean([judged.scores[row].chroma_sheet for row in rows], axis=0)
    moved = float(np.hypot(*(here - sheet)))
    if min(float(np.hypot(*here)), float(np.hypot(*sheet))) < _GREY:
        return f"{moved:.0f} units of chroma towards {_hue_name(here - sheet)}"
    angle = np.degrees(np.arctan2(here[1], here[0]) - np.arctan2(sheet[1], sheet[0]))
    turned = (float(angle) + 180) % 360 - 180
    return f"hue {turned:+.0f}°, {moved:.0f} units of chroma towards {_hue_name(here - sheet)}"


def _hue_name(towards: Rows) -> str:
    names = ("red", "orange", "yellow", "green", "green", "cyan", "blue", "magenta")
    angle = float(np.degrees(np.arctan2(towards[1], towards[0]))) % 360
    return names[int((angle + 22.5) // 45) % len(names)]


def _where(place: Rows) -> str:
    x, y = float(place[0]), float(place[1])
    across = "left" if x < _THIRDS[0] else "right" if x > _THIRDS[1] else ""
    down = "upper" if y < _THIRDS[0] else "lower" if y > _THIRDS[1] else ""
    if not across and not down:
        return "middle"
    if across and down:
        return f"{down} {across} part"
    return f"{down} part" if down else f"{across} side"
