"""Takes made for other places, found for a gap and taken: judged anew, and only by whoever may."""

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from circletake.checks.stack import signature_bytes
from circletake.domain.take import Take
from circletake.errors import AlreadyThere, HandlesShort, NotFound, PolicyHolds, RateMismatch, RoleMissing
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.media.recipes import SIGNATURE
from circletake.workflows.find_views import FoundTakeView
from circletake.workflows.receive_take import Attempt, record_take, task_of

if TYPE_CHECKING:
    from tests.unit.workflows.conftest import Floor

FOREST, DESERT = (40, 120, 50), (210, 180, 110)


def looked_at(floor: "Floor", take: Take, colour: tuple[int, int, int]) -> None:
    """What the decode pass makes for stacks, of pictures of one colour with a light in them."""
    frames = []
    for number in range(8):
        picture = np.full((36, 64, 3), colour, np.uint8)
        cv2.circle(picture, (8 + 6 * number, 18), 6, (255, 250, 230), -1)
        frames.append(picture)
    made = floor.house.store.put_bytes(signature_bytes(frames))
    floor.house.queue.put_derived(take.content, SIGNATURE, made)


@pytest.fixture
def spring(floor: "Floor") -> "Floor":
    """SH010, SH020 (the gap, 24 frames) and SH030; SH040 is a forest by day that nobody has used."""
    ed = floor["ed"]
    for code, title in (("SH030", "In the wood"), ("SH040", "Élodie in the wood")):
        floor.studio.add_shot(floor["ana"], "spring", code=code, title=title, frames=24, source_class="drawn")
    floor.studio.cut_assemble(ed, "spring")
    for code in ("SH010", "SH030"):
        take = floor.take(code.encode(), code=code)
        looked_at(floor, take, FOREST)
        floor.studio.cut_fill(ed, "spring", slot=code, take=take.id)
    return floor


def elsewhere(floor: "Floor", who: Session, *, role: str | None = "artist", frames: int = 60) -> Take:
    """A take of a shot of another production, in which somebody may hold a role."""
    studio = floor.studio
    studio.new_production(
        floor["ana"], code="autumn", title="Autumn", rate=Fraction(24), width_px=96, height_px=64
    )
    studio.add_shot(floor["ana"], "autumn", code="OP010", title="Dunes", frames=24, source_class="generated")
    if role:
        studio.set_role(floor["ana"], "autumn", person=str(who.person), role=role)
    content = floor.house.store.put_bytes(b"dunes")
    with floor.house.book.transact() as tx:
        found = reads.find_production(tx.conn, "autumn")
        assert found is not None
        take_id = record_take(
            floor.house,
            tx,
            floor["ana"].person,
            task=task_of(tx.conn, found, "OP010", "animation"),
            attempt=Attempt(
                content=content,
                makers=(floor["ana"].person,),
                origin="generated",
                n_frames=frames,
                rate=Fraction(24),
                width_px=96,
                height_px=64,
            ),
        )
        take = reads.find_take(tx.conn, take_id)
    assert take is not None
    looked_at(floor, take, DESERT)
    return take


def found(floor: "Floor", words: str = "", *, by: str = "ed") -> list[FoundTakeView]:
    return floor.studio.cut_find(floor[by], "spring", slot="SH020", words=words).found


def test_what_stands_in_the_same_colours_comes_first_and_words_find_without_case_or_accents(
    spring: "Floor",
) -> None:
    wood = spring.take(b"wood", code="SH040", frames=60)
    dunes = elsewhere(spring, spring["ed"])
    looked_at(spring, wood, FOREST)
    first, second, *others = found(spring)
    assert (first.take, second.take) == (wood.id, dunes.id)
    assert (first.near_percent or 0) > 90
    assert (second.near_percent or 0) < 50
    assert {one.shot for one in others} == {"SH010", "SH030"}
    assert [one.take for one in found(spring, "elodie WOOD")] == [wood.id]
    assert [one.take for one in found(spring, "dunes")] == [dunes.id]
    assert found(spring, "dunes wood") == []


def test_what_is_to_be_known_is_said(spring: "Floor") -> None:
    spring.take(b"wood", code="SH040", frames=60)
    said = {one.shot: one.said for one in found(spring)}
    assert said["SH040"] == []
    assert said["SH010"] == [
        "It stands in this cut already, in SH010.",
        "It has fewer than 12 frames of handles at either end.",
    ]


def test_notes_are_searched_too(spring: "Floor") -> None:
    wood = spring.take(b"wood", code="SH040", frames=60)
    spring.studio.note_add(
        spring["leo"],
        task=wood.task,
        content=wood.content,
        text="Her scarf is wonderful",
        severity="fyi",
        key="scarf-1-note",
    )
    assert [one.take for one in found(spring, "scarf")] == [wood.id]


def test_a_find_is_a_new_take_of_the_gaps_own_shot_and_is_judged_for_this_place(spring: "Floor") -> None:
    wood = spring.take(b"wood", code="SH040", frames=60)
    spring.measured(wood)
    spring.circle(wood)
    assert spring.status("SH040") == "circled"
    cut = spring.studio.cut_take_find(spring["ed"], "spring", slot="SH020", take=wood.id)
    (offer,) = next(slot for slot in cut.slots if slot.shot == "SH020").offers
    with spring.house.book.reading() as conn:
        taken = reads.find_take(conn, offer.take)
    assert taken is not None
    assert (taken.content, taken.parent, taken.origin, taken.number) == (wood.content, wood.id, "drawn", 1)
    assert taken.label == "found: SH040 take 1"
    assert {*wood.makers, str(spring["ed"].person)} <= set(taken.makers)
    assert spring.status("SH020") != "circled"
    assert offer.state == "review"
    with pytest.raises(AlreadyThere):
        spring.studio.cut_take_find(spring["ed"], "spring", slot="SH020", take=wood.id)
    assert wood.id not in {one.take for one in found(spring)}


def test_a_generated_take_of_another_production_stays_generated_and_says_where_it_is_from(
    spring: "Floor",
) -> None:
    dunes = elsewhere(spring, spring["ed"])
    spring.studio.cut_take_find(spring["ed"], "spring", slot="SH020", take=dunes.id)
    with spring.house.book.reading() as conn:
        (taken,) = reads.takes_of(conn, spring.task_id("SH020"))
    assert (taken.origin, taken.label, taken.parent) == ("generated", "found: Autumn, OP010 take 1", dunes.id)


def test_nothing_of_a_production_is_seen_in_which_one_has_no_role(spring: "Floor") -> None:
    dunes = elsewhere(spring, spring["ed"], role=None)
    assert "autumn" not in {one.production for one in found(spring)}
    assert found(spring, "dunes") == []
    with pytest.raises(NotFound, match="search again"):
        spring.studio.cut_take_find(spring["ed"], "spring", slot="SH020", take=dunes.id)


def test_whoever_may_only_look_elsewhere_is_told_who_may_take(spring: "Floor") -> None:
    dunes = elsewhere(spring, spring["ed"], role="client")
    (one,) = found(spring, "dunes")
    assert one.refused.startswith("You may see Autumn and not take from it")
    with pytest.raises(RoleMissing, match="artist"):
        spring.studio.cut_take_find(spring["ed"], "spring", slot="SH020", take=dunes.id)
    spring.studio.add_person("noa")
    spring.studio.set_role(spring["ana"], "spring", person="noa", role="reviewer")
    spring.people["noa"] = spring.studio.session_of(
        spring.studio.sign_in_by_link(spring.studio.make_link("noa"))
    )
    with pytest.raises(RoleMissing):
        found(spring, by="noa")


def test_what_is_too_short_or_runs_at_another_rate_says_so_and_stands_last(spring: "Floor") -> None:
    short = spring.take(b"short", code="SH040", frames=20)
    good = spring.take(b"good", code="SH040", frames=60)
    shown = [one for one in found(spring) if one.shot == "SH040"]
    assert [one.take for one in shown] == [good.id, short.id]
    assert found(spring)[-1].take == short.id
    assert found(spring)[-1].refused == "It has 20 frames and SH020 needs 24; it could be retimed."
    with pytest.raises(HandlesShort):
        spring.studio.cut_take_find(spring["ed"], "spring", slot="SH020", take=short.id)
    with spring.house.book.transact() as tx:
        here = reads.find_production(tx.conn, "spring")
        assert here is not None
        slow = record_take(
            spring.house,
            tx,
            spring["arti"].person,
            task=task_of(tx.conn, here, "SH040", "animation"),
            attempt=replace(_attempt(spring), rate=Fraction(25)),
        )
    with pytest.raises(RateMismatch, match="25 frames a second and the cut at 24"):
        spring.studio.cut_take_find(spring["ed"], "spring", slot="SH020", take=slow)


def test_what_was_agreed_to_elsewhere_is_named_and_what_ended_is_refused(spring: "Floor") -> None:
    wood = spring.take(b"wood", code="SH040", frames=60)
    (consent,) = spring.studio.consent_add(
        spring["ana"], "spring", kind="consent", code="SH040", subject="Elodie", uses=["release"]
    )
    (one,) = found(spring, "wood elodie")
    assert one.said == ["What was agreed to for SH040 does not count for SH020; record it there too."]
    spring.studio.consent_revoke(spring["ana"], "spring", consent=consent.id)
    (one,) = found(spring, "wood elodie")
    assert "has ended" in one.refused
    with pytest.raises(PolicyHolds, match="has ended"):
        spring.studio.cut_take_find(spring["ed"], "spring", slot="SH020", take=wood.id)


def _attempt(floor: "Floor") -> Attempt:
    return Attempt(
        content=floor.house.store.put_bytes(b"slow"),
        makers=(floor["arti"].person,),
        origin="drawn",
        n_frames=60,
        rate=Fraction(24),
        width_px=96,
        height_px=64,
    )
