"""Finding the character in one frame: by its drawing, by its colours, or by where it was a moment ago."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.checks.consistency._align import Aligner, Laid
from circletake.checks.consistency._keypoints import Vote
from circletake.checks.consistency._light import plausible_light
from circletake.checks.consistency._look import MARGIN, Look, Rows, look_at
from circletake.checks.consistency._model import CharacterModel, Seen
from circletake.checks.consistency._pixels import Lab, Mask, Plane, around, lab_of, sized, small
from circletake.checks.consistency._segment import grabcut, hints_from, largest_blob, mixed, tidy
from circletake.checks.protocol import Box, Rgb

# Agreement of keypoints from which the drawing is this character's. Scenes without it stay below 4.
_SURE = 8.0
# Agreement from which it is there whatever its colours are, on a sheet of drawings.
_CERTAIN = 12.0
# Otherness (two for the sheet's own worst view) up to which a thing is taken for the character: strictly
# where nothing was seen before and more so when carried back in time, leniently where it was seen, most
# where its drawing is recognised; below the first there is no need to look further.
PLAIN, BACKWARD, _FIRST, AGAIN, _DRAWN = 0.8, 1.2, 1.8, 2.3, 5.0
# Intersection over union below which a mask is of another thing, or of a part: a doubtful find does not
# replace what was carried on.
_STAYS = 0.7
# The same from which what is found anew and plainly more like the sheet than what was carried on replaces it.
_MENDS, _MORE_ALIKE = 0.5, 0.75
# The same between what a search found and where it should be, from which it is not the same thing.
_ELSEWHERE = 0.2
# The same between a mask and the one that a drawing laid over it gives.
_LIES = 0.55
_THUMB_PX = (64, 36)
# Smallest piece of what is behind a figure that is cut out of its mask.
_LEAK_PX = 3


@dataclass(frozen=True, slots=True)
class Held:
    """A frame in the forms that are needed of it.

    Args:
        n: its number.
        rgb: as the check sees it.
        little: shrunk to what is looked in.
        lab: of `little`.
        gray: of `little`.
        thumb: luma of 36×64.
    """

    n: int
    rgb: Rgb
    little: Rgb
    lab: Lab
    gray: NDArray[np.uint8]
    thumb: Rows


def hold(n: int, rgb: Rgb) -> Held:
    """Prepare a frame."""
    little = small(rgb)
    gray = np.asarray(cv2.cvtColor(little, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    thumb = np.asarray(cv2.resize(gray, _THUMB_PX, interpolation=cv2.INTER_AREA), dtype=np.float32)
    return Held(n, rgb, little, lab_of(little), gray, thumb)


@dataclass(frozen=True, slots=True)
class Found:
    """The character in a frame.

    Args:
        mask: in the small picture, or in `Held.rgb` where a drawing lies over it.
        look: of it.
        seen: against the bank.
        box: square of the whole character in `Held.rgb`, where its drawing tells that part of it is out of
            the picture; None otherwise.
        is_drawn: known by its drawing, not by its colours.
        laid: how a drawing of the sheet lies over it; None where the sheet is frames of a film.
    """

    mask: Mask
    look: Look
    seen: Seen
    box: Box | None
    is_drawn: bool
    laid: Laid | None = None


def find_character(  # noqa: C901 (the ways of finding, one after the other)
    model: CharacterModel,
    held: Held,
    prior: Mask | None,
    *,
    enough: float = PLAIN,
    lay: Laid | None = None,
) -> Found | None:
    """Find the character in a frame by itself.

    Args:
        model: of the character.
        held: the frame.
        prior: where it should be, carried on from the frame before; None where that is not known.
        enough: otherness up to which what is where it was a moment ago is it, and nothing else is tried.
        lay: how a drawing of the sheet lay over it a moment ago; None where that is not known.

    Returns:
        What is most like it; None where nothing is.
    """
    best: Found | None = None
    limit = _FIRST if prior is None else AGAIN
    # At most once a frame: it costs more than all the rest of looking but the cut itself.
    resemblance = cache(lambda: model.pixels.resemblance(held.lab))
    there: Found | None = None
    if prior is not None and model.aligner is None:
        # Where it was a moment ago, and looks as it does on the sheet, there is nothing to look for.
        mask = _mask_of_pixels(model, held, model.pixels.resemblance(held.lab, around(prior)), prior)
        there = _judged(model, held, mask, None, is_drawn=False)
        if there is not None and _is_where_it_was(model, held, there, prior, enough=enough):
            return there
    vote = model.keypoints.vote(held.rgb, shape=held.gray.shape, near=prior)
    if vote is not None and vote.strength >= _SURE:
        mask = _mask_of_drawing(model, held, resemblance(), vote.shape)
        best = _judged(model, held, mask, _whole_box(mask, vote.box), is_drawn=True)
        if best is not None and model.otherness(best.seen) <= _DRAWN:
            limit = model.otherness(best.seen)
        else:
            best = None
    # Where the carried mask has slipped, looking afresh finds the character again.
    for where in (None,) if prior is None else (prior, None):
        if best is not None and limit <= PLAIN:
            break
        found = there if where is not None else None
        if found is None:
            mask = _mask_of_pixels(model, held, resemblance(), where)
            found = _judged(model, held, mask, None, is_drawn=False)
        if found is None:
            continue
        otherness = model.otherness(found.seen)
        jumps = prior is not None and overlap(found.mask, prior) < _STAYS
        if otherness < limit and not (jumps and otherness > PLAIN):
            best, limit = found, otherness
    if model.aligner is None:
        return best
    found = _drawn_anew(model, model.aligner, held, best, vote, lay)
    if found is not None and best is None and prior is not None and _is_stranger(model, found, prior):
        return None
    return found


def _is_where_it_was(model: CharacterModel, held: Held, there: Found, prior: Mask, *, enough: float) -> bool:
    """True where nothing else need be tried: as alike as `enough`, or what was carried on slipped off."""
    shared = overlap(there.mask, prior)
    if shared >= _STAYS:
        return model.otherness(there.seen) <= enough
    if shared < _MENDS or not model.has_its_form(there.seen):
        return False
    carried = _judged(model, held, prior, None, is_drawn=False)
    return carried is None or model.otherness(there.seen) < _MORE_ALIKE * model.otherness(carried.seen)


def _is_stranger(model: CharacterModel, found: Found, prior: Mask) -> bool:
    """True of what is elsewhere and unlike the sheet; what has drifted far is where it was."""
    is_elsewhere = overlap(found.mask, prior) < _ELSEWHERE
    return is_elsewhere and model.otherness(found.seen) > _DRAWN


def stayed(model: CharacterModel, held: Held, prior: Mask, *, limit: float) -> Found | None:
    """Find the character by its colours where it was a moment ago, and no more unlike the sheet than `limit`.

    Returns:
        None where its colours are not there any more.
    """
    mask = _mask_of_pixels(model, held, model.pixels.resemblance(held.lab), prior)
    found = _judged(model, held, mask, None, is_drawn=False)
    if found is None or overlap(found.mask, prior) < _STAYS or model.otherness(found.seen) > limit:
        return None
    return found


def _drawn_anew(
    model: CharacterModel,
    aligner: Aligner,
    held: Held,
    best: Found | None,
    vote: Vote | None,
    lay: Laid | None,
) -> Found | None:
    """Find with a drawing of the sheet laid over it, which also finds what has drifted far."""
    if best is not None:
        drawn = laid_over(aligner, held, best.mask, lay, afresh=True)
        again = drawn and _judged(model, held, drawn[0], best.box, is_drawn=best.is_drawn)
        return replace(again, laid=drawn[1]) if again and drawn else best
    laid = aligner.search(held.rgb)
    if laid is not None:
        mask = aligner.silhouette(laid, held.rgb.shape[:2]) > 0.5  # noqa: PLR2004 (half covered)
    elif vote is not None and vote.strength >= _CERTAIN:
        mask = sized(np.asarray(vote.shape > 0.5), held.rgb.shape[:2])  # noqa: PLR2004 (most that voted)
    else:
        return None
    drawn = laid_over(aligner, held, mask)
    again = drawn and _judged(model, held, drawn[0], None, is_drawn=True)
    return replace(again, laid=drawn[1]) if again and drawn else None


def laid_over(
    aligner: Aligner, held: Held, mask: Mask, near: Laid | None = None, *, afresh: bool = False
) -> tuple[Mask, Laid] | None:
    """Draw a mask anew, in pixels of `held.rgb`, with the sheet's most alike drawing laid over it.

    Returns:
        The mask and how the drawing lies; None where none does, as where it is partly out of the picture.
    """
    if touches_edge(mask):
        return None
    mask = sized(mask, held.rgb.shape[:2])
    laid = aligner.lay(held.rgb, mask, near=near, afresh=afresh)
    if laid is None:
        return None
    drawn = aligner.mask(held.rgb, mask, laid)
    # Posed unlike every drawing, or somewhere else: what was found by itself is better.
    return (drawn, laid) if overlap(drawn, mask) >= _LIES else None


def bare(model: CharacterModel, held: Held, mask: Mask) -> Mask:
    """A mask without what is behind the figure, between its limbs and where its pose leaves the drawing.

    Only what is looked at is bared: it is followed by the whole of what the drawing covers.
    """
    if model.aligner is None:
        return mask
    little = sized(mask, held.gray.shape)
    behind = (little & ~model.pixels.without_leaks(held.lab, little)).astype(np.uint8)
    # lines and grain are no leaks
    leaks = cv2.morphologyEx(behind, cv2.MORPH_OPEN, np.ones((_LEAK_PX, _LEAK_PX), np.uint8))
    return np.asarray(mask & ~sized(np.asarray(leaks > 0), mask.shape))


def fitted(little: Rgb, mask: Mask) -> Mask:
    """Fit a carried mask to the edges of this frame, whatever its colours are."""
    inner = cv2.erode(mask.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    outer = cv2.dilate(mask.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    hints = np.where(mask, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    hints[inner], hints[~outer] = cv2.GC_FGD, cv2.GC_BGD
    again = tidy(grabcut(little, hints, 1), near=mask)
    both, either = float((again & mask).sum()), float((again | mask).sum())
    return again if both > 0.7 * either else mask


def without(held: Held, figures: Sequence[Mask]) -> Held:
    """A frame with some figures painted over in the colour of what is around them."""
    rgb = held.rgb.copy()
    for figure in figures:
        mask = sized(figure, rgb.shape[:2]).astype(np.uint8)
        inner = cv2.dilate(mask, np.ones((9, 9), np.uint8)) > 0
        beside = (cv2.dilate(mask, np.ones((31, 31), np.uint8)) > 0) & ~inner
        if beside.any():
            rgb[inner] = np.median(rgb[beside], axis=0).astype(np.uint8)
    return hold(held.n, rgb)


def touches_edge(mask: Mask) -> bool:
    """True where the character reaches the picture's edge over more than a few pixels."""
    edges = (mask[0], mask[-1], mask[:, 0], mask[:, -1])
    return bool(max(int(edge.sum()) for edge in edges) > mask.shape[1] // 40)


def overlap(a: Mask, b: Mask) -> float:
    """Intersection over union of two masks, of whatever sizes."""
    a = sized(a, b.shape)
    return float((a & b).sum()) / max(float((a | b).sum()), 1.0)


def _judged(
    model: CharacterModel, held: Held, mask: Mask, box: Box | None, *, is_drawn: bool
) -> Found | None:
    look = look_at(held.rgb, bare(model, held, mask), box=box) if mask.any() else None
    if look is None:
        return None
    seen = model.see(look)
    # Only what is known by its drawing may be excused by light; else anything could be.
    light = plausible_light(seen.light) if is_drawn else None
    if light is not None:
        seen = model.see(look, light=light)
    return Found(mask, look, seen, box, is_drawn)


def _whole_box(mask: Mask, box: tuple[float, float, float, float]) -> Box | None:
    if not touches_edge(mask):
        return None
    x, y, width, height = box
    side = max(width, height) * MARGIN
    return (
        round(x + (width - side) / 2),
        round(y + (height - side) / 2),
        max(round(side), 1),
        max(round(side), 1),
    )


def _mask_of_drawing(model: CharacterModel, held: Held, resemblance: Plane, shape: Plane) -> Mask:
    likely = shape > 0.5  # noqa: PLR2004 (most of the views that voted)
    hints = np.full(shape.shape, cv2.GC_PR_BGD, dtype=np.uint8)
    hints[likely | ((shape > 0.15) & (resemblance > 0.6))] = cv2.GC_PR_FGD  # noqa: PLR2004 (some say so)
    core = cv2.erode((shape > 0.8).astype(np.uint8), np.ones((7, 7), np.uint8)) > 0  # noqa: PLR2004 (nearly all)
    hints[core] = cv2.GC_FGD
    near = cv2.dilate((shape > 0.1).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0  # noqa: PLR2004 (any)
    hints[~near] = cv2.GC_BGD
    mask = model.pixels.without_leaks(held.lab, grabcut(held.little, hints, 2))
    return tidy(mask, near=likely)


def _mask_of_pixels(model: CharacterModel, held: Held, resemblance: Plane, prior: Mask | None) -> Mask:
    if prior is not None:
        # Where it was a moment ago is worth as much as what it looks like.
        resemblance = mixed(resemblance, prior, blur_px=3.0)
        blob = tidy(prior | (resemblance > 0.6), near=prior)  # noqa: PLR2004 (both say so, or one is sure)
    else:
        blob = largest_blob(resemblance)
    if not blob.any():
        return blob
    near = cv2.dilate(blob.astype(np.uint8), np.ones((13, 13), np.uint8)) > 0
    hints = hints_from(resemblance)
    hints[~near] = cv2.GC_BGD
    # What was carried on is nearly right in film.
    rounds = 1 if prior is not None and model.aligner is None else 2
    return tidy(model.pixels.without_leaks(held.lab, grabcut(held.little, hints, rounds)), near=blob)
