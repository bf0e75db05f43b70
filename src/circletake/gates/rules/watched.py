"""Watched: whoever circled it really played it."""

from collections.abc import Mapping
from dataclasses import dataclass

from circletake.domain.facts import Facts, Finding
from circletake.domain.policy import Gate, Param
from circletake.domain.time import FrameRange
from circletake.domain.verdict import Verdict, joined
from circletake.gates.context import RuleContext, approvals, asked_of, seqs
from circletake.gates.params import read_params

_ALL = 100


@dataclass(frozen=True, slots=True)
class Params:
    """What a policy may set.

    Args:
        share: how much of the take, in percent of its frames.
        dwell_s: how long it was in front of them, in seconds.
    """

    share: int = _ALL
    dwell_s: int = 0


def rule(facts: Facts, context: RuleContext) -> Finding:
    """Hold when as many people as `circled` asks for circled it after playing enough of it.

    Frames count once however often they were played. What their player counted is their own word: it
    keeps the hasty from passing by accident, not somebody who means to deceive.
    """
    params = read_params(Params, context.params)
    short = 0
    uses: list[Verdict] = []
    for asked in asked_of(context.gate):
        given = approvals(facts, context.gate, asked)
        enough = [verdict for verdict in given if _is_watched(verdict, facts.n_frames, params)]
        short = max(short, asked.n - len(enough))
        uses += enough
    asks = _words(params)
    if short <= 0:
        return Finding(
            "watched", holds=True, sentence=f"Played before it was circled: {asks}.", uses=seqs(uses)
        )
    return Finding(
        "watched",
        holds=False,
        sentence=f"Whoever circled it has not played enough of it: {asks}.",
        missing=(f"Play {asks} of it, then circle it at {context.gate.label}.",),
        uses=seqs(uses),
    )


def _is_watched(verdict: Verdict, n_frames: int, params: Params) -> bool:
    there = FrameRange(0, n_frames)
    seen = (frames.intersection(there) for frames in joined(verdict.watched))
    played = sum(frames.frames for frames in seen if frames is not None)
    return played * _ALL >= params.share * n_frames and verdict.dwell_ms >= params.dwell_s * 1000


def _words(params: Params) -> str:
    dwell = f", for {params.dwell_s} s" if params.dwell_s else ""
    return f"{params.share} % of the frames{dwell}"


def explain(_gate: Gate, params: Mapping[str, Param]) -> str:
    """Say what is asked for."""
    return f"Whoever circled it had played {_words(read_params(Params, params))}."


def never(_gate: Gate, params: Mapping[str, Param]) -> str | None:
    """Say why nobody could ever do this, if so."""
    asked = read_params(Params, params)
    if not 0 <= asked.share <= _ALL:
        return f"nobody can watch {asked.share} % of a take; share is 0 to {_ALL}."
    return (
        f"nobody can watch for {asked.dwell_s} seconds; dwell_s is 0 or more." if asked.dwell_s < 0 else None
    )
