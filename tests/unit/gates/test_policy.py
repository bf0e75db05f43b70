"""A policy reads back as it was written, and one that could pass without a person is refused."""

import copy
import hashlib
from typing import Any

import pytest

from circletake.domain.entity import ENTITY_KINDS
from circletake.domain.facts import Facts, Finding
from circletake.domain.policy import RuleCall
from circletake.errors import NotFound, PolicyInvalid
from circletake.gates import policy
from circletake.gates.context import RuleContext
from circletake.gates.engine import rules
from circletake.gates.policy import policy_dict, read_policy, shipped, shipped_names, with_policy_stage
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
    with pytest.raises(NotFound) as refused:
        shipped("opera")
    assert refused.value.message == (
        f"No policy “opera” comes with circletake; there is {', '.join(shipped_names())}."
    )


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


G = "stages[0].gates[0]"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("rules", [{"rule": "no_veto"}],
         "rules should ask for `circled`: nothing passes a gate that no person passed"),
        ("rules/0/params/n", 0, "rules asks `circled` for nobody; n is at least 1"),
        ("rules/0/params/at_least", 0,
         "rules asks `circled` for a value that is no approval; at_least is 1 or 2"),
        ("rules/0/params/roles", ["lead", "artist"], "vote lets none of lead, artist say circled"),
        ("vote", {}, "vote lets none of director say circled"),
        ("vote", [], "vote should be a table"),
        ("vote/lead", [2, -2], "vote.lead should be [lowest, highest], from -2 to 2"),
        ("carry", "yes", "carry should be true or false"),
        ("rules/0/rule", 5, "rules[0].rule should be text"),
        ("rules/0/rule", "coin_toss", f"rules[0].rule is no rule; there are {', '.join(sorted(rules()))}"),
        ("rules/0/params", [], "rules[0].params should be a table"),
        ("rules/0/params/n", 1.5,
         "rules[0].params.n should be text, a whole number, true or false, or a list of text"),
        ("rules/0/why", "x", "rules[0].why is not known here; known are params, rule"),
        ("rules/0/params/m", 1,
         "rules[0].params.m is no parameter of this rule; it knows at_least, n, roles, without"),
        ("rules/1/params/n", 1, "rules[1].params.n is no parameter of this rule and there are none"),
        ("rules/0/params/n", "1", "rules[0].params.n should be a whole number"),
        ("rules/0/params/roles", "director", "rules[0].params.roles should be a list of text"),
        ("rules/0", [], "rules[0] should be a table"),
        ("rules", [], "rules should be a list with something in it"),
        ("reason_needed", [5], "reason_needed should list values from -2 to 2"),
        ("blind", "x", "blind should be true or false"),
        ("label", " ", "label should be text"),
        ("override", [], "override should be a table"),
        ("override", {"roles": ["producer"], "rules": ["watched"]},
         "override.rules names “watched”, which is no rule of this gate"),
        ("override", {"roles": ["producer"], "rules": "circled"},
         "override.rules should be a list with something in it"),
        ("override", {"roles": ["producer"], "rules": [5]}, "override.rules should be text"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_gate_is_said_to_the_letter(path: str, value: object, said: str) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        read_policy(changed(f"stages/0/gates/0/{path}", value))
    assert refused.value.message in {f"The policy cannot be used: {G}.{said}.", f"{G}.{said}."}


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("name", None, "name is missing"),
        ("motto", "x", "motto is not known here; known are frames, name, reasons, stages, thresholds, v"),
        ("stages/0", [], "stages[0] should be a table"),
        ("stages/0/key", None, "stages[0].key is missing"),
        ("stages/0/label", "", "stages[0].label should be text"),
        ("stages/0/kinds", ["sofa"],
         "stages[0].kinds[0] names “sofa”; there are " + ", ".join(ENTITY_KINDS)),
        ("stages/0/gates/0", 5, "stages[0].gates[0] should be a table"),
        ("thresholds/technical", 1, "thresholds.technical should be a table"),
        ("thresholds/technical", {"black_s": float("nan")},
         "thresholds.technical.black_s should be a number, true or false, or text"),
        ("thresholds/technical", {"black_s": " "},
         "thresholds.technical.black_s should be a number, true or false, or text"),
        ("thresholds/technical", {"Black": 1},
         "thresholds.technical should be a short key of a–z, 0–9 and _"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_policy_is_said_to_the_letter(path: str, value: object, said: str) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        read_policy(changed(path, value))
    assert refused.value.message == f"The policy cannot be used: {said}."


def test_thresholds_are_read_as_they_are_written() -> None:
    data = changed("thresholds", {"technical": {"black_s": 0.25, "least": 3, "strict": True, "word": "x"}})
    policy = read_policy(data)
    assert policy.thresholds == {
        "technical": {"black_s": "0.25", "least": "3", "strict": "true", "word": "x"}
    }
    assert read_policy(policy_dict(policy)) == policy
    assert policy.hash != shipped().hash


def test_a_stage_is_called_by_its_label_or_else_by_its_key() -> None:
    assert read_policy(changed("stages/0/label", "Look")).stages[0].label == "Look"
    assert read_policy(changed("stages/0/label", None)).stages[0].label == "design"


def test_a_gate_that_nobody_votes_at_is_said() -> None:
    data = changed("stages/0/gates/0/vote", {})
    data["stages"][0]["gates"][0]["rules"] = [{"rule": "circled"}]
    with pytest.raises(PolicyInvalid, match="lets none of nobody say circled"):
        read_policy(data)


def test_a_policy_is_hashed_as_the_book_spells_it_in_whatever_letters() -> None:
    read = read_policy(changed("name", "Kätzchen 猫"))
    assert read.hash == hashlib.sha256(canonical(policy_dict(read))).hexdigest()


@pytest.mark.parametrize(
    "override",
    [
        {"roles": ["producer"], "rules": ["consent"]},
        {"roles": ["producer"], "rules": ["watched"]},
        {"roles": ["king"], "rules": ["circled"]},
        {"roles": [], "rules": ["circled"]},
        {"roles": ["producer"]},
    ],
)
def test_an_override_of_what_is_not_asked_for_or_never_overridden_is_refused(override: object) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        read_policy(changed("stages/0/gates/0/override", override))
    assert str(refused.value.detail["path"]).startswith("stages[0].gates[0].override")


def test_consent_cannot_be_overridden_even_where_a_gate_asks_for_it() -> None:
    data = changed("stages/0/gates/0/override", {"roles": ["producer"], "rules": ["consent"]})
    data["stages"][0]["gates"][0]["rules"].append({"rule": "consent"})
    with pytest.raises(PolicyInvalid, match="nobody may override"):
        read_policy(data)


def test_an_override_binds_the_gate_and_reads_back() -> None:
    policy = read_policy(changed("stages/0/gates/0/override", {"roles": ["producer"], "rules": ["circled"]}))
    assert read_policy(policy_dict(policy)) == policy
    assert policy.stages[0].gates[0].hash != shipped().stages[0].gates[0].hash
    for name in ("carry", "blind"):
        marked = read_policy(changed(f"stages/0/gates/0/{name}", value=True))
        assert read_policy(policy_dict(marked)) == marked
        assert marked.stages[0].gates[0].hash != shipped().stages[0].gates[0].hash


def test_a_policy_without_a_way_to_change_it_is_changed_by_a_producer() -> None:
    policy = with_policy_stage(shipped())
    assert policy.hash == shipped().hash
    own = policy.stages[-1]
    assert (own.key, own.kinds, own.ships, [gate.key for gate in own.gates]) == (
        "policy", ("policy",), False, ["producer"],
    )  # fmt: skip
    assert own.gates[0].vote["producer"] == (-2, 2)
    assert [call.rule for call in own.gates[0].rules] == ["circled", "no_veto"]
    assert with_policy_stage(policy) == policy


@pytest.mark.parametrize(
    ("value", "fits"), [(2**53 - 1, True), (2**53, False), (-(2**53), False), ([1], False)]
)
def test_a_number_that_not_every_reader_keeps_is_no_parameter(value: object, *, fits: bool) -> None:
    data = changed("stages/0/gates/0/rules/0/params/n", value)
    if fits:
        assert read_policy(data).name == "animation"
    else:
        with pytest.raises(PolicyInvalid):
            read_policy(data)


def test_a_strangers_rule_that_declares_no_parameters_takes_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def theirs(_facts: Facts, _context: RuleContext) -> Finding:
        return Finding("theirs", holds=True, sentence="As they like it.")

    monkeypatch.setattr(policy, "rules", lambda: rules() | {"theirs": theirs})
    data = changed("stages/0/gates/0/rules/1", {"rule": "theirs"})
    assert read_policy(data).stages[0].gates[0].rules[1] == RuleCall("theirs")
    data["stages"][0]["gates"][0]["rules"][1]["params"] = {"n": 1}
    with pytest.raises(PolicyInvalid, match=r"rules\[1\].params.n"):
        read_policy(data)


def test_the_first_frame_has_a_number_that_policies_of_before_do_not_say() -> None:
    document = policy_dict(shipped())
    assert "frames" not in document
    assert shipped().start_frame == 0
    numbered = read_policy({**document, "frames": {"start": 1001}})
    assert numbered.start_frame == 1001
    assert policy_dict(numbered)["frames"] == {"start": 1001}
    assert read_policy(policy_dict(numbered)).hash == numbered.hash != shipped().hash
    assert read_policy({**document, "frames": {"start": 0}}).hash == shipped().hash
    # no gate depends on it: no approval becomes stale
    gates = [[gate.hash for gate in stage.gates] for stage in numbered.stages]
    assert gates == [[gate.hash for gate in stage.gates] for stage in shipped().stages]


@pytest.mark.parametrize("start", [-1, "1001", True, 1_000_001, 1.5])
def test_a_first_number_that_is_none_is_refused(start: object) -> None:
    with pytest.raises(PolicyInvalid, match=r"frames\.start should be a whole number"):
        read_policy({**policy_dict(shipped()), "frames": {"start": start}})
