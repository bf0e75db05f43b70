"""What makers of bodies and features share: bones and parts as they grow, chance, and places to put them."""

from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from circletake.generate.characters.design import ORIGIN, Bone, Form, Part, Vector

_T = TypeVar("_T")
SIDES = (("l", -1), ("r", 1))


@dataclass(slots=True)
class Builder:
    """Collects bones and parts.

    Args:
        rng: every choice comes from it.
    """

    rng: np.random.Generator
    bones: list[Bone] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)

    def spread(self, low: float, high: float) -> float:
        """Return a number of chance within limits."""
        return float(self.rng.uniform(low, high))

    def chance(self, share: float) -> bool:
        """Return whether something happens that does so in `share` (0–1) of cases."""
        return bool(self.rng.random() < share)

    def pick(self, choices: tuple[_T, ...]) -> _T:
        """Return one of several."""
        return choices[int(self.rng.integers(len(choices)))]

    def bone(
        self,
        name: str,
        parent: str,
        *,
        at: Vector = ORIGIN,
        turn_deg: Vector = ORIGIN,
        moves: tuple[tuple[str, int, float], ...] = (),
        near: float = 0.0,
    ) -> None:
        """Add a bone; its members are those of `Bone`."""
        self.bones.append(Bone(name, parent, at, turn_deg, moves, near))

    def solid(
        self,
        name: str,
        form: Form,
        *,
        bone: str,
        paint: str,
        size: Vector,
        at: Vector = ORIGIN,
        turn_deg: Vector = ORIGIN,
        group: str = "",
        surface: bool = False,
    ) -> None:
        """Add a solid; its members are those of `Part`, its group its own name if none is given."""
        self.parts.append(
            Part(
                name,
                group or name,
                paint,
                form,
                bone=bone,
                at=at,
                size=size,
                turn_deg=turn_deg,
                surface=surface,
            )
        )

    def mark(
        self,
        name: str,
        form: Form,
        *,
        on: str,
        paint: str,
        at: Vector,
        size: tuple[float, float],
        group: str = "",
    ) -> None:
        """Add a marking; its members are those of `Part`, its group its own name if none is given."""
        self.parts.append(Part(name, group or name, paint, form, on=on, at=at, size=(size[0], size[1], 0.0)))


@dataclass(frozen=True, slots=True)
class Places:
    """Where features go.

    Args:
        head: the solid with the face.
        body: the solid with the belly.
    """

    head: Part
    body: Part

    def top(self, rise: float, *, side: float = 0.0, back: float = 0.0) -> Vector:
        """Return a point of the head in its bone's frame: shares of its half extents up, right, and back."""
        x, y, z = self.head.size
        return (
            self.head.at[0] + side * x,
            self.head.at[1] + rise * y,
            self.head.at[2] - back * z,
        )

    @property
    def scale(self) -> float:
        """Mean half extent of the head, in body units."""
        return sum(self.head.size) / 3
