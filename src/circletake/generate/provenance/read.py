"""All that the fields of a file say, in the words of every dialect that is known."""

from dataclasses import dataclass
from typing import cast

from circletake.domain.provenance import Fact
from circletake.generate.provenance.telling import Dialect, Telling, Written
from circletake.media.marks.field import Marks
from circletake.plugins import find_members

_FAMILY = "circletake.generate.provenance.dialects"


@dataclass(frozen=True, slots=True)
class Told:
    """What fields say.

    Args:
        refused: a sentence for each thing that was there and was not read.
        graphs: workflows in API form, canonically spelled, by their SHA-256.
    """

    facts: tuple[Fact | None, ...]
    refused: tuple[str, ...]
    graphs: dict[str, bytes]


def read_dialects(marks: Marks) -> Told:
    """Ask every dialect what it makes of a file's fields."""
    written, telling = Written(tuple(marks.fields)), Telling()
    for dialect in find_members(_FAMILY, "dialect").values():
        cast("Dialect", dialect)(written, telling)
    return Told(tuple(telling.facts), (*marks.refused, *telling.refused), telling.graphs)
