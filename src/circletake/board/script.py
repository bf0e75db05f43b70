"""A script as its reader gives it: elements in order, each with the lines of the file that it came from."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal[
    "title",
    "heading",
    "action",
    "character",
    "dialogue",
    "parenthetical",
    "lyric",
    "transition",
    "centered",
    "section",
    "synopsis",
    "note",
    "boneyard",
    "page_break",
    "shot",
]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Element:
    """A piece of a script.

    Args:
        kind: what it is.
        text: without the marks that made it what it is.
        line: of the file on which it begins, from 1.
        lines: how many lines of the file it stands on.
        number: of a heading, as written.
        character: whose line it is; the key of a title.
        ext: what stands behind a character's name, such as `(V.O.)`.
        is_dual: said at the same time as what is before.
        depth: of a section, from 1.
        eighths: length of the scene that a heading begins, as the script says it.
    """

    kind: Kind
    text: str
    line: int = 0
    lines: int = 1
    number: str = ""
    character: str = ""
    ext: str = ""
    is_dual: bool = False
    depth: int = 0
    eighths: str = ""


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that was not as it should be, and what was done about it.

    Args:
        text: a sentence.
        line: of the file, from 1; 0 where that means nothing.
        column: likewise.
        file: name of the file, where there are several.
    """

    text: str
    line: int = 0
    column: int = 0
    file: str = ""

    @property
    def sentence(self) -> str:
        """It with its place."""
        where = f"line {self.line}" + (f", column {self.column}" if self.column else "") if self.line else ""
        place = ", ".join(part for part in (self.file, where) if part)
        return f"{place}: {self.text}" if place else self.text


@dataclass(frozen=True, slots=True)
class Script:
    """A whole script.

    Args:
        form: `fountain` or `fdx`.
        elements: in order.
        warnings: what reading it had to say.
    """

    form: str
    elements: tuple[Element, ...]
    warnings: tuple[Warned, ...] = ()

    def scenes(self) -> Iterator[tuple[Element, tuple[Element, ...]]]:
        """Each heading with all that stands under it."""
        heading: Element | None = None
        under: list[Element] = []
        for element in self.elements:
            if element.kind == "heading":
                if heading is not None:
                    yield heading, tuple(under)
                heading, under = element, []
            else:
                under.append(element)
        if heading is not None:
            yield heading, tuple(under)
