"""What users of other review tools complain of most, tried here in a real browser.

Those that have tests of their own elsewhere are named in docs/explanation/what-hurts-elsewhere.md.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from tests.conftest import PATCHES, Drawing, code

from circletake.config import Config
from circletake.media.picture import Rgb
from circletake.studio import Studio
from circletake.workflows.views import GateView, TakeView

from .browser import needs_browser
from .coded_takes import SLOW_MS, code_on, coded_takes, seen
from .conftest import Served, serving

pytestmark = [
    pytest.mark.sqlite,  # what the browser sees does not know the database
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(900),
    needs_browser,
]

FILM = Fraction(24000, 1001)
WIDTH_PX, HEIGHT_PX = 480, 270
# Takes of 23.976 frames a second as people have them; frames of each.
ODD = {"silent": 24, "one frame": 1, "turned": 24, "ten bits": 24, "damaged": 24, "hdr": 12}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(SLOW_MS)
    yield context.new_page()
    context.close()


def stands(page: Page, frame: int) -> None:
    expect(page.locator(".picture")).to_have_attribute("data-drawn", str(frame), timeout=SLOW_MS)


# 2: Kitsu #1516


def test_at_23_976_the_second_frame_is_not_the_first_and_the_last_is_reached(
    page: Page, tmp_path: Path
) -> None:
    with coded_takes(tmp_path, rate=FILM, takes=1) as coded:
        coded.open(page, "#f=0")
        read = [code_on(page)]
        for n in (1, 2):
            page.keyboard.press("ArrowRight")
            stands(page, n)
            read.append(code_on(page))
        assert read == [0, 1, 2]
        page.keyboard.press("End")
        stands(page, 59)
        assert code_on(page) == 59
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowLeft")
        stands(page, 58)
        assert code_on(page) == 58


# 8: Kitsu #1366


def test_scrubbing_follows_the_pointer_off_the_lane_and_ends_where_it_is_let_go(
    page: Page, tmp_path: Path
) -> None:
    with coded_takes(tmp_path, rate=Fraction(24), takes=1) as coded:
        coded.open(page, "#f=0")
        lane = page.locator("[role=slider][aria-valuemax]").first.bounding_box()
        assert lane is not None
        left, right, middle = lane["x"], lane["x"] + lane["width"], lane["y"] + lane["height"] / 2
        page.mouse.move(left + 2, middle)
        page.mouse.down()
        for share in (0.25, 0.5, 0.75):
            page.mouse.move(left + share * lane["width"], middle - 400)  # over the picture meanwhile
        stands(page, 45)
        assert code_on(page) == 45
        page.mouse.move(right + 300, middle + 80)  # beyond the end is the end
        stands(page, 59)
        page.mouse.move(left - 300, middle)
        stands(page, 0)
        page.mouse.move(left + lane["width"] / 2, middle)
        page.mouse.up()
        stands(page, 30)
        page.mouse.move(left + 5, middle)  # let go is let go
        page.wait_for_timeout(200)
        stands(page, 30)
        assert code_on(page) == 30


# 5 and 9: zou #1071, Kitsu #646 #707


@dataclass(frozen=True)
class Odd:
    """A studio with one take of each odd kind, and one of plain colours."""

    studio: Studio
    url: str

    def open(self, page: Page, shot: str) -> TakeView:
        page.goto(f"{self.url}/link/{self.studio.make_link('leo')}")
        leo = self.studio.session_of(self.studio.sign_in_by_link(self.studio.make_link("leo")))
        task = self.studio.find_task(leo, "spring", shot, "animation")
        page.goto(f"{self.url}/t/{task}#f=0")
        stands(page, 0)
        return self.studio.task(leo, task).takes[0]


def hdr_film(path: Path, n_frames: int) -> Path:
    """Reference white in PQ and BT.2020: 203 cd/m² (ITU-R BT.2408) is 0.5807 of the range."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FILM, options={"crf": "1"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = WIDTH_PX, HEIGHT_PX, "yuv420p10le"
        context = stream.codec_context
        context.colorspace, context.color_primaries, context.color_trc, context.color_range = 9, 9, 16, 1
        for n in range(n_frames):
            frame = av.VideoFrame(WIDTH_PX, HEIGHT_PX, "yuv420p10le")
            for plane, value in zip(frame.planes, (64 + round(876 * 0.5807), 512, 512), strict=True):
                plane.update(np.full(plane.buffer_size // 2, value, np.uint16).tobytes())
            frame.pts, frame.time_base = n, 1 / FILM
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def odd_film(kind: str, folder: Path) -> Path:
    frames = list(Drawing(WIDTH_PX, HEIGHT_PX).frames(ODD[kind]))
    if kind == "hdr":
        return hdr_film(folder / "hdr.mp4", ODD[kind])
    if kind == "turned":
        lying = [np.rot90(rgb).copy() for rgb in frames]
        return code(folder / "turned.mp4", lying, rate=FILM, rotation_deg=-90)
    if kind == "ten bits":
        return code(folder / "ten.mp4", frames, rate=FILM, pix_fmt="yuv420p10le")
    path = code(folder / f"{kind}.mp4", frames, rate=FILM, options={"g": "8", "bf": "0"})
    if kind == "damaged":
        with av.open(str(path)) as read:
            packet = [one for one in read.demux(video=0) if one.pos is not None][8]
            middle = int(packet.pos or 0) + packet.size // 2
        data = bytearray(path.read_bytes())
        data[middle : middle + 40] = bytes(40)
        path.write_bytes(bytes(data))
    return path


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Odd]:
    folder = tmp_path_factory.mktemp("odd")
    with Studio.create(folder / "studio", config=Config(workers=1)) as studio:
        people = {}
        for name in ("ana", "leo", "arti"):
            studio.add_person(name)
            people[name] = studio.session_of(studio.sign_in_by_link(studio.make_link(name)))
        ana = people["ana"]
        studio.new_production(
            ana, code="spring", title="Spring", rate=FILM, width_px=WIDTH_PX, height_px=HEIGHT_PX
        )
        for name, role in (("leo", "lead"), ("arti", "artist")):
            studio.set_role(ana, "spring", person=name, role=role)
        plain = code(
            folder / "colours.mp4",
            [Drawing(WIDTH_PX, HEIGHT_PX).frame(5)] * 48,
            rate=FILM,
            options={"crf": "6"},
        )
        films = {"colours": plain, **{kind: odd_film(kind, folder) for kind in ODD}}
        for nth, (kind, path) in enumerate(films.items()):
            shot = f"SH{nth:03}"
            studio.add_shot(ana, "spring", code=shot, title=kind, frames=24, source_class="drawn")
            studio.add_take(people["arti"], "spring", shot=shot, stage="animation", path=path)
        assert not [job for job in studio.run_jobs() if job.state == "failed"]
        with serving(studio) as (_, url):
            yield Odd(studio, url)


def patches_of(rgb: Rgb) -> np.ndarray:
    """The middle of every colour patch: [patch, 3]."""
    height, width = rgb.shape[:2]
    return np.array(
        [
            np.median(rgb[height * 3 // 4 - 8 : height * 3 // 4 + 8, at - 8 : at + 8].reshape(-1, 3), axis=0)
            for at in (int((place + 0.5) * width / len(PATCHES)) for place in range(len(PATCHES)))
        ]
    )


def test_colours_paused_and_playing_are_those_that_were_drawn(odd: Odd, page: Page) -> None:
    odd.open(page, "SH000")
    paused = patches_of(seen(page))
    page.keyboard.press("Space")
    expect(page.locator("output.frame")).to_have_attribute("data-playing", "true")
    page.wait_for_function("() => Number(document.querySelector('output.frame').dataset.frame) > 4")
    playing = patches_of(seen(page))
    assert page.locator("output.frame").get_attribute("data-playing") == "true"
    assert np.abs(paused - PATCHES).max() <= 4, paused
    apart = np.abs(paused - playing)
    assert apart[:, :2].max() <= 4, (paused, playing)
    # A browser without a graphics processor multiplies by 2.0 where BT.709 says 2.11 (libyuv keeps seven
    # bits of it), so that blue is off by a ninth of how far it is from grey: 11 codes in pure green.
    blue = np.array(PATCHES) @ [-0.1006, -0.3386, 0.4392]
    assert (apart[:, 2] <= 4 + 0.1124 * np.abs(blue)).all(), (paused, playing)
    assert apart[np.abs(blue) <= 4, 2].max() <= 4


@pytest.mark.parametrize("kind", list(ODD))
def test_odd_media_is_seen_whole_and_says_what_there_is_to_know(odd: Odd, page: Page, kind: str) -> None:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    take = odd.open(page, f"SH{list(ODD).index(kind) + 1:03}")
    assert take.n_frames == ODD[kind]
    last = take.n_frames - 1
    page.keyboard.press("End")
    stands(page, last)
    if kind not in {"hdr", "damaged"}:
        drawing = Drawing(WIDTH_PX, HEIGHT_PX)
        assert drawing.read(seen(page)) == last
    page.keyboard.press("Home")
    stands(page, 0)
    if last:
        page.keyboard.press("Space")
        page.wait_for_function("() => Number(document.querySelector('output.frame').dataset.frame) > 2")
        page.keyboard.press("Space")
    badges = {"hdr": "HDR, seen as SDR", "damaged": "damaged frames"}
    shown = page.locator("[data-badge]")
    expect(shown).to_have_count(1 if kind in badges else 0)
    if kind in badges:
        expect(shown).to_contain_text(badges[kind])
    assert complaints == []


# 10: Kitsu #910


def offered(page: Page) -> set[int]:
    """Values that the desk offers this person at the gate that is chosen."""
    return {
        int(button.get_attribute("data-value") or 99)
        for button in page.locator("button[data-value]").all()
        if button.get_attribute("aria-disabled") == "false"
    }


def permitted(served: Served, who: str, take: TakeView, gate: GateView) -> set[int]:
    """Values that the server takes from this person there, each taken back at once."""
    found = set()
    task = served.task(who)
    with served.client(who) as client:
        for value in (-2, -1, 0, 1, 2):
            sent: dict[str, Any] = {
                "task": task.id,
                "content": take.content,
                "gate": gate.key,
                "value": value,
                "reasons": ["story.intent"],
                "note": "Tried.",
                "gate_hash": gate.hash,
                "upstream": task.upstream,
                "key": f"{who}-{gate.key}-{value}-{time.monotonic_ns()}",
            }
            answer = client.post("/api/verdicts", json=sent)
            if answer.status_code == 200:
                found.add(value)
                mine = [one for one in served.take(who).verdicts if one.live]
                client.post(f"/api/verdicts/{mine[0].seq}/withdraw", json={"key": sent["key"] + "-back"})
            else:
                assert answer.status_code in {403, 422}, answer.text
    return found


@pytest.mark.parametrize("who", ["ana", "dora", "leo", "arti"])
def test_the_desk_offers_what_the_server_permits(analysed: Served, page: Page, who: str) -> None:
    task, take = analysed.task(who), analysed.take(who)
    page.goto(f"{analysed.url}/link/{analysed.studio.make_link(who)}")
    page.goto(f"{analysed.url}/t/{task.id}#f=0")
    stands(page, 0)
    asked = 0
    for gate in take.gates:
        choice = page.get_by_role("radio", name=gate.label, exact=True)
        may = permitted(analysed, who, take, gate)
        if choice.count() == 0:
            assert may == set(), (who, gate.key)
            continue
        choice.click()
        assert offered(page) == may, (who, gate.key)
        asked += 1
    assert (asked > 0) == any(gate.low is not None for gate in take.gates)
