"""Reads and writes policies: the same plain data in the book, in a TOML file and on the wire."""

import hashlib
import json
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from circletake.domain.entity import ENTITY_KINDS, EntityKind
from circletake.domain.people import ROLES, Role
from circletake.domain.policy import Gate, Override, Policy, RuleCall, Stage
from circletake.domain.verdict import VALUE_NAMES
from circletake.errors import NotFound
from circletake.gates.context import FINE, NEVER_OVERRIDDEN
from circletake.gates.engine import rules
from circletake.gates.params import read_params
from circletake.gates.reading import (
    flag,
    is_value,
    key_of,
    listed,
    mapping,
    members,
    once,
    one_of,
    param,
    refuse,
    setting,
    span,
    text,
)
from circletake.gates.reasons import read_families, reasons_list

FORMAT = 1
_SHIPPED = Path(__file__).parent / "policies"
POLICY_STAGE = "policy"  # where a policy itself is judged
_POLICY = {"v", "name", "stages", "thresholds", "reasons", "frames"}
_FRAMES = {"start"}
_LAST_START = 1_000_000  # beyond it a label is no number that anybody reads
_STAGE = {"key", "label", "kinds", "gates", "ships"}
_GATE = {"key", "label", "vote", "rules", "reason_needed", "carry", "blind", "override"}
_OVERRIDE = {"roles", "rules"}
_CALL = {"rule", "params"}


@dataclass(frozen=True, slots=True)
class _Nothing:
    """Parameters of a rule that has none."""


def shipped_names() -> list[str]:
    """Names of the policies that come with circletake."""
    return sorted(file.stem for file in _SHIPPED.glob("*.toml"))


def shipped_text(name: str) -> str:
    """A policy that comes with circletake, as its file has it.

    Raises:
        NotFound: there is none of this name.
    """
    if name not in shipped_names():
        raise NotFound(f"No policy “{name}” comes with circletake; there is {', '.join(shipped_names())}.")
    return (_SHIPPED / f"{name}.toml").read_text("utf-8")


def shipped(name: str = "animation") -> Policy:
    """A policy that comes with circletake.

    Raises:
        NotFound: there is none of this name.
    """
    return read_policy(tomllib.loads(shipped_text(name)))


def read_policy(data: Mapping[str, Any]) -> Policy:
    """Read a policy.

    Raises:
        PolicyInvalid: names the path of what cannot be read or could never pass.
    """
    members(data, _POLICY, "", needed={"name", "stages"})
    if data.get("v", FORMAT) != FORMAT:
        refuse("v", f"should be {FORMAT}; a newer circletake wrote this policy")
    stages = tuple(
        _read_stage(mapping(stage, f"stages[{at}]"), f"stages[{at}]")
        for at, stage in enumerate(listed(data["stages"], "stages"))
    )
    once([stage.key for stage in stages], "stages")
    thresholds = mapping(data.get("thresholds", {}), "thresholds")
    policy = Policy(
        name=text(data["name"], "name"),
        stages=stages,
        thresholds={key_of(check, "thresholds"): _read_settings(thresholds, check) for check in thresholds},
        reasons=read_families(data["reasons"]) if "reasons" in data else (),
        start_frame=_read_start(mapping(data.get("frames", {}), "frames")),
    )
    return replace(policy, hash=_hash(policy_dict(policy)))


def _read_start(frames: Mapping[str, Any]) -> int:
    members(frames, _FRAMES, "frames", needed=set())
    start = frames.get("start", 0)
    if type(start) is not int or not 0 <= start <= _LAST_START:
        refuse("frames.start", f"should be a whole number from 0 to {_LAST_START}, such as 1001")
    return start


def _read_settings(thresholds: Mapping[str, Any], check: str) -> dict[str, str]:
    """What a policy sets of one check; numbers are kept as somebody wrote them, in text."""
    path = f"thresholds.{check}"
    given = mapping(thresholds[check], path)
    return {key_of(name, path): setting(given[name], f"{path}.{name}") for name in given}


def with_policy_stage(policy: Policy) -> Policy:
    """The same policy, by the same hash, with a gate for changing it: its own, or the producer's.

    A policy that says nothing of how it may be changed is changed by a producer's word on the exact text.
    """
    if policy.stage(POLICY_STAGE) is not None:
        return policy
    return replace(policy, stages=(*policy.stages, _read_stage(_OWN_STAGE, "stages")))


_OWN_STAGE: dict[str, Any] = {
    "key": POLICY_STAGE,
    "label": "Policy",
    "kinds": ["policy"],
    "gates": [
        {
            "key": "producer",
            "label": "Producer",
            "vote": {"producer": [-2, 2], "director": [-1, 1], "lead": [-1, 1], "admin": [-1, 1]},
            "rules": [{"rule": "circled", "params": {"n": 1, "roles": ["producer"]}}, {"rule": "no_veto"}],
        }
    ],
}


def policy_dict(policy: Policy) -> dict[str, Any]:
    """Write a policy as plain data: text, whole numbers, booleans, lists; keys of a–z, 0–9 and _."""
    own: dict[str, Any] = {"reasons": reasons_list(policy.reasons)} if policy.reasons else {}
    if policy.start_frame:  # what is not set is not written: policies of before keep their hash
        own["frames"] = {"start": policy.start_frame}
    return {
        **own,
        "v": FORMAT,
        "name": policy.name,
        "stages": [
            {
                "key": stage.key,
                "label": stage.label,
                "kinds": list(stage.kinds),
                "ships": stage.ships,
                "gates": [{"label": gate.label, **_gate_dict(gate)} for gate in stage.gates],
            }
            for stage in policy.stages
        ],
        "thresholds": {check: dict(settings) for check, settings in policy.thresholds.items()},
    }


def _gate_dict(gate: Gate) -> dict[str, Any]:
    """A gate without its wording: what a verdict binds to; what is not asked for is not written."""
    asked: dict[str, Any] = {name: True for name in ("carry", "blind") if getattr(gate, name)}
    if gate.override is not None:
        asked["override"] = {"roles": list(gate.override.roles), "rules": list(gate.override.rules)}
    return {
        **asked,
        "key": gate.key,
        "vote": {role: list(values) for role, values in gate.vote.items()},
        "rules": [
            {
                "rule": call.rule,
                "params": {
                    name: list(value) if isinstance(value, tuple) else value for name, value in call.params
                },
            }
            for call in gate.rules
        ],
        "reason_needed": list(gate.reason_needed),
    }


def _hash(data: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON, as the book spells it; every text here is NFC already."""
    spelled = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(spelled.encode()).hexdigest()


def _read_stage(data: Mapping[str, Any], path: str) -> Stage:
    members(data, _STAGE, path, needed={"key", "kinds", "gates"})
    kinds = listed(data["kinds"], f"{path}.kinds")
    for at, kind in enumerate(kinds):
        one_of(kind, ENTITY_KINDS, f"{path}.kinds[{at}]")
    gates = tuple(
        _read_gate(mapping(gate, f"{path}.gates[{at}]"), f"{path}.gates[{at}]")
        for at, gate in enumerate(listed(data["gates"], f"{path}.gates"))
    )
    once([gate.key for gate in gates], f"{path}.gates")
    key = key_of(data["key"], f"{path}.key")
    return Stage(
        key=key,
        label=text(data.get("label", key), f"{path}.label"),
        kinds=cast("tuple[EntityKind, ...]", tuple(kinds)),
        gates=gates,
        ships=flag(data, "ships", path),
    )


def _read_gate(data: Mapping[str, Any], path: str) -> Gate:
    members(data, _GATE, path, needed={"key", "vote", "rules"})
    key = key_of(data["key"], f"{path}.key")
    votes = mapping(data["vote"], f"{path}.vote")
    vote = {
        cast("Role", one_of(role, ROLES, f"{path}.vote")): span(votes[role], f"{path}.vote.{role}")
        for role in votes
    }
    calls = tuple(
        _read_call(mapping(call, f"{path}.rules[{at}]"), f"{path}.rules[{at}]")
        for at, call in enumerate(listed(data["rules"], f"{path}.rules"))
    )
    needed = data.get("reason_needed", [-2, -1])
    if not isinstance(needed, list) or not all(is_value(value) for value in needed):
        refuse(f"{path}.reason_needed", "should list values from -2 to 2")
    gate = Gate(
        key=key,
        label=text(data.get("label", key), f"{path}.label"),
        vote=vote,
        rules=calls,
        reason_needed=tuple(needed),
        carry=flag(data, "carry", path),
        blind=flag(data, "blind", path),
        override=_read_override(data, calls, path),
    )
    _check_passable(gate, path)
    return replace(gate, hash=_hash(_gate_dict(gate)))


def _read_override(data: Mapping[str, Any], calls: tuple[RuleCall, ...], path: str) -> Override | None:
    if "override" not in data:
        return None
    path = f"{path}.override"
    given = mapping(data["override"], path)
    members(given, _OVERRIDE, path, needed=_OVERRIDE)
    asked = {call.rule for call in calls} - NEVER_OVERRIDDEN
    names = tuple(text(rule, f"{path}.rules") for rule in listed(given["rules"], f"{path}.rules"))
    for name in names:
        if name in NEVER_OVERRIDDEN:
            refuse(f"{path}.rules", f"names “{name}”, which nobody may override")
        if name not in asked:
            refuse(f"{path}.rules", f"names “{name}”, which is no rule of this gate")
    roles = tuple(one_of(role, ROLES, f"{path}.roles") for role in listed(given["roles"], f"{path}.roles"))
    return Override(roles=cast("tuple[Role, ...]", roles), rules=names)


def _read_call(data: Mapping[str, Any], path: str) -> RuleCall:
    members(data, _CALL, path, needed={"rule"})
    name = text(data["rule"], f"{path}.rule")
    rule = rules().get(name)
    if rule is None:
        refuse(f"{path}.rule", f"is no rule; there are {', '.join(sorted(rules()))}")
    given = mapping(data.get("params", {}), f"{path}.params")
    params = {member: param(given[member], f"{path}.params.{member}") for member in sorted(given)}
    # a stranger's rule that declares nothing takes nothing
    read_params(getattr(sys.modules[rule.__module__], "Params", _Nothing), params, path=f"{path}.params")
    return RuleCall(rule=name, params=tuple(params.items()))


def _check_passable(gate: Gate, path: str) -> None:
    """Refuse a gate that would pass without a person, or that nobody could ever pass."""
    circled = [dict(call.params) for call in gate.rules if call.rule == "circled"]
    if not circled:
        refuse(f"{path}.rules", "should ask for `circled`: nothing passes a gate that no person passed")
    for params in circled:
        at_least, needed = params.get("at_least", max(VALUE_NAMES)), params.get("n", 1)
        if not isinstance(needed, int) or needed < 1:
            refuse(f"{path}.rules", "asks `circled` for nobody; n is at least 1")
        if not is_value(at_least) or at_least < FINE:
            refuse(f"{path}.rules", "asks `circled` for a value that is no approval; at_least is 1 or 2")
        roles = params.get("roles", ())
        asked = roles if isinstance(roles, tuple) and roles else tuple(gate.vote)
        if not any(
            role in gate.vote and gate.vote[role][1] >= at_least for role in cast("tuple[Role, ...]", asked)
        ):
            refuse(f"{path}.vote", f"lets none of {', '.join(asked) or 'nobody'} say {VALUE_NAMES[at_least]}")
