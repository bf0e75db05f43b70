"""Essence: what a content decodes to, whatever file it lies in.

Two files of one essence show the same frames, sample for sample, and sound the same: a film put into
another container, a lossless copy. One bit of difference in one frame is another essence.
"""

import hashlib

from circletake.media.picture import Frame
from circletake.media.sound import Samples
from circletake.media.source import Source

_HEAD = b"circletake essence 1\n"


class EssenceHash:
    """Hashes frames and sound as they come by in a decode pass."""

    def __init__(self) -> None:
        self._pictures = hashlib.sha256()
        self._sound = hashlib.sha256()
        self._is_whole = True
        self.hash: str | None = None

    def start(self, source: Source) -> None:
        """Hear what is coming: its size as shown, its rate and its length are part of it."""
        told = f"{source.width_px}x{source.height_px} {source.rate} {source.n_frames} {source.has_sound}\n"
        self._pictures.update(_HEAD + told.encode())

    def frame(self, frame: Frame) -> None:
        """Take in the decoded planes, as they were before any conversion, and how they are to be read."""
        self._is_whole = self._is_whole and not frame.is_corrupt
        self._pictures.update(f"{frame.look_hash()}\n".encode())

    def sound(self, samples: Samples, rate_hz: int) -> None:  # noqa: ARG002 (one rate for everything)
        """Take in the samples, however they are cut into blocks."""
        self._sound.update(samples.tobytes())

    def finish(self) -> None:
        """The hash is there from now on; None where the decoder had to guess at a frame."""
        if self._is_whole:
            self.hash = hashlib.sha256(self._pictures.digest() + self._sound.digest()).hexdigest()
