"""What each kind of entry does to the tables; replay does exactly the same again."""

import json
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from circletake.db import tables
from circletake.db.connect import breach_of
from circletake.domain.facts import PASSES
from circletake.domain.people import MACHINE_PREFIX, PERSON_PREFIX
from circletake.domain.verdict import CLOSING
from circletake.errors import AlreadyThere, CircletakeError, Conflict, EntryInvalid, NotFound, RoleMissing
from circletake.ledger import entries as e
from circletake.ledger import rows
from circletake.ledger.attempt_rows import keep_attempt, keep_attempt_call, keep_request
from circletake.ledger.board_rows import keep_answers, keep_board_version, keep_proposals
from circletake.ledger.canonical import spelled
from circletake.ledger.cost_rows import keep_budget, keep_cost
from circletake.ledger.drawing_rows import keep_drawing
from circletake.ledger.guest_rows import end_guest_link, keep_guest, keep_guest_link, refuse_guest
from circletake.ledger.lineage_rows import (
    keep_bounds,
    keep_carry,
    keep_essence,
    keep_leans,
    keep_references,
)
from circletake.ledger.playlist_rows import keep_playlist

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
        raise _named(conn, entry, refused) from refused


def project_all(conn: Connection, made: Sequence[tuple[e.Entry, e.Body]]) -> None:
    """Change the tables as many entries of one kind say, in as few statements as it takes.

    Raises:
        Whatever `project` raises.
    """
    if made and all(isinstance(body, e.BoundBody) for _, body in made):
        try:
            keep_bounds(conn, [(entry, body) for entry, body in made if isinstance(body, e.BoundBody)])
        except IntegrityError as refused:
            raise _named(conn, made[-1][0], refused) from refused
        return
    for entry, body in made:
        project(conn, entry, body)


def _named(conn: Connection, entry: e.Entry, refused: IntegrityError) -> CircletakeError:
    what, said = breach_of(conn, refused)
    if what == "foreign":
        return NotFound(f"The entry “{entry.kind}” names something the book does not hold; add that first.")
    if what == "unique":
        if entry.kind == "done":
            return Conflict("The outcome of this job is recorded already; it is recorded once.")
        if entry.kind == "override":
            return Conflict("An override with this key is recorded already; send a new one with a new key.")
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
    rows.put(
        conn,
        tables.machine,
        {"id": body.machine},
        label=body.label,
        seq=entry.seq,
        owner=body.owner,
        retired=body.retired,
    )


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
        refuse_guest(conn, body.person)
        rows.put(conn, tables.role, keys, seq=entry.seq)
    else:
        rows.remove(conn, tables.role, **keys)


def _group(conn: Connection, entry: e.Entry, body: e.GroupBody) -> None:
    production = _production(entry)
    if rows.find(conn, tables.crew, "production", id=body.group) not in {None, production}:
        raise AlreadyThere(f"{body.group} belongs to another production; give this one an id of its own.")
    rows.put(
        conn,
        tables.crew,
        {"id": body.group},
        production=production,
        label=body.label,
        disbanded=body.disbanded,
        seq=entry.seq,
    )


def _check_group(conn: Connection, entry: e.Entry, group: str) -> None:
    if rows.find(conn, tables.crew, "production", id=group) != _production(entry):
        raise NotFound(f"There is no group {group} in this production; `circletake group list` lists them.")


def _member(conn: Connection, entry: e.Entry, body: e.MemberBody) -> None:
    _check_group(conn, entry, body.group)
    keys = {"crew": body.group, "person": body.person}
    if body.member:
        refuse_guest(conn, body.person)
        rows.put(conn, tables.crew_member, keys, seq=entry.seq)
    else:
        rows.remove(conn, tables.crew_member, **keys)


def _group_grant(conn: Connection, entry: e.Entry, body: e.GroupGrantBody) -> None:
    _check_group(conn, entry, body.group)
    keys = {"crew": body.group, "role": body.role}
    if body.granted:
        rows.put(conn, tables.crew_role, keys, seq=entry.seq)
    else:
        rows.remove(conn, tables.crew_role, **keys)


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
        made_by=_text([list(pair) for pair in body.made_by]),
        seq=entry.seq,
    )
    keep_leans(conn, production, body.task, body.content, body.leans)


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
    keep_references(conn, _production(entry), body)


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
        body=_text(entry.body),  # as written, so that an older entry replays to what it was
        note_commitment=body.note,
        ended_by=None,
        key=body.key,
        **mine,
    )
    keep_leans(conn, production, body.task, body.content, body.upstream)


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
    ever = body.result in PASSES
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


def _override(conn: Connection, entry: e.Entry, body: e.OverrideBody) -> None:
    production = _check_take(conn, entry, body.task, body.content)
    if not body.rules or "consent" in body.rules:
        raise EntryInvalid("An override names the rules that it overrides, and consent is never one of them.")
    rows.add(
        conn,
        tables.overridden,
        seq=entry.seq,
        production=production,
        at=entry.at,
        person=entry.actor,
        task=body.task,
        content=body.content,
        gate=body.gate,
        body=_text(entry.body),
        note_commitment=body.note,
        key=body.key,
    )


def _note(conn: Connection, entry: e.Entry, body: e.NoteBody) -> None:
    production = _check_take(conn, entry, body.task, body.content)
    above = {"id": body.reply_to, "task": body.task, "content": body.content}
    if body.reply_to is not None and rows.find(conn, tables.note, "id", **above) is None:
        raise NotFound(f"There is no note {body.reply_to} on this content to reply to.")
    for drawing in body.drawings:
        if rows.find(conn, tables.drawn, "id", id=drawing, task=body.task, content=body.content) is None:
            raise NotFound(f"There is no drawing {drawing} on this content to note something of.")
    rows.add(
        conn,
        tables.note,
        id=body.note,
        production=production,
        at=entry.at,
        person=entry.actor,
        task=body.task,
        content=body.content,
        severity=body.severity,
        text_commitment=body.text,
        body=_text(entry.body),
        reply_to=body.reply_to,
        disposition=None,
        resolved_by=None,
        seq=entry.seq,
    )


def _resolve(conn: Connection, entry: e.Entry, body: e.ResolveBody) -> None:
    if body.disposition not in CLOSING:
        raise EntryInvalid(f"“{body.disposition}” settles no note on the same content; make another take.")
    here = {"id": body.note, "production": _production(entry)}
    if rows.change(conn, tables.note, here, disposition=body.disposition, resolved_by=entry.actor) == 0:
        raise NotFound(f"There is no note {body.note} in this production.")


def _box(conn: Connection, entry: e.Entry, body: e.BoxBody) -> None:
    production = _check_take(conn, entry, body.task, body.content)
    if rows.find(conn, tables.entity, "kind", production=production, code=body.character) != "character":
        raise NotFound(f"There is no character {body.character} in this production to say this of.")
    rows.add(
        conn,
        tables.boxed,
        id=body.box,
        production=production,
        at=entry.at,
        person=entry.actor,
        task=body.task,
        content=body.content,
        character=body.character,
        frame=body.frame,
        where=_text(list(body.where) if body.where else None),
        withdrawn_by=None,
        withdrawn=None,
        seq=entry.seq,
    )


def _unbox(conn: Connection, entry: e.Entry, body: e.UnboxBody) -> None:
    here = {"id": body.box, "production": _production(entry)}
    if rows.find(conn, tables.boxed, "withdrawn", **here) is not None:
        raise Conflict(f"The box {body.box} was withdrawn already; there is nothing left to withdraw.")
    if rows.change(conn, tables.boxed, here, withdrawn_by=entry.actor, withdrawn=entry.seq) == 0:
        raise NotFound(f"There is no box {body.box} in this production.")


def _flag_call(conn: Connection, entry: e.Entry, body: e.FlagCallBody) -> None:
    """Refuse what is about no evidence of this production; calls are read out of the book itself."""
    here = {"production": _production(entry), "id": body.evidence, "content": body.content}
    if rows.find(conn, tables.evidence, "check", **here) != body.check:
        raise NotFound(f"There is no evidence {body.evidence[:12]} of “{body.check}” in this production.")


def _consent(conn: Connection, entry: e.Entry, body: e.ConsentBody) -> None:
    production = _production(entry)
    if rows.find(conn, tables.entity, "production", id=body.entity) != production:
        raise NotFound(f"There is no {body.entity} in this production to attach this to.")
    known = rows.find(conn, tables.consent, "production", id=body.consent)
    if known not in {None, production}:
        raise AlreadyThere(f"{body.consent} belongs to another production; give this one an id of its own.")
    rows.put(
        conn,
        tables.consent,
        {"id": body.consent},
        production=production,
        kind=body.kind,
        entity=body.entity,
        subject_commitment=body.subject,
        uses=_text(body.uses),
        until=body.until,
        document=body.document,
        granted=body.granted,
        lapsed=False,
        seq=entry.seq,
    )


def _lapsed(conn: Connection, entry: e.Entry, body: e.LapsedBody) -> None:
    # one that was renewed meanwhile has another last day, and stays in force
    here = {"id": body.consent, "production": _production(entry), "until": body.until}
    if rows.change(conn, tables.consent, here, lapsed=True) == 0:
        raise NotFound(f"There is no {body.consent} in this production that ended on {body.until}.")


def _check_take(conn: Connection, entry: e.Entry, task: str, content: str) -> str:
    production = _check_task(conn, entry, task)
    if rows.find(conn, tables.take, "id", task=task, content=content) is None:
        raise NotFound(f"The task {task} has no take of content {content}; reload its page.")
    return production


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
    "group": _as(e.GroupBody, _group),
    "member": _as(e.MemberBody, _member),
    "group_grant": _as(e.GroupGrantBody, _group_grant),
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
    "override": _as(e.OverrideBody, _override),
    "note": _as(e.NoteBody, _note),
    "resolve": _as(e.ResolveBody, _resolve),
    "box": _as(e.BoxBody, _box),
    "unbox": _as(e.UnboxBody, _unbox),
    "flag_call": _as(e.FlagCallBody, _flag_call),
    "drawing": _as(e.DrawingBody, keep_drawing),
    "guest_link": _as(e.GuestLinkBody, keep_guest_link),
    "guest_end": _as(e.GuestEndBody, end_guest_link),
    "guest": _as(e.GuestBody, keep_guest),
    "playlist": _as(e.PlaylistBody, keep_playlist),
    "board": _as(e.BoardBody, keep_board_version),
    "proposed": _as(e.ProposedBody, keep_proposals),
    "answered": _as(e.AnsweredBody, keep_answers),
    "request": _as(e.RequestBody, keep_request),
    "attempt": _as(e.AttemptBody, keep_attempt),
    "attempt_call": _as(e.AttemptCallBody, keep_attempt_call),
    "cost": _as(e.CostBody, keep_cost),
    "budget": _as(e.BudgetBody, keep_budget),
    "consent": _as(e.ConsentBody, _consent),
    "lapsed": _as(e.LapsedBody, _lapsed),
    "erased": _as(e.ErasedBody, _erased),
    "essence": _as(e.EssenceBody, keep_essence),
    "carry": _as(e.CarryBody, keep_carry),
}
