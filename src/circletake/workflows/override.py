"""Override: let exact content pass a gate although rules of it do not hold. It is shown for ever.

Bound like a verdict: to the content, to the gate as it is, and to what the content leans on. It is never
taken back; whoever regrets it vetoes, which no earlier override covers.
"""

from dataclasses import dataclass, field

from circletake.domain.people import Role
from circletake.domain.policy import Gate
from circletake.domain.reasons import checked_reasons
from circletake.errors import (
    Conflict,
    GateClosed,
    PolicyHolds,
    ReasonNeeded,
    RoleMissing,
    SameEyes,
    VerdictInvalid,
)
from circletake.gates.context import NEVER_OVERRIDDEN, asks_four_eyes
from circletake.gates.reasons import reasons_of
from circletake.ledger import reads, remarks
from circletake.ledger.accounts import Session
from circletake.workflows.bind import ask_gates, bind_family, policy_of_task
from circletake.workflows.give_verdict import check_unmoved, looked_at
from circletake.workflows.house import House

_MAX_NOTE = 10_000


@dataclass(frozen=True, slots=True)
class OverrideCall:
    """An override as a door hands it in.

    Args:
        code: reason code.
        note: in their own words; never empty.
        key: made by whoever calls, so that the same call sent twice is recorded once.
        role: in which they do it; None is the first they hold of those that may.
        gate_hash: of the gate as the person saw it; empty where they were shown none.
        upstream: slot → content as the person saw it; None where they were shown none.
    """

    task: str
    content: str
    gate: str
    code: str
    note: str
    key: str
    role: str | None = None
    gate_hash: str = ""
    upstream: dict[str, str] | None = field(default=None)


def give_override(house: House, who: Session, call: OverrideCall) -> int:
    """Record an override.

    Returns:
        Its entry's number in the book.

    Raises:
        PolicyHolds: nobody may override at this gate, or it passes already.
        RoleMissing: no role of this person may.
        SameEyes: a maker would override where four eyes are asked for.
        GateClosed: a rule does not hold that nobody may override; lists what is missing.
        ReasonNeeded: it says nothing.
        WorldMoved: the gate or the references changed since the person looked.
        Conflict: the key was used for something else.
    """
    if not call.note.strip():
        raise ReasonNeeded("An override is read for ever; say why in your own words.")
    if len(call.note) > _MAX_NOTE:
        raise VerdictInvalid(f"A note holds at most {_MAX_NOTE} characters.")
    who.sitting("override a gate")
    with house.book.transact() as tx:
        known = remarks.find_override(tx.conn, key=call.key)
        if known is not None:
            if (known.person, known.task, known.content, known.gate) != (
                str(who.person), call.task, call.content, call.gate,
            ):  # fmt: skip
                raise Conflict("This key was used for another override; send the new one with a new key.")
            return known.seq
        take, gate, roles, upstream = looked_at(house, tx, who, call.task, call.content, call.gate)
        role = _role(gate, roles, call.role)
        makers = {maker for same in reads.takes_with(tx.conn, take.content) for maker in same.makers}
        if asks_four_eyes(gate) and str(who.person) in makers:
            raise SameEyes("You made this take, so somebody else has to let it pass: four eyes.")
        (code,) = checked_reasons([call.code], reasons_of(policy_of_task(house, tx.conn, call.task)))
        check_unmoved(call.gate_hash, call.upstream, gate, upstream)
        broken = _broken(house, tx.conn, gate, call, now=tx.now)
        entry = tx.append(
            "override",
            actor=who.person,
            session=who.pseudonym,
            production=take.production,
            body={
                "code": code,
                "content": call.content,
                "gate": gate.key,
                "gate_hash": gate.hash,
                "key": call.key,
                "note": tx.keep_text(call.note),
                "role": role,
                "rules": broken,
                "task": call.task,
                "upstream": [[slot, content] for slot, content in sorted(upstream.items())],
            },
        )
        bind_family(house, tx, task=call.task, content=call.content)
        return entry.seq


def _role(gate: Gate, roles: frozenset[Role], named: str | None) -> Role:
    if gate.override is None:
        raise PolicyHolds(
            f"Nobody may override what {gate.label} asks for; the policy says who may, if anybody."
        )
    may = [role for role in gate.override.roles if role in roles and named in {None, role}]
    if not may:
        raise RoleMissing(
            f"To override at {gate.label} you need one of these roles: {', '.join(gate.override.roles)}; "
            f"you are {', '.join(sorted(roles))} here."
        )
    return may[0]


def _broken(house: House, conn: reads.Connection, gate: Gate, call: OverrideCall, *, now: str) -> list[str]:
    """The rules of a gate that do not hold, if all of them may be overridden."""
    results = ask_gates(house, conn, task=call.task, content=call.content, now=now)
    result = next(result for result in results if result.gate == gate.key)
    if result.passes:
        raise PolicyHolds(f"{gate.label} passes already; there is nothing to override.")
    may = set(gate.override.rules) - NEVER_OVERRIDDEN if gate.override else set()
    closed = [
        finding
        for finding in result.findings
        if not finding.holds and (finding.error or finding.rule not in may)
    ]
    if closed:
        missing = [said for finding in closed for said in finding.missing or (finding.sentence,)]
        names = ", ".join(dict.fromkeys(finding.rule for finding in closed))
        raise GateClosed(f"{gate.label} cannot be overridden while {names} does not hold.", missing=missing)
    return sorted({finding.rule for finding in result.findings if not finding.holds})
