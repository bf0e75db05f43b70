"""The check “technical”: black, freeze, flash, flicker, cadence, damage, silence, clipping, loudness."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import cv2
import numpy as np

from circletake.checks.codec import rounded
from circletake.checks.protocol import CheckContext, Picture, Rgb, Samples, params_of, read_params
from circletake.checks.technical._cadence import Cadence, cadence_of
from circletake.checks.technical._flash import FlashMeter
from circletake.checks.technical._flicker import flicker_runs
from circletake.checks.technical._picture import STILL, PictureMeter, Run, luma_of, runs_of
from circletake.checks.technical._sound import Heard, SoundMeter
from circletake.domain.evidence import Evidence, FlagRange, Series
from circletake.domain.time import FrameRange

_DEFAULT_RATE = Fraction(24)


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
    """

    black_s: float = 0.5
    freeze_s: float = 1.0
    silence_s: float = 0.5
    true_peak_dbtp: float = -1.0
    loudness_lufs: float = 0.0
    loudness_within_lu: float = 0.5


class TechnicalMeasure:
    """One content under the technical check."""

    def __init__(self, context: CheckContext, params: Params) -> None:
        self._context = context
        self._params = params
        self._rate = context.rate or _DEFAULT_RATE
        self._picture = PictureMeter()
        self._flash = FlashMeter()
        self._sound: SoundMeter | None = None

    def frame(self, n: int, rgb: Rgb, frame: Picture | None = None) -> None:  # noqa: ARG002 (frames come in order)
        """See the next frame."""
        luma = luma_of(rgb)
        self._picture.frame(rgb, luma, is_corrupt=frame is not None and frame.is_corrupt)
        self._flash.frame(luma)

    def sound(self, samples: Samples, rate_hz: int) -> None:
        """Hear the next samples."""
        if self._sound is None:
            self._sound = SoundMeter(rate_hz=rate_hz, channels=samples.shape[1])
        self._sound.sound(samples)

    def finish(self) -> Evidence:
        """Say what is broken."""
        heard = self._sound.finish() if self._sound else None
        flags = sorted(
            [*self._picture_flags(), *(self._sound_flags(heard) if heard else [])],
            key=lambda flag: (flag.frames.start, flag.label),
        )
        summary: dict[str, str | int | bool] = {"frames": len(self._picture.mean_luma)}
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
                f"Every {found.every}th frame is the one before it again: {_spoken(slower)} frames a second"
                f" shown as {_spoken(self._rate)}."
            )
            return [_flag(whole, "doubled", said, 0.6)]
        said = "The picture before comes again while all around it moves: a frame is doubled."
        flags = [_flag(run, "doubled", said, 0.6) for run in found.doubled]
        said = "The movement takes two steps at once: a frame seems to be missing before this one."
        return flags + [_flag(run, "dropped", said, 0.5) for run in found.dropped]

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
    "black": "black",
    "broken": "damaged frames",
    "clipping": "clipped sound",
    "doubled": "doubled frames",
    "dropped": "dropped frames",
    "flash": "harmful flashing",
    "flicker": "flickering light",
    "freeze": "frozen picture",
    "loudness": "loudness off target",
    "peak": "true peak too high",
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
    """Black, freeze, flash, flicker, cadence, damage and loudness of any content."""

    name = "technical"
    version = 2
    summary = (
        "Black, frozen, doubled, dropped, flashing, flickering, damaged frames; silence, clipping, loudness."
    )
    long_side_px: int | None = 640
    wants_references = False
    Params: ClassVar[type[Any]] = Params

    def begin(self, context: CheckContext) -> TechnicalMeasure:
        """Start measuring one content.

        Raises:
            ConfigInvalid: the context's params are not ours.
        """
        return TechnicalMeasure(context, read_params(Params, context.params, check=self.name))


check = TechnicalCheck()
