"""Drawings laid over one another on white, in a child of its own: whatever a file does to it, the rest go on.

One child does many, as starting one takes longer than most drawings do.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.errors import CircletakeError, MediaKindRefused, MediaUnreadable
from circletake.media.kinds import HEAD_BYTES, kind_of
from circletake.media.sandbox import kind_named, limit
from circletake.media.still import read_ink

OPAQUE = 10_000
_BATCH = 40
_CHILDREN = 2
_TIMEOUT_S = 120.0
_MEMORY_BYTES = 3 << 30
_PAPER = 255
_RUN = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from circletake.media.flatten import child; child()"
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A drawing in a stack of them; `opacity` in ten-thousandths."""

    path: Path
    opacity: int = OPAQUE


@dataclass(frozen=True, slots=True)
class Flat:
    """A picture.

    Args:
        width_px: of it.
        height_px: of it.
        png: None where it is exactly the one file that was given.
    """

    width_px: int
    height_px: int
    png: bytes | None


def flatten_safely(stacks: Sequence[Sequence[Sheet]]) -> Iterator[Flat | CircletakeError]:
    """Lay drawings over one another, the lowest first.

    Yields:
        For each stack its picture, or why there is none.
    """
    at = 0
    while at < len(stacks):
        batch = stacks[at : at + _BATCH]
        found = list(_answers(_told_by_child(batch)))
        if len(found) < len(batch):  # the child ended in the middle of the next one
            found.append(
                MediaUnreadable(f"{_name(batch[len(found)])} made its reader stop; export it again.")
            )
        yield from found
        at += len(found)


def _name(stack: Sequence[Sheet]) -> str:
    return stack[0].path.name if stack else "A picture of nothing"


def _told_by_child(batch: Sequence[Sequence[Sheet]]) -> bytes:
    told = json.dumps([[[str(one.path), one.opacity] for one in stack] for stack in batch])
    with subprocess.Popen(  # noqa: S603 (our own interpreter; paths come by its standard input)
        [sys.executable, "-I", "-c", _RUN, json.dumps(sys.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    ) as process:
        try:
            return process.communicate(told.encode(), timeout=_TIMEOUT_S)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            return process.communicate()[0]


def _answers(data: bytes) -> Iterator[Flat | CircletakeError]:
    at = 0
    while (end := data.find(b"\n", at)) >= 0:
        head = json.loads(data[at:end])
        at = end + 1 + head.get("bytes", 0)
        if at > len(data):
            return
        if "error" in head:
            yield kind_named(head["error"])(head["message"])
        else:
            width_px, height_px = head["size"]
            yield Flat(width_px, height_px, data[end + 1 : at] or None)


def child() -> None:
    """What the child runs: limits first, then one stack after the other."""
    stacks = json.loads(sys.stdin.buffer.read())
    cv2.setNumThreads(1)
    limit(memory_bytes=_MEMORY_BYTES, cpu_s=int(_TIMEOUT_S) + 1)
    for stack in stacks:
        png = b""
        try:
            picture, png = flatten([Sheet(Path(path), opacity) for path, opacity in stack])
            head: dict[str, object] = {"size": [picture.shape[1], picture.shape[0]], "bytes": len(png)}
        except CircletakeError as refused:
            head = {"error": type(refused).__name__, "message": refused.message}
        except OSError as refused:
            head = {"error": "MediaUnreadable", "message": f"{refused}; bring it again."}
        sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + png)
        sys.stdout.buffer.flush()
    os._exit(0)


def flatten(stack: Sequence[Sheet]) -> tuple[NDArray[np.uint8], bytes]:
    """Lay drawings over one another on white, the lowest first, in the size of the first.

    Returns:
        uint8 [height, width, 3], BGR; and the picture as PNG, empty where it is that of one file.

    Raises:
        MediaUnreadable: one cannot be decoded.
        MediaTooLarge: told from the header, before a pixel is decoded.
        MediaKindRefused: one is no still.
    """
    if len(stack) == 1 and stack[0].opacity == OPAQUE:
        return _read(stack[0].path)[0], b""
    canvas: NDArray[np.uint8] | None = None
    for sheet in stack:
        ink, alpha = _read(sheet.path)
        if canvas is None:
            canvas = np.full(ink.shape, _PAPER, np.uint8)
        size = (canvas.shape[1], canvas.shape[0])
        cover = np.full(ink.shape[:2], 255, np.uint8) if alpha is None else alpha
        if (ink.shape[1], ink.shape[0]) != size:
            ink = cv2.resize(ink, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
            cover = cv2.resize(cover, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
        share = cover.astype(np.float32) * np.float32(sheet.opacity / OPAQUE / 255)
        canvas = cv2.blendLinear(ink, canvas, share, 1 - share).astype(np.uint8)
    if canvas is None:
        raise MediaUnreadable("A picture is made of at least one drawing; there is none.")
    _, png = cv2.imencode(".png", canvas)
    return canvas, png.tobytes()


def _read(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None]:
    with path.open("rb") as file:
        kind = kind_of(file.read(HEAD_BYTES), path.name)
    if kind.kind != "still" or kind.demuxer:
        raise MediaKindRefused(f"{path.name} is {kind.name}; bring a drawing as PNG, JPEG or TIFF.")
    return read_ink(path, path.name)
