"""Head: the frame a generator was started from comes back as its first; that one is dropped."""

from collections.abc import Sequence

import numpy as np

from circletake.media.detail import luma
from circletake.media.motion import grey, motion, small
from circletake.media.picture import Rgb

_LESS = 0.6  # of the motion around it; a frame that goes on moves as much as those around it
_LEAST = 0.15  # thousandths of the width; under it nothing moves, and a repeated frame harms nobody


def is_repeated(plate: Sequence[Rgb], first: Rgb, second: Rgb) -> bool:
    """Whether a clip begins with the plate's last frame once more.

    Colours and sharpness are not asked: both may be off before they are repaired.

    Args:
        plate: the last frames before the clip.
        first: the clip's first.
        second: the clip's second.
    """
    usual = [_moved(one, other) for one, other in zip(plate[-5:-1], plate[-4:], strict=True)]
    after = _moved(first, second)
    around = min([float(np.median(usual)), after]) if usual else after
    return around >= _LEAST and _moved(plate[-1], _like(first, plate[-1])) < _LESS * around


def _moved(one: Rgb, other: Rgb) -> float:
    flow = motion(grey(small(one)), grey(small(other)))
    return float(np.mean(np.linalg.norm(flow, axis=2)) * (1000 / flow.shape[1]))


def _like(picture: Rgb, other: Rgb) -> Rgb:
    """A picture as bright and as contrasty as another, so that motion is not made up of light."""
    mine, theirs = luma(picture), luma(other)
    gain = float(theirs.std()) / max(float(mine.std()), 1e-3)
    moved = (picture.astype(np.float32) - mine.mean()) * gain + theirs.mean()
    return np.asarray(np.clip(moved, 0, 255), np.uint8)
