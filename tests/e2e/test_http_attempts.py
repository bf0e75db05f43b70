"""Attempts over HTTP: asked for in a browser, taken on by the server, ended by people."""

import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, cast

import pytest
from tests.paying_provider import Paying, paying

from circletake.generate.opening import open_providers

from .conftest import Served

pytestmark = pytest.mark.e2e

WISH = {
    "shot": "SH020", "provider": "paying", "prompt": "a red door", "decision": "which door", "kind": "image",
    "label": "open",
}  # fmt: skip
BASE = "/api/productions/spring/attempts"


@pytest.fixture
def fake(served: Served) -> Iterator[Paying]:
    with paying() as here:
        folder = served.studio.folder
        here.describe(folder, finds=False)
        named = {"paying": {"file": "paying.toml", "prices": "prices.toml"}}
        known = cast("dict[str, Any]", served.studio.house.providers)
        known.update(open_providers(named, folder=folder, secret_of=lambda _: "k"))
        post(served, "/budget", {"purse": "production", "limit": "20"}, by="ana")
        yield here
        known.clear()


def post(served: Served, path: str, sent: object = None, *, by: str = "leo", status: int = 200) -> Any:  # noqa: ANN401 (JSON)
    with served.client(by) as client:
        answer = client.post(BASE + path, json=sent)
    assert answer.status_code == status, answer.text
    return answer.json()


def read(served: Served, path: str = "", *, by: str = "leo") -> Any:  # noqa: ANN401 (JSON)
    with served.client(by) as client:
        answer = client.get(BASE + path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def spent(served: Served) -> Decimal:
    """What the production's purse has paid so far."""
    purses = read(served, by="ana")["purses"]
    return Decimal(
        next(one["spent"] for one in purses if (one["kind"], one["unit"]) == ("production", "USD"))
    )


def over(served: Served, request: dict[str, Any], *states: str) -> list[dict[str, Any]]:
    """The attempts of a request once they are in these states, which the server brings about by itself."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found: list[dict[str, Any]] = read(served, f"/requests/{request['id']}")["attempts"]
        if {one["state"] for one in found} <= set(states):
            return found
        time.sleep(0.1)
    raise AssertionError([one["sentence"] for one in found])


def test_the_server_takes_on_what_is_asked_for_and_the_takes_come_home(served: Served, fake: Paying) -> None:
    before = spent(served)
    told = post(served, "/estimate", WISH | {"count": 2}, by="arti")
    assert (told["most"], told["may_send"]) == ({"unit": "USD", "amount": "0.10"}, True)
    assert [one["provider"] for one in read(served, "/providers?label=open", by="arti")] == ["paying"]
    assert fake.bodies == []

    asked = post(served, "/requests", WISH | {"count": 2, "seed": 3, "request": "q_mine"}, by="arti")
    again = post(served, "/requests", WISH | {"count": 2, "seed": 3, "request": "q_mine"}, by="arti")
    assert again["id"] == asked["id"] == "q_mine"
    found = over(served, asked, "done")
    assert [one["seed"] for one in found] == [3, 4]
    assert fake.creates.total() == 2
    with served.client("leo") as client:
        board = client.get("/api/productions/spring/board").json()
    (row,) = [row for row in board["rows"] if row["code"] == "SH020"]
    assert max(cell["takes"] for cell in row["cells"] if cell) >= 2
    shown = read(served, by="ana")
    assert "which door" in {one["decision"] for one in shown["requests"]}
    assert "Spent so far: " in shown["sentence"]
    assert spent(served) - before == Decimal("0.10")
    assert shown["may"] == ["end_attempt", "generate", "override_backlog", "set_budget"]
    billed = post(served, f"/{found[0]['id']}/bill", {"amount": "0.04"}, by="ana")
    assert billed["attempts"][0]["settled"]["amount"] == "0.04"


def test_what_is_unknown_is_ended_by_a_person_once(served: Served, fake: Paying) -> None:
    fake.faults = ["drop after"]
    asked = post(served, "/requests", WISH | {"seed": 20})
    (lost,) = over(served, asked, "unknown")
    assert lost["may"] == ["resolve"]
    assert post(served, f"/{lost['id']}/call", {"call": "maybe", "key": "0123456789"}, status=422)
    job = max(fake.jobs, key=int)
    sent = {"call": "ran", "handle": job, "text": "it is in their list", "key": "0123456789"}
    assert post(served, f"/{lost['id']}/call", sent)["attempts"][0]["state"] == "queued"
    post(served, f"/{lost['id']}/call", sent | {"key": "9876543210"}, status=409)
    assert len(over(served, asked, "done")[0]["takes"]) == 1
    assert fake.creates.total() == 1


def test_what_runs_is_cancelled(served: Served, fake: Paying) -> None:
    fake.patience = 100_000
    asked = post(served, "/requests", WISH | {"seed": 30})
    (running,) = over(served, asked, "running")
    assert running["progress"][1] == 100_001
    assert post(served, f"/{running['id']}/cancel")["sentence"] == "It was cancelled."
    assert [job.stopped for job in fake.jobs.values()] == [True]
    assert over(served, asked, "cancelled")
    post(served, f"/{running['id']}/cancel", status=409)


def test_what_cannot_be_is_refused_with_the_way_out(served: Served, fake: Paying) -> None:
    refused = post(served, "/requests", WISH | {"label": "embargoed"}, status=409)
    assert refused["code"] == "must-stay"
    assert post(served, "/requests", WISH | {"count": 51}, status=422)
    assert post(served, "/requests", WISH | {"most": "NaN"}, status=422)
    assert post(served, "/requests", WISH | {"most": "0.01"}, status=409)["code"] == "budget-spent"
    assert post(served, "/budget", {"purse": "shot", "owner": "SH999", "limit": "1"}, by="ana", status=404)
    assert post(served, "/requests", WISH | {"recipe": {"1": {}}, "shot": "SH999"}, status=404)
    assert fake.bodies == []
