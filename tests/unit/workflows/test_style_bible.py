"""A style bible is made, judged and adopted as a model sheet is, and reaches the check of style alone."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from tests.unit.models.onnx_bytes import vision

from circletake.checks.codec import read_evidence
from circletake.errors import GateClosed, NotFound
from circletake.gates.policy import shipped_text
from circletake.generate.film import SHOTS, render_frame
from circletake.ledger import reads
from circletake.media.encode import write_movie
from circletake.media.manifest import Sheet, read_manifest
from circletake.media.sheet import write_png
from circletake.workflows.analyse import order_analysis
from circletake.workflows.calls.analyse import run
from circletake.workflows.sheets import BoxedImage

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.workflows.conftest import Floor

    from circletake.workflows.house import House

_SIZE = (480, 270)
ORDERS = "select args from outbox where op = 'analyse' order by seq, key"


class Silent:
    def progress(self, done: int, total: int) -> None:
        """Nobody watches."""

    def cancelled(self) -> bool:
        return False


def drawn(shot: int, take: int, n: int) -> np.ndarray:
    picture = render_frame(SHOTS[shot], SHOTS[shot].takes[take], n)
    return np.asarray(cv2.resize(picture, _SIZE, interpolation=cv2.INTER_AREA), np.uint8)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Sixteen pictures of four shots of the demo."""
    folder = tmp_path_factory.mktemp("bible")
    paths = []
    for shot in range(4):
        for n in (0, 12, 24, 36):
            paths.append(folder / f"{shot}_{n}.png")
            write_png(paths[-1], drawn(shot, 1, n))
    return paths


def bible_added(floor: Floor, pictures: list[Path], by: str = "arti") -> str:
    view = floor.studio.sheet_add(
        floor[by],
        "spring",
        character="look",
        images=[BoxedImage(path=path) for path in pictures],
        kind="style",
    )
    return view.takes[-1].content


def adopted(floor: Floor, pictures: list[Path]) -> str:
    content = bible_added(floor, pictures)
    task = floor.task_id("look", "design")
    with floor.house.book.reading() as conn:
        take = reads.takes_of(conn, task)[-1]
    floor.judge("dora", take, 2, gate="director")
    floor.studio.sheet_adopt(floor["dora"], "spring", character="look")
    return content


def film_of(path: Path, *, warmer: bool) -> Path:
    def frame(n: int) -> np.ndarray:
        rgb = drawn(0, 0, n - n % 2)
        if not warmer:
            return rgb
        lab = np.asarray(cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)
        lab[..., 2] += 12
        return (np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0, 1) * 255).round().astype(np.uint8)

    frames = (frame(n) for n in range(36))
    write_movie(path, frames, rate=Fraction(24), width_px=_SIZE[0], height_px=_SIZE[1])
    return path


def test_a_bible_is_judged_and_adopted_like_a_sheet(floor: Floor, pictures: list[Path]) -> None:
    bible_added(floor, pictures[:9])
    with pytest.raises(GateClosed, match="No style bible of look passes"):
        floor.studio.sheet_adopt(floor["dora"], "spring", character="look")
    content = adopted(floor, pictures)
    with floor.house.book.reading() as conn:
        production = reads.find_production(conn, "spring")
        assert production is not None
        assert reads.slots(conn, production.id) == {"sheet:look": content}
        entity = reads.find_entity(conn, production.id, "look")
    assert entity is not None
    assert entity.kind == "style"
    sheet = read_manifest(floor.house.store, content)
    assert isinstance(sheet, Sheet)
    assert sheet.kind == "style"
    assert [picture.box for picture in sheet.images] == [(0, 0, *_SIZE)] * len(pictures)


def test_a_code_is_one_kind_of_thing(floor: Floor, pictures: list[Path]) -> None:
    bible_added(floor, pictures)
    with pytest.raises(NotFound, match="look is a style; a model sheet is for a character"):
        floor.studio.sheet_add(
            floor["arti"], "spring", character="look", images=[BoxedImage(path=pictures[0])]
        )


def test_a_sheet_of_a_character_keeps_the_hash_it_always_had(floor: Floor, pictures: list[Path]) -> None:
    view = floor.studio.sheet_add(
        floor["arti"], "spring", character="dog", images=[BoxedImage(path=pictures[0])]
    )
    plain = json.loads(floor.house.store.path(view.takes[-1].content).read_bytes())
    assert set(plain) == {"character", "images", "kind", "v"}


def style_is_asked_for(floor: Floor) -> None:
    """A policy whose gates ask for the check of style, adopted."""
    text = shipped_text("animation").replace('"technical", "consistency"', '"technical", "style"')
    view = floor.studio.policy_propose(floor["dora"], "spring", text=text, file="p.toml")
    floor.studio.record_verdict(
        floor["ana"],
        task=view.id,
        content=view.takes[-1].content,
        gate="producer",
        value=2,
        key="policy-0001",
        reasons=["story.intent"],
    )
    floor.studio.policy_adopt(floor["ana"], "spring")


def order_of(floor: Floor, content: str) -> dict[str, Any]:
    """Arguments of the analysis that was ordered of a content."""
    with floor.house.book.reading() as conn:
        orders = [json.loads(args) for args in conn.exec_driver_sql(ORDERS).scalars()]
    return next(one for one in orders if one["content"] == content)


def test_what_asks_for_style_is_measured_against_the_bible_and_told_in_words(
    floor: Floor, pictures: list[Path], tmp_path: Path
) -> None:
    """From the adopted bible to the evidence, through the order that a job would carry."""
    style_is_asked_for(floor)
    bible = adopted(floor, pictures)
    found: dict[bool, Any] = {}
    for warmer in (False, True):
        film = film_of(tmp_path / f"{warmer}.mp4", warmer=warmer)
        take = floor.take(film.read_bytes(), frames=36)
        order = order_of(floor, take.content)
        made: Any = run({**order, "store": str(floor.house.store.root)}, Silent())
        told = next(one for one in made["evidence"] if one["check"] == "style")
        found[warmer] = read_evidence(floor.house.store.path(told["evidence"]).read_bytes())
        assert told["references"] == [bible]
    assert found[False].flags == ()
    assert "Warmer by 1" in found[True].sentence
    assert {flag.label for flag in found[True].flags} == {"palette"}


def test_an_encoder_that_is_named_is_looked_through_and_measured_again_when_it_changes(
    floor: Floor, pictures: list[Path], tmp_path: Path
) -> None:
    """By the orders that jobs would carry: of one that is broken, of none, and of one that was mended."""
    style_is_asked_for(floor)
    adopted(floor, pictures)
    manifest, weights = vision(tmp_path), tmp_path / "vision.onnx"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-1])
    house = replace(floor.house, encoder=manifest)
    take = floor.take(film_of(tmp_path / "film.mp4", warmer=False).read_bytes(), frames=36)

    def ordered(house: House) -> tuple[str, dict[str, Any]]:
        with house.book.transact() as tx:
            row = reads.find_task(tx.conn, floor.task_id("SH010"))
            assert row is not None
            key = order_analysis(house, tx, task=row, content=take.content)
        assert key is not None
        with house.book.reading() as conn:
            [args] = conn.exec_driver_sql("select args from outbox where key = ?", (key,)).scalars()
        made: Any = run({**json.loads(args), "store": str(house.store.root)}, Silent())
        [style] = [one for one in made["evidence"] if one["check"] == "style"]
        return key, dict(style["summary"])

    with house.book.transact() as tx:
        tx.conn.exec_driver_sql("delete from outbox")
    broken, without = ordered(house)
    assert "is not the one its manifest names" in without["without_encoder"]
    assert ordered(floor.house)[0] == broken  # there is nothing else to be measured
    weights.write_bytes(whole)
    mended, seen = ordered(house)
    assert mended != broken
    assert seen["encoder"] == "vision"
