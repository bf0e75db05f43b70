"""What takes are made for: the film itself, its shots, its assets."""

import re
from dataclasses import dataclass
from typing import Literal, get_args

from circletake.errors import NameInvalid

EntityKind = Literal["film", "sequence", "shot", "character", "prop", "location", "style", "policy"]
ENTITY_KINDS: tuple[EntityKind, ...] = get_args(EntityKind)
SourceClass = Literal["camera", "drawn", "hybrid", "generated", "library"]
SOURCE_CLASSES: tuple[SourceClass, ...] = get_args(SourceClass)

_CODE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")


@dataclass(frozen=True, slots=True)
class Entity:
    """A film, sequence, shot or asset.

    Args:
        id: `e_…`.
        production: `pr_…`.
        kind: what it is.
        code: unique in its production (`SH010`, `lord_queso`).
        title: a few words.
        position: its place among its kind.
        frames: length in frames that is wanted, 0 where that means nothing.
        source_class: where its pictures come from, shots only.
    """

    id: str
    production: str
    kind: EntityKind
    code: str
    title: str
    position: int
    frames: int = 0
    source_class: SourceClass | None = None


def checked_entity_code(text: str) -> str:
    """An entity's code as given, if it can be one.

    Raises:
        NameInvalid: empty, too long, or with other characters than letters, digits, `_`, `-`, `.`.
    """
    if not _CODE.match(text):
        raise NameInvalid(f"“{text}” cannot be a code; use up to 64 letters, digits, _, - and dots: SH010.")
    return text
