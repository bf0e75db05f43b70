"""An orchestra of arithmetic: plucked strings, paws on the floor, a bark, wind; and how loud it is."""

import math

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float64]
SAMPLE_RATE_HZ = 48000
_BLOCK_S, _HOP_S = 0.4, 0.1
_ABSOLUTE_GATE_LUFS, _RELATIVE_GATE_LU = -70.0, -10.0


def pluck(pitch_hz: float, seconds: float, chance: np.random.Generator, *, bright: float = 0.5) -> Samples:
    """Return a plucked string.

    Source:
        Karplus and Strong, “Digital synthesis of plucked-string and drum timbres”, 1983.
    """
    period = max(2, round(SAMPLE_RATE_HZ / pitch_hz))
    string = chance.uniform(-1, 1, period)
    for _ in range(round((1 - bright) * 6)):
        string = (string + np.roll(string, 1)) / 2
    turns = math.ceil(seconds * pitch_hz) + 1
    played = np.empty((turns, period))
    for turn in range(turns):
        played[turn] = string
        string = 0.996 * (string + np.roll(string, 1)) / 2
    wave = played.reshape(-1)[: round(seconds * SAMPLE_RATE_HZ)]
    wave = wave - wave.mean()
    fade = np.minimum(1, np.arange(len(wave))[::-1] / (0.03 * SAMPLE_RATE_HZ))
    return np.asarray(wave * fade / max(1e-9, float(np.abs(wave).max())), dtype=np.float64)


def shaped_noise(count: int, low_hz: float, high_hz: float, chance: np.random.Generator) -> Samples:
    """Return noise between two frequencies, falling off softly beyond them, of unit RMS."""
    spectrum = np.fft.rfft(chance.standard_normal(count))
    at = np.maximum(np.fft.rfftfreq(count, 1 / SAMPLE_RATE_HZ), 1e-3)
    spectrum *= 1 / (1 + (low_hz / at) ** 4) / (1 + (at / high_hz) ** 4)
    wave = np.fft.irfft(spectrum, count)
    return np.asarray(wave / max(1e-9, float(np.sqrt(np.mean(wave**2)))), dtype=np.float64)


def paw(chance: np.random.Generator, *, is_hard: bool) -> Samples:
    """Return one paw on tiles (hard, with a click of claws) or on a path."""
    count = SAMPLE_RATE_HZ // 8
    t = np.arange(count) / SAMPLE_RATE_HZ
    thump = np.sin(2 * np.pi * (70 * t + 1.6 * (1 - np.exp(-t * 60)))) * np.exp(-t * 48)
    click = shaped_noise(count, 1800, 5200, chance) * np.exp(-t * (190 if is_hard else 320))
    scuff = shaped_noise(count, 300, 1400, chance) * np.exp(-t * 70)
    return np.asarray(0.7 * thump + (0.16 if is_hard else 0.05) * click + (0.05 if is_hard else 0.14) * scuff)


def bark(chance: np.random.Generator, *, pitch_hz: float = 430.0) -> Samples:
    """Return one bark: a voice that falls, through two formants, with breath."""
    count = round(0.26 * SAMPLE_RATE_HZ)
    t = np.arange(count) / SAMPLE_RATE_HZ
    glide = pitch_hz * (0.72 + 0.5 * np.exp(-t * 14) - 0.35 * t / t[-1])
    phase = np.cumsum(glide) / SAMPLE_RATE_HZ
    voice = 2 * (phase % 1) - 1 + 0.35 * chance.standard_normal(count)
    spectrum = np.fft.rfft(voice)
    at = np.fft.rfftfreq(count, 1 / SAMPLE_RATE_HZ)
    formants = sum(
        gain / (1 + ((at - centre) / wide) ** 2)
        for centre, wide, gain in ((760, 160, 1.0), (1500, 260, 0.7), (2900, 600, 0.22))
    )
    wave = np.fft.irfft(spectrum * formants, count)
    envelope = np.minimum(1, t / 0.012) * np.exp(-np.maximum(0, t - 0.07) * 17)
    wave = wave * envelope
    return np.asarray(wave / np.abs(wave).max(), dtype=np.float64)


def wind(count: int, chance: np.random.Generator) -> Samples:
    """Return wind that comes and goes."""
    body = shaped_noise(count, 120, 520, chance)
    whistle = shaped_noise(count, 640, 900, chance)
    t = np.arange(count) / SAMPLE_RATE_HZ
    start = chance.uniform(0, 2 * np.pi)
    gust = 0.6 + 0.4 * np.sin(2 * np.pi * t / 2.2 + start)
    return np.asarray(body * gust + 0.35 * whistle * gust**2, dtype=np.float64)


def _k_weighting(at_hz: npt.NDArray[np.floating]) -> Samples:
    z = np.exp(-2j * np.pi * at_hz / SAMPLE_RATE_HZ)
    shelf = (1.53512485958697 - 2.69169618940638 * z + 1.19839281085285 * z**2) / (
        1 - 1.69065929318241 * z + 0.73248077421585 * z**2
    )
    high_pass = (1 - 2 * z + z**2) / (1 - 1.99004745483398 * z + 0.99007225036621 * z**2)
    return np.asarray(np.abs(shelf * high_pass), dtype=np.float64)


def loudness_lufs(samples: npt.NDArray[np.floating]) -> float:
    """Return the integrated loudness of sound.

    Args:
        samples: n×channels at 48 kHz, at least 0.4 s.

    Source:
        ITU-R BS.1770-4, annex 1: K weighting (its magnitude alone, all that energy sees), both gates.
    """
    count = len(samples)
    weighted = np.fft.irfft(
        np.fft.rfft(samples, axis=0) * _k_weighting(np.fft.rfftfreq(count, 1 / SAMPLE_RATE_HZ))[:, None],
        count,
        axis=0,
    )
    energy = np.concatenate([[0.0], np.cumsum((weighted**2).sum(1))])
    block, hop = round(_BLOCK_S * SAMPLE_RATE_HZ), round(_HOP_S * SAMPLE_RATE_HZ)
    starts = np.arange(0, count - block + 1, hop)
    power = np.maximum((energy[starts + block] - energy[starts]) / block, 1e-12)
    level = -0.691 + 10 * np.log10(power)
    power = power[level > _ABSOLUTE_GATE_LUFS]
    if not len(power):
        return -math.inf
    gate = -0.691 + 10 * math.log10(power.mean()) + _RELATIVE_GATE_LU
    return float(-0.691 + 10 * math.log10(power[-0.691 + 10 * np.log10(power) > gate].mean()))
