"""Reads a rule's parameters into its `Params`, and says what is wrong with them."""

from collections.abc import Hashable, Mapping
from functools import cache
from typing import Any, TypeVar, cast, get_type_hints

from circletake.domain.policy import Param
from circletake.errors import PolicyInvalid

T = TypeVar("T")

_WORDS = {int: "a whole number", bool: "true or false", str: "text", tuple[str, ...]: "a list of text"}


def read_params(shape: type[T], params: Mapping[str, Param], *, path: str = "params") -> T:
    """Fill a rule's parameters in.

    Args:
        shape: the rule's `Params`.
        path: where they stand in the policy.

    Raises:
        PolicyInvalid: one is unknown or of another type; names its path.
    """
    hints = _hints(cast("Hashable", shape))
    for name, value in params.items():
        if name not in hints:
            one_of = f"; it knows {', '.join(sorted(hints))}" if hints else " and there are none"
            raise PolicyInvalid(f"{path}.{name} is no parameter of this rule{one_of}.", path=f"{path}.{name}")
        if not _fits(value, hints[name]):
            raise PolicyInvalid(f"{path}.{name} should be {_WORDS[hints[name]]}.", path=f"{path}.{name}")
    return shape(**params)


@cache
def _hints(shape: Hashable) -> dict[str, Any]:
    return get_type_hints(shape)


def _fits(value: Param, wanted: object) -> bool:
    if wanted == tuple[str, ...]:
        return isinstance(value, tuple)
    return type(value) is wanted
