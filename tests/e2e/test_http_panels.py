"""The board of panels over HTTP: a script comes in, an edited timeline goes back, paper and film come out."""

import pytest
from pydantic import TypeAdapter
from tests.boards import FOUNTAIN, write_project

from circletake.workflows.panel_views import CoverageView, PanelsView, ProposalsView

from .conftest import Served

pytestmark = pytest.mark.e2e

AT = "/api/productions/spring/panels"


def test_a_script_is_planned_and_taken_by_whoever_may_and_the_rest_is_read(
    served: Served, tmp_path_factory: pytest.TempPathFactory
) -> None:
    script = FOUNTAIN.encode()
    with served.client("ana") as client:
        plan = client.post(f"{AT}/import/place.fountain", content=script)
        assert plan.json()["summary"] == "1 scene, 1 new; 0 panels, 0 new."
        assert client.get(AT).json()["code"] == "not-found"
        taken = client.post(f"{AT}/import/place.fountain?take=true", content=script).json()
        assert (taken["taken"], taken["number"]) == (True, 1)
        broken = client.post(f"{AT}/import/x.fdx", content=b"<a")
        assert (broken.status_code, broken.json()["code"]) == (422, "board-unreadable")
        assert broken.json()["line"] == 1

    project = write_project(tmp_path_factory.mktemp("boards") / "project")
    ana = served.studio.session_of(served.tokens["ana"])
    served.studio.panels.take(ana, "spring", project)
    with served.client("ana") as client:
        shown = client.get(AT).json()
        assert [panel["uid"] for panel in shown["panels"]] == ["AAAA1", "AAAA2", "AAAA3"]
        states = {row["shot"]: row["state"] for row in client.get(f"{AT}/coverage").json()["rows"]}
        assert states["SC02_SH010"] == "panel"

        sent = {"frames": 30, "camera": {"start": [0, 0, 65536, 65536], "end": [0, 0, 32768, 32768]}}
        edited = client.post(f"{AT}/edit/AAAA1", json={**sent, "board_hash": shown["hash"]}).json()
        assert (edited["number"], edited["panels"][0]["frames"]) == (3, 30)
        assert edited["panels"][0]["camera"]["ease"] == "in_out"
        stale = client.post(f"{AT}/edit/AAAA1", json={"frames": 9, "board_hash": shown["hash"]})
        assert (stale.status_code, stale.json()["code"]) == (409, "world-moved")
        outside = {"camera": {"start": [60000, 0, 60000, 9], "end": [0, 0, 9, 9]}}
        assert client.post(f"{AT}/edit/AAAA1", json=outside).json()["code"] == "board-invalid"

        timeline = client.get(f"{AT}/timeline/board.edl")
        assert timeline.headers["content-disposition"].endswith("board.edl")
        lines = timeline.text.replace("P010-AAAA1", "P010-AAAA3").replace("bp_AAAA1", "bp_AAAA3")
        back = client.post(f"{AT}/conform/cut.edl", content=lines.encode()).json()
        assert [one["sort"] for one in back["proposals"]] == ["retime", "split", "remove", "reorder"]
        ids = [one["id"] for one in back["proposals"]]
        refused = client.post(f"{AT}/proposals", json={"proposals": ids[:1], "taken": False, "reason": "no"})
        assert refused.json()["proposals"][0]["reason"] == "no"
        client.post(f"{AT}/proposals", json={"proposals": ids[1:], "taken": True, "board_hash": back["hash"]})
        assert {one["state"] for one in client.get(f"{AT}/proposals").json()["proposals"]} == {
            "taken", "refused",
        }  # fmt: skip

        for layout in ("one", "two", "six", "nine", "column"):
            paper = client.get(f"{AT}/board.pdf?layout={layout}&scene=2")
            assert paper.content.startswith(b"%PDF"), layout
        assert client.get(f"{AT}/board.pdf?layout=odd").json()["code"] == "request-invalid"
        assert client.get(f"{AT}/board.pdf?scene=99").json()["code"] == "board-invalid"

        assert client.get(f"{AT}/animatic.mp4").json()["code"] == "content-missing"
        job = client.post(f"{AT}/animatic", json={"shots": ["SC02_SH010"]}).json()
        served.studio.run_jobs([job["key"]])
        film = client.get(f"{AT}/animatic.mp4?shot=SC02_SH010")
        assert (film.status_code, film.headers["content-type"]) == (200, "video/mp4")
        assert client.post(f"{AT}/animatic", json={"shots": ["SC02_SH010"]}).json() is None

        for path, shape in (("", PanelsView), ("/coverage", CoverageView), ("/proposals", ProposalsView)):
            TypeAdapter(shape).validate_json(client.get(f"{AT}{path}").content, strict=True)
