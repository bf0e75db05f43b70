"""Signing in by a team's identity provider, against one that really signs and can misbehave."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc.jwk import RSAKey

from circletake.config import Config, read_config
from circletake.errors import ConfigInvalid
from circletake.studio import Studio
from circletake.web.auth import COOKIE

from .conftest import TRUST, serving
from .identity_provider import CLIENT_ID, CLIENT_SECRET, Provider, providing

pytestmark = pytest.mark.e2e


@dataclass
class House:
    studio: Studio
    url: str
    provider: Provider
    ana: str

    def browser(self, who: str | None = None) -> httpx2.Client:
        cookies = {COOKIE: who} if who else {}
        return httpx2.Client(
            base_url=self.url, cookies=cookies, follow_redirects=False, trust_env=False, verify=TRUST
        )

    def enter(self, client: httpx2.Client, start: str = "/oidc/start") -> str:
        """Go there and come back; where the browser ends up."""
        away = client.get(start)
        assert away.status_code == 303, away.text
        return self.follow(client, away.headers["location"])

    def follow(self, client: httpx2.Client, address: str) -> str:
        back = httpx2.get(address, follow_redirects=False, trust_env=False, verify=TRUST).headers["location"]
        answer = client.get(back)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    def problem(self, client: httpx2.Client, start: str = "/oidc/start") -> str:
        """Why somebody was not let in."""
        end = self.enter(client, start)
        assert urlsplit(end).path == "/sign-in", end
        assert COOKIE not in client.cookies
        return parse_qs(urlsplit(end).query)["problem"][0]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    (tmp_path / "secret").write_text(CLIENT_SECRET)
    with providing() as provider:
        config = Config(
            workers=1,
            oidc_issuer=provider.issuer,
            oidc_client_id=CLIENT_ID,
            oidc_domains="studio.example, other.example",
            secret_files={"oidc_client_secret": str(tmp_path / "secret")},
        )
        with Studio.create(tmp_path / "studio", config=config) as studio:
            studio.add_person("ana")
            ana = studio.sign_in_by_link(studio.make_link("ana"))
            studio.new_production(
                studio.session_of(ana),
                code="spring",
                title="Spring",
                rate=Fraction(24),
                width_px=96,
                height_px=64,
            )
            with serving(studio) as (_, url):
                yield House(studio, url, provider, ana)


def invitation(house: House) -> str:
    return house.studio.invite(house.studio.session_of(house.ana), "spring", roles=["artist"])[1]


def test_an_invitation_lets_somebody_new_in_and_after_that_the_subject_does(house: House) -> None:
    with house.browser() as client:
        assert house.enter(client, f"/oidc/start?invite={invitation(house)}") == "/"
        me = client.get("/api/me").json()
        assert me["person"]["name"] == "Nia Okafor"
        assert me["productions"][0]["roles"] == ["artist"]
        assert client.get("/api/account").json()["identities"] == [house.provider.issuer]
    house.provider.claims = {"sub": "u-1", "name": "Nia Renamed", "email": "new@elsewhere.example"}
    with house.browser() as again:
        assert house.enter(again) == "/"
        assert again.get("/api/me").json()["person"]["id"] == me["person"]["id"]
    assert "nonce" not in house.provider.seen[0]
    assert house.provider.seen[0]["client_secret"] == CLIENT_SECRET


def test_somebody_unknown_is_not_let_in_without_invitation_or_domain(house: House) -> None:
    for claims in (
        {"sub": "u-1", "name": "Nia"},
        {"sub": "u-1", "name": "Nia", "email": "nia@studio.example"},
        {"sub": "u-1", "name": "Nia", "email": "nia@studio.example", "email_verified": False},
        {"sub": "u-1", "name": "Nia", "email": "nia@studio.example", "email_verified": "true"},
        {"sub": "u-1", "name": "Nia", "email": "nia@evil.example", "email_verified": True},
        {"sub": "u-1", "name": "Nia", "email": "nia@studio.example@evil.example", "email_verified": True},
        {"sub": "u-1", "name": "ana"},  # a name is no proof
    ):
        house.provider.claims = claims
        with house.browser() as client:
            assert "Nobody here is known" in house.problem(client), claims
    house.provider.claims = {
        "sub": "u-1",
        "name": "ana",
        "email": "nia@Studio.Example",
        "email_verified": True,
    }
    with house.browser() as client:
        assert house.enter(client) == "/"
        assert client.get("/api/me").json()["person"]["name"] == "ana 2"
        assert client.get("/api/me").json()["productions"] == []


def test_an_address_that_changed_hands_is_another_person(house: House) -> None:
    verified = {"email": "nia@studio.example", "email_verified": True, "name": "Nia"}
    ids = []
    for subject in ("u-1", "u-2"):
        house.provider.claims = {"sub": subject, **verified}
        with house.browser() as client:
            house.enter(client)
            ids.append(client.get("/api/me").json()["person"]["id"])
    assert len(set(ids)) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://other.example"},
        {"aud": "another client"},
        {"aud": ["another client"]},
        {"aud": [CLIENT_ID, "another client"], "azp": "another client"},
        {"exp": 1},
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"sub": None},
        {"exp": None},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_us_now_lets_nobody_in(house: House, change: dict[str, object]) -> None:
    house.provider.claims |= {"email": "nia@studio.example", "email_verified": True}
    house.provider.change = change
    with house.browser() as client:
        assert "does not verify" in house.problem(client)


def test_a_token_signed_by_somebody_else_lets_nobody_in(house: House) -> None:
    house.provider.claims |= {"email": "nia@studio.example", "email_verified": True}
    house.provider.forge = True
    with house.browser() as client:
        assert "does not verify" in house.problem(client)
    house.provider.forge = False
    with house.browser() as client:
        assert house.enter(client) == "/"
    house.provider.key = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})
    with house.browser() as client:  # a key that was rolled over is asked for
        assert house.enter(client) == "/"


def test_a_way_back_is_good_once_and_only_in_the_browser_that_set_out(house: House) -> None:
    house.provider.claims |= {"email": "nia@studio.example", "email_verified": True}
    with house.browser() as client, house.browser() as other:
        away = client.get("/oidc/start").headers["location"]
        back = httpx2.get(away, follow_redirects=False, trust_env=False, verify=TRUST).headers["location"]
        for stranger in (other.get(back), other.get("/oidc/callback?state=x&code=y")):
            assert (
                "not+begun" in stranger.headers["location"] or "not%20begun" in stranger.headers["location"]
            )
        assert client.get(back).headers["location"] == "/"
        again = client.get(back)
        assert urlsplit(again.headers["location"]).path == "/sign-in"


def test_somebody_who_is_here_connects_an_identity_and_disconnects_it(house: House) -> None:
    with house.browser(house.ana) as client:
        away = client.post("/api/account/identities/begin")
        assert house.follow(client, away.json()["url"]) == "/account"
        assert client.get("/api/me").json()["person"]["name"] == "ana"
    with house.browser() as fresh:
        house.enter(fresh)
        assert fresh.get("/api/me").json()["person"]["name"] == "ana"
        gone = fresh.post("/api/account/identities/remove", json={"issuer": house.provider.issuer})
        assert gone.json()["identities"] == []
    with house.browser() as client:
        assert "Nobody here is known" in house.problem(client)


def test_an_identity_of_somebody_else_is_not_taken_from_them(house: House) -> None:
    with house.browser() as client:
        house.enter(client, f"/oidc/start?invite={invitation(house)}")
    with house.browser(house.ana) as ana:
        away = ana.post("/api/account/identities/begin").json()["url"]
        end = house.follow(ana, away)
        assert "somebody" in end
        assert ana.get("/api/account").json()["identities"] == []


def test_a_provider_that_is_away_or_calls_itself_otherwise_is_named(house: House) -> None:
    house.provider.down = True
    with house.browser() as client:
        answer = client.get("/oidc/start")
        assert (answer.status_code, answer.json()["code"]) == (503, "provider-away")
        house.provider.down = False
        house.provider.says_issuer = "https://other.example"
        assert "https://other.example" in client.get("/oidc/start").json()["detail"]


def test_a_studio_without_a_provider_says_so(tmp_path: Path) -> None:
    with Studio.create(tmp_path / "studio", config=Config(workers=1)) as studio, serving(studio) as (_, url):
        answer = httpx2.get(f"{url}/oidc/start", trust_env=False)
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize(
    "issuer", ["http://id.example", "id.example", "https://id.example?x=1", "https://u:p@id.example"]
)
def test_an_issuer_that_is_not_safe_is_refused(tmp_path: Path, issuer: str) -> None:
    (tmp_path / "studio.toml").write_text(f'oidc_issuer = "{issuer}"\n')
    with pytest.raises(ConfigInvalid, match="https"):
        read_config(tmp_path, environ={})
