"""Runs an image encoder: pictures in, unit vectors out, for the whole and for cells, the same every time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from circletake.errors import ConfigInvalid
from circletake.models.manifest import Manifest

Rgb = NDArray[np.uint8]
Vectors = NDArray[np.float32]

Mask = NDArray[np.uint8]

_TINY = 1e-12
_HALF = 128  # of 255: half of a pixel
_SEQUENCE, _MAP = 3, 4  # axes of [1, tokens, dimensions] and [1, dimensions, rows, columns]
_COVERED = 0.3  # share of a cell that the mask has to cover: less is mostly what is blanked


@dataclass(frozen=True, slots=True)
class Encoded:
    """A figure as an encoder sees it.

    Args:
        patches: float16 [n, dimensions], of length 1 each: one for each cell that the figure covers, row by
            row; [0, 0] of a model without patches.
        positions_px: float32 [n, 2], right and down, of the cells' middles in the picture that was given.
        cell_px: width and height of a cell in that picture.
        vector: float32 [dimensions], of length 1, or all zero where the model gave nothing.
    """

    patches: NDArray[np.float16]
    positions_px: NDArray[np.float32]
    cell_px: tuple[float, float]
    vector: NDArray[np.float32]


class Encoder:
    """An ONNX image encoder on the CPU: 32-bit floats, one thread, so that equal input is equal output.

    Args:
        manifest: of the model, checked.

    Raises:
        ConfigInvalid: the file is no model that can be run, or has no such output.
    """

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3  # errors alone; they are raised as well
        try:
            self._session = onnxruntime.InferenceSession(
                str(manifest.path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as broken:
            raise ConfigInvalid(
                f"The model {manifest.path.name} cannot be run: {str(broken).splitlines()[0]}"
            ) from broken
        self._input = self._session.get_inputs()[0].name
        outputs = [output.name for output in self._session.get_outputs()]
        for wanted in (manifest.output, manifest.patches):
            if wanted is not None and wanted not in outputs:
                raise ConfigInvalid(
                    f"The model {manifest.path.name} has no output “{wanted}”; it has {', '.join(outputs)}."
                )

    @property
    def name(self) -> str:
        """As its manifest calls it."""
        return self.manifest.name

    @property
    def backend(self) -> str:
        """What computes, as evidence names it."""
        return f"onnxruntime {onnxruntime.__version__} CPU"

    @property
    def fingerprint(self) -> str:
        """The weights, how they are fed and what is read from them, as evidence names them: 64 digits."""
        return self.manifest.fingerprint

    def embed(self, pictures: Sequence[Rgb]) -> Vectors:
        """Encode pictures.

        Args:
            pictures: uint8 [height, width, 3] each, sRGB, of any sizes; squeezed to the model's square.

        Returns:
            float32 [n, dimensions]; each row of length 1, or all zero where the model gave nothing.
        """
        rows = [self._run(picture) for picture in pictures]
        if not rows:
            return np.zeros((0, 0), np.float32)
        found = np.stack(rows)
        return _unit(found)

    def encode(self, picture: Rgb, mask: Mask | None = None) -> Encoded:
        """Encode a figure: its cells and the whole of it.

        A picture that is not square is set in the middle of one that is, so that nothing is squeezed.

        Args:
            picture: uint8 [height, width, 3], sRGB, of any size; best cut out closely round the figure.
            mask: uint8 [height, width], at least 128 where the figure is; None for all of the picture.

        Raises:
            ConfigInvalid: the model gives other shapes than its manifest says.
            ValueError: the mask has another size than the picture.

        Source:
            Cells before class and register tokens: DINOv2 (Oquab et al., 2304.07193), registers (Darcet et
            al., 2309.16588).
        """
        if mask is not None and mask.shape != picture.shape[:2]:
            raise ValueError(f"the mask has {mask.shape}, the picture {picture.shape[:2]} rows and columns")
        manifest = self.manifest
        height, width = picture.shape[:2]
        long = max(height, width)
        x0, y0 = (long - width) // 2, (long - height) // 2
        blank = np.rint(np.array(manifest.mean, np.float32) * 255).astype(np.uint8)
        square = np.broadcast_to(blank, (long, long, 3)).copy()
        covered = np.zeros((long, long), np.float32)
        inside = np.ones((height, width), np.bool_) if mask is None else mask >= _HALF
        within = slice(y0, y0 + height), slice(x0, x0 + width)
        square[within] = (
            np.where(inside[..., None], picture, blank) if manifest.outside == "blank" else picture
        )
        covered[within] = inside
        wanted = [manifest.output] if manifest.patches is None else [manifest.output, manifest.patches]
        found = [
            np.asarray(array, np.float32)
            for array in self._session.run(wanted, {self._input: self._fed(square)})
        ]
        vector = _unit(self._vector(found[0])[None])[0]
        if manifest.patches is None:
            nothing = np.zeros((0, 0), np.float16)
            return Encoded(nothing, np.zeros((0, 2), np.float32), (float(long), float(long)), vector)
        rows, columns = manifest.grid
        cell = long / columns, long / rows
        share = cv2.resize(covered, (columns, rows), interpolation=cv2.INTER_AREA).ravel()
        kept = np.flatnonzero(share >= _COVERED)
        middles = np.stack([(kept % columns + 0.5) * cell[0] - x0, (kept // columns + 0.5) * cell[1] - y0], 1)
        patches = _unit(self._cells(found[1])[kept])
        return Encoded(patches.astype(np.float16), middles.astype(np.float32), cell, vector)

    def _vector(self, found: NDArray[np.float32]) -> NDArray[np.float32]:
        token = self.manifest.token
        if token is None:
            return found.ravel()
        if found.ndim != _SEQUENCE or found.shape[1] <= token:
            self._refuse(self.manifest.output, found, f"a token {token}")
        return np.asarray(found[0, token])

    def _cells(self, found: NDArray[np.float32]) -> NDArray[np.float32]:
        rows, columns = self.manifest.grid
        name = self.manifest.patches or ""
        if self.manifest.layout == "map":
            if found.ndim != _MAP or found.shape[2:] != (rows, columns):
                self._refuse(name, found, f"a map of {rows}×{columns} cells")
            return np.ascontiguousarray(found[0].reshape(found.shape[1], -1).T)
        if found.ndim != _SEQUENCE or found.shape[1] != self.manifest.leading + rows * columns:
            self._refuse(name, found, f"{self.manifest.leading} leading and {rows}×{columns} tokens")
        return np.asarray(found[0, self.manifest.leading :])

    def _refuse(self, name: str, found: NDArray[np.float32], wanted: str) -> NoReturn:
        raise ConfigInvalid(
            f"The model {self.manifest.path.name} gives “{name}” the shape {list(found.shape)}; its manifest "
            f"says that it has {wanted}."
        )

    def _run(self, picture: Rgb) -> NDArray[np.float32]:
        [found] = self._session.run([self.manifest.output], {self._input: self._fed(picture)})
        return self._vector(np.asarray(found, np.float32))

    def _fed(self, picture: Rgb) -> NDArray[np.float32]:
        side = self.manifest.size_px
        # Areas are averaged where a picture shrinks; where it grows, that would leave steps.
        way = cv2.INTER_AREA if max(picture.shape[:2]) >= side else cv2.INTER_LINEAR
        scaled = np.asarray(cv2.resize(picture, (side, side), interpolation=way), np.float32) / 255
        fed = (scaled - np.array(self.manifest.mean, np.float32)) / np.array(self.manifest.std, np.float32)
        return np.ascontiguousarray(fed.transpose(2, 0, 1)[None], np.float32)


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), _TINY), np.float32)
