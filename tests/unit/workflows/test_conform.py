"""A cut goes to an editor and comes back edited: slots, takes and verdicts are still what they were."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from circletake.domain.take import Take

if TYPE_CHECKING:
    from tests.unit.workflows.conftest import Floor


@pytest.fixture
def approved(floor: "Floor") -> Take:
    """SH010 is in the cut and circled, SH020 a gap."""
    floor.studio.cut_assemble(floor["ed"], "spring")
    take = floor.take(b"one", frames=40)
    floor.studio.cut_fill(floor["ed"], "spring", slot="SH010", take=take.id, source_in=4)
    floor.measured(take)
    floor.circle(take)
    return take


def edited(floor: "Floor", file: Path, *, strip: bool) -> None:
    """The editor puts the gap first and trims SH010 by 3 at the head and 2 at the tail."""
    floor.studio.cut_export(floor["ed"], "spring", file)
    data: dict[str, Any] = json.loads(file.read_text())
    track = data["tracks"]["children"][0]
    clip, gap = track["children"]
    clip["source_range"]["start_time"]["value"] += 3
    clip["source_range"]["duration"]["value"] -= 5
    track["children"] = [gap, clip]
    if strip:
        for one in (gap, clip, data):
            one["metadata"] = {}
    file.write_text(json.dumps(data))


@pytest.mark.parametrize("beside", ["kept", "stripped"])
def test_an_edited_timeline_keeps_slots_takes_and_verdicts(
    floor: "Floor", approved: Take, tmp_path: Path, beside: str
) -> None:
    before = floor.studio.cut(floor["ed"], "spring")
    assert [slot.state for slot in before.slots] == ["circled", "gap"]
    edited(floor, tmp_path / "edit.otio", strip=beside == "stripped")
    after = floor.studio.cut_import(floor["ed"], "spring", tmp_path / "edit.otio").cut
    assert [
        (slot.id, slot.shot, slot.take, slot.state, slot.source_in, slot.frames) for slot in after.slots
    ] == [
        (before.slots[1].id, "SH020", None, "gap", 0, 24),
        (before.slots[0].id, "SH010", approved.content, "circled", 7, 19),
    ]
    assert floor.status() == "circled"
    told = [change.text for change in floor.studio.cut_diff(floor["ed"], "spring").changes]
    assert told[0] in {
        "SH010 moved from the head to after SH020.",
        "SH020 moved from after SH010 to the head.",
    }
    assert told[1:] == [
        "SH010 trimmed by 3 frames at the head.",
        "SH010 trimmed by 2 frames at the tail.",
    ]


def test_a_timeline_that_comes_back_as_it_went_changes_nothing(
    floor: "Floor", approved: Take, tmp_path: Path
) -> None:
    was = floor.studio.cut(floor["ed"], "spring")
    floor.studio.cut_export(floor["ed"], "spring", tmp_path / "cut.otio")
    floor.studio.cut_import(floor["ed"], "spring", tmp_path / "cut.otio")
    assert floor.studio.cut_diff(floor["ed"], "spring", old=was.number).changes == []
    assert floor.studio.cut(floor["ed"], "spring").slots[0].take == approved.content
