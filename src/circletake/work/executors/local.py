"""Calls on this machine: a pool of spawned worker processes, each with one pipe and one thread.

`concurrent.futures.ProcessPoolExecutor` is not used: one dead child fails every future in flight, its
children first import the caller's `__main__`, outlive a parent that is
killed, and can deadlock when recycled (Source: python/cpython#115634). Here a death costs the one call
it happened to. Spawned, not forked: fork deadlocks beside threads.
"""

import atexit
import contextlib
import itertools
import json
import os
import subprocess
import sys
import time
from collections import deque
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import cast

from circletake.errors import Kind
from circletake.work.executors.port import Call, Handle, Outcome

# One thread each: the pool is the parallelism. Read by the libraries when they are first imported.
_ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "OPENCV_FOR_THREADS_NUM",
    ),
    "1",
)
# Native libraries keep what they once allocated; a new process every so often gives it back.
_CALLS_PER_WORKER = 256
# How long a process that was killed may take to be gone.
_GONE_S = 5.0
# Deaths show as the end of the pipe; a grandchild may hold the pipe open, so processes are asked too.
_ASK_EVERY_S = 0.1


@dataclass(slots=True)
class _Worker:
    process: "subprocess.Popen[bytes]"
    pipe: "Connection[bytes, bytes]"
    handle: Handle | None = None
    calls: int = 0


@dataclass(slots=True)
class _Running:
    call: Call
    worker: _Worker | None = None
    accompanied: bool = False  # another call ran beside it at some time
    begun: bool = False  # the worker has said that it began
    progress: tuple[int, int] = (0, 0)
    kill_at_s: float | None = None  # set: somebody asked it to stop


class LocalExecutor:
    """`port.Executor` over processes of this machine.

    A call whose process dies while others run beside it is run once more with nothing beside it, and
    only then counts as dead: the neighbour may have taken the memory.

    Args:
        workers: processes at most; by default one for each processor this process may use.
    """

    def __init__(self, *, workers: int | None = None) -> None:
        self._limit = workers or _processors()
        self._workers: list[_Worker] = []
        self._calls: dict[Handle, _Running] = {}
        self._waiting: deque[Handle] = deque()
        self._suspects: deque[Handle] = deque()
        self._ended: dict[Handle, Outcome] = {}
        self._trial: Handle | None = None  # the suspect that runs, or ran last
        self._numbers = itertools.count(1)
        atexit.register(self.close)

    @property
    def capacity(self) -> int:
        """Calls that can run at once."""
        return self._limit

    @property
    def pids(self) -> list[int]:
        """Process ids of the workers."""
        return [worker.process.pid for worker in self._workers]

    def submit(self, call: Call) -> Handle:
        """Take a call; it runs as soon as there is room."""
        handle = Handle(str(next(self._numbers)))
        self._calls[handle] = _Running(call)
        self._waiting.append(handle)
        self._start()
        return handle

    def poll(self, *, timeout_s: float) -> dict[Handle, Outcome]:
        """Wait until a call has ended, or the time is up; every outcome is handed over once."""
        until_s = time.monotonic() + timeout_s
        while self._calls and not self._ended:
            self._start()
            left_s = until_s - time.monotonic()
            busy: dict[object, _Worker] = {worker.pipe: worker for worker in self._busy()}
            pipes = [worker.pipe for worker in busy.values()]
            for pipe in wait(pipes, timeout=max(0.0, min(left_s, _ASK_EVERY_S))):
                self._hear(busy[pipe])
            self._bury()
            if left_s <= 0:
                break
        self._start()
        ended, self._ended = self._ended, {}
        for handle in ended:
            self._calls.pop(handle, None)
        return ended

    def progress(self, handle: Handle) -> tuple[int, int]:
        """How far along a call is: done, total; (0, 0) while it has not said."""
        running = self._calls.get(handle)
        return running.progress if running else (0, 0)

    def cancel(self, handle: Handle, *, grace_s: float = 10.0) -> None:
        """Ask a call to stop; end its process when it has not after the grace."""
        running = self._calls.get(handle)
        if running is None or handle in self._ended:
            return
        running.kill_at_s = time.monotonic() + grace_s
        if running.worker is None:
            for line in (self._waiting, self._suspects):
                with contextlib.suppress(ValueError):
                    line.remove(handle)
            self._end(handle, Outcome("cancelled", sentence="It was cancelled before it began."))
        elif grace_s <= 0:
            self._remove(running.worker)
            self._end(handle, Outcome("cancelled", sentence="It was cancelled."))
        else:
            with contextlib.suppress(OSError):  # died meanwhile: buried at the next poll
                _send(running.worker, {"stop": int(handle)})

    def close(self) -> None:
        """Stop every process at once; outcomes not handed over are gone."""
        atexit.unregister(self.close)
        for worker in list(self._workers):
            self._remove(worker)
        self._calls.clear()
        self._waiting.clear()
        self._suspects.clear()
        self._ended.clear()

    def _busy(self) -> list[_Worker]:
        return [worker for worker in self._workers if worker.handle is not None]

    def _start(self) -> None:
        """Put calls on workers: while there are suspects, one of them at a time and nothing else."""
        while True:
            busy = self._busy()
            if self._suspects:
                if busy:
                    return
                line = self._suspects
            elif self._waiting and len(busy) < self._limit and not self._is_trial(busy):
                line = self._waiting
            else:
                return
            handle = line.popleft()
            running = self._calls[handle]
            running.begun = False
            # A suspect on trial has nothing beside it, so `accompanied` tells a trial's death apart.
            running.accompanied = bool(busy)
            for worker in busy:
                if worker.handle is not None:
                    self._calls[worker.handle].accompanied = True
            self._put(handle, running)
            if line is self._suspects:
                self._trial = handle

    def _is_trial(self, busy: list[_Worker]) -> bool:
        return any(worker.handle == self._trial for worker in busy)

    def _put(self, handle: Handle, running: _Running) -> None:
        try:
            idle = (worker for worker in self._workers if worker.handle is None)
            worker = next((one for one in idle if one.process.poll() is None), None) or self._spawn()
            worker.handle = handle
            running.worker = worker
            message = {"number": int(handle), "call": running.call.name, "args": dict(running.call.args)}
            _send(worker, message)
        except BrokenPipeError:
            running.accompanied = True  # it died while idle, which is not this call's doing
        except (OSError, TypeError, ValueError) as problem:
            if running.worker is not None:
                running.worker.handle = None
            self._end(handle, Outcome("raised", sentence=f"The call could not be started: {problem}"))

    def _spawn(self) -> _Worker:
        ours, theirs = Pipe()
        environment = {**os.environ, **_ONE_THREAD}
        environment["PYTHONPATH"] = os.pathsep.join(place for place in sys.path if place)
        # Without it the folder the studio is opened from comes first, and any numpy.py in it.
        environment["PYTHONSAFEPATH"] = "1"
        try:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-m", "circletake.work.executors.worker", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,  # ours may be somebody's JSON
                env=environment,
                pass_fds=[theirs.fileno()],
            )
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        worker = _Worker(process, ours)
        self._workers.append(worker)
        return worker

    def _hear(self, worker: _Worker) -> None:
        """Take in what a worker said; its end is left to `_bury`."""
        try:
            while worker.pipe.poll():
                message = json.loads(worker.pipe.recv_bytes())
                handle = worker.handle
                if handle is None:
                    continue
                self._calls[handle].begun = True
                if "progress" in message:
                    done, total = message["progress"]
                    self._calls[handle].progress = (done, total)
                else:
                    worker.handle = None
                    worker.calls += 1
                    self._end(handle, self._outcome(handle, message))
                    if worker.calls >= _CALLS_PER_WORKER:
                        self._remove(worker)
                        return
        except (EOFError, OSError):
            _kill(worker)

    def _outcome(self, handle: Handle, message: dict[str, object]) -> Outcome:
        cpu_s = float(str(message["cpu_s"]))
        if self._calls[handle].kill_at_s is not None:
            # It may have returned half of what was asked: whatever it says, it was cancelled.
            return Outcome("cancelled", sentence="It was cancelled.", cpu_s=cpu_s)
        if "sentence" not in message:
            return Outcome("returned", cast("dict[str, object]", message["result"]), cpu_s=cpu_s)
        sentence, trace = str(message["sentence"]), str(message["trace"])
        if "kind" in message:
            kind = cast("Kind", message["kind"])
            return Outcome("refused", sentence=sentence, kind=kind, trace=trace, cpu_s=cpu_s)
        return Outcome("raised", sentence=sentence, trace=trace, cpu_s=cpu_s)

    def _bury(self) -> None:
        """Take dead workers out, and end those whose grace is over."""
        now_s = time.monotonic()
        for worker in list(self._workers):
            running = self._calls.get(worker.handle) if worker.handle else None
            if running and running.kill_at_s is not None and now_s >= running.kill_at_s:
                _kill(worker)
            status = worker.process.poll()
            if status is None:
                continue
            self._hear(worker)  # an answer may have come before the end
            handle = worker.handle
            self._remove(worker)
            if handle is None:
                continue
            running = self._calls[handle]
            running.worker = None
            if running.kill_at_s is not None:
                self._end(handle, Outcome("cancelled", sentence="It was cancelled."))
            elif running.accompanied or (worker.calls and not running.begun):
                # beside others, or an idle worker died just as the call came: not proven against it
                self._suspects.append(handle)
            else:
                self._end(handle, Outcome("died", sentence=_death(status)))

    def _end(self, handle: Handle, outcome: Outcome) -> None:
        self._ended[handle] = outcome

    def _remove(self, worker: _Worker) -> None:
        if worker in self._workers:
            self._workers.remove(worker)
        _kill(worker)
        worker.pipe.close()


def _kill(worker: _Worker) -> None:
    worker.process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):  # stuck in the kernel: gone when that lets go
        worker.process.wait(_GONE_S)


def _send(worker: _Worker, message: dict[str, object]) -> None:
    worker.pipe.send_bytes(json.dumps(message, allow_nan=False).encode())


def _death(status: int) -> str:
    how = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
    return f"The worker process {how}, with nothing else running beside it; look for too little memory."


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1
