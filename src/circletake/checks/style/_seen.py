"""What an image encoder sees of a style: of the whole picture, and how its cells' features go together."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from circletake.checks.covariance import shrunk
from circletake.checks.protocol import Encoding
from circletake.checks.style._descriptor import Descriptor, Vector, View

# Directions that cells are reduced to: a picture has some 150 to 250 cells, which tell no more apart.
_DIRECTIONS = 24
_FEWEST_CELLS = 2 * _DIRECTIONS
_SEED = 7
_SQRT_2 = float(np.sqrt(2))


def _whole(view: View) -> Vector:
    return _encoding(view).vector


def _unlike(one: Vector, others: Vector) -> Vector:
    """1 − cosine; 0 where either is nothing."""
    there = others.any(axis=-1) & bool(one.any())
    return np.where(there, 1 - others @ one, 0).astype(np.float32)


def _say_whole(seen: Vector, usual: Vector) -> str:
    return f"looks otherwise to the encoder (cosine {float(seen @ usual):.2f})"


def _texture(view: View) -> Vector:
    """Logarithm of how the cells' features go together, shrunk; nothing for an encoder without cells.

    Source:
        Gram matrices as texture: Gatys, Ecker, Bethge 2015. Their logarithm, in which differences are ratios:
        Arsigny et al. 2006, “Log-Euclidean metrics”. Shrinkage: Ledoit and Wolf 2004, lemma 3.2 to 3.5.
    """
    cells = _encoding(view).patches
    if len(cells) < _FEWEST_CELLS:
        return np.zeros(_DIRECTIONS * (_DIRECTIONS + 1) // 2, np.float32)
    reduced = cells.astype(np.float64) @ _directions(cells.shape[1])
    values, vectors = np.linalg.eigh(shrunk(reduced))
    logarithm = (vectors * np.log(values)) @ vectors.T
    rows, columns = np.triu_indices(len(logarithm))
    # What stands on both sides of the diagonal counts twice: so distances are those of the matrices.
    weights = np.where(rows == columns, 1.0, _SQRT_2)
    return np.asarray(logarithm[rows, columns] * weights, np.float32)


def _far(one: Vector, others: Vector) -> Vector:
    """Root of the mean square over directions: by what ratio, as a logarithm, they differ."""
    return np.asarray(np.linalg.norm(others - one, axis=-1) / np.sqrt(_DIRECTIONS), np.float32)


def _say_texture(seen: Vector, usual: Vector) -> str:
    return f"textures differ to the encoder (by {float(_far(seen, usual)):.2f} in log)"


def _encoding(view: View) -> Encoding:
    assert view.seen is not None  # noqa: S101 (these are measured where there is an encoder)
    return view.seen


@cache
def _directions(dimensions: int) -> NDArray[np.float64]:
    """The same directions at random, at right angles to each other, for every picture: [dimensions, d]."""
    drawn = np.random.default_rng(_SEED).normal(size=(dimensions, _DIRECTIONS))
    if dimensions < _DIRECTIONS:
        return np.asarray(drawn / np.sqrt(dimensions))
    across, _ = np.linalg.qr(drawn)
    return np.asarray(across * np.sqrt(dimensions / _DIRECTIONS))


SEEN = (
    Descriptor("seen", "1 − cosine", 1.0, _whole, _say_whole, _unlike),
    Descriptor("texture", "log", 4.0, _texture, _say_texture, _far),
)
"""Sides of a style that are measured where the studio names an encoder."""
