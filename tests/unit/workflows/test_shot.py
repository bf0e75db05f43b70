"""The shot page: one history in order, with what no longer counts, and nothing that is hidden by a veil."""

import pytest
from sqlalchemy import event

from circletake.domain.take import Take
from circletake.errors import NotFound
from circletake.gates.policy import policy_dict, read_policy, shipped
from circletake.ledger.canonical import canonical
from circletake.workflows.carry import record_essence
from circletake.workflows.house import STUDIO
from circletake.workflows.shot_views import ShotLineView, ShotView

from .conftest import Floor


def shot(floor: Floor, name: str = "ana", code: str = "SH010") -> ShotView:
    return floor.studio.shot(floor[name], "spring", code)


def kinds(view: ShotView) -> list[str]:
    return [line.kind for line in view.lines]


def only(view: ShotView, kind: str) -> ShotLineView:
    (line,) = [line for line in view.lines if line.kind == kind]
    return line


def note(floor: Floor, name: str, take: Take, text: str) -> str:
    view = floor.studio.note_add(
        floor[name], task=take.task, content=take.content, text=text, key=f"{name}-{text[:20]}-key"
    )
    return max((one for of in view.takes for one in of.notes), key=lambda one: one.seq).id


def make_lead_blind(floor: Floor, take: Take) -> None:
    data = policy_dict(shipped())
    for stage in data["stages"]:
        for gate in stage["gates"]:
            gate["blind"] = gate["key"] == "lead"
    policy = read_policy(data)
    with floor.house.book.transact() as tx:
        body = {"hash": policy.hash, "policy": policy_dict(policy)}
        tx.append("policy", actor=floor["ana"].person, production=take.production, body=body)


def statements_of(floor: Floor) -> int:
    sent: list[str] = []
    with floor.house.book.reading() as conn:
        engine = conn.engine

    def heard(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    shot(floor)  # what is kept of the policy is read once
    event.listen(engine, "before_cursor_execute", heard)
    try:
        shot(floor)
    finally:
        event.remove(engine, "before_cursor_execute", heard)
    return len(sent)


def test_everything_that_happened_stands_in_one_order_the_newest_first(floor: Floor) -> None:
    take = floor.take(b"one")
    floor.measured(take, flagged=True)
    floor.judge("leo", take, -1, reasons=("style.line",))
    said = note(floor, "leo", take, "The ears are late.")
    floor.studio.note_resolve(floor["leo"], note=said, disposition="waive", key="settled-it")
    floor.studio.hold(floor["leo"], take.task, "waits for the script")
    floor.studio.release(floor["leo"], take.task)
    better = floor.take(b"two", parent=take, change="rework")
    floor.studio.cut_assemble(floor["ed"], "spring")
    slot = next(one for one in floor.studio.cut(floor["ed"], "spring").slots if one.shot == "SH010")
    floor.studio.cut_fill(floor["ed"], "spring", slot=slot.id, take=better.id)
    floor.studio.cut_clear(floor["ed"], "spring", slot=slot.id)
    view = shot(floor)
    assert kinds(view) == [
        *("cut_out", "cut_in", "take", "resumed", "hold", "settled", "note", "verdict", "take")
    ]
    assert [line.seq for line in view.lines] == sorted((line.seq for line in view.lines), reverse=True)
    verdict = only(view, "verdict")
    assert (verdict.person.name, verdict.take, verdict.content, verdict.gate_label, verdict.value) == (
        *("leo", 1, take.content, "Lead", -1),
    )
    assert verdict.reasons
    assert verdict.reasons != ["style.line"], "in words"
    assert only(view, "hold").words == "waits for the script"
    assert (only(view, "settled").said, only(view, "note").words) == ("waive", "The ears are late.")
    assert (only(view, "cut_in").take, only(view, "cut_out").person.name) == (2, "ed")
    stage = next(one for one in view.stages if one.stage == "animation")
    assert [(one.number, one.parent, one.state, one.flags) for one in stage.takes] == [
        (2, 1, "review", 0),
        (1, None, "concern", 2),
    ]


def test_a_shot_of_which_nothing_is_said_has_its_stages_and_no_lines(floor: Floor) -> None:
    view = shot(floor, code="SH020")
    assert view.lines == []
    assert view.stages
    assert all(stage.takes == [] for stage in view.stages)
    with pytest.raises(NotFound):
        shot(floor, code="SH999")


def test_a_verdict_that_was_taken_back_or_followed_says_so_and_stays(floor: Floor) -> None:
    take = floor.take(b"one")
    floor.judge("leo", take, -1)
    floor.judge("leo", take, 1)
    newest, oldest = [line for line in shot(floor).lines if line.kind == "verdict"]
    assert (oldest.ended, oldest.ended_by, newest.ended) == ("superseded", newest.seq, "")
    floor.studio.withdraw(floor["leo"], verdict_seq=newest.seq, key="taken-back")
    view = shot(floor)
    assert kinds(view) == ["withdrawn", "verdict", "verdict", "take"]
    back = only(view, "withdrawn")
    newest, oldest = view.lines[1:3]
    assert (newest.ended, newest.ended_by, oldest.ended) == ("withdrawn", back.seq, "superseded")
    assert (back.value, back.take, back.person.name) == (1, 1, "leo")


def test_a_character_has_the_same_page_with_its_adoption(floor: Floor) -> None:
    sheet = floor.sheet("QUESO", b"first")
    view = shot(floor, code="QUESO")
    assert view.kind == "character"
    assert kinds(view) == ["adopted", "verdict", "take"]
    assert (only(view, "adopted").content, only(view, "adopted").stage) == (sheet.content, "design")


def test_an_override_tells_why_and_which_rules_did_not_hold(floor: Floor) -> None:
    take = floor.take(b"one")
    with floor.house.book.transact() as tx:
        body = {
            "task": take.task,
            "content": take.content,
            "gate": "lead",
            "role": "lead",
            "rules": ["circled"],
            "code": "style.line",
            "note": tx.keep_text("It has to go out."),
            "gate_hash": "0" * 64,
            "key": "an-override",
        }
        leo = floor["leo"]
        tx.append(
            "override",
            actor=leo.person,
            session=leo.pseudonym,
            production=take.production,
            body=body,
        )
    line = only(shot(floor), "override")
    assert (line.said, line.words, line.gate_label) == ("circled", "It has to go out.", "Lead")
    make_lead_blind(floor, take)
    assert only(shot(floor, "leo"), "override").words, "their own"
    assert kinds(shot(floor, "dora")) == ["take"], "somebody else's, at a gate where she is blind"
    assert [
        len(floor.studio.task(floor[name], take.task).takes[0].overrides) for name in ("leo", "dora")
    ] == [
        1,
        0,
    ]


def test_what_ships_a_take_is_told_with_its_folder(floor: Floor) -> None:
    take = floor.take(b"one")
    other = floor.take(b"two", code="SH020")
    with floor.house.book.transact() as tx:
        for contents in ([take.content], [other.content]):
            record = floor.house.store.put_bytes(canonical({"of": contents}))
            body = {"cut": "0" * 64, "master": "0" * 64, "record": record, "contents": contents}
            seal = tx.append("sealed", actor=STUDIO, production=take.production, body=body)
            out = {"sealed": seal.seq, "master": "0" * 64, "record": record, "folder_name": f"{seal.seq:06d}"}
            tx.append("delivered", actor=STUDIO, production=take.production, body=out)
    line = only(shot(floor), "delivered")
    assert (line.said, line.take) == (f"{line.seq:06d}", 1)


def test_what_follows_from_a_verdict_is_told_and_is_whoever_s_gave_it(floor: Floor) -> None:
    take = floor.take(b"one")
    with floor.house.book.transact() as tx:
        record_essence(tx, take.production, take.content, "a" * 64)
    floor.judge("leo", take, 2)
    again = floor.take(b"one, in another container")
    with floor.house.book.transact() as tx:
        record_essence(tx, again.production, again.content, "a" * 64)
        record = floor.house.store.put_bytes(canonical({"of": [take.content]}))
        body = {"cut": "0" * 64, "master": "0" * 64, "record": record, "contents": [take.content]}
        seal = tx.append("sealed", actor=STUDIO, production=take.production, body=body)
    floor.judge("dora", take, -2, gate="director")
    view = shot(floor)
    carried, recalled = only(view, "carried"), only(view, "recalled")
    given = next(one for one in view.lines if one.kind == "verdict" and one.value == 2)
    assert (carried.take, carried.person.name, carried.value, carried.said) == (
        *(2, "leo", 2, f"entry {given.seq}"),
    )
    assert (recalled.take, recalled.person.name, recalled.said) == (1, "dora", f"entry {seal.seq}")
    make_lead_blind(floor, take)
    assert "carried" not in kinds(shot(floor, "dora")), "what leo said is hidden from her"


def test_whoever_is_still_blind_reads_here_what_the_task_page_tells_and_no_more(floor: Floor) -> None:
    take = floor.take(b"one")
    floor.measured(take, flagged=True)
    make_lead_blind(floor, take)
    floor.judge("dora", take, -1, gate="lead", reasons=("style.line",))
    floor.studio.withdraw(
        floor["dora"], verdict_seq=only(shot(floor, "arti"), "verdict").seq, key="back-again"
    )
    note(floor, "dora", take, "Nobody blind reads this.")
    note(floor, "leo", take, "My own.")
    assert kinds(shot(floor, "arti")) == ["note", "note", "withdrawn", "verdict", "take"]
    blind = shot(floor, "leo")
    assert (kinds(blind), blind.hidden) == (["note", "take"], True)
    assert only(blind, "note").words == "My own."
    (seen,) = [one for stage in blind.stages for one in stage.takes]
    page = floor.studio.task(floor["leo"], take.task)
    assert (seen.flags, seen.hidden, seen.state) == (0, True, page.takes[0].state)
    assert [one.text for one in page.takes[0].notes] == ["My own."]
    assert page.takes[0].verdicts == []
    floor.judge("leo", take, 0)
    after = shot(floor, "leo")
    assert kinds(after) == ["verdict", "note", "note", "withdrawn", "verdict", "take"]
    assert not after.hidden
    assert next(one for stage in after.stages for one in stage.takes).flags == 2


def test_a_long_history_costs_as_many_statements_as_a_short_one(floor: Floor) -> None:
    take = floor.take(b"one")
    floor.measured(take)
    floor.judge("leo", take, -1)
    note(floor, "leo", take, "First.")
    floor.studio.cut_assemble(floor["ed"], "spring")
    few = statements_of(floor)
    for nth in range(12):
        take = floor.take(f"take {nth}".encode(), parent=take, change="rework")
        floor.measured(take)
        for value in (-1, 1):
            floor.judge("leo", take, value)
        note(floor, "leo", take, f"Again {nth}.")
        floor.studio.hold(floor["leo"], take.task, "waits")
        floor.studio.release(floor["leo"], take.task)
    assert len(shot(floor).lines) > 70
    assert statements_of(floor) == few
