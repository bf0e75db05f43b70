"""Encode shots of a cut beside the render that joins them: hands that help, one for each worker process."""

from typing import Any

from circletake.cut.document import cut_document, edit_hash
from circletake.cut.pieces import pieces_of
from circletake.domain.cut import CutVersion
from circletake.ledger.book import Transaction
from circletake.work.job import job_key
from circletake.workflows.house import House, Operation

_MOST = 15  # more would wait for the disk


def order_hands(tx: Transaction, cut: CutVersion, *, order: str, name: str) -> None:
    """Order as many hands as may find a piece to encode; those that find none end at once.

    Args:
        order: key of the render that they help.
        name: of what is rendered.
    """
    for key in hand_keys(cut, order=order):
        tx.enqueue(
            op=ENCODE.name,
            args={"cut": cut_document(cut), "name": name, "production": cut.production},
            lane=ENCODE.lane,
            prio=ENCODE.prio,
            key=key,
        )


def hand_keys(cut: CutVersion, *, order: str) -> list[str]:
    """Keys of the jobs that help a render.

    Args:
        order: key of the render.
    """
    hands = min(sum(1 for _ in pieces_of(cut)) - 1, _MOST)
    every = ({"hand": hand, "render": order} for hand in range(hands))
    edit = [edit_hash(cut)]
    return [job_key(ENCODE.name, version=ENCODE.version, params=one, inputs=edit) for one in every]


def record(_house: House, _tx: Transaction, _args: dict[str, Any], _result: dict[str, Any]) -> None:
    """Nothing: what was encoded lies in the cache."""


ENCODE = operation = Operation(
    name="encode",
    version=1,
    call="circletake.workflows.calls.render:encode",
    label="Encode shots of {name}",
    record=record,
    prio=51,
    is_kept=False,
)
