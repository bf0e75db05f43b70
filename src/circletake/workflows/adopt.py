"""Adopt: a person makes a take that passes its gates the one that others lean on.

A model sheet or a style bible goes into `sheet:<code>`, any other take into `take:<CODE>/<stage>`.
Whatever leaned on what was there before is asked again in the same transaction.
"""

from circletake.checks.run import wanting_references
from circletake.domain.lineage import sheet_slot, slot_of, source_of
from circletake.domain.take import Take
from circletake.errors import GateClosed, NotFound
from circletake.ledger import lineage, reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import Transaction
from circletake.workflows.analyse import checks_of, order_analyses
from circletake.workflows.bind import ask_gates, bind_pairs
from circletake.workflows.cut_book import adopt
from circletake.workflows.house import House, require
from circletake.workflows.lean import refuse_circle
from circletake.workflows.receive_take import task_of
from circletake.workflows.veil import SENTENCE, Veil


def adopt_take(
    house: House, who: Session, production: str, *, code: str, stage: str, number: int | None = None
) -> str:
    """Adopt a take that passes its gates: the newest that does, or the one of this number.

    Returns:
        The task's id.

    Raises:
        GateClosed: it, or every take there is, does not pass; lists what is missing.
        NotFound: there is no take of this number.
        LeansInCircle: what leans on it is leaned on by it.
    """
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "adopt_sheet")
        task = task_of(tx.conn, found, code, stage)
        slot = slot_of(task.entity.kind, code, stage)
        if source_of(slot) is None:
            raise NotFound(f"{code} at {stage} is nothing that others lean on.")
        veil = Veil.read(
            tx.conn,
            who,
            found.id,
            policy=house.policy(tx.conn, found.policy),
            roles=reads.roles_of(tx.conn, found.id, str(who.person)),
        )
        take = _passing(house, tx, task, number, veil)
        if reads.slots(tx.conn, found.id).get(slot) != take.content:
            _adopt(house, tx, who, found.id, slot=slot, take=take)
        return task.task.id


def _passing(house: House, tx: Transaction, task: reads.TaskRow, number: int | None, veil: Veil) -> Take:
    takes = reads.takes_of(tx.conn, task.task.id)
    asked = [take for take in takes if number in {None, take.number}]
    if number is not None and not asked:
        raise NotFound(
            f"{task.entity.code} has no take {number} at {task.task.stage}; "
            f"`circletake take list {task.entity.code}` lists them."
        )
    what = {"character": "model sheet", "style": "style bible"}.get(task.entity.kind, "take")
    missing = [f"There is no {what} yet."]
    for take in reversed(asked):
        results = ask_gates(house, tx.conn, task=task.task.id, content=take.content, now=tx.now)
        if all(result.passes for result in results):
            return take
        if take is asked[-1]:
            missing = [said for result in results for finding in result.findings for said in finding.missing]
            if veil.hides(task.task.id, take.content):
                missing = [SENTENCE]
    raise GateClosed(
        f"No {what} of {task.entity.code} passes its gates yet: {' '.join(missing)}", missing=missing
    )


def _adopt(house: House, tx: Transaction, who: Session, production: str, *, slot: str, take: Take) -> None:
    own = {lean.slot for lean in lineage.leans_of(tx.conn, take.task)}
    refuse_circle(tx.conn, production, task=take.task, slots=own)
    before = reads.slots(tx.conn, production).get(slot)
    adopt(tx, who.person, production=production, slot=slot, content=take.content, session=who.pseudonym)
    if slot.startswith(sheet_slot("")):
        _measure_again(house, tx, production)
    references = {take.content} if before is None else {take.content, before}
    leaning = lineage.pairs_leaning_on(tx.conn, production, [slot])
    bind_pairs(
        house,
        tx,
        production,
        leaning | lineage.pairs_measured_against(tx.conn, production, references),
    )


def _measure_again(house: House, tx: Transaction, production: str) -> None:
    """Order what has to be measured against the new sheet."""
    found = reads.find_production(tx.conn, production)
    policy = house.policy(tx.conn, found.policy) if found else None
    if policy is None:
        return
    measured = {stage.key for stage in policy.stages if wanting_references(checks_of(stage))}
    rows = {row.task.id: row for row in reads.tasks(tx.conn, production) if row.task.stage in measured}
    order_analyses(
        house,
        tx,
        production,
        [(rows[task], content) for task, content in lineage.contents_of(tx.conn, production) if task in rows],
    )
