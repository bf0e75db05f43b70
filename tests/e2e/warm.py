"""A process that has circletake loaded and forks for each command, so that tests pay for its start once.

What runs in the fork is the program itself, in a process of its own, with its own environment, files and
exit code. `test_serve.py` and the kill tests start the installed program cold.
"""

import atexit
import gc
import json
import os
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from functools import cache
from pathlib import Path
from typing import IO, Any, NoReturn


class Warm:
    """The process; one command at a time."""

    def __init__(self) -> None:
        asked, self._ask = os.pipe()
        self._told, tell = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(asked), str(tell)], pass_fds=(asked, tell)
        )
        os.close(asked)
        os.close(tell)
        self._answers = os.fdopen(self._told, encoding="ascii")
        atexit.register(self.close)

    def run(self, words: list[str], env: dict[str, str], files: dict[str, Path], timeout_s: float) -> int:
        """Run a verb; its exit code.

        Args:
            words: after the program's name.
            env: all of the environment.
            files: where `stdin` comes from and where `stdout` and `stderr` go.
            timeout_s: after which the command is ended.
        """
        told = {"words": words, "env": env, "timeout_s": timeout_s}
        told["files"] = {name: str(path) for name, path in files.items()}
        os.write(self._ask, json.dumps(told).encode() + b"\n")
        return int(self._answers.readline())

    def close(self) -> None:
        """Let the process end."""
        os.close(self._ask)
        self._answers.close()
        self._process.wait(30)


@cache
def warm() -> Warm:
    """The one of this test process."""
    return Warm()


def _wait(child: int, timeout_s: float) -> int:
    """The child's exit code; it is killed when its time is up."""
    import signal  # noqa: PLC0415 (only the warm process needs it)

    def too_long(*_: object) -> None:
        os.kill(child, signal.SIGKILL)

    signal.signal(signal.SIGALRM, too_long)
    signal.alarm(max(1, int(timeout_s)))
    _, status = os.waitpid(child, 0)
    signal.alarm(0)
    return os.waitstatus_to_exitcode(status)


def _become(told: dict[str, Any]) -> None:
    """Take on a command's environment, files and words."""
    os.environ.clear()
    os.environ.update(told["env"])
    for number, name, how in (
        (0, "stdin", os.O_RDONLY),
        (1, "stdout", os.O_WRONLY),
        (2, "stderr", os.O_WRONLY),
    ):
        opened = os.open(told["files"][name], how)
        os.dup2(opened, number)
        os.close(opened)
    sys.argv = ["circletake", *told["words"]]


def _load_what_verbs_load() -> None:
    """Load what the program itself loads only once a verb needs it."""
    import circletake.db.migrate  # noqa: F401, PLC0415 (before the fork, as all of them)
    from circletake.checks.run import current_versions  # noqa: PLC0415 (as above)
    from circletake.cli.main import program  # noqa: PLC0415 (as above)
    from circletake.gates.engine import rules  # noqa: PLC0415 (as above)
    from circletake.plugins import find_members  # noqa: PLC0415 (as above)

    current_versions()
    rules()
    find_members("circletake.workflows", "operation")
    with (
        Path(os.devnull).open("w", encoding="utf-8") as nowhere,
        redirect_stdout(nowhere),
        redirect_stderr(nowhere),
    ):
        for words in (["board", "--studio", os.devnull], ["config", "--studio", os.devnull]):
            sys.argv = ["circletake", *words]
            with suppress(SystemExit):
                program()()


def _leave(run: Callable[[], None]) -> NoReturn:
    """Run, and end without taking down what the process that forked still needs: that takes longer."""
    try:
        run()
        code: object = 0
    except SystemExit as left:
        code = left.code
    except BaseException:  # noqa: BLE001 (what the interpreter itself does)
        traceback.print_exc()
        code = 1
    for thread in threading.enumerate():
        if thread is not threading.main_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


def _serve(asked: IO[str], tell: int) -> None:
    from circletake.cli.main import run  # noqa: PLC0415 (loaded before the fork, which is what this is for)

    _load_what_verbs_load()
    gc.freeze()
    for line in asked:
        told = json.loads(line)
        child = os.fork()
        if child == 0:
            asked.close()
            os.close(tell)
            _become(told)
            _leave(run)
        os.write(tell, f"{_wait(child, told['timeout_s'])}\n".encode())


if __name__ == "__main__":
    with os.fdopen(int(sys.argv[1]), encoding="utf-8") as requests:
        _serve(requests, int(sys.argv[2]))
