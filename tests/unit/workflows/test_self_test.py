"""The self-test's film: made once for each rate, seen by everybody, and at no other rate."""

from fractions import Fraction

import pytest

from circletake.errors import NotFound
from circletake.media.coded import read_code
from circletake.media.frames import read_rgb
from circletake.workflows.self_test import RATES, source_of

from .conftest import Floor


def test_it_is_made_once_and_seen_by_somebody_who_is_part_of_nothing(floor: Floor) -> None:
    studio = floor.studio
    studio.add_person("olaf")
    olaf = studio.session_of(studio.sign_in_by_link(studio.make_link("olaf")))
    rate = Fraction(30000, 1001)
    told = studio.self_test(olaf, rate)
    assert told.rate == [30000, 1001]
    assert told.n_frames == 120
    source = source_of(rate)
    assert source in told.frames
    assert source in told.proxy
    for n in (0, 1, 119):
        assert read_code(read_rgb(studio.media_frame(olaf, source, n))) == n
    proxy = studio.derived(olaf, source, "proxy-1")
    made = proxy.stat().st_mtime_ns
    assert studio.self_test(olaf, rate) == told
    assert studio.derived(olaf, source, "proxy-1").stat().st_mtime_ns == made


def test_every_rate_of_film_and_television_is_there_and_no_other(floor: Floor) -> None:
    assert [round(float(rate), 3) for rate in RATES] == [23.976, 24, 25, 29.97, 30, 50, 59.94, 60]
    studio = floor.studio
    studio.add_person("olaf")
    olaf = studio.session_of(studio.sign_in_by_link(studio.make_link("olaf")))
    with pytest.raises(NotFound, match=r"it is at 23\.976, 24"):
        studio.self_test(olaf, Fraction(48))
