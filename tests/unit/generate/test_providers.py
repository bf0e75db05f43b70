"""Whoever makes takes keeps what the port promises."""

import pytest

from circletake.errors import NotFound
from circletake.generate.port import FAMILY, Order, Provider, get_provider
from circletake.plugins import find_members


def test_the_drawn_provider_is_found_by_folder() -> None:
    assert "drawn" in find_members(FAMILY, "provider")


@pytest.mark.parametrize("name", sorted(find_members(FAMILY, "provider")))
def test_what_is_made_is_what_was_announced(name: str) -> None:
    provider: Provider = get_provider(name)
    order = provider.orders()[0]

    made = provider.make(order)

    count = 0
    for frame in made.frames:
        assert frame.shape == (made.height_px, made.width_px, 3)
        count += 1
    assert count == made.n_frames
    assert len(made.samples) == made.n_frames * made.rate_hz / made.rate
    assert made.prompt
    assert made.label
    assert provider.version >= 1


def test_an_order_for_another_film_is_refused_by_name() -> None:
    with pytest.raises(NotFound, match="Lord Queso"):
        get_provider("drawn").make(Order("OTHER", "SH010", 1))


def test_a_provider_that_is_not_there_is_named() -> None:
    with pytest.raises(NotFound, match="installed are drawn"):
        get_provider("nobody")
