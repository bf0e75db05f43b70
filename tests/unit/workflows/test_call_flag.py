"""“That flag was wrong”: kept in the book, latest of each person, and nothing passes or fails by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from circletake.errors import Conflict, EntryInvalid, NotAPerson, NotFound, RoleMissing, VerdictInvalid
from circletake.ledger.flag_calls import flag_calls_in
from circletake.workflows.call_flag import trust_in
from circletake.workflows.house import STUDIO

if TYPE_CHECKING:
    from tests.unit.workflows.conftest import Floor

    from circletake.domain.take import Take
    from circletake.workflows.flag_views import FlagView

FRAMES = (3, 5)


def flagged(floor: Floor, data: bytes = b"take", *, code: str = "SH010") -> tuple[Take, str]:
    take = floor.take(data, code=code)
    return take, floor.measured(take, flagged=True)["consistency"]


def say(floor: Floor, name: str, evidence: str, call: str, *, key: str = "", note: str = "") -> FlagView:
    view = floor.studio.call_flag(
        floor[name],
        evidence,
        label="off_model",
        frames=FRAMES,
        call=call,
        key=key or f"{name}-{call}-{evidence[:8]}",
        note=note,
    )
    return view.flags[0]


def test_a_flag_is_called_wrong_and_that_is_shown_with_who_and_why(floor: Floor) -> None:
    _, evidence = flagged(floor)
    flag = say(floor, "leo", evidence, "wrong", note="His scarf hides the ear.")
    assert (flag.mine, flag.agreed) == ("wrong", "wrong")
    assert [(one.person.name, one.call, one.note) for one in flag.calls] == [
        ("leo", "wrong", "His scarf hides the ear.")
    ]
    assert flag.trust == "wrong 1 of 1 time here"
    assert not flag.quiet


def test_two_people_can_differ_and_the_latest_of_each_counts(floor: Floor) -> None:
    _, evidence = flagged(floor)
    say(floor, "leo", evidence, "wrong")
    flag = say(floor, "dora", evidence, "right")
    assert (flag.mine, flag.agreed, flag.trust) == ("right", "", "")
    assert {one.person.name: one.call for one in flag.calls} == {"leo": "wrong", "dora": "right"}
    flag = say(floor, "leo", evidence, "right", key="leo-thought-again")
    assert (flag.agreed, len(flag.calls)) == ("right", 2)
    assert floor.kinds().count("flag_call") == 3, "nothing is altered"


def test_a_call_is_withdrawn_by_whoever_gave_it_and_only_once(floor: Floor) -> None:
    _, evidence = flagged(floor)
    with pytest.raises(Conflict, match="nothing to withdraw"):
        say(floor, "leo", evidence, "withdrawn")
    say(floor, "leo", evidence, "wrong")
    with pytest.raises(Conflict, match="nothing to withdraw"):
        say(floor, "dora", evidence, "withdrawn")
    assert say(floor, "leo", evidence, "withdrawn").calls == []
    with pytest.raises(Conflict, match="nothing to withdraw"):
        say(floor, "leo", evidence, "withdrawn", key="leo-once-more")


def test_the_same_call_sent_twice_is_recorded_once(floor: Floor) -> None:
    _, evidence = flagged(floor)
    say(floor, "leo", evidence, "wrong", key="the-same-key")
    say(floor, "leo", evidence, "wrong", key="the-same-key")
    assert floor.kinds().count("flag_call") == 1
    with pytest.raises(Conflict, match="another call"):
        say(floor, "leo", evidence, "right", key="the-same-key")


def test_no_status_gate_or_evidence_changes_by_it(floor: Floor) -> None:
    take, evidence = flagged(floor)
    before = floor.studio.task(floor["leo"], take.task).takes[0]
    seq = floor.studio.book_seq()
    say(floor, "leo", evidence, "wrong")
    after = floor.studio.task(floor["leo"], take.task).takes[0]
    assert (after.state, after.gates, after.evidence) == (before.state, before.gates, before.evidence)
    assert floor.status() == "review"
    assert [entry.kind for entry in floor.house.book.entries(seq, 100)] == ["flag_call"]
    assert floor.studio.book_replay().holds
    assert floor.studio.book_verify().holds


@pytest.mark.parametrize("call", ["right", "wrong", "withdrawn"])
def test_nobody_says_it_of_their_own_take_and_nobody_who_does_not_judge(floor: Floor, call: str) -> None:
    take = floor.take(b"mine", by="leo")
    evidence = floor.measured(take, flagged=True)["consistency"]
    with pytest.raises(RoleMissing, match="You made this take"):
        say(floor, "leo", evidence, call)
    with pytest.raises(RoleMissing, match="call flags"):
        say(floor, "arti", evidence, call)


def test_what_is_not_there_cannot_be_called(floor: Floor) -> None:
    _, evidence = flagged(floor)
    with pytest.raises(NotFound, match="no evidence"):
        say(floor, "leo", "0" * 64, "wrong")
    for label, frames in (("off_line", FRAMES), ("off_model", (3, 6))):
        with pytest.raises(NotFound, match="no flag"):
            floor.studio.call_flag(
                floor["leo"], evidence, label=label, frames=frames, call="wrong", key="12345678"
            )
    with pytest.raises(VerdictInvalid, match="right or wrong"):
        say(floor, "leo", evidence, "maybe")


def test_a_machine_says_nothing_and_the_book_refuses_what_is_about_nothing(floor: Floor) -> None:
    take, evidence = flagged(floor)
    body = {
        "call": "wrong",
        "check": "consistency",
        "content": take.content,
        "evidence": evidence,
        "frames": list(FRAMES),
        "key": "12345678",
        "label": "off_model",
    }
    leo = floor["leo"]
    with pytest.raises(NotAPerson), floor.house.book.transact() as tx:
        tx.append("flag_call", actor=STUDIO, production=take.production, body=body)

    def append(**changed: object) -> None:
        with floor.house.book.transact() as tx:
            tx.append(
                "flag_call",
                actor=leo.person,
                session=leo.pseudonym,
                production=take.production,
                body={**body, **changed},
            )

    with pytest.raises(NotFound):
        append(check="technical")
    with pytest.raises(EntryInvalid):
        append(call="perhaps")
    append()


def test_a_noisy_label_is_shown_quieter_and_after_the_others(floor: Floor) -> None:
    for number in range(6):
        _, evidence = flagged(floor, f"noisy {number}".encode())
        flag = say(floor, "leo", evidence, "wrong")
    assert (flag.trust, flag.quiet) == ("wrong 6 of 6 times here", True)
    (told,) = floor.studio.trust(floor["arti"], "spring")
    assert (told.check, told.label, told.right, told.wrong, told.quiet) == (
        "consistency",
        "off_model",
        0,
        6,
        True,
    )
    assert told.interval[1] < 0.5
    # The other check's flags of the same name are trusted by what was said of them alone.
    take, _ = flagged(floor, b"another")
    detail = floor.studio.evidence(floor["leo"], floor.measured(take, flagged=True)["technical"])
    assert (detail.flags[0].trust, detail.flags[0].quiet) == ("", False)


def test_words_of_an_erased_person_are_gone_and_their_call_stays(floor: Floor) -> None:
    take, evidence = flagged(floor)
    say(floor, "leo", evidence, "wrong", note="Private words.")
    floor.studio.erase_person(floor["ana"], "leo", notes=True)
    with floor.house.book.reading() as conn:
        (row,) = flag_calls_in(conn, take.production)
        assert (row.call, row.note) == ("wrong", None)
        assert [one.wrong for one in trust_in(conn, take.production)] == [1]
