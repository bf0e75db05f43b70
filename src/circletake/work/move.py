"""Moves the queue, what is known of derived content, and of watched folders, to another database."""

from sqlalchemy import Engine, insert, select

from circletake.db.connect import reading, writing
from circletake.db.tables import derived, dropped, job

_BATCH = 500


def move_jobs(source: Engine, target: Engine) -> int:
    """Copy every job, everything that was derived and what was seen in folders, unless it is there already.

    Ids are given anew, in the old order. A lease of the old queue means nothing in the new one, so
    a job that was running is claimed again.

    Returns:
        How many jobs were copied.
    """
    copied = 0
    with reading(source) as old, writing(target) as new:
        for table, key in ((job, job.c.key), (derived, derived.c.source), (dropped, dropped.c.place)):
            if new.execute(select(key).limit(1)).first() is not None:
                continue
            found = old.execute(
                select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_BATCH)
            )
            for batch in found.mappings().partitions():
                rows = [{name: value for name, value in row.items() if name != "id"} for row in batch]
                new.execute(insert(table), rows)
                copied += len(rows) if table is job else 0
    return copied
