"""Fountain as people write it; each row is something a reader was seen to get wrong."""

import pytest

from circletake.board.fountain import check_size, read_fountain
from circletake.board.fountain_out import write_fountain
from circletake.board.script import Element, Script
from circletake.errors import BoardUnreadable


def kinds(text: str | bytes) -> list[tuple[str, str]]:
    data = text if isinstance(text, bytes) else text.encode()
    return [(one.kind, one.text) for one in read_fountain(data).elements]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("FADE IN:\n\nA man.", [("transition", "FADE IN:"), ("action", "A man.")]),
        ("A.\n\nFADE IN:\n\nMore.", [("action", "A."), ("transition", "FADE IN:"), ("action", "More.")]),
        (b"\xef\xbb\xbfTitle: X\n\nA man.", [("title", "X"), ("action", "A man.")]),
        ("A.\n\nÉLODIE\nBonjour.", [("action", "A."), ("character", "ÉLODIE"), ("dialogue", "Bonjour.")]),
        ("A.\n\nИВАН\nДа.", [("action", "A."), ("character", "ИВАН"), ("dialogue", "Да.")]),
        ("A.\n\n@小明\n好。", [("action", "A."), ("character", "小明"), ("dialogue", "好。")]),
        ("A.\n\n小明\n好。", [("action", "A."), ("action", "小明\n好。")]),
        ("A.\n\n.ÉTÉ\n\nB.", [("action", "A."), ("heading", "ÉTÉ"), ("action", "B.")]),
        ("A /* x */ B", [("action", "A  B"), ("boneyard", "x")]),
        ("A man [[who]] runs.", [("action", "A man  runs."), ("note", "who")]),
        ("A.\n\nINTERNAL AFFAIRS comes.", [("action", "A."), ("action", "INTERNAL AFFAIRS comes.")]),
        ("A.\n\nBOOM!\nIt bursts.", [("action", "A."), ("character", "BOOM!"), ("dialogue", "It bursts.")]),
        ("A.\n\nint. house - day", [("action", "A."), ("heading", "int. house - day")]),
        ("A.\n\n\t\tCUT TO:\n\nB.", [("action", "A."), ("transition", "CUT TO:"), ("action", "B.")]),
        ("A.\r\n\r\nBe.\rC.", [("action", "A."), ("action", "Be.\nC.")]),
        ("A.\n\nBOB\nOne.\n  \nTwo.", [("action", "A."), ("character", "BOB"), ("dialogue", "One.\n\nTwo.")]),
        ("\nBOB\nI.\n\nYou.", [("character", "BOB"), ("dialogue", "I."), ("action", "You.")]),
        ("A.\n\n> THE END <", [("action", "A."), ("centered", "THE END")]),
        ("A.\n\n> burn to white", [("action", "A."), ("transition", "burn to white")]),
        ("A.\n\n!INT. IS WHAT IT SAYS", [("action", "A."), ("action", "INT. IS WHAT IT SAYS")]),
        ("A.\n\nBOB\n(low)\n~la la\nYes.", [
            ("action", "A."), ("character", "BOB"), ("parenthetical", "(low)"), ("lyric", "la la"),
            ("dialogue", "Yes."),
        ]),
        ("A.\n\n## Act\n= what it is\n\n===", [
            ("action", "A."), ("section", "Act"), ("synopsis", "what it is"), ("page_break", ""),
        ]),
    ],
)  # fmt: skip
def test_what_is_typed_is_what_it_is(text: str | bytes, told: list[tuple[str, str]]) -> None:
    assert kinds(text) == told


def test_a_comment_or_a_note_that_never_ends_is_text_with_a_warning() -> None:
    script = read_fountain(b"A.\n\nB /* the rest\n\nINT. HOUSE\n\nC [[open\nD\n\nE ]]")
    assert [one.kind for one in script.elements] == ["action", "action", "heading", "action", "action"]
    assert script.elements[-1].text == "E ]]"
    assert [(warned.line, warned.column) for warned in script.warnings] == [(3, 3), (7, 3)]
    assert "line 3, column 3" in script.warnings[0].sentence


def test_bytes_of_windows_are_read_with_a_warning() -> None:
    script = read_fountain("A.\n\nÉLODIE\nÇa va.".encode("cp1252"))
    assert [one.text for one in script.elements] == ["A.", "ÉLODIE", "Ça va."]
    assert script.warnings[0].line == 3
    assert kinds("A man.".encode("utf-16")) == [("action", "A man.")]


def test_a_name_is_without_what_stands_behind_it() -> None:
    script = read_fountain(b"A.\n\nHANS (on the radio) (CONT'D) ^\nHallo.")
    cue = script.elements[1]
    assert (cue.character, cue.ext, cue.is_dual) == ("HANS", "(on the radio) (CONT'D)", True)


def test_numbers_are_letters_digits_dots_and_dashes() -> None:
    numbers = [
        read_fountain(f"INT. A #{n}#".encode()).elements[0].number for n in ("12A", "1-2.3", "é", "1 2")
    ]
    assert numbers == ["12A", "1-2.3", "é", ""]


def test_a_title_page_goes_on_in_its_lines() -> None:
    script = read_fountain(b"Title:\n    A FILM\n    in two parts\nno key\nAuthor: X\n\nA.")
    assert [(one.character, one.text) for one in script.elements[:2]] == [
        ("Title", "A FILM\nin two parts\nno key"), ("Author", "X"),
    ]  # fmt: skip
    assert script.warnings[0].line == 4


def test_what_looks_like_a_title_page_and_is_none_is_written_so() -> None:
    written = write_fountain(Script("fountain", (Element("action", "Note: look"),)))
    assert kinds(written) == [("action", "Note: look")]


def test_other_forms_shots_are_written_as_action() -> None:
    script = Script(
        "fdx", (Element("shot", "CLOSE ON BOB"), Element("note", "a ]] b"), Element("boneyard", "a */ b"))
    )
    assert kinds(write_fountain(script)) == [
        ("action", "CLOSE ON BOB"),
        ("note", "a ] ] b"),
        ("boneyard", "a * / b"),
    ]


def test_a_file_larger_than_any_script_is_refused() -> None:
    with pytest.raises(BoardUnreadable, match="64 MiB"):
        check_size((64 << 20) + 1, 64 << 20)
