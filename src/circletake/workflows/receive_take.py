"""Receive a take: look at the file, keep its exact bytes, record it, order its analysis."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from circletake.domain.entity import Entity
from circletake.domain.lineage import sheet_slot
from circletake.domain.people import Actor
from circletake.domain.production import Production
from circletake.domain.take import ChangeKind, Origin, Relation, Take
from circletake.domain.time import format_rate
from circletake.errors import AlreadyThere, NotFound, PolicyHolds, RateMismatch
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import Transaction
from circletake.media.probe import Probe
from circletake.media.sandbox import probe_safely
from circletake.workflows.analyse import order_analysis
from circletake.workflows.bind import bind_content
from circletake.workflows.found_production import fresh_id
from circletake.workflows.house import House, require
from circletake.workflows.lean import leans_named, own_slot, refuse_circle

# Whoever brings a file in is taken to have made it too, unless a camera or a library did.
_PARTS: dict[Origin, tuple[Relation, ...]] = {
    "camera": ("importer",),
    "library": ("importer",),
    "generated": ("author", "prompter", "importer"),
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is known of an attempt before it is a take.

    Args:
        content: SHA-256, already in the store.
        makers: actors who made it.
        parent: id of the take it was made from.
        made_by: (relation, actor): which part of the makers was whose; empty where nobody said.
        number: the one it was ordered under; None is the next. Several that are made side by side arrive
            in any order.
    """

    content: str
    makers: tuple[Actor, ...]
    origin: Origin
    n_frames: int
    rate: Fraction | None
    width_px: int
    height_px: int
    label: str = ""
    parent: str | None = None
    change: ChangeKind = "new"
    leans: tuple[tuple[str, str], ...] = ()
    number: int | None = None
    made_by: tuple[tuple[Relation, Actor], ...] = ()


def record_take(
    house: House,
    tx: Transaction,
    actor: Actor,
    *,
    task: reads.TaskRow,
    attempt: Attempt,
    session: str | None = None,
) -> str:
    """Append a take, ask the gates about it and order its analysis, in the caller's transaction.

    Returns:
        The take's id.

    Raises:
        AlreadyThere: the task has a take with exactly these bytes.
        LeansInCircle: what it leans on leans, in the end, on this task.
    """
    # a new version of what a slot holds is made against the old one, and does not lean on it for that
    leans = [(slot, content) for slot, content in sorted(attempt.leans) if slot != own_slot(task)]
    refuse_circle(tx.conn, task.task.production, task=task.task.id, slots=[slot for slot, _ in leans])
    before = reads.takes_of(tx.conn, task.task.id)
    for take in before:
        if take.content == attempt.content:
            raise AlreadyThere(
                f"These exact bytes are take {take.number} of {task.entity.code} already; nothing was added."
            )
    taken = {take.number for take in before}
    wanted = attempt.number if attempt.number not in taken else None
    take_id = fresh_id("k")
    tx.append(
        "take",
        actor=actor,
        session=session,
        production=task.task.production,
        body={
            "change": attempt.change,
            "content": attempt.content,
            "label": attempt.label,
            "leans": [[slot, content] for slot, content in leans],
            "made_by": [[part, str(actor)] for part, actor in attempt.made_by],
            "makers": sorted({str(maker) for maker in attempt.makers}),
            "n_frames": attempt.n_frames,
            "number": wanted or max(taken, default=0) + 1,
            "origin": attempt.origin,
            "parent": attempt.parent,
            "rate": [attempt.rate.numerator, attempt.rate.denominator] if attempt.rate else None,
            "size": [attempt.width_px, attempt.height_px],
            "take": take_id,
            "task": task.task.id,
        },
    )
    bind_content(house, tx, task=task.task.id, content=attempt.content)
    order_analysis(house, tx, task=task, content=attempt.content)
    return take_id


def adopted_sheets(conn: reads.Connection, production: str) -> tuple[tuple[str, str], ...]:
    """Slot and content of every model sheet adopted now: what a new drawn take leans on."""
    prefix = sheet_slot("")
    return tuple(
        (slot, content)
        for slot, content in sorted(reads.slots(conn, production).items())
        if slot.startswith(prefix)
    )


def receive_take(
    house: House,
    who: Session,
    production: str,
    *,
    shot: str,
    stage: str,
    path: Path,
    label: str,
    origin: Origin,
    parent: int | None = None,
    change: ChangeKind = "rework",
    on: Sequence[str] | None = None,
    declared: str | None = None,
    prober: Callable[[Path], Probe] = probe_safely,
) -> str:
    """Take a file in as an attempt at a task.

    Args:
        shot: code of the entity.
        parent: number of the take it was made from.
        change: how it was made from that.
        on: slots that it leans on; None for every model sheet that is adopted.
        declared: hash that its bytes must have.
        prober: looks at the file.

    Returns:
        The take's id.

    Raises:
        MediaHashMismatch: its bytes are not those that were declared.
        RateMismatch: the file's frames do not come at the production's rate.
        NotFound: no such shot, stage or parent.
        PolicyHolds: masters come from rendering the cut, model sheets from their own command.
    """
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "add_take")
        task = task_of(conn, found, shot, stage)
        parents = [take for take in reads.takes_of(conn, task.task.id) if take.number == parent]
        if parent is not None and not parents:
            raise NotFound(
                f"{shot} has no take {parent} at {stage}; `circletake take list {shot}` lists them."
            )
    if task.entity.kind == "film":
        raise PolicyHolds(
            "Masters are made by rendering the cut, so that every frame is known; render the cut."
        )
    if task.entity.kind != "shot":
        raise PolicyHolds("A model sheet is made of boxed images; add it with `circletake sheet add`.")
    probe = prober(path)
    check_rate(probe, found, name=path.name)
    content = house.store.put_file(path, declared=declared)
    with house.book.transact() as tx:
        return record_take(
            house,
            tx,
            who.actor,
            session=who.pseudonym,
            task=task,
            attempt=Attempt(
                content=content,
                makers=who.makers,
                origin=origin,
                n_frames=probe.n_frames,
                rate=probe.rate,
                width_px=probe.width_px,
                height_px=probe.height_px,
                label=label,
                parent=parents[0].id if parents else None,
                change=change if parents else "new",
                leans=adopted_sheets(tx.conn, found.id)
                if on is None
                else leans_named(tx.conn, found.id, on, task=task),
                made_by=tuple((part, who.person) for part in _PARTS.get(origin, ("author", "importer"))),
            ),
        )


def task_of(conn: reads.Connection, production: Production, code: str, stage: str) -> reads.TaskRow:
    """The task of an entity at a stage.

    Raises:
        NotFound: names what there is instead.
    """
    entity = reads.find_entity(conn, production.id, code)
    if entity is None:
        known = [found.code for found in reads.entities(conn, production.id)]
        raise NotFound(f"{production.title} has no {code}; it has {_some(known)}.")
    task = reads.find_task_of(conn, entity.id, stage)
    if task is None:
        raise NotFound(f"{code} has no stage “{stage}”; it has {_some(_stages(conn, entity))}.")
    return task


def check_rate(probe: Probe, production: Production, *, name: str) -> None:
    """Refuse moving pictures whose frames do not come at the production's rate.

    Raises:
        RateMismatch: says both rates and what to do.
    """
    if probe.kind != "movie":
        return
    wanted = format_rate(production.rate)
    if probe.vfr and probe.damaged:
        raise RateMismatch(
            f"{name} is damaged: {probe.damaged} of its {probe.n_frames} frames could not be read whole, and "
            f"some are lost, so that the rest come at uneven times; copy or export it again, then add it."
        )
    if probe.vfr:
        raise RateMismatch(
            f"The frames of {name} come at uneven times (variable rate, as phones record); "
            f"conform it to {wanted} frames a second in your editor, then add it again."
        )
    if probe.rate != production.rate:
        came = format_rate(probe.rate) if probe.rate else "no"
        raise RateMismatch(
            f"{name} runs at {came} frames a second and {production.title} at {wanted}; "
            f"conform it to {wanted} first, or found a production at {came}."
        )


def _stages(conn: reads.Connection, entity: Entity) -> list[str]:
    return [row.task.stage for row in reads.tasks(conn, entity.production) if row.entity.id == entity.id]


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:8])
    return f"{shown} and {len(names) - 8} more" if len(names) > 8 else shown or "nothing yet"  # noqa: PLR2004 (a line's worth)


def take_of(conn: reads.Connection, task: str, number: int) -> Take:
    """A task's take of this number.

    Raises:
        NotFound: there is none.
    """
    for take in reads.takes_of(conn, task):
        if take.number == number:
            return take
    raise NotFound(f"There is no take {number} here.")
