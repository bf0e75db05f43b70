"""The boxes that a measurement heeds, written out so that its evidence can name them by hash."""

import json
from collections.abc import Sequence
from typing import cast

from circletake.domain.boxed import Boxed, Where
from circletake.errors import EvidenceUnreadable

_VERSION = 1


def boxes_bytes(boxes: Sequence[Boxed], *, last: int) -> bytes:
    """Write boxes as canonical JSON.

    Args:
        boxes: those that stand, one at most for a character and frame.
        last: the entry of the book that drew or withdrew one last. Evidence of before a box and of after its
            withdrawal heeds the same boxes and is still told apart: the later one is the one that counts.
    """
    told = [
        {"box": box.id, "character": box.character, "frame": box.frame, "where": box.where} for box in boxes
    ]
    data = {"boxes": told, "last": last, "v": _VERSION}
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def read_boxes(data: bytes) -> list[Boxed]:
    """Read what `boxes_bytes` wrote.

    Raises:
        EvidenceUnreadable: it is something else.
    """
    try:
        told = json.loads(data)
        if told["v"] != _VERSION:
            raise EvidenceUnreadable(
                f"These boxes are of version {told['v']}, which is newer; update circletake."
            )
        return [
            Boxed(
                one["box"],
                one["character"],
                one["frame"],
                cast("Where", tuple(one["where"])) if one["where"] else None,
            )
            for one in told["boxes"]
        ]
    except (KeyError, TypeError, ValueError):
        raise EvidenceUnreadable(
            "These boxes cannot be read; update circletake or order the measurement again."
        ) from None
