"""A take's provenance on its way through the house: read once, shown to its people, and never delivered."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.saved_by_comfyui import EXTRA, GRAPH, MODEL, PROMPT, SEED, save_video
from tests.unit.workflows.test_deliver_signed import deliver, render
from typer.testing import CliRunner

from circletake.cli.main import build
from circletake.domain.provenance import fact
from circletake.domain.time import FrameRange
from circletake.errors import NotFound
from circletake.media.manifest import clip_manifest
from circletake.media.recipes import PROVENANCE
from circletake.workflows.calls.provenance import provenance_in
from circletake.workflows.show_provenance import keep_declared

if TYPE_CHECKING:
    from tests.unit.workflows.conftest import Floor

    from circletake.domain.take import Take

run, app = CliRunner(), build()


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    save_video(path, GRAPH, EXTRA, n=24)
    return path


def facts(floor: "Floor", take: "Take") -> dict[str, str]:
    view = floor.studio.provenance(floor["dora"], take.task, content=take.content)
    assert view.is_read
    return {one.what: one.value for one in view.facts}


def test_a_file_that_comes_in_is_read_by_the_job_that_measures_it(floor: "Floor", film: Path) -> None:
    task = floor.studio.add_take(
        floor["arti"], "spring", shot="SH010", stage="animation", path=film, label="", origin="generated"
    )
    take = task.takes[-1]
    before = floor.studio.provenance(floor["dora"], task.id, content=take.content)
    assert (before.is_read, before.is_unknown, before.facts) == (False, False, [])
    floor.studio.run_jobs()
    view = floor.studio.provenance(floor["dora"], task.id, content=take.content)
    found = {one.what: (one.value, one.trust) for one in view.facts}
    assert found["prompt"] == (PROMPT, "embedded")
    assert found["seed"] == (str(SEED), "embedded")
    assert found["model"] == (MODEL, "embedded")
    workflow = json.loads(floor.house.store.read(found["workflow"][0]))
    assert workflow["8"]["inputs"]["seed"] == SEED
    assert "_meta" not in workflow["3"]  # what a node is called on the page changes nothing that runs


def test_a_take_from_before_is_read_when_somebody_asks(floor: "Floor", film: Path) -> None:
    take = floor.take(film.read_bytes())
    asked = floor.studio.provenance(floor["dora"], take.task, content=take.content)
    assert not asked.is_read
    floor.studio.provenance(floor["dora"], take.task, content=take.content)
    jobs = [job for job in floor.house.queue.jobs(limit=50) if job.op == "read_provenance"]
    assert len(jobs) == 1
    floor.studio.run_jobs([jobs[0].key])
    assert facts(floor, take)["prompt"] == PROMPT


def test_a_clip_came_from_where_its_film_came_from(floor: "Floor", film: Path) -> None:
    media = floor.house.store.put_file(film)
    clip = floor.take(clip_manifest(media, FrameRange(0, 24)))
    floor.house.queue.put_derived(clip.content, PROVENANCE, provenance_in(floor.house.store, clip.content))
    assert facts(floor, clip)["prompt"] == PROMPT


def test_what_somebody_says_stands_behind_what_the_file_says(floor: "Floor", film: Path) -> None:
    take = floor.take(film.read_bytes())
    floor.house.queue.put_derived(take.content, PROVENANCE, provenance_in(floor.house.store, take.content))
    said = [
        fact("seed", SEED, trust="declared", where="a.json"),
        fact("tool", "Brush", trust="declared", where="a.json"),
    ]
    keep_declared(floor.house, take.content, said, [])
    keep_declared(
        floor.house, take.content, [fact("said", "For Ed.", trust="declared", where="a.txt")], ["b."]
    )
    view = floor.studio.provenance(floor["dora"], take.task, content=take.content)
    assert [(one.what, one.value) for one in view.facts if one.trust == "declared"] == [
        ("tool", "Brush"),
        ("said", "For Ed."),
    ]
    assert view.refused == ["b."]


def test_a_sheet_comes_from_its_pictures_and_says_nothing_itself(floor: "Floor") -> None:
    sheet = floor.sheet("queso", b"pixels")
    view = floor.studio.provenance(floor["dora"], sheet.task, content=sheet.content)
    assert (view.is_read, view.is_unknown) == (True, True)


def test_only_who_is_part_of_it_may_ask(floor: "Floor", film: Path) -> None:
    take = floor.take(film.read_bytes())
    floor.studio.add_person("sam")
    stranger = floor.studio.session_of(floor.studio.sign_in_by_link(floor.studio.make_link("sam")))
    for who, task, content in (
        (stranger, take.task, take.content),
        (floor["dora"], "t_none", take.content),
        (floor["dora"], take.task, "ab" * 32),
    ):
        with pytest.raises(NotFound):
            floor.studio.provenance(who, task, content=content)


def test_the_verb_says_it(
    floor: "Floor", film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    place = ["--studio", str(floor.studio.folder)]
    assert run.invoke(app, ["sign-in", "--link", floor.studio.make_link("dora"), *place]).exit_code == 0
    take = floor.take(film.read_bytes())
    asked = ["take", "show", "SH010", "1", *place]
    assert "not read yet" in run.invoke(app, asked).output
    floor.studio.run_jobs(
        [job.key for job in floor.house.queue.jobs(limit=50) if job.op == "read_provenance"]
    )
    said = run.invoke(app, asked).output
    assert f"■ embedded prompt: {PROMPT} (MP4 or QuickTime tag, node 3 CLIPTextEncode)" in said
    told = json.loads(run.invoke(app, [*asked, "--json"]).output)
    assert told["content"] == take.content
    assert {one["what"] for one in told["provenance"]["facts"]} >= {"tool", "prompt", "workflow"}


def test_a_recipe_is_shown_changed_and_written(
    floor: "Floor", film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    place = ["--studio", str(floor.studio.folder)]
    assert run.invoke(app, ["sign-in", "--link", floor.studio.make_link("dora"), *place]).exit_code == 0
    take = floor.take(film.read_bytes())
    asked = ["take", "recipe", "SH010", "1", *place]
    early = run.invoke(app, asked)
    assert "not read yet" in early.output
    floor.house.queue.put_derived(take.content, PROVENANCE, provenance_in(floor.house.store, take.content))
    said = run.invoke(app, [*asked, "--change", "seed=7", "--to", str(tmp_path / "next.json")]).output
    assert f"changed: seed: {SEED} → 7" in said
    written = json.loads((tmp_path / "next.json").read_text("utf-8"))
    assert written["graph"]["8"]["inputs"]["seed"] == 7
    assert written["bindings"]["seed"] == ["/8/inputs/seed"]
    told = json.loads(run.invoke(app, [*asked, "--json"]).output)
    assert told["identity"] == facts(floor, take)["workflow"]
    refused = run.invoke(app, [*asked, "--change", "rate=30"])
    assert refused.exit_code == 2
    bare = floor.take(b"bytes", code="SH020")
    floor.house.queue.put_derived(bare.content, PROVENANCE, provenance_in(floor.house.store, bare.content))
    assert "No workflow came" in run.invoke(app, ["take", "recipe", "SH020", "1", *place]).output


def test_no_prompt_and_no_graph_leaves_with_a_film(floor: "Floor", tmp_path: Path) -> None:
    floor.studio.cut_assemble(floor["ed"], "spring")
    for nth, code in enumerate(("SH010", "SH020")):
        path = tmp_path / f"{code}.mp4"
        save_video(path, GRAPH, EXTRA, n=24, light=40 * nth)
        assert b"class_type" in path.read_bytes()
        take = floor.take(path.read_bytes(), code=code)
        floor.house.queue.put_derived(
            take.content, PROVENANCE, provenance_in(floor.house.store, take.content)
        )
        floor.circle(take, answers=tuple(floor.measured(take).values()))
        floor.studio.cut_fill(floor["ed"], "spring", slot=code, take=take.id)
    render(floor, tmp_path)
    _, folder = deliver(floor)
    left = [path for path in folder.rglob("*") if path.is_file()]
    assert len(left) > 2
    for path in left:
        data = path.read_bytes()
        for word in (b"class_type", b"a fox on a ridge", MODEL.encode(), str(SEED).encode()):
            assert word not in data, path.name
