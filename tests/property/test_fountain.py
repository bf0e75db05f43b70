"""Whatever is typed: no word is lost, and what was read and written is read the same."""

import re
import unicodedata
from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from circletake.board.fountain import read_fountain
from circletake.board.fountain_out import write_fountain
from circletake.board.script import Element, Script

LINES = (
    "", " ", "  ", "   ", "INT. HOUSE - DAY", "ext. garden #12A#", "INT HOUSE #1-ZX3ZM#", ".ÉTÉ",
    "..dots", ".#1#", "INTERNAL AFFAIRS", "ÉLODIE", "ИВАН (за кадром)", "BOB (V.O.) (CONT'D) ^",
    "@McAvoy", "@", "BOB", "BOOM!", "(softly)", "hello there", "~a song", "~", "> CUT IN <", "> FADE",
    ">", "> <", "CUT TO:", "\t\tCUT TO:", "FADE IN:", "# Act", "## Scene", "#", "= gist", "==", "===",
    "====", "===x", "!BOB", "!", "!# no", "!!two", "[[note]]", "a [[b]] c", "[[open", "x]] y", "[[BLUE",
    "GREEN]]", "/* bone */", "a/* b */c", "/*", "*/", "/**/", "/* x **/ y", "Title: A /* b", "    more",
    "Author:", "日本語", "e\u0301", "\x0b", "R2-D2", "(X)", "@^", "[[[x]]]",
)  # fmt: skip
texts = st.lists(
    st.one_of(st.sampled_from(LINES), st.text(st.characters(exclude_categories=["Cs"]), max_size=12)),
    max_size=14,
).map("\n".join)


def bare(script: Script) -> list[Element]:
    return [replace(element, line=0, lines=1) for element in script.elements]


@given(texts)
@settings(max_examples=400)
def test_what_is_read_and_written_is_read_the_same(text: str) -> None:
    script = read_fountain(text.encode())
    written = write_fountain(script)
    again = read_fountain(written)
    assert bare(again) == bare(script), written.decode()
    assert write_fountain(again) == written


@given(texts)
@settings(max_examples=400)
@example("/* x */ FOO /*\nbar")
def test_no_word_and_no_line_is_lost(text: str) -> None:
    script = read_fountain(text.encode())
    told = [
        f"{one.text} {one.character} {one.number} {one.ext}" for one in script.elements
    ]  # what stood in the file, in whichever member
    words = re.findall(r"[^\W_]+", " ".join(told))
    kept = "".join(words)
    for word in re.findall(r"[^\W_]+", _normal(text)):
        assert word in kept
    covered = {warned.line for warned in script.warnings}
    for element in script.elements:
        covered |= set(range(element.line, element.line + element.lines))
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        if line.strip("\ufeff \t\x0b\x0c\x1c\x1d\x1e\x1f\x85\u2028\u2029").strip():
            assert number in covered, (number, line)


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text)


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_read(data: bytes) -> None:
    script = read_fountain(data)
    assert bare(read_fountain(write_fountain(script))) == bare(script)
