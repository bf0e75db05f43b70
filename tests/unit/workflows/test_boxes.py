"""Boxes through the book: who may draw and withdraw, what is measured again, what comes too late."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from circletake.checks.boxes import read_boxes
from circletake.checks.codec import read_evidence
from circletake.checks.run import current_versions
from circletake.domain.evidence import Evidence
from circletake.domain.people import MachineId
from circletake.errors import (
    Conflict,
    EntryInvalid,
    NotAPerson,
    NotFound,
    RoleMissing,
    StillBlind,
    VerdictInvalid,
)
from circletake.gates.policy import policy_dict, read_policy, shipped
from circletake.generate.film import get_shot, model_sheet, render_frame
from circletake.ledger import reads
from circletake.media.cutouts import NO_CUTOUTS
from circletake.media.encode import write_movie
from circletake.media.recipes import cutouts_of
from circletake.media.sheet import write_png
from circletake.workflows import analyse
from circletake.workflows.calls.analyse import run, told
from circletake.workflows.house import STUDIO
from circletake.workflows.measure import order_all
from circletake.workflows.sheets import BoxedImage

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.workflows.conftest import Floor

    from circletake.domain.take import Take
    from circletake.workflows.views import BoxView

WHERE = (1000, 2000, 3000, 4000)
ORDERS = "select key, args from outbox where op = 'analyse' order by seq, key"


class Silent:
    def progress(self, done: int, total: int) -> None:
        """Nobody watches."""

    def cancelled(self) -> bool:
        return False


@pytest.fixture
def take(floor: Floor) -> Take:
    """A take of a shot in which the dog may be; his sheet is adopted."""
    floor.sheet("dog", b"drawings of a dog")
    return floor.take(b"a film")


def draw(floor: Floor, take: Take, name: str = "leo", **more: Any) -> list[BoxView]:  # noqa: ANN401 (members of a box)
    said: dict[str, Any] = {"character": "dog", "frame": 3, "where": WHERE, "key": "box-000001", **more}
    return floor.studio.box_draw(floor[name], task=take.task, content=take.content, **said)


def orders(floor: Floor, take: Take) -> list[tuple[str, dict[str, Any]]]:
    with floor.house.book.reading() as conn:
        found = [(key, json.loads(args)) for key, args in conn.exec_driver_sql(ORDERS)]
    return [one for one in found if one[1]["content"] == take.content]


def bring(floor: Floor, take: Take, key: str, args: dict[str, Any]) -> list[str]:
    """Record an order's outcome as a worker would bring it; ids of the evidence."""
    brought = [
        told(
            floor.house.store,
            Evidence(check, current_versions()[check], take.content, {"of": key}, "Nothing stands out."),
        )
        for check in args["checks"]
    ]
    derived = {cutouts_of("dog"): floor.house.store.put_bytes(key.encode())}
    with floor.house.book.transact() as tx:
        tx.append("done", actor=STUDIO, body={"job": key, "op": "analyse"})
        result = {"derived": derived, "evidence": brought, "essence": None}
        analyse.record(floor.house, tx, {**args, "job": key}, result)
    with floor.house.book.transact() as tx:
        tx.conn.exec_driver_sql(f"delete from outbox where key = '{key}'")  # noqa: S608 (our own key)
    return [str(one["evidence"]) for one in brought]


def test_a_box_is_an_entry_of_its_person_and_orders_only_what_heeds_boxes(floor: Floor, take: Take) -> None:
    ((whole, args),) = orders(floor, take)
    assert args["checks"] == ["consistency", "technical"]
    bring(floor, take, whole, args)
    before = floor.kinds()
    (view,) = draw(floor, take)
    assert (view.person.name, view.character, view.frame, view.where) == ("leo", "dog", 3, list(WHERE))
    assert floor.kinds()[len(before) :] == ["box"]
    ((key, args),) = orders(floor, take)
    assert key != whole
    assert args["checks"] == ["consistency"]
    (boxed,) = read_boxes(floor.house.store.read(args["boxes"]))
    assert (boxed.id, boxed.character, boxed.frame, boxed.where) == (view.id, "dog", 3, WHERE)


def test_what_was_not_measured_yet_is_ordered_once_beside_it(floor: Floor, take: Take) -> None:
    draw(floor, take)
    assert sorted(args["checks"] for _, args in orders(floor, take)) == [
        ["consistency"],
        ["consistency", "technical"],
    ]
    floor.sheet("dog", b"other drawings of a dog")
    drawn = [args["checks"] for _, args in orders(floor, take)]
    # against the new sheet, by the box; and once without sheets what heeds neither
    assert drawn.count(["consistency"]) == 2
    assert drawn.count(["technical"]) == 1


def test_the_same_box_sent_twice_is_one_and_another_with_its_key_is_refused(floor: Floor, take: Take) -> None:
    assert draw(floor, take) == draw(floor, take)
    assert floor.kinds().count("box") == 1
    with pytest.raises(Conflict):
        draw(floor, take, frame=4)


def test_earlier_evidence_stays_in_the_book_and_the_later_one_counts(floor: Floor, take: Take) -> None:
    ((whole, args),) = orders(floor, take)
    first, _ = bring(floor, take, whole, args)
    draw(floor, take)
    ((key, args),) = orders(floor, take)
    (second,) = bring(floor, take, key, args)
    shown = floor.studio.task(floor["ana"], take.task).takes[0].evidence
    assert [one.id for one in shown if one.check == "consistency"] == [second]
    with floor.house.book.reading() as conn:
        assert reads.find_evidence(conn, first) is not None
    assert floor.studio.book_replay().holds


def test_what_was_measured_without_a_box_that_came_meanwhile_is_too_late(floor: Floor, take: Take) -> None:
    ((whole, args),) = orders(floor, take)
    draw(floor, take)
    (other,) = [one for one in orders(floor, take) if one[0] != whole]
    (heeding,) = bring(floor, take, *other)
    bring(floor, take, whole, args)
    shown = {one.check: one.id for one in floor.studio.task(floor["ana"], take.task).takes[0].evidence}
    assert shown["consistency"] == heeding
    assert "technical" in shown
    kept = floor.house.queue.find_derived(take.content, cutouts_of("dog"))
    assert kept == floor.house.store.put_bytes(other[0].encode()), "pictures of the wrong thing teach nobody"


def test_a_withdrawn_box_is_measured_without_and_that_counts(floor: Floor, take: Take) -> None:
    ((whole, args),) = orders(floor, take)
    bring(floor, take, whole, args)
    (view,) = draw(floor, take)
    ((key, args),) = orders(floor, take)
    bring(floor, take, key, args)
    (after,) = floor.studio.box_withdraw(floor["leo"], box=view.id, key="unbox-0001")
    assert after.withdrawn_by is not None
    assert not after.may_withdraw
    ((again, args),) = orders(floor, take)
    assert again not in {whole, key}
    assert read_boxes(floor.house.store.read(args["boxes"])) == []
    assert floor.kinds().count("unbox") == 1
    floor.studio.box_withdraw(floor["leo"], box=view.id, key="unbox-0001")
    assert floor.kinds().count("unbox") == 1, "said twice, done once"


def test_a_second_box_on_a_frame_takes_the_place_of_the_first_until_it_is_withdrawn(
    floor: Floor, take: Take
) -> None:
    draw(floor, take)
    _, second = draw(floor, take, "dora", key="box-000002", where=None)
    heeded = [args["boxes"] for _, args in orders(floor, take) if "boxes" in args]
    assert [[one.where for one in read_boxes(floor.house.store.read(one))] for one in heeded] == [
        [WHERE],
        [None],
    ]
    floor.studio.box_withdraw(floor["dora"], box=second.id, key="unbox-0001")
    last = [args["boxes"] for _, args in orders(floor, take) if "boxes" in args][-1]
    assert [one.where for one in read_boxes(floor.house.store.read(last))] == [WHERE]


def test_it_is_withdrawn_by_whoever_drew_it_or_by_a_judge_who_did_not_make_the_take(
    floor: Floor, take: Take
) -> None:
    (view,) = draw(floor, take, "ed")
    assert [
        one.may_withdraw for one in floor.studio.boxes(floor["arti"], task=take.task, content=take.content)
    ] == [False]
    for name in ("arti", "ana"):
        with pytest.raises(RoleMissing, match="whoever drew it"):
            floor.studio.box_withdraw(floor[name], box=view.id, key="unbox-0001")
    floor.studio.box_withdraw(floor["dora"], box=view.id, key="unbox-0002")
    with pytest.raises(Conflict, match="withdrawn already"):
        floor.studio.box_withdraw(floor["ed"], box=view.id, key="unbox-0003")


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"frame": 24}, VerdictInvalid),
        ({"frame": -1}, VerdictInvalid),
        ({"where": (0, 0, 0, 10)}, VerdictInvalid),
        ({"where": (5000, 0, 5001, 10)}, VerdictInvalid),
        ({"character": "cat"}, NotFound),
        ({"character": "SH010"}, NotFound),
    ],
)
def test_what_cannot_be_is_refused(
    floor: Floor, take: Take, wrong: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        draw(floor, take, **wrong)
    assert "box" not in floor.kinds()


def test_nobody_knows_of_takes_and_boxes_that_are_not_there(floor: Floor, take: Take) -> None:
    with pytest.raises(NotFound):
        floor.studio.boxes(floor["ana"], task=take.task, content="0" * 64)
    with pytest.raises(NotFound):
        floor.studio.boxes(floor["ana"], task="t_none", content=take.content)
    with pytest.raises(NotFound):
        floor.studio.box_withdraw(floor["ana"], box="x_none", key="unbox-0001")


def test_a_machine_draws_no_box(floor: Floor, take: Take) -> None:
    body = {"box": "x_1", "task": take.task, "content": take.content, "character": "dog", "frame": 0}
    with floor.house.book.transact() as tx, pytest.raises(NotAPerson):
        tx.append("box", actor=MachineId("m_tracker"), production=take.production, body=body)
    # a person's program has no sitting
    with floor.house.book.transact() as tx, pytest.raises(NotAPerson):
        tx.append("box", actor=floor["leo"].person, production=take.production, body=body)


@pytest.mark.parametrize(
    ("kind", "body", "error"),
    [
        ("box", {"character": "SH010"}, NotFound),
        ("box", {"content": "0" * 64}, NotFound),
        ("unbox", {"box": "x_none", "key": "k"}, NotFound),
        ("box", {"where": [1, 2, 3]}, EntryInvalid),
    ],
)
def test_the_book_takes_no_box_on_what_it_does_not_hold(
    floor: Floor, take: Take, kind: str, body: dict[str, Any], error: type[Exception]
) -> None:
    whole = {"box": "x_1", "task": take.task, "content": take.content, "character": "dog", "frame": 0}
    leo = floor["leo"]
    sent = {**whole, **body} if kind == "box" else body
    with pytest.raises(error), floor.house.book.transact() as tx:
        tx.append(kind, actor=leo.person, session=leo.pseudonym, production=take.production, body=sent)


def test_a_whole_measurement_again_heeds_the_boxes(floor: Floor, take: Take) -> None:
    draw(floor, take)
    for key, args in orders(floor, take):
        bring(floor, take, key, args)
    floor.house.queue.put_derived(take.content, cutouts_of("dog"), NO_CUTOUTS)
    order_all(floor.house, floor["ana"], "spring", code="SH010")
    assert orders(floor, take) == [], "all of it is in the book"


def test_a_worker_follows_the_box_and_the_evidence_names_it(floor: Floor, tmp_path: Path) -> None:
    images = []
    for index, (rgb, box) in enumerate(model_sheet()):
        write_png(tmp_path / f"{index}.png", rgb)
        images.append(BoxedImage(path=tmp_path / f"{index}.png", box=box))
    floor.studio.sheet_add(floor["arti"], "spring", character="queso", images=images)
    with floor.house.book.reading() as conn:
        sheet = reads.takes_of(conn, floor.task_id("queso", "design"))[-1]
    floor.judge("dora", sheet, 2, gate="director")
    floor.studio.sheet_adopt(floor["dora"], "spring", character="queso")
    shot = get_shot("SH010")
    plan = next(plan for plan in shot.takes if plan.number == 1)
    frames = [
        np.asarray(
            cv2.resize(render_frame(shot, plan, n), (480, 270), interpolation=cv2.INTER_AREA), np.uint8
        )
        for n in range(8)
    ]
    write_movie(tmp_path / "film.mp4", frames, rate=Fraction(24), width_px=480, height_px=270)
    take = floor.take((tmp_path / "film.mp4").read_bytes(), frames=8)
    draw(floor, take, character="queso", frame=4, where=None)
    (args,) = [args for _, args in orders(floor, take) if "boxes" in args]
    result: Any = run({**args, "made": {}, "store": str(floor.house.store.root)}, Silent())
    (one,) = result["evidence"]
    evidence = read_evidence(floor.house.store.read(one["evidence"]))
    assert (one["check"], evidence.summary["boxes"], evidence.summary["gone"]) == (
        "consistency",
        args["boxes"],
        1,
    )
    assert any(frames.start <= 4 < frames.end for frames in evidence.abstained)
    assert evidence.summary["judged"], "it is there before"


def test_whoever_is_still_blind_may_draw_a_box_and_sees_no_score_by_it(floor: Floor, take: Take) -> None:
    data = policy_dict(shipped())
    for gate in data["stages"][2]["gates"]:
        gate["blind"] = gate["key"] == "lead"
    policy = read_policy(data)
    with floor.house.book.transact() as tx:
        tx.append(
            "policy",
            actor=floor["ana"].person,
            production=take.production,
            body={"hash": policy.hash, "policy": policy_dict(policy)},
        )
    ((key, args),) = orders(floor, take)
    (measured, *_) = bring(floor, take, key, args)
    (view,) = draw(floor, take)
    assert view.person.name == "leo"
    shown = floor.studio.task(floor["leo"], take.task).takes[0]
    assert (shown.hidden, shown.evidence) == (True, [])
    with pytest.raises(StillBlind):
        floor.studio.evidence(floor["leo"], measured)
    floor.judge("leo", take, 0)
    assert floor.studio.task(floor["leo"], take.task).takes[0].evidence
