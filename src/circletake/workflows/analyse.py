"""Analyse a content: one decode pass that makes what the desk plays and what the checks say.

The worker's half is `calls.analyse` and touches only the store. The recording half appends the evidence
in the transaction that says the job is done.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from circletake.checks.run import current_versions, taking_boxes, taking_encoder, wanting_references
from circletake.domain.policy import Policy, Stage
from circletake.ledger import reads
from circletake.ledger.book import Transaction
from circletake.ledger.transaction import Order
from circletake.media.recipes import is_cutouts
from circletake.models.manifest import known_fingerprint
from circletake.work.job import job_key
from circletake.workflows.approved_bank import adopted_characters, bank_of
from circletake.workflows.bind import bind_takes
from circletake.workflows.carry import record_essence
from circletake.workflows.house import STUDIO, House, Operation
from circletake.workflows.standing_boxes import boxes_heeded

_VERSION = (
    3  # 2: also says what a content decodes to; 3: keeps pictures of characters, leans on circled takes
)


def checks_of(stage: Stage) -> list[str]:
    """Checks that the gates of a stage ask fresh evidence of, by name."""
    asked = {
        check
        for gate in stage.gates
        for call in gate.rules
        if call.rule == "fresh_evidence"
        for name, checks in call.params
        if name == "checks" and isinstance(checks, tuple)
        for check in checks
    }
    return sorted(asked & set(current_versions()))


def order_analysis(
    house: House, tx: Transaction, *, task: reads.TaskRow, content: str, bank: str | None = None
) -> str | None:
    """Order the analysis that a task's gates ask for, unless its outcome is in the book already.

    Args:
        bank: as `order_analyses` has it.

    Returns:
        The job's key, or None where there is nothing left to measure.
    """
    keys = order_analyses(house, tx, task.task.production, [(task, content)], bank=bank)
    return keys[0] if keys else None


@dataclass(slots=True)
class _Making:
    """What all orders of one production have in common."""

    production: str
    policy: Policy
    adopted: list[list[str]]
    bank: str | None
    encoder: Path | None
    # One that cannot be used is no part of a key: once it can be, it is asked.
    fingerprint: str | None

    def order(
        self, task: reads.TaskRow, content: str, checks: Sequence[str], *, boxes: str | None = None
    ) -> Order:
        """An order for some checks of a content."""
        versions = current_versions()
        sheets = self.adopted if wanting_references(checks) else []
        settings = {check: dict(self.policy.thresholds.get(check, {})) for check in checks}
        heeded = {"boxes": boxes} if boxes else {}
        encoder = self.encoder if taking_encoder(checks) else None
        looked = {"encoder": self.fingerprint} if encoder and self.fingerprint else {}
        of_checks = {check: versions[check] for check in checks}
        return Order(
            op=ANALYSE.name,
            args={
                **heeded,
                "bank": self.bank if sheets else None,
                "checks": list(checks),
                "content": content,
                "encoder": str(encoder) if encoder else None,
                "name": f"{task.entity.code}",
                "production": self.production,
                "settings": settings,
                "sheets": sheets,
            },
            lane=ANALYSE.lane,
            prio=ANALYSE.prio,
            key=job_key(
                ANALYSE.name,
                version=ANALYSE.version,
                params={
                    **heeded,
                    **looked,
                    "checks": of_checks,
                    "production": self.production,
                    "settings": settings,
                },
                inputs=[content, *(held for _, held in sheets)],
            ),
        )


def order_analyses(
    house: House,
    tx: Transaction,
    production: str,
    wanted: Iterable[tuple[reads.TaskRow, str]],
    *,
    bank: str | None = None,
) -> list[str]:
    """Order the analyses of many contents at their tasks, those that are not in the book already.

    An order names the circled takes it may lean on as they are now. They are no part of its key: another
    approval is no reason to measure again what was measured, or evidence would move under every verdict.
    Boxes that people drew are part of the key: they are drawn so that exactly this is measured again.

    Args:
        bank: SHA-256 of the bank, for whoever orders many; made where it is left out and asked for.

    Returns:
        Keys of the jobs that are owed by it.
    """
    found = reads.find_production(tx.conn, production)
    if found is None:
        return []
    policy = house.policy(tx.conn, found.policy)
    asked = {stage.key: checks_of(stage) for stage in policy.stages}
    wanted = list(wanted)
    drawn = boxes_heeded(house, tx.conn, production, {content for _, content in wanted})
    adopted = [list(pair) for pair in adopted_characters(tx.conn, production)]
    fingerprint = known_fingerprint(house.encoder) if house.encoder else None
    making = _Making(production, policy, adopted, bank, house.encoder, fingerprint)
    orders: list[Order] = []
    for task, content in wanted:
        if task.task.stage not in asked or task.entity.kind == "policy":
            continue  # a policy is words; there is nothing in it to measure
        checks = asked[task.task.stage]
        if making.adopted and making.bank is None and wanting_references(checks):
            making.bank = bank_of(house, tx.conn, production, policy)
        whole, boxes = making.order(task, content, checks), drawn.get(content)
        heeding = taking_boxes(checks) if boxes else []
        if not heeding:
            orders.append(whole)
            continue
        # Only what heeds boxes is measured again because of them.
        orders.append(making.order(task, content, heeding, boxes=boxes))
        rest = [check for check in checks if check not in heeding]
        if rest and not tx.is_ordered(whole.key):
            orders.append(making.order(task, content, rest))
    return tx.enqueue_all(list({order.key: order for order in orders}.values()))


def record(house: House, tx: Transaction, args: dict[str, Any], result: dict[str, Any]) -> None:
    """Append what was measured, say where the desk finds what was made, ask the gates again.

    What decodes to the same as another take of its task takes over that one's approvals, by rule; a gate
    has to ask for them to count. What did not heed the boxes as they stand now is left out: a person drew
    or withdrew one meanwhile and so ordered another measurement, after which this one may not come.
    """
    heeded = boxes_heeded(house, tx.conn, str(args["production"]), [str(args["content"])])
    is_late = heeded.get(str(args["content"])) != args.get("boxes")
    for recipe, content in result["derived"].items():
        if not (is_late and is_cutouts(recipe)):
            house.queue.put_derived(str(args["content"]), recipe, content)
    late = taking_boxes({str(one["check"]) for one in result["evidence"]}) if is_late else []
    for one in result["evidence"]:
        if one["check"] in late:
            continue
        tx.append(
            "evidence",
            actor=STUDIO,
            production=args["production"],
            body={**one, "content": args["content"], "job": args["job"]},
        )
    own = [
        take for take in reads.takes_with(tx.conn, args["content"]) if take.production == args["production"]
    ]
    if result.get("essence") and own:
        record_essence(tx, args["production"], str(args["content"]), str(result["essence"]), job=args["job"])
    bind_takes(house, tx, own)


ANALYSE = operation = Operation(
    name="analyse",
    version=_VERSION,
    call="circletake.workflows.calls.analyse:run",
    label="Measure {name}",
    record=record,
)
