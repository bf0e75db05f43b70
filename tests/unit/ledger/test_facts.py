"""Facts say of a content who made it, who decided what, what was measured, and what it leans on."""

import time
from typing import Any

import pytest

from circletake.errors import NotFound
from circletake.ledger.facts import facts_of

Floor = Any  # of the conftest beside this file, which cannot be imported


def ids(facts: Any) -> dict[str, tuple[str, ...]]:  # noqa: ANN401 (facts, of a Floor)
    return {found.id: found.outdated for found in facts.evidence}


def test_makers_are_those_of_the_same_bytes_by_whatever_route(floor: Floor) -> None:
    content = floor.take("a", makers=("p_art",))
    floor.take("b", task="t_2", makers=("p_dana", "m_render"), content=content)
    assert floor.facts(content).makers == {"p_art", "p_dana", "m_render"}
    floor.verdict("p_lea", content, "lead", 2)
    floor.verdict("p_dana", content, "director", 2)
    assert not floor.ask(content)["director"].passes


def test_verdicts_are_the_live_ones_of_this_task(floor: Floor) -> None:
    content, other = floor.take("a"), floor.take("b")
    floor.take("c", task="t_2", content=content)
    floor.verdict("p_dana", content, "director", -2)
    live = floor.verdict("p_dana", content, "director", 2)
    taken_back = floor.verdict("p_lea", content, "lead", 2)
    floor.append("withdraw", "p_lea", verdict=taken_back.seq, key="w")
    beside = floor.verdict("p_lea", other, "lead", -1)
    floor.verdict("p_dana", content, "director", 2, task="t_2", stage="design")
    assert [verdict.seq for verdict in floor.facts(content).verdicts] == [live.seq, beside.seq]


def test_a_trim_of_a_trim_shares_the_veto_and_a_rework_does_not(floor: Floor) -> None:
    first = floor.take("a")
    second = floor.take("b", parent="k_a", change="subrange")
    third = floor.take("c", parent="k_b", change="upstream_only")
    reworked = floor.take("d", parent="k_a", change="rework")
    orphan = floor.take("e", parent="k_nowhere", change="subrange")
    assert floor.facts(third).veto_ancestors == {first, second}
    assert floor.facts(reworked).veto_ancestors == floor.facts(orphan).veto_ancestors == frozenset()
    veto = floor.verdict("p_dana", first, "director", -2)
    broken = {
        finding.rule: finding.uses for finding in floor.ask(third)["lead"].findings if not finding.holds
    }
    assert broken["no_veto"] == (veto.seq,)
    assert "no_veto" not in {found.rule for found in floor.ask(reworked)["lead"].findings if not found.holds}


def test_takes_that_name_each_other_as_parents_end(floor: Floor) -> None:
    first = floor.take("a", parent="k_b", change="subrange")
    second = floor.take("b", parent="k_a", change="subrange")
    assert floor.facts(first).veto_ancestors == {second}


def test_a_veto_on_the_ancestor_at_another_task_counts(floor: Floor) -> None:
    floor.take("sheet", task="t_2")
    content = floor.take("a", parent="k_sheet", change="subrange")
    floor.verdict(
        "p_dana",
        next(iter(floor.facts(content).veto_ancestors)),
        "director",
        -2,
        task="t_2",
        stage="design",
    )
    assert any(found.rule == "no_veto" and not found.holds for found in floor.ask(content)["lead"].findings)


def test_evidence_against_a_replaced_sheet_is_told_apart(floor: Floor) -> None:
    old, new = floor.take("old", task="t_2"), floor.take("new", task="t_2")
    floor.append("slot", slot="sheet:queso", content=old)
    content = floor.take("a", leans=[["sheet:queso", old]])
    first = floor.measure(content, "consistency", references=(old,))
    technical = floor.measure(content, "technical")
    assert ids(floor.facts(content)) == {first: (), technical: ()}
    floor.append("slot", slot="sheet:queso", content=new)
    assert ids(floor.facts(content)) == {first: (old,), technical: ()}
    second = floor.measure(content, "consistency", name="second", references=(new,))
    assert ids(floor.facts(content)) == {first: (old,), technical: (), second: ()}
    floor.append("slot", slot="sheet:queso", content=old)
    assert ids(floor.facts(content)) == {first: (), technical: (), second: (new,)}
    floor.append("slot", slot="sheet:queso", content=None)
    assert floor.facts(content).upstream == {}


def test_roles_are_those_held_now(floor: Floor) -> None:
    content = floor.take("a")
    floor.grant("p_lea", "director")
    floor.grant("p_dana", "director", granted=False)
    assert floor.facts(content).roles == {"p_lea": {"lead", "director"}, "p_art": {"artist"}}


def test_a_task_that_is_not_there_is_said(floor: Floor) -> None:
    with pytest.raises(NotFound):
        floor.facts("aa", "t_x")


def test_a_content_that_is_no_take_of_the_task_passes_nothing(floor: Floor) -> None:
    assert not any(result.passes for result in floor.ask("aa").values())


def test_a_changed_sheet_stales_exactly_its_dependents_and_asking_about_all_is_quick(floor: Floor) -> None:
    old, new = floor.take("old", task="t_2"), floor.take("new", task="t_2")
    floor.append("slot", slot="sheet:queso", content=old)
    takes = {}
    with floor.book.transact() as tx:
        for number in range(400):
            leans = [["sheet:queso", old]] if number % 2 else []
            takes[f"{number:064x}"] = bool(leans)
            tx.append(
                "take",
                actor=floor.machine,
                production="pr_1",
                body={
                    "take": f"k_{number}", "task": "t_1", "number": 100 + number, "content": f"{number:064x}",
                    "makers": ["p_art"], "origin": "generated", "n_frames": 1, "size": [1, 1], "leans": leans,
                },
            )  # fmt: skip
    for content in list(takes)[:20]:
        floor.measure(content, "technical", name="t" + content[-8:])
        floor.measure(content, "consistency", name="c" + content[-8:])
        floor.verdict("p_lea", content, "lead", 2)
        floor.verdict("p_dana", content, "director", 2)
        assert floor.ask(content)["director"].passes
    floor.append("slot", slot="sheet:queso", content=new)
    for content in list(takes)[:20]:
        result = floor.ask(content)["director"]
        assert (result.passes, result.only_stale) == (not takes[content], takes[content])
    started = time.perf_counter()
    with floor.book.reading() as conn:
        many = facts_of(
            conn, [("t_1", content) for content in takes], policy=floor.policy, current_versions={}, now=""
        )
    assert len(many) == 400
    assert time.perf_counter() - started < 10  # 400 single asks would take longer on a busy machine


def test_many_at_once_are_each_as_one_at_a_time(floor: Floor) -> None:
    first = floor.take("a")
    second = floor.take("b", parent="k_a", change="subrange")
    floor.verdict("p_dana", first, "director", -2)
    floor.measure(second, "technical")
    with floor.book.reading() as conn:
        many = facts_of(
            conn,
            [("t_1", first), ("t_1", second)],
            policy=floor.policy,
            current_versions={"technical": 1, "consistency": 1},
            now="2026-01-01T00:00:00Z",
        )
    assert many == {("t_1", first): floor.facts(first), ("t_1", second): floor.facts(second)}
