"""A splice's recipe: which frames are put between which, and what is done to them. Its hash names it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from circletake.errors import CutUnreadable, EntryInvalid
from circletake.ledger.canonical import canonical, read_canonical

FORMAT = 1
STEPS = ("head", "colour", "sharpness", "grain", "level", "sound")
"""Every step there is, in the order in which they are done."""

_RECIPE_KEYS = {"v", "frames", "source", "plate", "steps"}
Param = int | str


@dataclass(frozen=True, slots=True)
class Footage:
    """Frames `first` to `first + frames` of a content."""

    content: str
    first: int
    frames: int

    def plain(self) -> dict[str, object]:
        """As JSON-ready data."""
        return {"content": self.content, "first": self.first, "frames": self.frames}


@dataclass(frozen=True, slots=True)
class Step:
    """One step and its settings: whole numbers and words, for a recipe is hashed."""

    name: str
    params: tuple[tuple[str, Param], ...] = ()

    def whole(self, name: str) -> int:
        """A setting that is a whole number."""
        return int(dict(self.params)[name])

    def plain(self) -> dict[str, object]:
        """As JSON-ready data."""
        return {"step": self.name, **dict(self.params)}


# Bounds are from the brief of the cut: unbounded, a flat frame gives gains of ten thousand.
DEFAULTS: Mapping[str, tuple[tuple[str, Param], ...]] = {
    "head": (),
    "colour": (("least_percent", 50), ("most_percent", 200), ("ridge", 1)),
    "sharpness": (("most_percent", 600),),
    "grain": (("most_percent", 300),),
    "level": (("most_lab", 4),),
    "sound": (("fade_frames", 2),),
}
"""Step → its settings unless a recipe says others."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a splice is made.

    Args:
        frames: its length.
        source: what is put into the hole; may have a frame more, for a repeated one that is dropped.
        before: the plate up to the splice; None where it begins with a cut.
        after: the plate from the splice on; None where it ends with a cut.
        steps: in the order in which they are done.
    """

    frames: int
    source: Footage
    before: Footage | None
    after: Footage | None
    steps: tuple[Step, ...]

    @property
    def hash(self) -> str:
        """SHA-256 (hex) that names it."""
        return hashlib.sha256(recipe_bytes(self)).hexdigest()

    @property
    def seed(self) -> int:
        """What chance is drawn from: this recipe's chance and no other's."""
        return int(self.hash[:16], 16)

    def step(self, name: str) -> Step | None:
        """The step of this name, or None where it is not done."""
        return next((step for step in self.steps if step.name == name), None)


def steps_named(names: tuple[str, ...] = STEPS) -> tuple[Step, ...]:
    """Steps with the settings they usually have, in the order in which they are done.

    Raises:
        CutUnreadable: there is no such step.
    """
    for name in names:
        if name not in STEPS:
            raise CutUnreadable(f"There is no repair “{name}”; there are {', '.join(STEPS)}.")
    return tuple(Step(name, DEFAULTS[name]) for name in STEPS if name in names)


def recipe_bytes(recipe: Recipe) -> bytes:
    """Write a recipe as the bytes that are stored and hashed."""
    return canonical(
        {
            "v": FORMAT,
            "frames": recipe.frames,
            "source": recipe.source.plain(),
            "plate": {
                "before": recipe.before.plain() if recipe.before else None,
                "after": recipe.after.plain() if recipe.after else None,
            },
            "steps": [step.plain() for step in recipe.steps],
        }
    )


def read_recipe(data: bytes) -> Recipe:
    """Read a recipe back.

    Raises:
        CutUnreadable: it is none of ours, or of a newer version.
    """
    try:
        plain = read_canonical(data)
        if set(plain) != _RECIPE_KEYS or plain["v"] != FORMAT:
            raise ValueError(plain.get("v"))  # noqa: TRY301 (said as all that cannot be read)
        before, after = plain["plate"]["before"], plain["plate"]["after"]
        return Recipe(
            frames=int(plain["frames"]),
            source=Footage(**plain["source"]),
            before=Footage(**before) if before else None,
            after=Footage(**after) if after else None,
            steps=tuple(
                Step(one["step"], tuple(sorted((key, one[key]) for key in one if key != "step")))
                for one in plain["steps"]
            ),
        )
    except (EntryInvalid, TypeError, ValueError, KeyError, AttributeError):
        raise CutUnreadable(
            "This splice's recipe cannot be read; make the splice again, or update circletake."
        ) from None
