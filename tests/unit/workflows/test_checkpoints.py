"""Checkpoints are taken when they are due, witnesses are shown them, and nothing is held up."""

import json
import threading
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from circletake.cli.main import build
from circletake.config import Config, read_config
from circletake.errors import (
    AlreadyThere,
    CheckpointRefused,
    ConfigInvalid,
    DiskFull,
    RoleMissing,
    WitnessUnavailable,
)
from circletake.ledger import accounts
from circletake.ledger.checkpoint import Made
from circletake.ledger.signer import LAST
from circletake.ledger.verifier import verify_folder
from circletake.ledger.witness import Receipt
from circletake.studio import Studio
from circletake.workflows import checkpoints as module
from circletake.workflows.checkpoints import Keeper, take_checkpoint
from circletake.workflows.deliver import deliver
from circletake.workflows.house import House

if TYPE_CHECKING:
    from tests.unit.workflows.conftest import Floor


def witnessing(floor: "Floor", answers: list[bool]) -> House:
    """The floor's house with a witness that answers as it is told, over and over."""

    def witness(made: Made) -> Receipt:
        if not answers.pop(0):
            raise WitnessUnavailable("It is not there.")
        return Receipt(sentence=f"Saw {made.size}.", data=b"proof")

    house = floor.house
    return House(house.folder, house.book, house.store, house.queue, house.policies, {"one": witness})


def test_a_witness_that_fails_is_shown_and_asked_again_and_the_checkpoint_stands(floor: "Floor") -> None:
    house = witnessing(floor, [False, True])
    made = take_checkpoint(house)
    assert made is not None
    (view,) = floor.studio.checkpoints()
    assert (view.size, view.witnesses[0].holds, view.witnesses[0].sentence) == (
        made.size,
        False,
        "It is not there.",
    )
    take_checkpoint(house)
    (view,) = floor.studio.checkpoints()
    assert (view.witnesses[0].holds, view.witnesses[0].tries) == (True, 2)
    take_checkpoint(house)  # it answered: it is not asked a third time


def test_a_checkpoint_comes_every_hour_if_entries_came(floor: "Floor") -> None:
    keeper = Keeper(witnessing(floor, [True, True]))
    keeper.look()
    first = floor.studio.checkpoints()
    keeper.look()
    floor.take(b"new")
    keeper.look()
    assert floor.studio.checkpoints() == first
    keeper.look(accounts.utc_now() + timedelta(hours=1))
    assert [view.size for view in floor.studio.checkpoints()] == [floor.house.book.head().seq, first[0].size]
    keeper.look(accounts.utc_now() + timedelta(hours=3))
    assert len(floor.studio.checkpoints()) == 2


def test_whatever_goes_wrong_the_keeper_goes_on(
    floor: "Floor", monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "_LOOK_S", 0.001)
    went_on = threading.Event()
    troubles: list[Exception] = [CheckpointRefused("It was restored."), ZeroDivisionError()]

    def look(_: Keeper, __: object = None) -> None:
        if troubles:
            raise troubles.pop(0)
        went_on.set()

    monkeypatch.setattr(Keeper, "look", look)
    keeper = Keeper(floor.house)
    keeper.start()
    assert went_on.wait(10)
    keeper.stop()
    assert "no checkpoint: It was restored." in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_a_served_studio_keeps_checkpoints(floor: "Floor") -> None:
    floor.studio.start_runner()
    for _ in range(200):
        if floor.studio.checkpoints():
            break
        threading.Event().wait(0.05)
    floor.studio.stop_runner()
    assert floor.studio.checkpoints()


def test_a_book_that_was_restored_seals_nothing(floor: "Floor") -> None:
    floor.studio.cut_assemble(floor["ed"], "spring")
    floor.studio.checkpoint()
    last = floor.studio.folder / "keys" / LAST
    told = json.loads(last.read_text())
    last.write_text(json.dumps(told | {"size": told["size"] + 1000}))
    before = floor.house.book.head()
    with pytest.raises(CheckpointRefused, match="--new-key"):
        deliver(floor.house, floor["ana"], "spring")
    assert floor.house.book.head() == before


def test_an_exported_book_holds_and_only_a_free_place_is_written_to(floor: "Floor", tmp_path: Path) -> None:
    floor.studio.checkpoint()
    told = floor.studio.book_export(tmp_path / "out")
    assert told.entries == floor.house.book.head().seq
    report = verify_folder(tmp_path / "out")
    assert report.holds, report.text()
    assert "The checkpoints: signed" in report.text()
    with pytest.raises(AlreadyThere):
        floor.studio.book_export(tmp_path / "out")
    (tmp_path / "file").write_text("x")
    with pytest.raises(DiskFull):
        floor.studio.book_export(tmp_path / "file" / "out")


def test_somebody_who_is_part_of_nothing_is_shown_no_checkpoint(floor: "Floor") -> None:
    floor.studio.checkpoint()
    floor.studio.add_person("olaf")
    olaf = floor.studio.session_of(floor.studio.sign_in_by_link(floor.studio.make_link("olaf")))
    with pytest.raises(RoleMissing):
        floor.studio.checkpoints(olaf)
    assert floor.studio.checkpoints(floor["arti"]) == floor.studio.checkpoints()


def test_settings_name_the_witnesses(tmp_path: Path) -> None:
    (tmp_path / "studio.toml").write_text('[witnesses.file]\npath = "seen.txt"\n')
    assert read_config(tmp_path).witnesses == {"file": {"path": "seen.txt"}}
    for wrong in ("witnesses = 3\n", '[witnesses]\nfile = "x"\n', "[witnesses.file]\npath = 3\n"):
        (tmp_path / "studio.toml").write_text(wrong)
        with pytest.raises(ConfigInvalid, match="witness"):
            read_config(tmp_path)
    with pytest.raises(ConfigInvalid, match="no witness"):
        Studio.create(tmp_path / "new", config=Config(witnesses={"oracle": {}}))


def test_the_verbs_sign_list_export_and_begin_anew(floor: "Floor", tmp_path: Path) -> None:
    (floor.studio.folder / "studio.toml").write_text(
        f'[witnesses.file]\npath = "{tmp_path / "seen.txt"}"\n\n[witnesses.git]\nrepository = "{tmp_path}"\n'
    )
    app, run = build(), CliRunner()

    def verb(*arguments: str, given: str | None = None) -> str:
        told = run.invoke(app, [*arguments, "--studio", str(floor.studio.folder)], input=given)
        assert told.exit_code == 0, told.output
        return told.output

    said = verb("book", "checkpoint")
    size = floor.house.book.head().seq
    assert f"{size} entries are signed with circletake/" in said
    assert "  file: It stands in" in said
    assert "  git: NOT YET: " in said
    listed = verb("book", "checkpoints")
    assert str(size) in listed
    assert "not yet" in listed
    assert str(size) in verb("book", "export", str(tmp_path / "out"))
    assert run.invoke(app, ["verify", str(tmp_path / "out")]).exit_code == 0
    key = json.loads(verb("book", "checkpoint", "--json"))["key"]
    assert json.loads(verb("book", "checkpoint", "--json", "--new-key", "--yes"))["key"] != key
    verb("book", "checkpoint", "--new-key", given="y\n")
    refused = run.invoke(
        app, ["book", "checkpoint", "--new-key", "--studio", str(floor.studio.folder)], input="n\n"
    )
    assert refused.exit_code != 0
    empty = Studio.create(tmp_path / "empty", config=Config(workers=1))
    empty.close()
    told = run.invoke(app, ["book", "checkpoint", "--studio", str(tmp_path / "empty")])
    assert "nothing to sign" in told.output


def test_the_verb_asks_before_it_erases(
    floor: "Floor", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    app, run, place = build(), CliRunner(), ["--studio", str(floor.studio.folder)]
    link = floor.studio.make_link("ana")
    assert run.invoke(app, ["sign-in", "--link", link, *place]).exit_code == 0
    assert run.invoke(app, ["person", "erase", "ed", *place], input="n\n").exit_code != 0
    assert "ed" in [person.name for person in floor.studio.people()]
    told = run.invoke(app, ["person", "erase", "ed", "--notes", *place], input="y\n")
    assert told.exit_code == 0, told.output
    assert "is an erased person" in told.output
    assert "ed" not in [person.name for person in floor.studio.people()]
