"""Slate: a grey card with the shot's code, so that nobody takes it for a picture."""

from collections.abc import Iterator

from circletake.cut.makers.protocol import Made, Rgb, Wish
from circletake.cut.picture import SLATE, slate


class Slate:
    """A card."""

    version = 1
    summary = "A grey card with the shot's code and length."
    most_frames = None
    needs: tuple[str, ...] = ()

    def make(self, wish: Wish) -> Made:
        """Make the card, as long as it is wanted."""
        card = slate(f"{wish.shot}  {wish.frames}", width_px=wish.width_px, height_px=wish.height_px)

        def frames() -> Iterator[Rgb]:
            for _ in range(wish.frames):
                yield card

        return Made(frames(), f"slate ({SLATE})")


maker = Slate()
