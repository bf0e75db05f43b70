"""Measure: order every analysis that the gates ask for, and what was made of takes where it was lost."""

from circletake.checks.run import wanting_references
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.media.manifest import CHARACTER
from circletake.media.recipes import FRAMES, cutouts_of
from circletake.work.job import Offer
from circletake.workflows.analyse import checks_of, order_analyses
from circletake.workflows.approved_bank import adopted_characters, bank_of
from circletake.workflows.derive import Following, again
from circletake.workflows.house import House, require
from circletake.workflows.standing_boxes import boxes_heeded


def order_all(house: House, who: Session, production: str, *, code: str | None) -> list[str]:
    """Order analyses for a whole production, or for one shot; one that failed is tried again.

    Returns:
        Keys of the jobs that are owed by it.
    """
    keys: list[str] = []
    lost: dict[str, Offer] = {}
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "measure")
        policy = house.policy(tx.conn, found.policy)
        bank = bank_of(house, tx.conn, found.id, policy)
        codes = {one.code for one in reads.entities(tx.conn, found.id) if one.kind == CHARACTER}
        sheets = [one for one in adopted_characters(tx.conn, found.id) if one[0] in codes]
        recipes = [cutouts_of(character) for character, _ in sheets]
        made = house.queue.made_by([FRAMES, *recipes])
        followed = {stage.key: wanting_references(checks_of(stage)) for stage in policy.stages}
        for row in reads.tasks(tx.conn, found.id):
            if (code is not None and row.entity.code != code) or row.entity.kind == "policy":
                continue
            checks = followed.get(row.task.stage, []) if sheets else []
            needed = {FRAMES, *recipes} if checks else {FRAMES}
            for take in reads.takes_of(tx.conn, row.task.id):
                owed = order_analyses(house, tx, found.id, [(row, take.content)], bank=bank)
                keys += [key for key in owed if key not in keys]
                if not owed and take.content not in lost and needed - made.get(take.content, {}).keys():
                    settings = {check: dict(policy.thresholds.get(check, {})) for check in checks}
                    heeded = boxes_heeded(house, tx.conn, found.id, [take.content])
                    following = Following(checks, settings, sheets, heeded.get(take.content))
                    lost[take.content] = again(take.content, name=row.entity.code, following=following)
    house.queue.offer(list(lost.values()))
    for job in house.queue.find_all(keys).values():
        if job.state == "failed":
            house.queue.retry(job.key)
    return keys + [offer.key for offer in lost.values()]
