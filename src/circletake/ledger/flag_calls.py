"""Typed reads of what people said about flags: straight out of the book, for there are few."""

import json
from dataclasses import dataclass
from typing import Any, Literal, cast

from sqlalchemy import Connection, select

from circletake.db import tables
from circletake.domain.trust import Call, FlagKey

_KIND = "flag_call"


@dataclass(frozen=True, slots=True)
class FlagCallRow:
    """Somebody's call on a flag; `note` is None where there is none or it is erased."""

    seq: int
    at: str
    person: str
    evidence: str
    content: str
    check: str
    label: str
    frames: tuple[int, int]
    call: Literal["right", "wrong", "withdrawn"]
    key: str
    note: str | None

    @property
    def flag(self) -> FlagKey:
        """The flag it is about."""
        return self.evidence, self.label, *self.frames


def flag_calls_in(conn: Connection, production: str) -> list[FlagCallRow]:
    """Every call ever given in a production, oldest first."""
    entry, text = tables.entry, tables.private_text
    query = (
        select(entry.c.seq, entry.c.at, entry.c.actor, entry.c.body)
        .where(entry.c.kind == _KIND, entry.c.production == production)
        .order_by(entry.c.seq)
    )
    read = [(row.seq, row.at, row.actor, json.loads(row.body)["body"]) for row in conn.execute(query)]
    said: dict[str, str] = {}
    for _, _, _, body in read:
        if body["note"] is not None and body["note"] not in said:
            found = conn.execute(select(text.c.text).where(text.c.commitment == body["note"])).scalar()
            if found is not None:
                said[body["note"]] = found
    return [_row(seq, at, actor, body, said) for seq, at, actor, body in read]


def _row(seq: int, at: str, actor: str, body: dict[str, Any], said: dict[str, str]) -> FlagCallRow:
    return FlagCallRow(
        seq=seq,
        at=at,
        person=actor,
        evidence=body["evidence"],
        content=body["content"],
        check=body["check"],
        label=body["label"],
        frames=(body["frames"][0], body["frames"][1]),
        call=cast("Any", body["call"]),
        key=body["key"],
        note=said.get(body["note"] or ""),
    )


def standing(rows: list[FlagCallRow]) -> dict[FlagKey, dict[str, FlagCallRow]]:
    """Flag → person → their latest call, those that were withdrawn left out."""
    latest: dict[FlagKey, dict[str, FlagCallRow]] = {}
    for row in rows:
        latest.setdefault(row.flag, {})[row.person] = row
    return {
        flag: kept
        for flag, people in latest.items()
        if (kept := {person: row for person, row in people.items() if row.call != "withdrawn"})
    }


def calls_on(people: dict[str, FlagCallRow]) -> list[Call]:
    """What each of them says."""
    return [cast("Call", row.call) for row in people.values()]
