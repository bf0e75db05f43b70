"""Runs a recipe: the same recipe and contents give the same frames, wherever and whenever it runs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from circletake.cut.repair.colours import rounded
from circletake.cut.repair.ends import END_FRAMES, EndFit, faded, fit_end
from circletake.cut.repair.head import is_repeated
from circletake.cut.repair.recipe import Footage, Recipe
from circletake.cut.repair.sound import crossfaded
from circletake.domain.time import FrameRange
from circletake.errors import HandlesShort, JobFailed, MediaKindRefused, RateMismatch
from circletake.media.encode import write_movie
from circletake.media.picture import Frame, Rgb
from circletake.media.sound import Samples
from circletake.media.source import Source, open_source
from circletake.media.store import ContentStore

_PLATE_FRAMES = 8  # of the plate that a splice is fitted to: the nearest third of a second


@dataclass(frozen=True, slots=True)
class Spliced:
    """What running a recipe made.

    Args:
        content: SHA-256 of the film in the store.
        dropped: frames left out at its head because they repeat the plate.
        width_px: of the film; the source's.
    """

    content: str
    n_frames: int
    dropped: int
    width_px: int
    height_px: int


def run_recipe(
    store: ContentStore,
    recipe: Recipe,
    *,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Spliced:
    """Make the splice's film.

    It is written without loss: what is judged is what the recipe made, and the master codes it once.

    Raises:
        ContentMissing: the store lacks the source or a plate.
        HandlesShort: the source has too few frames.
        RateMismatch: source and plate run at other rates.
        MediaKindRefused: the source is a still.
        JobFailed: it was cancelled.
        DiskFull: no room; nothing is left.
    """
    source = open_source(store, recipe.source.content)
    before = _plate(store, source, recipe.before, is_before=True)
    after = _plate(store, source, recipe.after, is_before=False)
    if source.rate is None:
        raise MediaKindRefused("A still has no frames to splice; make a moving take of it first.")
    drops = _drops_head(source, recipe, before)
    first = recipe.source.first + drops
    span = FrameRange(first, first + recipe.frames)
    if span.end > source.n_frames:
        raise HandlesShort(
            f"The splice needs {recipe.frames} frames from frame {first} on and the take has "
            f"{max(source.n_frames - first, 0)}; bring a longer one, or start earlier in it.",
            needed=recipe.frames,
            available=max(source.n_frames - first, 0),
        )
    samples = _sound(store, source, span, recipe)
    with store.writing(".mp4") as made:
        write_movie(
            made.path,
            _frames(source, span, recipe, before, after, progress=progress, cancelled=cancelled),
            rate=source.rate,
            width_px=source.width_px,
            height_px=source.height_px,
            samples=samples,
            lossless=True,
        )
    return Spliced(
        content=made.content,
        n_frames=recipe.frames,
        dropped=drops,
        width_px=source.width_px,
        height_px=source.height_px,
    )


def repaired(
    recipe: Recipe,
    clip: Callable[[FrameRange], Iterator[Rgb]],
    *,
    before: list[Rgb],
    after: list[Rgb],
) -> Iterator[Rgb]:
    """Frames of a splice, one at a time; only those at its ends are held.

    Args:
        clip: gives frames of the clip, 0 being the first of the splice.
        before: frames of the plate up to the splice; empty where it begins with a cut.
        after: frames of the plate from the splice on; empty where it ends with a cut.
    """
    ends = _fit_ends(recipe, clip, before, after)
    last = max(recipe.frames - 1, 1)
    for number, rgb in enumerate(clip(FrameRange(0, recipe.frames))):
        if ends is None:
            yield rgb
            continue
        fit = ends[0].between(ends[1], number / last)
        picture = fit.apply(rgb, seed=recipe.seed, frame=number)
        yield rounded(faded(picture, ends, number=number, frames=recipe.frames))


def _fit_ends(
    recipe: Recipe, clip: Callable[[FrameRange], Iterator[Rgb]], before: list[Rgb], after: list[Rgb]
) -> tuple[EndFit, EndFit] | None:
    """What is fitted at either end; a clip that only touches a plate at one is fitted there throughout."""
    at_ends = min(END_FRAMES, recipe.frames)
    head = tail = None
    if before:
        head = fit_end(recipe, list(clip(FrameRange(0, at_ends))), before, first=0)
    if after:
        towards = list(clip(FrameRange(recipe.frames - at_ends, recipe.frames)))[::-1]
        tail = fit_end(recipe, towards, after[::-1], first=recipe.frames - 1)
    # What one end lacks place by place is nothing that the other end lacks too.
    head, tail = (
        head or (replace(tail, remains=None) if tail else None),
        tail or (replace(head, remains=None) if head else None),
    )
    return None if head is None or tail is None else (head, tail)


def _frames(
    source: Source,
    span: FrameRange,
    recipe: Recipe,
    before: list[Rgb],
    after: list[Rgb],
    *,
    progress: Callable[[int, int], None] | None,
    cancelled: Callable[[], bool] | None,
) -> Iterator[Rgb]:
    def clip(frames: FrameRange) -> Iterator[Rgb]:
        return (frame.rgb() for frame in source.frames(frames.shifted(span.start)))

    for done, rgb in enumerate(repaired(recipe, clip, before=before, after=after), start=1):
        if cancelled is not None and cancelled():
            raise JobFailed("The splice was cancelled; order it again whenever you like.")
        if progress is not None:
            progress(done, recipe.frames)
        yield rgb


def _plate(store: ContentStore, like: Source, plate: Footage | None, *, is_before: bool) -> list[Rgb]:
    """The plate's frames nearest to the splice, in the splice's size; none where there is no plate."""
    if plate is None:
        return []
    source = open_source(store, plate.content)
    if source.rate != like.rate:
        raise RateMismatch("The take and what it is spliced to run at other rates; conform it first.")
    first, frames = nearest(plate.first, plate.first + plate.frames, is_before=is_before)
    span = FrameRange(first, first + frames)
    return [_sized(frame, like) for frame in source.frames(span)]


def nearest(first: int, end: int, *, is_before: bool, n: int = _PLATE_FRAMES) -> tuple[int, int]:
    """The frames of a plate that a splice is fitted to: first and how many.

    >>> nearest(0, 100, is_before=True), nearest(0, 100, is_before=False)
    ((92, 8), (0, 8))
    """
    frames = min(n, end - first)
    return (end - frames if is_before else first), frames


def _sized(frame: Frame, like: Source) -> Rgb:
    if (frame.width_px, frame.height_px) == (like.width_px, like.height_px):
        return frame.rgb()
    return frame.rgb_at(like.width_px, like.height_px)


def _drops_head(source: Source, recipe: Recipe, before: list[Rgb]) -> int:
    """Frames left out at the head: one where the recipe asks, it repeats the plate, and one is to spare."""
    first = recipe.source.first
    spare = source.n_frames - first - recipe.frames
    if recipe.step("head") is None or len(before) < 2 or spare < 1:  # noqa: PLR2004 (motion needs two)
        return 0
    one, two = (frame.rgb() for frame in source.frames(FrameRange(first, first + 2)))
    return int(is_repeated(before, one, two))


def _sound(store: ContentStore, source: Source, span: FrameRange, recipe: Recipe) -> Samples | None:
    """The splice's sound; None where neither it nor the plate has any."""
    if not source.has_sound:
        return None
    samples = source.samples(frames=span)
    step = recipe.step("sound")
    fade = min(step.whole("fade_frames"), recipe.frames // 2) if step else 0
    if not fade:
        return samples

    def beyond(plate: Footage | None, *, is_head: bool) -> Samples:
        if plate is None:
            return np.zeros((0, 2), np.float32)
        film = open_source(store, plate.content)
        start = plate.first + plate.frames if is_head else plate.first - fade
        if not film.has_sound or start < 0 or start + fade > film.n_frames:
            return np.zeros((0, 2), np.float32)
        return film.samples(frames=FrameRange(start, start + fade))

    return crossfaded(
        samples, head=beyond(recipe.before, is_head=True), tail=beyond(recipe.after, is_head=False)
    )
