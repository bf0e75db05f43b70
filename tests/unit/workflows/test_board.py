"""The board that is kept in step is the board worked out from nothing, whatever happened in between."""

import json
import os
import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import Any

import msgspec
import pytest
from sqlalchemy import event

from circletake.domain.lineage import sheet_slot
from circletake.domain.take import Take
from circletake.errors import CircletakeError
from circletake.gates.policy import POLICY_STAGE
from circletake.ledger import reads, remarks
from circletake.workflows import kept_board, show_board
from circletake.workflows.floor import Floor as Slow
from circletake.workflows.house import STUDIO
from circletake.workflows.kept_board import Board
from circletake.workflows.show_board import in_step
from circletake.workflows.views import BoardView, RowView

from .conftest import Floor


def kept(floor: Floor) -> BoardView:
    """What doors get, in both forms, which have to be the same."""
    view = floor.studio.board(floor["ana"], "spring")
    sent = floor.studio.board_json(floor["ana"], "spring")
    assert json.loads(sent) == json.loads(msgspec.json.encode(view))
    return view


def slowly(floor: Floor) -> list[tuple[str, list[dict[str, Any] | None]]]:
    """Every cell, from one reading of everything and nothing that was kept."""
    with floor.house.book.reading() as conn:
        found = reads.find_production(conn, "spring")
        assert found is not None
        policy = floor.house.policy(conn, found.policy)
        all_of_it = Slow.read(conn, found.id)
        tasks = {(row.entity.id, row.task.stage): row for row in reads.tasks(conn, found.id)}
        order = {"shot": 0, "character": 1, "prop": 2, "location": 3, "sequence": 4, "film": 5, "policy": 6}
        proposed = any(stage == POLICY_STAGE for _, stage in tasks)
        stages = [stage for stage in policy.stages if proposed or stage.key != POLICY_STAGE]
        entities = [one for one in reads.entities(conn, found.id) if any(one.id == e for e, _ in tasks)]
    rows = []
    for entity in sorted(entities, key=lambda one: (order[one.kind], one.position)):
        cells: list[dict[str, Any] | None] = []
        for stage in stages:
            row = tasks.get((entity.id, stage.key))
            standing = all_of_it.standing(row, stage) if row else None
            shown = standing.take if standing else None
            cells.append(
                {
                    "task": row.task.id,
                    "stage": stage.key,
                    "status": all_of_it.status(row, stage),
                    "waits_for": standing.waits_for,
                    "takes": len(all_of_it.takes.get(row.task.id, [])),
                    "flagged": all_of_it.flagged.get(row.task.id, 0),
                    "content": shown.content if shown else None,
                    "number": shown.number if shown else 0,
                    "frames": shown.n_frames if shown else 0,
                    **said_at(floor, row.task.id),
                    "causes": list(all_of_it.moved.get((row.task.id, shown.content), ()))
                    if shown and all_of_it.status(row, stage) == "stale"
                    else [],
                }
                if row and standing
                else None
            )
        rows.append((entity.code, cells))
    return rows


def said_at(floor: Floor, task: str) -> dict[str, Any]:
    """Who said what at a task, from the reads that its own page uses."""
    with floor.house.book.reading() as conn:
        takes, notes = reads.takes_of(conn, task), remarks.notes_of(conn, task)
        verdicts = [verdict for verdict, _ in reads.verdicts_of(conn, task)]
    people = {maker for take in takes for maker in take.makers if maker.startswith("p_")}
    people |= {note.person for note in notes} | {verdict.person for verdict in verdicts}
    every = [*(one.seq for one in takes), *(one.seq for one in notes), *(one.seq for one in verdicts)]
    return {
        "notes": sum(note.disposition is None and note.reply_to is None for note in notes),
        "people": sorted(people),
        "changed": max(every, default=0),
    }


def seen(view: BoardView) -> list[tuple[str, list[dict[str, Any] | None]]]:
    told = json.loads(msgspec.json.encode(view))
    return [(row["code"], row["cells"]) for row in told["rows"]]


class History:
    """Things that happen, at random, by whoever may."""

    def __init__(self, floor: Floor, seed: int) -> None:
        self.floor = floor
        self.random = Random(seed)  # noqa: S311 (a test's dice)
        self.takes: list[Take] = []
        self.count = 0
        self.given: list[tuple[str, int]] = []

    def step(self) -> None:
        act: Callable[[], object] = self.random.choice(
            [
                self.take,
                self.take,
                self.judge,
                self.judge,
                self.judge,
                self.circle,
                self.measure,
                self.measure,
                self.withdraw,
                self.hold,
                self.omit,
                self.shot,
                self.sheet,
                self.order,
                self.role,
                self.cut,
                self.again,
                self.note,
                self.note,
                self.settle,
            ]
        )
        with suppress(CircletakeError):  # a refusal is a step in which nothing happened
            act()

    def _some(self) -> Take:
        if not self.takes:
            self.take()
        return self.random.choice(self.takes)

    def take(self) -> None:
        self.count += 1
        parent = self.random.choice([None, *self.takes[-3:]])
        self.takes.append(
            self.floor.take(
                f"take {self.count}".encode(),
                code=self.random.choice(["SH010", "SH020"]) if parent is None else "SH010",
                parent=parent,
                change=self.random.choice(["subrange", "rework"]) if parent else "new",
            )
        )

    def judge(self) -> None:
        name, gate = self.random.choice([("leo", "lead"), ("dora", "director")])
        self.floor.judge(name, self._some(), self.random.choice([-2, -1, 0, 1, 2]), gate=gate)
        self.given.append((name, self.floor.studio.book_seq()))

    def circle(self) -> None:
        take = self._some()
        self.floor.measured(take)
        self.floor.circle(take)

    def measure(self) -> None:
        self.floor.measured(self._some(), flagged=self.random.random() < 0.5)

    def withdraw(self) -> None:
        verdicts = [e for e in self.floor.house.book.entries(0, 100_000) if e.kind == "verdict"]
        entry = self.random.choice(verdicts) if verdicts else None
        name = next((n for n, s in self.floor.people.items() if entry and str(s.person) == entry.actor), None)
        if entry and name:
            self.count += 1
            self.floor.studio.withdraw(
                self.floor[name], verdict_seq=entry.seq, key=f"withdraw-{self.count:06}"
            )

    def hold(self) -> None:
        task = self._some().task
        reason = self.random.choice(["waits", None])
        act = self.floor.studio.hold if reason else self.floor.studio.release
        act(self.floor["leo"], task, *([reason] if reason else []))

    def omit(self) -> None:
        with self.floor.house.book.transact() as tx:
            found = reads.find_production(tx.conn, "spring")
            assert found is not None
            entity = reads.find_entity(tx.conn, found.id, "SH020")
            assert entity is not None
            tx.append(
                "omit",
                actor=self.floor["ana"].person,
                production=found.id,
                body={"entity": entity.id, "omitted": self.random.random() < 0.5},
            )

    def shot(self) -> None:
        self.count += 1
        self.floor.studio.add_shot(
            self.floor["ana"],
            "spring",
            code=f"SH{self.count:04}",
            title="",
            frames=24,
            source_class="drawn",
        )

    def sheet(self) -> None:
        self.count += 1
        self.floor.sheet("QUESO", f"sheet {self.count}".encode())

    def order(self) -> None:
        """A draw is owed, or recorded: nothing in the book says so but what comes of it."""
        self.count += 1
        with self.floor.house.book.transact() as tx:
            tx.enqueue(op="draw", args={"task": self._some().task}, key=f"draw {self.count}")
            if self.count % 2:
                tx.append("done", actor=STUDIO, body={"job": f"draw {self.count}", "op": "draw"})

    def note(self) -> None:
        self.count += 1
        take, name = self._some(), self.random.choice(["leo", "dora", "arti"])
        said: dict[str, Any] = {
            "task": take.task,
            "content": take.content,
            "text": "Look.",
            "key": f"note-{self.count:06}",
        }
        self.floor.studio.note_add(self.floor[name], **said)
        above = [e.body["note"] for e in self.floor.house.book.entries(0, 100_000) if e.kind == "note"][-1]
        if self.random.random() < 0.5:
            answer = {**said, "text": "Yes.", "key": f"answer-{self.count:06}"}
            self.floor.studio.note_add(self.floor["ana"], **answer, reply_to=above)

    def settle(self) -> None:
        notes = [e.body["note"] for e in self.floor.house.book.entries(0, 100_000) if e.kind == "note"]
        if notes:
            self.count += 1
            note, key = self.random.choice(notes), f"settle-{self.count:06}"
            self.floor.studio.note_resolve(self.floor["leo"], note=note, disposition="waive", key=key)

    def role(self) -> None:
        give, take = self.floor.studio.set_role, self.floor.studio.take_role
        act = self.random.choice([give, take])
        act(self.floor["ana"], "spring", person="dora", role="director")

    def cut(self) -> None:
        self.floor.studio.cut_assemble(self.floor["ana"], "spring")

    def again(self) -> None:
        """An entity's newer particulars: another title, another place."""
        with self.floor.house.book.transact() as tx:
            found = reads.find_production(tx.conn, "spring")
            assert found is not None
            one = reads.find_entity(tx.conn, found.id, "SH010")
            assert one is not None
            tx.append(
                "entity",
                actor=STUDIO,
                production=found.id,
                body={
                    "entity": one.id,
                    "kind": one.kind,
                    "code": one.code,
                    "title": f"title {self.count}",
                    "position": self.random.randrange(1, 9),
                    "frames": 24,
                    "source_class": "drawn",
                },
            )


# A few histories in the ordinary run; `BOARD_HISTORIES=100` for many.
@pytest.mark.parametrize("seed", range(int(os.environ.get("BOARD_HISTORIES", "2"))))
def test_the_board_that_is_followed_is_the_board_worked_out_anew(floor: Floor, seed: int) -> None:
    history = History(floor, seed)
    kept(floor)
    changed = 0
    for _ in range(20):
        if history.random.random() < 0.5:  # a server writes them down
            show_board.keep_all(floor.house)
        for _ in range(history.random.choice([1, 1, 2, 5])):
            history.step()
        if history.random.random() < 0.5:  # and starts again, with what was written down then
            floor.house.boards.clear()
        before = floor.house.boards.copy()
        view = kept(floor)
        assert seen(view) == slowly(floor)
        changed += floor.house.boards != before
    assert changed > 5


def statements_of(floor: Floor) -> int:
    """How many statements a board costs that nobody has asked for yet."""
    floor.house.boards.clear()
    sent: list[str] = []
    with floor.house.book.reading() as conn:
        engine = conn.engine

    def heard(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", heard)
    try:
        floor.studio.board_json(floor["ana"], "spring")
    finally:
        event.remove(engine, "before_cursor_execute", heard)
    return len(sent)


def worked_out(floor: Floor) -> bool:
    """Whether a server that starts works the whole board out, and does not take what was written down."""
    floor.house.boards.clear()
    read: list[str] = []
    whole = Slow.read

    def reading(conn: reads.Connection, production: str, tasks: Collection[str] | None = None) -> Slow:
        if tasks is None:
            read.append(production)
        return whole(conn, production, tasks)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Slow, "read", reading)
        view = kept(floor)
    assert seen(view) == slowly(floor)
    return bool(read)


def test_a_server_that_starts_takes_the_board_that_was_written_down(floor: Floor) -> None:
    floor.take(b"one")
    assert worked_out(floor), "nothing was written down yet"
    show_board.keep_all(floor.house)
    assert not worked_out(floor)
    floor.studio.set_role(floor["ana"], "spring", person="leo", role="artist")
    assert not worked_out(floor), "what came since and changes no row is followed"


@pytest.mark.parametrize("how", ["cut short", "turned over", "of other code", "of another book"])
def test_what_was_written_down_is_not_taken_where_it_may_be_otherwise(
    floor: Floor, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor.take(b"one")
    kept(floor)
    if how == "of other code":
        with monkeypatch.context() as patch:
            patch.setattr(kept_board, "_code", lambda: "another")
            show_board.keep_all(floor.house)
    else:
        show_board.keep_all(floor.house)
    (path,) = (floor.house.folder / "cache" / "boards").iterdir()
    written = path.read_bytes()
    if how == "cut short":
        path.write_bytes(written[: len(written) // 2])
    elif how == "turned over":
        path.write_bytes(written[:-9] + bytes([written[-9] ^ 1]) + written[-8:])
    elif how == "of another book":
        (production,) = floor.house.boards
        board = floor.house.boards[production]
        assert isinstance(board, Board)
        kept_board.keep_board(floor.house, production, replace(board, chain=bytes(32), rows=[]))
    assert worked_out(floor)
    assert not list(path.parent.glob("*.[0-9]*")), "nothing half written lies about"


def test_a_board_is_worked_out_once_however_many_ask_at_the_start(floor: Floor) -> None:
    floor.take(b"one")
    floor.house.boards.clear()
    begun: list[str] = []
    whole = Slow.read
    both = threading.Barrier(4)

    def reading(conn: reads.Connection, production: str, tasks: Collection[str] | None = None) -> Slow:
        if tasks is None:
            begun.append(production)
        time.sleep(0.1)
        return whole(conn, production, tasks)

    def ask() -> None:
        both.wait(10)
        floor.studio.board_json(floor["ana"], "spring")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Slow, "read", reading)
        asking = [threading.Thread(target=ask) for _ in range(4)]
        for one in asking:
            one.start()
        for one in asking:
            one.join(30)
    assert len(begun) == 1


def test_a_board_costs_as_many_statements_whatever_its_length(floor: Floor) -> None:
    history = History(floor, 7)
    floor.take(b"one")
    few = statements_of(floor)
    for _ in range(30):
        history.shot()
        history.step()
    assert len(kept(floor).rows) > 30
    assert statements_of(floor) == few


def test_statuses_after_a_replay_are_those_that_were_live(floor: Floor) -> None:
    history = History(floor, 11)
    for _ in range(40):
        history.step()
    live = seen(kept(floor))
    assert floor.studio.book_replay().holds
    floor.house.boards.clear()
    assert seen(kept(floor)) == live


def test_a_stale_cell_names_what_moved_under_it(floor: Floor) -> None:
    floor.sheet("QUESO", b"first")
    take = floor.take(b"one")
    floor.measured(take)
    floor.circle(take)
    kept(floor)
    floor.sheet("QUESO", b"second")
    row = next(row for row in kept(floor).rows if row.code == "SH010")
    cell = next(cell for cell in row.cells if cell and cell.stage == "animation")
    assert (cell.status, cell.causes) == ("stale", [sheet_slot("QUESO")])


def test_only_rows_that_were_touched_are_worked_out_again(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = floor.take(b"one")
    before = kept(floor)
    asked: list[int] = []
    real = show_board._row

    def counted(*args: Any) -> RowView:  # noqa: ANN401 (whatever it takes)
        asked.append(1)
        return real(*args)

    monkeypatch.setattr(show_board, "_row", counted)
    floor.judge("leo", take, -1)
    after = kept(floor)
    assert len(asked) == 1
    same = {row.code: row for row in before.rows}
    assert [row.code for row in after.rows if row is not same[row.code]] == ["SH010"]
    floor.studio.add_person("Nia")  # an entry of the studio as a whole
    kept(floor)
    assert len(asked) == 1


def test_a_verdict_that_is_taken_back_is_off_the_board_though_no_gate_says_otherwise(floor: Floor) -> None:
    take = floor.take(b"one")
    floor.judge("leo", take, -1)
    kept(floor)
    assert floor.status() == "retake"
    before = floor.studio.book_seq()
    floor.studio.withdraw(floor["leo"], verdict_seq=before, key="withdraw-once")
    assert floor.kinds()[before:] == ["withdraw"]
    assert floor.status() == "review"
    assert seen(kept(floor)) == slowly(floor)


def test_an_entry_of_a_kind_the_board_does_not_know_has_everything_worked_out(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = kept(floor)
    monkeypatch.delitem(show_board._CHANGES, "hold")
    floor.studio.hold(floor["leo"], floor.task_id(), "waits")
    after = kept(floor)
    assert all(row is not old for row, old in zip(after.rows, before.rows, strict=True))
    assert seen(after) == slowly(floor)


def test_a_book_put_back_to_an_older_one_is_not_followed_from_the_newer(floor: Floor) -> None:
    floor.take(b"one")
    view = kept(floor)
    board = next(iter(floor.house.boards.values()))
    assert isinstance(board, Board)
    production = view.production.id
    floor.house.boards[production] = _forged(board)
    assert seen(kept(floor)) == slowly(floor)


def _forged(board: Board) -> Board:
    """What a server would hold that had followed another book to the same number."""
    return replace(board, chain=bytes(32), by_entity={}, rows=[], joined=b"")


def test_a_reader_with_an_older_view_of_the_book_gets_that_view(floor: Floor) -> None:
    take = floor.take(b"one")
    with floor.house.book.reading() as conn:
        found = reads.find_production(conn, "spring")
        assert found is not None
        policy = floor.house.policy(conn, found.policy)
        old = in_step(floor.house, conn, found.id, policy)
        floor.judge("leo", take, -2)
        kept(floor)
        again = in_step(floor.house, conn, found.id, policy)
        assert (again.seq, again.joined) == (old.seq, old.joined)
    assert seen(kept(floor)) == slowly(floor)


def test_everybody_gets_the_same_rows_under_their_own_roles(floor: Floor) -> None:
    floor.take(b"one")
    boards = {name: json.loads(floor.studio.board_json(floor[name], "spring")) for name in floor.people}
    assert {name: board["production"]["roles"] for name, board in boards.items()} == {
        "ana": ["producer"],
        "dora": ["director"],
        "leo": ["lead"],
        "arti": ["artist"],
        "ed": ["editor"],
    }
    rows = [board["rows"] for board in boards.values()]
    assert all(one == rows[0] for one in rows)
