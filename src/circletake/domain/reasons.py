"""Reasons: the words in which people say why, as codes in families. Which there are, a policy says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from circletake.errors import VerdictInvalid

Polarity = Literal["+", "-", "both"]
POLARITIES: tuple[Polarity, ...] = get_args(Polarity)


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason code.

    Args:
        code: `family.word`, stable.
        key: the two keystrokes that pick it: the family's digit, then a letter unique in the family.
        label: as shown.
        polarity: whether it speaks for a take, against it, or either way.
    """

    code: str
    key: str
    label: str
    polarity: Polarity = "both"


@dataclass(frozen=True, slots=True)
class ReasonFamily:
    """Reasons under one digit."""

    digit: int
    key: str
    label: str
    reasons: tuple[Reason, ...]


def checked_reasons(codes: Sequence[str], families: Sequence[ReasonFamily]) -> tuple[str, ...]:
    """Reason codes as given, once each, if every one exists.

    Raises:
        VerdictInvalid: names the code there is not, and its family's codes.
    """
    known = {reason.code: family.key for family in families for reason in family.reasons}
    for code in codes:
        if code not in known:
            family = code.split(".", maxsplit=1)[0]
            near = [other for other, key in known.items() if key == family] or sorted(known)
            raise VerdictInvalid(f"“{code}” is no reason; say one of {', '.join(near)}.")
    return tuple(dict.fromkeys(codes))
