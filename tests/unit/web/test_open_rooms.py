"""Rooms over several servers: whatever happens to servers and lines, one playhead, and nobody left behind."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from circletake.errors import DatabaseBusy, RoomFull
from circletake.web import letters, open_room
from circletake.web.open_rooms import Rooms
from circletake.web.room import LEADER_SILENT_MS, At, Follow, Hello, Lead, Move, Ping, Playhead, Point
from circletake.workflows.together import Seat

TAKE = "a" * 64
WHERE = ("pr_1", "one")


def head(frame: int, *, playing: bool = False) -> Playhead:
    return Playhead("t1", TAKE, frame, playing, 1.0, (24, 1), (0, 48))


class End:
    """One end of a wire that is in memory."""

    def __init__(self, hub: "Hub", server: "Server", number: int) -> None:
        self.id = f"{number:08x}"
        self.hub, self.server, self.is_there = hub, server, True

    def say(self, text: str) -> None:
        if self.is_there:
            assert len(text) < 100_000
            for other in self.hub.ends:
                if other is not self and other.is_there:
                    asyncio.get_running_loop().call_soon(other.server.rooms.letter, self.id, text)

    def take(self, name: str) -> "Future[int | None]":
        taken: Future[int | None] = Future()
        if not self.is_there:
            taken.set_exception(DatabaseBusy("away"))
        elif self.hub.held.setdefault(name, self) is self:
            taken.set_result(int(self.hub.now_ms() / 1000))
        else:
            taken.set_result(None)
        return taken

    def let_go(self, name: str) -> None:
        if self.hub.held.get(name) is self:
            del self.hub.held[name]

    def lost(self) -> None:
        self.is_there = False
        self.hub.held = {name: end for name, end in self.hub.held.items() if end is not self}


class Server:
    """A server whose clock is its own."""

    def __init__(self, hub: "Hub", number: int) -> None:
        self.end = End(hub, self, number)
        self.rooms = Rooms(now_ms=lambda: hub.now_ms() + 1e6 * number)
        self.rooms.connect(self.end)


@dataclass
class Hub:
    """What joins them, and a clock that goes when it is told to."""

    ends: list[End] = field(default_factory=list)
    held: dict[str, End] = field(default_factory=dict)
    time_ms: float = 1_700_000_000_000.0

    def now_ms(self) -> float:
        return self.time_ms

    def server(self) -> Server:
        made = Server(self, len(self.ends) + 1)
        self.ends.append(made.end)
        return made

    async def go_on(self, ms: float) -> None:
        """So much time passes, with a look four times a second at every server that is there."""
        until = self.time_ms + ms
        while self.time_ms < until:
            self.time_ms += 250
            for end in self.ends:
                for found in list(end.server.rooms._open.values()):
                    found.tick()
            await quiet()


async def quiet() -> None:
    """Until nobody has anything to say any more."""
    for _ in range(60):
        await asyncio.sleep(0)


@dataclass
class Window:
    """Somebody's window, which takes of two playheads the one with the higher number, as the desk does."""

    hub: Hub
    server: Server
    name: str
    id: str = ""
    out: "asyncio.Queue[str | None]" = field(default_factory=asyncio.Queue)
    room: str = ""
    at: dict[str, Any] | None = None
    leader: str | None = None
    members: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    pointed: list[Any] = field(default_factory=list)
    pongs: list[float] = field(default_factory=list)

    async def come(self, *, led: bool = False, frame: int | None = None) -> "Window":
        hello = Hello(have=None if frame is None else head(frame), led=led)
        seat = Seat("pr_1", f"p_{self.name}", self.name, may_lead=True)
        self.id, self.out = await self.server.rooms.enter(WHERE, seat, hello)
        self.read()
        return self

    def say(self, said: Any) -> None:  # noqa: ANN401 (any word there is)
        self.server.rooms.hear(WHERE, self.id, said)

    def go(self) -> None:
        self.server.rooms.leave(WHERE, self.id)

    def read(self) -> None:
        while not self.out.empty():
            text = self.out.get_nowait()
            assert text is not None
            word = json.loads(text)
            match word["say"]:
                case "welcome":
                    if word["room"] != self.room:
                        self.room, self.at, self.numbers = word["room"], None, []
                    self._here(word)
                    if word["at"]:
                        self._put(word["at"])
                case "here":
                    self._here(word)
                case "at":
                    self._put(word)
                case "pointed":
                    self.pointed.append(word["at"])
                case "pong":
                    self.pongs.append(word["ts"])

    def _here(self, word: dict[str, Any]) -> None:
        self.members, self.leader = [one["id"] for one in word["members"]], word["leader"]

    def _put(self, at: dict[str, Any]) -> None:
        if self.at is None or at["n"] >= self.at["n"]:
            self.at = at
            self.numbers.append(at["n"])

    @property
    def frame(self) -> int:
        self.read()
        assert self.at is not None
        return int(self.at["head"]["frame"])

    @property
    def leads(self) -> bool:
        self.read()
        return self.leader == self.id


def run(test: Callable[[Hub], Awaitable[None]]) -> None:
    """Run a test of several servers."""

    async def all_of_it() -> None:
        await test(Hub())

    asyncio.run(all_of_it())


async def pair(hub: Hub) -> tuple[Server, Server, Window, Window]:
    """Ana leads at the server that counts, leo goes along at another."""
    one, other = hub.server(), hub.server()
    ana = await Window(hub, one, "ana").come(led=True, frame=7)
    leo = await Window(hub, other, "leo").come(frame=40)
    await quiet()
    return one, other, ana, leo


def test_people_at_two_servers_are_in_one_room() -> None:
    async def test(hub: Hub) -> None:
        _, _, ana, leo = await pair(hub)
        assert (leo.frame, ana.leads, leo.room) == (7, True, ana.room)
        assert ana.members == leo.members == [ana.id, leo.id]
        ana.say(Move(head(12), 1e15))
        leo.say(Move(head(30), 1e15))
        leo.say(Point((10, 20)))
        await quiet()
        assert ana.frame == leo.frame == 12, "only the leader moves it"
        assert (leo.pointed, ana.pointed) == ([], [[10, 20]]), "whoever points does not hear of it"
        leo.say(Lead(wants=True))
        await quiet()
        assert leo.leads
        leo.say(Move(head(30), 1e15))
        await quiet()
        assert (ana.frame, leo.frame) == (30, 30)
        assert leo.at == ana.at, "the same number and the same time at both"
        leo.say(Follow(following=False))
        leo.go()
        await quiet()
        ana.read()
        assert (ana.members, ana.leader) == ([ana.id], None)

    run(test)


def test_both_servers_tell_one_time() -> None:
    async def test(hub: Hub) -> None:
        _, _, ana, leo = await pair(hub)
        await hub.go_on(1_000)
        for one in (ana, leo):
            one.say(Ping(0))
            one.read()
        assert ana.pongs == leo.pongs

    run(test)


@pytest.mark.parametrize("said_goodbye", [True, False])
def test_where_the_server_that_counts_ends_the_other_counts_on(*, said_goodbye: bool) -> None:
    async def test(hub: Hub) -> None:
        one, other, ana, leo = await pair(hub)
        dora = await Window(hub, other, "dora").come()
        ana.say(Move(head(20), 1e15))
        await quiet()
        before = leo.numbers[-1]
        if said_goodbye:
            one.rooms.end()
        else:  # what it did last was heard by nobody elsewhere
            one.end.is_there = False
            for frame in range(40, 48):
                ana.say(Move(head(frame), 1e15))
            assert ana.frame == 47
        one.end.lost()
        hub.ends.remove(one.end)
        await (quiet() if said_goodbye else hub.go_on(1_500))
        assert (leo.frame, leo.leader) == (20, None), "ana may come back to lead"
        dora.say(Lead(wants=True))
        dora.say(Move(head(33), 1e15))
        await quiet()
        assert (leo.frame, dora.frame, dora.leads) == (33, 33, True)
        assert leo.numbers[-1] > before
        again = await Window(hub, other, "ana", room=ana.room, at=ana.at).come(frame=20)
        assert (again.frame, again.room) == (33, ana.room)

    run(test)


def test_whoever_led_at_a_server_that_is_gone_leads_again_at_another() -> None:
    async def test(hub: Hub) -> None:
        one, other, _, leo = await pair(hub)
        leader = await Window(hub, other, "dora").come()
        leader.say(Lead(wants=True))
        await quiet()
        # the server that passes on is gone, and nobody has noticed yet
        other.end.lost()
        hub.ends.remove(other.end)
        again = await Window(hub, one, "dora").come(led=True, frame=11)
        assert again.leads
        await hub.go_on(3_000)
        again.read()
        assert again.leads
        assert leo.id not in again.members
        assert leader.id not in again.members

    run(test)


def test_a_leader_who_is_silent_at_another_server_leads_no_more() -> None:
    async def test(hub: Hub) -> None:
        _, _, ana, leo = await pair(hub)
        leo.say(Lead(wants=True))
        leo.say(Move(head(5, playing=True), 1e15))
        for _ in range(5):
            await hub.go_on(LEADER_SILENT_MS - 1_000)
            leo.say(Ping(0))
        assert leo.leads
        await hub.go_on(LEADER_SILENT_MS + 500)
        leo.read()
        assert leo.leader is None
        ana.read()
        assert ana.at is not None
        assert ana.at["head"]["playing"] is False

    run(test)


def test_what_the_leader_did_last_is_not_lost_with_the_server_that_counted() -> None:
    async def test(hub: Hub) -> None:
        one, other, _, leo = await pair(hub)
        dora = await Window(hub, other, "dora").come()
        leo.say(Lead(wants=True))
        await quiet()
        one.end.lost()
        hub.ends.remove(one.end)
        leo.say(Move(head(44), 1e15))  # nobody hears it who counts
        await hub.go_on(1_500)
        assert (dora.frame, leo.frame, leo.leads) == (44, 44, True)

    run(test)


def test_a_room_is_full_for_all_servers_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_room, "MOST_MEMBERS", 3)

    async def test(hub: Hub) -> None:
        _, other, ana, _ = await pair(hub)
        third = await Window(hub, other, "dora").come()
        with pytest.raises(RoomFull):
            await Window(hub, other, "arti").come()
        with pytest.raises(RoomFull):
            await Window(hub, ana.server, "arti").come()
        third.go()
        await quiet()
        await Window(hub, other, "arti").come()

    run(test)


def test_a_room_that_nobody_is_in_is_nowhere_any_more() -> None:
    async def test(hub: Hub) -> None:
        one, other, ana, leo = await pair(hub)
        ana.go()
        await hub.go_on(500)
        assert hub.held, "leo is still in it"
        leo.go()
        await hub.go_on(500)
        assert not hub.held
        assert not one.rooms._open
        assert not other.rooms._open

    run(test)


def test_a_letter_of_another_version_is_let_lie() -> None:
    async def test(hub: Hub) -> None:
        one, _, ana, leo = await pair(hub)
        one.rooms.letter("00000009", '{"room":["pr_1","one"],"body":{"tell":"sing"}}')
        one.rooms.letter("00000009", "{")
        ana.say(Move(head(9), 1e15))
        await quiet()
        assert leo.frame == 9

    run(test)


def test_a_server_that_counted_before_is_not_heard_any_more() -> None:
    async def test(hub: Hub) -> None:
        one, other, ana, leo = await pair(hub)
        late = letters.Tell(1, 0.0, At(2**50, 0.0, head(40)))
        other.rooms.letter(one.end.id, letters.written(letters.Letter(WHERE, late)))
        one.rooms.letter(other.end.id, letters.written(letters.Letter(WHERE, late)))
        ana.say(Move(head(9), 1e15))
        await quiet()
        assert (ana.frame, leo.frame) == (9, 9)

    run(test)


class Meeting:
    """People at three servers, and everything that can happen to them."""

    def __init__(self, hub: Hub, seed: int) -> None:
        self.hub, self.random = hub, Random(seed)  # noqa: S311 (a test's dice)
        self.servers = [hub.server() for _ in range(3)]
        self.windows: list[Window] = []
        self.count = 0

    async def step(self) -> None:
        acts = [
            self.come,
            self.move,
            self.move,
            self.move,
            self.lead,
            self.go,
            self.kill,
            self.cut,
            self.time,
        ]
        await self.random.choice(acts)()
        if self.random.random() < 0.7:
            await quiet()

    async def come(self) -> None:
        self.count += 1
        server = self.random.choice(self.servers)
        led = self.random.random() < 0.3
        coming = Window(self.hub, server, f"n{self.random.randrange(6)}").come(led=led, frame=self.count)
        task = asyncio.ensure_future(coming)
        while not task.done():
            await self.hub.go_on(250)
        self.windows.append(task.result())

    async def move(self) -> None:
        for one in self.windows:
            if one.leads:
                self.count += 1
                one.say(Move(head(self.count, playing=self.random.random() < 0.3), 1e15))

    async def lead(self) -> None:
        if self.windows:
            self.random.choice(self.windows).say(Lead(wants=self.random.random() < 0.8))

    async def go(self) -> None:
        if self.windows:
            self.windows.pop(self.random.randrange(len(self.windows))).go()

    async def kill(self) -> None:
        """A server is gone; another is started, and people come again at whichever."""
        dead = self.servers.pop(self.random.randrange(3))
        if self.random.random() < 0.5:  # what it did last nobody else heard
            dead.end.is_there = False
            await self.move()
        dead.end.lost()
        self.hub.ends.remove(dead.end)
        made = Server(self.hub, 100 + self.count)
        self.count += 1
        self.hub.ends.append(made.end)
        self.servers.append(made)
        for one in [one for one in self.windows if one.server is dead]:
            self.windows.remove(one)
            again = Window(self.hub, self.random.choice(self.servers), one.name, room=one.room, at=one.at)
            one.read()
            task = asyncio.ensure_future(again.come(led=one.leads, frame=one.frame if one.at else None))
            while not task.done():
                await self.hub.go_on(250)
            self.windows.append(task.result())

    async def cut(self) -> None:
        """A server's wire is gone for a moment."""
        end = self.random.choice(self.servers).end
        end.lost()
        end.server.rooms.wire_changed(is_there=False)
        if self.random.random() < 0.5:
            await self.hub.go_on(self.random.choice([250, 1_500, 3_000]))
        end.is_there = True
        end.server.rooms.wire_changed(is_there=True)

    async def time(self) -> None:
        await self.hub.go_on(self.random.choice([250, 1_000, 2_500]))


@pytest.mark.parametrize("seed", range(int(os.environ.get("ROOM_HISTORIES", "12"))))
def test_after_anything_all_see_one_playhead_and_each_other(seed: int) -> None:
    async def test(hub: Hub) -> None:
        meeting = Meeting(hub, seed)
        for _ in range(60):
            await meeting.step()
        await hub.go_on(4_000)
        for one in meeting.windows:
            one.read()
            assert one.numbers == sorted(one.numbers)
        assert len({one.room for one in meeting.windows}) <= 1
        assert len({one.leader for one in meeting.windows}) <= 1
        assert all(sorted(one.members) == sorted(w.id for w in meeting.windows) for one in meeting.windows)
        last = {json.dumps(one.at, sort_keys=True) for one in meeting.windows}
        assert len(last) <= 1, f"{last}"
        if meeting.windows:
            leader = meeting.windows[0]
            leader.say(Lead(wants=True))
            await quiet()
            leader.say(Move(head(1_000_000), 1e15))
            await quiet()
            assert {one.frame for one in meeting.windows} == {1_000_000}

    run(test)
