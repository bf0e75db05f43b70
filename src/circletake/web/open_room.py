"""One room at one server, which counts for it or passes on what the server says that does.

One server counts for a room: it alone moves the playhead, says who leads, and numbers what it says by its
clock. Others pass on what their people say and hear. Which one is settled by a lock in the database that
ends with whoever holds it; where it ends, another takes it and counts on from what it heard last.
"""

import asyncio
from dataclasses import dataclass

import msgspec

from circletake.errors import CircletakeError, RoomFull
from circletake.web.letters import Beat, Body, Enter, FarClock, Gone, Left, Present, Tell, Turn, Word
from circletake.web.room import (
    MOST_MEMBERS,
    At,
    Follow,
    Heard,
    Hello,
    Here,
    Lead,
    Member,
    Move,
    Ping,
    Point,
    Pointed,
    Pong,
    Room,
    Said,
    Welcome,
)
from circletake.web.servers import Servers

SERVER_ID_LENGTH = 8
_SILENT_MS = 600  # a server that counts and says nothing for two beats may be gone: the lock is asked for
_ABSENT_MS = 2_000  # people of a server that says nothing for so long are
_MOST_WAITING = 200
# Numbers of one term begin above all of the terms before, and stay whole in a browser until 2106.
_TERM = 2**21


@dataclass(slots=True)
class _Coming:
    member: Member
    hello: Hello
    let_in: "asyncio.Future[None]"


class OpenRoom:
    """A room that somebody is in at this server.

    Args:
        where: id of the production, and the room's name there.
        servers: this one and the others.
    """

    def __init__(self, where: tuple[str, str], servers: Servers) -> None:
        self.where = where
        self.room = Room()
        self.outs: dict[str, asyncio.Queue[str | None]] = {}
        # True: this server counts. False: another. None: that is being settled.
        self.counts: bool | None = None if servers.are_many else True
        self._servers = servers
        self._mine: dict[str, Member] = {}
        self._coming: dict[str, _Coming] = {}
        self._stood: dict[str, Move] = {}
        self._heard: set[str] = set()
        self._term = 0
        self._shift_ms = 0.0  # of the room's clock, which goes on whoever counts, from ours
        self._asking: asyncio.Task[None] | None = None
        self._far = FarClock()
        self._counted_by = ""
        self._told_at_ms = 0.0
        self._others: dict[str, float] = {}  # where we count: when a server with people here was heard

    @property
    def now_ms(self) -> float:
        """The room's clock."""
        return self._servers.now_ms() + self._shift_ms

    async def enter(self, member: Member, hello: Hello) -> "asyncio.Queue[str | None]":
        """Let somebody in once it is settled who counts; what they hear from then on.

        Raises:
            RoomFull: too many are in it.
        """
        coming = _Coming(member, hello, asyncio.get_running_loop().create_future())
        self._coming[member.id] = coming
        try:
            if self.counts:
                self._let_in(coming)
            elif self.counts is None:
                self.settle()
            else:
                self._say(Enter(member, hello))
            await coming.let_in
        except BaseException:
            self.leave(member.id)
            raise
        finally:
            self._coming.pop(member.id, None)
        return self.outs[member.id]

    def leave(self, member: str) -> None:
        """Let somebody go."""
        self.outs.pop(member, None)
        self._mine.pop(member, None)
        self._coming.pop(member, None)
        self._stood.pop(member, None)
        self.room.leave(member)
        if self.counts:
            self._tell(self.room.here)
        else:
            self._say(Left(member))
        self._close_if_empty()

    def hear(self, member: str, said: Said) -> None:
        """Do what somebody says, or pass it on."""
        self._heard.add(member)
        match said:
            case Ping(t0=t0):
                self.room.heard(member, self.now_ms)
                self._put(member, _written(Pong(t0, self.now_ms)))
                return
            case Hello():
                return  # said already
            case Move():
                self._stood[member] = said
            case Follow(following=following):
                self._mine[member] = msgspec.structs.replace(self._mine[member], following=following)
        if self.counts:
            self._do(member, said)
        elif self.counts is False:
            self._say(Word(member, said))

    def tick(self) -> None:
        """Called four times a second."""
        now_ms = self._servers.now_ms()
        if self.counts:
            self._look_after(now_ms)
        elif self.counts is None or now_ms - self._told_at_ms > _SILENT_MS:
            self.settle()
        else:
            coming = list(self._coming.values())
            there = [*self._mine.values(), *(one.member for one in coming)]
            self._say(Present(there, sorted(self._heard)))
            for one in coming:  # the first letter may have been to a server that was gone
                self._say(Enter(one.member, one.hello))
        self._heard.clear()

    def told(self, server: str, body: Body) -> None:
        """Take what another server says of this room."""
        match body:
            case Enter() | Word() | Left() | Present():
                if self.counts:
                    self._others[server] = self._servers.now_ms()
                    self._take_up(server, body)
            case Tell() | Beat() | Turn():
                self._told(server, body)
            case Gone(term=term):
                if term == self._term and not self.counts:
                    self.counts = None
                    self.settle()

    # who counts

    def settle(self) -> None:
        """Settle anew which server counts."""
        if self._asking is None:
            self._asking = asyncio.create_task(self._settle())

    def unsettle(self) -> None:
        """What this server held is gone: perhaps another counts by now."""
        self.counts = None
        self.settle()

    def end(self) -> None:
        """This server ends: nobody has to find out."""
        if self.counts:
            self._say(Gone(self._term))
            self._servers.let_go(self)

    async def _settle(self) -> None:
        try:
            since_s = await self._servers.take(self)
        except CircletakeError:
            return  # the database is away; the next tick asks again
        finally:
            self._asking = None
        if since_s is not None:
            self._count_on(since_s)
            self._close_if_empty()
        elif not self.counts:
            self._introduce()

    def _count_on(self, since_s: int) -> None:
        """Count, in place of whoever did."""
        gone, self._counted_by, self.counts = self._counted_by, "", True
        self._term = max(self._term + 1, since_s)
        self._others = {}
        leader = self.room.leader
        for member in list(self.room.members):
            server = member[:SERVER_ID_LENGTH]
            if server == gone or (server == self._servers.id and member not in self._mine):
                self.room.leave(member)
            elif server != self._servers.id:
                self._others[server] = self._servers.now_ms()
        for mine in self._mine.values():
            if mine.id not in self.room.members:
                self.room.join(mine, Hello(led=mine.id == leader, following=mine.following), self.now_ms)
        self.room.count_on(self._term * _TERM, self.now_ms)
        for coming in list(self._coming.values()):
            self._let_in(coming)
        for member, stood in self._stood.items():
            if not stood.head.playing:  # whoever plays says so again by itself
                self.room.move(member, stood, self.now_ms)
        if self._others:
            self._say(Beat(self._term, self.now_ms))
        self._tell_all()

    def _introduce(self) -> None:
        """Tell whoever counts who is here, and where those stand who may have moved unheard."""
        self.counts, self._told_at_ms = False, self._servers.now_ms()
        for coming in self._coming.values():
            self._say(Enter(coming.member, coming.hello))
        for mine in self._mine.values():
            self._say(Enter(mine, Hello(led=mine.id == self.room.leader, following=mine.following)))
            stood = self._stood.get(mine.id)
            if stood and not stood.head.playing:
                self._say(Word(mine.id, stood))

    # where this server counts

    def _let_in(self, coming: _Coming) -> None:
        if len(self.room.members) >= MOST_MEMBERS:
            _turn_away(coming)
            return
        welcome = self.room.join(coming.member, coming.hello, self.now_ms)
        self._tell_all()
        self._welcome(coming, welcome)

    def _take_up(self, server: str, told: Enter | Word | Left | Present) -> None:
        """Do what another server passes on."""
        room = self.room
        match told:
            case Enter(member=member, hello=hello):
                if len(room.members) >= MOST_MEMBERS and member.id not in room.members:
                    self._say(Turn(self._term, member.id))
                    return
                welcome = room.join(member, hello, self.now_ms)
                self._say(Tell(self._term, self.now_ms, welcome))
                self._tell_all()
            case Word(member=member_id, said=said):
                if member_id in room.members:
                    self._do(member_id, said)
            case Left(member=member_id):
                room.leave(member_id)
                self._tell(room.here)
            case Present():
                self._compare(server, told)

    def _compare(self, server: str, told: Present) -> None:
        """See to it that we know who is at another server, whatever was not heard."""
        room = self.room
        there = {member.id for member in told.members}
        known = {member for member in room.members if member.startswith(server)}
        for member_id in known - there:
            room.leave(member_id)
        for member in told.members:
            if member.id not in known and len(room.members) < MOST_MEMBERS:
                room.join(member, Hello(following=member.following), self.now_ms)
        for member_id in told.heard:
            room.heard(member_id, self.now_ms)
        if known != there:
            self._tell(room.here)

    def _do(self, member: str, said: Said) -> None:
        room, now_ms = self.room, self.now_ms
        room.heard(member, now_ms)
        match said:
            case Move():
                if at := room.move(member, said, now_ms):
                    self._tell(at)
            case Lead(wants=wants):
                if room.lead(member, now_ms, wants=wants):
                    self._tell(room.here)
            case Follow(following=following):
                room.follow(member, following=following)
                self._tell(room.here)
            case Point(at=at_place):
                self._tell(Pointed(member, at_place), but=member)
            case _:
                pass

    def _look_after(self, now_ms: float) -> None:
        if self._others:
            self._say(Beat(self._term, self.now_ms))
        for server in [one for one, at_ms in self._others.items() if now_ms - at_ms > _ABSENT_MS]:
            del self._others[server]
            for member in [one for one in self.room.members if one.startswith(server)]:
                self.room.leave(member)
            self._tell(self.room.here)
        if self.room.quiet(self.now_ms):
            self._tell_all()
        self._close_if_empty()

    # where another server counts

    def _told(self, server: str, told: Tell | Beat | Turn) -> None:
        """Hear what the server that counts says; one that counted before it is not heard any more."""
        if told.term < self._term or (told.term == self._term and self.counts):
            return
        is_new = (self._counted_by, self._term, self.counts) != (server, told.term, False)
        if self._counted_by != server:
            self._far = FarClock()
        self._term, self._counted_by, self._told_at_ms = told.term, server, self._servers.now_ms()
        if not isinstance(told, Turn):
            self._far.look(told.now_ms, self._servers.now_ms())
            self._shift_ms = self._far.ahead_ms
        if is_new:
            self._introduce()
        if isinstance(told, Turn):
            coming = self._coming.get(told.member)
            if coming:
                _turn_away(coming)
        elif isinstance(told, Tell):
            self._pass_on(told)

    def _pass_on(self, told: Tell) -> None:
        heard = told.heard
        if isinstance(heard, Welcome):
            coming = self._coming.get(heard.you)
            if coming is None and heard.you not in self._mine:
                return
            self.room.mirror(heard)
            if coming:
                self._welcome(coming, heard)
            else:
                self._put(heard.you, _written(heard))
            return
        if isinstance(heard, Here | At):
            self.room.mirror(heard)
        self._put_all(heard, but=told.but)

    # both

    def _welcome(self, coming: _Coming, welcome: Welcome) -> None:
        if coming.let_in.done():
            return
        member = coming.member.id
        self._mine[member] = msgspec.structs.replace(coming.member, following=coming.hello.following)
        self.outs[member] = asyncio.Queue(_MOST_WAITING)
        self._put(member, _written(welcome))
        coming.let_in.set_result(None)

    def _close_if_empty(self) -> None:
        if self.outs or self._coming or (self.counts and self.room.members):
            return
        if self.counts:
            self._servers.let_go(self)
        self._servers.closed(self)

    def _say(self, body: Body) -> None:
        if self._servers.are_many:
            self._servers.say(self, body)

    def _tell_all(self) -> None:
        self._tell(self.room.here)
        if self.room.at:
            self._tell(self.room.at)

    def _tell(self, heard: Here | At | Pointed, *, but: str | None = None) -> None:
        self._put_all(heard, but=but)
        if self._others:
            self._say(Tell(self._term, self.now_ms, heard, but=but))

    def _put_all(self, heard: Heard, *, but: str | None) -> None:
        written = _written(heard)
        for member in list(self.outs):
            if member != but:
                self._put(member, written)

    def _put(self, member: str, text: str) -> None:
        out = self.outs[member]
        try:
            out.put_nowait(text)
        except asyncio.QueueFull:
            # Too slow to keep up: it comes again and is told where everybody is by then.
            while not out.empty():
                out.get_nowait()
            out.put_nowait(None)


def _turn_away(coming: _Coming) -> None:
    if not coming.let_in.done():
        coming.let_in.set_exception(
            RoomFull(f"{MOST_MEMBERS} windows look at this room already; close one, or open another room.")
        )


def _written(heard: Heard) -> str:
    return msgspec.json.encode(heard).decode()
