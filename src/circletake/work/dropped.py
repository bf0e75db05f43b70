"""What a watched folder held and what came of it, so that each file is looked at once."""

import hashlib
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Engine, delete, select

from circletake.db.connect import insert_into, reading, writing
from circletake.db.tables import dropped as table

State = Literal["taken", "again", "beside", "refused"]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file, or pictures in a row, and what came of it.

    Args:
        name: path in the folder, with `/`.
        signature: of sizes and times; another is another file.
        state: taken (it is a take), again (one is of these bytes already), beside (it says something of
            another file), refused.
        shot: code; empty where none was named.
        content: SHA-256 of its bytes; empty where they were not read.
        said: a sentence.
        at: when, ISO 8601.
    """

    name: str
    signature: str
    state: State
    shot: str
    content: str
    said: str
    at: str


def place_of(production: str, stage: str, folder: str) -> str:
    """The key of a folder that is watched for a stage."""
    return hashlib.sha256(f"{production}\x00{stage}\x00{folder}".encode("utf-8", "surrogatepass")).hexdigest()


class DroppedFiles:
    """Rows of one folder.

    Args:
        engine: of the jobs' database.
        place: from `place_of`.
    """

    def __init__(self, engine: Engine, place: str) -> None:
        self._engine = engine
        self._place = place

    def all(self) -> dict[str, Dropped]:
        """Every row, by name."""
        columns = [column for column in table.c if column is not table.c.place]
        with reading(self._engine) as conn:
            rows = conn.execute(select(*columns).where(table.c.place == self._place).order_by(table.c.name))
            return {row.name: Dropped(*row) for row in rows}

    def put(self, row: Dropped) -> None:
        """Keep a row; the newest word of a name counts."""
        values = {name: getattr(row, name) for name in row.__slots__}
        said = insert_into(self._engine, table).values(place=self._place, **values)
        newest = said.on_conflict_do_update(
            index_elements=[table.c.place, table.c.name],
            set_={name: said.excluded[name] for name in values if name != "name"},
        )
        with writing(self._engine) as conn:
            conn.execute(newest)

    def forget_refused(self) -> int:
        """Drop what was refused, so that it is looked at again; returns how many that was."""
        here = (table.c.place == self._place) & (table.c.state == "refused")
        with writing(self._engine) as conn:
            return conn.execute(delete(table).where(here)).rowcount
