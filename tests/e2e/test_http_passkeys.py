"""Passkeys over a real server, with an authenticator in software that can cheat."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from circletake.config import Config
from circletake.studio import Studio
from circletake.web.auth import COOKIE, SignInLimit

from .authenticator import Authenticator, b64, unb64
from .conftest import TRUST, Served, serving

pytestmark = pytest.mark.e2e

NAMES = ("ana", "max", "pia")  # pia has no passkey but those of the test that counts them


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Studio.create(tmp_path_factory.mktemp("passkeys") / "studio", config=Config(workers=1)) as studio:
        for name in NAMES:
            studio.add_person(name)
        tokens = {name: studio.sign_in_by_link(studio.make_link(name)) for name in NAMES}
        with serving(studio) as (server, url):
            yield Served(studio, server, url.replace("127.0.0.1", "localhost"), tokens)


@pytest.fixture(autouse=True)
def _no_limit(house: Served) -> None:
    house.app.state.sign_in_limit = SignInLimit()


def register(client: httpx2.Client, phone: Authenticator, label: str = "phone") -> httpx2.Response:
    options = client.post("/api/account/passkeys/begin").json()["options"]
    return client.post("/api/account/passkeys", json={"credential": phone.create(options), "label": label})


def begin(client: httpx2.Client) -> dict[str, Any]:
    options: dict[str, Any] = client.post("/api/sign-in/passkey/begin").json()["options"]
    return options


def test_a_passkey_is_registered_signs_in_and_is_removed(house: Served) -> None:
    phone = Authenticator(house.url)
    with house.client("pia") as client, house.client() as fresh:
        asked = client.post("/api/account/passkeys/begin").json()["options"]
        assert asked["rp"]["id"] == "localhost"
        assert asked["authenticatorSelection"]["residentKey"] == "required"
        assert asked["authenticatorSelection"]["userVerification"] == "preferred"
        made = register(client, phone)
        assert made.status_code == 200, made.text
        (kept,) = made.json()["passkeys"]
        assert (kept["label"], kept["used_at"]) == ("phone", None)
        options = begin(fresh)
        assert options.get("allowCredentials", []) == []
        entered = fresh.post("/api/sign-in/passkey", json={"credential": phone.get(options)})
        assert entered.status_code == 200, entered.text
        assert entered.json()["person"]["name"] == "pia"
        assert fresh.get("/api/me").json()["person"]["name"] == "pia"
        assert fresh.get("/api/account").json()["passkeys"][0]["used_at"] is not None
        second = Authenticator(house.url)
        assert len(register(client, second, "key").json()["passkeys"]) == 2
        gone = client.delete(f"/api/account/passkeys/{kept['id']}")
        assert [one["label"] for one in gone.json()["passkeys"]] == ["key"]
        refused = fresh.post("/api/sign-in/passkey", json={"credential": phone.get(begin(fresh))})
        assert refused.json()["code"] == "sign-in-failed"
        with house.client("max") as other:
            mine = gone.json()["passkeys"][0]["id"]
            assert other.delete(f"/api/account/passkeys/{mine}").json()["code"] == "not-found"
        client.delete(f"/api/account/passkeys/{mine}")


def test_what_was_signed_once_is_not_taken_twice(house: Served) -> None:
    phone = Authenticator(house.url)
    with house.client("ana") as client, house.client() as fresh:
        register(client, phone)
        sent = {"credential": phone.get(begin(fresh))}
        assert fresh.post("/api/sign-in/passkey", json=sent).status_code == 200
        assert fresh.post("/api/sign-in/passkey", json=sent).json()["code"] == "sign-in-failed"


def test_a_copied_passkey_is_noticed_by_its_count(house: Served) -> None:
    phone = Authenticator(house.url)
    with house.client("ana") as client, house.client() as fresh:
        register(client, phone)
        phone.keys[-1].count = 5
        assert fresh.post("/api/sign-in/passkey", json={"credential": phone.get(begin(fresh))}).is_success
        phone.keys[-1].count = 2
        copied = fresh.post("/api/sign-in/passkey", json={"credential": phone.get(begin(fresh))})
        assert copied.json()["code"] == "sign-in-failed"


def cheats(good: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for part in ("clientDataJSON", "authenticatorData", "signature", "userHandle"):
        bad = copy.deepcopy(good)
        data = bytearray(unb64(bad["response"][part]))
        data[len(data) // 2] ^= 1
        bad["response"][part] = b64(bytes(data))
        yield part, bad
    for part in ("clientDataJSON", "authenticatorData", "signature"):
        bad = copy.deepcopy(good)
        del bad["response"][part]
        yield f"no {part}", bad
    yield "nothing", {}
    yield "no response", {"id": good["id"]}
    yield "text for bytes", {**good, "response": {"clientDataJSON": "!"}}


def test_nobody_gets_in_by_anything_that_was_changed(house: Served) -> None:
    phone = Authenticator(house.url)
    with house.client("ana") as client, house.client() as fresh:
        register(client, phone)
        names = [name for name, _ in cheats(phone.get(begin(fresh)))]
        for place, name in enumerate(names):
            house.app.state.sign_in_limit = SignInLimit()
            bad = list(cheats(phone.get(begin(fresh))))[place][1]
            answer = fresh.post("/api/sign-in/passkey", json={"credential": bad})
            assert answer.json()["code"] == "sign-in-failed", (name, answer.text)
            assert COOKIE not in fresh.cookies


def test_another_site_s_page_gets_nothing_signed_for_us(house: Served) -> None:
    phone, phished = Authenticator(house.url), Authenticator("https://localhost.evil.example")
    with house.client("ana") as client, house.client() as fresh:
        refused = register(client, phished)
        assert refused.json()["code"] == "sign-in-failed"
        register(client, phone)
        phished.keys = phone.keys
        answer = fresh.post("/api/sign-in/passkey", json={"credential": phished.get(begin(fresh))})
        assert answer.json()["code"] == "sign-in-failed"


def test_a_passkey_that_somebody_else_began_is_not_kept(house: Served) -> None:
    phone = Authenticator(house.url)
    with house.client("ana") as ana, house.client("max") as other:
        options = ana.post("/api/account/passkeys/begin").json()["options"]
        sent = {"credential": phone.create(options)}
        assert other.post("/api/account/passkeys", json=sent).json()["code"] == "sign-in-failed"
        assert other.get("/api/account").json()["passkeys"] == []


def test_a_bare_address_is_told_why_and_where_it_works(house: Served) -> None:
    at = house.url.replace("localhost", "127.0.0.1")
    cookies = {COOKIE: house.tokens["ana"]}
    with httpx2.Client(base_url=at, cookies=cookies, trust_env=False, verify=TRUST) as client:
        refused = client.post("/api/account/passkeys/begin")
        assert (refused.status_code, refused.json()["code"]) == (409, "passkey-away")
        assert refused.json()["at"] == house.url
        assert "127.0.0.1" in refused.json()["detail"]
        door = client.get("/api/door").json()
        assert (door["passkeys_at"], bool(door["passkeys"])) == (house.url, True)
    with house.client() as fresh:
        assert fresh.get("/api/door").json()["passkeys"] == ""


@pytest.mark.parametrize(
    ("public_url", "host", "party"),
    [
        ("https://takes.example", "takes.example", "takes.example"),
        ("https://takes.example:8443", "takes.example:8443", "takes.example"),
        ("http://takes.example", "takes.example", None),
        ("https://192.0.2.7", "192.0.2.7", None),
        ("http://[::1]:8470", "[::1]:8470", None),
        # a name that the browser says and the studio does not know is not ours
        (None, "evil.example", None),
    ],
)
def test_the_party_is_the_name_the_studio_was_given(
    tmp_path: Path, public_url: str | None, host: str, party: str | None
) -> None:
    config = Config(workers=1, public_url=public_url)
    with Studio.create(tmp_path / "studio", config=config) as studio, serving(studio) as (_, url):
        headers = {"Host": host} | ({"Origin": public_url} if public_url else {})
        answer = httpx2.post(
            f"{url}/api/sign-in/passkey/begin", headers=headers, trust_env=False, verify=TRUST
        )
        if party is None:
            assert answer.json()["code"] == "passkey-away", answer.text
        else:
            assert answer.json()["options"]["rpId"] == party
