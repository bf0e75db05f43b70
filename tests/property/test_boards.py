"""Boards of any shape: sums of frames, mutated Final Draft, the board as bytes and back."""

import contextlib
import json
import tempfile
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from circletake.board.document import board_bytes, read_board_document
from circletake.board.fdx import read_fdx
from circletake.board.match import certain
from circletake.board.plan import plan_import
from circletake.board.planned import Known
from circletake.board.read import read_board
from circletake.domain.board import frame_at, frames_of
from circletake.errors import BoardUnreadable

RATES = [Fraction(24), Fraction(25), Fraction(30), Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60)]
MEMBERS = [
    "uid",
    "url",
    "newShot",
    "shot",
    "duration",
    "dialogue",
    "action",
    "notes",
    "audio",
    "layers",
    "sg",
]
MEMBERS += ["filename", "opacity", "data", "activeCamera", "sceneObjects", "fov", "ink", "reference"]
FDX = b"""<?xml version="1.0"?><FinalDraft><Content><Paragraph Number="1" Type="Scene Heading">
<SceneProperties Length="2/8"><Summary><Paragraph><Text>x</Text></Paragraph></Summary></SceneProperties>
<Text>INT. X</Text></Paragraph><Paragraph><DualDialogue><Paragraph Type="Character"><Text>A</Text></Paragraph>
</DualDialogue></Paragraph></Content></FinalDraft>"""


@given(st.lists(st.fractions(min_value=0, max_value=10_000, max_denominator=1000)), st.sampled_from(RATES))
def test_the_sum_of_panels_is_the_rounded_total(lengths: list[Fraction], rate: Fraction) -> None:
    frames = frames_of(lengths, rate)
    total = frame_at(sum(lengths, Fraction(0)), rate)
    grown = sum(one == 1 for one in frames)  # each lasts at least a frame
    assert total <= sum(frames) <= total + grown
    if all(length * rate >= 1000 for length in lengths):
        assert sum(frames) == total


@given(st.lists(st.tuples(st.integers(0, len(FDX) - 1), st.binary(max_size=3)), max_size=6))
@settings(max_examples=300)
def test_final_draft_in_pieces_raises_nothing_but_ours(cuts: list[tuple[int, bytes]]) -> None:
    data = FDX
    for at, put in cuts:
        data = data[:at] + put + data[at + 1 :]
    with contextlib.suppress(BoardUnreadable):
        assert all(element.line > 0 for element in read_fdx(data).elements)


@given(st.lists(st.sampled_from("abc"), max_size=8), st.lists(st.sampled_from("abc"), max_size=8))
def test_certain_pairs_are_equal_and_in_order(old: list[str], new: list[str]) -> None:
    pairs = certain(old, new)
    assert all(old[i] == new[j] for i, j in pairs)
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(pairs))
    if len(set(old)) == len(old) and old == new:
        assert len(pairs) == len(old)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(["1e9", "-3"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=4),
    max_leaves=12,
)
BOARDS = st.lists(st.dictionaries(st.sampled_from(MEMBERS), VALUES, max_size=8) | VALUES, max_size=4)


@given(st.dictionaries(st.sampled_from(["fps", "defaultBoardTiming", "version"]), VALUES), BOARDS | VALUES)
def test_a_board_of_storyboarder_of_any_shape_is_planned_or_refused(
    told: dict[str, object], listed: object
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.storyboarder"
        path.write_text(json.dumps({**told, "boards": listed}), "utf-8")
        with contextlib.suppress(BoardUnreadable):
            found = read_board(path)
            made = plan_import(None, found, Known("pr_1", Fraction(24), {}, {}))
            assert read_board_document(board_bytes(made.board)) == made.board
            assert plan_import(made.board, found, Known("pr_1", Fraction(24), {}, {})).changes == ()
            "".join(made.said).encode()
