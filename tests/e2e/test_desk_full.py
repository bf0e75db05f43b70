"""Looking closer than stored frames are: the take's own pixels, where they stand and when, in a browser."""

import os
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect

from circletake.media.coded import read_code
from circletake.media.frames import read_rgb
from circletake.media.picture import Rgb
from circletake.media.source import open_source

from .browser import needs_browser
from .coded_takes import APART, START, Coded, code_on, coded_takes, seen

FRAMES = 16
_WAIT_MS = 60_000

pytestmark = [
    pytest.mark.sqlite,  # what the browser sees does not know the database
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(900),
    needs_browser,
]


@pytest.fixture(scope="module")
def hd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coded]:
    """Two takes of 1920 × 1080."""
    folder = tmp_path_factory.mktemp("hd")
    with coded_takes(folder, size_px=(1920, 1080), n_frames=FRAMES) as made:
        yield made


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1440, "height": 900})
    yield made
    made.close()


def picture_of(page: Page, name: str) -> None:
    """Keep a picture of the page where somebody wants to look at it."""
    if folder := os.environ.get("CIRCLETAKE_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def keeping(held: list[Route]) -> Callable[[Route], None]:
    """Hold requests back, until somebody lets them go on."""

    def keep(route: Route) -> None:
        held.append(route)

    return keep


def has_full(page: Page, standing: str = "here") -> None:
    expect(page.locator(".picture")).to_have_attribute("data-full", standing, timeout=_WAIT_MS)


def look_closely(page: Page, at: tuple[float, float] = (0.3, 0.4)) -> None:
    """Z over a place of the picture."""
    box = page.locator(".picture").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + at[0] * box["width"], box["y"] + at[1] * box["height"])
    page.keyboard.press("z")
    expect(page.locator("[data-lens='100 %']")).to_be_visible()


def shown(page: Page, wide: int, high: int) -> tuple[Rgb, tuple[float, float]]:
    """What is painted in the middle of the well, and the pixel of the take at its upper left corner."""
    well, box = page.locator(".well").bounding_box(), page.locator(".picture").bounding_box()
    assert well is not None
    assert box is not None
    left, top = (
        round(well["x"] + well["width"] / 2 - wide / 2),
        round(well["y"] + well["height"] / 2 - high / 2),
    )
    shot = page.screenshot(clip={"x": left, "y": top, "width": wide, "height": high})
    return read_rgb(shot), (left - box["x"], top - box["y"])


def taken(source: Rgb, at: tuple[float, float], wide: int, high: int) -> Rgb:
    """The same part of the take's own picture; between its pixels, where the screen stands between them."""
    around = cv2.getRectSubPix(source, (wide, high), (at[0] + (wide - 1) / 2, at[1] + (high - 1) / 2))
    return np.asarray(around, np.uint8)


def shift_px(one: Rgb, other: Rgb) -> float:
    """How far one picture lies from another, in pixels."""
    grey = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) for picture in (one, other)]
    high, wide = grey[0].shape
    (x, y), _ = cv2.phaseCorrelate(grey[0], grey[1], cv2.createHanningWindow((wide, high), cv2.CV_32F))
    return float(np.hypot(x, y))


def source_of(coded: Coded, n: int, take: int = 1) -> tuple[str, Rgb]:
    """Content of a take, and what its own file says of a frame."""
    leo = coded.studio.session_of(coded.studio.sign_in_by_link(coded.studio.make_link("leo")))
    found = next(one for one in coded.studio.task(leo, coded.task).takes if one.number == take)
    return found.content, open_source(coded.studio.house.store, found.content).frame(n).rgb()


def test_z_shows_the_pixels_of_a_1080p_take_where_the_stored_ones_stood(
    hd: Coded, context: BrowserContext
) -> None:
    page = context.new_page()
    held: list[Route] = []
    page.route("**/full/*.jpg", keeping(held))
    hd.open(page, f"#f={START}&take=1")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".picture")).to_have_attribute("data-drawn", "1")
    assert not held
    look_closely(page)
    has_full(page, "coming")
    page.wait_for_timeout(400)
    expect(page.get_by_text("full size on its way")).to_be_visible()
    picture_of(page, "full-coming")
    box = page.locator(".picture").bounding_box()
    assert box is not None
    assert [box["width"], box["height"]] == pytest.approx([1920, 1080], abs=0.1)
    stored, at = shown(page, 512, 320)
    assert len(held) == 1
    held.pop().continue_()
    has_full(page)
    expect(page.get_by_text("on its way")).to_have_count(0)
    picture_of(page, "full-here")
    full, _ = shown(page, 512, 320)
    truth = taken(source_of(hd, 1)[1], at, 512, 320)
    # the picture does not move, its colours stay, and what stands now is what the file holds
    assert shift_px(stored, full) <= 0.5
    assert shift_px(full, truth) <= 0.5
    assert np.abs(full.astype(int) - truth.astype(int)).mean() <= 4
    small = [cv2.resize(one, (32, 20), interpolation=cv2.INTER_AREA).astype(int) for one in (stored, full)]
    assert np.abs(small[0] - small[1]).max() <= 4
    # grain that the stored picture lost is there again
    assert np.abs(full.astype(int) - truth).mean() < 0.5 * np.abs(stored.astype(int) - truth).mean()
    assert code_on(page) == 1


def test_stepping_shows_the_stored_frame_at_once_and_playing_asks_for_nothing(
    hd: Coded, context: BrowserContext
) -> None:
    page = context.new_page()
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/full/" in request.url:
            asked.append(request.url)

    page.on("request", note)
    hd.open(page, f"#f={START}&take=1")
    look_closely(page)
    has_full(page)
    for frame in (1, 2, 3):
        page.keyboard.press("ArrowRight")
        expect(page.locator(".picture")).to_have_attribute("data-drawn", str(frame))
        has_full(page)
        assert code_on(page) == frame
        assert page.locator("[data-layer=A] canvas").evaluate("one => one.width") == 1920
    assert len(asked) == 4
    page.keyboard.press("Space")
    expect(page.locator("output.frame")).to_have_attribute("data-playing", "true")
    page.wait_for_timeout(800)
    assert len(asked) == 4
    page.keyboard.press("k")
    has_full(page)
    page.keyboard.press("z")
    has_full(page, "plain")
    assert page.locator("[data-layer=A] canvas").evaluate("one => one.width") == 1280


def test_compared_takes_are_sharp_together(hd: Coded, context: BrowserContext) -> None:
    page = context.new_page()
    held: list[Route] = []
    other, _ = source_of(hd, 0, take=1)
    address = f"**/media/{other}/full/*.jpg"
    page.route(address, keeping(held))
    hd.open(page, f"#f={START}&take=2")
    page.keyboard.press("w")
    look_closely(page, (0.5, 0.05))
    has_full(page, "coming")
    page.wait_for_timeout(1500)  # that of A has long come
    widths = "() => [...document.querySelectorAll('[data-layer] canvas')].map(one => one.width)"
    assert page.evaluate(widths) == [1280, 1280]
    assert len(held) == 1
    held.pop().continue_()
    page.unroute(address)
    has_full(page)
    assert page.evaluate(widths) == [1920, 1920]
    page.keyboard.press("d")
    has_full(page)
    page.keyboard.press("Delete")
    has_full(page, "plain")
    assert read_code(seen(page)) == APART ^ 0
    page.keyboard.press("d")
    page.keyboard.press("Shift+D")
    look_closely(page, (0.5, 0.5))
    has_full(page)
    assert page.evaluate(widths) == [1920, 1920]


def test_a_frame_that_cannot_be_read_leaves_the_stored_one_and_says_so(
    hd: Coded, context: BrowserContext
) -> None:
    page = context.new_page()
    page.route("**/full/*.jpg", lambda route: route.fulfill(status=503, body=""))
    hd.open(page, f"#f={START}&take=1")
    look_closely(page)
    has_full(page, "failed")
    expect(page.get_by_text("full size could not be read; this is the stored picture")).to_be_visible()
    picture_of(page, "full-failed")
    page.unroute("**/full/*.jpg")
    page.keyboard.press("ArrowRight")
    has_full(page)


def test_4k_stands_in_its_own_pixels(tmp_path: Path, context: BrowserContext) -> None:
    with coded_takes(tmp_path, size_px=(3840, 2160), n_frames=14, takes=1) as uhd:
        page = context.new_page()
        uhd.open(page, f"#f={START}&take=1")
        go = 9
        page.keyboard.press("Control+g")
        page.get_by_label("Go to frame").fill(str(START + go))
        page.keyboard.press("Enter")
        expect(page.locator(".picture")).to_have_attribute("data-drawn", str(go))
        look_closely(page)
        has_full(page)
        picture_of(page, "full-4k")
        full, at = shown(page, 512, 320)
        truth = taken(source_of(uhd, go)[1], at, 512, 320)
        assert shift_px(full, truth) <= 0.5
        assert np.abs(full.astype(int) - truth.astype(int)).mean() <= 4


def test_alpha_is_offered_where_the_take_has_it_as_grey_and_over_checks(
    tmp_path: Path, context: BrowserContext
) -> None:
    with coded_takes(tmp_path, n_frames=14, takes=1) as coded:
        studio, rate = coded.studio, Fraction(30000, 1001)
        arti = studio.session_of(studio.sign_in_by_link(studio.make_link("arti")))
        write_layer(tmp_path / "layer.mov", rate)
        studio.add_take(arti, "spring", shot="SH010", stage="animation", path=tmp_path / "layer.mov")
        page = context.new_page()
        coded.open(page, f"#f={START}&take=1")
        for channel in ("red", "green", "blue", "luma"):
            page.keyboard.press("y")
            expect(page.locator(f"[data-lens='{channel}']")).to_be_visible()
        page.keyboard.press("y")
        expect(page.locator("[data-lens]")).to_have_count(0)
        page.locator("button[data-take='2']").click()
        expect(page.locator(".picture")).to_have_attribute("data-drawn", "0", timeout=_WAIT_MS)
        page.get_by_role("button", name="Lens").click()
        page.get_by_role("radio", name="alpha").click()
        has_full(page)
        picture_of(page, "alpha")
        page.get_by_role("button", name="Lens").click()
        grey = seen(page)
        rows, columns = grey.shape[:2]
        for x, cover in ((0.125, 0), (0.375, 128), (0.625, 255)):
            patch = grey[rows // 2 - 5 : rows // 2 + 5, round(columns * x) - 5 : round(columns * x) + 5]
            assert np.abs(patch.astype(int) - cover).max() <= 4
        page.keyboard.press("y")
        expect(page.locator("[data-lens='over checks']")).to_be_visible()
        has_full(page)
        picture_of(page, "checks")
        over = seen(page).astype(int)
        empty, half, whole = (
            over[rows // 4 : -rows // 4, round(columns * x) - 30 :][:, :60] for x in (0.125, 0.375, 0.625)
        )
        assert np.ptp(empty[..., 0]) > 30
        assert np.abs(np.ptp(half[..., 0]) - np.ptp(empty[..., 0]) / 2) <= 8
        assert np.abs(whole.reshape(-1, 3).mean(axis=0) - COLOUR).max() <= 4
        page.keyboard.press("y")
        expect(page.locator("[data-lens]")).to_have_count(0)
        has_full(page, "plain")


COLOUR = (200, 120, 40)


def write_layer(path: Path, rate: Fraction) -> None:
    """A film of one colour that covers nothing, half, all and nothing, a quarter of its width each."""
    rgba = np.zeros((270, 480, 4), np.uint8)
    rgba[..., :3] = COLOUR
    rgba[:, 120:240, 3] = 128
    rgba[:, 240:360, 3] = 255
    with av.open(str(path), "w") as container:
        stream = container.add_stream("qtrle", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 480, 270, "argb"
        for _ in range(14):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(rgba, format="rgba")))
        container.mux(stream.encode())
