"""What the default policy's frame-wise checks cost next to decoding alone, on a 1080p film, in one run."""

import time
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.e2e.rabbit import BOXES

from circletake.checks.protocol import CheckContext, SheetRef
from circletake.checks.run import run_checks
from circletake.domain.time import FrameRange
from circletake.media.encode import write_movie
from circletake.media.source import open_file

from .figures import tell

pytestmark = [pytest.mark.bench, pytest.mark.footage, pytest.mark.timeout(1200)]

# The rabbit in daylight, then against the sky: ten seconds with the character in most of it.
_SHOTS = FrameRange(1145, 1440)
_CHECKS = ("technical", "consistency")


@pytest.fixture(scope="module")
def film(footage: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hd") / "rabbit.mp4"
    larger = (
        np.asarray(cv2.resize(frame.rgb(), (1920, 1080), interpolation=cv2.INTER_CUBIC), np.uint8)
        for frame in open_file(footage / "bbb.mp4").frames(_SHOTS)
    )
    write_movie(path, larger, rate=Fraction(24), width_px=1920, height_px=1080)
    return path


def sheet(footage: Path) -> SheetRef:
    wanted = sorted(BOXES)
    source = open_file(footage / "bbb.mp4")
    frames = {frame.n: frame.rgb() for frame in source.frames(FrameRange(0, 1440)) if frame.n in BOXES}
    return SheetRef("rabbit", "r" * 64, [frames[n] for n in wanted], [BOXES[n] for n in wanted])


def decoding_s(film: Path) -> tuple[float, int]:
    began = time.perf_counter()
    count = sum(1 for _ in open_file(film).frames())
    return time.perf_counter() - began, count


def checking_s(film: Path, rabbit: SheetRef, names: tuple[str, ...]) -> float:
    source = open_file(film)
    contexts = {
        name: CheckContext(
            "0" * 64,
            source.n_frames,
            source.rate,
            1920,
            1080,
            references=[rabbit] if name != "technical" else [],
        )
        for name in names
    }
    began = time.perf_counter()
    assert set(run_checks(source, contexts)) == set(names)
    return time.perf_counter() - began


def test_checks_beside_decoding(footage: Path, film: Path) -> None:
    rabbit = sheet(footage)
    checking_s(film, rabbit, _CHECKS)  # the sheet is learnt once a worker, not once a take
    alone, count = min(decoding_s(film) for _ in range(3))
    rows = ["| what | frames/s | of decoding |", "|---|---|---|", f"| decoding | {count / alone:.0f} | 1 |"]
    ratios = {}
    for names in (("technical",), ("consistency",), _CHECKS):
        took = min(checking_s(film, rabbit, names) for _ in range(2))
        ratios[names] = alone / took
        rows.append(f"| {', '.join(names)} | {count / took:.0f} | {ratios[names]:.2f} |")
    tell("check-speed", "Checks beside decoding alone, 1080p H.264, two cores", rows)
    assert ratios[("technical",)] >= 0.5
    assert ratios[_CHECKS] >= 0.2
