"""What people answered about a character in exact evidence, as measurements learn from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """A moment of a take that a check measured, and whether people found something the matter there.

    Args:
        character: whom it is about.
        content: SHA-256 of the take.
        essence: what that decodes to, or None where nobody measured it.
        evidence: SHA-256 of the evidence.
        frame: of the moment.
        is_drift: somebody called the flag right; False where it was wrong, or the take was circled.
        scores: of each scorer, in spreads of approved views.
    """

    character: str
    content: str
    essence: str | None
    evidence: str
    frame: int
    is_drift: bool
    scores: Mapping[str, float]


def plain_answers(answers: Iterable[Answer]) -> list[dict[str, Any]]:
    """Answers as plain data, in an order that depends on nothing but them."""
    told = [
        {
            "character": one.character,
            "content": one.content,
            "essence": one.essence,
            "evidence": one.evidence,
            "frame": one.frame,
            "is_drift": one.is_drift,
            "scores": dict(sorted(one.scores.items())),
        }
        for one in answers
    ]
    return sorted(told, key=lambda one: (one["character"], one["evidence"], one["frame"]))


def read_answers(told: Iterable[Mapping[str, Any]]) -> list[Answer]:
    """Read what `plain_answers` made.

    Raises:
        KeyError, TypeError: it is something else.
    """
    return [
        Answer(
            character=one["character"],
            content=one["content"],
            essence=one["essence"],
            evidence=one["evidence"],
            frame=int(one["frame"]),
            is_drift=bool(one["is_drift"]),
            scores={name: float(value) for name, value in one["scores"].items()},
        )
        for one in told
    ]
