"""How a view differs from the sheet's views, in each respect by itself."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from circletake.checks.consistency._look import CELLS, Look, Rows, palette_of

ASPECTS = ("colour", "part colour", "palette", "strange parts", "missing parts", "shape")
_COMPONENTS = 24
# One unit of distance is what a person starts to see: about 6 in Lab (12 in L, which light changes).
_LIGHT, CHROMA = 1 / 12, 1 / 6
_EDGE = 2.0
_PLACE = 5.0
_TEXTURE = 0.6
# Views compared in full: those whose light and dark lie alike. Their mirror images count as views.
_SHORTLIST, _VIEWS_BACK = 6, 4
_COARSE = 14
# What is not the character is drawn in a tone of its own, so that silhouettes count.
_NOWHERE_L = -40.0
_TOP_FORWARD, _TOP_BACKWARD, _TOP_COLOUR, _TOP_FORM = 0.04, 0.04, 0.06, 0.3
_CORE_SHARE = 0.35


@dataclass(frozen=True, slots=True)
class Scores:
    """One view against the sheet.

    Args:
        values: distance in each of ASPECTS; higher is further.
        heat: how far each cell is from what the sheet lets expect, 28×28, zero off the character.
        strange: x, y (0–1 in the crop) of the strangest, the most recoloured and the missing part, [3 2].
        view: index of the sheet's picture that is most alike.
        chroma_here: mean a, b over the most recoloured cells.
        chroma_sheet: mean a, b of the cells they match.
        light: median Lab difference between cells and those they match, with what was taken off.
        form: missing parts and light, colour left out: what tells a recoloured character from another.
    """

    values: Rows
    heat: Rows
    strange: Rows
    view: int
    chroma_here: Rows
    chroma_sheet: Rows
    light: Rows
    form: float


@dataclass(slots=True)
class _View:
    """A view as matched against; `expected_*` is how far its cells are from the other views' nearest."""

    picture: int
    centre: Rows
    places: Rows
    cells: NDArray[np.intp]
    light: Rows
    structure: Rows
    structure_norms: Rows
    both_norms: Rows
    chroma: Rows
    chroma_twice: Rows
    coarse: Rows
    expected: Rows
    expected_chroma: Rows
    expected_back: Rows


@dataclass(frozen=True, slots=True)
class _Compared:
    nearest: NDArray[np.intp]
    recoloured: Rows
    forward: Rows
    backward: Rows
    form: Rows


class Bank:
    """Patches of all the sheet's views, to be matched against.

    Forward (picture to sheet) finds what does not belong, backward (sheet to picture) what is missing.
    Colour is compared between cells matched by structure and place, so that a changed hue cannot find
    itself an excuse elsewhere on the character. Every distance counts by what it exceeds the sheet's own:
    a leg that no two views show alike may differ, a marking that all views show may not.

    Args:
        looks: of the sheet's pictures.
        mirrored: of the same pictures, mirrored.

    Source:
        Roth et al. 2022 (PatchCore) for the bank; Jolliffe 2002 for the principal components.
    """

    def __init__(self, looks: Sequence[Look], mirrored: Sequence[Look]) -> None:
        self.looks = tuple(looks)
        edges = np.concatenate([look.edges for look in (*looks, *mirrored)]).astype(np.float64)
        self._edge_mean = edges.mean(axis=0).astype(np.float32)
        _, directions = np.linalg.eigh((edges - self._edge_mean).T @ (edges - self._edge_mean))
        self._components = directions[:, ::-1][:, :_COMPONENTS].astype(np.float32)
        self._palettes = [palette_of(look.pixels) for look in looks]
        everyone = [*enumerate(looks), *enumerate(mirrored)]
        self._views = [self._view_of(picture, look) for picture, look in everyone]
        expected = [self._expected(view, look) for view, (_, look) in zip(self._views, everyone, strict=True)]
        for view, (forward, recoloured, backward) in zip(self._views, expected, strict=True):
            view.expected, view.expected_chroma, view.expected_back = forward, recoloured, backward

    def scores(self, look: Look, *, without: int | None = None, light: Rows | None = None) -> Scores:
        """Compare a view with the sheet.

        Args:
            look: the view.
            without: a picture of the sheet to leave out, when it is the one compared.
            light: Lab difference that the light makes here, taken off first.
        """
        colours, pixels = look.colours, look.pixels
        if light is not None:
            colours, pixels = _unlit(colours, pixels, light)
        views = self._shortlist(look, colours, without)
        cells = _Cells(self, look, colours)
        compared = [self._compare(view, cells) for view in views]
        excess = [
            np.maximum(c.forward - v.expected[c.nearest], 0) for v, c in zip(views, compared, strict=True)
        ]
        recoloured = [
            np.maximum(c.recoloured - v.expected_chroma[c.nearest], 0)
            for v, c in zip(views, compared, strict=True)
        ]
        alike = np.argsort([float(e.mean()) for e in excess], kind="stable")
        best = int(alike[0])
        # Cells at the outline see a little of what is behind; the shape has an aspect of its own.
        core = _core(look)
        strange, shifted = np.min(excess, axis=0) * core, np.min(recoloured, axis=0) * core
        missing = [
            np.maximum(c.backward - v.expected_back, 0) * look.inside.ravel()[v.cells]
            for v, c in zip(views, compared, strict=True)
        ]
        back = min((int(i) for i in alike[:_VIEWS_BACK]), key=lambda i: _top(missing[i], _TOP_BACKWARD))
        raw = np.min([c.recoloured for c in compared], axis=0)
        palette = palette_of(pixels)
        known = [i for i in range(len(self.looks)) if i != without]
        values = np.array(
            [
                float(raw.mean()),
                _top(shifted, _TOP_COLOUR),
                min(_bhattacharyya(palette, self._palettes[i]) for i in known),
                _top(strange, _TOP_FORWARD),
                _top(missing[back], _TOP_BACKWARD),
                min(float(np.abs(look.profile - self.looks[i].profile).mean()) for i in known),
            ],
            dtype=np.float32,
        )
        heat = np.zeros(CELLS * CELLS, dtype=np.float32)
        heat[look.cells] = strange
        here = look.inside.ravel()[views[back].cells]
        np.maximum.at(heat, views[back].cells[here], missing[back][here])
        changed = shifted >= np.partition(shifted, -_few(shifted))[-_few(shifted)]
        sheet = views[best].light[compared[best].nearest]
        return Scores(
            values=values,
            heat=heat.reshape(CELLS, CELLS),
            strange=np.stack(
                [
                    _middle(look.places, strange),
                    _middle(look.places, shifted),
                    _middle(views[back].places, missing[back]),
                ]
            ),
            view=views[best].picture,
            chroma_here=colours[changed, 4:6].mean(axis=0),
            chroma_sheet=sheet[changed, 1:].mean(axis=0),
            light=np.asarray(
                np.median(colours[:, 3:6] - sheet, axis=0) + (0 if light is None else light), dtype=np.float32
            ),
            form=min(_top(compared[int(i)].form, _TOP_FORM) for i in alike[:_VIEWS_BACK]),
        )

    def _shortlist(self, look: Look, colours: Rows, without: int | None) -> list[_View]:
        coarse = _coarse(look, colours)
        views = [view for view in self._views if view.picture != without]
        apart = [float(np.abs(coarse - view.coarse)[_coarsely(look.inside)].mean()) for view in views]
        return [views[int(i)] for i in np.argsort(apart, kind="stable")[:_SHORTLIST]]

    def _compare(self, view: _View, cells: "_Cells") -> _Compared:
        structure, own_structure = cells.around(view.centre)
        formed = structure @ view.structure
        apart = view.both_norms - formed - cells.chroma @ view.chroma_twice
        formed = view.structure_norms - formed
        own = own_structure + cells.chroma_norms
        nearest = formed.argmin(axis=1)
        return _Compared(
            nearest=nearest,
            recoloured=_root(((cells.chroma - view.chroma[nearest]) ** 2).sum(axis=1)),
            forward=_root(apart.min(axis=1) + own),
            backward=_root((apart + own[:, None]).min(axis=0)),
            form=_root((formed + own_structure[:, None]).min(axis=0)[cells.inside[view.cells]]),
        )

    def _expected(self, mine: _View, look: Look) -> tuple[Rows, Rows, Rows]:
        others = self._shortlist(look, look.colours, mine.picture)
        cells = _Cells(self, look, look.colours)
        compared = [self._compare(view, cells) for view in others]
        kept = _chequer(look)
        back = []
        for view in others:
            # Missing from the others: this view's cells against what those pictures show.
            apart = view.both_norms[:, None] - view.structure.T @ (mine.structure / 2)
            apart += mine.both_norms[None] - view.chroma @ mine.chroma_twice
            back.append(_root(apart.min(axis=0)))
        return (
            np.min([c.forward for c in compared], axis=0)[kept],
            np.min([c.recoloured for c in compared], axis=0)[kept],
            np.median(back, axis=0).astype(np.float32),
        )

    def _view_of(self, picture: int, look: Look) -> _View:
        kept = _chequer(look)
        centre = np.median(look.places, axis=0)
        structure = self.structure_of(look, look.colours, centre)[kept]
        chroma = _chroma_of(look.colours)[kept]
        nothing = np.zeros(int(kept.sum()), dtype=np.float32)
        return _View(
            picture=picture,
            centre=centre,
            places=look.places[kept],
            cells=look.cells[kept],
            light=look.colours[kept][:, 3:6],
            structure=np.ascontiguousarray(2 * structure.T),
            structure_norms=_squares(structure),
            both_norms=_squares(structure) + _squares(chroma),
            chroma=chroma,
            chroma_twice=np.ascontiguousarray(2 * chroma.T),
            coarse=_coarse(look, look.colours),
            expected=nothing,
            expected_chroma=nothing,
            expected_back=nothing,
        )

    def structure_of(self, look: Look, colours: Rows, centre: Rows) -> Rows:
        """What cells look like and where they are from a middle, hue left out: [cell, feature]."""
        edges = (look.edges.astype(np.float32) - self._edge_mean) @ self._components * _EDGE
        light = colours[:, [0, 3]] * (_LIGHT / np.sqrt(2))
        places = (look.places - centre) * _PLACE
        return np.concatenate([edges, light, look.textures * _TEXTURE, places], axis=1).astype(np.float32)


class _Cells:
    """The cells of a view that is compared, in the forms that are needed of them."""

    def __init__(self, bank: Bank, look: Look, colours: Rows) -> None:
        self.inside = look.inside.ravel()
        self.chroma = _chroma_of(colours)
        self.chroma_norms = _squares(self.chroma)
        self._bank, self._look, self._colours = bank, look, colours
        # A character that is partly out of the picture has its middle where the view has it.
        self._whole = self._from(np.median(look.places, axis=0)) if look.inside.all() else None

    def around(self, centre: Rows) -> tuple[Rows, Rows]:
        """Their structure, and the squares of its length."""
        return self._whole or self._from(centre)

    def _from(self, centre: Rows) -> tuple[Rows, Rows]:
        structure = self._bank.structure_of(self._look, self._colours, centre)
        return structure, _squares(structure)


def _squares(rows: Rows) -> Rows:
    return np.asarray((rows * rows).sum(axis=1), dtype=np.float32)


def _unlit(colours: Rows, pixels: Rows, light: Rows) -> tuple[Rows, Rows]:
    # Light multiplies: what is dark changes less, in proportion to its L.
    middle = max(float(np.median(colours[:, 3])), 1.0)
    near, wide, all_pixels = (
        np.clip(plane / middle, 0, 1.3)[:, None] * light
        for plane in (colours[:, 0], colours[:, 3], pixels[:, 0])
    )
    return colours - np.concatenate([near, wide], axis=1), pixels - all_pixels


def _core(look: Look) -> NDArray[np.bool_]:
    plane = np.zeros((CELLS + 2, CELLS + 2), dtype=bool)
    plane[look.cells // CELLS + 1, look.cells % CELLS + 1] = True
    inner = plane[1:-1, 1:-1] & plane[:-2, 1:-1] & plane[2:, 1:-1] & plane[1:-1, :-2] & plane[1:-1, 2:]
    core = inner.ravel()[look.cells]
    # A thin figure has no inside.
    return core if float(core.mean()) > _CORE_SHARE else np.ones(len(look.cells), dtype=bool)


def _chequer(look: Look) -> NDArray[np.bool_]:
    # Every second cell carries what its neighbours do; the windows overlap.
    row, column = np.divmod(look.cells, CELLS)
    return np.asarray((row + column) % 2 == 0)


def _coarse(look: Look, colours: Rows) -> Rows:
    plane = np.full(CELLS * CELLS, _NOWHERE_L, dtype=np.float32)
    plane[look.cells] = colours[:, 0]
    size = CELLS // _COARSE
    return np.asarray(plane.reshape(_COARSE, size, _COARSE, size).mean(axis=(1, 3)), dtype=np.float32)


def _coarsely(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    size = CELLS // _COARSE
    return np.asarray(inside.reshape(_COARSE, size, _COARSE, size).all(axis=(1, 3)))


def _chroma_of(colours: Rows) -> Rows:
    return np.asarray(colours[:, [1, 2, 4, 5]] * (CHROMA / np.sqrt(2)), dtype=np.float32)


def _root(squares: Rows) -> Rows:
    return np.asarray(np.sqrt(np.maximum(squares, 0)), dtype=np.float32)


def _few(values: Rows) -> int:
    return max(round(len(values) * _TOP_COLOUR), 1)


def _top(values: Rows, share: float) -> float:
    if not len(values):
        return 0.0
    count = max(round(len(values) * share), 1)
    return float(np.partition(values, len(values) - count)[-count:].mean())


def _middle(places: Rows, values: Rows) -> Rows:
    """Middle of where the values are high, 0–1 in the crop."""
    weight = np.maximum(values - float(np.quantile(values, 0.9)), 0) + 1e-6
    return np.asarray((places * weight[:, None]).sum(axis=0) / weight.sum() + 0.5, dtype=np.float32)


def _bhattacharyya(a: Rows, b: Rows) -> float:
    return float(np.sqrt(max(1 - float(np.sqrt(a * b).sum()), 0.0)))
