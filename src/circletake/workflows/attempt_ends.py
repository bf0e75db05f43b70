"""What people do with attempts that are on their way: cancel, say what became of one, pay, limit."""

import uuid

from circletake.domain.attempt import CALLS, UNSENT, Call
from circletake.domain.cost import PURSES, PurseKind, check_unit, micro_of
from circletake.errors import AttemptInvalid, CostInvalid, NotFound, WorldMoved
from circletake.generate.port import Handle
from circletake.ledger import accounts, attempts, reads
from circletake.ledger.accounts import Session
from circletake.ledger.attempts import AttemptRow, RequestRow
from circletake.workflows.backlog import HOURS
from circletake.workflows.house import House, require
from circletake.workflows.make_takes import get_provider


def cancel_attempt(house: House, who: Session, production: str, attempt: str) -> str:
    """Cancel an attempt: one that was not sent at once, one that was by asking its provider.

    Returns:
        What came of it, in a sentence.

    Raises:
        NotFound: there is no such attempt here.
        WorldMoved: it is being sent just now, or is over.
    """
    who.sitting("cancel an attempt")
    row, request = _find(house, who, production, attempt, "generate")
    if row.state in UNSENT:
        _cancelled(house, who, row, charged="no", text="Cancelled before it was sent.")
        return "It was cancelled before it was sent; nothing was spent."
    if row.state not in {"queued", "running"}:
        raise WorldMoved(f"This attempt is {row.state}; only what waits or runs can be cancelled.")
    outcome = get_provider(house, request.provider).cancel(Handle(row.handle or ""))
    if outcome.stopped == "unsupported":
        return f"{request.provider} cannot be asked to stop; it goes on to its end."
    if outcome.stopped == "asked":
        return "It was asked to stop, and says so itself once it has."
    if outcome.stopped == "too_late":
        return "It was too late to stop it; what came of it is fetched."
    _cancelled(house, who, row, charged=outcome.charged, text="Cancelled by a person.")
    return "It was cancelled."


def _cancelled(house: House, who: Session, row: AttemptRow, *, charged: str, text: str) -> None:
    body = {"attempt": row.id, "before": row.state, "after": "cancelled", "charged": charged, "text": text,
            "code": "cancelled"}  # fmt: skip
    with house.book.transact() as tx:
        tx.append("attempt", actor=who.actor, session=who.pseudonym, production=row.production, body=body)


def resolve_attempt(
    house: House,
    who: Session,
    production: str,
    attempt: str,
    *,
    call: Call,
    handle: str = "",
    text: str = "",
    key: str = "",
) -> None:
    """Say what became of an attempt whose end is unknown.

    Args:
        call: `ran` (with its handle it is asked after again, without it counts as spent), `did_not` (what
            was reserved is free again), or `write_off` (counted as spent, and done with).
        handle: what the provider calls it, as it is shown at the provider's.
        text: why the person thinks so.
        key: so that it is said once.

    Raises:
        AttemptInvalid: there is no such call.
        WorldMoved: it is not unknown any more.
    """
    sitting = who.sitting("say what became of an attempt")
    if call not in CALLS:
        raise AttemptInvalid(f"“{call}” says nothing of an attempt; say {', '.join(CALLS)}.")
    row, _ = _find(house, who, production, attempt, "end_attempt")
    with house.book.transact() as tx:
        tx.append(
            "attempt_call",
            actor=who.person,
            session=sitting,
            production=row.production,
            body={
                "attempt": row.id,
                "call": call,
                "handle": handle.strip() if call == "ran" else "",
                "key": key or str(uuid.uuid4()),
                "text": tx.keep_text(text.strip()) if text.strip() else None,
            },
        )


def set_budget(
    house: House, who: Session, production: str, *, purse: PurseKind, owner: str, unit: str, limit: str | None
) -> None:
    """Limit what may be spent from a purse.

    Args:
        purse: `production`, `shot`, `person`, or `review` for the hours of looking.
        owner: code of a shot, or name or id of a person; empty for the production's own.
        unit: `USD`, `credit:NAME`, `gpu_s`; hours for `review`.
        limit: as `20.00`; None is no limit of its own.

    Raises:
        NotFound: there is no such shot or person here.
        CostInvalid: no such purse, unit or amount.
    """
    sitting = who.sitting("set a budget")
    if purse not in PURSES:
        raise CostInvalid(f"“{purse}” is no purse; it is one of {', '.join(PURSES)}.")
    used = HOURS if purse == "review" else check_unit(unit)
    micro = None if limit is None else micro_of(limit)
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "set_budget")
        whose = found.id
        if purse == "shot":
            entity = reads.find_entity(tx.conn, found.id, owner)
            if entity is None:
                raise NotFound(f"{found.title} has no shot {owner} to give a budget to.")
            whose = entity.id
        elif purse == "person":
            known = accounts.names(tx.conn)
            whose = owner if owner in known else str(accounts.get_person(tx.conn, owner))
        body = {"limit": micro, "owner": whose, "purse": purse, "unit": used}
        tx.append("budget", actor=who.person, session=sitting, production=found.id, body=body)


def bill_attempt(house: House, who: Session, production: str, attempt: str, *, amount: str) -> None:
    """Write down what the invoice says an attempt cost; it counts from then on.

    Raises:
        NotFound: there is no such attempt here.
        CostInvalid: no amount.
        AttemptInvalid: nothing was sent, so that no invoice can name it.
    """
    who.sitting("write down what an attempt cost")
    row, request = _find(house, who, production, attempt, "set_budget")
    if row.state in UNSENT:
        raise AttemptInvalid("This attempt was not sent, so that no invoice can name it.")
    body = {"attempt": row.id, "line": "reconciled", "micro": micro_of(amount), "unit": request.unit}
    with house.book.transact() as tx:
        tx.append("cost", actor=who.person, session=who.pseudonym, production=row.production, body=body)


def _find(
    house: House, who: Session, production: str, attempt: str, action: str
) -> tuple[AttemptRow, RequestRow]:
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, action)  # type: ignore[arg-type]  # one of them, as callers write it
        row = attempts.find_attempt(conn, attempt)
        request = attempts.find_request(conn, row.request) if row else None
    if row is None or request is None or row.production != found.id:
        raise NotFound(f"There is no attempt {attempt} here; `circletake generate list` lists them.")
    return row, request
