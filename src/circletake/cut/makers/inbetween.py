"""In-betweens: up to three frames between two that are close, along the motion between them.

Made of those two frames alone; where their motion does not agree with itself both ways round, as across a
cut or past something that turns or hides, it is refused rather than smeared.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.cut.makers.protocol import Made, Rgb, Wish
from circletake.errors import MakerRefused

MOST = 3
_PRESET = cv2.DISOPTICAL_FLOW_PRESET_MEDIUM
# Pixels the two flows may differ by before a place counts as lost, and the share of places that may be.
_AGREE_PX = 1.5
_MOST_LOST = 0.12
# Code values by which the ends may differ, at the median, once one is laid over the other by the motion.
_MOST_LEFT = 10.0

Flow = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Motion:
    """How two pictures go over into each other.

    Args:
        there: float32 [height, width, 2]; where each pixel of the first goes, in pixels.
        back: where each pixel of the second comes from.
        lost: share of places where the two do not agree.
        left: median difference, in 8-bit code values, of the second picture laid over the first.
    """

    there: Flow
    back: Flow
    lost: float
    left: float

    @property
    def holds(self) -> bool:
        """Whether there is a motion to go along."""
        return self.lost <= _MOST_LOST and self.left <= _MOST_LEFT


class InBetween:
    """Frames between two."""

    version = 1
    summary = f"At most {MOST} frames between the neighbours, along the motion from one to the other."
    most_frames = MOST
    needs: tuple[str, ...] = ("edges",)

    def make(self, wish: Wish) -> Made:
        """Make them.

        Raises:
            MakerRefused: more than three, no neighbour, or no motion that agrees with itself.
        """
        before, after = wish.edges()
        if wish.frames > MOST:
            raise MakerRefused(
                f"{wish.shot} lasts {wish.frames} frames, and more than {MOST} cannot be made up of two; "
                f"dissolve, hold, or have it drawn."
            )
        first, last = (wish.picture(edge.source, edge.frame) for edge in (before, after))
        motion = motion_of(first, last)
        if not motion.holds:
            raise MakerRefused(
                f"{before.shot} frame {before.frame} and {after.shot} frame {after.frame} do not go over "
                f"into each other: their motion disagrees in {motion.lost:.0%} of the picture, and "
                f"{motion.left:.0f} code values differ along it. Is there a cut between them? Hold or "
                f"dissolve instead."
            )

        def frames() -> Iterator[Rgb]:
            for k in range(wish.frames):
                yield between(first, last, motion, (k + 1) / (wish.frames + 1))

        names = f"{before.shot} frame {before.frame} and {after.shot} frame {after.frame}"
        return Made(frames(), f"in-between of {names} (DIS)")


def motion_of(first: Rgb, last: Rgb) -> Motion:
    """The motion between two pictures, both ways round.

    Args:
        first: uint8 [height, width, 3].
        last: of the same size.

    Source:
        Kroeger, Timofte, Dai, Van Gool: Fast Optical Flow using Dense Inverse Search (2016). The two ways
        are compared as in Sundaram, Brox, Keutzer (2010), section 3.
    """
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)  # its search goes stripe by stripe, and there are as many as threads
    try:
        one, other = (cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.uint8) for picture in (first, last))
        there, back = _flow(one, other), _flow(other, one)
        lost = float(np.mean(_disagreement(there, back) > _AGREE_PX))
        laid = _warped(last, there)
        left = float(np.median(np.abs(laid.astype(np.int16) - first).max(axis=2)))
    finally:
        cv2.setNumThreads(threads)
    return Motion(there, back, lost, left)


def between(first: Rgb, last: Rgb, motion: Motion, share: float) -> Rgb:
    """The picture on the way: both ends carried along the motion, mixed by how near they are.

    Args:
        share: of the way from the first to the last, 0 to 1.

    Source:
        Jiang et al., Super SloMo (2018), equation 4: the flows at `share`, put together of the two.
    """
    t = np.float32(share)
    to_first = -(1 - t) * t * motion.there + t * t * motion.back
    to_last = (1 - t) * (1 - t) * motion.there - t * (1 - t) * motion.back
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        carried = _warped(first, to_first), _warped(last, to_last)
    finally:
        cv2.setNumThreads(threads)
    mixed = carried[0].astype(np.float32) * (1 - t) + carried[1].astype(np.float32) * t
    out: Rgb = np.clip(np.floor(mixed + 0.5), 0, 255).astype(np.uint8)
    return out


def _flow(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> Flow:
    flow = np.zeros((*one.shape, 2), np.float32)
    return cv2.DISOpticalFlow.create(_PRESET).calc(one, other, flow).astype(np.float32)


def _grid(flow: Flow) -> tuple[Flow, Flow]:
    height, width = flow.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return x + flow[..., 0], y + flow[..., 1]


def _warped(picture: Rgb, flow: Flow) -> Rgb:
    x, y = _grid(flow)
    out: Rgb = cv2.remap(picture, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE).astype(np.uint8)
    return out


def _disagreement(there: Flow, back: Flow) -> Flow:
    """Pixels by which going there and back again misses where it began."""
    x, y = _grid(there)
    again = cv2.remap(back, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    miss: Flow = np.linalg.norm(there + again, axis=2).astype(np.float32)
    return miss


maker = InBetween()
