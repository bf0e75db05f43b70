"""The film as it stands: what stands at each place, how long, and at what cost."""

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from circletake.errors import NotFound
from circletake.gates.policy import policy_dict, read_policy, shipped

if TYPE_CHECKING:
    from tests.unit.workflows.conftest import Floor


def shots_of(floor: "Floor", *codes: str) -> None:
    for code in codes:
        floor.studio.add_shot(
            floor["ana"], "spring", code=code, title=f"{code}!", frames=24, source_class="drawn"
        )


def told(floor: "Floor", who: str = "dora") -> list[tuple[str, str, int]]:
    return [(one.shot, one.kind, one.number) for one in floor.studio.film(floor[who], "spring").parts]


def test_the_slot_s_take_then_the_best_take_then_the_board_then_a_slate(floor: "Floor") -> None:
    shots_of(floor, "SH030", "SH040")
    floor.studio.cut_assemble(floor["ed"], "spring")
    first = floor.take(b"first")
    floor.take(b"second")
    floor.studio.cut_fill(floor["ed"], "spring", slot="SH010", take=first.id)
    for data in (b"a", b"b"):
        floor.take(data, code="SH020")
    board = floor.take(b"panel", code="SH030", stage="storyboard", frames=1)
    view = floor.studio.film(floor["dora"], "spring")
    assert told(floor) == [
        ("SH010", "take", 1),
        ("SH020", "take", 2),
        ("SH030", "board", 1),
        ("SH040", "slate", 0),
    ]
    assert [one.length for one in view.parts] == [24] * 4
    assert view.n_frames == 96
    assert view.cut is not None
    held, slate = view.parts[2:]
    assert (held.take, held.frames.start, held.frames.end) == (board.content, 0, 1)
    assert (slate.take, slate.media, slate.state, slate.title) == (None, None, "gap", "SH040!")
    assert slate.task == floor.task_id("SH040")


def test_a_circled_take_comes_before_a_newer_one_and_a_vetoed_one_never(floor: "Floor") -> None:
    floor.studio.cut_assemble(floor["ed"], "spring")
    one, two, three = (floor.take(data) for data in (b"one", b"two", b"three"))
    assert told(floor)[0] == ("SH010", "take", 3)
    floor.judge("leo", three, -2)
    assert told(floor)[0] == ("SH010", "take", 2)
    floor.measured(one)
    floor.circle(one)
    assert told(floor)[0] == ("SH010", "take", 1)
    floor.judge("leo", two, -2)
    floor.judge("leo", one, -2)
    assert told(floor)[0] == ("SH010", "slate", 0)


def test_a_part_of_a_longer_take_plays_and_the_last_frame_of_a_shorter_one_is_held(floor: "Floor") -> None:
    floor.studio.cut_assemble(floor["ed"], "spring")
    long = floor.take(b"long", frames=60)
    floor.studio.cut_fill(floor["ed"], "spring", slot="SH010", take=long.id, source_in=12)
    floor.take(b"short", code="SH020", frames=20)
    view = floor.studio.film(floor["dora"], "spring")
    assert [(one.frames.start, one.frames.end, one.length) for one in view.parts] == [
        (12, 36, 24),
        (0, 20, 24),
    ]


def test_without_a_cut_shots_stand_in_order_of_their_codes(floor: "Floor") -> None:
    shots_of(floor, "SH005")
    floor.take(b"only", code="SH020")
    view = floor.studio.film(floor["dora"], "spring")
    assert [(one.shot, one.kind, one.slot) for one in view.parts] == [
        ("SH005", "slate", None),
        ("SH010", "slate", None),
        ("SH020", "take", None),
    ]
    assert (view.cut, view.n_frames, view.rate) == (None, 72, [24, 1])


def test_whoever_looks_blind_is_not_told_what_others_said(floor: "Floor") -> None:
    data = policy_dict(shipped())
    for gate in data["stages"][2]["gates"]:
        gate["blind"] = gate["key"] == "lead"
    policy = read_policy(data)
    take = floor.take(b"blind")
    with floor.house.book.transact() as tx:
        body = {"hash": policy.hash, "policy": policy_dict(policy)}
        tx.append("policy", actor=floor["ana"].person, production=take.production, body=body)
    floor.judge("dora", take, -2, gate="lead")
    assert told(floor, "dora")[0] == ("SH010", "slate", 0)
    assert told(floor, "leo")[0] == ("SH010", "take", 1)
    assert floor.studio.film(floor["leo"], "spring").parts[0].state == "review"
    floor.judge("leo", take, 0)
    assert told(floor, "leo")[0] == ("SH010", "slate", 0)


def test_it_is_not_there_for_a_stranger(floor: "Floor") -> None:
    floor.studio.add_person("otto")
    otto = floor.studio.session_of(floor.studio.sign_in_by_link(floor.studio.make_link("otto")))
    with pytest.raises(NotFound):
        floor.studio.film(otto, "spring")


def test_a_longer_film_takes_no_more_readings(floor: "Floor") -> None:
    asked: list[str] = []

    def hear(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    def cost() -> int:
        asked.clear()
        assert floor.studio.film(floor["dora"], "spring").parts
        return len(asked)

    with floor.house.book.reading() as conn:
        engines = {conn.engine, floor.house.queue.engine}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", hear)
    floor.take(b"x")
    cost()  # whatever is read once and kept
    few = cost()
    shots_of(floor, *(f"SH{number}" for number in range(300, 330)))
    for number in range(300, 330):
        floor.take(str(number).encode(), code=f"SH{number}")
    assert len(floor.studio.film(floor["dora"], "spring").parts) == 32
    assert cost() == few
