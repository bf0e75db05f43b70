"""A splice by recipe: a new take with its certificate, stale by what stands beside it."""

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.panned import HEIGHT, WIDTH, degraded, panned

from circletake.checks.protocol import Rgb
from circletake.domain.take import Take
from circletake.errors import CutUnreadable, HandlesShort, NotFound, PolicyHolds, RoleMissing
from circletake.ledger import reads
from circletake.media.encode import write_movie

if TYPE_CHECKING:
    from tests.unit.workflows.conftest import Floor

FILM = panned(72)


def _film(floor: "Floor", path: Path, frames: list[Rgb], code: str) -> Take:
    write_movie(path, frames, rate=Fraction(24), width_px=WIDTH, height_px=HEIGHT, lossless=True)
    return floor.take(path.read_bytes(), code=code, frames=len(frames))


def _filled(floor: "Floor", tmp_path: Path) -> Take:
    """A cut of three shots of one pan with a hole in its middle; returns the take that is to go there."""
    floor.studio.add_shot(
        floor["ana"], "spring", code="SH030", title="SH030", frames=24, source_class="drawn"
    )
    floor.studio.cut_assemble(floor["ed"], "spring")
    for code, frames in (("SH010", FILM[:24]), ("SH030", FILM[48:])):
        take = _film(floor, tmp_path / f"{code}.mp4", frames, code)
        floor.studio.cut_fill(floor["ed"], "spring", slot=code, take=take.id)
    return _film(floor, tmp_path / "raw.mp4", degraded([FILM[23], *FILM[24:48]]), "SH020")


def _newest(floor: "Floor") -> Take:
    with floor.house.book.reading() as conn:
        return max(reads.takes_of(conn, floor.task_id("SH020")), key=lambda take: take.number)


def test_a_splice_is_a_new_take_that_leans_on_its_neighbours_and_turns_stale_when_one_moves(
    floor: "Floor", tmp_path: Path
) -> None:
    raw = _filled(floor, tmp_path)
    job = floor.studio.cut_splice(floor["ed"], "spring", slot="SH020", take=raw.id)
    assert [(one.state, one.error) for one in floor.studio.run_jobs([job.key])] == [("done", None)]
    made = _newest(floor)
    assert (made.origin, made.parent, made.change, made.n_frames) == ("splice", raw.id, "rework", 24)
    assert set(made.makers) >= {str(floor["ed"].person), *raw.makers}
    after, before = floor.studio.cut_seams(floor["ed"], "spring", slot="SH020").seams
    assert (after.holds, after.made_from, after.stale) == (True, raw.number, False), after.sentence
    assert (before.holds, before.is_splice, before.stale) == (False, False, False)
    assert [(end.end, end.state, end.plate_frame, end.frame) for end in after.ends] == [
        ("in", "holds", 23, 0),
        ("out", "holds", 0, 23),
    ]

    filled = floor.studio.cut_fill(floor["ed"], "spring", slot="SH020", take=made.id)
    floor.measured(made)
    floor.circle(made)
    assert floor.status("SH020") == "circled"
    assert floor.studio.cut_seams(floor["ed"], "spring", slot="SH020").seams[0].stands

    other = _film(floor, tmp_path / "other.mp4", FILM[1:25], "SH010")
    floor.studio.cut_fill(floor["ed"], "spring", slot="SH010", take=other.id)
    assert floor.status("SH020") == "stale"
    seam = floor.studio.cut_seams(floor["ed"], "spring", slot="SH020").seams[0]
    assert seam.stale
    assert "before" in seam.why

    floor.studio.cut_back(floor["ed"], "spring", number=filled.number)
    assert floor.status("SH020") == "circled"
    assert not floor.studio.cut_seams(floor["ed"], "spring", slot="SH020").seams[0].stale
    assert floor.studio.cut_splice(floor["ed"], "spring", slot="SH020", take=raw.id).state == "done"


def test_what_stands_in_a_slot_is_measured_without_being_touched(floor: "Floor", tmp_path: Path) -> None:
    _filled(floor, tmp_path)
    with pytest.raises(NotFound, match="gap"):
        floor.studio.cut_seam(floor["ed"], "spring", slot="SH020")
    true = _film(floor, tmp_path / "true.mp4", FILM[24:48], "SH020")
    floor.studio.cut_fill(floor["ed"], "spring", slot="SH020", take=true.id)
    job = floor.studio.cut_seam(floor["ed"], "spring", slot="SH020", joins="in")
    floor.studio.run_jobs([job.key])
    assert _newest(floor) == true
    (seam,) = floor.studio.cut_seams(floor["ed"], "spring", slot="SH020").seams
    assert (seam.holds, seam.joins, [end.state for end in seam.ends]) == (True, "in", ["holds", "cut"])


def test_a_splice_that_cannot_be_is_refused_in_a_sentence(floor: "Floor", tmp_path: Path) -> None:
    raw = _filled(floor, tmp_path)
    ed = floor["ed"]
    with pytest.raises(CutUnreadable, match="both, in, out"):
        floor.studio.cut_splice(ed, "spring", slot="SH020", take=raw.id, joins="sideways")
    with pytest.raises(CutUnreadable, match="no repair"):
        floor.studio.cut_splice(ed, "spring", slot="SH020", take=raw.id, steps=["polish"])
    with pytest.raises(HandlesShort, match="from frame 9"):
        floor.studio.cut_splice(ed, "spring", slot="SH020", take=raw.id, source_in=9)
    with pytest.raises(NotFound, match="no take of SH010"):
        floor.studio.cut_splice(ed, "spring", slot="SH010", take=raw.id)
    with pytest.raises(RoleMissing):
        floor.studio.cut_splice(floor["arti"], "spring", slot="SH020", take=raw.id)
    for slot in ("SH010", "SH030"):
        floor.studio.cut_clear(ed, "spring", slot=slot)
    with pytest.raises(PolicyHolds, match="either side"):
        floor.studio.cut_splice(ed, "spring", slot="SH020", take=raw.id)
