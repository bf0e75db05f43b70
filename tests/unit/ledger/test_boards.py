"""What the book keeps of boards, on both databases: versions in a row, proposals that are answered once."""

from typing import TYPE_CHECKING

import pytest

from circletake.domain.people import MachineId, PersonId
from circletake.errors import AlreadyThere, Conflict, EntryInvalid, NotAPerson, NotFound
from circletake.ledger import boards
from circletake.ledger.boards import BoardRow

if TYPE_CHECKING:
    from tests.unit.ledger.conftest import Floor

A, B, C = "a" * 64, "b" * 64, "c" * 64
COUNTS = {"scenes": 1, "shots": 2, "panels": 3, "frames": 72}
PROPOSED = {
    "conform": "cf_1",
    "board": A,
    "source": B,
    "document": C,
    "proposals": [["p1", "retime"], ["p2", "add"]],
}


def version(floor: "Floor", number: int, name: str, parent: str | None, script: str | None = None) -> None:
    floor.append("board", board=name, number=number, parent=parent, script=script, **COUNTS)


def rows(floor: "Floor", **how: int) -> list[BoardRow]:
    with floor.book.reading() as conn:
        return boards.board_versions(conn, "pr_1", **how)


def test_versions_come_one_after_another(floor: "Floor") -> None:
    version(floor, 1, A, None, script=C)
    version(floor, 2, B, A)
    assert [(row.number, row.hash, row.script, row.by) for row in rows(floor, limit=5)] == [
        (2, B, None, "p_dana"), (1, A, C, "p_dana"),
    ]  # fmt: skip
    assert [row.hash for row in rows(floor, number=1)] == [A]
    for number, name, parent in ((2, C, A), (3, C, A), (4, C, B), (5, C, None)):
        with pytest.raises(Conflict, match="was changed"):
            version(floor, number, name, parent)


def test_proposals_are_answered_once_and_by_a_person(floor: "Floor") -> None:
    version(floor, 1, A, None)
    floor.append("proposed", **PROPOSED)
    with floor.book.transact() as tx:
        why = tx.keep_text("too fast")
    floor.append("answered", conform="cf_1", proposals=["p1"], taken=False, key="k1", reason=why)
    floor.append("answered", conform="cf_1", proposals=["p2"], taken=True, key="k2", board=B)
    with floor.book.reading() as conn:
        found = boards.proposals_of(conn, "pr_1")
        assert found == boards.proposals_of(conn, "pr_1", conform="cf_1")
        assert boards.proposals_of(conn, "pr_none") == []
    assert [(one.id, one.sort, one.taken, one.person, one.reason) for one in found] == [
        ("p1", "retime", False, "p_dana", "too fast"), ("p2", "add", True, "p_dana", None),
    ]  # fmt: skip
    with pytest.raises(Conflict, match="answered already"):
        floor.append("answered", conform="cf_1", proposals=["p1"], taken=True, key="k3")
    with pytest.raises(NotFound, match="no proposal p9"):
        floor.append("answered", conform="cf_1", proposals=["p9"], taken=True, key="k4")
    with pytest.raises(NotAPerson):
        floor.append("answered", "m_render", conform="cf_1", proposals=["p1"], taken=True, key="k5")


def test_proposals_are_of_a_board_that_is_there_and_have_ids_of_their_own(floor: "Floor") -> None:
    with pytest.raises(NotFound, match="no version"):
        floor.append("proposed", **PROPOSED)
    version(floor, 1, A, None)
    floor.append("proposed", **PROPOSED)
    with pytest.raises(AlreadyThere, match="p1"):
        floor.append("proposed", **PROPOSED)


def test_all_of_it_belongs_to_a_production(floor: "Floor") -> None:
    for actor, kind, body in (
        (MachineId("m_render"), "board", {"board": A, "number": 1, "parent": None, **COUNTS}),
        (MachineId("m_render"), "proposed", PROPOSED),
        (PersonId("p_dana"), "answered", {"conform": "x", "proposals": [], "taken": True, "key": "k"}),
    ):
        with pytest.raises(EntryInvalid, match="belongs to a production"), floor.book.transact() as tx:
            tx.append(kind, actor=actor, session="n_1", body=body)
