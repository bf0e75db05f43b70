"""What a witness is: somebody outside who saw a checkpoint, so that its key's holder cannot take it back.

Members live in `ledger/witnesses`, a file each, with `witness` and `Params` in it. They are asked about
a checkpoint that stands already; one that fails is shown and asked again, and holds nothing up.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Connection, select

from circletake.db import tables
from circletake.errors import CircletakeError, ConfigInvalid
from circletake.ledger import rows
from circletake.ledger.checkpoint import Made
from circletake.plugins import find_members

FAMILY = "circletake.ledger.witnesses"
_LONGEST_MIN = 60


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a witness gave.

    Args:
        sentence: what it says, for a person.
        data: the proof itself, for whoever checks it.
        suffix: of a file that holds `data`.
    """

    sentence: str
    data: bytes
    suffix: str = "txt"


Witness = Callable[[Made], Receipt]


@dataclass(frozen=True, slots=True)
class Witnessed:
    """How it went with a witness and a checkpoint.

    Args:
        size: of the checkpoint.
        at: when it was last asked.
        tries: how often.
        holds: it saw the checkpoint.
        sentence: what it said, or why it could not.
        data: its proof, if it gave one.
        suffix: of a file for `data`.
    """

    name: str
    size: int
    witness: str
    at: str
    tries: int
    holds: bool
    sentence: str
    data: bytes
    suffix: str


def read_witnesses(settings: Mapping[str, Mapping[str, str]]) -> dict[str, Witness]:
    """The witnesses that settings name.

    Args:
        settings: member → its parameters, as `[witnesses.<member>]` of `studio.toml` has them.

    Raises:
        ConfigInvalid: there is no such witness, or a parameter is unknown or missing.
    """
    if not settings:
        return {}  # what witnesses need is not loaded for studios that have none
    members = {name: cast("Callable[..., Receipt]", found) for name, found in _members("witness").items()}
    shapes = {name: cast("Callable[..., Any]", found) for name, found in _members("Params").items()}
    found: dict[str, Witness] = {}
    for name, given in settings.items():
        if name not in members:
            raise ConfigInvalid(f"There is no witness “{name}”; there are {', '.join(sorted(members))}.")
        found[name] = _bound(members[name], _params(name, shapes[name], given))
    return found


def _members(attribute: str) -> dict[str, object]:
    return find_members(FAMILY, attribute)


def _bound(member: Callable[..., Receipt], params: object) -> Witness:
    return lambda made: member(made, params)


def _params(name: str, shape: Callable[..., Any], given: Mapping[str, str]) -> object:
    known = {field.name: field for field in dataclasses.fields(cast("Any", shape))}
    for key in given:
        if key not in known:
            raise ConfigInvalid(f"The witness {name} has no parameter {key}; it has {', '.join(known)}.")
    for key, field in known.items():
        if key not in given and field.default is dataclasses.MISSING:
            raise ConfigInvalid(f"The witness {name} needs {key}; set it under [witnesses.{name}].")
    return shape(**given)


def witnessed(conn: Connection) -> list[Witnessed]:
    """How it went with every checkpoint that somebody was asked about, in order of size."""
    table = tables.witnessed
    query = select(table).order_by(table.c.size, table.c.witness)
    return [
        Witnessed(
            name=row.name,
            size=row.size,
            witness=row.witness,
            at=row.at,
            tries=row.tries,
            holds=row.holds,
            sentence=row.sentence,
            data=row.receipt or b"",
            suffix=row.suffix,
        )
        for row in conn.execute(query)
    ]


def is_due(before: Witnessed | None, now: datetime) -> bool:
    """Whether to ask a witness: later each time it failed, by an hour at most."""
    if before is None:
        return True
    if before.holds:
        return False
    since = now - datetime.fromisoformat(before.at)
    return not timedelta(0) <= since < timedelta(minutes=min(_LONGEST_MIN, 2**before.tries))


def ask(witness: Witness, made: Made) -> tuple[bool, Receipt]:
    """Ask a witness; whatever goes wrong with it is its answer."""
    try:
        return True, witness(made)
    except CircletakeError as refused:
        return False, Receipt(sentence=refused.message, data=b"", suffix="")
    except Exception as failed:  # noqa: BLE001 (a stranger's member may fail as it likes; nothing waits for it)
        return False, Receipt(sentence=f"It failed: {failed!r}.", data=b"", suffix="")


def keep_answer(conn: Connection, made: Made, witness: str, answer: tuple[bool, Receipt], *, at: str) -> None:
    """Keep what a witness answered; an answer that holds stays."""
    keys = {"name": made.name, "size": made.size, "witness": witness}
    holds, receipt = answer
    if rows.find(conn, tables.witnessed, "holds", **keys):
        return
    tries = cast("int", rows.find(conn, tables.witnessed, "tries", **keys) or 0)
    rows.put(
        conn,
        tables.witnessed,
        keys,
        at=at,
        tries=tries + 1,
        holds=holds,
        sentence=receipt.sentence,
        receipt=receipt.data or None,
        suffix=receipt.suffix,
    )
