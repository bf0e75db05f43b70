"""A review room: who leads, where the playhead is, and what of it outlives a broken line."""

from typing import Any

import msgspec
import pytest

from circletake.web.room import LEADER_SILENT_MS, Hello, Member, Move, Playhead, Room, Said

TAKE = "a" * 64


def head(frame: int = 0, *, playing: bool = False) -> Playhead:
    return Playhead("t1", TAKE, frame, playing, 1.0, (24, 1), (0, 48))


def member(name: str, *, window: int = 1, may_lead: bool = True) -> Member:
    return Member(f"{name}{window}", f"p_{name}", name, may_lead)


def frame_of(room: Room) -> int | None:
    return room.at.head.frame if room.at else None


@pytest.fixture
def room() -> Room:
    """Ana leads, leo goes along."""
    made = Room()
    made.join(member("ana"), Hello(led=True, have=head(7)), 0)
    made.join(member("leo"), Hello(), 0)
    return made


def test_whoever_opens_a_room_leads_it_and_others_land_where_it_is(room: Room) -> None:
    late = room.join(member("dora"), Hello(have=head(40), led=True), 10)
    assert late.leader == "ana1"
    assert late.at is not None
    assert late.at.head.frame == 7
    assert [one.name for one in late.members] == ["ana", "leo", "dora"]


def test_only_the_leader_moves_and_every_move_counts_up(room: Room) -> None:
    assert room.move("leo1", Move(head(3), 5), 5) is None
    first, second = (room.move("ana1", Move(head(n), n), n) for n in (10, 11))
    assert first is not None
    assert second is not None
    assert second.n == first.n + 1
    assert frame_of(room) == 11


@pytest.mark.parametrize(("said", "kept"), [(5_000, 5_000), (4_900, 4_900), (0, 4_000), (10**15, 5_000)])
def test_a_leader_says_when_a_frame_stood_there_but_neither_long_ago_nor_later(
    room: Room, said: float, kept: float
) -> None:
    at = room.move("ana1", Move(head(3), said), 5_000)
    assert at is not None
    assert at.at_ms == kept


def test_the_lead_goes_to_whoever_takes_it_and_may(room: Room) -> None:
    room.join(member("cleo", may_lead=False), Hello(led=True), 0)
    assert not room.lead("cleo1", 1, wants=True)
    assert room.lead("leo1", 1, wants=True)
    assert room.leader == "leo1"
    assert not room.lead("ana1", 1, wants=False)
    assert room.lead("leo1", 1, wants=False)
    assert room.leader is None


def test_nobody_leads_after_a_leader_was_silent_and_what_played_stops(room: Room) -> None:
    room.move("ana1", Move(head(20, playing=True), 1_000), 1_000)
    assert not room.quiet(1_000 + LEADER_SILENT_MS - 1)
    room.heard("leo1", 5_000)
    assert room.quiet(1_000 + LEADER_SILENT_MS)
    assert room.leader is None
    assert room.at is not None
    assert (room.at.head.frame, room.at.head.playing) == (20, False)
    assert not room.quiet(1_000 + 2 * LEADER_SILENT_MS)


def test_a_leader_whose_line_broke_leads_again_before_the_time_is_up_and_nobody_else_by_chance(
    room: Room,
) -> None:
    room.leave("ana1")
    assert room.leader is None
    assert room.join(member("leo", window=2), Hello(led=True), 100).leader is None
    assert room.join(member("ana", window=2), Hello(led=True), 200).leader == "ana2"


def test_a_leader_who_stays_away_leaves_the_lead_to_who_asks(room: Room) -> None:
    room.leave("ana1")
    assert room.quiet(LEADER_SILENT_MS)
    assert room.join(member("leo", window=2), Hello(led=True), 6_000).leader == "leo2"


def test_a_room_made_again_takes_what_the_first_who_may_lead_brings_and_no_other() -> None:
    room = Room()
    assert room.join(member("cleo", may_lead=False), Hello(have=head(1)), 0).at is None
    room.join(member("leo"), Hello(have=head(31)), 0)
    room.join(member("ana"), Hello(have=head(2)), 0)
    assert frame_of(room) == 31


HELLO: dict[str, Any] = {"say": "hello", "have": msgspec.to_builtins(head())}


@pytest.mark.parametrize(
    "said",
    [
        [],
        {"say": "shout"},
        {"say": "move", "head": {}, "at_ms": 0},
        {"say": "point", "at": [70_000, 1]},
        {"say": "point", "at": [1, 1], "more": 1},
        {"say": "lead", "wants": "yes"},
        {"say": "hello", "have": HELLO["have"] | {"take": "short"}},
        {"say": "hello", "have": HELLO["have"] | {"frame": -1}},
        {"say": "hello", "have": HELLO["have"] | {"rate": [24, 0]}},
    ],
)
def test_what_is_no_word_of_a_room_is_refused(said: object) -> None:
    assert msgspec.json.decode(msgspec.json.encode(HELLO), type=Said) == Hello(have=head())
    with pytest.raises(msgspec.MsgspecError):
        msgspec.json.decode(msgspec.json.encode(said), type=Said)
