"""Productions drawn in memory: sheets, approved shots, test shots whose every fault is known to the pixel."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from circletake.generate.characters import (
    DRIFT_KINDS,
    Character,
    Drawn,
    Drift,
    DriftKind,
    Frame,
    background,
    composite,
    sheet_poses,
    shot_poses,
)

Rgb = NDArray[np.uint8]
Mask = NDArray[np.uint8]

WIDTH_PX, HEIGHT_PX = 640, 360
SHEET_PX = 192
FRAMES = 8
APPROVED_SHOTS, CLEAN_SHOTS = 4, 5
SEEN_PX = 20  # of a frame's pixels changed by a drift, from which the frame counts as drifted
_PAPER = 245
_DRAWN_PX = 200  # side of the drawings that are set into frames, near their size there


@dataclass(frozen=True, slots=True)
class Shot:
    """A shot.

    Args:
        name: `approved_0`, `clean_0`, or its drift.
        frames: uint8 [360, 640, 3], sRGB each.
        masks: uint8 [360, 640] each, 255 where the figure is.
        changed: bool [360, 640] each: which pixels the drift changed, before blur and compression.
        drift: what was planted; None for nothing.
    """

    name: str
    frames: list[Rgb]
    masks: list[Mask]
    changed: list[NDArray[np.bool_]]
    drift: DriftKind | None

    def drifted(self, n: int) -> bool:
        """Return whether frame `n` shows its drift."""
        return int(self.changed[n].sum()) >= SEEN_PX


@dataclass(frozen=True, slots=True)
class Production:
    """One character and all that is drawn of it.

    Args:
        seed: of the character.
        sheet: twelve drawings, uint8 [192, 192, 3] on paper, with masks uint8 [192, 192].
        approved: four clean shots.
        tests: five clean shots, then one for every kind of drift.
    """

    seed: int
    sheet: list[tuple[Rgb, Mask]]
    approved: list[Shot] = field(default_factory=list)
    tests: list[Shot] = field(default_factory=list)


def _sheet(character: Character) -> list[tuple[Rgb, Mask]]:
    drawings = []
    for pose in sheet_poses():
        drawn = character.draw(pose, SHEET_PX)
        share = drawn.alpha[..., None] / 255
        on_paper = (drawn.rgb * share + _PAPER * (1 - share)).astype(np.uint8)
        drawings.append((on_paper, np.where(drawn.alpha > 127, 255, 0).astype(np.uint8)))
    return drawings


def draw_shot(
    character: Character,
    seed: int,
    name: str,
    drift: DriftKind | None,
    *,
    frames: int = FRAMES,
    onset: int = 0,
    growing: int = 0,
) -> Shot:
    """Draw a shot: the figure moves over a background under a light of chance, compressed as footage is.

    Args:
        character: who.
        seed: of everything else.
        name: of the shot.
        drift: what goes wrong; None for nothing.
        frames: how many.
        onset: the first frame that it goes wrong on.
        growing: frames until a hue or a proportion is as wrong as it gets; 0 for at once.
    """
    rng = np.random.default_rng([character.seed, seed])
    # Faults are planted where the camera could see them: facing us, or three quarters.
    turn_deg = float(rng.uniform(-50, 50)) if drift else None
    poses = shot_poses(int(rng.integers(1 << 31)), frames, turn_deg=turn_deg)
    behind = background(int(rng.integers(1 << 31)), WIDTH_PX, HEIGHT_PX)
    scale = float(rng.uniform(0.75, 1.25))
    first = np.array([rng.uniform(130, 510), rng.uniform(130, 240)])
    step = rng.uniform(-5, 5, 2) * (1, 0.3)
    light = (
        float(rng.uniform(0.92, 1.06)),
        float(rng.uniform(0.92, 1.06)),
        float(rng.uniform(0.92, 1.06)),
    )
    blur_px, quality = float(rng.choice([0.0, 0.4, 0.7])), int(rng.integers(80, 96))
    drift_seed = 0 if drift is None else int(rng.integers(1 << 31))
    shot = Shot(name, [], [], [], drift)

    def set_in(drawn: Drawn, at: NDArray[np.float64], *, finished: bool) -> Frame:
        return composite(
            drawn,
            behind,
            place_px=(float(at[0]), float(at[1])),
            scale=scale,
            light=light,
            blur_px=blur_px if finished else 0.0,
            jpeg_quality=quality if finished else None,
        )

    for n, pose in enumerate(poses):
        at = first + n * step
        clean = character.draw(pose, _DRAWN_PX)
        amount = min(1.0, max(0.0, (n - onset + 1) / max(1, growing)))
        planted = None if drift is None or amount <= 0 else Drift(drift, drift_seed, amount)
        shown = clean if planted is None else character.draw(pose, _DRAWN_PX, planted)
        frame = set_in(shown, at, finished=True)
        changed = np.zeros((HEIGHT_PX, WIDTH_PX), np.bool_)
        if planted is not None:
            changed = np.asarray(
                (set_in(shown, at, finished=False).rgb != set_in(clean, at, finished=False).rgb).any(2)
            )
        shot.frames.append(frame.rgb)
        shot.masks.append(frame.mask)
        shot.changed.append(changed)
    return shot


def production(seed: int) -> Production:
    """Draw all of one character."""
    character = Character.from_seed(seed)
    made = Production(seed, _sheet(character))
    made.approved.extend(draw_shot(character, n, f"approved_{n}", None) for n in range(APPROVED_SHOTS))
    made.tests.extend(draw_shot(character, 100 + n, f"clean_{n}", None) for n in range(CLEAN_SHOTS))
    made.tests.extend(draw_shot(character, 200 + n, kind, kind) for n, kind in enumerate(DRIFT_KINDS))
    return made


def productions(count: int, *, first_seed: int = 0) -> Iterator[Production]:
    """Draw one production after the other; the same seeds give the same bytes."""
    for seed in range(first_seed, first_seed + count):
        yield production(seed)
