"""What people circle, later measurements lean on; what they take back, they do not; nothing else moves."""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np
import pytest

from circletake.checks.answers import Answer
from circletake.checks.bank import BankShot, bank_bytes, model_bytes, read_bank
from circletake.checks.codec import read_evidence
from circletake.checks.consistency._model import SCORES
from circletake.checks.protocol import SheetRef
from circletake.errors import EvidenceUnreadable, NotFound
from circletake.gates.policy import shipped_text
from circletake.generate.film import get_shot, model_sheet, render_frame
from circletake.ledger import reads
from circletake.media.cutouts import NO_CUTOUTS, read_cutouts
from circletake.media.encode import write_movie
from circletake.media.recipes import cutouts_of
from circletake.media.sheet import write_png
from circletake.workflows import analyse, approved_bank
from circletake.workflows.approved_bank import bank_shots
from circletake.workflows.calls.analyse import derive, run
from circletake.workflows.derive import DERIVE
from circletake.workflows.house import STUDIO
from circletake.workflows.measure import order_all
from circletake.workflows.sheets import BoxedImage

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.workflows.conftest import Floor

    from circletake.domain.evidence import Evidence
    from circletake.domain.take import Take

_SIZE = (480, 270)
_FRAMES = 14
_ORDERS = "select key, args from outbox where op = 'analyse' order by seq, key"


class Silent:
    def progress(self, done: int, total: int) -> None:
        """Nobody watches."""

    def cancelled(self) -> bool:
        return False


@cache
def drawn(code: str, number: int) -> tuple[np.ndarray, ...]:
    shot = get_shot(code)
    plan = next(plan for plan in shot.takes if plan.number == number)
    return tuple(
        np.asarray(cv2.resize(render_frame(shot, plan, n), _SIZE, interpolation=cv2.INTER_AREA), np.uint8)
        for n in range(_FRAMES)
    )


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """First frames of clean takes of the demo, by name; `again` decodes to what `SH010` does."""
    folder = tmp_path_factory.mktemp("films")
    found: dict[str, bytes] = {}
    for name, (code, number) in {"SH010": ("SH010", 1), "SH020": ("SH020", 1), "SH030": ("SH030", 1)}.items():
        path = folder / f"{name}.mp4"
        write_movie(path, drawn(code, number), rate=Fraction(24), width_px=_SIZE[0], height_px=_SIZE[1])
        found[name] = path.read_bytes()
    # A box that players skip: other bytes, the same frames.
    found["again"] = found["SH010"] + (16).to_bytes(4, "big") + b"free" + b"\0" * 8
    return found


@pytest.fixture
def queso(floor: Floor, tmp_path: Path) -> str:
    """The demo's dog, his sheet circled and adopted; a shot for each film."""
    floor.studio.add_shot(
        floor["ana"], "spring", code="SH030", title="SH030", frames=_FRAMES, source_class="drawn"
    )
    images = []
    for index, (rgb, box) in enumerate(model_sheet()):
        path = tmp_path / f"{index}.png"
        write_png(path, rgb)
        images.append(BoxedImage(path=path, box=box))
    view = floor.studio.sheet_add(floor["arti"], "spring", character="queso", images=images)
    with floor.house.book.reading() as conn:
        take = reads.takes_of(conn, floor.task_id("queso", "design"))[-1]
    floor.judge("dora", take, 2, gate="director")
    floor.studio.sheet_adopt(floor["dora"], "spring", character="queso")
    return view.takes[-1].content


def order_of(floor: Floor, take: Take) -> tuple[str, dict[str, Any]]:
    with floor.house.book.reading() as conn:
        orders = [(key, json.loads(args)) for key, args in conn.exec_driver_sql(_ORDERS)]
    return next(one for one in orders if one[1]["content"] == take.content)


def worked(floor: Floor, args: dict[str, Any]) -> dict[str, Any]:
    made = floor.house.queue.derived_of(args["content"])
    return cast("dict[str, Any]", run({**args, "made": made, "store": str(floor.house.store.root)}, Silent()))


def done(floor: Floor, take: Take) -> Evidence:
    """Work the order for a take as a worker would, and record what came of it."""
    key, args = order_of(floor, take)
    result = worked(floor, args)
    with floor.house.book.transact() as tx:
        tx.append("done", actor=STUDIO, body={"job": key, "op": "analyse"})
        analyse.record(floor.house, tx, {**args, "job": key}, result)
    told = next(one for one in result["evidence"] if one["check"] == "consistency")
    return read_evidence(floor.house.store.read(told["evidence"]))


def taken(floor: Floor, films: dict[str, bytes], name: str, *, code: str = "") -> Take:
    return floor.take(films[name], code=code or name, frames=_FRAMES)


def circled(floor: Floor, films: dict[str, bytes], name: str) -> tuple[Take, Evidence]:
    take = taken(floor, films, name)
    evidence = done(floor, take)
    floor.circle(take, answers=tuple(one.id for one in flagged_on(floor, take)))
    assert floor.status(name) == "circled"
    return take, evidence


def flagged_on(floor: Floor, take: Take) -> list[reads.EvidenceRow]:
    with floor.house.book.reading() as conn:
        return [one for one in reads.evidence_on(conn, [take.content])[take.content] if one.flagged]


def evidence_entries(floor: Floor) -> list[tuple[str, ...]]:
    with floor.house.book.reading() as conn:
        rows = conn.exec_driver_sql('select seq, id, content, "check" from evidence order by seq')
        return [tuple(map(str, row)) for row in rows]


def test_two_circled_takes_teach_the_third_and_change_nothing_before_it(
    floor: Floor, films: dict[str, bytes], queso: str
) -> None:
    first, before = circled(floor, films, "SH010")
    second, _ = circled(floor, films, "SH020")
    held = evidence_entries(floor)
    third = taken(floor, films, "SH030")
    evidence = done(floor, third)
    assert before.summary["approved"] == 0
    assert evidence.summary["approved"] == 2
    # What it leaned on is told by hash, and can be read by it.
    leaned = json.loads(floor.house.store.read(str(evidence.summary["model"])))
    assert [one["content"] for one in leaned["models"][0]["approved"]] == [second.content, first.content]
    assert leaned["models"][0]["sheet"] == queso
    assert evidence.references == (queso,)
    # Nothing before it moved: not the evidence, not the approvals, and nothing is owed.
    assert evidence_entries(floor)[: len(held)] == held
    assert {floor.status("SH010"), floor.status("SH020")} == {"circled"}
    with floor.house.book.reading() as conn:
        owed = {json.loads(args)["content"] for _, args in conn.exec_driver_sql(_ORDERS)}
    assert not owed & {first.content, second.content, third.content}
    assert order_all(floor.house, floor["ana"], "spring", code="SH010") == []


@pytest.mark.usefixtures("queso")
def test_what_is_vetoed_or_taken_back_is_leaned_on_no_more(floor: Floor, films: dict[str, bytes]) -> None:
    first, _ = circled(floor, films, "SH010")
    second, _ = circled(floor, films, "SH020")
    floor.judge("dora", first, -2, gate="director")
    third = taken(floor, films, "SH030")
    _, args = order_of(floor, third)
    assert [shot.content for shot in read_bank(floor.house.store.read(args["bank"]))] == [second.content]
    floor.judge("dora", second, 0, gate="director")
    fourth = floor.take(films["SH030"] + b"\0" * 9, code="SH030", frames=_FRAMES)
    _, args = order_of(floor, fourth)
    assert read_bank(floor.house.store.read(args["bank"])) == []


@pytest.mark.usefixtures("queso")
def test_a_new_sheet_leaves_takes_out_that_were_approved_against_the_old(
    floor: Floor, films: dict[str, bytes], tmp_path: Path
) -> None:
    circled(floor, films, "SH010")
    images = [BoxedImage(path=tmp_path / f"{n}.png", box=model_sheet()[n][1]) for n in range(3)]
    floor.studio.sheet_add(floor["arti"], "spring", character="queso", images=images)
    with floor.house.book.reading() as conn:
        sheet = reads.takes_of(conn, floor.task_id("queso", "design"))[-1]
    floor.judge("dora", sheet, 2, gate="director")
    floor.studio.sheet_adopt(floor["dora"], "spring", character="queso")
    assert floor.status("SH010") == "stale"
    _, args = order_of(floor, taken(floor, films, "SH030"))
    assert read_bank(floor.house.store.read(args["bank"])) == []


@pytest.mark.usefixtures("queso")
def test_a_take_never_leans_on_itself_nor_on_what_decodes_to_it(
    floor: Floor, films: dict[str, bytes]
) -> None:
    first, _ = circled(floor, films, "SH010")
    second, _ = circled(floor, films, "SH020")
    twin = taken(floor, films, "again", code="SH030")
    assert twin.content != first.content
    _, args = order_of(floor, twin)
    assert {shot.content for shot in read_bank(floor.house.store.read(args["bank"]))} == {
        first.content,
        second.content,
    }
    evidence = done(floor, twin)
    assert evidence.summary["approved"] == 1
    leaned = json.loads(floor.house.store.read(str(evidence.summary["model"])))
    assert [one["content"] for one in leaned["models"][0]["approved"]] == [second.content]
    # and by its own bytes, were it measured once more
    again = worked(floor, {**args, "content": first.content})
    told = next(one for one in again["evidence"] if one["check"] == "consistency")
    assert dict(told["summary"])["approved"] == 1


@pytest.mark.usefixtures("queso")
def test_the_same_order_gives_the_same_bytes_and_pictures_that_are_lost_are_left_out(
    floor: Floor, films: dict[str, bytes]
) -> None:
    first, _ = circled(floor, films, "SH010")
    circled(floor, films, "SH020")
    _, args = order_of(floor, taken(floor, films, "SH030"))
    once, twice = worked(floor, args), worked(floor, args)
    assert once["evidence"] == twice["evidence"]
    assert once["derived"] == twice["derived"]
    kept = once["derived"][cutouts_of("queso")]
    pictures = read_cutouts(floor.house.store.read(kept))
    assert pictures
    assert all(one.mask.any() and one.mask.shape == one.rgb.shape[:2] for one in pictures)
    lost = floor.house.queue.derived_of(first.content)[cutouts_of("queso")]
    floor.house.store.path(lost).unlink()
    without = worked(floor, args)
    told = next(one for one in without["evidence"] if one["check"] == "consistency")
    assert dict(told["summary"])["approved"] == 1


def test_what_was_learnt_is_shown_with_what_it_was_learnt_from(
    floor: Floor, films: dict[str, bytes], queso: str
) -> None:
    first, _ = circled(floor, films, "SH010")
    second, _ = circled(floor, films, "SH020")
    taken(floor, films, "SH030")
    listed = floor.studio.characters(floor["arti"], "spring")
    assert [(one.code, one.sheet, one.approved) for one in listed] == [("queso", queso, 2)]
    view = floor.studio.character(floor["arti"], "spring", "queso")
    assert view.sheet == queso
    assert [(one.code, one.take, one.content) for one in view.approved] == [
        ("SH020", second.number, second.content),
        ("SH010", first.number, first.content),
    ]
    assert len(view.pictures) == len(model_sheet())
    assert [one.number for one in view.pictures] == list(range(1, len(view.pictures) + 1))
    assert (view.state, view.needed, view.shots, view.interval) == ("uncalibrated", 19, 0, [0.0, 1.0])
    assert view.advice[0] == "17 more circled shots make it its own measure."
    assert any(one.is_unseen for one in view.pictures)
    assert view.palette[0].share == max(one.share for one in view.palette)
    # A veto takes a shot out, here as in what is measured.
    floor.judge("dora", first, -2, gate="director")
    assert [one.code for one in floor.studio.character(floor["arti"], "spring", "queso").approved] == [
        "SH020"
    ]


@pytest.mark.usefixtures("queso")
def test_the_policy_says_how_many_shots_it_takes(floor: Floor) -> None:
    """A production that bears one false alarm in sixteen needs fifteen circled shots."""
    text = shipped_text("animation") + "\n[thresholds.consistency]\nalpha = 0.0625\n"
    proposed = floor.studio.policy_propose(floor["dora"], "spring", text=text, file="p.toml")
    floor.studio.record_verdict(
        floor["ana"],
        task=proposed.id,
        content=proposed.takes[-1].content,
        gate="producer",
        value=2,
        key="policy-0001",
        reasons=["story.intent"],
    )
    floor.studio.policy_adopt(floor["ana"], "spring")
    view = floor.studio.character(floor["arti"], "spring", "queso")
    assert (view.alpha, view.needed) == ("0.0625", 15)
    assert view.advice[0] == "15 more circled shots make it its own measure."


def test_who_is_no_character_or_has_no_sheet_is_said(floor: Floor, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no character SH010; there are none yet"):
        floor.studio.character(floor["arti"], "spring", "SH010")
    picture = tmp_path / "one.png"
    write_png(picture, model_sheet()[0][0])
    floor.studio.sheet_add(floor["arti"], "spring", character="dog", images=[BoxedImage(path=picture)])
    assert [(one.code, one.sheet) for one in floor.studio.characters(floor["arti"], "spring")] == [
        ("dog", None)
    ]
    with pytest.raises(NotFound, match="No model sheet of dog is adopted yet"):
        floor.studio.character(floor["arti"], "spring", "dog")


def test_pictures_that_were_lost_are_made_again_and_nothing_is_recorded_twice(
    floor: Floor, films: dict[str, bytes], queso: str
) -> None:
    take, _ = circled(floor, films, "SH010")
    held, recipe = evidence_entries(floor), cutouts_of("queso")
    before = floor.house.queue.derived_of(take.content)
    with floor.house.queue.engine.begin() as conn:
        conn.exec_driver_sql("delete from derived")
    owed = order_all(floor.house, floor["ana"], "spring", code="SH010")
    (job,) = floor.house.queue.find_all(owed).values()
    assert (job.op, job.args["sheets"]) == ("derive", [["queso", queso]])
    made = derive({**job.args, "store": str(floor.house.store.root)}, Silent())
    assert made["evidence"] == []
    with floor.house.book.transact() as tx:
        DERIVE.record(floor.house, tx, dict(job.args), made)
    assert floor.house.queue.derived_of(take.content) == before
    assert recipe in before
    assert evidence_entries(floor) == held
    assert order_all(floor.house, floor["ana"], "spring", code="SH010") == []


def test_a_bank_reads_back_in_its_order_and_a_newer_one_is_refused() -> None:
    shots = [BankShot("b" * 64, None, {"dog": "c" * 64}), BankShot("a" * 64, "e" * 64, {})]
    assert read_bank(bank_bytes(shots)) == shots
    for wrong in (b"[]", b"{", b'{"shots":[],"v":2}'):
        with pytest.raises(EvidenceUnreadable):
            read_bank(wrong)


def test_what_a_model_is_made_of_is_its_hash_and_nothing_else() -> None:
    sheet = SheetRef("dog", "b" * 64, [], [])
    data = model_bytes([sheet])
    assert json.loads(data)["models"] == [{"approved": [], "character": "dog", "sheet": "b" * 64}]
    other = SheetRef("dog", "d" * 64, [], [])
    assert hashlib.sha256(data).digest() != hashlib.sha256(model_bytes([other])).digest()


def shown(floor: Floor, data: bytes, code: str, pictures: dict[str, str]) -> Take:
    """A circled take in which these characters were found, as the tables have it; nothing is decoded."""
    take = floor.take(data, code=code)
    floor.measured(take)
    floor.circle(take)
    for character, content in pictures.items():
        floor.house.queue.put_derived(take.content, cutouts_of(character), content)
    return take


def bank(floor: Floor) -> list[BankShot]:
    with floor.house.book.reading() as conn:
        found = reads.find_production(conn, "spring")
        assert found is not None
        return bank_shots(floor.house, conn, found.id, floor.house.policy(conn, found.policy))


def test_a_shot_counts_once_and_its_newest_circled_take_stands_for_it(floor: Floor) -> None:
    floor.sheet("dog", b"sheet")
    shown(floor, b"one", "SH010", {"dog": "a" * 64})
    newer = shown(floor, b"two", "SH010", {"dog": "b" * 64})
    other = shown(floor, b"three", "SH020", {"dog": "c" * 64})
    assert bank(floor) == [
        BankShot(other.content, None, {"dog": "c" * 64}),
        BankShot(newer.content, None, {"dog": "b" * 64}),
    ]


def test_where_a_character_was_not_found_it_takes_no_place(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Room for one shot of each: the newest that shows the character, not the newest that was measured."""
    monkeypatch.setattr(approved_bank, "MOST_SHOTS", 0)
    monkeypatch.setattr(approved_bank, "_AT_ONCE", 1)
    floor.sheet("dog", b"sheet")
    floor.sheet("cat", b"another")
    both = shown(floor, b"one", "SH010", {"dog": "a" * 64, "cat": "b" * 64})
    dog = shown(floor, b"two", "SH020", {"dog": "c" * 64, "cat": NO_CUTOUTS})
    assert bank(floor) == [
        BankShot(dog.content, None, {"dog": "c" * 64}),
        BankShot(both.content, None, {"cat": "b" * 64}),
    ]


def test_what_only_some_gates_let_through_or_is_no_shot_is_not_leaned_on(floor: Floor) -> None:
    sheet = floor.sheet("dog", b"sheet")
    floor.house.queue.put_derived(sheet.content, cutouts_of("dog"), "d" * 64)
    take = floor.take(b"one")
    floor.measured(take)
    floor.house.queue.put_derived(take.content, cutouts_of("dog"), "a" * 64)
    floor.judge("leo", take, 2, gate="lead")
    assert bank(floor) == []
    floor.judge("dora", take, 2, gate="director")
    assert [shot.content for shot in bank(floor)] == [take.content]


def answers_about(content: str, *, essence: str | None = None) -> list[Answer]:
    """Forty answers of both kinds that the palette alone tells apart."""
    return [
        Answer(
            "queso",
            content,
            essence,
            f"{number:064x}",
            number,
            is_drift=bool(number % 2),
            scores={name: float(number % 2 and name == "palette") for name in SCORES},
        )
        for number in range(40)
    ]


def test_answers_weigh_what_is_measured_later_and_never_the_take_they_are_about(
    floor: Floor, films: dict[str, bytes], queso: str
) -> None:
    assert queso
    take = taken(floor, films, "SH010")
    _, args = order_of(floor, take)

    def with_answers(answers: list[Answer]) -> dict[str, Any]:
        return worked(floor, {**args, "bank": floor.house.store.put_bytes(bank_bytes([], answers))})

    def summary(result: dict[str, Any]) -> dict[str, object]:
        told = next(one for one in result["evidence"] if one["check"] == "consistency")
        return dict(read_evidence(floor.house.store.read(told["evidence"])).summary)

    plain = worked(floor, args)
    assert "head" not in summary(plain)
    weighed = with_answers(answers_about("f" * 64))
    assert weighed == with_answers(answers_about("f" * 64)), "the same answers, the same bytes"
    named, _, of = str(summary(weighed)["head"]).partition(" of ")
    assert of == "40 answers"
    head = json.loads(floor.house.store.read(named))
    assert head["weights"]["palette"] == max(head["weights"].values())
    assert len(head["answers"]) == 40
    assert summary(weighed)["model"] != summary(plain)["model"]
    # Neither what was said of this very take teaches anything about it, nor of what decodes to the same.
    assert with_answers(answers_about(take.content))["evidence"] == plain["evidence"]
    same = with_answers(answers_about("e" * 64, essence=str(plain["essence"])))
    assert same["evidence"] == plain["evidence"]
