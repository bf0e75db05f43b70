"""Roles, groups, invitations, machines and tokens: who may do what, and what no program ever may."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

from circletake.db import tables
from circletake.db.connect import writing
from circletake.domain.people import MAY, ROLES, SCOPE_OF, SCOPES, MachineId, PersonId
from circletake.errors import (
    AlreadyThere,
    LastProducer,
    NameInvalid,
    NotAPerson,
    NotFound,
    RoleMissing,
    SameEyes,
    ScopeMissing,
    SignInFailed,
    SignInNeeded,
)
from circletake.ledger import accounts, reads
from circletake.ledger.accounts import Session
from circletake.ledger.entries import PERSONS_KINDS
from circletake.ledger.facts import role_map
from circletake.ledger.verifier import World
from circletake.workflows.give_verdict import Call, give_verdict
from circletake.workflows.receive_take import Attempt, record_take, task_of

from .conftest import RATE, Floor

PASSWORD = "a red bicycle"  # noqa: S105 (of somebody who lives for one test)


def roles(floor: Floor, name: str) -> set[str]:
    """What somebody holds, asked of every reader at once: they have to agree, the verifier as well."""
    person = str(floor[name].person)
    with floor.house.book.reading() as conn:
        found = reads.find_production(conn, "spring")
        assert found is not None
        production = found.id
        one: set[str] = set(reads.roles_of(conn, production, person))
        many: set[str] = set(role_map(conn, production).get(person, ()))
    world = World(production)
    for entry in floor.house.book.entries(0, 100_000):
        world.learn(json.loads(entry.raw))  # as a stranger reads it
    assert one == many == world.roles(person)
    return one


# roles


def test_every_role_sees_and_no_action_is_for_a_role_that_is_none() -> None:
    assert MAY["see"] == set(ROLES)
    assert all(held <= set(ROLES) for held in MAY.values())
    assert {"legal", "guest"} <= set(ROLES)
    assert "guest" not in MAY["read_book"] | MAY["see_people"] | MAY["add_take"] | MAY["hold"]


def test_a_role_is_given_and_taken_and_everybody_who_reads_roles_agrees(floor: Floor) -> None:
    floor.studio.set_role(floor["ana"], "spring", person="ed", role="legal")
    assert roles(floor, "ed") == {"editor", "legal"}
    floor.studio.take_role(floor["ana"], "spring", person="ed", role="legal")
    assert roles(floor, "ed") == {"editor"}
    with pytest.raises(NotFound, match="nothing to take"):
        floor.studio.take_role(floor["ana"], "spring", person="ed", role="legal")


def test_only_who_casts_gives_and_takes_roles(floor: Floor) -> None:
    for name in ("dora", "leo", "arti", "ed"):
        with pytest.raises(RoleMissing):
            floor.studio.take_role(floor[name], "spring", person="leo", role="lead")
        with pytest.raises(RoleMissing):
            floor.studio.make_group(floor[name], "spring", "friends")
        with pytest.raises(RoleMissing):
            floor.studio.invite(floor[name], "spring", roles=["artist"])


def test_the_last_producer_stays(floor: Floor) -> None:
    with pytest.raises(LastProducer):
        floor.studio.take_role(floor["ana"], "spring", person="ana", role="producer")
    assert roles(floor, "ana") == {"producer"}
    floor.studio.set_role(floor["ana"], "spring", person="ed", role="producer")
    floor.studio.take_role(floor["ana"], "spring", person="ana", role="producer")
    assert roles(floor, "ana") == set()


def test_a_role_that_is_taken_takes_the_approval_it_gave_with_it(floor: Floor) -> None:
    take = floor.take(b"one")
    floor.measured(take)
    floor.circle(take)
    assert floor.status() == "circled"
    floor.studio.take_role(floor["ana"], "spring", person="dora", role="director")
    assert floor.status() != "circled"
    floor.studio.set_role(floor["ana"], "spring", person="dora", role="director")
    assert floor.status() == "circled"


# groups


def test_a_group_gives_its_members_its_roles_until_either_ends(floor: Floor) -> None:
    studio, ana = floor.studio, floor["ana"]
    studio.make_group(ana, "spring", "animators")
    studio.set_group_role(ana, "spring", "animators", role="artist", granted=True)
    studio.set_member(ana, "spring", "animators", person="ed", member=True)
    assert roles(floor, "ed") == {"artist", "editor"}
    studio.set_group_role(ana, "spring", "animators", role="artist", granted=False)
    assert roles(floor, "ed") == {"editor"}
    studio.set_group_role(ana, "spring", "animators", role="lead", granted=True)
    assert roles(floor, "ed") == {"editor", "lead"}
    studio.set_member(ana, "spring", "animators", person="ed", member=False)
    assert roles(floor, "ed") == {"editor"}
    studio.set_member(ana, "spring", "animators", person="ed", member=True)
    studio.disband_group(ana, "spring", "animators")
    assert roles(floor, "ed") == {"editor"}
    assert studio.team(ana, "spring").groups == []


def test_a_role_of_a_group_is_taken_from_the_group_not_from_a_member(floor: Floor) -> None:
    studio, ana = floor.studio, floor["ana"]
    studio.make_group(ana, "spring", "animators")
    studio.set_group_role(ana, "spring", "animators", role="lead", granted=True)
    studio.set_member(ana, "spring", "animators", person="ed", member=True)
    with pytest.raises(NotFound, match="by the group animators"):
        studio.take_role(ana, "spring", person="ed", role="lead")


def test_a_group_s_approval_counts_and_ends_with_the_group(floor: Floor) -> None:
    studio, ana = floor.studio, floor["ana"]
    studio.make_group(ana, "spring", "leads")
    studio.set_group_role(ana, "spring", "leads", role="lead", granted=True)
    studio.set_member(ana, "spring", "leads", person="ed", member=True)
    take = floor.take(b"one")
    floor.measured(take)
    floor.judge("ed", take, 2, gate="lead")
    floor.judge("dora", take, 2, gate="director")
    assert floor.status() == "circled"
    studio.set_member(ana, "spring", "leads", person="ed", member=False)
    assert floor.status() != "circled"


def test_the_last_producer_stays_though_a_group_made_them_one(floor: Floor) -> None:
    studio, ana = floor.studio, floor["ana"]
    studio.make_group(ana, "spring", "office")
    studio.set_group_role(ana, "spring", "office", role="producer", granted=True)
    studio.set_member(ana, "spring", "office", person="ana", member=True)
    studio.take_role(ana, "spring", person="ana", role="producer")
    for end in (
        lambda: studio.set_member(ana, "spring", "office", person="ana", member=False),
        lambda: studio.set_group_role(ana, "spring", "office", role="producer", granted=False),
        lambda: studio.disband_group(ana, "spring", "office"),
    ):
        with pytest.raises(LastProducer):
            end()  # type: ignore[no-untyped-call]  # they are written three lines above
    assert roles(floor, "ana") == {"producer"}


def test_a_group_name_is_taken_once_and_a_group_of_elsewhere_is_not_found(floor: Floor) -> None:
    studio, ana = floor.studio, floor["ana"]
    made = studio.make_group(ana, "spring", "animators").groups[0]
    with pytest.raises(AlreadyThere):
        studio.make_group(ana, "spring", " animators ")
    studio.new_production(
        floor["ed"],
        code="autumn",
        title="Autumn",
        rate=RATE,
        width_px=96,
        height_px=64,
    )
    with pytest.raises(NotFound, match="none yet"):
        studio.set_member(floor["ed"], "autumn", made.id, person="ed", member=True)


# invitations


def test_an_invitation_lets_one_person_in_and_the_grant_names_who_invited(floor: Floor) -> None:
    made, token = floor.studio.invite(floor["ana"], "spring", roles=["artist", "guest"])
    assert floor.studio.invitation(token).invited_by == "ana"
    session = floor.studio.session_of(floor.studio.accept_invitation(token, name="Nia", password=PASSWORD))
    floor.people["Nia"] = session
    assert roles(floor, "Nia") == {"artist", "guest"}
    grants = [
        entry
        for entry in floor.house.book.entries(0, 10_000)
        if entry.kind == "grant" and entry.body["person"] == str(session.person)
    ]
    assert {(entry.actor, entry.body["invited_by"]) for entry in grants} == {(str(floor["ana"].person),) * 2}
    assert floor.studio.sign_in("Nia", PASSWORD)
    with pytest.raises(SignInFailed, match="used"):
        floor.studio.accept_invitation(token, name="Max", password=PASSWORD)
    (listed,) = floor.studio.invitations(floor["ana"], "spring")
    assert (listed.id, listed.state, listed.person and listed.person.name) == (made, "used", "Nia")


def test_an_invitation_is_accepted_by_somebody_who_is_here(floor: Floor) -> None:
    _, token = floor.studio.invite(floor["ana"], "spring", roles=["legal"])
    assert floor.studio.accept_invitation(token, session=floor["ed"]) is None
    assert roles(floor, "ed") == {"editor", "legal"}


def test_an_invitation_ends_when_revoked_or_expired_or_when_its_inviter_may_not(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, token = floor.studio.invite(floor["ana"], "spring", roles=["artist"])
    floor.studio.revoke_invitation(floor["ana"], "spring", made)
    with pytest.raises(SignInFailed):
        floor.studio.accept_invitation(token, name="Nia", password=PASSWORD)
    with pytest.raises(NotFound):
        floor.studio.revoke_invitation(floor["ana"], "spring", made)
    floor.studio.set_role(floor["ana"], "spring", person="ed", role="admin")
    _, of_ed = floor.studio.invite(floor["ed"], "spring", roles=["artist"])
    floor.studio.take_role(floor["ana"], "spring", person="ed", role="admin")
    with pytest.raises(SignInFailed, match="no longer"):
        floor.studio.accept_invitation(of_ed, name="Nia", password=PASSWORD)
    with floor.house.book.reading() as conn:
        assert accounts.find_person(conn, "Nia") is None
    _, late = floor.studio.invite(floor["ana"], "spring", roles=["artist"], hours=1)
    now = accounts.utc_now()
    monkeypatch.setattr(accounts, "utc_now", lambda: now + timedelta(hours=1, seconds=1))
    with pytest.raises(SignInFailed, match="expired"):
        floor.studio.invitation(late)


@pytest.mark.parametrize(("asked", "hours"), [([], 1), (["king"], 1), (["artist"], 0), (["artist"], 10_000)])
def test_an_invitation_that_cannot_be_is_refused(floor: Floor, asked: list[str], hours: int) -> None:
    with pytest.raises(NameInvalid):
        floor.studio.invite(floor["ana"], "spring", roles=asked, hours=hours)


# machines and tokens


def token(floor: Floor, name: str, *scopes: str, machine: str | None = None) -> Session:
    if machine is not None:
        floor.studio.make_machine(floor[name], machine)
    made = floor.studio.make_token(floor[name], label="a program", scopes=scopes, machine=machine)
    return floor.studio.session_of(made.secret)


def test_a_machine_acts_within_its_owner_s_rights_and_its_owner_counts_as_maker(floor: Floor) -> None:
    robot = token(floor, "leo", *SCOPES, machine="render bot")
    assert isinstance(robot.actor, MachineId)
    assert robot.makers == (robot.actor, floor["leo"].person)
    floor.people["robot"] = robot
    floor.studio.add_shot(robot, "spring", code="SH900", title="", frames=10, source_class="drawn")
    entry = next(
        e for e in floor.house.book.entries(0, 1000) if e.kind == "entity" and e.body["code"] == "SH900"
    )
    assert (entry.actor, entry.session) == (str(robot.actor), None)
    with pytest.raises(RoleMissing):  # leo may not deliver, so neither may it
        floor.studio.deliver(robot, "spring")
    floor.studio.take_role(floor["ana"], "spring", person="leo", role="lead")
    with pytest.raises(NotFound):
        floor.studio.board(robot, "spring")


def test_who_owns_the_machine_may_not_circle_what_it_brought(floor: Floor) -> None:
    robot = token(floor, "dora", "takes", machine="render bot")
    with floor.house.book.transact() as tx:
        found = reads.find_production(tx.conn, "spring")
        assert found is not None
        made = record_take(
            floor.house,
            tx,
            robot.actor,
            task=task_of(tx.conn, found, "SH010", "animation"),
            attempt=Attempt(
                content=floor.house.store.put_bytes(b"by a machine"),
                makers=robot.makers,
                origin="generated",
                n_frames=24,
                rate=None,
                width_px=96,
                height_px=64,
            ),
        )
    with floor.house.book.reading() as conn:
        take = reads.find_take(conn, made)
    assert take is not None
    floor.measured(take)
    with pytest.raises(SameEyes):
        floor.judge("dora", take, 2, gate="director")


@pytest.mark.parametrize("machine", [None, "render bot"])
@pytest.mark.parametrize("value", [2, 1, 0, -1, -2])
def test_no_token_gives_a_verdict_whatever_its_scopes(floor: Floor, machine: str | None, value: int) -> None:
    take = floor.take(b"one")
    floor.people["robot"] = token(floor, "dora", *SCOPES, machine=machine)
    before = floor.studio.book_seq()
    with pytest.raises(NotAPerson):
        floor.judge("robot", take, value, gate="director")
    assert floor.studio.book_seq() == before


@pytest.mark.parametrize("machine", [None, "render bot"])
def test_no_token_does_what_takes_somebody_who_sits_there(floor: Floor, machine: str | None) -> None:
    take = floor.take(b"one")
    floor.judge("leo", take, 2, gate="lead")
    given = next(e.seq for e in floor.house.book.entries(0, 1000) if e.kind == "verdict")
    robots = {name: token(floor, name, *SCOPES, machine=machine) for name in ("ana", "leo")}
    studio, ana, leo = floor.studio, robots["ana"], robots["leo"]
    _, invited = studio.invite(floor["ana"], "spring", roles=["artist"])
    for act in (
        lambda: studio.withdraw(leo, verdict_seq=given, key="a key of a robot"),
        lambda: studio.hold(leo, take.task, "because"),
        lambda: studio.sheet_adopt(leo, "spring", character="QUESO"),
        lambda: studio.set_role(ana, "spring", person="ed", role="director"),
        lambda: studio.take_role(ana, "spring", person="ed", role="editor"),
        lambda: studio.make_group(ana, "spring", "robots"),
        lambda: studio.invite(ana, "spring", roles=["director"]),
        lambda: studio.accept_invitation(invited, session=ana),
        lambda: studio.make_token(ana, label="another", scopes=["manage"]),
        lambda: studio.make_machine(ana, "another"),
        lambda: studio.change_password(ana, current="", password=PASSWORD),
        lambda: studio.end_other_sessions(ana),
        lambda: studio.new_production(ana, code="x", title="X", rate=RATE, width_px=9, height_px=9),
    ):
        before = studio.book_seq()
        with pytest.raises(NotAPerson):
            act()
        assert studio.book_seq() == before


def test_a_token_does_what_its_scope_covers_and_nothing_else(floor: Floor) -> None:
    reader = token(floor, "ana")
    assert sorted(reader.scopes or ()) == ["read"]
    assert floor.studio.board(reader, "spring").rows
    with pytest.raises(ScopeMissing, match="manage"):
        floor.studio.add_shot(reader, "spring", code="SH900", title="", frames=10, source_class="drawn")
    with pytest.raises(ScopeMissing, match="deliver"):
        floor.studio.deliver(reader, "spring")
    assert set(SCOPE_OF.values()) == set(SCOPES)
    with pytest.raises(NameInvalid, match="No scope gives a verdict"):
        floor.studio.make_token(floor["ana"], label="x", scopes=["verdict"])


def test_a_token_ends_when_revoked_expired_or_when_its_machine_retires(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio, ana = floor.studio, floor["ana"]
    made = studio.make_token(ana, label="one", scopes=[])
    assert studio.session_of(made.secret).person == ana.person
    with pytest.raises(NotFound):
        studio.revoke_token(floor["leo"], made.id)
    studio.revoke_token(ana, made.id)
    with pytest.raises(SignInNeeded):
        studio.session_of(made.secret)
    studio.make_machine(ana, "bot")
    of_bot = studio.make_token(ana, label="two", machine="bot")
    studio.retire_machine(ana, "bot")
    with pytest.raises(SignInNeeded):
        studio.session_of(of_bot.secret)
    with pytest.raises(NotFound):
        studio.make_token(ana, label="three", machine="bot")
    short = studio.make_token(ana, label="four", days=1)
    now = accounts.utc_now()
    monkeypatch.setattr(accounts, "utc_now", lambda: now + timedelta(days=1, seconds=1))
    with pytest.raises(SignInNeeded):
        studio.session_of(short.secret)
    states = {one.label: one.state for one in studio.account(ana).tokens}
    assert states == {"one": "revoked", "two": "retired", "four": "expired"}


def test_a_token_is_kept_as_a_hash_and_its_last_use_is_known(floor: Floor) -> None:
    made = floor.studio.make_token(floor["ana"], label="one")
    assert floor.studio.account(floor["ana"]).tokens[0].used_at is None
    floor.studio.session_of(made.secret)
    assert floor.studio.account(floor["ana"]).tokens[0].used_at is not None
    files = [path for path in floor.studio.folder.rglob("*") if path.is_file()]
    assert files
    assert all(made.secret.encode() not in path.read_bytes() for path in files)


def test_a_machine_is_no_person_in_the_types_the_workflow_and_the_database(floor: Floor) -> None:
    take = floor.take(b"one")
    robot = token(floor, "dora", machine="bot")
    machine = robot.machine
    assert machine is not None
    with pytest.raises(ValueError, match="is no person"):
        PersonId(str(machine))
    call = Call(task=take.task, content=take.content, gate="director", value=2, key="a key of a robot")
    # whoever forges a sitting for a machine is still the machine in the book, which refuses it
    with pytest.raises(NotAPerson):
        give_verdict(floor.house, robot, call)
    for kind in sorted(PERSONS_KINDS):
        with pytest.raises(NotAPerson), floor.house.book.transact() as tx:
            tx.append(kind, actor=machine, session="n_forged", production=take.production, body={})
    engine = floor.studio._book_engine
    for kind in sorted(PERSONS_KINDS):
        forged = {"kind": kind, "actor": str(machine), "body": b"", "leaf": b"", "chain": b"", "at": ""}
        statement = insert(tables.entry).values(seq=floor.house.book.head().seq + 1, **forged)
        with pytest.raises(DBAPIError, match="only a person"), writing(engine) as conn:
            conn.execute(statement)
    with pytest.raises(DBAPIError, match=r"entry of the person|FOREIGN KEY"), writing(engine) as conn:
        conn.execute(
            insert(tables.verdict).values(
                seq=floor.house.book.head().seq,
                production=take.production,
                at="",
                person=str(machine),
                task=take.task,
                content=take.content,
                gate="director",
                value=2,
                body="{}",
                live=True,
                key="forged",
            )
        )


# sessions


def test_sessions_are_listed_ended_and_end_with_the_password(floor: Floor) -> None:
    studio, ana = floor.studio, floor["ana"]
    other = studio.open_session(ana.person, label="Firefox on Linux")
    listed = studio.account(ana).sessions
    assert {(one.label, one.current) for one in listed} == {("", True), ("Firefox on Linux", False)}
    with pytest.raises(NotFound):
        studio.end_session(floor["leo"], str(studio.session_of(other).pseudonym))
    studio.end_session(ana, str(studio.session_of(other).pseudonym))
    with pytest.raises(SignInNeeded):
        studio.session_of(other)
    third = studio.open_session(ana.person)
    link = studio.make_link("ana")
    new = studio.change_password(ana, current="", password=PASSWORD)
    for ended in (third,):
        with pytest.raises(SignInNeeded):
            studio.session_of(ended)
    with pytest.raises(SignInFailed):
        studio.sign_in_by_link(link)
    assert [one.current for one in studio.account(studio.session_of(new)).sessions] == [True]
    with pytest.raises(SignInFailed):
        studio.change_password(studio.session_of(new), current="wrong", password=PASSWORD + "!")
    studio.set_password("ana", PASSWORD + "?")
    with pytest.raises(SignInNeeded):
        studio.session_of(new)


def test_a_session_ends_by_lying_idle_and_at_the_latest_after_its_days(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = floor.studio
    used, idle = (studio.open_session(floor["ana"].person) for _ in range(2))
    start = accounts.utc_now()
    step = timedelta(hours=studio.config.session_idle_hours - 1)
    now = start
    while now - start < timedelta(days=studio.config.session_days) - step:
        now += step
        monkeypatch.setattr(accounts, "utc_now", lambda now=now: now)
        studio.session_of(used)
    with pytest.raises(SignInNeeded):
        studio.session_of(idle)
    monkeypatch.setattr(accounts, "utc_now", lambda: start + timedelta(days=studio.config.session_days))
    with pytest.raises(SignInNeeded):
        studio.session_of(used)


def test_somebody_who_only_visits_sees_no_list_of_people_and_no_book(floor: Floor) -> None:
    studio = floor.studio
    studio.take_role(floor["ana"], "spring", person="ed", role="editor")
    assert [one.name for one in studio.people_seen(floor["ed"])] == ["ed"]
    studio.set_role(floor["ana"], "spring", person="ed", role="guest")
    assert [one.name for one in studio.people_seen(floor["ed"])] == ["ed"]
    assert len(studio.people_seen(floor["leo"])) == 5
    mine = studio.productions(floor["ed"])[0].id
    assert all(one.production != mine for one in studio.book_entries(floor["ed"], 0, 1000))
    news = studio.news(floor["ed"], 0, 1000)
    assert any(one.production == mine for one in news)
    assert all(one.body == {} and one.actor == "" for one in news)
