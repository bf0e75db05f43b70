"""Review rooms over WebSocket: who is let in, and how what one says reaches the others."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Path, WebSocket, WebSocketDisconnect
from starlette.concurrency import run_in_threadpool

from circletake.errors import CircletakeError, RequestInvalid
from circletake.studio import Studio
from circletake.web.auth import studio_behind, token_of
from circletake.web.open_rooms import Rooms
from circletake.web.room import (
    Hello,
    Said,
)
from circletake.workflows.together import Seat

LONGEST_BYTES = 4_096
_ASK_AGAIN_S = 15.0  # as often as event streams look whether somebody is still signed in
_SILENT_S = 30.0  # a window that says nothing, not even ping, is gone
_MOST_A_SECOND = 100  # a pointer moves 30 times a second; the rest is somebody's program
_REFUSED = 4403

_said: Final[msgspec.json.Decoder[Said]] = msgspec.json.Decoder(Said)
router = APIRouter()


class Refused(msgspec.Struct, frozen=True, tag_field="say", tag="refused"):
    """Why the server ends a connection: a code of `errors` and its sentence."""

    code: str
    detail: str


def _written(heard: Refused) -> str:
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
        member, out = await rooms.enter(where, seat, hello)
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
