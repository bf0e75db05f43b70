"""The characters of a take, followed together: each by its own tracker, no two as one figure."""

from collections.abc import Sequence

from circletake.checks.consistency._assign import Assigner
from circletake.checks.consistency._boxes import LedTracker, boxes_for, finder_of
from circletake.checks.consistency._meter import Track
from circletake.checks.consistency._model import CharacterModel
from circletake.checks.consistency._pixels import Mask
from circletake.checks.consistency._track import Tracker
from circletake.checks.protocol import CheckContext, Rgb, SheetRef


class Cast:
    """Follows every character that a take is measured against.

    Args:
        context: of the take, with where people say that somebody is.
        known: each sheet, and what was learnt from it.
    """

    def __init__(self, context: CheckContext, known: Sequence[tuple[SheetRef, CharacterModel]]) -> None:
        self.trackers = [(model, _tracker(context, sheet, model)) for sheet, model in known]
        self.assigner = Assigner(self.trackers)

    @property
    def is_one_alone(self) -> bool:
        """True where a mask that comes with a frame can only be that of the one character."""
        return len(self.trackers) == 1 and not isinstance(self.trackers[0][1], LedTracker)

    def frame(self, n: int, pictures: Sequence[Rgb], mask: Mask | None) -> None:
        """See the next frame, as each character is looked for in it; `mask` where it came along."""
        for (_, tracker), picture in zip(self.trackers, pictures, strict=True):
            if mask is None:
                tracker.frame(n, picture)
            else:
                tracker.given(n, picture, mask)
        self.assigner.frame(n)

    def finish(self) -> list[tuple[CharacterModel, Track]]:
        """Close the take: each character through it, without frames in which it may be somebody else."""
        return [
            (model, self.assigner.told(who, tracker.finish()))
            for who, (model, tracker) in enumerate(self.trackers)
        ]


def _tracker(context: CheckContext, sheet: SheetRef, model: CharacterModel) -> Tracker:
    boxes = boxes_for(context.boxes, sheet.character)
    if not boxes:
        return Tracker(model, context.n_frames)
    return LedTracker(finder_of(model, sheet, boxes, context.boxed_frames), boxes, context.n_frames)
