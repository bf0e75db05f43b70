"""Playlists of dailies: takes in order, and what may be done to them.

An entry has an id of its own and is placed after another entry, which keeps its place when it is removed.
So two people may add, move and remove at once, and neither undoes what the other did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from circletake.domain.drawing import is_uuid7
from circletake.errors import PlaylistInvalid

Act = Literal["make", "add", "remove", "put_back", "move", "take_in", "rename", "start", "archive", "restore"]
ACTS: tuple[Act, ...] = get_args(Act)
Pair = tuple[str, str]

MOST_ENTRIES = 1_000
MOST_LABEL = 80
MOST_TEXT = 500
FIRST = "first"
LAST = "last"
STEP = 2**32
"""From one rank to the next, so that a few dozen entries find room between two before all are ranked anew."""

_NAMES_ENTRIES: frozenset[Act] = frozenset({"make", "add", "remove", "put_back", "move", "take_in"})
_NAMES_TAKES: frozenset[Act] = frozenset({"make", "add", "take_in"})
_PLACES: frozenset[Act] = frozenset({"add", "move"})
_NAMES: frozenset[Act] = frozenset({"make", "rename"})


@dataclass(frozen=True, slots=True)
class PlaylistOp:
    """One thing done to a playlist; sent twice, it is done once.

    Args:
        entries: which entries it is about, in order.
        takes: (task, content) of each of them, where it says which takes they show.
        after: `first`, `last`, or the entry that they come after.
        label: what the playlist is called.
        text: what it is for.
    """

    id: str
    act: Act
    playlist: str
    entries: tuple[str, ...] = ()
    takes: tuple[Pair, ...] = ()
    after: str = ""
    label: str = ""
    text: str = ""


def check_operation(done: PlaylistOp) -> None:
    """Refuse what cannot be done to any playlist.

    Raises:
        PlaylistInvalid: says what is the matter.
    """
    if done.act not in ACTS:
        raise PlaylistInvalid(f"“{done.act}” cannot be done to a playlist; it is one of {', '.join(ACTS)}.")
    if not all(is_uuid7(one) for one in (done.id, done.playlist, *done.entries)):
        raise PlaylistInvalid("A playlist, its entries and what is done to it have ids of the form UUIDv7.")
    if bool(done.entries) != (done.act in _NAMES_ENTRIES) or len(set(done.entries)) != len(done.entries):
        raise PlaylistInvalid(
            "A playlist is not saved empty: name at least one entry, and each once."
            if done.act in _NAMES_ENTRIES
            else f"To {done.act} a playlist names no entries."
        )
    if len(done.takes) != (len(done.entries) if done.act in _NAMES_TAKES else 0):
        raise PlaylistInvalid("To add entries or to take newer takes in, name the take of each; else none.")
    if (done.act in _PLACES) != bool(done.after) or done.after in done.entries:
        raise PlaylistInvalid("To add or to move says where to: first, last, or after another entry.")
    if (done.act in _NAMES) != bool(done.label.strip()) or (done.text and done.act not in _NAMES):
        raise PlaylistInvalid("A playlist is called something; write a word or two.")
    if len(done.label) > MOST_LABEL or len(done.text) > MOST_TEXT:
        raise PlaylistInvalid(
            f"A playlist's name has at most {MOST_LABEL} characters, what it is for at most {MOST_TEXT}."
        )


def place(standing: Sequence[tuple[str, int]], placed: Sequence[str], after: str) -> Mapping[str, int]:
    """Ranks that put entries, in order, where they are wanted.

    Args:
        standing: every entry with its rank, by rank, removed ones too: whatever stands after one that was
            removed meanwhile still knows where that is.
        placed: entries that get a place, whether they had one or not.
        after: `first`, `last`, or an entry that is not among `placed`.

    Returns:
        Entry → rank, of those whose rank is another from now on.

    Raises:
        PlaylistInvalid: the entry to come after was never there.

    >>> dict(place([("a", 8), ("b", 16)], ["c"], "a"))
    {'c': 12}
    """
    rest = [one for one in standing if one[0] not in set(placed)]
    known = {entry: index for index, (entry, _) in enumerate(rest)}
    if after not in {FIRST, LAST, *known}:
        raise PlaylistInvalid("The entry to come after was never in this playlist; reload the page.")
    at = 0 if after == FIRST else len(rest) if after == LAST else known[after] + 1
    low = rest[at - 1][1] if at else 0
    step = STEP if at == len(rest) else (rest[at][1] - low) // (len(placed) + 1)
    if step > 0:
        return {entry: low + step * nth for nth, entry in enumerate(placed, start=1)}
    order = [*(entry for entry, _ in rest[:at]), *placed, *(entry for entry, _ in rest[at:])]
    return {entry: STEP * nth for nth, entry in enumerate(order, start=1)}
