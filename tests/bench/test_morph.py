"""How soon a slow morph of one character into another is told, over a whole shot and frame by frame."""

import re
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from circletake.checks.bank import evenly
from circletake.checks.consistency.drift import ConsistencyMeasure, check
from circletake.checks.protocol import ApprovedShot, CheckContext, SheetRef
from circletake.domain.evidence import Evidence
from circletake.generate.characters import Character, background, composite, sheet_poses, shot_poses

from .figures import tell

Rgb = NDArray[np.uint8]
WIDTH_PX, HEIGHT_PX, DRAWN_PX, SHEET_PX, PAPER = 640, 360, 200, 192, 245
APPROVED, APPROVED_FRAMES, FRAMES = 20, 48, 96
SEEDS = (3, 5, 8, 11)
MORPHS = ((24, 72), (12, 60))  # onset, length


@dataclass(frozen=True, slots=True)
class Told:
    """Frames from the onset at which each way of telling is sure, as shares of the morph; None for never."""

    frame: float | None
    cusum: float | None
    warp: float | None

    @property
    def first(self) -> float | None:
        return min((one for one in (self.frame, self.cusum, self.warp) if one is not None), default=None)


def morphed(
    one: Character, other: Character, seed: int, *, frames: int, onset: int, length: int
) -> list[Rgb]:
    """Draw a shot in which one character fades into another, in the same poses; a length of 0 is no fade."""
    rng = np.random.default_rng([one.seed, seed])
    poses = shot_poses(int(rng.integers(1 << 31)), frames, turn_deg=float(rng.uniform(-50, 50)))
    behind = background(int(rng.integers(1 << 31)), WIDTH_PX, HEIGHT_PX)
    scale, first = float(rng.uniform(0.75, 1.25)), np.array([rng.uniform(200, 440), rng.uniform(150, 210)])
    step, drawn = rng.uniform(-1, 1, 2), []
    for n, pose in enumerate(poses):
        share = min(1.0, max(0.0, (n - onset + 1) / length)) if length else 0.0
        here, there = one.draw(pose, DRAWN_PX), other.draw(pose, DRAWN_PX)
        covers = [(1 - share) * here.alpha[..., None] / 255, share * there.alpha[..., None] / 255]
        alpha = covers[0] + covers[1]
        rgb = (here.rgb * covers[0] + there.rgb * covers[1]) / np.maximum(alpha, 1e-6)
        mixed = replace(here, rgb=rgb.astype(np.uint8), alpha=(alpha[..., 0] * 255).astype(np.uint8))
        at = first + n * step
        place = (float(at[0]), float(at[1]))
        drawn.append(composite(mixed, behind, place_px=place, scale=scale, jpeg_quality=90).rgb)
    return drawn


def sheet_of(character: Character) -> SheetRef:
    images, boxes = [], []
    for pose in sheet_poses():
        drawn = character.draw(pose, SHEET_PX)
        share = drawn.alpha[..., None] / 255
        images.append((drawn.rgb * share + PAPER * (1 - share)).astype(np.uint8))
        rows, columns = (np.flatnonzero((drawn.alpha > 127).any(axis=axis)) for axis in (1, 0))
        x, y = int(columns[0]), int(rows[0])
        boxes.append((x, y, int(columns[-1]) + 1 - x, int(rows[-1]) + 1 - y))
    return SheetRef("one", "b" * 64, images, boxes)


def measured(frames: list[Rgb], sheet: SheetRef) -> tuple[Evidence, ConsistencyMeasure]:
    context = CheckContext("0" * 64, len(frames), Fraction(24), WIDTH_PX, HEIGHT_PX, references=[sheet])
    measure = check.begin(context)
    for n, rgb in enumerate(frames):
        measure.frame(n, rgb)
    return measure.finish(), measure


def approved_of(character: Character, sheet: SheetRef) -> list[ApprovedShot]:
    shots = []
    for number in range(APPROVED):
        frames = morphed(character, character, 1000 + number, frames=APPROVED_FRAMES, onset=0, length=0)
        kept = evenly(measured(frames, sheet)[1].cutouts["one"])
        shots.append(
            ApprovedShot(
                f"{number:064x}",
                [one.rgb for one in kept],
                [one.mask for one in kept],
                frames=[one.n for one in kept],
                changed=[one.changed for one in kept],
            )
        )
    return shots


def told(evidence: Evidence, onset: int, length: int) -> Told:
    drift = next(one for one in evidence.series if one.name == "drift").values
    over = next((n for n, value in enumerate(drift) if n >= onset and value is not None and value >= 1), None)

    def sure(name: str) -> float | None:
        found = re.search(r"sure by frame (\d+)", str(evidence.summary.get(name, "")))
        return None if found is None else (int(found[1]) - onset) / length

    frame = None if over is None else (over - onset) / length
    return Told(frame=frame, cusum=sure("cusum"), warp=sure("warp_excess"))


def said(share: float | None) -> str:
    return "–" if share is None else f"{share:.2f}"


@pytest.mark.bench
def test_how_soon_a_morph_is_told() -> None:
    rows = [
        "| character | morph of | frame by frame | sum over the shot | change | first |",
        "|---|---|---|---|---|---|",
    ]
    every: list[Told] = []
    clean = flagged = 0
    for seed in SEEDS:
        character = Character.from_seed(seed)
        sheet = sheet_of(character)
        known = SheetRef("one", sheet.content, sheet.images, sheet.boxes, approved_of(character, sheet))
        for onset, length in MORPHS:
            for away in (1, 2):
                other = Character.from_seed(seed + away)
                shot = morphed(character, other, 70 + onset + away, frames=FRAMES, onset=onset, length=length)
                here = told(measured(shot, known)[0], onset, length)
                every.append(here)
                cells = (here.frame, here.cusum, here.warp, here.first)
                rows.append(f"| {seed} | {length} frames | {' | '.join(said(one) for one in cells)} |")
        for number in range(5):
            shot = morphed(character, character, 50 + number, frames=FRAMES, onset=0, length=0)
            clean += 1
            flagged += bool(measured(shot, known)[0].flags)
    for name in ("frame", "cusum", "warp", "first"):
        shares = [share for one in every if (share := getattr(one, name)) is not None]
        soon = sum(share <= 0.25 for share in shares)
        rows.append(
            f"\n{name}: told {len(shares)} of {len(every)}, median delay {np.median(shares or [1]):.2f} of "
            f"the morph, {soon} within a quarter."
        )
    rows.append(f"\nClean shots with any flag: {flagged} of {clean}.")
    tell("morph", "Slow morphs of one character into another, 20 approved shots, alpha 0.05", rows)
    assert all(one.cusum is not None for one in every)
