"""A wire between the servers of one database: what one says the others hear at once, and who holds what.

PostgreSQL only: one connection listens, another speaks and holds advisory locks; both are outside the pools.
A lock is let go by the database when its connection ends, so what a server held that was killed is free.

Source:
    PostgreSQL documentation, NOTIFY (payloads shorter than 8,000 bytes, in the order of commits) and
    13.3.5, advisory locks.
"""

import contextlib
import hashlib
import queue
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from circletake.errors import DatabaseBusy

_LONGEST_BYTES = 7_999
_UTF8_BYTES, _HEADER_BYTES = 4, 40  # the most that a character, and what stands before a part, take
_PART = (_LONGEST_BYTES - _HEADER_BYTES) // _UTF8_BYTES
_AGAIN_S = 0.5
_IDLE_S = 1.0  # so often a connection that nobody needs is asked whether it is there
_EAR_S = 0.25  # so long, at most, whoever listens keeps the end waiting
_MOST_WAITING = 10_000
_NOTIFY = "SELECT pg_notify(%(channel)s, part) FROM unnest(%(parts)s::text[]) AS part"
_LOCK = "SELECT pg_try_advisory_lock(%(key)s), extract(epoch FROM clock_timestamp())::bigint"
_UNLOCK = "SELECT pg_advisory_unlock(%(key)s)"
# A machine that is gone without a word holds its locks for so long: seconds until the first question,
# between questions, and questions without an answer.
_KEEPALIVE = {"tcp_keepalives_idle": 2, "tcp_keepalives_interval": 1, "tcp_keepalives_count": 3}

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Take:
    name: str
    taken: "Future[int | None]"


@dataclass(frozen=True)
class _LetGo:
    name: str


_Todo = str | _Take | _LetGo | None


class Wire:
    """One server's end of the wire.

    Its functions are called on threads of its own.

    Args:
        engine: of a PostgreSQL database.
        channel: only what is said in it is heard in it; letters and `_`.
        heard: called with what another server said: its id and the text.
        changed: called with whether the wire is there, whenever that changed; where it was gone, so is
            everything that this end held.
    """

    def __init__(
        self,
        engine: Engine,
        channel: str,
        *,
        heard: Callable[[str, str], None],
        changed: Callable[[bool], None],
    ) -> None:
        self.id = secrets.token_hex(4)
        self._engine = engine
        self._channel = channel
        self._heard, self._changed = heard, changed
        self._todo: queue.Queue[_Todo] = queue.Queue(_MOST_WAITING)
        self._stopping = threading.Event()
        self._broken = threading.Event()
        self._held: set[str] = set()
        self._is_there = False
        self._changing = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="wire", daemon=True)
        self._errors: tuple[type[Exception], ...] = (SQLAlchemyError, DatabaseBusy, OSError)
        if engine.dialect.loaded_dbapi is not None:
            self._errors += (engine.dialect.loaded_dbapi.Error,)

    def start(self) -> None:
        """Connect, now and whenever the connection was lost."""
        self._thread.start()

    def stop(self) -> None:
        """Say what is still to be said, let go of everything, and end."""
        self._stopping.set()
        with contextlib.suppress(queue.Full):
            self._todo.put_nowait(None)
        if self._thread.ident is not None:
            self._thread.join(10)

    def say(self, text: str) -> None:
        """Say something to every other server; never waits, and is not said while the wire is gone."""
        if self._is_there:
            with contextlib.suppress(queue.Full):
                self._todo.put_nowait(text)

    def take(self, name: str) -> "Future[int | None]":
        """Ask for something that one end alone can hold.

        Returns:
            The database's time in whole seconds where it is held now, None where another end holds it.
            Raises `DatabaseBusy` where the wire is gone.
        """
        asked = _Take(name, Future())
        with self._changing:
            if self._is_there:
                with contextlib.suppress(queue.Full):
                    self._todo.put_nowait(asked)
                    return asked.taken
        _refuse([asked])
        return asked.taken

    def let_go(self, name: str) -> None:
        """Hold something no longer."""
        with contextlib.suppress(queue.Full):
            self._todo.put_nowait(_LetGo(name))

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._connected() as speaking, self._connected() as listening:
                    self._broken.clear()
                    listening.exec_driver_sql(f'LISTEN "{self._channel}"')
                    ear = threading.Thread(
                        target=self._listen, args=(listening,), name="wire ear", daemon=True
                    )
                    ear.start()
                    try:
                        self._say_that_it_is(True)
                        self._speak(speaking)
                    finally:
                        self._broken.set()
                        ear.join(10)
            except self._errors as error:
                _log.warning("the wire to other servers is gone", why=type(error).__name__)
            finally:
                self._forget()
            self._stopping.wait(_AGAIN_S)

    @contextlib.contextmanager
    def _connected(self) -> Iterator[Connection]:
        """A connection of our own, that goes back to no pool."""
        conn = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            conn.detach()
            for name, seconds in _KEEPALIVE.items():
                conn.exec_driver_sql(f"SET {name} = {seconds}")
            yield conn
        finally:
            with contextlib.suppress(*self._errors):  # it may be gone, which is as good
                conn.close()

    def _say_that_it_is(self, there: bool) -> None:  # noqa: FBT001 (what `changed` is told)
        with self._changing:
            is_news, self._is_there = there != self._is_there, there
        if is_news:
            self._changed(there)

    def _forget(self) -> None:
        """Nothing is held any more, and nothing that was waited for comes."""
        self._held.clear()
        self._say_that_it_is(False)
        with contextlib.suppress(queue.Empty):
            while True:
                _refuse([self._todo.get_nowait()])

    def _speak(self, conn: Connection) -> None:
        serial = 0
        while not self._broken.is_set():
            todo = self._next()
            try:
                parts = []
                for text in todo:
                    if isinstance(text, str):
                        serial += 1
                        parts += _parts(f"{self.id} {serial}", text)
                if parts:
                    conn.exec_driver_sql(_NOTIFY, {"channel": self._channel, "parts": parts})
                for one in todo:
                    if isinstance(one, _Take):
                        self._take(conn, one)
                    elif isinstance(one, _LetGo) and one.name in self._held:
                        self._held.discard(one.name)
                        conn.exec_driver_sql(_UNLOCK, {"key": _key(one.name)})
                if not todo:
                    conn.exec_driver_sql("SELECT 1")
            finally:
                _refuse(todo)  # those that nobody came to
            if None in todo:
                conn.exec_driver_sql("SELECT pg_advisory_unlock_all()")  # sooner than by the connection's end
                return

    def _next(self) -> list[_Todo]:
        """What is to be done, all that waits at once; nothing after a while without."""
        try:
            todo = [self._todo.get(timeout=_IDLE_S)]
        except queue.Empty:
            return []
        with contextlib.suppress(queue.Empty):
            while True:
                todo.append(self._todo.get_nowait())
        return todo

    def _take(self, conn: Connection, asked: _Take) -> None:
        is_taken, now_s = conn.exec_driver_sql(_LOCK, {"key": _key(asked.name)}).one()
        if is_taken and asked.name in self._held:  # counted twice by the database, let go once
            conn.exec_driver_sql(_UNLOCK, {"key": _key(asked.name)})
        if is_taken:
            self._held.add(asked.name)
        with contextlib.suppress(InvalidStateError):  # nobody waits for it any more
            asked.taken.set_result(int(now_s) if is_taken else None)

    def _listen(self, conn: Connection) -> None:
        driver: Any = conn.connection.dbapi_connection
        begun: dict[str, list[str]] = {}
        try:
            while not self._broken.is_set():
                for notice in driver.notifies(timeout=_EAR_S):
                    self._hear(notice.payload, begun)
        except self._errors:
            pass  # whoever speaks finds out too
        finally:
            self._broken.set()

    def _hear(self, payload: str, begun: dict[str, list[str]]) -> None:
        sender, _, place, part = payload.split(" ", 3)
        if sender == self.id:
            return
        number, _, of = place.partition("/")
        parts = begun.setdefault(sender, []) if number != "1" else []
        parts.append(part)
        if number != of:
            begun[sender] = parts
            return
        begun.pop(sender, None)
        self._heard(sender, "".join(parts))


def _refuse(todo: Sequence[_Todo]) -> None:
    for one in todo:
        if isinstance(one, _Take) and not one.taken.done():
            with contextlib.suppress(InvalidStateError):
                one.taken.set_exception(
                    DatabaseBusy("The database cannot be had now; try again in a moment.")
                )


def _parts(mark: str, text: str) -> list[str]:
    """A text in as many parts as a payload's length asks for."""
    many = max(1, -(-len(text) // _PART))
    return [f"{mark} {n + 1}/{many} {text[n * _PART : (n + 1) * _PART]}" for n in range(many)]


def _key(name: str) -> int:
    """A number for a lock: any that no other name has."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)
