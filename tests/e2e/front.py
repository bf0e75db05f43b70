"""A front as a proxy is one: passes connections on to the first of several servers that is there."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from .together import free_port

_MOST_BYTES = 65_536


class Front:
    """Passes connections on, in this order of servers.

    Args:
        ports: of the servers on this machine.
    """

    def __init__(self, ports: list[int]) -> None:
        self.ports = ports
        self.port = free_port()
        self._listening = socket.create_server(("127.0.0.1", self.port), backlog=128)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                came, _ = self._listening.accept()
                threading.Thread(target=self._pass_on, args=(came,), daemon=True).start()

    def _pass_on(self, came: socket.socket) -> None:
        for port in self.ports:
            try:
                there = socket.create_connection(("127.0.0.1", port), timeout=5)
            except OSError:
                continue
            there.settimeout(None)
            for one in (came, there):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            back = threading.Thread(target=_pump, args=(there, came), daemon=True)
            back.start()
            _pump(came, there)
            back.join()
            there.close()
            break
        came.close()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(_MOST_BYTES):
            sink.sendall(data)
    for one in (source, sink):  # what one end closed is closed at the other too
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


@contextmanager
def front(ports: list[int]) -> Iterator[Front]:
    """A front, until the block ends."""
    made = Front(ports)
    try:
        yield made
    finally:
        made.close()
