"""Reads the words in which people say why: those of a policy, or those that come with circletake."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, cast

from circletake.domain.policy import Policy
from circletake.domain.reasons import POLARITIES, Polarity, Reason, ReasonFamily
from circletake.gates.reading import key_of, listed, mapping, members, once, one_of, refuse, text

_SHIPPED = Path(__file__).with_name("reasons.toml")
_FAMILY = {"digit", "key", "label", "words"}
_WORD = {"word", "key", "label", "polarity"}
_DIGITS = range(1, 10)  # one keystroke opens a family


@cache
def shipped_reasons() -> tuple[ReasonFamily, ...]:
    """The families that come with circletake."""
    return read_families(tomllib.loads(_SHIPPED.read_text("utf-8"))["reasons"])


def reasons_of(policy: Policy) -> tuple[ReasonFamily, ...]:
    """The families that hold under a policy."""
    return policy.reasons or shipped_reasons()


def read_families(data: object, path: str = "reasons") -> tuple[ReasonFamily, ...]:
    """Read families of reasons.

    Raises:
        PolicyInvalid: names the path of what cannot be used.
    """
    families = tuple(_read_family(family, f"{path}[{at}]") for at, family in enumerate(listed(data, path)))
    once([str(family.digit) for family in families], path)
    once([family.key for family in families], path)
    return families


def _read_family(given: object, path: str) -> ReasonFamily:
    data = mapping(given, path)
    members(data, _FAMILY, path, needed=_FAMILY)
    digit = data["digit"]
    if type(digit) is not int or digit not in _DIGITS:
        refuse(f"{path}.digit", "should be a digit from 1 to 9")
    key = key_of(data["key"], f"{path}.key")
    reasons = tuple(
        _read_word(word, f"{path}.words[{at}]", digit=digit, family=key)
        for at, word in enumerate(listed(data["words"], f"{path}.words"))
    )
    once([reason.code for reason in reasons], f"{path}.words")
    once([reason.key for reason in reasons], f"{path}.words")
    return ReasonFamily(digit=digit, key=key, label=text(data["label"], f"{path}.label"), reasons=reasons)


def _read_word(given: object, path: str, *, digit: int, family: str) -> Reason:
    data = mapping(given, path)
    members(data, _WORD, path, needed=_WORD - {"polarity"})
    letter = data["key"]
    if not isinstance(letter, str) or len(letter) != 1 or not "a" <= letter <= "z":
        refuse(f"{path}.key", "should be one letter from a to z")
    return Reason(
        code=f"{family}.{key_of(data['word'], f'{path}.word')}",
        key=f"{digit}{letter}",
        label=text(data["label"], f"{path}.label"),
        polarity=cast("Polarity", one_of(data.get("polarity", "both"), POLARITIES, f"{path}.polarity")),
    )


def reasons_list(families: tuple[ReasonFamily, ...]) -> list[dict[str, Any]]:
    """Write families as plain data, as a policy holds them."""
    return [
        {
            "digit": family.digit,
            "key": family.key,
            "label": family.label,
            "words": [
                {
                    "word": reason.code.removeprefix(f"{family.key}."),
                    "key": reason.key[-1],
                    "label": reason.label,
                    "polarity": reason.polarity,
                }
                for reason in family.reasons
            ],
        }
        for family in families
    ]
