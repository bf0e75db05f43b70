"""Invitation, account and passkeys in a real browser, with Chromium's own virtual authenticator."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from circletake.config import Config
from circletake.studio import Studio

from .browser import ARGUMENTS, CHROMIUM, needs_browser
from .conftest import serving

# Where pictures of the pages are put, for whoever wants to look at them; nowhere unless named.
PICTURES = os.environ.get("DESK_PICTURES")

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.browser,
    needs_browser,
]


@dataclass
class House:
    studio: Studio
    url: str
    browser: Browser

    def page(self, *, authenticator: bool = False) -> Page:
        """A browser of somebody's own, at 1280×720; with an authenticator that answers at once, if asked."""
        page = self.browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
        if authenticator:
            session = page.context.new_cdp_session(page)
            session.send("WebAuthn.enable")
            options = {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
            session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return page

    def link(self) -> str:
        ana = self.studio.session_of(self.studio.sign_in_by_link(self.studio.make_link("ana")))
        return f"{self.url}/invite/{self.studio.invite(ana, 'spring', roles=['artist', 'lead'])[1]}"


def picture(page: Page, name: str) -> None:
    if PICTURES:
        for width, height in ((1440, 900), (1280, 720)):
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with Studio.create(tmp_path_factory.mktemp("people") / "studio", config=Config(workers=1)) as studio:
        studio.add_person("ana")
        ana = studio.session_of(studio.sign_in_by_link(studio.make_link("ana")))
        studio.new_production(
            ana, code="spring", title="Spring", rate=Fraction(24), width_px=96, height_px=64
        )
        with serving(studio) as (_, url), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
            yield House(studio, url.replace("127.0.0.1", "localhost"), browser)
            browser.close()


def test_somebody_invited_joins_with_a_password_and_manages_their_account(house: House) -> None:
    page = house.page()
    page.goto(house.link())
    expect(page.get_by_role("heading", name="ana invites you to Spring")).to_be_visible()
    picture(page, "invited")
    page.get_by_label("Your name").fill("Nia Okafor")
    page.get_by_label("A password").fill("a red bicycle")
    page.get_by_role("button", name="Join with the password").click()
    expect(page.locator("summary")).to_have_text("Nia Okafor")
    page.goto(f"{house.url}/account")
    expect(page.get_by_role("heading", name="Where you are signed in")).to_be_visible()
    page.get_by_label("Name of the machine account").fill("render bot")
    page.get_by_role("button", name="Make a machine account").click()
    expect(page.get_by_label("Machines").get_by_text("render bot")).to_be_visible()
    page.get_by_label("What the token is for").fill("nightly renders")
    page.get_by_label("acts as").select_option(label="render bot")
    page.get_by_label("bring takes").check()
    page.get_by_role("button", name="Make a token").click()
    secret = page.locator("code")
    expect(secret).to_have_text(re.compile("^ct_"))
    told = secret.inner_text()
    assert house.studio.session_of(told).machine is not None
    picture(page, "account")
    page.get_by_role("button", name="I have it").click()
    expect(secret).to_have_count(0)
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("1 more has ended")).to_be_visible()
    other = house.page()
    other.goto(f"{house.url}/sign-in")
    other.get_by_label("Name").fill("Nia Okafor")
    other.get_by_label("Password").fill("a red bicycle")
    other.get_by_role("button", name="Sign in", exact=True).click()
    expect(other.locator("summary")).to_have_text("Nia Okafor")
    page.reload()
    page.get_by_role("button", name="End all others").click()
    expect(page.get_by_role("status")).to_have_text("Every other session has ended.")
    other.reload()
    expect(other.get_by_label("Sign in", exact=True)).to_be_visible()
    page.get_by_label("Current password").fill("wrong wrong")
    page.get_by_label("New password").fill("a blue bicycle")
    page.get_by_role("button", name="Change").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Current password").fill("a red bicycle")
    page.get_by_role("button", name="Change").click()
    expect(page.get_by_role("status")).to_contain_text("The password is changed")
    assert house.studio.sign_in("Nia Okafor", "a blue bicycle")


def test_somebody_invited_joins_with_a_passkey_and_signs_in_with_it(house: House) -> None:
    page = house.page(authenticator=True)
    page.goto(house.link())
    page.get_by_label("Your name").fill("Max Brandt")
    page.get_by_role("button", name="Join with a passkey instead").click()
    expect(page.locator("summary")).to_have_text("Max Brandt")
    page.goto(f"{house.url}/account")
    expect(page.get_by_label("Passkeys").get_by_text("passkey of Chromium on Linux")).to_be_visible()
    page.locator("summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("summary")).to_have_text("Max Brandt")
    page.goto(f"{house.url}/account")
    # the same authenticator has one for us already
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("already")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("button", name="Remove")).to_have_count(0)


def test_a_bare_address_says_where_passkeys_work(house: House) -> None:
    page = house.page()
    page.goto(house.url.replace("localhost", "127.0.0.1") + "/sign-in")
    expect(page.get_by_role("link", name="Open it there")).to_have_attribute("href", f"{house.url}/sign-in")
    picture(page, "sign-in")


def test_an_invitation_that_was_used_says_so(house: House) -> None:
    page = house.page()
    page.goto(f"{house.url}/invite/{'x' * 43}")
    expect(page.get_by_role("alert")).to_contain_text("ask for a new one")
