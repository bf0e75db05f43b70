"""Whatever is spliced, cleared and spliced again: the cut keeps its length, and nothing else moves."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from circletake.cut.document import cut_bytes, cut_hash, read_cut
from circletake.cut.gaps import gaps
from circletake.cut.splice import clear, splice
from circletake.domain.cut import CutVersion, Slot, SoundClip
from circletake.errors import HandlesShort

RATES = st.sampled_from(
    [Fraction(12), Fraction(24), Fraction(24000, 1001), Fraction(25), Fraction(60000, 1001)]
)
CONTENT = st.binary(min_size=32, max_size=32).map(bytes.hex)


SPEEDS = st.sampled_from(
    [Fraction(1), Fraction(1), Fraction(0), Fraction(1, 2), Fraction(24, 25), Fraction(3)]
)


@st.composite
def cuts(draw: st.DrawFn) -> CutVersion:
    lengths = draw(st.lists(st.integers(1, 500), min_size=1, max_size=12))
    slots = tuple(
        Slot(
            f"s_{n}",
            f"SH{n:03}",
            frames,
            draw(st.none() | CONTENT),
            draw(st.integers(0, 50)),
            draw(SPEEDS),
            draw(st.just(0) | st.integers(0, min(frames, lengths[n - 1]))) if n else 0,
        )
        for n, frames in enumerate(lengths)
    )
    sound = tuple(
        SoundClip(
            f"a_{n}",
            f"L{n:03}",
            draw(st.none() | CONTENT),
            draw(st.integers(0, 900)),
            frames,
            draw(st.integers(0, 50)),
            draw(st.integers(-9600, 1200)),
            draw(st.integers(0, frames // 2)),
            draw(st.integers(0, frames // 2)),
        )
        for n, frames in enumerate(draw(st.lists(st.integers(1, 500), max_size=3)))
    )
    rate = draw(RATES)
    drop = rate == Fraction(60000, 1001) and draw(st.booleans())
    return CutVersion(
        "pr_1",
        draw(st.integers(1, 99)),
        rate,
        640,
        360,
        slots,
        sound=sound,
        start=draw(st.sampled_from([0, 86400])),
        drop=drop,
    )


@given(cuts())
def test_a_cut_survives_being_written_and_read(cut: CutVersion) -> None:
    assert read_cut(cut_bytes(cut)) == cut


@given(cuts(), st.data())
def test_splices_conserve_duration_and_every_other_slot(cut: CutVersion, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(cut.slots) - 1))
        source_in, n_frames = data.draw(st.integers(0, 60)), data.draw(st.integers(1, 600))
        needed = cut.source_range_of(cut.slots[at]).frames
        content = data.draw(CONTENT)
        try:
            new = splice(
                cut, f"s_{at}", content=content, source_in=source_in, n_frames=n_frames, rate=cut.rate
            )
        except HandlesShort:
            assert n_frames - source_in < needed
            new = clear(cut, f"s_{at}")
        else:
            assert n_frames - source_in >= needed
        assert new.n_frames == cut.n_frames
        assert new.record_ranges() == cut.record_ranges()
        assert [s for k, s in enumerate(new.slots) if k != at] == [
            s for k, s in enumerate(cut.slots) if k != at
        ]
        assert new.parent == cut_hash(cut)
        cut = new


@given(cuts())
def test_gaps_and_filled_slots_make_up_the_whole_cut(cut: CutVersion) -> None:
    filled = sum(slot.frames for slot in cut.slots if slot.take)
    assert sum(gap.record.frames for gap in gaps(cut)) + filled == cut.n_frames
