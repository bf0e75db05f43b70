"""Move: a rostrum camera over a still, from one rectangle to another; an animatic's way of telling a shot."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.cut.makers.protocol import WHOLE, Box, Made, Rgb, Wish
from circletake.errors import MakerRefused


class Move:
    """A camera move over one frame."""

    version = 1
    summary = "A camera move over a board panel or another still, from a rectangle to a rectangle."
    most_frames = None
    needs: tuple[str, ...] = ("take",)

    def make(self, wish: Wish) -> Made:
        """Move over the still that is named.

        Raises:
            MakerRefused: none is named, or a rectangle lies outside it.
        """
        for box in (wish.start, wish.end):
            check_box(box)
        still = wish.named().frame(wish.source_in).rgb()

        def frames() -> Iterator[Rgb]:
            for k in range(wish.frames):
                share = eased(min(1.0, k / max(1, wish.frames - 1 - wish.hold)), ease=wish.ease)
                yield seen(still, between(wish.start, wish.end, share), (wish.width_px, wish.height_px))

        return Made(frames(), f"move over {wish.source_shot} frame {wish.source_in}, {wish.ease}")


def check_box(box: Box) -> None:
    """Refuse a rectangle that holds nothing, or lies outside the picture.

    Raises:
        MakerRefused: says where it lies.
    """
    x, y, width, height = box
    if min(x, y) < 0 or min(width, height) < 1 or x + width > WHOLE or y + height > WHOLE:
        raise MakerRefused(
            "A rectangle of the move lies outside the picture; give x, y, width and height in hundredths of "
            "it, such as 10,10,50,50."
        )


def eased(share: float, *, ease: str) -> float:
    """How far a move is after a share of its time; `smooth` is 3t² − 2t³, at rest at both ends.

    >>> [eased(t, ease="smooth") for t in (0.0, 0.5, 1.0)]
    [0.0, 0.5, 1.0]
    >>> eased(0.5, ease="in"), eased(0.5, ease="out")
    (0.25, 0.75)
    """
    if ease in {"in", "out"}:
        return share * share if ease == "in" else 1 - (1 - share) ** 2
    return share if ease == "linear" else share * share * (3 - 2 * share)


def between(start: Box, end: Box, share: float) -> NDArray[np.float64]:
    """The rectangle on the way, as x, y, width, height in shares of the picture.

    Sizes go by equal ratios, so that a zoom is even to the eye; the middle goes with them.
    """
    one, other = (np.array(box, np.float64) / WHOLE for box in (start, end))
    size = one[2:] * (other[2:] / one[2:]) ** share
    # a zoom about a fixed point keeps it: the place follows the size where that changes
    way = np.where(
        np.abs(other[2:] - one[2:]) > 1 / WHOLE,
        (size - one[2:]) / _other_than_zero(other[2:] - one[2:]),
        share,
    )
    return np.concatenate([one[:2] + (other[:2] - one[:2]) * way, size])


def _other_than_zero(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(values == 0, 1.0, values)


def seen(still: Rgb, box: NDArray[np.float64], size: tuple[int, int]) -> Rgb:
    """What a camera sees of a still through a rectangle, in a size, without distortion, on black.

    Args:
        still: uint8 [height, width, 3].
        box: x, y, width, height in shares of it.
        size: width and height in pixels.
    """
    height, width = still.shape[:2]
    x, y, wide, high = box * (width, height, width, height)
    scale = min(size[0] / wide, size[1] / high)
    left = (size[0] - wide * scale) / 2 - x * scale
    top = (size[1] - high * scale) / 2 - y * scale
    shrunk = still
    if scale < 1 / 2:  # what is made much smaller is averaged first, or it would glitter
        smaller = round(width * scale * 2), round(height * scale * 2)
        shrunk = cv2.resize(still, smaller, interpolation=cv2.INTER_AREA).astype(np.uint8)
    ratio_x, ratio_y = shrunk.shape[1] / width, shrunk.shape[0] / height
    # centres of pixels, not their corners, lie over each other
    matrix = np.array(
        [
            [scale / ratio_x, 0, left + (scale / ratio_x - 1) / 2],
            [0, scale / ratio_y, top + (scale / ratio_y - 1) / 2],
        ]
    )
    interpolation = cv2.INTER_CUBIC if scale >= 1 else cv2.INTER_LINEAR
    out: Rgb = cv2.warpAffine(
        shrunk, matrix, size, flags=interpolation, borderMode=cv2.BORDER_CONSTANT
    ).astype(np.uint8)
    return out


maker = Move()
