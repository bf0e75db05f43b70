"""The technical check on real film: untouched, with faults planted in it, and what it costs."""

import sys
import time
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace

from circletake.checks.protocol import CheckContext, Picture, Rgb
from circletake.checks.technical.signal import check
from circletake.domain.evidence import Evidence
from circletake.domain.time import FrameRange
from circletake.media.source import open_file

pytestmark = [pytest.mark.bench, pytest.mark.footage]

_CLIPS, _FRAMES = 24, 36
_HD = (1920, 1080)
_SMALL = (480, 270)  # what the check asks for
_TIMED = 72
# What is true of the film as it is: black at its start, and a title card that stands.
_KNOWN = {"black", "freeze"}


def measured(pictures: Iterable[tuple[Rgb, Picture | None]], n_frames: int) -> Evidence:
    measure = check.begin(CheckContext("0" * 64, n_frames, Fraction(24), *_HD))
    for n, (rgb, frame) in enumerate(pictures):
        measure.frame(n, rgb, frame)
    return measure.finish()


def coded(path: Path, frames: Iterable[Rgb], size: tuple[int, int], *, stretch: bool = False) -> Path:
    """Code pictures as BT.709; stretched, limited range is filled from end to end and still says limited."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"preset": "veryfast", "crf": "16"})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.colorspace = Colorspace.ITU709
        stream.codec_context.color_range = ColorRange.MPEG
        for rgb in frames:
            frame = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(
                *size,
                format="yuv420p",
                dst_colorspace=Colorspace.ITU709,
                dst_color_range=ColorRange.JPEG if stretch else ColorRange.MPEG,
            )
            frame.color_range = ColorRange.MPEG
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def coarse(bits: int) -> Callable[[Rgb], Rgb]:
    step = 2 ** (8 - bits)
    return lambda rgb: np.clip(np.round(rgb / step) * step, 0, 255).astype(np.uint8)


def barred(rgb: Rgb) -> Rgb:
    changed = rgb.copy()
    changed[:34] = changed[-34:] = 0  # 2.39:1
    return changed


def hard(rgb: Rgb) -> Rgb:
    """Contrast turned up until both ends burn."""
    return np.clip((rgb.astype(np.float32) - 128) * 3 + 128, 0, 255).astype(np.uint8)


def test_planted_faults_of_the_signal(footage: Path, tmp_path: Path) -> None:
    frames = list(open_file(footage / "bbb.mp4").frames())
    film = [frame.rgb_at(*_SMALL) for frame in frames]
    clean = measured(zip(film, frames, strict=True), len(film))
    told = {
        label: value for label, value in clean.summary.items() if label not in {"frames", "levels", "sound"}
    }
    # From frame 60 on, behind the black; none over the card that stands.
    starts = [int(at) for at in np.linspace(60, len(film) - _FRAMES, _CLIPS) if not 470 < at < 560]
    found: dict[str, list[bool]] = {}

    def plant(name: str, label: str, clip: list[Rgb], files: Path | None = None) -> None:
        source = open_file(files) if files else None
        pictures = (
            [(frame.rgb_at(*_SMALL), frame) for frame in source.frames()]
            if source
            else [(rgb, None) for rgb in clip]
        )
        labels = {flag.label for flag in measured(pictures, len(pictures)).flags}
        found.setdefault(name, []).append(label in labels)

    for place, start in enumerate(starts):
        clip = film[start : start + _FRAMES]
        half = _FRAMES // 2
        plant("black frame", "black", [*clip[:half], np.zeros_like(clip[0]), *clip[half + 1 :]])
        plant("freeze of 26", "freeze", [*clip[:10], *[clip[10]] * 26])
        plant("strobe", "flash", [rgb // 8 if n % 4 < 2 else rgb // 2 + 127 for n, rgb in enumerate(clip)])
        plant("5 bits", "banding", [coarse(5)(rgb) for rgb in clip])
        plant("6 bits", "banding", [coarse(6)(rgb) for rgb in clip])
        plant("bars come in", "bars", [*clip[:half], *map(barred, clip[half:])])
        if place % 4 == 0:  # coding takes long
            whole = tmp_path / f"{place}.mp4"
            plant("full as limited", "levels", clip, coded(whole, clip, _SMALL, stretch=True))
            plant(
                "full as limited, hard",
                "range",
                clip,
                coded(whole, map(hard, clip), _SMALL, stretch=True),
            )
    sys.stdout.write(f"\n{len(film)} frames untouched: {told}\n")
    for name, hits in found.items():
        sys.stdout.write(f"{name}: {sum(hits)} of {len(hits)}\n")
    assert set(told) <= _KNOWN | {"loudness_lufs"}
    for name in ("black frame", "freeze of 26"):
        assert all(found[name])


def test_a_gradient_sky_of_few_bits_against_the_same_in_eight(footage: Path) -> None:
    """Film that is all texture hides its bands; a sky does not."""
    del footage
    down, across = np.mgrid[0:270, 0:480]
    rng = np.random.default_rng(3)
    hits = dict.fromkeys((8, 7, 6, 5), 0)
    for _ in range(40):
        angle, low = rng.uniform(0, np.pi), rng.uniform(10, 120)
        ramp = across * np.cos(angle) + down * np.sin(angle)
        light = (
            low + rng.uniform(30, 120) * (ramp - ramp.min()) / np.ptp(ramp) + rng.normal(0, 0.4, ramp.shape)
        )
        for bits in hits:
            rgb = np.repeat(coarse(bits)(light)[..., None], 3, 2)
            hits[bits] += any(flag.label == "banding" for flag in measured([(rgb, None)], 1).flags)
    sys.stdout.write(f"\nskies flagged as banded, of 40: {hits}\n")
    assert hits[5] >= 34  # a pale one has not four bands of five bits
    assert hits[6] >= 38
    assert not hits[8]


def test_what_a_frame_of_full_hd_costs(footage: Path, tmp_path: Path) -> None:
    source = open_file(footage / "bbb.mp4")
    hd = [cv2.resize(frame.rgb(), _HD) for frame in source.frames(FrameRange(800, 800 + _TIMED))]
    path = coded(tmp_path / "hd.mp4", (np.asarray(rgb, np.uint8) for rgb in hd), _HD)
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        measure, spent_s = check.begin(CheckContext("0" * 64, _TIMED, Fraction(24), *_HD)), 0.0
        for frame in open_file(path).frames():
            rgb = frame.rgb_at(*_SMALL)
            began_s = time.thread_time()
            measure.frame(frame.n, rgb, frame)
            spent_s += time.thread_time() - began_s
        began_s = time.thread_time()
        measure.finish()
        spent_s += time.thread_time() - began_s
    finally:
        cv2.setNumThreads(threads)
    sys.stdout.write(f"\n{1000 * spent_s / _TIMED:.2f} ms a frame of 1920×1080, its small picture given\n")
    assert spent_s / _TIMED < 0.0025
