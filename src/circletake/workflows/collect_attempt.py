"""Bring home what came of an attempt: into the store first, then into the book as takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from circletake.domain.cost import Charged
from circletake.domain.people import MachineId, PersonId
from circletake.domain.take import Take
from circletake.errors import Bug, CircletakeError, ContentMissing, TakeUnfetched
from circletake.generate.port import Fetched, Handle, Provider
from circletake.ledger import reads
from circletake.ledger.attempts import AttemptRow, RequestRow
from circletake.ledger.book import Transaction
from circletake.media.probe import Probe
from circletake.media.sandbox import probe_safely
from circletake.workflows.house import STUDIO, House
from circletake.workflows.receive_take import Attempt, adopted_sheets, check_rate, record_take

_KEPT_S = 24 * 3600
"""How long outputs are fetched again where nobody knows how long they are kept."""
_LABEL = 60


@dataclass(frozen=True, slots=True)
class _Seen:
    """An output that was looked at.

    Args:
        probe: what it is; None where it cannot be a take.
        text: why not.
    """

    fetched: Fetched
    probe: Probe | None
    code: str = ""
    text: str = ""


def collect(house: House, row: AttemptRow, request: RequestRow, provider: Provider) -> bool:
    """Fetch, look at and record the outputs of an attempt.

    Returns:
        Whether the attempt is over; otherwise it is fetched again later.
    """
    paid: Charged = "yes" if provider.facts().paid else "no"
    try:
        fetched = provider.collect(Handle(row.handle or ""), house.store)
    except ContentMissing as gone:
        _end(house, row, "lost", charged=paid, code="output-gone", text=gone.message)
        return True
    except TakeUnfetched as away:
        if _is_too_late(row, provider.facts().retention_s):
            _end(house, row, "expired", charged=paid, code=away.code, text=away.message)
            return True
        return False
    with house.book.reading() as conn:
        task = reads.find_task(conn, request.task)
        production = reads.find_production(conn, row.production)
    if task is None or production is None:
        raise Bug("A request names a task that is not there any more.")
    seen = [_look(house, one, production) for one in _once(fetched)]
    with house.book.transact() as tx:
        takes = [_receive(house, tx, task, request, row, one) for one in seen if one.probe is not None]
        wrong = next((one for one in seen if one.probe is None), None)
        is_part = wrong is not None or row.code == "partial"
        body: dict[str, Any] = {
            "attempt": row.id,
            "before": "collecting",
            "after": ("partial" if is_part else "done") if takes else "failed",
            "charged": paid,
            "code": wrong.code if wrong else row.code,
            "text": wrong.text if wrong else "",
            "outputs": [one.fetched.content for one in seen],
            "takes": takes,
        }
        tx.append("attempt", actor=STUDIO, production=row.production, body=body)
    return True


def _once(fetched: Sequence[Fetched]) -> list[Fetched]:
    return list({one.content: one for one in fetched}.values())


def _is_too_late(row: AttemptRow, retention_s: int | None) -> bool:
    since = datetime.fromisoformat(row.changed_at)
    return datetime.now(UTC) - since > timedelta(seconds=_KEPT_S if retention_s is None else retention_s)


def _end(house: House, row: AttemptRow, after: str, *, charged: Charged, code: str, text: str) -> None:
    body = {"attempt": row.id, "before": "collecting", "after": after, "charged": charged, "code": code,
            "text": text}  # fmt: skip
    with house.book.transact() as tx:
        tx.append("attempt", actor=STUDIO, production=row.production, body=body)


def _look(house: House, fetched: Fetched, production: Any) -> _Seen:  # noqa: ANN401 (a production)
    """Look at an output in a child with limits; what cannot be a take stays in the store all the same."""
    try:
        probe = probe_safely(house.store.path(fetched.content))
        check_rate(probe, production, name=fetched.name or "The output")
    except CircletakeError as wrong:
        return _Seen(fetched, None, wrong.code, wrong.message[:300])
    return _Seen(fetched, probe)


def _receive(
    house: House, tx: Transaction, task: reads.TaskRow, request: RequestRow, row: AttemptRow, seen: _Seen
) -> str:
    """Record an output as a take; the same bytes again are the take that they were."""
    probe = seen.probe
    if probe is None:
        raise Bug("An output that was not looked at cannot be a take.")
    known = reads.takes_of(tx.conn, task.task.id)
    for take in known:
        if take.content == seen.fetched.content:
            return take.id
    machine, person = MachineId(f"m_{request.provider}"), PersonId(request.person)
    parent = _parent(known, request)
    seed = request.wanted.seed_of(row.number)
    return record_take(
        house,
        tx,
        STUDIO,
        task=task,
        attempt=Attempt(
            content=seen.fetched.content,
            makers=(machine, person),
            made_by=(("author", machine), ("prompter", person), ("dispatcher", person)),
            origin="generated",
            n_frames=probe.n_frames,
            rate=probe.rate,
            width_px=probe.width_px,
            height_px=probe.height_px,
            label=f"{request.provider}{'' if seed is None else f' seed {seed}'}"[:_LABEL],
            parent=parent.id if parent else None,
            change="rework" if parent else "new",
            leans=adopted_sheets(tx.conn, row.production),
        ),
    )


def _parent(known: Sequence[Take], request: RequestRow) -> Take | None:
    """The take of the same task that went in to be worked on."""
    sources = {content for role, content in request.wanted.inputs if role in {"source", "first"}}
    return next((take for take in known if take.content in sources), None)
