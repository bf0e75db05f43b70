"""A policy reads back as it was written, and one that could pass without a person is refused."""

import copy
import hashlib
from typing import Any

import pytest

from circletake.errors import NotFound, PolicyInvalid
from circletake.gates.policy import policy_dict, read_policy, shipped
from circletake.ledger.canonical import canonical


def test_the_shipped_policy_is_what_the_floor_expects() -> None:
    policy = shipped()
    stages = {stage.key: [gate.key for gate in stage.gates] for stage in policy.stages}
    assert stages == {
        "design": ["director"],
        "storyboard": ["director"],
        "animation": ["lead", "director"],
        "master": ["producer"],
    }
    assert [stage.key for stage in policy.stages if stage.ships] == ["animation", "master"]
    for stage in policy.stages:
        for gate in stage.gates:
            assert gate.vote["director"] == (-2, 2)
            assert "artist" not in gate.vote
            assert "client" not in gate.vote


def test_a_policy_reads_back_and_is_known_by_the_hash_of_its_canonical_json() -> None:
    policy = shipped()
    written = policy_dict(policy)
    assert read_policy(written) == policy
    assert hashlib.sha256(canonical(written)).hexdigest() == policy.hash


def test_rewording_a_gate_leaves_its_hash_and_changing_a_rule_does_not() -> None:
    data = policy_dict(shipped())
    before = {gate.key: gate.hash for gate in read_policy(data).stages[2].gates}
    data["stages"][2]["gates"][0]["label"] = "Supervisor"
    reworded = read_policy(data)
    assert {gate.key: gate.hash for gate in reworded.stages[2].gates} == before
    assert reworded.hash != shipped().hash
    data["stages"][2]["gates"][0]["rules"][0]["params"]["n"] = 2
    after = {gate.key: gate.hash for gate in read_policy(data).stages[2].gates}
    assert after["lead"] != before["lead"]
    assert after["director"] == before["director"]


def test_an_unknown_policy_names_those_there_are() -> None:
    with pytest.raises(NotFound, match="animation"):
        shipped("opera")


def changed(path: str, value: Any) -> dict[str, Any]:  # noqa: ANN401 (anything may stand in a file)
    data: Any = copy.deepcopy(policy_dict(shipped()))
    *way, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    at = data
    for step in way:
        at = at[step]
    if value is None:
        del at[last]
    else:
        at[last] = value
    return data  # type: ignore[no-any-return]  # it is a policy's dict


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("v", 2, "v"),
        ("name", "", "name"),
        ("name", None, "name"),
        ("motto", "x", "motto"),
        ("stages", [], "stages"),
        ("stages/0/key", "Design stage", "stages[0].key"),
        ("stages/1/key", "design", "stages"),
        ("stages/0/kinds", ["sofa"], "stages[0].kinds[0]"),
        ("stages/0/ships", "yes", "stages[0].ships"),
        ("stages/0/gates", [], "stages[0].gates"),
        ("stages/2/gates/1/key", "lead", "stages[2].gates"),
        ("stages/0/gates/0/vote/king", [-2, 2], "stages[0].gates[0].vote"),
        ("stages/0/gates/0/vote/lead", [2, -2], "stages[0].gates[0].vote.lead"),
        ("stages/0/gates/0/vote/lead", [-2, 3], "stages[0].gates[0].vote.lead"),
        ("stages/0/gates/0/vote/lead", [-2, True], "stages[0].gates[0].vote.lead"),
        ("stages/0/gates/0/vote/lead", [-2], "stages[0].gates[0].vote.lead"),
        ("stages/0/gates/0/reason_needed", [5], "stages[0].gates[0].reason_needed"),
        ("stages/0/gates/0/rules/0/rule", "coin_toss", "stages[0].gates[0].rules[0].rule"),
        ("stages/0/gates/0/rules/0/params/m", 1, "stages[0].gates[0].rules[0].params.m"),
        ("stages/0/gates/0/rules/0/params/n", "1", "stages[0].gates[0].rules[0].params.n"),
        ("stages/0/gates/0/rules/0/params/n", True, "stages[0].gates[0].rules[0].params.n"),
        ("stages/0/gates/0/rules/0/params/n", 1.5, "stages[0].gates[0].rules[0].params.n"),
        ("stages/0/gates/0/rules/0/params/roles", "director", "stages[0].gates[0].rules[0].params.roles"),
        ("stages/0/gates/0/rules/1/params/n", 1, "stages[0].gates[0].rules[1].params.n"),
        ("thresholds/Loud", "1", "thresholds"),
        ("thresholds", [], "thresholds"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_path(path: str, value: object, named: str) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        read_policy(changed(path, value))
    assert refused.value.detail["path"] == named


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("stages/0/gates/0/rules", [{"rule": "no_veto", "params": {}}]),
        ("stages/0/gates/0/rules/0/params/n", 0),
        ("stages/0/gates/0/rules/0/params/at_least", 0),
        ("stages/0/gates/0/rules/0/params/roles", ["lead"]),
        ("stages/0/gates/0/rules/0/params/roles", ["artist"]),
        ("stages/0/gates/0/vote", {}),
    ],
)
def test_a_gate_that_needs_no_person_or_that_nobody_could_pass_is_refused(path: str, value: object) -> None:
    with pytest.raises(PolicyInvalid):
        read_policy(changed(path, value))
