"""What a plan of an import is: the board as it would be, and each change in a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

from circletake.board.imported import FoundPanel
from circletake.board.match import Matched, Unsure
from circletake.domain.board import Board

Sort = Literal[
    "scene_new", "scene_renumbered", "scene_renamed", "scene_gone", "shot_new",
    "panel_new", "panel_gone", "picture", "timing", "words", "sound", "order", "script",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that taking the plan would do.

    Args:
        sort: of what.
        what: the scene's id, the shot's code or the panel's uid.
        text: a sentence.
    """

    sort: Sort
    what: str
    text: str


@dataclass(frozen=True, slots=True)
class Plan:
    """An import as it would be.

    Args:
        board: the version it would make; panels of `drawn` still without their new picture.
        changes: what is otherwise then; none where nothing is.
        drawn: uid → the panel as the file has it, where its picture is new.
        matched: how scenes were known again.
        script: the script as canonical JSON, where there was one.
        said: what reading and comparing had to say, a sentence each.
        asks: files whose shot nobody knows.
        sounds: files of sounds that are heard.
    """

    board: Board
    changes: tuple[Change, ...]
    drawn: Mapping[str, FoundPanel]
    matched: Matched
    script: bytes | None
    said: tuple[str, ...]
    asks: tuple[str, ...]
    sounds: tuple[Path, ...] = ()

    @property
    def unsure(self) -> tuple[Unsure, ...]:
        """What a person has to say first."""
        return self.matched.unsure

    @property
    def summary(self) -> str:
        """All of it in a sentence."""
        sorts = [change.sort for change in self.changes]
        told = [_many(len(self.board.scenes), "scene"), f"{sorts.count('scene_new')} new"]
        for sort, word in (
            ("scene_renumbered", "renumbered"),
            ("scene_renamed", "renamed"),
            ("scene_gone", "not in the file"),
        ):
            told += [f"{sorts.count(sort)} {word}"] if sort in sorts else []
        told += [f"{len(self.unsure)} unmatched"] if self.unsure else []
        panels = [_many(len(self.board.panels), "panel"), f"{sorts.count('panel_new')} new"]
        for sort, word in (
            ("panel_gone", "gone"),
            ("picture", "redrawn"),
            ("timing", "retimed"),
            ("words", "reworded"),
            ("sound", "with other sound"),
        ):
            panels += [f"{sorts.count(sort)} {word}"] if sort in sorts else []
        return f"{', '.join(told)}; {', '.join(panels)}."


@dataclass(frozen=True, slots=True)
class Known:
    """What has to be known beside the file and the board.

    Args:
        production: id of the production.
        rate: its frames a second.
        digests: SHA-256 of every file that panels name, as far as it is there.
        sounds_ms: how long sounds last.
        codes: codes of shots that the production has.
        told: answers of a person: place in the file → id on the board, or `new`.
        drops: scenes that are not in the file leave the board.
    """

    production: str
    rate: Fraction
    digests: Mapping[Path, str]
    sounds_ms: Mapping[Path, Fraction]
    codes: frozenset[str] = frozenset()
    told: Mapping[int, str] | None = None
    drops: bool = False


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
