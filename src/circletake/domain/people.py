"""People and machines: two kinds of actor that are never confused."""

from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal[
    "artist",
    "reviewer",
    "lead",
    "director",
    "producer",
    "editor",
    "legal",
    "client",
    "guest",
    "auditor",
    "admin",
]
ROLES: tuple[Role, ...] = get_args(Role)

PERSON_PREFIX = "p_"
MACHINE_PREFIX = "m_"


@dataclass(frozen=True, slots=True)
class PersonId:
    """A person's pseudonym in the book: `p_` and random characters, never a name."""

    value: str

    def __post_init__(self) -> None:
        if not self.value.startswith(PERSON_PREFIX):
            raise ValueError(f"{self.value!r} is no person")

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class MachineId:
    """A machine account's name in the book: `m_` and random characters."""

    value: str

    def __post_init__(self) -> None:
        if not self.value.startswith(MACHINE_PREFIX):
            raise ValueError(f"{self.value!r} is no machine")

    def __str__(self) -> str:
        return self.value


Actor = PersonId | MachineId


def actor_of(text: str) -> Actor:
    """Read an actor as it stands in an entry."""
    return PersonId(text) if text.startswith(PERSON_PREFIX) else MachineId(text)


Action = Literal[
    "see",
    "read_book",
    "see_people",
    "add_take",
    "edit_shots",
    "adopt_sheet",
    "hold",
    "measure",
    "edit_cut",
    "render",
    "deliver",
    "cast_roles",
    "propose_policy",
    "adopt_policy",
    "note",
    "call_flags",
    "keep_consents",
    "keep_dailies",
    "share",
    "erase",
    "generate",
    "set_budget",
    "end_attempt",
    "override_backlog",
]

# Who may do what in a production. Verdicts are not here: each gate of the policy says who votes.
MAY: dict[Action, frozenset[Role]] = {
    "see": frozenset(ROLES),
    "read_book": frozenset(ROLES) - {"guest"},
    "see_people": frozenset(ROLES) - {"client", "guest"},
    "add_take": frozenset({"artist", "lead", "director", "editor", "producer"}),
    "edit_shots": frozenset({"editor", "director", "producer", "lead"}),
    "adopt_sheet": frozenset({"lead", "director"}),
    "hold": frozenset({"lead", "director", "producer", "legal"}),
    "measure": frozenset({"artist", "lead", "director", "editor", "producer"}),
    "edit_cut": frozenset({"editor", "director", "producer"}),
    "render": frozenset({"editor", "director", "producer"}),
    "deliver": frozenset({"producer"}),
    "cast_roles": frozenset({"producer", "admin"}),
    "propose_policy": frozenset({"producer", "director", "lead", "admin"}),
    "adopt_policy": frozenset({"producer"}),
    "note": frozenset({"artist", "reviewer", "lead", "director", "producer", "editor", "legal", "client"}),
    "call_flags": frozenset({"reviewer", "lead", "director", "producer", "editor"}),
    "keep_consents": frozenset({"producer", "admin", "legal"}),
    "keep_dailies": frozenset({"artist", "reviewer", "lead", "director", "producer", "editor"}),
    "share": frozenset({"producer", "admin"}),
    "erase": frozenset({"producer", "admin"}),
    "generate": frozenset({"artist", "lead", "director", "editor", "producer"}),
    "set_budget": frozenset({"producer"}),
    "end_attempt": frozenset({"lead", "director", "producer"}),
    "override_backlog": frozenset({"lead", "director", "producer"}),
}

Scope = Literal["read", "takes", "measure", "cut", "deliver", "manage"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

# What a token's scope lets its bearer do, within the rights of whoever owns it. An action that is not
# here needs somebody who sits at a desk or a terminal and signed in: a verdict, an adoption, a role.
SCOPE_OF: dict[Action, Scope] = {
    "see": "read",
    "read_book": "read",
    "see_people": "read",
    "add_take": "takes",
    "edit_shots": "manage",
    "measure": "measure",
    "edit_cut": "cut",
    "render": "cut",
    "deliver": "deliver",
}
