"""Segments and sounds as they are read to be joined, and the index that is made of them."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from circletake.errors import CircletakeError, JobFailed, MediaUnreadable
from circletake.ledger.verifier import read_tracks
from circletake.media.boxes import Box, media_head, places_table, read_index, read_table, runs_of, spread
from circletake.media.join import join_segments
from circletake.media.lanes import read_segment, read_tone
from circletake.media.masters import FORMS, encode_segment, encode_sound
from circletake.media.store import ContentStore

SIZE = (256, 120)


def pictures(n_frames: int, seed: int = 0) -> Iterator[NDArray[np.uint8]]:
    random = np.random.default_rng(seed)
    return (random.integers(0, 90, (SIZE[1], SIZE[0], 3)).astype(np.uint8) for _ in range(n_frames))


@pytest.fixture
def segment(tmp_path: Path) -> Path:
    path = tmp_path / "segment.mp4"
    encode_segment(path, pictures(9), rate=Fraction(25), size=SIZE)
    return path


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "sound.mp4"
    encode_sound(path, [np.zeros((17_280, 2), np.float32)])
    return path


def test_what_is_read_is_written_back_byte_for_byte(segment: Path) -> None:
    index = read_index(segment)
    data = segment.read_bytes()
    assert set(index) >= {b"ftyp", b"moov"}
    assert all(bytes(box) in data for box in index.values())


def test_a_film_holds_its_segments_samples_and_its_sounds(segment: Path, sound: Path, tmp_path: Path) -> None:
    out = tmp_path / "film.mp4"
    joined = join_segments(out, [segment, segment], rate=Fraction(25), sound=sound)
    assert joined.counts == [9, 9]
    store = ContentStore(tmp_path / "content")
    assert store.put_file(out) == joined.sha256
    before, after = (
        [path.read_bytes()[at : at + size] for at, size in read_tracks(path)[place].samples]
        for path, place in ((segment, 0), (out, 0))
    )
    assert after == before * 2
    tone = read_tone(sound)
    assert (tone.hz, tone.step, tone.count) == (48_000, 1024, 17_280)
    heard = [sound.read_bytes()[at : at + size] for at, size in read_tracks(sound)[0].samples]
    assert [out.read_bytes()[at : at + size] for at, size in read_tracks(out)[1].samples] == heard
    # The index comes first, and pictures and sound lie beside each other: it plays while it loads.
    assert list(read_index(out)) == [b"ftyp", b"moov"]
    first, last = read_tracks(out)[1].samples[0][0], read_tracks(out)[0].samples[-1][0]
    assert first < last


def test_hevc_is_told_by_the_name_that_apples_players_open(tmp_path: Path) -> None:
    path = tmp_path / "segment.mp4"
    encode_segment(path, pictures(5), rate=Fraction(25), size=SIZE, form=FORMS["hevc"])
    assert b"hev1" in path.read_bytes()
    out = tmp_path / "film.mp4"
    join_segments(out, [path, path], rate=Fraction(25), sound=None)
    described = read_index(out)[b"moov"].get(b"trak", b"mdia", b"minf", b"stbl", b"stsd").data
    assert described[12:16] == b"hvc1"
    record = described[described.index(b"hvcC") + 4 :]
    assert record[22] >= 3  # kinds of parameter sets
    assert record[23] & 0x80


def test_a_damaged_segment_is_said(segment: Path, tmp_path: Path) -> None:
    whole = segment.read_bytes()
    index = whole.index(b"moov") - 4
    damaged = tmp_path / "damaged.mp4"
    for end in range(index, len(whole), 7):
        damaged.write_bytes(whole[:end])
        with pytest.raises(CircletakeError):
            join_segments(tmp_path / "film.mp4", [segment, damaged], rate=Fraction(25), sound=None)
    random = np.random.default_rng(3)
    for _ in range(300):
        data = bytearray(whole)
        data[int(random.integers(index, len(whole)))] = int(random.integers(256))
        damaged.write_bytes(bytes(data))
        try:
            read_segment(damaged)
        except CircletakeError:
            continue
    damaged.write_bytes(b"")
    with pytest.raises(MediaUnreadable, match="it has no index"):
        read_segment(damaged)


def test_a_join_that_is_stopped_leaves_nothing(segment: Path, tmp_path: Path) -> None:
    def stop() -> None:
        raise JobFailed("stopped")

    with pytest.raises(JobFailed, match="stopped"):
        join_segments(tmp_path / "film.mp4", [segment], rate=Fraction(25), sound=None, check=stop)
    assert not (tmp_path / "film.mp4").exists()


def test_a_film_longer_than_a_clock_of_32_bits_is_refused(segment: Path, tmp_path: Path) -> None:
    with pytest.raises(JobFailed, match="too long for one film"):
        join_segments(tmp_path / "film.mp4", [segment] * 2, rate=Fraction(2, 1_000_000), sound=None)


def test_places_past_four_gigabytes_are_told_in_64_bits() -> None:
    near, far = np.array([10, 20]), np.array([10, 1 << 33])
    assert (places_table(near).kind, places_table(far).kind) == (b"stco", b"co64")
    assert np.frombuffer(places_table(far).data, ">u8", offset=8).tolist() == far.tolist()
    assert (len(media_head(100)), len(media_head(1 << 33))) == (8, 16)


def test_equal_values_are_told_once() -> None:
    values = np.array([5, 5, 7, 5, 5, 5])
    assert runs_of(values).tolist() == [[2, 5], [1, 7], [3, 5]]
    assert spread(runs_of(values), 6).tolist() == values.tolist()
    with pytest.raises(ValueError, match="does not cover"):
        spread(runs_of(values), 7)
    assert runs_of(np.zeros(0, np.int64)).tolist() == []
    with pytest.raises(ValueError, match="cut off"):
        read_table(b"", 2)
    with pytest.raises(ValueError, match="no box moov"):
        Box(b"free").get(b"moov")
