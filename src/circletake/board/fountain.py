"""Fountain, read by a machine that goes line by line and loses none of them.

Source:
    Fountain syntax 1.1, fountain.io/syntax. Where it is silent: a heading or a transition also stands where
    the line after it is not blank; a cue needs a blank line before it and text after it.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from circletake.board.script import Element, Kind, Script, Warned
from circletake.errors import BoardUnreadable

_HEADING = re.compile(r"(?:INT\.?/EXT|EXT\.?/INT|INT|EXT|EST|I/E)(?:\.\s*|\s+)\S", re.IGNORECASE)
_NUMBER = re.compile(r"(?P<text>.*\S)\s*#(?P<number>(?:[^\W_]|[-.])+)#")
_CUE = re.compile(r"(?P<name>[^()]*?)\s*(?P<ext>(?:\([^()]*\)\s*)*)(?P<dual>\^?)")
_TITLE_KEY = re.compile(r"(?P<key>[^\W\d_][\w './-]{0,40}?)\s*:(?P<value>.*)")
_NOTE = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
_DEEPEST = 6
_PAGE_BREAK = re.compile(r"={3,}")
_LINE_END = re.compile(r"\r\n|\n|\r")
_MARKS = tuple("!.>~#=@")
_FORCED: dict[str, Kind] = {"!": "action", "~": "lyric", "#": "section"}
_OPENINGS = frozenset({"FADE IN:", "FADE OUT:"})
_KEPT_BLANK = "  "


class Line(NamedTuple):
    """A line of the file, and which."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class _Aside:
    """A note or a boneyard that stood among other text."""

    kind: Kind
    text: str
    line: int
    lines: int


def read_fountain(data: bytes) -> Script:
    """Read a Fountain script.

    Args:
        data: UTF-8; what is not is taken for Windows-1252, with a warning.

    Returns:
        The script: every line that is not blank is part of an element, or a warning names it.
    """
    warnings: list[Warned] = []
    lines = [Line(number, text) for number, text in enumerate(_LINE_END.split(_decoded(data, warnings)), 1)]
    titles, rest = _title_page(lines, warnings)
    plain, boneyards = _without_boneyards(rest, warnings)
    elements = list(titles)
    waiting = sorted(boneyards, key=lambda aside: aside.line)
    for block in _blocks(plain):
        while waiting and waiting[0].line < block[0].number:
            elements.append(_element_of(waiting.pop(0)))
        kept, notes = _without_notes(block, warnings)
        elements += _elements(kept)
        inside = list(notes)
        while waiting and waiting[0].line <= block[-1].number:
            inside.append(waiting.pop(0))
        elements += [_element_of(aside) for aside in sorted(inside, key=lambda aside: aside.line)]
    elements += [_element_of(aside) for aside in waiting]
    return Script("fountain", tuple(elements), tuple(warnings))


def _decoded(data: bytes, warnings: list[Warned]) -> str:
    try:
        text = data.decode("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig")
    except UnicodeDecodeError as strange:
        line = data[: strange.start].count(b"\n") + 1
        warnings.append(Warned("This is no UTF-8; it was read as Windows-1252. Save it as UTF-8.", line))
        text = data.decode("cp1252", errors="replace")
    return unicodedata.normalize("NFC", text)


def _title_page(lines: list[Line], warnings: list[Warned]) -> tuple[list[Element], list[Line]]:
    if not _begins_title_page(lines):
        return [], lines
    found: list[Element] = []
    for at, line in enumerate(lines):
        if not line.text.strip():
            return found, lines[at:]
        match = None if line.text[:1] in " \t" else _TITLE_KEY.fullmatch(line.text)
        if match:
            found.append(
                Element("title", match["value"].strip(), line.number, character=match["key"].strip())
            )
            continue
        if line.text[:1] not in " \t":
            warnings.append(
                Warned("This line of the title page has no key; it goes on from above.", line.number)
            )
        last = found[-1]
        text = f"{last.text}\n{line.text.strip()}" if last.text else line.text.strip()
        found[-1] = replace(last, text=text, lines=line.number - last.line + 1)
    return found, []


def _begins_title_page(lines: Sequence[Line]) -> bool:
    match = _TITLE_KEY.fullmatch(lines[0].text)
    if match is None or is_transition(lines[0].text.strip()) or is_heading(lines[0].text.strip()):
        return False
    after = lines[1].text if len(lines) > 1 else ""
    follows = bool(after.strip()) and (after[:1] in " \t" or bool(_TITLE_KEY.fullmatch(after)))
    return bool(match["value"].strip()) or follows


def _without_boneyards(lines: list[Line], warnings: list[Warned]) -> tuple[list[Line], list[_Aside]]:
    """Lines without what stands between /* and */; one that never ends is text."""
    text = "\n".join(line.text for line in lines)
    first = lines[0].number if lines else 1
    kept, found, at = "", list[_Aside](), 0
    while (begin := text.find("/*", at)) >= 0 and (end := text.find("*/", begin + 2)) >= 0:
        kept += text[at:begin]
        inside = text[begin + 2 : end]
        line = first + text.count("\n", 0, begin)
        found.append(_Aside("boneyard", _tidied(inside), line, inside.count("\n") + 1))
        before, after = kept[-1:], text[end + 2 : end + 3]
        at = end + 2
        kept += "\n" * inside.count("\n") or (" " if before.strip() and after.strip() else "")
    rest = text[at:]
    unclosed = rest.find("/*")
    if unclosed >= 0:
        line = first + text.count("\n", 0, at + unclosed)
        column = at + unclosed - text.rfind("\n", 0, at + unclosed)
        warnings.append(Warned("A comment begins with /* and never ends; it is kept as text.", line, column))
        rest = rest.replace("/*", "/ *")
    return [Line(first + n, one) for n, one in enumerate((kept + rest).split("\n"))], found


def _tidied(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def _blocks(lines: list[Line]) -> Iterator[list[Line]]:
    """Lines between blank ones; in a dialogue a line of two spaces is not blank."""
    block: list[Line] = []
    for at, line in enumerate(lines):
        if line.text.strip():
            block.append(line)
            continue
        after = lines[at + 1].text if at + 1 < len(lines) else ""
        is_kept = line.text.startswith(_KEPT_BLANK) and len(block) > 1 and after.strip()
        if is_kept and is_cue(_NOTE.sub("", block[0].text).strip()):
            block.append(Line(line.number, ""))
            continue
        if block:
            yield block
        block = []
    if block:
        yield block


def _without_notes(block: list[Line], warnings: list[Warned]) -> tuple[list[Line], list[_Aside]]:
    """A block without what stands between [[ and ]]; one that does not end in it is text."""
    text = "\n".join(line.text for line in block)
    if "[[" not in text:
        return block, []
    found: list[_Aside] = []

    def taken(match: re.Match[str]) -> str:
        line = block[text.count("\n", 0, match.start())].number
        inside = "\n".join(part.strip() for part in match[1].split("\n") if part.strip())
        found.append(_Aside("note", inside, line, match[1].count("\n") + 1))
        return "\n" * match[1].count("\n")

    kept = _NOTE.sub(taken, text)
    lines = [Line(old.number, new) for old, new in zip(block, kept.split("\n"), strict=True)]
    for at, line in enumerate(lines):
        column = line.text.find("[[")
        if column >= 0:
            warnings.append(
                Warned("A note begins with [[ and does not end before a blank line; it is kept as text.",
                       line.number, column + 1)
            )  # fmt: skip
            lines[at] = Line(line.number, _apart(line.text))
    # what held nothing but notes is no line of the script; a blank kept in a dialogue is
    return [new for old, new in zip(block, lines, strict=True) if new.text.strip() or not old.text], found


def _apart(text: str) -> str:
    while "[[" in text:
        text = text.replace("[[", "[ [")
    return text


def _element_of(aside: _Aside) -> Element:
    return Element(aside.kind, aside.text, aside.line, aside.lines)


def _elements(block: list[Line]) -> Iterator[Element]:
    at, after_blank = 0, True
    while at < len(block):
        made, used = _next(block[at:], after_blank=after_blank)
        yield from made
        at, after_blank = at + used, False


def _next(lines: list[Line], *, after_blank: bool) -> tuple[list[Element], int]:
    """The element that begins with a line, and how many lines it takes."""
    number, text = lines[0].number, lines[0].text.strip()
    kind = kind_of(text, has_more=any(line.text.strip() for line in lines[1:]), after_blank=after_blank)
    if kind == "character":
        return _dialogue(lines)
    if kind == "action":
        return _action(lines)
    return [_single(kind, text, number)], 1


def _single(kind: Kind, text: str, line: int) -> Element:
    """An element of one line."""
    if kind == "heading":
        return _heading(text, line)
    if kind == "section":
        title = text[:_DEEPEST].lstrip("#") + text[_DEEPEST:]
        return Element(kind, title.strip(), line, depth=len(text) - len(title))
    inner = {
        "page_break": "",
        "centered": text[1:-1],
        "transition": text[1:] if text[0] == ">" else text,
    }.get(kind, text[1:])
    return Element(kind, inner.strip(), line)


def _heading(text: str, line: int) -> Element:
    text = text[1:].strip() if text[0] == "." else text
    match = _NUMBER.fullmatch(text)
    return (
        Element("heading", match["text"], line, number=match["number"])
        if match
        else Element("heading", text, line)
    )


def _action(lines: list[Line]) -> tuple[list[Element], int]:
    found: list[str] = []
    for at, line in enumerate(lines):
        if at and breaks_action(line.text):
            break
        text = line.text.rstrip()
        found.append(text.lstrip()[1:] if text.lstrip()[:1] == "!" else text)
    span = lines[len(found) - 1].number - lines[0].number + 1
    return [Element("action", "\n".join(found), lines[0].number, span)], len(found)


def _dialogue(lines: list[Line]) -> tuple[list[Element], int]:
    cue = _cue(lines[0])
    found = [cue]
    for line in lines[1:]:
        text = line.text.strip()
        if text[:1] == "(" and text[-1:] == ")":
            found.append(Element("parenthetical", text, line.number, character=cue.character))
        elif text[:1] == "~":
            found.append(Element("lyric", text[1:].strip(), line.number, character=cue.character))
        elif found[-1].kind == "dialogue":
            said = found[-1]
            found[-1] = replace(said, text=f"{said.text}\n{text}", lines=line.number - said.line + 1)
        elif text:
            found.append(Element("dialogue", text, line.number, character=cue.character))
    return [
        replace(one, text=one.text.rstrip("\n")) if one.kind == "dialogue" else one for one in found
    ], len(lines)


def _cue(line: Line) -> Element:
    text = line.text.strip()
    text = text[1:].strip() if text[0] == "@" else text
    match = _CUE.fullmatch(text)
    if match is None or not match["name"]:
        return Element("character", text, line.number, character=text)
    ext = " ".join(part.strip() for part in re.findall(r"\([^()]*\)", match["ext"]))
    return Element(
        "character", match["name"], line.number, character=match["name"], ext=ext, is_dual=bool(match["dual"])
    )


def kind_of(text: str, *, has_more: bool, after_blank: bool = True) -> Kind:
    """What a line is that begins a block.

    Args:
        text: without spaces around it.
        has_more: another line stands right under it.
        after_blank: a blank line stands over it.
    """
    may_speak = has_more and after_blank
    forced = _forced(text, may_speak=may_speak)
    if forced is not None:
        return forced
    by_itself: Kind = "character" if may_speak and is_cue(text) else "action"
    return "heading" if is_heading(text) else "transition" if is_transition(text) else by_itself


def _forced(text: str, *, may_speak: bool) -> Kind | None:
    """What a mark at its head makes of a line; None where there is no mark."""
    mark, more = text[:1], text[1:].strip()
    kind = _FORCED.get(mark)
    if mark == "=" and not (text.startswith("===") and not _PAGE_BREAK.fullmatch(text)):
        kind = "page_break" if _PAGE_BREAK.fullmatch(text) else "synopsis"
    elif mark == "@" and more and may_speak:
        kind = "character"
    elif mark == "." and more and text[1] != "." and text[1].strip():
        kind = "heading"
    elif mark == ">" and more:
        is_empty = more[-1] == "<" and not more[:-1].strip()
        kind = None if is_empty else "centered" if more[-1] == "<" else "transition"
    return kind or ("action" if mark in _MARKS and mark else None)


def breaks_action(text: str) -> bool:
    """Whether a line ends the action over it without a blank line between."""
    stripped = text.strip()
    return stripped[:1] in {"#", "~"} or (
        stripped[:1] == "=" and kind_of(stripped, has_more=False) != "action"
    )


def is_heading(text: str) -> bool:
    """Whether a line begins a scene by itself; `INTERNAL AFFAIRS` does not."""
    return bool(_HEADING.match(text))


def is_transition(text: str) -> bool:
    """Whether a line is a transition by itself."""
    return text == text.upper() and (text.endswith((" TO:", "\tTO:")) or text in _OPENINGS)


def is_cue(text: str) -> bool:
    """Whether a line can name who speaks: capitals of any script, beside what stands in brackets."""
    if text[:1] == "@":
        return bool(text[1:].strip())
    if text[:1] in _MARKS or is_heading(text) or is_transition(text):
        return False
    match = _CUE.fullmatch(text)
    name = match["name"] if match else text
    return any(letter.isupper() for letter in name) and not any(letter.islower() for letter in name)


def check_size(n_bytes: int, most: int) -> None:
    """Refuse a file larger than any script.

    Raises:
        BoardUnreadable: it is.
    """
    if n_bytes > most:
        raise BoardUnreadable(f"It is over {most >> 20} MiB, as no script is; export the script alone.")
