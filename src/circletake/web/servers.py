"""What a room needs of a studio's servers: a clock, a way to the others, and a lock for each room."""

from collections.abc import Callable
from typing import Protocol

from circletake.web.letters import Body


class Shared(Protocol):
    """A room as far as servers tell it from others."""

    @property
    def where(self) -> tuple[str, str]:
        """Id of the production, and the room's name there."""


class Servers(Protocol):
    """The servers of one studio, as a room at one of them knows them."""

    @property
    def id(self) -> str:
        """Of this one; ids of its members begin with it."""

    @property
    def now_ms(self) -> Callable[[], float]:
        """This server's clock, which never steps back."""

    @property
    def are_many(self) -> bool:
        """Whether there may be others."""

    def say(self, room: Shared, body: Body) -> None:
        """Tell the others."""

    async def take(self, room: Shared) -> int | None:
        """Ask to count for a room: since when, in seconds, or None where another does."""

    def let_go(self, room: Shared) -> None:
        """Count for a room no longer."""

    def closed(self, room: Shared) -> None:
        """Nobody is in it any more."""
