"""What a worker holds while it analyses a long film; as many minutes as CIRCLETAKE_MINUTES says."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from tests.e2e.rabbit import BOXES

from circletake.checks.run import find_checks
from circletake.domain.time import FrameRange
from circletake.media.manifest import SheetPicture, sheet_manifest
from circletake.media.source import open_file
from circletake.media.store import ContentStore

from .figures import tell

pytestmark = [pytest.mark.bench, pytest.mark.footage, pytest.mark.timeout(14400)]

_HERE = Path(__file__).parent
_MOST_MIB = 700
# How long a film is looped; the whole hour takes most of one to measure.
MINUTES = "CIRCLETAKE_MINUTES"
_MINUTES = 10


def looped(film: Path, path: Path, minutes: int) -> Path:
    """The film's packets over and over, none decoded or coded anew."""
    source = open_file(film)
    assert source.rate is not None
    once_s = source.n_frames / source.rate
    with av.open(str(path), "w") as written:
        streams: dict[int, Any] = {}
        last: dict[int, int] = {}
        for turn in range(-(-minutes * 60 // int(once_s))):
            with av.open(str(film)) as read:
                wanted = [*read.streams.video, *read.streams.audio]
                if not streams:
                    streams = {stream.index: written.add_stream_from_template(stream) for stream in wanted}
                for packet in read.demux(wanted):
                    if packet.dts is None or packet.pts is None:
                        continue
                    index, ticks = packet.stream.index, round(turn * once_s / packet.time_base)
                    packet.dts, packet.pts = packet.dts + ticks, packet.pts + ticks
                    # sound that reaches over the last picture meets the next turn's
                    if packet.dts <= last.get(index, packet.dts - 1):
                        continue
                    last[index] = packet.dts
                    packet.stream = streams[index]
                    written.mux(packet)
    return path


def order(footage: Path, tmp_path: Path, minutes: int) -> dict[str, Any]:
    """An analysis with every check of a looped film and the rabbit's sheet."""
    store = ContentStore(tmp_path / "content")
    source = open_file(footage / "bbb.mp4")
    pictures = []
    for frame in source.frames(FrameRange(0, max(BOXES) + 1)):
        if frame.n in BOXES:
            done, png = cv2.imencode(".png", np.ascontiguousarray(frame.rgb()[..., ::-1]))
            assert done
            pictures.append(SheetPicture(store.put_bytes(png.tobytes()), BOXES[frame.n]))
    sheet = store.put_bytes(sheet_manifest("rabbit", pictures))
    content = store.put_file(looped(footage / "bbb.mp4", tmp_path / "long.mp4", minutes))
    return {
        "bank": None,
        "checks": sorted(find_checks()),
        "content": content,
        "settings": {},
        "sheets": [["rabbit", sheet]],
        "store": str(tmp_path / "content"),
    }


def measured(args: dict[str, Any]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(_HERE / "memory_calls.py"), json.dumps(args)],
        check=True,
        capture_output=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_what_a_worker_holds_of_a_long_film(footage: Path, tmp_path: Path) -> None:
    """Ten minutes, and by their growth an hour; the hour itself with CIRCLETAKE_MINUTES=60."""
    minutes = int(os.environ.get(MINUTES, _MINUTES))
    args = order(footage, tmp_path, minutes)
    told = measured(args)
    frames, mib = np.array(told["mib"]).T
    at = {
        minute: float(mib[frames <= minute * 24 * 60].max())
        for minute in (1, 3, 10, 30, 60)
        if minute <= minutes
    }
    # In its second half everything that is bounded is full.
    late = frames >= minutes * 12 * 60
    growth = float(np.polyfit(frames[late] / (24 * 60), mib[late], 1)[0])
    # What closing a take needs on top grows with its length as well.
    closing = max(told["most_mib"] - float(mib[-1]), 0.0)
    hour = float(mib[-1]) + max(growth, 0.0) * (60 - minutes) + closing * 60 / minutes
    size = open_file(footage / "bbb.mp4")
    rows = [
        "| minutes | most resident so far, MiB |",
        "|---|---|",
        *(f"| {minute} | {held:.0f} |" for minute, held in at.items()),
        f"| {minutes}, with the evidence written | {told['most_mib']:.0f} |",
        "",
        (
            f"{size.width_px}×{size.height_px} film looped by its packets, one character and no style bible; "
            f"{', '.join(args['checks'])}; frame pack, proxy, poster. It grows by {growth:.2f} MiB a minute "
            f"in its second half, and needs {closing:.0f} MiB to close; an hour comes to {hour:.0f} MiB"
            f"{'' if minutes == 60 else ', if both grow on as they did'}."
        ),
    ]
    tell("memory", "What a worker holds while it analyses a long film", rows)
    assert hour <= _MOST_MIB
