"""What is drawn of the demo film is what was announced."""

import pytest

from circletake.errors import NotFound
from circletake.generate.drawn import DRAWN, Order


def test_what_is_made_is_what_was_announced() -> None:
    order = DRAWN.orders()[0]

    made = DRAWN.make(order)

    count = 0
    for frame in made.frames:
        assert frame.shape == (made.height_px, made.width_px, 3)
        count += 1
    assert count == made.n_frames
    assert len(made.samples) == made.n_frames * made.rate_hz / made.rate
    assert made.prompt
    assert made.label
    assert DRAWN.version >= 1


def test_an_order_for_another_film_is_refused_by_name() -> None:
    with pytest.raises(NotFound, match="Lord Queso"):
        DRAWN.make(Order("OTHER", "SH010", 1))
