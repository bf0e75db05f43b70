"""What entries do to the tables of lineage: leans, references, essences, carries, and bounds by the many."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from circletake.db import tables
from circletake.domain.facts import PASSES
from circletake.errors import EntryInvalid, NotFound
from circletake.ledger import entries as e
from circletake.ledger import rows

_MANY = 500


def keep_leans(conn: Connection, production: str, task: str, content: str, leans: list[e.Pair]) -> None:
    """Keep what a content leans on, once each."""
    for slot, upstream in leans:
        keys = {"task": task, "content": content, "slot": slot, "upstream": upstream}
        rows.add_once(conn, tables.lean, keys, production=production)


def keep_references(conn: Connection, production: str, body: e.EvidenceBody) -> None:
    """Keep what a content was measured against, once each."""
    for reference in sorted(set(body.references)):
        against = {"production": production, "reference": reference, "content": body.content}
        rows.add_once(conn, tables.measured, against)


def keep_essence(conn: Connection, entry: e.Entry, body: e.EssenceBody) -> None:
    """Keep what a content decodes to, as it was measured first.

    Raises:
        EntryInvalid: the entry belongs to no production.
    """
    keys = {"production": _production(entry), "content": body.content}
    # measured again: the first stands
    rows.add_once(conn, tables.essence, keys, essence=body.essence, seq=entry.seq)


def keep_carry(conn: Connection, entry: e.Entry, body: e.CarryBody) -> None:
    """Keep that an approval stands beside other content of its task.

    Raises:
        NotFound: there is no such live verdict at this task, or no such take.
        EntryInvalid: the two do not decode to the same.
    """
    production = _production(entry)
    if rows.find(conn, tables.task, "production", id=body.task) != production:
        raise NotFound(f"There is no task {body.task} in this production; the board lists them.")
    if rows.find(conn, tables.verdict, "task", seq=body.verdict, live=True) != body.task:
        raise NotFound(f"There is no live verdict {body.verdict} at the task {body.task} to carry.")
    if rows.find(conn, tables.take, "id", task=body.task, content=body.content) is None:
        raise NotFound(f"The task {body.task} has no take of content {body.content}; reload its page.")
    original = rows.find(conn, tables.verdict, "content", seq=body.verdict)
    essences = [
        rows.find(conn, tables.essence, "essence", production=production, content=content)
        for content in (original, body.content)
    ]
    if None in essences or len(set(essences)) > 1 or original == body.content:
        raise EntryInvalid("An approval is carried to other content of identical essence and to no other.")
    rows.add(
        conn,
        tables.carry,
        verdict=body.verdict,
        content=body.content,
        production=production,
        task=body.task,
        change=body.change,
        seq=entry.seq,
    )


def keep_bounds(conn: Connection, made: Sequence[tuple[e.Entry, e.BoundBody]]) -> None:
    """Keep what gates said, of many; the last word on a content at a gate is the one that stays."""
    tasks = sorted({body.task for _, body in made})
    before: dict[tuple[str, str, str], bool] = {}
    for start in range(0, len(tasks), _MANY):
        query = select(tables.bound).where(tables.bound.c.task.in_(tasks[start : start + _MANY]))
        before |= {(row.task, row.content, row.gate): row.ever_satisfied for row in conn.execute(query)}
    after: dict[tuple[str, str, str], dict[str, Any]] = {}
    for entry, body in made:
        key = (body.task, body.content, body.gate)
        ever = before.get(key, False) or body.result in PASSES
        ever = ever or (key in after and after[key]["ever_satisfied"])
        after[key] = {
            "task": body.task,
            "content": body.content,
            "gate": body.gate,
            "result": body.result,
            "ever_satisfied": ever,
            "seq": entry.seq,
        }
    rows.change_all(
        conn, tables.bound, ("task", "content", "gate"), [after[key] for key in after if key in before]
    )
    rows.add_all(conn, tables.bound, [after[key] for key in after if key not in before])


def _production(entry: e.Entry) -> str:
    if entry.production is None:
        raise EntryInvalid(f"The entry “{entry.kind}” belongs to a production; name it.")
    return entry.production
