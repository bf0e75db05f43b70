"""A review room: people who look at the same frame of the same take. What it knows is gone with it.

What is decided or said in a room goes into the book the ordinary way and is heard by everybody as an event;
a room carries the playhead, who leads it, and where people point. So nothing is lost with a room.

Times are milliseconds of the server's clock; clients learn by how much theirs differs from `pong`.
"""

import secrets
from dataclasses import dataclass, field
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from circletake.domain.drawing import WHOLE

MOST_MEMBERS = 50
LEADER_SILENT_MS = 5_000
# How far back a leader may say that a frame was shown: longer than any way from there to here.
_OLDEST_MS = 1_000

_Name = Annotated[str, Meta(min_length=1, max_length=100)]
_Frame = Annotated[int, Meta(ge=0, le=2**31 - 1)]
_Place = Annotated[int, Meta(ge=0, le=WHOLE)]
_Rate = Annotated[int, Meta(ge=1, le=1_000_000)]


class Playhead(Struct, frozen=True, forbid_unknown_fields=True):
    """What is on the screen: a frame of a take, and whether it moves on from there.

    Attributes:
        task: id of the task.
        take: SHA-256 of the take's content.
        frame: from 0.
        playing: whether it moves.
        speed: takes a second for each second of the take; negative is backwards.
        rate: frames a second, as a fraction.
        span: what is looped, from and up to but not including.
    """

    task: _Name
    take: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
    frame: _Frame
    playing: bool
    speed: Annotated[float, Meta(ge=-16, le=16)]
    rate: tuple[_Rate, _Rate]
    span: tuple[_Frame, _Frame]


class Hello(Struct, frozen=True, forbid_unknown_fields=True, tag_field="say", tag="hello"):
    """The first word of a client, with what it last knew: a server that was started again knows nothing.

    Attributes:
        have: the playhead as the client has it by now, or None.
        led: whether this client led, or wants to if nobody does.
        following: whether it goes where the leader goes, or looks around by itself.
    """

    have: Playhead | None = None
    led: bool = False
    following: bool = True


class Ping(Struct, frozen=True, forbid_unknown_fields=True, tag_field="say", tag="ping"):
    """Asks for the time; `t0` comes back."""

    t0: float


class Move(Struct, frozen=True, forbid_unknown_fields=True, tag_field="say", tag="move"):
    """Where the leader's playhead is; `at_ms` is when it stood there."""

    head: Playhead
    at_ms: float


class Lead(Struct, frozen=True, forbid_unknown_fields=True, tag_field="say", tag="lead"):
    """Takes the lead, or gives it up."""

    wants: bool


class Follow(Struct, frozen=True, forbid_unknown_fields=True, tag_field="say", tag="follow"):
    """Goes where the leader goes from now on, or looks around."""

    following: bool


class Point(Struct, frozen=True, forbid_unknown_fields=True, tag_field="say", tag="point"):
    """Where somebody points, in 1/65,536 of the picture; None is nowhere."""

    at: tuple[_Place, _Place] | None


Said = Hello | Ping | Move | Lead | Follow | Point


class Member(Struct, frozen=True):
    """Somebody in a room: one window of theirs."""

    id: str
    person: str
    name: str
    may_lead: bool
    following: bool = True


class Here(Struct, frozen=True, tag_field="say", tag="here"):
    """Who is in the room and who leads."""

    members: list[Member]
    leader: str | None


class At(Struct, frozen=True, tag_field="say", tag="at"):
    """The playhead; of two the one with the higher `n` counts."""

    n: int
    at_ms: float
    head: Playhead


class Welcome(Struct, frozen=True, tag_field="say", tag="welcome"):
    """The first word of the server: who one is, and what is known; a new `room` counts `n` anew."""

    room: str
    you: str
    members: list[Member]
    leader: str | None
    at: At | None


class Pong(Struct, frozen=True, tag_field="say", tag="pong"):
    """The server's time as it answers, in milliseconds."""

    t0: float
    ts: float


class Pointed(Struct, frozen=True, tag_field="say", tag="pointed"):
    """Where somebody else points."""

    who: str
    at: tuple[int, int] | None


Heard = Welcome | Here | At | Pong | Pointed


@dataclass(slots=True)
class Room:
    """Who is in it, who leads, and where the playhead is.

    Attributes:
        id: made anew with the room, so that clients see that it was made again.
        members: by id, in the order they came.
        leader: id of the member that leads, or None.
        at: the playhead, or None before anybody has led.
    """

    id: str = field(default_factory=lambda: secrets.token_hex(8))
    members: dict[str, Member] = field(default_factory=dict)
    leader: str | None = None
    at: At | None = None
    # Below this nothing is counted: where another server counts on, its numbers are above all before.
    least: int = 0
    _heard_at_ms: float = 0.0
    # Whoever led and is gone for a moment: their window's reconnection leads again.
    _gone_leader: str | None = None

    @property
    def here(self) -> Here:
        """Who is here and who leads."""
        return Here(list(self.members.values()), self.leader)

    def join(self, member: Member, hello: Hello, now_ms: float) -> Welcome:
        """Let somebody in; the room's playhead is theirs, unless it has none and they bring one.

        Whoever says that they led leads, if nobody else does and they may; a window of theirs that still
        seems to lead is the one whose line broke.
        """
        self.members[member.id] = replace(member, following=hello.following)
        leads = self.leader and self.members[self.leader].person
        comes_back = member.person in {leads, self._gone_leader} or not (leads or self._gone_leader)
        if hello.led and member.may_lead and comes_back:
            self._led_by(member.id, now_ms)
        if self.at is None and hello.have is not None and member.may_lead:
            self._put(hello.have, now_ms)
        return Welcome(self.id, member.id, list(self.members.values()), self.leader, self.at)

    def leave(self, member: str) -> None:
        """Let somebody go; a leader may come back before the lead is anybody's."""
        gone = self.members.pop(member, None)
        if gone and self.leader == member:
            self.leader, self._gone_leader = None, gone.person

    def lead(self, member: str, now_ms: float, *, wants: bool) -> bool:
        """Give the lead to whoever asks and may, or take it back; whether that changed anything."""
        if wants == (self.leader == member) or not self.members[member].may_lead:
            return False
        if wants:
            self._led_by(member, now_ms)
        else:
            self.leader = None
        return True

    def follow(self, member: str, *, following: bool) -> None:
        """Note whether somebody goes along."""
        self.members[member] = replace(self.members[member], following=following)

    def move(self, member: str, said: Move, now_ms: float) -> At | None:
        """Move the playhead; None where somebody else leads."""
        if member != self.leader:
            return None
        self._heard_at_ms = now_ms
        return self._put(said.head, min(max(said.at_ms, now_ms - _OLDEST_MS), now_ms))

    def heard(self, member: str, now_ms: float) -> None:
        """Note that somebody is still there."""
        if member == self.leader:
            self._heard_at_ms = now_ms

    def quiet(self, now_ms: float) -> bool:
        """Take the lead from somebody who was silent for too long; whether it was taken.

        What played stops where it was last said to be: nobody is there any more to stop it.
        """
        if now_ms - self._heard_at_ms < LEADER_SILENT_MS or not (self.leader or self._gone_leader):
            return False
        self.leader = self._gone_leader = None
        if self.at and self.at.head.playing:
            self._put(replace(self.at.head, playing=False, speed=1.0), now_ms)
        return True

    def mirror(self, told: "Welcome | Here | At") -> None:
        """Note what the server that counts for this room says of it."""
        match told:
            case At():
                self.at = told
                return
            case Welcome(room=room, at=at):
                self.id, self.at = room, at
        self.members = {member.id: member for member in told.members}
        self.leader = told.leader

    def count_on(self, least: int, now_ms: float) -> None:
        """Count from here on, in place of a server that did; the numbers go on above all that it gave.

        Args:
            least: below every number that is given from here on.
            now_ms: by the room's clock.
        """
        self.least = max(least, self.at.n if self.at else 0)
        self._heard_at_ms = now_ms
        if self.at:
            self._put(self.at.head, self.at.at_ms)

    def _led_by(self, member: str, now_ms: float) -> None:
        self.leader, self._gone_leader, self._heard_at_ms = member, None, now_ms

    def _put(self, head: Playhead, at_ms: float) -> At:
        self.at = At(max(self.at.n if self.at else 0, self.least) + 1, at_ms, head)
        return self.at
