"""A prompt is read before it is sent: whom it names, and what it names that is somebody's."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

_SHORTEST = 3  # of a name that is looked for: shorter ones are in every other word


@dataclass(frozen=True, slots=True)
class Right:
    """Somebody who agrees to a likeness, or a mark that somebody permits.

    Args:
        name: as people write it.
        holds: an agreement for this use is in force.
    """

    name: str
    kind: Literal["person", "mark"]
    holds: bool


@dataclass(frozen=True, slots=True)
class Found:
    """Something that a prompt names.

    Args:
        blocks: the prompt is not sent like this.
        sentence: what is the matter, with the way out.
    """

    name: str
    blocks: bool
    sentence: str


def read_prompt(prompt: str, rights: Iterable[Right]) -> list[Found]:
    """What a prompt names that needs a right, those that stop it first.

    >>> [found.name for found in read_prompt("Ana Ruiz in the rain", [Right("Ana Ruiz", "person", False)])]
    ['Ana Ruiz']
    """
    words = _plain(prompt)
    found: dict[str, Found] = {}
    for right in rights:
        name = _plain(right.name)
        if len(name) < _SHORTEST or not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words):
            continue
        known = found.get(name)
        if known is None or known.blocks:  # one agreement that holds is enough
            found[name] = Found(right.name, not right.holds, _said(right))
    return sorted(found.values(), key=lambda one: (not one.blocks, one.name))


def _said(right: Right) -> str:
    if right.holds:
        return f"The prompt names {right.name}; there is an agreement for that."
    if right.kind == "person":
        return (
            f"The prompt names {right.name}, whose consent to be made like this is not recorded; record it, "
            f"or describe somebody else."
        )
    return f"The prompt names {right.name}, for which there is no permit; record one, or describe it without."


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"\s+", " ", "".join(one for one in decomposed if not unicodedata.combining(one))).strip()
