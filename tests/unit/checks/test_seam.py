"""Seam certificates on a drawn pan: what is untouched holds, what was put in is told, by what it is."""

import numpy as np
from tests.panned import HEIGHT, WIDTH, degraded, panned

from circletake.checks.seam.certificate import Bound, certify, evidence_of
from circletake.checks.seam.learnt import LIMITS
from circletake.checks.seam.steps import KINDS
from circletake.domain.time import FrameRange

FILM = panned(76)
BEFORE, HOLE, AFTER = FILM[:30], FILM[30:46], FILM[46:]
BOUND = Bound("s_1", "ab" * 32, FrameRange(4, 20), before=f"{'cd' * 32}:0:30", after=f"{'ef' * 32}:46:30")


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
