"""Tells cheaply whether anybody has written to a database since it was last asked."""

import contextlib
from types import TracebackType
from typing import Self

from sqlalchemy import Engine

from circletake.db.connect import translated, version_of
from circletake.db.dialect import Version
from circletake.errors import Unavailable


class Watch:
    """Holds one connection and asks for what the database changes with every commit.

    It notices commits of every other connection, in this process and in others. To be asked by one
    thread at a time. While the database is away it says that something changed: whoever looks learns
    what is the matter.

    Args:
        engine: of the database to watch.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._versions: Version | None = None
        self._version: object = None

    def changed(self) -> bool:
        """Whether there was a commit since the last call; the first call says yes."""
        before = self._version
        try:
            with translated(self._engine):
                if self._versions is None:
                    self._versions = version_of(self._engine)
                self._version = self._versions.read()
        except Unavailable:
            self.close()
            self._version = None
            return True
        return self._version is None or self._version != before

    def close(self) -> None:
        """Give the connection back."""
        if self._versions is not None:
            with contextlib.suppress(Exception):  # it may be gone with its engine, which is as good
                self._versions.close()
            self._versions = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
