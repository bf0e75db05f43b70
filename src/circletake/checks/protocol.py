"""What a check is: it begins on a content, is shown every frame and sample once, and gives evidence."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from fractions import Fraction
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from circletake.checks.answers import Answer
from circletake.domain.boxed import Boxed
from circletake.domain.evidence import Evidence
from circletake.errors import ConfigInvalid
from circletake.media.cutouts import Cutout
from circletake.media.levels import Levels

Rgb = NDArray[np.uint8]
Alpha = NDArray[np.uint8]
Samples = NDArray[np.float32]
Box = tuple[int, int, int, int]
Mask = NDArray[np.bool_]
Deviations = NDArray[np.float32]
Param = str | int | bool

_P = TypeVar("_P")


@dataclass(frozen=True, slots=True)
class ApprovedShot:
    """A character in some frames of a take that people circled.

    Args:
        content: SHA-256 of the take.
        images: sRGB pictures, uint8 height×width×3, whole frames or crops.
        masks: True on the character, bool height×width each.
        pictures: SHA-256 of where they were read from; empty where they came from nowhere kept.
        frames: number of each picture's frame; empty where nobody kept them.
        changed: Lab a frame by which it changed beyond motion over the half second up to each picture;
            empty where nobody measured it, None for a picture where nobody could.
    """

    content: str
    images: Sequence[Rgb]
    masks: Sequence[Mask]
    pictures: str = ""
    frames: Sequence[int] = ()
    changed: Sequence[float | None] = ()


@dataclass(frozen=True, slots=True)
class SheetRef:
    """A character's adopted model sheet, decoded.

    Args:
        character: code of the character.
        content: SHA-256 of the sheet.
        images: sRGB pictures, uint8 height×width×3, whole frames or crops.
        boxes: where the character is in each picture: x, y, width, height in pixels.
        approved: what it looks like in takes that people circled.
        pooled: how far approved views of the production's other characters are from their own sheets, a
            row of deviations for each approved shot; what this character is measured by until it has
            enough approved shots of its own.
        kind: `character`, or `style` for a style bible, whose boxes are whole frames.
        answers: what people said about it in earlier evidence.
    """

    character: str
    content: str
    images: Sequence[Rgb]
    boxes: Sequence[Box]
    approved: Sequence[ApprovedShot] = ()
    pooled: Sequence[Deviations] = ()
    kind: str = "character"
    answers: Sequence[Answer] = ()


class Encoding(Protocol):
    """A picture as an encoder sees it."""

    @property
    def patches(self) -> NDArray[np.float16]:
        """Unit vectors, [cell, dimensions]; [0, 0] of an encoder without cells."""
        ...

    @property
    def vector(self) -> NDArray[np.float32]:
        """Unit vector of the whole, [dimensions]; zero where the encoder gave nothing."""
        ...


class Encoder(Protocol):
    """An image encoder: equal pictures give equal numbers."""

    @property
    def name(self) -> str:
        """As people call it."""
        ...

    @property
    def fingerprint(self) -> str:
        """Its weights, and how it is fed and read: 64 digits."""
        ...

    @property
    def backend(self) -> str:
        """What computes."""
        ...

    def encode(self, picture: Rgb) -> Encoding:
        """Encode an sRGB picture, uint8 height×width×3."""
        ...


@dataclass(frozen=True, slots=True)
class CheckContext:
    """What a check is told before the first frame.

    Args:
        content: SHA-256 of what is measured.
        n_frames: how many frames it promises; a check counts for itself.
        rate: frames a second; None for a still or sound alone.
        width_px: of the picture as displayed.
        height_px: of the picture as displayed.
        params: the policy's settings for this check, by name of its Params field.
        references: sheets of the characters that should be in it.
        sound_starts_s: when the file's sound starts, counted from the first frame; None where it has none.
        sound_ends_s: when it ends, counted from the last frame's end; None where the file does not say.
        boxes: where people say that characters are, one at most for a character and frame.
        boxes_hash: of all of them, as evidence names them; empty where nobody ever drew any.
        boxed_frames: frame → its picture, of some frames with boxes, known before the first is seen.
        encoder: what the studio names to look through; None where it names none, or it cannot be used.
        without_encoder: one sentence that says why the one that is named is not used; empty otherwise.
    """

    content: str
    n_frames: int
    rate: Fraction | None
    width_px: int
    height_px: int
    params: Mapping[str, Param] = field(default_factory=dict)
    references: Sequence[SheetRef] = ()
    sound_starts_s: Fraction | None = None
    sound_ends_s: Fraction | None = None
    boxes: Sequence[Boxed] = ()
    boxes_hash: str = ""
    boxed_frames: Mapping[int, Rgb] = field(default_factory=dict)
    encoder: Encoder | None = None
    without_encoder: str = ""


class Picture(Protocol):
    """What a decoder knows of a frame besides its colours."""

    @property
    def is_corrupt(self) -> bool:
        """True where the decoder concealed damage."""
        ...

    def alpha_at(self, width_px: int, height_px: int) -> Alpha | None:
        """Its coverage in a size: uint8 [height, width], 0 nothing to 255 opaque; None where it has none."""
        ...

    def levels(self) -> Levels | None:
        """Its signal as coded, before anything is clipped; None where that cannot be read."""
        ...


class Measure(Protocol):
    """One measurement under way."""

    def frame(self, n: int, rgb: Rgb, frame: Picture | None = None) -> None:
        """See frame `n` (0-based, in order): uint8 height×width×3, no larger than the check asked for."""
        ...

    def sound(self, samples: Samples, rate_hz: int) -> None:
        """Hear the next samples: float32 [n, channels], full scale ±1."""
        ...

    def finish(self) -> Evidence:
        """Say what was found. Called once, after the last frame and sample."""
        ...


@runtime_checkable
class KeepsCutouts(Protocol):
    """A measure that also keeps pictures of whoever it follows; a measure need not.

    Args:
        cutouts: character → its pictures; there once `finish` was called.
    """

    cutouts: Mapping[str, Sequence[Cutout]]


@runtime_checkable
class Check(Protocol):
    """A member of the family: a module's attribute `check`.

    Args:
        name: what policies and the book call it.
        version: of its method; higher means earlier evidence is no longer fresh.
        summary: one line for lists and the documentation.
        long_side_px: longest side of the frames it wants; None is full size.
        wants_references: True when it measures against model sheets. A check that also has `takes_boxes`
            set to True is measured again when a person says where a character is; one with `takes_encoder`,
            when the studio names another image encoder.
        Params: a frozen dataclass whose fields all have defaults.
    """

    name: str
    version: int
    summary: str
    long_side_px: int | None
    wants_references: bool
    Params: type[Any]

    def begin(self, context: CheckContext) -> Measure:
        """Start measuring one content."""
        ...


def read_params(kind: type[_P], params: Mapping[str, Param], *, check: str) -> _P:
    """Read a policy's settings into a check's Params.

    Numbers with a fraction arrive as decimal strings, since policies are hashed and hold no floats.

    Raises:
        ConfigInvalid: a setting is unknown or cannot be read as its field's type.
    """
    known = {entry.name: entry for entry in fields(kind)}  # type: ignore[arg-type]  # always a dataclass
    given: dict[str, object] = {}
    for name, value in params.items():
        if name not in known:
            raise ConfigInvalid(
                f"The check “{check}” has no setting “{name}”; it knows {', '.join(sorted(known)) or 'none'}."
            )
        try:
            given[name] = _read(type(known[name].default), value)
        except (KeyError, TypeError, ValueError):
            raise ConfigInvalid(
                f"The setting “{name}” of the check “{check}” cannot be {value!r}; write it like "
                f"{known[name].default!r}."
            ) from None
    return kind(**given)


def _read(kind: Callable[[Param], object], value: Param) -> object:
    if kind is bool:
        return {"true": True, "false": False}[str(value).lower()]
    return kind(value)


def params_of(params: object) -> dict[str, Param]:
    """Write Params as evidence keeps them: floats as decimal strings."""
    written: dict[str, Param] = {}
    for entry in fields(params):  # type: ignore[arg-type]  # always a dataclass
        value = getattr(params, entry.name)
        written[entry.name] = f"{value:g}" if isinstance(value, float) else value
    return written
