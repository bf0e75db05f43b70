"""The one spelling of a JSON value of other people's making, so that its hash means something.

RFC 8785, with one departure: whole numbers are written with all their digits. RFC 8785 would round
them to what a double holds, and two seeds of 64 bits that differ would be one.
"""

import json
import math
from typing import Any

from circletake.errors import RecipeInvalid

_DEEPEST = 64
_LARGEST_PLAIN, _SMALLEST_PLAIN = 21, -6  # places of the point between which ECMAScript writes no exponent


def canonical_json(value: object) -> bytes:
    """Write a value in its canonical spelling.

    Args:
        value: as `json.loads` gives it.

    Raises:
        RecipeInvalid: no number, half a character, nested too deep, or no JSON at all.

    Source:
        RFC 8785, 3.2; ECMA-262, 6.1.6.1.20 Number::toString.

    >>> canonical_json({"b": 1e21, "a": [0.1, 18446744073709551615, 5.0, None]}).decode()
    '{"a":[0.1,18446744073709551615,5,null],"b":1e+21}'
    """
    try:
        return _spelled(value, 0).encode()
    except UnicodeEncodeError:
        raise RecipeInvalid(
            "The workflow holds half a character (a lone surrogate), which has no spelling; save it again."
        ) from None


def _spelled(value: Any, deep: int) -> str:  # noqa: ANN401 (one return a type)
    if deep > _DEEPEST:
        raise RecipeInvalid(f"The workflow is nested deeper than {_DEEPEST}; simplify it.")
    match value:
        case None | bool() | str():
            return json.dumps(value, ensure_ascii=False)
        case int():
            return str(value)
        case float():
            return _number(value)
        case list() | tuple():
            return f"[{','.join(_spelled(one, deep + 1) for one in value)}]"
        case dict():
            # ordered by UTF-16 code units, as ECMAScript orders
            keys = sorted(value, key=lambda key: str(key).encode("utf-16-be", "surrogatepass"))
            members = (
                f"{json.dumps(str(key), ensure_ascii=False)}:{_spelled(value[key], deep + 1)}" for key in keys
            )
            return f"{{{','.join(members)}}}"
    raise RecipeInvalid(f"The workflow holds a {type(value).__name__}, which JSON has not.")


def _number(value: float) -> str:
    if not math.isfinite(value):
        raise RecipeInvalid(f"The workflow holds {value}, which is no number; put one in its place.")
    if value == 0:
        return "0"
    sign, digits, exponent = "-" if value < 0 else "", *_digits(abs(value))
    point = exponent + 1  # digits before the point
    if len(digits) <= point <= _LARGEST_PLAIN:
        return sign + digits + "0" * (point - len(digits))
    if 0 < point <= _LARGEST_PLAIN:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if _SMALLEST_PLAIN < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    rest = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{rest}e{exponent:+d}"


def _digits(value: float) -> tuple[str, int]:
    """Shortest digits that give the number again, and the exponent of the first."""
    mantissa, _, exponent = f"{value!r}".partition("e")
    whole, _, part = mantissa.partition(".")
    digits = whole + ("" if part == "0" else part)
    stripped = digits.lstrip("0")
    first = int(exponent or 0) + len(whole) - 1 - (len(digits) - len(stripped))
    return stripped.rstrip("0"), first
