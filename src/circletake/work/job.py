"""A job is work owed: its key says what it is, so that the same work is owed only once."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from circletake.errors import RequestInvalid

State = Literal["ready", "run", "done", "failed", "cancelled", "unknown"]
Lane = Literal["cpu", "gpu", "io", "paid"]

OPEN: frozenset[State] = frozenset({"ready", "run"})
"""States that something will still happen to without anybody asking."""


class Lease(NamedTuple):
    """One claim of one job; whoever claims it next has the next fence."""

    id: int
    fence: int


@dataclass(frozen=True, slots=True)
class Offer:
    """Work put to the queue.

    Args:
        key: from `job_key`; offering a key twice owes the work once.
        op: name of the operation.
        args: JSON-ready; what the operation needs beside the studio's own places.
        lane: which kind of resource it takes; `paid` never runs twice by itself.
        prio: lower runs first.
    """

    key: str
    op: str
    args: Mapping[str, object]
    lane: Lane = "cpu"
    prio: int = 100


@dataclass(frozen=True, slots=True)
class Job:
    """A row of the queue as it was when it was read.

    Args:
        fence: counts the claims; only the newest claim may finish the job.
        tries: claims that count against the limit; one handed back does not.
        error: one sentence, when it failed or waits for its next try.
    """

    id: int
    key: str
    op: str
    args: dict[str, object] = field(hash=False)
    lane: Lane
    prio: int
    state: State
    owner: str | None
    fence: int
    tries: int
    done_frames: int
    total_frames: int
    cancel: bool
    error: str | None

    @property
    def lease(self) -> Lease:
        """The claim under which this row was read."""
        return Lease(self.id, self.fence)

    @property
    def is_open(self) -> bool:
        """Whether something will still happen to it without anybody asking."""
        return self.state in OPEN


def canonical_text(value: object) -> str:
    """JSON with one spelling for one value: sorted keys, no spaces, no NaN.

    Raises:
        RequestInvalid: not JSON.

    >>> canonical_text({"b": [1, 2], "a": "ä"})
    '{"a":"ä","b":[1,2]}'
    """
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as problem:
        raise RequestInvalid(
            f"A job's arguments must be plain JSON without NaN, and these are not: {problem}."
        ) from problem


def job_key(op: str, *, version: int, params: Mapping[str, object], inputs: Iterable[str]) -> str:
    """Name the work.

    Args:
        op: name of the operation.
        version: of the operation; a new one makes new work, so old results go stale by themselves.
        params: JSON-ready settings that change the result; no paths, which differ between machines.
        inputs: SHA-256 of every content read, in the order in which they matter.

    Returns:
        SHA-256 in hex of the canonical JSON of all four.

    Raises:
        RequestInvalid: the parameters are not JSON.

    >>> job_key("analyse", version=1, params={}, inputs=["aa"])[:8]
    '167aa2e6'
    """
    named = {"inputs": list(inputs), "op": op, "params": dict(params), "version": version}
    return hashlib.sha256(canonical_text(named).encode()).hexdigest()
