"""What a rule is handed beside the facts, and whose verdicts count at a gate."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from circletake.domain.facts import Facts, GateResult
from circletake.domain.people import PERSON_PREFIX, ROLES, Role
from circletake.domain.policy import Gate, Param
from circletake.domain.take import RELATIONS
from circletake.domain.verdict import Verdict

CIRCLED = 2
FINE = 1
VETO = -2
MAKER = "maker"
# Somebody else's own word on their own likeness is not a studio's to override.
NEVER_OVERRIDDEN: frozenset[str] = frozenset({"consent"})
# What may stand in `without`: roles, every maker, or those who had a certain part in it.
WITHOUT: tuple[str, ...] = (*ROLES, MAKER, *RELATIONS)


@dataclass(frozen=True, slots=True)
class RuleContext:
    """Where a rule is asked.

    Args:
        gate: whose rule it is.
        params: as the policy sets them for this call.
        earlier: results of the gates before this one, in order.
    """

    gate: Gate
    params: Mapping[str, Param] = field(default_factory=dict)
    earlier: tuple[GateResult, ...] = ()


def by_people(facts: Facts, gate: Gate) -> list[Verdict]:
    """Live verdicts of people at this gate on exactly this content, whatever their value."""
    return [
        verdict
        for verdict in facts.verdicts
        if verdict.gate == gate.key
        and verdict.content == facts.content
        and verdict.task == facts.task
        and verdict.person.startswith(PERSON_PREFIX)
    ]


def carried_here(facts: Facts, gate: Gate) -> list[Verdict]:
    """Live approvals of content that decodes to the same, where the gate accepts them; never to seal.

    A person's own word on exactly this content goes before what was carried of theirs, and whoever made
    the original is as little its fourth eye here as there.
    """
    if not facts.carried or not gate.carry or facts.sealing:
        return []
    made_by = {carried.verdict: carried.makers for carried in facts.carried}
    spoke = {verdict.person for verdict in by_people(facts, gate)}
    return [
        verdict
        for verdict in facts.verdicts
        if verdict.seq in made_by
        and verdict.task == facts.task
        and verdict.gate == gate.key
        and verdict.value >= FINE
        and verdict.person.startswith(PERSON_PREFIX)
        and verdict.person not in spoke
        and not (asks_four_eyes(gate) and verdict.person in made_by[verdict.seq])
    ]


def counted(
    facts: Facts,
    gate: Gate,
    *,
    at_least: int = CIRCLED,
    roles: tuple[str, ...] = (),
    without: tuple[str, ...] = (),
    any_wording: bool = False,
) -> list[Verdict]:
    """Verdicts that speak for this content at this gate, one a person, in the book's order.

    A verdict counts while whoever gave it holds a role that may give it here, and only for the gate as
    it was when it was given. Where the gate asks for four eyes, its makers never count. Approvals that
    were carried count where the gate accepts them, and never when something is sealed.

    Args:
        at_least: lowest value that counts.
        roles: whose verdicts count; empty for everybody with a vote.
        without: roles whose holders do not count; `maker` for whoever made the content, `author`,
            `prompter` … for those who had that part in it.
        any_wording: also count verdicts given before the gate itself was changed.
    """
    barred = barred_makers(facts, gate, without)
    latest: dict[str, Verdict] = {}
    for verdict in [*by_people(facts, gate), *carried_here(facts, gate)]:
        if verdict.value < at_least or not (any_wording or verdict.gate_hash == gate.hash):
            continue
        held = facts.roles.get(verdict.person, frozenset())
        if verdict.person in barred or not held.isdisjoint(without):
            continue
        for role in held:
            low, high = gate.vote.get(role, (1, 0))
            if low <= verdict.value <= high and (not roles or role in roles):
                latest[verdict.person] = verdict
                break
    return sorted(latest.values(), key=lambda verdict: verdict.seq)


def barred_makers(facts: Facts, gate: Gate, without: tuple[str, ...]) -> frozenset[str]:
    """Whoever does not count because of the part they had in the content.

    Where a take does not say who had a part, every maker is taken to have had it.
    """
    if MAKER in without or asks_four_eyes(gate):
        return facts.makers
    parts = [facts.made_by.get(part, facts.makers) for part in without if part in RELATIONS]
    return frozenset().union(*parts)


@dataclass(frozen=True, slots=True)
class Asked:
    """What one `circled` of a gate asks for.

    Args:
        without: roles whose holders do not count.
        params: as the policy has them.
    """

    n: int
    at_least: int
    roles: frozenset[Role]
    without: frozenset[Role]
    params: Mapping[str, Param]


def asked_of(gate: Gate) -> list[Asked]:
    """What each `circled` of a gate asks for, left-out parameters filled in."""
    found: list[Asked] = []
    for call in gate.rules:
        if call.rule == "circled":
            params = dict(call.params)
            n, at_least = params.get("n", 1), params.get("at_least", CIRCLED)
            found.append(
                Asked(
                    n=n if isinstance(n, int) else 1,
                    at_least=at_least if isinstance(at_least, int) else CIRCLED,
                    roles=_roles(params.get("roles")),
                    without=_roles(params.get("without")),
                    params=params,
                )
            )
    return found


def _roles(value: object) -> frozenset[Role]:
    return frozenset(role for role in ROLES if isinstance(value, tuple) and role in value)


def may_give(gate: Gate, asked: Asked, held: AbstractSet[Role]) -> bool:
    """Whether a holder of these roles may say what is asked for at this gate."""
    voting = held & asked.roles if asked.roles else held
    return any(gate.vote[role][1] >= asked.at_least for role in voting & set(gate.vote))


def approvals(facts: Facts, gate: Gate, asked: Asked) -> list[Verdict]:
    """Verdicts that count for one `circled` of this gate."""
    without = asked.params.get("without", ())
    return counted(
        facts,
        gate,
        at_least=asked.at_least,
        roles=tuple(sorted(asked.roles)),
        without=without if isinstance(without, tuple) else (),
    )


def asks_four_eyes(gate: Gate) -> bool:
    """Whether somebody other than its makers has to circle a content here."""
    return any(call.rule == "four_eyes" for call in gate.rules)


def seqs(verdicts: list[Verdict]) -> tuple[int, ...]:
    """Entries of these verdicts, in the book's order."""
    return tuple(sorted(verdict.seq for verdict in verdicts))
