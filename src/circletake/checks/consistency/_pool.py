"""The models of a production's characters, each lending the others what its approved shots deviate by."""

from collections.abc import Sequence
from dataclasses import replace

from circletake.checks.consistency._model import CharacterModel, model_of
from circletake.checks.protocol import SheetRef


def models_of(sheets: Sequence[SheetRef], *, long_side_px: int) -> dict[str, CharacterModel | None]:
    """Learn every character; a new one is measured by how far approved shots of the others deviate.

    Args:
        sheets: of all characters that a take is measured against.
        long_side_px: longest side of the frames they will be looked for in.

    Returns:
        Character → its model, None where its sheet shows too little of it.

    Raises:
        SheetInvalid: as `build_model`.
    """
    learned = {sheet.character: model_of(sheet, long_side_px=long_side_px) for sheet in sheets}
    # Drawings are posed to differ; only what was approved in film says what film deviates by.
    lent = {
        character: model for character, model in learned.items() if model is not None and model.has_approved
    }
    return {
        character: model
        if model is None
        else replace(
            model,
            pooled=(
                *model.pooled,
                *(shot for other in sorted(lent) if other != character for shot in lent[other].shots),
            ),
            lent=tuple(
                course for other in sorted(lent) if other != character for course in lent[other].courses
            ),
        )
        for character, model in learned.items()
    }
