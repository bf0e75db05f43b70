"""People of a production: roles given and taken, groups, invitations."""

from collections.abc import Iterable
from typing import cast

from circletake.domain.people import MAY, ROLES, PersonId, Role
from circletake.domain.production import Production
from circletake.errors import AlreadyThere, LastProducer, NameInvalid, NotFound, SignInFailed
from circletake.ledger import accounts, invitations, reads, roles
from circletake.ledger.accounts import Session
from circletake.ledger.book import Transaction
from circletake.workflows.bind import bind_people
from circletake.workflows.found_production import fresh_id, grant
from circletake.workflows.house import STUDIO, House, require
from circletake.workflows.show import Names
from circletake.workflows.views import (
    GroupView,
    InvitationView,
    InvitedView,
    MemberView,
    TeamView,
)

_MOST_HOURS = 24 * 31


def checked_roles(asked: Iterable[str]) -> list[Role]:
    """Roles as given, each once.

    Raises:
        NameInvalid: there is no such role, or none was named.
    """
    found = list(dict.fromkeys(asked))
    for role in found:
        if role not in ROLES:
            raise NameInvalid(f"“{role}” is no role; say one of {', '.join(ROLES)}.")
    if not found:
        raise NameInvalid(f"Say at least one role: {', '.join(ROLES)}.")
    return cast("list[Role]", found)


def show_team(house: House, who: Session, production: str) -> TeamView:
    """Who holds what in a production, by name and by group."""
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "see_people")
        people = Names.read(conn)
        own = roles.own_roles(conn, found.id)
        held = roles.role_map(conn, found.id)
        crews = roles.groups(conn, found.id)
    members = [
        MemberView(
            person=people.person(person),
            roles=sorted(of),
            own_roles=sorted(own.get(person, ())),
        )
        for person, of in held.items()
    ]
    return TeamView(
        members=sorted(members, key=lambda member: member.person.name),
        groups=[
            GroupView(
                id=crew.id,
                label=crew.label,
                members=[people.person(person) for person in crew.members],
                roles=list(crew.roles),
            )
            for crew in crews
        ],
    )


def take_role(house: House, who: Session, production: str, *, person: PersonId, role: Role) -> None:
    """Take a role from somebody; what they judged by it is asked of the gates again.

    Raises:
        NotFound: they do not hold it, or only by a group.
        LastProducer: nobody would produce the production.
    """
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "cast_roles")
        if role not in roles.own_roles(tx.conn, found.id).get(str(person), ()):
            by = [
                crew.label
                for crew in roles.groups(tx.conn, found.id)
                if str(person) in crew.members and role in crew.roles
            ]
            way_out = (
                f"they hold it by the group {', '.join(by)}; take it from there."
                if by
                else "nothing to take."
            )
            raise NotFound(f"They were not given the role {role} by name in {found.title}: {way_out}")
        tx.append(
            "grant",
            actor=who.person,
            session=who.pseudonym,
            production=found.id,
            body={"granted": False, "person": str(person), "role": role},
        )
        _changed(house, tx, found, {str(person)})


def make_group(house: House, who: Session, production: str, label: str) -> str:
    """Make a group of people; returns its id.

    Raises:
        AlreadyThere: the production has one of this name.
        NameInvalid: the name cannot be.
    """
    named = " ".join(label.split())
    if not named or len(named) > 64 or not named.isprintable():  # noqa: PLR2004 (what the table holds)
        raise NameInvalid("A group needs a name of 1–64 printable characters.")
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "cast_roles")
        if roles.find_group(tx.conn, found.id, named) is not None:
            raise AlreadyThere(f"{found.title} has a group “{named}” already; choose another name.")
        group = fresh_id("g")
        tx.append(
            "group",
            actor=who.person,
            session=who.pseudonym,
            production=found.id,
            body={"group": group, "label": named},
        )
        return group


def disband_group(house: House, who: Session, production: str, group: str) -> None:
    """End a group: nobody holds anything by it any more.

    Raises:
        LastProducer: nobody would produce the production.
    """
    with house.book.transact() as tx:
        found, crew = _group(tx, who, production, group)
        tx.append(
            "group",
            actor=who.person,
            session=who.pseudonym,
            production=found.id,
            body={"disbanded": True, "group": crew.id, "label": crew.label},
        )
        _changed(house, tx, found, set(crew.members))


def set_member(
    house: House, who: Session, production: str, group: str, *, person: PersonId, member: bool
) -> None:
    """Put somebody into a group, or take them out.

    Raises:
        LastProducer: nobody would produce the production.
    """
    with house.book.transact() as tx:
        found, crew = _group(tx, who, production, group)
        if (str(person) in crew.members) != member:
            tx.append(
                "member",
                actor=who.person,
                session=who.pseudonym,
                production=found.id,
                body={"group": crew.id, "member": member, "person": str(person)},
            )
            _changed(house, tx, found, {str(person)})


def set_group_role(
    house: House, who: Session, production: str, group: str, *, role: Role, granted: bool
) -> None:
    """Give every member of a group a role, or take it from the group.

    Raises:
        LastProducer: nobody would produce the production.
    """
    with house.book.transact() as tx:
        found, crew = _group(tx, who, production, group)
        if (role in crew.roles) != granted:
            tx.append(
                "group_grant",
                actor=who.person,
                session=who.pseudonym,
                production=found.id,
                body={"granted": granted, "group": crew.id, "role": role},
            )
            _changed(house, tx, found, set(crew.members))


def _group(tx: Transaction, who: Session, production: str, group: str) -> tuple[Production, roles.Group]:
    found, _ = require(tx.conn, who, production, "cast_roles")
    crew = roles.find_group(tx.conn, found.id, group)
    if crew is None:
        known = ", ".join(one.label for one in roles.groups(tx.conn, found.id))
        raise NotFound(f"{found.title} has no group “{group}”; it has {known or 'none yet'}.")
    return found, crew


def _changed(house: House, tx: Transaction, found: Production, persons: set[str]) -> None:
    """After a change of roles: somebody still produces, and what those people judged is asked again."""
    if not any("producer" in held for held in roles.role_map(tx.conn, found.id).values()):
        raise LastProducer(
            f"Nobody would produce {found.title} any more; give somebody else the role producer first."
        )
    bind_people(house, tx, found.id, persons)


def invite(
    house: House, who: Session, production: str, *, asked: Iterable[str], hours: int
) -> tuple[str, str]:
    """Invite somebody with roles; returns the invitation's id and its token.

    Raises:
        NameInvalid: a role that is none, or a time that cannot be.
    """
    who.sitting("invite somebody")
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "cast_roles")
        given = checked_roles(asked)
        if not 0 < hours <= _MOST_HOURS:
            raise NameInvalid(f"An invitation lasts 1–{_MOST_HOURS} hours; invite again when it ends.")
        return invitations.invite(
            tx.conn,
            production=found.id,
            roles=given,
            inviter=who.person,
            now=accounts.utc_now(),
            hours=hours,
        )


def list_invitations(house: House, who: Session, production: str) -> list[InvitationView]:
    """Invitations to a production, the newest first."""
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "cast_roles")
        people = Names.read(conn)
        return [
            InvitationView(
                id=one.id,
                roles=list(one.roles),
                invited_by=people.person(one.inviter),
                created_at=one.created_at,
                expires_at=one.expires_at,
                state=one.ended or "open",
                person=people.person(one.person) if one.person else None,
            )
            for one in invitations.invitations(conn, found.id, now=accounts.utc_now())
        ]


def revoke_invitation(house: House, who: Session, production: str, invitation: str) -> None:
    """End an invitation that nobody has used."""
    who.sitting("revoke an invitation")
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "cast_roles")
        invitations.revoke(tx.conn, found.id, invitation)


def show_invitation(house: House, token: str) -> InvitedView:
    """What whoever opens the link is told: by whom, to what, as what.

    Raises:
        SignInFailed: the invitation is not open.
    """
    with house.book.reading() as conn:
        one = invitations.get_open(conn, token, now=accounts.utc_now())
        found = reads.find_production(conn, one.production)
        return InvitedView(
            production=found.title if found else "",
            roles=list(one.roles),
            invited_by=Names.read(conn).person(one.inviter).name,
            expires_at=one.expires_at,
        )


def join(
    house: House,
    tx: Transaction,
    token: str,
    *,
    person: PersonId | None,
    name: str = "",
    password_hash: str | None = None,
) -> PersonId:
    """Accept an invitation, in the caller's transaction: as somebody who is here already, or as somebody new.

    Returns:
        Whoever came.

    Raises:
        SignInFailed: the invitation is not open, or its inviter may no longer give these roles.
        AlreadyThere: somebody has the name.
    """
    one = invitations.get_open(tx.conn, token, now=accounts.utc_now())
    inviter = PersonId(one.inviter)
    if not roles.roles_of(tx.conn, one.production, one.inviter) & MAY["cast_roles"]:
        raise SignInFailed("Whoever invited you may no longer give these roles; ask for a new invitation.")
    who = person or open_person(tx, name, password_hash=password_hash)
    invitations.use_up(tx.conn, one.id, person=who)
    held = roles.own_roles(tx.conn, one.production).get(str(who), frozenset())
    for role in checked_roles(one.roles):
        if role not in held:
            grant(tx, inviter, production=one.production, person=who, role=role, invited_by=inviter)
    bind_people(house, tx, one.production, {str(who)})
    return who


def open_person(tx: Transaction, name: str, *, password_hash: str | None = None) -> PersonId:
    """Record somebody new, with an account, in the caller's transaction."""
    checked = accounts.checked_name(name)
    person = PersonId(fresh_id("p"))
    accounts.open_account(tx.conn, person=person, name=checked, password_hash=password_hash)
    tx.append("person", actor=STUDIO, body={"name": tx.keep_text(checked), "person": str(person)})
    return person
