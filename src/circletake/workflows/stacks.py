"""Stacks of a task: which of its takes look the same."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from circletake.checks.stack import read_signature, stacks
from circletake.domain.take import Take
from circletake.media.recipes import SIGNATURE
from circletake.media.store import ContentStore
from circletake.workflows.house import House

_KEPT = 64  # tasks whose stacks are remembered


def stack_numbers(
    house: House, takes: Sequence[Take], made: Mapping[str, Mapping[str, str]]
) -> dict[str, int]:
    """Take → number of its stack; a take that nobody has looked at yet stands alone.

    Args:
        made: content → recipe → what it made of that.
    """
    known = {take.id: made.get(take.content, {}).get(SIGNATURE) for take in takes}
    found = _stacked(house.store, tuple((take, content) for take, content in known.items() if content))
    alone = max(found.values(), default=0) + 1
    return {take.id: found.get(take.id, alone + index) for index, take in enumerate(takes)}


@lru_cache(maxsize=_KEPT)
def _stacked(store: ContentStore, signatures: tuple[tuple[str, str], ...]) -> dict[str, int]:
    """The same signatures stack the same: a page that is asked for again does not compare them again."""
    return stacks({take: read_signature(store.read(content)) for take, content in signatures})
