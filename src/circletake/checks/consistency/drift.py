"""The check “consistency”: does the character stay the one on its model sheet, frame by frame."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.checks.bank import model_hash
from circletake.checks.codec import rounded
from circletake.checks.consistency._alpha import mask_of_alpha
from circletake.checks.consistency._boxes import boxes_for
from circletake.checks.consistency._cast import Cast
from circletake.checks.consistency._fitness import (
    ALIKE,
    NOT_FOUND,
    STRANGERS,
    TINY_PX,
    TOO_DARK,
    TOO_FEW,
    is_colourless,
    is_dark,
    is_grey,
    say_why,
    sheet_in_greys,
    without_colour,
)
from circletake.checks.consistency._judge import LEAST_FRAMES, Judged, is_flickering, judge, leading_score
from circletake.checks.consistency._look import CELLS
from circletake.checks.consistency._meter import Track
from circletake.checks.consistency._model import CharacterModel
from circletake.checks.consistency._moments import moments_of
from circletake.checks.consistency._pixels import Mask, small
from circletake.checks.consistency._pool import models_of
from circletake.checks.consistency._say import heat_of, label_of, say_boxes, say_change, say_drift
from circletake.checks.consistency._whole import changed_at, flags_of, read_whole, summary_of
from circletake.checks.protocol import (
    Box,
    CheckContext,
    Picture,
    Rgb,
    Samples,
    SheetRef,
    params_of,
    read_params,
)
from circletake.domain.evidence import Evidence, FlagRange, Heatmap, Moment, Series
from circletake.domain.time import FrameRange, ranges_of
from circletake.media.cutouts import Cutout

_LONG_SIDE_PX = 640
_HEATMAPS = 3
_APART = 12
# Frames in a second of a take that has no rate: a still, or drawings.
_SECOND = 24
_HEAT_FULL = 4.0
# One measurement that stands for the frames around it is no run of drift.
_LEAST_LOOKS = 2
# Drift that is drawn as full, and flicker in Lab.
_DRIFT_FULL, _FLICKER_FULL = 3.0, 20.0


@dataclass(frozen=True, slots=True)
class Params:
    """What a policy may set.

    Args:
        alpha: share of approved shots' frames that may be flagged wrongly, once there are enough of them.
        level: root mean square of what is beyond the take's own best frames at which a frame is flagged,
            while there are not.
        least_frames: shortest run of drift that is flagged, more than one measurement in a long take;
            flicker is flagged at one frame.
    """

    alpha: float = 0.05
    level: float = 0.95
    least_frames: int = LEAST_FRAMES


class ConsistencyMeasure:
    """One take under the consistency check."""

    def __init__(self, context: CheckContext, params: Params) -> None:
        self._context = context
        self._params = params
        self._frames = 0
        self._width_px = context.width_px
        self._references = tuple(sheet.content for sheet in context.references)
        self.cutouts: dict[str, list[Cutout]] = {sheet.character: [] for sheet in context.references}
        boxes = [
            where
            for sheet in context.references
            for where in boxes_for(context.boxes, sheet.character).values()
        ]
        self._boxed = sum(where is not None for where in boxes)
        self._gone, self._masked = len(boxes) - self._boxed, 0
        threads = cv2.getNumThreads()
        cv2.setNumThreads(1)
        try:
            models = models_of(context.references, long_side_px=_LONG_SIDE_PX)
            self._unusable = {
                character: TOO_FEW if model is None else STRANGERS
                for character, model in models.items()
                if model is None or not model.is_of_one
            }
            self._cast = self._cast_of(context.references, models)
        finally:
            cv2.setNumThreads(threads)
        self._grey_sheets = {sheet.content for sheet in context.references if is_grey(sheet)}
        self._in_greys: Cast | None = None
        self._colourless: set[int] = set()
        self._dark: set[int] = set()

    def frame(self, n: int, rgb: Rgb, frame: Picture | None = None) -> None:
        """See the next frame."""
        self._frames = n + 1
        threads = cv2.getNumThreads()
        # One thread: the same bytes on any number of cores.
        cv2.setNumThreads(1)
        try:
            picture = small(rgb, _LONG_SIDE_PX)
            self._width_px = self._width_px or rgb.shape[1]
            # Halved first, which processors do best; nobody looks at it closely.
            tiny = small(small(picture, _LONG_SIDE_PX // 2), TINY_PX)
            if is_dark(tiny):
                self._dark.add(n)
            self._follow(n, picture, frame, is_grey=is_colourless(tiny))
        finally:
            cv2.setNumThreads(threads)

    def _follow(self, n: int, picture: Rgb, frame: Picture | None, *, is_grey: bool) -> None:
        cast = self._cast
        if is_grey:
            # Without colour everybody is looked for as drawn in greys.
            self._colourless.add(n)
            if self._in_greys is None:
                sheets = [sheet_in_greys(sheet) for sheet in self._context.references]
                self._in_greys = self._cast_of(sheets, models_of(sheets, long_side_px=_LONG_SIDE_PX))
            cast = self._in_greys
        mask: Mask | None = None
        if frame is not None and cast.is_one_alone:
            mask = mask_of_alpha(frame.alpha_at(picture.shape[1], picture.shape[0]))
        self._masked += mask is not None
        greys = [model.content in self._grey_sheets for model, _ in cast.trackers]
        drained = without_colour(picture) if any(greys) else picture
        cast.frame(n, [drained if is_so else picture for is_so in greys], mask)

    def _cast_of(self, sheets: Sequence[SheetRef], models: Mapping[str, CharacterModel | None]) -> Cast:
        known = [
            (sheet, model)
            for sheet in sheets
            if sheet.character not in self._unusable and (model := models[sheet.character]) is not None
        ]
        return Cast(self._context, known)

    def sound(self, samples: Samples, rate_hz: int) -> None:
        """Hear nothing: a voice is another check's business."""

    def finish(self) -> Evidence:
        """Say where the character drifted."""
        tracks = self._cast.finish()
        alpha, second = self._params.alpha, round(self._context.rate or _SECOND)
        for model, track in tracks:
            changed = changed_at(track, [one.n for one in track.pictures], second=second)
            self.cutouts[model.character] = [
                Cutout(one.n, one.rgb, one.mask, moved)
                for one, moved in zip(track.pictures, changed, strict=True)
            ]
        # What is known of a character is not taught by what shows it without its colours.
        tracks += self._in_greys.finish() if self._in_greys is not None else []
        found = [(model, self._judged(model, track), track) for model, track in tracks if track.measured]
        seen = {n for _, judged, _ in found for n in judged.frames}
        between = {n for _, judged, track in found for n in set(judged.frames).difference(track.measured)}
        reasons = self._reasons([track for _, track in tracks], seen)
        abstained = ranges_of(list(reasons))
        flags: list[FlagRange] = []
        moments: list[Moment] = []
        whole = [read_whole(model, track, alpha=alpha, second=second) for model, _, track in found]
        for (model, judged, track), readings in zip(found, whole, strict=True):
            who = f"{model.character}: " if len(self._cast.trackers) > 1 else ""
            own = self._flags(model, judged, track, who)
            own += flags_of(readings, own, alpha=alpha, who=who)
            flags.extend(own)
            moments.extend(moments_of(model, judged, track, own))
        flags.sort(key=lambda flag: (flag.frames.start, flag.label))
        worst = self._worst(found, flags)
        flagged = {n for flag in flags for n in range(flag.frames.start, flag.frames.end)}
        summary: dict[str, str | int | bool] = {
            "frames": self._frames,
            "judged": len(seen),
            "measured": len(seen - between),
            "abstained": len(reasons),
            "not_judged": say_why(reasons) if self._cast.trackers else "",
            "colourless": len(self._colourless),
            "sighted": self._sighted(found),
            "flagged": len(flagged),
            "characters": ", ".join(model.character for model, _ in self._cast.trackers) or "none",
            "approved": sum(model.approved for model, _ in self._cast.trackers),
            "model": model_hash(self._context.references),
            "views": sum(sum(not view.mirrored for view in model.views) for model, _ in self._cast.trackers),
            "calibration": ", ".join(
                sorted({model.state(self._params.alpha) for model, _ in self._cast.trackers}) or ["none"]
            ),
            "relit": any(track.light is not None for _, _, track in found),
        }
        if self._cast.assigner.pairs:
            summary["alike"] = self._cast.assigner.alike(self._frames)
        if self._masked:
            summary["masked"] = self._masked
        if self._context.boxes_hash:
            summary |= {"boxes": self._context.boxes_hash, "boxed": self._boxed, "gone": self._gone}
        heads = [model.head for model, _ in self._cast.trackers if model.head is not None]
        if heads:
            summary["head"] = ", ".join(f"{head.hash} of {len(head.answers)} answers" for head in heads)
        summary |= summary_of(
            [
                (model.character, readings, None if judged.state == "uncalibrated" else judged.p)
                for (model, judged, _), readings in zip(found, whole, strict=True)
            ]
        )
        return Evidence(
            check=check.name,
            version=check.version,
            content=self._context.content,
            summary=summary,
            sentence=self._sentence(flags, seen, len(flagged), reasons)
            + self._cast.assigner.say(self._frames)
            + say_boxes(self._boxed, self._gone),
            series=self._series(found),
            flags=tuple(flags),
            worst_frame=worst[0] if worst else flags[0].frames.start if flags else None,
            heatmaps=tuple(self._heatmaps(found, worst)) if flags else (),
            references=self._references,
            abstained=tuple(abstained),
            backend=f"numpy {np.__version__}, cv2 {cv2.__version__}",
            precision="f32",
            params=params_of(self._params),
            moments=tuple(moments),
            interpolated=tuple(ranges_of(sorted(between))),
        )

    def _judged(self, model: CharacterModel, track: Track) -> Judged:
        params = self._params
        return judge(model, track, alpha=params.alpha, level=params.level, least_frames=params.least_frames)

    def _reasons(self, tracks: Sequence[Track], seen: set[int]) -> dict[int, str]:
        """Why each frame in which nobody was judged was not, in order."""
        unfit = {n: why for track in tracks for n, why in track.unfit.items()}
        unfit |= {n: ALIKE for alike in self._cast.assigner.pairs.values() for n in alike}
        return {
            n: unfit.get(n, TOO_DARK if n in self._dark else NOT_FOUND)
            for n in range(self._frames)
            if n not in seen
        }

    def _sighted(self, found: Sequence[tuple[CharacterModel, Judged, Track]]) -> str:
        """How many frames each character was judged in."""
        count = dict.fromkeys((model.character for model, _ in self._cast.trackers), 0)
        for model, judged, _ in found:
            count[model.character] += len(judged.frames)
        return ", ".join(f"{character} {frames}" for character, frames in count.items()) or "none"

    def _series(self, found: Sequence[tuple[CharacterModel, Judged, Track]]) -> tuple[Series, ...]:
        if not self._frames:
            return ()
        columns: list[list[float | None]] = [[None] * self._frames for _ in range(3)]
        for _, judged, _ in found:
            for row, n in enumerate(judged.frames):
                # Of several characters the worst counts; of p the least.
                for column, value, pick in (
                    (columns[0], float(judged.drift[row]), max),
                    (columns[1], float(judged.p[row]), min),
                    (columns[2], float(judged.flicker[row]), max),
                ):
                    before = column[n]
                    column[n] = rounded(value if before is None else pick(before, value))
        return (
            Series("drift", tuple(columns[0]), 0.0, _DRIFT_FULL, 1.0),
            Series("p_value", tuple(columns[1]), 0.0, 1.0),
            Series("flicker", tuple(columns[2]), 0.0, _FLICKER_FULL, unit="Lab"),
        )

    def _flags(self, model: CharacterModel, judged: Judged, track: Track, who: str) -> list[FlagRange]:
        row_of = {n: row for row, n in enumerate(judged.frames)}
        flags = []
        over = [n for n in judged.frames if judged.beyond[row_of[n]] >= 1]
        for frames in ranges_of(over):
            looked = sum(frames.start <= n < frames.end for n in track.measured)
            if frames.frames < self._params.least_frames or looked < _LEAST_LOOKS:
                continue
            rows = [row_of[n] for n in range(frames.start, frames.end)]
            leading = leading_score(judged.excess[rows])
            strength = min(float(judged.beyond[rows].max()) / _DRIFT_FULL, 1.0)
            worst = max(rows, key=lambda row: float(judged.beyond[row]))
            look = track.look_near(judged.frames[worst])[1]
            sentence = who + say_drift(model, look, leading, track.light)
            flags.append(FlagRange(frames, label_of(leading), sentence, round(strength, 6)))
        flags += [
            FlagRange(
                FrameRange(change.start, change.end),
                "sudden_change",
                who + say_change(change),
                round(min(change.strength / _DRIFT_FULL, 1.0), 6),
            )
            for change in judged.changes
            if change.strength >= 1
        ]
        jumping = is_flickering(judged)
        for frames in ranges_of([n for n in judged.frames if jumping[row_of[n]]]):
            most = float(judged.flicker[[row_of[n] for n in range(frames.start, frames.end)]].max())
            flags.append(
                FlagRange(
                    frames,
                    "flicker",
                    f"{who}The character flickers: it jumps by {most:.0f} Lab units and back within a frame.",
                    round(min(most / _FLICKER_FULL, 1.0), 6),
                )
            )
        return flags

    def _worst(
        self, found: Sequence[tuple[CharacterModel, Judged, Track]], flags: Sequence[FlagRange]
    ) -> list[int]:
        """Frames to look at first, worst first, no two within half a second; flagged ones only."""
        inside = {n for flag in flags for n in range(flag.frames.start, flag.frames.end)}
        ranked = sorted(
            (
                (-float(judged.drift[row]) - float(judged.flicker[row]) / _FLICKER_FULL, n)
                for _, judged, track in found
                for row, n in enumerate(judged.frames)
                if n in inside and n in track.looks
            ),
        )
        picked: list[int] = []
        for _, n in ranked:
            if all(abs(n - other) >= _APART for other in picked):
                picked.append(n)
        return picked[:_HEATMAPS]

    def _heatmaps(
        self, found: Sequence[tuple[CharacterModel, Judged, Track]], frames: Sequence[int]
    ) -> list[Heatmap]:
        heatmaps = []
        for n in frames:
            here = [
                (float(judged.drift[row]), model, track)
                for model, judged, track in found
                for row, at in enumerate(judged.frames)
                if at == n and n in track.looks
            ]
            _, model, track = max(here, key=lambda entry: entry[0])
            look = track.looks[n]
            heat, box = heat_of(model, look, track.light), look.box
            cells = np.clip(heat / _HEAT_FULL * 255, 0, 255).round().astype(np.uint8)
            heatmaps.append(self._heatmap(n, cells, box))
        return heatmaps

    def _heatmap(self, n: int, cells: NDArray[np.uint8], box: Box) -> Heatmap:
        longest = max(self._context.width_px, self._context.height_px)
        scale = max(longest / _LONG_SIDE_PX, 1.0)
        x, y, width, height = (round(value * scale) for value in box)
        return Heatmap(n, (x, y, width, height), CELLS, CELLS, cells.tobytes())

    def _sentence(
        self, flags: Sequence[FlagRange], seen: set[int], flagged: int, reasons: Mapping[int, str]
    ) -> str:
        judged = len(seen)
        if not self._context.references:
            return "There is no adopted model sheet to compare with; nothing was judged."
        unusable = " ".join(f"The sheet of {name} {why}" for name, why in self._unusable.items())
        if not judged:
            if not self._cast.trackers or self._cast.assigner.pairs:
                return f"{unusable} Nothing was judged.".strip()
            is_plain = set(reasons.values()) <= {NOT_FOUND}
            why = "The character was not found in any frame; nothing was judged."
            return why if is_plain else f"Nothing was judged: {say_why(reasons)}."
        rest = f" {unusable}" if unusable else ""
        if reasons:
            rest += f" {len(reasons)} of {self._frames} frames were not judged: {say_why(reasons)}."
        if grey := len(seen & self._colourless):
            rest += f" Colours were not judged in {grey} frames: there is no colour in them."
        if not flags:
            return f"Nothing drifts from the sheet in the {judged} frames with the character.{rest}"
        worst = max(flags, key=lambda flag: flag.strength)
        where = f"frames {worst.frames.start}–{worst.frames.end - 1}"
        return f"Drifts from the sheet in {flagged} of {judged} frames; {where}: {worst.sentence}{rest}"


class ConsistencyCheck:
    """Drift of a character from its adopted model sheet."""

    name = "consistency"
    version = 7
    summary = "Where a character stops being the one on its model sheet: colour, parts, shape, flicker."
    long_side_px: int | None = _LONG_SIDE_PX
    wants_references = True
    takes_boxes = True
    Params: ClassVar[type[Any]] = Params

    def begin(self, context: CheckContext) -> ConsistencyMeasure:
        """Start measuring one take.

        Raises:
            ConfigInvalid: the context's params are not ours.
            SheetInvalid: a sheet's boxes cannot be used.
        """
        sheets = [sheet for sheet in context.references if sheet.kind == "character"]
        return ConsistencyMeasure(
            replace(context, references=sheets), read_params(Params, context.params, check=self.name)
        )


check = ConsistencyCheck()
