"""What people answered about characters: calls on flags, and verdicts where they can mean one thing."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from circletake.checks.answers import Answer
from circletake.checks.bank import BankShot
from circletake.checks.codec import read_evidence
from circletake.domain.evidence import FlagRange, Moment
from circletake.domain.trust import agreed
from circletake.ledger import reads
from circletake.ledger.flag_calls import calls_on, flag_calls_in, standing
from circletake.media.store import ContentStore
from circletake.workflows.house import House

_CHECK = "consistency"
_SHOT = "shot"
_OFF_MODEL = "character."


def answers_in(
    house: House, conn: reads.Connection, production: str, circled: Iterable[BankShot]
) -> list[Answer]:
    """Every moment about which people said something, in the production, newest evidence of a take alone.

    - A flag that people agree was right is drift at its worst frame, one that was wrong is none.
    - A take that is circled and in which nothing was flagged is none at its worst frame.
    - A take that is vetoed for its character, or for which another is asked for that reason, is drift where
      its one flag points. With more flags than one, nobody knows which was meant.

    Args:
        circled: takes that are circled now.
    """
    given = standing(flag_calls_in(conn, production))
    said = {flag: agreed(calls_on(people)) for flag, people in given.items()}
    about = {row.content for people in given.values() for row in people.values()}
    passed = {shot.content for shot in circled}
    refused = _refused(conn, production)
    evidence = reads.evidence_on(conn, sorted(passed | refused | about))
    found: list[Answer] = []
    for content, measured in sorted(evidence.items()):
        row = next((one for one in measured if one.check == _CHECK), None)
        if row is None or not house.store.has(row.id):
            continue
        flags, moments = _read(house.store, row.id)
        essence = reads.find_essence(conn, production, content)
        drift: dict[Moment, bool] = {}
        if content in passed and not flags:
            drift |= dict.fromkeys(moments, False)
        if content in refused and len(flags) == 1:
            drift |= dict.fromkeys(_at(flags[0], moments), True)
        for flag in flags:
            call = said.get((row.id, flag.label, flag.frames.start, flag.frames.end))
            if call is not None:
                drift |= dict.fromkeys(_at(flag, moments), call == "right")
        found.extend(
            Answer(one.character, content, essence, row.id, one.frame, is_drift, dict(one.scores))
            for one, is_drift in drift.items()
        )
    return found


def _refused(conn: reads.Connection, production: str) -> set[str]:
    """Contents that somebody refused for their character, whose verdict stands, and nobody passed."""
    refused: set[str] = set()
    passed: set[str] = set()
    tasks = {row.task.id for row in reads.tasks(conn, production) if row.entity.kind == _SHOT}
    said = reads.last_values(conn, production)
    negative = {task for (task, _), values in said.items() if any(value < 0 for _, value in values)}
    for task in sorted(tasks & negative):
        for verdict, live in reads.verdicts_of(conn, task):
            if live and verdict.value > 0:
                passed.add(verdict.content)
            elif live and verdict.value < 0 and any(code.startswith(_OFF_MODEL) for code in verdict.reasons):
                refused.add(verdict.content)
    return refused - passed


@lru_cache(maxsize=4096)
def _read(store: ContentStore, evidence: str) -> tuple[tuple[FlagRange, ...], tuple[Moment, ...]]:
    """Flags and moments of evidence, which never change; kept, for every order asks for all of them."""
    full = read_evidence(store.read(evidence))
    return full.flags, full.moments


def _at(flag: FlagRange, moments: Sequence[Moment]) -> list[Moment]:
    """The moment that a flag is about: of one character, and the furthest of several within it."""
    inside = [one for one in moments if flag.frames.start <= one.frame < flag.frames.end]
    named = [one for one in inside if flag.sentence.startswith(f"{one.character}: ")]
    here = named or (inside if len({one.character for one in moments}) == 1 else [])
    return sorted(here, key=lambda one: (-sum(value for _, value in one.scores), one.frame))[:1]
