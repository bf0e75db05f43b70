"""Checks run over a file in one decode pass."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from circletake.checks.protocol import CheckContext
from circletake.checks.run import find_checks, run_checks
from circletake.media.source import open_file


def test_all_checks_measure_one_film_together(film: Callable[..., Path]) -> None:
    source = open_file(film(6))
    context = CheckContext("0" * 64, 6, Fraction(24), source.width_px, source.height_px)
    found = run_checks(source, dict.fromkeys(find_checks(), context))
    assert set(found) == set(find_checks())
    assert found["technical"].summary["frames"] == 6


def test_a_cancelled_pass_gives_no_evidence(film: Callable[..., Path]) -> None:
    source = open_file(film(30))
    context = CheckContext("0" * 64, 30, Fraction(24), source.width_px, source.height_px)
    assert run_checks(source, {"technical": context}, cancelled=lambda: True) == {}
