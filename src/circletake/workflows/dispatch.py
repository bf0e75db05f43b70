"""Take attempts on: send them, ask how far they are, bring home what came of them.

All that is known stands in the book, so whoever dispatches may be killed anywhere. What was reserved is
sent once: the book says `submitting`, on the disk, before a socket opens. Whoever finds an attempt
`submitting` that nobody is sending any more does not send it again: it is unknown, until the provider or a
person says what became of it.
"""

import fcntl
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from circletake.domain.attempt import State
from circletake.domain.cost import Charged
from circletake.errors import (
    AskInvalid,
    AttemptRefused,
    CircletakeError,
    NothingSent,
    WorldMoved,
)
from circletake.generate.port import Absent, Handle, Provider, Status, Unsure
from circletake.ledger import attempts
from circletake.ledger.attempts import AttemptRow, RequestRow
from circletake.ledger.book import Transaction
from circletake.workflows.attempt_ask import ask_of
from circletake.workflows.collect_attempt import collect
from circletake.workflows.house import STUDIO, House

LOCK = "generate.lock"
_TRIES = 6
"""How often an attempt that surely was not sent is sent again before it has failed."""
_FIRST_WAIT_S, _LONGEST_WAIT_S = 2.0, 300.0
_ORPHAN_S = 600.0
"""How long a create can take at most, with every time-out there is; after that nobody is sending it."""
_SETTLE_S = 60.0
"""How long after it was lost a provider that has no such attempt is believed."""
_POLL_S = 2.0
_IDLE_S, _QUIET_S = 0.5, 1.0
_AT_ONCE = 8
_log = logging.getLogger(__name__)


class Dispatcher:
    """Takes the attempts of one studio on; one process at a time does, whoever has the lock.

    Args:
        house: of the studio.
        poll_s: how long an attempt is left alone between two questions where its provider does not say.
    """

    def __init__(self, house: House, *, poll_s: float = _POLL_S) -> None:
        self._house = house
        self._poll_s = poll_s
        self._due_s: dict[str, float] = {}
        self._tries: dict[str, int] = {}
        self._sending: set[str] = set()
        self._watched: set[str] = set()
        self._is_first = True
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self.progress: dict[str, tuple[int, int]] = {}

    def start(self) -> None:
        """Work on a thread of its own until `stop`."""
        self._thread = threading.Thread(target=self._run, name="attempts", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End; a call that is under way is waited for a moment, and the book knows of it anyway."""
        self._over.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
            self._thread = None

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                with self.alone() as has_it:
                    seen = 0
                    while has_it and not self._over.is_set():
                        if self.turn():
                            self._over.wait(_IDLE_S)
                        else:  # nothing is open, and nothing will be until the book goes on
                            seen = self._house.book.wait(seen, _QUIET_S)
            except Exception:  # noqa: BLE001 (a thread of its own: begun again, whatever it was)
                _log.exception("Attempts could not be taken on; it is tried again.")
            self._over.wait(_IDLE_S * 4)

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Hold the folder's lock, if nobody else dispatches here; yields whether it is held."""
        with (self._house.folder / LOCK).open("a") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
                return
            self._is_first = True
            yield True

    def run_until(self, request: str | None = None, *, timeout_s: float = 3600.0) -> bool:
        """Work until every attempt, or every one of a request, is over or needs a person.

        Returns:
            Whether that came about in time.
        """
        until = time.monotonic() + timeout_s
        with self.alone() as has_it:
            while time.monotonic() < until:
                if has_it:
                    self.turn()
                if not self._open(request):
                    return True
                time.sleep(min(_IDLE_S, self._poll_s))
        return False

    def _open(self, request: str | None) -> list[AttemptRow]:
        """Attempts that go on by themselves."""
        with self._house.book.reading() as conn:
            rows = attempts.open_attempts(conn)
            return [
                row
                for row in rows
                if (request is None or row.request == request)
                and (row.state != "unknown" or self._tries.get(row.id, 0) < 1)
            ]

    def turn(self) -> int:
        """Take on everything that is due.

        Returns:
            How many attempts there were.
        """
        with self._house.book.reading() as conn:
            rows = attempts.open_attempts(conn)
            asked = {row.request: attempts.find_request(conn, row.request) for row in rows}
        now_s = time.monotonic()
        due = [row for row in rows if self._due_s.get(row.id, 0.0) <= now_s and row.id not in self._sending]
        is_first, self._is_first = self._is_first, False

        def take_on(row: AttemptRow) -> None:
            request = asked[row.request]
            if request is not None:
                self._take_on(row, request, is_first=is_first)

        if len(due) > 1:
            with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="attempt") as pool:
                list(pool.map(take_on, due))
        elif due:
            take_on(due[0])
        return len(rows)

    def _take_on(self, row: AttemptRow, request: RequestRow, *, is_first: bool) -> None:
        provider = self._house.providers.get(request.provider)
        if provider is None:
            self._wait(row, _LONGEST_WAIT_S)  # settings may name it again; until then nothing is lost
            return
        try:
            self._does(row, is_first=is_first)(row, request, provider)
        except WorldMoved:
            pass  # somebody else took it on
        except NothingSent as away:
            _log.info("%s: %s", request.provider, away.message)
            self._back_off(row, away.detail.get("wait_s"))
        except Exception:  # noqa: BLE001 (one attempt's trouble is not the others')
            _log.exception("The attempt %s could not be taken on; it is tried again.", row.id)
            self._back_off(row)

    def _does(self, row: AttemptRow, *, is_first: bool) -> Callable[[AttemptRow, RequestRow, Provider], None]:
        if row.state == "reserved":
            return self._send
        if row.state in {"queued", "running"}:
            return self._poll
        if row.state == "collecting":
            return self._collect
        if row.state == "unknown":
            return self._find
        if row.state == "submitting" and (self._is_orphan(row) or (is_first and self._is_ours)):
            return self._give_up
        return lambda _row, _request, _provider: None

    @property
    def _is_ours(self) -> bool:
        """Nobody but whoever holds this folder's lock sends attempts of this book."""
        return not self._house.is_shared

    @staticmethod
    def _is_orphan(row: AttemptRow) -> bool:
        return abs(_age_s(row)) > _ORPHAN_S

    # sending

    def _send(self, row: AttemptRow, request: RequestRow, provider: Provider) -> None:
        try:
            ask = ask_of(self._house, request, row.number)
        except CircletakeError as wrong:
            self._step(row, "reserved", "failed", charged="no", code=wrong.code, text=wrong.message)
            return
        self._sending.add(row.id)
        try:
            self._step(row, "reserved", "submitting")  # on the disk before a socket opens
            self._submit(row, lambda: provider.submit(ask, row.key))
        finally:
            self._sending.discard(row.id)

    def _submit(self, row: AttemptRow, send: Callable[[], Handle]) -> None:
        try:
            handle = send()
        except NothingSent as away:
            self._tries[row.id] = self._tries.get(row.id, 0) + 1
            if self._tries[row.id] >= _TRIES:
                self._step(row, "submitting", "failed", charged="no", code=away.code, text=away.message)
                return
            self._step(row, "submitting", "reserved", code=away.code, text=away.message)
            self._back_off(row, away.detail.get("wait_s"))
        except AskInvalid as wrong:
            self._step(row, "submitting", "failed", charged="no", code=wrong.code, text=wrong.message)
        except AttemptRefused as refused:
            told = refused.detail.get("charged")
            charged: Charged = "yes" if told == "yes" else "no" if told == "no" else "unknown"
            code = str(refused.detail.get("code", refused.code))
            self._step(row, "submitting", "refused", charged=charged, code=code, text=refused.message)
        except Exception as lost:  # noqa: BLE001 (whatever it was, something may have been sent)
            text = (
                lost.message if isinstance(lost, CircletakeError) else f"{type(lost).__name__} while sending"
            )
            _log.warning("The attempt %s is unknown: %s", row.id, text)
            self._step(row, "submitting", "unknown", code="answer-lost", text=text)
        else:
            self._answered(row, handle)

    def _answered(self, row: AttemptRow, handle: Handle) -> None:
        try:
            self._step(row, "submitting", "queued", handle=handle)
        except WorldMoved:
            # it was given up for lost meanwhile; here is the answer after all
            self._step(row, "unknown", "queued", handle=handle)
        self._wait(row, 0.0)

    def _give_up(self, row: AttemptRow, _request: RequestRow, _provider: Provider) -> None:
        text = "This studio stopped while it was being sent; whether it arrived is not known."
        self._step(row, "submitting", "unknown", code="stopped", text=text)

    def _find(self, row: AttemptRow, _request: RequestRow, provider: Provider) -> None:
        """Ask the provider after an attempt whose end is unknown; never send it again."""
        found = provider.reconcile(row.key)
        is_answer = isinstance(found, Absent) and provider.facts().reconciles == "yes"
        young_s = _SETTLE_S * self._poll_s / _POLL_S - _age_s(row)
        if is_answer and young_s > 0:
            # what was sent may still lie between here and there, and be taken after all
            self._wait(row, young_s)
            return
        self._tries[row.id] = self._tries.get(row.id, 0) + 1
        if is_answer:
            text = f"{provider.name} was asked and never had it."
            self._step(row, "unknown", "failed", charged="no", code="never-arrived", text=text)
        elif isinstance(found, Absent | Unsure):
            self._back_off(row)
        else:
            self._step(row, "unknown", "queued", handle=found, code="reconciled")

    # asking and fetching

    def _poll(self, row: AttemptRow, request: RequestRow, provider: Provider) -> None:
        said = provider.status(Handle(row.handle or ""))
        self._tries.pop(row.id, None)
        if said.progress != (0, 0):
            self.progress[row.id] = said.progress
        if said.standing == "running" and provider.facts().local:
            self._watch(row, provider)
        with self._house.book.transact() as tx:
            self._report(tx, row, request, said)
            if said.standing in {"ready", "partial"}:
                code = "partial" if said.standing == "partial" else ""
                self._append(tx, row, row.state, "collecting", code=code)
            elif said.standing in {"queued", "running"}:
                if said.standing != row.state:
                    self._append(tx, row, row.state, said.standing)
            else:
                self._append(tx, row, row.state, said.standing, charged=said.charged,  # type: ignore[arg-type]  # an end
                             code=said.code, text=said.text)  # fmt: skip
        self._wait(row, 0.0 if said.standing in {"ready", "partial"} else said.wait_s or self._poll_s)

    def _watch(self, row: AttemptRow, provider: Provider) -> None:
        """Look on while it runs, once: what is seen is shown, and nothing depends on it."""
        if row.id in self._watched:
            return
        self._watched.add(row.id)

        def look() -> None:
            try:
                for event in provider.events(Handle(row.handle or "")):
                    if event.total:
                        self.progress[row.id] = (event.done, event.total)
                    if self._over.is_set():
                        return
            except Exception:  # noqa: BLE001 (a hint that is lost is no loss)
                _log.debug("Nothing more is seen of the attempt %s.", row.id, exc_info=True)

        threading.Thread(target=look, name=f"watching {row.id}", daemon=True).start()

    @staticmethod
    def _report(tx: Transaction, row: AttemptRow, request: RequestRow, said: Status) -> None:
        """Write down what the provider says it took, where that is news."""
        if said.cost_micro is not None and said.cost_micro != row.reported_micro:
            body = {"attempt": row.id, "line": "reported", "micro": said.cost_micro, "unit": request.unit}
            tx.append("cost", actor=STUDIO, production=row.production, body=body)

    def _collect(self, row: AttemptRow, request: RequestRow, provider: Provider) -> None:
        if not collect(self._house, row, request, provider):
            self._back_off(row)

    # steps and waits

    def _step(self, row: AttemptRow, before: State, after: State, **told: Any) -> None:  # noqa: ANN401 (members of an entry)
        with self._house.book.transact() as tx:
            self._append(tx, row, before, after, **told)

    @staticmethod
    def _append(tx: Transaction, row: AttemptRow, before: State, after: State, **told: Any) -> None:  # noqa: ANN401 (members of an entry)
        body = {"attempt": row.id, "before": before, "after": after, **told}
        tx.append("attempt", actor=STUDIO, production=row.production, body=body)

    def _wait(self, row: AttemptRow, wait_s: float) -> None:
        self._due_s[row.id] = time.monotonic() + wait_s

    def _back_off(self, row: AttemptRow, asked_s: object = None) -> None:
        """Leave an attempt alone: as long as was asked for, else twice as long each time."""
        tries = self._tries[row.id] = max(1, self._tries.get(row.id, 0))
        wait_s = min(_FIRST_WAIT_S * self._poll_s / _POLL_S * 2 ** (tries - 1), _LONGEST_WAIT_S)
        self._wait(row, float(asked_s) if isinstance(asked_s, int | float) else wait_s)
        if row.state not in {"reserved", "unknown"}:
            self._tries[row.id] = tries + 1


def _age_s(row: AttemptRow) -> float:
    """How long ago an attempt last changed, by the wall clock; negative where that was set back."""
    return (datetime.now(UTC) - datetime.fromisoformat(row.changed_at)).total_seconds()
