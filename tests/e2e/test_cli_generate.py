"""Attempts from the command line: budget, estimate, run, show, resolve, reconcile, cancel."""

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from tests.paying_provider import Paying, paying

from circletake.studio import Studio

from .terminal import Terminal

pytestmark = pytest.mark.e2e


@pytest.fixture
def fake() -> Iterator[Paying]:
    with paying() as here:
        yield here


@pytest.fixture
def here(tmp_path: Path, fake: Paying) -> Terminal:
    folder = tmp_path / "studio"
    with Studio.create(folder) as studio:
        studio.add_person("ana")
        session = studio.session_of(studio.sign_in_by_link(studio.make_link("ana")))
        studio.new_production(
            session, code="spring", title="Spring", rate=Fraction(24), width_px=96, height_px=64
        )
        studio.add_shot(session, "spring", code="SH010", title="", frames=24, source_class="generated")
        link = studio.make_link("ana")
    fake.describe(folder, finds=False)
    (folder / "key").write_text("k")
    (folder / "studio.toml").write_text(
        '[secrets]\nprovider_paying_file = "key"\n'
        '[providers.paying]\nfile = "paying.toml"\nprices = "prices.toml"\n'
    )
    terminal = Terminal(folder, tmp_path / "home")
    terminal.run("sign-in", "--link", link)
    return terminal


ASK = ("--provider", "paying", "--decision", "which door", "--prompt", "a red door", "--kind", "image")


def test_takes_are_asked_for_paid_for_and_shown(here: Terminal, fake: Paying) -> None:
    assert "no budget in USD" in here.run("generate", "run", "SH010", *ASK, code=1)
    assert "production" in here.run("generate", "budget", "production", "1.00")
    told = here.json("generate", "run", "SH010", *ASK, "--count", "2", "--dry")
    assert (told["each"]["amount"], told["most"]["amount"], told["may_send"]) == ("0.05", "0.10", True)
    assert "One attempt: 0.05 USD" in here.run("generate", "run", "SH010", *ASK, "--dry")
    assert fake.bodies == []

    asked = here.json(
        "generate", "run", "SH010", *ASK, "--count", "2", "--seed", "3", "--param", "/options/steps=7"
    )
    assert [(one["state"], one["seed"], one["settled"]["amount"]) for one in asked["attempts"]] == [
        ("done", 3, "0.05"),
        ("done", 4, "0.05"),
    ]
    assert [body["options"] for body in fake.bodies] == [{"steps": 7}] * 2
    assert "0.10 USD" in here.run("generate", "list")
    assert "● " in here.run("generate", "show", asked["id"])
    (takes,) = [row for row in here.json("generate", "budget") if row["kind"] == "production"]
    assert (takes["spent"], takes["held"], takes["left"]) == ("0.10", "0.00", "0.90")
    attempt = asked["attempts"][0]["id"]
    assert here.json("generate", "reconcile", attempt, "0.04")["attempts"][0]["settled"]["amount"] == "0.04"
    assert "paying" in here.run("generate", "facts", "--label", "open")
    assert json.loads(here.run("book", "replay", "--json"))["holds"]
    assert here.json("book", "verify")["holds"]


def test_what_is_unknown_waits_for_a_person(here: Terminal, fake: Paying) -> None:
    here.run("generate", "budget", "production", "1.00")
    fake.faults = ["drop after"]
    (lost,) = here.json("generate", "run", "SH010", *ASK)["attempts"]
    assert (lost["state"], lost["may"]) == ("unknown", ["resolve"])
    assert "▲ unknown" in here.run("generate", "list")
    assert "over, or needs a person" in here.run("generate", "work")
    assert fake.creates.total() == 1
    (job,) = fake.jobs
    told = here.run("generate", "resolve", lost["id"], "ran", "--handle", job, "--why", "it is in their list")
    assert "queued" in told
    here.run("generate", "work")
    (found,) = here.json("generate", "show", lost["id"])["attempts"]
    assert (found["state"], len(found["takes"])) == ("done", 1)
    assert fake.creates.total() == 1
    here.run("generate", "resolve", lost["id"], "did_not", code=5)


def test_what_is_typed_wrong_is_said(here: Terminal, fake: Paying) -> None:
    here.run("generate", "budget", "production", "1.00")
    for wrong, said in (
        (("--size", "big"), "1280x720"),
        (("--put", "SH010"), "first=SH010:3"),
        (("--param", "steps"), "/steps=20"),
        (("--recipe", "/nowhere.json"), "cannot be read"),
        (("--label", "secret"), "no label"),
    ):
        assert said in here.run("generate", "run", "SH010", *ASK, *wrong, code=2)
    assert "1.00" in here.run("generate", "budget")
    asked = here.json("generate", "run", "SH010", *ASK, "--no-wait")
    assert "nothing was spent" in here.run("generate", "cancel", asked["attempts"][0]["id"])
    assert fake.bodies == []
