"""What a file is and holds: told by decoding it, never by its name, its tags or its header's counts."""

from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from av.audio.stream import AudioStream

from circletake.errors import NoFrames
from circletake.media import badges
from circletake.media.faults import reading
from circletake.media.index import fraction_of, open_film, picture_stream
from circletake.media.kinds import HEAD_BYTES, MediaKind, check_size, kind_of, picture_size
from circletake.media.picture import HDR_TRANSFERS, UNSPECIFIED
from circletake.media.source import RATE_HZ, Source, open_file

_LOSS_S = Fraction(1, 2)  # a header's length is rounded; half a second missing is a loss


@dataclass(frozen=True, slots=True)
class AudioProbe:
    """What a file's first sound is.

    Args:
        rate_hz: as coded.
        channels: as coded.
        samples: decoded, at `rate_hz`.
        codec: its decoder's name.
    """

    rate_hz: int
    channels: int
    samples: int
    codec: str


@dataclass(frozen=True, slots=True)
class Probe:
    """What a file is.

    Args:
        kind: movie, still or sound.
        rate: frames a second, the average where steps are uneven; None where there is no time.
        n_frames: frames that decode, lost ones between them included; 0 for a sound.
        width_px: as shown: upright, square pixels.
        height_px: as shown.
        pix_fmt: as coded.
        vfr: steps between frames are uneven; such a film is shown by index.
        rotation: counter-clockwise degrees from the coded to the upright picture.
        codec: the decoder's name; of the sound where there is no picture.
        audio: None where there is no sound.
        warnings: a sentence each for what was assumed, concealed or lost.
        damaged: frames that the decoder guessed at.
    """

    kind: MediaKind
    rate: Fraction | None
    n_frames: int
    width_px: int
    height_px: int
    pix_fmt: str
    vfr: bool
    rotation: int
    codec: str
    audio: AudioProbe | None
    warnings: tuple[str, ...] = ()
    damaged: int = 0


def probe(path: Path) -> Probe:
    """Decode a whole file and tell what it is.

    In a process of our own use `probe_safely`: a hostile file can ask for a lot of memory and time.

    Raises:
        MediaUnreadable: it cannot be decoded.
        MediaKindRefused: it is not media that is accepted.
        MediaTooLarge: told from its header.
        NoFrames: there is a picture stream and no picture in it.
    """
    name = path.name
    with reading(name):
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        kind = kind_of(head, name)
        if size := picture_size(head):
            check_size(*size, name)
        source = open_file(path)
        if kind.kind == "still" and not kind.demuxer:
            return _still(source, kind.name.lower())
        container, _ = open_film(path, name)
        with container:
            stream = picture_stream(container)
            audio, told = _audio(container.streams.audio[0], source) if source.has_sound else (None, [])
            if stream is None:
                return Probe(
                    kind="sound",
                    rate=None,
                    n_frames=0,
                    width_px=0,
                    height_px=0,
                    pix_fmt="",
                    vfr=False,
                    rotation=0,
                    codec=audio.codec if audio else "",
                    audio=audio,
                    warnings=tuple(told),
                )
            promised = stream.frames
            pix_fmt, codec = str(stream.pix_fmt), stream.codec_context.name
            is_untagged = stream.codec_context.colorspace == UNSPECIFIED and pix_fmt.startswith(
                ("yuv", "nv", "p0")
            )
            lines = stream.codec_context.height
            is_hdr = stream.codec_context.color_trc in HDR_TRANSFERS
            tick_s = fraction_of(stream.time_base)
            claimed_s = stream.duration * tick_s if stream.duration and tick_s else None
    n_corrupt = sum(frame.is_corrupt for frame in source.frames())
    if n_corrupt == source.n_frames and n_corrupt > 1:
        raise NoFrames(f"{name} holds not a single whole frame; export it again from where it came from.")
    warnings = [
        *_length_told(source, promised, claimed_s),
        *_colour_told(lines, is_untagged=is_untagged and kind.kind == "movie"),
        *told,
    ]
    if n_corrupt:
        warnings.append(badges.damaged(n_corrupt, source.n_frames).sentence)
    if is_hdr:
        warnings.append(badges.HDR.sentence)
    if source.is_vfr:
        warnings.append(badges.UNEVEN.sentence)
    return Probe(
        kind=kind.kind,
        rate=source.rate,
        n_frames=source.n_frames,
        width_px=source.width_px,
        height_px=source.height_px,
        pix_fmt=pix_fmt,
        vfr=source.is_vfr,
        rotation=source.rotation_deg,
        codec=codec,
        audio=audio,
        warnings=tuple(warnings),
        damaged=n_corrupt,
    )


def probe_dict(found: Probe) -> dict[str, Any]:
    """A probe as JSON: its rate as [numerator, denominator]."""
    rate = found.rate and [found.rate.numerator, found.rate.denominator]
    return {**asdict(found), "rate": rate, "warnings": list(found.warnings)}


def read_probe(data: dict[str, Any]) -> Probe:
    """A probe from its JSON."""
    audio = data["audio"] and AudioProbe(**data["audio"])
    rate = data["rate"] and Fraction(*data["rate"])
    return Probe(**{**data, "audio": audio, "rate": rate, "warnings": tuple(data["warnings"])})


def _still(source: Source, codec: str) -> Probe:
    return Probe(
        kind="still",
        rate=None,
        n_frames=1,
        width_px=source.width_px,
        height_px=source.height_px,
        pix_fmt="rgb24",
        vfr=False,
        rotation=0,
        codec=codec,
        audio=None,
    )


def _audio(stream: AudioStream, source: Source) -> tuple[AudioProbe, list[str]]:
    context = stream.codec_context
    rate_hz = stream.rate or RATE_HZ
    heard = sum(len(block) for block in source.all_sound(rate_hz=rate_hz))
    found = AudioProbe(rate_hz=rate_hz, channels=context.channels, samples=heard, codec=context.name)
    told = []
    if context.channels > 2:  # noqa: PLR2004 (stereo)
        told.append(f"Its sound has {context.channels} channels; it is heard folded down to two.")
    if not heard:
        told.append("It has a sound track without a sample in it.")
    return found, told


def _length_told(source: Source, promised: int, claimed_s: Fraction | None) -> list[str]:
    if promised > source.n_frames:
        return [
            f"It promises {promised} frames and {source.n_frames} decode; it was cut short on its way here."
        ]
    if promised == 0 and claimed_s and source.rate and claimed_s - source.n_frames / source.rate > _LOSS_S:
        lasts_s = float(source.n_frames / source.rate)
        return [
            f"It promises {float(claimed_s):.1f} s and its frames last {lasts_s:.1f} s; it was cut short."
        ]
    return []


def _colour_told(lines: int, *, is_untagged: bool) -> list[str]:
    if not is_untagged:
        return []
    matrix = "BT.709" if lines >= 720 else "BT.601"  # noqa: PLR2004 (see picture.Screen)
    return [f"It does not say how its colours are coded; {matrix} is assumed."]
