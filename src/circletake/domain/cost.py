"""What attempts cost: exact amounts, purses that they are paid from, and what of a reservation is spent.

An amount is a whole number of millionths of its unit, so that nothing is ever rounded by accident.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from typing import Literal, get_args

from circletake.errors import CostInvalid

Line = Literal["estimate", "reported", "reconciled"]
LINES: tuple[Line, ...] = get_args(Line)
"""What was thought, what the provider said, what the invoice said: never mixed."""
PurseKind = Literal["production", "shot", "person", "review"]
PURSES: tuple[PurseKind, ...] = get_args(PurseKind)
"""Whose money it is; `review` is no money but the hours that people have for looking, in `h`."""
Charged = Literal["yes", "no", "unknown"]
"""Whether a provider took money for what came of an attempt."""

MICRO = 1_000_000
MOST_MICRO = 2**53 - 1  # the largest whole number that every reader of JSON keeps exactly
_MOST_UNIT = 40


def micro_of(text: str | int | Decimal, *, whole: bool = True) -> int:
    """Read an amount of money or of credits.

    Args:
        text: a decimal number such as `0.05`; never a float, which has no exact value.
        whole: refuse what is finer than a millionth; otherwise it is rounded up, as a bill is.

    Returns:
        Millionths of the unit, 0 or more.

    Raises:
        CostInvalid: no number, not finite, negative, too large, or too fine.

    >>> micro_of("0.05"), micro_of("12")
    (50000, 12000000)
    """
    try:
        amount = Decimal(text)
    except (InvalidOperation, ValueError, TypeError):
        raise CostInvalid(f"“{text}” is no amount; write a number such as 0.05.") from None
    if not amount.is_finite() or amount < 0:
        raise CostInvalid(f"“{text}” is no amount that anybody can pay; write a number from 0 on.")
    if amount > MOST_MICRO // MICRO:
        raise CostInvalid(f"“{text}” is more than can be kept; write at most {MOST_MICRO // MICRO}.")
    scaled = amount * MICRO
    rounded = scaled.to_integral_value(rounding=ROUND_CEILING)
    if whole and rounded != scaled:
        raise CostInvalid(f"“{text}” is finer than a millionth; write at most six decimals.")
    return int(rounded)


def amount_text(micro: int) -> str:
    """An amount as people write it.

    >>> amount_text(50_000), amount_text(12_000_000), amount_text(-1_250_000)
    ('0.05', '12.00', '-1.25')
    """
    whole, rest = divmod(abs(micro), MICRO)
    digits = f"{rest:06d}".rstrip("0").ljust(2, "0")
    return f"{'-' if micro < 0 else ''}{whole}.{digits}"


def check_unit(unit: str) -> str:
    """A unit of cost: a currency (`USD`), a service's credits (`credit:runway`) or `gpu_s`.

    Raises:
        CostInvalid: it is none.
    """
    if not unit or len(unit) > _MOST_UNIT or not unit.replace(":", "").replace("_", "").isalnum():
        raise CostInvalid(f"“{unit}” is no unit of cost; write USD, credit:NAME or gpu_s.")
    return unit


@dataclass(frozen=True, slots=True)
class Purse:
    """What one purse holds, in millionths of its unit.

    Args:
        limit_micro: most that may be spent from it; None is no limit of its own.
        held_micro: reserved by attempts that are not over.
        spent_micro: gone.
    """

    limit_micro: int | None = None
    held_micro: int = 0
    spent_micro: int = 0

    @property
    def left_micro(self) -> int | None:
        """What may still be reserved; negative where a provider charged more than was reserved."""
        return None if self.limit_micro is None else self.limit_micro - self.held_micro - self.spent_micro

    def fits(self, micro: int) -> bool:
        """Whether so much more may be reserved: `spent + held + new ≤ limit`."""
        left = self.left_micro
        return left is None or micro <= left or micro == 0


def settled_micro(charged: Charged, *, reserved_micro: int, reported_micro: int | None) -> int:
    """What an attempt that is over took from its purses.

    Where nobody knows, all that was reserved counts as gone until an invoice says otherwise: an estimate
    that is too high costs a question, one that is too low costs money.

    >>> settled_micro("no", reserved_micro=5, reported_micro=None)
    0
    >>> settled_micro("unknown", reserved_micro=5, reported_micro=None)
    5
    >>> settled_micro("yes", reserved_micro=5, reported_micro=4)
    4
    """
    if reported_micro is not None:
        return reported_micro
    return 0 if charged == "no" else reserved_micro
