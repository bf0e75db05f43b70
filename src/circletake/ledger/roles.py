"""Who holds which role: the one answer that every reader of roles gets.

A person holds what was granted to them and what was granted to the groups they belong to.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, bindparam, select, union

from circletake.db import tables
from circletake.domain.people import Role

_BY_NAME = select(tables.role.c.production, tables.role.c.person, tables.role.c.role)
_BY_GROUP = (
    select(tables.crew.c.production, tables.crew_member.c.person, tables.crew_role.c.role)
    .join_from(tables.crew, tables.crew_member, tables.crew.c.id == tables.crew_member.c.crew)
    .join(tables.crew_role, tables.crew.c.id == tables.crew_role.c.crew)
    .where(tables.crew.c.disbanded.is_(False))
)
HELD: Any = union(_BY_NAME, _BY_GROUP).subquery("held")
"""(production, person, role) of every role that somebody holds now, each once."""

# Built once: they are asked at every verdict and every page.
_ROLES_OF = select(HELD.c.role).where(
    HELD.c.production == bindparam("production"), HELD.c.person == bindparam("person")
)
_ROLE_MAP = select(HELD.c.person, HELD.c.role).where(HELD.c.production == bindparam("production"))


@dataclass(frozen=True, slots=True)
class Group:
    """People who hold roles together."""

    id: str
    label: str
    members: tuple[str, ...]
    roles: tuple[str, ...]


def roles_of(conn: Connection, production: str, person: str) -> frozenset[Role]:
    """Roles a person holds in a production."""
    asked = {"production": production, "person": person}
    return frozenset(cast("Role", row.role) for row in conn.execute(_ROLES_OF, asked))


def role_map(conn: Connection, production: str) -> dict[str, frozenset[Role]]:
    """Person → roles held now in a production."""
    held: dict[str, set[Role]] = defaultdict(set)
    for row in conn.execute(_ROLE_MAP, {"production": production}):
        held[row.person].add(cast("Role", row.role))
    return {person: frozenset(roles) for person, roles in held.items()}


def productions_of(conn: Connection, person: str) -> dict[str, frozenset[Role]]:
    """Production → roles that a person holds there, where they hold any."""
    held: dict[str, set[Role]] = defaultdict(set)
    for row in conn.execute(select(HELD.c.production, HELD.c.role).where(HELD.c.person == person)):
        held[row.production].add(cast("Role", row.role))
    return {production: frozenset(roles) for production, roles in held.items()}


def own_roles(conn: Connection, production: str) -> dict[str, frozenset[Role]]:
    """Person → roles that were granted to them by name, which are those that can be taken from them."""
    table = tables.role
    held: dict[str, set[Role]] = defaultdict(set)
    for row in conn.execute(select(table.c.person, table.c.role).where(table.c.production == production)):
        held[row.person].add(cast("Role", row.role))
    return {person: frozenset(roles) for person, roles in held.items()}


def groups(conn: Connection, production: str) -> list[Group]:
    """Every group of a production that was not disbanded, by name."""
    crew, member, role = tables.crew, tables.crew_member, tables.crew_role
    chosen = crew.c.production == production, crew.c.disbanded.is_(False)
    members: dict[str, list[str]] = defaultdict(list)
    roles: dict[str, list[str]] = defaultdict(list)
    for row in conn.execute(select(member).join(crew, member.c.crew == crew.c.id).where(*chosen)):
        members[row.crew].append(row.person)
    for row in conn.execute(select(role).join(crew, role.c.crew == crew.c.id).where(*chosen)):
        roles[row.crew].append(row.role)
    return [
        Group(
            id=row.id,
            label=row.label,
            members=tuple(sorted(members[row.id])),
            roles=tuple(sorted(roles[row.id])),
        )
        for row in conn.execute(select(crew).where(*chosen).order_by(crew.c.label, crew.c.id))
    ]


def find_group(conn: Connection, production: str, group: str) -> Group | None:
    """The group of this id or name, or None."""
    return next((one for one in groups(conn, production) if group in {one.id, one.label}), None)


def tasks_judged_by(conn: Connection, production: str, persons: set[str]) -> list[tuple[str, str]]:
    """(Task, content) of everything on which one of these people has a verdict that stands."""
    table = tables.verdict
    query = (
        select(table.c.task, table.c.content)
        .where(table.c.production == production, table.c.live, table.c.person.in_(sorted(persons)))
        .distinct()
        .order_by(table.c.task, table.c.content)
    )
    return [(row.task, row.content) for row in conn.execute(query)]
