"""Whether consents and permits cover a use; what the rules `consent` and `permits` have in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from circletake.domain.facts import ConsentFact, Facts, Finding
from circletake.domain.policy import Param
from circletake.gates.params import read_params

Kind = Literal["consent", "permit"]


@dataclass(frozen=True, slots=True)
class Params:
    """What a policy may set.

    Args:
        use: what it has to cover, as whoever keeps consents and permits spells it: `release`, `dub` ….
        needed: how many there have to be at least; 0 where a take that shows nobody needs none.
    """

    use: str = "release"
    needed: int = 0


def is_over(until: str | None, now: str) -> bool:
    """Whether a last day is over; `now` is UTC, ISO 8601.

    >>> is_over("2027-01-31", "2027-01-31T23:59:59Z"), is_over("2027-01-31", "2027-02-01T00:00:00Z")
    (False, True)
    """
    return until is not None and until < now[: len(until)]


def judge(facts: Facts, rule: str, kind: Kind, given: Mapping[str, Param]) -> Finding:
    """Hold when everything of this kind that is attached is in force and covers the use, and is enough.

    One that was granted once and has ended since makes the finding stale; one that never covered the use,
    or is not there at all, does not.
    """
    params = read_params(Params, given)
    attached = [one for one in facts.consents if one.kind == kind]
    lacks = {one.seq: _lack(one, params.use, facts.now) for one in attached}
    good = [one.seq for one in attached if not lacks[one.seq]]
    missing = [lack for _, lack in sorted(lacks.items()) if lack]
    ended = [one.seq for one in attached if params.use in one.uses and lacks[one.seq]]
    if not missing and len(good) >= params.needed:
        said = f"{len(good)} cover {params.use}." if good else f"It needs no {kind} for {params.use}."
        return Finding(rule, holds=True, sentence=said, uses=tuple(sorted(good)))
    more = params.needed - len(good) - len(missing)
    if more > 0:
        missing.append(f"{more} more {kind}{'s' if more > 1 else ''} for {params.use} must be recorded.")
    return Finding(
        rule,
        holds=False,
        sentence=" ".join(missing),
        missing=tuple(missing),
        uses=tuple(sorted(good)),
        stale=len(ended) == len(missing),
    )


def _lack(one: ConsentFact, use: str, now: str) -> str:
    name = f"The {one.kind} {one.id} of {one.entity}"
    if not one.granted:
        return f"{name} was revoked (entry {one.seq})."
    if one.lapsed or is_over(one.until, now):
        return f"{name} ended on {one.until}."
    return "" if use in one.uses else f"{name} does not cover {use}."


def explain(kind: Kind, given: Mapping[str, Param]) -> str:
    """Say what is asked for."""
    params = read_params(Params, given)
    least = f"; at least {params.needed} must be there" if params.needed else ""
    return f"Every {kind} attached to it, or to what it leans on, is in force and covers {params.use}{least}."


def never(given: Mapping[str, Param]) -> str | None:
    """Say why this could never hold, if so."""
    params = read_params(Params, given)
    if not params.use.strip():
        return "use names nothing; say what has to be covered, such as release."
    return f"needed is {params.needed}; it is 0 or more." if params.needed < 0 else None
