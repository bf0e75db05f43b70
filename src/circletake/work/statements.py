"""The queue's statements, built once: building them costs more than running them."""

from sqlalchemy import and_, bindparam, exists, or_, select, tuple_, update
from sqlalchemy.sql.dml import ReturningUpdate

from circletake.db.tables import job

_NOBODY: dict[str, object] = {"owner": None, "lease_boot": None, "lease_until_ms": None}
_AT_ONCE: dict[str, object] = {"not_before_boot": None, "not_before_ms": None}
_BEGINNING: dict[str, object] = {"done_frames": 0, "total_frames": 0}
_FRESH = {**_NOBODY, **_AT_ONCE, **_BEGINNING, "state": "ready", "tries": 0, "error": None, "cancel": False}

_this = job.c.key == bindparam("this_key")
_these = job.c.key.in_(bindparam("these_keys", expanding=True))
# The fence: rows that are still under exactly these claims.
_held = and_(job.c.state == "run", tuple_(job.c.id, job.c.fence).in_(bindparam("held", expanding=True)))
_ready = and_(
    job.c.state == "ready",
    job.c.lane.in_(bindparam("lanes", expanding=True)),
    or_(
        job.c.not_before_ms.is_(None),
        job.c.not_before_boot != bindparam("boot"),
        job.c.not_before_ms <= bindparam("now_ms"),
        # longer than anything is made to wait: the clock has stepped back since
        job.c.not_before_ms > bindparam("too_far_ms"),
    ),
)
_expired = and_(
    job.c.state == "run",
    or_(job.c.lease_boot != bindparam("boot"), job.c.lease_until_ms <= bindparam("now_ms")),
)


def _change_held(**values: object) -> ReturningUpdate[tuple[int, int]]:
    return update(job).where(_held).values(**values).returning(job.c.id, job.c.fence)


ANY_READY = select(exists().where(_ready))
EXPIRED = select(job).where(_expired)
ASKED_TO_STOP = select(job.c.id, job.c.fence).where(_held, job.c.cancel)
BY_KEYS = select(job).where(_these)

# PostgreSQL: rows that others are claiming are passed over. It has to be materialized, for a subquery that
# is run again for each row can claim more than its limit. SQLite knows neither and needs neither.
# Source: QueueClassic/queue_classic#320.
_chosen = (
    select(job.c.id)
    .where(_ready)
    .order_by(job.c.prio, job.c.id)
    .limit(bindparam("at_most"))
    .with_for_update(skip_locked=True)
    .cte("chosen")
    .prefix_with("MATERIALIZED", dialect="postgresql")
)
CLAIM = (
    update(job)
    .where(job.c.id.in_(select(_chosen.c.id)))
    .values(
        state="run",
        owner=bindparam("new_owner"),
        fence=job.c.fence + 1,
        tries=job.c.tries + 1,
        lease_boot=bindparam("boot"),
        lease_until_ms=bindparam("until_ms"),
        **_AT_ONCE,
        **_BEGINNING,
    )
    .returning(job)
)

_too_far = and_(job.c.state == "run", job.c.lease_until_ms > bindparam("too_far_ms"))
ANY_TOO_FAR = select(exists().where(_too_far))
SHORTEN = update(job).where(_too_far).values(lease_until_ms=bindparam("until_ms"))
KEEP = _change_held(lease_boot=bindparam("boot"), lease_until_ms=bindparam("until_ms"))
STEP = _change_held(done_frames=bindparam("done"), total_frames=bindparam("total"))
FINISH = _change_held(**_NOBODY, state="done", error=None, done_frames=job.c.total_frames)
STOPPED = _change_held(**_NOBODY, state="cancelled", error=None)
HAND_BACK = _change_held(**_NOBODY, state="ready", tries=job.c.tries - 1)
END_TRY = _change_held(
    **_NOBODY,
    state=bindparam("new_state"),
    error=bindparam("sentence"),
    not_before_boot=bindparam("boot"),
    not_before_ms=bindparam("wait_until_ms"),
)

RETRY = update(job).where(_this, job.c.state.in_(["failed", "cancelled", "unknown"])).values(_FRESH)
# What took a job back because nobody answered any more says nothing against the job.
SILENT = "Whoever ran it stopped answering, and it was taken back."
_undone = or_(job.c.state == "done", and_(job.c.state == "failed", job.c.error == SILENT))
REOPEN = update(job).where(_these, _undone).values(_FRESH)
CANCEL_WAITING = update(job).where(_this, job.c.state == "ready").values(state="cancelled", cancel=True)
ASK_TO_STOP = update(job).where(_this, job.c.state == "run").values(cancel=True)
