"""States of attempts, amounts and purses: what may be said, and what is refused."""

from decimal import Decimal

import pytest

from circletake.domain.attempt import (
    LARGEST_SEED,
    MOST_DECISION,
    MOST_PROMPT,
    Wanted,
    after_call,
    check_step,
    check_wanted,
)
from circletake.domain.backlog import PRIOR_STILL_MS, Waiting, backlog_ms, look_ms
from circletake.domain.cost import Purse, amount_text, check_unit, micro_of, settled_micro
from circletake.errors import AttemptInvalid, CostInvalid


@pytest.mark.parametrize(
    ("said", "micro"), [("0", 0), ("20", 20_000_000), ("0.000001", 1), ("1e2", 100_000_000), (3, 3_000_000)]
)
def test_an_amount_is_read_exactly_and_written_again(said: str | int, micro: int) -> None:
    assert micro_of(said) == micro
    assert micro_of(amount_text(micro)) == micro


@pytest.mark.parametrize(
    "said", ["NaN", "Infinity", "-inf", "-1", "", "ten", "1,5", "0.0000001", "1e400", "9007199255", "٣.x"]
)
def test_what_is_no_amount_is_refused(said: str) -> None:
    with pytest.raises(CostInvalid):
        micro_of(said)


def test_what_a_bill_says_finer_than_a_millionth_is_rounded_up() -> None:
    assert micro_of("0.0000001", whole=False) == 1
    assert micro_of(Decimal("1.0000000000000000001"), whole=False) == 1_000_001


@pytest.mark.parametrize("unit", ["", "credit runway", "x" * 41, "US$"])
def test_what_is_no_unit_is_refused(unit: str) -> None:
    with pytest.raises(CostInvalid):
        check_unit(unit)


@pytest.mark.parametrize("unit", ["USD", "credit:runway", "gpu_s"])
def test_units_are_currencies_credits_and_seconds(unit: str) -> None:
    assert check_unit(unit) == unit


def test_a_purse_without_a_limit_holds_anything_and_one_with_holds_to_the_last_millionth() -> None:
    assert Purse().fits(10**15)
    purse = Purse(limit_micro=10, held_micro=4, spent_micro=3)
    assert (purse.left_micro, purse.fits(3), purse.fits(4)) == (3, True, False)
    assert Purse(limit_micro=1, spent_micro=5).fits(0)


def test_what_was_reported_counts_before_what_was_reserved() -> None:
    assert settled_micro("no", reserved_micro=5, reported_micro=2) == 2
    assert settled_micro("yes", reserved_micro=5, reported_micro=None) == 5


def test_a_sweep_counts_seeds_on_and_comes_round() -> None:
    assert [Wanted(seed=7, count=3).seed_of(n) for n in (1, 2, 3)] == [7, 8, 9]
    assert Wanted(seed=LARGEST_SEED).seed_of(2) == 0
    assert Wanted(seed=7, seeds="fixed").seed_of(3) == 7
    assert Wanted(seed=7, seeds="none").seed_of(1) is None
    assert Wanted().seed_of(1) is None


def test_a_persons_word_on_an_unknown_attempt() -> None:
    assert after_call("ran", handle="job-1") == ("queued", "unknown")
    assert after_call("ran", handle="") == ("lost", "yes")
    assert after_call("write_off", handle="") == ("lost", "yes")
    assert after_call("did_not", handle="") == ("failed", "no")


def test_a_step_that_cannot_be_names_both_states() -> None:
    with pytest.raises(AttemptInvalid, match="queued does not become reserved"):
        check_step("queued", "reserved")
    with pytest.raises(AttemptInvalid, match="it is over"):
        check_step("done", "queued")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kind": "smell"}, "kind"),
        ({"seeds": "lucky"}, "seed policy"),
        ({"purpose": "fun"}, "purpose"),
        ({"label": "secret"}, "label"),
        ({"inputs": (("nose", "a" * 64),)}, "nose"),
        ({"count": 0}, "at least one"),
        ({"count": 51}, "At most 50"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**53}, "seed"),
        ({"frames": -1}, "from 0"),
        ({"size_px": (0, -1)}, "from 0"),
    ],
)
def test_what_no_request_may_ask_for_is_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(AttemptInvalid, match=said):
        check_wanted(Wanted(**wrong), prompt="", decision="which door")  # type: ignore[arg-type]  # wrong by intent


def test_a_request_says_what_it_decides_and_keeps_its_prompt_short() -> None:
    inputs = (("first", "a" * 64), ("voice", "b" * 64))
    check_wanted(Wanted(inputs=inputs), prompt="a door", decision="which door")  # type: ignore[arg-type]  # roles
    for decision in ("", "  ", "x" * (MOST_DECISION + 1)):
        with pytest.raises(AttemptInvalid, match="decided"):
            check_wanted(Wanted(), prompt="", decision=decision)
    with pytest.raises(AttemptInvalid, match="prompt"):
        check_wanted(Wanted(), prompt="x" * (MOST_PROMPT + 1), decision="which door")


def test_hours_of_looking_count_everybody_who_has_to_look() -> None:
    waiting = [Waiting(stills=10, clips=0, people=1), Waiting(stills=0, clips=5, people=3)]
    assert backlog_ms(waiting, still_ms=3_000, clip_ms=7_000) == 30_000 + 105_000
    assert backlog_ms([], still_ms=3_000, clip_ms=7_000) == 0


def test_a_look_takes_what_it_took_once_enough_were_counted() -> None:
    assert look_ms([0] * 40, PRIOR_STILL_MS) == PRIOR_STILL_MS
    assert look_ms([2_000] * 20 + [9_000] * 11, PRIOR_STILL_MS) == 2_000
