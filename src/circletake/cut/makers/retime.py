"""Retime: a take faster or slower, so that it lasts as long as the gap; whole frames, none made up."""

from collections.abc import Iterator
from fractions import Fraction

from circletake.cut.makers.protocol import Made, Rgb, Wish
from circletake.cut.picture import fitted
from circletake.domain.time import FrameRange
from circletake.errors import MakerRefused


class Retime:
    """A take at another speed."""

    version = 1
    summary = "Frames of the take that is named, dropped or repeated so that they fill the gap."
    most_frames = None
    needs: tuple[str, ...] = ("take",)

    def make(self, wish: Wish) -> Made:
        """Retime it: frame k shows frame `source_in + floor(k · speed)`, as a slot with a speed does.

        Raises:
            MakerRefused: no take is named, or the range holds none of its frames.
        """
        source = wish.named()
        end = source.n_frames if wish.source_out is None else wish.source_out
        if not 0 <= wish.source_in < end <= source.n_frames:
            raise MakerRefused(
                f"Frames {wish.source_in} to {end} are not in the take, which has {source.n_frames}; name "
                f"others."
            )
        span = FrameRange(wish.source_in, end)
        speed = Fraction(span.frames, wish.frames)
        places = [k * speed.numerator // speed.denominator for k in range(wish.frames)]

        def frames() -> Iterator[Rgb]:
            shown = iter(source.frames(span))
            at, held = -1, None
            for place in places:
                while at < place:
                    held, at = next(shown), at + 1
                if held is not None:
                    yield fitted(held, width_px=wish.width_px, height_px=wish.height_px)

        percent = f"{float(speed) * 100:.4g} %"
        return Made(frames(), f"retime of {wish.source_shot} to {percent}, frames {span.start}–{end - 1}")


maker = Retime()
