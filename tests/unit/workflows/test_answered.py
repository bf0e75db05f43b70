"""What measurements learn from: calls on flags, and verdicts where they can mean one thing."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from circletake.checks.bank import BankShot
from circletake.checks.run import current_versions
from circletake.domain.evidence import Evidence, FlagRange, Moment
from circletake.domain.time import FrameRange
from circletake.ledger import reads
from circletake.workflows import analyse
from circletake.workflows.answered import answers_in
from circletake.workflows.calls.analyse import told
from circletake.workflows.house import STUDIO

if TYPE_CHECKING:
    from tests.unit.workflows.conftest import Floor

    from circletake.checks.answers import Answer
    from circletake.domain.take import Take

_numbers = count(1)


def moment(frame: int, level: float, who: str = "queso") -> Moment:
    return Moment(who, frame, (("palette", level), ("outline", 0.0)))


def flag(start: int, end: int, label: str = "off_model", sentence: str = "The ear is off.") -> FlagRange:
    return FlagRange(FrameRange(start, end), label, sentence)


def measured(floor: Floor, take: Take, moments: list[Moment], *flags: FlagRange) -> str:
    evidence = Evidence(
        "consistency",
        current_versions()["consistency"],
        take.content,
        {"run": next(_numbers)},
        "Measured.",
        flags=flags,
        moments=tuple(moments),
    )
    result = told(floor.house.store, evidence)
    with floor.house.book.transact() as tx:
        args = {"content": take.content, "production": take.production, "job": f"answer-{next(_numbers)}"}
        tx.append("done", actor=STUDIO, body={"job": args["job"], "op": "analyse"})
        analyse.record(floor.house, tx, args, {"derived": {}, "evidence": [result]})
    return str(result["evidence"])


def call(floor: Floor, name: str, evidence: str, said: str, one: FlagRange) -> None:
    floor.studio.call_flag(
        floor[name],
        evidence,
        label=one.label,
        frames=(one.frames.start, one.frames.end),
        call=said,
        key=f"{name}-{next(_numbers):08}",
    )


def answered(floor: Floor, *circled: Take) -> list[Answer]:
    with floor.house.book.reading() as conn:
        found = reads.find_production(conn, "spring")
        assert found is not None
        return answers_in(floor.house, conn, found.id, [BankShot(take.content, None, {}) for take in circled])


def test_a_flag_called_wrong_or_right_teaches_its_worst_frame(floor: Floor) -> None:
    take = floor.take(b"take")
    first, second = flag(3, 6), flag(10, 14, "off_line")
    evidence = measured(floor, take, [moment(4, 3.0), moment(12, 1.0)], first, second)
    assert answered(floor) == []
    call(floor, "leo", evidence, "right", first)
    call(floor, "leo", evidence, "wrong", second)
    found = sorted(answered(floor), key=lambda one: one.frame)
    assert [(one.frame, one.is_drift) for one in found] == [(4, True), (12, False)]
    assert found[0].scores == {"palette": 3.0, "outline": 0.0}
    assert {(one.content, one.evidence, one.character) for one in found} == {
        (take.content, evidence, "queso")
    }


def test_what_people_differ_on_or_took_back_teaches_nothing(floor: Floor) -> None:
    take, one = floor.take(b"take"), flag(3, 6)
    evidence = measured(floor, take, [moment(4, 3.0)], one)
    call(floor, "leo", evidence, "right", one)
    call(floor, "dora", evidence, "wrong", one)
    assert answered(floor) == []
    call(floor, "dora", evidence, "withdrawn", one)
    assert [answer.is_drift for answer in answered(floor)] == [True]
    call(floor, "leo", evidence, "withdrawn", one)
    assert answered(floor) == []


def test_of_several_characters_the_one_that_the_flag_names_is_taught(floor: Floor) -> None:
    take, one = floor.take(b"take"), flag(3, 6, sentence="rana: The ear is off.")
    vague = flag(8, 9, sentence="Something is off.")
    moments = [moment(4, 3.0), moment(5, 1.0, "rana"), moment(8, 2.0)]
    evidence = measured(floor, take, moments, one, vague)
    call(floor, "leo", evidence, "right", one)
    call(floor, "leo", evidence, "right", vague)
    assert [(answer.character, answer.frame) for answer in answered(floor)] == [("rana", 5)]


def test_a_circled_take_without_a_flag_was_fine_and_a_flagged_one_says_nothing_by_itself(
    floor: Floor,
) -> None:
    clean, flagged = floor.take(b"clean"), floor.take(b"flagged", code="SH020")
    measured(floor, clean, [moment(7, 1.5)])
    measured(floor, flagged, [moment(4, 3.0)], flag(3, 6))
    assert [(one.frame, one.is_drift) for one in answered(floor, clean, flagged)] == [(7, False)]
    assert answered(floor) == []


def test_a_veto_for_the_character_confirms_the_one_flag_there_is(floor: Floor) -> None:
    take, twice, acting = (floor.take(name) for name in (b"one flag", b"two flags", b"acting"))
    evidence = measured(floor, take, [moment(4, 3.0)], flag(3, 6))
    measured(floor, twice, [moment(4, 3.0), moment(9, 2.0)], flag(3, 6), flag(8, 11))
    measured(floor, acting, [moment(4, 3.0)], flag(3, 6))
    floor.judge("leo", take, -2, reasons=("character.off_model",))
    floor.judge("leo", twice, -1, reasons=("character.face",))
    floor.judge("leo", acting, -2, reasons=("performance.acting",))
    assert [(one.content, one.is_drift) for one in answered(floor)] == [(take.content, True)]
    floor.judge("dora", take, 1, gate="director", answers=(evidence,))
    assert answered(floor) == [], "somebody else would use it"


def test_what_people_said_of_a_flag_outweighs_what_their_verdict_implies(floor: Floor) -> None:
    take, one = floor.take(b"take"), flag(3, 6)
    evidence = measured(floor, take, [moment(4, 3.0)], one)
    floor.judge("leo", take, -2, reasons=("character.off_model",))
    call(floor, "dora", evidence, "wrong", one)
    assert [answer.is_drift for answer in answered(floor)] == [False]


def test_only_the_newest_evidence_of_a_take_teaches(floor: Floor) -> None:
    take, one = floor.take(b"take"), flag(3, 6)
    old = measured(floor, take, [moment(4, 3.0)], one)
    call(floor, "leo", old, "right", one)
    measured(floor, take, [moment(5, 2.0)], one)
    assert answered(floor) == []
