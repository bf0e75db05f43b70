"""What runs on while a guest looks ends with their link."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from circletake.errors import GuestLinkEnded
from circletake.web.guest_events import while_let


async def _film() -> AsyncIterator[bytes]:
    for number in range(10):
        yield bytes([number])


@pytest.mark.parametrize("let", [0, 3, 10, 99])
def test_a_film_under_way_breaks_off_at_the_block_after_the_end(let: int) -> None:
    asked = 0

    def ask() -> None:
        nonlocal asked
        asked += 1
        if asked > let:
            raise GuestLinkEnded("This link was revoked; ask ana for a new one.")

    async def heard() -> list[bytes]:
        return [block async for block in while_let(_film(), ask)]

    assert len(asyncio.run(heard())) == min(let, 10)
