"""Attempts to have a take made: their states, and which may follow which.

`planned` and `reserved` have cost nothing. From `submitting` on something may have been sent, so that an
attempt whose answer was lost is `unknown` until the provider or a person says what became of it. What is
over stays over.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from circletake.domain.cost import Charged
from circletake.errors import AttemptInvalid

State = Literal[
    "planned",
    "reserved",
    "submitting",
    "queued",
    "running",
    "collecting",
    "done",
    "partial",
    "refused",
    "failed",
    "cancelled",
    "expired",
    "lost",
    "unknown",
]
STATES: tuple[State, ...] = get_args(State)
Call = Literal["ran", "did_not", "write_off"]
"""What a person says of an attempt whose end is unknown."""
CALLS: tuple[Call, ...] = get_args(Call)
Label = Literal["open", "internal", "confidential", "embargoed"]
"""How far what goes into an attempt may travel."""
LABELS: tuple[Label, ...] = get_args(Label)
Purpose = Literal["temp", "final"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
Kind = Literal["image", "video", "audio"]
KINDS: tuple[Kind, ...] = get_args(Kind)
SeedPolicy = Literal["fixed", "sweep", "none"]
SEEDS: tuple[SeedPolicy, ...] = get_args(SeedPolicy)
InputRole = Literal["first", "last", "reference", "mask", "source", "audio", "voice"]
ROLES: tuple[InputRole, ...] = get_args(InputRole)

MOST_ATTEMPTS = 50
MOST_PROMPT = 8_000
MOST_DECISION = 500
LARGEST_SEED = 2**53 - 1

_ENDS: frozenset[State] = frozenset({"refused", "failed", "cancelled", "expired", "lost"})
_HEARD: frozenset[State] = frozenset({"queued", "running", "collecting"})

NEXT: dict[State, frozenset[State]] = {
    "planned": frozenset({"reserved", "cancelled"}),
    "reserved": frozenset({"submitting", "cancelled", "failed", "expired"}),
    # back to reserved where nothing was sent: no connection, or a refusal to listen (429)
    "submitting": frozenset({"reserved", "queued", "refused", "failed", "unknown"}),
    "queued": frozenset({"running", "collecting", "unknown", *_ENDS}),
    "running": frozenset({"queued", "collecting", "unknown", *_ENDS}),
    "collecting": frozenset({"done", "partial", *_ENDS}),
    "unknown": frozenset({"refused", "failed", "cancelled", "lost", *_HEARD}),
    "done": frozenset(),
    "partial": frozenset(),
    "refused": frozenset(),
    "failed": frozenset(),
    "cancelled": frozenset(),
    "expired": frozenset(),
    "lost": frozenset(),
}
"""State → what may follow it."""

OVER: frozenset[State] = frozenset(state for state in STATES if not NEXT[state])
"""States that are never left."""
UNSENT: frozenset[State] = frozenset({"planned", "reserved"})
"""States in which nothing has left this house."""
HANDLED: frozenset[State] = _HEARD
"""States in which the provider has given a handle."""


def check_step(before: State, after: State) -> None:
    """Refuse a change of state that cannot be.

    Raises:
        AttemptInvalid: names both states.

    >>> check_step("reserved", "submitting")
    """
    if after not in NEXT.get(before, frozenset()):
        raise AttemptInvalid(
            f"An attempt that is {before} does not become {after}"
            + ("; it is over, so make another." if before in OVER else ".")
        )


def after_call(call: Call, *, handle: str) -> tuple[State, Charged]:
    """What a person's word on an unknown attempt makes of it, and whether it was paid for.

    Args:
        call: `ran`, `did_not` or `write_off`.
        handle: under which the provider knows it, where the person found that out; asked after from then on.

    >>> after_call("did_not", handle="")
    ('failed', 'no')
    """
    if call == "did_not":
        return "failed", "no"
    if call == "ran" and handle:
        return "queued", "unknown"
    return "lost", "yes"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request asks for, beside its words: frozen once it is in the book.

    Args:
        kind: of what is to be made.
        seed: of the first attempt; None lets the provider choose.
        seeds: `fixed` gives every attempt that seed, `sweep` the next ones, `none` gives none.
        frames: how many, 0 for what has no frames.
        size_px: width and height; (0, 0) leaves them to the provider.
        inputs: (role, SHA-256) of contents that go in.
        purpose: `temp` or `final`.
        label: how far what goes in may travel.
        count: how many attempts.
    """

    kind: Kind = "image"
    seed: int | None = None
    seeds: SeedPolicy = "sweep"
    frames: int = 0
    size_px: tuple[int, int] = (0, 0)
    inputs: tuple[tuple[InputRole, str], ...] = ()
    purpose: Purpose = "temp"
    label: Label = "internal"
    count: int = 1

    def seed_of(self, number: int) -> int | None:
        """Seed of an attempt, counted from 1."""
        if self.seed is None or self.seeds == "none":
            return None
        return self.seed if self.seeds == "fixed" else (self.seed + number - 1) % (LARGEST_SEED + 1)


def check_wanted(wanted: Wanted, *, prompt: str, decision: str) -> None:
    """Refuse what no request may ask for.

    Raises:
        AttemptInvalid: says what is the matter.
    """
    said = _wrong(wanted)
    if not decision.strip() or len(decision) > MOST_DECISION:
        said = f"Say what will be decided with these attempts, in at most {MOST_DECISION} characters."
    elif len(prompt) > MOST_PROMPT:
        said = f"A prompt has at most {MOST_PROMPT} characters; shorten it."
    if said:
        raise AttemptInvalid(said)


def _wrong(wanted: Wanted) -> str:
    words = (
        (wanted.kind, KINDS, "kind"),
        (wanted.seeds, SEEDS, "seed policy"),
        (wanted.purpose, PURPOSES, "purpose"),
        (wanted.label, LABELS, "label"),
    )
    for word, known, what in words:
        if word not in known:
            return f"“{word}” is no {what}; it is one of {', '.join(known)}."
    for role, _ in wanted.inputs:
        if role not in ROLES:
            return f"“{role}” is no part that an input can have; it is one of {', '.join(ROLES)}."
    if not 1 <= wanted.count <= MOST_ATTEMPTS:
        return f"At most {MOST_ATTEMPTS} attempts are asked for at once, and at least one."
    if wanted.seed is not None and not 0 <= wanted.seed <= LARGEST_SEED:
        return f"A seed is a whole number from 0 to {LARGEST_SEED}."
    if wanted.frames < 0 or min(wanted.size_px) < 0:
        return "Frames and sizes are counted from 0."
    return ""
