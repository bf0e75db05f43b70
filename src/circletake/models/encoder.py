"""Runs an image encoder: pictures in, one unit vector each out, the same every time."""

from collections.abc import Sequence

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from circletake.errors import ConfigInvalid
from circletake.models.manifest import Manifest

Rgb = NDArray[np.uint8]
Vectors = NDArray[np.float32]

_TINY = 1e-12


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
        if manifest.output not in outputs:
            raise ConfigInvalid(
                f"The model {manifest.path.name} has no output “{manifest.output}”; "
                f"it has {', '.join(outputs)}."
            )

    @property
    def backend(self) -> str:
        """What computes, as evidence names it."""
        return f"onnxruntime {onnxruntime.__version__} CPU"

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
        return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), _TINY), np.float32)

    def _run(self, picture: Rgb) -> NDArray[np.float32]:
        side = self.manifest.size_px
        scaled = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        fed = (scaled - np.array(self.manifest.mean, np.float32)) / np.array(self.manifest.std, np.float32)
        batch = np.ascontiguousarray(fed.transpose(2, 0, 1)[None], np.float32)
        [found] = self._session.run([self.manifest.output], {self._input: batch})
        return np.asarray(found, np.float32).ravel()
