"""Live events: one stream a browser, in the book's order, resumed where it broke off.

An event's id is its entry's number in the book, so a browser that comes back says with `Last-Event-ID`
what it has, and the book itself is the replay buffer.

Source:
    WHATWG HTML, 9.2 (server-sent events).
"""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Callable
from typing import Annotated

import msgspec
import structlog
from fastapi import APIRouter, Header, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from circletake.errors import CircletakeError, Forbidden, SignInNeeded
from circletake.ledger.accounts import Session
from circletake.studio import Studio
from circletake.web.auth import SignedIn, StudioHere, token_of
from circletake.web.requests import After

WAIT_S = 0.5  # the longest that stopping waits for the thread that waits for the book
JOBS_POLL_S = 1.0
JOBS_IDLE_POLL_S = 2.0
HEARTBEAT_S = 15.0
MOST_BEHIND = 5000
_PAGE = 500
_RETRY_MS = 1000
_FINISHED = frozenset({"done", "failed", "cancelled"})

_log = structlog.get_logger(__name__)
router = APIRouter(tags=["events"])


def event(name: str, data: object, *, seq: int | None = None) -> bytes:
    r"""Write one event; JSON holds no line break, so one `data` line holds it.

    >>> event("reset", {"seq": 7}, seq=7)
    b'id: 7\nevent: reset\ndata: {"seq":7}\n\n'
    """
    mark = f"id: {seq}\n".encode() if seq is not None else b""
    return mark + f"event: {name}\n".encode() + b"data: " + msgspec.json.encode(data) + b"\n\n"


def comment(text: str) -> bytes:
    """Write a line that clients skip: it keeps proxies from closing a quiet stream."""
    return f": {text}\n\n".encode()


class Pulse:
    """Knows how far the book is, and wakes every stream when it moved or when the server stops.

    One thread waits for all streams, however many there are.

    Args:
        wait_past: waits until the book is past an entry or some seconds are over; returns the last
            entry's number then.
    """

    def __init__(self, wait_past: Callable[[int, float], int]) -> None:
        self._wait_past = wait_past
        self._changed = asyncio.Event()
        self.seq = 0
        self.is_stopping = False

    async def look(self) -> int:
        """Read how far the book is now; wake the streams if it moved."""
        self._saw(await run_in_threadpool(self._wait_past, -1, 0.0))
        return self.seq

    async def run(self) -> None:
        """Follow the book until stopped."""
        while not self.is_stopping:
            try:
                self._saw(await run_in_threadpool(self._wait_past, self.seq, WAIT_S))
            except CircletakeError as error:  # the database is busy: the next look may see it
                _log.warning("the book could not be looked at", code=error.code)
                await asyncio.sleep(WAIT_S)

    async def wait(self, *, past: int, timeout_s: float) -> None:
        """Return when the book is past entry `past`, the server stops, or time is up."""
        changed = self._changed
        if self.seq <= past and not self.is_stopping:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), timeout_s)

    def stop(self) -> None:
        """End every stream. Call from the event loop."""
        self.is_stopping = True
        self._wake()

    def _saw(self, seq: int) -> None:
        if seq > self.seq:  # two threads look: the slower one may come with the older number
            self.seq = seq
            self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


class _JobsWatch:
    """The jobs' progress as one stream last sent it; looks often only while something runs."""

    def __init__(self, studio: Studio, session: Session, *, poll_s: float) -> None:
        self._studio = studio
        self._session = session
        self._poll_s = poll_s
        self._sent = b""
        self._looked_at = -math.inf
        self.due_at = -math.inf

    def hurry(self) -> None:
        """Something happened: a job may have begun or ended with it."""
        self.due_at = min(self.due_at, self._looked_at + self._poll_s)

    def look(self, now: float) -> bytes:
        """The event, if anything moved since the last one; else nothing."""
        try:
            views = self._studio.jobs(self._session)
        except Forbidden:  # somebody who is part of nothing yet
            views = []
        is_busy = any(view.state not in _FINISHED for view in views)
        self._looked_at = now
        self.due_at = now + (self._poll_s if is_busy else JOBS_IDLE_POLL_S)
        written = event("jobs", views)
        if written == self._sent:
            return b""
        self._sent = written
        return written


async def stream(
    studio: Studio,
    token: str,
    pulse: Pulse,
    *,
    after: int,
    heartbeat_s: float,
    jobs_poll_s: float = JOBS_POLL_S,
) -> AsyncIterator[bytes]:
    """Write everything that happens after entry `after`, until the session or the server ends.

    Holds no connection and no thread while it waits.

    Args:
        studio: where it happens.
        token: of the session, looked at again at every heartbeat.
        pulse: wakes this stream.
        after: number of the last entry the browser has.
        heartbeat_s: longest silence.
        jobs_poll_s: time between two looks at the jobs while some are running.
    """
    session = await run_in_threadpool(studio.session_of, token)
    jobs = _JobsWatch(studio, session, poll_s=jobs_poll_s)
    clock = asyncio.get_running_loop().time
    cursor = after
    yield f"retry: {_RETRY_MS}\n".encode() + comment("circletake")
    spoke_at = checked_at = clock()
    while not pulse.is_stopping:
        head = pulse.seq
        out = b""
        if not 0 <= head - cursor <= MOST_BEHIND:  # too far, or ahead of a book restored from a backup
            cursor = head
            out = event("reset", {"seq": head}, seq=head)
        elif head > cursor:
            out, cursor = await run_in_threadpool(_read, studio, session, cursor, head)
            jobs.hurry()
        if clock() >= jobs.due_at:
            out += await run_in_threadpool(jobs.look, clock())
        if not out and clock() - spoke_at >= heartbeat_s:
            out = comment("still here")
        if out:
            yield out
            spoke_at = clock()
        if clock() - checked_at >= heartbeat_s:
            checked_at = clock()
            if not await run_in_threadpool(_is_signed_in, studio, token):
                return
        wake_at = min(jobs.due_at, spoke_at + heartbeat_s)
        await pulse.wait(past=cursor, timeout_s=max(0.0, wake_at - clock()))


def _read(studio: Studio, session: Session, after: int, head: int) -> tuple[bytes, int]:
    """Events of one page of entries up to `head`, and how far it goes.

    What was appended since `head` was read is left for the next page, so that no stream is ever ahead of
    the pulse, which would look like a book that was put back to an older one.
    """
    page = [one for one in studio.news(session, after, _PAGE) if one.seq <= head]
    written = b"".join(
        event(
            "entry",
            {"seq": one.seq, "kind": one.kind, "production": one.production},
            seq=one.seq,
        )
        for one in page
    )
    # Numbers have no gaps, so a page goes this far even where this person may not see its entries.
    return written, min(head, max([after + _PAGE, *(one.seq for one in page)]))


def _is_signed_in(studio: Studio, token: str) -> bool:
    try:
        studio.session_of(token)
    except SignInNeeded:
        return False
    return True


@router.get(
    "/api/events",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Events `entry` (id is the entry's number), `jobs` and `reset`.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        }
    },
)
async def events(
    request: Request,
    studio: StudioHere,
    _session: SignedIn,
    after: After | None = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """Follow the book from where the browser is: `Last-Event-ID`, else `after`, else from now on."""
    pulse: Pulse = request.app.state.pulse
    head = await pulse.look()
    start = head if after is None else after
    if last_event_id is not None and last_event_id.isascii() and last_event_id.isdigit():
        start = int(last_event_id[:18])
    return StreamingResponse(
        stream(studio, token_of(request), pulse, after=start, heartbeat_s=HEARTBEAT_S),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
