"""Final Draft: every trap that a reader was seen to fall into."""

import pytest
from tests.boards import FDX

from circletake.board.fdx import read_fdx
from circletake.errors import BoardUnreadable


def fdx(content: str, head: str = "") -> bytes:
    return f'<?xml version="1.0"?>{head}<FinalDraft><Content>{content}</Content></FinalDraft>'.encode()


def paragraph(kind: str, *runs: str, inner: str = "", **attributes: str) -> str:
    told = "".join(f' {name}="{value}"' for name, value in attributes.items())
    texts = "".join(run if run.startswith("<") else f"<Text>{run}</Text>" for run in runs)
    return f'<Paragraph Type="{kind}"{told}>{inner}{texts}</Paragraph>'


def told(data: bytes) -> list[tuple[str, str]]:
    return [(one.kind, one.text) for one in read_fdx(data).elements]


def test_many_runs_are_one_text_and_capitals_are_capitals() -> None:
    runs = (
        "The ",
        '<Text Style="Bold">dog</Text>',
        '<Text Style="AllCaps+Bold"> barks</Text>',
        ".",
        " Twice",
    )
    assert told(fdx(paragraph("Action", *runs))) == [("action", "The dog BARKS. Twice")]


def test_dual_dialogue_is_two_people() -> None:
    inner = "".join(
        paragraph(kind, text)
        for kind, text in [
            ("Character", "ANN"),
            ("Dialogue", "One."),
            ("Character", "BOB"),
            ("Dialogue", "Two."),
        ]
    )
    script = read_fdx(fdx(f"<Paragraph><DualDialogue>{inner}</DualDialogue></Paragraph>"))
    assert [(one.text, one.is_dual) for one in script.elements if one.kind == "character"] == [
        ("ANN", False), ("BOB", True),
    ]  # fmt: skip
    assert [one.character for one in script.elements if one.kind == "dialogue"] == ["ANN", "BOB"]


def test_a_note_is_no_text_and_a_summary_is_a_synopsis() -> None:
    inner = (
        '<SceneProperties Length="2/8" Title="Opening"><Summary><Paragraph><Text>Wheat.</Text></Paragraph>'
        "</Summary></SceneProperties>"
        '<ScriptNote Name="geo"><Paragraph><Text>Nebraska.</Text></Paragraph></ScriptNote>'
    )
    script = read_fdx(fdx(paragraph("Scene Heading (Top of Page)", "INT. X", inner=inner, Number="12A")))
    assert [(one.kind, one.text) for one in script.elements] == [
        ("heading", "INT. X"), ("synopsis", "Opening\nWheat."), ("note", "Nebraska."),
    ]  # fmt: skip
    assert (script.elements[0].number, script.elements[0].eighths) == ("12A", "2/8")


def test_types_of_every_kind_are_kept() -> None:
    content = "".join(
        paragraph(kind, kind) for kind in ("Shot", "General", "Cast List", "Singing", "New Act")
    )
    script = read_fdx(fdx(content + "<Paragraph><Text>bare</Text></Paragraph>"))
    assert [one.kind for one in script.elements] == ["shot", "action", "action", "lyric", "action", "action"]
    assert [warned.text for warned in script.warnings] == [
        "“New Act” is no kind of paragraph that is known; it is action."
    ]


def test_the_title_page_is_no_script() -> None:
    title = "<TitlePage><Content><Paragraph><Text>A FILM</Text></Paragraph></Content></TitlePage>"
    data = f"<FinalDraft><Content>{paragraph('Action', 'A.')}</Content>{title}</FinalDraft>".encode()
    assert told(data) == [("title", "A FILM"), ("action", "A.")]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (FDX.replace("<FinalDraft", "<!DOCTYPE x><FinalDraft", 1).encode(), "document type"),
        (
            FDX.replace("<FinalDraft", '<!DOCTYPE x [<!ENTITY a "b">]><FinalDraft', 1).encode("utf-16"),
            "document type|no XML",
        ),
        (b"", "line 1, column 1"),
        (b"<FinalDraft><Content>\n<Paragraph></FinalDraft>", "line 2"),
        (b"<other/>", "another kind"),
        (b"<FinalDraft/>", "no script"),
        (b"<a>" * 150, "nested"),
        (b'<?xml version="1.0" encoding="nonsense"?><FinalDraft/>', "no XML"),
    ],
)
def test_what_is_no_final_draft_is_refused_in_a_sentence(data: bytes, said: str) -> None:
    with pytest.raises(BoardUnreadable, match=said):
        read_fdx(data)
