"""Review rooms over WebSocket: who is let in, and how what one says reaches the others."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Path, WebSocket, WebSocketDisconnect
from starlette.concurrency import run_in_threadpool

from circletake.errors import CircletakeError, RequestInvalid, RoomFull
from circletake.studio import Studio
from circletake.web.auth import studio_behind, token_of
from circletake.web.room import (
    MOST_MEMBERS,
    Follow,
    Heard,
    Hello,
    Lead,
    Member,
    Move,
    Ping,
    Point,
    Pointed,
    Pong,
    Room,
    Said,
)
from circletake.workflows.together import Seat

LONGEST_BYTES = 4_096
_TICK_S = 1.0
_ASK_AGAIN_S = 15.0  # as often as event streams look whether somebody is still signed in
_SILENT_S = 30.0  # a window that says nothing, not even ping, is gone
_MOST_A_SECOND = 100  # a pointer moves 30 times a second; the rest is somebody's program
_MOST_WAITING = 200
_REFUSED = 4403

_said: Final[msgspec.json.Decoder[Said]] = msgspec.json.Decoder(Said)
router = APIRouter()


class Refused(msgspec.Struct, frozen=True, tag_field="say", tag="refused"):
    """Why the server ends a connection: a code of `errors` and its sentence."""

    code: str
    detail: str


@dataclass(slots=True)
class _Open:
    room: Room = field(default_factory=Room)
    outs: dict[str, "asyncio.Queue[str | None]"] = field(default_factory=dict)
    ticking: "asyncio.Task[None] | None" = None


class Rooms:
    """Every room that somebody is in.

    All of it runs on the event loop, so nothing here is locked.

    Args:
        now_ms: a clock that never steps back.
    """

    def __init__(self, *, now_ms: Callable[[], float] = lambda: time.monotonic() * 1000) -> None:
        self.now_ms = now_ms
        self._open: dict[tuple[str, str], _Open] = {}

    def enter(
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
        """
        found = self._open.setdefault(where, _Open())
        if len(found.room.members) >= MOST_MEMBERS:
            raise RoomFull(
                f"{MOST_MEMBERS} windows look at this room already; close one, or open another room."
            )
        member = Member(secrets.token_hex(6), seat.person, seat.name, seat.may_lead)
        out: asyncio.Queue[str | None] = asyncio.Queue(_MOST_WAITING)
        welcome = found.room.join(member, hello, self.now_ms())
        self._tell(found, found.room.here)
        if found.room.at:
            self._tell(found, found.room.at)
        found.outs[member.id] = out
        out.put_nowait(_written(welcome))
        if found.ticking is None:
            found.ticking = asyncio.create_task(self._tick(found))
        return member.id, out

    def leave(self, where: tuple[str, str], member: str) -> None:
        """Let somebody go; a room that nobody is in is gone."""
        found = self._open[where]
        found.outs.pop(member, None)
        found.room.leave(member)
        if found.outs:
            self._tell(found, found.room.here)
            return
        if found.ticking:
            found.ticking.cancel()
        del self._open[where]

    def hear(self, where: tuple[str, str], member: str, said: Said) -> None:
        """Do what a member says, and tell whom it concerns."""
        found = self._open[where]
        room, now_ms = found.room, self.now_ms()
        room.heard(member, now_ms)
        match said:
            case Ping(t0=t0):
                self._tell(found, Pong(t0, now_ms), to={member})
            case Move():
                if at := room.move(member, said, now_ms):
                    self._tell(found, at)
            case Lead(wants=wants):
                if room.lead(member, now_ms, wants=wants):
                    self._tell(found, room.here)
            case Follow(following=following):
                room.follow(member, following=following)
                self._tell(found, room.here)
            case Point(at=at_place):
                self._tell(found, Pointed(member, at_place), to=set(found.outs) - {member})
            case Hello():
                pass  # said already

    async def _tick(self, found: _Open) -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            if found.room.quiet(self.now_ms()):
                self._tell(found, found.room.here)
                if found.room.at:
                    self._tell(found, found.room.at)

    def _tell(self, found: _Open, heard: Heard, *, to: set[str] | None = None) -> None:
        written = _written(heard)
        for member, out in list(found.outs.items()):
            if to is not None and member not in to:
                continue
            try:
                out.put_nowait(written)
            except asyncio.QueueFull:
                # Too slow to keep up: it comes again and is told where everybody is by then.
                while not out.empty():
                    out.get_nowait()
                out.put_nowait(None)


def _written(heard: Heard | Refused) -> str:
    return msgspec.json.encode(heard).decode()


@router.websocket("/api/productions/{code}/rooms/{name}")
async def room(
    socket: WebSocket,
    code: Annotated[str, Path(min_length=1, max_length=100)],
    name: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")],
) -> None:
    """Meet in a room of a production; whoever may see the production may come in."""
    await socket.accept()
    studio = studio_behind(socket)
    rooms: Rooms = socket.app.state.rooms
    try:
        seat = await run_in_threadpool(_seat, studio, socket, code)
        async with asyncio.timeout(_SILENT_S):
            hello = _read(await socket.receive_text())
        if not isinstance(hello, Hello):
            raise RequestInvalid("The first word in a room is hello.")
        where = (seat.production, name)
        member, out = rooms.enter(where, seat, hello)
    except (CircletakeError, TimeoutError) as error:
        await _refuse(socket, error)
        return
    except WebSocketDisconnect:
        return
    speaking = asyncio.create_task(_speak(socket, out))
    try:
        await _listen(socket, rooms, where, member, lambda: _seat(studio, socket, code))
    except (CircletakeError, TimeoutError) as error:
        await _refuse(socket, error)
    except WebSocketDisconnect:
        pass
    finally:
        speaking.cancel()
        rooms.leave(where, member)


def _seat(studio: Studio, socket: WebSocket, code: str) -> Seat:
    return studio.seat(studio.session_of(token_of(socket)), code)


async def _listen(
    socket: WebSocket, rooms: Rooms, where: tuple[str, str], member: str, ask: Callable[[], Seat]
) -> None:
    """Hear one window out; ends by an exception.

    Raises:
        CircletakeError: what it said cannot be, or whoever it is may not be here any more.
        TimeoutError: it said nothing for too long.
        WebSocketDisconnect: it went.
    """
    clock = asyncio.get_running_loop().time
    asked_at = second_at = clock()
    heard = 0
    while True:
        async with asyncio.timeout(_SILENT_S):
            text = await socket.receive_text()
        now = clock()
        if now - asked_at > _ASK_AGAIN_S:
            await run_in_threadpool(ask)
            asked_at = clock()
        if now - second_at >= 1:
            second_at, heard = now, 0
        heard += 1
        if heard <= _MOST_A_SECOND:
            rooms.hear(where, member, _read(text))


def _read(text: str) -> Said:
    try:
        return _said.decode(text)
    except (msgspec.MsgspecError, UnicodeEncodeError) as error:
        raise RequestInvalid(
            f"What was said in the room cannot be read: {error}; reload the page."
        ) from error


async def _speak(socket: WebSocket, out: "asyncio.Queue[str | None]") -> None:
    while (text := await out.get()) is not None:
        await socket.send_text(text)
    await socket.close(1013)


async def _refuse(socket: WebSocket, error: CircletakeError | TimeoutError) -> None:
    with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # it may be gone by now
        if isinstance(error, CircletakeError):
            await socket.send_text(_written(Refused(error.code, str(error))))
        await socket.close(_REFUSED)
