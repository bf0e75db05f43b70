"""Evidence: what a machine measured on exact content. It has no way to say yes."""

from dataclasses import dataclass, field

from circletake.domain.time import FrameRange


@dataclass(frozen=True, slots=True)
class FlagRange:
    """Frames a check points at, and why.

    Args:
        frames: half-open, 0-based in the content.
        label: short key of what is the matter (`off_model`, `black`, `freeze` …).
        sentence: one sentence for a person.
        strength: 0–1, how far past its threshold the worst frame is.
    """

    frames: FrameRange
    label: str
    sentence: str
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Series:
    """One number a frame.

    Args:
        name: what is measured (`drift`, `luma`, …).
        values: one per frame; None where the frame was not measured (abstained).
        low: value drawn as nothing.
        high: value drawn as full.
        threshold: value at and above which a frame is flagged; None where nothing is flagged.
        unit: of the values, empty for a bare number.
    """

    name: str
    values: tuple[float | None, ...]
    low: float
    high: float
    threshold: float | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Heatmap:
    """Where in one frame a check looks: `rows`×`columns` of 0–255 over `box` (x, y, w, h in pixels)."""

    frame: int
    box: tuple[int, int, int, int]
    rows: int
    columns: int
    cells: bytes


@dataclass(frozen=True, slots=True)
class Moment:
    """What a check had to say about a character in one frame, score by score.

    Args:
        character: code of whom it is about.
        frame: 0-based in the content.
        scores: name and value of each, in spreads of what is usual.
    """

    character: str
    frame: int
    scores: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A check's measurement of one content.

    Args:
        check: name of the check.
        version: of its method; a new version is new evidence.
        content: SHA-256 measured.
        summary: small facts for lists (strings, ints, and decimals as strings).
        sentence: what it found, for a person.
        series: per-frame measurements.
        flags: frame ranges over threshold.
        worst_frame: frame to look at first; None where nothing stands out.
        heatmaps: for the worst frames.
        references: content hashes of what it was measured against.
        abstained: frames it could not judge.
        backend: what computed it (`numpy 2.4.6`, `cv2 5.0.0` …).
        precision: of the arithmetic (`f32`).
        moments: the worst frame of the take and of each flag: what people say of them is learnt from.
        interpolated: frames that were not measured themselves: between two measured ones that hardly differ,
            they have the figures of the nearer.
    """

    check: str
    version: int
    content: str
    summary: dict[str, str | int | bool]
    sentence: str
    series: tuple[Series, ...] = ()
    flags: tuple[FlagRange, ...] = ()
    worst_frame: int | None = None
    heatmaps: tuple[Heatmap, ...] = ()
    references: tuple[str, ...] = ()
    abstained: tuple[FrameRange, ...] = ()
    backend: str = ""
    precision: str = "f32"
    params: dict[str, str | int | bool] = field(default_factory=dict)
    moments: tuple[Moment, ...] = ()
    interpolated: tuple[FrameRange, ...] = ()
