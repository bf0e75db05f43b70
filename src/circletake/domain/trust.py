"""How often a check's flags are right in a production, as people say: what to look at first, never a gate."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Call = Literal["right", "wrong"]
FlagKey = tuple[str, str, int, int]
"""A flag: id of its evidence, label, first frame, end."""

_Z = 1.6448536269514722  # of a normal, 90 % two-sided
# Answers below which nothing is said of a label, and precision below which its flags are shown quieter.
_FEWEST, _QUIET_BELOW = 5, 0.5


@dataclass(frozen=True, slots=True)
class Trust:
    """What people said about the flags of one label of one check.

    Args:
        check: its name.
        label: of the flags.
        right: how many were called right.
        wrong: how many were called wrong.
    """

    check: str
    label: str
    right: int
    wrong: int

    @property
    def answered(self) -> int:
        """Flags that people agree on; those on which they differ count for neither."""
        return self.right + self.wrong

    def interval(self) -> tuple[float, float]:
        """Where the share of right flags lies, at 90 %; (0, 1) where nobody answered.

        Source:
            Wilson 1927, “Probable inference, the law of succession, and statistical inference”.

        >>> Trust("consistency", "off_line", 2, 9).interval()
        (0.062, 0.427)
        """
        n = self.answered
        if n == 0:
            return 0.0, 1.0
        share, square = self.right / n, _Z * _Z / n
        middle = (share + square / 2) / (1 + square)
        half = _Z * math.sqrt(share * (1 - share) / n + square / (4 * n)) / (1 + square)
        return round(max(middle - half, 0.0), 3), round(min(middle + half, 1.0), 3)

    @property
    def is_quiet(self) -> bool:
        """True where its flags are more often wrong than right, beyond chance: shown later and quieter."""
        return self.answered >= _FEWEST and self.interval()[1] < _QUIET_BELOW

    @property
    def words(self) -> str:
        """The reason in words; empty where nobody answered."""
        if not self.answered:
            return ""
        return f"wrong {self.wrong} of {self.answered} {'time' if self.answered == 1 else 'times'} here"


def agreed(calls: Iterable[Call]) -> Call | None:
    """What people say of one flag, each by their latest call; None where as many say so as otherwise."""
    right = wrong = 0
    for call in calls:
        right += call == "right"
        wrong += call == "wrong"
    return None if right == wrong else "right" if right > wrong else "wrong"


def trust_of(flags: Iterable[tuple[str, str, Call | None]]) -> list[Trust]:
    """Count by check and label, those that are wrong most often first.

    Args:
        flags: check, label and what people agreed on, of each flag that somebody answered.
    """
    counts: dict[tuple[str, str], list[int]] = {}
    for check, label, call in flags:
        if call is not None:
            counts.setdefault((check, label), [0, 0])[call == "wrong"] += 1
    found = [Trust(check, label, right, wrong) for (check, label), (right, wrong) in counts.items()]
    return sorted(found, key=lambda one: (one.right / one.answered, -one.answered, one.check, one.label))
