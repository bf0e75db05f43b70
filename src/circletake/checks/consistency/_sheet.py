"""The character as its sheet shows it: pixels, patches, and how much its own views differ."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from circletake.checks.consistency._keypoints import KeypointModel
from circletake.checks.consistency._look import Rows, look_at
from circletake.checks.consistency._match import ASPECTS, Bank, Scores
from circletake.checks.consistency._pixels import LOOK_PX, Lab, Mask, PixelModel, lab_of, small
from circletake.checks.consistency._segment import (
    LEAST_FILL,
    cut_from_box,
    grabcut,
    hints_from,
    is_drawing,
    mixed,
    tidy,
)
from circletake.checks.protocol import Box, Rgb, SheetRef
from circletake.errors import SheetInvalid

# Two views give one comparison; below three there is no spread to calibrate on.
FEWEST_VIEWS = 3
_PALETTE, _MISSING = ASPECTS.index("palette"), ASPECTS.index("missing parts")
# What views of one character differ by at least, so that a sheet of near-equal drawings stays usable.
_LEAST = np.array([0.20, 0.55, 0.10, 1.10, 1.10, 0.05], dtype=np.float32)
_ROUNDS = 2
_FORM_WITHIN = 0.95


@dataclass(frozen=True, slots=True)
class CharacterModel:
    """One character's sheet, ready to measure against.

    Args:
        character: its code.
        content: hash of the sheet.
        pixels: tells its pixels from others.
        keypoints: finds its drawing.
        bank: its views' patches.
        own: each view scored against the others, [view aspect].
        form: largest difference in form of a view from the others.
        darkest_l: mean L of the darkest view.
    """

    character: str
    content: str
    pixels: PixelModel
    keypoints: KeypointModel
    bank: Bank
    own: Rows
    form: float
    darkest_l: float

    @property
    def worst(self) -> Rows:
        """Largest leave-one-out score in each aspect, [aspect]."""
        return np.asarray(np.maximum(self.own.max(axis=0), _LEAST), dtype=np.float32)

    def otherness(self, scores: Scores) -> float:
        """How far it is from being this character: palette and missing parts, each over the worst own."""
        ratio = scores.values / self.worst
        return float(ratio[_PALETTE] + ratio[_MISSING])

    def has_its_form(self, scores: Scores) -> bool:
        """True where it is drawn like this character, whatever its colours are."""
        return scores.form <= self.form * _FORM_WITHIN


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
    for rgb in sheet.images:
        told.update(repr(rgb.shape).encode())
        told.update(np.ascontiguousarray(rgb).data)
    return told.digest()


def build_model(sheet: SheetRef, *, long_side_px: int) -> CharacterModel | None:
    """Learn a character from its sheet; None where the sheet shows too little of it.

    Raises:
        SheetInvalid: a box lies outside its picture, or there are more pictures than boxes.
    """
    if len(sheet.images) != len(sheet.boxes):
        raise SheetInvalid(
            f"The sheet of “{sheet.character}” has {len(sheet.images)} pictures and {len(sheet.boxes)} boxes;"
            f" give each picture its box."
        )
    pairs = [
        (small(rgb), _scaled(sheet.character, rgb, box))
        for rgb, box in zip(sheet.images, sheet.boxes, strict=True)
    ]
    if len(pairs) < FEWEST_VIEWS:
        return None
    labs = [lab_of(picture) for picture, _ in pairs]
    masks, pixels = _cut_views(pairs, labs)
    looks, mirrored = [], []
    for rgb, mask in zip(sheet.images, masks, strict=True):
        picture = small(rgb, long_side_px)
        look = look_at(picture, mask)
        turned = look_at(np.ascontiguousarray(picture[:, ::-1]), mask[:, ::-1])
        if look is not None and turned is not None:
            looks.append(look)
            mirrored.append(turned)
    if len(looks) < FEWEST_VIEWS:
        return None
    bank = Bank(looks, mirrored)
    own = [bank.scores(look, without=view) for view, look in enumerate(looks)]
    return CharacterModel(
        character=sheet.character,
        content=sheet.content,
        pixels=pixels,
        keypoints=KeypointModel(list(zip(sheet.images, masks, strict=True))),
        bank=bank,
        own=np.stack([scores.values for scores in own]),
        form=max(scores.form for scores in own),
        darkest_l=min(float(look.mean_lab[0]) for look in looks),
    )


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
