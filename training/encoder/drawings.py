"""Training pictures: an identity on the fly, its sheet, a new pose of it, and the same pose adrift."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.generate.characters import (
    DRIFT_KINDS,
    Character,
    Drawn,
    Drift,
    Drifting,
    Pose,
    background,
    composite,
)

SIDE_PX, GRID = 224, 28
_FIGURE_PX = 200  # long side of the figure in the crop, as the check crops it
_CELL = SIDE_PX // GRID
_BLANK = 128
_CHANGED, _SAME, _COVERED = 0.25, 0.01, 0.4  # shares of a cell's pixels
_BACKGROUNDS = 48
# Another identity is easy, and the batch holds others anyway: the hard kinds get its share.
_SHARES = np.array([0.25 if kind == "identity" else 1.0 for kind in DRIFT_KINDS])
_SHARES /= _SHARES.sum()
_PLAIN = 16  # of 255: less is shading that moved with a part beside it
_VIEW_DEG = 20.0  # how far a view of the sheet is from a third of the way round
_ROUGH_PX = 150  # large drawings need no oversampling: what follows smooths them

Rgb = NDArray[np.uint8]
Cells = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Example:
    """One identity.

    Args:
        pictures: uint8 [5, 224, 224, 3]: three of the sheet, a new pose, the same pose adrift.
        covered: float32 [5, 784], share of each cell that the figure covers.
        changed: float32 [784], share of each cell of the last picture that the drift changed.
        drift: index of its kind.
    """

    pictures: Rgb
    covered: Cells
    changed: Cells
    drift: int


def crop(picture: Rgb, mask: NDArray[np.uint8], *extra: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """Cut a figure out: its long side 200 of 224 pixels, in the middle, blank grey around it.

    Args:
        picture: uint8 [height, width, 3], sRGB.
        mask: uint8 [height, width], 255 where the figure is.
        extra: more planes to cut the same way.

    Returns:
        The picture [224, 224, 3], the mask [224, 224], and the extras.
    """
    rows, columns = np.nonzero(mask)
    if not len(rows):
        blank = np.full((SIDE_PX, SIDE_PX, 3), _BLANK, np.uint8)
        return [blank, *(np.zeros((SIDE_PX, SIDE_PX), np.uint8) for _ in range(1 + len(extra)))]
    x0, x1, y0, y1 = columns.min(), columns.max() + 1, rows.min(), rows.max() + 1
    scale = _FIGURE_PX / max(x1 - x0, y1 - y0)
    table = np.array(
        [
            [scale, 0, SIDE_PX / 2 - scale * (x0 + x1) / 2 + (scale - 1) / 2],
            [0, scale, SIDE_PX / 2 - scale * (y0 + y1) / 2 + (scale - 1) / 2],
        ]
    )
    flags = cv2.INTER_LINEAR if scale > 1 else cv2.INTER_AREA
    size = (SIDE_PX, SIDE_PX)
    moved = [
        np.asarray(cv2.warpAffine(plane, table, size, flags=flags), np.uint8)
        for plane in (picture, mask, *extra)
    ]
    moved[0] = np.where(moved[1][..., None] > _BLANK, moved[0], np.uint8(_BLANK))
    return moved


def cells(plane: NDArray[np.uint8]) -> Cells:
    """Return the mean of each cell of a plane [224, 224] of 0–255, as a share: float32 [784]."""
    share = cv2.resize(plane, (GRID, GRID), interpolation=cv2.INTER_AREA)
    return np.asarray(share, np.float32).ravel() / 255


def _plainly(pair: Drifting) -> NDArray[np.bool_]:
    """Return which of the changed pixels a person would call changed."""
    apart = cv2.absdiff(pair.clean.rgb, pair.drifted.rgb).max(2)
    return np.asarray((apart > _PLAIN) | (cv2.absdiff(pair.clean.alpha, pair.drifted.alpha) > _PLAIN))


def _oversample(side_px: int) -> int:
    return 2 if side_px < _ROUGH_PX else 1


def _drawn(character: Character, pose: Pose, side_px: int) -> Drawn:
    return character.draw(pose, side_px, oversample=_oversample(side_px))


class Studio:
    """Draws examples; the same seed draws the same."""

    def __init__(self) -> None:
        cv2.setNumThreads(1)
        self._behind = [background(n, 256, 256) for n in range(_BACKGROUNDS)]

    def example(self, seed: int) -> Example:
        """Draw an identity of its own for each seed."""
        rng = np.random.default_rng([seed, 7])
        character = Character.from_seed(seed)
        pose = Pose.drawn_by(rng)
        pictures, covered = [], []
        # A sheet shows every side. Of three views one has to be near the pose's, or what is new in it is no
        # fault and the network is told otherwise.
        for turn in rng.permutation([0.0, 120.0, -120.0]):
            view = Pose.drawn_by(rng, turn_deg=float(pose.turn_deg + turn + rng.normal(0, _VIEW_DEG)))
            picture, cover, _ = self._shown(rng, _drawn(character, view, int(rng.integers(110, 230))), None)
            pictures.append(picture)
            covered.append(cover)
        kind = int(rng.choice(len(DRIFT_KINDS), p=_SHARES))
        drift = Drift(DRIFT_KINDS[kind], int(rng.integers(1 << 31)))
        side = int(rng.integers(70, 230))
        pair = character.drifting(pose, side, drift, oversample=_oversample(side))
        state = rng.bit_generator.state
        on, cover_on, _ = self._shown(rng, pair.clean, None)
        if rng.random() < 0.5:
            rng.bit_generator.state = state
        off, cover_off, changed = self._shown(rng, pair.drifted, _plainly(pair))
        return Example(
            np.stack([*pictures, on, off]), np.stack([*covered, cover_on, cover_off]), changed, kind
        )

    def _shown(
        self, rng: np.random.Generator, drawn: Drawn, changed: NDArray[np.bool_] | None
    ) -> tuple[Rgb, Cells, Cells]:
        """Set a drawing into a frame as footage has it, and cut it out again as a check does."""
        side = drawn.alpha.shape[0]
        behind = self._behind[int(rng.integers(_BACKGROUNDS))][:side, :side]
        gain, tint = rng.uniform(0.88, 1.08), rng.uniform(0.95, 1.05, 3)
        lit = (float(gain * tint[0]), float(gain * tint[1]), float(gain * tint[2]))
        frame = composite(
            drawn,
            behind,
            place_px=(side / 2, side / 2),
            light=lit,
            blur_px=float(rng.choice([0.0, 0.0, rng.uniform(0.3, 1.0)])),
            jpeg_quality=int(rng.integers(55, 98)) if rng.random() < 0.7 else None,
        )
        mask = frame.mask
        # Masks that something found are a little off.
        kernel = np.ones((3, 3), np.uint8)
        wobble = rng.random()
        if wobble < 0.25:
            mask = np.asarray(cv2.dilate(mask, kernel), np.uint8)
        elif wobble < 0.4:
            mask = np.asarray(cv2.erode(mask, kernel), np.uint8)
        plane = np.zeros_like(mask) if changed is None else np.where(changed, 255, 0).astype(np.uint8)
        picture, cover, moved = crop(frame.rgb, mask, plane)
        if rng.random() < 0.5:
            picture, cover, moved = picture[:, ::-1], cover[:, ::-1], moved[:, ::-1]
        return np.ascontiguousarray(picture), cells(cover), cells(moved)


def targets(example: Example) -> tuple[Cells, Cells]:
    """Return what cells of the last two pictures ought to be.

    Returns:
        Target and weight, float32 [2, 784] each: 1 on model, 0 adrift; weight 0 where it is neither.
    """
    on = (example.covered[3] >= _COVERED).astype(np.float32)
    inside = example.covered[4] >= _COVERED
    off = inside & (example.changed >= _CHANGED)
    same = inside & (example.changed <= _SAME)
    return np.stack([on, same.astype(np.float32)]), np.stack([on, (off | same).astype(np.float32)])
