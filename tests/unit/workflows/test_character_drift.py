"""Drift of a character over a production is read out of the evidence there is, in the order of the cut."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from circletake.checks.run import current_versions
from circletake.domain.evidence import Evidence
from circletake.ledger import reads
from circletake.workflows import analyse
from circletake.workflows.calls.analyse import told
from circletake.workflows.character_drift import character_drift
from circletake.workflows.house import STUDIO

if TYPE_CHECKING:
    from collections.abc import Container

    from tests.unit.workflows.conftest import Floor

    from circletake.domain.take import Take
    from circletake.workflows.character_views import CharacterDriftView

_numbers = count(1)


def shots(floor: Floor, many: int) -> list[str]:
    codes = [f"SH{number:03}" for number in range(30, 30 + 10 * many, 10)]
    for code in codes:
        floor.studio.add_shot(floor["ana"], "spring", code=code, title=code, frames=24, source_class="drawn")
    return codes


def measured(floor: Floor, take: Take, worth: float | None, *, who: str = "queso") -> None:
    summary: dict[str, str | int | bool] = {"characters": who, "run": next(_numbers)}
    if worth is not None:
        summary["e_values"] = f"{who}={worth:.6f}"
    evidence = Evidence(
        "consistency", current_versions()["consistency"], take.content, summary, "Nothing stands out."
    )
    with floor.house.book.transact() as tx:
        args = {"content": take.content, "production": take.production, "job": f"drift-{next(_numbers)}"}
        tx.append("done", actor=STUDIO, body={"job": args["job"], "op": "analyse"})
        result = {"derived": {}, "evidence": [told(floor.house.store, evidence)]}
        analyse.record(floor.house, tx, args, result)


def drift(floor: Floor, hidden: Container[str] = (), *, who: str = "queso") -> CharacterDriftView:
    with floor.house.book.reading() as conn:
        found = reads.find_production(conn, "spring")
        assert found is not None
        return character_drift(conn, found.id, who, alpha=0.05, hidden=hidden)


def test_it_says_since_which_shot_a_character_has_been_drifting(floor: Floor) -> None:
    codes = shots(floor, 6)
    takes = [floor.take(code.encode(), code=code) for code in codes]
    for take, worth in zip(takes, (0.7, 0.6, 3.0, 3.0, 3.0, 2.0), strict=True):
        measured(floor, take, worth)
    view = drift(floor)
    assert [one.code for one in view.shots] == codes
    assert [one.sum for one in view.shots] == [0.7, 0.6, 3.0, 9.0, 27.0, 54.0]
    assert (view.since, view.alarmed, view.until, view.limit) == ("SH050", "SH070", None, 20.0)
    assert view.sentence == "Since shot SH050 queso has been drifting; shot SH070 made it sure."
    assert view.shots[2].task == takes[2].task


def test_the_newest_take_stands_for_a_shot_and_its_newest_evidence_for_it(floor: Floor) -> None:
    first, second = floor.take(b"first"), floor.take(b"second")
    measured(floor, first, 3.0)
    measured(floor, second, 3.0)
    measured(floor, second, 0.5)
    view = drift(floor)
    assert [(one.take, one.e_value) for one in view.shots] == [(2, 0.5)]
    assert view.sentence == "queso does not drift over the shot measured."


def test_what_is_in_the_cut_stands_for_its_shot_and_comes_in_its_order(floor: Floor) -> None:
    chosen, later = floor.take(b"chosen", code="SH020"), floor.take(b"later", code="SH020")
    other = floor.take(b"other", code="SH010")
    for take in (chosen, later, other):
        measured(floor, take, 1.5)
    assert [(one.code, one.take) for one in drift(floor).shots] == [("SH010", 1), ("SH020", 2)]
    floor.studio.cut_assemble(floor["ed"], "spring")
    floor.studio.cut_fill(floor["ed"], "spring", slot="SH020", take=chosen.id)
    floor.studio.cut_clear(floor["ed"], "spring", slot="SH010")
    assert [(one.code, one.take) for one in drift(floor).shots] == [("SH020", 1), ("SH010", 1)]


def test_what_cannot_be_read_is_counted_and_what_is_hidden_is_not_shown(floor: Floor) -> None:
    old, new, blind = (floor.take(code.encode(), code=code) for code in ("SH010", "SH020", *shots(floor, 1)))
    measured(floor, old, None)
    measured(floor, new, 1.25)
    measured(floor, blind, 9.0)
    view = drift(floor, hidden={blind.content})
    assert ([one.code for one in view.shots], view.unread) == (["SH020"], 1)
    nobody = drift(floor, who="rana")
    assert (nobody.shots, nobody.unread, nobody.since) == ([], 0, None)
    assert "too few shots were approved" in nobody.sentence


def test_a_drift_that_ended_is_told_as_over(floor: Floor) -> None:
    for code, worth in zip(shots(floor, 5), (3.0, 3.0, 3.0, 0.1, 0.1), strict=True):
        measured(floor, floor.take(code.encode(), code=code), worth)
    view = drift(floor)
    assert (view.since, view.until) == ("SH030", "SH070")
    assert view.sentence == "queso drifted from shot SH030 on and was itself again by shot SH070."
