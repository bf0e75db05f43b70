"""Whether a character drifts over a production: read out of the evidence there is; nothing is measured."""

from collections.abc import Container
from dataclasses import dataclass

from circletake.checks.consistency.production import Drifting, e_cusum, e_value_in
from circletake.domain.take import Take
from circletake.ledger import reads
from circletake.workflows.character_views import CharacterDriftView, DriftShotView
from circletake.workflows.cut_book import find_cut

_CHECK, _SHOT = "consistency", "shot"


@dataclass(frozen=True, slots=True)
class _Measured:
    code: str
    stage: str
    take: Take
    e_value: float | None


def character_drift(
    conn: reads.Connection, production: str, character: str, *, alpha: float, hidden: Container[str]
) -> CharacterDriftView:
    """Follow a character over the shots of a production.

    Args:
        alpha: as rare as a false alarm should be.
        hidden: contents whose evidence is not to be shown yet.
    """
    measured = _measured(conn, production, character, hidden)
    read = [(one, one.e_value) for one in measured if one.e_value is not None]
    drifting = e_cusum([e_value for _, e_value in read], alpha=alpha)
    codes = [one.code for one, _ in read]
    return CharacterDriftView(
        shots=[
            DriftShotView(
                code=one.code,
                stage=one.stage,
                task=one.take.task,
                take=one.take.number,
                content=one.take.content,
                e_value=round(e_value, 6),
                sum=round(total, 6),
            )
            for (one, e_value), total in zip(read, drifting.sums, strict=True)
        ],
        unread=len(measured) - len(read),
        limit=round(drifting.limit, 6),
        since=_code(codes, drifting.since),
        alarmed=_code(codes, drifting.alarmed),
        until=_code(codes, drifting.until),
        sentence=_sentence(character, drifting, codes),
    )


def _measured(
    conn: reads.Connection, production: str, character: str, hidden: Container[str]
) -> list[_Measured]:
    """Shots that the check has looked at, those in the cut first in its order, then the board's order."""
    cut = find_cut(conn, production)
    slots = cut.slots if cut else ()
    used = {slot.take: at for at, slot in reversed(list(enumerate(slots))) if slot.take}
    rows = {row.task.id: row for row in reads.tasks(conn, production)}
    of_shot: dict[str, list[Take]] = {}
    for take in reads.takes_in(conn, production):
        row = rows[take.task]
        if row.entity.kind == _SHOT and not row.omitted and take.content not in hidden:
            of_shot.setdefault(row.entity.id, []).append(take)
    evidence = reads.evidence_on(conn, (take.content for takes in of_shot.values() for take in takes))
    found: list[tuple[tuple[int, int], _Measured]] = []
    for takes in of_shot.values():
        looked_at = [
            (take, one)
            for take in takes
            for one in evidence.get(take.content, ())
            if one.check == _CHECK and character in str(one.summary.get("characters", "")).split(", ")
        ]
        if not looked_at:
            continue
        # What is in the cut stands for the shot; without that the newest take, by its newest evidence.
        take, newest = max(looked_at, key=lambda pair: (pair[0].content in used, pair[0].seq, pair[1].seq))
        row = rows[take.task]
        place = (used.get(take.content, len(slots)), row.entity.position)
        worth = e_value_in(newest.summary, character)
        found.append((place, _Measured(row.entity.code, row.task.stage, take, worth)))
    return [one for _, one in sorted(found, key=lambda pair: (pair[0], pair[1].code))]


def _code(codes: list[str], at: int | None) -> str | None:
    return None if at is None else codes[at]


def _sentence(character: str, drifting: Drifting, codes: list[str]) -> str:
    if not codes:
        return (
            f"Whether {character} drifts over the production cannot be said: too few shots were approved "
            f"when its takes were measured."
        )
    shots = "shot" if len(codes) == 1 else f"{len(codes)} shots"
    since, until = _code(codes, drifting.since), _code(codes, drifting.until)
    if since is None:
        return f"{character} does not drift over the {shots} measured."
    if until is None:
        sure = codes[drifting.alarmed or 0]
        return f"Since shot {since} {character} has been drifting; shot {sure} made it sure."
    return f"{character} drifted from shot {since} on and was itself again by shot {until}."
