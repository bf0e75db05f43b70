"""Tells cheaply whether anybody has written to a database since it was last asked."""

import contextlib
from types import TracebackType
from typing import Self

from sqlalchemy import Engine


class Watch:
    """Holds one connection and asks SQLite for its data version, which costs microseconds.

    It counts commits of every other connection, in this process and in others. To be asked by one
    thread at a time.

    Args:
        engine: of the database to watch.

    Source:
        SQLite documentation, PRAGMA data_version.
    """

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.raw_connection()
        self._version: int | None = None

    def changed(self) -> bool:
        """Whether there was a commit since the last call; the first call says yes."""
        cursor = self._connection.cursor()
        try:
            cursor.execute("PRAGMA data_version")
            row = cursor.fetchone()
        finally:
            cursor.close()
        version = int(row[0]) if row else None
        before, self._version = self._version, version
        return version != before

    def close(self) -> None:
        """Give the connection back."""
        with contextlib.suppress(Exception):  # it may be gone with its engine, which is as good
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
