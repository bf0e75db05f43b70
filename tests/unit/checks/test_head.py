"""A head learnt from answers: bounded, the same for the same answers, and no better than what it saw."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from circletake.checks.answers import Answer, plain_answers, read_answers
from circletake.checks.bank import bank_bytes, read_answered, read_bank
from circletake.checks.consistency.head import FEWEST_ANSWERS, Head, learn_head
from circletake.checks.covariance import shrunk
from circletake.errors import EvidenceUnreadable

NAMES = ("palette", "patches", "outline", "noise")


def answer(number: int, scores: Sequence[float], *, is_drift: bool, names: Sequence[str] = NAMES) -> Answer:
    told = dict(zip(names, map(float, scores), strict=True))
    return Answer("queso", f"{number:064x}", None, f"{number + 1000:064x}", number, is_drift, told)


def answers(many: int, *, seed: int = 1, tells: Sequence[float] = (2.0, 1.0, 0.0, 0.0)) -> list[Answer]:
    """Half of them drift, by which the scores rise by what each tells."""
    random = np.random.default_rng(seed)
    return [
        answer(
            number, random.normal(size=len(tells)) + (number % 2) * np.array(tells), is_drift=bool(number % 2)
        )
        for number in range(many)
    ]


def learnt(given_answers: Sequence[Answer]) -> Head:
    head = learn_head(given_answers, NAMES)
    assert head is not None
    return head


def test_below_thirty_answers_or_without_both_kinds_all_count_alike() -> None:
    assert FEWEST_ANSWERS == 30
    assert learn_head([], NAMES) is None
    assert learn_head(answers(29), NAMES) is None
    assert learn_head(answers(30), NAMES) is not None
    one_kind = [answer(number, [1, 1, 1, 1], is_drift=number < 4) for number in range(60)]
    assert learn_head(one_kind, NAMES) is None


def test_a_score_that_tells_counts_more_and_one_at_chance_keeps_the_least() -> None:
    head = dict(zip(NAMES, learnt(answers(200)).weights, strict=True))
    assert head["palette"] > head["patches"] > head["noise"]
    assert head["outline"] == head["noise"] == pytest.approx(0.2)


def test_a_score_that_points_the_wrong_way_never_counts_against() -> None:
    head = learnt(answers(200, tells=(2.0, 1.0, 0.5, -3.0)))
    assert min(head.weights) >= 0.2
    assert head.weights[3] == pytest.approx(0.2)


def test_where_nothing_tells_nothing_is_learnt() -> None:
    assert learn_head(answers(100, tells=(-1.0, -1.0, -1.0, -1.0)), NAMES) is None


@given(
    st.integers(0, 2**32 - 1),
    st.integers(30, 80),
    st.lists(st.floats(-3, 3), min_size=4, max_size=4),
)
@settings(max_examples=60, deadline=None)
def test_weights_are_one_on_the_mean_and_silence_nobody(seed: int, many: int, tells: list[float]) -> None:
    head = learn_head(answers(many, seed=seed, tells=tells), NAMES)
    if head is not None:
        assert np.mean(head.weights) == pytest.approx(1, abs=1e-5)
        assert min(head.weights) >= 0.2 - 1e-6
        assert max(head.weights) <= 0.2 + 0.8 * len(NAMES) + 1e-6


def test_the_same_answers_in_any_order_make_the_same_head_and_another_answer_another() -> None:
    given_answers = answers(60)
    head = learnt(given_answers)
    assert learnt(given_answers[::-1]).hash == head.hash
    assert learnt(given_answers[::-1]).to_bytes() == head.to_bytes()
    more = learnt([*given_answers, answer(99, [2, 1, 0, 0], is_drift=True)])
    assert more.hash != head.hash
    assert len(more.answers) == 61


def test_it_separates_better_than_counting_all_alike() -> None:
    def auroc(values: NDArray[np.float64], drift: NDArray[np.bool_]) -> float:
        return float((values[drift][:, None] > values[~drift][None]).mean())

    fresh = answers(2000, seed=8, tells=(2.0, 1.0, 0.0, 0.0))
    values = np.array([[one.scores[name] for name in NAMES] for one in fresh])
    drift = np.array([one.is_drift for one in fresh])
    alike = auroc(values.mean(axis=1), drift)
    weighed = auroc((values * learnt(answers(60)).rows()).mean(axis=1), drift)
    assert weighed > alike + 0.02


def test_answers_that_lack_a_score_of_today_are_left_out() -> None:
    old = [answer(number, [1, 2], is_drift=True, names=NAMES[:2]) for number in range(500, 540)]
    assert learn_head([*old, *answers(29)], NAMES) is None
    assert len(learnt([*old, *answers(30)]).answers) == 30


def test_covariance_is_shrunk_and_never_singular() -> None:
    random = np.random.default_rng(2)
    few = random.normal(size=(6, 20))
    few -= few.mean(axis=0)
    found = shrunk(few)
    assert np.linalg.eigvalsh(found).min() > 0
    many = random.normal(size=(20_000, 3)) @ np.array([[2.0, 0, 0], [1, 1, 0], [0, 0, 0.5]])
    many -= many.mean(axis=0)
    assert shrunk(many) == pytest.approx(many.T @ many / len(many), abs=0.02)
    assert np.isfinite(shrunk(np.zeros((4, 3)))).all()


def test_answers_come_back_out_of_the_bank_and_an_older_bank_has_none() -> None:
    given_answers = answers(3)
    assert read_answers(plain_answers(given_answers)) == given_answers
    data = bank_bytes([], given_answers)
    assert read_answered(data) == given_answers
    assert read_bank(data) == []
    assert read_answered(bank_bytes([])) == []
    assert b"answers" not in bank_bytes([]), "a bank without answers is written as it always was"
    with pytest.raises(EvidenceUnreadable):
        read_answered(data.replace(b'"frame"', b'"flame"'))
