"""What is said of how a film was made, and in which shares."""

from fractions import Fraction

import pytest

from circletake.cut.disclosure import (
    disclosure_csv,
    disclosure_document,
    disclosure_rows,
    percent_of,
    read_disclosure,
)
from circletake.domain.disclosure import MADE, TERMS, DisclosedSlot, Disclosure, Made, by_a_model, made_how
from circletake.domain.entity import SourceClass
from circletake.domain.take import Origin
from circletake.ledger.canonical import canonical


@pytest.mark.parametrize(
    ("origin", "shot", "parents", "made"),
    [
        ("camera", "camera", (), "camera"),
        ("drawn", "drawn", (), "drawn"),
        ("drawn", None, ("drawn",), "drawn"),
        ("generated", "camera", (), "generated"),
        ("camera", "hybrid", (), "hybrid"),
        ("drawn", "drawn", ("generated",), "hybrid"),
        ("splice", "camera", (), "hybrid"),
        ("splice", "camera", ("unknown",), "hybrid"),
        ("splice", "camera", ("camera", "hybrid"), "hybrid"),
        ("splice", "hybrid", ("camera",), "hybrid"),
        ("splice", "camera", ("camera", "drawn"), "composite"),
        ("library", "camera", (), "unknown"),
        ("render", None, (), "unknown"),
    ],
)
def test_how_a_take_was_made_follows_its_records_and_what_they_leave_open(
    origin: Origin, shot: SourceClass | None, parents: tuple[Made, ...], made: Made
) -> None:
    assert made_how(origin, shot, parents=parents) == made


def test_an_in_between_of_filmed_frames_is_no_model_s_and_one_of_generated_frames_is() -> None:
    assert made_how("splice", "camera", parents=["camera"], is_between=True) == "between"
    assert made_how("splice", "camera", parents=["generated"], is_between=True) == "hybrid"
    assert made_how("splice", "camera", is_between=True) == "hybrid"


def test_every_way_of_making_has_a_term_of_the_iptc_or_says_that_nobody_knows() -> None:
    assert set(TERMS) == set(MADE)
    assert {by_a_model(term) for term in TERMS.values()} == {"whole", "part", "none", "unknown"}


def slot(name: str, start: int, frames: int, made: Made, **more: tuple[str, ...] | str) -> DisclosedSlot:
    return DisclosedSlot(name, name.upper(), start, frames, f"{start:064x}", 1, made, **more)  # type: ignore[arg-type]  # as it has them


FILM = Disclosure(
    "A Bird",
    "ab" * 32,
    Fraction(24000, 1001),
    [
        slot("a", 0, 24, "camera"),
        slot(
            "b", 24, 12, "generated", tool="=Maker", consents=("consent for B: release", "permit for B: dub")
        ),
        slot("c", 36, 12, "drawn", own_terms=(TERMS["hybrid"],), acts=("lead: circled by 2",)),
        slot("d", 48, 48, "unknown"),
    ],
    [slot("voice", 0, 96, "generated")],
)


def test_shares_are_of_frames_and_what_the_files_say_of_themselves_counts_if_it_is_more() -> None:
    assert FILM.n_frames == 96
    assert FILM.frames_made() == {"camera": 24, "drawn": 12, "generated": 12, "unknown": 48}
    assert FILM.frames_by_a_model() == {"whole": 12, "part": 12, "none": 24, "unknown": 48}
    assert FILM.term == TERMS["hybrid"]
    only = Disclosure("x", "y", Fraction(24), [slot("a", 0, 24, "camera"), slot("b", 24, 1, "unknown")])
    assert only.term == TERMS["composite"]
    heard = Disclosure("x", "y", Fraction(24), only.slots, [slot("voice", 0, 24, "generated")])
    assert heard.term == TERMS["hybrid"], "a voice that a model made counts too"


def test_a_sheet_goes_into_the_record_and_out_of_it_again() -> None:
    told = disclosure_document(FILM)
    assert canonical(told)
    again = read_disclosure(told)
    assert disclosure_document(again) == told
    assert (again.rate, list(again.slots), list(again.sound)) == (
        FILM.rate,
        list(FILM.slots),
        list(FILM.sound),
    )


def test_a_table_has_a_row_for_each_part_and_no_cell_that_a_spreadsheet_would_run() -> None:
    rows = disclosure_rows(FILM)
    assert [(row["kind"], row["shot"], row["from"], row["to"], row["seconds"]) for row in rows[-2:]] == [
        ("picture", "D", "00:00:02:00", "00:00:04:00", "2.002"),
        ("sound", "VOICE", "00:00:00:00", "00:00:04:00", "4.004"),
    ]
    table = disclosure_csv(FILM).decode()
    assert "'=Maker" in table
    assert ",=Maker" not in table
    assert "consent for B: release; permit for B: dub" in table
    assert table.count("\r\n") == 6


def test_a_share_is_never_said_to_be_nothing_or_all_where_it_is_not() -> None:
    assert [percent_of(n, 10_000) for n in (0, 1, 5, 10, 125, 9_999, 10_000)] == [
        "0 %",
        "< 0.1 %",
        "< 0.1 %",
        "0.1 %",
        "1.2 %",
        "> 99.9 %",
        "100 %",
    ]
    assert percent_of(0, 0) == "0 %"
