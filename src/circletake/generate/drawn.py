"""Takes of the demo film *Lord Queso*, drawn by this project's own code: no model, no network, no cost."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from circletake.errors import NotFound
from circletake.generate.film import (
    HEIGHT_PX,
    RATE,
    SAMPLE_RATE_HZ,
    SHOTS,
    WIDTH_PX,
    get_shot,
    render_take,
    sound_take,
)
from circletake.generate.script import CODE, TITLE


@dataclass(frozen=True, slots=True)
class Order:
    """One take, asked for.

    Args:
        production: code of the film.
        shot: code of the shot.
        take: which of the planned takes, from 1.
    """

    production: str
    shot: str
    take: int


@dataclass(frozen=True, slots=True)
class Made:
    """One take, made.

    Args:
        frames: sRGB uint8, height×width×3, in order; made as they are asked for, once.
        samples: n×2 float32 at `rate_hz`, as long as the picture.
        rate: frames a second.
        rate_hz: samples a second.
        width_px: of every frame.
        height_px: of every frame.
        n_frames: how many frames there will be.
        prompt: what was asked of the maker, in words.
        label: a few words for the take.
    """

    frames: Iterator[npt.NDArray[np.uint8]]
    samples: npt.NDArray[np.float32]
    rate: Fraction
    rate_hz: int
    width_px: int
    height_px: int
    n_frames: int
    prompt: str
    label: str


class Drawn:
    """Draws what the script of the demo film plans."""

    name = "drawn"
    version = 1

    def orders(self) -> tuple[Order, ...]:
        """Return every take that the script plans, in order."""
        return tuple(Order(CODE, shot.code, plan.number) for shot in SHOTS for plan in shot.takes)

    def make(self, order: Order) -> Made:
        """Make a take; its frames are drawn as they are asked for.

        Raises:
            NotFound: another production, or a shot or take that the script does not have.
        """
        if order.production != CODE:
            raise NotFound(f"Only {TITLE} ({CODE}) can be drawn; {order.production} needs another provider.")
        shot = get_shot(order.shot)
        plan = shot.get_take(order.take)
        return Made(
            frames=render_take(shot, plan),
            samples=sound_take(shot, plan),
            rate=RATE,
            rate_hz=SAMPLE_RATE_HZ,
            width_px=WIDTH_PX,
            height_px=HEIGHT_PX,
            n_frames=shot.frames,
            prompt=shot.action,
            label=plan.label,
        )


DRAWN = Drawn()
