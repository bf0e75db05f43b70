"""The timecodes that the desk and the server agree on, said by a third: OpenTimelineIO."""

import json
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from circletake.domain.time import format_timecode, parse_timecode

VECTORS = Path(__file__).parents[3] / "ui" / "src" / "player" / "timecode.json"


def test_the_vectors_that_the_desk_reads_are_written_and_read_alike_here() -> None:
    rows = json.loads(VECTORS.read_text("utf-8"))
    assert {(num, den) for num, den, *_ in rows} >= {(24000, 1001), (30000, 1001), (60000, 1001), (50, 1)}
    for num, den, drop, frame, timecode in rows:
        rate = Fraction(num, den)
        assert format_timecode(frame, rate, drop=drop) == timecode
        assert parse_timecode(timecode, rate) == frame


def test_opentimelineio_says_the_same() -> None:
    for num, den, drop, frame, timecode in json.loads(VECTORS.read_text("utf-8")):
        time = otio.opentime.RationalTime(frame, num / den)
        assert otio.opentime.to_timecode(time, num / den, drop) == timecode
