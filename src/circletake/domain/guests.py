"""Guests: people without an account, to whom a link shows exact contents."""

from typing import Literal, get_args

GuestRight = Literal["look", "note", "verdict"]
GUEST_RIGHTS: tuple[GuestRight, ...] = get_args(GuestRight)
"""What a link gives. Whoever has one looks; `verdict` shows people who judge here the way to their desk."""

MOST_CONTENTS = 200
MOST_GUESTS = 100  # names at one link; a link that was posted somewhere fills no book
MOST_HOURS = 24 * 90
