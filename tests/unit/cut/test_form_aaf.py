"""AAF read by its adapter; the file is written here by the same adapter, as no other can write one."""

from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from circletake.cut.timelines import read_timeline
from circletake.errors import CutUnreadable

from .exchanged import KNOWN, A, C


def time(frames: int) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(frames, 24)


def span(start: int, frames: int) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(time(start), time(frames))


@pytest.fixture(scope="module")
def aaf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    timeline = otio.schema.Timeline("A Bird")
    track = otio.schema.Track("V1", kind="Video")
    timeline.tracks.append(track)
    for name, start, frames in (("SH010_t01", 5, 48), ("bird & final.mov", 1, 30), ("lost", 0, 10)):
        media = otio.schema.ExternalReference(f"file:///films/{name}", available_range=span(0, 100))
        media.name = name
        track.append(otio.schema.Clip(name, media_reference=media, source_range=span(start, frames)))
    path = tmp_path_factory.mktemp("aaf") / "cut.aaf"
    otio.adapters.write_to_file(timeline, str(path), adapter_name="AAF", use_empty_mob_ids=True)
    return path


def test_an_aaf_is_read_in_a_child_and_its_clips_are_found_by_name(aaf: Path) -> None:
    back = read_timeline(aaf, rate=Fraction(24), known=KNOWN)
    assert [(slot.take, slot.source_in, slot.frames) for slot in back.slots] == [
        (A, 5, 48),
        (C, 1, 30),
        (None, 0, 10),
    ]
    assert sum("by its name alone" in sentence for sentence in back.sentences) == 2


def test_no_plugin_is_loaded_from_a_path_in_the_environment(
    aaf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = tmp_path / "trap.json"
    trap.write_text("not a manifest, on which the library would fall over")
    monkeypatch.setenv("OTIO_PLUGIN_MANIFEST_PATH", str(trap))
    assert len(read_timeline(aaf, rate=Fraction(24), known=KNOWN).slots) == 3


def test_a_damaged_aaf_is_one_sentence(aaf: Path, tmp_path: Path) -> None:
    whole = aaf.read_bytes()
    for name, data in (
        ("text.aaf", b"no AAF"),
        ("half.aaf", whole[: len(whole) // 2]),
        ("zeros.aaf", whole[:512] + bytes(len(whole) - 512)),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(CutUnreadable, match="export") as refused:
            read_timeline(path, rate=Fraction(24), known=KNOWN)
        assert "\n" not in refused.value.message
