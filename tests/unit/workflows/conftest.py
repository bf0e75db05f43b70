"""A small floor: one production, one shot, a person for each role, takes of any bytes, evidence on demand."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count
from pathlib import Path

import pytest

from circletake.checks.codec import evidence_bytes
from circletake.checks.run import current_versions
from circletake.config import Config
from circletake.domain.evidence import Evidence, FlagRange
from circletake.domain.take import ChangeKind, Take
from circletake.domain.time import FrameRange
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.media.manifest import SheetPicture, sheet_manifest
from circletake.studio import Studio
from circletake.workflows import analyse
from circletake.workflows.calls.analyse import told as told_of
from circletake.workflows.found_production import add_entity
from circletake.workflows.house import STUDIO, House
from circletake.workflows.receive_take import Attempt, adopted_sheets, record_take, task_of
from circletake.workflows.views import TaskView

RATE = Fraction(24)
FRAMES = 24
ASKED = ("consistency", "technical")
"""What the shipped policy `animation` asks fresh evidence of at a shot."""
_numbers = count(1)


@dataclass
class Floor:
    """The production `spring` and whoever works on it."""

    studio: Studio
    people: dict[str, Session] = field(default_factory=dict)

    @property
    def house(self) -> House:
        return self.studio.house

    def __getitem__(self, name: str) -> Session:
        return self.people[name]

    def task_id(self, code: str = "SH010", stage: str = "animation") -> str:
        return self.studio.find_task(self["ana"], "spring", code, stage)

    def take(
        self,
        data: bytes,
        *,
        code: str = "SH010",
        stage: str = "animation",
        by: str = "arti",
        parent: Take | None = None,
        change: ChangeKind = "new",
        frames: int = FRAMES,
    ) -> Take:
        """Record a take of any bytes; what it shows does not matter here."""
        content = self.house.store.put_bytes(data)
        with self.house.book.transact() as tx:
            found = reads.find_production(tx.conn, "spring")
            assert found is not None
            take = record_take(
                self.house,
                tx,
                self[by].person,
                task=task_of(tx.conn, found, code, stage),
                attempt=Attempt(
                    content=content,
                    makers=(self[by].person,),
                    origin="sheet" if stage == "design" else "drawn",
                    n_frames=frames,
                    rate=RATE,
                    width_px=96,
                    height_px=64,
                    parent=parent.id if parent else None,
                    change=change,
                    leans=adopted_sheets(tx.conn, found.id),
                ),
            )
        with self.house.book.reading() as conn:
            recorded = reads.find_take(conn, take)
        assert recorded is not None
        return recorded

    def measured(
        self, take: Take, *, flagged: bool = False, references: tuple[str, ...] = ()
    ) -> dict[str, str]:
        """Record evidence of every check that the policy asks for, as a worker would bring it; check → id."""
        told: list[dict[str, object]] = []
        for check in ASKED:
            version = current_versions()[check]
            evidence = Evidence(
                check=check,
                version=version,
                content=take.content,
                summary={"run": next(_numbers)},
                sentence=f"{check} points at it." if flagged else "Nothing stands out.",
                flags=(FlagRange(FrameRange(3, 5), "off_model", "off model"),) if flagged else (),
                references=references if check == "consistency" else (),
            )
            told.append(told_of(self.house.store, evidence))
            assert evidence_bytes(evidence)
        with self.house.book.transact() as tx:
            args = {"content": take.content, "production": take.production, "job": f"job-{next(_numbers)}"}
            tx.append("done", actor=STUDIO, body={"job": args["job"], "op": "analyse"})
            analyse.record(self.house, tx, args, {"derived": {}, "evidence": told})
        return {str(one["check"]): str(one["evidence"]) for one in told}

    def judge(
        self,
        name: str,
        take: Take,
        value: int,
        *,
        gate: str = "lead",
        reasons: tuple[str, ...] = (),
        answers: tuple[str, ...] = (),
        key: str | None = None,
        gate_hash: str = "",
        upstream: dict[str, str] | None = None,
    ) -> TaskView:
        return self.studio.record_verdict(
            self[name],
            task=take.task,
            content=take.content,
            gate=gate,
            value=value,
            key=key or f"test-{next(_numbers):06d}",
            reasons=reasons or (("style.line",) if value < 0 else ()),
            answers=answers,
            gate_hash=gate_hash,
            upstream=upstream,
        )

    def circle(self, take: Take, **how: object) -> TaskView:
        """The lead, then the director circle a shot's take."""
        self.judge("leo", take, 2, gate="lead", **how)  # type: ignore[arg-type]  # as judge has them
        return self.judge("dora", take, 2, gate="director", **how)  # type: ignore[arg-type]  # as judge has them

    def status(self, code: str = "SH010", stage: str = "animation") -> str:
        board = self.studio.board(self["ana"], "spring")
        row = next(row for row in board.rows if row.code == code)
        return next(cell.status for cell in row.cells if cell is not None and cell.stage == stage)

    def sheet(self, character: str, pixels: bytes) -> Take:
        """A model sheet of a character, circled and adopted."""
        with self.house.book.transact() as tx:
            found = reads.find_production(tx.conn, "spring")
            assert found is not None
            if reads.find_entity(tx.conn, found.id, character) is None:
                policy = self.house.policy(tx.conn, found.policy)
                add_entity(
                    tx,
                    STUDIO,
                    production=found.id,
                    policy=policy,
                    kind="character",
                    code=character,
                    title=character,
                )
        image = self.house.store.put_bytes(pixels)
        manifest = sheet_manifest(character, [SheetPicture(image=image, box=(0, 0, 8, 8))])
        sheet = self.take(manifest, code=character, stage="design")
        self.judge("dora", sheet, 2, gate="director")
        self.studio.sheet_adopt(self["dora"], "spring", character=character)
        return sheet

    def kinds(self) -> list[str]:
        return [entry.kind for entry in self.house.book.entries(0, 100_000)]


@pytest.fixture(scope="session")
def empty_floor(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Session]]:
    """The folder of a studio where nothing has happened yet, and its people; made once and copied."""
    folder = tmp_path_factory.mktemp("floor") / "studio"
    people: dict[str, Session] = {}
    with Studio.create(folder, config=Config(workers=1)) as studio:
        for name in ("ana", "dora", "leo", "arti", "ed"):
            studio.add_person(name)
            people[name] = studio.session_of(studio.sign_in_by_link(studio.make_link(name)))
        ana = people["ana"]
        studio.new_production(ana, code="spring", title="Spring", rate=RATE, width_px=96, height_px=64)
        for name, role in (("dora", "director"), ("leo", "lead"), ("arti", "artist"), ("ed", "editor")):
            studio.set_role(ana, "spring", person=name, role=role)
        for code in ("SH010", "SH020"):
            studio.add_shot(ana, "spring", code=code, title=code, frames=FRAMES, source_class="drawn")
    return folder, people


@pytest.fixture
def floor(tmp_path: Path, empty_floor: tuple[Path, dict[str, Session]]) -> Iterator[Floor]:
    """ana produces, dora directs, leo leads, arti draws, ed edits; SH010 and SH020 are wanted."""
    folder, people = empty_floor
    shutil.copytree(folder, tmp_path / "studio")
    with Studio.open(tmp_path / "studio", config=Config(workers=1)) as studio:
        yield Floor(studio, dict(people))
        assert studio.book_verify().holds
        assert studio.book_replay().holds
