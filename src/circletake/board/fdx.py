"""Final Draft's files: paragraphs with a type, text in many runs, notes and dual dialogue nested in them.

Source:
    Files that Final Draft 8 to 13, Fade In and others write; there is no published schema.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from circletake.board.script import Element, Kind, Script, Warned
from circletake.errors import BoardUnreadable

_DEEPEST = 100
_KINDS: dict[str, Kind] = {
    "scene heading": "heading",
    "action": "action",
    "general": "action",
    "cast list": "action",
    "character": "character",
    "dialogue": "dialogue",
    "parenthetical": "parenthetical",
    "transition": "transition",
    "shot": "shot",
    "lyrics": "lyric",
    "singing": "lyric",
}
_SPOKEN = frozenset({"dialogue", "parenthetical", "lyric"})


@dataclass(slots=True)
class _Node:
    """An XML element with the line it begins on."""

    tag: str
    attributes: dict[str, str]
    line: int
    children: list["_Node | str"] = field(default_factory=list)

    def inner(self, *tags: str) -> Iterator["_Node"]:
        """Children of some tags."""
        return (child for child in self.children if isinstance(child, _Node) and child.tag in tags)

    def first(self, tag: str) -> "_Node | None":
        """The first child of a tag."""
        return next(self.inner(tag), None)


def read_fdx(data: bytes) -> Script:
    """Read a Final Draft script.

    Raises:
        BoardUnreadable: it is no such file; says the line and column.
    """
    root = _tree(data)
    if root.tag != "FinalDraft":
        raise BoardUnreadable(
            f"This is XML of another kind (“{root.tag[:40]}”), not Final Draft; export it as .fdx."
        )
    reading = _Reading()
    title = root.first("TitlePage")
    if title is not None:
        text = "\n".join(line for one in _paragraphs(title) if (line := _text(one).strip()))
        if text:
            reading.found.append(Element("title", text, title.line, character="page"))
    content = root.first("Content")
    if content is None:
        raise BoardUnreadable("There is no script in this Final Draft file; export it again.")
    reading.paragraphs(content)
    return Script("fdx", tuple(reading.found), tuple(reading.warnings))


def _tree(data: bytes) -> _Node:
    top = _Node("", {}, 0)
    open_nodes = [top]
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def begin(tag: str, attributes: dict[str, str]) -> None:
        if len(open_nodes) > _DEEPEST:
            raise BoardUnreadable(f"It is nested over {_DEEPEST} deep, as no script is; export it again.")
        node = _Node(tag, attributes, parser.CurrentLineNumber)
        open_nodes[-1].children.append(node)
        open_nodes.append(node)

    def end(_: str) -> None:
        open_nodes.pop()

    def refuse(*_: object) -> None:
        raise BoardUnreadable(
            "The file declares a document type of its own, which is not read; export it again."
        )

    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = lambda text: open_nodes[-1].children.append(text)  # noqa: PLW0108 (the last changes)
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as broken:
        line, column = broken.lineno, broken.offset + 1
        raise BoardUnreadable(
            f"line {line}, column {column}: this is no XML that can be read; export it again.",
            line=line,
            column=column,
        ) from None
    except (UnicodeError, LookupError, ValueError):
        raise BoardUnreadable("This is no XML that can be read; export it again.") from None
    return next(top.inner(*(one.tag for one in top.children if isinstance(one, _Node))))


def _paragraphs(node: _Node) -> Iterator[_Node]:
    for child in node.children:
        if isinstance(child, _Node):
            if child.tag == "Paragraph":
                yield child
            else:
                yield from _paragraphs(child)


def _text(paragraph: _Node) -> str:
    """A paragraph's own runs, joined; what nests in it is no part of its text."""
    runs: list[str] = []
    for run in paragraph.inner("Text"):
        text = "".join(child for child in run.children if isinstance(child, str))
        is_capital = "allcaps" in run.attributes.get("Style", "").lower().replace(" ", "")
        runs.append(text.upper() if is_capital else text)
    return unicodedata.normalize("NFC", "".join(runs).replace("\r\n", "\n").replace("\r", "\n"))


class _Reading:
    """Elements as they are found."""

    def __init__(self) -> None:
        self.found: list[Element] = []
        self.warnings: list[Warned] = []
        self._who = ""

    def paragraphs(self, node: _Node) -> None:
        """Read all paragraphs under a node; what surrounds them otherwise is looked through."""
        for child in node.children:
            if isinstance(child, _Node):
                if child.tag == "Paragraph":
                    self._paragraph(child, is_dual=False)
                else:
                    self.paragraphs(child)

    def _paragraph(self, node: _Node, *, is_dual: bool) -> None:
        dual = node.first("DualDialogue")
        if dual is not None:
            self._dual(dual)
        text = _text(node)
        if text.strip():
            self._add(node, text, is_dual=is_dual)
        scene = node.first("SceneProperties")
        summary = scene.first("Summary") if scene is not None else None
        title = scene.attributes.get("Title", "") if scene is not None else ""
        lines = [title, *(_text(one) for one in _paragraphs(summary))] if summary is not None else [title]
        gist = "\n".join(line.strip() for line in lines if line.strip())
        if gist and scene is not None:
            self.found.append(Element("synopsis", gist, scene.line))
        for note in node.inner("ScriptNote"):
            said = "\n".join(line for one in _paragraphs(note) if (line := _text(one).strip()))
            name = note.attributes.get("Name", "")
            if said or name:
                self.found.append(Element("note", said or name, note.line, character=name if said else ""))

    def _dual(self, dual: _Node) -> None:
        """Two people at a time: the second cue is marked."""
        cues = 0
        for one in dual.inner("Paragraph"):
            is_cue = one.attributes.get("Type", "").strip().lower() == "character"
            cues += is_cue
            self._paragraph(one, is_dual=is_cue and cues > 1)

    def _add(self, node: _Node, text: str, *, is_dual: bool) -> None:
        told = node.attributes.get("Type", "").strip()
        kind = _KINDS.get(told.split("(")[0].strip().lower())
        if kind is None:
            kind = "action"
            if told:
                self.warnings.append(
                    Warned(f"“{told[:40]}” is no kind of paragraph that is known; it is action.", node.line)
                )
        if kind == "character":
            name, bracket, ext = text.strip().partition("(")
            self._who = name.strip()
            more = f"({ext}" if bracket else ""
            self.found.append(
                Element(
                    kind, self._who or text.strip(), node.line, character=self._who, ext=more, is_dual=is_dual
                )
            )
            return
        scene = node.first("SceneProperties") if kind == "heading" else None
        self._who = self._who if kind in _SPOKEN else ""
        self.found.append(
            Element(
                kind,
                text.strip() if kind != "action" else text.rstrip(),
                node.line,
                number=node.attributes.get("Number", "").strip() if kind == "heading" else "",
                character=self._who,
                eighths=scene.attributes.get("Length", "").strip() if scene is not None else "",
            )
        )
