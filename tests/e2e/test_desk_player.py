"""The player on the desk: numbers that people say, the lens, takes compared, the loop, in a real browser."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from playwright.sync_api import Browser, FloatRect, Page, expect

from circletake.media.coded import read_code
from circletake.media.frames import read_rgb
from circletake.media.picture import Rgb

from .browser import needs_browser
from .coded_takes import APART, HANDLE, N_FRAMES, START, Coded, code_on, coded_takes, seen

WHOLE = 65_536

pytestmark = [
    pytest.mark.sqlite,  # what the browser sees does not know the database
    pytest.mark.e2e,
    pytest.mark.browser,
    pytest.mark.timeout(900),
    needs_browser,
]


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coded]:
    with coded_takes(tmp_path_factory.mktemp("player")) as made:
        yield made


@pytest.fixture
def page(coded: Coded, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    shown = context.new_page()
    coded.open(shown, "#f=0&take=1")
    yield shown
    context.close()


def picture_of(page: Page, name: str) -> None:
    """Keep a picture of the page where somebody wants to look at it."""
    if folder := os.environ.get("CIRCLETAKE_PICTURES"):
        page.wait_for_timeout(300)
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def stands(page: Page, frame: int) -> None:
    """Wait until a frame stands, by its number from 0."""
    expect(page.locator(".picture")).to_have_attribute("data-drawn", str(frame))


def go_to(page: Page, text: str) -> None:
    page.keyboard.press("Control+g")
    page.get_by_label("Go to frame").fill(text)
    page.keyboard.press("Enter")


# numbers that people say


def test_frames_are_called_as_the_policy_says_in_counter_and_link(page: Page) -> None:
    counter = page.locator("output.frame")
    expect(counter).to_have_text(str(START))
    page.keyboard.press("ArrowRight")
    expect(counter).to_have_text(str(START + 1))
    stands(page, 1)
    assert code_on(page) == 1
    assert page.url.endswith(f"#f={START + 1}&take=1")
    page.reload()
    stands(page, 1)


def test_a_frame_is_gone_to_by_its_number_by_steps_and_by_timecode(page: Page) -> None:
    go_to(page, str(START + 42))
    stands(page, 42)
    assert code_on(page) == 42
    go_to(page, "-2")
    stands(page, 40)
    go_to(page, "00:00:01:00")
    stands(page, 30)
    assert code_on(page) == 30
    go_to(page, "7")
    refused = page.get_by_role("alert")
    expect(refused).to_have_text(f"There is no such frame; the take has {START} to {START + 59}.")
    picture_of(page, "no-such-frame")
    page.keyboard.press("Escape")
    expect(refused).to_have_count(0)
    stands(page, 30)


def test_the_counter_counts_frames_timecode_and_drop_frame_and_remembers(page: Page) -> None:
    go_to(page, str(START + 30))
    stands(page, 30)
    counter, turn = page.locator("output.frame"), page.locator("[data-count]")
    for text in ("00:00:01:00", "00:00:01;00", str(START + 30), "00:00:01:00"):
        turn.click()
        expect(counter).to_have_text(text)
    page.reload()
    expect(counter).to_have_text("00:00:01:00")


def test_timecode_begins_where_that_of_the_file_does(tmp_path: Path, browser: Browser) -> None:
    with coded_takes(tmp_path, n_frames=14, takes=1) as made:
        studio = made.studio
        arti = studio.session_of(studio.sign_in_by_link(studio.make_link("arti")))
        with (
            av.open(str(tmp_path / "take0.mp4")) as film,
            av.open(str(tmp_path / "slated.mov"), "w") as slated,
        ):
            slated.metadata["timecode"] = "10:00:59;25"
            stream = slated.add_stream_from_template(film.streams.video[0])
            for packet in film.demux(film.streams.video[0]):
                if packet.dts is not None:
                    packet.stream = stream
                    slated.mux(packet)
        studio.add_take(arti, "spring", shot="SH010", stage="animation", path=tmp_path / "slated.mov")
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        shown = context.new_page()
        made.open(shown, "#f=0&take=1")
        shown.locator("[data-count]").click()
        expect(shown.locator("output.frame")).to_have_text("00:00:00:00")
        shown.locator("button[data-take='2']").click()
        expect(shown.locator("output.frame")).to_have_text("10:00:59;25", timeout=60_000)
        stands(shown, 0)
        go_to(shown, "10:01:00;02")
        stands(shown, 5)
        expect(shown.locator("output.frame")).to_have_text("10:01:00;02")
        context.close()


# the lens


def box_of(page: Page, selector: str = ".picture") -> tuple[float, float, float, float]:
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["x"], box["y"], box["width"], box["height"]


def laid_out(page: Page) -> tuple[float, float, float, float]:
    """Where the picture is once all that stands around it has come, which a busy machine brings late."""
    expect(page.locator("[data-measured=here]")).to_be_visible(timeout=60_000)
    expect(page.locator(".picture[data-drawn]")).to_be_visible(timeout=60_000)
    boxes = [box_of(page)]
    while boxes[-6:] != boxes[-1:] * 6:
        page.wait_for_timeout(100)
        boxes.append(box_of(page))
    return boxes[-1]


def test_the_wheel_zooms_at_the_pointer_and_a_drag_moves_and_one_key_puts_all_back(page: Page) -> None:
    x, y, width, height = fitted = laid_out(page)
    at = (x + 0.7 * width, y + 0.3 * height)
    page.mouse.move(*at)
    page.mouse.wheel(0, -500)
    expect(page.locator("[data-lens]")).to_be_visible()
    x, y, width, height = box_of(page)
    assert width > 2 * fitted[2]
    assert [(at[0] - x) / width, (at[1] - y) / height] == pytest.approx([0.7, 0.3], abs=0.002)
    # a plain drag, and the middle button, move it by as much
    for button in ("left", "middle"):
        before = box_of(page)
        page.mouse.move(*at)
        page.mouse.down(button=button)
        page.mouse.move(at[0] - 30, at[1] + 20, steps=3)
        page.mouse.up(button=button)
        after = box_of(page)
        assert [after[0] - before[0], after[1] - before[1]] == pytest.approx([-30, 20], abs=0.5)
    # with Space held too, and the film stands as it stood
    before = box_of(page)
    page.mouse.move(*at)
    page.keyboard.down("Space")
    page.mouse.down()
    page.mouse.move(at[0] + 25, at[1], steps=3)
    page.mouse.up()
    page.keyboard.up("Space")
    assert box_of(page)[0] - before[0] == pytest.approx(25, abs=0.5)
    expect(page.locator("output.frame")).to_have_attribute("data-playing", "false")
    page.keyboard.press("Delete")
    expect(page.locator("[data-lens]")).to_have_count(0)
    assert box_of(page) == pytest.approx(fitted)


def test_z_shows_a_pixel_for_a_pixel_and_goes_back(page: Page) -> None:
    fitted = laid_out(page)
    page.mouse.move(fitted[0] + 300, fitted[1] + 200)
    page.keyboard.press("z")
    expect(page.locator("[data-lens='100 %']")).to_be_visible()
    assert box_of(page)[2:] == pytest.approx((480, 270), abs=0.05)
    assert read_code(seen(page)) == 0
    page.keyboard.press("z")
    assert box_of(page) == pytest.approx(fitted)


def test_what_is_drawn_on_a_near_picture_stays_on_the_picture(page: Page) -> None:
    x, y, width, height = laid_out(page)
    page.mouse.move(x + width / 2, y + height / 2)
    page.mouse.wheel(0, -400)
    page.keyboard.press("p")
    guides = page.locator("[data-guides=safe] rect").first.bounding_box()
    picture = box_of(page)
    assert guides is not None
    assert guides["width"] / picture[2] == pytest.approx(0.93, abs=0.002)
    assert guides["x"] - picture[0] == pytest.approx(0.035 * picture[2], abs=1.5)


def test_light_and_channels_change_what_is_painted_paused_and_playing(page: Page) -> None:
    go_to(page, str(START + 5))
    stands(page, 5)
    page.wait_for_timeout(150)
    plain = seen(page).astype(float)
    for _ in range(4):
        page.keyboard.press("Control+ArrowUp")
    expect(page.locator("[data-lens='+1 stop']")).to_be_visible()
    brighter = seen(page).astype(float)
    middle = (plain > 60) & (plain < 150)
    assert np.median(brighter[middle] / plain[middle]) == pytest.approx(2 ** (1 / 2.2), abs=0.02)
    page.keyboard.press("y")
    expect(page.locator("[data-lens='+1 stop · red']")).to_be_visible()
    is_grey_alike(seen(page))
    page.keyboard.press("Space")
    expect(page.locator("output.frame")).to_have_attribute("data-playing", "true")
    page.wait_for_timeout(400)
    is_grey_alike(seen(page))
    picture_of(page, "red-playing")
    page.keyboard.press("k")


def is_grey_alike(rgb: np.ndarray) -> None:
    """All three channels say the same; the picture itself has colours."""
    inside = rgb[30:-30, 30:-30].astype(int)
    assert np.abs(inside[..., 0] - inside[..., 1]).max() <= 1
    assert np.abs(inside[..., 0] - inside[..., 2]).max() <= 1
    assert inside.std() > 5


# takes against each other


def test_flip_wipe_and_difference_show_the_same_frame_of_two_takes(page: Page) -> None:
    page.locator("button[data-take='2']").click()
    expect(page.locator(".desk")).to_have_attribute("data-take", "2")
    go_to(page, str(START + 17))
    stands(page, 17)
    page.keyboard.press("b")
    bar = page.get_by_role("toolbar", name="Compare")
    expect(bar).to_have_attribute("data-front", "B")
    a, b = APART, 0
    for step in range(12):
        frame = 17 + step
        stands(page, frame)
        is_b = step % 2 == 0
        expect(bar).to_have_attribute("data-front", "B" if is_b else "A")
        assert read_code(seen(page)) == (b if is_b else a) + frame
        page.keyboard.press("ArrowRight")
        page.keyboard.press("b")
    stands(page, 29)
    page.keyboard.press("w")
    expect(bar).to_have_attribute("data-way", "wipe")
    assert read_code(seen(page)) == a + 29
    edge = page.get_by_role("slider", name="Where A ends")
    x, y, width, height = box_of(page)
    page.mouse.move(x + width / 2, y + height / 2)
    page.mouse.down()
    page.mouse.move(x + 2, y + height / 2, steps=4)
    page.mouse.up()
    expect(edge).to_have_attribute("aria-valuenow", "0")
    assert read_code(seen(page)) == b + 29
    page.keyboard.press("d")
    expect(bar).to_have_attribute("data-way", "difference")
    assert read_code(seen(page)) == (a + 29) ^ (b + 29)
    picture_of(page, "difference")
    page.keyboard.press("d")
    expect(bar).to_have_count(0)
    assert read_code(seen(page)) == a + 29


def ink_off_px(before: Rgb, after: Rgb, start: tuple[float, float], end: tuple[float, float]) -> float:
    """How far what was painted since lies from the way of the pen, across it and at its ends."""
    changed = np.abs(after.astype(int) - before.astype(int)).max(axis=2) > 50
    y, x = np.nonzero(changed)
    assert len(x) > 50
    points = np.stack([x + 0.5, y + 0.5], axis=1)
    way = np.subtract(end, start)
    long = float(np.hypot(*way))
    along = (points - start) @ way / long
    across = (points - start) @ (-way[1], way[0]) / long
    thick = (across.max() - across.min()) / 2  # the cap of a line reaches as far beyond its end
    return float(max(abs(across.mean()), abs(along.min() + thick), abs(along.max() - thick - long)))


@pytest.mark.parametrize("how", ["plain", "near", "moved", "beside"])
def test_ink_lies_where_the_pen_was_at_any_zoom_and_beside_another_take(
    coded: Coded, page: Page, how: str
) -> None:
    studio, number = coded.studio, ["plain", "near", "moved", "beside"].index(how)
    go_to(page, str(START + 40 + number))
    stands(page, 40 + number)
    if how == "beside":
        page.locator("button[data-take='2']").click(modifiers=["Shift"])
        expect(page.locator("[data-letter=B]")).to_be_visible()
    laid_out(page)
    pane = box_of(page, "[data-pane] >> nth=0")
    middle = (round(pane[0] + pane[2] / 2), round(pane[1] + pane[3] / 2))
    page.mouse.move(middle[0] + 31, middle[1] - 17)
    if how != "plain":
        page.mouse.wheel(0, -950)
        expect(page.locator("[data-lens]")).to_be_visible()
    page.keyboard.press("a")
    if how == "moved":
        page.mouse.down(button="middle")
        page.mouse.move(middle[0] - 60, middle[1] + 43, steps=4)
        page.mouse.up(button="middle")
    page.keyboard.press("l")
    box = box_of(page)
    if how != "plain":
        assert box[2] > 3.5 * pane[2]
    clip = FloatRect(x=middle[0] - 160, y=middle[1] - 90, width=320, height=180)
    before = read_rgb(page.screenshot(clip=clip))
    start, end = (middle[0] - 120, middle[1] - 50), (middle[0] + 110, middle[1] + 60)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=5)
    page.mouse.up()
    expect(page.locator("[data-unsaved]")).to_have_count(0, timeout=60_000)
    after = read_rgb(page.screenshot(clip=clip))
    picture_of(page, f"ink-{how}")
    assert box_of(page) == box
    here = [(x - clip["x"], y - clip["y"]) for x, y in (start, end)]
    assert ink_off_px(before, after, here[0], here[1]) <= 1
    leo = studio.session_of(studio.sign_in_by_link(studio.make_link("leo")))
    content = next(one.content for one in studio.task(leo, coded.task).takes if one.number == 1)
    drawings = studio.drawings(leo, task=coded.task, content=content)
    (found,) = [one for one in drawings if one.frames.start == 40 + number]
    for point, (x, y) in zip(found.points, (start, end), strict=True):
        at = (box[0] + point[0] / WHOLE * box[2], box[1] + point[1] / WHOLE * box[3])
        assert np.hypot(at[0] - x, at[1] - y) <= 1
    # and it lies on the same place of the picture once all of that is seen again
    page.keyboard.press("Escape")
    page.keyboard.press("Delete")
    expect(page.locator("[data-lens]")).to_have_count(0)
    box = box_of(page)
    drawn = box_of(page, f"[data-drawing='{found.id}'] path >> nth=-1")
    thick = found.width / WHOLE * box[3]
    for axis in (0, 1):
        low, high = sorted(point[axis] / WHOLE * box[2 + axis] for point in found.points)
        assert abs(drawn[axis] - box[axis] - low) <= thick / 2 + 1
        assert abs(drawn[axis] + drawn[2 + axis] - box[axis] - high) <= thick / 2 + 1


def test_side_by_side_steps_and_plays_in_step(page: Page) -> None:
    page.locator("button[data-take='2']").click(modifiers=["Shift"])
    bar = page.get_by_role("toolbar", name="Compare")
    expect(bar).to_have_attribute("data-way", "side")
    expect(page.locator("[data-letter=B]")).to_be_visible()
    for frame in (1, 2, 3, 4, 5):
        page.keyboard.press("ArrowRight")
        stands(page, frame)
        assert (code_on(page, "A"), code_on(page, "B")) == (frame, APART + frame)
    page.keyboard.press("Space")
    page.wait_for_timeout(700)
    apart = [page.evaluate(_TOGETHER) for _ in range(8)]
    picture_of(page, "side-by-side")
    page.keyboard.press("k")
    # the shorter way round the loop: one may have gone round a frame before the other
    off = [abs(pair[0] - (pair[1] - APART)) for pair in apart if pair is not None]
    found = [min(one, N_FRAMES - one) for one in off]
    assert len(found) >= 6
    assert max(found) <= 2, apart
    frame = int(page.locator("output.frame").get_attribute("data-frame") or -1)
    stands(page, frame)
    assert (code_on(page, "A"), code_on(page, "B")) == (frame, APART + frame)


def test_what_others_write_leaves_both_pictures_where_they_are(coded: Coded, page: Page) -> None:
    page.locator("button[data-take='2']").click(modifiers=["Shift"])
    expect(page.locator("[data-letter=B]")).to_be_visible()
    stands(page, 0)
    page.evaluate(_WATCHED)
    arti = coded.studio.session_of(coded.studio.sign_in_by_link(coded.studio.make_link("arti")))
    take = next(one for one in coded.studio.task(arti, coded.task).takes if one.number == 1)
    coded.studio.note_add(arti, task=coded.task, content=take.content, text="The hand is early.", key="n-1")
    expect(page.get_by_text("The hand is early.")).to_be_visible(timeout=60_000)
    page.wait_for_timeout(300)
    assert page.evaluate("window.undrawn") == []
    assert (code_on(page, "A"), code_on(page, "B")) == (0, APART)


# every time at which no frame stands on both surfaces
_WATCHED = """() => {
  window.undrawn = [];
  const picture = document.querySelector('.picture');
  new MutationObserver(() => {
    if (!picture.hasAttribute('data-drawn')) window.undrawn.push(performance.now());
  }).observe(picture, { attributes: true });
}"""


# both films as they stand in the same moment; null where one of them goes round just then
_TOGETHER = """async () => {
  await new Promise(resolve => setTimeout(resolve, 90));
  const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const read = layer => {
    const video = [...document.querySelectorAll(`[data-layer=${layer}] video`)]
      .find(one => one.style.visibility === 'visible');
    if (!video || video.seeking) return null;
    const side = Math.round(video.videoHeight / 18);
    pen.canvas.width = video.videoWidth; pen.canvas.height = video.videoHeight;
    pen.drawImage(video, 0, 0);
    const row = pen.getImageData(0, side >> 1, side * 12, 1).data;
    let code = 0;
    for (let bit = 0; bit < 12; bit++) if (row[(bit * side + (side >> 1)) * 4 + 1] >= 128) code |= 1 << bit;
    return code;
  };
  const [a, b] = [read('A'), read('B')];
  return a === null || b === null ? null : [a, b];
}"""


# play: loop, speed, sound, handles


@pytest.mark.realtime
def test_a_loop_turns_round_inside_itself_and_pausing_stands_on_what_was_told(page: Page) -> None:
    for key, frame in (("i", 20), ("o", 34)):
        go_to(page, str(START + frame))
        stands(page, frame)
        page.keyboard.press(key)
    page.keyboard.press("Space")
    told = page.evaluate(_PLAYED_LOOP)
    turns = [(a, b) for a, b in itertools.pairwise(told["counter"]) if b < a]
    assert len(turns) >= 3, told
    assert set(told["counter"]) <= set(range(20, 35))
    # from the last frame or the one before it, to the first or, where the browser was busy, soon after it
    assert all(a >= 33 and b <= 22 for a, b in turns), turns
    assert set(told["painted"]) <= set(range(20, 36)), told["painted"]
    page.keyboard.press("Space")
    frame = int(page.locator("output.frame").get_attribute("data-frame") or -1)
    stands(page, frame)
    assert code_on(page) == frame


# the counter at each change, and the film itself as often
_PLAYED_LOOP = """async () => {
  const output = document.querySelector('output.frame');
  const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const counter = [], painted = [];
  const watch = new MutationObserver(() => {
    counter.push(Number(output.dataset.frame));
    const video = [...document.querySelectorAll('[data-layer=A] video')]
      .find(one => one.style.visibility === 'visible');
    if (!video) return;
    const side = Math.round(video.videoHeight / 18);
    pen.canvas.width = side * 12; pen.canvas.height = 1;
    pen.drawImage(video, 0, side >> 1, side * 12, 1, 0, 0, side * 12, 1);
    const row = pen.getImageData(0, 0, side * 12, 1).data;
    let code = 0;
    for (let bit = 0; bit < 12; bit++) if (row[(bit * side + (side >> 1)) * 4 + 1] >= 128) code |= 1 << bit;
    painted.push(code);
  });
  watch.observe(output, { attributes: true, attributeFilter: ['data-frame'] });
  await new Promise(resolve => setTimeout(resolve, 3000));
  watch.disconnect();
  return { counter, painted };
}"""


def test_speed_and_sound_are_chosen_and_sound_is_remembered(page: Page) -> None:
    page.get_by_label("Speed").select_option("0.5")
    page.keyboard.press("Space")
    expect(page.locator("output.frame")).to_have_attribute("data-playing", "true")
    video = page.locator("[data-layer=A] video").first
    assert video.evaluate("one => [one.playbackRate, one.preservesPitch, one.muted]") == [0.5, True, False]
    page.get_by_label("Speed").select_option("2")
    assert video.evaluate("one => one.playbackRate") == 2
    expect(page.locator("output.frame")).to_have_attribute("data-playing", "true")
    page.get_by_role("button", name="Sound off").click()
    assert video.evaluate("one => one.muted") is True
    page.keyboard.press("Space")
    page.reload()
    expect(page.get_by_role("button", name="Sound on")).to_be_visible()
    assert page.locator("[data-layer=A] video").first.evaluate("one => one.muted") is True


def test_the_timeline_shows_the_sound_and_what_the_cut_leaves_out(coded: Coded, page: Page) -> None:
    expect(page.locator("[data-wave]")).to_be_visible()
    expect(page.locator("[data-handle]")).to_have_count(0)
    studio = coded.studio
    ana = studio.session_of(studio.sign_in_by_link(studio.make_link("ana")))
    studio.cut_assemble(ana, "spring")
    cut = studio.cut(ana, "spring")
    take = next(one for one in studio.task(ana, coded.task).takes if one.number == 1)
    studio.cut_fill(ana, "spring", slot=cut.slots[0].id, take=take.id, source_in=HANDLE, cut_hash=cut.hash)
    page.reload()
    handles = page.locator("[data-handle]")
    expect(handles).to_have_count(2)
    found = [handles.nth(n).get_attribute("title") for n in range(2)]
    last = START + 59
    assert found == [
        f"handle: frames {START}–{START + HANDLE - 1}, not in the cut",
        f"handle: frames {last - HANDLE + 1}–{last}, not in the cut",
    ]
    picture_of(page, "handles")
