"""What a take sounds like: paws where the picture sets them down, the bark where the mouth opens, a tune."""

import math

import numpy as np
import numpy.typing as npt

from circletake.domain.time import sample_of
from circletake.generate.acting import pose_at
from circletake.generate.drawing.strings import SAMPLE_RATE_HZ, bark, loudness_lufs, paw, pluck, wind
from circletake.generate.script import RATE, Shot, TakePlan

__all__ = ["SAMPLE_RATE_HZ", "sound_take"]

_TARGET_LUFS = -23.0  # EBU R 128
_CEILING = 10 ** (-3.5 / 20)  # half a decibel below the −3 dBFS that is promised
_BEAT_S = 0.25
_STEPS_PER_CYCLE = 4  # one for each leg
_BARK_OPENS = 0.5

# MIDI note numbers, one a beat, 0 a rest: a gavotte for the parlour, its minor shade for the night.
_DAY_TUNE = (67, 71, 74, 71, 72, 76, 74, 0, 69, 72, 71, 67, 66, 69, 67, 0)
_DAY_BASS = (43, 0, 50, 0, 48, 0, 50, 0, 45, 0, 47, 0, 50, 0, 43, 0)
_NIGHT_TUNE = (64, 0, 67, 0, 71, 0, 69, 67, 66, 0, 64, 0, 63, 0, 64, 0)
_NIGHT_BASS = (40, 0, 0, 0, 47, 0, 0, 0, 45, 0, 0, 0, 47, 0, 0, 0)


def _pitch_hz(note: int) -> float:
    return 440.0 * 2 ** ((note - 69) / 12)


class _Desk:
    """A stereo mix of a fixed length."""

    def __init__(self, count: int) -> None:
        self.mix = np.zeros((count, 2))

    def put(self, wave: npt.NDArray[np.float64], at: int, gain: float, pan: float = 0.0) -> None:
        """Lay a wave into the mix from sample `at`; pan −1 left … 1 right, of constant power."""
        end = min(len(self.mix), at + len(wave))
        if at < 0 or end <= at:
            return
        angle = (pan + 1) * math.pi / 4
        self.mix[at:end, 0] += wave[: end - at] * gain * math.cos(angle)
        self.mix[at:end, 1] += wave[: end - at] * gain * math.sin(angle)


def _tune(desk: _Desk, shot: Shot, chance: np.random.Generator) -> None:
    is_night = shot.background == "garden"
    lines = (
        ((_NIGHT_TUNE, 0.30, 0.25), (_NIGHT_BASS, 0.34, -0.3))
        if is_night
        else ((_DAY_TUNE, 0.34, 0.25), (_DAY_BASS, 0.36, -0.3))
    )
    # Each shot goes on in the tune where the one before it left off.
    offset = (int(shot.code[2:]) // 10 - 1) * 5
    beats = math.ceil(shot.frames / float(RATE) / _BEAT_S)
    for notes, gain, pan in lines:
        for beat in range(beats):
            note = notes[(beat + offset) % len(notes)]
            if note:
                at = round((beat * _BEAT_S + chance.uniform(0, 0.012)) * SAMPLE_RATE_HZ)
                desk.put(pluck(_pitch_hz(note), 0.9, chance, bright=0.4 if is_night else 0.6), at, gain, pan)


def _actions(desk: _Desk, shot: Shot, plan: TakePlan, chance: np.random.Generator) -> None:
    is_hard = shot.background == "parlour"
    before = pose_at(shot, plan, 0)
    for n in range(1, shot.frames):
        pose = pose_at(shot, plan, n)
        at = sample_of(n, RATE, SAMPLE_RATE_HZ)
        pan = min(1.0, max(-1.0, (pose.x - 480) / 600))
        if pose.stride and int(pose.step * _STEPS_PER_CYCLE) > int(before.step * _STEPS_PER_CYCLE):
            desk.put(paw(chance, is_hard=is_hard), at, float(chance.uniform(0.55, 0.75)), pan)
        if not pose.stride and before.lift > 0 and pose.lift == 0:
            for late in (0, 1400):
                desk.put(paw(chance, is_hard=is_hard), at + late, 1.3, pan)
        if (
            shot.code == "SH060"
            and before.mouth_open < _BARK_OPENS <= pose.mouth_open
            and pose.head_pitch_deg > 1
        ):
            desk.put(bark(chance), at, 0.8, pan)
        before = pose


def sound_take(shot: Shot, plan: TakePlan) -> npt.NDArray[np.float32]:
    """Return the sound of a take, as long as its picture to the sample.

    Returns:
        n×2, float32, 48 kHz, about −23 LUFS and below −3 dBFS.
    """
    chance = np.random.default_rng(plan.seed)
    count = sample_of(shot.frames, RATE, SAMPLE_RATE_HZ)
    desk = _Desk(count)
    _tune(desk, shot, chance)
    _actions(desk, shot, plan, chance)
    if shot.background == "garden":
        desk.put(wind(count, chance), 0, 0.035, -0.2)
        desk.put(wind(count, chance), 0, 0.035, 0.2)
    edge = np.minimum(1, np.minimum(np.arange(count) + 1, np.arange(count)[::-1] + 1) / 240)
    mix = desk.mix * edge[:, None]
    mix *= 10 ** ((_TARGET_LUFS - loudness_lufs(mix)) / 20)
    knee = _CEILING * 0.6
    loud = np.abs(mix) > knee
    mix[loud] = np.sign(mix[loud]) * (
        knee + (_CEILING - knee) * np.tanh((np.abs(mix[loud]) - knee) / (_CEILING - knee))
    )
    return mix.astype(np.float32)
