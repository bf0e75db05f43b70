"""Serving: a socket, an address on the terminal, and an end that does not hang."""

import contextlib
import errno
import gc
import socket
from collections.abc import Callable, Iterator

import uvicorn
from fastapi import FastAPI

from circletake.errors import PortTaken
from circletake.studio import Studio
from circletake.web.app import create_app
from circletake.web.rooms import LONGEST_BYTES

_GRACE_S = 5  # longest that a slow answer holds up the end
_BACKLOG = 2048


class DeskServer(uvicorn.Server):
    """A server that ends its streams first: uvicorn waits for them before the application hears of it."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End streams, then everything else."""
        app = self.config.app
        if isinstance(app, FastAPI):
            app.state.pulse.stop()
        await super().shutdown(sockets)


def listen(host: str, port: int) -> socket.socket:
    """Take the port before anything else is started.

    Raises:
        PortTaken: somebody listens there, or it cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((host, port))
        taken.listen(_BACKLOG)
    except OSError as error:
        taken.close()
        why = "another program listens there" if error.errno == errno.EADDRINUSE else error.strerror
        raise PortTaken(
            f"{host} port {port} cannot be had ({why}); choose another with --port, or --port 0 for any."
        ) from error
    return taken


def address_of(bound: socket.socket) -> str:
    """The address a browser on this machine opens.

    >>> with listen("127.0.0.1", 0) as bound:
    ...     address_of(bound).rpartition(":")[0]
    'http://127.0.0.1'
    """
    host, port = bound.getsockname()[:2]
    named = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 (not bound here)
    return f"http://{named}:{port}"


def make_server(studio: Studio) -> DeskServer:
    """Make the server of a studio; `serve(sockets=[…])` runs it."""
    return DeskServer(
        uvicorn.Config(
            create_app(studio),
            log_config=None,  # the studio's own logging stands
            log_level=studio.config.log_level,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_S,
            proxy_headers=True,  # believed from this machine only
            forwarded_allow_ips="127.0.0.1,::1",
            lifespan="on",
            ws="websockets-sansio",
            ws_max_size=LONGEST_BYTES,
        )
    )


def run(
    studio: Studio,
    *,
    host: str | None = None,
    port: int | None = None,
    announce: Callable[[str], None] = print,
) -> None:
    """Serve a studio until the terminal interrupts it.

    Args:
        studio: an open one; whoever opened it closes it.
        host: address to listen on; None is the setting.
        port: None is the setting, 0 any that is free.
        announce: gets each line meant for the terminal; the first ends with the address.

    Raises:
        PortTaken: the port cannot be had.
        StudioBusy: another server has this studio open.
    """
    config = studio.config
    where = host or config.host, config.port if port is None else port
    with _collector_held(), contextlib.closing(listen(*where)) as bound:
        studio.start_runner()  # here, where a second server of one folder is still a sentence
        server = make_server(studio)  # before anybody is told: from the address on, answers come at once
        announce(f"circletake is open at {config.public_url or address_of(bound)}")
        if not config.is_https and not _is_local(bound):
            announce(
                "Others on the network can reach this address and could read what passes; put a proxy with "
                "TLS in front and set public_url."
            )
        with contextlib.suppress(KeyboardInterrupt):  # uvicorn ends well and raises it again
            server.run(sockets=[bound])


@contextlib.contextmanager
def _collector_held() -> Iterator[None]:
    """Look for no garbage until the boards stand, when `create_app` lets the collector go on.

    All that is made by then is kept, and looking through it is a fifth of the time to the first page.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _is_local(bound: socket.socket) -> bool:
    return str(bound.getsockname()[0]).startswith(("127.", "::1"))
