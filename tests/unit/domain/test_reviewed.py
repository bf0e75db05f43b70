from fractions import Fraction

from circletake.domain.drawing import Mark
from circletake.domain.reviewed import Drawn, Noted, Reviewed
from circletake.domain.time import FrameRange


def mark(start: int, end: int) -> Mark:
    return Mark(FrameRange(start, end), "line", ((0, 0), (9, 9)), 100, "#ffffff")


def noted(name: str, ranges: tuple[FrameRange, ...] = (), drawings: tuple[str, ...] = ()) -> Noted:
    return Noted(name, "leo", "", "issue", "x", "open", ranges, drawings)


def test_a_note_is_about_its_frames_else_about_those_of_its_drawings() -> None:
    by_frames, by_drawing, bare = (
        noted("a", (FrameRange(7, 9),), ("d",)),
        noted("b", (), ("e", "d", "f")),
        noted("c"),
    )
    take = Reviewed(
        name="x",
        title="X",
        content="0" * 64,
        n_frames=24,
        rate=Fraction(24),
        width_px=16,
        height_px=9,
        notes=(by_frames, by_drawing, bare),
        drawings=(
            Drawn("d", "leo", mark(3, 5)),
            Drawn("e", "mia", mark(1, 2)),
            Drawn("f", "mia", mark(3, 5)),
        ),
        start_frame=1001,
    )
    assert take.where(by_frames) == (FrameRange(7, 9),)
    assert take.where(by_drawing) == (FrameRange(1, 2), FrameRange(3, 5))
    assert take.where(bare) == ()
    assert take.frames() == [1, 3, 7]
    assert take.label(7) == 1008
