"""Pictures of one character cut out of a take: RGBA in which alpha says where it is, in one small file."""

import hashlib
import json
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.errors import Bug, MediaUnreadable
from circletake.media.picture import Rgb

_VERSION = 1
_CHANNELS = 4
_OPAQUE = 255
_PLACES = 6


@dataclass(frozen=True, slots=True)
class Cutout:
    """A character in one frame.

    Args:
        n: number of the frame.
        rgb: sRGB of the square around it, uint8 [height, width, 3], with what is behind it.
        mask: True on the character, bool [height, width].
        changed: Lab a frame by which it changed beyond what motion explains over the half second up to it;
            None where that was not measured.
    """

    n: int
    rgb: Rgb
    mask: NDArray[np.bool_]
    changed: float | None = None


def cutout_png(cutout: Cutout) -> bytes:
    """Write one as a PNG whose transparent pixels keep their colours: outlines are measured with them."""
    alpha = np.where(cutout.mask, _OPAQUE, 0).astype(np.uint8)
    done, data = cv2.imencode(".png", np.dstack([cutout.rgb[..., ::-1], alpha]))
    if not done:
        raise Bug("A picture of a character could not be written as PNG.")
    return data.tobytes()


def cutouts_bytes(cutouts: Sequence[Cutout]) -> bytes:
    """Write a character's pictures as canonical JSON; of no picture too, since that is an answer as well."""
    pictures = [
        {"n": one.n, "png": b64encode(cutout_png(one)).decode("ascii")}
        | ({} if one.changed is None else {"changed": round(one.changed, _PLACES)})
        for one in sorted(cutouts, key=lambda one: one.n)
        if one.rgb.size
    ]
    told = {"pictures": pictures, "v": _VERSION}
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


NO_CUTOUTS = hashlib.sha256(cutouts_bytes([])).hexdigest()
"""SHA-256 of no picture: the character was looked for and not found."""


def read_cutouts(data: bytes) -> list[Cutout]:
    """Read what `cutouts_bytes` wrote.

    Raises:
        MediaUnreadable: it is something else, or damaged.
    """
    try:
        told = json.loads(data)
        if told["v"] != _VERSION:
            raise MediaUnreadable(
                f"Pictures of a character are of version {told['v']}, which is newer; update circletake."
            )
        return [
            _cutout(int(one["n"]), b64decode(one["png"], validate=True), one.get("changed"))
            for one in told["pictures"]
        ]
    except (KeyError, TypeError, ValueError, NotBase64, cv2.error):
        raise MediaUnreadable(
            "Pictures of a character cannot be read; measure the take again to have them made."
        ) from None


def _cutout(n: int, png: bytes, changed: float | None) -> Cutout:
    bgra = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    if bgra is None or bgra.ndim <= 2 or bgra.shape[2] != _CHANNELS:  # noqa: PLR2004 (has channels)
        raise ValueError(n)
    rgb = np.ascontiguousarray(bgra[..., 2::-1]).astype(np.uint8)
    return Cutout(n, rgb, bgra[..., 3] > 0, None if changed is None else float(changed))
