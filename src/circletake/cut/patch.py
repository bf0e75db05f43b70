"""A take put into a finished film that was made elsewhere."""

from collections.abc import Iterator
from pathlib import Path

from circletake.cut.picture import Rgb, fitted
from circletake.domain.time import FrameRange, format_rate
from circletake.errors import AlreadyThere, HandlesShort, NoFrames, RateMismatch
from circletake.media.alike import Coder
from circletake.media.patch import Patched, replace_frames
from circletake.media.source import open_file

__all__ = ["Patched", "patch_master"]


def patch_master(
    master: Path, shot: Path, out: Path, frames: FrameRange, *, source_in: int = 0, coder: Coder | None = None
) -> Patched:
    """Write a film in which a shot stands in place of some frames.

    Args:
        frames: of the master, to be replaced.
        source_in: first frame of the shot to use.
        coder: how new pictures are encoded.

    Raises:
        NoFrames: the frames are not in the master.
        RateMismatch: the shot runs at another rate.
        HandlesShort: the shot ends before the frames do.
        AlreadyThere: the new film would overwrite a file.
        MasterNotSpliceable: the master is HDR or carries a turn.
    """
    if out.exists():
        raise AlreadyThere(f"{out} is there already; choose another name.")
    film, take = open_file(master), open_file(shot)
    if not 0 <= frames.start < frames.end <= film.n_frames:
        raise NoFrames(
            f"Frames {frames.start} to {frames.end} are not in {master.name}, which has {film.n_frames}."
        )
    if take.rate is not None and take.rate != film.rate:
        its = format_rate(film.rate) if film.rate else "no steady rate"
        raise RateMismatch(
            f"{shot.name} runs at {format_rate(take.rate)} frames a second and {master.name} at {its}; "
            f"bring one at its rate."
        )
    left = take.n_frames - source_in
    if left < frames.frames:
        raise HandlesShort(
            f"{frames.frames} frames are to be replaced, and {shot.name} has {max(left, 0)} from frame "
            f"{source_in} on; bring a longer one.",
            needed=frames.frames,
            available=max(left, 0),
        )

    def pictures() -> Iterator[Rgb]:
        for frame in take.frames(FrameRange(source_in, source_in + frames.frames)):
            yield fitted(frame, width_px=film.width_px, height_px=film.height_px)

    return replace_frames(master, out, frames, pictures, coder=coder)
