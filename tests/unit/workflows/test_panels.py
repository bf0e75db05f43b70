"""Panels as takes: what leans on one turns stale by it alone; rights; two who change the board at once."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.boards import png, write_project

from circletake.domain.board import Camera
from circletake.domain.take import Take
from circletake.errors import (
    BoardInvalid,
    GateClosed,
    NotAPerson,
    NotFound,
    RequestInvalid,
    RoleMissing,
    WorldMoved,
)
from circletake.ledger import reads
from circletake.workflows.animatic import Selection
from circletake.workflows.edit_panel import PanelEdit
from circletake.workflows.receive_take import Attempt, record_take, task_of

if TYPE_CHECKING:
    from tests.unit.workflows.conftest import Floor

FIRST, SECOND = "SC02_SH010", "SC02_SH020"


def panel_takes(floor: "Floor", code: str) -> list[Take]:
    with floor.house.book.reading() as conn:
        found = reads.find_production(conn, "spring")
        assert found is not None
        return reads.takes_of(conn, task_of(conn, found, code, "storyboard").task.id)


def approved_panel(floor: "Floor", code: str) -> str:
    """The newest panel of a shot, circled and adopted; its content."""
    take = panel_takes(floor, code)[-1]
    floor.judge("dora", take, 2, gate="director")
    floor.studio.adopt(floor["dora"], take.task, number=take.number)
    return take.content


def animated(floor: "Floor", code: str, panel: str) -> Take:
    """A circled take of a shot that leans on its panel."""
    content = floor.house.store.put_bytes(code.encode())
    with floor.house.book.transact() as tx:
        found = reads.find_production(tx.conn, "spring")
        assert found is not None
        key = record_take(
            floor.house,
            tx,
            floor["arti"].person,
            task=task_of(tx.conn, found, code, "animation"),
            attempt=Attempt(
                content=content,
                makers=(floor["arti"].person,),
                origin="drawn",
                n_frames=24,
                rate=found.rate,
                width_px=96,
                height_px=64,
                leans=((f"take:{code}/storyboard", panel),),
            ),
        )
        take = reads.find_take(tx.conn, key)
    assert take is not None
    floor.measured(take)
    floor.circle(take)
    return take


def test_a_panel_redrawn_stales_what_leans_on_it_and_a_retime_does_not(
    floor: "Floor", tmp_path: Path
) -> None:
    project = write_project(tmp_path / "project")
    ed = floor["ed"]
    floor.studio.panels.take(ed, "spring", project)
    for code in (FIRST, SECOND):
        animated(floor, code, approved_panel(floor, code))
    assert [floor.status(code) for code in (FIRST, SECOND)] == ["circled", "circled"]

    floor.studio.panels.edit(ed, "spring", "AAAA2", PanelEdit(frames=99, camera=Camera(end=(0, 0, 99, 99))))
    assert [floor.status(code) for code in (FIRST, SECOND)] == ["circled", "circled"]

    images = next((project / "storyboards").iterdir()) / "images"
    (images / "board-1-AAAA2.png").write_bytes(png(222))
    floor.studio.panels.take(ed, "spring", project)
    redrawn = panel_takes(floor, FIRST)[-1]
    assert (redrawn.label, redrawn.change) == ("panel AAAA2", "rework")
    with pytest.raises(GateClosed):  # a new panel passes the same gates as the one before
        floor.studio.adopt(floor["dora"], redrawn.task, number=redrawn.number)
    assert floor.status(FIRST) == "circled"
    approved_panel(floor, FIRST)
    assert [floor.status(code) for code in (FIRST, SECOND)] == ["stale", "circled"]
    rows = {row.shot: row for row in floor.studio.panels.coverage(ed, "spring").rows}
    assert (rows[FIRST].panels, rows[FIRST].panels_approved, rows[SECOND].state) == (2, 1, "approved")


def test_rights_are_those_of_shots_and_of_the_cut(floor: "Floor", tmp_path: Path) -> None:
    project, panels = write_project(tmp_path / "project"), floor.studio.panels
    with pytest.raises(RoleMissing):
        panels.plan(floor["arti"], "spring", project)
    with pytest.raises(NotFound, match="no board yet"):
        panels.show(floor["arti"], "spring")
    panels.take(floor["leo"], "spring", project)
    assert panels.show(floor["arti"], "spring").may_edit is False
    with pytest.raises(RoleMissing):
        panels.edit(floor["arti"], "spring", "AAAA1", PanelEdit(frames=3))
    with pytest.raises(RoleMissing):
        panels.answer(floor["leo"], "spring", ["cf_x_1"], taken=True)
    with pytest.raises(RoleMissing):
        panels.order_animatic(floor["leo"], "spring")
    token = floor.studio.make_token(floor["ed"], label="t", scopes=["cut"])
    program = floor.studio.session_of(token.secret)
    with pytest.raises(NotAPerson):
        panels.answer(program, "spring", ["cf_x_1"], taken=True)


def test_of_two_who_change_the_board_at_once_the_second_is_told(floor: "Floor", tmp_path: Path) -> None:
    ed, panels = floor["ed"], floor.studio.panels
    panels.take(ed, "spring", write_project(tmp_path / "project"))
    seen = panels.show(ed, "spring").hash
    assert panels.edit(ed, "spring", "AAAA3", PanelEdit(after=""), seen=seen).panels[0].uid == "AAAA3"
    with pytest.raises(WorldMoved):
        panels.edit(ed, "spring", "AAAA3", PanelEdit(frames=9), seen=seen)
    same = panels.show(ed, "spring")
    assert panels.edit(ed, "spring", "AAAA3", PanelEdit(frames=48, notes=" ")) == same
    assert [one.uid for one in panels.edit(ed, "spring", "AAAA3", PanelEdit(after="AAAA1")).panels] == [
        "AAAA1", "AAAA3", "AAAA2",
    ]  # fmt: skip
    with pytest.raises(NotFound, match="no panel ZZZZZ"):
        panels.edit(ed, "spring", "AAAA1", PanelEdit(after="ZZZZZ"))


def test_what_is_asked_wrongly_is_said(floor: "Floor", tmp_path: Path) -> None:
    ed, panels = floor["ed"], floor.studio.panels
    project = write_project(tmp_path / "project")
    panels.take(ed, "spring", project)
    with pytest.raises(RequestInvalid, match="at least one"):
        panels.answer(ed, "spring", [], taken=True)
    with pytest.raises(RequestInvalid, match="more than one timeline"):
        panels.answer(ed, "spring", ["cf_a_1", "cf_b_1"], taken=True)
    with pytest.raises(NotFound, match="no proposal"):
        panels.answer(ed, "spring", ["cf_a_1"], taken=True)
    with pytest.raises(NotFound, match="no such file"):
        panels.conform(ed, "spring", tmp_path / "none.edl")
    with pytest.raises(BoardInvalid, match="no scene or shot X"):
        panels.timeline(ed, "spring", "a.otio", Selection(shots=["X"]))
    with pytest.raises(RequestInvalid, match="no layout"):
        panels.printed(ed, "spring", layout="odd")
    assert panels.proposals(ed, "spring").proposals == []
    file = next(project.rglob("*.storyboarder"))
    told = json.loads(file.read_text())
    told["boards"] = []
    file.write_text(json.dumps(told))
    assert panels.plan(ed, "spring", project).changes == []  # a board that lists nothing takes nothing away
