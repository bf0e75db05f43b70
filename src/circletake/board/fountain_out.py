"""Fountain, written so that reading it again gives the same elements."""

import unicodedata
from collections.abc import Iterator

from circletake.board.fountain import breaks_action, is_cue, is_heading, is_transition, kind_of, read_fountain
from circletake.board.script import Element, Script

_MARKED = {"centered": "> {} <", "lyric": "~{}", "synopsis": "= {}", "page_break": "==="}
_SPOKEN = ("dialogue", "parenthetical", "lyric")


def write_fountain(script: Script) -> bytes:
    """Write a script as Fountain, UTF-8.

    What was read from Fountain is read back as it was. Of other forms, a shot becomes action.
    """
    titles = [element for element in script.elements if element.kind == "title"]
    body = "\n\n".join(_blocks([element for element in script.elements if element.kind != "title"]))
    page = "\n".join(line for title in titles for line in _title(title))
    text = f"{page}\n\n{body}\n" if page else f"{body}\n"
    if not page and any(one.kind == "title" for one in read_fountain(text.encode()).elements):
        text = f"\n{text}"  # a blank first line: no title page
    return unicodedata.normalize("NFC", text).encode()


def _title(title: Element) -> Iterator[str]:
    lines = title.text.split("\n")
    if len(lines) == 1:
        yield f"{title.character}: {title.text}".rstrip()
        return
    yield f"{title.character}:"
    yield from (f"    {line}" for line in lines)


def _blocks(elements: list[Element]) -> Iterator[str]:
    block = ""
    for element in elements:
        if element.kind in _SPOKEN and element.character and block:
            block += f"\n{_said(element)}"
            continue
        if block:
            yield block
        block = _written(element)
    if block:
        yield block


def _said(element: Element) -> str:
    if element.kind == "lyric":
        return f"~{element.text}"
    return "\n".join(line or "  " for line in element.text.split("\n"))


def _written(element: Element) -> str:
    text = element.text
    if element.kind in _MARKED:
        return _MARKED[element.kind].format(text).rstrip()
    if element.kind == "heading":
        number = f" #{element.number}#" if element.number else ""
        return f"{'' if is_heading(text) else '.'}{text}{number}"
    if element.kind == "character":
        line = " ".join(part for part in (text, element.ext, "^" if element.is_dual else "") if part)
        return line if is_cue(line) else f"@{line}"
    if element.kind == "transition" and is_transition(text):
        return text
    return _other(element)


def _other(element: Element) -> str:
    match element.kind:
        case "transition":
            return f"> {element.text}"
        case "section":
            return f"{'#' * element.depth} {element.text}".rstrip()
        case "note":
            return f"[[{element.text.replace(']]', '] ]')}]]"
        case "boneyard":
            return f"/* {element.text.replace('*/', '* /')} */"
        case _:
            return _action(element.text.split("\n"))


def _action(lines: list[str]) -> str:
    has_more = len(lines) > 1
    forced = kind_of(lines[0].strip(), has_more=has_more) != "action"
    written: list[str] = []
    for at, line in enumerate(lines):
        needs = (forced if at == 0 else breaks_action(line)) or not line.strip() or line.lstrip()[:1] == "!"
        written.append(f"!{line}" if needs else line)
    return "\n".join(written)
