"""Which pixels look like the character: a small classifier learnt from the sheet's own pixels."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.checks.protocol import Rgb

# Long side of the picture the character is looked for in; a tenth of it is the smallest character found.
LOOK_PX = 200
_BINS, _LOW, _SPAN = (12, 24, 24), (0, -60, -60), (100, 120, 120)
_WAVES = 64
_PIXELS_PER_CLASS = 12000
_RIDGE = 1.0
# Width of the kernel in units of the features' deviation; 8 features make √8 a typical distance.
_KERNEL_WIDTH = 1.6
_STEEPNESS = 3.0
_SEED = 20061
# Share of the surroundings from which a colour is theirs; share of a mask that is never a leak.
_AROUND, _STAYS = 0.003, 0.65
# Deviation in Lab up to which surroundings are paper.
_PAPER = 6.0

Lab = NDArray[np.float32]
Plane = NDArray[np.float32]
Mask = NDArray[np.bool_]
Part = tuple[slice, slice]


def lab_of(rgb: Rgb) -> Lab:
    """CIE L*a*b* (D65) of an sRGB picture: L 0–100, a and b about ±100, float32 height×width×3."""
    return np.asarray(cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2Lab), dtype=np.float32)


def small(rgb: Rgb, long_side_px: int = LOOK_PX) -> Rgb:
    """Shrink so that the longer side is at most `long_side_px`; at least one pixel a side."""
    height, width = rgb.shape[:2]
    if max(height, width) <= long_side_px:
        return rgb
    scale = long_side_px / max(height, width)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def around(mask: Mask, *, share: float = 0.5, least_px: int = 16) -> Part | None:
    """The part of a picture that a figure is in, with some of what is around it; None where there is none.

    Args:
        mask: True on the figure.
        share: of its longer side that is added on each side.
        least_px: what is added anyway.
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    grow = int(share * int(max(rows[-1] - rows[0], columns[-1] - columns[0]))) + least_px
    return (
        slice(max(int(rows[0]) - grow, 0), int(rows[-1]) + 1 + grow),
        slice(max(int(columns[0]) - grow, 0), int(columns[-1]) + 1 + grow),
    )


def sized(mask: Mask, shape: tuple[int, int]) -> Mask:
    """A mask in another size."""
    if mask.shape == shape:
        return mask
    return np.asarray(cv2.resize(mask.astype(np.float32), (shape[1], shape[0])) > 0.5)  # noqa: PLR2004 (half)


def _features(lab: Lab) -> NDArray[np.float32]:
    luma = np.ascontiguousarray(lab[..., 0])
    rows = [lab, cv2.GaussianBlur(lab, (0, 0), 2.0)]
    for window in (5, 11):
        mean = cv2.blur(luma, (window, window))
        square = cv2.blur(luma * luma, (window, window))
        # Deviations span decades; their root spreads them like the colours.
        rows.append(np.sqrt(np.sqrt(np.maximum(square - mean * mean, 0)))[..., None])
    return np.concatenate(rows, axis=2).reshape(-1, 8).astype(np.float32)


def bins_of(lab: Lab) -> NDArray[np.intp]:
    """Bin of each pixel in a coarse Lab histogram, [pixel]."""
    at = []
    for channel, (low, span, count) in enumerate(zip(_LOW, _SPAN, _BINS, strict=True)):
        scaled = (lab[..., channel].ravel() - np.float32(low)) * np.float32(count / span)
        at.append(np.clip(scaled, 0, count - 1, out=scaled).astype(np.intp))
    return np.asarray((at[0] * _BINS[1] + at[1]) * _BINS[2] + at[2])


def histogram(bins: NDArray[np.intp]) -> NDArray[np.float32]:
    """Smoothed histogram of bins, sums to 1."""
    flat = np.bincount(bins, minlength=_BINS[0] * _BINS[1] * _BINS[2]).astype(np.float32)
    counts: Plane = flat.reshape(_BINS)
    for axis in range(3):
        around = np.roll(counts, 1, axis) + 2 * counts + np.roll(counts, -1, axis)
        counts = np.asarray(around / 4, dtype=np.float32)
    return (counts / max(float(counts.sum()), 1.0)).ravel()


class PixelModel:
    """Says of every pixel how much it looks like the character.

    Ridge regression on random Fourier features of colour and fine texture, character against the sheet's
    surroundings, times the palette's likelihood ratio against the frame in question.

    Source:
        Rahimi & Recht 2007, random features; Swain & Ballard 1991, histogram backprojection.
    """

    def __init__(self, pictures: Sequence[tuple[Lab, Mask]]) -> None:
        random = np.random.default_rng(_SEED)
        features = [_features(lab) for lab, _ in pictures]
        masks = [mask.ravel() for _, mask in pictures]
        inside = np.concatenate([f[m] for f, m in zip(features, masks, strict=True)])
        outside = np.concatenate([f[~m] for f, m in zip(features, masks, strict=True)])
        self._palette = histogram(np.concatenate([bins_of(lab)[mask.ravel()] for lab, mask in pictures]))
        # Drawings on even paper teach nothing about what else may be in a film.
        self._knows_outside = (
            len(outside) > len(inside) // 20 and float(outside[:, :3].std(axis=0).max()) > _PAPER
        )
        picked = [
            rows[random.choice(len(rows), min(len(rows), _PIXELS_PER_CLASS), replace=False)]
            for rows in (inside, outside)
            if len(rows)
        ]
        rows = np.concatenate(picked)
        self._mean = rows.mean(axis=0)
        self._deviation = np.maximum(rows.std(axis=0), 1e-3)
        self._waves = random.normal(0, 1 / _KERNEL_WIDTH, (8, _WAVES)).astype(np.float32)
        self._phases = random.uniform(0, 2 * np.pi, _WAVES).astype(np.float32)
        # Taking the mean off and dividing by the deviation is part of the product.
        self._scaled = (self._waves / self._deviation[:, None]).astype(np.float32)
        self._shifted = (self._phases - (self._mean / self._deviation) @ self._waves).astype(np.float32)
        lifted = self._lift(rows)
        target = np.concatenate(
            [np.full(len(part), sign, np.float32) for part, sign in zip(picked, (1, -1), strict=False)]
        )
        weight = (
            np.concatenate([np.full(len(part), 1 / len(part), np.float32) for part in picked]) * len(rows) / 2
        )
        normal = (lifted * weight[:, None]).T @ lifted + _RIDGE * np.eye(lifted.shape[1], dtype=np.float32)
        self._weights = np.linalg.solve(
            normal.astype(np.float64), (lifted * weight[:, None]).T @ target
        ).astype(np.float32)

    def resemblance(self, lab: Lab, part: Part | None = None) -> Plane:
        """How much each pixel looks like the character: 0–1, float32 height×width.

        Args:
            lab: the frame.
            part: where it is asked; 0 elsewhere. Everywhere if left out.
        """
        found = np.zeros(lab.shape[:2], dtype=np.float32)
        part = part or (slice(None), slice(None))
        asked = lab[part]
        looks = np.full(asked.shape[:2], 0.5, dtype=np.float32)
        if self._knows_outside:
            waves = self._waved(_features(np.ascontiguousarray(asked)))
            margin = waves @ self._weights[:_WAVES] + self._weights[_WAVES]
            looks = np.clip(1 / (1 + np.exp(-_STEEPNESS * margin)), 0.05, 0.95).reshape(looks.shape)
        bins = bins_of(lab)
        ratio = np.clip(self._palette / np.maximum(histogram(bins), 1e-7), 1 / 16, 4)
        odds = looks / (1 - looks) * ratio[bins.reshape(found.shape)[part]]
        found[part] = odds / (1 + odds)
        return found

    def without_leaks(self, lab: Lab, mask: Mask) -> Mask:
        """Take out of a mask what is coloured like its surroundings and unlike anything on the sheet.

        A part that has changed its colour stays: its new colour is not that of what is around it.
        """
        part = around(mask)
        if part is None:
            return mask
        whole, mask = mask, mask[part]
        near = cv2.dilate(mask.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
        far = cv2.dilate(mask.astype(np.uint8), np.ones((25, 25), np.uint8)) > 0
        bins = bins_of(lab[part])
        beside = (far & ~near).ravel()
        if not beside.any():
            return whole
        here = histogram(bins[beside])[bins].reshape(mask.shape)
        sheet = self._palette[bins].reshape(mask.shape)
        kept = mask & ~((here > _AROUND) & (here > 4 * sheet))
        if float(kept.sum()) <= _STAYS * float(mask.sum()):
            return whole
        without = np.zeros_like(whole)
        without[part] = kept
        return without

    def _lift(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.concatenate([self._waved(rows), np.ones((len(rows), 1), np.float32)], axis=1)

    def _waved(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        phase = np.asarray(rows @ self._scaled, dtype=np.float32)
        phase += self._shifted
        return np.asarray(np.cos(phase, out=phase), dtype=np.float32)
