"""Whether a take that was made again is the same: to the bit, to the eye, or not."""

from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

import cv2
import numpy as np

from circletake.media.picture import Rgb
from circletake.media.source import RATE_HZ, Source

Replay = Literal["bit_exact", "perceptual", "unrepeatable", "not_tried"]

SAME_TO_THE_EYE_DB = 38.0
"""PSNR of the worst frame from which on two takes are called the same to the eye.

Encoding a film again at our own quality leaves more; a shift by one pixel, a warmer white and coarse encoding
leave less. A test holds all four."""
_LONG_SIDE_PX = 1280  # differences that only larger pictures show are of grain, not of what is seen
# Light is compared at half the size and colour at an eighth: finer than that, every coder is free.
_LIGHT_SHARE, _COLOUR_SHARE = 0.5, 0.125
_SOUND_SHARE = 0.1  # of its own level, 20 dB down: what a lossy coder leaves


@dataclass(frozen=True, slots=True)
class Replayed:
    """How a take compares with the one that it should be.

    Args:
        worst_frame: the one that differs most; None where nothing was compared or nothing differs.
        worst_db: PSNR of that frame, decibels; None likewise.
        why: a sentence.
    """

    replay: Replay
    worst_frame: int | None
    worst_db: float | None
    why: str


NOT_TRIED = Replayed("not_tried", None, None, "Nobody has made it again yet.")


def replayed(before: Source, after: Source) -> Replayed:
    """Compare two takes frame by frame and by their sound.

    Raises:
        MediaUnreadable: one of them cannot be decoded.
    """
    shape = (before.width_px, before.height_px, before.n_frames, before.rate, before.has_sound)
    if shape != (after.width_px, after.height_px, after.n_frames, after.rate, after.has_sound):
        return Replayed(
            "unrepeatable", None, None, "It is of another size, length or rate, or lost its sound."
        )
    worst_frame, worst_db, is_exact = None, None, True
    for one, other in zip(before.frames(), after.frames(), strict=True):
        if one.look_hash() == other.look_hash():
            continue
        is_exact = False
        found_db = _psnr_db(one.rgb_at(*_size(before)), other.rgb_at(*_size(before)))
        if worst_db is None or found_db < worst_db:
            worst_frame, worst_db = one.n, found_db
    share = _sound_difference(before, after)
    if is_exact and share == 0:
        return Replayed("bit_exact", None, None, "Every frame and every sample is the same.")
    seen = f"Frame {worst_frame} differs most, by {worst_db:.1f} dB PSNR. " if worst_db is not None else ""
    heard = f"Its sound differs by {share:.0%} of its level." if share else ""
    is_same = (worst_db is None or worst_db >= SAME_TO_THE_EYE_DB) and share <= _SOUND_SHARE
    return Replayed(
        "perceptual" if is_same else "unrepeatable", worst_frame, worst_db, f"{seen}{heard}".strip()
    )


def _size(source: Source) -> tuple[int, int]:
    share = min(1.0, _LONG_SIDE_PX / max(source.width_px, source.height_px))
    return max(round(source.width_px * share), 1), max(round(source.height_px * share), 1)


def _psnr_db(one: Rgb, other: Rgb) -> float:
    """PSNR of light or of colour, whichever is worse, decibels."""
    light = [cv2.cvtColor(_smaller(rgb, _LIGHT_SHARE), cv2.COLOR_RGB2GRAY) for rgb in (one, other)]
    colour = [
        np.ascontiguousarray(cv2.cvtColor(_smaller(rgb, _COLOUR_SHARE), cv2.COLOR_RGB2YCrCb)[:, :, 1:])
        for rgb in (one, other)
    ]
    return float(min(cv2.PSNR(light[0], light[1]), cv2.PSNR(colour[0], colour[1])))


def _smaller(rgb: Rgb, share: float) -> Rgb:
    size = tuple(max(round(side * share), 1) for side in rgb.shape[1::-1])
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def _sound_difference(before: Source, after: Source) -> float:
    """RMS of the difference as a share of the RMS of what was; 0 where there is none."""
    if not before.has_sound:
        return 0.0
    apart = level = 0.0
    first, second = np.empty((0, 2), np.float32), np.empty((0, 2), np.float32)
    for one, other in zip_longest(
        before.sound(rate_hz=RATE_HZ), after.sound(rate_hz=RATE_HZ), fillvalue=np.empty((0, 2), np.float32)
    ):
        first, second = np.concatenate([first, one]), np.concatenate([second, other])
        count = min(len(first), len(second))
        apart += float(np.sum((first[:count] - second[:count]).astype(np.float64) ** 2))
        level += float(np.sum(first[:count].astype(np.float64) ** 2))
        first, second = first[count:], second[count:]
    if apart == 0:
        return 0.0
    return float(np.sqrt(apart / level)) if level else 1.0
