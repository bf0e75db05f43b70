"""What a take leans on: said at receipt, and never in a circle."""

from collections.abc import Iterable, Sequence

from circletake.domain.lineage import find_circle, slot_of
from circletake.errors import LeansInCircle, NotFound
from circletake.ledger import lineage, reads

Leans = tuple[tuple[str, str], ...]


def own_slot(task: reads.TaskRow) -> str:
    """The slot that a task's take would be adopted into."""
    return slot_of(task.entity.kind, task.entity.code, task.task.stage)


def leans_named(
    conn: reads.Connection, production: str, names: Sequence[str], *, task: reads.TaskRow
) -> Leans:
    """Slots that somebody names, with what each holds now.

    Raises:
        NotFound: a slot holds nothing; names those that hold something.
        LeansInCircle: it is the task's own.
    """
    held = reads.slots(conn, production)
    for name in names:
        if name == own_slot(task):
            raise LeansInCircle(
                f"{task.entity.code} cannot lean on {name}, which is its own; leave it out.", circle=[name]
            )
        if name not in held:
            known = ", ".join(slot for slot in sorted(held) if slot != own_slot(task)) or "nothing yet"
            raise NotFound(f"Nothing is adopted as {name}; adopted is {known}.")
    return tuple((name, held[name]) for name in sorted(set(names)))


def refuse_circle(conn: reads.Connection, production: str, *, task: str, slots: Iterable[str]) -> None:
    """Refuse what would make a task lean, over others, on itself.

    Raises:
        LeansInCircle: names the tasks along the way.
    """
    filled: dict[str, str | None] = {}

    def fillers(named: Iterable[str]) -> list[str]:
        for slot in named:
            if slot not in filled:
                filled[slot] = lineage.filler_of(conn, production, slot)
        return [found for slot in named if (found := filled[slot]) is not None]

    way = find_circle(task, fillers(set(slots)), lambda one: fillers(lineage.slots_leaned_on(conn, one)))
    if way is None:
        return
    names = [_name(conn, one) for one in way]
    raise LeansInCircle(
        f"{' leans on '.join(names)}: a circle, in which nothing could ever be settled. "
        f"Make {names[0]} without leaning on {names[1]}.",
        circle=names,
    )


def _name(conn: reads.Connection, task: str) -> str:
    row = reads.find_task(conn, task)
    return f"{row.entity.code}/{row.task.stage}" if row else task
