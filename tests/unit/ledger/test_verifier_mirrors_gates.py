"""The verifier judges what the gates judge, also where the book holds the same thing twice."""

import json
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
