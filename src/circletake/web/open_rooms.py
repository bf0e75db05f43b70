"""Every room that somebody is in at this server, and the wire to the other servers of the studio."""

import asyncio
import secrets
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol

from circletake.errors import DatabaseBusy
from circletake.web import letters
from circletake.web.letters import Body, Letter
from circletake.web.open_room import SERVER_ID_LENGTH, OpenRoom
from circletake.web.room import Hello, Member, Said
from circletake.web.servers import Shared
from circletake.workflows.together import Seat

_TICK_S = 0.25
# As long as it may take until a server counts, where one after the other is gone.
_ENTER_S = 10.0


class Wire(Protocol):
    """What is needed of a wire between servers; `circletake.db.wire` is one."""

    id: str

    def say(self, text: str) -> None:
        """Tell every other end."""

    def take(self, name: str) -> "Future[int | None]":
        """Ask for what one end alone holds."""

    def let_go(self, name: str) -> None:
        """Hold it no longer."""


class Rooms:
    """Every room that somebody is in.

    All of it runs on the event loop, so nothing here is locked.

    Args:
        now_ms: a clock that never steps back.
    """

    def __init__(self, *, now_ms: Callable[[], float] = lambda: time.monotonic() * 1000) -> None:
        self.now_ms = now_ms
        self.id = secrets.token_hex(SERVER_ID_LENGTH // 2)
        self._wire: Wire | None = None
        self._open: dict[tuple[str, str], OpenRoom] = {}
        self._ticking: asyncio.Task[None] | None = None

    def connect(self, wire: Wire) -> None:
        """Share rooms with the servers at the other ends of a wire, from before the first comes in."""
        self._wire, self.id = wire, wire.id

    async def enter(
        self, where: tuple[str, str], seat: Seat, hello: Hello
    ) -> tuple[str, "asyncio.Queue[str | None]"]:
        """Let somebody into a room, which is made where there is none.

        Args:
            where: id of the production, and the room's name there.
            seat: who comes, and what they may.
            hello: their first word.

        Returns:
            Their id in the room, and what the others say; None in it ends it.

        Raises:
            RoomFull: too many are in it.
            DatabaseBusy: the database that joins the servers is away.
        """
        found = self._open.get(where)
        if found is None:
            found = self._open[where] = OpenRoom(where, self)
        if self._ticking is None:
            self._ticking = asyncio.create_task(self._tick())
        member = Member(self.id + secrets.token_hex(4), seat.person, seat.name, seat.may_lead)
        try:
            async with asyncio.timeout(_ENTER_S):
                return member.id, await found.enter(member, hello)
        except TimeoutError:
            raise DatabaseBusy("The room cannot be had now: the database is away; try again.") from None

    def leave(self, where: tuple[str, str], member: str) -> None:
        """Let somebody go; a room that nobody is in is gone."""
        self._open[where].leave(member)

    def hear(self, where: tuple[str, str], member: str, said: Said) -> None:
        """Do what a member says, and tell whom it concerns."""
        self._open[where].hear(member, said)

    def letter(self, server: str, text: str) -> None:
        """Take what another server says."""
        letter = letters.read(text)
        found = self._open.get(letter.room) if letter else None
        if letter and found:
            found.told(server, letter.body)

    def wire_changed(self, *, is_there: bool) -> None:
        """The wire is gone, with what was held; or it is there again, and who counts is settled anew."""
        if is_there:
            for found in list(self._open.values()):
                found.unsettle()

    def end(self) -> None:
        """This server ends; others count on."""
        for found in self._open.values():
            found.end()

    # what a room needs of the servers

    @property
    def are_many(self) -> bool:
        """Whether other servers may have people in these rooms."""
        return self._wire is not None

    def say(self, room: Shared, body: Body) -> None:
        """Tell the other servers."""
        if self._wire is not None:
            self._wire.say(letters.written(Letter(room.where, body)))

    async def take(self, room: Shared) -> int | None:
        """Ask to count for a room; None where another server does.

        Raises:
            DatabaseBusy: the wire is gone.
        """
        if self._wire is None:
            return 0
        since_s = await asyncio.wrap_future(self._wire.take(_name(room)))
        if since_s is not None and room.where not in self._open:  # closed while this was asked
            self._wire.let_go(_name(room))
        return since_s

    def let_go(self, room: Shared) -> None:
        """Count for a room no longer."""
        if self._wire is not None:
            self._wire.let_go(_name(room))

    def closed(self, room: Shared) -> None:
        """Forget a room."""
        if self._open.get(room.where) is room:
            del self._open[room.where]
        if not self._open and self._ticking is not None:
            self._ticking.cancel()
            self._ticking = None

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            for found in list(self._open.values()):
                found.tick()


def _name(room: Shared) -> str:
    """What the lock of a room is called."""
    return "room {} {}".format(*room.where)
