"""Typed reads of attempts: what was asked for, how far each is, what purses hold, what waits for judging."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, Row, and_, func, literal_column, select

from circletake.db import tables
from circletake.domain.attempt import OVER, STATES, InputRole, Kind, Label, Purpose, SeedPolicy, State, Wanted
from circletake.domain.cost import Charged, Purse
from circletake.ledger.cost_rows import find_purse

__all__ = ["AttemptRow", "PurseRow", "RequestRow", "find_purse"]

# A literal, for PostgreSQL takes two bound ones for two expressions and refuses to group by them.
_MOVES = tables.take.c.n_frames > literal_column("1")


@dataclass(frozen=True, slots=True)
class RequestRow:
    """What somebody asked a provider for; words are None where there are none, or once they are erased.

    Args:
        has_prompt: there was one, whether or not it was erased since.
    """

    id: str
    production: str
    task: str
    at: str
    person: str
    provider: str
    decision: str | None
    prompt: str | None
    has_prompt: bool
    override: str | None
    ask: str
    wanted: Wanted
    unit: str
    most_micro: int


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """How far an attempt is.

    Args:
        number: from 1, within its request.
        key: minted once; what the provider is told, so that it can be asked after.
        handle: what the provider calls it, where it said.
        charged: whether it was paid for, once it is over.
        changed: the entry that last changed it.
    """

    id: str
    request: str
    production: str
    number: int
    key: str
    state: State
    handle: str | None
    charged: Charged | None
    code: str
    text: str
    outputs: tuple[str, ...]
    reserved_micro: int
    settled_micro: int
    estimate_micro: int | None
    reported_micro: int | None
    reconciled_micro: int | None
    changed_at: str
    changed: int


@dataclass(frozen=True, slots=True)
class PurseRow:
    """A purse and whose it is."""

    kind: str
    owner: str
    unit: str
    purse: Purse


def _requests() -> Any:  # noqa: ANN401 (a select of many columns)
    request, text = tables.request, tables.private_text
    decision, prompt, override = text.alias(), text.alias(), text.alias()
    return (
        select(
            request,
            decision.c.text.label("decision"),
            prompt.c.text.label("prompt"),
            override.c.text.label("override"),
        )
        .outerjoin(decision, decision.c.commitment == request.c.decision_commitment)
        .outerjoin(prompt, prompt.c.commitment == request.c.prompt_commitment)
        .outerjoin(override, override.c.commitment == request.c.override_commitment)
    )


def find_request(conn: Connection, request: str) -> RequestRow | None:
    """The request of this id, or None."""
    row = conn.execute(_requests().where(tables.request.c.id == request)).first()
    return _request(conn, row) if row else None


def requests_of(conn: Connection, production: str, *, most: int) -> list[RequestRow]:
    """What was asked for in a production, the newest first."""
    query = (
        _requests()
        .where(tables.request.c.production == production)
        .order_by(tables.request.c.seq.desc())
        .limit(most)
    )
    return [_request(conn, row) for row in conn.execute(query).all()]


def _request(conn: Connection, row: Row[Any]) -> RequestRow:
    table = tables.request_input
    inputs = conn.execute(
        select(table.c.role, table.c.content).where(table.c.request == row.id).order_by(table.c.place)
    )
    attempt = tables.attempt
    count = conn.scalar(select(func.count()).select_from(attempt).where(attempt.c.request == row.id))
    return RequestRow(
        id=row.id,
        production=row.production,
        task=row.task,
        at=row.at,
        person=row.person,
        provider=row.provider,
        decision=row.decision,
        prompt=row.prompt,
        has_prompt=row.prompt_commitment is not None,
        override=row.override,
        ask=row.ask,
        wanted=Wanted(
            kind=cast("Kind", row.kind),
            seed=row.seed,
            seeds=cast("SeedPolicy", row.seeds),
            inputs=tuple((cast("InputRole", one.role), one.content) for one in inputs),
            purpose=cast("Purpose", row.purpose),
            label=cast("Label", row.label),
            count=count or 0,
        ),
        unit=row.unit,
        most_micro=row.most_micro,
    )


def find_attempt(conn: Connection, attempt: str) -> AttemptRow | None:
    """The attempt of this id, or None."""
    row = conn.execute(select(tables.attempt).where(tables.attempt.c.id == attempt)).first()
    return _attempt(row) if row else None


def attempts_of(conn: Connection, request: str) -> list[AttemptRow]:
    """The attempts of a request, in order."""
    table = tables.attempt
    query = select(table).where(table.c.request == request).order_by(table.c.number)
    return [_attempt(row) for row in conn.execute(query)]


def attempts_in(conn: Connection, production: str) -> list[AttemptRow]:
    """Every attempt of a production, by request and number."""
    table = tables.attempt
    query = select(table).where(table.c.production == production).order_by(table.c.request, table.c.number)
    return [_attempt(row) for row in conn.execute(query)]


def open_attempts(conn: Connection, states: Collection[State] | None = None) -> list[AttemptRow]:
    """Attempts that are not over, of every production, those that changed longest ago first.

    Args:
        states: which; None is all that are not over.
    """
    table = tables.attempt
    wanted = sorted(set(STATES) - OVER if states is None else states)
    query = select(table).where(table.c.state.in_(wanted)).order_by(table.c.seq, table.c.number)
    return [_attempt(row) for row in conn.execute(query)]


def _attempt(row: Row[Any]) -> AttemptRow:
    return AttemptRow(
        id=row.id,
        request=row.request,
        production=row.production,
        number=row.number,
        key=row.key,
        state=cast("State", row.state),
        handle=row.handle,
        charged=cast("Charged | None", row.charged),
        code=row.code,
        text=row.text,
        outputs=tuple(json.loads(row.outputs)),
        reserved_micro=row.reserved_micro,
        settled_micro=row.settled_micro,
        estimate_micro=row.estimate_micro,
        reported_micro=row.reported_micro,
        reconciled_micro=row.reconciled_micro,
        changed_at=row.changed_at,
        changed=row.seq,
    )


def takes_of_attempts(conn: Connection, production: str) -> dict[str, list[str]]:
    """Attempt → ids of the takes that came of it, of every attempt of a production."""
    table, attempt = tables.attempt_take, tables.attempt
    query = (
        select(table.c.attempt, table.c.take)
        .join_from(table, attempt, table.c.attempt == attempt.c.id)
        .where(attempt.c.production == production)
        .order_by(table.c.take)
    )
    found: dict[str, list[str]] = {}
    for row in conn.execute(query):
        found.setdefault(row.attempt, []).append(row.take)
    return found


def attempt_of_take(conn: Connection, take: str) -> str | None:
    """The attempt that a take came of, or None; of several that gave the same bytes, the first."""
    table, attempt = tables.attempt_take, tables.attempt
    query = (
        select(table.c.attempt)
        .join_from(table, attempt, table.c.attempt == attempt.c.id)
        .where(table.c.take == take)
        .order_by(attempt.c.seq)
    )
    return conn.execute(query.limit(1)).scalar()


def purses_of(conn: Connection, production: str) -> list[PurseRow]:
    """Every purse of a production that has a limit or was paid from."""
    table = tables.purse
    query = select(table).where(table.c.production == production)
    query = query.order_by(table.c.kind, table.c.owner, table.c.unit)
    return [
        PurseRow(row.kind, row.owner, row.unit, Purse(row.limit_micro, row.held_micro, row.spent_micro))
        for row in conn.execute(query)
    ]


@dataclass(frozen=True, slots=True)
class Unjudged:
    """Takes of a stage that nobody has given a verdict on; `clips` have more than one frame."""

    stage: str
    stills: int
    clips: int


def unjudged(conn: Connection, production: str) -> list[Unjudged]:
    """Takes that no standing verdict speaks of, stage by stage."""
    take, task, verdict = tables.take, tables.task, tables.verdict
    judged = (
        select(verdict.c.seq)
        .where(verdict.c.task == take.c.task, verdict.c.content == take.c.content, verdict.c.live)
        .exists()
    )
    query = (
        select(task.c.stage, _MOVES.label("moves"), func.count().label("takes"))
        .join_from(take, task, take.c.task == task.c.id)
        .where(take.c.production == production, ~judged)
        .group_by(task.c.stage, _MOVES)
    )
    found: dict[str, list[int]] = {}
    for row in conn.execute(query):
        found.setdefault(row.stage, [0, 0])[int(bool(row.moves))] += row.takes
    return [Unjudged(stage, stills, clips) for stage, (stills, clips) in sorted(found.items())]


def looks(conn: Connection, production: str, *, most: int) -> list[tuple[bool, int]]:
    """(Whether it moves, dwell in ms) of the newest looks that ended in a verdict."""
    verdict, take = tables.verdict, tables.take
    query = (
        select(_MOVES.label("moves"), verdict.c.body)
        .join_from(verdict, take, and_(take.c.task == verdict.c.task, take.c.content == verdict.c.content))
        .where(verdict.c.production == production)
        .order_by(verdict.c.seq.desc())
        .limit(most)
    )
    return [(bool(row.moves), json.loads(row.body).get("dwell_ms", 0)) for row in conn.execute(query)]
