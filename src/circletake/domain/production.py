"""A production (film, series, spot, album): what everything else belongs to."""

import re
from dataclasses import dataclass
from fractions import Fraction

from circletake.errors import NameInvalid

_CODE = re.compile(r"^[a-z0-9][a-z0-9_-]{0,39}$")


@dataclass(frozen=True, slots=True)
class Production:
    """One production.

    Args:
        id: `pr_…`.
        code: short name used in addresses and on the command line.
        title: as on the poster.
        rate: frames a second, exact.
        width_px: picture width.
        height_px: picture height.
        policy: SHA-256 of the policy in force.
    """

    id: str
    code: str
    title: str
    rate: Fraction
    width_px: int
    height_px: int
    policy: str


def checked_code(text: str) -> str:
    """A production's code as given, if it can be one.

    Raises:
        NameInvalid: not 1–40 lower-case letters, digits, `_` or `-`.
    """
    if not _CODE.match(text):
        raise NameInvalid(
            f"“{text}” cannot be a production's code; use 1–40 of a–z, 0–9, _ and -, such as lord-queso."
        )
    return text
