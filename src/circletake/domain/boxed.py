"""A box: where a person says that a character is in one frame, or that it is not in it."""

from collections.abc import Iterable
from dataclasses import dataclass

Where = tuple[int, int, int, int]
"""x, y, width, height in ten-thousandths of the picture, so that no size is needed."""


@dataclass(frozen=True, slots=True)
class Boxed:
    """What a person said of one character in one frame of one content.

    Args:
        id: `x_…`.
        character: its code.
        frame: 0-based, in the content.
        where: the character is in here; None says that it is not in this frame.
    """

    id: str
    character: str
    frame: int
    where: Where | None


def newest_of(boxes: Iterable[Boxed]) -> list[Boxed]:
    """Of several for one character and frame the last; in order of character and frame.

    >>> one, other = Boxed("x_1", "dog", 3, None), Boxed("x_2", "dog", 3, (0, 0, 9, 9))
    >>> [box.id for box in newest_of([one, other])]
    ['x_2']
    """
    last = {(box.character, box.frame): box for box in boxes}
    return [last[key] for key in sorted(last)]
