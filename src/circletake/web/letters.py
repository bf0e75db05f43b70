"""What servers with people in one room tell each other: one counts for the room, the others pass on."""

from collections import deque
from typing import Final

import msgspec
from msgspec import Struct

from circletake.web.room import At, Follow, Hello, Here, Lead, Member, Move, Point, Pointed, Welcome


class Enter(Struct, frozen=True, tag_field="tell", tag="enter"):
    """Somebody comes in at another server, or was in before this one counted."""

    member: Member
    hello: Hello


class Word(Struct, frozen=True, tag_field="tell", tag="word"):
    """What somebody at another server says."""

    member: str
    said: Move | Lead | Follow | Point


class Left(Struct, frozen=True, tag_field="tell", tag="left"):
    """Somebody at another server went."""

    member: str


class Present(Struct, frozen=True, tag_field="tell", tag="present"):
    """Everybody at another server, and who of them was heard lately; nobody else is there any more."""

    members: list[Member]
    heard: list[str]


class Tell(Struct, frozen=True, tag_field="tell", tag="tell"):
    """What the server that counts says to everybody, or to all but one; a welcome is for whom it names.

    Attributes:
        term: since when it counts; of two that think they do the later is right.
        now_ms: by the room's clock.
    """

    term: int
    now_ms: float
    heard: Welcome | Here | At | Pointed
    but: str | None = None


class Turn(Struct, frozen=True, tag_field="tell", tag="turn"):
    """The server that counts lets somebody not in."""

    term: int
    member: str


class Beat(Struct, frozen=True, tag_field="tell", tag="beat"):
    """The server that counts is there."""

    term: int
    now_ms: float


class Gone(Struct, frozen=True, tag_field="tell", tag="gone"):
    """The server that counted ends; whoever is first counts on."""

    term: int


Body = Enter | Word | Left | Present | Tell | Turn | Beat | Gone


class Letter(Struct, frozen=True):
    """One of these, of one room: a production's id and the room's name."""

    room: tuple[str, str]
    body: Body


_decoder: Final[msgspec.json.Decoder[Letter]] = msgspec.json.Decoder(Letter)
_LOOKS = 40  # at four beats a second: ten seconds


def written(letter: Letter) -> str:
    """A letter as text."""
    return msgspec.json.encode(letter).decode()


def read(text: str) -> Letter | None:
    """A letter, or None where a server of another version wrote something else."""
    try:
        return _decoder.decode(text)
    except msgspec.MsgspecError:
        return None


class FarClock:
    """How far another server's clock is ahead of ours, from when its letters came.

    A letter is late by its way and never early, so the one that seems furthest ahead was the quickest.
    """

    def __init__(self) -> None:
        self._ahead_ms: deque[float] = deque(maxlen=_LOOKS)

    def look(self, theirs_ms: float, ours_ms: float) -> None:
        """Note when a letter was written, by theirs, and when it came, by ours."""
        self._ahead_ms.append(theirs_ms - ours_ms)

    @property
    def ahead_ms(self) -> float:
        """How far theirs is ahead; 0 before anything was heard."""
        return max(self._ahead_ms, default=0.0)
