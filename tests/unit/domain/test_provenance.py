"""Facts of where a take came from: which of two sources is believed, and that text stays text."""

import pytest

from circletake.domain.provenance import (
    LONGEST,
    MOST_FACTS,
    Fact,
    Provenance,
    fact,
    plain,
    provenance_record,
    read_provenance,
    together,
)
from circletake.errors import MediaUnreadable


def test_what_two_sources_say_is_said_once_by_the_stronger_one() -> None:
    known = together(
        [
            fact("seed", 7, trust="declared", where="a file beside it"),
            fact("seed", 7, trust="embedded", where="PNG text"),
            fact("seed", 8, trust="declared", where="a file beside it"),
            fact("tool", "Fooocus", trust="embedded", where="PNG text"),
            fact("source type", "digitalCapture", trust="signed", where="Content Credentials"),
        ]
    )
    assert [(one.what, one.value, one.trust) for one in known.facts] == [
        ("source type", "digitalCapture", "signed"),
        ("tool", "Fooocus", "embedded"),
        ("seed", "7", "embedded"),
        ("seed", "8", "declared"),
    ]
    assert known.found("seed") == ("7", "8")
    assert not known.is_unknown


@pytest.mark.parametrize("nothing", [None, True, {}, [], (), "", " \n"])
def test_what_says_nothing_is_no_fact(nothing: object) -> None:
    assert fact("prompt", nothing, trust="embedded", where="here") is None


def test_a_program_s_name_alone_leaves_it_unknown_how_it_was_made() -> None:
    assert Provenance().is_unknown
    assert together([fact("software", "Lavf62", trust="embedded", where="tag")]).is_unknown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("\x1b]0;gone\x07", "�]0;gone�"),
        ("abc\u202edcba", "abc�dcba"),
        ("\ud800half", "�half"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("one\r\ntwo\rthree\tfour", "one\ntwo\nthree\tfour"),
        ("nul\0\x9b", "nul��"),
    ],
)
def test_text_steers_nothing(written: str, shown: str) -> None:
    assert plain(written) == shown


def test_a_value_is_a_page_and_not_a_book() -> None:
    assert plain("x" * LONGEST) == "x" * LONGEST
    assert plain("x" * (LONGEST + 1)) == "x" * LONGEST + "…"


def test_a_file_that_says_everything_is_cut_off_and_says_so() -> None:
    known = together([fact("lora", n, trust="embedded", where="tag") for n in range(MOST_FACTS + 3)])
    assert len(known.facts) == MOST_FACTS
    assert known.refused == ("3 more facts are left out: a file that says so much was made to say it.",)


def test_facts_are_read_as_they_were_written() -> None:
    known = Provenance((Fact("seed", "7", "embedded", "PNG text"),), ("One thing.",))
    assert read_provenance(provenance_record(known)) == known


def test_facts_of_another_time() -> None:
    told = {"facts": [["smell", "smoke", "embedded", "x"], ["seed", "7", "gossip", "x"]], "refused": []}
    assert read_provenance({**told, "v": 1}) == Provenance()
    with pytest.raises(MediaUnreadable, match="newer"):
        read_provenance({**told, "v": 2})
