"""Models by path: a tiny model of random weights, written byte by byte as ONNX has it."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from circletake.errors import ConfigInvalid
from circletake.models.encoder import Encoder
from circletake.models.manifest import read_manifest

SIDE, DIMENSIONS = 8, 5


def varint(number: int) -> bytes:
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def whole(field: int, number: int) -> bytes:
    return varint(field << 3) + varint(number)


def block(field: int, data: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(data)) + data


def tensor_type(name: str, *sides: int) -> bytes:
    shape = b"".join(block(1, whole(1, side)) for side in sides)
    return block(1, name.encode()) + block(2, block(1, whole(1, 1) + block(2, shape)))


def model() -> bytes:
    """Flatten, then multiply by a matrix: [1, 3, 8, 8] → [1, 5].

    Source:
        onnx.proto, IR version 8, operator set 13.
    """
    weights = np.random.default_rng(3).normal(size=(3 * SIDE * SIDE, DIMENSIONS)).astype(np.float32)
    matrix = b"".join(whole(1, side) for side in weights.shape)
    matrix += whole(2, 1) + block(8, b"weights") + block(9, weights.tobytes())
    flatten = block(1, b"picture") + block(2, b"flat") + block(4, b"Flatten")
    multiply = block(1, b"flat") + block(1, b"weights") + block(2, b"vector") + block(4, b"MatMul")
    graph = block(1, flatten) + block(1, multiply) + block(2, b"tiny") + block(5, matrix)
    graph += block(11, tensor_type("picture", 1, 3, SIDE, SIDE)) + block(
        12, tensor_type("vector", 1, DIMENSIONS)
    )
    return whole(1, 8) + block(7, graph) + block(8, whole(2, 13))


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
