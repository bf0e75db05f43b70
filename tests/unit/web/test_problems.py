"""Errors at the web border: one number table, one shape, a page for each code."""

import json

import pytest
from fastapi import FastAPI
from starlette.responses import Response
from starlette.testclient import TestClient

from circletake.errors import Bug, CircletakeError, GateClosed, Kind, RequestTooLarge, TooManyTries
from circletake.web.problems import STATUS_OF_KIND, families, problem, status_of, title_of


def read(response: Response) -> dict[str, object]:
    body: dict[str, object] = json.loads(bytes(response.body))
    return body


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("refused", 409),
        ("invalid", 422),
        ("missing", 404),
        ("forbidden", 403),
        ("conflict", 409),
        ("unavailable", 503),
        ("bug", 500),
    ],
)
def test_each_kind_of_error_has_its_number(kind: Kind, status: int) -> None:
    assert STATUS_OF_KIND[kind] == status


def test_two_codes_have_a_number_of_their_own() -> None:
    assert status_of(RequestTooLarge) == 413
    assert status_of(TooManyTries) == 429


def test_a_problem_has_its_type_title_status_detail_and_code() -> None:
    response = problem(GateClosed("Two rules do not hold; ask the director.", missing=["one", "two"]))
    assert response.media_type == "application/problem+json"
    assert response.status_code == 409
    assert response.headers["cache-control"] == "no-store"
    assert read(response) == {
        "type": "/problems/gate-closed",
        "title": "A gate does not pass; `missing` lists every rule that does not hold, a sentence each",
        "status": 409,
        "detail": "Two rules do not hold; ask the director.",
        "code": "gate-closed",
        "missing": ["one", "two"],
    }


def test_a_detail_cannot_take_the_place_of_a_member() -> None:
    body = read(problem(GateClosed("No.", status=200, type="elsewhere", code="fine", title="Yes")))
    assert (body["status"], body["type"], body["code"]) == (409, "/problems/gate-closed", "gate-closed")


def test_a_detail_that_json_does_not_know_is_written_as_text() -> None:
    assert read(problem(GateClosed("No.", where=Bug("x"))))["where"] == "x"


def test_a_wait_becomes_a_header() -> None:
    assert problem(TooManyTries("Later.", retry_after_s=42)).headers["retry-after"] == "42"


def test_every_error_has_a_code_of_its_own_and_a_title() -> None:
    assert len(families()) > 40
    for code, error in families().items():
        assert error.code == code
        assert issubclass(error, CircletakeError)
        assert title_of(error)


def test_every_code_has_a_page_and_they_are_all_listed(app: FastAPI) -> None:
    client = TestClient(app)
    listed = client.get("/problems").text
    for code, error in families().items():
        answer = client.get(f"/problems/{code}")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/html")
        assert f"<code>{code}</code>" in answer.text
        assert str(status_of(error)) in answer.text
        assert f"href=/problems/{code}>" in listed


def test_an_unknown_code_is_a_problem_itself_and_is_not_echoed_as_markup(app: FastAPI) -> None:
    answer = TestClient(app).get("/problems/<script>")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "not-found"


def test_a_method_that_a_page_does_not_have_is_a_problem_that_names_those_it_has(app: FastAPI) -> None:
    answer = TestClient(app).delete("/problems/bug")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"
    assert (answer.json()["code"], answer.json()["status"]) == ("request-invalid", 405)
