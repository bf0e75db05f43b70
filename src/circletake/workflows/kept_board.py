"""A board as it was at one entry of the book: in memory, and in a file for the next start."""

import contextlib
import hashlib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import msgspec

import circletake
from circletake.domain.policy import Stage
from circletake.workflows.house import House
from circletake.workflows.views import RowView
from circletake.workflows.whole_file import written_whole

_FOLDER = Path("cache") / "boards"
_DIGEST_BYTES = 32
# Whoever may have a part in what a row says; rows that other code worked out are not taken.
_WORKED_OUT_BY = ("domain", "gates", "ledger", "workflows")


@dataclass(frozen=True, slots=True)
class Row:
    """One entity's row as it was last worked out: for programs here, and as its JSON."""

    place: tuple[int, int, str]
    view: RowView
    encoded: bytes
    people: frozenset[str]


@dataclass(frozen=True, slots=True)
class Board:
    """Every row of a production, as it was at one entry of the book; never changed, only followed.

    Args:
        seq: number of that entry.
        chain: the book's hash there, by which a book that was put back to an older one is noticed.
        policy: hash of the one in force.
        stages: its columns.
        making: tasks for which a take was owed.
        by_entity: every row.
        rows: the same in order.
        joined: their JSON, with commas between.
    """

    seq: int
    chain: bytes
    policy: str
    stages: tuple[Stage, ...]
    making: frozenset[str]
    by_entity: dict[str, Row] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    joined: bytes = b""


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    code: str
    production: str
    seq: int
    chain: bytes
    policy: str
    columns: list[str]
    making: list[str]
    rows: list[tuple[tuple[int, int, str], RowView]]


def keep_board(house: House, production: str, board: Board) -> None:
    """Write a board down with what can be made again; that it cannot be written is no matter."""
    kept = _Kept(
        code=_code(),
        production=production,
        seq=board.seq,
        chain=board.chain,
        policy=board.policy,
        columns=[stage.key for stage in board.stages],
        making=sorted(board.making),
        rows=[(row.place, row.view) for row in board.rows],
    )
    written = msgspec.msgpack.encode(kept)
    with contextlib.suppress(OSError), written_whole(_path(house, production)) as beside:
        beside.write_bytes(hashlib.sha256(written).digest() + written)


def find_kept_board(house: House, production: str, stages: tuple[Stage, ...]) -> Board | None:
    """The board that was written down, or None: there is none, it is damaged, or other code worked it out.

    Args:
        house: the studio's.
        production: id.
        stages: columns as they are now; a board with others is none.
    """
    try:
        written = _path(house, production).read_bytes()
    except OSError:
        return None
    digest, packed = written[:_DIGEST_BYTES], written[_DIGEST_BYTES:]
    if hashlib.sha256(packed).digest() != digest:
        return None
    try:
        kept = msgspec.msgpack.decode(packed, type=_Kept)
    except msgspec.MsgspecError:
        return None
    if (kept.code, kept.production) != (_code(), production) or kept.columns != [one.key for one in stages]:
        return None
    rows = [row_of(place, view) for place, view in kept.rows]
    return Board(
        seq=kept.seq,
        chain=kept.chain,
        policy=kept.policy,
        stages=stages,
        making=frozenset(kept.making),
        by_entity={row.view.entity: row for row in rows},
        rows=rows,
        joined=joined(rows),
    )


def row_of(place: tuple[int, int, str], view: RowView) -> Row:
    """A row with what is made of it for whoever asks."""
    people = frozenset(person for cell in view.cells if cell for person in cell.people)
    return Row(place, view, msgspec.json.encode(view), people)


def joined(rows: list[Row]) -> bytes:
    """The JSON of rows, with commas between."""
    return b",".join(row.encoded for row in rows)


def _path(house: House, production: str) -> Path:
    return house.folder / _FOLDER / f"{production}.msgpack"


@cache
def _code() -> str:
    """A hash of the code that works boards out."""
    package = Path(circletake.__file__).parent
    hashed = hashlib.sha256(circletake.__version__.encode())
    for folder in _WORKED_OUT_BY:
        for path in sorted((package / folder).rglob("*.py")):
            hashed.update(path.read_bytes())
    return hashed.hexdigest()
