"""Reads and writes policies: the same plain data in the book, in a TOML file and on the wire."""

import hashlib
import json
import re
import sys
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn, TypeGuard, cast

from circletake.domain.entity import ENTITY_KINDS, EntityKind
from circletake.domain.people import ROLES, Role
from circletake.domain.policy import Gate, Override, Param, Policy, RuleCall, Stage
from circletake.domain.verdict import VALUE_NAMES
from circletake.errors import NotFound, PolicyInvalid
from circletake.gates.context import FINE
from circletake.gates.engine import rules
from circletake.gates.params import read_params

FORMAT = 1
_SHIPPED = Path(__file__).parent / "policies"
_KEY = re.compile(r"[a-z][a-z0-9_]{0,31}")
_POLICY = {"v", "name", "stages", "thresholds"}
_STAGE = {"key", "label", "kinds", "gates", "ships"}
_GATE = {"key", "label", "vote", "rules", "reason_needed", "carry", "blind", "override"}
_OVERRIDE = {"roles", "rules"}
_NEVER_OVERRIDDEN = {"consent"}
_CALL = {"rule", "params"}


@dataclass(frozen=True, slots=True)
class _Nothing:
    """Parameters of a rule that has none."""


def shipped(name: str = "animation") -> Policy:
    """A policy that comes with circletake.

    Raises:
        NotFound: there is none of this name.
    """
    names = sorted(file.stem for file in _SHIPPED.glob("*.toml"))
    if name not in names:
        raise NotFound(f"No policy “{name}” comes with circletake; there is {', '.join(names)}.")
    return read_policy(tomllib.loads((_SHIPPED / f"{name}.toml").read_text("utf-8")))


def read_policy(data: Mapping[str, Any]) -> Policy:
    """Read a policy.

    Raises:
        PolicyInvalid: names the path of what cannot be read or could never pass.
    """
    _members(data, _POLICY, "", needed={"name", "stages"})
    if data.get("v", FORMAT) != FORMAT:
        _refuse("v", f"should be {FORMAT}; a newer circletake wrote this policy")
    stages = tuple(
        _read_stage(_mapping(stage, f"stages[{at}]"), f"stages[{at}]")
        for at, stage in enumerate(_list(data["stages"], "stages"))
    )
    _once([stage.key for stage in stages], "stages")
    thresholds = _mapping(data.get("thresholds", {}), "thresholds")
    policy = Policy(
        name=_text(data["name"], "name"),
        stages=stages,
        thresholds={
            _key(key, "thresholds"): _text(thresholds[key], f"thresholds.{key}") for key in thresholds
        },
    )
    return Policy(
        name=policy.name, stages=stages, thresholds=policy.thresholds, hash=_hash(policy_dict(policy))
    )


def policy_dict(policy: Policy) -> dict[str, Any]:
    """Write a policy as plain data: text, whole numbers, booleans, lists; keys of a–z, 0–9 and _."""
    return {
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
        "thresholds": dict(policy.thresholds),
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
    _members(data, _STAGE, path, needed={"key", "kinds", "gates"})
    kinds = _list(data["kinds"], f"{path}.kinds")
    for at, kind in enumerate(kinds):
        _one_of(kind, ENTITY_KINDS, f"{path}.kinds[{at}]")
    gates = tuple(
        _read_gate(_mapping(gate, f"{path}.gates[{at}]"), f"{path}.gates[{at}]")
        for at, gate in enumerate(_list(data["gates"], f"{path}.gates"))
    )
    _once([gate.key for gate in gates], f"{path}.gates")
    key = _key(data["key"], f"{path}.key")
    return Stage(
        key=key,
        label=_text(data.get("label", key), f"{path}.label"),
        kinds=cast("tuple[EntityKind, ...]", tuple(kinds)),
        gates=gates,
        ships=_flag(data, "ships", path),
    )


def _read_gate(data: Mapping[str, Any], path: str) -> Gate:
    _members(data, _GATE, path, needed={"key", "vote", "rules"})
    key = _key(data["key"], f"{path}.key")
    votes = _mapping(data["vote"], f"{path}.vote")
    vote = {
        cast("Role", _one_of(role, ROLES, f"{path}.vote")): _span(votes[role], f"{path}.vote.{role}")
        for role in votes
    }
    calls = tuple(
        _read_call(_mapping(call, f"{path}.rules[{at}]"), f"{path}.rules[{at}]")
        for at, call in enumerate(_list(data["rules"], f"{path}.rules"))
    )
    needed = data.get("reason_needed", [-2, -1])
    if not isinstance(needed, list) or not all(_is_value(value) for value in needed):
        _refuse(f"{path}.reason_needed", "should list values from -2 to 2")
    gate = Gate(
        key=key,
        label=_text(data.get("label", key), f"{path}.label"),
        vote=vote,
        rules=calls,
        reason_needed=tuple(needed),
        carry=_flag(data, "carry", path),
        blind=_flag(data, "blind", path),
        override=_read_override(data, calls, path),
    )
    _check_passable(gate, path)
    return replace(gate, hash=_hash(_gate_dict(gate)))


def _read_override(data: Mapping[str, Any], calls: tuple[RuleCall, ...], path: str) -> Override | None:
    if "override" not in data:
        return None
    path = f"{path}.override"
    given = _mapping(data["override"], path)
    _members(given, _OVERRIDE, path, needed=_OVERRIDE)
    asked = {call.rule for call in calls} - _NEVER_OVERRIDDEN
    names = tuple(_text(rule, f"{path}.rules") for rule in _list(given["rules"], f"{path}.rules"))
    for name in names:
        if name in _NEVER_OVERRIDDEN:
            _refuse(f"{path}.rules", f"names “{name}”, which nobody may override")
        if name not in asked:
            _refuse(f"{path}.rules", f"names “{name}”, which is no rule of this gate")
    roles = tuple(_one_of(role, ROLES, f"{path}.roles") for role in _list(given["roles"], f"{path}.roles"))
    return Override(roles=cast("tuple[Role, ...]", roles), rules=names)


def _flag(data: Mapping[str, Any], name: str, path: str) -> bool:
    value = data.get(name, False)
    if not isinstance(value, bool):
        _refuse(f"{path}.{name}", "should be true or false")
    return value


def _read_call(data: Mapping[str, Any], path: str) -> RuleCall:
    _members(data, _CALL, path, needed={"rule"})
    name = _text(data["rule"], f"{path}.rule")
    rule = rules().get(name)
    if rule is None:
        _refuse(f"{path}.rule", f"is no rule; there are {', '.join(sorted(rules()))}")
    given = _mapping(data.get("params", {}), f"{path}.params")
    params = {member: _param(given[member], f"{path}.params.{member}") for member in sorted(given)}
    # a stranger's rule that declares nothing takes nothing
    read_params(getattr(sys.modules[rule.__module__], "Params", _Nothing), params, path=f"{path}.params")
    return RuleCall(rule=name, params=tuple(params.items()))


def _check_passable(gate: Gate, path: str) -> None:
    """Refuse a gate that would pass without a person, or that nobody could ever pass."""
    circled = [dict(call.params) for call in gate.rules if call.rule == "circled"]
    if not circled:
        _refuse(f"{path}.rules", "should ask for `circled`: nothing passes a gate that no person passed")
    for params in circled:
        at_least, needed = params.get("at_least", max(VALUE_NAMES)), params.get("n", 1)
        if not isinstance(needed, int) or needed < 1:
            _refuse(f"{path}.rules", "asks `circled` for nobody; n is at least 1")
        if not _is_value(at_least) or at_least < FINE:
            _refuse(f"{path}.rules", "asks `circled` for a value that is no approval; at_least is 1 or 2")
        roles = params.get("roles", ())
        asked = roles if isinstance(roles, tuple) and roles else tuple(gate.vote)
        if not any(
            role in gate.vote and gate.vote[role][1] >= at_least for role in cast("tuple[Role, ...]", asked)
        ):
            _refuse(
                f"{path}.vote", f"lets none of {', '.join(asked) or 'nobody'} say {VALUE_NAMES[at_least]}"
            )


def _refuse(path: str, matter: str) -> NoReturn:
    raise PolicyInvalid(f"The policy cannot be used: {path or 'it'} {matter}.", path=path)


def _members(data: Mapping[str, Any], known: set[str], path: str, *, needed: set[str]) -> None:
    for name in sorted(needed - set(data)):
        _refuse(f"{path}.{name}".lstrip("."), "is missing")
    for name in sorted(set(data) - known):
        _refuse(f"{path}.{name}".lstrip("."), f"is not known here; known are {', '.join(sorted(known))}")


def _mapping(value: object, path: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        _refuse(path, "should be a table")
    return value


def _list(value: object, path: str) -> list[Any]:
    if not isinstance(value, list) or not value:
        _refuse(path, "should be a list with something in it")
    return value


def _text(value: object, path: str) -> str:
    if not isinstance(value, str) or not value.strip():
        _refuse(path, "should be text")
    return unicodedata.normalize("NFC", value)


def _key(value: object, path: str) -> str:
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        _refuse(path, "should be a short key of a–z, 0–9 and _")
    return value


def _one_of(value: object, known: tuple[str, ...], path: str) -> str:
    if value not in known:
        _refuse(path, f"names “{value}”; there are {', '.join(known)}")
    return str(value)


def _span(value: object, path: str) -> tuple[int, int]:
    match value:
        case [low, high] if _is_value(low) and _is_value(high) and low <= high:
            return low, high
        case _:
            _refuse(path, "should be [lowest, highest], from -2 to 2")


def _is_value(value: object) -> TypeGuard[int]:
    return type(value) is int and value in VALUE_NAMES  # True would be 1


def _param(value: object, path: str) -> Param:
    if isinstance(value, list) and all(isinstance(member, str) for member in value):
        return tuple(unicodedata.normalize("NFC", member) for member in value)
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, int):
        return value
    _refuse(path, "should be text, a whole number, true or false, or a list of text")


def _once(keys: list[str], path: str) -> None:
    for key in keys:
        if keys.count(key) > 1:
            _refuse(path, f"has “{key}” twice")
