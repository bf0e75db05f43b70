"""One file of Storyboarder, read past everything in it that is not as it says."""

import json
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from circletake.board.imported import MOST_BYTES, FoundLayer, FoundPanel, FoundSound
from circletake.board.script import Warned
from circletake.domain.time import parse_rate
from circletake.errors import BoardUnreadable, TimeInvalid

# The lowest first; what is called otherwise lies on top of these.
_ORDER = ("shot-generator", "reference", "main", "fill", "tone", "pencil", "ink")
_APART = "notes"
_REFERENCE = 7_500
_OPAQUE = 10_000
_LONGEST_MS = 24 * 3600 * 1000
_USUAL_MS = Fraction(2000)
_MOST_BOARDS = 20_000
_UID = re.compile(r"[0-9A-Z]{5}")
_POSE = ("fov", "rotation", "tilt", "roll", "x", "y", "z")


@dataclass(frozen=True, slots=True)
class Boards:
    """What a file holds; a shot is its label and its panels."""

    shots: tuple[tuple[str, tuple[FoundPanel, ...]], ...]
    rate: Fraction | None
    warnings: tuple[Warned, ...]

    @property
    def panels(self) -> Iterator[FoundPanel]:
        """Every panel, in order."""
        return (panel for _, panels in self.shots for panel in panels)


def read_boards(path: Path) -> Boards:
    """Read a file.

    Raises:
        BoardUnreadable: it is no such file; says where, as far as that is known.
    """
    told = _document(path)
    listed = told.get("boards")
    if not isinstance(listed, list):
        raise BoardUnreadable(f"{path.name} lists no boards; open it in Storyboarder and save it again.")
    if len(listed) > _MOST_BOARDS:
        raise BoardUnreadable(f"{path.name} lists over {_MOST_BOARDS:,} boards; import a part of them.")
    reading = _Reading(path)
    usual = reading.length(told.get("defaultBoardTiming"), "the usual length") or _USUAL_MS
    grouped: list[tuple[str, list[FoundPanel]]] = []
    boards = [one for one in listed if isinstance(one, dict)]
    if len(boards) < len(listed):
        reading.say(f"{len(listed) - len(boards)} of its boards are not boards and were left out.")
    has_shots = any(board.get("newShot") is True for board in boards)
    for board in boards:
        if board.get("newShot") is True or not has_shots or not grouped:
            grouped.append((str(len(grouped) + 1), []))
        grouped[-1][1].append(reading.panel(board, usual))
    shots = tuple((label, tuple(panels)) for label, panels in grouped)
    return Boards(shots, reading.rate(told.get("fps")), tuple(reading.warnings))


def _document(path: Path) -> Mapping[str, Any]:
    if path.stat().st_size > MOST_BYTES:
        raise BoardUnreadable(f"{path.name} is over {MOST_BYTES >> 20} MiB, as no board is.")

    def refuse(text: str) -> float:
        raise ValueError(text)

    try:
        told = json.loads(path.read_bytes().decode("utf-8-sig"), parse_constant=refuse)
    except json.JSONDecodeError as broken:
        raise BoardUnreadable(
            f"{path.name}, line {broken.lineno}, column {broken.colno}: this is no board that can be read; "
            f"open it in Storyboarder and save it again.",
            line=broken.lineno,
            column=broken.colno,
        ) from None
    except (ValueError, RecursionError):
        raise BoardUnreadable(
            f"{path.name} is no board that can be read; open it in Storyboarder and save it again."
        ) from None
    if not isinstance(told, dict):
        raise BoardUnreadable(f"{path.name} is no board; open it in Storyboarder and save it again.")
    return told


def number_of(value: object) -> Fraction | None:
    """A number that may be written as text, or None.

    >>> number_of("2001"), number_of(2.5), number_of(True), number_of("x")
    (Fraction(2001, 1), Fraction(5, 2), None, None)
    """
    if isinstance(value, bool) or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, str) and not re.fullmatch(r"\s*[+-]?\d{1,12}(\.\d{1,12})?\s*", value):
        return None
    return (
        Fraction(value if not isinstance(value, float) else str(value))
        if isinstance(value, str | int | float)
        else None
    )


class _Reading:
    """A file that is being read: its folder, and what there is to say."""

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self._images = (path.parent / "images").resolve()
        self.warnings: list[Warned] = []

    def say(self, text: str) -> None:
        """Keep a sentence."""
        self.warnings.append(Warned(text.encode("utf-8", "replace").decode(), file=self._name))

    def rate(self, value: object) -> Fraction | None:
        """Frames a second; 23.976 means 24000/1001."""
        if value is None:
            return None
        try:
            return parse_rate(str(value)) if not isinstance(value, bool) else None
        except TimeInvalid as wrong:
            self.say(wrong.message)
            return None

    def length(self, value: object, what: str) -> Fraction | None:
        """A length in milliseconds, or None where there is none that can be."""
        if value is None:
            return None
        found = number_of(value)
        if found is None or not 0 < found <= _LONGEST_MS:
            self.say(f"{what} is “{str(value)[:20]}”, which is no length; the usual one is taken.")
            return None
        return found

    def panel(self, board: Mapping[str, Any], usual: Fraction) -> FoundPanel:
        """One board."""
        uid = str(board.get("uid") or "")
        key = uid if _UID.fullmatch(uid) else ""
        label = f"the length of {uid or 'a board'}"
        layers, expected, is_lossy = self._picture(board, uid)
        return FoundPanel(
            key=key,
            length_ms=self.length(board.get("duration"), label) or usual,
            layers=layers,
            expected=expected,
            is_lossy=is_lossy,
            dialogue=_words(board.get("dialogue")),
            action=_words(board.get("action")),
            notes=_words(board.get("notes")),
            pose=_pose(board),
            sounds=tuple(self._sounds(board.get("audio"))),
        )

    def _picture(self, board: Mapping[str, Any], uid: str) -> tuple[tuple[FoundLayer, ...], str, bool]:
        url = str(board.get("url") or "")
        told = board.get("layers")
        named = told if isinstance(told, dict) else {}
        seen: list[FoundLayer] = []
        apart: list[FoundLayer] = []
        for name in sorted({*named, "main"}, key=_place):
            layer = {"url": url} if name == "main" and name not in named else named.get(name)
            if not isinstance(layer, dict):
                continue
            path = self._file(layer.get("url"))
            if path is None:
                if name != "main" and layer.get("url"):
                    self.say(f"{str(layer['url'])[:80]}, the layer “{name[:20]}” of {uid}, is not there.")
                continue
            found = FoundLayer(name[:40], path, _opacity(layer.get("opacity"), name), is_apart=name == _APART)
            (apart if found.is_apart else seen).append(found)
        if not seen:
            stem = url.rsplit(".", 1)[0]
            poster = self._file(f"{stem}-posterframe.jpg") if stem else None
            if poster is not None:
                return (FoundLayer("posterframe", poster), *apart), url, True
            self.say(f"There is no picture of {uid or 'a board'}; “{url[:80]}” was expected.")
        return (*seen, *apart), url, False

    def _file(self, name: object) -> Path | None:
        """A file in `images`, if it is there and nowhere else."""
        if not isinstance(name, str) or not name or "\0" in name:
            return None
        try:
            path = (self._images / name).resolve()
            return path if path.is_relative_to(self._images) and path.is_file() else None
        except (OSError, ValueError, RuntimeError):
            return None

    def _sounds(self, audio: object) -> Iterator[FoundSound]:
        if not isinstance(audio, dict) or not audio.get("filename"):
            return
        name = str(audio["filename"])[:200]
        path = self._file(name)
        if path is None:
            self.say(f"The sound “{name}” is not there.")
        yield FoundSound(name, path, self.length(audio.get("duration"), f"the length of “{name}”"))


def _place(name: str) -> tuple[int, str]:
    return (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)


def _opacity(value: object, name: str) -> int:
    found = number_of(value)
    if found is None:
        return _REFERENCE if name == "reference" else _OPAQUE
    return max(0, min(_OPAQUE, round(found * _OPAQUE)))


def _words(value: object) -> str:
    return unicodedata.normalize("NFC", value).replace("\r\n", "\n").strip() if isinstance(value, str) else ""


def _pose(board: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Where the camera of a scene in three dimensions stands, as decimals."""
    told = board.get("sg") or board.get("sts")
    data = told.get("data") if isinstance(told, dict) else None
    objects = data.get("sceneObjects") if isinstance(data, dict) else None
    camera = (
        objects.get(data.get("activeCamera"))
        if isinstance(data, dict) and isinstance(objects, dict)
        else None
    )
    if not isinstance(camera, dict):
        return ()
    found = ((name, camera.get(name)) for name in _POSE)
    return tuple(
        (name, f"{float(value):.6f}")
        for name, value in found
        if number_of(value) is not None and value is not None
    )
