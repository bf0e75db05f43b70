"""The wire between servers: what one says the others hear in order and whole, and who holds what."""

import queue
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from circletake.db.connect import open_book
from circletake.db.wire import Wire
from circletake.errors import DatabaseBusy

PostgreSQL = Any  # of the conftest above, which cannot be imported


class End:
    """One end, and what it heard."""

    def __init__(self, address: str) -> None:
        self.engine = open_book(address)
        self.heard: queue.Queue[tuple[str, str]] = queue.Queue()
        self.is_there, self.is_gone = threading.Event(), threading.Event()
        self.wire = Wire(
            self.engine, "test", heard=lambda who, text: self.heard.put((who, text)), changed=self._changed
        )
        self.wire.start()
        assert self.is_there.wait(20)

    def _changed(self, is_there: bool) -> None:  # noqa: FBT001 (as `Wire` calls it)
        (self.is_there if is_there else self.is_gone).set()

    def hear(self) -> str:
        return self.heard.get(timeout=10)[1]

    def close(self) -> None:
        self.wire.stop()
        self.engine.dispose()


def taken(asked: "Future[int | None]") -> int | None:
    return asked.result(timeout=10)


@pytest.fixture
def ends(postgresql: PostgreSQL) -> Iterator[tuple[End, End]]:
    name = postgresql.create(template="template0")
    made = End(postgresql.address(name)), End(postgresql.address(name))
    yield made
    for one in made:
        one.close()
    postgresql.drop(name)


def test_what_one_end_says_the_other_hears_in_order_and_whole(ends: tuple[End, End]) -> None:
    one, other = ends
    long = "ä–🎬" * 9_000
    for text in ("first", "", long, "with  spaces ", "1/2 last"):
        one.wire.say(text)
    assert [other.hear() for _ in range(5)] == ["first", "", long, "with  spaces ", "1/2 last"]
    other.wire.say("answer")
    assert one.heard.get(timeout=10) == (other.wire.id, "answer")
    assert one.heard.empty(), "nobody hears themselves"


def test_one_end_alone_holds_a_thing_until_it_lets_go_or_ends(ends: tuple[End, End]) -> None:
    one, other = ends
    since = taken(one.wire.take("room"))
    assert since is not None
    assert since > 1_700_000_000
    assert taken(one.wire.take("room")) is not None, "it holds it already"
    assert taken(other.wire.take("room")) is None
    assert taken(other.wire.take("another")) is not None
    one.wire.let_go("room")
    taken(one.wire.take("to be sure"))
    assert taken(other.wire.take("room")) is not None
    other.wire.stop()
    assert taken(one.wire.take("room")) is not None
    assert taken(one.wire.take("another")) is not None


def test_an_end_that_was_cut_off_is_there_again_and_holds_nothing(
    ends: tuple[End, End], postgresql: PostgreSQL
) -> None:
    one, other = ends
    assert taken(one.wire.take("room")) is not None
    one.is_there.clear()
    postgresql.cut_off(str(one.engine.url.database))
    assert one.is_gone.wait(20)
    assert one.is_there.wait(20)
    other.is_gone.wait(20)
    other.is_there.wait(20)

    def heard() -> bool:
        other.wire.say("again")
        try:
            return one.heard.get(timeout=0.5)[1] == "again"
        except queue.Empty:
            return False

    assert any(heard() for _ in range(20))
    assert taken(other.wire.take("room")) is not None
    assert taken(one.wire.take("room")) is None


def test_who_asks_a_wire_that_is_gone_is_told_so(ends: tuple[End, End]) -> None:
    one, _ = ends
    one.wire.stop()
    with pytest.raises(DatabaseBusy):
        taken(one.wire.take("room"))
    one.wire.say("to nobody")
    one.wire.let_go("room")
