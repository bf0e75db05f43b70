"""The process at the other end of the pipe: takes one call at a time, answers, ends with its parent.

Started by `local` as `python -m circletake.work.executors.worker <descriptor>`. Messages are JSON both
ways. A thread reads, so that a request to stop is seen while a call runs, and so that the end of the
pipe, which is the end of the parent however it came, ends this process too.
"""

import importlib
import json
import os
import queue
import signal
import sys
import threading
import time
import traceback
from multiprocessing.connection import Connection
from typing import NoReturn, cast

from circletake.errors import Bug, CircletakeError

# Ten times a second is as often as anybody watches.
_PROGRESS_EVERY_S = 0.1
# The desk answers first: measuring gives way to it.
_NICENESS = 5


class PipeReport:
    """`port.Report` over the pipe.

    Args:
        pipe: to the parent.
        number: of the call; a request to stop names the call it means.
        stopped: the call the parent wants stopped, as the reading thread saw it.
    """

    def __init__(self, pipe: "Connection[bytes, bytes]", number: int, stopped: set[int]) -> None:
        self._pipe = pipe
        self._number = number
        self._stopped = stopped
        self._next_s = 0.0

    def progress(self, done: int, total: int) -> None:
        """Say how far along the call is; said at most ten times a second, and at the end."""
        now_s = time.monotonic()
        if now_s >= self._next_s or done == total:
            self._next_s = now_s + _PROGRESS_EVERY_S
            _send(self._pipe, {"progress": [done, total]})

    def cancelled(self) -> bool:
        """Whether the parent wants the call to stop."""
        return self._number in self._stopped


def _send(pipe: "Connection[bytes, bytes]", message: dict[str, object]) -> None:
    said = json.dumps(message, allow_nan=False).encode()
    try:
        pipe.send_bytes(said)
    except OSError:
        _leave()


def _leave() -> NoReturn:
    """End with the parent, without clean-up.

    What a call leaves half-written is a temporary file, which the store never takes for content.
    """
    os._exit(0)


def _listen(
    pipe: "Connection[bytes, bytes]", calls: "queue.SimpleQueue[dict[str, object]]", stopped: set[int]
) -> None:
    while True:
        try:
            message = json.loads(pipe.recv_bytes())
        except (EOFError, OSError):
            _leave()  # nobody is there to hear the answer
        if "stop" in message:
            stopped.add(int(message["stop"]))
        else:
            calls.put(message)


def _call(name: str, args: dict[str, object], report: PipeReport) -> dict[str, object]:
    module, _, function = name.partition(":")
    result = getattr(importlib.import_module(module), function)(args, report)
    if not isinstance(result, dict):
        raise Bug(f"The operation {name} must return a dict and returned {type(result).__name__}.")
    return result


def _answer(pipe: "Connection[bytes, bytes]", message: dict[str, object], report: PipeReport) -> None:
    _send(pipe, {"progress": [0, 0]})
    began_s = time.process_time()
    answer: dict[str, object]
    try:
        args = cast("dict[str, object]", message["args"])
        answer = {"result": _call(str(message["call"]), args, report)}
        json.dumps(answer, allow_nan=False)
    except CircletakeError as error:
        answer = {"sentence": error.message, "kind": error.kind, "trace": traceback.format_exc()}
    except Exception as error:  # noqa: BLE001 - an operation may raise anything; the parent decides
        answer = {"sentence": f"{type(error).__name__}: {error}", "trace": traceback.format_exc()}
    answer["cpu_s"] = time.process_time() - began_s
    _send(pipe, answer)


def serve(descriptor: int) -> None:
    """Answer calls until the pipe ends."""
    # A Ctrl-C reaches the whole foreground group; the parent decides what it means for a call.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICENESS)
    pipe: Connection[bytes, bytes] = Connection(descriptor)
    calls: queue.SimpleQueue[dict[str, object]] = queue.SimpleQueue()
    stopped: set[int] = set()
    threading.Thread(target=_listen, args=(pipe, calls, stopped), daemon=True).start()
    while True:
        message = calls.get()
        number = int(str(message["number"]))
        _answer(pipe, message, PipeReport(pipe, number, stopped))
        stopped.discard(number)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
