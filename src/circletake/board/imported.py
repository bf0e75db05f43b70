"""What an importer found: scenes, shots and panels as a file tells of them, nothing decided yet."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from circletake.board.script import Element, Script, Warned
from circletake.domain.board import Camera

FAMILY = "circletake.board.importers"
MOST_BYTES = 64 << 20
_ID = re.compile(r"(?P<number>.+?)-(?P<uid>[0-9A-Z]{5})")
_WORD = re.compile(r"\w+")
_MOST_WORDS = 400
_SPOKEN = ("action", "character", "dialogue", "parenthetical", "lyric", "centered", "shot", "synopsis")


@dataclass(frozen=True, slots=True)
class FoundLayer:
    """A file that a picture is made of.

    Args:
        name: as the drawing program calls it.
        path: where it lies.
        opacity: in ten-thousandths.
        is_apart: it is kept beside the picture and not seen in it.
    """

    name: str
    path: Path
    opacity: int = 10_000
    is_apart: bool = False


@dataclass(frozen=True, slots=True)
class FoundSound:
    """A sound that begins with a panel; `length_ms` is None where the file does not say how long it is."""

    name: str
    path: Path | None
    length_ms: Fraction | None = None


@dataclass(frozen=True, slots=True)
class FoundPanel:
    """A panel, as a file tells of it.

    Args:
        key: what the file knows it by; empty where it does not.
        length_ms: how long it stands; None where the file does not say.
        layers: what its picture is made of, the lowest first; none where there is no picture.
        expected: name of the file that its picture should have been in.
        is_lossy: the picture is a smaller copy of the drawing.
    """

    key: str
    length_ms: Fraction | None = None
    layers: tuple[FoundLayer, ...] = ()
    expected: str = ""
    is_lossy: bool = False
    dialogue: str = ""
    action: str = ""
    notes: str = ""
    camera: Camera | None = None
    pose: tuple[tuple[str, str], ...] = ()
    sounds: tuple[FoundSound, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundShot:
    """A shot; `label` is what the file calls it, and `code` the production's own where it says that."""

    label: str
    panels: tuple[FoundPanel, ...]
    code: str = ""


@dataclass(frozen=True, slots=True)
class FoundScene:
    """A scene; `id` is empty where the file has none."""

    id: str
    number: str
    slugline: str
    eighths: str = ""
    gist: tuple[str, ...] = ()
    shots: tuple[FoundShot, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """All that was found.

    Args:
        form: name of the importer.
        scenes: in order.
        script: where there was one.
        rate: at which the file counts; None where it does not say.
        warnings: what reading it had to say.
        asks: files whose name says no shot; a person says which they belong to.
        has_panels: it speaks of panels; a script alone does not, and takes none away.
    """

    form: str
    scenes: tuple[FoundScene, ...]
    script: Script | None = None
    rate: Fraction | None = None
    warnings: tuple[Warned, ...] = ()
    asks: tuple[str, ...] = ()
    has_panels: bool = False

    @property
    def panels(self) -> tuple[FoundPanel, ...]:
        """Every panel, in order."""
        return tuple(panel for scene in self.scenes for shot in scene.shots for panel in shot.panels)


@dataclass(frozen=True, slots=True)
class Importer:
    """A way in.

    Args:
        label: as people say it.
        endings: of its files, in lower case; empty for a folder.
        claims: whether a path is one of its kind.
        read: what it holds.
    """

    label: str
    endings: tuple[str, ...]
    claims: Callable[[Path], bool]
    read: Callable[[Path], Imported]


def split_number(written: str) -> tuple[str, str]:
    """A scene's number as written, apart from the id that a storyboard program put behind it.

    Returns:
        Number, and the id with it in front; the id is empty where there is none.

    >>> split_number("2-FA5K7"), split_number("12A")
    (('2', '2-FA5K7'), ('12A', ''))
    """
    match = _ID.fullmatch(written)
    return (match["number"], written) if match else (written, "")


def words_of(texts: Iterable[str]) -> tuple[str, ...]:
    """The words of some texts, once each, in one spelling and order; at most 400 of them.

    >>> words_of(["The dog. THE cat!"])
    ('cat', 'dog', 'the')
    """
    found = {word.casefold() for text in texts for word in _WORD.findall(unicodedata.normalize("NFC", text))}
    return tuple(sorted(found)[:_MOST_WORDS])


def scene_of(heading: Element, under: Iterable[Element]) -> FoundScene:
    """A scene of a script."""
    number, scene_id = split_number(heading.number)
    gist = words_of(element.text for element in under if element.kind in _SPOKEN)
    return FoundScene(scene_id, number, heading.text, heading.eighths, gist)
