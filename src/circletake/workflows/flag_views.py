"""What pages show of flags: who called them right or wrong, and how far a check is to be trusted here."""

from dataclasses import dataclass

from circletake.workflows.person_view import PersonView


@dataclass(frozen=True, slots=True)
class FlagCallView:
    """Somebody's latest call on a flag: right or wrong."""

    seq: int
    at: str
    person: PersonView
    call: str
    note: str | None


@dataclass(frozen=True, slots=True)
class FlagView:
    """Frames a check points at.

    Args:
        calls: what people said about it, the latest of each.
        mine: what the signed-in person said: right, wrong, or empty.
        agreed: what most of them say; empty where nobody does, or as many as say otherwise.
        trust: how often such flags were wrong in this production, in words; empty where nobody answered.
        quiet: such flags are more often wrong than right here; shown after the others.
    """

    start: int
    end: int
    label: str
    sentence: str
    strength: float
    calls: list[FlagCallView]
    mine: str
    agreed: str
    trust: str
    quiet: bool


@dataclass(frozen=True, slots=True)
class TrustView:
    """How often flags of one label of one check are right in a production.

    Args:
        answered: flags that somebody called and people do not differ on.
        interval: where the share of right flags lies, at 90 %.
        quiet: shown after the others, quieter.
        words: the reason.
    """

    check: str
    label: str
    right: int
    wrong: int
    answered: int
    interval: list[float]
    quiet: bool
    words: str
