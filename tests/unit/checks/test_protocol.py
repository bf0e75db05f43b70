"""A policy's settings become a check's parameters, or are refused in a sentence."""

from dataclasses import dataclass

import pytest

from circletake.checks.protocol import Param, read_params
from circletake.errors import ConfigInvalid


@dataclass(frozen=True)
class Params:
    longest_s: float = 0.5
    frames: int = 2
    strict: bool = True
    word: str = "ear"


def test_settings_are_read_as_what_they_stand_for() -> None:
    given: dict[str, Param] = {"longest_s": "0.25", "frames": "3", "strict": "false", "word": "nose"}
    assert read_params(Params, given, check="ears") == Params(0.25, 3, strict=False, word="nose")
    assert read_params(Params, {"strict": False}, check="ears") == Params(strict=False)
    assert read_params(Params, {}, check="ears") == Params()


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        (
            "strict",
            "perhaps",
            "The setting “strict” of the check “ears” cannot be 'perhaps'; write it like True.",
        ),
        ("frames", "2.5", "The setting “frames” of the check “ears” cannot be '2.5'; write it like 2."),
        ("tail", "1", "The check “ears” has no setting “tail”; it knows frames, longest_s, strict, word."),
    ],
)
def test_what_a_check_does_not_take_is_refused_in_a_sentence(setting: str, value: str, said: str) -> None:
    with pytest.raises(ConfigInvalid) as refused:
        read_params(Params, {setting: value}, check="ears")
    assert refused.value.message == said
