"""What a database has to be able to do for a studio: one protocol, a file for each database that is spoken.

Statements are SQLAlchemy's and the same everywhere. What differs (how a transaction begins, what guards
the book, what an error means, how the book's end is locked) is asked of the dialect and of nobody else.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Literal, NamedTuple, Protocol

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, IntegrityError

from circletake.errors import CircletakeError

BUSY_TIMEOUT_MS = 30_000
"""Longest wait for a lock that somebody else holds."""


class Breach(NamedTuple):
    """Which promise of the schema a statement would have broken.

    Args:
        what: `foreign` where something named is not there, `unique` where it is there already.
        said: the database's own words.
    """

    what: Literal["foreign", "unique", "other"]
    said: str


class Dialect(Protocol):
    """One kind of database."""

    name: str
    keeps_jobs_apart: bool
    """Whether jobs live in a second database."""

    @property
    def guards(self) -> Mapping[str, str]:
        """Name → SQL of everything that keeps the book append-only inside the database."""
        ...

    def open(self, url: URL, *, durable: bool) -> Engine:
        """Make an engine; nothing is connected yet.

        Args:
            durable: whether a commit is on the disk when it returns.

        Raises:
            ConfigInvalid: the address names no database of this kind.
        """
        ...

    def reading(self, engine: Engine) -> AbstractContextManager[Connection]:
        """A connection that sees one moment and cannot write."""
        ...

    def writing(self, engine: Engine) -> AbstractContextManager[Connection]:
        """A connection in a transaction that commits at the end."""
        ...

    def lock_book(self, conn: Connection) -> None:
        """Wait for the end of the book and hold it until the commit; no other writer has a number then."""
        ...

    def lock_schema(self, conn: Connection) -> None:
        """Wait until nobody else changes tables, and keep others from it until the commit."""
        ...

    def put_guards(self, conn: Connection) -> None:
        """Make every guard anew."""
        ...

    def broken_guards(self, conn: Connection) -> list[str]:
        """Names of the guards that are missing or are not what they should be."""
        ...

    def error_of(self, failed: DBAPIError) -> CircletakeError | None:
        """What an error means, if it is the world's fault."""
        ...

    def breach_of(self, refused: IntegrityError) -> Breach:
        """Which promise of the schema would have been broken."""
        ...

    def insert(self, table: Table) -> Any:  # noqa: ANN401 - each dialect's own class, with the same conflict clauses
        """An insert that can say what happens on a conflict."""
        ...

    def roomy(self, conn: Connection) -> None:
        """Let a connection that will touch everything keep more in memory; until it is closed."""
        ...

    def zeroing(self, conn: Connection) -> None:
        """Let a connection write zeroes over what it deletes."""
        ...

    def scrub(self, engine: Engine, tables: Sequence[Table]) -> None:
        """Write tables anew, so that nothing that was deleted from them is left between pages."""
        ...

    def version(self, engine: Engine) -> "Version":
        """A cheap way to tell whether anybody has committed."""
        ...


class Version(Protocol):
    """Holds one connection; what it reads differs whenever somebody committed between."""

    def read(self) -> object:
        """The version now; anything that can be compared."""
        ...

    def close(self) -> None:
        """Give the connection back."""
        ...
