"""Machines and programs: accounts that never judge, and the API tokens that programs act by."""

from collections.abc import Iterable
from datetime import datetime

from circletake.domain.people import MachineId
from circletake.errors import AlreadyThere, NameInvalid, NotFound
from circletake.ledger import accounts, tokens
from circletake.ledger.accounts import Session
from circletake.ledger.book import Transaction
from circletake.workflows.found_production import fresh_id
from circletake.workflows.house import House
from circletake.workflows.views import MachineView, TokenView


def make_machine(house: House, who: Session, label: str) -> MachineView:
    """Make an account for a program, owned by whoever asks.

    Raises:
        AlreadyThere: they own one of this name.
        NameInvalid: the name cannot be.
    """
    named = " ".join(label.split())
    if not named or len(named) > 64 or not named.isprintable():  # noqa: PLR2004 (what the table holds)
        raise NameInvalid("A machine account needs a name of 1–64 printable characters.")
    session = who.sitting("make a machine account")
    with house.book.transact() as tx:
        if tokens.find_machine(tx.conn, who.person, named) is not None:
            raise AlreadyThere(f"You own a machine “{named}” already; choose another name.")
        machine = fresh_id("m")
        tx.append(
            "machine",
            actor=who.person,
            session=session,
            body={"label": named, "machine": machine, "owner": str(who.person)},
        )
    return MachineView(id=machine, label=named, retired=False)


def retire_machine(house: House, who: Session, machine: str) -> None:
    """Retire a machine of one's own: its tokens end, what it brought stays.

    Raises:
        NotFound: they own none of this name.
    """
    session = who.sitting("retire a machine account")
    with house.book.transact() as tx:
        found = _machine(tx, who, machine)
        tx.append(
            "machine",
            actor=who.person,
            session=session,
            body={"label": found.label, "machine": found.id, "owner": str(who.person), "retired": True},
        )


def make_token(
    house: House, who: Session, *, label: str, scopes: Iterable[str], days: int, machine: str | None
) -> tuple[str, str]:
    """Make an API token for oneself or for a machine that one owns; returns its id and the secret.

    Raises:
        NotFound: they own no such machine.
        NameInvalid: a scope that is none, no name, or a time that cannot be.
    """
    who.sitting("make an API token")
    checked = tokens.checked_scopes(scopes)
    with house.book.transact() as tx:
        acting = MachineId(_machine(tx, who, machine).id) if machine else None
        return tokens.make_token(
            tx.conn,
            person=who.person,
            machine=acting,
            label=label,
            scopes=checked,
            now=accounts.utc_now(),
            days=days,
        )


def _machine(tx: Transaction, who: Session, machine: str) -> tokens.Machine:
    found = tokens.find_machine(tx.conn, who.person, machine)
    if found is None:
        known = [one.label for one in tokens.machines_of(tx.conn, who.person) if not one.retired]
        raise NotFound(f"You own no machine “{machine}”; you own {', '.join(known) or 'none yet'}.")
    return found


def revoke_token(house: House, who: Session, token: str) -> None:
    """End a token of one's own."""
    who.sitting("revoke an API token")
    with house.book.transact() as tx:
        tokens.revoke_token(tx.conn, who.person, token, now=accounts.utc_now())


def show_tokens(house: House, who: Session, *, now: datetime) -> list[TokenView]:
    """One's own tokens and those of one's machines, the newest first."""
    with house.book.reading() as conn:
        labels = tokens.machine_labels(conn)
        found = tokens.tokens_of(conn, who.person)
        retired = {one.id for one in tokens.machines_of(conn, who.person) if one.retired}
    return [
        TokenView(
            id=one.id,
            label=one.label,
            machine=labels.get(one.machine, one.machine) if one.machine else None,
            scopes=list(one.scopes),
            created_at=one.created_at,
            expires_at=one.expires_at,
            used_at=one.used_at,
            state="revoked"
            if one.revoked_at
            else "expired"
            if datetime.fromisoformat(one.expires_at) <= now
            else "retired"
            if one.machine in retired
            else "open",
        )
        for one in found
    ]
