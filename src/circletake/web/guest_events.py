"""What runs on while a guest looks, and ends with their link: live events, and films under way."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable
from typing import TypeVar

from starlette.concurrency import run_in_threadpool

from circletake.errors import GuestLinkEnded, GuestNeeded
from circletake.web.events import Pulse, comment, event
from circletake.workflows.guests import Guests

Block = TypeVar("Block")


async def while_let(blocks: AsyncIterable[Block], ask: Callable[[], object]) -> AsyncIterator[Block]:
    """Hand on a film block by block; broken off when the link ends, for a browser may take hours over it.

    Args:
        blocks: of the film.
        ask: raises once the guest may not look any more.
    """
    async for block in blocks:
        try:
            await run_in_threadpool(ask)
        except (GuestLinkEnded, GuestNeeded):
            return
        yield block


async def stream(
    guests: Guests, token: str | None, pulse: Pulse, *, heartbeat_s: float
) -> AsyncIterator[bytes]:
    """Write `changed` whenever what this guest sees has changed, and `ended` as the last thing.

    Whether the link still holds is asked at every entry of the book, a revocation among them, and at every
    heartbeat; no event says what changed, so that rights are asked again by whoever fetches it.

    Args:
        guests: where it happens.
        token: of the guest's session.
        pulse: wakes this stream.
        heartbeat_s: longest silence, and how late an expiry may be told.
    """
    cursor, seen = pulse.seq, ""
    clock = asyncio.get_running_loop().time
    yield comment("circletake")
    spoke_at = clock()
    while not pulse.is_stopping:
        head = pulse.seq
        try:
            now = await run_in_threadpool(_look, guests, token, cursor, head, seen)
        except (GuestLinkEnded, GuestNeeded) as ended:
            yield event("ended", {"detail": ended.message})
            return
        if seen and now != seen:
            yield event("changed", {"seq": head})
            spoke_at = clock()
        elif clock() - spoke_at >= heartbeat_s:
            yield comment("still here")
            spoke_at = clock()
        cursor, seen = head, now
        await pulse.wait(past=cursor, timeout_s=max(0.0, spoke_at + heartbeat_s - clock()))


def _look(guests: Guests, token: str | None, cursor: int, head: int, seen: str) -> str:
    """What the guest sees now, as one hash; worked out anew only where an entry may have changed it."""
    guest = guests.session_of(token)
    is_quiet = bool(seen) and (head <= cursor or not guests.has_news(guest, after=cursor))
    return seen if is_quiet else guests.digest(guest)
