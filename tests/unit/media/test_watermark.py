"""Watermarks: in every part of the picture, readable on any ground, and in everybody's letters."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from circletake.media.encode import write_movie
from circletake.media.listen import listen
from circletake.media.marked_proxy import MarkedProxyWriter
from circletake.media.source import open_source
from circletake.media.store import ContentStore
from circletake.media.watermark import drawable, make_mark

WORDS = "Nia Okafor · Client screening · 2026-11-23 · 3f9a1c"


@pytest.mark.parametrize("ground", [0, 90, 128, 200, 255])
def test_it_can_be_read_on_any_ground_and_seen_through(ground: int) -> None:
    plain = np.full((360, 640, 3), ground, np.uint8)
    burnt = make_mark(WORDS, 640, 360).burn(plain)
    moved = np.abs(burnt.astype(int) - plain).max(axis=2)
    assert moved.max() >= 35, "letters or their edges stand out"
    assert moved.max() <= 110, "and let the picture through"
    assert 0.05 < (moved > 10).mean() < 0.35
    assert (moved == 0).mean() > 0.5


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (320, 180), (720, 1280), (96, 64), (641, 361)])
def test_no_third_of_a_picture_is_without_it(width: int, height: int) -> None:
    marked = make_mark(WORDS, width, height).keeps[:, :, 0] < 255
    for row in np.array_split(marked, 3, axis=0):
        for part in np.array_split(row, 3, axis=1):
            assert part.mean() > 0.02


def test_other_words_are_another_mark_and_the_same_words_the_same() -> None:
    one, other = make_mark(WORDS, 320, 180), make_mark(WORDS.replace("Nia", "Tom"), 320, 180)
    assert not np.array_equal(one.adds, other.adds)
    make_mark.cache_clear()
    assert np.array_equal(one.adds, make_mark(WORDS, 320, 180).adds)


@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        ("Ana Žižek", "Ana Žižek"),
        ("Иван Ελένη", "Иван Ελένη"),
        ("田中さくら 김민수", "田中さくら 김민수"),
        ("שלום Ana", "םולש Ana"),
        ("محمد", "meem hah meem dal"),
        ("नम", "na ma"),
        ("e\u0301", "é"),
        ("🙂", "slightly smiling face"),
        ("", ""),
    ],
)
def test_names_stand_in_their_own_letters_or_are_spelled(name: str, drawn: str) -> None:
    assert drawable(name) == drawn


def test_no_name_leaves_a_question_mark_or_nothing() -> None:
    for name in ("สมชาย", "Նարե", "ნინო", "ᓄᓇᕗᑦ", "ܡܪܝܡ", "ሰላም", "\u200d🏳️\u200d🌈"):
        told = drawable(name)
        assert told
        assert "?" not in told


def test_the_film_of_a_guest_is_as_the_ordinary_one_with_the_words_in_every_frame(tmp_path: Path) -> None:
    plain = np.full((90, 160, 3), 128, np.uint8)
    path = tmp_path / "film.mp4"
    write_movie(path, [plain] * 12, rate=Fraction(24), width_px=160, height_px=90)
    store = ContentStore(tmp_path / "store")
    content = store.put_file(path)
    made = tmp_path / "marked.mp4"
    assert listen(open_source(store, content), [MarkedProxyWriter(made, WORDS)])
    where = make_mark(WORDS, 160, 90).keeps[:, :, 0] < 200
    with av.open(str(made)) as film:
        frames = list(film.decode(video=0))
        assert [frame.key_frame for frame in frames] == [True] * 12, "all-intra, as the ordinary proxy"
        for frame in frames:
            seen = frame.to_ndarray(format="gray")
            assert np.abs(seen.astype(int)[where] - np.median(seen)).mean() > 12


def test_a_film_that_is_not_made_to_the_end_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    write_movie(path, [np.zeros((64, 96, 3), np.uint8)] * 60, rate=Fraction(24), width_px=96, height_px=64)
    store = ContentStore(tmp_path / "store")
    content = store.put_file(path)
    made = tmp_path / "marked.mp4"
    writer = MarkedProxyWriter(made, WORDS)
    assert not listen(open_source(store, content), [writer], cancelled=lambda: True)
    assert not made.exists()
