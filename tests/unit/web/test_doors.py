"""The outermost layer: other sites are refused, large bodies are refused, every answer has its headers."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from circletake.errors import GateClosed
from circletake.web.doors import MAX_TIMELINE_BYTES, POLICY, Doors


async def echo(request: Request) -> Response:
    return PlainTextResponse(f"{request.method} {len(await request.body())}")


async def refuse(_request: Request) -> Response:
    raise GateClosed("It does not pass; ask the director.")


async def break_down(_request: Request) -> Response:
    raise ZeroDivisionError("the secret is 42")


async def break_off(_request: Request) -> Response:
    def parts() -> Iterator[bytes]:
        yield b"half"
        raise ZeroDivisionError("the other half")

    return StreamingResponse(parts())


async def own_policy(_request: Request) -> Response:
    return PlainTextResponse("own", headers={"Content-Security-Policy": "sandbox"})


METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class Served:
    """A small application behind the doors."""

    def __init__(self, public_url: str | None = None) -> None:
        self.app = Starlette(
            routes=[
                Route("/api/echo", echo, methods=METHODS),
                Route("/api/productions/x/cut/import/x.edl", echo, methods=METHODS),
                Route("/refuse", refuse),
                Route("/break", break_down),
                Route("/half", break_off),
                Route("/own", own_policy),
                Route("/media/x", echo),
            ]
        )
        self.app.add_middleware(Doors, public_url=public_url, max_body_bytes=1000)
        self.client = TestClient(self.app, base_url="http://127.0.0.1:8470")


@pytest.fixture
def served() -> Served:
    return Served()


OWN = "http://127.0.0.1:8470"


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({}, True),  # a program: no browser, no borrowed cookie
        ({"Origin": OWN}, True),
        ({"Origin": "http://127.0.0.1:9999"}, False),
        ({"Origin": "https://127.0.0.1:8470"}, False),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": ""}, False),
        ({"Sec-Fetch-Site": "same-origin", "Origin": OWN}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site", "Origin": OWN}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": OWN}, False),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_change_is_taken_from_this_site_only(
    served: Served, method: str, headers: dict[str, str], passes: object
) -> None:
    answer = served.client.request(method, "/api/echo", headers=headers)
    assert (answer.status_code == 200) is passes
    if not passes:
        assert answer.status_code == 403
        assert answer.json()["code"] == "origin-refused"


def test_reading_is_not_a_change(served: Served) -> None:
    answer = served.client.get("/api/echo", headers={"Sec-Fetch-Site": "cross-site", "Origin": "null"})
    assert answer.status_code == 200


def test_behind_a_proxy_the_public_address_is_the_own_one() -> None:
    served = Served("https://takes.example")
    assert served.client.post("/api/echo", headers={"Origin": "https://takes.example"}).status_code == 200
    assert served.client.post("/api/echo", headers={"Origin": OWN}).status_code == 403


def test_a_timeline_may_be_larger_than_any_other_request(served: Served) -> None:
    assert served.client.post("/api/productions/x/cut/import/x.edl", content=b"x" * 5000).text == "POST 5000"
    answer = served.client.post(
        "/api/productions/x/cut/import/x.edl", headers={"Content-Length": str(MAX_TIMELINE_BYTES + 1)}
    )
    assert answer.json()["code"] == "request-too-large"
    assert served.client.post("/api/echo?/cut/import/", content=b"x" * 5000).status_code == 413


def test_a_body_larger_than_is_read_is_refused_by_its_own_word(served: Served) -> None:
    assert served.client.post("/api/echo", content=b"x" * 1000).text == "POST 1000"
    answer = served.client.post("/api/echo", content=b"x" * 1001)
    assert answer.status_code == 413
    assert (answer.json()["code"], answer.json()["max_bytes"]) == ("request-too-large", 1000)


def test_a_body_of_unsaid_length_is_counted(served: Served) -> None:
    answer = served.client.post("/api/echo", content=(b"x" * 400 for _ in range(3)))
    assert answer.status_code == 413


@pytest.mark.parametrize("path", ["/api/echo", "/refuse", "/break", "/nowhere"])
def test_every_answer_has_the_headers(served: Served, path: str) -> None:
    headers = served.client.get(path).headers
    assert headers["content-security-policy"] == POLICY
    assert "frame-ancestors 'none'" in POLICY
    assert "unsafe" not in POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "strict-transport-security" not in headers


def test_a_policy_that_a_route_sets_stays(served: Served) -> None:
    assert served.client.get("/own").headers["content-security-policy"] == "sandbox"


def test_https_is_asked_to_stay_https() -> None:
    served = Served("https://takes.example")
    assert served.client.get("/api/echo").headers["strict-transport-security"] == "max-age=31536000"


def test_what_the_api_says_is_not_kept_by_anybody(served: Served) -> None:
    assert served.client.get("/api/echo").headers["cache-control"] == "no-store"


def test_one_of_our_errors_is_a_problem(served: Served) -> None:
    answer = served.client.get("/refuse")
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "It does not pass; ask the director."


def test_an_unforeseen_error_is_a_bug_and_says_nothing_of_the_inside(served: Served) -> None:
    answer = served.client.get("/break")
    assert answer.status_code == 500
    assert answer.json()["code"] == "bug"
    assert "42" not in answer.text
    assert "ZeroDivision" not in answer.text


def test_an_error_after_half_an_answer_breaks_the_answer_off(served: Served) -> None:
    with pytest.raises(ZeroDivisionError):
        served.client.get("/half")


def test_head_is_get_without_a_body(served: Served) -> None:
    answer = served.client.head("/api/echo")
    assert answer.status_code == 200
    assert answer.content == b""
    assert answer.headers["content-length"] == str(len("GET 0"))


def test_head_of_media_stays_head_so_that_no_file_is_read_for_it(served: Served) -> None:
    answer = served.client.head("/media/x")
    assert answer.headers["content-length"] == str(len("HEAD 0"))
