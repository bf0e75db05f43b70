"""Each rule, alone: what makes it hold, what does not, and what it says is missing."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import pytest

from circletake.domain.facts import ConsentFact, NoteFact
from circletake.domain.time import FrameRange
from circletake.domain.verdict import Severity
from circletake.gates.rules import circled, consent, four_eyes, no_open_notes, permits, watched

if TYPE_CHECKING:
    from tests.unit.gates.conftest import Case

Make = Callable[..., "Case"]
Rule = Callable[..., dict[str, Any]]

ALL_OF_IT = (FrameRange(0, 100),)


# circled


@pytest.mark.parametrize(
    ("params", "people", "holds"),
    [
        ({}, ["p_dana"], True),
        ({}, ["p_rex"], False),
        ({"n": 2}, ["p_dana"], False),
        ({"n": 2}, ["p_dana", "p_dana"], False),
        ({"n": 2}, ["p_dana", "p_dora"], True),
        ({"roles": ["director"]}, ["p_lea"], False),
        ({"roles": ["director"]}, ["p_dana"], True),
        ({"without": ["director"]}, ["p_dana"], False),
        ({"without": ["director"]}, ["p_both"], False),
        ({"without": ["director"]}, ["p_pia"], True),
        ({"roles": ["producer"], "without": ["director"]}, ["p_both"], False),
        ({"roles": ["producer"], "without": ["director"]}, ["p_pia"], True),
        ({"without": ["director", "maker"]}, ["p_pia", "p_dana"], True),
    ],
)
def test_circled_counts_the_people_it_asks_for(
    case: Make, rule: Rule, params: dict[str, Any], people: list[str], *, holds: bool
) -> None:
    asked = case(rule("circled", **params))
    given = [asked.verdict(seq, person) for seq, person in enumerate(people, start=1)]
    assert asked.finding("circled", *given).holds is holds


def test_circled_may_be_content_with_fine(case: Make, rule: Rule) -> None:
    asked = case(rule("circled", at_least=1, n=2))
    one, two = asked.verdict(1, "p_rex", 1), asked.verdict(2, "p_lea", 1)
    assert asked.ask(one, two).result == "satisfied"
    assert asked.ask(one, replace(two, value=0)).result == "unsatisfied"


PARTS = {
    "author": frozenset({"p_dana"}),
    "prompter": frozenset({"p_dora"}),
    "importer": frozenset({"p_pia"}),
    "editor": frozenset(),
    "dispatcher": frozenset(),
    "owner": frozenset({"p_lea"}),
}


@pytest.mark.parametrize(
    ("without", "counted"),
    [
        ([], {"p_dana", "p_dora", "p_pia", "p_lea"}),
        (["author"], {"p_dora", "p_pia", "p_lea"}),
        (["prompter"], {"p_dana", "p_pia", "p_lea"}),
        (["author", "prompter"], {"p_pia", "p_lea"}),
        (["author", "importer", "owner"], {"p_dora"}),
        (["editor", "dispatcher"], {"p_dana", "p_dora", "p_pia", "p_lea"}),
        (["author", "producer"], {"p_dora", "p_lea"}),
        (["maker"], set()),
        (["maker", "author"], set()),
    ],
)
def test_circled_leaves_out_who_had_which_part_in_any_combination(
    case: Make, rule: Rule, without: list[str], counted: set[str]
) -> None:
    asked = case(rule("circled", without=without))
    people = ["p_dana", "p_dora", "p_pia", "p_lea"]
    given = [asked.verdict(seq, person) for seq, person in enumerate(people, start=1)]
    finding = asked.finding("circled", *given, makers=frozenset(people), made_by=PARTS)
    assert {people[seq - 1] for seq in finding.uses} == counted


def test_where_nobody_said_who_had_which_part_every_maker_is_left_out(case: Make, rule: Rule) -> None:
    asked = case(rule("circled", without=["prompter"]))
    given = asked.verdict(1, "p_dana")
    assert not asked.finding("circled", given, makers=frozenset({"p_dana"})).holds
    assert asked.finding("circled", given, makers=frozenset({"p_dora"})).holds


def test_circled_says_how_many_are_missing_and_that_others_do_not_count(case: Make, rule: Rule) -> None:
    asked = case(rule("circled", n=3, roles=["director"]))
    none = asked.finding("circled")
    assert none.sentence == "0 of 3 said circled."
    assert none.missing == ("3 more people have to say circled: director.",)
    some = asked.finding("circled", asked.verdict(1, "p_dana"), asked.verdict(2, "p_lea"))
    assert some.sentence == "1 of 3 said circled. 1 more do not count here."
    assert some.uses == (1,)
    two = [asked.verdict(1, "p_dana"), asked.verdict(2, "p_dora")]
    assert asked.finding("circled", *two).missing == (
        "Nobody who may has said circled yet; it takes a director.",
    )


def test_circled_under_another_wording_of_the_gate_is_stale(case: Make, rule: Rule) -> None:
    asked = case(rule("circled", n=2, without=["maker"]))
    old = [asked.verdict(seq, person, gate_hash="00") for seq, person in ((1, "p_dana"), (2, "p_dora"))]
    finding = asked.finding("circled", *old)
    assert (finding.holds, finding.stale, finding.uses) == (False, True, (1, 2))
    assert finding.missing == ("It has to be circled again at g (person with a vote here).",)
    assert not asked.finding("circled", old[0]).stale
    assert not asked.finding("circled", *old, makers=frozenset({"p_dora"})).stale


# watched


@pytest.mark.parametrize(
    ("watched", "dwell_ms", "share", "dwell_s", "holds"),
    [
        (ALL_OF_IT, 0, 100, 0, True),
        ((FrameRange(0, 99),), 0, 100, 0, False),
        ((FrameRange(0, 50), FrameRange(40, 100)), 0, 100, 0, True),
        ((FrameRange(40, 100), FrameRange(0, 30), FrameRange(10, 40)), 0, 100, 0, True),
        ((FrameRange(0, 50), FrameRange(0, 50)), 0, 60, 0, False),
        ((FrameRange(0, 60),), 0, 60, 0, True),
        ((FrameRange(0, 59),), 0, 60, 0, False),
        ((FrameRange(0, 40), FrameRange(60, 80)), 0, 60, 0, True),
        ((FrameRange(50, 1000),), 0, 60, 0, False),
        ((FrameRange(100, 1000),), 0, 1, 0, False),
        ((), 0, 0, 0, True),
        ((), 10_000, 0, 10, True),
        ((), 9_999, 0, 10, False),
        (ALL_OF_IT, 9_999, 100, 10, False),
        ((), 20_000, 100, 10, False),
    ],
)
def test_watched_counts_each_frame_once_and_the_time_before_it(
    case: Make,
    rule: Rule,
    *,
    watched: tuple[FrameRange, ...],
    dwell_ms: int,
    share: int,
    dwell_s: int,
    holds: bool,
) -> None:
    asked = case(rule("watched", share=share, dwell_s=dwell_s))
    given = asked.verdict(1, "p_dana", watched=watched, dwell_ms=dwell_ms)
    finding = asked.finding("watched", given, n_frames=100)
    assert finding.holds is holds
    assert finding.uses == ((1,) if holds else ())


def test_watched_asks_as_many_people_as_circled_does(case: Make, rule: Rule) -> None:
    asked = case(rule("circled", n=2), rule("circled", roles=["producer"]), rule("watched", share=50))
    dana = asked.verdict(1, "p_dana", watched=ALL_OF_IT)
    pia = asked.verdict(2, "p_pia", watched=ALL_OF_IT)
    idle = replace(pia, watched=())
    assert asked.ask(dana, pia, n_frames=100).result == "satisfied"
    assert not asked.finding("watched", dana, idle, n_frames=100).holds
    assert not asked.finding("watched", dana, n_frames=100).holds
    third = asked.verdict(3, "p_dora", watched=ALL_OF_IT)
    assert not asked.finding("watched", dana, third, idle, n_frames=100).holds, "the producer played nothing"


def test_watched_says_what_to_play(case: Make, rule: Rule) -> None:
    finding = case(rule("watched", share=80, dwell_s=5)).finding("watched", n_frames=10)
    assert finding.missing == ("Play 80 % of the frames, for 5 s of it, then circle it at g.",)
    assert finding.sentence == "Whoever circled it has not played enough of it: 80 % of the frames, for 5 s."
    held = case(rule("watched", share=0)).facts
    assert held.n_frames == 0


def test_what_has_no_frames_needs_no_playing(case: Make, rule: Rule) -> None:
    asked = case(rule("watched"))
    finding = asked.finding("watched", asked.verdict(1, "p_dana"), n_frames=0)
    assert finding.holds
    assert finding.sentence == "Played before it was circled: 100 % of the frames."


# no_open_notes


@pytest.mark.parametrize(
    ("asks", "severity", "holds"),
    [
        ("fyi", "fyi", False),
        ("issue", "fyi", True),
        ("issue", "issue", False),
        ("issue", "blocker", False),
        ("blocker", "issue", True),
        ("blocker", "blocker", False),
    ],
)
def test_a_note_of_weight_stands_in_the_way_until_it_is_settled(
    case: Make,
    rule: Rule,
    asks: str,
    severity: Severity,
    *,
    holds: bool,
) -> None:
    asked = case(rule("no_open_notes", severity=asks))
    circled = asked.verdict(1, "p_dana")
    note = NoteFact(seq=7, person="p_rex", severity=severity)
    finding = asked.finding("no_open_notes", circled, notes=(note,))
    assert finding.holds is holds
    assert finding.against == (() if holds else (7,))
    assert asked.ask(circled).result == "satisfied"


def test_a_concern_is_a_note_of_its_own_until_its_giver_decides_otherwise(case: Make, rule: Rule) -> None:
    asked = case(rule("no_open_notes"))
    circled, concern = asked.verdict(1, "p_dana"), asked.verdict(9, "p_rex", -1, severity="issue")
    note = NoteFact(seq=7, person="p_rex", severity="blocker")
    both = asked.finding("no_open_notes", circled, concern, notes=(note,))
    assert both.uses == both.against == (7, 9)
    assert both.sentence == "2 notes on it are open (entry 7, 9)."
    one = asked.finding("no_open_notes", circled, concern)
    assert one.sentence == "A note on it is open (entry 9)."
    assert one.missing == (
        "Resolve what entry 9 says: waive it, call it the best possible, or make another take.",
    )
    for stray in (
        {"severity": "fyi"},
        {"value": 0},
        {"value": 1},
        {"content": "bb"},
        {"task": "t_2"},
        {"person": "m_render"},
    ):
        assert asked.finding("no_open_notes", circled, replace(concern, **stray)).holds, stray
    assert not asked.finding("no_open_notes", circled, replace(concern, gate="other")).holds


def test_a_weight_that_is_none_closes_the_gate(case: Make, rule: Rule) -> None:
    asked = case(rule("no_open_notes", severity="grave"))
    assert asked.ask(asked.verdict(1, "p_dana")).result == "error"


# consent and permits

GRANTED = ConsentFact(id="c_1", seq=5, kind="consent", entity="max", uses=("release", "dub"))


@pytest.mark.parametrize(("name", "kind"), [("consent", "consent"), ("permits", "permit")])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, ""),
        ({"granted": False}, "was revoked (entry 5)"),
        ({"until": "2026-06-14"}, "ended on 2026-06-14"),
        ({"until": "2026-06-15"}, ""),
        ({"until": "2027-01-01"}, ""),
        ({"until": "2027-01-01", "lapsed": True}, "ended on 2027-01-01"),
        ({"uses": ("release",)}, "does not cover dub"),
    ],
)
def test_what_is_attached_has_to_be_in_force_and_cover_the_use(
    case: Make,
    rule: Rule,
    name: str,
    kind: Literal["consent", "permit"],
    change: dict[str, Any],
    said: str,
) -> None:
    asked = case(rule(name, use="dub"))
    held = replace(GRANTED, kind=kind, **change)
    finding = asked.finding(name, asked.verdict(1, "p_dana"), consents=(held,))
    assert finding.holds is (said == "")
    assert said in finding.sentence
    assert finding.uses == ((5,) if finding.holds else ())
    assert finding.stale is (not finding.holds and "cover" not in said)
    other = replace(held, kind="permit" if kind == "consent" else "consent")
    assert asked.finding(name, asked.verdict(1, "p_dana"), consents=(other,)).holds, "the other rule's affair"


def test_enough_of_them_have_to_be_there(case: Make, rule: Rule) -> None:
    asked = case(rule("consent", use="dub", needed=2))
    second = replace(GRANTED, id="c_2", seq=6)
    none = asked.finding("consent")
    assert none.missing == ("2 more consents for dub must be recorded.",)
    assert not none.stale
    one = asked.finding("consent", consents=(GRANTED,))
    assert one.missing == ("1 more consent for dub must be recorded.",)
    assert not one.stale
    both = asked.finding("consent", consents=(GRANTED, second))
    assert both.holds
    assert both.sentence == "2 cover dub."
    lost = asked.finding(
        "consent", consents=(replace(GRANTED, granted=False), replace(second, granted=False))
    )
    assert lost.sentence == " ".join(lost.missing)
    assert len(lost.missing) == 2
    gone = asked.finding("consent", consents=(GRANTED, replace(second, granted=False)))
    assert gone.stale, "it was there once"
    assert gone.missing == ("The consent c_2 of max was revoked (entry 6).",)


def test_what_shows_nobody_needs_nothing(case: Make, rule: Rule) -> None:
    asked = case(rule("permits"))
    finding = asked.finding("permits", asked.verdict(1, "p_dana"))
    assert finding.holds
    assert finding.sentence == "It needs no permit for release."


# not_stale


def test_several_circled_each_need_enough_who_saw_what_is_adopted(case: Make, rule: Rule) -> None:
    asked = case(rule("circled", n=2), rule("circled", roles=["producer"]), rule("not_stale"))
    new = {"sheet:max": "s2"}
    dana = asked.verdict(1, "p_dana", upstream=(("sheet:max", "s2"),))
    dora = asked.verdict(2, "p_dora", upstream=(("sheet:max", "s2"),))
    pia = asked.verdict(3, "p_pia", upstream=(("sheet:max", "s1"),))
    finding = asked.finding("not_stale", dana, dora, pia, upstream=new)
    assert not finding.holds, "the producer saw the old sheet"
    assert finding.stale
    assert asked.finding("not_stale", dana, dora, replace(pia, upstream=dana.upstream), upstream=new).holds
    assert asked.finding("not_stale", dana, upstream=new).holds, "who is missing is circled's affair"


# what could never be


def test_circled_says_why_nobody_could_ever_do_it(case: Make) -> None:
    gate = case(vote={"lead": [-2, 2], "reviewer": [-1, 1]}).gate
    assert circled.never(gate, {}) is None
    assert circled.never(gate, {"roles": ("lead", "reviewer"), "without": ("reviewer",)}) is None
    assert circled.never(gate, {"roles": ("reviewer",)}) == "none of reviewer may say circled here."
    assert circled.never(gate, {"roles": ("reviewer",), "at_least": 1}) is None
    assert circled.never(gate, {"without": ("lead",)}) == "everybody who may say so is left out: lead."
    assert circled.never(gate, {"without": ("maker", "author")}) is None
    assert (
        circled.never(gate, {"roles": ("artist", "reviewer")})
        == "none of artist, reviewer may say circled here."
    )
    assert (
        circled.never(gate, {"at_least": -1, "without": ("lead", "reviewer")})
        == "everybody who may say so is left out: reviewer, lead."
    )
    assert circled.never(gate, {"at_least": 3}) == "none of lead, reviewer may say 3 here."
    said = circled.never(gate, {"without": ("maker", "cook", "cat")})
    assert said is not None
    assert said.startswith("without names cook, cat, but knows artist, ")
    assert said.endswith("author, prompter, importer, editor, dispatcher, owner.")
    nobody = replace(gate, vote={"reviewer": (-1, 1)})
    assert circled.never(nobody, {}) == "none of reviewer may say circled here."
    assert (
        four_eyes.never(nobody, {})
        == "four_eyes asks for somebody else's circle, and nobody may circle here."
    )
    assert four_eyes.never(gate, {}) is None


def test_the_others_say_what_could_never_hold(case: Make) -> None:
    gate = case().gate
    assert watched.never(gate, {"share": 0}) is watched.never(gate, {"share": 100, "dwell_s": 0}) is None
    assert watched.never(gate, {"share": 101}) == "nobody can watch 101 % of a take; share is 0 to 100."
    assert watched.never(gate, {"share": -1}) == "nobody can watch -1 % of a take; share is 0 to 100."
    assert watched.never(gate, {"dwell_s": -1}) == "nobody can watch for -1 seconds; dwell_s is 0 or more."
    assert no_open_notes.never(gate, {"severity": "fyi"}) is None
    assert no_open_notes.never(gate, {"severity": "x"}) == "“x” is no weight; there are fyi, issue, blocker."
    for both in (consent, permits):
        assert both.never(gate, {}) is both.never(gate, {"needed": 0}) is None
        assert both.never(gate, {"needed": -1}) == "needed is -1; it is 0 or more."
        assert (
            both.never(gate, {"use": ""}) == "use names nothing; say what has to be covered, such as release."
        )
