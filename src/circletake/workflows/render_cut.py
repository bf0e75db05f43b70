"""Render the cut: a job that joins cached segments into a master, which becomes a take of the film."""

from collections.abc import Sequence
from typing import Any

from circletake.cut.document import cut_document, edit_hash, read_cut
from circletake.cut.gaps import gaps
from circletake.domain.cut import CutVersion
from circletake.domain.lineage import CUT_SLOT
from circletake.domain.people import PersonId
from circletake.domain.take import Take
from circletake.errors import GapOpen
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import Transaction
from circletake.work.job import job_key
from circletake.workflows.cut_book import get_cut
from circletake.workflows.encode_shots import hand_keys, order_hands
from circletake.workflows.found_production import FILM
from circletake.workflows.house import STUDIO, House, Operation, require
from circletake.workflows.receive_take import Attempt, record_take, task_of

MASTER = "master"


def order_render(house: House, who: Session, production: str) -> str | None:
    """Order a render of the cut as it stands; one that was stopped or has failed goes on.

    Returns:
        The job's key, or None where exactly this edit has been rendered.

    Raises:
        GapOpen: names the shots that are missing.
    """
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "render")
        cut = get_cut(tx.conn, found.id)
        check_filled(cut)
        if find_master(tx.conn, found.id, cut) is not None:
            return None
        key = render_key(cut)
        tx.enqueue(
            op=RENDER.name,
            args={
                "cut": cut_document(cut),
                "name": found.title,
                "person": str(who.person),
                "production": found.id,
                "task": task_of(tx.conn, found, FILM, MASTER).task.id,
            },
            lane=RENDER.lane,
            prio=RENDER.prio,
            key=key,
        )
        order_hands(tx, cut, order=key, name=found.title)
    go_on(house, [key, *hand_keys(cut, order=key)])
    return key


def render_key(cut: CutVersion) -> str:
    """Key of the job that renders a cut as it stands."""
    params = {"production": cut.production}
    return job_key(RENDER.name, version=RENDER.version, params=params, inputs=[edit_hash(cut)])


def is_over(house: House, cut: CutVersion) -> bool:
    """Whether a render of the cut as it stands was stopped, has failed or is done."""
    job = house.queue.find(render_key(cut))
    return job is not None and not job.is_open


def go_on(house: House, keys: Sequence[str]) -> None:
    """Owe jobs again that were stopped or have failed; what they had encoded is there."""
    for job in house.queue.find_all(keys).values():
        house.queue.retry(job.key)


def check_filled(cut: CutVersion) -> None:
    """Refuse a cut with gaps.

    Raises:
        GapOpen: names the shots that are missing.
    """
    open_gaps = [gap.shot for gap in gaps(cut)]
    if open_gaps:
        raise GapOpen(
            f"The cut has no take for {', '.join(open_gaps)}; fill the gap first, then render.",
            missing=open_gaps,
        )


def find_master(conn: reads.Connection, production: str, cut: CutVersion) -> Take | None:
    """The render of exactly this edit, or None."""
    film = reads.find_entity(conn, production, FILM)
    task = reads.find_task_of(conn, film.id, MASTER) if film else None
    if task is None:
        return None
    edit = edit_hash(cut)
    return next(
        (take for take in reads.takes_of(conn, task.task.id) if take.leans.get(CUT_SLOT) == edit), None
    )


def record(house: House, tx: Transaction, args: dict[str, Any], result: dict[str, Any]) -> None:
    """Append the master as a take of the film, made by whoever ordered it."""
    cut = read_cut(args["cut"])
    row = reads.find_task(tx.conn, args["task"])
    if row is None or any(
        take.content == result["content"] for take in reads.takes_of(tx.conn, args["task"])
    ):
        return
    record_take(
        house,
        tx,
        STUDIO,
        task=row,
        attempt=Attempt(
            content=result["content"],
            makers=(STUDIO, PersonId(args["person"])),
            made_by=(("author", STUDIO), ("dispatcher", PersonId(args["person"]))),
            origin="render",
            n_frames=result["n_frames"],
            rate=cut.rate,
            width_px=cut.width_px,
            height_px=cut.height_px,
            label=f"cut {cut.number}",
            leans=((CUT_SLOT, edit_hash(cut)),),
        ),
    )


RENDER = operation = Operation(
    name="render",
    version=1,
    call="circletake.workflows.calls.render:run",
    label="Render {name}",
    record=record,
    prio=50,
)
