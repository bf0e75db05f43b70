"""Draw: order a take of the demo film; a worker draws it, the book gets it as a take like any other."""

from typing import Any

from circletake.domain.people import MachineId, PersonId
from circletake.domain.time import parse_rate
from circletake.generate.drawn import DRAWN, Order
from circletake.ledger import reads
from circletake.ledger.book import Transaction
from circletake.work.job import job_key
from circletake.workflows.house import House, Operation
from circletake.workflows.receive_take import Attempt, adopted_sheets, record_take


def order_take(tx: Transaction, *, task: reads.TaskRow, order: Order, person: PersonId) -> str:
    """Order one take of a task; asked for twice, it is made once.

    Returns:
        The job's key.
    """
    key = job_key(
        DRAW.name,
        version=DRAW.version,
        params={
            "film": order.production,
            "provider": DRAWN.name,
            "shot": order.shot,
            "take": order.take,
            "task": task.task.id,
            "version": DRAWN.version,
        },
        inputs=[],
    )
    tx.enqueue(
        op=DRAW.name,
        args={
            "film": order.production,
            "name": f"{order.shot} take {order.take}",
            "person": str(person),
            "provider": DRAWN.name,
            "shot": order.shot,
            "take": order.take,
            "task": task.task.id,
        },
        lane=DRAW.lane,
        prio=DRAW.prio,
        key=key,
    )
    return key


def record(house: House, tx: Transaction, args: dict[str, Any], result: dict[str, Any]) -> None:
    """Append the take, made by the machine that draws and by whoever ordered it."""
    row = reads.find_task(tx.conn, args["task"])
    if row is None or any(
        take.content == result["content"] for take in reads.takes_of(tx.conn, args["task"])
    ):
        return
    machine = MachineId(f"m_{args['provider']}")
    record_take(
        house,
        tx,
        machine,
        task=row,
        attempt=Attempt(
            content=result["content"],
            makers=(machine, PersonId(args["person"])),
            made_by=(("author", machine), ("dispatcher", PersonId(args["person"]))),
            origin="drawn",
            n_frames=result["n_frames"],
            rate=parse_rate(result["rate"]),
            width_px=result["size"][0],
            height_px=result["size"][1],
            label=result["label"],
            number=args["take"],
            leans=adopted_sheets(tx.conn, row.task.production),
        ),
    )


DRAW = operation = Operation(
    name="draw",
    version=1,
    call="circletake.workflows.calls.draw:run",
    label="Draw {name}",
    record=record,
    prio=80,
)
