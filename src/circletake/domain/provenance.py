"""Where a take came from: facts, each with how far it can be trusted and where it was read."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from circletake.errors import MediaUnreadable

Trust = Literal["receipt", "signed", "embedded", "inferred", "declared"]
TRUSTS: tuple[Trust, ...] = get_args(Trust)
"""Strongest first: our own submission; sound Content Credentials; what a tool wrote into the file; what
follows from that by a rule of ours; what somebody says."""

What = Literal[
    "tool",
    "prompt",
    "negative",
    "seed",
    "model",
    "lora",
    "sampler",
    "steps",
    "guidance",
    "input",
    "workflow",
    "layout",
    "source type",
    "signer",
    "software",
    "hint",
    "not understood",
    "said",
]
WHATS: tuple[What, ...] = get_args(What)

LONGEST = 20_000
"""Characters of a value that are kept; a prompt is a page, not a book."""
MOST_FACTS = 400
_VERSION = 1
_SPACES = {"\n", "\t"}
# What turns text around, hides it, or speaks to a terminal: shown, it would be more than text.
_TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_BELOW, _DELETE, _ABOVE = 0x20, 0x7F, 0xA0
_SURROGATES = range(0xD800, 0xE000)


def plain(text: str) -> str:
    r"""Text as text: without anything that steers a terminal or turns a line around, and of bounded length.

    >>> plain("a\x1b[31mb\r\nc")
    'a�[31mb\nc'
    """
    kept = text[: LONGEST + 1].replace("\r\n", "\n").replace("\r", "\n")
    said = "".join("�" if _is_steering(letter) else letter for letter in kept).strip()
    return f"{said[:LONGEST]}…" if len(text) > LONGEST else said


def _is_steering(letter: str) -> bool:
    number = ord(letter)
    is_control = (number < _BELOW or _DELETE <= number < _ABOVE) and letter not in _SPACES
    return is_control or letter in _TURNING or number in _SURROGATES


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known of how a content was made.

    Args:
        what: what it says.
        value: as text, made plain.
        where: where it was read, in words.
    """

    what: What
    value: str
    trust: Trust
    where: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """All that is known of how a content was made.

    Args:
        facts: the most trusted first, in the order of `WHATS` among those.
        refused: a sentence for each thing that was there and was not read.
    """

    facts: tuple[Fact, ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def is_unknown(self) -> bool:
        """Nothing says how it was made; which program wrote the file does not say that."""
        return all(one.what == "software" for one in self.facts)

    def found(self, what: What) -> tuple[str, ...]:
        """Values of one kind."""
        return tuple(fact.value for fact in self.facts if fact.what == what)


def fact(what: What, value: object, *, trust: Trust, where: str) -> Fact | None:
    """A fact of a value as it was found; None where that says nothing."""
    if value is None or isinstance(value, bool | dict | list | tuple):
        return None
    text = plain(str(value))
    return Fact(what, text, trust, where) if text else None


def together(facts: Iterable[Fact | None], refused: Iterable[str] = ()) -> Provenance:
    """Facts in their order, each said once: by the most trusted source that says it."""
    by_rank = sorted(
        (one for one in facts if one is not None),
        key=lambda one: (TRUSTS.index(one.trust), WHATS.index(one.what)),
    )
    said: dict[tuple[str, str], Fact] = {}
    for one in by_rank:
        said.setdefault((one.what, one.value), one)
    kept = tuple(said.values())
    left = len(kept) - MOST_FACTS
    more = (f"{left} more facts are left out: a file that says so much was made to say it.",)
    return Provenance(kept[:MOST_FACTS], (*dict.fromkeys(refused), *(more if left > 0 else ())))


def provenance_record(known: Provenance) -> dict[str, Any]:
    """Facts as JSON-ready data."""
    return {
        "facts": [[one.what, one.value, one.trust, one.where] for one in known.facts],
        "refused": list(known.refused),
        "v": _VERSION,
    }


def read_provenance(told: dict[str, Any]) -> Provenance:
    """Facts from their record.

    Raises:
        MediaUnreadable: a newer circletake wrote it.
    """
    if told.get("v") != _VERSION:
        raise MediaUnreadable("What is known of this take was written by a newer circletake; update it.")
    facts = [
        Fact(what, value, trust, where)
        for what, value, trust, where in told["facts"]
        if what in WHATS and trust in TRUSTS
    ]
    return Provenance(tuple(facts), tuple(told["refused"]))
