"""What entries “request”, “attempt” and “attempt_call” do to the tables: attempts are planned and go on.

The state before stands in each entry and is compared here, in the transaction that appends it: of two who
would send the same attempt, one finds it gone on and does nothing.
"""

from sqlalchemy import Connection

from circletake.db import tables
from circletake.domain.attempt import (
    HANDLED,
    MOST_ATTEMPTS,
    OVER,
    State,
    after_call,
    check_step,
)
from circletake.domain.cost import MOST_MICRO, check_unit
from circletake.errors import AlreadyThere, AttemptInvalid, EntryInvalid, NotFound, WorldMoved
from circletake.ledger import entries as e
from circletake.ledger import rows
from circletake.ledger.canonical import spelled
from circletake.ledger.cost_rows import Account


def keep_request(conn: Connection, entry: e.Entry, body: e.RequestBody) -> None:
    """Plan the attempts of a request.

    Raises:
        NotFound: there is no such task in the production.
        AlreadyThere: the request, an attempt or a key is there already.
        AttemptInvalid: no attempts, or too many.
        CostInvalid: what one may cost is no amount, or no unit.
        EntryInvalid: it belongs to no production.
    """
    if entry.production is None:
        raise EntryInvalid("A request belongs to a production; name it.")
    if rows.find(conn, tables.task, "production", id=body.task) != entry.production:
        raise NotFound(f"There is no task {body.task} in this production.")
    if not 1 <= len(body.attempts) <= MOST_ATTEMPTS:
        raise AttemptInvalid(f"A request plans 1 to {MOST_ATTEMPTS} attempts.")
    if not 0 <= body.most <= MOST_MICRO:
        raise AttemptInvalid("What an attempt may cost is 0 or more, in millionths of its unit.")
    check_unit(body.unit)
    if rows.find(conn, tables.request, "id", id=body.request) is not None:
        raise AlreadyThere(f"There is a request {body.request} already; nothing is asked for twice.")
    rows.add(
        conn,
        tables.request,
        id=body.request,
        production=entry.production,
        task=body.task,
        at=entry.at,
        person=entry.actor,
        provider=body.provider,
        kind=body.kind,
        decision_commitment=body.decision,
        prompt_commitment=body.prompt,
        override_commitment=body.override,
        ask=body.ask,
        label=body.label,
        purpose=body.purpose,
        seed=body.seed,
        seeds=body.seeds,
        unit=body.unit,
        most_micro=body.most,
        seq=entry.seq,
    )
    for place, (role, content) in enumerate(body.inputs):
        rows.add(conn, tables.request_input, request=body.request, place=place, role=role, content=content)
    _plan(conn, entry, body)


def _plan(conn: Connection, entry: e.Entry, body: e.RequestBody) -> None:
    ids, keys = [one for one, _ in body.attempts], [key for _, key in body.attempts]
    taken = rows.among(conn, tables.attempt, "id", ids) | rows.among(conn, tables.attempt, "key", keys)
    if taken or len({*ids, *keys}) != 2 * len(ids):
        raise AlreadyThere("Every attempt has an id and a key of its own; mint new ones.")
    for number, (attempt, key) in enumerate(body.attempts, start=1):
        rows.add(
            conn,
            tables.attempt,
            id=attempt,
            request=body.request,
            production=entry.production,
            number=number,
            key=key,
            state="planned",
            handle=None,
            charged=None,
            code="",
            text="",
            outputs="[]",
            reserved_micro=0,
            settled_micro=0,
            estimate_micro=None,
            reported_micro=None,
            reconciled_micro=None,
            changed_at=entry.at,
            seq=entry.seq,
        )


def keep_attempt(conn: Connection, entry: e.Entry, body: e.AttemptBody) -> None:
    """Let an attempt go on, with what that does to the purses.

    Raises:
        NotFound: there is no such attempt or take in the production.
        WorldMoved: it is not in that state any more.
        AttemptInvalid: that state does not follow, or what has to be said with it is not.
        BudgetSpent: a purse does not hold what it may cost.
    """
    check_step(body.before, body.after)
    account = Account(conn, entry.production, body.attempt)
    if body.after in HANDLED and body.before in {"submitting", "unknown"} and not body.handle:
        raise AttemptInvalid("An attempt that was sent has what the provider calls it; name the handle.")
    if (body.after in OVER) != (body.charged is not None):
        raise AttemptInvalid("Whether an attempt was paid for is said when it is over, and only then.")
    if body.takes and body.after not in {"done", "partial"}:
        raise AttemptInvalid("Takes come of an attempt that is done, in whole or in part.")
    _go_on(conn, entry, body.attempt, before=body.before, after=body.after, **_told(body))
    for take in body.takes:
        if rows.find(conn, tables.take, "production", id=take) != entry.production:
            raise NotFound(f"There is no take {take} in this production to come of an attempt.")
        rows.add_once(conn, tables.attempt_take, {"attempt": body.attempt, "take": take})
    if body.after == "reserved" and body.before == "planned":
        account.reserve(_most_of(conn, body.attempt))
    elif body.after in OVER:
        account.settle(body.charged)


def _told(body: e.AttemptBody) -> dict[str, object]:
    """Columns that this step says something of."""
    told: dict[str, object] = {"code": body.code, "text": body.text}
    if body.handle is not None:
        told["handle"] = body.handle
    if body.charged is not None:
        told["charged"] = body.charged
    if body.outputs:
        told["outputs"] = spelled(body.outputs).decode()
    return told


def _most_of(conn: Connection, attempt: str) -> int:
    request = rows.find(conn, tables.attempt, "request", id=attempt)
    most = rows.find(conn, tables.request, "most_micro", id=request)
    return most if isinstance(most, int) else 0


def keep_attempt_call(conn: Connection, entry: e.Entry, body: e.AttemptCallBody) -> None:
    """Let a person say what became of an unknown attempt.

    Raises:
        NotFound: there is no such attempt in the production.
        WorldMoved: it is not unknown any more.
    """
    account = Account(conn, entry.production, body.attempt)
    after, charged = after_call(body.call, handle=body.handle)
    told: dict[str, object] = {"code": body.call.replace("_", "-"), "text": ""}
    if body.handle:
        told["handle"] = body.handle
    if after in OVER:
        told["charged"] = charged
    _go_on(conn, entry, body.attempt, before="unknown", after=after, **told)
    if after in OVER:
        account.settle(charged)


def _go_on(
    conn: Connection, entry: e.Entry, attempt: str, *, before: State, after: State, **told: object
) -> None:
    here = {"id": attempt, "state": before}
    if rows.change(conn, tables.attempt, here, state=after, changed_at=entry.at, seq=entry.seq, **told) == 0:
        raise WorldMoved(f"The attempt {attempt} is not {before} any more; somebody else took it on.")
