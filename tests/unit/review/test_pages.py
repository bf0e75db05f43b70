"""Notes on paper: a page for each frame, drawings where they were drawn, nothing cut off, nothing unsaid."""

import base64
import re
import zlib
from fractions import Fraction

import numpy as np
import pytest

from circletake.domain.drawing import WHOLE, Mark, Shape
from circletake.domain.reviewed import Drawn, Noted, Reply, Reviewed
from circletake.domain.time import FrameRange
from circletake.media.frames import jpeg
from circletake.review.letters import fonts, lines, spelled, width_of
from circletake.review.pages import to_pdf

PICTURE = jpeg(np.full((90, 160, 3), 120, np.uint8), quality=80)


def drawn(shape: Shape, *points: tuple[int, int], frames: tuple[int, int] = (3, 4), text: str = "") -> Drawn:
    return Drawn(f"d-{shape}", "leo", Mark(FrameRange(*frames), shape, points, 655, "#ff8000", text))


def noted(text: str, frame: int | None = 3, *replies: Reply, state: str = "open") -> Noted:
    ranges = () if frame is None else (FrameRange(frame, frame + 1),)
    return Noted("n_1", "dora", "2026-11-23", "issue", text, state, ranges, (), replies)


def reviewed(*drawings: Drawn, notes: tuple[Noted, ...] = ()) -> Reviewed:
    return Reviewed(
        name="x",
        title="Spring · SH010 · take 2",
        content="ab" * 32,
        n_frames=48,
        rate=Fraction(24),
        width_px=160,
        height_px=90,
        notes=notes,
        drawings=drawings,
        start_frame=1001,
    )


def pages_of(pdf: bytes) -> list[str]:
    """What each page draws, in the words of PDF (ISO 32000-1, 8 and 9)."""
    found = []
    for head, data in re.findall(rb"<<([^>]*)>>\s*stream\r?\n(.*?)endstream", pdf, flags=re.DOTALL):
        if b"/Subtype" in head or b"/Length1" in head or b"/FlateDecode" not in head:
            continue
        plain = data.strip()
        if b"/ASCII85Decode" in head:
            plain = base64.a85decode(plain.removesuffix(b"~>"))
        text = zlib.decompress(plain).decode("latin-1")
        if " Tf" in text:
            found.append(text)
    return found


def count(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", pdf))


def test_each_frame_has_a_page_with_its_picture() -> None:
    take = reviewed(
        drawn("line", (0, 0), (WHOLE, WHOLE)),
        notes=(noted("a", 3), noted("b", 9), noted("on all of it", None)),
    )
    asked: list[int] = []

    def picture(frame: int) -> bytes:
        asked.append(frame)
        return PICTURE

    pdf = to_pdf(take, picture)
    assert pdf.startswith(b"%PDF-")
    assert asked == [3, 9]
    assert count(pdf) == 3
    # the stored picture itself, not a picture of it
    assert pdf.count(b"/DCTDecode") >= 1
    assert to_pdf(take, lambda _: PICTURE) == pdf


def test_a_stroke_lies_on_the_picture_where_it_was_drawn() -> None:
    take = reviewed(
        drawn("line", (WHOLE // 4, WHOLE // 2), (WHOLE, 0)), drawn("rect", (0, 0), (WHOLE // 2, WHOLE // 2))
    )
    (page,) = pages_of(to_pdf(take, lambda _: PICTURE))
    number = r"(-?[\d.]+)"

    def found(pattern: str) -> list[float]:
        match = re.search(pattern.replace("#", number), page)
        assert match is not None, pattern
        return [float(one) for one in match.groups()]

    wide, high, left, below = found(r"# 0 0 # # # cm\s+/FormXob")
    assert wide / high == pytest.approx(16 / 9, rel=1e-3)
    assert found(r"n # # m # # l\s+S") == pytest.approx(
        [left + wide / 4, below + high / 2, left + wide, below + high], abs=0.02
    )
    assert found(r"n # # # # re S") == pytest.approx([left, below + high / 2, wide / 2, high / 2], abs=0.02)
    assert "1 .501961 0 RG" in page
    assert found(r"# w\n") == pytest.approx([high * 655 / WHOLE], abs=0.01)


def test_every_shape_can_be_set_and_a_dot_too() -> None:
    shapes = (
        drawn("pen", (5, 5)),
        drawn("pen", (0, 0), (9_000, 9_000), (20_000, 100)),
        drawn("arrow", (0, 0), (30_000, 30_000)),
        drawn("arrow", (7, 7), (7, 7)),
        drawn("ellipse", (0, 0), (30_000, 30_000)),
        drawn("text", (0, 0), text="ear\ntoo long"),
    )
    (page,) = pages_of(to_pdf(reviewed(*shapes), lambda _: PICTURE))
    assert page.count(" c\n") == 4  # an ellipse is four curves
    # a dot, a pen's line of two pieces, a shaft and a head of two strokes, a shaft of no length and its head
    assert len(re.findall(r" l\b", page)) == 1 + 2 + 1 + 2 + 1 + 1


def test_a_long_note_goes_on_for_pages_and_none_of_it_is_lost() -> None:
    words = [f"word{n}" for n in range(3000)]
    take = reviewed(notes=(noted(" ".join(words), 3, Reply("leo", "", "Seen.")),))
    pdf = to_pdf(take, lambda _: PICTURE)
    assert count(pdf) >= 3
    set_lines = list(lines(" ".join(words), 10, 523))
    assert " ".join(set_lines).split() == words
    assert max(width_of(line, 10) for line in set_lines) <= 523


def test_a_word_wider_than_the_page_is_broken_and_lines_stay_lines() -> None:
    assert "".join(lines("x" * 400, 10, 523)) == "x" * 400
    assert list(lines("one\n\ntwo", 10, 523)) == ["one", "", "two"]
    assert "".join(lines("世" * 3, 10, 8)).replace("[U+4E16]", "世") == "世" * 3


def test_letters_that_no_font_has_stand_as_their_numbers() -> None:
    assert spelled("Ärger – “čeština”") == "Ärger – “čeština”"
    private = "\ue123"
    assert spelled(f"a{private}b") == "a[U+E123]b"
    for letter in "Жλ":
        has = any(ord(letter) in font.face.charToGlyph for font in fonts())
        assert spelled(letter) == (letter if has else f"[U+{ord(letter):04X}]")


def test_what_is_missing_is_said() -> None:
    bare = to_pdf(reviewed(), lambda _: PICTURE)
    assert count(bare) == 1
    unseen = to_pdf(reviewed(notes=(noted("x"),)), lambda _: None)
    assert count(unseen) == 1
    assert b"/DCTDecode" not in unseen
