"""Hold: the frame that touches the gap, standing still."""

from collections.abc import Iterator

from circletake.cut.makers.protocol import Made, Rgb, Wish
from circletake.errors import MakerRefused


class Hold:
    """One frame, held."""

    version = 1
    summary = "The neighbour's frame that touches the gap, held; or a frame of the take that is named."
    most_frames = None
    needs: tuple[str, ...] = ("edge",)

    def make(self, wish: Wish) -> Made:
        """Hold a frame.

        Raises:
            MakerRefused: there is no frame to hold.
        """
        edge = wish.before if wish.side == "before" else wish.after
        if wish.source is not None:
            source, frame, shot = wish.source, wish.source_in, wish.source_shot
        elif edge is not None:
            source, frame, shot = edge.source, edge.frame, edge.shot
        else:
            raise MakerRefused(
                f"There is no take {wish.side} {wish.shot} whose frame could be held; hold the other side, "
                f"or name a take."
            )
        held = wish.picture(source, frame)

        def frames() -> Iterator[Rgb]:
            for _ in range(wish.frames):
                yield held

        return Made(frames(), f"hold of {shot} frame {frame}")


maker = Hold()
