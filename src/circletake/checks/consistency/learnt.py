"""What the models of a production's characters have learnt, and what would teach them more."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from circletake.checks.answers import Answer
from circletake.checks.consistency._calibrate import State, false_alarm_interval
from circletake.checks.consistency._fitness import STRANGERS
from circletake.checks.consistency._look import CELLS, Look, Rows
from circletake.checks.consistency._model import FEWEST_VIEWS, SCORES, CharacterModel, needed_shots
from circletake.checks.consistency._pool import models_of
from circletake.checks.consistency.head import Head, learn_head
from circletake.checks.protocol import SheetRef
from circletake.checks.swatches import Swatch, swatches_of

# As long as frames are in which characters are looked for.
_LONG_SIDE_PX = 640
# Lab by which a cell that only one of two views covers counts as different.
_UNCOVERED = 60.0
# Spreads beyond what drawings usually differ by, on the mean of all scores, from which one stands alone.
_ALONE = 1.0


@dataclass(frozen=True, slots=True)
class Learnt:
    """What is known of one character.

    Args:
        character: its code.
        views: indices of the sheet's pictures that could be used.
        alone: those of them that are unlike all others.
        unseen: those that no picture of a circled take is most like.
        approved: circled shots it leans on, SHA-256 each.
        palette: largest share first.
        state: whose circled shots say what is usual; None where nothing can be judged.
        alpha: false-alarm rate that the policy asks for.
        shots: how many circled shots the threshold is set on, lent ones among them; 0 while there are none.
        lent: how many of those are other characters'.
        needed: circled shots of its own that make it its own measure.
        interval: where the true false-alarm rate lies, at 90 %; (0, 1) while nothing can be said.
        advice: what to add, in words; empty where nothing is lacking.
    """

    character: str
    views: tuple[int, ...]
    alone: tuple[int, ...]
    unseen: tuple[int, ...]
    approved: tuple[str, ...]
    palette: tuple[Swatch, ...]
    state: State | None
    alpha: float
    shots: int
    lent: int
    needed: int
    interval: tuple[float, float]
    advice: tuple[str, ...]


def learnt_head(answers: Sequence[Answer]) -> Head | None:
    """The head that answers about one character make; None where they are too few."""
    return learn_head(answers, SCORES)


def heads_of(sheets: Sequence[SheetRef]) -> dict[str, Head]:
    """The head of every character about whom enough was answered, by its code."""
    heads = {sheet.character: learnt_head(sheet.answers) for sheet in sheets}
    return {character: head for character, head in heads.items() if head is not None}


def learnt_of(sheets: Sequence[SheetRef], *, alpha: float) -> dict[str, Learnt]:
    """Say of every character what its model knows.

    Args:
        sheets: all that takes of the production are measured against, with the circled takes they lean on.
        alpha: false-alarm rate that the policy asks for.

    Raises:
        SheetInvalid: a sheet's boxes cannot be used.
    """
    models = models_of(sheets, long_side_px=_LONG_SIDE_PX)
    return {sheet.character: _learnt(sheet, models[sheet.character], alpha) for sheet in sheets}


def _learnt(sheet: SheetRef, model: CharacterModel | None, alpha: float) -> Learnt:
    needed = needed_shots(alpha)
    approved = tuple(shot.content for shot in sheet.approved)
    if model is None:
        lack = f"The sheet shows too few usable views: adopt one with {FEWEST_VIEWS} at least."
        return Learnt(
            sheet.character, (), (), (), approved, (), None, alpha, 0, 0, needed, (0.0, 1.0), (lack,)
        )
    state = model.state(alpha)
    lent = len(model.pooled) if state == "pooled" else 0
    shots = 0 if state == "uncalibrated" else len(model.shots) + lent
    views = tuple(view.picture for view in model.views if view.picture is not None and not view.mirrored)
    alone, unseen = _alone(model), _unseen(model)
    pixels = np.concatenate([view.look.pixels for view in model.views if not view.mirrored])
    return Learnt(
        character=sheet.character,
        views=views,
        alone=alone,
        unseen=unseen,
        approved=approved,
        palette=tuple(swatches_of(pixels)),
        state=state,
        alpha=alpha,
        shots=shots,
        lent=lent,
        needed=needed,
        interval=false_alarm_interval(shots, alpha) if shots else (0.0, 1.0),
        advice=tuple(_advice(model, state, needed, alone, unseen)),
    )


def _alone(model: CharacterModel) -> tuple[int, ...]:
    """Drawings that are further from all others than drawings of this sheet usually are."""
    drawings = [view for view in model.views if view.picture is not None and not view.mirrored]
    values = np.stack(
        [
            np.concatenate([one.measure(view.look, without=view.group) for one in model.scorers])
            for view in drawings
        ]
    )
    spread = np.maximum(values.std(axis=0), 1e-6)
    away = ((values - np.median(values, axis=0)) / spread).mean(axis=1)
    return tuple(
        view.picture
        for view, far in zip(drawings, away, strict=True)
        if far > _ALONE and view.picture is not None
    )


def _unseen(model: CharacterModel) -> tuple[int, ...]:
    """Drawings that no picture of a circled take is nearest to; none while there are no such pictures."""
    drawings = [(view.picture, _grid(view.look)) for view in model.views if view.picture is not None]
    grids = [_grid(view.look) for view in model.views if view.picture is None]
    if not grids:
        return ()
    # A character that faces the other way is on the sheet all the same.
    seen = {
        min((_apart(turned, drawing), picture) for picture, drawing in drawings)[1]
        for grid in grids
        for turned in (grid, grid[:, ::-1])
    }
    return tuple(sorted({picture for picture, _ in drawings} - seen))


def _grid(look: Look) -> Rows:
    """Lab of each of the crop's cells; not a number where the character is not."""
    grid = np.full((CELLS * CELLS, 3), np.nan, dtype=np.float32)
    grid[look.cells] = look.colours[:, :3]
    return grid.reshape(CELLS, CELLS, 3)


def _apart(one: Rows, other: Rows) -> float:
    here, there = ~np.isnan(one[..., 0]), ~np.isnan(other[..., 0])
    both, either = here & there, here | there
    differs = np.minimum(np.sqrt(((one[both] - other[both]) ** 2).sum(axis=1)), _UNCOVERED)
    return (float(differs.sum()) + _UNCOVERED * int((either & ~both).sum())) / max(int(either.sum()), 1)


def _advice(
    model: CharacterModel, state: State, needed: int, alone: Sequence[int], unseen: Sequence[int]
) -> list[str]:
    said = []
    if not model.is_of_one:
        said.append("Nothing is judged against it: the sheet " + STRANGERS)
    if state != "own":
        more = needed - model.approved
        shots = "circled shot makes" if more == 1 else "circled shots make"
        said.append(f"{more} more {shots} it its own measure.")
    if not model.approved:
        said.append("No circled take shows it yet: only its drawings say what it looks like.")
    elif unseen:
        shows = "one that shows it" if len(unseen) == 1 else "takes that show them"
        said.append(f"No circled take looks like {_pictures(unseen)} of the sheet: circle {shows}.")
    if len(alone) == 1:
        said.append(
            f"{_pictures(alone).capitalize()} of the sheet is unlike all others: add drawings between it and "
            f"them, or circle a take that shows it."
        )
    elif alone:
        said.append(
            f"{_pictures(alone).capitalize()} of the sheet are unlike all others: add drawings between them, "
            f"or circle takes that show them."
        )
    return said


def _pictures(numbers: Sequence[int]) -> str:
    named = [str(number + 1) for number in numbers]
    if len(named) == 1:
        return f"picture {named[0]}"
    return f"pictures {', '.join(named[:-1])} and {named[-1]}"
