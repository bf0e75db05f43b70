"""How long a changed model sheet takes over many approved takes; printed, and held to a generous limit."""

import os
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from circletake.checks.run import current_versions
from circletake.config import Config
from circletake.ledger import lineage, reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import Transaction
from circletake.media.manifest import SheetPicture, sheet_manifest
from circletake.studio import Studio
from circletake.workflows.bind import bind_production, gatekeeper
from circletake.workflows.house import STUDIO
from circletake.workflows.views import WhatIfView

pytestmark = pytest.mark.bench

MANY = int(os.environ.get("CIRCLETAKE_DEPENDENTS", "10000"))


def _sheet(studio: Studio, tx: Transaction, name: str, number: int, maker: Session, *, task: str) -> str:
    image = studio.house.store.put_bytes(name.encode())
    content = studio.house.store.put_bytes(
        sheet_manifest("dog", [SheetPicture(image=image, box=(0, 0, 8, 8))])
    )
    tx.append(
        "take",
        actor=maker.person,
        production=_production(tx.conn),
        body={
            "take": f"k_{name}", "task": task, "number": number, "content": content,
            "makers": [str(maker.person)], "origin": "sheet", "n_frames": 1, "size": [8, 8],
        },
    )  # fmt: skip
    return content


def _production(conn: reads.Connection) -> str:
    found = reads.find_production(conn, "spring")
    assert found is not None
    return found.id


def _verdict(
    tx: Transaction, studio: Studio, who: Session, pair: tuple[str, str], gate: str, **more: object
) -> None:
    production = reads.find_production(tx.conn, "spring")
    assert production is not None
    policy = studio.house.policy(tx.conn, production.policy)
    row = reads.find_task(tx.conn, pair[0])
    assert row is not None
    known = policy.gate(row.task.stage, gate)
    assert known is not None
    tx.append(
        "verdict",
        actor=who.person,
        session=who.pseudonym,
        production=production.id,
        body={
            "task": pair[0], "content": pair[1], "gate": gate, "value": 2, "key": f"{gate}-{pair[1][-24:]}",
            "gate_hash": known.hash, "policy": policy.hash, **more,
        },
    )  # fmt: skip


def found(studio: Studio) -> tuple[Session, str, str, list[tuple[str, str]]]:
    """A production of many shots, each with a take that leans on the dog's sheet and passes both gates.

    Returns:
        The director, the sheet in use, the next one (circled), and every shot's task and content.
    """
    people = {}
    for name in ("ana", "dora", "leo", "arti"):
        studio.add_person(name)
        people[name] = studio.session_of(studio.sign_in_by_link(studio.make_link(name)))
    ana, dora, leo, arti = (people[name] for name in ("ana", "dora", "leo", "arti"))
    studio.new_production(ana, code="spring", title="", rate=Fraction(24), width_px=96, height_px=64)
    for name, role in (("dora", "director"), ("leo", "lead"), ("arti", "artist")):
        studio.set_role(ana, "spring", person=name, role=role)
    pairs = [(f"t_{n}", f"{n:064x}") for n in range(MANY)]
    with studio.house.book.transact() as tx:
        production = _production(tx.conn)
        tx.append_all(
            "entity",
            actor=STUDIO,
            production=production,
            bodies=[
                {"entity": "e_dog", "kind": "character", "code": "dog", "title": "dog", "position": 1},
                *(
                    {"entity": f"e_{n}", "kind": "shot", "code": f"SH{n:05}", "title": "", "position": n}
                    for n in range(MANY)
                ),
            ],
        )
        tx.append_all(
            "task",
            actor=STUDIO,
            production=production,
            bodies=[
                {"task": "t_dog", "entity": "e_dog", "stage": "design"},
                *({"task": f"t_{n}", "entity": f"e_{n}", "stage": "animation"} for n in range(MANY)),
            ],
        )
        old = _sheet(studio, tx, "old", 1, arti, task="t_dog")
        new = _sheet(studio, tx, "new", 2, arti, task="t_dog")
        for content in (old, new):
            _verdict(tx, studio, dora, ("t_dog", content), "director")
    studio.sheet_adopt(dora, "spring", character="dog")  # the newest; then the older one by number
    studio.adopt(dora, "t_dog", number=1)
    with studio.house.book.transact() as tx:
        tx.append_all(
            "take",
            actor=STUDIO,
            production=production,
            bodies=[
                {
                    "take": f"k_{n}", "task": task, "number": 1, "content": content,
                    "makers": [str(arti.person)], "origin": "drawn", "n_frames": 24, "size": [96, 64],
                    "leans": [["sheet:dog", old]],
                }
                for n, (task, content) in enumerate(pairs)
            ],
        )  # fmt: skip
        tx.append_all(
            "evidence",
            actor=STUDIO,
            production=production,
            bodies=[
                {
                    "evidence": f"{check}-{content[-10:]}", "content": content, "check": check,
                    "version": version, "job": "j", "flagged": False, "sentence": "Nothing stands out.",
                    "references": [old] if check == "consistency" else [],
                }
                for check, version in current_versions().items()
                for _, content in pairs
            ],
        )  # fmt: skip
        for pair in pairs:
            _verdict(tx, studio, leo, pair, "lead", upstream=[["sheet:dog", old]])
            _verdict(tx, studio, dora, pair, "director", upstream=[["sheet:dog", old]])
        bind_production(studio.house, tx, production)
    return dora, old, new, pairs


def spent(work: Callable[[], object]) -> float:
    """CPU seconds of this process for some work."""
    started = time.process_time()
    work()
    return time.process_time() - started


def test_a_changed_sheet_over_many_approved_takes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Studio.create(tmp_path / "studio", config=Config(workers=1)) as studio:
        director, _old, new, pairs = found(studio)
        board = studio.board(director, "spring")
        statuses = {cell.status for row in board.rows for cell in row.cells if cell and cell.takes}
        assert statuses == {"circled"}
        with studio.house.book.reading() as conn:
            production = _production(conn)
            leaning = lineage.pairs_leaning_on(conn, production, ["sheet:dog"])
            assert leaning == set(pairs)
            ask = spent(lambda: gatekeeper(studio.house, conn, production, now="").ask(pairs))
        would: list[WhatIfView] = []
        preview = spent(lambda: would.append(studio.what_if(director, "spring", supposed={"sheet:dog": new})))
        before = studio.book_seq()
        adopt = spent(lambda: studio.sheet_adopt(director, "spring", character="dog"))
        after = studio.house.book.entries(before, 10 * MANY)
        stale = {(one.body["task"], one.body["content"]) for one in after if one.kind == "bound"}
        assert stale == set(pairs)
        assert {one.body["result"] for one in after if one.kind == "bound"} == {"stale"}
        assert len(would[0].goes_stale) == 2 * MANY
        with capsys.disabled():
            sys.stdout.write(
                f"\n{MANY} dependents, CPU seconds: asking every gate {ask:.2f}; "
                f"preview with every approval named {preview:.2f}; adopting, with {len(after)} entries and "
                f"the orders to measure again {adopt:.2f}\n"
            )
        assert ask < 10
