"""Following the character through a take: looked for every few frames, carried on between them."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from circletake.checks.consistency._align import Laid
from circletake.checks.consistency._cadence import KEY_FRAMES, TURNS, Cadence
from circletake.checks.consistency._carry import change_in, grid, is_next, is_same, moved_by, remap
from circletake.checks.consistency._find import (
    AGAIN,
    BACKWARD,
    PLAIN,
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
from circletake.checks.consistency._pixels import Mask, around, sized
from circletake.checks.consistency._segment import tidy
from circletake.checks.consistency._sudden import surprise_of
from circletake.checks.protocol import Box, Rgb

# How far back a first sighting is carried; longer and the mask is a guess.
_CARRY_BACK = 24
# Intersection over union of two masks from which both are of one character.
_ONE = 0.5
# Frames that a mask is carried on without being confirmed by colour or by form: two seconds.
_UNCONFIRMED = 48
_SHRUNK = 0.3
# The same at the picture's edge, where it walks out and leaves what was behind it to be carried on.
_LEFT = 0.5
# How much worse than a moment ago, in square Lab, a drawing may lie over what has leapt.
_LEAPS, _LEAST_APART = 1.6, 150.0
# Frames that a leap takes, in which no drawing need lie over it.
_LEAP = 12
# How much more unlike the sheet than it was it may become and need not be looked for in all ways.
_AS_UNLIKE = 1.25
# Looked for in all ways once a second where it stays as it was, in film every other second.
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
        self._cadence = Cadence(n_frames, is_film=model.aligner is None)
        self._every = self._cadence.every
        self._meter = Meter(model, every=self._every)
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
        self._before: Held | None = None
        self._mask: Mask | None = None
        self._box: Box | None = None
        self._led: Rows | None = None
        self._lies: Laid | None = None
        self._laid_at = -_LOOK_AGAIN
        self._is_drawn = False
        self._seen_area = 0.0
        self._confirmed_at = 0
        self._looked_at = -_LOOK_AGAIN
        self._measured_at, self._off, self._found_off = -self._every, 0.0, 0.0
        self._unlike = 0.0
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
            is_film = self._model.aligner is None
            thorough = mask is None or held.n - self._looked_at >= (2 if is_film else 1) * _LOOK_AGAIN
            if thorough or self._lies is not None:
                self._looked_at = held.n
            prior = None if mask is None else sized(mask, held.gray.shape)
            # what has become no more unlike the sheet since it was looked for in all ways
            enough = PLAIN if thorough else max(PLAIN, min(_AS_UNLIKE * self._unlike, AGAIN))
            found = self._found(held, prior, enough=enough)
            if found is not None:
                self._unlike = self._model.otherness(found.seen)
                self._looked_at = held.n if is_film and self._unlike > enough else self._looked_at
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
                if was_there:
                    self._cadence.turned(held.n)
                self._box = None
                self._skipped.clear()
                self._pending = [*self._pending[1 - _CARRY_BACK :], held]
        self._before = held

    def _found(self, held: Held, prior: Mask | None, *, enough: float = PLAIN) -> Found | None:
        """Where the character is in a frame that it is looked for in."""
        lay = None if prior is None else self._lies
        return find_character(self._model, held, prior, enough=enough, lay=lay)

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
        return self._cadence.is_key(n, is_held=mask is not None)

    def _take(self, held: Held, found: Found, change: Rows | None) -> None:
        self._carry_back(held, found)
        self._pending.clear()
        if self._mask is None:
            self._cadence.turned(held.n)
        self._cadence.found()
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
        is_key = self._cadence.is_due(held.n)
        if is_key and self._lies is None:
            mask = fitted(held.little, sized(mask, held.gray.shape))
        is_awaited = held.n - self._measured_at < self._every and not self._cadence.stirs(held.n)
        if is_awaited and not is_key:
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
        if self._confirmed_at == held.n:
            self._found_off = off
        elif self._model.aligner is None and off <= self._found_off + TURNS:
            # in film, as like the sheet as where it was found
            self._confirmed_at = held.n
        lies = self._lies
        after = off
        if self._cadence.stirs(held.n) and self._skipped:
            # what it was before it stirred
            after = self._measured_then(self._skipped.pop(), off)
        self._between(self._skipped, self._off, after)
        self._lies = lies
        self._skipped.clear()
        self._measured_at, self._off = held.n, off
        x, y, width, height = look.box
        part = (slice(max(y, 0), y + height), slice(max(x, 0), x + width))
        whole = sized(self._bared(held, mask), held.rgb.shape[:2])
        self._meter.picture(held.n, held.rgb[part], whole[part])

    def _between(self, skipped: Sequence[_Skipped], before: float, after: float) -> None:
        """Measure where it turned, between two measurements that differ: the middle, and on from there."""
        if not skipped or abs(after - before) <= TURNS:
            return
        if self._model.aligner is not None:
            # each drawing lies near the one before
            for one in skipped:
                self._measured_then(one, before)
            return
        middle = len(skipped) // 2
        off = self._measured_then(skipped[middle], before)
        self._between(skipped[:middle], before, off)
        self._between(skipped[middle + 1 :], off, after)

    def _measured_then(self, skipped: _Skipped, otherwise: float) -> float:
        """Measure a frame that was passed by; `otherwise` where there is too little in it."""
        anew = self._bared(skipped.held, self._drawn_anew(skipped.held, skipped.mask))
        look = look_at(skipped.held.rgb, anew, box=skipped.box)
        return otherwise if look is None else self._meter.measure(skipped.held.n, look)

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
        if not is_next(before, held):
            return None, None
        mask = sized(self._mask, held.rgb.shape[:2])
        laid = aligner.lay(held.rgb, mask, near=self._lies)
        if laid is None or laid.apart > _LEAPS * max(self._lies.apart, _LEAST_APART):
            return None, None
        self._lies = laid
        drawn = aligner.silhouette(laid, held.rgb.shape[:2]) > 0.5  # noqa: PLR2004 (half covered)
        found = aligner.mask(held.rgb, drawn, laid)
        here = change_in(held.lab, sized(found, held.gray.shape))
        there = change_in(before.lab, sized(mask, held.gray.shape))
        return found, None if here is None or there is None else here - there

    def _carried(self, held: Held) -> tuple[Mask | None, Rows | None]:
        """The mask of the frame before, moved on, and how the character changed."""
        # the flow that led to the frame before
        led, self._led = self._led, None
        before = self._before
        if before is None or self._mask is None or not is_next(before, held):
            return None, None
        flow = self._pulled(held, before)
        places = grid(flow)
        whole = moved_by(self._mask, flow)
        mask = sized(whole, held.gray.shape)
        part = around(mask)
        if part is None:
            return None, None
        mask, here, carried = mask[part], held.lab[part], remap(before.lab, places[part])
        if not is_same(here[..., 0], carried[..., 0], mask):
            return None, None
        self._led = flow
        if led is not None and led.shape == flow.shape:
            foretold = remap(before.lab, grid(led)[part])
            from_ = self._cadence.stirs_from
            surprise = surprise_of(here, carried, foretold, mask, placed_from=from_)
            self._meter.surprised(held.n, surprise)
            self._cadence.surprised(held.n, surprise.inside)
        moved = flow[part][mask]
        travelled = float(np.maximum(*np.abs(moved.T)).mean())
        self._cadence.moved(travelled, is_drawn=self._is_drawn)
        if self._box is not None:
            step = moved.mean(axis=0) * (held.rgb.shape[1] / held.gray.shape[1])
            x, y, side, _ = self._box
            self._box = (round(x - float(step[0])), round(y - float(step[1])), side, side)
        return whole, change_in(here - carried, mask)

    def _carry_back(self, held: Held, found: Found) -> None:
        after, mask, laid = held, found.mask, found.laid
        for earlier in reversed(self._pending):
            if earlier.n != after.n - 1 or not is_next(earlier, after):
                break
            flow = self._pulled(earlier, after)
            mask = moved_by(mask, flow)
            there = remap(after.lab, grid(flow))
            if not is_same(earlier.lab[..., 0], there[..., 0], sized(mask, earlier.gray.shape)):
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
        if not is_next(there, here):
            return None
        flow = self._pulled(here, there)
        brought = moved_by(mask, flow)
        seen = remap(there.lab, grid(flow))[..., 0]
        is_there = float(brought.mean()) >= _SHRUNK * float(mask.mean())
        return (
            brought if is_there and is_same(here.lab[..., 0], seen, sized(brought, here.gray.shape)) else None
        )

    def _is_cut(self, held: Held) -> bool:
        """True where a frame begins another shot."""
        return self._before is not None and not is_next(self._before, held)

    def _pulled(self, here: Held, there: Held) -> Rows:
        empty = np.zeros((*here.gray.shape, 2), dtype=np.float32)
        return np.asarray(self._flow.calc(here.gray, there.gray, empty), dtype=np.float32)
