"""The self-test's film: made once for each rate, seen by everybody, and at no other rate."""

from fractions import Fraction

import pytest

from circletake.errors import NotFound
from circletake.media.coded import read_code
from circletake.media.frames import read_rgb
from circletake.media.probe import probe
from circletake.media.recipes import FRAMES
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


def test_rates_share_their_pictures_and_have_each_their_film(floor: Floor) -> None:
    studio = floor.studio
    made = [studio.self_test(floor["ana"], Fraction(rate)) for rate in (24, 25)]
    packs = [floor.house.queue.find_derived(source_of(Fraction(rate)), FRAMES) for rate in (24, 25)]
    assert packs[0] == packs[1] is not None
    for rate, told in zip((24, 25), made, strict=True):
        assert told.rate == [rate, 1]
        source = source_of(Fraction(rate))
        assert read_code(read_rgb(studio.media_frame(floor["ana"], source, 77))) == 77
        film = probe(studio.derived(floor["ana"], source, "proxy-1"))
        assert film.rate == rate


def test_every_rate_of_film_and_television_is_there_and_no_other(floor: Floor) -> None:
    assert [round(float(rate), 3) for rate in RATES] == [23.976, 24, 25, 29.97, 30, 50, 59.94, 60]
    studio = floor.studio
    studio.add_person("olaf")
    olaf = studio.session_of(studio.sign_in_by_link(studio.make_link("olaf")))
    with pytest.raises(NotFound, match=r"it is at 23\.976, 24"):
        studio.self_test(olaf, Fraction(48))
