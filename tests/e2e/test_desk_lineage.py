"""The desk's face of staleness, carry and the blind second look, in a real browser."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from circletake.checks.run import current_versions
from circletake.config import Config
from circletake.domain.take import ChangeKind
from circletake.gates.policy import policy_dict, read_policy, shipped
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.media.encode import write_movie
from circletake.studio import Studio
from circletake.workflows.bind import bind_production

from .browser import needs_browser
from .conftest import serving

_SLOW_MS = 60_000
N_FRAMES, WIDTH_PX, HEIGHT_PX = 12, 320, 180
SHOTS = ("SH010", "SH020", "SH030", "SH040")

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(900),
    needs_browser,
]


@dataclass
class Stage:
    """A small production whose shots lean on each other."""

    studio: Studio
    folder: Path
    url: str = ""
    people: dict[str, Session] = field(default_factory=dict)

    def film(self, name: str, colour: tuple[int, int, int]) -> Path:
        path = self.folder / f"{name}.mp4"
        frames = []
        for n in range(N_FRAMES):
            frame = np.full((HEIGHT_PX, WIDTH_PX, 3), 70, np.uint8)
            frame[60:120, 40 + 12 * n : 110 + 12 * n] = colour
            frames.append(frame)
        write_movie(path, frames, rate=Fraction(24), width_px=WIDTH_PX, height_px=HEIGHT_PX)
        return path

    def take(
        self,
        code: str,
        path: Path,
        *,
        on: tuple[str, ...] = (),
        parent: int | None = None,
        change: ChangeKind = "rework",
    ) -> str:
        view = self.studio.add_take(
            self.people["arti"],
            "spring",
            shot=code,
            stage="animation",
            path=path,
            on=on,
            parent=parent,
            change=change,
            label=path.stem,
        )
        return view.id

    def judge(self, name: str, task: str, number: int, value: int, gate: str) -> None:
        take = next(one for one in self.studio.task(self.people["ana"], task).takes if one.number == number)
        self.studio.record_verdict(
            self.people[name],
            task=task,
            content=take.content,
            gate=gate,
            value=value,
            key=f"{task}-{number}-{gate}-{value}-{name}"[-60:],
            reasons=["character.off_model"] if value < 0 else [],
            note="The tail is too long here." if value < 0 else None,
            answers=[one.id for one in take.evidence if one.flagged],
        )

    def circle(self, task: str, number: int = 1) -> None:
        self.judge("leo", task, number, 2, "lead")
        self.judge("dora", task, number, 2, "director")

    def measure(self) -> None:
        failed = [job for job in self.studio.run_jobs() if job.state == "failed"]
        assert not failed


def with_policy(stage: Stage) -> None:
    """Consistency is not asked for (no sheet here); the lead's gate carries, the storyboard's is blind."""
    data = policy_dict(shipped())
    for one in data["stages"]:
        for gate in one["gates"]:
            gate["carry"] = gate["key"] == "lead"
            gate["blind"] = one["key"] == "storyboard"
            for rule in gate["rules"]:
                if rule["rule"] == "fresh_evidence":
                    rule["params"]["checks"] = ["technical"]
    board = next(one for one in data["stages"] if one["key"] == "storyboard")
    board["gates"][0]["rules"].append({"rule": "fresh_evidence", "params": {"checks": ["technical"]}})
    policy = read_policy(data)
    with stage.studio.house.book.transact() as tx:
        production = reads.find_production(tx.conn, "spring")
        assert production is not None
        tx.append(
            "policy",
            actor=stage.people["ana"].person,
            production=production.id,
            body={"hash": policy.hash, "policy": policy_dict(policy)},
        )
        bind_production(stage.studio.house, tx, production.id)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """SH020 and SH030 lean on SH010, which was replaced; SH040 was vetoed, reworked and copied."""
    folder = tmp_path_factory.mktemp("lineage")
    assert "technical" in current_versions()
    with Studio.create(folder / "studio", config=Config(workers=1)) as studio:
        made = Stage(studio, folder)
        for name in ("ana", "dora", "dana", "leo", "arti"):
            studio.add_person(name)
            made.people[name] = studio.session_of(studio.sign_in_by_link(studio.make_link(name)))
        ana = made.people["ana"]
        studio.new_production(
            ana, code="spring", title="Spring", rate=Fraction(24), width_px=WIDTH_PX, height_px=HEIGHT_PX
        )
        for name, role in (("dora", "director"), ("dana", "director"), ("leo", "lead"), ("arti", "artist")):
            studio.set_role(ana, "spring", person=name, role=role)
        for code in SHOTS:
            studio.add_shot(ana, "spring", code=code, title="", frames=N_FRAMES, source_class="drawn")
        with_policy(made)
        top = made.take("SH010", made.film("first", (200, 60, 40)))
        copied = made.take("SH040", made.film("vetoed", (60, 60, 200)))
        sketch = studio.add_take(
            made.people["arti"],
            "spring",
            shot="SH040",
            stage="storyboard",
            path=made.film("sketch", (220, 220, 220)),
            on=(),
        )
        made.measure()
        made.judge("dora", sketch.id, 1, -2, "director")
        made.circle(top)
        studio.adopt(made.people["dora"], top)
        leaning = [
            made.take(code, made.film(code, (40, 160, 80)), on=("take:SH010/animation",))
            for code in ("SH020", "SH030")
        ]
        made.take("SH010", made.film("second", (40, 80, 220)))
        made.judge("dora", copied, 1, -2, "director")
        made.take("SH040", made.film("reworked", (90, 200, 200)), parent=1)
        made.measure()
        made.circle(copied, 2)
        again = folder / "again.mov"
        _remux(folder / "reworked.mp4", again)
        made.take("SH040", again)
        made.measure()
        for task in leaning:
            made.circle(task)
        made.circle(top, 2)
        studio.adopt(made.people["dora"], top, number=2)
        with serving(studio) as (_, url):
            made.url = url
            yield made


def _remux(path: Path, to: Path) -> None:
    import av  # noqa: PLC0415 (met in media alone; a test may make files)
    from av.video.stream import VideoStream  # noqa: PLC0415 (the same)

    with av.open(str(path)) as source, av.open(str(to), "w") as target:
        stream = source.streams.video[0]
        assert isinstance(stream, VideoStream)
        copy = target.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is not None:
                packet.stream = copy
                target.mux(packet)


@pytest.fixture
def page(stage: Stage, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The desk of dora, or of whoever a test names."""
    name = getattr(request, "param", "dora")
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(f"{stage.url}/link/{stage.studio.make_link(name)}")
    yield page
    context.close()


def picture(page: Page, name: str) -> None:
    """Keep pictures of a page where somebody wants to look at them."""
    folder = os.environ.get("CIRCLETAKE_PICTURES")
    if not folder:
        return
    for width, height in ((1440, 900), (1280, 720)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(400)
        page.screenshot(path=str(Path(folder) / f"{name}-{width}.png"))
    page.set_viewport_size({"width": 1440, "height": 900})


def open_desk(page: Page, stage: Stage, code: str, at: str = "animation", take: int = 1) -> None:
    task = stage.studio.find_task(stage.people["ana"], "spring", code, at)
    page.goto(f"{stage.url}/t/{task}#f=0&take={take}")
    expect(page.locator(f'.desk[data-take="{take}"]')).to_be_visible(timeout=_SLOW_MS)


def test_a_vetoed_parent_and_a_carried_approval_stand_beside_the_take(page: Page, stage: Stage) -> None:
    open_desk(page, stage, "SH040", take=2)
    expect(page.locator('[data-parent-veto="1"]')).to_contain_text("Take 1 was vetoed")
    expect(page.locator('[data-parent-veto="1"]')).to_contain_text("The tail is too long here.")
    picture(page, "rework")
    open_desk(page, stage, "SH040", take=3)
    expect(page.locator("[data-carried]").first).to_contain_text("given on take 2")
    expect(page.locator("[data-carried]").first).to_contain_text("never in a delivery")
    expect(page.locator('[data-gate="lead"]')).to_have_attribute("data-result", "satisfied")
    expect(page.locator('[data-gate="director"]')).to_have_attribute("data-result", "unsatisfied")
    picture(page, "carried")


@pytest.mark.parametrize("page", ["dana"], indirect=True)
def test_a_blind_gate_shows_a_placeholder_until_the_verdict_and_everything_after(
    page: Page, stage: Stage
) -> None:
    open_desk(page, stage, "SH040", at="storyboard")
    expect(page.locator("[data-hidden]").first).to_contain_text("Hidden until you decide")
    expect(page.locator('[data-gate="director"]')).to_have_attribute("data-result", "hidden")
    expect(page.locator("body")).not_to_contain_text("The tail is too long here.")
    picture(page, "blind")
    page.keyboard.press("c")
    page.keyboard.press("Enter")
    expect(page.locator("[data-recorded]")).to_be_visible(timeout=_SLOW_MS)
    open_desk(page, stage, "SH040", at="storyboard")
    expect(page.locator("body")).to_contain_text("The tail is too long here.")
    expect(page.locator("body")).to_contain_text("given blind")
    expect(page.locator("[data-hidden]")).to_have_count(0)


def test_what_went_stale_says_why_and_one_key_confirms_it(page: Page, stage: Stage) -> None:
    page.goto(f"{stage.url}/p/spring/still-holds")
    rows = page.locator("[data-stale]")
    expect(rows).to_have_count(2, timeout=_SLOW_MS)
    expect(rows.first).to_contain_text("take:SH010/animation changed")
    expect(rows.first).to_contain_text("changed by")
    picture(page, "still-holds")
    open_desk(page, stage, "SH030")
    expect(page.locator('[data-cause="upstream"]').first).to_be_visible(timeout=_SLOW_MS)
    picture(page, "stale")
    page.goto(f"{stage.url}/p/spring/still-holds")
    expect(rows).to_have_count(2, timeout=_SLOW_MS)
    page.keyboard.press("h")
    expect(rows).to_have_count(1, timeout=_SLOW_MS)
    expect(page.locator("[data-confirmed]")).to_contain_text("1 confirmed")
    page.goto(f"{stage.url}/p/spring")
    cell = page.locator('[data-status="stale"]')
    expect(cell).to_have_count(1, timeout=_SLOW_MS)
    code = str(cell.get_attribute("data-cell")).partition("/")[0]
    picture(page, "board")
    open_desk(page, stage, code)
    expect(page.locator("[data-still-holds]")).to_be_visible(timeout=_SLOW_MS)
    page.keyboard.press("h")
    expect(page.locator("[data-confirmed]")).to_contain_text("1 confirmed", timeout=_SLOW_MS)
    expect(page.locator('[data-gate="director"]')).to_have_attribute("data-result", "satisfied")
    assert stage.studio.stale(stage.people["ana"], "spring") == []
