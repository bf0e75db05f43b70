"""Consents and permits: recorded, renewed, revoked, and lapsed by the day they end."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Literal, cast

from circletake.domain.policy import Stage
from circletake.errors import NameInvalid, NotFound
from circletake.gates.agreements import is_over
from circletake.ledger import reads, remarks
from circletake.ledger.accounts import Session
from circletake.ledger.book import Transaction
from circletake.workflows.bind import bind_takes
from circletake.workflows.found_production import fresh_id
from circletake.workflows.house import STUDIO, House, require
from circletake.workflows.views import ConsentView

_RULES = {"consent", "permits"}
_KINDS = ("consent", "permit")
_MAX_SUBJECT = 200
Kind = Literal["consent", "permit"]


def record_consent(
    house: House,
    who: Session,
    production: str,
    *,
    kind: str,
    code: str,
    subject: str,
    uses: Sequence[str],
    until: str | None = None,
    document: Path | None = None,
    renews: str | None = None,
) -> str:
    """Record that somebody agreed, or that a right was obtained.

    Args:
        kind: `consent` or `permit`.
        code: of the shot or asset it is attached to.
        subject: who agreed, or whose right it is; kept beside the book, where it can be erased.
        uses: what it covers, in the words the policy uses: `release`, `dub` ….
        until: last day, `2027-01-31`; None is without end.
        document: a file that shows it; goes into the store.
        renews: id of one that this takes the place of.

    Returns:
        Its id.

    Raises:
        NameInvalid: a kind, use or day that cannot be.
        NotFound: there is no such entity, or nothing to renew.
    """
    if kind not in _KINDS:
        raise NameInvalid(f"“{kind}” is neither consent nor permit; say which.")
    if not subject.strip() or len(subject) > _MAX_SUBJECT:
        raise NameInvalid(f"Say who agreed, or whose right it is, in at most {_MAX_SUBJECT} characters.")
    words = sorted({use.strip() for use in uses if use.strip()})
    if not words:
        raise NameInvalid("Say at least one use that it covers, such as release.")
    last_day = checked_day(until)
    if document is not None and not document.is_file():
        raise NotFound(f"{document} is no file; name what shows the {kind}.")
    kept = house.store.put_file(document) if document is not None else None
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "keep_consents")
        entity = reads.find_entity(tx.conn, found.id, code)
        if entity is None:
            raise NotFound(f"{found.title} has no {code} to attach this to; the board lists what there is.")
        if renews is not None:
            _of(tx.conn, found.id, renews)
        consent = renews or fresh_id("c")
        _append(
            tx,
            who,
            found.id,
            {
                "consent": consent,
                "document": kept,
                "entity": entity.id,
                "granted": True,
                "kind": kind,
                "subject": tx.keep_text(subject),
                "until": last_day,
                "uses": words,
            },
        )
        bind_asking(house, tx, found.id)
    return consent


def revoke_consent(house: House, who: Session, production: str, consent: str) -> None:
    """Record that a consent or permit no longer holds; what leaned on it closes at once.

    Raises:
        NotFound: there is none of this id in this production.
    """
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "keep_consents")
        row = _of(tx.conn, found.id, consent)
        if not row.granted:
            return
        _append(
            tx,
            who,
            found.id,
            {
                "consent": row.id,
                "document": row.document,
                "entity": row.entity,
                "granted": False,
                "kind": cast("Kind", row.kind),
                "subject": row.subject_commitment,
                "until": row.until,
                "uses": list(row.uses),
            },
        )
        bind_asking(house, tx, found.id)


def list_consents(house: House, who: Session, production: str) -> list[ConsentView]:
    """Every consent and permit of a production, in the order in which they last changed."""
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "see_people")
        return [
            ConsentView(
                id=row.id,
                seq=row.seq,
                kind=row.kind,
                code=row.code,
                subject=row.subject,
                uses=list(row.uses),
                until=row.until,
                document=row.document,
                state="lapsed" if row.lapsed else "granted" if row.granted else "revoked",
            )
            for row in remarks.consents_in(conn, found.id)
        ]


def lapse_consents(house: House) -> int:
    """Record of every consent and permit whose last day is over that it is, once; asked again, none.

    Rules judge by the day of the seal in any case; the entry makes the board and the history say so, and
    makes it stay so on a machine whose clock steps back.

    Returns:
        How many ended.
    """
    with house.book.reading() as conn:
        if not remarks.ending_consents(conn):
            return 0
    with house.book.transact() as tx:
        over = [row for row in remarks.ending_consents(tx.conn) if is_over(row.until, tx.now)]
        for row in over:
            tx.append(
                "lapsed",
                actor=STUDIO,
                production=row.production,
                body={"consent": row.id, "until": row.until},
            )
        for production in sorted({row.production for row in over}):
            bind_asking(house, tx, production)
    return len(over)


def bind_asking(house: House, tx: Transaction, production: str) -> None:
    """Ask the gates again of every take at a stage that asks for consents or permits."""
    found = reads.find_production(tx.conn, production)
    policy = house.policy(tx.conn, found.policy) if found else None
    for row in reads.tasks(tx.conn, production):
        stage = policy.stage(row.task.stage) if policy else None
        if stage is not None and _asks(stage):
            bind_takes(house, tx, reads.takes_of(tx.conn, row.task.id))


def _asks(stage: Stage) -> bool:
    return any(call.rule in _RULES for gate in stage.gates for call in gate.rules)


def _of(conn: reads.Connection, production: str, consent: str) -> remarks.ConsentRow:
    row = remarks.find_consent(conn, consent)
    if row is None or row.production != production:
        raise NotFound(f"There is no consent or permit {consent} here; `circletake consent list` lists them.")
    return row


def _append(tx: Transaction, who: Session, production: str, body: dict[str, object]) -> None:
    tx.append("consent", actor=who.person, session=who.pseudonym, production=production, body=body)


def checked_day(text: str | None) -> str | None:
    """A day as given, if it is one.

    Raises:
        NameInvalid: it is no day.
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise NameInvalid(f"“{text}” is no day; write it as 2027-01-31.") from None
