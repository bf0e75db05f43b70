"""Stills that OpenCV reads: PNG, JPEG, TIFF, WebP and BMP, upright, transparent parts on white."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.errors import MediaTooLarge, MediaUnreadable
from circletake.media.kinds import HEAD_BYTES, check_size, picture_size

_LARGEST_FILE_BYTES = 1 << 30
_ALPHA_CHANNELS = 4
_PAPER = 255  # animators draw on white


def read_picture(path: Path, name: str) -> NDArray[np.uint8]:
    """Decode a still.

    Returns:
        uint8 [height, width, 3], sRGB.

    Raises:
        MediaTooLarge: told from the header, before a pixel is decoded.
        MediaUnreadable: it cannot be decoded.
    """
    return read_layers(path, name)[0]


def read_layers(path: Path, name: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    """Decode a still and its alpha.

    Returns:
        uint8 [height, width, 3], sRGB, transparent parts on white; and uint8 [height, width], 0 nothing to
        255 opaque, None where it has no alpha.

    Raises:
        MediaTooLarge: told from the header, before a pixel is decoded.
        MediaUnreadable: it cannot be decoded.
    """
    data = _checked(path, name)
    try:
        kept = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        if kept is not None and kept.ndim > 2 and kept.shape[2] == _ALPHA_CHANNELS:  # noqa: PLR2004 (has channels)
            return _on_paper(np.asarray(kept)), _alpha_of(np.asarray(kept))
        shown = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    except cv2.error:
        shown = None
    if shown is None:
        raise MediaUnreadable(
            f"{name} cannot be decoded; its picture is cut short or damaged: export it again."
        )
    return np.asarray(shown, dtype=np.uint8), None


def read_ink(path: Path, name: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    """Decode a still as it was drawn, to be laid over another.

    Returns:
        uint8 [height, width, 3], BGR, not laid on white where it has alpha; and its alpha as `read_layers`.

    Raises:
        MediaTooLarge: as `read_layers`.
        MediaUnreadable: likewise.
    """
    data = _checked(path, name)
    try:
        kept = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        kept = None
    drawn = None if kept is None else np.asarray(kept)
    if drawn is not None and drawn.dtype == np.uint8 and drawn.shape[2:] == (_ALPHA_CHANNELS,):
        return np.ascontiguousarray(drawn[:, :, :3]), np.ascontiguousarray(drawn[:, :, 3])
    rgb, alpha = read_layers(path, name)
    return np.ascontiguousarray(rgb[:, :, ::-1]), alpha


def _checked(path: Path, name: str) -> bytes:
    """A still's bytes, if it is not too large."""
    if path.stat().st_size > _LARGEST_FILE_BYTES:
        raise MediaTooLarge(f"{name} is over 1 GiB; bring a smaller version of it.")
    data = path.read_bytes()
    size = picture_size(data[:HEAD_BYTES])
    if size is None:
        size = picture_size(data)
    if size is None:
        raise MediaUnreadable(f"{name} does not say how large it is; export it again as PNG.")
    check_size(*size, name)
    return data


def _on_paper(bgra: NDArray[Any]) -> NDArray[np.uint8]:
    full = _full_of(bgra)
    shares = bgra[:, :, 3:].astype(np.float32) / full
    colours = bgra[:, :, 2::-1].astype(np.float32) * (255 / full)
    return np.rint(colours * shares + _PAPER * (1 - shares)).astype(np.uint8)


def _alpha_of(bgra: NDArray[Any]) -> NDArray[np.uint8]:
    alpha = bgra[:, :, 3].astype(np.float32) * (255 / _full_of(bgra))
    return np.asarray(np.rint(alpha), dtype=np.uint8)


def _full_of(pixels: NDArray[Any]) -> int:
    return 65_535 if pixels.dtype == np.uint16 else 255
