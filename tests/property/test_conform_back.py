"""Any edit, through any form: the proposals are what the editor did, and taken they are what was cut."""

import tempfile
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circletake.board.animatic import plan_animatic
from circletake.board.conform_back import SLOT_PREFIX, Clip, conform_back, moved, taken_into
from circletake.cut.arrange import shown
from circletake.cut.conform import KnownTake
from circletake.cut.form import Leaving
from circletake.cut.timelines import form_of, write_timeline
from circletake.domain.board import Board, BoardShot, Panel, Scene
from circletake.domain.cut import CutVersion, Slot

RATE = Fraction(24)
Way = Literal["metadata", "marker", "name", "file"]


def board_of(count: int) -> Board:
    shots = tuple(BoardShot(f"bs_{n}", "1-SCENE", f"SC01_SH{n:03}") for n in range(count))
    panels = tuple(Panel(f"PAN{n:02}", f"bs_{n}", 10 + n, picture=f"{n:064x}") for n in range(count))
    return Board("pr_1", 1, RATE, (Scene("1-SCENE", "1", "INT. A"),), shots, panels)


@st.composite
def edits(draw: st.DrawFn) -> tuple[Board, list[tuple[str, int]]]:
    """A board, and what an editor made of it: uid and frames of each clip, strange ones without a uid."""
    board = board_of(draw(st.integers(2, 7)))
    clips = [(panel.uid, panel.frames) for panel in board.panels]
    for _ in range(draw(st.integers(0, 5))):
        at = draw(st.integers(0, len(clips) - 1))
        match draw(st.sampled_from(["retime", "swap", "delete", "duplicate", "add"])):
            case "retime":
                clips[at] = (clips[at][0], draw(st.integers(1, 60)))
            case "swap":
                to = draw(st.integers(0, len(clips) - 1))
                clips[at], clips[to] = clips[to], clips[at]
            case "delete" if len(clips) > 1:
                del clips[at]
            case "duplicate":
                clips.insert(draw(st.integers(0, len(clips))), (clips[at][0], draw(st.integers(1, 30))))
            case "add":
                clips.insert(at, ("", draw(st.integers(1, 30))))
            case _:
                pass
    return board, clips


def through(form: str, board: Board, clips: list[tuple[str, int]], way: Way) -> list[Clip]:
    """The clips as they come back out of a file of this form, known by this alone."""
    planned = {slot.uid: slot for slot in plan_animatic(board).slots}
    slots: list[Slot] = []
    takes: dict[str, KnownTake] = {}
    marks: dict[str, str] = {}
    for n, (uid, frames) in enumerate(clips):
        clip = planned[uid].clip if uid else "A001C002"
        slot_id = f"{SLOT_PREFIX}{uid}" if uid and way == "metadata" else f"s_{n}"
        take = f"{n + 100:064x}"
        shot = clip if way in {"metadata", "name"} or not uid else f"V{n}"
        slots.append(Slot(slot_id, shot, frames, take))
        takes[take] = KnownTake(
            take, shot, clip if way == "file" else shot, 999, f"/x/{clip if way == 'file' else n}.png"
        )
        if uid and way == "marker":
            marks[slot_id] = clip
    leaving = Leaving(CutVersion("pr_1", 1, RATE, 96, 64, tuple(slots)), takes, marks)
    name, found = form_of(f"a.{form}")
    assert found.read is not None, name
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a.{form}"
        path.write_bytes(write_timeline(leaving, path.name).data)
        events, _ = shown(found.read(path, RATE), rate=RATE)
    return [Clip(one.frames, one.slot, one.marks, one.name, one.hints, is_gap=one.is_gap) for one in events]


@pytest.mark.parametrize("way", ["metadata", "marker", "name", "file"])
@pytest.mark.parametrize("form", ["otio", "xml", "edl"])
@given(edits())
@settings(max_examples=30)
def test_proposals_are_the_edits_and_taken_they_are_the_cut(
    form: str, way: Way, edit: tuple[Board, list[tuple[str, int]]]
) -> None:
    board, clips = edit
    uids = [panel.uid for panel in board.panels]
    back = conform_back(board, through(form, board, clips, way), scope=uids, key="cf_1")

    firsts: dict[str, int] = {}
    for uid, frames in clips:
        firsts.setdefault(uid, frames)
    lengths = {panel.uid: panel.frames for panel in board.panels}
    kept = [uid for uid in firsts if uid]
    told = {
        sort: Counter((one.of or one.panel, one.frames) for one in back.proposals if one.sort == sort)
        for sort in ("retime", "remove", "split", "add", "reorder")
    }
    assert told["retime"] == Counter((uid, firsts[uid]) for uid in kept if firsts[uid] != lengths[uid])
    assert told["remove"] == Counter((uid, 0) for uid in uids if uid not in firsts)
    again = Counter(clips) - Counter((uid, firsts[uid]) for uid in kept)
    assert told["split"] == Counter({one: count for one, count in again.items() if one[0]})
    assert sorted(frames for _, frames in told["add"].elements()) == sorted(
        frames for uid, frames in clips if not uid
    )
    assert told["reorder"] == Counter((uid, 0) for uid in moved(kept, {uid: n for n, uid in enumerate(uids)}))
    assert {one.how for one in back.proposals if one.sort in {"retime", "split", "reorder"}} <= {way}

    after = taken_into(board, back, {one.id for one in back.proposals})
    pictures = {panel.uid: panel.picture for panel in board.panels}
    assert [(panel.picture, panel.frames) for panel in after.panels] == [
        (pictures.get(uid), frames) for uid, frames in clips
    ]
    assert taken_into(board, back, set()) == board
    assert {panel.uid for panel in after.dropped} == {uid for uid in uids if uid not in firsts}


@given(edits(), st.data())
def test_any_of_them_alone_makes_a_board(
    edit: tuple[Board, list[tuple[str, int]]], data: st.DataObject
) -> None:
    board, clips = edit
    told = [Clip(frames, f"{SLOT_PREFIX}{uid}" if uid else None, name=uid or "new") for uid, frames in clips]
    back = conform_back(board, told, scope=[panel.uid for panel in board.panels], key="cf_1")
    ids = [one.id for one in back.proposals]
    some = set(data.draw(st.lists(st.sampled_from(ids), unique=True))) if ids else set()
    after = taken_into(board, back, some)
    gone = {one.panel for one in back.proposals if one.id in some and one.sort == "remove"}
    made = {one.panel for one in back.proposals if one.id in some and one.sort in {"split", "add"}}
    assert {panel.uid for panel in after.panels} == ({panel.uid for panel in board.panels} - gone) | made


def test_a_hole_is_said_and_the_tail_is_nothing() -> None:
    board = board_of(2)
    clips = [
        Clip(5, is_gap=True),
        Clip(10, name="P010-PAN00"),
        Clip(3, name="TAIL"),
        Clip(11, name="p020-pan01"),
    ]
    back = conform_back(board, clips, scope=["PAN00", "PAN01"], key="cf_1")
    assert back.proposals == ()
    assert back.said == ("There is a hole of 5 frames behind nothing; it was left out.",)
    nothing = conform_back(board, [], scope=["PAN00"], key="cf_1")
    assert [one.panel for one in nothing.proposals] == ["PAN00"]
    assert replace(board, panels=board.panels[1:], dropped=board.panels[:1]) == taken_into(
        board, nothing, {nothing.proposals[0].id}
    )
