"""Records of what people keep of boards for themselves."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SavedBoardView:
    """A board as somebody likes to look at it.

    Args:
        query: filters, order and groups, as they stand behind `?` in the board's address.
    """

    id: str
    name: str
    query: str
