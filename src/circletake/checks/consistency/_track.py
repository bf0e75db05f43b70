"""Following the character through a take: looked for every few frames, carried on between them."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.checks.consistency._align import Laid
from circletake.checks.consistency._find import (
    BACKWARD,
    Found,
    Held,
    bare,
    find_character,
    fitted,
    hold,
    laid_over,
    overlap,
    touches_edge,
    without,
)
from circletake.checks.consistency._look import Look, Rows, look_at
from circletake.checks.consistency._meter import Meter, Track
from circletake.checks.consistency._model import CharacterModel, Seen
from circletake.checks.consistency._pixels import Lab, Mask, sized
from circletake.checks.consistency._segment import tidy
from circletake.checks.consistency._sudden import surprise_of
from circletake.checks.protocol import Box, Rgb

# Looked for on every sixth frame: a quarter of a second; flow carries the mask well for that long.
# Where it moves fast (pixels of the small picture a frame) and is known by its drawing, every second.
KEY_FRAMES, _FAST_KEY_FRAMES, _FAST_PX = 6, 2, 1.0
# How far back a first sighting is carried; longer and the mask is a guess.
_CARRY_BACK = 24
# Correlation of luma, whole pictures as thumbs and carried pictures under the mask. Shots stay above .8,
# cuts below .3; a change of hue leaves luma alone.
_SAME_SHOT = 0.6
# Intersection over union of two masks from which both are of one character.
_ONE = 0.5
# Frames that a mask is carried on without being confirmed by colour or by form: two seconds.
_UNCONFIRMED = 48
_SHRUNK = 0.3
# The same at the picture's edge, where it walks out and leaves what was behind it to be carried on.
_LEFT = 0.5
_PARTS = 3
# Measured on every third frame; where the mean deviation turns by so much in between, on all of them. Takes
# of up to 16 frames are measured throughout: few frames say it all.
_MEASURED_EVERY, _TURNS = 3, 0.75
_SHORT = 16
# How much worse than a moment ago, in square Lab, a drawing may lie over what has leapt.
_LEAPS, _LEAST_APART = 1.6, 150.0
# Frames that a leap takes, in which no drawing need lie over it.
_LEAP = 12
# Looked for in all ways once a second where it stays as it was.
_LOOK_AGAIN = 24


@dataclass(frozen=True, slots=True)
class _Skipped:
    held: Held
    mask: Mask
    box: Box | None


class Tracker:
    """Follows one character through the frames of a take, and has it measured.

    It is carried on from frame to frame by optical flow and measured every few frames; where two
    measurements differ, the frames between them are measured as well.

    Args:
        model: of the character.
        n_frames: of the take, as promised; 0 where nobody knows.
    """

    is_led = False
    """True where a person said which figure it is."""

    def __init__(self, model: CharacterModel, n_frames: int = 0) -> None:
        self._model = model
        self._every = _every(n_frames)
        self._meter = Meter(model)
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
        self._before: Held | None = None
        self._mask: Mask | None = None
        self._box: Box | None = None
        self._led: Rows | None = None
        self._lies: Laid | None = None
        self._laid_at = -_LOOK_AGAIN
        self._is_fast = False
        self._is_drawn = False
        self._seen_area = 0.0
        self._confirmed_at = 0
        self._looked_at = -_LOOK_AGAIN
        self._measured_at, self._off = -self._every, 0.0
        self._is_given = False
        self._pending: list[Held] = []
        self._skipped: list[_Skipped] = []

    def frame(self, n: int, rgb: Rgb) -> None:
        """See the next frame."""
        self._follow(hold(n, rgb))

    def _follow(self, held: Held) -> None:
        self._is_given = False
        was_there = self._mask is not None
        mask, change = self._carried(held)
        if mask is None and was_there:
            mask, change = self._leapt(held)
        found: Found | None = None
        if self._is_time(held.n, mask) or (was_there and mask is None):
            thorough = mask is None or held.n - self._looked_at >= _LOOK_AGAIN
            if thorough or self._lies is not None:
                self._looked_at = held.n
            prior = None if mask is None else sized(mask, held.gray.shape)
            found = self._found(held, prior, thorough=thorough)
        if found is not None:
            if (
                mask is not None
                and held.n - self._confirmed_at > KEY_FRAMES
                and overlap(found.mask, mask) <= _ONE
            ):
                # Found elsewhere: what was carried on unconfirmed was something else.
                self._meter.lost(self._confirmed_at)
            self._take(held, found, change)
        else:
            self._mask = self._carry_on(held, mask, change)
            if self._mask is None:
                if was_there and held.n - self._confirmed_at > KEY_FRAMES:
                    self._meter.lost(self._confirmed_at)
                self._box = None
                self._skipped.clear()
                self._pending = [*self._pending[1 - _CARRY_BACK :], held]
        self._before = held

    def _found(self, held: Held, prior: Mask | None, *, thorough: bool = True) -> Found | None:
        """Where the character is in a frame that it is looked for in."""
        lay = None if prior is None else self._lies
        return find_character(self._model, held, prior, thorough=thorough, lay=lay)

    def finish(self) -> Track:
        """Close the take."""
        # Neither its form nor a drawing of it for a second: it may as well be what hid it.
        if self._before is not None and self._before.n - self._confirmed_at > _LOOK_AGAIN:
            self._meter.lost(self._confirmed_at)
        return self._meter.finish()

    def _is_time(self, n: int, mask: Mask | None) -> bool:
        """True where the character is looked for afresh."""
        if self._is_laid(n) and mask is not None:
            # a drawing that lies over it keeps it in place
            return n - self._looked_at >= _LOOK_AGAIN
        return n % (_FAST_KEY_FRAMES if self._is_fast else KEY_FRAMES) == 0

    def _take(self, held: Held, found: Found, change: Rows | None) -> None:
        self._carry_back(held, found)
        self._pending.clear()
        self._seen_area, self._confirmed_at = float(found.mask.mean()), held.n
        self._is_drawn, self._lies = found.is_drawn, found.laid
        if found.laid is not None:
            self._laid_at = held.n
        self._mask, self._box = found.mask, found.box or (self._box if touches_edge(found.mask) else None)
        self._meter.passed(held.n, change)
        self._measure(held, found.mask, found.look, found.seen)

    def _carry_on(self, held: Held, mask: Mask | None, change: Rows | None) -> Mask | None:
        if mask is None or float(mask.mean()) < self._seen_area * _SHRUNK:
            return None
        is_key = held.n % KEY_FRAMES == 0
        if is_key and self._lies is None:
            mask = fitted(held.little, sized(mask, held.gray.shape))
        if held.n - self._measured_at < self._every and not is_key:
            self._meter.passed(held.n, change)
            self._skipped.append(_Skipped(held, mask, self._box))
            return mask
        mask = self._drawn_anew(held, mask)
        look = look_at(held.rgb, self._bared(held, mask), box=self._box)
        if look is None or (touches_edge(mask) and float(mask.mean()) < self._seen_area * _LEFT):
            return None
        seen = self._model.see(look) if is_key and not self._is_laid(held.n) else None
        if self._is_laid(held.n) or (seen is not None and self._model.has_its_form(seen)):
            self._confirmed_at = held.n
        if held.n - self._confirmed_at > _UNCONFIRMED:
            return None
        self._meter.passed(held.n, change)
        self._measure(held, mask, look, None)
        return mask

    def _measure(self, held: Held, mask: Mask, look: Look, seen: Seen | None) -> None:
        off = self._meter.measure(held.n, look, seen)
        if self._skipped and abs(off - self._off) > _TURNS:
            lies = self._lies
            for skipped in self._skipped:
                anew = self._bared(skipped.held, self._drawn_anew(skipped.held, skipped.mask))
                between = look_at(skipped.held.rgb, anew, box=skipped.box)
                if between is not None:
                    self._meter.measure(skipped.held.n, between)
            self._lies = lies
        self._skipped.clear()
        self._measured_at, self._off = held.n, off
        x, y, width, height = look.box
        part = (slice(max(y, 0), y + height), slice(max(x, 0), x + width))
        whole = sized(self._bared(held, mask), held.rgb.shape[:2])
        self._meter.picture(held.n, held.rgb[part], whole[part])

    def _bared(self, held: Held, mask: Mask) -> Mask:
        return mask if self._is_given else bare(self._model, held, mask)

    def _drawn_anew(self, held: Held, mask: Mask) -> Mask:
        """A carried mask as this frame shows it."""
        if self._is_given:
            return mask
        if self._model.aligner is None or self._lies is None:
            mask = sized(mask, held.gray.shape)
            return tidy(self._model.pixels.without_leaks(held.lab, mask), near=mask)
        mask, self._lies = self._laid(held, mask, self._lies)
        return mask

    def _laid(self, held: Held, mask: Mask, near: Laid | None) -> tuple[Mask, Laid | None]:
        if self._model.aligner is None or near is None:
            return mask, near
        laid = laid_over(self._model.aligner, held, mask, near)
        # A drawing that no longer lies over it confirms nothing; it is looked for at the next key frame.
        if laid is not None:
            self._laid_at = held.n
        return laid or (mask, near)

    def _is_laid(self, n: int) -> bool:
        """True where a drawing lies over it, or lay a moment ago: in the middle of a leap none does."""
        return self._lies is not None and n - self._laid_at <= _LEAP

    def _leapt(self, held: Held) -> tuple[Mask | None, Rows | None]:
        """Where a drawing that lay over it lies now, if it moved faster than flow can follow."""
        aligner, before = self._model.aligner, self._before
        if aligner is None or self._lies is None or self._mask is None or before is None:
            return None, None
        if not _is_next(before, held):
            return None, None
        mask = sized(self._mask, held.rgb.shape[:2])
        laid = aligner.lay(held.rgb, mask, near=self._lies)
        if laid is None or laid.apart > _LEAPS * max(self._lies.apart, _LEAST_APART):
            return None, None
        self._lies = laid
        drawn = aligner.silhouette(laid, held.rgb.shape[:2]) > 0.5  # noqa: PLR2004 (half covered)
        found = aligner.mask(held.rgb, drawn, laid)
        here = _change(held.lab, sized(found, held.gray.shape))
        there = _change(before.lab, sized(mask, held.gray.shape))
        return found, None if here is None or there is None else here - there

    def _carried(self, held: Held) -> tuple[Mask | None, Rows | None]:
        """The mask of the frame before, moved on, and how the character changed."""
        # the flow that led to the frame before
        led, self._led = self._led, None
        before = self._before
        if before is None or self._mask is None or not _is_next(before, held):
            return None, None
        flow = self._pulled(held, before)
        grid = _grid(flow)
        whole = _moved(self._mask, flow)
        mask = sized(whole, held.gray.shape)
        if not _is_same(held.gray, _remap(before.gray.astype(np.float32), grid), mask):
            return None, None
        carried, self._led = _remap(before.lab, grid), flow
        if led is not None and led.shape == flow.shape:
            foretold = _remap(before.lab, _grid(led))
            self._meter.surprised(held.n, surprise_of(held.lab, carried, foretold, mask))
        self._is_fast = self._is_drawn and float(np.abs(flow[mask]).max(axis=1).mean()) > _FAST_PX
        if self._box is not None:
            moved = flow[mask].mean(axis=0) * (held.rgb.shape[1] / held.gray.shape[1])
            x, y, side, _ = self._box
            self._box = (round(x - float(moved[0])), round(y - float(moved[1])), side, side)
        return whole, _change(held.lab - carried, mask)

    def _carry_back(self, held: Held, found: Found) -> None:
        after, mask, laid = held, found.mask, found.laid
        for earlier in reversed(self._pending):
            if earlier.n != after.n - 1 or not _is_next(earlier, after):
                break
            flow = self._pulled(earlier, after)
            mask = _moved(mask, flow)
            there = _remap(after.gray.astype(np.float32), _grid(flow))
            if not _is_same(earlier.gray, there, sized(mask, earlier.gray.shape)):
                break
            after = earlier
            if (held.n - earlier.n) % self._every:
                self._meter.passed(earlier.n, None)
                continue
            mask, laid = self._laid(earlier, mask, laid)
            look = look_at(earlier.rgb, self._bared(earlier, mask), box=found.box)
            if look is None:
                break
            seen = self._model.see(look)
            if self._model.otherness(seen) > BACKWARD and not self._model.has_its_form(seen):
                break
            self._meter.passed(earlier.n, None)
            self._meter.measure(earlier.n, look, seen)

    def given(self, n: int, rgb: Rgb, mask: Mask) -> None:
        """See the next frame, in which the character's mask is known."""
        self._pending.clear()
        self._is_given = True
        self._place(hold(n, rgb), mask, None)

    @property
    def sighting(self) -> tuple[Held, Mask] | None:
        """The frame that was followed last, and where the character is in it; None where it is not."""
        return None if self._before is None or self._mask is None else (self._before, self._mask)

    def go_to(self, held: Held, mask: Mask) -> None:
        """Follow this figure from here on: the other one was somebody else."""
        self._forget()
        self._place(held, mask, None)

    def look_beside(self, others: Sequence[Mask]) -> None:
        """Leave the figure that is followed to somebody else, and look for the character beside those."""
        held = self._before
        self._forget()
        if held is None:
            return
        found = self._found(without(held, others), None)
        if found is not None:
            self._take(held, found, None)

    def _forget(self) -> None:
        """Know nothing of where the character is; what was measured stays."""
        self._mask, self._box, self._lies = None, None, None
        self._skipped.clear()
        self._pending.clear()

    def _place(self, held: Held, mask: Mask, laid: Laid | None) -> None:
        """Take the character to be here, in the frame after the one before."""
        _, change = self._carried(held)
        self._mask, self._box, self._lies, self._before = mask, None, laid, held
        self._seen_area, self._confirmed_at = float(mask.mean()), held.n
        is_key = held.n % KEY_FRAMES == 0
        self._meter.passed(held.n, change)
        if held.n - self._measured_at < self._every and not is_key:
            self._skipped.append(_Skipped(held, mask, None))
            return
        look = look_at(held.rgb, self._bared(held, mask))
        if look is not None:
            self._measure(held, mask, look, self._model.see(look) if is_key else None)

    def _brought(self, mask: Mask, there: Held, here: Held) -> Mask | None:
        """A mask of one frame in the one before or after it; None where what it showed is gone."""
        if not _is_next(there, here):
            return None
        flow = self._pulled(here, there)
        brought = _moved(mask, flow)
        seen = _remap(there.gray.astype(np.float32), _grid(flow))
        is_there = float(brought.mean()) >= _SHRUNK * float(mask.mean())
        return brought if is_there and _is_same(here.gray, seen, sized(brought, here.gray.shape)) else None

    def _is_cut(self, held: Held) -> bool:
        """True where a frame begins another shot."""
        return self._before is not None and not _is_next(self._before, held)

    def _pulled(self, here: Held, there: Held) -> Rows:
        empty = np.zeros((*here.gray.shape, 2), dtype=np.float32)
        return np.asarray(self._flow.calc(here.gray, there.gray, empty), dtype=np.float32)


def _every(n_frames: int) -> int:
    """Which frames of a take are measured, one in so many."""
    return 1 if 0 < n_frames <= _SHORT else _MEASURED_EVERY


def _grid(flow: Rows) -> Rows:
    rows, columns = np.indices(flow.shape[:2], dtype=np.float32)
    return np.stack([columns + flow[..., 0], rows + flow[..., 1]], axis=2).astype(np.float32)


def _moved(mask: Mask, flow: Rows) -> Mask:
    height, width = mask.shape
    if mask.shape != flow.shape[:2]:
        larger = np.array([width / flow.shape[1], height / flow.shape[0]], dtype=np.float32)
        flow = np.asarray(cv2.resize(flow, (width, height)), dtype=np.float32) * larger
    return np.asarray(_remap(mask.astype(np.float32), _grid(flow)) > 0.5)  # noqa: PLR2004 (half covered)


def _remap(plane: Rows, grid: Rows) -> Rows:
    moved = cv2.remap(plane, grid[..., 0], grid[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, dtype=np.float32)


def _is_next(before: Held, after: Held) -> bool:
    return before.gray.shape == after.gray.shape and _alike(before.thumb, after.thumb) >= _SAME_SHOT


def _is_same(here: NDArray[np.uint8], there: Rows, mask: Mask) -> bool:
    if mask.sum() < 64:  # noqa: PLR2004 (too few pixels to correlate)
        return False
    around = cv2.dilate(mask.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    return _alike(here[around].astype(np.float32), there[around]) >= _SAME_SHOT


def _alike(a: Rows, b: Rows) -> float:
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    # Two even pictures are alike.
    return float((a * b).sum()) / scale if scale > 1e-6 else 1.0  # noqa: PLR2004 (even)


def _change(difference: Lab, mask: Mask) -> Rows | None:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    top, left = int(rows[0]), int(columns[0])
    height, width = int(rows[-1]) + 1 - top, int(columns[-1]) + 1 - left
    parts = np.zeros((_PARTS * _PARTS, 3), dtype=np.float32)
    for part in range(_PARTS * _PARTS):
        row, column = divmod(part, _PARTS)
        ys = slice(top + height * row // _PARTS, top + height * (row + 1) // _PARTS)
        xs = slice(left + width * column // _PARTS, left + width * (column + 1) // _PARTS)
        here = difference[ys, xs][mask[ys, xs]]
        if len(here) >= 12:  # noqa: PLR2004 (fewer are outline)
            parts[part] = np.median(here, axis=0)
    return parts
