"""A cut rendered by several workers, its versions for a purpose, and a shot put into a stranger's film."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from circletake.config import Config
from circletake.errors import GapOpen, NotFound, RoleMissing
from circletake.ledger.accounts import Session
from circletake.media.encode import write_movie
from circletake.media.source import open_file
from circletake.studio import Studio
from circletake.workflows.views import JobView

from .conftest import Served, serving
from .terminal import Terminal

pytestmark = pytest.mark.e2e

SIZE = (192, 96)
FRAMES = 24


@dataclass
class Spring:
    studio: Studio
    ana: Session
    token: str
    folder: Path


def film(path: Path, value: int, n_frames: int = FRAMES) -> Path:
    frames = (np.full((SIZE[1], SIZE[0], 3), value, np.uint8) for _ in range(n_frames))
    write_movie(path, frames, rate=Fraction(24), width_px=SIZE[0], height_px=SIZE[1])
    return path


@pytest.fixture(scope="module")
def spring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spring]:
    folder = tmp_path_factory.mktemp("outputs")
    with Studio.create(folder / "studio", config=Config(workers=2)) as studio:
        studio.add_person("ana")
        token = studio.sign_in_by_link(studio.make_link("ana"))
        ana = studio.session_of(token)
        studio.new_production(
            ana, code="spring", title="Spring", rate=Fraction(24), width_px=SIZE[0], height_px=SIZE[1]
        )
        for role in ("artist", "editor"):
            studio.set_role(ana, "spring", person="ana", role=role)
        for n, value in enumerate((40, 120, 200), 1):
            shot = f"SH0{n}0"
            studio.add_shot(ana, "spring", code=shot, title="", frames=FRAMES, source_class="drawn")
            studio.add_take(
                ana, "spring", shot=shot, stage="animation", path=film(folder / f"{n}.mp4", value)
            )
        view = studio.cut_assemble(ana, "spring")
        for slot in view.slots:
            assert slot.task is not None
            take = studio.task(ana, slot.task).takes[-1]
            studio.cut_fill(ana, "spring", slot=slot.id, take=take.id)
        yield Spring(studio, ana, token, folder)


def test_several_workers_render_one_cut(spring: Spring) -> None:
    order = spring.studio.cut_render(spring.ana, "spring")
    assert order is not None
    jobs = [job for job in spring.studio.run_jobs() if job.op in {"render", "encode"}]
    assert sorted((job.op, job.state) for job in jobs) == [("encode", "done")] * 2 + [("render", "done")]
    assert spring.studio.cut(spring.ana, "spring").master is not None
    assert spring.studio.cut_render(spring.ana, "spring") is None


def test_a_render_that_is_stopped_stops_its_hands_and_goes_on_when_ordered_again(
    tmp_path: Path,
) -> None:
    frames, shots = 120, 3
    with Studio.create(tmp_path / "studio", config=Config(workers=2)) as studio:
        for name in ("ana", "ben"):
            studio.add_person(name)
        ana, ben = (studio.session_of(studio.sign_in_by_link(studio.make_link(n))) for n in ("ana", "ben"))
        studio.new_production(
            ana, code="fall", title="Fall", rate=Fraction(24), width_px=SIZE[0], height_px=SIZE[1]
        )
        for person, role in (("ana", "artist"), ("ana", "editor"), ("ben", "artist")):
            studio.set_role(ana, "fall", person=person, role=role)
        for n in range(shots):
            studio.add_shot(ana, "fall", code=f"SH{n}", title="", frames=frames, source_class="drawn")
            path = film(tmp_path / f"{n}.mp4", 40 + n, frames)
            studio.add_take(ana, "fall", shot=f"SH{n}", stage="animation", path=path)
        for slot in studio.cut_assemble(ana, "fall").slots:
            assert slot.task is not None
            studio.cut_fill(ana, "fall", slot=slot.id, take=studio.task(ana, slot.task).takes[-1].id)
        studio.run_jobs()
        order = studio.cut_render(ana, "fall")
        assert order is not None
        listed = {job.key: job for job in studio.jobs(ana)}
        assert listed[order.key].may_stop
        assert not any(job.may_stop for job in studio.jobs(ben))
        with pytest.raises(RoleMissing):
            studio.stop_render(ben, order.key)
        with pytest.raises(NotFound, match="no such render"):
            studio.stop_render(ana, "0" * 64)
        stopped: list[str] = []

        def stop_soon(jobs: list[JobView]) -> None:
            busy = [job for job in jobs if job.op in {"render", "encode"} and job.state == "run"]
            if len(busy) > 1 and not stopped:  # both workers are at it
                stopped.append(studio.stop_render(ana, order.key).state)

        over = {job.key: job for job in studio.run_jobs(on_progress=stop_soon)}
        assert stopped == ["run"]
        renders = [job for job in over.values() if job.op in {"render", "encode"}]
        assert len(renders) == shots
        assert {job.state for job in renders} == {"cancelled"}
        view = studio.cut(ana, "fall")
        assert (view.master, view.rendering) == (None, False)
        assert list((tmp_path / "studio" / "content" / "incoming").iterdir()) == []
        again = studio.cut_render(ana, "fall")
        assert again is not None
        assert again.key == order.key
        studio.run_jobs()
        assert studio.cut(ana, "fall").master is not None
        assert studio.stop_render(ana, order.key).state == "done"


def test_a_version_is_made_once_and_taken_away(spring: Spring) -> None:
    studio, ana = spring.studio, spring.ana
    view = studio.cut_outputs(ana, "spring")
    assert view.may_make
    assert [one.content for one in view.outputs if one.preset == "screener"] == [None]
    with (
        serving(studio) as (server, url),
        Served(studio, server, url, {"ana": spring.token}).client("ana") as client,
    ):
        path = "/api/productions/spring/cut/outputs"
        assert client.get(f"{path}/screener/file").json()["code"] == "content-missing"
        assert client.post(f"{path}/nothing").json()["code"] == "not-found"
        order = client.post(f"{path}/screener")
        assert order.json()["label"] == "Make Spring, Screener, timecode, shot and take in the picture"
        assert "output" in {job["op"] for job in client.get("/api/jobs").json()}
        studio.run_jobs([order.json()["key"]])
        assert client.post(f"{path}/screener").json() is None
        (made,) = [one for one in client.get(path).json()["outputs"] if one["preset"] == "screener"]
        assert made["content"]
        answer = client.get(f"{path}/screener/file")
        assert answer.headers["content-disposition"] == f'attachment; filename="{made["file_name"]}"'
    taken = spring.folder / made["file_name"]
    taken.write_bytes(answer.content)
    source = open_file(taken)
    assert source.n_frames == 3 * FRAMES
    picture = source.frame(FRAMES + 2).rgb()
    assert abs(int(picture[40:60].mean()) - 120) <= 3
    assert picture[-12:].max() > 180


def screened(spring: Spring) -> None:
    """Have a screener made that was not made before."""
    order = spring.studio.cut_output(spring.ana, "spring", preset="screener")
    assert order is not None
    spring.studio.run_jobs()
    job = spring.studio.house.queue.find(order.key)
    assert job is not None
    assert job.state == "done", job.error


def test_a_screener_shows_cards_for_what_is_missing_and_the_rest_is_rendered(spring: Spring) -> None:
    studio, ana = spring.studio, spring.ana
    before = studio.cut(ana, "spring")
    first, second = before.slots[:2]
    assert first.task is not None
    assert second.task is not None
    take = studio.task(ana, first.task).takes[-1].id
    studio.cut_clear(ana, "spring", slot=first.id)
    lost = studio.house.store.path(studio.task(ana, second.task).takes[-1].content)
    away = spring.folder / "away"
    try:
        with pytest.raises(GapOpen, match="SH010"):
            studio.cut_output(ana, "spring", preset="web")
        lost.rename(away)
        screened(spring)
        studio.cut_output_copy(ana, "spring", "screener", spring.folder / "holed.mp4")
        holed = open_file(spring.folder / "holed.mp4")
        assert holed.n_frames == 3 * FRAMES
        seen = [int(holed.frame(n * FRAMES + 4).rgb()[30:60].mean()) for n in range(3)]
        away.rename(lost)
        # what was lost is there again: it is another version
        screened(spring)
        studio.cut_output_copy(ana, "spring", "screener", spring.folder / "whole.mp4")
        found = open_file(spring.folder / "whole.mp4")
        after = [int(found.frame(n * FRAMES + 4).rgb()[30:60].mean()) for n in range(3)]
    finally:
        if away.exists():
            away.rename(lost)
        studio.cut_fill(ana, "spring", slot=first.id, take=take)
    assert (abs(seen[2] - 200), abs(after[2] - 200), abs(after[1] - 120)) <= (3, 3, 3)
    assert abs(seen[1] - 120) > 20
    assert after[0] == seen[0]


def test_versions_are_made_from_the_terminal(spring: Spring) -> None:
    terminal = Terminal(studio=spring.studio.folder, home=spring.folder / "home")
    link = spring.studio.make_link("ana")
    terminal.run("sign-in", "ana", "--link", link)
    assert "ProRes 422 HQ master" in terminal.run("cut", "output")
    out = spring.folder / "spring.mov"
    assert str(out) in terminal.run("cut", "output", "prores", str(out))
    assert open_file(out).n_frames == 3 * FRAMES
    assert "There is no version" in terminal.run("cut", "output", "nothing", code=3)


def test_a_shot_is_put_into_a_finished_film_from_the_terminal(tmp_path: Path) -> None:
    terminal = Terminal(studio=tmp_path / "none", home=tmp_path / "home")
    master, shot = film(tmp_path / "m.mp4", 60, 100), film(tmp_path / "s.mp4", 180, 20)
    out = tmp_path / "o.mp4"
    words = ("cut", "patch", str(master), str(shot), str(out), "--from", "50", "--to", "60")
    told = terminal.json(*words)
    assert (told["method"], told["encoded"], told["frames"]) == ("spliced", [48, 96], 100)
    assert int(open_file(out).frame(55).rgb().mean()) in range(178, 183)
    assert "is there already" in terminal.run(*words, code=1)
