"""Text hidden in the lowest bits of a PNG's alpha, as NovelAI and others write it."""

from pathlib import Path

import cv2
import numpy as np

from circletake.media.marks.field import LARGEST_FIELD_BYTES, Marks, unpacked

_PACKED, _OPEN = b"stealth_pngcomp", b"stealth_pnginfo"
_LARGEST_PX = 40_000_000
_GZIP = 31
_RGBA, _EIGHT_BITS = 6, 8
_CHANNELS = 4
STEALTH_KEY = "stealth"


def read_stealth(path: Path, head: bytes, marks: Marks) -> None:
    """Read text hidden in alpha, column by column from the top left.

    Args:
        head: the file's first bytes, for its size and kind of picture.

    Source:
        NovelAI, novelai-image-metadata (MIT), `nai_meta.py`.
    """
    width_px, height_px = int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
    if head[24] != _EIGHT_BITS or head[25] != _RGBA or not 0 < width_px * height_px <= _LARGEST_PX:
        return
    picture = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    if picture is None or picture.ndim != 3 or picture.shape[2] != _CHANNELS:  # noqa: PLR2004 (axes)
        return
    bits = picture[:, :, 3].astype(np.uint8).T.reshape(-1) & 1
    name_bytes = len(_PACKED)
    if len(bits) < (name_bytes + 4) * 8:
        return
    head_bytes = np.packbits(bits[: (name_bytes + 4) * 8]).tobytes()
    name, length_bytes = head_bytes[:name_bytes], int.from_bytes(head_bytes[name_bytes:], "big") // 8
    if name not in {_PACKED, _OPEN}:
        return
    start = (name_bytes + 4) * 8
    data = np.packbits(bits[start : start + length_bytes * 8]).tobytes()
    told = unpacked(data, wbits=_GZIP) if name == _PACKED else data
    if told is None or len(data) != length_bytes:
        marks.refuse(f"Text hidden in alpha is damaged or unpacks to over {LARGEST_FIELD_BYTES >> 20} MiB")
    else:
        marks.add(STEALTH_KEY, told, "alpha")
