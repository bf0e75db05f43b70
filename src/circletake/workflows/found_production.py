"""Found a production: its policy, its film, the role of whoever founds it, and its shots."""

import secrets
from fractions import Fraction

from circletake.domain.entity import EntityKind, SourceClass, checked_entity_code
from circletake.domain.people import Actor, PersonId, Role
from circletake.domain.policy import Policy
from circletake.domain.production import checked_code
from circletake.errors import AlreadyThere, NameInvalid
from circletake.gates.policy import policy_dict, shipped
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import Transaction
from circletake.workflows.bind import bind_people
from circletake.workflows.house import STUDIO, House, require

_MAX_SIDE_PX = 16384
FILM = "FILM"


def fresh_id(prefix: str) -> str:
    """A random id: names in the book say nothing about what they name."""
    return f"{prefix}_{secrets.token_hex(6)}"


def found_production(
    house: House,
    who: Session,
    *,
    code: str,
    title: str,
    rate: Fraction,
    width_px: int,
    height_px: int,
    policy: str,
) -> str:
    """Open a production; its founder becomes its producer.

    Returns:
        The production's id.

    Raises:
        AlreadyThere: the code is taken.
        NameInvalid: the code or the size cannot be.
    """
    who.sitting("found a production")
    checked_code(code)
    if not (0 < width_px <= _MAX_SIDE_PX and 0 < height_px <= _MAX_SIDE_PX):
        raise NameInvalid(f"A picture of {width_px}×{height_px} cannot be; give a size such as 1920x1080.")
    chosen = shipped(policy)
    with house.book.transact() as tx:
        if reads.find_production(tx.conn, code) is not None:
            raise AlreadyThere(f"There is a production “{code}” already; choose another code.")
        production = fresh_id("pr")
        if not reads.has_policy(tx.conn, chosen.hash):
            tx.append(
                "policy",
                actor=who.person,
                session=who.pseudonym,
                body={"hash": chosen.hash, "policy": policy_dict(chosen)},
            )
        tx.append(
            "opened",
            actor=who.person,
            session=who.pseudonym,
            production=production,
            body={
                "code": code,
                "policy": chosen.hash,
                "production": production,
                "rate": [rate.numerator, rate.denominator],
                "size": [width_px, height_px],
                "title": title,
            },
        )
        grant(tx, who.person, production=production, person=who.person, role="producer")
        add_entity(tx, STUDIO, production=production, policy=chosen, kind="film", code=FILM, title=title)
    return production


def grant(
    tx: Transaction,
    actor: Actor,
    *,
    production: str,
    person: PersonId,
    role: Role,
    invited_by: PersonId | None = None,
) -> None:
    """Record that a person holds a role from now on."""
    tx.append(
        "grant",
        actor=actor,
        production=production,
        body={
            "granted": True,
            "invited_by": str(invited_by) if invited_by else None,
            "person": str(person),
            "role": role,
        },
    )


def add_entity(
    tx: Transaction,
    actor: Actor,
    *,
    production: str,
    policy: Policy,
    kind: EntityKind,
    code: str,
    title: str,
    frames: int = 0,
    source_class: SourceClass | None = None,
) -> dict[str, str]:
    """Record an entity and one task for every stage of the policy that is for its kind.

    Returns:
        Stage key → task id.

    Raises:
        AlreadyThere: the code is taken in this production.
    """
    checked_entity_code(code)
    if reads.find_entity(tx.conn, production, code) is not None:
        raise AlreadyThere(f"There is a {code} in this production already; choose another code.")
    entity = fresh_id("e")
    tx.append(
        "entity",
        actor=actor,
        production=production,
        body={
            "code": code,
            "entity": entity,
            "frames": frames,
            "kind": kind,
            "position": reads.next_position(tx.conn, production, kind),
            "source_class": source_class,
            "title": title,
        },
    )
    tasks: dict[str, str] = {}
    for stage in policy.stages:
        if kind in stage.kinds:
            tasks[stage.key] = fresh_id("t")
            tx.append(
                "task",
                actor=actor,
                production=production,
                body={"entity": entity, "stage": stage.key, "task": tasks[stage.key]},
            )
    return tasks


def add_shot(
    house: House,
    who: Session,
    production: str,
    *,
    code: str,
    title: str,
    frames: int,
    source_class: SourceClass,
) -> dict[str, str]:
    """Record a shot that is wanted, with its tasks."""
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "edit_shots")
        return add_entity(
            tx,
            who.actor,
            production=found.id,
            policy=house.policy(tx.conn, found.policy),
            kind="shot",
            code=code,
            title=title,
            frames=frames,
            source_class=source_class,
        )


def cast_role(house: House, who: Session, production: str, *, person: PersonId, role: Role) -> None:
    """Give a person a role; asked for twice, it is recorded once."""
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "cast_roles")
        if role not in reads.roles_of(tx.conn, found.id, str(person)):
            grant(tx, who.person, production=found.id, person=person, role=role)
            bind_people(house, tx, found.id, {str(person)})
