"""What browsers may send: strict, limited, nothing unknown."""

from typing import Any

import pytest
from pydantic import ValidationError

from circletake.web.requests import SentFill, SentVerdict, SignIn

VERDICT: dict[str, Any] = {
    "task": "t_1",
    "content": "ab" * 32,
    "gate": "lead",
    "value": 2,
    "gate_hash": "cd" * 32,
    "key": "0123456789abcdef",
}


def test_a_verdict_needs_only_what_says_what_was_judged() -> None:
    sent = SentVerdict.model_validate(VERDICT)
    assert (sent.reasons, sent.note, sent.ranges, sent.disposition) == ([], None, [], "fix")


@pytest.mark.parametrize(
    "change",
    [
        {"value": "2"},
        {"value": 1.0},
        {"value": True},
        {"value": 3},
        {"value": -3},
        {"content": "AB" * 32},
        {"content": "ab"},
        {"content": "ab" * 32 + "\n"},
        {"task": ""},
        {"task": 7},
        {"key": "short"},
        {"gate_hash": ""},
        {"ranges": [[0, 5]]},
        {"ranges": [{"start": "0", "end": 5}]},
        {"ranges": [{"start": -1, "end": 5}]},
        {"ranges": [{"start": 0, "end": 2**40}]},
        {"reasons": "style.line"},
        {"note": "x" * 10_001},
        {"note": "\ud800"},
        {"upstream": {"slot": 1}},
        {"person": "p_somebody_else"},
    ],
)
def test_a_verdict_of_another_shape_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SentVerdict.model_validate({**VERDICT, **change})


@pytest.mark.parametrize("missing", sorted(VERDICT))
def test_a_verdict_without_what_was_judged_is_refused(missing: str) -> None:
    with pytest.raises(ValidationError):
        SentVerdict.model_validate({name: value for name, value in VERDICT.items() if name != missing})


def test_a_fill_starts_at_the_first_frame_unless_it_says_otherwise() -> None:
    assert SentFill.model_validate({"slot": "s", "take": "t"}).source_in == 0
    with pytest.raises(ValidationError):
        SentFill.model_validate({"slot": "s", "take": "t", "source_in": "3"})


def test_a_password_is_not_shown_when_the_request_is() -> None:
    assert "hunter2" not in repr(SignIn(name="ana", password="hunter2"))  # noqa: S106 (no secret)
