"""Words that several verbs share: how a status looks in a terminal, how a shot and a stage are named."""

from typing import Annotated, cast

import typer

from circletake.domain.status import LOOKS, Status
from circletake.errors import NameInvalid

# A terminal has no colours to rely on and often no shapes but letters: both stand beside the word.
MARKS = {
    "hollow": "○", "half": "◐", "dot": "●", "arrow": "↻", "cross": "✕", "ring": "◎",
    "broken_ring": "◌", "bar": "▬", "slash": "⊘",
}  # fmt: skip

ShotArgument = Annotated[str, typer.Argument(help="Code of the shot, such as SH010.")]
StageOption = Annotated[str, typer.Option("--stage", help="Stage of the policy: storyboard, animation …")]


def status_word(status: str) -> str:
    """A status as the terminal shows it: shape and word."""
    look = LOOKS[cast("Status", status)]
    return f"{MARKS[look.shape]} {look.label}"


def checked(value: str, known: tuple[str, ...], what: str) -> str:
    """A value as given, if it is one of those there are.

    Raises:
        NameInvalid: lists them.
    """
    if value not in known:
        raise NameInvalid(f"“{value}” is no {what}; say one of {', '.join(known)}.")
    return value
