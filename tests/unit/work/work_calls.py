"""Calls for the tests: real functions in a module that worker processes can import."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from circletake.errors import MediaUnreadable
from circletake.work.executors.port import Report


def double(args: dict[str, int], report: Report) -> dict[str, object]:
    report.progress(1, 1)
    return {"twice": args["n"] * 2, "pid": os.getpid()}


def made(args: dict[str, object], _report: Report) -> dict[str, object]:
    return {"told": args.get("made")}


def environment(args: dict[str, list[str]], _report: Report) -> dict[str, object]:
    return {name: os.environ.get(name, "") for name in args["names"]} | {
        "numpy": "numpy" in sys.modules,
        "niceness": os.nice(0),
    }


def refuse(_args: dict[str, object], _report: Report) -> dict[str, object]:
    raise MediaUnreadable("This file holds no picture; choose another.")


def stumble(_args: dict[str, object], _report: Report) -> dict[str, object]:
    raise ZeroDivisionError("nothing by nothing")


def number(_args: dict[str, object], _report: Report) -> int:
    return 7


def unspeakable(_args: dict[str, object], _report: Report) -> dict[str, object]:
    return {"path": Path("here")}


def die(args: dict[str, str], _report: Report) -> dict[str, object]:
    """Count the life, then end it."""
    _count(Path(args["lives"]))
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


def die_beside_others(args: dict[str, str], _report: Report) -> dict[str, object]:
    """Die in the first life only, as one does when a neighbour takes the memory."""
    if _count(Path(args["lives"])) == 1:
        time.sleep(0.3)
        os.kill(os.getpid(), signal.SIGKILL)
    return {"lived": True}


def die_leaving_a_child(_args: dict[str, object], _report: Report) -> dict[str, object]:
    """Die while a child that knows nothing of pipes lives on."""
    if os.fork() == 0:
        time.sleep(3)
        os._exit(0)
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


def doze(args: dict[str, float], report: Report) -> dict[str, object]:
    """Count frames until told to stop."""
    total = int(args["s"] / 0.01)
    for frame in range(total):
        if report.cancelled():
            return {"frames": frame}
        report.progress(frame, total)
        time.sleep(0.01)
    return {"frames": total}


def sleep_through(args: dict[str, str], _report: Report) -> dict[str, object]:
    """Never ask whether to stop."""
    Path(args["mark"]).write_text(str(os.getpid()), encoding="ascii")
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    time.sleep(60)
    return {}


def large(args: dict[str, int], _report: Report) -> dict[str, object]:
    return {"text": "x" * args["bytes"]}


def shout(_args: dict[str, object], _report: Report) -> dict[str, object]:
    sys.stdout.write("this is nobody's JSON\n")
    sys.stdout.flush()
    return {}


def _count(lives: Path) -> int:
    with lives.open("a", encoding="ascii") as file:
        file.write("|")
    return len(lives.read_text(encoding="ascii"))
