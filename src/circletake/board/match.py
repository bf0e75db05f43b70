"""What a file holds, known again on the board: by id, then by place, then by words; ties are a person's."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from circletake.board.imported import FoundScene
from circletake.domain.board import Scene
from circletake.errors import BoardInvalid

How = Literal["id", "place", "words", "told"]
NEW = "new"
_ALIKE = 0.6
_CLEARLY = 0.15


@dataclass(frozen=True, slots=True)
class Unsure:
    """A scene of the file that could be one of several on the board.

    Args:
        place: of the scene in the file, from 1.
        slugline: of it.
        may_be: ids of scenes on the board.
    """

    place: int
    slugline: str
    may_be: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matched:
    """Scenes known again.

    Args:
        pairs: index in the file → id on the board, and how it was known.
        unsure: what only a person can say.
        gone: ids of scenes on the board that the file does not have.
    """

    pairs: Mapping[int, tuple[str, How]]
    unsure: tuple[Unsure, ...]
    gone: tuple[str, ...]


def match_scenes(
    old: Sequence[Scene], new: Sequence[FoundScene], *, told: Mapping[int, str] | None = None
) -> Matched:
    """Know scenes again.

    Args:
        old: of the board.
        new: of the file.
        told: place in the file, from 1 → id on the board, or `new`; what a person said.

    Raises:
        BoardInvalid: somebody named a scene that is not there.
    """
    pairs: dict[int, tuple[str, How]] = {}
    answers = told or {}
    ids = {scene.id for scene in old}
    for place, said in answers.items():
        if not 1 <= place <= len(new) or (said != NEW and said not in ids):
            raise BoardInvalid(f"There is no scene {place} in the file, or no {said} on the board.")
        if said != NEW:
            pairs[place - 1] = (said, "told")
    closed = {place - 1 for place in answers}

    def free() -> tuple[list[Scene], list[int]]:
        taken = {scene for scene, _ in pairs.values()}
        return (
            [scene for scene in old if scene.id not in taken],
            [at for at in range(len(new)) if at not in pairs and at not in closed],
        )

    left, open_ = free()
    by_id = {scene.id: scene for scene in left}
    for at in open_:
        if new[at].id and new[at].id in by_id:
            pairs[at] = (new[at].id, "id")
            del by_id[new[at].id]
    left, open_ = free()
    for there, here in certain(
        [_slug(scene.slugline) for scene in left], [_slug(new[at].slugline) for at in open_]
    ):
        pairs[open_[here]] = (left[there].id, "place")
    left, open_ = free()
    unsure = _by_words(left, [(at, new[at]) for at in open_], pairs)
    left, _ = free()
    return Matched(pairs, unsure, tuple(scene.id for scene in left))


def certain(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of equal things that every longest common subsequence has.

    >>> certain(["a", "b", "c"], ["a", "c"])
    [(0, 0), (2, 1)]
    >>> certain(["a", "a"], ["a"])
    []
    """
    head = _lengths(old, new)
    tail = _lengths(old[::-1], new[::-1])
    rows, columns = len(old), len(new)
    longest = head[rows][columns]
    ranks: dict[int, list[tuple[int, int]]] = {}
    for i in range(rows):
        for j in range(columns):
            if old[i] == new[j] and head[i][j] + 1 + tail[rows - i - 1][columns - j - 1] == longest:
                ranks.setdefault(head[i][j], []).append((i, j))
    return sorted(pairs[0] for pairs in ranks.values() if len(pairs) == 1)


def _lengths(one: Sequence[str], other: Sequence[str]) -> list[list[int]]:
    table = [[0] * (len(other) + 1)]
    for a in one:
        above, row = table[-1], [0]
        for j, b in enumerate(other):
            row.append(above[j] + 1 if a == b else max(above[j + 1], row[j]))
        table.append(row)
    return table


def _slug(text: str) -> str:
    return " ".join(text.casefold().replace(".", " ").replace("-", " ").split())


def likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """How many of their words two scenes share, 0 to 1; two without words are not alike."""
    first, second = set(one), set(other)
    return len(first & second) / len(first | second) if first | second else 0.0


def _by_words(
    old: Sequence[Scene], new: Sequence[tuple[int, FoundScene]], pairs: dict[int, tuple[str, How]]
) -> tuple[Unsure, ...]:
    """Pair what is clearly alike by its words; of equal headings without a clear one a person is asked."""
    best: dict[int, str] = {}
    unsure: list[Unsure] = []
    for at, scene in new:
        scored = sorted(((likeness(one.gist, scene.gist), one) for one in old), key=lambda pair: -pair[0])
        second = scored[1][0] if len(scored) > 1 else 0.0
        if scored and scored[0][0] >= _ALIKE and scored[0][0] - second >= _CLEARLY:
            best[at] = scored[0][1].id
            continue
        same = tuple(one.id for one in old if _slug(one.slugline) == _slug(scene.slugline))
        alike = same or tuple(one.id for score, one in scored if score >= _ALIKE)
        if alike:
            unsure.append(Unsure(at + 1, scene.slugline, alike))
    claims = Counter(best.values())
    slugs = dict(new)
    for at, found in best.items():
        if claims[found] == 1:
            pairs[at] = (found, "words")
        else:
            unsure.append(Unsure(at + 1, slugs[at].slugline, (found,)))
    taken = {found for found, _ in pairs.values()}
    return tuple(
        Unsure(one.place, one.slugline, may_be)
        for one in sorted(unsure, key=lambda one: one.place)
        if (may_be := tuple(found for found in one.may_be if found not in taken))
    )
