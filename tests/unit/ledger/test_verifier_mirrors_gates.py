"""The verifier judges what the gates judge, also where the book holds the same thing twice."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from circletake.gates.policy import policy_dict
from circletake.ledger.verifier import World, judge

if TYPE_CHECKING:
    from tests.unit.ledger.conftest import Floor


def missing_at(floor: "Floor", content: str, gate_at: int) -> list[str]:
    world = World(production="pr_1")
    for entry in floor.book.entries(limit=10_000):
        world.learn(json.loads(entry.raw))
    stage = next(one for one in policy_dict(floor.policy)["stages"] if one["key"] == "animation")
    return judge(world, stage["gates"][gate_at], "t_1", content)[1]


def test_the_same_measurement_again_takes_nothing_s_place(floor: "Floor") -> None:
    content = floor.take("one")
    floor.measure(content, "consistency")
    for name, flagged in (("first", True), ("second", False), ("first", True)):
        floor.measure(content, "technical", name=name, flagged=flagged)
    floor.verdict("p_lea", content, "lead", 2)
    assert floor.ask(content)["lead"].result == "satisfied"
    assert missing_at(floor, content, 0) == []
    floor.measure(content, "technical", name="third", flagged=True)
    assert floor.ask(content)["lead"].result == "unsatisfied"
    assert missing_at(floor, content, 0) == ["nobody answered what the check technical flagged"]


def test_a_reply_is_no_note_of_its_own_and_a_permit_that_is_missing_is_said() -> None:
    world = World(production="pr_1")
    for kind, body in (
        ("entity", {"entity": "e_1", "kind": "shot", "code": "SH010"}),
        ("task", {"task": "t_1", "entity": "e_1", "stage": "animation"}),
        ("take", {"take": "k_1", "task": "t_1", "content": "aa", "makers": ["p_1"], "parent": None,
                  "change": "new", "leans": []}),
        ("note", {"note": "n_1", "task": "t_1", "content": "aa", "severity": "issue", "reply_to": None}),
        ("note", {"note": "n_2", "task": "t_1", "content": "aa", "severity": "issue", "reply_to": "n_1"}),
    ):  # fmt: skip
        world.learn({"seq": 1, "at": "2026-01-01T00:00:00Z", "actor": "p_1", "kind": kind,
                     "production": "pr_1", "session": None, "body": body})  # fmt: skip
    assert list(world.notes) == ["n_1"]
    asked = {"rule": "permits", "params": {"use": "place", "needed": 1}}
    gate = {"key": "g", "vote": {}, "rules": [asked]}
    assert "a permit for place is missing" in judge(world, gate, "t_1", "aa")[1]


def test_a_consent_whose_last_day_is_over_covers_nothing_until_it_is_renewed() -> None:
    world = World(production="pr_1")
    granted = {"consent": "c_1", "kind": "consent", "entity": "e_1", "subject": "Bo", "uses": ["dub"],
               "until": "2026-01-01", "document": None, "granted": True}  # fmt: skip
    asked = {"rule": "consent", "params": {"use": "dub"}}
    gate = {"key": "g", "vote": {}, "rules": [asked]}

    def missing(kind: str, body: Mapping[str, object]) -> list[str]:
        world.learn({"seq": 1, "at": "2026-01-01T00:00:00Z", "actor": "p_1", "kind": kind,
                     "production": "pr_1", "session": None, "body": body})  # fmt: skip
        return [said for said in judge(world, gate, "t_1", "aa")[1] if "consent" in said]

    world.now = "2026-01-01T00:00:00Z"
    for kind, body in (
        ("entity", {"entity": "e_1", "kind": "shot", "code": "SH010"}),
        ("task", {"task": "t_1", "entity": "e_1", "stage": "animation"}),
        ("take", {"take": "k_1", "task": "t_1", "content": "aa", "makers": ["p_1"], "parent": None,
                  "change": "new", "leans": []}),
    ):  # fmt: skip
        missing(kind, body)
    assert missing("consent", granted) == []
    assert missing("lapsed", {"consent": "c_1", "until": "2026-01-01"}) != []
    assert missing("consent", {**granted, "until": None}) == []
