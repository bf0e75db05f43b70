"""Guest links: what they show and to whom, how they end, and what a guest never does."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

from circletake.db import tables
from circletake.db.connect import writing
from circletake.db.triggers import GUESTS_KINDS as GUARDED
from circletake.domain.drawing import DrawingOp, Mark
from circletake.domain.people import PersonId
from circletake.domain.take import Take
from circletake.domain.time import FrameRange
from circletake.errors import (
    AlreadyThere,
    CircletakeError,
    EntryInvalid,
    GuestLinkEnded,
    GuestNeeded,
    NameInvalid,
    NotFound,
    RoleMissing,
    SignInFailed,
)
from circletake.gates.policy import policy_dict, read_policy, shipped
from circletake.ledger import accounts
from circletake.ledger.accounts import Session
from circletake.ledger.entries import GUESTS_KINDS, PERSONS_KINDS
from circletake.workflows import guest_door
from circletake.workflows.drawings import Stroke
from circletake.workflows.give_verdict import Call, give_verdict
from circletake.workflows.guest_door import GuestSession
from circletake.workflows.guest_links import Showing
from circletake.workflows.guest_views import GuestLinkView
from circletake.workflows.remarks import Remark

from .conftest import Floor

OP, OTHER_OP = "01940b6c-3f4e-7c1d-9a6e-0123456789ab", "01940b6c-3f4e-7c1d-9a6e-0123456789ac"
WORDS = "a red bicycle"


class Hands:
    """A wall clock whose hands a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    clock = Hands()
    monkeypatch.setattr(accounts, "utc_now", clock)
    return clock


def link(floor: Floor, *takes: Take, by: str = "ana", **how: Any) -> tuple[str, str]:  # noqa: ANN401 (as Showing has them)
    showing = Showing(
        **{
            "label": "Client screening",
            "contents": [(take.task, take.content) for take in takes],
            "rights": ["look", "note"],
            "hours": 24,
            **how,
        }
    )
    return floor.studio.guests.make_link(floor[by], "spring", showing)


def come(floor: Floor, token: str, name: str = "Nia", passphrase: str = "") -> GuestSession:
    guests = floor.studio.guests
    return guests.session_of(guests.come_in(token, name=name, passphrase=passphrase))


def remark(take: Take, text: str = "The ears are late.", **how: object) -> Remark:
    return Remark(task=take.task, content=take.content, text=text, key=f"key {text}", **how)  # type: ignore[arg-type]  # as Remark has them


def told(floor: Floor, which: str) -> GuestLinkView:
    return next(one for one in floor.studio.guests.links(floor["ana"], "spring") if one.id == which)


# making


def test_a_link_is_in_the_book_and_what_opens_it_is_nowhere_in_it(floor: Floor) -> None:
    take = floor.take(b"one")
    made, token = link(floor, take, passphrase=WORDS)
    come(floor, token, "Nia Okafor", WORDS)
    entry = next(one for one in floor.house.book.entries(0, 10_000) if one.kind == "guest_link")
    assert entry.actor == str(floor["ana"].person)
    assert entry.body["contents"] == [[take.task, take.content]]
    assert entry.body["rights"] == ["look", "note"]
    assert (entry.body["passphrase"], entry.body["watermark"]) == (True, True)
    whole = b"".join(one.raw for one in floor.house.book.entries(0, 10_000))
    for secret in (token, WORDS, accounts.token_hash(token), "Nia Okafor", "Client screening"):
        assert secret.encode() not in whole
    listed = repr(floor.studio.guests.links(floor["ana"], "spring"))
    assert token not in listed
    assert accounts.token_hash(token) not in listed
    assert "argon2" not in listed
    assert made in listed


def test_who_invites_makes_links_and_nobody_else(floor: Floor) -> None:
    take = floor.take(b"one")
    for name in ("dora", "leo", "arti", "ed"):
        with pytest.raises(RoleMissing):
            link(floor, take, by=name)
        with pytest.raises(RoleMissing):
            floor.studio.guests.links(floor[name], "spring")
    made, _ = link(floor, take)
    with pytest.raises(RoleMissing):
        floor.studio.guests.revoke(floor["leo"], "spring", made)


@pytest.mark.parametrize(
    ("how", "matter"),
    [
        ({"label": "  "}, "needs a name"),
        ({"label": "a\nb\x00"}, "needs a name"),
        ({"rights": ["judge"]}, "no right"),
        ({"hours": 0}, "lasts"),
        ({"hours": 24 * 91}, "lasts"),
        ({"contents": []}, "at least one"),
        ({"passphrase": "short"}, "at least 8"),
    ],
)
def test_a_link_that_cannot_be_is_refused(floor: Floor, how: dict[str, Any], matter: str) -> None:
    with pytest.raises(NameInvalid, match=matter):
        link(floor, floor.take(b"one"), **how)


def test_a_link_shows_only_takes_that_there_are(floor: Floor) -> None:
    take = floor.take(b"one")
    for task, content in (
        (take.task, "0" * 64),
        ("t_none", take.content),
        (floor.task_id("SH020"), take.content),
    ):
        with pytest.raises(NotFound):
            link(floor, contents=[(task, content)])
    assert "guest_link" not in floor.kinds()


# coming in


def test_a_guest_sees_exactly_what_the_link_shows(floor: Floor) -> None:
    shown, other = floor.take(b"one"), floor.take(b"two")
    floor.measured(shown, flagged=True)
    floor.judge("leo", shown, -1)
    _, token = link(floor, shown)
    door = floor.studio.guests.door(token)
    assert (door.production, door.label, door.made_by, door.passphrase) == (
        "Spring",
        "Client screening",
        "ana",
        False,
    )
    guest = come(floor, token)
    seen = floor.studio.guests.show(guest)
    assert [one.content for one in seen.contents] == [shown.content]
    assert "leo" not in repr(seen)
    assert "off model" not in repr(seen)
    with pytest.raises(NotFound, match="does not show"):
        floor.studio.guests.frame(guest, other.content, 0)
    with pytest.raises(NotFound, match="does not show"):
        floor.studio.guests.poster(guest, other.content)
    with pytest.raises(NotFound, match="does not show"):
        floor.studio.guests.film(guest, other.content)
    with pytest.raises(NotFound, match="does not show"):
        floor.studio.guests.order_film(guest, other.content)
    with pytest.raises(NotFound, match="does not show"):
        floor.studio.guests.drawings(guest, task=other.task, content=other.content)


def test_a_passphrase_is_asked_for_and_a_wrong_one_lets_nobody_in(floor: Floor) -> None:
    _, token = link(floor, floor.take(b"one"), passphrase=WORDS)
    assert floor.studio.guests.door(token).passphrase
    for wrong in ("", "a blue bicycle"):
        with pytest.raises(SignInFailed, match="passphrase"):
            come(floor, token, passphrase=wrong)
    assert come(floor, token, passphrase=WORDS).name == "Nia"
    with pytest.raises(SignInFailed, match="not one of ours"):
        floor.studio.guests.door(token[:-1])
    assert floor.kinds().count("guest") == 1


def test_whoever_gives_the_same_name_at_the_same_link_is_the_same_guest(floor: Floor) -> None:
    take = floor.take(b"one")
    _, token = link(floor, take)
    _, other = link(floor, take)
    first, again = come(floor, token, "Nia"), come(floor, token, " nia ")
    assert first.person == again.person
    assert first.sitting.pseudonym != again.sitting.pseudonym
    assert come(floor, token, "Tom").person != first.person
    assert come(floor, other, "Nia").person != first.person
    assert floor.kinds().count("guest") == 3


def test_a_link_lets_in_so_many_names_and_no_more(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guest_door, "MOST_GUESTS", 2)
    _, token = link(floor, floor.take(b"one"))
    come(floor, token, "Nia")
    come(floor, token, "Tom")
    with pytest.raises(RoleMissing, match="ask for another"):
        come(floor, token, "Zoe")
    assert come(floor, token, "Tom").name == "Tom"


def test_a_session_of_a_guest_is_none_of_a_person_and_the_other_way_round(floor: Floor) -> None:
    _, token = link(floor, floor.take(b"one"))
    session = floor.studio.guests.come_in(token, name="Nia")
    with pytest.raises(CircletakeError):
        floor.studio.session_of(session)
    signed_in = floor.studio.sign_in_by_link(floor.studio.make_link("leo"))
    for wrong in (None, "", "x", signed_in, token):
        with pytest.raises(GuestNeeded):
            floor.studio.guests.session_of(wrong)


# noting and drawing


def test_a_guest_notes_and_people_see_it_as_a_guest_s(floor: Floor) -> None:
    take = floor.take(b"one")
    _, token = link(floor, take)
    nia, tom = come(floor, token, "Nia"), come(floor, token, "Tom")
    floor.studio.guests.note(nia, remark(take, ranges=[FrameRange(3, 4)]))
    floor.studio.guests.note(nia, remark(take, ranges=[FrameRange(3, 4)]))
    (note,) = floor.studio.task(floor["leo"], take.task).takes[0].notes
    assert (note.person.name, note.severity, note.text) == ("Nia (guest)", "fyi", "The ears are late.")
    floor.studio.note_add(
        floor["leo"],
        task=take.task,
        content=take.content,
        text="Seen, we mend it.",
        key="k-answer-1",
        reply_to=note.id,
    )
    floor.studio.note_add(
        floor["leo"], task=take.task, content=take.content, text="They will not notice.", key="k-own-note"
    )
    for who in (nia, tom):
        (seen,) = floor.studio.guests.show(who).contents
        assert [(one.by, one.text) for one in seen.notes] == [
            ("Nia", "The ears are late."),
            ("leo", "Seen, we mend it."),
        ]
        assert [one.mine for one in seen.notes] == [who is nia, False]
        assert seen.notes[0].frame == 3


def test_guests_of_one_link_see_nothing_of_another(floor: Floor) -> None:
    take = floor.take(b"one")
    one, two = (come(floor, link(floor, take)[1]) for _ in range(2))
    floor.studio.guests.note(one, remark(take))
    floor.studio.guests.draw(one, stroke(take))
    (seen,) = floor.studio.guests.show(two).contents
    assert seen.notes == []
    assert floor.studio.guests.drawings(two, task=take.task, content=take.content) == []
    note = floor.studio.task(floor["leo"], take.task).takes[0].notes[0].id
    with pytest.raises(NotFound):
        floor.studio.guests.note(two, remark(take, "Me too.", reply_to=note))


def test_a_guest_cannot_answer_what_they_do_not_see(floor: Floor) -> None:
    take, other = floor.take(b"one"), floor.take(b"two")
    guest = come(floor, link(floor, take)[1])
    floor.studio.note_add(floor["leo"], task=take.task, content=take.content, text="Ours.", key="k-own-note")
    ours = floor.studio.task(floor["leo"], take.task).takes[0].notes[0].id
    with pytest.raises(NotFound):
        floor.studio.guests.note(guest, remark(take, "What?", reply_to=ours))
    with pytest.raises(NotFound):
        floor.studio.guests.note(guest, remark(other))
    with pytest.raises(NotFound):
        floor.studio.guests.draw(guest, stroke(other))


def stroke(take: Take, op: str = OP) -> Stroke:
    mark = Mark(FrameRange(0, 2), "line", ((0, 0), (900, 900)), 200, "#ffffff")
    return Stroke(take.task, take.content, DrawingOp(op, "add", op, mark))


def test_a_guest_draws_and_deletes_only_their_own(floor: Floor) -> None:
    take = floor.take(b"one")
    _, token = link(floor, take)
    nia, tom = come(floor, token, "Nia"), come(floor, token, "Tom")
    assert [one.mine for one in floor.studio.guests.draw(nia, stroke(take))] == [True]
    assert [one.mine for one in floor.studio.guests.drawings(tom, task=take.task, content=take.content)] == [
        False
    ]
    with pytest.raises(RoleMissing):
        floor.studio.guests.draw(
            tom, Stroke(take.task, take.content, DrawingOp(OTHER_OP, "delete", OP, None))
        )


def test_a_link_that_only_shows_takes_no_note(floor: Floor) -> None:
    take = floor.take(b"one")
    guest = come(floor, link(floor, take, rights=["look"])[1])
    with pytest.raises(RoleMissing, match="look, not note"):
        floor.studio.guests.note(guest, remark(take))
    with pytest.raises(RoleMissing, match="look, not note"):
        floor.studio.guests.draw(guest, stroke(take))


def test_whoever_looks_blind_is_not_shown_a_guest_s_note(floor: Floor) -> None:
    take = floor.take(b"one")
    data = policy_dict(shipped())
    for gate in data["stages"][2]["gates"]:
        gate["blind"] = gate["key"] == "lead"
    policy = read_policy(data)
    with floor.house.book.transact() as tx:
        body = {"hash": policy.hash, "policy": policy_dict(policy)}
        tx.append("policy", actor=floor["ana"].person, production=take.production, body=body)
    floor.studio.guests.note(come(floor, link(floor, take)[1]), remark(take))

    def seen() -> list[str]:
        return [one.person.name for one in floor.studio.task(floor["leo"], take.task).takes[0].notes]

    assert seen() == []
    floor.judge("leo", take, 0)
    assert seen() == ["Nia (guest)"]


def test_a_guest_s_note_stops_no_gate(floor: Floor) -> None:
    take = floor.take(b"one")
    floor.measured(take)
    before = [gate.result for gate in floor.circle(take).takes[0].gates]
    guest = come(floor, link(floor, take)[1])
    floor.studio.guests.note(guest, remark(take))
    assert [gate.result for gate in floor.studio.task(floor["ana"], take.task).takes[0].gates] == before


# what a guest never does


def test_a_guest_never_judges_whatever_the_link_says(floor: Floor) -> None:
    take = floor.take(b"one")
    guest = come(floor, link(floor, take, rights=["look", "note", "verdict"])[1])
    call = Call(task=take.task, content=take.content, gate="lead", value=2, key="k-guest-verdict")
    with pytest.raises(NotFound):
        give_verdict(floor.house, guest.sitting, call)
    gate = floor.studio.task(floor["leo"], take.task).takes[0].gates[0]
    body = {"task": take.task, "content": take.content, "gate": "lead", "value": 2, "key": "k-guest-verdict"}
    body |= {"gate_hash": gate.hash, "policy": "0" * 64}
    with pytest.raises(RoleMissing, match="looks and notes"), floor.house.book.transact() as tx:
        tx.append("verdict", actor=guest.sitting.person, production=take.production, session="s", body=body)
    assert "verdict" not in floor.kinds()


def test_book_and_database_agree_on_all_that_a_guest_may_do() -> None:
    assert set(GUARDED) == GUESTS_KINDS < PERSONS_KINDS


@pytest.mark.parametrize("kind", sorted(PERSONS_KINDS - GUESTS_KINDS))
def test_the_database_itself_refuses_all_else_to_a_guest(floor: Floor, kind: str) -> None:
    guest = come(floor, link(floor, floor.take(b"one"))[1])
    row = {"seq": floor.studio.book_seq() + 1, "at": "x", "kind": kind, "actor": guest.person}
    row |= {"body": b"", "leaf": b"", "chain": b""}
    with (
        pytest.raises(DBAPIError, match="a guest looks and notes"),
        writing(floor.studio._book_engine) as conn,
    ):
        conn.execute(insert(tables.entry).values(**row))


def test_a_guest_is_given_no_role_by_anybody(floor: Floor) -> None:
    guest = come(floor, link(floor, floor.take(b"one"))[1])
    with pytest.raises(NotFound):
        floor.studio.set_role(floor["ana"], "spring", person="Nia", role="lead")
    group = floor.studio.make_group(floor["ana"], "spring", "friends").groups[0].id
    grants = (
        ("grant", {"person": guest.person, "role": "lead", "granted": True}),
        ("member", {"group": group, "person": guest.person, "member": True}),
    )
    production = guest.link.production
    for kind, body in grants:
        with pytest.raises(EntryInvalid, match="holds no role"), floor.house.book.transact() as tx:
            tx.append(kind, actor=floor["ana"].person, session="s", production=production, body=body)
    with pytest.raises(DBAPIError, match="holds no role"), writing(floor.studio._book_engine) as conn:
        conn.execute(
            insert(tables.role).values(production=production, person=guest.person, role="lead", seq=1)
        )


def test_guests_are_in_no_list_of_people(floor: Floor) -> None:
    come(floor, link(floor, floor.take(b"one"))[1])
    assert "Nia" not in {one.name for one in floor.studio.people()}
    assert "Nia" not in repr(floor.studio.team(floor["ana"], "spring"))


# ending


def test_revoking_ends_it_at_once_and_says_whom_to_ask(floor: Floor) -> None:
    take = floor.take(b"one")
    made, token = link(floor, take)
    guest = come(floor, token)
    session = floor.studio.guests.come_in(token, name="Nia")
    floor.studio.guests.revoke(floor["ana"], "spring", made)
    with pytest.raises(GuestLinkEnded, match="revoked; ask ana"):
        floor.studio.guests.session_of(session)
    with pytest.raises(GuestLinkEnded, match="revoked; ask ana"):
        come(floor, token)
    # one that was let in a moment before and writes now
    with pytest.raises(GuestLinkEnded, match="revoked"):
        floor.studio.guests.note(guest, remark(take))
    with pytest.raises(GuestLinkEnded, match="revoked"):
        floor.studio.guests.draw(guest, stroke(take))
    with pytest.raises(AlreadyThere):
        floor.studio.guests.revoke(floor["ana"], "spring", made)
    assert told(floor, made).state == "revoked"


def test_a_link_expires_and_stays_so_when_the_clock_steps_back(floor: Floor, hands: Hands) -> None:
    made, token = link(floor, floor.take(b"one"), hours=2)
    session = floor.studio.guests.come_in(token, name="Nia")
    hands.turn(hours=2, seconds=-1)
    assert floor.studio.guests.session_of(session).name == "Nia"
    hands.turn(seconds=1)
    with pytest.raises(GuestLinkEnded, match=r"expired on .* ask ana"):
        floor.studio.guests.session_of(session)
    hands.turn(days=-1)
    with pytest.raises(GuestLinkEnded, match="expired"):
        floor.studio.guests.session_of(session)
    with pytest.raises(GuestLinkEnded, match="expired"):
        floor.studio.guests.door(token)
    assert told(floor, made).state == "expired"


def test_a_clock_that_steps_back_before_anybody_saw_the_end_gives_no_more_time(
    floor: Floor, hands: Hands
) -> None:
    _, token = link(floor, floor.take(b"one"), hours=2)
    session = floor.studio.guests.come_in(token, name="Nia")
    hands.turn(hours=1, minutes=50)
    floor.studio.guests.session_of(session)  # seen at ten to
    hands.turn(hours=-5)
    floor.studio.guests.session_of(session)
    opening = floor.studio.guests.links(floor["ana"], "spring")[0]
    assert opening.used_at == "2026-11-23T10:50:00+00:00", "never earlier than it was"


def test_a_link_ends_with_its_maker_s_right_to_share(floor: Floor) -> None:
    made, token = link(floor, floor.take(b"one"))
    session = floor.studio.guests.come_in(token, name="Nia")
    floor.studio.set_role(floor["ana"], "spring", person="ed", role="producer")
    floor.studio.take_role(floor["ed"], "spring", person="ana", role="producer")
    with pytest.raises(GuestLinkEnded, match="may not share"):
        floor.studio.guests.session_of(session)
    found = next(one for one in floor.studio.guests.links(floor["ed"], "spring") if one.id == made)
    assert found.state == "barred"


def test_a_guest_is_erased_name_label_and_texts(floor: Floor) -> None:
    take = floor.take(b"one")
    made, token = link(floor, take)
    session = floor.studio.guests.come_in(token, name="Nia Okafor")
    guest = floor.studio.guests.session_of(session)
    floor.studio.guests.note(guest, remark(take, "Only I would say this."))
    marks = floor.studio.folder / "cache" / "guests" / guest.person
    marks.mkdir(parents=True)
    (marks / "words.txt").write_text("Nia Okafor")
    with pytest.raises(RoleMissing):
        floor.studio.erase_person(floor["leo"], guest.person)
    floor.studio.erase_person(floor["ana"], guest.person, notes=True)
    assert not marks.exists()
    with pytest.raises(GuestNeeded):
        floor.studio.guests.session_of(session)
    (note,) = floor.studio.task(floor["leo"], take.task).takes[0].notes
    assert (note.person.name, note.text) == ("erased person", None)
    assert told(floor, made).guests[0].name == "erased guest"
    everywhere = b"".join(path.read_bytes() for path in floor.studio.folder.glob("*.sqlite*"))
    assert b"Nia Okafor" not in everywhere
    assert b"Only I would" not in everywhere
    assert come(floor, token, "Nia Okafor").person != guest.person


def test_the_list_says_when_a_link_was_last_used_and_by_whom(floor: Floor, hands: Hands) -> None:
    made, token = link(floor, floor.take(b"one"))
    assert told(floor, made).used_at is None
    session = floor.studio.guests.come_in(token, name="Nia")
    hands.turn(minutes=30)
    floor.studio.guests.session_of(session)
    one = told(floor, made)
    assert one.used_at == one.guests[0].seen_at == hands.now.isoformat()
    assert one.contents[0].code == "SH010"


def test_the_way_to_the_desk_is_shown_to_whoever_may_judge_there_and_to_nobody_else(floor: Floor) -> None:
    take = floor.take(b"one")
    with_verdict = come(floor, link(floor, take, rights=["note", "verdict"])[1])
    without = come(floor, link(floor, take)[1])
    show = floor.studio.guests.show

    def judge(guest: GuestSession, who: Session | None) -> str:
        return show(guest, who=who).contents[0].judge

    assert judge(with_verdict, None) == ""
    assert judge(with_verdict, floor["leo"]).startswith(f"/t/{take.task}")
    assert judge(without, floor["leo"]) == ""
    stranger = floor.studio.add_person("olaf")
    assert judge(with_verdict, Session(PersonId(stranger.id))) == ""


def test_names_of_guests_reach_no_job(floor: Floor) -> None:
    take = floor.take(b"one")
    guest = come(floor, link(floor, take)[1], "Nia Okafor")
    state = floor.studio.guests.order_film(guest, take.content)
    assert not state.ready
    (job,) = floor.house.queue.jobs()
    assert "Nia" not in json.dumps(job.args)
    words = floor.studio.folder / "cache" / "guests" / guest.person / "words.txt"
    assert words.read_text().startswith("Nia Okafor · Client screening · ")
    assert Path(words).parent.name == guest.person


def test_links_that_nobody_visits_lapse_by_themselves_with_what_was_made_for_them(
    floor: Floor, hands: Hands
) -> None:
    take = floor.take(b"one")
    made, token = link(floor, take, hours=2)
    _, other = link(floor, take, hours=9)
    guest, stays = come(floor, token), come(floor, other)
    for one in (guest, stays):
        floor.studio.guests.order_film(one, take.content)
    assert floor.studio.guests.lapse() == 0
    hands.turn(hours=3)
    assert (floor.studio.guests.lapse(), floor.studio.guests.lapse()) == (1, 0)
    marks = floor.studio.folder / "cache" / "guests"
    assert [path.name for path in marks.iterdir()] == [stays.person]
    hands.turn(hours=-3)
    assert told(floor, made).state == "expired"


def test_only_what_concerns_a_guest_is_news_to_them(floor: Floor) -> None:
    take, other = floor.take(b"one"), floor.take(b"two")
    guest = come(floor, link(floor, take)[1])
    news, digest = floor.studio.guests.has_news, floor.studio.guests.digest

    def after(act: Callable[[], object]) -> tuple[bool, bool]:
        seq, before = floor.studio.book_seq(), digest(guest)
        act()
        return news(guest, after=seq), digest(guest) != before

    assert after(lambda: floor.judge("leo", take, -1)) == (False, False)
    assert after(lambda: floor.studio.guests.note(guest, remark(take))) == (True, True)

    def ours(on: Take) -> object:
        return floor.studio.note_add(
            floor["leo"], task=on.task, content=on.content, text="Ours.", key=f"k-{on.number}-ours"
        )

    # on what they see: it may have changed their page; it did not, and nothing is told
    assert after(lambda: ours(take)) == (True, False)
    assert after(lambda: ours(other)) == (False, False)
    note = floor.studio.guests.show(guest).contents[0].notes[0].id
    settle = {"note": note, "disposition": "waive", "key": "k-settle-it"}
    assert after(lambda: floor.studio.note_resolve(floor["leo"], **settle)) == (True, True)


def test_what_was_made_for_somebody_who_may_not_look_any_more_goes_however_it_came_there(
    floor: Floor,
) -> None:
    take = floor.take(b"one")
    made, token = link(floor, take)
    guest, stays = come(floor, token), come(floor, link(floor, take)[1])
    floor.studio.guests.order_film(stays, take.content)
    floor.studio.guests.revoke(floor["ana"], "spring", made)
    floor.studio.guests.order_film(guest, take.content)  # let in a moment before
    marks = floor.studio.folder / "cache" / "guests"
    (marks / "p_nobody").mkdir()
    assert len(list(marks.iterdir())) == 3
    floor.studio.guests.lapse()
    assert [path.name for path in marks.iterdir()] == [stays.person]
