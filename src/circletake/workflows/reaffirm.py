"""Still holds: a person looks again at their stale approvals and confirms those that still hold.

Each confirmation is a fresh verdict of their own, given like any other: whatever a verdict is refused
for refuses a confirmation, and the others are recorded all the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from circletake.domain.verdict import Verdict
from circletake.errors import CircletakeError, NotFound, VerdictInvalid
from circletake.gates.causes import stale_approvals
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import utc_now
from circletake.workflows.bind import Gatekeeper
from circletake.workflows.give_verdict import Call, give_verdict
from circletake.workflows.house import House, require
from circletake.workflows.views import ReaffirmedView, ReaffirmView

MOST = 500
_ANSWERED = {"refused", "invalid", "missing", "forbidden", "conflict"}


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One stale approval that still holds.

    Args:
        verdict: entry of the stale approval.
        key: makes a repeated request count once.
        gate_hash: of the gate as the person saw it; empty where they were shown none.
        upstream: slot → content as the person saw it; None where they were shown none.
        answers: ids of flagged evidence that they answer with it, beside what they answered before.
    """

    verdict: int
    key: str
    gate_hash: str = ""
    upstream: Mapping[str, str] | None = None
    answers: Sequence[str] = ()


def reaffirm(
    house: House, who: Session, production: str, confirmations: Sequence[Confirmation]
) -> ReaffirmView:
    """Record a fresh verdict for each stale approval that is confirmed, and say which were refused.

    Raises:
        VerdictInvalid: more are confirmed at once than anybody can have looked at.
        NotFound: there is no such production that this person is part of.
    """
    if len(confirmations) > MOST:
        raise VerdictInvalid(f"At most {MOST} approvals are confirmed at once; send the rest after these.")
    who.sitting("confirm an approval")
    with house.book.reading() as conn:
        require(conn, who, production, "see")
    results: list[ReaffirmedView] = []
    for one in confirmations:
        try:
            seq = _confirm(house, who, production, one)
        except CircletakeError as refused:
            if refused.kind not in _ANSWERED:
                raise
            results.append(
                ReaffirmedView(verdict=one.verdict, recorded=None, code=refused.code, refused=refused.message)
            )
        else:
            results.append(ReaffirmedView(verdict=one.verdict, recorded=seq, code="", refused=""))
    recorded = sum(result.recorded is not None for result in results)
    return ReaffirmView(results=results, recorded=recorded, refused=len(results) - recorded)


def _confirm(house: House, who: Session, production: str, one: Confirmation) -> int:
    with house.book.reading() as conn:
        repeated = reads.find_verdict(conn, key=one.key)
        given = _stale_one(house, conn, who, production, one) if repeated is None else repeated[0]
    return give_verdict(
        house,
        who,
        Call(
            task=given.task,
            content=given.content,
            gate=given.gate,
            value=given.value,
            key=one.key,
            reasons=list(given.reasons),
            disposition=given.disposition,
            answers=sorted({*given.answers, *one.answers}),
            gate_hash=one.gate_hash,
            upstream=dict(one.upstream) if one.upstream is not None else None,
        ),
    )


def _stale_one(
    house: House, conn: reads.Connection, who: Session, production: str, one: Confirmation
) -> Verdict:
    """The stale approval that is meant.

    Raises:
        NotFound: it is not theirs, does not stand any more, or is not stale.
    """
    found, _ = require(conn, who, production, "see")
    known = reads.find_verdict(conn, seq=one.verdict)
    if known is None or known[0].person != str(who.person) or known[0].value < 1:
        raise NotFound(f"Entry {one.verdict} is no approval of yours; only your own can be confirmed.")
    given, live = known
    row = reads.find_task(conn, given.task)
    if not live or row is None or row.task.production != found.id:
        raise NotFound(f"The approval in entry {one.verdict} does not stand here any more; reload the list.")
    keeper = Gatekeeper(conn, found.id, house.policy(conn, found.policy), utc_now())
    facts = keeper.facts([(given.task, given.content)])[given.task, given.content]
    held = facts.roles.get(given.person, frozenset())
    stale = {found.verdict.seq for found in stale_approvals(facts, keeper.judge(facts))}
    # somebody who lost the role hears that from the verdict itself, not that nothing is stale
    gate = next((gate for gate in facts.stage.gates if gate.key == given.gate), None)
    if given.seq not in stale and gate is not None and held & set(gate.vote):
        raise NotFound(f"The approval in entry {one.verdict} is not stale; there is nothing to confirm.")
    return given
