"""Circled: enough people who may have said “this one” of exactly this content."""

from collections.abc import Mapping
from dataclasses import dataclass

from circletake.domain.facts import Facts, Finding
from circletake.domain.people import ROLES, Role
from circletake.domain.policy import Gate, Param
from circletake.domain.verdict import VALUE_NAMES
from circletake.gates.context import CIRCLED, WITHOUT, RuleContext, by_people, counted, seqs
from circletake.gates.params import read_params


@dataclass(frozen=True, slots=True)
class Params:
    """What a policy may set.

    Args:
        n: how many different people.
        at_least: lowest value that counts, 1 (fine) or 2 (circled).
        roles: whose verdicts count; empty for everybody with a vote here.
        without: whose verdicts do not count: holders of roles, `maker` for whoever made the content, and
            `author`, `prompter`, `importer`, `editor`, `dispatcher`, `owner` for those who had that part.
    """

    n: int = 1
    at_least: int = CIRCLED
    roles: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


def rule(facts: Facts, context: RuleContext) -> Finding:
    """Hold when enough different people who may have circled exactly this content.

    Source:
        Gerrit submit requirements, `label:Code-Review=MAX`.
    """
    params = read_params(Params, context.params)
    wanted = {"at_least": params.at_least, "roles": params.roles, "without": params.without}
    found = counted(facts, context.gate, **wanted)  # type: ignore[arg-type]  # the values are Params' own
    who = " or ".join(params.roles) or "person with a vote here"
    said = VALUE_NAMES.get(params.at_least, "circled")
    if len(found) >= params.n:
        return Finding(
            "circled", holds=True, sentence=f"{len(found)} of {params.n} said {said}.", uses=seqs(found)
        )
    before = counted(facts, context.gate, any_wording=True, **wanted)  # type: ignore[arg-type]  # as above
    if len(before) >= params.n:
        return Finding(
            "circled",
            holds=False,
            sentence=f"{context.gate.label} itself was changed after this was circled.",
            missing=(f"It has to be circled again at {context.gate.label} ({who}).",),
            uses=seqs(before),
            stale=True,
        )
    others = [verdict for verdict in by_people(facts, context.gate) if verdict.value >= params.at_least]
    ignored = f" {len(others) - len(found)} more do not count here." if len(others) > len(found) else ""
    return Finding(
        "circled",
        holds=False,
        sentence=f"{len(found)} of {params.n} said {said}.{ignored}",
        missing=(_missing(params.n - len(found), said=said, who=who),),
        uses=seqs(found),
    )


def _missing(more: int, *, said: str, who: str) -> str:
    if more == 1:
        return f"Nobody who may has said {said} yet; it takes a {who}."
    return f"{more} more people have to say {said}: {who}."


def explain(gate: Gate, params: Mapping[str, Param]) -> str:
    """Say what is asked for."""
    asked = read_params(Params, params)
    who = " or ".join(asked.roles or sorted(gate.vote))
    people = f"{asked.n} different people, each a {who}," if asked.n > 1 else f"A {who}"
    said = VALUE_NAMES.get(asked.at_least, "circled")
    of = f", not counting {', '.join(asked.without)}" if asked.without else ""
    return f"{people} said {said} of exactly this content{of}."


def never(gate: Gate, params: Mapping[str, Param]) -> str | None:
    """Say why nobody could ever do this, if so."""
    asked = read_params(Params, params)
    strange = [word for word in asked.without if word not in WITHOUT]
    if strange:
        return f"without names {', '.join(strange)}, but knows {', '.join(WITHOUT)}."
    roles: list[Role] = [
        role for role in ROLES if role in gate.vote and (not asked.roles or role in asked.roles)
    ]
    able = [role for role in roles if gate.vote[role][1] >= asked.at_least]
    if not able:
        return (
            f"none of {', '.join(asked.roles or sorted(gate.vote))} may say "
            f"{VALUE_NAMES.get(asked.at_least, str(asked.at_least))} here."
        )
    if set(able) <= set(asked.without):
        return f"everybody who may say so is left out: {', '.join(able)}."
    return None
