"""The runner: claims jobs, has them executed, gets their outcomes into the book, and keeps the leases.

The order at the end of a job is the whole contract: first the book's transaction, which refuses to
record a job twice, then the queue. Killed anywhere, the job runs again and is recorded once.
"""

import hashlib
import logging
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

from circletake.errors import CircletakeError, Conflict, Kind, Unavailable
from circletake.work.executors.port import Call, Executor, Handle, Outcome
from circletake.work.job import OPEN, Job, Lane, Lease
from circletake.work.queue import LOCAL_LANES, TTL_S, JobQueue
from circletake.work.relay import Relay
from circletake.work.watch import Watch

# Another try would end the same way: the input or the answer is what it is.
_FINAL: frozenset[Kind] = frozenset({"refused", "invalid", "missing", "forbidden"})
_TURN_S = 0.1
# Progress and requests to stop: as often as a person can tell.
_STEP_S = 0.5
# Nobody announces that a wait is over.
_LOOK_S = 1.0
_PAUSE_S = 1.0
_MANY = 100_000
_log = logging.getLogger(__name__)

Record = Callable[[Job, dict[str, object]], None]


@dataclass(slots=True)
class _Held:
    job: Job
    said: tuple[int, int] = (0, 0)
    asked: bool = False


class Runner:
    """Works the queue; several runners may work one queue, in one process or in many.

    Args:
        queue: of this studio.
        executor: for this runner alone; closed when it stops.
        relay: brings the book's orders.
        record: appends an outcome to the book and removes its order, in one transaction. A `Conflict`
            says that the outcome is there already.
        calls: operation → dotted name of what does it.
        places: joined to every call's arguments, such as the store's path: where things are is this
            machine's, not the job's.
        label: says in the log and in the table whose runner this is.
        lanes: kinds of resource the executor has.
        lease_ttl_s: how long a lease holds without a heartbeat; three come in that time.
    """

    def __init__(
        self,
        queue: JobQueue,
        executor: Executor,
        relay: Relay,
        record: Record,
        *,
        calls: Mapping[str, str],
        places: Mapping[str, object] | None = None,
        label: str = "runner",
        lanes: Collection[Lane] = LOCAL_LANES,
        lease_ttl_s: float = TTL_S,
    ) -> None:
        self.owner = f"{label}-{uuid.uuid4().hex}"
        self._queue = queue
        self._executor = executor
        self._relay = relay
        self._record = record
        self._calls = calls
        self._places = dict(places or {})
        self._lanes = lanes
        self._ttl_s = lease_ttl_s
        self._held: dict[Handle, _Held] = {}
        self._ended: deque[tuple[Handle, Outcome]] = deque()
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()

    def start(self) -> None:
        """Work in a thread of its own until `stop`."""
        if self._thread is None:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._work, name=self.owner, daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop working: what runs is ended and handed back, and costs no try."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._executor.close()

    def run_until(
        self,
        keys: Collection[str] | None = None,
        on_progress: Callable[[list[Job]], None] | None = None,
    ) -> list[Job]:
        """Work, or watch the thread work, until jobs have ended; whoever runs them.

        Args:
            keys: of the jobs; by default every job that is open. A key that nobody owes is passed over.
            on_progress: told of all of these jobs whenever one of them has changed.

        Returns:
            The jobs as they ended; as they were, if the runner was stopped.
        """
        if self._thread is None:
            self._stopping.clear()
        known: dict[str, Job] = {}
        with ExitStack() as stack:
            turn = self._wait if self._thread else stack.enter_context(self._working())
            news = stack.enter_context(Watch(self._queue.engine))
            self._relay.copy()
            next_s = 0.0
            jobs: list[Job] = []
            while not self._stopping.is_set():
                began_s = time.monotonic()
                if began_s >= next_s and news.changed():
                    now = self._look(keys, known)
                    jobs = sorted(now.values(), key=lambda job: job.id)
                    if on_progress is not None and now != known:
                        on_progress(jobs)
                    known = now
                    if not any(job.is_open for job in jobs):
                        break
                    # With thousands of jobs looking takes its time: never more than a tenth of it all.
                    took_s = time.monotonic() - began_s
                    next_s = began_s + min(max(_TURN_S, took_s * 10), _LOOK_S)
                turn()
            return jobs

    def _look(self, keys: Collection[str] | None, known: dict[str, Job]) -> dict[str, Job]:
        """The jobs as they are now; those that had ended are not asked for again."""
        if keys is not None:
            wanted = [key for key in keys if key not in known or known[key].is_open]
            return known | self._queue.find_all(wanted)
        self._relay.copy()  # an outcome may have ordered more
        still_open = {job.key: job for job in self._queue.jobs(states=OPEN, limit=_MANY)}
        ended = [key for key, job in known.items() if job.is_open and key not in still_open]
        return known | still_open | self._queue.find_all(ended)

    def _wait(self) -> None:
        self._stopping.wait(_TURN_S)

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._working() as turn:
                    while not self._stopping.is_set():
                        turn()
            except Exception:  # noqa: BLE001 - the studio's only hands begin again, whatever it was
                _log.exception("The runner %s stumbled and begins again.", self.owner)
                self._stopping.wait(_PAUSE_S)

    @contextmanager
    def _working(self) -> Iterator[Callable[[], None]]:
        """Everything a working runner needs, and the end of it: nothing stays held."""
        with ExitStack() as stack:
            rounds = _Rounds(
                jobs=stack.enter_context(Watch(self._queue.engine)),
                book=stack.enter_context(Watch(self._relay.book)),
            )
            stack.callback(self._let_go)
            self._relay.start()

            def turn() -> None:
                try:
                    self._turn(rounds)
                except Unavailable as busy:
                    # The database is busy or the disk is full. Leases not kept run out, nothing is lost.
                    _log.warning("The runner %s waits: %s", self.owner, busy.message)
                    self._stopping.wait(_PAUSE_S)

            yield turn

    def _turn(self, rounds: "_Rounds") -> None:
        """One round: orders, leases, progress, claims, outcomes; as long as nothing happens, 100 ms."""
        now_s = time.monotonic()
        if now_s >= rounds.copy_s and rounds.book.changed():
            rounds.copy_s = now_s + _TURN_S
            self._relay.copy()
        if now_s >= rounds.beat_s:
            rounds.beat_s = now_s + self._ttl_s / 3
            self._beat()
        if self._held and now_s >= rounds.step_s:
            rounds.step_s = now_s + _STEP_S
            self._step()
        rounds.news = rounds.jobs.changed() or rounds.news
        free = self._executor.capacity - len(self._held)
        if free > 0 and (rounds.news or now_s >= rounds.look_s):
            rounds.look_s = now_s + _LOOK_S
            rounds.news = False
            for job in self._queue.claim(self.owner, limit=free, lanes=self._lanes, ttl_s=self._ttl_s):
                self._begin(job)
        if self._held:
            self._ended.extend(self._executor.poll(timeout_s=_TURN_S).items())
            self._settle()
        else:
            self._stopping.wait(_TURN_S)

    def _begin(self, job: Job) -> None:
        if job.op not in self._calls:
            sentence = f"Nothing here knows how to {job.op}; update this circletake, then retry the job."
            self._fail(job, sentence, retry=False)
            return
        args = {**job.args, **self._places}
        if "content" in job.args and (made := self._queue.derived_of(str(job.args["content"]))):
            args["made"] = made
        handle = self._executor.submit(Call(self._calls[job.op], args))
        self._held[handle] = _Held(job)

    def _beat(self) -> None:
        """Keep the leases; stop what was lost; take back what others lost."""
        for handle in self._handles(self._queue.heartbeat(self._leases(), ttl_s=self._ttl_s)):
            lost = self._held.pop(handle)
            self._executor.cancel(handle, grace_s=0)
            _log.warning("The lease on job %s ran out under %s.", lost.job.id, self.owner)
        taken_back = self._queue.reap(ttl_s=self._ttl_s)
        if taken_back:
            _log.info("%s took back %s jobs whose leases had run out.", self.owner, taken_back)

    def _step(self) -> None:
        """Pass progress up and requests to stop down."""
        steps: dict[Lease, tuple[int, int]] = {}
        for handle, held in self._held.items():
            said = self._executor.progress(handle)
            if said != held.said:
                held.said = steps[held.job.lease] = said
        self._queue.progress(steps)
        for handle in self._handles(self._queue.to_cancel(self._leases())):
            if not self._held[handle].asked:
                self._held[handle].asked = True
                self._executor.cancel(handle)

    def _settle(self) -> None:
        done: list[Job] = []
        try:
            while self._ended:
                handle, outcome = self._ended.popleft()
                # A handle that is not held was lost and stopped meanwhile. One that is let go here while
                # the database is away loses its lease, which is what brings its job back.
                held = self._held.pop(handle, None)
                if held is not None and self._is_done(held.job, outcome):
                    done.append(held.job)
        finally:
            if done:
                self._queue.finish(done)

    def _is_done(self, job: Job, outcome: Outcome) -> bool:
        """Deal with an outcome; whether it is in the book now."""
        if outcome.ending == "returned":
            return self._recorded(job, outcome)
        if outcome.ending == "cancelled":
            self._queue.cancelled(job)
        elif outcome.ending == "refused":
            self._fail(job, outcome.sentence, retry=outcome.kind not in _FINAL, trace=outcome.trace)
        else:
            sentence = f"{job.op} did not finish: {outcome.sentence}"
            self._fail(job, sentence, retry=True, trace=outcome.trace)
        return False

    def _recorded(self, job: Job, outcome: Outcome) -> bool:
        """Get an outcome into the book; whether it is there now."""
        try:
            self._record(job, outcome.result)
        except CircletakeError as error:
            # Exactly this one: its kin say that something else has moved.
            if error.code == Conflict.code:
                return True
            self._fail(job, error.message, retry=error.kind not in _FINAL)
            return False
        except Exception as error:  # noqa: BLE001 - the job fails, whatever it was; the runner goes on
            _log.exception("The outcome of job %s could not be recorded.", job.id)
            sentence = f"{job.op} could not be recorded: {type(error).__name__}: {error}"
            self._fail(job, sentence, retry=True)
            return False
        return True

    def _fail(self, job: Job, sentence: str, *, retry: bool, trace: str = "") -> None:
        if trace:
            found_by = hashlib.sha256(trace.encode()).hexdigest()[:8]
            sentence = f"{sentence} (log {found_by})" if retry else sentence
            # What is final is the input's doing and says so; the rest may be ours.
            level = logging.WARNING if retry else logging.INFO
            _log.log(level, "Job %s (%s), log %s:\n%s", job.id, job.op, found_by, trace)
        state = self._queue.fail(job, sentence, retry=retry)
        _log.info("Job %s (%s) is %s now: %s", job.id, job.op, state or "lost", sentence)

    def _let_go(self) -> None:
        held, self._held = self._held, {}
        self._ended.clear()
        for handle in held:
            self._executor.cancel(handle, grace_s=0)
        with suppress(Unavailable):  # then the leases run out
            self._queue.hand_back(one.job for one in held.values())

    def _leases(self) -> list[Lease]:
        return [held.job.lease for held in self._held.values()]

    def _handles(self, leases: set[Lease]) -> list[Handle]:
        return [handle for handle, held in self._held.items() if held.job.lease in leases]


@dataclass(slots=True)
class _Rounds:
    """What a working runner remembers from turn to turn; times on this process's clock."""

    jobs: Watch
    book: Watch
    news: bool = True
    copy_s: float = 0.0
    beat_s: float = 0.0
    step_s: float = 0.0
    look_s: float = 0.0
