"""The check “technical”: what is broken in picture, signal and sound, whatever the story is."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import cv2
import numpy as np

from circletake.checks.codec import rounded
from circletake.checks.protocol import CheckContext, Picture, Rgb, Samples, params_of, read_params
from circletake.checks.technical._bars import Bars, bar_changes
from circletake.checks.technical._cadence import Cadence, cadence_of
from circletake.checks.technical._flash import FlashMeter
from circletake.checks.technical._flicker import flicker_runs
from circletake.checks.technical._levels import LevelMeter, worst_of
from circletake.checks.technical._looks import Looks, runs_over
from circletake.checks.technical._offset import offsets
from circletake.checks.technical._picture import STILL, PictureMeter, Run, luma_of, runs_of
from circletake.checks.technical._sound import Heard, SoundMeter
from circletake.domain.evidence import Evidence, FlagRange, Series
from circletake.domain.time import FrameRange

_DEFAULT_RATE = Fraction(24)
_TEN_PER_CENT = 0.1
_DOUBTS = {
    "burnt": (
        "The signal goes far below black and far above white all through, as full range read as limited does:"
        " blacks are crushed and whites burn. Export it again with the range it was made in."
    ),
    "washed": (
        "Black is a dark grey and white a light one all through, as limited range read as full shows:"
        " export it again with the range it was made in."
    ),
}


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds; those without a standard are starting values, a policy may change them.

    Args:
        black_s: shortest run of black that is flagged wherever it is; a shorter one only between pictures.
        freeze_s: shortest frozen run that is flagged.
        silence_s: shortest silence that is flagged, in sound that is not silent throughout.
        true_peak_dbtp: highest true peak that is not flagged (EBU R 128: −1).
        loudness_lufs: programme loudness to hold; 0 measures without asking.
        loudness_within_lu: how far from it is fine (EBU R 128: ±0.5).
        banding_share: share of the picture in false contours from which they are flagged; a clean film that
            is strongly compressed stays under a third of it.
        rgb_low_pct: lowest R'G'B' that is inside, 0 is black (EBU R 103: −5).
        rgb_high_pct: highest, 100 is white (EBU R 103: 105).
        luma_low_pct: lowest luma (EBU R 103: −5; its first version: −1).
        luma_high_pct: highest (EBU R 103: 105; its first version: 103).
        level_area_pct: share of the picture that may be outside (EBU R 103: 1).
        sound_early_ms: how long before the picture a file's sound may start (EBU R 37: 40).
        sound_late_ms: how long after it (EBU R 37: 60). Neither is asked for less than a frame.
        sound_length_ms: how far the ends of both may be apart; where ITU-R BT.1359 ends what is acceptable.
    """

    black_s: float = 0.5
    freeze_s: float = 1.0
    silence_s: float = 0.5
    true_peak_dbtp: float = -1.0
    loudness_lufs: float = 0.0
    loudness_within_lu: float = 0.5
    banding_share: float = 0.03
    rgb_low_pct: float = -5.0
    rgb_high_pct: float = 105.0
    luma_low_pct: float = -5.0
    luma_high_pct: float = 105.0
    level_area_pct: float = 1.0
    sound_early_ms: float = 40.0
    sound_late_ms: float = 60.0
    sound_length_ms: float = 185.0


class TechnicalMeasure:
    """One content under the technical check."""

    def __init__(self, context: CheckContext, params: Params) -> None:
        self._context = context
        self._params = params
        self._rate = context.rate or _DEFAULT_RATE
        self._picture = PictureMeter()
        self._flash = FlashMeter()
        self._levels = LevelMeter(
            rgb=(params.rgb_low_pct / 100, params.rgb_high_pct / 100),
            luma=(params.luma_low_pct / 100, params.luma_high_pct / 100),
        )
        self._looks = Looks(self._levels)
        self._sound: SoundMeter | None = None

    def frame(self, n: int, rgb: Rgb, frame: Picture | None = None) -> None:  # noqa: ARG002 (frames come in order)
        """See the next frame."""
        luma = luma_of(rgb)
        self._picture.frame(rgb, luma, is_corrupt=frame is not None and frame.is_corrupt)
        self._flash.frame(luma)
        self._looks.frame(luma, frame)

    def sound(self, samples: Samples, rate_hz: int) -> None:
        """Hear the next samples."""
        if self._sound is None:
            self._sound = SoundMeter(rate_hz=rate_hz, channels=samples.shape[1])
        self._sound.sound(samples)

    def finish(self) -> Evidence:
        """Say what is broken."""
        heard = self._sound.finish() if self._sound else None
        flags = sorted(
            [
                *self._picture_flags(),
                *self._signal_flags(),
                *self._offset_flags(),
                *(self._sound_flags(heard) if heard else []),
            ],
            key=lambda flag: (flag.frames.start, flag.label),
        )
        summary: dict[str, str | int | bool] = {
            "frames": len(self._picture.mean_luma),
            # What RGB alone shows was clipped on its way here: levels are then not known, not fine.
            "levels": any(share is not None for share in self._looks.outside),
        }
        for label in sorted({flag.label for flag in flags}):
            summary[label] = sum(1 for flag in flags if flag.label == label)
        summary.update(_sound_summary(heard))
        return Evidence(
            check=check.name,
            version=check.version,
            content=self._context.content,
            summary=summary,
            sentence=_sentence(flags, frames=len(self._picture.mean_luma), heard=heard),
            series=self._series(),
            flags=tuple(flags),
            worst_frame=max(flags, key=lambda flag: flag.strength).frames.start if flags else None,
            backend=f"numpy {np.__version__}, cv2 {cv2.__version__}",
            precision="f32",
            params=params_of(self._params),
        )

    def _series(self) -> tuple[Series, ...]:
        picture = self._picture
        if not picture.mean_luma:
            return ()
        return (
            Series("luma", tuple(rounded(value) for value in picture.mean_luma), 0.0, 255.0, unit="code"),
            # A cut may differ by anything; sixteen code values draws motion so that it can be read.
            Series(
                "difference", tuple(rounded(min(value, 255.0)) for value in picture.difference), 0.0, 16.0
            ),
            Series("clipped", tuple(rounded(value) for value in picture.clipped_share), 0.0, 1.0),
            Series(
                "banded",
                tuple(rounded(value) for value in self._looks.banded),
                0.0,
                1.0,
                self._params.banding_share,
            ),
            Series(
                "outside",
                tuple(rounded(value) for value in self._looks.outside),
                0.0,
                1.0,
                self._params.level_area_pct / 100,
            ),
        )

    def _picture_flags(self) -> list[FlagRange]:
        params, picture, total = self._params, self._picture, len(self._picture.mean_luma)
        flags: list[FlagRange] = []
        for run in picture.black_runs():
            # A short black at an end is how a fade begins or ends; between pictures it is a hole.
            inside = run.start > 0 and run.end < total
            if total > 1 and (inside or run.frames >= params.black_s * self._rate):
                flags.append(_flag(run, "black", f"Black for {self._lasts(run)}.", 1.0 if inside else 0.6))
        flags.extend(
            _flag(run, "freeze", f"The picture stands still for {self._lasts(run)}.", 0.6)
            for run in picture.frozen_runs()
            if run.frames >= params.freeze_s * self._rate
        )
        for run in picture.corrupt_runs():
            said = f"The file is damaged here for {self._lasts(run)}; the decoder made up what is missing."
            flags.append(_flag(run, "broken", said, 1.0))
        flags.extend(
            _flag(run, "flash", "More than three flashes in one second: this can harm people.", 1.0)
            for run in self._flash.runs(self._context.rate)
        )
        if self._context.rate is not None:
            flags.extend(self._cadence_flags(cadence_of(picture.difference, still=STILL)))
            flags.extend(
                _flag(run, "flicker", "The light of the whole picture jumps and comes back.", 0.7)
                for run in flicker_runs(picture.mean_luma, picture.agreement)
                if not any(picture.is_black[run.start : run.end])
            )
        return flags

    def _cadence_flags(self, found: Cadence) -> list[FlagRange]:
        if found.every is not None:
            whole = Run(found.doubled[0].start, found.doubled[-1].end)
            slower = self._rate * (found.every - 1) / found.every
            said = (
                f"Every {_ordinal(found.every)} frame is the one before it again: {_spoken(slower)} frames"
                f" a second shown as {_spoken(self._rate)}."
            )
            return [_flag(whole, "doubled", said, 0.6)]
        said = "The picture before comes again while all around it moves: a frame is doubled."
        flags = [_flag(run, "doubled", said, 0.6) for run in found.doubled]
        said = "The movement takes two steps at once: a frame seems to be missing before this one."
        return flags + [_flag(run, "dropped", said, 0.5) for run in found.dropped]

    def _signal_flags(self) -> list[FlagRange]:
        params, looks = self._params, self._looks
        whole = Run(0, max(len(self._picture.mean_luma), 1))
        flags = []
        for run in runs_over(looks.banded, params.banding_share):
            share = worst_of(looks.banded, run.start, run.end)
            said = (
                f"A smooth gradient breaks into bands on {_per_cent(share)} of the picture;"
                f" render it with more bits, or with a little grain."
            )
            flags.append(_flag(run, "banding", said, 0.5))
        doubt = self._levels.doubt()
        if doubt is not None:
            flags.append(_flag(whole, "range", _DOUBTS[doubt], 0.6))
        if doubt != "burnt":  # which says why, and of all of it
            for run in runs_over(looks.outside, params.level_area_pct / 100):
                share = worst_of(looks.outside, run.start, run.end)
                said = (
                    f"Luma leaves {params.luma_low_pct:g}…{params.luma_high_pct:g} % or R'G'B'"
                    f" {params.rgb_low_pct:g}…{params.rgb_high_pct:g} % on {_per_cent(share)} of the picture;"
                    f" bring it inside in the grade."
                )
                flags.append(_flag(run, "levels", said, 0.5))
        for change in bar_changes(looks.bars):
            said = (
                f"The black bars change: the picture is {self._inside(change.bars)} here and"
                f" {self._inside(change.usual)} elsewhere in the take."
            )
            flags.append(_flag(change.run, "bars", said, 0.5))
        return flags

    def _inside(self, bars: Bars) -> str:
        top, bottom, left, right = bars
        width, height = self._looks.size_px
        across = self._context.width_px * (width - left - right) / width
        down = self._context.height_px * (height - top - bottom) / height
        return f"{across:.0f}×{down:.0f}"

    def _offset_flags(self) -> list[FlagRange]:
        context, params = self._context, self._params
        if context.rate is None:
            return []
        return [
            _flag(run, label, said, 0.5)
            for run, label, said in offsets(
                starts_s=context.sound_starts_s,
                ends_s=context.sound_ends_s,
                rate=context.rate,
                n_frames=len(self._picture.mean_luma),
                early_ms=params.sound_early_ms,
                late_ms=params.sound_late_ms,
                length_ms=params.sound_length_ms,
            )
        ]

    def _sound_flags(self, heard: Heard) -> list[FlagRange]:
        params, flags = self._params, []
        whole = Run(0, max(len(self._picture.mean_luma), 1))
        if heard.loudness.integrated_lufs is not None:
            for a, b in heard.silences:
                if b - a >= params.silence_s * heard.rate_hz:
                    said = f"Silent for {(b - a) / heard.rate_hz:.1f} s."
                    flags.append(_flag(self._frames_of(a, b, heard), "silence", said, 0.4))
        clipped = [False] * whole.end
        for a, b in heard.clips:
            run = self._frames_of(a, b, heard)
            clipped[run.start : run.end] = [True] * run.frames
        flags.extend(
            _flag(run, "clipping", "The sound is cut off at full scale.", 0.8) for run in runs_of(clipped)
        )
        peak, loud = heard.loudness.true_peak_dbtp, heard.loudness.integrated_lufs
        if peak is not None and peak > params.true_peak_dbtp:
            said = f"The true peak is {peak:.1f} dBTP, above {params.true_peak_dbtp:g}."
            flags.append(_flag(whole, "peak", said, 0.5))
        wanted = params.loudness_lufs
        if wanted and loud is not None and abs(loud - wanted) > params.loudness_within_lu:
            said = f"The loudness is {loud:.1f} LUFS, wanted {wanted:g} ±{params.loudness_within_lu:g}."
            flags.append(_flag(whole, "loudness", said, 0.7))
        return flags

    def _frames_of(self, first: int, last: int, heard: Heard) -> Run:
        # Sample s is heard during frame floor(s·rate/rate_hz); never accumulated.
        total = max(len(self._picture.mean_luma), 1)
        start = min(int(first * self._rate / heard.rate_hz), total - 1)
        end = min(int((last - 1) * self._rate / heard.rate_hz) + 1, total)
        return Run(start, max(end, start + 1))

    def _lasts(self, run: Run) -> str:
        return f"{run.frames} frame{'s' if run.frames > 1 else ''} ({float(run.frames / self._rate):.2f} s)"


def _spoken(rate: Fraction) -> str:
    return f"{float(rate):.5g}"


def _per_cent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= _TEN_PER_CENT else f"{100 * share:.1f} %"


def _ordinal(number: int) -> str:
    """Write an ordinal with its figure.

    >>> [_ordinal(number) for number in (1, 2, 3, 5, 11, 12, 21, 112, 122)]
    ['1st', '2nd', '3rd', '5th', '11th', '12th', '21st', '112th', '122nd']
    """
    is_teen = number // 10 % 10 == 1
    return f"{number}{'th' if is_teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _flag(run: Run, label: str, sentence: str, strength: float) -> FlagRange:
    return FlagRange(FrameRange(run.start, run.end), label, sentence, strength)


def _sound_summary(heard: Heard | None) -> dict[str, str | int | bool]:
    if heard is None or not heard.samples:
        return {"sound": "none"}
    if heard.peak == 0:
        return {"sound": "silent"}
    reading = heard.loudness
    said: dict[str, str | int | bool] = {
        "sound": "heard" if reading.integrated_lufs is not None else "no reading"
    }
    if reading.integrated_lufs is not None:
        said["loudness_lufs"] = f"{reading.integrated_lufs:.1f}"
    if reading.range_lu is not None:
        said["range_lu"] = f"{reading.range_lu:.1f}"
    if reading.true_peak_dbtp is not None:
        said["true_peak_dbtp"] = f"{reading.true_peak_dbtp:.1f}"
    return said


_SPOKEN = {
    "banding": "banding",
    "bars": "changing black bars",
    "black": "black",
    "broken": "damaged frames",
    "clipping": "clipped sound",
    "doubled": "doubled frames",
    "dropped": "dropped frames",
    "flash": "harmful flashing",
    "flicker": "flickering light",
    "freeze": "frozen picture",
    "length": "sound and picture of unlike length",
    "levels": "levels out of range",
    "loudness": "loudness off target",
    "offset": "sound that starts apart from the picture",
    "peak": "true peak too high",
    "range": "doubtful range",
    "silence": "silence",
}


def _sentence(flags: list[FlagRange], *, frames: int, heard: Heard | None) -> str:
    if not frames and (heard is None or not heard.samples):
        return "There was nothing to measure."
    if not flags:
        return "Nothing technical stands out."
    first = flags[0]
    kinds = ", ".join(_SPOKEN[label] for label in sorted({flag.label for flag in flags}))
    return f"Found {kinds}; first at frame {first.frames.start}: {first.sentence}"


class TechnicalCheck:
    """What is broken in any content's picture, signal and sound."""

    name = "technical"
    version = 5
    summary = (
        "Black, frozen, doubled, dropped, flashing, flickering, damaged frames; banding, levels, range, black"
        " bars; silence, clipping, loudness, sound apart from the picture."
    )
    # What the other checks ask for too: a frame is made smaller once for all.
    long_side_px: int | None = 480
    wants_references = False
    Params: ClassVar[type[Any]] = Params

    def begin(self, context: CheckContext) -> TechnicalMeasure:
        """Start measuring one content.

        Raises:
            ConfigInvalid: the context's params are not ours.
        """
        return TechnicalMeasure(context, read_params(Params, context.params, check=self.name))


check = TechnicalCheck()
