"""Erase a person: their name, what opens it, their account; what they decided stays and stays theirs.

The book holds a salted hash of a name and of a note, and goes on holding it. Without salt and text
nobody can tell whose it was, and every hash in the book is what it was.
"""

import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from circletake.domain.people import MAY, PersonId
from circletake.errors import RoleMissing
from circletake.ledger import accounts, guests, private, reads
from circletake.ledger.accounts import Session
from circletake.ledger.canonical import canonical
from circletake.ledger.record import PEOPLE
from circletake.workflows.guest_marks import forget_marks
from circletake.workflows.house import House
from circletake.workflows.sign_delivery import FOLDER


@dataclass(frozen=True, slots=True)
class Erased:
    """Who was erased.

    Args:
        person: pseudonym.
        texts: how many are gone.
        notes: whether what they wrote went too.
        deliveries: folders here that named them, and no longer do.
    """

    person: str
    texts: int
    notes: bool
    deliveries: list[str]


def erase_person(house: House, who: Session, name: str, *, notes: bool) -> Erased:
    """Erase a person for good.

    Args:
        notes: the texts they wrote as well.

    Raises:
        NotFound: nobody has this name.
        RoleMissing: the one who asks is neither producer nor admin wherever the person works, or is
            that person.
    """
    with house.book.transact() as tx:
        person = _named(tx.conn, name)
        _require(tx.conn, who, str(person))
        texts = private.erase(tx.conn, str(person), notes=notes)
        tx.append(
            "erased",
            actor=who.person,
            session=who.pseudonym,
            body={"person": str(person), "notes": notes},
        )
    forget_marks(house, str(person))
    house.book.scrub()
    folders = [folder.name for folder in _people_files(house) if _strike(folder / PEOPLE, str(person))]
    return Erased(person=str(person), texts=texts, notes=notes, deliveries=folders)


def _named(conn: reads.Connection, name: str) -> PersonId:
    """Whoever has this name, or the guest of this pseudonym: names of guests are not theirs alone."""
    guest = guests.find_guest(conn, name)
    return PersonId(guest.person) if guest else accounts.get_person(conn, name)


def _require(conn: reads.Connection, who: Session, person: str) -> None:
    if person == str(who.person):
        raise RoleMissing("Nobody erases themselves; ask another producer or admin to do it.")
    known = [one.id for one in reads.productions(conn)]
    may = {one for one in known if reads.roles_of(conn, one, str(who.person)) & MAY["erase"]}
    guest = guests.find_guest(conn, person)
    link = guests.find_link(conn, guest.link) if guest else None
    if link is not None and link.production not in may:
        raise RoleMissing("To erase a guest you have to be producer or admin of the production they saw.")
    if not may or any(one not in may and reads.roles_of(conn, one, person) for one in known):
        raise RoleMissing(
            "To erase a person you have to be producer or admin of every production they are part of."
        )


def _people_files(house: House) -> Iterator[Path]:
    """Folders of deliveries, which hold names beside the record."""
    folder = house.folder / FOLDER
    yield from sorted(found.parent for found in folder.glob(f"*/{PEOPLE}"))


def _strike(path: Path, person: str) -> bool:
    """Take a person out of a file of names; whether they were in it."""
    people = json.loads(path.read_bytes())
    if person not in people:
        return False
    del people[person]
    beside = path.with_name(f".{PEOPLE}.{secrets.token_hex(4)}")
    beside.write_bytes(canonical(people) + b"\n")
    with beside.open("rb") as file:
        os.fsync(file.fileno())
    beside.replace(path)
    return True
