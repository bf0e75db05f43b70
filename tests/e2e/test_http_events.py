"""Live events over a real server: all of them, in order, to many at once, and after a break."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest

from circletake.config import Config
from circletake.studio import Studio
from circletake.web.auth import COOKIE

from .conftest import TRUST, Served, serving, wait_until

pytestmark = pytest.mark.e2e


@dataclass
class Listener:
    """One browser's stream, read by a thread as a browser reads it."""

    events: list[dict[str, Any]] = field(default_factory=list)
    comments: int = 0
    is_open: bool = False
    has_ended: bool = False
    last_id: str = ""

    def read(self, answer: httpx2.Response) -> None:
        current: dict[str, Any] = {}
        try:
            for line in answer.iter_lines():
                self.is_open = True
                name, _, value = line.partition(": ")
                if line == "" and current:
                    self.last_id = current.get("id", self.last_id)
                    self.events.append(current)
                    current = {}
                elif line.startswith(":"):
                    self.comments += 1
                elif name == "data":
                    current["data"] = json.loads(value)
                elif name in {"id", "event"}:
                    current[name] = value
        except httpx2.HTTPError:
            pass
        finally:
            self.has_ended = True

    def entries(self) -> list[int]:
        """Numbers of the entries heard of, in the order they came."""
        return [event["data"]["seq"] for event in list(self.events) if event["event"] == "entry"]

    def has_heard(self, most: int) -> bool:
        return len(self.entries()) >= most

    def names(self) -> set[str]:
        return {event["event"] for event in list(self.events)}


@contextmanager
def listening(served: Served, who: str, *, last_id: str | None = None, query: str = "") -> Iterator[Listener]:
    listener = Listener()
    headers = {"Last-Event-ID": last_id} if last_id is not None else {}
    with (
        served.client(who) as client,
        client.stream("GET", f"/api/events{query}", headers=headers) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-accel-buffering"] == "no"
        thread = threading.Thread(target=listener.read, args=(answer,), daemon=True)
        thread.start()
        wait_until(lambda: listener.is_open)
        yield listener


def write(served: Served, times: int) -> list[int]:
    """Append entries, some through the server and some beside it; their numbers."""
    before = served.studio.book_seq()
    task = served.task().id
    leo = served.studio.session_of(served.tokens["leo"])
    with served.client("leo") as client:
        for n in range(times):
            if n % 2:
                served.studio.hold(leo, task, f"reason {n}")
            else:
                assert client.post(f"/api/tasks/{task}/hold", json={"reason": f"{n}"}).status_code == 200
    return list(range(before + 1, served.studio.book_seq() + 1))


def test_everybody_hears_of_every_entry_in_order(analysed: Served) -> None:
    quiet(analysed)
    with ExitStack() as stack:
        names = ["leo", "ana", "dora", "arti"] * 3
        listeners = [stack.enter_context(listening(analysed, name)) for name in names]
        written = write(analysed, 20)
        assert len(written) >= 20
        for listener in listeners:
            wait_until(partial(listener.has_heard, len(written)), timeout_s=20)
            assert listener.entries() == written
            ids = [event["id"] for event in listener.events if event["event"] == "entry"]
            assert ids == [str(seq) for seq in written]


def test_after_a_break_exactly_what_was_missed_comes(analysed: Served) -> None:
    quiet(analysed)
    with listening(analysed, "leo") as listener:
        first = write(analysed, 3)
        wait_until(lambda: listener.entries() == first)
    missed = write(analysed, 4)
    with listening(analysed, "leo", last_id=listener.last_id) as again:
        more = write(analysed, 2)
        wait_until(lambda: len(again.entries()) >= len(missed) + len(more))
        assert again.entries() == missed + more


def test_a_browser_that_has_read_the_board_follows_from_there(analysed: Served) -> None:
    quiet(analysed)
    with analysed.client("leo") as client:
        seen = client.get("/api/productions/spring/board").json()["book_seq"]
    written = write(analysed, 2)
    with listening(analysed, "leo", query=f"?after={seen}") as listener:
        wait_until(lambda: len(listener.entries()) >= len(written))
        assert listener.entries() == written


def test_an_entry_says_its_kind_and_its_production(analysed: Served) -> None:
    quiet(analysed)
    production = analysed.task().production.id
    with listening(analysed, "leo") as listener:
        (seq,) = write(analysed, 1)
        wait_until(lambda: bool(listener.entries()))
        event = next(one for one in listener.events if one["event"] == "entry")
        assert event["data"] == {"seq": seq, "kind": "hold", "production": production}


def test_whoever_is_part_of_nothing_hears_nothing_of_a_production(analysed: Served) -> None:
    quiet(analysed)
    with listening(analysed, "olaf", query="?after=0") as outsider, listening(analysed, "leo") as insider:
        written = write(analysed, 2)
        wait_until(lambda: insider.entries() == written)
        analysed.studio.add_person(f"new {analysed.studio.book_seq()}")
        last = analysed.studio.book_seq()
        wait_until(lambda: last in outsider.entries())
        heard = [event["data"] for event in outsider.events if event["event"] == "entry"]
        assert all(data["production"] is None for data in heard)
        assert not set(written) & set(outsider.entries())


def test_jobs_are_told_beside_the_book(analysed: Served) -> None:
    quiet(analysed)
    with listening(analysed, "leo") as listener:
        wait_until(lambda: "jobs" in listener.names())
        told = next(event for event in listener.events if event["event"] == "jobs")
        assert "id" not in told
        with analysed.client("leo") as client:
            assert told["data"] == client.get("/api/jobs").json()


def test_too_far_behind_is_told_to_start_over(analysed: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet(analysed)
    monkeypatch.setattr("circletake.web.events.MOST_BEHIND", 5)
    head = write(analysed, 6)[-1]
    with listening(analysed, "leo", last_id=str(head - 6)) as behind:
        wait_until(lambda: "reset" in behind.names())
        reset = next(event for event in behind.events if event["event"] == "reset")
        assert (reset["id"], reset["data"]) == (str(head), {"seq": head})
        assert behind.entries() == []
    with listening(analysed, "leo", last_id=str(head - 5)) as near:
        wait_until(lambda: len(near.entries()) == 5)
        assert "reset" not in near.names()


@pytest.mark.parametrize("last_id", ["999999", "9" * 40])
def test_ahead_of_the_book_is_told_to_start_over(analysed: Served, last_id: str) -> None:
    with listening(analysed, "leo", last_id=last_id) as listener:
        wait_until(lambda: "reset" in listener.names())


def test_a_number_that_is_none_means_from_now_on(analysed: Served) -> None:
    quiet(analysed)
    with listening(analysed, "leo", last_id="x-1") as listener:
        written = write(analysed, 1)
        wait_until(lambda: listener.entries() == written)


def test_a_quiet_stream_still_says_that_it_is_there(
    analysed: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet(analysed)
    monkeypatch.setattr("circletake.web.events.HEARTBEAT_S", 0.2)
    with listening(analysed, "leo") as listener:
        wait_until(lambda: listener.comments >= 4)
        assert listener.entries() == []


def test_a_stream_ends_with_its_session(analysed: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("circletake.web.events.HEARTBEAT_S", 0.2)
    token = analysed.studio.sign_in_by_link(analysed.studio.make_link("dora"))
    analysed.tokens["dora elsewhere"] = token
    with listening(analysed, "dora elsewhere") as listener:
        analysed.studio.sign_out(token)
        wait_until(lambda: listener.has_ended, timeout_s=20)


def test_the_server_ends_while_streams_are_open(tmp_path: Path) -> None:
    with Studio.create(tmp_path / "studio", config=Config(workers=1)) as studio:
        studio.add_person("ana")
        token = studio.sign_in_by_link(studio.make_link("ana"))
        studio.new_production(
            studio.session_of(token),
            code="spring",
            title="Spring",
            rate=Fraction(24),
            width_px=96,
            height_px=64,
        )
        with serving(studio) as (server, url):
            client = httpx2.Client(base_url=url, cookies={COOKIE: token}, trust_env=False, verify=TRUST)
            with client, client.stream("GET", "/api/events") as answer:
                listener = Listener()
                thread = threading.Thread(target=listener.read, args=(answer,), daemon=True)
                thread.start()
                wait_until(lambda: listener.is_open)
                began = time.monotonic()
                server.should_exit = True
                wait_until(lambda: listener.has_ended, timeout_s=20)
                assert time.monotonic() - began < 4  # sooner than streams would be cut off


def quiet(served: Served) -> None:
    """Wait until the runner has nothing left to do, so that only the test writes."""
    leo = served.studio.session_of(served.tokens["leo"])
    wait_until(lambda: all(job.state in {"done", "failed"} for job in served.studio.jobs(leo)))
    seq = -1
    while seq != (now := served.studio.book_seq()):
        seq = now
        time.sleep(0.6)
