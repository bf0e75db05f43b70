"""What waits to be looked at in a production, and whether more may be asked for."""

from circletake.domain.backlog import (
    LIMIT_H,
    MS_AN_HOUR,
    PRIOR_CLIP_MS,
    PRIOR_STILL_MS,
    Waiting,
    backlog_ms,
    look_ms,
)
from circletake.domain.cost import MICRO
from circletake.domain.policy import Policy
from circletake.domain.production import Production
from circletake.errors import DeskFull
from circletake.ledger import attempts, reads
from circletake.workflows.attempt_views import BacklogView

HOURS = "h"
_LOOKS = 500  # newer ones say more about the people who look now
_TENTHS = 10


def show_backlog(
    conn: reads.Connection, production: Production, policy: Policy, *, more: Waiting | None = None
) -> BacklogView:
    """What waits now, with what is on its way.

    Args:
        more: what would be asked for in addition.
    """
    unjudged = attempts.unjudged(conn, production.id)
    waiting = [Waiting(one.stills, one.clips, people_at(policy, one.stage)) for one in unjudged]
    coming, tasks = 0, {row.task.id: row.task.stage for row in reads.tasks(conn, production.id)}
    for row in attempts.open_attempts(conn):
        request = attempts.find_request(conn, row.request) if row.production == production.id else None
        if request is not None:
            coming += 1
            is_clip = request.wanted.kind != "image"
            people = people_at(policy, tasks.get(request.task, ""))
            waiting.append(Waiting(int(not is_clip), int(is_clip), people))
    if more is not None:
        waiting.append(more)
    looks = attempts.looks(conn, production.id, most=_LOOKS)
    total_ms = backlog_ms(
        waiting,
        still_ms=look_ms([ms for moves, ms in looks if not moves], PRIOR_STILL_MS),
        clip_ms=look_ms([ms for moves, ms in looks if moves], PRIOR_CLIP_MS),
    )
    limit = attempts.find_purse(conn, production.id, "review", production.id, HOURS).limit_micro
    limit_micro = LIMIT_H * MICRO if limit is None else limit
    takes = sum(one.stills + one.clips for one in unjudged)
    hours = _tenths(total_ms, MS_AN_HOUR)
    most = _tenths(limit_micro, MICRO)
    return BacklogView(
        takes=takes,
        coming=coming,
        hours=hours,
        limit_hours=most,
        is_over=total_ms * MICRO > limit_micro * MS_AN_HOUR,
        sentence=f"{takes} takes wait to be judged and {coming} are on their way: {hours} of {most} hours.",
    )


def check_backlog(view: BacklogView, *, override: str) -> None:
    """Refuse more where people are behind, unless somebody goes on with a reason.

    Raises:
        DeskFull: says how far behind they are.
    """
    if view.is_over and not override.strip():
        raise DeskFull(
            f"With these, {view.hours} hours of looking would wait, and the limit is {view.limit_hours}; "
            f"judge some first, or let a lead, director or producer go on with a reason.",
            hours=view.hours,
        )


def people_at(policy: Policy, stage: str) -> int:
    """How many have to look at each take of a stage: one for each gate that asks for anything."""
    found = policy.stage(stage)
    return max(1, sum(bool(gate.rules) for gate in found.gates)) if found else 1


def _tenths(value: int, unit: int) -> str:
    whole, rest = divmod(-(-value * _TENTHS // unit), _TENTHS)
    return f"{whole}.{rest}"
