"""A take between its neighbours: what stands there, what is said of what does not, and what is kept of it."""

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from circletake.domain.time import FrameRange
from circletake.errors import ContentMissing, NotFound, RequestInvalid
from circletake.media.recipes import PROXY
from circletake.workflows.context import joined

if TYPE_CHECKING:
    from tests.unit.workflows.conftest import Floor

    from circletake.domain.take import Take

FILLED = ("SH010", "SH030")


@pytest.fixture
def cut(floor: "Floor") -> dict[str, "Take"]:
    """Three shots; the first and last are filled, the first circled, the one between is a gap with a take."""
    floor.studio.add_shot(floor["ana"], "spring", code="SH030", title="", frames=24, source_class="generated")
    floor.studio.cut_assemble(floor["ed"], "spring")
    takes = {code: floor.take(code.encode(), code=code) for code in ("SH010", "SH020", "SH030")}
    for code in FILLED:
        floor.studio.cut_fill(floor["ed"], "spring", slot=code, take=takes[code].id)
    return takes


def test_a_take_stands_between_what_the_cut_has_on_either_side(
    floor: "Floor", cut: dict[str, "Take"]
) -> None:
    take = cut["SH020"]
    view = floor.studio.context(floor["dora"], take.task, content=take.content)
    assert [(one.shot, one.is_candidate) for one in view.parts] == [
        ("SH010", False),
        ("SH020", True),
        ("SH030", False),
    ]
    assert [(one.frames.start, one.frames.end) for one in view.parts] == [(0, 24)] * 3
    assert view.rate == [24, 1]
    assert view.missing == []
    assert view.proxy is None  # nothing was derived of these takes yet


def test_a_gap_is_said_and_left_out_and_so_is_an_end_of_the_cut(
    floor: "Floor", cut: dict[str, "Take"]
) -> None:
    take = cut["SH030"]
    view = floor.studio.context(floor["dora"], take.task, content=take.content, shots=2)
    assert [one.shot for one in view.parts] == ["SH010", "SH030"]
    assert view.missing == ["SH020 is a gap in the cut; nothing is shown for it."]


def test_a_take_that_is_too_short_for_its_slot_says_so(floor: "Floor", cut: dict[str, "Take"]) -> None:
    short = floor.take(b"short", code="SH020", frames=20)
    view = floor.studio.context(floor["dora"], short.task, content=short.content)
    assert view.parts[1].frames.end == 20
    assert view.missing == ["This take is 4 frames shorter than its slot."]
    assert cut["SH020"].content != short.content


def test_where_there_is_no_slot_there_is_no_context(floor: "Floor", cut: dict[str, "Take"]) -> None:
    floor.studio.add_shot(floor["ana"], "spring", code="SH990", title="", frames=24, source_class="generated")
    take = floor.take(b"lost", code="SH990")
    with pytest.raises(NotFound, match="not in the cut"):
        floor.studio.context(floor["dora"], take.task, content=take.content)
    with pytest.raises(RequestInvalid):
        floor.studio.context(floor["dora"], cut["SH010"].task, content=cut["SH010"].content, shots=9)
    with pytest.raises(NotFound):
        floor.studio.context(floor["dora"], cut["SH010"].task, content="0" * 64)


def test_what_is_still_being_made_and_what_is_too_much_is_refused(
    floor: "Floor", cut: dict[str, "Take"]
) -> None:
    content = cut["SH010"].content
    with pytest.raises(ContentMissing):
        joined(floor.house, [(content, FrameRange(0, 4))], Fraction(24))
    with pytest.raises(RequestInvalid):
        joined(floor.house, [(content, FrameRange(0, 4))] * 8, Fraction(24))
    with pytest.raises(RequestInvalid):
        joined(floor.house, [(content, FrameRange(0, 90_000))], Fraction(24))


def test_a_film_is_made_once_and_old_ones_make_room(
    floor: "Floor", cut: dict[str, "Take"], monkeypatch: pytest.MonkeyPatch
) -> None:
    content = cut["SH010"].content
    made: list[Path] = []

    def write(out: Path, parts: object, *, rate: Fraction) -> None:  # noqa: ARG001 (what is written is of no account here)
        made.append(out)
        out.write_bytes(b"film")

    monkeypatch.setattr("circletake.workflows.context.write_sequence", write)
    monkeypatch.setattr("circletake.workflows.context._KEPT_FILES", 2)
    floor.house.queue.put_derived(content, PROXY, floor.house.store.put_bytes(b"proxy"))
    paths = [joined(floor.house, [(content, FrameRange(0, end))], Fraction(24)) for end in (1, 1, 2, 3)]
    assert len(made) == 3
    assert paths[0] == paths[1]
    assert sorted(paths[0].parent.iterdir()) == sorted(paths[2:])
