"""Guests over HTTP, on both databases: the cookie, the throttle, ends told at once, nothing left behind."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
import structlog

from circletake.web.auth import COOKIE, SignInLimit
from circletake.web.guest_cookie import GUEST_COOKIE, HOST_GUEST_COOKIE
from circletake.workflows.guest_links import Showing

from .conftest import TRUST, Served

pytestmark = pytest.mark.e2e
WORDS = "a red bicycle"


@pytest.fixture(scope="module", autouse=True)
def _book_holds_after_it_all(served: Served) -> Iterator[None]:
    """Whatever guests did here, in whatever order: the book verifies, and the tables follow from it."""
    yield
    assert served.studio.book_verify().holds
    assert served.studio.book_replay().holds


def link(served: Served, **how: Any) -> tuple[str, str]:  # noqa: ANN401 (as Showing has them)
    shown = [(served.task().id, served.take().content)]
    wanted = {"label": "Screening", "contents": shown, "rights": ["note"], "hours": 1, **how}
    ana = served.studio.session_of(served.tokens["ana"])
    return served.studio.guests.make_link(ana, "spring", Showing(**wanted))


@contextmanager
def come(served: Served, token: str, **more: str) -> Iterator[httpx2.Client]:
    with served.client() as client:
        answer = client.post("/api/guest/open", json={"token": token, "name": "Nia", **more})
        assert answer.status_code == 200, answer.text
        yield client


def revoke(served: Served, made: str) -> None:
    served.studio.guests.revoke(served.studio.session_of(served.tokens["ana"]), "spring", made)


def test_a_guest_s_cookie_is_out_of_scripts_reach_ends_with_the_browser_and_opens_nothing_else(
    analysed: Served,
) -> None:
    _, token = link(analysed)
    with analysed.client() as client:
        answer = client.post("/api/guest/open", json={"token": token, "name": "Nia"})
        cookie = answer.headers["set-cookie"].lower()
        assert cookie.startswith(f"{GUEST_COOKIE}=")
        assert {"httponly", "samesite=lax", "path=/"} <= {part.strip() for part in cookie.split(";")}
        assert "max-age" not in cookie
        assert client.get("/api/guest").json()["name"] == "Nia"
        for path in ("/api/me", "/api/productions", f"/media/{analysed.take().content}/frames/0.jpg"):
            assert client.get(path).json()["code"] == "sign-in-needed"
        value = client.cookies[GUEST_COOKIE]
        for name in (COOKIE, HOST_GUEST_COOKIE):
            assert client.get("/api/me", headers={"Cookie": f"{name}={value}"}).status_code == 403
        stolen = {"Cookie": f"{GUEST_COOKIE}={analysed.tokens['ana']}"}
        client.cookies.clear()
        assert client.get("/api/guest", headers=stolen).json()["code"] == "guest-needed"


def test_pictures_are_marked_and_kept_by_no_browser(analysed: Served) -> None:
    _, token = link(analysed)
    content = analysed.take().content
    plain = analysed.studio.media_frame(analysed.studio.session_of(analysed.tokens["ana"]), content, 0)
    with come(analysed, token) as client:
        frame = client.get(f"/media/guest/{content}/frames/0.jpg")
        assert (frame.status_code, frame.headers["cache-control"]) == (200, "no-store")
        assert frame.content != plain
        assert client.get(f"/media/guest/{content}/frames/99999.jpg").status_code in {404, 422}
        assert client.get(f"/media/guest/{'0' * 64}/frames/0.jpg").json()["code"] == "not-found"
        assert client.get(f"/media/guest/{content}/proxy.mp4").json()["code"] == "content-missing"
        until = time.monotonic() + 60
        while not client.post(f"/api/guest/takes/{content}/film").json()["ready"]:
            assert time.monotonic() < until
            time.sleep(0.1)
        part = client.get(f"/media/guest/{content}/proxy.mp4", headers={"Range": "bytes=0-99"})
        assert (part.status_code, len(part.content), part.headers["cache-control"]) == (206, 100, "no-store")
        assert client.head(f"/media/guest/{content}/proxy.mp4").status_code == 200


@pytest.fixture
def streamed(served: Served) -> Iterator[tuple[Served, str, httpx2.Client]]:
    made, token = link(served)
    with come(served, token) as client:
        yield served, made, client


def test_a_running_stream_tells_what_was_answered_and_that_the_link_has_ended(
    streamed: tuple[Served, str, httpx2.Client],
) -> None:
    served, made, client = streamed
    on_it = {"task": served.task().id, "content": served.take().content}
    with client.stream("GET", "/api/guest/events") as answer:
        lines = answer.iter_lines()
        assert next(lines).startswith(":")
        with served.client() as other:
            other.cookies.set(GUEST_COOKIE, client.cookies[GUEST_COOKIE])
            sent = {**on_it, "text": "The square is slow.", "key": f"stream-{made}"}
            assert other.post("/api/guest/notes", json=sent).status_code == 200
        heard = next(line for line in lines if line.startswith("event:"))
        assert heard == "event: changed"
        began = time.monotonic()
        revoke(served, made)
        heard = next(line for line in lines if line.startswith("event:"))
        assert heard == "event: ended"
        assert time.monotonic() - began < 5
        told = next(line for line in lines if line.startswith("data:"))
        assert "ask ana" in json.loads(told.removeprefix("data: "))["detail"]
        assert list(lines) == [""], "and nothing after it"
    refused = client.get("/api/guest/events")
    assert (refused.status_code, refused.json()["code"]) == (403, "guest-link-ended")
    sent = {**on_it, "text": "One more thing.", "key": f"late-{made}"}
    assert client.post("/api/guest/notes", json=sent).json()["code"] == "guest-link-ended"


def test_a_passphrase_is_guessed_five_times_and_then_even_the_right_one_waits(served: Served) -> None:
    _, token = link(served, passphrase=WORDS)
    _, other = link(served)
    with served.client() as client:
        for number in range(5):
            sent = {"token": token, "name": f"Guesser {number}", "passphrase": "wrong words"}
            refused = client.post("/api/guest/open", json=sent)
            assert (refused.status_code, refused.json()["code"]) == (403, "sign-in-failed")
            assert "set-cookie" not in refused.headers
        late = client.post("/api/guest/open", json={"token": token, "name": "Nia", "passphrase": WORDS})
        assert (late.status_code, late.json()["code"]) == (429, "too-many-tries")
        assert client.post("/api/guest/open", json={"token": other, "name": "Nia"}).status_code == 200
    served.app.state.sign_in_limit = SignInLimit()
    with come(served, token, passphrase=WORDS) as client:
        assert client.get("/api/guest").json()["name"] == "Nia"


def test_tokens_and_passphrases_are_in_no_log_no_answer_and_no_referrer(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    with structlog.testing.capture_logs() as logged:
        made, token = link(served, passphrase=WORDS)
        with served.client() as client:
            wrong = client.post("/api/guest/open", json={"token": token, "name": "", "passphrase": WORDS})
            assert wrong.status_code == 422
            assert token not in wrong.text
            assert WORDS not in wrong.text
            page = client.get(f"/g/{token}", headers={"Accept": "text/html"})
            assert page.headers["referrer-policy"] == "no-referrer"
            assert client.get("/").headers["referrer-policy"] == "same-origin"
        with come(served, token, passphrase=WORDS) as client:
            assert token not in client.get("/api/guest").text
        with served.client("ana") as client:
            listed = client.get("/api/productions/spring/guest-links")
            assert made in listed.text
            assert token not in listed.text
            assert token not in client.get("/api/book?limit=1000").text
    # the list of requests is switched off; the test runner hears what nobody else does
    assert served.server.config.access_log is False
    heard = [one.getMessage() for one in caplog.records if one.name != "uvicorn.access"]
    assert token not in repr(logged) + repr(heard)
    whole = b"".join(one.raw for one in served.studio.house.book.entries(0, 100_000))
    assert token.encode() not in whole


def test_another_site_cannot_note_with_a_guest_s_cookie(served: Served) -> None:
    _, token = link(served)
    sent = {"task": served.task().id, "content": served.take().content, "text": "x", "key": "elsewhere-1"}
    with come(served, token) as client:
        refused = client.post("/api/guest/notes", json=sent, headers={"Origin": "http://evil.example"})
        assert refused.json()["code"] == "origin-refused"


def test_behind_tls_the_cookie_is_bound_to_the_host(served: Served) -> None:
    _, token = link(served)
    with httpx2.Client(base_url=served.url, trust_env=False, verify=TRUST) as client:
        headers = {"X-Forwarded-Proto": "https", "Origin": served.url.replace("http:", "https:")}
        answer = client.post("/api/guest/open", json={"token": token, "name": "Nia"}, headers=headers)
        assert answer.status_code == 200, answer.text
        assert answer.headers["set-cookie"].startswith(f"{HOST_GUEST_COOKIE}=")
        assert "secure" in answer.headers["set-cookie"].lower()
