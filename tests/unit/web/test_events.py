"""Live events: how they are written, and how one thread wakes every stream."""

import asyncio
import threading
import time
from typing import cast

import pytest

from circletake.errors import DatabaseBusy
from circletake.studio import Studio
from circletake.web.events import Pulse, comment, event, stream
from circletake.workflows.views import BookEntryView, JobView


class Counter:
    """As much of a book as a pulse needs: a number that grows, and somebody who waits for it."""

    def __init__(self) -> None:
        self.seq = 0
        self.is_busy = False
        self._news = threading.Condition()

    def grow(self) -> None:
        with self._news:
            self.seq += 1
            self._news.notify_all()

    def wait_past(self, after: int, timeout_s: float) -> int:
        if self.is_busy:
            self.is_busy = False
            raise DatabaseBusy("Later.")
        with self._news:
            self._news.wait_for(lambda: self.seq > after, timeout_s)
            return self.seq


class Shelf(Counter):
    """As much of a studio as a stream needs: entries that one person may see all of."""

    def session_of(self, _token: str) -> None:
        return None

    def news(self, _session: None, after: int, limit: int) -> list[BookEntryView]:
        numbers = range(after + 1, min(self.seq, after + limit) + 1)
        return [BookEntryView(seq=n, at="", kind="hold", actor="p_1", leaf="") for n in numbers]

    def jobs(self, _session: None) -> list[JobView]:
        return []


async def told(shelf: Shelf, pulse: Pulse, *, after: int, most: int) -> list[str]:
    """The names and numbers of the first events of a stream, the jobs' aside."""
    lines: list[str] = []
    following = stream(cast("Studio", shelf), "token", pulse, after=after, heartbeat_s=60)
    async for block in following:
        for one in block.decode().split("\n\n"):
            parts = dict(line.split(": ", 1) for line in one.splitlines() if ": " in line)
            if parts.get("event") in {"entry", "reset"}:
                lines.append(f"{parts['event']} {parts['id']}")
        if len(lines) >= most:
            break
    return lines


def test_entries_that_come_while_a_page_is_read_are_told_once_and_look_like_nothing_else() -> None:
    async def story() -> None:
        shelf = Shelf()
        numbers = iter([1, 2, 4])  # what the pulse sees, always a little late
        pulse = Pulse(lambda _after, _timeout_s: next(numbers))
        await pulse.look()
        shelf.seq = 3
        reading = asyncio.create_task(told(shelf, pulse, after=0, most=4))
        await asyncio.sleep(0.1)
        await pulse.look()
        await asyncio.sleep(0.1)
        shelf.seq = 4
        await pulse.look()
        assert await asyncio.wait_for(reading, 5) == [f"entry {n}" for n in (1, 2, 3, 4)]

    asyncio.run(story())


def test_many_pages_are_told_one_after_another() -> None:
    async def story() -> None:
        shelf = Shelf()
        shelf.seq = 1203
        pulse = Pulse(shelf.wait_past)
        await pulse.look()
        heard = await asyncio.wait_for(told(shelf, pulse, after=0, most=1203), 20)
        assert heard == [f"entry {n}" for n in range(1, 1204)]

    asyncio.run(story())


def test_an_older_number_that_comes_late_does_not_put_the_pulse_back() -> None:
    async def story() -> None:
        numbers = iter([7, 5])
        pulse = Pulse(lambda _after, _timeout_s: next(numbers))
        await pulse.look()
        await pulse.look()
        assert pulse.seq == 7

    asyncio.run(story())


def test_an_event_is_one_block_with_its_number() -> None:
    written = event("entry", {"seq": 7, "kind": "verdict", "production": None}, seq=7)
    assert written == b'id: 7\nevent: entry\ndata: {"seq":7,"kind":"verdict","production":null}\n\n'


def test_an_event_beside_the_book_leaves_the_browsers_number_alone() -> None:
    assert not event("jobs", []).startswith(b"id")


def test_line_breaks_in_data_do_not_end_the_block() -> None:
    written = event("jobs", [{"label": "a\n\ndata: b\r\n"}])
    assert written.count(b"\n\n") == 1
    assert written.endswith(b"\n\n")
    assert written.count(b"\n") == 3


def test_a_comment_is_skipped_by_clients() -> None:
    assert comment("still here") == b": still here\n\n"


def test_every_stream_wakes_when_the_book_moves() -> None:
    async def story() -> None:
        book = Counter()
        pulse = Pulse(book.wait_past)
        following = asyncio.create_task(pulse.run())
        streams = [asyncio.create_task(pulse.wait(past=0, timeout_s=30)) for _ in range(50)]
        await asyncio.sleep(0.05)
        assert not any(stream.done() for stream in streams)
        began = time.monotonic()
        book.grow()
        await asyncio.gather(*streams)
        assert time.monotonic() - began < 5
        assert pulse.seq == 1
        pulse.stop()
        await following

    asyncio.run(story())


def test_a_stream_that_is_behind_does_not_wait() -> None:
    async def story() -> None:
        book = Counter()
        book.grow()
        pulse = Pulse(book.wait_past)
        assert await pulse.look() == 1
        await asyncio.wait_for(pulse.wait(past=0, timeout_s=60), 5)

    asyncio.run(story())


def test_a_wait_ends_when_its_time_is_up() -> None:
    async def story() -> None:
        pulse = Pulse(Counter().wait_past)
        await asyncio.wait_for(pulse.wait(past=0, timeout_s=0.01), 5)
        assert not pulse.is_stopping

    asyncio.run(story())


def test_stopping_wakes_every_stream_and_ends_the_watch() -> None:
    async def story() -> None:
        pulse = Pulse(Counter().wait_past)
        following = asyncio.create_task(pulse.run())
        stream = asyncio.create_task(pulse.wait(past=0, timeout_s=60))
        await asyncio.sleep(0.05)
        pulse.stop()
        await asyncio.wait_for(asyncio.gather(following, stream), 5)
        await asyncio.wait_for(pulse.wait(past=0, timeout_s=60), 5)

    asyncio.run(story())


def test_a_busy_database_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("circletake.web.events.WAIT_S", 0.01)

    async def story() -> None:
        book = Counter()
        book.is_busy = True
        pulse = Pulse(book.wait_past)
        following = asyncio.create_task(pulse.run())
        book.grow()
        await asyncio.wait_for(pulse.wait(past=0, timeout_s=60), 5)
        assert pulse.seq == 1
        pulse.stop()
        await following

    asyncio.run(story())
