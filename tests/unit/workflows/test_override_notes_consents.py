"""Overrides, notes and consents through the whole transaction: who may, what is refused, what it changes."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from circletake.domain.take import Take
from circletake.errors import (
    Conflict,
    GateClosed,
    NameInvalid,
    NotAPerson,
    NotFound,
    PolicyHolds,
    ReasonNeeded,
    RoleMissing,
    SameEyes,
    VerdictInvalid,
    WorldMoved,
)
from circletake.gates.policy import policy_dict, shipped
from circletake.workflows.house import STUDIO
from circletake.workflows.views import TaskView

if TYPE_CHECKING:
    from tests.unit.workflows.conftest import Floor

Adopt = Callable[..., None]


@pytest.fixture
def adopt(floor: "Floor") -> Adopt:
    """Put the animation policy in force with its gates changed: `adopt(lead={...}, director={...})`."""

    def change(**gates: dict[str, Any]) -> None:
        data = policy_dict(shipped())
        data["name"] = f"changed {sorted(gates)}"
        for gate in data["stages"][2]["gates"]:
            more = gates.get(gate["key"], {})
            gate["rules"] += more.pop("rules", [])
            gate.update(more)
        text = toml_of(data)
        view = floor.studio.policy_propose(floor["ana"], "spring", text=text, file="p.toml")
        take = view.takes[-1]
        floor.studio.record_verdict(
            floor["ana"],
            task=view.id,
            content=take.content,
            gate="producer",
            value=2,
            key=f"pol-{take.number:06d}",
        )
        floor.studio.policy_adopt(floor["ana"], "spring")

    return change


def toml_of(value: Any) -> str:  # noqa: ANN401 (plain data)
    def spell(one: Any) -> str:  # noqa: ANN401 (plain data)
        match one:
            case bool():
                return str(one).lower()
            case str():
                return f'"{one}"'
            case list():
                return f"[{', '.join(map(spell, one))}]"
            case dict():
                return "{ " + ", ".join(f"{key} = {spell(member)}" for key, member in one.items()) + " }"
        return str(one)

    return "".join(f"{key} = {spell(member)}\n" for key, member in value.items())


MAY = {"override": {"roles": ["producer"], "rules": ["fresh_evidence", "no_veto", "circled"]}}


def override(
    floor: "Floor",
    name: str,
    take: Take,
    *,
    gate: str = "lead",
    key: str = "override-1",
    **more: Any,  # noqa: ANN401 (members of an override)
) -> TaskView:
    return floor.studio.record_override(
        floor[name],
        task=take.task,
        content=take.content,
        gate=gate,
        key=key,
        **{"code": "story.intent", "note": "The wobble is the joke.", **more},
    )


def test_an_override_lets_a_take_pass_and_is_shown_for_ever(floor: "Floor", adopt: Adopt) -> None:
    adopt(lead=MAY)
    take = floor.take(b"one")
    floor.judge("leo", take, 2)
    view = override(floor, "ana", take).takes[0]
    assert view.gates[0].result == "overridden"
    assert view.gates[0].override is not None
    shown = view.overrides[0]
    assert (shown.person.name, shown.role, shown.rules) == ("ana", "producer", ["fresh_evidence"])
    assert (shown.code, shown.note) == ("story.intent", "The wobble is the joke.")
    assert view.gates[1].result == "unsatisfied", "the next gate asks for itself"
    floor.measured(take)
    after = floor.studio.task(floor["ana"], take.task).takes[0]
    assert after.gates[0].result == "satisfied"
    assert after.gates[0].override is None
    assert after.overrides == view.overrides, "for ever"


def test_a_later_veto_ends_it(floor: "Floor", adopt: Adopt) -> None:
    adopt(lead=MAY)
    take = floor.take(b"one")
    assert override(floor, "ana", take).takes[0].gates[0].result == "overridden"
    assert floor.judge("leo", take, -2).takes[0].gates[0].result == "unsatisfied"
    again = override(floor, "ana", take, key="override-2").takes[0]
    assert again.gates[0].result == "overridden"
    assert [one.rules for one in again.overrides][1] == ["circled", "fresh_evidence", "no_veto"]


def test_it_is_recorded_once_and_dies_with_the_content(floor: "Floor", adopt: Adopt) -> None:
    adopt(lead=MAY)
    take, other = floor.take(b"one"), floor.take(b"two")
    for _ in range(2):
        override(floor, "ana", take)
    assert floor.kinds().count("override") == 1
    with pytest.raises(Conflict):
        override(floor, "ana", other)
    results = {view.number: view.gates[0].result for view in floor.studio.task(floor["ana"], take.task).takes}
    assert results == {1: "overridden", 2: "unsatisfied"}


def test_who_may_not_and_what_cannot_be_overridden_is_refused(floor: "Floor", adopt: Adopt) -> None:
    take = floor.take(b"one")
    with pytest.raises(PolicyHolds, match="Nobody may override"):
        override(floor, "ana", take)
    adopt(lead=MAY, director={"override": {"roles": ["director"], "rules": ["fresh_evidence"]}})
    with pytest.raises(RoleMissing, match="one of these roles: producer"):
        override(floor, "dora", take)
    with pytest.raises(RoleMissing):
        override(floor, "ana", take, role="director")
    with pytest.raises(GateClosed, match="order, circled, four_eyes does not hold"):
        override(floor, "dora", take, gate="director")
    with pytest.raises(ReasonNeeded):
        override(floor, "ana", take, note="  ")
    with pytest.raises(VerdictInvalid, match="at most"):
        override(floor, "ana", take, note="x" * 10_001)
    with pytest.raises(VerdictInvalid, match=r"“no.reason”"):
        override(floor, "ana", take, code="no.reason")
    with pytest.raises(NotFound, match="there is lead, director"):
        override(floor, "ana", take, gate="client")
    with pytest.raises(WorldMoved):
        override(floor, "ana", take, gate_hash="0" * 64)
    assert "override" not in floor.kinds()


def test_what_passes_already_is_not_overridden(floor: "Floor", adopt: Adopt) -> None:
    adopt(lead=MAY)
    take = floor.take(b"one")
    floor.measured(take)
    floor.judge("leo", take, 2)
    with pytest.raises(PolicyHolds, match="passes already"):
        override(floor, "ana", take)


def test_a_maker_does_not_override_where_four_eyes_are_asked_for(floor: "Floor", adopt: Adopt) -> None:
    adopt(
        director={
            "override": {"roles": ["director"], "rules": ["fresh_evidence", "circled", "four_eyes", "order"]}
        }
    )
    take = floor.take(b"one", by="dora")
    with pytest.raises(SameEyes):
        override(floor, "dora", take, gate="director")


def test_a_machine_overrides_nothing(floor: "Floor") -> None:
    take = floor.take(b"one")
    body = {
        "task": take.task,
        "content": take.content,
        "gate": "lead",
        "role": "producer",
        "rules": ["circled"],
    }
    with pytest.raises(NotAPerson), floor.house.book.transact() as tx:
        tx.append(
            "override",
            actor=STUDIO,
            session="n_1",
            production=take.production,
            body={**body, "code": "x.y", "note": "0" * 64, "gate_hash": "", "key": "k"},
        )


# verdicts that say where, and what was played


def test_a_verdict_keeps_where_it_is_about_and_what_was_played(floor: "Floor") -> None:
    take = floor.take(b"one")
    said = (
        floor.studio.record_verdict(
            floor["leo"],
            task=take.task,
            content=take.content,
            gate="lead",
            value=-1,
            key="where-and-what",
            reasons=["style.line"],
            severity="fyi",
            regions=[(3, 100, 200, 300, 400)],
            watched=[(5, 10), (0, 6)],
            dwell_ms=4000,
        )
        .takes[0]
        .verdicts[0]
    )
    assert (said.severity, said.regions, said.dwell_ms) == ("fyi", [[3, 100, 200, 300, 400]], 4000)
    assert [(one.start, one.end) for one in said.watched] == [(0, 10)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"regions": [(99, 0, 0, 10, 10)]},
        {"regions": [(0, 9_000, 0, 2_000, 10)]},
        {"regions": [(0, 0, 9_000, 10, 2_000)]},
        {"regions": [(0, -1, 0, 10, 10)]},
        {"regions": [(0, 0, 0, 0, 10)]},
        {"watched": [(0, 25)]},
        {"severity": "grave"},
    ],
)
def test_a_place_that_is_not_in_the_take_is_refused(floor: "Floor", wrong: dict[str, Any]) -> None:
    take = floor.take(b"one")
    call = {"task": take.task, "content": take.content, "gate": "lead", "value": 0, "key": "somewhere"}
    with pytest.raises(VerdictInvalid):
        floor.studio.record_verdict(floor["leo"], **{**call, **wrong})


# notes


def add_note(
    floor: "Floor",
    name: str,
    take: Take,
    text: str = "The ear.",
    **more: Any,  # noqa: ANN401 (members of a note)
) -> TaskView:
    given = {"key": f"note-{text}", **more}
    return floor.studio.note_add(floor[name], task=take.task, content=take.content, text=text, **given)


def test_a_note_stands_in_the_way_until_it_is_settled(floor: "Floor", adopt: Adopt) -> None:
    adopt(lead={"rules": [{"rule": "no_open_notes", "params": {"severity": "issue"}}]})
    take = floor.take(b"one")
    floor.measured(take)
    floor.judge("leo", take, 2)
    view = add_note(floor, "ed", take, ranges=[(2, 4)], regions=[(2, 0, 0, 10, 10)]).takes[0]
    assert view.gates[0].result == "unsatisfied"
    note = view.notes[0]
    assert (note.person.name, note.text, note.severity, note.disposition) == ("ed", "The ear.", "issue", None)
    answered = add_note(floor, "arti", take, "Fixed in the next.", reply_to=note.id).takes[0]
    assert [one.reply_to for one in answered.notes] == [None, note.id]
    assert answered.gates[0].result == "unsatisfied", "an answer settles nothing"
    with pytest.raises(VerdictInvalid, match="another take settles it"):
        floor.studio.note_resolve(floor["leo"], note=note.id, disposition="fix", key="resolve-1")
    with pytest.raises(RoleMissing):
        floor.studio.note_resolve(floor["arti"], note=note.id, disposition="waive", key="resolve-1")
    with pytest.raises(NotFound, match="settle that one"):
        floor.studio.note_resolve(
            floor["arti"], note=answered.notes[1].id, disposition="waive", key="resolve-1"
        )
    for _ in range(2):
        done = floor.studio.note_resolve(floor["leo"], note=note.id, disposition="waive", key="resolve-1")
        assert done.takes[0].gates[0].result == "satisfied"
    assert floor.kinds().count("resolve") == 1
    assert done.takes[0].notes[0].resolved_by is not None
    with pytest.raises(Conflict, match="settled already"):
        floor.studio.note_resolve(floor["leo"], note=note.id, disposition="not_a_fault", key="resolve-2")


def test_a_light_note_is_only_shown_and_its_writer_may_settle_it(floor: "Floor", adopt: Adopt) -> None:
    adopt(lead={"rules": [{"rule": "no_open_notes", "params": {"severity": "issue"}}]})
    take = floor.take(b"one")
    floor.measured(take)
    floor.judge("leo", take, 2)
    view = add_note(floor, "arti", take, severity="fyi").takes[0]
    assert view.gates[0].result == "satisfied"
    done = floor.studio.note_resolve(
        floor["arti"], note=view.notes[0].id, disposition="not_a_fault", key="resolve-1"
    )
    assert done.takes[0].notes[0].disposition == "not_a_fault"


def test_a_note_is_recorded_once_and_says_something_somewhere(floor: "Floor") -> None:
    take, other = floor.take(b"one"), floor.take(b"two")
    for _ in range(2):
        add_note(floor, "ed", take, key="the same key")
    assert floor.kinds().count("note") == 1
    with pytest.raises(Conflict):
        add_note(floor, "ed", other, key="the same key")
    with pytest.raises(ReasonNeeded):
        add_note(floor, "ed", take, "   ")
    wrong_ones: list[dict[str, Any]] = [{"severity": "grave"}, {"ranges": [(0, 99)]}, {"text": "x" * 10_001}]
    for wrong in wrong_ones:
        with pytest.raises(VerdictInvalid):
            add_note(floor, "ed", take, **{"text": "Long.", "key": "another key", **wrong})
    missing_ones: list[dict[str, Any]] = [
        {"reply_to": "n_none"},
        {"reply_to": floor.studio.task(floor["ed"], take.task).takes[0].notes[0].id},
    ]
    for missing in missing_ones:
        with pytest.raises(NotFound):
            add_note(floor, "ed", other, key="a third key", **missing)
    with pytest.raises(NotFound):
        floor.studio.note_add(floor["ed"], task="t_none", content=take.content, text="x", key="a fourth key")
    with pytest.raises(NotFound):
        floor.studio.note_add(floor["ed"], task=take.task, content="0" * 64, text="x", key="a fifth key")
    with pytest.raises(NotFound):
        floor.studio.note_resolve(floor["ed"], note="n_none", disposition="waive", key="a sixth key")


# consents and permits


@pytest.fixture
def asking(floor: "Floor", adopt: Adopt) -> Take:
    """A circled take at a gate that asks for consent to release."""
    adopt(
        lead={
            "rules": [
                {"rule": "consent", "params": {"use": "release"}},
                {"rule": "permits", "params": {"use": "release"}},
            ]
        }
    )
    floor.sheet("max", b"drawing")
    take = floor.take(b"one")
    floor.measured(take)
    floor.judge("leo", take, 2)
    floor.judge("dora", take, 2, gate="director")
    assert floor.status() == "circled"
    return take


def agree(floor: "Floor", code: str = "max", **more: Any) -> str:  # noqa: ANN401 (members of a consent)
    given = {"kind": "consent", "subject": "Mia Muster", "uses": ["release"], **more}
    return floor.studio.consent_add(floor["ana"], "spring", code=code, **given)[-1].id


@pytest.mark.usefixtures("asking")
def test_what_is_revoked_closes_what_leans_on_it_and_renewing_opens_it(
    floor: "Floor", tmp_path: Path
) -> None:
    paper = tmp_path / "signed.pdf"
    paper.write_bytes(b"signed")
    consent = agree(floor, document=paper, until="2099-01-31")
    assert floor.status() == "circled"
    shown = floor.studio.consent_revoke(floor["ana"], "spring", consent=consent)
    assert (shown[0].state, shown[0].subject, shown[0].until) == ("revoked", "Mia Muster", "2099-01-31")
    assert floor.status() == "stale"
    floor.studio.consent_revoke(floor["ana"], "spring", consent=consent)
    assert floor.kinds().count("consent") == 2, "revoked once"
    assert agree(floor, renews=consent, uses=["release", "dub"]) == consent
    assert floor.status() == "circled"
    agree(floor, code="SH020", uses=["dub"])
    assert floor.status() == "circled", "of another shot"
    agree(floor, code="SH010", uses=["dub"], kind="permit")
    assert floor.status() == "review", "it never covered release"


@pytest.mark.usefixtures("asking")
def test_a_last_day_ends_it_by_itself_once(floor: "Floor") -> None:
    agree(floor, until="2020-01-31")
    assert floor.status() == "stale"
    assert floor.studio.lapse_consents() == 1
    assert floor.studio.lapse_consents() == 0
    assert floor.kinds().count("lapsed") == 1
    assert floor.studio.consents(floor["ana"], "spring")[0].state == "lapsed"
    assert floor.studio.check(floor["ana"], "spring") is not None


def test_what_cannot_be_a_consent_is_refused(floor: "Floor", tmp_path: Path) -> None:
    wrong_ones: list[dict[str, Any]] = [
        {"kind": "wish"},
        {"subject": " "},
        {"subject": "x" * 201},
        {"uses": [" "]},
        {"until": "next year"},
        {"until": "2027-02-30"},
    ]
    for wrong in wrong_ones:
        with pytest.raises(NameInvalid):
            agree(floor, **{"code": "SH010", **wrong})
    missing_ones: list[dict[str, Any]] = [
        {"code": "SH999"},
        {"document": tmp_path / "none"},
        {"renews": "c_none"},
    ]
    for missing in missing_ones:
        with pytest.raises(NotFound):
            agree(floor, **{"code": "SH010", **missing})
    with pytest.raises(NotFound):
        floor.studio.consent_revoke(floor["ana"], "spring", consent="c_none")
    with pytest.raises(RoleMissing):
        floor.studio.consent_add(
            floor["arti"], "spring", kind="consent", code="SH010", subject="x", uses=["y"]
        )
    assert floor.studio.lapse_consents() == 0
