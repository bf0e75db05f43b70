"""What others measure likeness with, on the same crops: the least difference from any reference."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]
Mask = NDArray[np.bool_]
_SIDE_PX = 128


def crop(rgb: Rgb, mask: Mask) -> tuple[Rgb, Mask]:
    """The character on grey in a square of 128 px."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    size = max(int(np.ptp(rows)), int(np.ptp(columns))) + 1
    zoom = _SIDE_PX / (size * 1.1)
    middle = ((columns[0] + columns[-1]) / 2, (rows[0] + rows[-1]) / 2)
    move = np.array([[zoom, 0, _SIDE_PX / 2 - zoom * middle[0]], [0, zoom, _SIDE_PX / 2 - zoom * middle[1]]])
    on_grey = np.where(mask[..., None], rgb, 128).astype(np.uint8)
    picture = cv2.warpAffine(on_grey, move, (_SIDE_PX, _SIDE_PX), borderValue=(128, 128, 128))
    inside = cv2.warpAffine(mask.astype(np.float32), move, (_SIDE_PX, _SIDE_PX)) > 0.5
    return np.asarray(picture, np.uint8), np.asarray(inside)


def _grey(picture: Rgb) -> NDArray[np.float32]:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.float32)


def ssim(a: tuple[Rgb, Mask], b: tuple[Rgb, Mask]) -> float:
    """One less the structural similarity (Wang et al. 2004), 11-pixel Gaussian."""
    x, y = _grey(a[0]), _grey(b[0])

    def blur(plane: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(cv2.GaussianBlur(plane, (11, 11), 1.5), np.float32)

    mx, my = blur(x), blur(y)
    vx, vy, both = blur(x * x) - mx * mx, blur(y * y) - my * my, blur(x * y) - mx * my
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    alike = (2 * mx * my + c1) * (2 * both + c2) / ((mx * mx + my * my + c1) * (vx + vy + c2))
    return 1 - float(alike.mean())


def phash(a: tuple[Rgb, Mask], b: tuple[Rgb, Mask]) -> float:
    """Bits of the perceptual hash that differ (Zauner 2010: DCT, 8×8 of 32×32, against the median)."""

    def bits(picture: Rgb) -> NDArray[np.bool_]:
        small = cv2.resize(_grey(picture), (32, 32), interpolation=cv2.INTER_AREA)
        low = np.asarray(cv2.dct(np.asarray(small, np.float32)))[:8, :8].ravel()[1:]
        return np.asarray(low > np.median(low))

    return float((bits(a[0]) != bits(b[0])).sum())


def lab_histogram(a: tuple[Rgb, Mask], b: tuple[Rgb, Mask]) -> float:
    """Bhattacharyya distance of Lab histograms, 8×16×16, on the mask."""

    def histogram(rgb: Rgb, mask: Mask) -> NDArray[np.float32]:
        lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)[mask]
        counts, _ = np.histogramdd(lab, (8, 16, 16), ((0, 100), (-80, 80), (-80, 80)))
        return np.asarray(counts / max(counts.sum(), 1), np.float32)

    return float(np.sqrt(max(1 - np.sqrt(histogram(*a) * histogram(*b)).sum(), 0)))


_SIFT = cv2.SIFT.create(200)


def sift(a: tuple[Rgb, Mask], b: tuple[Rgb, Mask]) -> float:
    """One less the share of SIFT keypoints that pass Lowe's ratio test of 0.8 (Lowe 2004)."""
    found = [
        _SIFT.detectAndCompute(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), mask.astype(np.uint8))[1]
        for rgb, mask in (a, b)
    ]
    if min(0 if rows is None else len(rows) for rows in found) < 2:  # type: ignore[redundant-expr]  # it may be
        return 1.0
    matches = cv2.BFMatcher(cv2.NORM_L2).knnMatch(found[0], found[1], k=2)
    return 1 - sum(m.distance < 0.8 * n.distance for m, n in matches) / len(matches)


PEERS: dict[str, Callable[[tuple[Rgb, Mask], tuple[Rgb, Mask]], float]] = {
    "SSIM": ssim,
    "pHash": phash,
    "Lab histogram": lab_histogram,
    "SIFT": sift,
}


def least(peer: str, here: tuple[Rgb, Mask], references: Sequence[tuple[Rgb, Mask]]) -> float:
    """Distance from the most alike reference."""
    return min(PEERS[peer](here, one) for one in references)
