"""The built desk: its files, its page for every other address, one clear sentence when it is missing."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from circletake.web.desk import find_file

PAGE = "<!doctype html><title>desk</title>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    built = tmp_path / "desk"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text(PAGE, "utf-8")
    (built / "assets" / "main-abc123.js").write_text("let a", "utf-8")
    (built / "icon.svg").write_text("<svg/>", "utf-8")
    (tmp_path / "book.sqlite").write_text("not for everybody", "utf-8")
    return built


@pytest.fixture
def client(app: FastAPI, folder: Path) -> TestClient:
    app.state.desk = folder
    return TestClient(app)


@pytest.mark.parametrize("path", ["/", "/productions/spring/board", "/tasks/t_1", "/api-of-mine"])
def test_every_address_of_the_desk_is_its_page_and_is_asked_for_again(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.text) == (200, PAGE)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    again = client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_a_new_build_shows_at_once(client: TestClient, folder: Path) -> None:
    before = client.get("/").headers["etag"]
    (folder / "index.html").write_text(PAGE + "<p>new", "utf-8")
    answer = client.get("/", headers={"If-None-Match": before})
    assert answer.status_code == 200
    assert answer.text.endswith("new")


def test_what_is_named_by_its_hash_may_be_kept_for_ever(client: TestClient) -> None:
    answer = client.get("/assets/main-abc123.js")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]
    assert client.get("/icon.svg").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/assets/gone.js", "/api", "/api/nothing", "/media/nothing/at/all"])
def test_what_is_no_page_is_a_problem_and_not_the_page(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json()["code"] == "not-found"


@pytest.mark.parametrize(
    "name",
    ["../book.sqlite", "assets/../../book.sqlite", "/etc/passwd", "..", "", "assets", "a\0b", "x" * 5000],
)
def test_nothing_outside_the_desk_is_found(folder: Path, name: str) -> None:
    assert find_file(folder, name) is None


def test_a_link_out_of_the_desk_is_not_followed(folder: Path) -> None:
    (folder / "out").symlink_to(folder.parent / "book.sqlite")
    assert find_file(folder, "out") is None


@pytest.mark.parametrize("path", ["/%2e%2e/book.sqlite", "/assets/%2e%2e/%2e%2e/book.sqlite"])
def test_an_address_that_climbs_out_shows_nothing_of_outside(client: TestClient, path: str) -> None:
    assert "not for everybody" not in client.get(path).text


def test_without_a_desk_a_browser_reads_one_sentence_and_a_program_a_problem(
    app: FastAPI, tmp_path: Path
) -> None:
    app.state.desk = tmp_path / "nothing here"
    client = TestClient(app)
    page = client.get("/", headers={"Accept": "text/html,*/*"})
    assert page.status_code == 503
    assert "The desk was not built into this installation" in page.text
    problem = client.get("/", headers={"Accept": "application/json"})
    assert problem.status_code == 503
    assert problem.json()["code"] == "desk-missing"
