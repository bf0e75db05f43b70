"""What drifted, in a sentence for a person."""

import numpy as np

from circletake.checks.consistency._look import CELLS, Look, Rows
from circletake.checks.consistency._model import SCORES, CharacterModel
from circletake.checks.consistency._sudden import Change
from circletake.checks.consistency.scorers.protocol import top

_LABELS = {
    "palette": "off_colour",
    "strange colours": "off_colour",
    "colours": "off_colour",
    "part colours": "off_colour",
    "missing parts": "missing_part",
    "missing parts anywhere": "missing_part",
    "widths": "off_shape",
    "heights": "off_shape",
    "sharpness": "off_line",
    "line weight": "off_line",
    "grain": "off_surface",
}
_WHOLE = {
    "off_shape": "The silhouette or proportions are unlike every view of the sheet",
    "off_line": "The drawing's lines are softer, harder or heavier than on the sheet",
    "off_surface": "The surface is grainier than on any view of the sheet",
}
# Chroma below which a hue has no name or angle worth giving.
_GREY = 4.0
# Lab by which the whole character, and a part of it, has changed its colour.
_RECOLOURED, _PART = 6.0, 12.0
_THIRDS = (1 / 3, 2 / 3)
_CHANGED = 0.06


def label_of(score: int) -> str:
    """Short key of a score."""
    return _LABELS.get(SCORES[score], "off_model")


def say_drift(model: CharacterModel, look: Look, score: int, light: Rows | None) -> str:
    """Say which part drifted how, in the worst frame of a range.

    Args:
        model: of the character.
        look: what it looks like there.
        score: index of the leading score.
        light: what the take's light does, taken off.
    """
    parts = model.patches.parts(look, light=light)
    sheet = model.patches.views[parts.alike]
    view = f"(sheet view {sheet.picture + 1})" if sheet.picture is not None else "(an approved take)"
    if label_of(score) in _WHOLE:
        return f"{_WHOLE[label_of(score)]} {view}."
    if label_of(score) == "missing_part":
        columns, rows = np.meshgrid(np.arange(CELLS), np.arange(CELLS))
        places = np.stack([columns.ravel(), rows.ravel()], axis=1) / CELLS - 0.5
        where = _where(_middle(places.astype(np.float32), parts.missing.ravel()))
        return f"Something that the sheet shows at the {where} is missing or changed {view}."
    here, there = look.colours[:, 3:6], sheet.look.colours[parts.matched, 3:6]
    apart = here - there - (0 if light is None else light)
    recoloured = np.hypot(apart[:, 1], apart[:, 2]).astype(np.float32)
    most = recoloured >= np.quantile(recoloured, 1 - _CHANGED)
    shift = _shift(here[most, 1:].mean(axis=0), there[most, 1:].mean(axis=0))
    if label_of(score) == "off_colour" and top(recoloured, 0.5) > _RECOLOURED:
        return f"The colours are off: {shift} {view}."
    where = _where(_middle(look.places, parts.strange))
    if label_of(score) == "off_colour":
        where = _where(_middle(look.places, recoloured))
    elif float(recoloured[parts.strange >= np.quantile(parts.strange, 1 - _CHANGED)].mean()) < _PART:
        return f"The {where} looks like nothing on the sheet {view}."
    return f"The {where} has changed colour: {shift} {view}."


def say_change(change: Change) -> str:
    """Say that a character is another from one frame to the next, and where on it."""
    where = _where(np.array(change.place, dtype=np.float32))
    return (
        f"The {where} changes from frame {change.at - 1} to frame {change.at}, and neither motion nor light "
        f"nor a cut says why; compare the two."
    )


def heat_of(model: CharacterModel, look: Look, light: Rows | None) -> Rows:
    """How far each of the 28×28 cells is from what the bank lets expect; about one is what a person sees."""
    return model.patches.heat(look, light=light)


def _shift(here: Rows, sheet: Rows) -> str:
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


def _middle(places: Rows, values: Rows) -> Rows:
    """Middle of where the values are high, 0–1 in the crop."""
    weight = np.maximum(values - float(np.quantile(values, 0.9)), 0) + 1e-6
    return np.asarray((places * weight[:, None]).sum(axis=0) / weight.sum() + 0.5, dtype=np.float32)


def _where(place: Rows) -> str:
    x, y = float(place[0]), float(place[1])
    across = "left" if x < _THIRDS[0] else "right" if x > _THIRDS[1] else ""
    down = "upper" if y < _THIRDS[0] else "lower" if y > _THIRDS[1] else ""
    if not across and not down:
        return "middle"
    if across and down:
        return f"{down} {across} part"
    return f"{down} part" if down else f"{across} side"


def say_boxes(boxed: int, gone: int) -> str:
    """What people said of where a character is, as sentences after others; mostly nothing.

    >>> say_boxes(1, 2)
    ' Followed by 1 box that people drew. People say that it is not in 2 frames.'
    """
    said = ""
    if boxed:
        said += f" Followed by {boxed} box{'es' if boxed > 1 else ''} that people drew."
    if gone:
        said += f" People say that it is not in {gone} frame{'s' if gone > 1 else ''}."
    return said
