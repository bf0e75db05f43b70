"""Models by path: a tiny model of random weights, written byte by byte as ONNX has it."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from tests.unit.models.onnx_bytes import (
    CELL,
    DIMENSIONS,
    GRID,
    KERNEL,
    LEADING,
    SIDE,
    WIDTH,
    model,
    vision,
)

from circletake.errors import ConfigInvalid
from circletake.models.encoder import Encoder
from circletake.models.manifest import known_fingerprint, read_manifest


def picture_of(side: int) -> np.ndarray:
    return np.random.default_rng(side).integers(0, 256, (side, side, 3), dtype=np.uint8)


def expected_cell(cell: np.ndarray) -> np.ndarray:
    """Compute one cell of the model above by hand."""
    fed = (cell.astype(np.float64) / 255 - [0.5, 0.25, 0.75]) / 0.25
    raw = (KERNEL * fed.transpose(2, 0, 1)).sum((1, 2, 3))
    return np.asarray(raw / np.linalg.norm(raw))


@pytest.mark.parametrize("leading", [1, 5])
def test_cells_come_after_the_leading_tokens(tmp_path: Path, leading: int) -> None:
    encoder = Encoder(read_manifest(vision(tmp_path, leading)))
    picture = picture_of(CELL * GRID)
    found = encoder.encode(picture)
    assert found.patches.dtype == np.float16
    assert found.patches.shape == (GRID * GRID, WIDTH)
    for n in range(GRID * GRID):
        row, column = divmod(n, GRID)
        cell = picture[row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL]
        assert np.allclose(found.patches[n], expected_cell(cell), atol=2e-3)
        assert tuple(found.positions_px[n]) == ((column + 0.5) * CELL, (row + 0.5) * CELL)
    class_token = LEADING[0, 0] / np.linalg.norm(LEADING[0, 0])
    assert np.allclose(found.vector, class_token, atol=1e-6)
    assert np.allclose(encoder.embed([picture])[0], class_token, atol=1e-6)


def test_a_map_of_cells_reads_the_same_as_tokens(tmp_path: Path) -> None:
    picture = picture_of(CELL * GRID)
    tokens = Encoder(read_manifest(vision(tmp_path))).encode(picture)
    told = vision(tmp_path, patches='"map"', layout='"map"', leading="0")
    mapped = Encoder(read_manifest(told)).encode(picture)
    assert np.array_equal(mapped.patches, tokens.patches)


def test_only_cells_of_the_figure_are_kept_and_nothing_beyond_it_is_seen(tmp_path: Path) -> None:
    encoder = Encoder(read_manifest(vision(tmp_path)))
    side = CELL * GRID
    mask = np.zeros((side, side), np.uint8)
    mask[: 2 * CELL, : 2 * CELL - 2] = 255  # a whole column of cells, and half of the next
    mask[-1, -1] = 255  # a speck
    found = encoder.encode(picture_of(side), mask)
    assert [tuple(at) for at in found.positions_px] == [(2, 2), (6, 2), (2, 6), (6, 6)]
    other = picture_of(side)
    other[mask == 0] = 7
    assert np.array_equal(encoder.encode(other, mask).patches, found.patches)
    keeping = Encoder(read_manifest(vision(tmp_path, outside='"keep"')))
    assert not np.array_equal(
        keeping.encode(other, mask).patches, keeping.encode(picture_of(side), mask).patches
    )
    assert encoder.encode(other, np.zeros_like(mask)).patches.shape == (0, WIDTH)


def test_a_wide_picture_is_not_squeezed(tmp_path: Path) -> None:
    encoder = Encoder(read_manifest(vision(tmp_path)))
    wide = picture_of(CELL * GRID)[CELL : 2 * CELL]
    found = encoder.encode(wide)
    assert found.cell_px == (4.0, 4.0)
    assert [tuple(at) for at in found.positions_px] == [(2, 2), (6, 2), (10, 2)]
    assert np.allclose(found.patches[1], expected_cell(wide[:, CELL : 2 * CELL]), atol=2e-3)


def test_positions_are_those_of_the_picture_that_was_given(tmp_path: Path) -> None:
    encoder = Encoder(read_manifest(vision(tmp_path)))
    found = encoder.encode(picture_of(30))
    assert found.cell_px == (10.0, 10.0)
    assert [tuple(at) for at in found.positions_px[:4]] == [(5, 5), (15, 5), (25, 5), (5, 15)]


def test_a_model_of_vectors_alone_encodes_without_cells(manifest: Path) -> None:
    encoder = Encoder(read_manifest(manifest))
    found = encoder.encode(picture_of(SIDE))
    assert found.patches.shape == (0, 0)
    assert found.positions_px.shape == (0, 2)
    assert np.allclose(found.vector, encoder.embed([picture_of(SIDE)])[0])


def test_a_mask_of_another_size_is_refused(manifest: Path) -> None:
    with pytest.raises(ValueError, match="mask"):
        Encoder(read_manifest(manifest)).encode(picture_of(8), np.zeros((7, 8), np.uint8))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"grid": "[3, 4]"}, "tokens"),
        ({"leading": "0"}, "tokens"),
        ({"patches": '"map"'}, "shape"),
        ({"patches": '"map"', "layout": '"map"', "leading": "0", "grid": "[2, 3]"}, "map of 2×3"),
        ({"patches": '"nothing"'}, "has no output"),
        ({"output": '"map"'}, "token 0"),
        ({"token": "10"}, "token 10"),
        ({"grid": "[0, 3]"}, "rows and columns"),
        ({"grid": "3"}, "two whole numbers"),
        ({"grid": ""}, "rows and columns"),
        ({"patches": "", "leading": ""}, "needs “patches”"),
        ({"layout": '"rows"'}, "tokens, map"),
        ({"layout": '"map"'}, "goes with tokens"),
        ({"outside": '"grey"'}, "blank, keep"),
        ({"token": "true"}, "whole number"),
        ({"pathces": '"tokens"'}, "pathces"),
    ],
)
def test_a_manifest_that_says_other_shapes_is_refused_in_a_sentence(
    tmp_path: Path, changed: dict[str, str], said: str
) -> None:
    told = vision(tmp_path, **changed)
    with pytest.raises(ConfigInvalid, match=said):
        Encoder(read_manifest(told)).encode(picture_of(12))


def test_a_fingerprint_names_weights_and_how_they_are_fed(tmp_path: Path) -> None:
    found = {
        read_manifest(vision(tmp_path, **changed)).fingerprint
        for changed in (
            {},
            {"mean": "[0.5, 0.5, 0.5]"},
            {"token": "1"},
            {"outside": '"keep"'},
            {"leading": "0"},
            {"size_px": "24"},
            {"patches": '"map"', "layout": '"map"', "leading": "0"},
        )
    }
    first = read_manifest(vision(tmp_path)).fingerprint
    found.add(read_manifest(vision(tmp_path, 5)).fingerprint)
    assert len(found) == 8
    assert first in found
    assert Encoder(read_manifest(vision(tmp_path))).fingerprint == first


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    data = model()
    (tmp_path / "tiny.onnx").write_bytes(data)
    path = tmp_path / "tiny.toml"
    path.write_text(
        'name = "tiny"\nfile = "tiny.onnx"\n'
        f'sha256 = "{hashlib.sha256(data).hexdigest()}"\nsize_px = {SIDE}\n'
        'mean = [0.5, 0.5, 0.5]\nstd = [0.25, 0.25, 0.25]\noutput = "vector"\n'
    )
    return path


def test_pictures_become_unit_vectors_the_same_every_time(manifest: Path) -> None:
    pictures = [np.random.default_rng(n).integers(0, 256, (20 + n, 31, 3), dtype=np.uint8) for n in range(3)]
    encoder = Encoder(read_manifest(manifest))
    found = encoder.embed(pictures)
    assert found.shape == (3, DIMENSIONS)
    assert np.allclose(np.linalg.norm(found, axis=1), 1)
    assert np.array_equal(found, Encoder(read_manifest(manifest)).embed(pictures))
    assert not np.allclose(found[0], found[1])
    assert encoder.embed([]).shape == (0, 0)
    assert "onnxruntime" in encoder.backend


def test_another_file_than_the_manifest_names_is_refused(manifest: Path) -> None:
    model_path = manifest.with_name("tiny.onnx")
    data = bytearray(model_path.read_bytes())
    data[-20] ^= 1
    model_path.write_bytes(data)
    with pytest.raises(ConfigInvalid, match="not the one"):
        read_manifest(manifest)
    model_path.unlink()
    with pytest.raises(ConfigInvalid, match="cannot be opened"):
        read_manifest(manifest)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('output = "vector"', 'output = "nothing"', "has no output"),
        ("size_px = 8", "size_px = 0", "size_px"),
        ("std = [0.25, 0.25, 0.25]", "std = [0.25, 0, 0.25]", "above zero"),
        ("mean = [0.5, 0.5, 0.5]", "mean = [0.5]", "three numbers"),
        ('name = "tiny"', "name = 7", "name"),
    ],
)
def test_a_manifest_that_cannot_be_used_names_the_member(
    manifest: Path, old: str, new: str, said: str
) -> None:
    manifest.write_text(manifest.read_text().replace(old, new))
    with pytest.raises(ConfigInvalid, match=said):
        Encoder(read_manifest(manifest))


def test_a_file_that_is_no_model_is_refused_in_a_sentence(manifest: Path) -> None:
    data = b"this is no model"
    manifest.with_name("tiny.onnx").write_bytes(data)
    told = manifest.read_text().splitlines()
    told[2] = f'sha256 = "{hashlib.sha256(data).hexdigest()}"'
    manifest.write_text("\n".join(told))
    with pytest.raises(ConfigInvalid, match="cannot be run"):
        Encoder(read_manifest(manifest))


def test_the_fingerprint_follows_the_files_and_is_none_while_they_cannot_be_used(manifest: Path) -> None:
    first = known_fingerprint(manifest)
    assert first == read_manifest(manifest).fingerprint
    weights = manifest.with_name("tiny.onnx").read_bytes()
    manifest.with_name("tiny.onnx").write_bytes(weights + b"more")
    assert known_fingerprint(manifest) is None
    manifest.with_name("tiny.onnx").unlink()
    assert known_fingerprint(manifest) is None
    manifest.with_name("tiny.onnx").write_bytes(weights)
    assert known_fingerprint(manifest) == first
    manifest.write_text(manifest.read_text("utf-8") + "leading = 0\n", "utf-8")
    assert known_fingerprint(manifest) == first
    manifest.write_text("file = 3", "utf-8")
    assert known_fingerprint(manifest) is None
    assert known_fingerprint(manifest.with_name("none.toml")) is None
