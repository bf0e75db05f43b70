"""The check “style”: does a take look as the production's style bible does."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.checks.codec import rounded
from circletake.checks.protocol import CheckContext, Picture, Rgb, Samples, params_of, read_params
from circletake.checks.style._bible import Sided, bible_of, needed_for
from circletake.checks.style._look import DESCRIPTORS, LONG_SIDE_PX, Look, look_of
from circletake.checks.style._seen import SEEN
from circletake.domain.evidence import Evidence, FlagRange, Series
from circletake.domain.time import FrameRange, ranges_of

KIND = "style"
"""What a reference is called that is a style bible."""

# A style lasts: two looks a second at 24 frames a second, and one at each shot's first frame.
_EVERY = 12
# A cut: a coarse picture changes by so many code values at once, and by so many times what it did at most
# lately, for what is drawn on threes stands still in between. A missed cut is looked at a little later.
_CUT, _CUT_RATIO, _LATELY = 16.0, 2.0, 12
_COARSE = (32, 18)
# Darker than that there is no palette, no line and no grain to read: CIELAB L* of the lights.
_DARK = 8.0
# One look out of its place is a flash or a passer-by; two in a row are a style.
_LASTING = 2
# A shot of fewer frames than that is a flash too.
_SHORTEST = 4
_STRONG = 10.0


@dataclass(frozen=True, slots=True)
class Params:
    """What a policy may set.

    Args:
        alpha: level at and below which a look is out of style: how often one of the bible's own pictures
            would be called so. The bible needs 1/alpha − 1 pictures at least; below that nothing is judged.
        spreads: and so many spreads of the bible's own pictures beyond their middle; a starting value.
    """

    alpha: float = 0.1
    spreads: float = 3.0


@dataclass(frozen=True, slots=True)
class _Seen:
    """One look at a take: its frame, where its shot begins, and how it stands to the bible."""

    n: int
    shot: int
    look: Look
    sides: tuple[Sided, ...] | None


class StyleMeasure:
    """One take under the check of style."""

    def __init__(self, context: CheckContext, params: Params) -> None:
        self._context = context
        self._params = params
        self._sheets = [sheet for sheet in context.references if sheet.kind == KIND]
        self._frames = 0
        self._shot = 0
        self._coarse: NDArray[np.int16] | None = None
        self._lately: list[float] = []
        self._seen: list[_Seen] = []
        self._encoder = context.encoder
        self._descriptors = (*DESCRIPTORS, *(SEEN if context.encoder else ()))
        with _one_thread():
            self._bible = bible_of(
                self._sheets, alpha=params.alpha, descriptors=self._descriptors, encoder=self._encoder
            )

    def frame(self, n: int, rgb: Rgb, frame: Picture | None = None) -> None:  # noqa: ARG002 (only colours matter)
        """See the next frame."""
        self._frames = n + 1
        if self._bible is None:
            return
        if self._is_cut(rgb):
            self._shot = n
        if (n - self._shot) % _EVERY:
            return
        with _one_thread():
            look = look_of(rgb, self._descriptors, encoder=self._encoder)
        self._seen.append(_Seen(n, self._shot, look, None if _is_dark(look) else self._bible.judge(look)))

    def sound(self, samples: Samples, rate_hz: int) -> None:
        """Hear nothing: style is seen."""

    def finish(self) -> Evidence:
        """Say where the take leaves the style."""
        flags = sorted(self._flags(), key=lambda flag: (flag.frames.start, flag.label))
        judged = [seen for seen in self._seen if seen.sides is not None]
        worst = max(flags, key=lambda flag: flag.strength) if flags else None
        pictures = len(self._bible.looks) if self._bible else 0
        summary: dict[str, str | int | bool] = {
            "frames": self._frames,
            "looked": len(self._seen),
            "judged": len(judged),
            "pictures": pictures,
            "setups": len(set(self._bible.setups)) if self._bible else 0,
            "calibration": self._bible.calibration if self._bible else "none",
        }
        if self._encoder:
            summary["encoder"] = self._encoder.name
            summary["encoder_fingerprint"] = self._encoder.fingerprint
        elif self._context.without_encoder:
            summary["without_encoder"] = self._context.without_encoder
        for side in self._descriptors:
            out = sum(flag.frames.frames for flag in flags if flag.label == side.name)
            if out:
                summary[side.name] = out
        return Evidence(
            check=check.name,
            version=check.version,
            content=self._context.content,
            summary=summary,
            sentence=f"{self._sentence(flags, len(judged), worst)} {self._context.without_encoder}".rstrip(),
            series=self._series(),
            flags=tuple(flags),
            worst_frame=worst.frames.start if worst else None,
            references=tuple(sheet.content for sheet in self._sheets),
            abstained=tuple(ranges_of(self._unjudged())),
            backend=", ".join(
                (
                    f"numpy {np.__version__}",
                    f"cv2 {cv2.__version__}",
                    *([self._encoder.backend] if self._encoder else ()),
                )
            ),
            precision="f32",
            params=params_of(self._params),
        )

    def _is_cut(self, rgb: Rgb) -> bool:
        coarse = np.asarray(cv2.resize(rgb, _COARSE, interpolation=cv2.INTER_AREA), dtype=np.int16)
        before, self._coarse = self._coarse, coarse
        if before is None:
            return False
        step = float(np.abs(coarse - before).mean())
        usual = max(self._lately, default=0.0)
        self._lately = [*self._lately, step][-_LATELY:]
        return step >= max(_CUT, _CUT_RATIO * usual)

    def _stands_for(self) -> Iterator[tuple[_Seen, FrameRange]]:
        """Each look with the frames it stands for: up to the next one."""
        ends = [*(seen.n for seen in self._seen), self._frames][1:]
        for seen, end in zip(self._seen, ends, strict=True):
            yield seen, FrameRange(seen.n, end)

    def _unjudged(self) -> list[int]:
        known = {n for seen, of in self._stands_for() if seen.sides for n in range(of.start, of.end)}
        return [n for n in range(self._frames) if n not in known]

    def _flags(self) -> Iterator[FlagRange]:
        for side, descriptor in enumerate(self._descriptors):
            for run in self._runs(side):
                worst = max((seen for seen, _ in run), key=lambda seen: _of(seen, side).spreads)
                stands = _of(worst, side)
                frames = FrameRange(run[0][1].start, run[-1][1].end)
                usual = self._looks()[stands.nearest]
                words = descriptor.say(worst.look.sides[side], usual.sides[side])
                words = f"{words[:1].upper()}{words[1:]}"
                said = f"{words}, against picture {stands.nearest + 1} of the style bible."
                strength = min(max(stands.spreads / _STRONG, 0.0), 1.0)
                yield FlagRange(frames, descriptor.name, said, round(strength, 6))

    def _runs(self, side: int) -> Iterator[list[tuple[_Seen, FrameRange]]]:
        """Looks in a row within a shot that are out of style, long enough to be one."""
        run: list[tuple[_Seen, FrameRange]] = []
        shots = [seen.shot for seen in self._seen]
        for seen, frames in [*self._stands_for(), (None, None)]:
            is_out = seen is not None and self._is_out(seen, side)
            if run and (not is_out or seen is None or seen.shot != run[-1][0].shot):
                lasts = run[-1][1].end - run[0][1].start
                if len(run) >= min(_LASTING, shots.count(run[-1][0].shot)) and lasts >= _SHORTEST:
                    yield run
                run = []
            if is_out and seen is not None and frames is not None:
                run.append((seen, frames))

    def _is_out(self, seen: _Seen, side: int) -> bool:
        if seen.sides is None:
            return False
        stands = seen.sides[side]
        return stands.p <= self._params.alpha and stands.spreads >= self._params.spreads

    def _looks(self) -> Sequence[Look]:
        return self._bible.looks if self._bible else ()

    def _series(self) -> tuple[Series, ...]:
        if not self._frames:
            return ()
        columns: list[list[float | None]] = [[None] * self._frames for _ in range(len(self._descriptors) + 1)]
        for seen in self._seen:
            if seen.sides is None:
                continue
            for side, stands in enumerate(seen.sides):
                columns[side][seen.n] = rounded(stands.distance)
            columns[-1][seen.n] = rounded(min(stands.p for stands in seen.sides))
        named = [
            Series(side.name, tuple(column), 0.0, side.full, unit=side.unit)
            for side, column in zip(self._descriptors, columns, strict=False)
        ]
        return (*named, Series("p_value", tuple(columns[-1]), 0.0, 1.0))

    def _sentence(self, flags: Sequence[FlagRange], judged: int, worst: FlagRange | None) -> str:
        if self._bible is None:
            return "There is no adopted style bible to compare with; nothing was judged."
        pictures, needed = len(self._bible.looks), needed_for(self._params.alpha)
        if self._bible.calibration == "uncalibrated":
            return (
                f"The style bible's {pictures} pictures do not tell what is usual: it needs {needed} that"
                f" share a setup with another, or {needed} setups. Nothing was judged."
            )
        if not judged:
            return "No frame could be compared with the style bible; nothing was judged."
        if worst is None:
            return f"Nothing leaves the style bible's {pictures} pictures in the {judged} frames looked at."
        out = {n for flag in flags for n in range(flag.frames.start, flag.frames.end)}
        where = f"frames {worst.frames.start}–{worst.frames.end - 1}"
        return f"Leaves the style in {len(out)} of {self._frames} frames; {where}: {worst.sentence}"


def _of(seen: _Seen, side: int) -> Sided:
    assert seen.sides is not None  # noqa: S101 (asked of looks that are out of style, which are judged)
    return seen.sides[side]


def _is_dark(look: Look) -> bool:
    """Whether there is too little light to see a style by."""
    return bool(look.sides[[side.name for side in DESCRIPTORS].index("tone")][-1] < _DARK)


@contextmanager
def _one_thread() -> Iterator[None]:
    """One thread of OpenCV: the same bytes on any number of cores."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(threads)


class StyleCheck:
    """Whether a take keeps to the adopted style bible."""

    name = "style"
    version = 3
    summary = "Where a take leaves the style bible: palette, tone, line, grain; in words, with amounts."
    long_side_px: int | None = LONG_SIDE_PX
    wants_references = True
    takes_encoder = True
    Params: ClassVar[type[Any]] = Params

    def begin(self, context: CheckContext) -> StyleMeasure:
        """Start measuring one take.

        Raises:
            ConfigInvalid: the context's params are not ours.
            SheetInvalid: a bible's boxes cannot be used.
        """
        return StyleMeasure(context, read_params(Params, context.params, check=self.name))


check = StyleCheck()
