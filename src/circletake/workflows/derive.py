"""Derive: make again what the desk plays, where the jobs' file that knew of it was lost.

Frames, proxies and posters are never judged and can always be made from their content, so nothing of
this stands in the book.
"""

import secrets
from typing import Any

from circletake.ledger.book import Transaction
from circletake.work.job import Offer, job_key
from circletake.workflows.house import House, Operation


def again(content: str, *, name: str) -> Offer:
    """A job that makes a content's frames, proxy and poster once more."""
    # A job of this key may have been done before it was lost again: each loss is work of its own.
    key = job_key(
        DERIVE.name, version=DERIVE.version, params={"loss": secrets.token_hex(8)}, inputs=[content]
    )
    return Offer(
        key=key, op=DERIVE.name, args={"content": content, "name": name}, lane=DERIVE.lane, prio=DERIVE.prio
    )


def record(house: House, _: Transaction, args: dict[str, Any], result: dict[str, Any]) -> None:
    """Say where the desk finds what was made."""
    for recipe, content in result["derived"].items():
        house.queue.put_derived(str(args["content"]), recipe, content)


DERIVE = operation = Operation(
    name="derive",
    version=1,
    call="circletake.workflows.calls.analyse:derive",
    label="Make {name} playable",
    record=record,
    is_kept=False,
)
