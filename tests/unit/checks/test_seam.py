"""Seam certificates on a drawn pan: what is untouched holds, what was put in is told, by what it is."""

import numpy as np
from tests.panned import HEIGHT, WIDTH, degraded, panned

from circletake.checks.seam.certificate import Bound, Certificate, certify, certify_runs, evidence_of
from circletake.checks.seam.learnt import LIMITS
from circletake.checks.seam.signals import measure_run
from circletake.checks.seam.sound import Heard, loudness_of
from circletake.checks.seam.steps import KINDS
from circletake.domain.time import FrameRange

FILM = panned(76)
BEFORE, HOLE, AFTER = FILM[:30], FILM[30:46], FILM[46:]
BOUND = Bound("s_1", "ab" * 32, FrameRange(4, 20), before=f"{'cd' * 32}:0:30", after=f"{'ef' * 32}:46:30")


SAMPLES = 2000  # of a frame: 24 a second at 48 kHz


def room(n: int) -> np.ndarray:
    """A room with a low hum in it: stereo, as steady as rooms are."""
    chance = np.random.default_rng(7)
    at = np.arange(n * SAMPLES)
    hum = 0.02 * np.sin(2 * np.pi * 110 * at / 48_000)
    return (hum[:, None] + 0.01 * chance.standard_normal((len(at), 2))).astype(np.float32)


def heard(samples: np.ndarray) -> Heard:
    return Heard(samples, range(0, len(samples) + 1, SAMPLES))


def listened(hole: np.ndarray | None, *, gap: slice = slice(30, 46)) -> Certificate:
    """The true pictures, and in the hole this sound; None is no sound."""
    whole = room(len(FILM))
    start, end = gap.start * SAMPLES, gap.stop * SAMPLES
    return certify_runs(
        measure_run(BEFORE, heard(whole[:start])),
        measure_run(HOLE, None if hole is None else heard(hole)),
        measure_run(AFTER, heard(whole[end:])),
    )


HEARD = room(len(FILM))[30 * SAMPLES : 46 * SAMPLES]


def test_a_room_that_goes_on_holds_and_is_compared_by_its_sound() -> None:
    certificate = listened(HEARD)
    assert certificate.holds, certificate.sentence
    assert {"click", "loud", "hush"} <= {score.kind.name for score in certificate.seams[0].scores}


def test_a_click_is_told_where_it_is() -> None:
    clicking = HEARD.copy()
    clicking[:40] += np.linspace(0.4, 0, 40, dtype=np.float32)[:, None]
    head, tail = listened(clicking).seams
    assert [score.kind.name for score in head.off] == ["click"]
    assert "a click" in head.sentence
    assert tail.holds


def test_a_louder_take_is_told_by_loudness_and_by_its_room() -> None:
    # faded over a frame, so that nothing clicks and the level alone is left
    fade = np.clip(np.minimum(np.arange(len(HEARD)), np.arange(len(HEARD))[::-1]) / SAMPLES, 0, 1)
    louder = (HEARD * (1 + 7 * fade[:, None])).astype(np.float32)
    for seam in listened(louder).seams:
        assert {score.kind.name for score in seam.off} == {"loud", "hush"}
        up = next(score.z for score in seam.off if score.kind.name == "loud")
        assert (up > 0) == (seam.end == "in")


def test_a_take_without_sound_is_not_held_to_its_neighbours_sound_and_says_so() -> None:
    certificate = listened(None)
    assert certificate.holds
    assert not {"click", "loud", "hush"} & {score.kind.name for score in certificate.seams[0].scores}
    assert "It has no sound" in certificate.sentence
    assert not certify(BEFORE, HOLE, AFTER).is_mute


def test_loudness_is_as_the_standard_says() -> None:
    # BS.1770-5: a full-scale 997 Hz sine in one channel of two reads −3.01 LUFS.
    at = np.arange(10 * SAMPLES)
    tone = np.zeros((len(at), 2), np.float32)
    tone[:, 0] = np.sin(2 * np.pi * 997 * at / 48_000)
    loud, _ = loudness_of(heard(tone))
    assert np.allclose(-0.691 + 10 * np.log10(loud), -3.01, atol=0.1)


def test_runs_that_go_on_measure_as_the_whole_does() -> None:
    whole = measure_run(FILM[:40], heard(room(40))).signals
    parts = measure_run(FILM[:18], heard(room(40)[: 18 * SAMPLES])).then(
        measure_run(FILM[18:40], heard(room(40)[18 * SAMPLES :]))
    )
    for name in ("grain", "colour", "flow", "change", "loud", "hush", "click"):
        assert np.array_equal(getattr(whole, name), getattr(parts.signals, name)), name


def test_every_kind_has_a_limit_that_was_learnt() -> None:
    assert {kind.name for kind in KINDS} == set(LIMITS)


def test_the_true_frames_hold_at_both_seams() -> None:
    certificate = certify(BEFORE, HOLE, AFTER)
    assert certificate.holds, certificate.sentence
    assert all(score.plate >= 24 for seam in certificate.seams for score in seam.scores)


def test_soft_grainless_frames_of_another_colour_are_told_by_all_of_that() -> None:
    certificate = certify(BEFORE, degraded(HOLE), AFTER)
    assert not certificate.holds
    for seam in certificate.seams:
        assert {"colour", "grain", "sharp"} <= {score.kind.name for score in seam.off}
        assert all(score.p <= 0.05 for score in seam.off)


def test_a_repeated_head_is_told_by_the_motion_that_is_missing() -> None:
    repeated = certify(BEFORE, [BEFORE[-1], *HOLE[:-1]], AFTER).seams[0]
    assert "flow" in {score.kind.name for score in repeated.off}


def test_frames_that_stand_still_are_counted_where_the_plate_has_none() -> None:
    held = [*HOLE[:8], HOLE[7], *HOLE[9:]]
    certificate = certify(BEFORE, held, AFTER)
    assert certificate.held == 1
    assert "1 of its frames stands still" in certificate.sentence
    assert certify([FILM[0]] * 30, held, AFTER).held == 0


def test_an_end_without_a_plate_is_a_cut_and_compares_nothing() -> None:
    certificate = certify([], HOLE, AFTER)
    assert [seam.is_cut for seam in certificate.seams] == [True, False]
    assert "nothing was compared" in certificate.sentence


def test_flat_pictures_measure_without_a_fault() -> None:
    grey = [np.full((HEIGHT, WIDTH, 3), 90, np.uint8)] * 20
    assert certify(grey, grey[:8], grey).holds
    assert certify(grey, [np.full((2, 2, 3), 9, np.uint8)] * 0, grey).holds


def test_a_certificate_is_evidence_bound_to_both_neighbours() -> None:
    evidence = evidence_of(certify(BEFORE, degraded(HOLE), AFTER), BOUND)
    assert (evidence.check, evidence.content) == ("seam", "ab" * 32)
    assert evidence.references == ("cd" * 32, "ef" * 32)
    assert [flag.frames for flag in evidence.flags] == [FrameRange(4, 5), FrameRange(19, 20)]
    assert (evidence.summary["in"], evidence.summary["holds"]) == ("told", False)
    assert not any(isinstance(value, float) for value in evidence.summary.values())


def test_the_same_frames_give_the_same_certificate() -> None:
    assert certify(BEFORE, HOLE, AFTER) == certify(BEFORE, HOLE, AFTER)
