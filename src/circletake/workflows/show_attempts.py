"""What was asked for in a production, how far each attempt is, and what it has cost so far."""

from collections.abc import Mapping
from datetime import UTC, datetime

from circletake.domain.attempt import OVER, UNSENT
from circletake.domain.cost import amount_text
from circletake.domain.people import MAY, Action
from circletake.errors import NotFound
from circletake.generate.router import routes
from circletake.ledger import accounts, attempts, reads
from circletake.ledger.accounts import Session
from circletake.ledger.attempts import AttemptRow, PurseRow, RequestRow
from circletake.workflows.attempt_views import (
    AttemptsView,
    AttemptView,
    MoneyView,
    PurseView,
    RequestView,
    RouteView,
)
from circletake.workflows.backlog import show_backlog
from circletake.workflows.house import House, require
from circletake.workflows.make_takes import route_view
from circletake.workflows.person_view import PersonView

_MOST = 200
_ACTIONS: tuple[Action, ...] = ("generate", "set_budget", "end_attempt", "override_backlog")
Steps = Mapping[str, tuple[int, int]]

_SAID = {
    "planned": "It is planned.",
    "reserved": "What it may cost is reserved; it is sent as soon as its provider listens.",
    "submitting": "It is being sent.",
    "queued": "Its provider has it, and it waits its turn.",
    "running": "It is being made.",
    "collecting": "It is made, and is brought home.",
    "done": "It is done.",
    "partial": "Part of it came; the rest did not.",
    "refused": "Its provider will not make it.",
    "failed": "It failed.",
    "cancelled": "It was cancelled.",
    "expired": "It was made, and the provider forgot it before all of it was fetched.",
    "lost": "The provider does not have it any more.",
    "unknown": (
        "It was sent and the answer was lost. It is not sent again by itself: look at the provider's own "
        "list, then say that it ran, that it did not, or write it off."
    ),
}


def show_attempts(house: House, who: Session, production: str, *, steps: Steps) -> AttemptsView:
    """Everything that was asked for, the newest first.

    Args:
        steps: attempt → done and total, as last seen by whoever dispatches.
    """
    with house.book.reading() as conn:
        found, roles = require(conn, who, production, "see_people")
        names = accounts.names(conn)
        takes = attempts.takes_of_attempts(conn, found.id)
        tasks = {row.task.id: row for row in reads.tasks(conn, found.id)}
        may = {action for action in _ACTIONS if roles & MAY[action]}
        asked = attempts.requests_of(conn, found.id, most=_MOST)
        requests = [
            _request(request, attempts.attempts_of(conn, request.id), tasks, takes, names, may, steps)
            for request in asked
        ]
        codes = {row.entity.id: row.entity.code for row in tasks.values()} | {found.id: found.code}
        purses = attempts.purses_of(conn, found.id)
        backlog = show_backlog(conn, found, house.policy(conn, found.policy))
    spent = [
        f"{amount_text(one.purse.spent_micro)} {one.unit}"
        for one in purses
        if one.kind == "production" and one.purse.spent_micro
    ]
    return AttemptsView(
        sentence=f"{backlog.sentence} Spent so far: {', '.join(spent) or 'nothing'}.",
        requests=requests,
        purses=[_purse(one, codes, names) for one in purses],
        backlog=backlog,
        may=sorted(may),
    )


def show_request(house: House, who: Session, production: str, request: str, *, steps: Steps) -> RequestView:
    """One request and its attempts; also by an attempt's id.

    Raises:
        NotFound: there is none of this id here.
    """
    for one in show_attempts(house, who, production, steps=steps).requests:
        if request in {one.id, *(attempt.id for attempt in one.attempts)}:
            return one
    raise NotFound(f"There is no request {request} here; `circletake generate list` lists them.")


def show_routes(house: House, who: Session, production: str, label: str) -> list[RouteView]:
    """Who may be asked with inputs of a label, and what is known of everybody."""
    with house.book.reading() as conn:
        require(conn, who, production, "see_people")
    known = {name: one.facts() for name, one in house.providers.items()}
    found = routes(known, label, today=datetime.now(UTC).date())  # type: ignore[arg-type]  # doors check it
    return [route_view(one) for one in found]


def _request(
    request: RequestRow,
    rows: list[AttemptRow],
    tasks: Mapping[str, reads.TaskRow],
    takes: Mapping[str, list[str]],
    names: Mapping[str, str],
    may: set[Action],
    steps: Steps,
) -> RequestView:
    task = tasks[request.task]
    return RequestView(
        id=request.id,
        shot=task.entity.code,
        stage=task.task.stage,
        task=request.task,
        provider=request.provider,
        kind=request.wanted.kind,
        decision=request.decision,
        prompt=request.prompt,
        override=request.override,
        label=request.wanted.label,
        purpose=request.wanted.purpose,
        person=PersonView(id=request.person, name=names.get(request.person, request.person)),
        at=request.at,
        attempts=[_attempt(request, row, takes.get(row.id, []), may, steps) for row in rows],
    )


def _attempt(
    request: RequestRow, row: AttemptRow, takes: list[str], may: set[Action], steps: Steps
) -> AttemptView:
    def money(micro: int | None) -> MoneyView:
        return MoneyView(request.unit, None if micro is None else amount_text(micro))

    text = f"{_SAID[row.state]} {row.text}".strip()
    if row.state in OVER and row.charged == "unknown" and row.settled_micro:
        text += " Whether it was charged is not known; what was reserved counts as spent until a bill says."
    can = []
    if "generate" in may and row.state in {*UNSENT, "queued", "running"}:
        can.append("cancel")
    if "end_attempt" in may and row.state == "unknown":
        can.append("resolve")
    done, total = steps.get(row.id, (0, 0)) if row.state == "running" else (0, 0)
    return AttemptView(
        id=row.id,
        number=row.number,
        state=row.state,
        sentence=text,
        seed=request.wanted.seed_of(row.number),
        handle=row.handle,
        code=row.code,
        charged=row.charged,
        progress=[done, total],
        takes=takes,
        outputs=list(row.outputs),
        reserved=money(row.reserved_micro),
        estimate=money(row.estimate_micro),
        reported=money(row.reported_micro),
        reconciled=money(row.reconciled_micro),
        settled=money(row.settled_micro),
        changed_at=row.changed_at,
        may=can,
    )


def _purse(row: PurseRow, codes: Mapping[str, str], names: Mapping[str, str]) -> PurseView:
    limit, left = row.purse.limit_micro, row.purse.left_micro
    return PurseView(
        kind=row.kind,
        owner=names.get(row.owner, row.owner) if row.kind == "person" else codes.get(row.owner, row.owner),
        unit=row.unit,
        limit=None if limit is None else amount_text(limit),
        held=amount_text(row.purse.held_micro),
        spent=amount_text(row.purse.spent_micro),
        left=None if left is None else amount_text(left),
    )
