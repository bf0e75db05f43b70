"""Guests in a real browser: in by a link, their name in every pixel they see, noting, and out at once."""

import base64
import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from circletake.config import Config
from circletake.ledger import accounts
from circletake.media.encode import write_movie
from circletake.media.frames import read_rgb
from circletake.media.watermark import make_mark
from circletake.studio import Studio
from circletake.workflows.guest_links import Showing
from circletake.workflows.guest_marks import words_of

from .browser import ARGUMENTS, CHROMIUM, needs_browser
from .conftest import TRUST, serving, wait_until

# Where pictures of the pages are put, for whoever wants to look at them; nowhere unless named.
PICTURES = os.environ.get("DESK_PICTURES")
N_FRAMES, WIDTH_PX, HEIGHT_PX = 48, 640, 360
PLAYING = "video[style*='visibility: visible']"
PASSPHRASE = "a red bicycle"  # noqa: S105 (of a link that lives for one test)

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    needs_browser,
]

Rgb = NDArray[np.uint8]


@dataclass
class House:
    studio: Studio
    url: str
    browser: Browser
    founder: str
    shown: list[tuple[str, str]]
    hidden: tuple[str, str]

    @property
    def ana(self) -> Any:  # noqa: ANN401 (a session)
        return self.studio.session_of(self.founder)

    def link(self, **how: Any) -> tuple[str, str]:  # noqa: ANN401 (as Showing has them)
        """A link's id and address."""
        showing = {
            "label": "Client screening",
            "contents": self.shown,
            "rights": ["note"],
            "hours": 24,
            **how,
        }
        made, token = self.studio.guests.make_link(self.ana, "spring", Showing(**showing))
        return made, f"{self.url}/g/{token}"

    def page(self, *, width: int = 1280, height: int = 720) -> Page:
        """A fresh browser of somebody who was never here."""
        context: BrowserContext = self.browser.new_context(viewport={"width": width, "height": height})
        return context.new_page()

    def come(self, address: str, name: str = "Nia Okafor", **size: int) -> Page:
        page = self.page(**size)
        page.goto(address)
        page.get_by_label("Your name").fill(name)
        page.get_by_role("button", name="Look").click()
        expect(page.locator("[data-drawn='0']")).to_be_visible()
        return page

    def unmarked(self, n: int) -> Rgb:
        return read_rgb(self.studio.media_frame(self.ana, self.shown[0][1], n))

    def words(self, link: str, name: str) -> str:
        found = next(one for one in self.studio.guests.links(self.ana, "spring") if one.id == link)
        guest = next(one for one in found.guests if one.name == name)
        return words_of(guest.id, name=name, label=found.label, came_at=guest.came_at)


def picture(page: Page, name: str) -> None:
    if PICTURES:
        before = page.viewport_size
        for width, height in ((1440, 900), (1280, 720), (820, 1180), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(200)
            page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png")
        if before:
            page.set_viewport_size(before)


def draw_film(path: Path, seed: int) -> None:
    """A soft drift of light with a box that walks: nothing in it has an edge where letters have theirs."""
    ys, xs = np.mgrid[0:HEIGHT_PX, 0:WIDTH_PX].astype(np.float32)
    frames = []
    for n in range(N_FRAMES):
        level = 128 + 50 * np.sin((xs + 4 * n + seed) / 150) * np.cos(ys / 120)
        frame = np.stack([level, level * 0.9, level * 0.8], axis=2).astype(np.uint8)
        frame[160:200, 20 + 10 * n : 60 + 10 * n] = (200, 60, 40)
        frames.append(frame)
    write_movie(path, frames, rate=Fraction(24), width_px=WIDTH_PX, height_px=HEIGHT_PX)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("guests")
    with Studio.create(folder / "studio", config=Config(workers=1)) as studio:
        for name in ("ana", "leo"):
            studio.add_person(name)
        founder = studio.sign_in_by_link(studio.make_link("ana"))
        ana = studio.session_of(founder)
        studio.new_production(
            ana, code="spring", title="Spring", rate=Fraction(24), width_px=WIDTH_PX, height_px=HEIGHT_PX
        )
        studio.set_role(ana, "spring", person="leo", role="lead")
        pairs = []
        for seed, code in enumerate(("SH010", "SH020", "SH030")):
            studio.add_shot(ana, "spring", code=code, title="", frames=N_FRAMES, source_class="drawn")
            draw_film(folder / f"{code}.mp4", 40 * seed)
            studio.add_take(ana, "spring", shot=code, stage="animation", path=folder / f"{code}.mp4")
            task = studio.task(ana, studio.find_task(ana, "spring", code, "animation"))
            pairs.append((task.id, task.takes[0].content))
        studio.run_jobs()
        with serving(studio) as (_, url), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
            yield House(studio, url.replace("127.0.0.1", "localhost"), browser, founder, pairs[:2], pairs[2])
            browser.close()


def canvas(page: Page, of: str) -> Rgb:
    """Pixels of the canvas, or of the picture that the video shows now, in the content's size."""
    told = page.evaluate(
        """([of, width, height]) => {
            const source = document.querySelector(of);
            const drawn = Object.assign(document.createElement("canvas"), { width, height });
            const context = drawn.getContext("2d");
            context.drawImage(source, 0, 0, width, height);
            return drawn.toDataURL("image/png").split(",")[1];
        }""",
        [of, WIDTH_PX, HEIGHT_PX],
    )
    return read_rgb(base64.b64decode(told))


def apart(one: Rgb, other: Rgb, where: NDArray[np.bool_]) -> float:
    """Mean difference in code values over some pixels."""
    return float(np.abs(one.astype(int) - other.astype(int))[where].mean())


def letters(words: str) -> NDArray[np.bool_]:
    """Where the middle of a letter is burnt in."""
    return make_mark(words, WIDTH_PX, HEIGHT_PX).keeps[:, :, 0] < 190


def test_a_guest_comes_in_by_name_and_passphrase_and_sees_only_what_is_shown(house: House) -> None:
    _, address = house.link(passphrase=PASSPHRASE)
    page = house.page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    expect(page.get_by_role("heading", name="Client screening")).to_be_visible()
    expect(page.get_by_text("ana shows you takes of Spring")).to_be_visible()
    picture(page, "guest-door")
    page.get_by_label("Your name").fill("Nia Okafor")
    page.get_by_label("Passphrase").fill("a blue bicycle")
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_role("alert")).to_contain_text("The passphrase is not right")
    page.get_by_label("Passphrase").fill(PASSPHRASE)
    page.get_by_role("button", name="Look").click()
    shown = page.get_by_role("list", name="What is shown")
    expect(shown.get_by_role("button")).to_have_count(2)
    expect(shown).not_to_contain_text("SH030")
    expect(page.get_by_role("note")).to_contain_text("You may look and note")
    page.get_by_role("button", name="One frame on").click()
    expect(page.locator("[data-drawn='1']")).to_be_visible()
    # nothing but a guest's addresses was asked for
    paths = {url.removeprefix(house.url).split("?")[0] for url in asked if url.startswith(house.url)}
    reached = {path for path in paths if path.startswith(("/api/", "/media/"))}
    assert all(path.startswith(("/api/guest", "/media/guest/", "/api/me")) for path in reached), reached
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Next shot")
    expect(page.get_by_role("dialog", name="Keys")).not_to_contain_text("Circled")


def test_the_guest_s_name_is_in_the_frames_and_in_the_playing_film(house: House) -> None:
    made, address = house.link()
    page = house.come(address)
    words = house.words(made, "Nia Okafor")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-drawn='1']")).to_be_visible()
    plain, where = house.unmarked(1), letters(words)
    burnt = make_mark(words, WIDTH_PX, HEIGHT_PX).burn(plain)
    seen = canvas(page, "canvas")
    assert apart(seen, burnt, where) < 8, "what is seen is the frame with exactly these words in it"
    assert apart(seen, plain, where) > 0.8 * apart(burnt, plain, where), "all that the words change"

    # the film, while it plays
    play = page.get_by_role("button", name="Play")
    expect(play).to_be_enabled(timeout=60_000)
    play.click()
    expect(page.locator("output[data-playing='true']")).to_be_visible()
    # one of two plays while the other waits for the loop to go round
    page.wait_for_selector(PLAYING)
    moving = canvas(page, PLAYING)
    frames = [house.unmarked(n) for n in range(N_FRAMES)]
    below = np.s_[
        : HEIGHT_PX // 2
    ]  # where no letters are in the upper half, frames differ by light and box alone
    soft = min(frames, key=lambda one: apart(moving[below], one[below], ~where[below]))
    near = make_mark(words, WIDTH_PX, HEIGHT_PX).burn(soft)
    assert apart(moving, near, where) < 14
    assert apart(moving, soft, where) > 0.8 * apart(near, soft, where), "all that the words change"
    picture(page, "guest-room")


def test_a_guest_notes_and_is_answered_and_is_out_at_once_while_it_plays(house: House) -> None:
    made, address = house.link()
    page = house.come(address)
    page.get_by_label("Note on frame").fill("The box walks too fast.")
    page.get_by_role("button", name="Note it").click()
    expect(page.get_by_role("list", name="Notes on SH010")).to_contain_text("The box walks too fast.")
    notes = house.studio.task(house.ana, house.shown[0][0]).takes[0].notes
    note = next(one for one in notes if one.text == "The box walks too fast.")
    assert note.person.name == "Nia Okafor (guest)"
    house.studio.note_add(
        house.ana,
        task=house.shown[0][0],
        content=house.shown[0][1],
        text="We slow it down.",
        key="answer-in-room",
        reply_to=note.id,
    )
    expect(page.get_by_text("We slow it down.")).to_be_visible()  # it comes by itself
    picture(page, "guest-notes")

    # revoked while it plays
    play = page.get_by_role("button", name="Play")
    expect(play).to_be_enabled(timeout=60_000)
    play.click()
    expect(page.locator("output[data-playing='true']")).to_be_visible()
    cookies = {one["name"]: one["value"] for one in page.context.cookies()}
    house.studio.guests.revoke(house.ana, "spring", made)
    with httpx2.Client(base_url=house.url, cookies=cookies, trust_env=False, verify=TRUST) as client:
        media = f"/media/guest/{house.shown[0][1]}"
        for path in ("/api/guest", f"{media}/frames/0.jpg", f"{media}/proxy.mp4", f"{media}/poster.jpg"):
            refused = client.get(path)
            assert (refused.status_code, refused.json()["code"]) == (403, "guest-link-ended"), path
            assert "ask ana" in refused.json()["detail"]
        assert client.get("/api/guest/events").status_code == 403
    expect(page.get_by_role("heading", name="Nothing more to see here")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("This link was revoked; ask ana for a new one.")
    assert page.locator("canvas, video").count() == 0
    picture(page, "guest-ended")
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("revoked; ask ana")


def test_a_guest_stays_in_over_a_reload_and_a_server_that_was_away(house: House) -> None:
    _, address = house.link()
    page = house.come(address)
    page.get_by_role("list", name="What is shown").get_by_role("button").nth(1).click()
    page.reload()
    expect(page.locator("[data-drawn='0']")).to_be_visible()
    page.get_by_role("button", name="Not you?").click()
    page.get_by_label("Your name").fill("Tom")
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_text("Tom", exact=True)).to_be_visible()
    page.context.set_offline(True)
    page.get_by_label("Note on frame").fill("Said while the server was away.")
    page.get_by_role("button", name="Note it").click()
    expect(page.get_by_role("alert")).to_contain_text("does not answer")
    page.context.set_offline(False)
    expect(page.get_by_label("Note on frame")).to_have_value("Said while the server was away.")
    page.get_by_role("button", name="Note it").click()
    expect(page.get_by_role("list", name="Notes on SH010")).to_contain_text("Said while the server was away.")


def test_a_picture_that_does_not_come_is_said_once_and_asks_once_why(house: House) -> None:
    _, address = house.link()
    page = house.come(address)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(house.url)))
    page.route("**/frames/47.jpg", lambda route: route.abort())
    page.keyboard.press("End")
    expect(page.get_by_role("alert")).to_contain_text("Frame 47 could not be read")
    page.wait_for_timeout(1_000)
    assert 1 <= asked.count("/api/guest") <= 2
    page.unroute("**/frames/47.jpg")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-drawn='47']")).to_be_visible()


def test_two_guests_of_one_link_hear_each_other_and_each_sees_their_own_name(house: House) -> None:
    made, address = house.link(label="Two at once")
    one, other = house.come(address, "Nia"), house.come(address, "王小明", width=390, height=844)
    one.get_by_label("Note on frame").fill("Mine.")
    one.get_by_role("button", name="Note it").click()
    expect(other.get_by_text("Mine.")).to_be_visible()
    plain = house.unmarked(0)
    for page, name, stranger in ((one, "Nia", "王小明"), (other, "王小明", "Nia")):
        own, theirs = house.words(made, name), house.words(made, stranger)
        seen = canvas(page, "canvas")
        only = letters(own) & ~letters(theirs)
        burnt = make_mark(own, WIDTH_PX, HEIGHT_PX).burn(plain)
        assert apart(seen, burnt, only) < 8
        assert apart(seen, plain, only) > 0.8 * apart(burnt, plain, only), "all that the words change"
    box = other.locator(".picture").bounding_box()
    assert box is not None
    assert box["width"] > 380, "on a phone the picture is as wide as the screen"
    assert other.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_link_without_a_watermark_shows_what_the_desk_shows(house: House) -> None:
    _, address = house.link(is_marked=False, rights=["look"])
    page = house.come(address)
    assert float(np.abs(canvas(page, "canvas").astype(int) - house.unmarked(0)).mean()) < 1
    expect(page.get_by_label("Note on frame")).to_have_count(0)
    expect(page.get_by_role("note")).to_contain_text("You may look.")


def stroke(page: Page, begin: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw across the picture, in parts of it."""
    box = page.locator("svg[data-drawings]").bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (begin, end)]
    page.mouse.move(*places[0])
    page.mouse.down()
    page.mouse.move(*places[1], steps=8)
    page.mouse.up()


def test_a_guest_draws_on_a_frame_and_a_note_names_it_as_people_here_see(house: House) -> None:
    _, address = house.link()
    page = house.come(address)
    page.keyboard.press("End")
    expect(page.locator(f"[data-drawn='{N_FRAMES - 1}']")).to_be_visible()
    page.get_by_role("button", name="Draw").click()
    stroke(page, (0.25, 0.25), (0.75, 0.5))
    page.keyboard.press("w")
    stroke(page, (0.2, 0.8), (0.5, 0.8))
    expect(page.locator("svg[data-drawings='2']")).to_be_visible()
    page.keyboard.press("u")
    expect(page.locator("svg[data-drawings='1']")).to_be_visible()
    page.keyboard.press("Shift+u")
    expect(page.locator("svg[data-drawings='2']")).to_be_visible()
    picture(page, "guest-drawing")
    expect(page.locator("[data-loose]")).to_contain_text("what you drew (2)")
    page.get_by_label("Note on frame").fill("From here to there.")
    page.get_by_role("button", name="Note it").click()
    expect(page.get_by_role("list", name="Notes on SH010")).to_contain_text("From here to there.")
    expect(page.locator("[data-loose]")).to_have_count(0)
    task, content = house.shown[0]
    drawn = house.studio.drawings(house.ana, task=task, content=content)
    mine = [one for one in drawn if one.person.name == "Nia Okafor (guest)"][-2:]
    assert [(one.shape, one.frames.start, one.frames.end) for one in mine] == [
        ("pen", N_FRAMES - 1, N_FRAMES),
        ("arrow", N_FRAMES - 1, N_FRAMES),
    ]
    x, y = mine[0].points[0]
    assert abs(x / 65_536 - 0.25) < 0.01
    assert abs(y / 65_536 - 0.25) < 0.01
    notes = house.studio.task(house.ana, task).takes[0].notes
    note = next(one for one in notes if one.text == "From here to there.")
    assert sorted(note.drawings) == sorted(one.id for one in mine)
    page.reload()
    expect(page.locator("[data-drawn='0']")).to_be_visible()
    page.keyboard.press("End")
    expect(page.locator("svg[data-drawings='2']")).to_be_visible()
    page.keyboard.press("Home")
    expect(page.locator("svg[data-drawings='0']")).to_be_visible()
    # at another link nobody sees it
    _, elsewhere = house.link(label="Another screening")
    other = house.come(elsewhere, "Ole")
    other.keyboard.press("End")
    expect(other.locator(f"[data-drawn='{N_FRAMES - 1}']")).to_be_visible()
    expect(other.locator("svg[data-drawings='0']")).to_be_visible()


def test_what_a_guest_drew_while_the_line_was_cut_is_sent_after_all(house: House) -> None:
    _, address = house.link(label="In a tunnel")
    page = house.come(address)
    page.keyboard.press("a")
    expect(page.get_by_label("Drawing", exact=True)).to_be_visible()
    page.context.set_offline(True)
    stroke(page, (0.3, 0.3), (0.6, 0.6))
    expect(page.locator("[data-on-the-way]")).to_contain_text("1 on the way")
    page.context.set_offline(False)
    expect(page.locator("[data-on-the-way]")).to_have_count(0)
    task, content = house.shown[0]
    drawn = house.studio.drawings(house.ana, task=task, content=content)
    assert drawn[-1].person.name.startswith("Nia Okafor")


def test_who_may_only_look_is_offered_no_pen(house: House) -> None:
    _, address = house.link(rights=[])
    page = house.come(address)
    expect(page.get_by_role("button", name="Draw")).to_have_count(0)
    page.keyboard.press("a")
    expect(page.get_by_label("Drawing", exact=True)).to_have_count(0)


def test_a_guest_sets_how_loud_it_is_and_the_browser_remembers(house: House) -> None:
    _, address = house.link()
    page = house.come(address)
    expect(page.get_by_role("button", name="Play")).to_be_enabled(timeout=60_000)
    page.get_by_label("Volume").fill("0.25")

    def levels() -> list[tuple[float, bool]]:
        videos = page.evaluate("[...document.querySelectorAll('video')].map((v) => [v.volume, v.muted])")
        return [(volume, muted) for volume, muted in videos]

    page.get_by_role("button", name="Play").click()
    page.wait_for_selector(PLAYING)
    assert (0.25, False) in levels()
    page.get_by_role("button", name="Sound off").click()
    assert all(muted for _, muted in levels())
    page.reload()
    expect(page.get_by_role("button", name="Sound on")).to_be_visible()
    page.get_by_role("button", name="Sound on").click()
    expect(page.get_by_label("Volume")).to_have_value("0.25")


def test_a_link_that_is_over_or_was_never_says_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    _, address = house.link(hours=1)
    page = house.come(address)
    now = accounts.utc_now()
    with monkeypatch.context() as patched:
        patched.setattr(accounts, "utc_now", lambda: now.replace(year=now.year + 1))
        page.keyboard.press("End")  # a frame that was not fetched yet
        expect(page.get_by_role("alert")).to_contain_text("This link expired on")
        expect(page.get_by_role("alert")).to_contain_text("ask ana for a new one")
    page.goto(address)  # and stays so, though the clock is right again
    expect(page.get_by_role("alert")).to_contain_text("This link expired on")
    page.goto(f"{house.url}/g/{'x' * 43}")
    expect(page.get_by_role("alert")).to_contain_text("ask whoever sent it to you")


def test_a_guessed_passphrase_is_slowed_down_as_a_password_is(house: House) -> None:
    _, address = house.link(passphrase=PASSPHRASE)
    token = address.rsplit("/", 1)[1]
    with httpx2.Client(base_url=house.url, trust_env=False, verify=TRUST, timeout=60) as client:

        def tries(passphrase: str) -> int:
            sent = {"token": token, "name": "Nia", "passphrase": passphrase}
            return client.post("/api/guest/open", json=sent).status_code

        assert [tries(f"guess number {n}") for n in range(6)][-1] == 429
        assert tries(PASSPHRASE) == 429
    assert not any(
        guest.name == "Nia" and one.id == _
        for one in house.studio.guests.links(house.ana, "spring")
        for guest in one.guests
    )


def test_whoever_produces_makes_copies_and_revokes_a_link_on_the_desk(house: House) -> None:
    page = house.page()
    page.goto(f"{house.url}/link/{house.studio.make_link('ana')}")
    page.goto(f"{house.url}/p/spring/guests")
    page.get_by_label("What it is called").fill("Made on the desk")
    page.get_by_label("SH010").check()
    page.get_by_role("button", name="Make the link").click()
    address = page.locator("code")
    expect(address).to_contain_text("/g/")
    told = address.inner_text()
    picture(page, "guest-links")
    page.get_by_role("button", name="I have it").click()
    expect(address).to_have_count(0)
    row = page.get_by_role("listitem").filter(has_text="Made on the desk")
    expect(row).to_contain_text("last used never")
    guest = house.come(told, "Zoe")
    expect(row).to_contain_text("Zoe")
    assert told.rsplit("/", 1)[1] not in page.content()
    row.get_by_role("button", name="Revoke").click()
    expect(guest.get_by_role("alert")).to_contain_text("revoked")
    expect(row.get_by_role("button", name="Revoke")).to_have_count(0)


def test_somebody_who_judges_here_is_shown_the_way_to_their_desk(house: House) -> None:
    _, address = house.link(rights=["note", "verdict"])
    stranger = house.come(address)
    expect(stranger.get_by_role("link", name="Judge it on your desk")).to_have_count(0)
    page = house.page()
    page.goto(f"{house.url}/link/{house.studio.make_link('leo')}")
    page.goto(address)
    page.get_by_label("Your name").fill("Leo")
    page.get_by_role("button", name="Look").click()
    page.get_by_role("link", name="Judge it on your desk").click()
    expect(page).to_have_url(f"{house.url}/t/{house.shown[0][0]}#f=0&take=1")


def test_nobody_who_may_not_share_is_offered_to(house: House) -> None:
    page = house.page()
    page.goto(f"{house.url}/link/{house.studio.make_link('leo')}")
    page.goto(f"{house.url}/p/spring")
    expect(page.get_by_role("link", name="Board")).to_be_visible()
    expect(page.get_by_role("link", name="Guests")).to_have_count(0)


def test_after_all_of_it_the_book_holds_and_no_token_is_in_it(house: House) -> None:
    made, address = house.link()
    token = address.rsplit("/", 1)[1]
    house.come(address).close()
    whole = b"".join(one.raw for one in house.studio.house.book.entries(0, 100_000))
    kept = b"".join(path.read_bytes() for path in house.studio.folder.glob("*.sqlite*"))
    assert token.encode() not in whole + kept
    assert made.encode() in whole
    assert house.studio.book_verify().holds
    assert house.studio.book_replay().holds
    wait_until(lambda: all(job.state != "run" for job in house.studio.house.queue.jobs()))
