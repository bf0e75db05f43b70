"""What entries “cost” and “budget” do to the tables, and how reservations go in and out of purses."""

from sqlalchemy import Connection, bindparam, select

from circletake.db import tables
from circletake.domain.cost import MOST_MICRO, Purse, amount_text, check_unit, settled_micro
from circletake.errors import BudgetSpent, CostInvalid, EntryInvalid, NotFound
from circletake.ledger import entries as e
from circletake.ledger import rows

_purse = tables.purse
_PURSE = select(_purse.c.limit_micro, _purse.c.held_micro, _purse.c.spent_micro).where(
    _purse.c.production == bindparam("production"),
    _purse.c.kind == bindparam("kind"),
    _purse.c.owner == bindparam("owner"),
    _purse.c.unit == bindparam("unit"),
)
_attempt, _request, _task = tables.attempt, tables.request, tables.task
_COST = (
    select(
        _attempt.c.production,
        _attempt.c.state,
        _attempt.c.reserved_micro,
        _attempt.c.settled_micro,
        _attempt.c.reported_micro,
        _attempt.c.reconciled_micro,
        _attempt.c.charged,
        _request.c.unit,
        _request.c.person,
        _task.c.entity,
    )
    .join_from(_attempt, _request, _attempt.c.request == _request.c.id)
    .join(_task, _request.c.task == _task.c.id)
    .where(_attempt.c.id == bindparam("attempt"))
)


def find_purse(conn: Connection, production: str, kind: str, owner: str, unit: str) -> Purse:
    """What a purse holds; an empty one without a limit where nobody set any."""
    found = rows.fetch(conn, _PURSE, production=production, kind=kind, owner=owner, unit=unit)
    return Purse(*found[0]) if found else Purse()


class Account:
    """The three purses that an attempt is paid from, and what it holds of them.

    Raises:
        NotFound: there is no such attempt in the production.
    """

    def __init__(self, conn: Connection, production: str | None, attempt: str) -> None:
        found = rows.fetch(conn, _COST, attempt=attempt)
        if not found or found[0][0] != production:
            raise NotFound(f"There is no attempt {attempt} in this production.")
        (
            self.production,
            self.state,
            self.reserved_micro,
            self.settled_micro,
            self.reported_micro,
            self.reconciled_micro,
            self.charged,
            self.unit,
            person,
            entity,
        ) = found[0]
        self._conn = conn
        self.attempt = attempt
        self._owners = (("production", self.production), ("shot", entity), ("person", person))

    def reserve(self, micro: int) -> None:
        """Hold so much of every purse, or of none.

        Raises:
            BudgetSpent: names the purse that does not hold it.
        """
        if micro:
            purses = [(kind, self._find(kind, owner)) for kind, owner in self._owners]
            if purses[0][1].limit_micro is None:
                raise BudgetSpent(
                    f"There is no budget in {self.unit} for this production, and nothing that costs is sent "
                    f"without; set one with `circletake generate budget`."
                )
            for kind, purse in purses:
                if not purse.fits(micro):
                    raise BudgetSpent(
                        f"An attempt may cost {amount_text(micro)} {self.unit}, and the budget of this "
                        f"{kind} has {amount_text(purse.left_micro or 0)} left; raise it, or ask for fewer.",
                        purse=kind,
                    )
        self._move(held=micro)
        self._keep(reserved_micro=micro)

    def settle(self, charged: str | None) -> None:
        """Let go of what is held and count as spent what the attempt took."""
        micro = settled_micro(
            "no" if charged == "no" else "yes" if charged == "yes" else "unknown",
            reserved_micro=self.reserved_micro,
            reported_micro=self.reported_micro if self.reconciled_micro is None else self.reconciled_micro,
        )
        self._move(held=-self.reserved_micro, spent=micro)
        self._keep(settled_micro=micro)

    def correct(self, micro: int) -> None:
        """Count another amount as spent than was counted when the attempt was over."""
        self._move(spent=micro - self.settled_micro)
        self._keep(settled_micro=micro)

    def _find(self, kind: str, owner: str) -> Purse:
        return find_purse(self._conn, self.production, kind, owner, self.unit)

    def _move(self, *, held: int = 0, spent: int = 0) -> None:
        if not held and not spent:
            return
        for kind, owner in self._owners:
            purse = self._find(kind, owner)
            where = {"production": self.production, "kind": kind, "owner": owner, "unit": self.unit}
            rows.put(
                self._conn,
                tables.purse,
                where,
                limit_micro=purse.limit_micro,
                held_micro=purse.held_micro + held,
                spent_micro=purse.spent_micro + spent,
            )

    def _keep(self, **columns: int) -> None:
        rows.change(self._conn, tables.attempt, {"id": self.attempt}, **columns)


def keep_cost(conn: Connection, entry: e.Entry, body: e.CostBody) -> None:
    """Write down what an attempt costs; what a bill says counts from then on, whatever was thought.

    Raises:
        NotFound: there is no such attempt in the production.
        CostInvalid: another unit than the request's, or no amount that can be.
    """
    account = Account(conn, entry.production, body.attempt)
    if body.unit != account.unit:
        raise CostInvalid(f"This attempt is paid in {account.unit}, not in {body.unit}.")
    if not 0 <= body.micro <= MOST_MICRO:
        raise CostInvalid("An amount is 0 or more, in millionths of its unit.")
    rows.change(conn, tables.attempt, {"id": body.attempt}, **{f"{body.line}_micro": body.micro})
    is_over = account.charged is not None
    counts = body.line == "reconciled" or (body.line == "reported" and account.reconciled_micro is None)
    if is_over and counts:
        account.correct(body.micro)


def keep_budget(conn: Connection, entry: e.Entry, body: e.BudgetBody) -> None:
    """Limit what may be spent from a purse; what is spent and held already stays so.

    Raises:
        NotFound: the purse is nobody's here.
        CostInvalid: the unit or the limit cannot be.
        EntryInvalid: it belongs to no production.
    """
    if entry.production is None:
        raise EntryInvalid("A budget belongs to a production; name it.")
    check_unit(body.unit)
    if body.limit is not None and not 0 <= body.limit <= MOST_MICRO:
        raise CostInvalid("A limit is 0 or more, in millionths of its unit.")
    known = {
        "production": body.owner == entry.production,
        "review": body.owner == entry.production,
        "shot": rows.find(conn, tables.entity, "production", id=body.owner) == entry.production,
        "person": rows.find(conn, tables.person, "id", id=body.owner) is not None,
    }
    if not known[body.purse]:
        raise NotFound(f"There is no {body.purse} {body.owner} in this production to give a budget to.")
    purse = find_purse(conn, entry.production, body.purse, body.owner, body.unit)
    where = {"production": entry.production, "kind": body.purse, "owner": body.owner, "unit": body.unit}
    rows.put(
        conn,
        tables.purse,
        where,
        limit_micro=body.limit,
        held_micro=purse.held_micro,
        spent_micro=purse.spent_micro,
    )
