"""Every check keeps the family's promises."""

from fractions import Fraction

import numpy as np
import pytest

from circletake.checks.codec import evidence_bytes, read_evidence
from circletake.checks.protocol import Check, CheckContext, params_of
from circletake.checks.run import current_versions, find_checks, get_check
from circletake.domain.evidence import Evidence
from circletake.errors import ConfigInvalid, NotFound

CHECKS = list(find_checks().values())


def measured(
    check: Check, n_frames: int, size: tuple[int, int] = (64, 36), *, sound: bool = True
) -> Evidence:
    width, height = size
    measure = check.begin(CheckContext("c" * 64, n_frames, Fraction(24), width, height))
    random = np.random.default_rng(11)
    for n in range(n_frames):
        measure.frame(n, random.integers(0, 256, (height, width, 3), dtype=np.uint8))
    if sound:
        measure.sound(random.uniform(-0.1, 0.1, (48000, 2)).astype(np.float32), 48000)
    return measure.finish()


def test_the_checks_of_this_slice_are_found() -> None:
    assert {"consistency", "technical"} <= set(find_checks())
    assert current_versions() == {check.name: check.version for check in CHECKS}


def test_a_check_that_is_not_there_is_named() -> None:
    with pytest.raises(NotFound, match="There is no check"):
        get_check("taste")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
class TestEveryCheck:
    def test_is_a_check(self, check: Check) -> None:
        assert isinstance(check, Check)
        assert check.summary
        assert check.version >= 1

    def test_says_the_same_twice(self, check: Check) -> None:
        assert evidence_bytes(measured(check, 8)) == evidence_bytes(measured(check, 8))

    @pytest.mark.parametrize("size", [(64, 36), (63, 35), (1, 1), (17, 240)])
    def test_takes_any_size_and_a_single_frame(self, check: Check, size: tuple[int, int]) -> None:
        evidence = measured(check, 1, size)
        assert all(len(series.values) == 1 for series in evidence.series)

    def test_takes_a_silent_content_and_one_without_frames(self, check: Check) -> None:
        assert measured(check, 3, sound=False).check == check.name
        assert measured(check, 0).series == ()

    def test_keeps_flags_and_series_within_the_frames_and_survives_the_codec(self, check: Check) -> None:
        evidence = measured(check, 30)
        assert all(len(series.values) == 30 for series in evidence.series)
        assert all(0 <= flag.frames.start < flag.frames.end <= 30 for flag in evidence.flags)
        assert all(flag.sentence and 0 <= flag.strength <= 1 for flag in evidence.flags)
        assert all(isinstance(value, str | int | bool) for value in evidence.summary.values())
        assert evidence.backend
        assert evidence.precision
        assert read_evidence(evidence_bytes(evidence)) == evidence

    def test_without_references_judges_nothing_that_needs_them(self, check: Check) -> None:
        if not check.wants_references:
            assert measured(check, 5).references == ()
            return
        evidence = measured(check, 5)
        assert evidence.flags == ()
        assert sum(frames.frames for frames in evidence.abstained) == 5

    def test_refuses_a_setting_it_does_not_know(self, check: Check) -> None:
        context = CheckContext("c" * 64, 1, Fraction(24), 8, 8, params={"mood": "good"})
        with pytest.raises(ConfigInvalid, match="mood"):
            check.begin(context)

    def test_reads_back_its_own_settings(self, check: Check) -> None:
        said = params_of(check.Params())
        check.begin(CheckContext("c" * 64, 1, Fraction(24), 8, 8, params=said))
