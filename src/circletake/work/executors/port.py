"""What the runner asks of whoever executes: take calls, say how they went, stop when told.

A call is a dotted name and JSON, never a pickle. The function it names is
`function(args: dict, report: Report) -> dict`; it never opens a database: bytes go to the store and
hashes come back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NewType, Protocol

from circletake.errors import Kind

Handle = NewType("Handle", str)
Ending = Literal["returned", "refused", "raised", "died", "cancelled"]


@dataclass(frozen=True, slots=True)
class Call:
    """A function by its dotted name, and its arguments.

    Args:
        name: `package.module:function`.
        args: JSON-ready.
    """

    name: str
    args: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended.

    Args:
        ending: `returned` (there is a result), `refused` (an error of our family), `raised` (any other
            exception), `died` (the process ended under it, with nothing else running), `cancelled`.
        result: what it returned.
        sentence: what was the matter, unless it returned.
        kind: of the error, when it is of our family.
        trace: the traceback, for the log only.
        cpu_s: processor time the call took in the worker.
    """

    ending: Ending
    result: dict[str, object] = field(default_factory=dict)
    sentence: str = ""
    kind: Kind = "bug"
    trace: str = ""
    cpu_s: float = 0.0


class Report(Protocol):
    """A running call's line to whoever waits for it."""

    def progress(self, done: int, total: int) -> None:
        """Say how far along the call is, in frames or steps."""
        ...

    def cancelled(self) -> bool:
        """Whether the call should stop; asked once per frame or step."""
        ...


class Executor(Protocol):
    """Executes calls. Used by one thread at a time."""

    @property
    def capacity(self) -> int:
        """Calls that can run at once."""
        ...

    def submit(self, call: Call) -> Handle:
        """Take a call; it runs as soon as there is room."""
        ...

    def poll(self, *, timeout_s: float) -> dict[Handle, Outcome]:
        """Wait until a call has ended, or the time is up; every outcome is handed over once."""
        ...

    def progress(self, handle: Handle) -> tuple[int, int]:
        """How far along a call is: done, total; (0, 0) while it has not said."""
        ...

    def cancel(self, handle: Handle, *, grace_s: float = 10.0) -> None:
        """Ask a call to stop; end its process when it has not after the grace."""
        ...

    def close(self) -> None:
        """Stop every process at once; outcomes not handed over are gone."""
        ...
