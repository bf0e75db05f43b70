"""Where the character is by its drawing alone: keypoints of the sheet's views vote for a place."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.checks.consistency._pixels import Mask, small
from circletake.checks.protocol import Rgb

# Long sides of what keypoints are found in: a view of the sheet, and a frame.
_VIEW_PX, _FRAME_PX = 260, 480
_MOST_IN_VIEW, _MOST_IN_FRAME = 120, 400
_CONTRAST = 0.02
# Votes a keypoint of the frame may cast: the sheet shows one eye many times.
_VOTES = 4
# Difference in descriptor (cosine of RootSIFT) that halves a vote's worth more than once.
_SOFTNESS = 0.05
_TURN_DEG = 30.0
_SCALES = (0.15, 4.0)
# Width of the voting kernel: a quarter of the character, a third of an octave.
_REACH, _OCTAVES = 0.22, 0.35
_DRAWN_VIEWS = 3
# Margin around where it is looked for, as a share of its size.
_AROUND = 0.2

Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Vote:
    """Where the keypoints agree.

    Args:
        strength: how many good matches agree, as a sum of weights.
        shape: likelihood of each pixel of the small picture being the character, 0–1: silhouettes of the
            views that voted, where they voted.
        box: x, y, width, height of the whole character in pixels of the picture, perhaps partly outside.
    """

    strength: float
    shape: Plane
    box: tuple[float, float, float, float]


class KeypointModel:
    """Keypoints of all views and of their mirror images.

    Source:
        Lowe 2004 (SIFT); Arandjelović & Zisserman 2012 (RootSIFT); Leibe, Leonardis, Schiele 2004
        (implicit shape: each match votes for the centre).
    """

    def __init__(self, views: Sequence[tuple[Rgb, Mask]]) -> None:
        self._finder = cv2.SIFT.create(nfeatures=_MOST_IN_VIEW, contrastThreshold=_CONTRAST)
        self._in_frame = cv2.SIFT.create(nfeatures=_MOST_IN_FRAME, contrastThreshold=_CONTRAST)
        self._silhouettes: list[Plane] = []
        descriptors, places = [], []
        for view, (rgb, mask) in enumerate(views):
            for mirrored in (False, True):
                found = self._of_view(rgb, mask, mirrored=mirrored)
                if found is None:
                    continue
                rows, where, silhouette = found
                number = np.full((len(where), 1), len(self._silhouettes), dtype=np.float32)
                self._silhouettes.append(silhouette)
                descriptors.append(rows)
                places.append(np.concatenate([where, number, np.full_like(number, view)], axis=1))
        self._descriptors = np.concatenate(descriptors) if descriptors else np.zeros((0, 128), np.float32)
        self._places = np.concatenate(places) if places else np.zeros((0, 6), np.float32)

    def vote(
        self, rgb: Rgb, *, shape: tuple[int, int], near: Mask | None = None, without: int | None = None
    ) -> Vote | None:
        """Find where the sheet's keypoints agree.

        Args:
            rgb: the picture.
            shape: height, width of the plane to draw the silhouette in.
            near: where to look; everywhere if left out.
            without: a view of the sheet to leave out, when it is the one looked at.

        Returns:
            The strongest agreement; None where there are too few keypoints.
        """
        picture = small(rgb, _FRAME_PX)
        left, top, part = _part(picture, near)
        points, rows = self._in_frame.detectAndCompute(cv2.cvtColor(part, cv2.COLOR_RGB2GRAY), None)
        sheet, places = self._descriptors, self._places
        if without is not None:
            kept = places[:, 5] != without
            sheet, places = sheet[kept], places[kept]
        if len(points) < _VOTES or len(sheet) <= _VOTES:
            return None
        votes = _cast(points, _rooted(np.asarray(rows, np.float32)), sheet, places)
        votes[:, :2] += left, top
        if len(votes) < _VOTES:
            return None
        reach = self._heights(votes) * _REACH
        across = (votes[:, None, 0] - votes[None, :, 0]) / reach[:, None]
        down = (votes[:, None, 1] - votes[None, :, 1]) / reach[:, None]
        octaves = (votes[:, None, 2] - votes[None, :, 2]) / _OCTAVES
        near = np.exp(-(across * across + down * down + octaves * octaves) / 2)
        density = near @ votes[:, 3]
        peak = int(density.argmax())
        agreed = near[peak] * votes[:, 3]
        drawn, box = self._drawn(votes, agreed, picture.shape[1], shape)
        scale = rgb.shape[1] / picture.shape[1]
        x, y, width, height = (value * scale for value in box)
        return Vote(float(density[peak]), drawn, (x, y, width, height))

    def _heights(self, votes: Plane) -> Plane:
        sizes = np.array([max(plane.shape) for plane in self._silhouettes], dtype=np.float32)
        return np.asarray(sizes[votes[:, 4].astype(int)] * np.exp2(votes[:, 2]), dtype=np.float32)

    def _drawn(
        self, votes: Plane, agreed: Plane, picture_width: int, shape: tuple[int, int]
    ) -> tuple[Plane, NDArray[np.float64]]:
        drawn, total = np.zeros(shape, dtype=np.float32), 0.0
        box = np.zeros(4)
        share = shape[1] / picture_width
        views = votes[:, 4].astype(int)
        by_view = np.bincount(views, weights=agreed, minlength=len(self._silhouettes))
        for number in np.argsort(-by_view, kind="stable")[:_DRAWN_VIEWS]:
            weight = np.where(views == number, agreed, 0)
            worth = float(weight.sum())
            if worth <= 0:
                break
            x, y, octave = (votes[:, :3] * weight[:, None]).sum(axis=0) / worth
            silhouette, scale = self._silhouettes[number], float(np.exp2(octave))
            height, width = (side * scale for side in silhouette.shape)
            zoom = scale * share
            move = np.array(
                [
                    [zoom, 0, (x - width / 2) * share],
                    [0, zoom, (y - height / 2) * share],
                ]
            )
            drawn += worth * cv2.warpAffine(silhouette, move, (shape[1], shape[0]))
            box += worth * np.array([x - width / 2, y - height / 2, width, height])
            total += worth
        return np.asarray(drawn / max(total, 1e-6), dtype=np.float32), box / max(total, 1e-6)

    def _of_view(self, rgb: Rgb, mask: Mask, *, mirrored: bool) -> tuple[Plane, Plane, Plane] | None:
        height, width = rgb.shape[:2]
        whole = cv2.resize(mask.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
        rows, columns = np.flatnonzero(whole.any(axis=1)), np.flatnonzero(whole.any(axis=0))
        if not len(rows):
            return None
        part = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
        picture, silhouette = small(rgb[part], _VIEW_PX), whole[part].astype(np.float32)
        width, height = picture.shape[1], picture.shape[0]
        silhouette = np.asarray(
            cv2.resize(silhouette, (width, height), interpolation=cv2.INTER_AREA), dtype=np.float32
        )
        if mirrored:
            picture, silhouette = picture[:, ::-1], np.ascontiguousarray(silhouette[:, ::-1])
        gray = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY)
        inside = cv2.dilate((silhouette > 0.5).astype(np.uint8), np.ones((3, 3), np.uint8))  # noqa: PLR2004 (half)
        points, found = self._finder.detectAndCompute(gray, inside)
        if not len(points):
            return None
        middle_x, middle_y = gray.shape[1] / 2, gray.shape[0] / 2
        where = np.array(
            [(middle_x - p.pt[0], middle_y - p.pt[1], p.size, p.angle) for p in points], dtype=np.float32
        )
        return _rooted(np.asarray(found, np.float32)), where, np.asarray(silhouette, dtype=np.float32)


def _part(picture: Rgb, near: Mask | None) -> tuple[int, int, Rgb]:
    if near is None or not near.any():
        return 0, 0, picture
    scale = picture.shape[1] / near.shape[1]
    rows, columns = np.flatnonzero(near.any(axis=1)) * scale, np.flatnonzero(near.any(axis=0)) * scale
    margin = _AROUND * max(np.ptp(rows), np.ptp(columns)) + _FRAME_PX // 20
    top, left = max(int(rows[0] - margin), 0), max(int(columns[0] - margin), 0)
    part = picture[top : int(rows[-1] + margin) + 1, left : int(columns[-1] + margin) + 1]
    return left, top, np.ascontiguousarray(part)


def _rooted(rows: Plane) -> Plane:
    return np.asarray(np.sqrt(rows / np.maximum(rows.sum(axis=1, keepdims=True), 1e-6)), dtype=np.float32)


def _cast(points: Sequence[cv2.KeyPoint], rows: Plane, sheet: Plane, places: Plane) -> Plane:
    """Votes as rows of x, y, log2 scale, weight, silhouette."""
    likeness = rows @ sheet.T
    best = np.argpartition(-likeness, _VOTES, axis=1)[:, :_VOTES]
    here = np.array([(p.pt[0], p.pt[1], p.size, p.angle) for p in points], dtype=np.float32)
    cast = []
    for rank in range(_VOTES):
        theirs = places[best[:, rank]]
        scale = here[:, 2] / theirs[:, 2]
        turn = np.abs((here[:, 3] - theirs[:, 3] + 180) % 360 - 180)
        keeps = (turn < _TURN_DEG) & (scale > _SCALES[0]) & (scale < _SCALES[1])
        weight = np.exp((likeness[np.arange(len(here)), best[:, rank]] - 1) / _SOFTNESS)
        rows_cast = np.stack(
            [
                here[:, 0] + theirs[:, 0] * scale,
                here[:, 1] + theirs[:, 1] * scale,
                np.log2(scale),
                weight,
                theirs[:, 4],
            ],
            axis=1,
        )
        cast.append(rows_cast[keeps])
    return np.concatenate(cast).astype(np.float32)
