"""Permits: every right that others hold in it was obtained for this use."""

from collections.abc import Mapping

from circletake.domain.facts import Facts, Finding
from circletake.domain.policy import Gate, Param
from circletake.gates import agreements
from circletake.gates.agreements import Params
from circletake.gates.context import RuleContext

__all__ = ["Params", "explain", "never", "rule"]


def rule(facts: Facts, context: RuleContext) -> Finding:
    """Hold when every permit attached to it, or to what it leans on, is in force and covers the use.

    See `agreements.judge`.
    """
    return agreements.judge(facts, "permits", "permit", context.params)


def explain(_gate: Gate, params: Mapping[str, Param]) -> str:
    """Say what is asked for."""
    return agreements.explain("permit", params)


def never(_gate: Gate, params: Mapping[str, Param]) -> str | None:
    """Say why this could never hold, if so."""
    return agreements.never(params)
