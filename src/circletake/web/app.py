"""The application: routes found by folder, errors as problems, and what every request meets at the door."""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import cast

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

import circletake
from circletake.errors import CircletakeError
from circletake.plugins import find_members
from circletake.studio import Studio
from circletake.web import description, desk, events, media, problems, rooms
from circletake.web.auth import SignInLimit
from circletake.web.doors import Doors
from circletake.web.events import Pulse
from circletake.web.open_rooms import Rooms


def create_app(studio: Studio, *, desk_folder: Path = desk.DESK) -> FastAPI:
    """Make the application that serves a studio.

    While it runs it runs the studio's jobs too.

    Args:
        studio: an open one; whoever opened it closes it.
        desk_folder: where the built desk is.
    """
    pulse = Pulse(studio.wait)

    @contextlib.asynccontextmanager
    async def running(_app: FastAPI) -> AsyncIterator[None]:
        await pulse.look()
        beating = asyncio.create_task(pulse.run())
        studio.start_runner()
        disconnect = _connect(studio, app.state.rooms)
        warming = asyncio.create_task(_warm(studio))
        try:
            yield
        finally:
            pulse.stop()
            await beating
            await warming
            app.state.rooms.end()
            if disconnect is not None:
                await asyncio.to_thread(disconnect)
            await asyncio.to_thread(studio.stop_runner)

    app = bare_app(lifespan=running)
    app.state.studio = studio
    app.state.pulse = pulse
    app.state.rooms = Rooms()
    app.state.desk = desk_folder
    app.state.sign_in_limit = SignInLimit()
    app.add_middleware(Doors, public_url=studio.config.public_url)
    return app


def bare_app(*, lifespan: object = None) -> FastAPI:
    """Make the application without a studio: its routes, for whoever describes them."""
    app = FastAPI(
        title="circletake",
        version=circletake.__version__,
        summary="Takes are measured by machines, judged by people, and shipped with proof.",
        openapi_url="/openapi.json",
        docs_url=None,  # both pages load scripts from elsewhere; nothing here calls out
        redoc_url=None,
        lifespan=lifespan,  # type: ignore[arg-type]  # FastAPI names its own type for what is made above
        generate_unique_id_function=_operation_id,
    )
    app.add_exception_handler(CircletakeError, problems.on_circletake_error)
    app.add_exception_handler(RequestValidationError, problems.on_validation_error)
    app.add_exception_handler(HTTPException, problems.on_http_error)
    for member in find_members("circletake.web.routes", "router").values():
        app.include_router(cast("APIRouter", member), responses=description.PROBLEM_RESPONSE)
    app.include_router(events.router, responses=description.PROBLEM_RESPONSE)
    app.include_router(rooms.router)
    app.include_router(media.router)
    app.include_router(problems.router)
    app.include_router(desk.router)  # last: it answers every address that is left
    app.openapi = lambda: description.describe(app)  # type: ignore[method-assign]  # FastAPI's own way to extend it
    return app


def _connect(studio: Studio, rooms: Rooms) -> Callable[[], None] | None:
    """Join the rooms of this server to those of others, where there may be others; ends that."""
    loop = asyncio.get_running_loop()

    def soon(act: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop ended first
            loop.call_soon_threadsafe(act)

    wire = studio.make_wire(
        "circletake_rooms",
        heard=lambda server, text: soon(lambda: rooms.letter(server, text)),
        changed=lambda is_there: soon(lambda: rooms.wire_changed(is_there=is_there)),
    )
    if wire is None:
        return None
    rooms.connect(wire)
    wire.start()
    return wire.stop


async def _warm(studio: Studio) -> None:
    """Work out what the first who asks would wait for."""
    try:
        await asyncio.to_thread(studio.work_out_boards)
    finally:
        _let_collect()


def _let_collect() -> None:
    if not gc.isenabled():  # `serve` held it until here; what was made by now stays for as long as we run
        gc.freeze()
        gc.enable()


def _operation_id(route: APIRoute) -> str:
    """Stable name of a route in generated clients: `board_cut_fill` would be `cut_fill`."""
    tag = str(route.tags[0]) if route.tags else "circletake"
    return route.name if route.name.startswith(tag) else f"{tag}_{route.name}"
