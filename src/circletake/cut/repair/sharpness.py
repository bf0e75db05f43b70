"""Sharpness: fine detail raised or lowered, band by band; flat ground is left alone."""

from collections.abc import Sequence

import numpy as np

from circletake.cut.repair.recipe import Step
from circletake.media.detail import Field, Plane, blurred

_BANDS = (0.7, 1.4, 2.8)  # pixels; each an octave, up to what the eye calls sharpness
_FLAT_SHARE = 0.45
_STILL = 0.3  # code values of detail under which a ground is flat, however flat the rest is

Gains = tuple[float, ...]


def grey_of(picture: Field) -> Plane:
    """Grey of a whole picture in 8-bit code values, by ITU-R BT.601 as luma."""
    return np.asarray(picture @ np.array([0.299, 0.587, 0.114], np.float32), np.float32)


def bands_of(plane: Plane) -> list[Plane]:
    """Fine detail of a picture, the finest band first."""
    bands, last = [], plane
    for sigma in _BANDS:
        softer = blurred(plane, sigma)
        bands.append(last - softer)
        last = softer
    return bands


def detail_of(plane: Plane) -> list[Plane]:
    """The bands where there is something to see, nothing on flat ground."""
    busy = blurred(np.abs(blurred(plane, 1.4) - blurred(plane, 5.6)), 2.0)
    least = float(np.quantile(busy, _FLAT_SHARE)) + _STILL
    rise = np.clip((busy - 0.6 * least) / (1.2 * least), 0, 1)
    mask = rise * rise * (3 - 2 * rise)
    return [band * mask for band in bands_of(plane)]


def strengths(planes: Sequence[Plane]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """How strong each band is in some frames: [bands]."""
    return np.asarray(
        np.median([[float(band.std()) for band in bands_of(plane)] for plane in planes], axis=0), np.float64
    )


def ratios_to(clip: Sequence[Plane], plate: Sequence[Plane], step: Step) -> Gains:
    """How much stronger each band is in the plate than in the clip, within the step's bounds."""
    most = step.whole("most_percent") / 100
    ratios = strengths(plate) / np.maximum(strengths(clip), 1e-3)
    return tuple(float(ratio) for ratio in np.clip(ratios, 1 / most, most))


def gains_at(ratios: Gains, amount: float) -> Gains:
    """Gains of the bands: 1 at an amount of nothing, the ratios at 1."""
    return tuple(1 + (ratio - 1) * amount for ratio in ratios)


def sharpened(picture: Field, detail: Sequence[Plane], gains: Gains) -> Field:
    """A picture with its bands in other strengths; not rounded, not cut off."""
    more = sum(((gain - 1) * band for gain, band in zip(gains, detail, strict=True)), np.float32(0))
    return np.asarray(picture + np.asarray(more, np.float32)[..., None], np.float32)
