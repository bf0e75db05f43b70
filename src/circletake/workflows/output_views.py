"""Records of the versions of the film that are made for a purpose."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OutputView:
    """A version of the film that the cut as it stands can be made into.

    Args:
        preset: by which it is asked for.
        label: as people say it.
        file_name: what its file is called.
        content: SHA-256 of its file; None while it is not made of exactly this cut.
    """

    preset: str
    label: str
    file_name: str
    content: str | None


@dataclass(frozen=True, slots=True)
class OutputsView:
    """All that the cut as it stands can be made into.

    Args:
        may_make: whether this person may have one made, and take it away.
        gaps: shots that are missing from the cut; nothing is made before they are there.
        making: presets that are being made now.
    """

    may_make: bool
    gaps: list[str]
    making: list[str]
    outputs: list[OutputView]
