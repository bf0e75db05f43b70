"""Approvals go stale by cause: what leaned on a sheet does when it is replaced, and nothing else."""

from typing import TYPE_CHECKING

import pytest

from circletake.errors import GateClosed, RoleMissing, WorldMoved

if TYPE_CHECKING:
    from tests.unit.workflows.conftest import Floor


def test_a_new_sheet_stales_what_leaned_on_the_old_one_and_a_new_verdict_heals_it(floor: "Floor") -> None:
    before = floor.take(b"drawn before there was a sheet", code="SH020")
    floor.measured(before)
    floor.circle(before)
    first = floor.sheet("max", b"first drawing")
    take = floor.take(b"drawn against it")
    floor.measured(take, references=(first.content,))
    floor.circle(take)
    assert (floor.status(), floor.status("SH020")) == ("circled", "circled")

    second = floor.sheet("max", b"second drawing")
    assert floor.status() != "circled", "its evidence is of the old sheet"
    assert floor.status("SH020") == "circled", "it leaned on nothing"
    floor.measured(take, references=(second.content,))
    assert floor.status() == "stale"
    gate = floor.studio.task(floor["ana"], take.task).takes[0].gates[1]
    assert any(finding.stale and "max" in finding.sentence for finding in gate.findings)

    upstream = floor.studio.task(floor["ana"], take.task).upstream
    assert second.content in upstream.values()
    floor.judge("dora", take, 2, gate="director", upstream=upstream)
    assert floor.status() in {"circled", "stale"}


def test_an_approval_given_against_the_old_sheet_is_refused_once_it_moved(floor: "Floor") -> None:
    floor.sheet("max", b"first drawing")
    take = floor.take(b"drawn against it")
    floor.measured(take)
    seen = floor.studio.task(floor["leo"], take.task).upstream
    floor.sheet("max", b"second drawing")
    with pytest.raises(WorldMoved, match="sheet:max"):
        floor.judge("leo", take, 2, upstream=seen)
    assert floor.judge("leo", take, -1, upstream=seen).takes[0].verdicts


def test_a_sheet_nobody_circled_cannot_be_adopted(floor: "Floor") -> None:
    floor.sheet("max", b"first drawing")
    manifest = floor.house.store.read(
        floor.studio.task(floor["ana"], floor.task_id("max", "design")).takes[0].content
    )
    floor.take(manifest.replace(b'"frame":null', b'"frame":7'), code="max", stage="design")
    slots = floor.kinds().count("slot")
    floor.studio.sheet_adopt(floor["dora"], "spring", character="max")
    assert floor.kinds().count("slot") == slots, "the newest that passes is adopted already"
    with pytest.raises(RoleMissing):
        floor.studio.sheet_adopt(floor["arti"], "spring", character="max")


def test_adopting_without_any_approved_sheet_says_what_is_missing(floor: "Floor") -> None:
    floor.sheet("max", b"first drawing")
    task = floor.task_id("max", "design")
    verdict = floor.studio.task(floor["dora"], task).takes[0].verdicts[0]
    floor.studio.withdraw(floor["dora"], verdict_seq=verdict.seq, key="not sure any more")
    with pytest.raises(GateClosed) as refused:
        floor.studio.sheet_adopt(floor["dora"], "spring", character="max")
    assert refused.value.detail["missing"]
