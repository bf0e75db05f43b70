"""What leans on what: adopted takes, circles refused, staleness that spreads and heals, its preview."""

from typing import TYPE_CHECKING

import pytest

from circletake.domain.take import Take
from circletake.errors import GateClosed, LeansInCircle, NotFound, RoleMissing, VerdictInvalid
from circletake.ledger import reads
from circletake.workflows.lean import leans_named
from circletake.workflows.reaffirm import Confirmation
from circletake.workflows.receive_take import Attempt, record_take, task_of
from circletake.workflows.views import StaleApprovalView, WhatIfView

if TYPE_CHECKING:
    from tests.unit.workflows.conftest import Floor


def take_on(floor: "Floor", data: bytes, code: str, *on: str, stage: str = "animation") -> Take:
    """A measured take that leans on the named slots."""
    content = floor.house.store.put_bytes(data)
    with floor.house.book.transact() as tx:
        found = reads.find_production(tx.conn, "spring")
        assert found is not None
        task = task_of(tx.conn, found, code, stage)
        made = record_take(
            floor.house,
            tx,
            floor["arti"].person,
            task=task,
            attempt=Attempt(
                content=content,
                makers=(floor["arti"].person,),
                origin="drawn",
                n_frames=24,
                rate=None,
                width_px=96,
                height_px=64,
                leans=leans_named(tx.conn, found.id, on, task=task),
            ),
        )
    with floor.house.book.reading() as conn:
        take = reads.find_take(conn, made)
    assert take is not None
    floor.measured(take)
    return take


def adopted(floor: "Floor", data: bytes, code: str, *on: str) -> Take:
    """A circled take, adopted as what others lean on."""
    take = take_on(floor, data, code, *on)
    floor.circle(take)
    floor.studio.adopt(floor["dora"], take.task)
    return take


def gates(floor: "Floor", take: Take) -> dict[str, str]:
    with floor.house.book.reading() as conn:
        bound = reads.bound_of(conn, take.task)
    return {gate: row.result for (content, gate), row in bound.items() if content == take.content}


def slots(floor: "Floor") -> dict[str, str]:
    with floor.house.book.reading() as conn:
        found = reads.find_production(conn, "spring")
        assert found is not None
        return reads.slots(conn, found.id)


def keys(found: list[StaleApprovalView]) -> set[tuple[str, str, str, str]]:
    return {(one.task, one.content, one.gate, one.person.id) for one in found}


def would(floor: "Floor", **supposed: str | None) -> WhatIfView:
    return floor.studio.what_if(
        floor["ana"], "spring", supposed={name.replace("_", ":"): given for name, given in supposed.items()}
    )


def test_only_a_take_that_passes_is_adopted_by_who_may(floor: "Floor") -> None:
    take = take_on(floor, b"one", "SH010")
    with pytest.raises(GateClosed, match="SH010"):
        floor.studio.adopt(floor["dora"], take.task)
    floor.circle(take)
    with pytest.raises(RoleMissing):
        floor.studio.adopt(floor["arti"], take.task)
    with pytest.raises(NotFound, match="take 9"):
        floor.studio.adopt(floor["dora"], take.task, number=9)
    floor.studio.adopt(floor["dora"], take.task)
    assert slots(floor) == {"take:SH010/animation": take.content}
    before = len(floor.kinds())
    floor.studio.adopt(floor["dora"], take.task, number=1)
    assert len(floor.kinds()) == before


def test_a_take_leans_on_what_is_named_and_on_nothing_that_is_not_adopted(floor: "Floor") -> None:
    with pytest.raises(NotFound, match="nothing yet"):
        take_on(floor, b"one", "SH020", "take:SH010/animation")
    upstream = adopted(floor, b"up", "SH010")
    take = take_on(floor, b"one", "SH020", "take:SH010/animation")
    assert take.leans == {"take:SH010/animation": upstream.content}
    with pytest.raises(LeansInCircle, match="its own"):
        take_on(floor, b"two", "SH010", "take:SH010/animation")
    view = floor.studio.lineage(floor["ana"], take.task)
    assert [(lean.slot, lean.holds, lean.task) for lean in view.takes[0].leans] == [
        ("take:SH010/animation", True, upstream.task)
    ]
    above = floor.studio.lineage(floor["ana"], upstream.task)
    assert (above.slot, above.adopted_take) == ("take:SH010/animation", 1)
    assert [(one.code, one.take) for one in above.leaned_on_by] == [("SH020", 1)]


def test_a_circle_is_refused_and_named(floor: "Floor") -> None:
    adopted(floor, b"up", "SH010")
    floor.studio.add_shot(floor["ana"], "spring", code="SH030", title="", frames=24, source_class="drawn")
    adopted(floor, b"middle", "SH020", "take:SH010/animation")
    adopted(floor, b"low", "SH030", "take:SH020/animation")
    before = len(floor.kinds())
    with pytest.raises(LeansInCircle) as refused:
        take_on(floor, b"round", "SH010", "take:SH030/animation")
    assert refused.value.detail["circle"] == [
        "SH010/animation", "SH030/animation", "SH020/animation", "SH010/animation"
    ]  # fmt: skip
    assert "SH030/animation leans on SH020/animation" in refused.value.message
    assert len(floor.kinds()) == before


def test_another_take_adopted_upstream_stales_what_leaned_on_it_and_nothing_else(floor: "Floor") -> None:
    adopted(floor, b"up", "SH010")
    floor.studio.add_shot(floor["ana"], "spring", code="SH030", title="", frames=24, source_class="drawn")
    leaning = take_on(floor, b"leans", "SH020", "take:SH010/animation")
    alone = take_on(floor, b"alone", "SH030")
    for take in (leaning, alone):
        floor.circle(take)
    assert floor.status("SH020") == floor.status("SH030") == "circled"
    other = take_on(floor, b"other", "SH010")
    floor.circle(other)
    preview = floor.studio.what_if(
        floor["ana"], "spring", supposed={"take:SH010/animation": other.content[:10]}
    )
    assert preview == floor.studio.what_if(floor["ana"], "spring", supposed={"take:SH010/animation": "#2"})
    assert [(one.code, one.gate, one.person.name) for one in preview.goes_stale] == [
        ("SH020", "director", "dora")
    ]
    assert preview.doubts == []
    assert [(one.gate, one.before, one.after) for one in preview.gates] == [
        ("director", "satisfied", "stale")
    ]
    assert (floor.status("SH020"), floor.studio.stale(floor["ana"], "spring")) == ("circled", [])
    floor.studio.adopt(floor["dora"], other.task, number=2)
    assert (floor.status("SH020"), floor.status("SH030")) == ("stale", "circled")
    assert keys(floor.studio.stale(floor["ana"], "spring")) == keys(preview.goes_stale)
    cause = preview.goes_stale[0].causes[0]
    assert (cause.kind, cause.slot, cause.adopted) == ("upstream", "take:SH010/animation", other.content)
    # the old one comes back, and with it what leaned on it
    floor.studio.adopt(floor["dora"], other.task, number=1)
    assert floor.status("SH020") == "circled"


def test_what_no_longer_passes_upstream_stales_all_below_with_its_root_and_heals_by_itself(
    floor: "Floor",
) -> None:
    top = adopted(floor, b"up", "SH010")
    floor.studio.add_shot(floor["ana"], "spring", code="SH030", title="", frames=24, source_class="drawn")
    adopted(floor, b"middle", "SH020", "take:SH010/animation")
    low = take_on(floor, b"low", "SH030", "take:SH020/animation")
    floor.circle(low)
    assert gates(floor, low)["director"] == "satisfied"
    after = floor.judge("dora", top, -1, gate="director")
    assert [floor.status(code) for code in ("SH010", "SH020", "SH030")] == ["retake", "stale", "stale"]
    (found,) = [one for one in floor.studio.stale(floor["ana"], "spring") if one.code == "SH030"]
    (cause,) = found.causes
    assert (cause.kind, cause.slot, cause.root) == (
        "upstream_lost", "take:SH020/animation", "take:SH010/animation"
    )  # fmt: skip
    assert cause.sentence.startswith(
        "take:SH020/animation no longer passes its own gates because of take:SH010/animation:"
    )
    view = floor.studio.task(floor["ana"], low.task).takes[0]
    (finding,) = [one for gate in view.gates for one in gate.findings if one.rule == "not_stale"]
    assert "heals by itself when take:SH010/animation passes again" in finding.missing[0]
    floor.studio.withdraw(
        floor["dora"], verdict_seq=after.takes[0].verdicts[-1].seq, key="a slip of the hand"
    )
    floor.judge("dora", top, 2, gate="director")
    assert [floor.status(code) for code in ("SH010", "SH020", "SH030")] == ["circled"] * 3
    assert floor.studio.stale(floor["ana"], "spring") == []


def test_a_sheet_is_previewed_before_it_is_circled_and_the_doubt_is_said(floor: "Floor") -> None:
    old = floor.sheet("dog", b"first")
    shot = floor.take(b"shot")
    floor.measured(shot, references=(old.content,))
    floor.circle(shot)
    new = floor.take(b"second sheet", code="dog", stage="design")
    preview = would(floor, sheet_dog=new.content)
    assert {(one.gate, one.code) for one in preview.goes_stale} == {("lead", "SH010"), ("director", "SH010")}
    assert "cannot be adopted" in preview.doubts[0]
    emptied = would(floor, sheet_dog="")
    assert {one.gate for one in emptied.goes_stale} == {"lead", "director"}
    assert would(floor, sheet_dog="#1").goes_stale == []
    with pytest.raises(NotFound, match="#1"):
        would(floor, sheet_dog="#7")
    with pytest.raises(NotFound, match="sheet:dog"):
        would(floor, sheet_dig="#1")


def test_still_holds_is_a_fresh_verdict_of_ones_own(floor: "Floor") -> None:
    adopted(floor, b"up", "SH010")
    leaning = take_on(floor, b"leans", "SH020", "take:SH010/animation")
    floor.circle(leaning)
    other = take_on(floor, b"other", "SH010")
    floor.circle(other)
    floor.studio.adopt(floor["dora"], other.task, number=2)
    (mine,) = [one for one in floor.studio.stale(floor["dora"], "spring") if one.mine]
    assert (mine.blocked, mine.gate) == ("", "director")
    assert not any(one.mine for one in floor.studio.stale(floor["leo"], "spring"))
    confirm = Confirmation(
        mine.verdict, key="still holds 1", gate_hash=mine.gate_hash, upstream=mine.upstream
    )
    done = floor.studio.reaffirm(floor["dora"], "spring", [confirm, confirm])
    assert (done.recorded, done.refused) == (2, 0)
    assert len({one.recorded for one in done.results}) == 1  # sent twice, recorded once
    assert floor.status("SH020") == "circled"
    assert floor.studio.stale(floor["ana"], "spring") == []
    last = floor.studio.task(floor["ana"], leaning.task).takes[0].verdicts[-1]
    assert (last.person.name, last.value, last.gate) == ("dora", 2, "director")


def test_confirmations_are_refused_one_by_one_and_the_rest_is_recorded(floor: "Floor") -> None:
    adopted(floor, b"up", "SH010")
    leaning = take_on(floor, b"leans", "SH020", "take:SH010/animation")
    floor.circle(leaning)
    other = take_on(floor, b"other", "SH010")
    floor.circle(other)
    fine = floor.studio.task(floor["dora"], other.task).takes[1].verdicts[-1]
    floor.studio.adopt(floor["dora"], other.task, number=2)
    (mine,) = [one for one in floor.studio.stale(floor["dora"], "spring") if one.mine]
    done = floor.studio.reaffirm(
        floor["dora"],
        "spring",
        [
            Confirmation(fine.seq, key="is not stale"),
            Confirmation(mine.verdict, key="as it was seen", upstream={"take:SH010/animation": "0" * 64}),
            Confirmation(mine.verdict, key="as it is", upstream=mine.upstream),
            Confirmation(999_999, key="is nothing"),
        ],
    )
    assert [one.code for one in done.results] == ["not-found", "world-moved", "", "not-found"]
    assert (done.recorded, done.refused) == (1, 3)
    theirs = floor.studio.reaffirm(floor["leo"], "spring", [Confirmation(mine.verdict, key="of dora")])
    assert theirs.results[0].code == "not-found"
    with pytest.raises(VerdictInvalid):
        floor.studio.reaffirm(
            floor["dora"], "spring", [Confirmation(1, key=f"many {n:06d}") for n in range(501)]
        )


def test_who_lost_the_role_cannot_confirm_and_hears_why(floor: "Floor") -> None:
    adopted(floor, b"up", "SH010")
    leaning = take_on(floor, b"leans", "SH020", "take:SH010/animation")
    floor.circle(leaning)
    other = take_on(floor, b"other", "SH010")
    floor.circle(other)
    floor.studio.adopt(floor["dora"], other.task, number=2)
    (mine,) = [one for one in floor.studio.stale(floor["dora"], "spring") if one.mine]
    with floor.house.book.transact() as tx:
        for role, granted in (("director", False), ("artist", True)):
            tx.append(
                "grant",
                actor=floor["ana"].person,
                production=leaning.production,
                body={"person": str(floor["dora"].person), "role": role, "granted": granted},
            )
    done = floor.studio.reaffirm(floor["dora"], "spring", [Confirmation(mine.verdict, key="no more")])
    assert done.results[0].code == "role-missing"
