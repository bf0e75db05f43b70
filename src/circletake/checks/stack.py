"""Stacks: takes that look the same, so that a person looks once."""

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.checks.protocol import Rgb

SIGNATURE_FRAMES = 8
_THUMB_PX = (32, 18)
# Mean |difference| of thumbs in code values. Re-encodes of one picture stay under 3, a new random
# number of the same prompt starts around 8.
NEAR = 5.0
_PARTS = 144  # of a signature, by whose means most pairs are told apart
_ROUNDING = 0.01  # code values; a mean of float32 is off by far less


def signature(frames: list[Rgb]) -> NDArray[np.float32]:
    """Reduce sampled frames to what two takes are compared by.

    Args:
        frames: sRGB, at least one, in order; any sizes.

    Returns:
        `SIGNATURE_FRAMES` thumbs of 18×32×3 code values, flattened: frames spread evenly over the take.
    """
    picks = np.linspace(0, len(frames) - 1, SIGNATURE_FRAMES).round().astype(int)
    thumbs = [cv2.resize(frames[pick], _THUMB_PX, interpolation=cv2.INTER_AREA) for pick in picks]
    return np.stack(thumbs).astype(np.float32).ravel()


def signature_bytes(frames: list[Rgb]) -> bytes:
    """A signature as it is kept: 8-bit code values, since a thumb has no more."""
    return signature(frames).round().astype(np.uint8).tobytes()


def read_signature(data: bytes) -> NDArray[np.float32]:
    """Read a signature back."""
    return np.frombuffer(data, np.uint8).astype(np.float32)


def stacks(signatures: Mapping[str, NDArray[np.float32]], *, near: float = NEAR) -> dict[str, int]:
    """Group near-duplicates by complete linkage: every two members of a stack are near each other.

    Args:
        signatures: content → its signature; all of one length.
        near: largest mean |difference| within a stack, in code values.

    Returns:
        Content → stack number, from 0 in the order of each stack's first content.

    Source:
        Defays 1977, complete linkage; a merged stack is as far from another as its farther half
        (Lance and Williams 1967).
    """
    names = list(signatures)
    if not names:
        return {}
    far = _distances(np.stack([signatures[name] for name in names]).astype(np.float32), near)
    groups: list[list[int]] = [[i] for i in range(len(names))]
    far[np.tril_indices(len(names))] = np.inf  # each pair once: the first below, the second across
    while True:
        a, b = divmod(int(far.argmin()), len(names))
        if not far[a, b] <= near:
            break
        groups[a], groups[b] = groups[a] + groups[b], []
        both = np.maximum(np.minimum(far[a], far[:, a]), np.minimum(far[b], far[:, b]))
        far[b], far[:, b] = np.inf, np.inf
        far[a, a + 1 :], far[:a, a] = both[a + 1 :], both[:a]
    stacked = sorted((sorted(group) for group in groups if group), key=min)
    return {names[i]: number for number, group in enumerate(stacked) for i in group}


def _distances(rows: NDArray[np.float32], near: float) -> NDArray[np.float32]:
    """Mean |difference| of every two rows; infinite where it is surely beyond `near`.

    The mean of a part moves by no more than its values do on average, so that most pairs are told apart by
    the means of a few parts.
    """
    parts = np.stack([part.mean(axis=1) for part in np.array_split(rows, min(_PARTS, rows.shape[1]), axis=1)])
    weights = np.array(
        [part.shape[0] for part in np.array_split(rows[0], min(_PARTS, rows.shape[1]))], dtype=np.float32
    )
    weights /= weights.sum()
    far = np.full((len(rows), len(rows)), np.inf, np.float32)
    for i, row in enumerate(rows):
        least = (np.abs(parts[:, i:] - parts[:, i, None]) * weights[:, None]).sum(axis=0)
        close = i + np.flatnonzero(least <= near + _ROUNDING)
        far[i, close] = far[close, i] = np.abs(rows[close] - row).mean(axis=1)
    return far
