"""A frame in all of its own pixels, and its alpha: what the frame pack is too small for, or has no room for.

Read in a process of its own, with limits, that is started by the first request and ends when nobody asks
any more: whatever a file does to its decoder, whoever asked for the others goes on.
"""

import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import numpy as np

from circletake.domain.time import FrameRange
from circletake.errors import CircletakeError, ContentMissing, MediaUnreadable, NoFrames
from circletake.media.frames import jpeg
from circletake.media.peaks import peaks_of
from circletake.media.picture import Alpha, Frame, Rgb
from circletake.media.sandbox import kind_named, limit
from circletake.media.sheet import open_content
from circletake.media.source import Source, open_source
from circletake.media.store import ContentStore

Layer = Literal["full", "alpha", "checker"]

RECIPE = 1
_QUALITY = 95
_CHECKS_ACROSS = 80
_CHECKS = (96, 144)  # code values: either side of where skin, sky and shadow stand
_AHEAD = 24  # farther on, a seek is sooner than decoding what lies between
_MEMORY_BYTES = 4 << 30  # twice what a picture of the largest size that is taken in asks for
_PATIENCE_S = 30.0
_IDLE_S = 60.0
_RUN = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from circletake.media.full import child; child()"
)


class FullReader:
    """The process that reads; one request at a time, in the order in which they came."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    def frame(self, root: Path, content: str, n: int, layer: Layer) -> bytes:
        """One frame of a content as JPEG bytes.

        Args:
            root: folder of the content store.
            content: SHA-256 of a film, clip, still or sheet.
            n: number of the frame.
            layer: `full` is its colours, `alpha` its coverage as grey, `checker` its colours over checks.

        Raises:
            ContentMissing: the store lacks it, or it has no alpha.
            MediaUnreadable: it cannot be decoded, or took too long.
            NoFrames: there is no such frame.
        """
        return self._ask({"root": str(root), "content": content, "n": n, "layer": layer})

    def peaks(self, root: Path, content: str) -> bytes:
        """How loud a content is, as `peaks_of` says it; nothing of one without sound or without time.

        Raises:
            ContentMissing: the store lacks it.
            MediaUnreadable: it cannot be decoded, or took too long.
        """
        return self._ask({"root": str(root), "content": content, "layer": "peaks"})

    def close(self) -> None:
        """End the process."""
        with self._turn:
            self._end()

    def _ask(self, request: dict[str, object]) -> bytes:
        with self._turn:
            answer = _exchange(self._running(), request)
            if answer is None:
                self._end()
                raise MediaUnreadable(
                    f"Content {str(request['content'])[:12]}… made its reader stop; look at the stored "
                    f"picture, or export the take again."
                )
        head, data = answer
        if "error" in head:
            raise kind_named(head["error"])(head["message"], **head["detail"])
        return data

    def _running(self) -> "subprocess.Popen[bytes]":
        # One that rested may be about to end of itself: asked now, it would answer nobody.
        if self._process is not None and _is_awake(self._process):
            return self._process
        self._end()
        self._process = subprocess.Popen(  # noqa: S603 (our own interpreter; nothing of a request is a command)
            [sys.executable, "-I", "-c", _RUN, json.dumps(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        process.wait()


def _is_awake(process: "subprocess.Popen[bytes]") -> bool:
    """Whether it reads on; it says so by a line, for between its last look and its end it would not."""
    return process.poll() is None and _exchange(process, {"layer": "awake"}) is not None


def _exchange(
    process: "subprocess.Popen[bytes]", request: dict[str, object]
) -> tuple[dict[str, Any], bytes] | None:
    """Ask, and take the answer; None where the process has ended."""
    if process.stdin is None or process.stdout is None:
        return None
    deadline = threading.Timer(_PATIENCE_S, process.kill)
    deadline.start()
    try:
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line.endswith(b"\n"):
            return None
        head = json.loads(line)
        data = process.stdout.read(head["size"])
    except (OSError, ValueError):
        return None
    finally:
        deadline.cancel()
    return (head, data) if len(data) == head["size"] else None


def child() -> None:
    """What the process runs: limits first, then one request a line, until nobody asks for a minute."""
    limit(memory_bytes=_MEMORY_BYTES)
    desk = _Desk()
    lines = sys.stdin.buffer
    while select.select([lines], [], [], _IDLE_S)[0]:
        line = lines.readline()
        if not line:
            break
        try:
            data = desk.answer(json.loads(line))
            head: dict[str, object] = {"size": len(data)}
        except CircletakeError as refusal:
            data = b""
            told = {"message": refusal.message, "detail": refusal.detail}
            head = {"size": 0, "error": type(refusal).__name__, **told}
        sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + data)
        sys.stdout.buffer.flush()
    # Decoder threads that wait for memory would hold up a tidy exit.
    os._exit(0)


class _Desk:
    """Keeps the film that was asked about last open, for whoever steps on in it."""

    def __init__(self) -> None:
        self._at: tuple[str, str] | None = None
        self._source: Source | None = None
        self._frames: Iterator[Frame] = iter(())
        self._here: Frame | None = None

    def answer(self, request: dict[str, Any]) -> bytes:
        """What was asked for; nothing, to whoever only asks whether anybody listens."""
        if request["layer"] == "awake":
            return b""
        store, content = ContentStore(Path(request["root"])), request["content"]
        if request["layer"] == "peaks":
            return peaks_of(open_source(store, content))
        try:
            return drawn(self._frame(store, content, int(request["n"])), request["layer"])
        except BaseException:
            self._at = self._here = None
            raise

    def _frame(self, store: ContentStore, content: str, n: int) -> Frame:
        at = (str(store.root), content)
        if self._at != at:
            self._source, self._at, self._here = open_content(store, content), at, None
        source = self._source
        if source is None or not 0 <= n < source.n_frames:
            last = source.n_frames - 1 if source else 0
            raise NoFrames(f"There is no frame {n}; the last one is {last}.", last=last)
        if self._here is None or not self._here.n <= n <= self._here.n + _AHEAD:
            self._frames, self._here = source.frames(FrameRange(n, source.n_frames)), None
        while self._here is None or self._here.n < n:
            self._here = next(self._frames)
        return self._here


def drawn(frame: Frame, layer: Layer) -> bytes:
    """A frame as JPEG bytes in its own size, with whole chroma.

    Raises:
        ContentMissing: its alpha is asked for, and it has none.
    """
    looks: dict[Layer, Callable[[], Rgb]] = {
        "full": frame.rgb,
        "alpha": lambda: np.repeat(_alpha(frame)[:, :, None], 3, axis=2),
        "checker": lambda: over_checks(frame.rgb(), _alpha(frame)),
    }
    return jpeg(looks[layer](), quality=_QUALITY, whole_chroma=True)


def _alpha(frame: Frame) -> Alpha:
    alpha = frame.alpha_at(frame.width_px, frame.height_px)
    if alpha is None:
        raise ContentMissing("This take has no alpha; it is opaque all over.")
    return alpha


def over_checks(rgb: Rgb, alpha: Alpha) -> Rgb:
    """Colours over a chequered ground, by a coverage that they were not multiplied by.

    Args:
        rgb: uint8 [height, width, 3].
        alpha: uint8 [height, width].
    """
    height, width = alpha.shape
    side = max(width // _CHECKS_ACROSS, 4)
    rows, columns = (np.arange(length) // side for length in (height, width))
    ground = np.where((rows[:, None] + columns) % 2, *_CHECKS).astype(np.uint16)[:, :, None]
    cover = alpha.astype(np.uint16)[:, :, None]
    return ((rgb * cover + ground * (255 - cover) + 127) // 255).astype(np.uint8)
