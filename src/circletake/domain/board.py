"""The board: a film's panels in order, the shots they belong to, the scenes those stand in.

A panel's length is in frames of the production. A file's milliseconds become frames by their sums, so that
what is rounded never adds up.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Literal, get_args

from circletake.errors import BoardInvalid

Ease = Literal["linear", "in", "out", "in_out"]
EASES: tuple[Ease, ...] = get_args(Ease)
Aspect = Literal["picture", "timing", "words", "sound"]
ASPECTS: tuple[Aspect, ...] = get_args(Aspect)

WHOLE = 65_536
"""A picture's width and height in the units of a `Rect`."""

Rect = tuple[int, int, int, int]
FULL: Rect = (0, 0, WHOLE, WHOLE)


@dataclass(frozen=True, slots=True)
class Camera:
    """A rostrum camera over a panel.

    Args:
        start: x, y, width and height of what is seen first, in 1/65,536 of the picture.
        end: of what is seen last.
        ease: `in` begins slowly, `out` ends slowly.
        hold: frames for which it rests at its end.
    """

    start: Rect = FULL
    end: Rect = FULL
    ease: Ease = "in_out"
    hold: int = 0

    def __post_init__(self) -> None:
        for x, y, width, height in (self.start, self.end):
            if min(x, y, self.hold) < 0 or min(width, height) < 1 or x + width > WHOLE or y + height > WHOLE:
                raise BoardInvalid(
                    "A camera's rectangle lies outside the picture, or it rests for less than no time; give "
                    "x, y, width and height in hundredths of the picture, such as 10,10,50,50."
                )
        if self.ease not in EASES:
            raise BoardInvalid(f"“{self.ease}” is no way a camera moves; say one of {', '.join(EASES)}.")

    @property
    def is_still(self) -> bool:
        """Whether all of the picture is seen all the time."""
        return self.start == self.end == FULL


@dataclass(frozen=True, slots=True)
class Layer:
    """A drawing that a picture was made of.

    Args:
        name: as the program that drew it calls it.
        content: SHA-256 of its file.
        opacity: in ten-thousandths.
    """

    name: str
    content: str
    opacity: int = 10_000


@dataclass(frozen=True, slots=True)
class Cue:
    """A sound that begins with a panel and runs on for as long as it lasts.

    Args:
        name: of its file.
        content: SHA-256; None where the file is missing.
        frames: how long it lasts; 0 where nobody knows.
        track: name of the track it lies on.
    """

    name: str
    content: str | None
    frames: int = 0
    track: str = "A1"


@dataclass(frozen=True, slots=True)
class Panel:
    """A drawing of a moment, and how long it stands.

    Args:
        uid: stable over versions, five capitals and digits.
        shot: id of its shot.
        frames: how long it stands.
        picture: SHA-256 of what is seen; None where there is no picture yet.
        expected: name of the file that should have held it.
        is_lossy: the picture is a smaller copy, as the drawing itself was not there.
        dialogue: what is said.
        action: what happens.
        notes: anything else.
        camera: how it is looked at; None for all of it, at rest.
        pose: of a camera in three dimensions, name and decimal.
        layers: what the picture was made of, and what lies apart.
        cues: what begins to be heard with it.
        came: aspect → hash of what the file said of it when it last said something.
    """

    uid: str
    shot: str
    frames: int
    picture: str | None = None
    expected: str = ""
    is_lossy: bool = False
    dialogue: str = ""
    action: str = ""
    notes: str = ""
    camera: Camera | None = None
    pose: tuple[tuple[str, str], ...] = ()
    layers: tuple[Layer, ...] = ()
    cues: tuple[Cue, ...] = ()
    came: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.frames < 1:
            raise BoardInvalid(f"Panel {self.uid} lasts {self.frames} frames; give it one or more.")


@dataclass(frozen=True, slots=True)
class BoardShot:
    """A shot of the board.

    Args:
        id: stable over versions (`bs_…`).
        scene: id of its scene.
        code: of the production's shot.
        label: what the file calls it, which changes as others come and go.
    """

    id: str
    scene: str
    code: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene of the script.

    Args:
        id: stable over versions; a file's own where it has one.
        number: as written, such as `12A`; empty where there is none.
        slugline: its heading.
        eighths: its length on paper, as the script says it (`2/8`).
        gist: its words, once each, by which it is known again where its heading changed.
    """

    id: str
    number: str
    slugline: str
    eighths: str = ""
    gist: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Board:
    """A version of the board.

    Args:
        production: `pr_…`.
        number: from 1.
        rate: frames a second.
        scenes: in order.
        shots: in order of their first panel; those without a panel last.
        panels: in the order of the film.
        parent: SHA-256 of the version before.
        script: SHA-256 of the script that its scenes were last read from.
        dropped: panels that people took out, so that no file brings them back.
    """

    production: str
    number: int
    rate: Fraction
    scenes: tuple[Scene, ...] = ()
    shots: tuple[BoardShot, ...] = ()
    panels: tuple[Panel, ...] = ()
    parent: str | None = None
    script: str | None = None
    dropped: tuple[Panel, ...] = ()

    def __post_init__(self) -> None:
        scenes = {scene.id for scene in self.scenes}
        shots = {shot.id for shot in self.shots}
        uids = {panel.uid for panel in self.panels}
        if (len(scenes), len(shots), len(uids)) != (len(self.scenes), len(self.shots), len(self.panels)):
            raise BoardInvalid("Two scenes, shots or panels of a board have one id; each has its own.")
        if {shot.scene for shot in self.shots} - scenes or {panel.shot for panel in self.panels} - shots:
            raise BoardInvalid(
                "A shot stands in a scene, and a panel in a shot, that the board does not have."
            )

    @property
    def n_frames(self) -> int:
        """Length of all of it."""
        return sum(panel.frames for panel in self.panels)

    def shot(self, key: str) -> BoardShot | None:
        """The shot of this id, or None."""
        return next((shot for shot in self.shots if shot.id == key), None)

    def panels_in(self, *, scenes: Iterable[str] = (), shots: Iterable[str] = ()) -> tuple[Panel, ...]:
        """Panels of some scenes and shots, in order; all where none are named.

        Args:
            scenes: ids or numbers.
            shots: codes.

        Raises:
            BoardInvalid: there is no such scene or shot.
        """
        wanted_scenes, wanted_shots = set(scenes), set(shots)
        if not wanted_scenes and not wanted_shots:
            return self.panels
        known = {name for scene in self.scenes for name in (scene.id, scene.number)}
        codes = {shot.code for shot in self.shots}
        for strange in sorted((wanted_scenes - known) | (wanted_shots - codes)):
            raise BoardInvalid(
                f"The board has no scene or shot {strange}; `circletake board show` lists them."
            )
        inside = {scene.id for scene in self.scenes if {scene.id, scene.number} & wanted_scenes}
        kept = {shot.id for shot in self.shots if shot.scene in inside or shot.code in wanted_shots}
        return tuple(panel for panel in self.panels if panel.shot in kept)


def frames_of(lengths_ms: Iterable[Fraction], rate: Fraction) -> list[int]:
    """Frames of panels that stand one after another, each the difference of rounded sums, at least 1.

    Args:
        lengths_ms: of the panels, in thousandths of a second.
        rate: frames a second.

    >>> frames_of([Fraction(1500)] * 3, Fraction(24000, 1001))
    [36, 36, 36]
    >>> frames_of([Fraction(30)] * 4, Fraction(24))
    [1, 1, 1, 1]
    """
    sums, total = [0], Fraction(0)
    for length in lengths_ms:
        total += length
        sums.append(frame_at(total, rate))
    return [max(1, after - before) for before, after in pairwise(sums)]


def frame_at(time_ms: Fraction, rate: Fraction) -> int:
    """The frame that begins nearest to a time; half a frame counts as the later one.

    >>> frame_at(Fraction(125, 6), Fraction(24))
    1
    """
    return int(time_ms * rate / 1000 + Fraction(1, 2))
