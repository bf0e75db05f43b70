"""What each kind of entry does to the tables; replay does exactly the same again."""

import json
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from circletake.db import tables
from circletake.domain.people import MACHINE_PREFIX, PERSON_PREFIX
from circletake.errors import AlreadyThere, CircletakeError, Conflict, EntryInvalid, NotFound, RoleMissing
from circletake.ledger import entries as e
from circletake.ledger import rows
from circletake.ledger.canonical import spelled

B = TypeVar("B", bound=e.Body)


def project(conn: Connection, entry: e.Entry, body: e.Body) -> None:
    """Change the tables as an entry says.

    Raises:
        NotFound: it names something that is not there.
        AlreadyThere: what it adds is there already.
        Conflict: the outcome of this job is recorded already.
        EntryInvalid: it lacks its production, or contradicts what the book holds.
    """
    try:
        _PROJECTIONS[entry.kind](conn, entry, body)
    except IntegrityError as refused:
        raise _named(entry, refused) from refused


def _named(entry: e.Entry, refused: IntegrityError) -> CircletakeError:
    said = str(refused.orig)
    if "FOREIGN KEY" in said:
        return NotFound(f"The entry “{entry.kind}” names something the book does not hold; add that first.")
    if "UNIQUE" in said:
        if entry.kind == "done":
            return Conflict("The outcome of this job is recorded already; it is recorded once.")
        if entry.kind == "verdict":
            return Conflict("A verdict with this key is recorded already; send a new one with a new key.")
        return AlreadyThere(
            f"The entry “{entry.kind}” adds what is there already ({said.rsplit(': ', 1)[-1]})."
        )
    return EntryInvalid(f"The entry “{entry.kind}” cannot be: {said}.")


def _text(value: object) -> str:
    return spelled(value).decode()


def _production(entry: e.Entry) -> str:
    if entry.production is None:
        raise EntryInvalid(f"The entry “{entry.kind}” belongs to a production; name it.")
    return entry.production


def _person(conn: Connection, entry: e.Entry, body: e.PersonBody) -> None:
    if not body.person.startswith(PERSON_PREFIX):
        raise EntryInvalid(f"{body.person} cannot be a person; pseudonyms begin with {PERSON_PREFIX}.")
    rows.put(conn, tables.person, {"id": body.person}, name_commitment=body.name, seq=entry.seq)


def _machine(conn: Connection, entry: e.Entry, body: e.MachineBody) -> None:
    if not body.machine.startswith(MACHINE_PREFIX):
        raise EntryInvalid(f"{body.machine} cannot be a machine; their names begin with {MACHINE_PREFIX}.")
    rows.put(conn, tables.machine, {"id": body.machine}, label=body.label, seq=entry.seq)


def _policy(conn: Connection, entry: e.Entry, body: e.PolicyBody) -> None:
    rows.put(conn, tables.policy, {"hash": body.hash}, body=_text(body.policy), seq=entry.seq)
    here = entry.production
    if here is not None and rows.change(conn, tables.production, {"id": here}, policy=body.hash) == 0:
        raise NotFound(f"There is no production {here} to put this policy in force in.")


def _opened(conn: Connection, entry: e.Entry, body: e.OpenedBody) -> None:
    if entry.production != body.production:
        raise EntryInvalid(
            "A production is opened by an entry of its own; name it as the entry's production."
        )
    rows.add(
        conn,
        tables.production,
        id=body.production,
        code=body.code,
        title=body.title,
        rate_num=body.rate[0],
        rate_den=body.rate[1],
        width_px=body.size[0],
        height_px=body.size[1],
        policy=body.policy,
        seq=entry.seq,
    )


def _grant(conn: Connection, entry: e.Entry, body: e.GrantBody) -> None:
    keys = {"production": _production(entry), "person": body.person, "role": body.role}
    if body.granted:
        rows.put(conn, tables.role, keys, seq=entry.seq)
    else:
        rows.remove(conn, tables.role, **keys)


def _entity(conn: Connection, entry: e.Entry, body: e.EntityBody) -> None:
    production = _production(entry)
    known = rows.find(conn, tables.entity, "production", id=body.entity)
    if known not in {None, production}:
        raise AlreadyThere(f"{body.entity} belongs to another production; give this one an id of its own.")
    omitted = bool(rows.find(conn, tables.entity, "omitted", id=body.entity))
    rows.put(
        conn,
        tables.entity,
        {"id": body.entity},
        production=production,
        kind=body.kind,
        code=body.code,
        title=body.title,
        position=body.position,
        frames=body.frames,
        source_class=body.source_class,
        omitted=omitted,
        seq=entry.seq,
    )


def _task(conn: Connection, entry: e.Entry, body: e.TaskBody) -> None:
    production = _production(entry)
    if rows.find(conn, tables.entity, "production", id=body.entity) != production:
        raise NotFound(f"There is no {body.entity} in this production; the board lists what there is.")
    rows.add(
        conn,
        tables.task,
        id=body.task,
        production=production,
        entity=body.entity,
        stage=body.stage,
        hold_reason=None,
        seq=entry.seq,
    )


def _take(conn: Connection, entry: e.Entry, body: e.TakeBody) -> None:
    production = _check_task(conn, entry, body.task)
    rate_num, rate_den = body.rate or (None, None)
    rows.add(
        conn,
        tables.take,
        id=body.take,
        production=production,
        task=body.task,
        number=body.number,
        content=body.content,
        makers=_text(body.makers),
        origin=body.origin,
        n_frames=body.n_frames,
        rate_num=rate_num,
        rate_den=rate_den,
        width_px=body.size[0],
        height_px=body.size[1],
        parent=body.parent,
        change=body.change,
        leans=_spelled_map(body.leans),
        label=body.label,
        seq=entry.seq,
    )


def _spelled_map(pairs: list[e.Pair]) -> str:
    """Pairs as a JSON object; keys are names that people chose, so this is not canonical JSON."""
    return json.dumps(dict(pairs), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _check_task(conn: Connection, entry: e.Entry, task: str) -> str:
    production = _production(entry)
    if rows.find(conn, tables.task, "production", id=task) != production:
        raise NotFound(f"There is no task {task} in this production; the board lists them.")
    return production


def _slot(conn: Connection, entry: e.Entry, body: e.SlotBody) -> None:
    keys = {"production": _production(entry), "slot": body.slot}
    if body.content is None:
        rows.remove(conn, tables.slot, **keys)
    else:
        rows.put(conn, tables.slot, keys, content=body.content, seq=entry.seq)
    rows.add(conn, tables.adopted, seq=entry.seq, content=body.content, **keys)


def _evidence(conn: Connection, entry: e.Entry, body: e.EvidenceBody) -> None:
    rows.add_once(  # the same measurement again, by another route: the first stands
        conn,
        tables.evidence,
        {"production": _production(entry), "id": body.evidence},
        content=body.content,
        check=body.check,
        version=body.version,
        job_key=body.job,
        flagged=body.flagged,
        sentence=body.sentence,
        summary=_text(body.summary),
        worst_frame=body.worst_frame,
        references=_text(body.references),
        seq=entry.seq,
    )


def _verdict(conn: Connection, entry: e.Entry, body: e.VerdictBody) -> None:
    production = _production(entry)
    judged = {"task": body.task, "content": body.content}
    if rows.find(conn, tables.take, "production", **judged) != production:
        _check_task(conn, entry, body.task)
        raise NotFound(f"The task {body.task} has no take of content {body.content}; reload its page.")
    mine = {**judged, "gate": body.gate, "person": entry.actor, "live": True}
    rows.change(conn, tables.verdict, mine, live=False, ended_by=entry.seq)
    rows.add(
        conn,
        tables.verdict,
        seq=entry.seq,
        production=production,
        at=entry.at,
        value=body.value,
        body=_text(body),
        note_commitment=body.note,
        ended_by=None,
        key=body.key,
        **mine,
    )


def _withdraw(conn: Connection, entry: e.Entry, body: e.WithdrawBody) -> None:
    if rows.find(conn, tables.verdict, "production", seq=body.verdict) != _production(entry):
        raise NotFound(f"There is no verdict {body.verdict} in this production.")
    if rows.find(conn, tables.verdict, "person", seq=body.verdict) != entry.actor:
        raise RoleMissing("Only the person who gave a verdict can withdraw it; give your own instead.")
    live = {"seq": body.verdict, "live": True}
    if rows.change(conn, tables.verdict, live, live=False, ended_by=entry.seq) == 0:
        raise Conflict(f"Verdict {body.verdict} does not stand any more; there is nothing to withdraw.")


def _bound(conn: Connection, entry: e.Entry, body: e.BoundBody) -> None:
    keys = {"task": body.task, "content": body.content, "gate": body.gate}
    ever = body.result == "satisfied"
    rows.put_lasting(
        conn, tables.bound, keys, "ever_satisfied", result=body.result, ever_satisfied=ever, seq=entry.seq
    )


def _hold(conn: Connection, entry: e.Entry, body: e.HoldBody) -> None:
    _check_task(conn, entry, body.task)
    rows.change(conn, tables.task, {"id": body.task}, hold_reason=body.reason)


def _omit(conn: Connection, entry: e.Entry, body: e.OmitBody) -> None:
    here = {"id": body.entity, "production": _production(entry)}
    if rows.change(conn, tables.entity, here, omitted=body.omitted) == 0:
        raise NotFound(f"There is no {body.entity} in this production; the board lists what there is.")


def _cut(conn: Connection, entry: e.Entry, body: e.CutBody) -> None:
    rows.add(
        conn,
        tables.cut,
        hash=body.hash,
        production=_production(entry),
        number=body.cut.get("number"),
        body=_text(body.cut),
        parent=body.cut.get("parent"),
        seq=entry.seq,
    )


def _sealed(conn: Connection, entry: e.Entry, body: e.SealedBody) -> None:
    rows.add(
        conn,
        tables.sealed,
        seq=entry.seq,
        production=_production(entry),
        cut=body.cut,
        master=body.master,
        record=body.record,
        contents=_text(body.contents),
    )


def _delivered(conn: Connection, entry: e.Entry, body: e.DeliveredBody) -> None:
    rows.add(conn, tables.delivered, seq=entry.seq, production=_production(entry), **e.plain(body))


def _recalled(conn: Connection, entry: e.Entry, body: e.RecalledBody) -> None:
    rows.add(conn, tables.recalled, seq=entry.seq, production=_production(entry), **e.plain(body))


def _done(conn: Connection, entry: e.Entry, body: e.DoneBody) -> None:
    rows.add(conn, tables.recorded, job_key=body.job, op=body.op, seq=entry.seq)


def _erased(conn: Connection, _: e.Entry, body: e.ErasedBody) -> None:
    if rows.change(conn, tables.person, {"id": body.person}, name_commitment=None) == 0:
        raise NotFound(
            f"The book knows no person {body.person}; `circletake person list` shows who there is."
        )


def _as(kind: type[B], function: Callable[[Connection, e.Entry, B], None]) -> "_Projection":
    def checked(conn: Connection, entry: e.Entry, body: e.Body) -> None:
        if not isinstance(body, kind):
            raise EntryInvalid(f"The entry “{entry.kind}” does not hold a {kind.__name__}.")
        function(conn, entry, body)

    return checked


_Projection = Callable[[Connection, e.Entry, e.Body], None]
_PROJECTIONS: dict[str, _Projection] = {
    "person": _as(e.PersonBody, _person),
    "machine": _as(e.MachineBody, _machine),
    "policy": _as(e.PolicyBody, _policy),
    "opened": _as(e.OpenedBody, _opened),
    "grant": _as(e.GrantBody, _grant),
    "entity": _as(e.EntityBody, _entity),
    "task": _as(e.TaskBody, _task),
    "take": _as(e.TakeBody, _take),
    "slot": _as(e.SlotBody, _slot),
    "evidence": _as(e.EvidenceBody, _evidence),
    "verdict": _as(e.VerdictBody, _verdict),
    "withdraw": _as(e.WithdrawBody, _withdraw),
    "bound": _as(e.BoundBody, _bound),
    "hold": _as(e.HoldBody, _hold),
    "omit": _as(e.OmitBody, _omit),
    "cut": _as(e.CutBody, _cut),
    "sealed": _as(e.SealedBody, _sealed),
    "delivered": _as(e.DeliveredBody, _delivered),
    "recalled": _as(e.RecalledBody, _recalled),
    "done": _as(e.DoneBody, _done),
    "erased": _as(e.ErasedBody, _erased),
}
