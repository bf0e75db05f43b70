"""Patches: what belongs to no approved view (forward), what those have that is missing (backward)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.checks.consistency._look import CELLS, Look, Rows
from circletake.checks.consistency.scorers.protocol import View, top, unlit

names = (
    "strange parts anywhere",
    "missing parts anywhere",
    "strange parts",
    "missing parts",
    "unlike every view",
    "colours",
    "part colours",
)
least_spread = (0.25, 0.25, 0.25, 0.25, 0.25, 0.1, 0.2)
# What is missing mostly is where something strange is; seven say the same thing of colour, one of the whole.
worth = (1.0, 0.25, 1.0, 0.25, 1.5, 1.0, 1.0)
# One unit is what a person starts to see: about 8 in Lab; edges and texture are scaled to weigh as much.
_COLOUR, _TEXTURE, _EDGE = 1 / 8, 0.8, 2.5
# About 8 in a or b, over the two windows together.
_CHROMA = _COLOUR * np.sqrt(0.5)
# The crop's side in units of difference: an eighth of it off its place is worth 12 Lab.
_PLACE = 12.0
_COMPONENTS = 32
_SHORTLIST, _ALIKE, _TOP, _FORM = 8, 4, 0.05, 0.3
_CORE = 0.35
_COARSE = 7
# For the heat: Lab of what only one of two views shows, worth of a difference in place beside one of patches,
# and cells over which neighbours are smoothed. Set on drawn characters of seeds 300 to 309.
_UNCOVERED, _IN_PLACE, _SMOOTH = 40.0, 1 / 24, 1.0
# What is not the character has a tone of its own, so that silhouettes count.
_NOWHERE_L = -40.0


@dataclass(frozen=True, slots=True)
class Parts:
    """Where one view differs, for the heatmap and the sentence.

    Args:
        strange: how far each of the look's cells is beyond the bank, [cell].
        missing: what the most alike views have there and this one lacks, 28×28.
        alike: index of the most alike view.
        matched: cell of that view that is most like each cell in form and place, [cell].
    """

    strange: Rows
    missing: Rows
    alike: int
    matched: NDArray[np.intp]


@dataclass(slots=True)
class _Patches:
    """A view's cells: in the bank every second one, since windows overlap."""

    rows: Rows
    norms: Rows
    places: Rows
    cells: NDArray[np.intp]
    usual: Rows


@dataclass(frozen=True, slots=True)
class _Formed:
    """The look that was asked of last, by its form: it is asked of several times in a row."""

    look: Look
    rows: Rows
    norms: Rows
    apart: dict[int, Rows]


class LearnedPatches:
    """The bank's patches.

    Distances count twice: anywhere on the character, and with the place on it as a part of the patch. A
    leg that no two views show alike may differ: for the heatmap, what a matched cell differs by from its
    own neighbours in the bank is taken off.

    Source:
        Roth et al. 2022 (PatchCore) for the bank; Jolliffe 2002 for the principal components.
    """

    def __init__(self, views: Sequence[View]) -> None:
        self.views = list(views)
        rows = np.concatenate([_described(view.look, view.look.colours) for view in views])
        self._mean = rows.mean(axis=0)
        centred = (rows - self._mean).astype(np.float64)
        _, directions = np.linalg.eigh(centred.T @ centred)
        self._directions = directions[:, ::-1][:, :_COMPONENTS].astype(np.float32)
        self._coarse = np.stack([_coarse(view.look, view.look.colours) for view in views])
        self._groups = np.array([view.group for view in views])
        self._forms = [_formed(view.look) for view in views]
        self._form_norms = [np.asarray((form * form).sum(axis=1), np.float32) for form in self._forms]
        self._lately: _Formed | None = None
        self._patches = [self._kept(view.look) for view in views]
        for patches, view in zip(self._patches, views, strict=True):
            patches.usual = self._usual(patches, view)

    def measure(self, look: Look, *, without: int | None = None, light: Rows | None = None) -> Rows:
        """See `Learned.measure`."""
        return self._compare(look, without, light)[0]

    def parts(self, look: Look, *, light: Rows | None = None) -> Parts:
        """Say where a view differs."""
        _, compared, shortlist = self._compare(look, None, light)
        missing = np.zeros(CELLS * CELLS, dtype=np.float32)
        best = shortlist[int(compared.likeness.argmin())]
        least = min(
            np.argsort(compared.likeness, kind="stable")[:_ALIKE],
            key=lambda i: top(compared.back[int(i)], _TOP),
        )
        missing[self._patches[shortlist[int(least)]].cells] = compared.back[int(least)]
        return Parts(
            strange=np.asarray(compared.beyond.min(axis=0), dtype=np.float32),
            missing=missing.reshape(CELLS, CELLS),
            alike=best,
            matched=self.matched(look, best),
        )

    def heat(self, look: Look, *, light: Rows | None = None) -> Rows:
        """Where a view differs, 28×28, smoothed: a drift covers neighbours, the noise of a pose does not.

        Three distances are added, each the least from the most alike views: of the patch beyond what the bank
        varies by, of its chroma from cells of the same form and place, and of Lab in the same place, where
        what only one of the two shows is far off.
        """
        _, compared, shortlist = self._compare(look, None, light)
        colours = _lit(look, light)
        alike = [shortlist[int(i)] for i in np.argsort(compared.likeness, kind="stable")[:_ALIKE]]
        beyond = _plane(look, compared.beyond.min(axis=0)[:, None], 0)[:, 0]
        chroma = _plane(look, self._chroma(look, colours, alike).min(axis=0)[:, None], 0)[:, 0]
        here = _plane(look, colours, np.nan)
        apart = []
        for view in alike:
            there = _plane(self.views[view].look, self.views[view].look.colours, np.nan)
            off = _root(((here - there) ** 2).sum(axis=1) / 2)
            nowhere = np.isnan(here[:, 0]) & np.isnan(there[:, 0])
            apart.append(np.where(nowhere, 0, np.nan_to_num(off, nan=_UNCOVERED)))
        in_place = np.min(apart, axis=0) * look.inside.ravel()
        heat = beyond / 2 + chroma + in_place * _IN_PLACE
        smooth = cv2.GaussianBlur(heat.reshape(CELLS, CELLS).astype(np.float32), (0, 0), _SMOOTH)
        return np.asarray(smooth, dtype=np.float32)

    def form(self, look: Look, *, without: int | None = None) -> tuple[float, Rows]:
        """How far a view's drawing is from the most alike view's, whatever its colours are.

        Returns:
            The mean of the worst third of its cells, and the median Lab difference, [3], of cells matched
            by form and place: what light, or a change of hue, makes.
        """
        inside = look.inside.ravel()
        best, alike = np.inf, -1
        for index in self._shortlist(_coarse(look, look.colours), without):
            apart = self._apart_in_form(look, index)
            missing = _root(apart.min(axis=1))[inside[self.views[index].look.cells]]
            form = top(missing, _FORM)
            if form < best:
                best, alike = form, index
        if alike < 0:
            return float(best), np.zeros(3, dtype=np.float32)
        theirs = self.views[alike].look.colours[self.matched(look, alike), 3:6]
        light = np.median(look.colours[:, 3:6] - theirs, axis=0)
        return float(best), np.asarray(light, dtype=np.float32)

    def matched(self, look: Look, view: int) -> NDArray[np.intp]:
        """Cells of a bank's view that are most like each cell in form and place, whatever their colour."""
        return np.asarray(self._apart_in_form(look, view).argmin(axis=0), dtype=np.intp)

    def _apart_in_form(self, look: Look, view: int) -> Rows:
        """Squared distance of each cell of a bank's view from each of a look's, [its cell, cell]."""
        lately = self._lately
        if lately is None or lately.look is not look:
            here = _formed(look)
            lately = self._lately = _Formed(look, here, np.asarray((here * here).sum(axis=1), np.float32), {})
        if view not in lately.apart:
            apart = self._forms[view] @ (-2 * lately.rows.T)
            apart += self._form_norms[view][:, None]
            apart += lately.norms
            lately.apart[view] = np.asarray(apart, dtype=np.float32)
        return lately.apart[view]

    def _compare(
        self, look: Look, without: int | None, light: Rows | None
    ) -> tuple[Rows, "_Compared", list[int]]:
        colours = _lit(look, light)
        shortlist = self._shortlist(_coarse(look, colours), without)
        compared = self._apart(self._rows(look, colours), look, shortlist)
        alike = np.argsort(compared.likeness, kind="stable")[:_ALIKE]
        # Cells at the outline see a little of what is behind.
        core = _core(look)
        scores = [
            top(compared.free.min(axis=0)[core], _TOP),
            min(top(compared.free_back[int(i)], _TOP) for i in alike),
            top(compared.placed.min(axis=0)[core], _TOP),
            min(top(compared.back[int(i)], _TOP) for i in alike),
            float(compared.likeness.min()),
            *self._recoloured(look, colours, [shortlist[int(i)] for i in alike]),
        ]
        return np.array(scores, dtype=np.float32), compared, shortlist

    def _recoloured(self, look: Look, colours: Rows, views: Sequence[int]) -> tuple[float, float]:
        """Chroma against cells of the same form and place: a changed hue finds no excuse elsewhere."""
        least = self._chroma(look, colours, views).min(axis=0)
        return float(least.mean()), top(least, _TOP)

    def _chroma(self, look: Look, colours: Rows, views: Sequence[int]) -> Rows:
        """The same of each cell from each view, [view cell]."""
        apart = []
        for view in views:
            theirs = self.views[view].look.colours[self.matched(look, view)]
            off = (colours - theirs)[:, [1, 2, 4, 5]] * _CHROMA
            apart.append(_root((off * off).sum(axis=1)))
        return np.stack(apart)

    def _apart(self, rows: Rows, look: Look, shortlist: Sequence[int]) -> "_Compared":
        bank = [self._patches[index] for index in shortlist]
        starts = np.cumsum([0, *(len(patches.rows) for patches in bank)])
        own = look.places * _PLACE
        # one product for all views; squares are rooted once the least is known
        free = np.concatenate([patches.rows for patches in bank]) @ rows.T
        free *= -2
        free += np.concatenate([patches.norms for patches in bank])[:, None]
        there = np.concatenate([patches.places for patches in bank]) * _PLACE
        placed = free + ((there * there).sum(axis=1)[:, None] - 2 * (there @ own.T))
        norms = (rows * rows).sum(axis=1)
        own_norms = norms + (own * own).sum(axis=1)
        usual = np.concatenate([patches.usual for patches in bank])
        inside = look.inside.ravel()[np.concatenate([patches.cells for patches in bank])]
        free_back = np.where(inside, _root((free + norms).min(axis=1)), 0).astype(np.float32)
        back = np.where(inside, _root((placed + own_norms).min(axis=1)), 0).astype(np.float32)
        parts = [slice(a, b) for a, b in pairwise(starts)]
        nearest = np.stack([placed[part].argmin(axis=0) + part.start for part in parts])
        here = _root(np.take_along_axis(placed, nearest, axis=0) + own_norms)
        return _Compared(
            free=_root(np.stack([free[part].min(axis=0) for part in parts]) + norms),
            placed=here,
            beyond=np.maximum(here - usual[nearest], 0),
            free_back=[free_back[part] for part in parts],
            back=[back[part] for part in parts],
            likeness=here.mean(axis=1) + np.array([back[part].mean() for part in parts], dtype=np.float32),
        )

    def _shortlist(self, coarse: Rows, without: int | None) -> list[int]:
        known = np.flatnonzero(self._groups != without) if without is not None else np.arange(len(self.views))
        apart = np.abs(self._coarse[known] - coarse).mean(axis=(1, 2))
        return [int(known[i]) for i in np.argsort(apart, kind="stable")[:_SHORTLIST]]

    def _usual(self, mine: _Patches, view: View) -> Rows:
        """How far a view's cells are from the nearest of other groups: what the bank itself varies by."""
        nearest = np.full(len(mine.rows), np.inf, dtype=np.float32)
        here = mine.places * _PLACE
        for index in self._shortlist(_coarse(view.look, view.look.colours), view.group):
            theirs = self._patches[index]
            apart = mine.norms[:, None] + theirs.norms[None] - 2 * (mine.rows @ theirs.rows.T)
            there = theirs.places * _PLACE
            apart += (here * here).sum(axis=1)[:, None] + (there * there).sum(axis=1) - 2 * (here @ there.T)
            nearest = np.minimum(nearest, _root(apart.min(axis=1)))
        return np.asarray(np.where(np.isfinite(nearest), nearest, 0), dtype=np.float32)

    def _rows(self, look: Look, colours: Rows) -> Rows:
        return np.asarray((_described(look, colours) - self._mean) @ self._directions, dtype=np.float32)

    def _kept(self, look: Look) -> _Patches:
        row, column = np.divmod(look.cells, CELLS)
        kept = (row + column) % 2 == 0
        rows = self._rows(look, look.colours)[kept]
        return _Patches(
            rows=rows,
            norms=np.asarray((rows * rows).sum(axis=1), dtype=np.float32),
            places=look.places[kept],
            cells=look.cells[kept],
            usual=np.zeros(len(rows), dtype=np.float32),
        )


@dataclass(frozen=True, slots=True)
class _Compared:
    """A view against the shortlist: [view cell] forward, [its cell] of each view backward."""

    free: Rows
    placed: Rows
    beyond: Rows
    free_back: list[Rows]
    back: list[Rows]
    likeness: Rows


def learn(views: Sequence[View]) -> LearnedPatches:
    """See `Scorer.learn`."""
    return LearnedPatches(views)


def _core(look: Look) -> NDArray[np.bool_]:
    plane = np.zeros((CELLS + 2, CELLS + 2), dtype=bool)
    plane[look.cells // CELLS + 1, look.cells % CELLS + 1] = True
    inner = plane[1:-1, 1:-1] & plane[:-2, 1:-1] & plane[2:, 1:-1] & plane[1:-1, :-2] & plane[1:-1, 2:]
    core = np.asarray(inner.ravel()[look.cells])
    # A thin figure has no inside.
    return core if float(core.mean()) > _CORE else np.ones(len(look.cells), dtype=bool)


def _lit(look: Look, light: Rows | None) -> Rows:
    """Colours of a look with the light taken off."""
    if light is None:
        return look.colours
    middle = float(np.median(look.colours[:, 3]))
    near = unlit(look.colours[:, :3], look.colours[:, 0], middle, light)
    return np.concatenate([near, unlit(look.colours[:, 3:], look.colours[:, 3], middle, light)], axis=1)


def _plane(look: Look, values: Rows, elsewhere: float) -> Rows:
    """Values of a look's cells on all 28×28, [cell value]."""
    plane = np.full((CELLS * CELLS, values.shape[1]), elsewhere, dtype=np.float32)
    plane[look.cells] = values
    return plane


def _described(look: Look, colours: Rows) -> Rows:
    return np.concatenate([colours * _COLOUR, look.textures * _TEXTURE, look.edges * _EDGE], axis=1).astype(
        np.float32
    )


def _formed(look: Look) -> Rows:
    return np.concatenate(
        [look.textures * _TEXTURE, look.edges * _EDGE, look.places * _PLACE], axis=1
    ).astype(np.float32)


def _root(squares: Rows) -> Rows:
    return np.asarray(np.sqrt(np.maximum(squares, 0)), dtype=np.float32)


def _coarse(look: Look, colours: Rows) -> Rows:
    plane = np.zeros((CELLS * CELLS, 3), dtype=np.float32)
    plane[:, 0] = _NOWHERE_L
    plane[look.cells] = colours[:, :3]
    size = CELLS // _COARSE
    return np.asarray(
        plane.reshape(_COARSE, size, _COARSE, size, 3).mean(axis=(1, 3)).reshape(_COARSE**2, 3), np.float32
    )
