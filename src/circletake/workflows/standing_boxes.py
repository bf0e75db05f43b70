"""Which boxes a measurement heeds: those that people drew on a content and that stand."""

from collections.abc import Iterable

from circletake.checks.boxes import boxes_bytes
from circletake.domain.boxed import newest_of
from circletake.ledger import boxes, reads
from circletake.workflows.house import House


def boxes_heeded(
    house: House, conn: reads.Connection, production: str, contents: Iterable[str]
) -> dict[str, str]:
    """Content → SHA-256 of its boxes, kept in the store; nothing for one on which nobody ever drew any."""
    return {
        content: house.store.put_bytes(
            boxes_bytes(
                newest_of(row.boxed for row in rows if row.withdrawn is None),
                last=max(row.withdrawn or row.seq for row in rows),
            )
        )
        for content, rows in boxes.boxes_on(conn, production, contents).items()
    }
