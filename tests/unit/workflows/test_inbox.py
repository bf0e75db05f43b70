"""The inbox: what waits for whom and why; what happened that concerns somebody; who is meant by `@name`."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from circletake.db import tables
from circletake.domain.take import Take
from circletake.errors import NotAPerson
from circletake.ledger import reads
from circletake.workflows.inbox_views import InboxItemView, NoticeView
from circletake.workflows.mentions import spelled

from .conftest import Floor


def waits(floor: Floor, name: str) -> list[tuple[str, str]]:
    return [(one.why, one.code) for one in floor.studio.inbox(floor[name])]


def told(floor: Floor, name: str) -> list[tuple[str, str]]:
    return [(one.kind, one.person.name) for one in floor.studio.notices(floor[name]).notices]


def one_of(floor: Floor, name: str) -> InboxItemView:
    (only,) = floor.studio.inbox(floor[name])
    return only


def newest(floor: Floor, name: str) -> NoticeView:
    return floor.studio.notices(floor[name]).notices[0]


def note(floor: Floor, name: str, take: Take, text: str, reply_to: str | None = None) -> str:
    said: dict[str, Any] = {
        "task": take.task,
        "content": take.content,
        "text": text,
        "key": f"{name}-{text[:20]}-key",
    }
    view = floor.studio.note_add(floor[name], **said, reply_to=reply_to)
    found = next(one for one in view.takes if one.content == take.content)
    return max(found.notes, key=lambda one: one.seq).id


def test_a_gate_waits_for_whoever_may_circle_at_it(floor: Floor) -> None:
    take = floor.take(b"one")
    floor.measured(take)
    assert waits(floor, "leo") == [("gate", "SH010")]
    assert waits(floor, "arti") == waits(floor, "ed") == []
    floor.judge("leo", take, 2)
    assert waits(floor, "leo") == []
    assert waits(floor, "dora") == [("gate", "SH010")]
    waiting = one_of(floor, "dora")
    assert (waiting.gate, waiting.number, waiting.sentence) == ("director", 1, "Your voice at Director.")


def test_what_checks_point_at_is_a_pile_of_its_own_until_somebody_answers(floor: Floor) -> None:
    plain = floor.take(b"two", code="SH020")
    take = floor.take(b"one")
    floor.measured(plain)
    floor.measured(take, flagged=True)
    assert waits(floor, "leo") == [("flags", "SH010"), ("gate", "SH020")]
    waiting = floor.studio.inbox(floor["leo"])[0]
    assert (waiting.gate, waiting.flagged) == ("lead", 1)
    assert waiting.sentence == "Your voice at Lead. 1 of its takes is flagged."
    floor.judge("leo", take, -1)
    assert waits(floor, "leo") == [("gate", "SH020")]


def test_an_approval_that_went_stale_waits_for_whoever_gave_it_and_says_what_moved(floor: Floor) -> None:
    floor.sheet("QUESO", b"first")
    take = floor.take(b"one")
    floor.measured(take)
    floor.circle(take)
    floor.sheet("QUESO", b"second")
    for name in ("leo", "dora"):
        stale = [one for one in floor.studio.inbox(floor[name]) if one.why == "stale"]
        assert [(one.code, "QUESO" in one.sentence) for one in stale] == [("SH010", True)]


def test_an_open_note_waits_for_the_maker_and_for_whom_it_names(floor: Floor) -> None:
    take = floor.take(b"one")
    made = note(floor, "leo", take, "The ears are late, @Ed and @nobody.")
    assert waits(floor, "arti") == [("note", "SH010")]
    assert waits(floor, "ed") == [("mention", "SH010")]
    assert one_of(floor, "ed").sentence == "The ears are late, @ed and @nobody."
    floor.studio.note_resolve(floor["leo"], note=made, disposition="waive", key="settled-it")
    assert waits(floor, "arti") == waits(floor, "ed") == []


def test_everybody_hears_what_concerns_them_and_nothing_of_their_own(floor: Floor) -> None:
    take = floor.take(b"one")
    floor.measured(take)
    floor.judge("leo", take, -1)
    asked = note(floor, "leo", take, "Shorter?")
    note(floor, "dora", take, "Yes.", reply_to=asked)
    assert told(floor, "arti") == [("note", "dora"), ("note", "leo"), ("verdict", "leo")]
    assert told(floor, "leo") == [("answer", "dora")]
    assert told(floor, "dora") == told(floor, "ana") == []
    heard = floor.studio.notices(floor["arti"]).notices[-1]
    assert heard.sentence == "said concern of your SH010 take 1 at Lead"


def test_a_verdict_that_is_taken_back_is_not_told_any_more(floor: Floor) -> None:
    take = floor.take(b"one")
    floor.judge("leo", take, -1)
    seq = newest(floor, "arti").seq
    floor.studio.withdraw(floor["leo"], verdict_seq=seq, key="taken-back")
    assert told(floor, "arti") == []


def test_what_was_seen_stays_seen_and_belongs_to_one_person(floor: Floor) -> None:
    take = floor.take(b"one")
    note(floor, "leo", take, "First, @ed.")
    before = floor.studio.notices(floor["arti"])
    assert (before.unseen, floor.studio.notices(floor["ed"]).unseen) == (1, 1)
    assert floor.studio.note_seen(floor["arti"], before.book_seq).unseen == 0
    assert floor.studio.note_seen(floor["arti"], 0).unseen == 0
    assert floor.studio.notices(floor["ed"]).unseen == 1
    note(floor, "leo", take, "Second.")
    after = floor.studio.notices(floor["arti"])
    assert [one.unseen for one in after.notices] == [True, False]


def test_nobody_can_have_seen_what_has_not_happened_yet(floor: Floor) -> None:
    take = floor.take(b"one")
    floor.studio.note_seen(floor["arti"], 2**40)
    note(floor, "leo", take, "Later.")
    assert floor.studio.notices(floor["arti"]).unseen == 1


def test_a_mention_in_a_verdict_s_words_is_heard_by_name(floor: Floor) -> None:
    take = floor.take(b"one")
    view = floor.studio.task(floor["leo"], take.task)
    floor.studio.record_verdict(
        floor["leo"],
        task=take.task,
        content=take.content,
        gate="lead",
        value=-1,
        reasons=["style.line"],
        note="@ed, hold it longer.",
        key="with-a-name",
        gate_hash=view.takes[0].gates[0].hash,
    )
    heard = newest(floor, "ed")
    assert (heard.kind, heard.text) == ("mention", "@ed, hold it longer.")


def test_words_are_kept_with_ids_so_that_an_erased_person_is_named_nowhere(floor: Floor) -> None:
    take = floor.take(b"one")
    note(floor, "leo", take, "Ask @ed about it.")
    with floor.house.book.reading() as conn:
        found = reads.find_production(conn, "spring")
        assert found is not None
        kept = spelled(conn, found.id, "Ask @ed, @edward and a@ed.")
    assert kept == f"Ask @{floor['ed'].person}, @edward and a@ed."
    floor.studio.erase_person(floor["ana"], "ed")
    shown = floor.studio.task(floor["leo"], take.task).takes[0].notes[0].text
    assert shown == "Ask @erased person about it."


def test_the_same_note_sent_twice_is_one_note_though_it_names_somebody(floor: Floor) -> None:
    take = floor.take(b"one")
    first = note(floor, "leo", take, "Look, @ed.")
    assert note(floor, "leo", take, "Look, @ed.") == first


def test_a_program_has_seen_nothing(floor: Floor) -> None:
    program = replace(floor["leo"], pseudonym=None)
    with pytest.raises(NotAPerson):
        floor.studio.note_seen(program, 1)


def test_views_go_with_the_person_who_kept_them(floor: Floor) -> None:
    floor.studio.save_view(floor["ed"], "spring", name="Mine", query="status=stale")
    again = floor.studio.save_view(floor["ed"], "spring", name="Mine", query="?status=hold")
    assert [(one.name, one.query) for one in again] == [("Mine", "status=hold")]
    assert floor.studio.saved_views(floor["leo"], "spring") == []
    floor.studio.erase_person(floor["ana"], "ed")
    with floor.house.book.reading() as conn:
        assert conn.execute(select(tables.saved_view)).all() == []
