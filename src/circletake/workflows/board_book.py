"""The board in the book: read a version, record the next one."""

from circletake.board.document import board_bytes, read_board_document
from circletake.domain.board import Board
from circletake.domain.people import Actor
from circletake.errors import NotFound, WorldMoved
from circletake.ledger import boards, reads
from circletake.ledger.book import Transaction
from circletake.workflows.house import House


def find_panels(
    house: House, conn: reads.Connection, production: str, *, number: int | None = None
) -> tuple[Board, str] | None:
    """A version of the board and its hash, the newest where no number is named; None before there is one."""
    rows = boards.board_versions(conn, production, number=number)
    return (read_board_document(house.store.read(rows[0].hash)), rows[0].hash) if rows else None


def get_panels(
    house: House,
    conn: reads.Connection,
    production: str,
    *,
    number: int | None = None,
    seen: str | None = None,
) -> tuple[Board, str]:
    """A version of the board and its hash.

    Args:
        number: of the version; None is the newest.
        seen: hash of the version the person looked at; None where they were shown none.

    Raises:
        NotFound: there is no board yet, or no such version.
        WorldMoved: it is no longer the version that was seen.
    """
    found = find_panels(house, conn, production, number=number)
    if found is None:
        raise NotFound("There is no board yet; bring a script or a board in: `circletake board import`.")
    if seen is not None and seen != found[1]:
        raise WorldMoved("The board was changed since you looked at it; look again, then decide.")
    return found


def keep_document(house: House, board: Board) -> str:
    """Put a version of the board into the store, before anything speaks of it; returns its hash."""
    return house.store.put_bytes(board_bytes(board))


def record_panels(
    tx: Transaction, actor: Actor, board: Board, name: str, *, session: str | None = None
) -> None:
    """Append a version of the board whose document is in the store.

    Raises:
        Conflict: another version was recorded since its parent.
    """
    tx.append(
        "board",
        actor=actor,
        session=session,
        production=board.production,
        body={
            "board": name,
            "frames": board.n_frames,
            "number": board.number,
            "panels": len(board.panels),
            "parent": board.parent,
            "scenes": len(board.scenes),
            "script": board.script,
            "shots": len(board.shots),
        },
    )
