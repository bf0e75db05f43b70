"""The character as its approved views show it: what finds it, what measures it, and how sure that is."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType

import cv2
import numpy as np

from circletake.checks.answers import plain_answers
from circletake.checks.consistency._align import Aligner
from circletake.checks.consistency._calibrate import Scale, State, fewest_shots, scale_of
from circletake.checks.consistency._fuse import fuse
from circletake.checks.consistency._keypoints import KeypointModel
from circletake.checks.consistency._look import Look, Rows, look_at
from circletake.checks.consistency._pixels import LOOK_PX, Lab, Mask, PixelModel, lab_of, sized, small
from circletake.checks.consistency._segment import (
    LEAST_FILL,
    cut_from_box,
    grabcut,
    hints_from,
    is_drawing,
    mixed,
    tidy,
)
from circletake.checks.consistency._steps import steps_of
from circletake.checks.consistency.functionals.protocol import Course
from circletake.checks.consistency.head import Head, learn_head
from circletake.checks.consistency.scorers import lines, outline, palette, patches
from circletake.checks.consistency.scorers.protocol import Learned, View
from circletake.checks.protocol import Box, Rgb, SheetRef
from circletake.errors import SheetInvalid

# Two views give one comparison; below three there is no spread to calibrate on.
FEWEST_VIEWS = 3
_ROUNDS = 2
_FORM_WITHIN = 0.95
# Fewest approved shots by which shots are measured: each is held against the others.
_FEWEST_SHOTS = 2
# False-alarm rate at which approved takes are enough: two shots by day know nothing of the night.
_CUSTOMARY = 0.05
_SCORERS: tuple[ModuleType, ...] = (palette, patches, outline, lines)
SCORES: tuple[str, ...] = tuple(name for scorer in _SCORERS for name in scorer.names)
# What encoding, masks and scaling alone make of one drawing, in each scorer's own unit.
LEAST_SPREAD = np.concatenate([scorer.least_spread for scorer in _SCORERS])
_WORTH = np.concatenate([scorer.worth for scorer in _SCORERS]).astype(np.float32)
# Distances of the sheet's views from each other, palette and whole view, from which they are of no one thing.
# Sheets of one character stay below .17 and 4.1, boxes over unrelated pictures are above .44 and 6.4.
_STRANGERS = {"palette": 0.3, "unlike every view": 5.0}
_PALETTE, _MISSING = SCORES.index("palette"), SCORES.index("missing parts")


@dataclass(frozen=True, slots=True)
class Seen:
    """One view against the bank.

    Args:
        values: distance in each of SCORES; higher is further.
        form: missing parts, colour left out: what tells a recoloured character from another.
        light: median Lab difference from what it matches.
    """

    values: Rows
    form: float
    light: Rows


@dataclass(frozen=True, slots=True)
class CharacterModel:
    """One character, ready to measure against.

    Args:
        character: its code.
        content: hash of the sheet.
        pixels: tells its pixels from others.
        keypoints: finds its drawing.
        views: the bank: the sheet's pictures, their mirror images, views of approved shots.
        patches: the bank's patches.
        scorers: all that have learnt the bank, in the order of SCORES.
        scale: what scores approved views have; drawings, where there are too few approved shots.
        drawn: what scores the sheet's drawings have. Within one take these stay the measure: of a few
            approved shots nearly all spread is what shots differ by, and a recoloured ear hides in that.
        shots: deviations of each approved shot from the rest of the bank, in steps, [frame] each; of each
            picture of the sheet from the others where there are too few approved shots.
        approved: how many approved shots there are.
        pooled: the same of the production's other characters.
        head: how much each score counts; None while all count alike.
        courses: deviations of each approved shot, as they are, with what else is known of its moments.
        lent: the same of the production's other characters.
        form: largest difference in form of a view from the others.
        aligner: lays the sheet's drawings over a frame; None where the sheet is frames of a film.
    """

    character: str
    content: str
    pixels: PixelModel
    keypoints: KeypointModel
    views: tuple[View, ...]
    patches: patches.LearnedPatches
    scorers: tuple[Learned, ...]
    scale: Scale
    drawn: Scale
    shots: tuple[Rows, ...]
    pooled: tuple[Rows, ...]
    approved: int
    form: float
    aligner: Aligner | None
    head: Head | None = None
    courses: tuple[Course, ...] = ()
    lent: tuple[Course, ...] = ()

    @property
    def is_of_one(self) -> bool:
        """False where the sheet's pictures have so little in common that anything would pass for it."""
        return any(self.drawn.mean[SCORES.index(name)] < most for name, most in _STRANGERS.items())

    @property
    def has_approved(self) -> bool:
        """True where approved takes, not the drawings of the sheet, say what is usual."""
        return self.approved >= _FEWEST_SHOTS

    @property
    def knows_light(self) -> bool:
        """True where approved takes are many enough to say what light does to the character."""
        return self.approved >= fewest_shots(_CUSTOMARY)

    @property
    def weights(self) -> Rows:
        """How much the head lets each score count, one on the mean, [score]."""
        return np.ones(len(SCORES), np.float32) if self.head is None else self.head.rows()

    def measure(self, look: Look, *, light: Rows | None = None) -> Rows:
        """Distances of a view from the bank, [score]."""
        return _measured(self.scorers, look, None, light)

    def off(self, values: Rows) -> Rows:
        """How many of the approved views' deviations distances are off, all scores fused: [view]."""
        return fuse(self.scale.deviations(values), _WORTH * self.weights)

    def see(self, look: Look, *, light: Rows | None = None) -> Seen:
        """Distances, form and light of a view."""
        form, away = self.patches.form(look)
        return Seen(self.measure(look, light=light), form, away)

    def otherness(self, seen: Seen) -> float:
        """How far it is from being this character: palette and missing parts, each over the worst own."""
        worst = self.scale.mean + self.scale.worst * self.scale.spread
        ratio = seen.values / np.maximum(worst, 1e-3)
        return float(ratio[_PALETTE] + ratio[_MISSING])

    def has_its_form(self, seen: Seen) -> bool:
        """True where it is drawn like this character, whatever its colours are."""
        return seen.form <= self.form * _FORM_WITHIN

    def state(self, alpha: float) -> State:
        """Whose approved shots say what is usual, at a false-alarm rate; drawings never do, however many."""
        if not self.has_approved:
            return "uncalibrated"
        if len(self.shots) >= fewest_shots(alpha):
            return "own"
        enough = len(self.shots) + len(self.pooled) >= fewest_shots(alpha)
        return "pooled" if enough else "uncalibrated"


def needed_shots(alpha: float) -> int:
    """How many approved shots of its own make a character its own measure, at a false-alarm rate.

    >>> needed_shots(0.05), needed_shots(0.5)
    (19, 2)
    """
    return max(fewest_shots(alpha), _FEWEST_SHOTS)


def _measured(scorers: Sequence[Learned], look: Look, without: int | None, light: Rows | None) -> Rows:
    return np.concatenate([scorer.measure(look, without=without, light=light) for scorer in scorers])


# A worker measures take after take against the same few sheets, and learning one takes a second.
_KEPT = 8
_learned: dict[bytes, CharacterModel | None] = {}


def model_of(sheet: SheetRef, *, long_side_px: int) -> CharacterModel | None:
    """What `build_model` says of a sheet, kept for the next take that is measured against it.

    Raises:
        SheetInvalid: as there.
    """
    key = _key(sheet, long_side_px)
    # taken out and put back, so that what was asked for last goes last
    model = _learned.pop(key) if key in _learned else build_model(sheet, long_side_px=long_side_px)
    _learned[key] = model
    while len(_learned) > _KEPT:
        _learned.pop(next(iter(_learned)))
    return model


def _key(sheet: SheetRef, long_side_px: int) -> bytes:
    told = hashlib.sha256(repr((sheet.character, sheet.content, sheet.boxes, long_side_px)).encode())
    pictures = [*sheet.images, *(one for shot in sheet.approved for one in (*shot.images, *shot.masks))]
    told.update(repr([(shot.frames, shot.changed) for shot in sheet.approved]).encode())
    told.update(repr(plain_answers(sheet.answers)).encode())
    for picture in (*pictures, *sheet.pooled):
        told.update(repr(picture.shape).encode())
        told.update(np.ascontiguousarray(picture).data)
    return told.digest()


def build_model(sheet: SheetRef, *, long_side_px: int) -> CharacterModel | None:
    """Learn a character from its sheet; None where the sheet shows too little of it.

    Raises:
        SheetInvalid: a box lies outside its picture, or there are more pictures than boxes.
    """
    pairs = _pairs(sheet)
    if len(pairs) < FEWEST_VIEWS:
        return None
    masks, pixels = _cut_views(pairs, [lab_of(picture) for picture, _ in pairs])
    views: list[View] = []
    for picture, (rgb, mask) in enumerate(zip(sheet.images, masks, strict=True)):
        drawn = small(rgb, long_side_px)
        look = look_at(drawn, mask)
        turned = look_at(np.ascontiguousarray(drawn[:, ::-1]), mask[:, ::-1])
        if look is not None and turned is not None:
            views.append(View(look, picture, picture))
            views.append(View(turned, picture, picture, mirrored=True))
    if sum(not view.mirrored for view in views) < FEWEST_VIEWS:
        return None
    approved = _approved_views(sheet, first=len(sheet.images))
    if len({view.group for view in approved}) >= _FEWEST_SHOTS:
        # takes that show which way it faces make mirror images a way out for what is wrong
        views = [view for view in views if not view.mirrored]
    return _learn(
        sheet,
        [*views, *approved],
        pixels,
        KeypointModel(list(zip(sheet.images, masks, strict=True))),
        _aligner(sheet, masks) if all(is_drawing(picture, box) for picture, box in pairs) else None,
    )


def views_of(sheet: SheetRef) -> list[tuple[Lab, Mask]]:
    """The pictures of a sheet, small, as the classifier of its pixels learns from them.

    Raises:
        SheetInvalid: as `build_model`.
    """
    pairs = _pairs(sheet)
    labs = [lab_of(picture) for picture, _ in pairs]
    return list(zip(labs, _cut_views(pairs, labs)[0], strict=True))


def _pairs(sheet: SheetRef) -> list[tuple[Rgb, Box]]:
    if len(sheet.images) != len(sheet.boxes):
        raise SheetInvalid(
            f"The sheet of “{sheet.character}” has {len(sheet.images)} pictures and {len(sheet.boxes)} boxes;"
            f" give each picture its box."
        )
    return [
        (small(rgb), _scaled(sheet.character, rgb, box))
        for rgb, box in zip(sheet.images, sheet.boxes, strict=True)
    ]


def _aligner(sheet: SheetRef, masks: Sequence[Mask]) -> Aligner:
    whole = [sized(mask, rgb.shape[:2]) for rgb, mask in zip(sheet.images, masks, strict=True)]
    return Aligner([(rgb, mask) for rgb, mask in zip(sheet.images, whole, strict=True) if mask.any()])


def _approved_views(sheet: SheetRef, *, first: int) -> list[View]:
    views = []
    for number, shot in enumerate(sheet.approved):
        frames: list[int | None] = [*shot.frames] or [None] * len(shot.images)
        changed: list[float | None] = [*shot.changed] or [None] * len(shot.images)
        for rgb, mask, n, moved in zip(shot.images, shot.masks, frames, changed, strict=True):
            look = look_at(rgb, mask)
            if look is not None:
                views.append(View(look, first + number, frame=n, changed=moved))
    return views


def _learn(
    sheet: SheetRef,
    views: Sequence[View],
    pixels: PixelModel,
    keypoints: KeypointModel,
    aligner: Aligner | None,
) -> CharacterModel:
    matcher = patches.learn(views)
    scorers = tuple(matcher if scorer is patches else scorer.learn(views) for scorer in _SCORERS)
    drawings = [view for view in views if view.picture is not None and not view.mirrored]
    approved = [view for view in views if view.picture is None]
    groups = sorted({view.group for view in approved})
    # Approved frames are what a take is like; drawings are posed to differ.
    usual = approved if len(groups) >= _FEWEST_SHOTS else drawings
    values = np.stack([_measured(scorers, view.look, view.group, None) for view in usual])
    scale = scale_of(values, least=LEAST_SPREAD)
    drawn = scale
    if usual is not drawings:
        own = [_measured(scorers, view.look, view.group, None) for view in drawings]
        drawn = scale_of(np.stack(own), least=LEAST_SPREAD)
    head = learn_head(sheet.answers, SCORES)
    fused = fuse(scale.deviations(values), _WORTH if head is None else _WORTH * head.rows())
    shots = [
        steps_of(fused[[i for i, view in enumerate(usual) if view.group == group]])
        for group in sorted({view.group for view in usual})
    ]
    return CharacterModel(
        character=sheet.character,
        content=sheet.content,
        pixels=pixels,
        keypoints=keypoints,
        views=tuple(views),
        patches=matcher,
        scorers=scorers,
        scale=scale,
        drawn=drawn,
        shots=tuple(shots),
        pooled=tuple(sheet.pooled),
        approved=len(groups),
        form=max(matcher.form(view.look, without=view.group)[0] for view in drawings),
        aligner=aligner,
        head=head,
        courses=tuple(_courses(approved, fused)) if usual is approved else (),
    )


def _courses(views: Sequence[View], fused: Rows) -> list[Course]:
    courses = []
    for group in sorted({view.group for view in views}):
        at = [row for row, view in enumerate(views) if view.group == group]
        frames = [n for row in at if (n := views[row].frame) is not None]
        known = tuple(frames) if len(frames) == len(at) else ()
        courses.append(Course(fused[at], known, tuple(views[row].changed for row in at)))
    return courses


def _scaled(character: str, rgb: Rgb, box: Box) -> Box:
    height, width = rgb.shape[:2]
    x, y, w, h = box
    if w < 1 or h < 1 or x < 0 or y < 0 or x + w > width or y + h > height:
        raise SheetInvalid(
            f"A box of the sheet of “{character}” ({x}, {y}, {w}×{h}) lies outside its {width}×{height} "
            f"picture; draw it again."
        )
    scale = min(LOOK_PX / max(height, width), 1.0)
    return round(x * scale), round(y * scale), max(round(w * scale), 1), max(round(h * scale), 1)


def _cut_views(pairs: Sequence[tuple[Rgb, Box]], labs: Sequence[Lab]) -> tuple[list[Mask], PixelModel]:
    cuts = [cut_from_box(picture, box) for picture, box in pairs]
    masks, sure = [mask for mask, _ in cuts], [is_sure for _, is_sure in cuts]
    pixels = PixelModel(
        [
            (lab, mask)
            for lab, mask, is_sure in zip(labs, masks, sure, strict=True)
            if is_sure or not any(sure)
        ]
    )
    # What the views have in common corrects each one's own cut.
    for _ in range(_ROUNDS):
        masks = [
            # A drawing on even paper is cut by its paper, exactly.
            cut[0] if is_drawing(picture, box) else _recut(pixels, picture, lab, cut, box)
            for (picture, box), lab, cut in zip(pairs, labs, cuts, strict=True)
        ]
        pixels = PixelModel(list(zip(labs, masks, strict=True)))
    return masks, pixels


def _recut(pixels: PixelModel, picture: Rgb, lab: Lab, cut: tuple[Mask, bool], box: Box) -> Mask:
    mask, is_sure = cut
    x, y, w, h = box
    inside = np.zeros(mask.shape, dtype=bool)
    inside[y : y + h, x : x + w] = True
    resemblance = pixels.resemblance(lab)
    if is_sure:
        resemblance = mixed(resemblance, mask, blur_px=2.0)
    hints = hints_from(resemblance)
    hints[~inside] = cv2.GC_BGD
    again = tidy(grabcut(picture, hints, 2) & inside)
    share = float(again.sum()) / max(w * h, 1)
    return again if share > LEAST_FILL else mask
