"""The queue: jobs with leases and fences in a table, safe for several processes and a killed one.

A claim is a lease with a time limit and a fence that counts claims. Whoever is late finds its fence
gone and changes nothing. Times are the lease clock's, never the wall's. Work runs at least once; that
it is recorded exactly once is the book's doing.
"""

import json
import random
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import fields

from sqlalchemy import Engine, RowMapping, bindparam, select
from sqlalchemy.sql.dml import ReturningUpdate

from circletake.db.connect import insert_into, reading, writing
from circletake.db.tables import derived
from circletake.db.tables import job as table
from circletake.errors import NotFound
from circletake.work import statements
from circletake.work.clock import Clock, Moment, clock_of
from circletake.work.job import Job, Lane, Lease, Offer, State, canonical_text

TTL_S = 30.0
MAX_TRIES = 3
MAX_CLAIM = 32
MAX_WAIT_S = 300.0
LONGEST_LEASE_S = 300.0
"""No lease is made for longer, nor for more than ten times as long as this studio's usually are."""
_DERIVED_AMONG = select(derived).where(derived.c.source.in_(bindparam("these", expanding=True)))
_DERIVED_OF = select(derived.c.recipe, derived.c.content).where(derived.c.source == bindparam("of"))
_KEYS_AT_ONCE = 500  # well under SQLite's limit of variables in a statement
LOCAL_LANES: tuple[Lane, ...] = ("cpu", "gpu", "io")


class JobQueue:
    """Jobs of one studio.

    Args:
        engine: of the jobs' database.
        clock: of leases.
        max_tries: claims that may end without a result before a job has failed.
        max_wait_s: longest wait between two tries.
        jitter: returns 0–1; spreads retries so that they do not come back together.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        clock: Clock | None = None,
        max_tries: int = MAX_TRIES,
        max_wait_s: float = MAX_WAIT_S,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.engine = engine
        self._clock = clock or clock_of(engine)
        self._max_tries = max_tries
        self._max_wait_s = max_wait_s
        self._jitter = jitter

    # what is owed

    def offer(self, offers: Iterable[Offer]) -> int:
        """Put work to the queue; a key that is there, in whatever state, stays as it is.

        Returns:
            How many were new.

        Raises:
            RequestInvalid: arguments that are not JSON.
        """
        rows = [
            {
                "key": offer.key,
                "op": offer.op,
                "args": canonical_text(dict(offer.args)),
                "lane": offer.lane,
                "prio": offer.prio,
                "state": "ready",
                "fence": 0,
                "tries": 0,
                "done_frames": 0,
                "total_frames": 0,
                "cancel": False,
            }
            for offer in offers
        ]
        if not rows:
            return 0
        statement = (
            insert_into(self.engine, table)
            .on_conflict_do_nothing(index_elements=[table.c.key])
            .returning(table.c.id)
        )
        with writing(self.engine) as conn:
            return len(conn.execute(statement, rows).all())

    def retry(self, key: str) -> Job:
        """Owe a job again that failed, was cancelled or whose end is unknown; any other stays.

        Raises:
            NotFound: no such job.
        """
        with writing(self.engine) as conn:
            conn.execute(statements.RETRY, {"this_key": key})
        return self.get(key)

    def reopen(self, keys: Collection[str]) -> int:
        """Owe jobs again whose outcome the book does not know, though they say they are over.

        Those that are done, and those that failed only because their runners vanished.

        Returns:
            How many.
        """
        with writing(self.engine) as conn:
            return sum(
                conn.execute(statements.REOPEN, {"these_keys": some}).rowcount
                for some in _slices(sorted(keys))
            )

    def cancel(self, key: str) -> Job:
        """Cancel a job that waits; ask one that runs to stop; any other stays.

        Raises:
            NotFound: no such job.
        """
        with writing(self.engine) as conn:
            conn.execute(statements.CANCEL_WAITING, {"this_key": key})
            conn.execute(statements.ASK_TO_STOP, {"this_key": key})
        return self.get(key)

    # whoever does it

    def claim(
        self, owner: str, *, limit: int, lanes: Collection[Lane] = LOCAL_LANES, ttl_s: float = TTL_S
    ) -> list[Job]:
        """Take jobs that are ready, most urgent first, under a new fence.

        Args:
            owner: who takes them.
            limit: at most; never more than 32.
            lanes: kinds of resource the owner has.
            ttl_s: how long the leases hold without a heartbeat.
        """
        now = self._clock.now()
        ready = {
            "lanes": sorted(lanes),
            "boot": now.boot,
            "now_ms": now.ms,
            "too_far_ms": _later_ms(now, self._max_wait_s),
        }
        with reading(self.engine) as conn:  # most often there is nothing, and a reader disturbs nobody
            if limit < 1 or not conn.scalar(statements.ANY_READY, ready):
                return []
        terms = {"at_most": min(limit, MAX_CLAIM), "new_owner": owner, "until_ms": _later_ms(now, ttl_s)}
        with writing(self.engine) as conn:
            jobs = [_job(row) for row in conn.execute(statements.CLAIM, {**ready, **terms}).mappings()]
        return sorted(jobs, key=lambda job: (job.prio, job.id))  # RETURNING has no order

    def heartbeat(self, held: Collection[Lease], *, ttl_s: float = TTL_S) -> set[Lease]:
        """Keep leases.

        Returns:
            Those that are lost: somebody else has the job now, so stop.
        """
        now = self._clock.now()
        return set(held) - self._change(statements.KEEP, held, boot=now.boot, until_ms=_later_ms(now, ttl_s))

    def progress(self, steps: Mapping[Lease, tuple[int, int]]) -> None:
        """Say how far jobs are: done and total frames."""
        if not steps:
            return
        with writing(self.engine) as conn:
            for lease, (done, total) in steps.items():
                conn.execute(statements.STEP, {"held": [tuple(lease)], "done": done, "total": total})

    def to_cancel(self, held: Collection[Lease]) -> set[Lease]:
        """Which of these somebody has asked to stop."""
        with reading(self.engine) as conn:
            asked = conn.execute(statements.ASKED_TO_STOP, {"held": _pairs(held)})
            return {Lease(row.id, row.fence) for row in asked}

    def finish(self, jobs: Iterable[Job]) -> set[Lease]:
        """Say that jobs are done; their outcomes are in the book already.

        Returns:
            The leases that were lost before; whoever has those jobs now finds them recorded.
        """
        leases = {job.lease for job in jobs}
        return leases - self._change(statements.FINISH, leases)

    def fail(self, job: Job, sentence: str, *, retry: bool) -> State | None:
        """Say that a try ended without a result.

        Args:
            sentence: what was the matter.
            retry: whether the same call may go well another time. It waits 2, 4, 8 … seconds, less a
                random part. `paid` work is never tried again by itself.

        Returns:
            What the job is now; None if the lease was lost.
        """
        now = self._clock.now()
        state, wait_ms = self._after(job, retry=retry)
        ended = self._change(
            statements.END_TRY,
            [job.lease],
            new_state=state,
            sentence=sentence,
            boot=None if wait_ms is None else now.boot,
            wait_until_ms=None if wait_ms is None else now.ms + wait_ms,
        )
        return state if ended else None

    def cancelled(self, job: Job) -> None:
        """Say that a job has stopped because it was asked to."""
        self._change(statements.STOPPED, [job.lease])

    def hand_back(self, jobs: Iterable[Job]) -> None:
        """Return jobs unfinished, as if they had not been claimed: stopping costs no try."""
        self._change(statements.HAND_BACK, [job.lease for job in jobs])

    def reap(self, *, ttl_s: float = TTL_S) -> int:
        """Take jobs back whose lease has run out, or is of another start of the machine.

        A lease that ends later than any can was made before the clock stepped back; it is made as long
        as any. Whoever is alive keeps it long before it ends.

        Args:
            ttl_s: how long leases of this studio hold.

        Returns:
            How many.
        """
        now = self._clock.now()
        then = {"boot": now.boot, "now_ms": now.ms}
        too_far_s = max(LONGEST_LEASE_S, 10 * ttl_s)
        stepped = {"too_far_ms": _later_ms(now, too_far_s), "until_ms": _later_ms(now, ttl_s)}
        with reading(self.engine) as conn:
            is_stepped = conn.scalar(statements.ANY_TOO_FAR, stepped)
        if is_stepped:
            with writing(self.engine) as conn:
                conn.execute(statements.SHORTEN, stepped)
        with reading(self.engine) as conn:
            late = [_job(row) for row in conn.execute(statements.EXPIRED, then).mappings()]
        # Somebody may reap or finish between: the fence decides, as it does for everybody.
        return sum(self.fail(job, statements.SILENT, retry=True) is not None for job in late)

    # what there is

    def find(self, key: str) -> Job | None:
        """The job of this key."""
        return self.find_all([key]).get(key)

    def get(self, key: str) -> Job:
        """The job of this key.

        Raises:
            NotFound: there is none.
        """
        found = self.find(key)
        if found is None:
            raise NotFound(
                f"There is no job {key[:12]}; `circletake check` orders again whatever is missing."
            )
        return found

    def find_all(self, keys: Iterable[str]) -> dict[str, Job]:
        """Key → job, for those of these keys that are there."""
        with reading(self.engine) as conn:
            return {
                row["key"]: _job(row)
                for some in _slices(list(keys))
                for row in conn.execute(statements.BY_KEYS, {"these_keys": some}).mappings()
            }

    def jobs(self, *, states: Collection[State] | None = None, limit: int = 200) -> list[Job]:
        """The newest jobs, newest first."""
        newest = select(table).order_by(table.c.id.desc()).limit(limit)
        if states is not None:
            newest = newest.where(table.c.state.in_(sorted(states)))
        with reading(self.engine) as conn:
            return [_job(row) for row in conn.execute(newest).mappings()]

    # what was made from content for playing and finding: never judged, always to be made again

    def put_derived(self, source: str, recipe: str, content: str) -> None:
        """Say what a recipe made of a source; the newest word counts.

        Args:
            source: SHA-256 of what it was made from.
            recipe: name with its version, such as `proxy-1`.
            content: SHA-256 of what was made, in the store.
        """
        said = insert_into(self.engine, derived).values(source=source, recipe=recipe, content=content)
        newest = said.on_conflict_do_update(
            index_elements=[derived.c.source, derived.c.recipe], set_={"content": said.excluded.content}
        )
        with writing(self.engine) as conn:
            conn.execute(newest)

    def find_derived(self, source: str, recipe: str) -> str | None:
        """SHA-256 of what this recipe made of this source, if it has."""
        here = (derived.c.source == source) & (derived.c.recipe == recipe)
        with reading(self.engine) as conn:
            return conn.scalar(select(derived.c.content).where(here))

    def made_by(self, recipes: Iterable[str]) -> dict[str, dict[str, str]]:
        """Source → recipe → SHA-256 of what these recipes made of it, of every source there is."""
        query = select(derived).where(derived.c.recipe.in_(sorted(recipes)))
        found: dict[str, dict[str, str]] = {}
        with reading(self.engine) as conn:
            for row in conn.execute(query):
                found.setdefault(row.source, {})[row.recipe] = row.content
        return found

    def derived_among(self, sources: Iterable[str]) -> dict[str, dict[str, str]]:
        """Source → recipe → SHA-256 of what it made of this source, of these sources, in few readings."""
        found: dict[str, dict[str, str]] = {}
        with reading(self.engine) as conn:
            for some in _slices(sorted(set(sources))):
                for row in conn.execute(_DERIVED_AMONG, {"these": some}):
                    found.setdefault(row.source, {})[row.recipe] = row.content
        return found

    def derived_of(self, source: str) -> dict[str, str]:
        """Recipe → SHA-256 of what it made of this source, in one reading."""
        with reading(self.engine) as conn:
            found = conn.execute(_DERIVED_OF, {"of": source}).all()
        return {row.recipe: row.content for row in found}

    def _after(self, job: Job, *, retry: bool) -> tuple[State, int | None]:
        """What a job becomes when a try has ended without a result, and how long it then waits."""
        if job.cancel:
            return "cancelled", None
        if job.lane == "paid" and retry:
            return "unknown", None  # it may have been made and charged: only the provider knows
        if not retry or job.tries >= self._max_tries:
            return "failed", None
        wait_s = min(2.0**job.tries, self._max_wait_s) * (1 - self._jitter() / 2)
        return "ready", round(wait_s * 1000)

    def _change(
        self, statement: ReturningUpdate[tuple[int, int]], held: Collection[Lease], **values: object
    ) -> set[Lease]:
        """Run a statement on held jobs, and say which leases still held."""
        if not held:
            return set()
        changed: set[Lease] = set()
        with writing(self.engine) as conn:
            for row in conn.execute(statement, {"held": _pairs(held), **values}):
                changed.add(Lease(row.id, row.fence))
        return changed


_COLUMNS = tuple(column.name for column in fields(Job))


def _later_ms(now: Moment, s: float) -> int:
    return now.ms + round(s * 1000)


def _pairs(leases: Collection[Lease]) -> list[tuple[int, int]]:
    return [(lease.id, lease.fence) for lease in leases]


def _slices(keys: list[str]) -> Iterable[list[str]]:
    return (keys[start : start + _KEYS_AT_ONCE] for start in range(0, len(keys), _KEYS_AT_ONCE))


def _job(row: RowMapping) -> Job:
    columns = {**row, "args": json.loads(row["args"])}
    return Job(**{name: columns[name] for name in _COLUMNS})
