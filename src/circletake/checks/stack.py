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
        Defays 1977, complete linkage; naive merging, since a task has tens of takes.
    """
    names = list(signatures)
    groups: list[list[int]] = [[i] for i in range(len(names))]
    if not names:
        return {}
    rows = np.stack([signatures[name] for name in names]).astype(np.float32)
    apart = np.stack([np.abs(rows - row).mean(axis=1) for row in rows])
    while len(groups) > 1:
        distance, a, b = min(
            (float(apart[np.ix_(groups[a], groups[b])].max()), a, b)
            for a in range(len(groups))
            for b in range(a + 1, len(groups))
        )
        if distance > near:
            break
        groups[a] = sorted(groups[a] + groups.pop(b))
    groups.sort(key=min)
    return {names[i]: number for number, group in enumerate(groups) for i in group}
