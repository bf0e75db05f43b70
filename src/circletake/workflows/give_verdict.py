"""Give a verdict: record what a person decided about exact content, and ask the gates again.

One transaction: the book's head is locked, a repeated key gives back what was recorded, an approval
of something that has moved since it was looked at is refused, the verdict is appended, the gates are
asked, and what changed is appended beside it.
"""

from dataclasses import dataclass, field

from circletake.checks.run import current_versions
from circletake.domain.people import Role
from circletake.domain.policy import Gate
from circletake.domain.reasons import checked_reasons
from circletake.domain.take import Take
from circletake.domain.time import FrameRange
from circletake.domain.verdict import (
    DISPOSITIONS,
    SEVERITIES,
    VALUE_NAMES,
    Disposition,
    Region,
    Severity,
    Verdict,
    joined,
    severity_of,
    value_of,
)
from circletake.errors import (
    AnswerNeeded,
    Conflict,
    NotFound,
    ReasonNeeded,
    RoleMissing,
    SameEyes,
    VerdictInvalid,
    WorldMoved,
)
from circletake.gates.reasons import reasons_of
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import Transaction
from circletake.workflows.bind import bind_family, policy_of_task
from circletake.workflows.house import STUDIO, House, require
from circletake.workflows.lean import refuse_circle
from circletake.workflows.mentions import spelled
from circletake.workflows.remarks import check_where
from circletake.workflows.veil import Veil

_APPROVES = 1
_CIRCLED = 2
_MAX_NOTE = 10_000


@dataclass(frozen=True, slots=True)
class Call:
    """What a person decided, as a door hands it in.

    Args:
        key: made by whoever calls, so that the same call sent twice is recorded once.
        gate_hash: of the gate as the person saw it; empty where they were shown none.
        upstream: slot → content as the person saw it; None where they were shown none.
        severity: how heavy it is; None is as heavy as its value usually is.
        regions: where in which frame it is about, in ten-thousandths of the picture.
        watched: frames that were played or shown to them, as their player counted.
        dwell_ms: how long it was in front of them, as their player counted.
    """

    task: str
    content: str
    gate: str
    value: int
    key: str
    reasons: list[str] = field(default_factory=list)
    disposition: Disposition = "fix"
    note: str | None = None
    ranges: list[FrameRange] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    gate_hash: str = ""
    upstream: dict[str, str] | None = None
    severity: Severity | None = None
    regions: list[Region] = field(default_factory=list)
    watched: list[FrameRange] = field(default_factory=list)
    dwell_ms: int = 0


def give_verdict(house: House, who: Session, call: Call) -> int:
    """Record a verdict.

    Returns:
        Its entry's number in the book.

    Raises:
        NotAPerson: a program acts, by an API token.
        RoleMissing: no role of this person votes so at this gate.
        SameEyes: a maker would circle their own take where four eyes are asked for.
        WorldMoved: the gate or the references changed since the person looked; only refuses approvals.
        LeansInCircle: what it was measured against leans, in the end, on this task; the same.
        ReasonNeeded: the gate asks for a reason that was not given.
        AnswerNeeded: a check flagged this content and the approval does not answer it.
        VerdictInvalid: a value, reason, disposition or frame range that cannot be.
    """
    who.sitting("give a verdict")
    value = value_of(call.value)
    if call.disposition not in DISPOSITIONS:
        raise VerdictInvalid(f"“{call.disposition}” is no disposition; say one of {', '.join(DISPOSITIONS)}.")
    if call.severity is not None and call.severity not in SEVERITIES:
        raise VerdictInvalid(f"“{call.severity}” is no severity; say one of {', '.join(SEVERITIES)}.")
    if call.note is not None and len(call.note) > _MAX_NOTE:
        raise VerdictInvalid(f"A note holds at most {_MAX_NOTE} characters.")
    with house.book.transact() as tx:
        known = reads.find_verdict(tx.conn, key=call.key)
        if known is not None:
            return _repeated(known[0], call, who)
        take, gate, roles, upstream = looked_at(house, tx, who, call.task, call.content, call.gate)
        policy = policy_of_task(house, tx.conn, call.task)
        reasons = checked_reasons(call.reasons, reasons_of(policy))
        veil = Veil.read(tx.conn, who, take.production, policy=policy, roles=roles)
        hidden = veil.hides(call.task, call.content)
        _check_vote(gate, roles, value)
        check_where(take, [*call.ranges, *call.watched], call.regions)
        if value in gate.reason_needed and not reasons:
            raise ReasonNeeded(
                f"A {VALUE_NAMES[value]} at {gate.label} needs a reason, such as character.off_model."
            )
        if value >= _APPROVES:
            check_unmoved(call.gate_hash, call.upstream, gate, upstream)
            refuse_circle(tx.conn, take.production, task=call.task, slots=upstream)
            _check_eyes(gate, tx, take, who, value)
            if not hidden:  # what nobody showed them nobody can answer; the gate waits for that
                _check_answered(tx, gate, call)
        entry = tx.append(
            "verdict",
            actor=who.person,
            session=who.pseudonym,
            production=take.production,
            body={
                "answers": sorted(set(call.answers)),
                "content": call.content,
                "disposition": call.disposition,
                "gate": gate.key,
                "gate_hash": gate.hash,
                "key": call.key,
                "note": tx.keep_text(spelled(tx.conn, take.production, call.note)) if call.note else None,
                "policy": policy_of_task(house, tx.conn, call.task).hash,
                "ranges": [[frames.start, frames.end] for frames in call.ranges],
                "reasons": list(reasons),
                "regions": [list(region) for region in call.regions],
                "scores_hidden": hidden,
                "severity": call.severity or severity_of(value),
                "task": call.task,
                "upstream": [[slot, content] for slot, content in sorted(upstream.items())],
                "value": value,
                "watched": [[frames.start, frames.end] for frames in joined(call.watched)],
                "dwell_ms": max(call.dwell_ms, 0),
            },
        )
        bind_family(house, tx, task=call.task, content=call.content)
        if value == -_CIRCLED:
            _recall(tx, take, entry.seq)
        return entry.seq


def withdraw(house: House, who: Session, *, verdict: int, key: str) -> str:
    """Take one's own verdict back: a new entry, the old one stays readable.

    Returns:
        The task it was on.

    Raises:
        NotFound: there is no such verdict, or it is somebody else's.
        NotAPerson: a program acts, by an API token.
    """
    who.sitting("withdraw a verdict")
    with house.book.transact() as tx:
        found = reads.find_verdict(tx.conn, seq=verdict)
        if found is None or found[0].person != str(who.person):
            raise NotFound(f"Verdict {verdict} is not one of yours; only your own can be withdrawn.")
        given, live = found
        if live:
            row = reads.find_task(tx.conn, given.task)
            tx.append(
                "withdraw",
                actor=who.person,
                session=who.pseudonym,
                production=row.task.production if row else None,
                body={"key": key, "verdict": verdict},
            )
            bind_family(house, tx, task=given.task, content=given.content)
        return given.task


def _repeated(known: Verdict, call: Call, who: Session) -> int:
    was = known.person, known.task, known.content, known.gate, known.value
    if was != (str(who.person), call.task, call.content, call.gate, call.value):
        raise Conflict("This key was used for another verdict; send the new one with a new key.")
    return known.seq


def looked_at(
    house: House, tx: Transaction, who: Session, task: str, content: str, gate_key: str
) -> tuple[Take, Gate, frozenset[Role], dict[str, str]]:
    """What somebody decides about: the take, the gate, their roles, and what the take leans on now.

    Raises:
        NotFound: one of them is not there.
    """
    row = reads.find_task(tx.conn, task)
    if row is None:
        raise NotFound(f"There is no task {task} here; the board lists them.")
    production, roles = require(tx.conn, who, row.task.production, "see")
    take = next((take for take in reads.takes_of(tx.conn, task) if take.content == content), None)
    if take is None:
        raise NotFound(f"{row.entity.code} has no take of content {content[:12]}; reload its page.")
    stage = house.policy(tx.conn, production.policy).stage(row.task.stage)
    gate = next((gate for gate in stage.gates if gate.key == gate_key), None) if stage else None
    if gate is None:
        known = ", ".join(gate.key for gate in stage.gates) if stage else "none: the policy has no such stage"
        raise NotFound(f"There is no gate “{gate_key}” at {row.task.stage}; there is {known}.")
    return take, gate, roles, relevant_slots(tx.conn, take, reads.slots(tx.conn, production.id))


def relevant_slots(conn: reads.Connection, take: Take, slots: dict[str, str]) -> dict[str, str]:
    """Slots an approval of this take leans on: it was made, or measured, against what they hold."""
    measured = {
        reference
        for evidence in reads.evidence_on(conn, [take.content]).get(take.content, [])
        for reference in evidence.references
    }
    return {slot: content for slot, content in slots.items() if slot in take.leans or content in measured}


def vote_range(gate: Gate, roles: frozenset[Role]) -> tuple[int, int] | None:
    """Lowest and highest value these roles may give at a gate; None where they have no vote."""
    ranges = [gate.vote[role] for role in roles if role in gate.vote]
    return (min(low for low, _ in ranges), max(high for _, high in ranges)) if ranges else None


def _check_vote(gate: Gate, roles: frozenset[Role], value: int) -> None:
    allowed = vote_range(gate, roles)
    if allowed is None or not allowed[0] <= value <= allowed[1]:
        able = sorted(role for role, (low, high) in gate.vote.items() if low <= value <= high)
        raise RoleMissing(
            f"A {VALUE_NAMES[value]} at {gate.label} is for {', '.join(able) or 'nobody'}; "
            f"you are {', '.join(sorted(roles))} here."
        )


def check_unmoved(
    seen_hash: str, seen_upstream: dict[str, str] | None, gate: Gate, upstream: dict[str, str]
) -> None:
    """Refuse what was decided of a gate or of references that have moved since they were looked at.

    Raises:
        WorldMoved: names what moved.
    """
    if seen_hash and seen_hash != gate.hash:
        raise WorldMoved(
            f"The gate {gate.label} changed since you opened this page; look again, then decide."
        )
    if seen_upstream is not None:
        moved = sorted(slot for slot, content in upstream.items() if seen_upstream.get(slot) != content)
        if moved:
            raise WorldMoved(
                f"{', '.join(moved)} changed since you opened this page; look again, then decide.",
                slots=moved,
            )


def _check_eyes(gate: Gate, tx: Transaction, take: Take, who: Session, value: int) -> None:
    if value < _CIRCLED or all(call.rule != "four_eyes" for call in gate.rules):
        return
    makers = {maker for same in reads.takes_with(tx.conn, take.content) for maker in same.makers}
    if str(who.person) in makers:
        raise SameEyes("You made this take, so somebody else has to circle it: four eyes.")


def _check_answered(tx: Transaction, gate: Gate, call: Call) -> None:
    asked = {
        check
        for rule in gate.rules
        if rule.rule == "fresh_evidence"
        for name, checks in rule.params
        if name == "checks" and isinstance(checks, tuple)
        for check in checks
    }
    versions = current_versions()
    open_flags = [
        evidence
        for evidence in reads.evidence_on(tx.conn, [call.content]).get(call.content, [])
        if evidence.flagged
        and evidence.check in asked
        and evidence.version == versions.get(evidence.check)
        and evidence.id not in call.answers
    ]
    if open_flags:
        said = " ".join(evidence.sentence for evidence in open_flags)
        raise AnswerNeeded(
            f"A check points at this take: {said} Say that you have seen it (answer the flag), or ask for "
            f"another take.",
            unanswered=[evidence.id for evidence in open_flags],
        )


def _recall(tx: Transaction, take: Take, verdict: int) -> None:
    """A veto on something already sealed is recorded on the seal; what was delivered stays as it was."""
    for seal in reads.seals_of(tx.conn, take.content):
        tx.append(
            "recalled", actor=STUDIO, production=take.production, body={"sealed": seal, "verdict": verdict}
        )
