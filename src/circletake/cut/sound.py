"""The cut's sound, mixed whole: every voice on the sample grid of the whole film, summed where they meet."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil

import numpy as np
from numpy.typing import NDArray

from circletake.domain.cut import NORMAL, CutVersion, Slot, SoundClip
from circletake.domain.time import FrameRange, sample_of
from circletake.ledger.canonical import canonical
from circletake.media.manifest import Clip, read_manifest
from circletake.media.source import RATE_HZ, Source
from circletake.media.store import ContentStore
from circletake.media.tempo import RULE as STRETCH
from circletake.media.tempo import is_stretched, stretched

Samples = NDArray[np.float32]

FADE_S = Fraction(5, 1000)  # long enough that a join does not click, too short to be heard as a fade
MIX = "sum-1"
"""The rule by which voices are mixed; part of the key of a cut's sound."""
_CENTIBELS = 2000.0  # hundredths of a decibel to a factor of ten


@dataclass(frozen=True, slots=True)
class Voice:
    """A piece of one source that is heard.

    Args:
        content: SHA-256 of where it comes from.
        first: sample of the source that is heard first.
        start: sample of the film at which that is.
        end: first sample of the film at which it is over.
        gain_mb: in whole hundredths of a decibel.
        rise: samples over which it comes up.
        fall: samples over which it goes down at its end.
        speed: samples of the source that go by in the time of one; its pitch stays.
    """

    content: str
    first: int
    start: int
    end: int
    gain_mb: int = 0
    rise: int = 0
    fall: int = 0
    speed: Fraction = NORMAL

    def plain(self) -> list[str | int]:
        """As data that a hash is made of."""
        told: list[str | int] = [self.content, self.first, self.start, self.end, self.gain_mb]
        told += [self.rise, self.fall]
        if self.speed == NORMAL:
            return told
        return [*told, STRETCH, self.speed.numerator, self.speed.denominator]


def voices_of(store: ContentStore, cut: CutVersion, sources: dict[str, Source | None]) -> list[Voice]:
    """What is heard where.

    A cut with sound clips is heard by them alone; one without by its slots' own sound, which crosses over
    where pictures dissolve. A slot that runs at another speed is heard at its own pitch, and is silent
    where it runs so fast or slow that nothing could be made out; see `unheard`.

    Args:
        sources: content → its opened source, of every content that has sound.
    """
    if cut.sound:
        heard = (clip for clip in cut.sound if clip.take is not None and _sounds(sources, clip.take))
        return [_clip_voice(cut, clip, sources) for clip in heard]
    return list(_slot_voices(store, cut, sources))


def unheard(cut: CutVersion) -> list[str]:
    """Of which slots nothing is heard because of their speed, a sentence each."""
    return [
        f"{slot.shot} {_said(slot.speed)} and is silent: lay sound for it."
        for slot in cut.slots
        if not cut.sound and slot.take is not None and not is_stretched(slot.speed)
    ]


def _said(speed: Fraction) -> str:
    return f"runs at {float(speed):.3g} times its speed" if speed else "is held still"


def sound_key(cut: CutVersion, voices: Sequence[Voice], settings: dict[str, object]) -> str:
    """SHA-256 (hex) of everything that decides a cut's sound.

    Args:
        settings: of its encoding and its level.
    """
    made_of: dict[str, object] = {
        "v": 1,
        "mix": MIX,
        "voices": [voice.plain() for voice in voices],
        "frames": cut.n_frames,
        "rate": [cut.rate.numerator, cut.rate.denominator],
        **settings,
    }
    return hashlib.sha256(canonical(made_of)).hexdigest()


def mix(
    voices: Sequence[Voice], sources: dict[str, Source | None], *, n_samples: int, rate_hz: int = RATE_HZ
) -> Iterator[Samples]:
    """Mix voices, block by block.

    Args:
        sources: content → its opened source.
        n_samples: of the whole film.

    Yields:
        float32 [n, 2], without a hole between them; louder than full scale where the sum is.
    """
    waiting = sorted(voices, key=lambda voice: (voice.start, voice.end))
    playing: list[_Playing] = []
    for start in range(0, n_samples, rate_hz):
        end = min(start + rate_hz, n_samples)
        block = np.zeros((end - start, 2), np.float32)
        while waiting and waiting[0].start < end:
            voice = waiting.pop(0)
            source = sources[voice.content]
            if source is not None:
                playing.append(_Playing(voice, source, rate_hz))
        for one in playing:
            one.add_to(block, start)
        playing = [one for one in playing if one.voice.end > end]
        yield block


class _Playing:
    """A voice that is being heard; silence fills what its source lacks."""

    def __init__(self, voice: Voice, source: Source, rate_hz: int) -> None:
        self.voice = voice
        count = voice.end - voice.start
        if voice.speed == NORMAL:
            self._blocks = source.sound_from(voice.first, count, rate_hz=rate_hz)
        else:  # a second more, as stretching looks ahead
            heard = source.sound_from(voice.first, ceil(count * voice.speed) + rate_hz, rate_hz=rate_hz)
            self._blocks = stretched(heard, voice.speed, count=count, rate_hz=rate_hz)
        self._left: Samples = np.zeros((0, 2), np.float32)
        self._at = voice.start
        self._gain = np.float32(10 ** (voice.gain_mb / _CENTIBELS))

    def add_to(self, block: Samples, start: int) -> None:
        """Add what is heard of it in a block that begins at a sample of the film."""
        until = min(start + len(block), self.voice.end)
        while self._at < until:
            if not len(self._left):
                self._left = next(self._blocks, np.zeros((until - self._at, 2), np.float32))
                continue
            count = min(len(self._left), until - self._at)
            piece, self._left = self._left[:count], self._left[count:]
            place = self._at - start
            block[place : place + count] += piece * self._envelope(count)
            self._at += count

    def _envelope(self, count: int) -> Samples:
        voice = self.voice
        place = np.arange(
            self._at - voice.start, self._at - voice.start + count, dtype=np.float32
        ) + np.float32(0.5)
        gain = np.full(count, self._gain, np.float32)
        if voice.rise:
            gain *= _curve(place / np.float32(voice.rise))
        if voice.fall:
            gain *= _curve((voice.end - voice.start - place) / np.float32(voice.fall))
        return gain[:, np.newaxis]


def _curve(share: NDArray[np.float32]) -> NDArray[np.float32]:
    """Equal power: two that cross over are together as loud as each alone."""
    return np.asarray(np.sin(np.clip(share, 0, 1) * np.float32(np.pi / 2)), np.float32)


def _sounds(sources: dict[str, Source | None], content: str | None) -> bool:
    source = sources.get(content) if content else None
    return source is not None and source.has_sound


def _clip_voice(cut: CutVersion, clip: SoundClip, sources: dict[str, Source | None]) -> Voice:
    record, fade = clip.record_range, int(FADE_S * RATE_HZ)
    start, end = (_sample(cut, frame) for frame in (record.start, min(record.end, cut.n_frames)))
    rise = _sample(cut, record.start + clip.fade_in) - start
    fall = end - _sample(cut, record.end - clip.fade_out)
    content = clip.take or ""
    first = _first(cut, sources[content], clip.source_in)
    return Voice(content, first, start, max(start, end), clip.gain_mb, max(rise, fade), max(fall, fade))


def _slot_voices(store: ContentStore, cut: CutVersion, sources: dict[str, Source | None]) -> Iterator[Voice]:
    placed = list(cut.placed())
    ends = [_film_range(store, slot) for slot in cut.slots]
    goes_on = [
        before is not None and after is not None and (before[0], before[2]) == (after[0], after[1])
        for before, after in pairwise(ends)
    ]
    fade = int(FADE_S * RATE_HZ)
    for index, (slot, record, tail) in enumerate(placed):
        if slot.take is None or not is_stretched(slot.speed) or not _sounds(sources, slot.take):
            continue
        start, end = _sample(cut, record.start), _sample(cut, record.end + tail)
        rise = _sample(cut, record.start + slot.dissolve) - start
        fall = end - _sample(cut, record.end)
        # The sound of a film that simply goes on is not faded at the cut.
        joins = index > 0 and goes_on[index - 1] and not slot.dissolve
        leaves = index < len(goes_on) and goes_on[index] and not tail
        yield Voice(
            slot.take,
            _first(cut, sources[slot.take], slot.source_in),
            start,
            end,
            rise=0 if joins else max(rise, fade),
            fall=0 if leaves else max(fall, fade),
            speed=slot.speed,
        )


def _sample(cut: CutVersion, frame: int) -> int:
    return sample_of(frame, cut.rate, RATE_HZ)


def _first(cut: CutVersion, source: Source | None, frame: int) -> int:
    """The sample of a source at a frame of the cut's rate."""
    if source is not None and source.rate == cut.rate:
        return source.sample_at(frame)
    return _sample(cut, frame)


def _film_range(store: ContentStore, slot: Slot) -> tuple[str, int, int] | None:
    """The file a slot's frames come from, and which frames of that file they are."""
    if slot.take is None or slot.speed != NORMAL:
        return None
    used = slot.source_range()
    manifest = read_manifest(store, slot.take)
    if isinstance(manifest, Clip):
        used = FrameRange(used.start + manifest.frames.start, used.end + manifest.frames.start)
        return manifest.media, used.start, used.end
    return slot.take, used.start, used.end
