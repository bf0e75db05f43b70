"""What an approval leaned on, and what goes stale when that changes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StaleCause:
    """One slot whose adopted content is no longer what was leaned on."""

    slot: str
    leaned_on: str
    adopted: str | None

    @property
    def sentence(self) -> str:
        """The cause, for a person."""
        if self.adopted is None:
            return f"{self.slot} was withdrawn after this was approved."
        return f"{self.slot} changed ({self.leaned_on[:8]} → {self.adopted[:8]}) after this was approved."


def stale_causes(leaned: dict[str, str], adopted: dict[str, str]) -> list[StaleCause]:
    """Slots whose adopted content differs from what was leaned on.

    >>> stale_causes({"sheet:dog": "aa"}, {"sheet:dog": "bb"})[0].adopted
    'bb'
    """
    return [
        StaleCause(slot=slot, leaned_on=content, adopted=adopted.get(slot))
        for slot, content in sorted(leaned.items())
        if adopted.get(slot) != content
    ]


def sheet_slot(character: str) -> str:
    """Name of the slot that holds a character's adopted model sheet."""
    return f"sheet:{character}"
