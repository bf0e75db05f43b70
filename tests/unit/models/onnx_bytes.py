"""Models written byte by byte as ONNX has them: tiny, of random weights, no library needed."""

import hashlib
from pathlib import Path

import numpy as np

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


def integers(name: str, *values: int) -> bytes:
    """Write an initial value of 64-bit integers."""
    return (
        whole(1, len(values))
        + whole(2, 7)
        + block(8, name.encode())
        + block(9, np.array(values, np.int64).tobytes())
    )


def floats(name: str, values: np.ndarray) -> bytes:
    sides = b"".join(whole(1, side) for side in values.shape)
    return sides + whole(2, 1) + block(8, name.encode()) + block(9, values.astype(np.float32).tobytes())


def node(kind: str, inputs: list[str], output: str, **attributes: int | list[int]) -> bytes:
    out = b"".join(block(1, name.encode()) for name in inputs) + block(2, output.encode())
    out += block(4, kind.encode())
    for name, value in attributes.items():
        told = block(1, name.encode())
        if isinstance(value, int):
            told += whole(3, value) + whole(20, 2)
        else:
            told += b"".join(whole(8, part) for part in value) + whole(20, 7)
        out += block(5, told)
    return out


CELL, GRID, WIDTH = 4, 3, 6  # pixels, cells a side, dimensions
RNG = np.random.default_rng(5)
KERNEL = RNG.normal(size=(WIDTH, 3, CELL, CELL)).astype(np.float32)
LEADING = RNG.normal(size=(1, 5, WIDTH)).astype(np.float32)


def vision_model(leading: int, kernel: np.ndarray = KERNEL, grid: int = GRID) -> bytes:
    """Build what vision transformers look like from outside, without what is in them.

    [1, 3, 12, 12] → `map` [1, 6, 3, 3], and `tokens` [1, leading + 9, 6], whose first ones never change;
    other kernels and grids have other sides.

    Source:
        Outputs of DINOv2 (a class token) and DINOv3 (a class token, four registers) as they are exported.
    """
    width, _, cell, _ = kernel.shape
    side = cell * grid
    nodes = [
        node("Conv", ["picture", "kernel"], "map", kernel_shape=[cell, cell], strides=[cell, cell]),
        node("Reshape", ["map", "shape"], "flat"),
        node("Transpose", ["flat"], "cells", perm=[0, 2, 1]),
        node("Concat", ["leading", "cells"], "tokens", axis=1),
    ]
    initial = [
        floats("kernel", kernel),
        floats("leading", np.resize(LEADING, (1, leading, width))),
        integers("shape", 1, width, grid * grid),
    ]
    graph = b"".join(block(1, one) for one in nodes) + block(2, b"vision")
    graph += b"".join(block(5, one) for one in initial)
    graph += block(11, tensor_type("picture", 1, 3, side, side))
    graph += block(12, tensor_type("map", 1, width, grid, grid))
    graph += block(12, tensor_type("tokens", 1, leading + grid * grid, width))
    return whole(1, 8) + block(7, graph) + block(8, whole(2, 13))


def vision(
    folder: Path, ahead: int = 1, kernel: np.ndarray = KERNEL, cells: int = GRID, /, **changed: str
) -> Path:
    """Write such a model and its manifest; the manifest's path."""
    data = vision_model(ahead, kernel, cells)
    (folder / "vision.onnx").write_bytes(data)
    told = {
        "name": '"vision"',
        "file": '"vision.onnx"',
        "sha256": f'"{hashlib.sha256(data).hexdigest()}"',
        "size_px": str(kernel.shape[2] * cells),
        "mean": "[0.5, 0.25, 0.75]",
        "std": "[0.25, 0.25, 0.25]",
        "output": '"tokens"',
        "token": "0",
        "patches": '"tokens"',
        "grid": f"[{cells}, {cells}]",
        "leading": str(ahead),
    } | changed
    path = folder / "vision.toml"
    path.write_text("".join(f"{name} = {value}\n" for name, value in told.items() if value))
    return path
