"""A track that people correct: led by their boxes, and kept off what was mistaken for the character."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from circletake.checks.consistency._align import Laid
from circletake.checks.consistency._cadence import KEY_FRAMES
from circletake.checks.consistency._find import (
    PLAIN,
    Found,
    Held,
    find_character,
    fitted,
    hold,
    laid_over,
    overlap,
    stayed,
    without,
)
from circletake.checks.consistency._look import look_at
from circletake.checks.consistency._meter import Track
from circletake.checks.consistency._model import CharacterModel, views_of
from circletake.checks.consistency._pixels import LOOK_PX, Lab, Mask, PixelModel, lab_of, sized, small
from circletake.checks.consistency._segment import cut_from_box
from circletake.checks.consistency._track import Tracker
from circletake.checks.protocol import Box, Rgb, SheetRef
from circletake.domain.boxed import Boxed, Where
from circletake.domain.verdict import WHOLE

# How far back a box leads: three seconds, whose frames wait in memory for it.
_BACK = 72
# Intersection over union below which two masks are of different things.
_APART = 0.3
# How much more unlike the sheet than what was boxed it may become and still be what was boxed: a light that
# the sheet does not know stays that light.
_AS_UNLIKE = 1.25
# Surroundings that a box is cut out with, as a share of its longer side.
_AROUND = 0.5


@dataclass(frozen=True, slots=True)
class _Led:
    held: Held
    mask: Mask
    laid: Laid | None


class LedTracker(Tracker):
    """Follows a character as a person says where it is, before and after the frames they say it of.

    A box leads until a cut, or until another box says otherwise: no look-alike elsewhere takes its place.
    What would have been taken for the character in that frame is followed as well, so that it is not
    taken for it later.

    Args:
        model: of the character; see `finder_of`.
        boxes: frame → where it is, None where it is not in that frame.
        n_frames: of the take, as promised; 0 where nobody knows.
    """

    def __init__(self, model: CharacterModel, boxes: Mapping[int, Where | None], n_frames: int = 0) -> None:
        super().__init__(model, n_frames)
        self._boxes = dict(sorted(boxes.items()))
        self._waiting: list[Held] = []
        self._decoys: list[Mask] = []
        self.is_led = False
        self._limit = 0.0

    def frame(self, n: int, rgb: Rgb) -> None:
        """See the next frame; the last before a box are followed when it comes."""
        held = hold(n, rgb)
        where = self._boxes.get(n)
        if where is not None:
            self._lead(held, where)
        elif n in self._boxes:
            self._leave(held)
        elif self._is_awaited(n):
            self._waiting.append(held)
        else:
            self._follow(held)

    def _is_awaited(self, n: int) -> bool:
        after = next((frame for frame in self._boxes if frame > n), None)
        if after is None or self._boxes[after] is None or after - n > _BACK:
            return False
        before = max((frame for frame in self._boxes if frame < n), default=None)
        # Half of what lies between two boxes is led by each.
        return before is None or n - before > after - n

    def _follow(self, held: Held) -> None:
        if self._is_cut(held):
            self.is_led, self._decoys = False, []
        self._follow_decoys(held)
        super()._follow(held)

    def _found(self, held: Held, prior: Mask | None, *, enough: float = PLAIN) -> Found | None:
        found = super()._found(held, prior, enough=enough)
        if found is not None and self._is_decoy(found.mask):
            found = super()._found(without(held, self._decoys), prior)
        if found is not None and self._is_decoy(found.mask):
            found = None
        if not self.is_led or prior is None:
            return found
        if found is not None and overlap(found.mask, prior) >= _APART:
            return found
        return stayed(self._model, held, prior, limit=self._limit)

    def _lead(self, held: Held, where: Where) -> None:
        mask, laid = self._boxed(held, where)
        led = self._led_back(held, mask, laid)
        first = led[0].held.n if led else held.n
        for earlier in self._waiting:
            if earlier.n < first:
                self._follow(earlier)
        self._waiting.clear()
        self._forget()
        for one in led:
            self._place(one.held, one.mask, one.laid)
        look = look_at(held.rgb, mask)
        if look is None:
            self._place(held, mask, laid)
        else:
            _, change = self._carried(held)
            seen = self._model.see(look)
            self._limit = self._model.otherness(seen) * _AS_UNLIKE
            self._take(held, Found(mask, look, seen, None, is_drawn=laid is not None, laid=laid), change)
            self._before = held
        self.is_led = True
        alone = find_character(self._model, held, None)
        self._decoys = [alone.mask] if alone is not None and overlap(alone.mask, mask) < _APART else []

    def _leave(self, held: Held) -> None:
        """The character is not in this frame, whatever is where it was taken to be."""
        taken, _ = self._carried(held)
        alone = find_character(self._model, held, None)
        self._forget()
        self.is_led, self._before = False, held
        self._decoys = [mask for mask in (taken, None if alone is None else alone.mask) if mask is not None]

    def _boxed(self, held: Held, where: Where) -> tuple[Mask, Laid | None]:
        mask = cut_out(held.rgb, where)
        laid = None if self._model.aligner is None else laid_over(self._model.aligner, held, mask)
        return laid or (sized(mask, held.gray.shape), None)

    def _led_back(self, held: Held, mask: Mask, laid: Laid | None) -> list[_Led]:
        """Where it is in the frames before, in their order, as far as it can be carried back."""
        led: list[_Led] = []
        after = held
        look = look_at(held.rgb, mask)
        limit = 0.0 if look is None else self._model.otherness(self._model.see(look)) * _AS_UNLIKE
        for earlier in reversed(self._waiting):
            brought = self._brought(mask, after, earlier)
            if brought is None:
                break
            if laid is not None:
                brought, laid = self._laid(earlier, brought, laid)
            elif (held.n - earlier.n) % KEY_FRAMES == 0:
                brought = sized(brought, earlier.gray.shape)
                found = stayed(self._model, earlier, brought, limit=limit)
                brought = fitted(earlier.little, brought) if found is None else found.mask
            led.append(_Led(earlier, brought, laid))
            after, mask = earlier, brought
        return led[::-1]

    def _follow_decoys(self, held: Held) -> None:
        before = self._before
        if before is None:
            return
        brought = [self._brought(decoy, before, held) for decoy in self._decoys]
        self._decoys = [
            decoy
            for decoy in brought
            # Where the two meet nobody can tell them apart by their place any more.
            if decoy is not None and (self._mask is None or overlap(decoy, self._mask) < _APART)
        ]

    def _is_decoy(self, mask: Mask) -> bool:
        return any(overlap(mask, decoy) >= _APART for decoy in self._decoys)

    def finish(self) -> Track:
        """Close the take; frames that waited for a box that never came are followed."""
        for held in self._waiting:
            self._follow(held)
        self._waiting.clear()
        return super().finish()


def finder_of(
    model: CharacterModel, sheet: SheetRef, boxes: Mapping[int, Where | None], frames: Mapping[int, Rgb]
) -> CharacterModel:
    """A model that also finds the character by the frames that people boxed; it measures as before.

    Args:
        model: of the character, learnt from the sheet.
        sheet: its sheet.
        boxes: frame → where it is, None where it is not.
        frames: pictures of some of them.
    """
    shown: list[tuple[Lab, Mask]] = []
    for n, rgb in sorted(frames.items()):
        if n in boxes:
            little = small(rgb)
            where = boxes[n]
            nowhere = np.zeros(little.shape[:2], dtype=bool)
            mask = nowhere if where is None else sized(cut_out(rgb, where), little.shape[:2])
            shown.append((lab_of(little), mask))
    return replace(model, pixels=PixelModel([*views_of(sheet), *shown])) if shown else model


def cut_out(rgb: Rgb, where: Where) -> Mask:
    """Cut a character out of the box that a person drew around it.

    Args:
        rgb: the frame.
        where: x, y, width, height in ten-thousandths of the picture.

    Returns:
        True on the character, as large as the frame; an ellipse where it cannot be told from what is behind.
    """
    height, width = rgb.shape[:2]
    x, y = round(where[0] * width / WHOLE), round(where[1] * height / WHOLE)
    right = max(round((where[0] + where[2]) * width / WHOLE), x + 1)
    bottom = max(round((where[1] + where[3]) * height / WHOLE), y + 1)
    margin = max(round(max(right - x, bottom - y) * _AROUND), 2)
    left, top = max(x - margin, 0), max(y - margin, 0)
    part = rgb[top : bottom + margin, left : right + margin]
    little = small(part, LOOK_PX)
    scale = little.shape[1] / part.shape[1]
    box: Box = (
        round((x - left) * scale),
        round((y - top) * scale),
        max(round((right - x) * scale), 1),
        max(round((bottom - y) * scale), 1),
    )
    mask, _ = cut_from_box(little, box)
    whole = np.zeros((height, width), dtype=bool)
    whole[top : top + part.shape[0], left : left + part.shape[1]] = sized(mask, part.shape[:2])
    return whole


def boxes_for(boxes: Sequence[Boxed], character: str) -> dict[int, Where | None]:
    """Frame → what people said of one character in it."""
    return {box.frame: box.where for box in boxes if box.character == character}
