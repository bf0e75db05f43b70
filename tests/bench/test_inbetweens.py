"""How near in-betweens come to the true frames of a real film, and where they are refused."""

import os
import time
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from numpy.typing import NDArray

from circletake.cut.makers.dissolve import mixed
from circletake.cut.makers.inbetween import MOST, between, motion_of
from circletake.media.listen import listen
from circletake.media.shots import ShotFinder
from circletake.media.source import open_file

from .figures import tell

FOOTAGE = Path(os.environ.get("CIRCLETAKE_FOOTAGE", "")) / "bbb.mp4"
FIRST, STEP = 300, 17  # past the title; no multiple of anything in the film

Rgb = NDArray[np.uint8]


def psnr(one: Rgb, other: Rgb) -> float:
    error = float(np.mean((one.astype(np.float64) - other.astype(np.float64)) ** 2))
    return 99.0 if error == 0 else 10 * float(np.log10(255**2 / error))


@pytest.mark.bench
@pytest.mark.skipif(not FOOTAGE.is_file(), reason="NO FOOTAGE: name a folder with it in CIRCLETAKE_FOOTAGE")
def test_in_betweens_against_true_frames_a_blend_and_a_hold() -> None:
    film = open_file(FOOTAGE)
    finder = ShotFinder()
    listen(film, [finder])
    cuts = [shot.start for shot in finder.shots][1:]
    frames = [frame.rgb() for frame in film.frames()]
    rows = [
        "| left out | accepted within shots | in-between | blend | hold | nearer than the blend | worst |",
        "|---|---|---|---|---|---|---|",
    ]
    began, made = time.process_time(), 0
    for left_out in range(1, MOST + 1):
        span = left_out + 1
        places = [
            at
            for at in range(FIRST, len(frames) - span, STEP)
            if not any(at < cut <= at + span for cut in cuts)
        ]
        told: list[tuple[float, float, float]] = []
        for at in places:
            one, other = frames[at], frames[at + span]
            motion = motion_of(one, other)
            if not motion.holds:
                continue
            scores = []
            for k in range(1, span):
                true = frames[at + k]
                held = one if 2 * k <= span else other
                scores.append(
                    (
                        psnr(between(one, other, motion, k / span), true),
                        psnr(mixed(one, other, k, span), true),
                        psnr(held, true),
                    )
                )
                made += 1
            told.append(tuple(np.mean(scores, axis=0)))
        flow, blend, hold = (median(one[n] for one in told) for n in range(3))
        better = sum(one[0] > one[1] for one in told)
        worst = min(one[0] - one[1] for one in told)
        rows.append(
            f"| {left_out} | {len(told)} of {len(places)} | {flow:.1f} dB | {blend:.1f} dB | {hold:.1f} dB | "
            f"{better} of {len(told)} | {worst:+.1f} dB |"
        )
        assert flow > blend > hold
        assert better >= 0.9 * len(told)
    cpu_s = (time.process_time() - began) / made
    across = [
        motion_of(frames[cut - 1], frames[cut - 1 + span]) for cut in cuts for span in range(2, MOST + 2)
    ]
    assert not any(motion.holds for motion in across)
    of = f"*Big Buck Bunny* (640 × 360, 24 fps, {len(frames)} frames)"
    least = min(motion.lost for motion in across)
    rows += [
        "",
        f"Every {STEP}th frame of {of} from {FIRST} on; medians of the places that were accepted.",
        "",
        f"Across its {len(cuts)} cuts all {len(across)} were refused, disagreeing in {least:.0%} or more.",
        "",
        f"{cpu_s:.3f} s of processor time a frame, with the search for the motion and the comparison.",
    ]
    tell("in-betweens", "In-betweens: how near they come to the true frames", rows)
