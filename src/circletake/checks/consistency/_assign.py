"""Which is which, in a take of several characters: each figure is one of them, each of them one figure."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from circletake.checks.consistency._cadence import KEY_FRAMES
from circletake.checks.consistency._find import Held, overlap
from circletake.checks.consistency._look import Look, look_at
from circletake.checks.consistency._meter import Track
from circletake.checks.consistency._model import CharacterModel
from circletake.checks.consistency._pixels import Mask
from circletake.checks.consistency._track import Tracker

# Intersection over union from which two masks are of one figure.
_ONE = 0.5
# Mean deviations by which the two other ways round must be worse together before which is which is known.
# Figures of one design differ by up to .4 from pose to pose, those that only differ in a hue by 2.
_TOLD_APART = 0.9
# The same for a quarter of a second after they met: a mask may still hold some of both.
_JUST_MET, _MET_LATELY = 1.6, 6
# Cost of no figure at all: more than any likeness, so that as many as can have one.
_NONE = 1000.0

_SECOND, _SPARE = 24, 60

Costs = NDArray[np.float64]


@dataclass(slots=True)
class _Sighting:
    who: list[int]
    held: Held
    mask: Mask
    look: Look


@dataclass(slots=True)
class Assigner:
    """Follows several trackers, sees to it that no two follow one figure, and says where nobody can tell.

    Args:
        trackers: of every character, each with its model.
        unclear: for each of them the frames in which it may be somebody else.
        pairs: two that cannot be told apart → the frames in which they cannot.
    """

    trackers: Sequence[tuple[CharacterModel, Tracker]]
    unclear: list[set[int]] = field(init=False)
    pairs: dict[tuple[int, int], set[int]] = field(default_factory=dict)
    _asked: int = -KEY_FRAMES
    _met: int = -_MET_LATELY
    # Of each second one look that is certainly of the right one, should those that were kept be of another.
    _spare: list[dict[int, tuple[int, Look]]] = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is unclear yet."""
        self.unclear = [set() for _ in self.trackers]
        self._spare = [{} for _ in self.trackers]

    def frame(self, n: int) -> None:
        """Ask which is which, when all trackers have seen frame `n`."""
        if len(self.trackers) < 2:  # noqa: PLR2004 (one alone is nobody else)
            return
        here = [self._seen(who, n) for who in range(len(self.trackers))]
        present = [who for who, seen in enumerate(here) if seen is not None]
        masks = {who: seen[1] for who, seen in enumerate(here) if seen is not None}
        met = any(overlap(masks[a], masks[b]) >= _ONE for a, b in combinations(present, 2))
        if len(present) < 2 or not (met or n % KEY_FRAMES == 0):  # noqa: PLR2004 (as above)
            return
        since = max(self._asked + 1, n - KEY_FRAMES + 1)
        self._asked = n
        just_met = not met and n - self._met < _MET_LATELY
        self._met = n if met else self._met
        figures = self._figures(present, n)
        if figures:
            self._settle(figures, since, n, due=_JUST_MET if just_met else _TOLD_APART)

    def told(self, who: int, track: Track) -> Track:
        """A track without the frames in which it may be somebody else's."""
        lost = self.unclear[who]
        if not lost:
            return track
        kept = [row for row, n in enumerate(track.measured) if n not in lost]
        looks = {n: look for n, look in track.looks.items() if n not in lost}
        seconds = {n // _SECOND for n in looks}
        looks |= {
            n: look
            for second, (n, look) in self._spare[who].items()
            if second not in seconds and n not in lost
        }
        if not looks:
            kept = []
        return replace(
            track,
            frames=[n for n in track.frames if n not in lost] if looks else [],
            measured=[track.measured[row] for row in kept],
            values=track.values[kept],
            changes={n: change for n, change in track.changes.items() if n not in lost},
            looks=looks,
            pictures=[one for one in track.pictures if one.n not in lost],
        )

    def alike(self, frames: int) -> int:
        """In how many of a take's frames some two cannot be told apart."""
        return len({n for lost in self.pairs.values() for n in lost if n < frames})

    def say(self, frames: int) -> str:
        """Who cannot be told apart, and where, as sentences after others; mostly nothing."""
        said = ""
        for pair, lost in sorted(self.pairs.items()):
            names = " and ".join(self.trackers[who][0].character for who in pair)
            many = sum(n < frames for n in lost)
            said += (
                f" {names} cannot be told apart in {many} frame{'s' if many > 1 else ''}; not judged there."
            )
        return said

    def _seen(self, who: int, n: int) -> tuple[Held, Mask] | None:
        sighting = self.trackers[who][1].sighting
        return sighting if sighting is not None and sighting[0].n == n else None

    def _figures(self, present: Sequence[int], n: int) -> list[_Sighting]:
        """Figures that somebody follows, each once."""
        figures: list[_Sighting] = []
        for who in present:
            seen = self._seen(who, n)
            if seen is None:
                continue
            same = next((one for one in figures if overlap(one.mask, seen[1]) >= _ONE), None)
            if same is not None:
                same.who.append(who)
                continue
            look = look_at(seen[0].rgb, seen[1])
            if look is not None:
                figures.append(_Sighting([who], *seen, look))
        return figures

    def _settle(self, figures: list[_Sighting], since: int, n: int, *, due: float) -> None:
        present = sorted(who for figure in figures for who in figure.who)
        costs = np.array([[self._cost(who, figure) for figure in figures] for who in present])
        # As many columns as rows; whoever gets one beyond the figures has none.
        wide = np.full((len(present), max(len(present), len(figures))), _NONE)
        wide[:, : len(figures)] = costs
        given = assigned(wide)
        for a, b in combinations(range(len(present)), 2):
            if wide[a, given[b]] + wide[b, given[a]] - wide[a, given[a]] - wide[b, given[b]] < due:
                pair = (present[a], present[b])
                around = range(max(n - KEY_FRAMES // 2, 0), n + KEY_FRAMES // 2)
                self.pairs.setdefault(pair, set()).update(around)
                for who in pair:
                    self.unclear[who].update(around)
        for row, who in enumerate(present):
            figure = figures[given[row]] if given[row] < len(figures) else None
            if figure is not None and who in figure.who:
                if len(self._spare[who]) < _SPARE:
                    self._spare[who].setdefault(n // _SECOND, (n, figure.look))
                continue
            if any(who in pair and n in lost for pair, lost in self.pairs.items()):
                continue  # one way round is as good as the other
            self.unclear[who].update(range(since, n + 1))
            tracker = self.trackers[who][1]
            if figure is not None:
                tracker.go_to(figure.held, figure.mask)
            else:
                tracker.look_beside([one.mask for one in figures])

    def _cost(self, who: int, figure: _Sighting) -> float:
        model, tracker = self.trackers[who]
        if tracker.is_led:
            # A person said which figure it is.
            return -_NONE if who in figure.who else _NONE
        seen = model.see(figure.look)
        return float(model.scale.deviations(seen.values[None]).mean())


def assigned(costs: Costs) -> list[int]:
    """Give each row a column of its own so that the costs are least in all.

    Args:
        costs: [row column], no more rows than columns.

    Returns:
        The column of each row; of equally good ways always the same.

    Source:
        Kuhn 1955, Munkres 1957; by shortest augmenting paths as Jonker and Volgenant 1987, O(rows² columns).

    >>> assigned(np.array([[4.0, 1.0], [2.0, 0.0]]))
    [1, 0]
    """
    rows, columns = costs.shape
    above, beside = np.zeros(rows + 1), np.zeros(columns + 1)
    held = np.zeros(columns + 1, dtype=int)  # column → its row, both counted from 1; 0 is nobody
    for row in range(1, rows + 1):
        held[0] = row
        column = 0
        least, way = np.full(columns + 1, np.inf), np.zeros(columns + 1, dtype=int)
        done = np.zeros(columns + 1, dtype=bool)
        while held[column]:
            done[column] = True
            at = held[column]
            left = np.flatnonzero(~done[1:]) + 1
            slack = costs[at - 1, left - 1] - above[at] - beside[left]
            better = slack < least[left]
            least[left[better]], way[left[better]] = slack[better], column
            nearest = int(left[int(least[left].argmin())])
            step = least[nearest]
            above[held[done]] += step
            beside[done] -= step
            least[~done] -= step
            column = nearest
        while column:
            held[column] = held[way[column]]
            column = int(way[column])
    return [int(np.flatnonzero(held[1:] == row)[0]) for row in range(1, rows + 1)]
