"""Takes of the demo film *Lord Queso*, drawn by this project's own code: no model, no network, no cost."""

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
from circletake.generate.port import Made, Order
from circletake.generate.script import CODE, TITLE


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


provider = Drawn()
