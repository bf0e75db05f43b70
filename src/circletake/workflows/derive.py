"""Derive: make again what the desk plays and what characters are learnt from, where it was lost.

Frames, proxies, posters and pictures of characters are never judged and can always be made from their
content, so nothing of this stands in the book.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from circletake.ledger.book import Transaction
from circletake.work.job import Offer, job_key
from circletake.workflows.house import House, Operation


@dataclass(frozen=True, slots=True)
class Following:
    """How characters are followed through a content to cut out their pictures; by their sheets alone.

    Args:
        checks: that follow them; what they measure is not recorded, for it was recorded before.
        settings: of each.
        sheets: code and content of each adopted sheet.
        boxes: SHA-256 of the boxes that they heed; None where nobody drew any.
    """

    checks: Sequence[str]
    settings: Mapping[str, Mapping[str, str]]
    sheets: Sequence[tuple[str, str]]
    boxes: str | None = None


def again(content: str, *, name: str, following: Following) -> Offer:
    """A job that makes a content's frames, proxy, poster and pictures of characters once more."""
    # A job of this key may have been done before it was lost again: each loss is work of its own.
    key = job_key(
        DERIVE.name, version=DERIVE.version, params={"loss": secrets.token_hex(8)}, inputs=[content]
    )
    args = {
        "boxes": following.boxes,
        "checks": list(following.checks),
        "content": content,
        "name": name,
        "settings": {check: dict(found) for check, found in following.settings.items()},
        "sheets": [list(sheet) for sheet in following.sheets],
    }
    return Offer(key=key, op=DERIVE.name, args=args, lane=DERIVE.lane, prio=DERIVE.prio)


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
