"""Characters without end: drawn from a seed, posed at will, drifting by exactly known pixels."""

from circletake.generate.characters.character import Character, Drawn, Drifting
from circletake.generate.characters.drifts import DRIFT_KINDS, Drift, DriftKind
from circletake.generate.characters.pose import Pose, sheet_poses, shot_poses
from circletake.generate.characters.scene import Frame, background, composite

__all__ = [
    "DRIFT_KINDS",
    "Character",
    "Drawn",
    "Drift",
    "DriftKind",
    "Drifting",
    "Frame",
    "Pose",
    "background",
    "composite",
    "sheet_poses",
    "shot_poses",
]
