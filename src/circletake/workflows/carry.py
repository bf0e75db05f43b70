"""Carry: an approval stands beside other content of its task that decodes to exactly the same.

It follows by rule, names the original verdict, is stored once and has no value of its own. A gate has to
ask for it (`carry = true`), and nothing carried counts when something is sealed. Vetoes need no entry:
they stand on whatever decodes to the same.
"""

from circletake.ledger import lineage, reads
from circletake.ledger.book import Transaction
from circletake.workflows.house import STUDIO

_APPROVES = 1


def record_essence(tx: Transaction, production: str, content: str, essence: str, *, job: str = "") -> None:
    """Record what a content decodes to, and carry to it what was approved of the same."""
    if reads.find_essence(tx.conn, production, content) is not None:
        return
    tx.append(
        "essence",
        actor=STUDIO,
        production=production,
        body={"content": content, "essence": essence, "job": job},
    )
    for take in reads.takes_with(tx.conn, content):
        if take.production == production:
            _carry(tx, production, take.task, content)


def _carry(tx: Transaction, production: str, task: str, content: str) -> None:
    same = lineage.same_essence(tx.conn, task, content)
    if not same:
        return
    known = {(verdict, to) for _, verdict, to in reads.carried_in(tx.conn, task)}
    for verdict, live in reads.verdicts_of(tx.conn, task):
        is_approval = live and verdict.value >= _APPROVES and verdict.content in same
        if is_approval and (verdict.seq, content) not in known:
            tx.append(
                "carry",
                actor=STUDIO,
                production=production,
                body={"change": "essence_same", "content": content, "task": task, "verdict": verdict.seq},
            )
