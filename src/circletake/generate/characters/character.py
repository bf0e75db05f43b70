"""A character: a design that keeps to its frame, drawn in any pose, on model or adrift."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.generate.characters.design import Design
from circletake.generate.characters.designs import draw_design
from circletake.generate.characters.drifts import Drift, drifted
from circletake.generate.characters.paint import View, framing, paint
from circletake.generate.characters.pose import Pose

Rgb = NDArray[np.uint8]
Mask = NDArray[np.uint8]

OVERSAMPLE = 2  # each pixel is the mean of 2×2 painted ones
_REMEMBERED = 512  # drifted designs: a shot asks for the same one on every frame


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawing.

    Args:
        rgb: uint8 [side, side, 3], sRGB, not multiplied by alpha; black where nothing is.
        alpha: uint8 [side, side], 0 nothing, 255 wholly the figure.
        label: uint8 [side, side], 0 nothing, else 1 + the index in `names` of the part in front.
        names: of the parts.
    """

    rgb: Rgb
    alpha: Mask
    label: Mask
    names: tuple[str, ...]

    def part(self, name: str) -> NDArray[np.bool_]:
        """Return where a part is in front: bool [side, side]; nowhere for a name that is not drawn."""
        if name not in self.names:
            return np.zeros(self.label.shape, np.bool_)
        return np.asarray(self.label == self.names.index(name) + 1)


@dataclass(frozen=True, slots=True)
class Drifting:
    """The same pose with and without a drift.

    Args:
        clean: on model.
        drifted: adrift.
        changed: bool [side, side], exactly where the two differ in colour or alpha.
    """

    clean: Drawn
    drifted: Drawn
    changed: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Character:
    """One figure, the same from every side.

    Args:
        seed: it was drawn from.
        design: what it is made of.
        framed: where body units come out, on a picture of side 1.
    """

    seed: int
    design: Design
    framed: View

    @classmethod
    def from_seed(cls, seed: int) -> "Character":
        """Return the character of a seed (any whole number from 0)."""
        design = draw_design(np.random.default_rng([seed, 1]))
        return cls(seed, design, framing(design, 1))

    def draw(
        self, pose: Pose, size_px: int, drift: Drift | None = None, *, oversample: int = OVERSAMPLE
    ) -> Drawn:
        """Draw a pose.

        Args:
            pose: how it stands.
            size_px: side of the square picture.
            drift: what is off model; framed as the clean figure is, another identity as itself.
            oversample: painted pixels to a pixel, each way; 1 is quick and jagged.
        """
        design, framed = (self.design, self.framed) if drift is None else _adrift(self, drift)
        pixels = self.design.style.pixels
        side = pixels or size_px * oversample
        view = View(framed.scale * side, framed.x * side, framed.y * side)
        canvas = paint(design, pose, side_px=side, view=view)
        names = tuple(part.name for part in design.parts)
        near = (size_px, size_px)
        label = np.asarray(cv2.resize(canvas.label, near, interpolation=cv2.INTER_NEAREST), np.uint8)
        if pixels:
            # Pixel artists use few tones: five bits a channel, and hard edges.
            few = canvas.rgb & 0xF8
            rgb = np.asarray(cv2.resize(few, near, interpolation=cv2.INTER_NEAREST), np.uint8)
            return Drawn(rgb, np.where(label > 0, 255, 0).astype(np.uint8), label, names)
        cover = np.where(canvas.label > 0, 255, 0).astype(np.uint8)
        if side == size_px:
            return Drawn(canvas.rgb, cover, label, names)
        alpha = np.asarray(cv2.resize(cover, near, interpolation=cv2.INTER_AREA), np.uint8)
        mean = np.asarray(cv2.resize(canvas.rgb, near, interpolation=cv2.INTER_AREA), np.uint8)
        # The mean has black mixed in at the edges: take it out again.
        share = np.maximum(alpha, 1).astype(np.float32)[..., None] / 255
        rgb = np.where(alpha[..., None] > 0, np.minimum(mean / share, 255), 0).astype(np.uint8)
        return Drawn(rgb, alpha, label, names)

    def drifting(self, pose: Pose, size_px: int, drift: Drift, *, oversample: int = OVERSAMPLE) -> Drifting:
        """Draw a pose with and without a drift; arguments as those of `draw`."""
        clean = self.draw(pose, size_px, oversample=oversample)
        adrift = self.draw(pose, size_px, drift, oversample=oversample)
        changed = (clean.rgb != adrift.rgb).any(2) | (clean.alpha != adrift.alpha)
        return Drifting(clean, adrift, np.asarray(changed))


_adrifts: dict[tuple[int, Drift], tuple[Design, Design, View]] = {}


def _adrift(character: Character, drift: Drift) -> tuple[Design, View]:
    known = (character.seed, drift)
    found = _adrifts.get(known)
    if found is None or found[0] != character.design:  # somebody may have changed a design and kept its seed
        if len(_adrifts) >= _REMEMBERED:
            _adrifts.clear()
        design = drifted(character.design, drift)
        framed = framing(design, 1) if drift.kind == "identity" else character.framed
        found = _adrifts[known] = (character.design, design, framed)
    return found[1], found[2]
