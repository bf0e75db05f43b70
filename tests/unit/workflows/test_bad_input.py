"""What nobody should send and somebody will: each is a clear answer, and nothing half done."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from circletake.errors import Conflict, NotFound, RateMismatch
from circletake.ledger import reads
from circletake.media.probe import Probe
from circletake.workflows.receive_take import check_rate

if TYPE_CHECKING:
    from tests.unit.workflows.conftest import Floor


def test_a_gate_there_is_not_names_those_there_are(floor: "Floor") -> None:
    take = floor.take(b"one")
    with pytest.raises(NotFound, match=r"no gate “client” at animation; there is lead, director\."):
        floor.judge("dora", take, 2, gate="client")
    assert "verdict" not in floor.kinds()


def test_content_that_is_no_take_of_the_task_is_refused(floor: "Floor") -> None:
    take, other = floor.take(b"one"), floor.take(b"two", code="SH020")
    for content in ("0" * 64, other.content):
        with pytest.raises(NotFound, match="reload its page"):
            floor.studio.record_verdict(
                floor["leo"], task=take.task, content=content, gate="lead", value=2, key="unknown-content"
            )
    assert "verdict" not in floor.kinds()


def test_a_verdict_on_a_take_that_others_came_after_is_about_that_take_alone(floor: "Floor") -> None:
    old = floor.take(b"one")
    new = floor.take(b"two", parent=old, change="rework")
    for take in (old, new):
        floor.measured(take)
    view = floor.judge("leo", old, 2)
    results = {one.content: one.gates[0].result for one in view.takes}
    assert results == {old.content: "satisfied", new.content: "unsatisfied"}


def test_two_verdicts_with_one_key_are_one_or_a_conflict(floor: "Floor") -> None:
    take, other = floor.take(b"one"), floor.take(b"two")
    first = floor.judge("leo", take, 2, key="one-key-only")
    assert floor.judge("leo", take, 2, key="one-key-only").book_seq == first.book_seq
    with pytest.raises(Conflict, match="send the new one with a new key"):
        floor.judge("leo", take, -1, key="one-key-only")
    with pytest.raises(Conflict):
        floor.judge("leo", other, 2, key="one-key-only")
    assert floor.kinds().count("verdict") == 1


def test_a_clock_that_steps_back_reorders_nothing_and_revives_no_consent(
    floor: "Floor", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(floor.house.book, "_now", lambda: "2027-02-01T00:00:01.000000Z")
    held = floor.studio.consent_add(
        floor["ana"],
        "spring",
        kind="consent",
        code="SH010",
        subject="Mia",
        uses=["release"],
        until="2027-01-31",
    )
    assert floor.studio.lapse_consents() == 1
    monkeypatch.setattr(floor.house.book, "_now", lambda: "2026-12-24T00:00:00.000000Z")
    take = floor.take(b"one")
    floor.judge("leo", take, 2)
    floor.judge("leo", take, -1)
    live = [one.value for one in floor.studio.task(floor["leo"], take.task).takes[0].verdicts if one.live]
    assert live == [-1], "the later entry counts, whatever its clock says"
    assert floor.studio.consents(floor["ana"], "spring")[0].state == "lapsed"
    assert floor.studio.lapse_consents() == 0
    assert held[0].id == floor.studio.consents(floor["ana"], "spring")[0].id
    entries = floor.house.book.entries(0, 10_000)
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert any(later.at < entry.at for entry, later in pairwise(entries))


def test_a_film_whose_damage_leaves_gaps_is_called_damaged_and_not_uneven(floor: "Floor") -> None:
    with floor.house.book.reading() as conn:
        production = reads.find_production(conn, "spring")
    assert production is not None
    probe = Probe(
        kind="movie",
        rate=Fraction(21519, 983),
        n_frames=22,
        width_px=96,
        height_px=64,
        pix_fmt="yuv420p",
        vfr=True,
        rotation=0,
        codec="h264",
        audio=None,
        damaged=8,
    )
    with pytest.raises(RateMismatch, match=r"is damaged: 8 of its 22 frames .* copy or export it again"):
        check_rate(probe, production, name="half copied.mp4")
    with pytest.raises(RateMismatch, match="come at uneven times"):
        check_rate(replace(probe, damaged=0), production, name="phone.mp4")
