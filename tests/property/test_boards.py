"""Boards of any shape: sums of frames, mutated Final Draft, the board as bytes and back."""

import contextlib
from fractions import Fraction
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from circletake.board.fdx import read_fdx
from circletake.board.match import certain
from circletake.domain.board import frame_at, frames_of
from circletake.errors import BoardUnreadable

RATES = [Fraction(24), Fraction(25), Fraction(30), Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60)]
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
