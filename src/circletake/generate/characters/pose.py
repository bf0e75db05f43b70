"""A pose of a drawn character: how it is turned, and what each limb does."""

from dataclasses import dataclass, fields
from functools import cache

import numpy as np

# A turnaround: front, both three-quarter views, both profiles, back views between.
_TURNS_DEG = (0.0, 35.0, 90.0, 145.0, 180.0, -145.0, -90.0, -35.0)
_STRUCK_DEG = (15.0, -20.0, 60.0, -60.0)  # four struck poses complete the dozen a model sheet has
_SHEET_SEED = 20


@dataclass(frozen=True, slots=True)
class Pose:
    """What an animator would set on one frame.

    Args:
        turn_deg: of the whole figure about the vertical; 0 faces us, 90 looks to our right, 180 is its back.
        lean_deg: of the whole figure in the picture, clockwise.
        camera_deg: how far the camera looks down.
        squash: 1 neutral, below squashes, above stretches; volume is kept.
        head_turn: −1…1 of what the neck allows, as are the other members.
        head_nod: down is positive.
        head_tilt: clockwise is positive.
        arm_l: left (for us) arm, front leg or wing; up is positive.
        arm_r: right arm.
        elbow_l: left forearm bent.
        elbow_r: right forearm bent.
        leg_l: left leg; forward is positive.
        leg_r: right leg.
        tail: swung to the right.
        ears: raised.
        blink: 0 open, 1 shut.
        mouth: 0 shut, 1 open.
    """

    turn_deg: float = 0.0
    lean_deg: float = 0.0
    camera_deg: float = 6.0
    squash: float = 1.0
    head_turn: float = 0.0
    head_nod: float = 0.0
    head_tilt: float = 0.0
    arm_l: float = 0.0
    arm_r: float = 0.0
    elbow_l: float = 0.2
    elbow_r: float = 0.2
    leg_l: float = 0.0
    leg_r: float = 0.0
    tail: float = 0.0
    ears: float = 0.0
    blink: float = 0.0
    mouth: float = 0.0

    @classmethod
    def drawn_by(cls, rng: np.random.Generator, *, turn_deg: float | None = None) -> "Pose":
        """Return a pose of chance; the direction too, where none is given."""
        # Animation faces the camera more often than not: two thirds within a three-quarter view.
        facing = rng.normal(0, 35) if rng.random() < 2 / 3 else rng.uniform(-180, 180)
        swing = rng.uniform(-1, 1, 11)
        return cls(
            turn_deg=float(facing if turn_deg is None else turn_deg),
            lean_deg=float(rng.normal(0, 6)),
            camera_deg=float(rng.uniform(-4, 16)),
            squash=float(rng.uniform(0.9, 1.1)),
            head_turn=float(swing[0]),
            head_nod=float(swing[1]),
            head_tilt=float(swing[2]),
            arm_l=float(swing[3]),
            arm_r=float(swing[4]),
            elbow_l=float(swing[5]),
            elbow_r=float(swing[6]),
            leg_l=float(swing[7]),
            leg_r=float(swing[8]),
            tail=float(swing[9]),
            ears=float(swing[10]),
            blink=float(rng.random() < 0.1),
            mouth=float(max(0.0, rng.uniform(-1, 1))),
        )

    def toward(self, other: "Pose", share: float) -> "Pose":
        """Return the pose `share` (0–1) of the way to another; the turn goes the short way round."""
        mixed = {
            field.name: (1 - share) * getattr(self, field.name) + share * getattr(other, field.name)
            for field in fields(Pose)
        }
        way = (other.turn_deg - self.turn_deg + 180) % 360 - 180
        mixed["turn_deg"] = self.turn_deg + share * way
        return Pose(**mixed)


@cache
def sheet_poses() -> tuple[Pose, ...]:
    """Return the twelve poses of a model sheet: a turnaround of eight, and four struck poses."""
    rng = np.random.default_rng(_SHEET_SEED)
    turnaround = [Pose(turn_deg=turn) for turn in _TURNS_DEG]
    return (*turnaround, *(Pose.drawn_by(rng, turn_deg=turn) for turn in _STRUCK_DEG))


def shot_poses(seed: int, frames: int, *, turn_deg: float | None = None) -> tuple[Pose, ...]:
    """Return the poses of a shot: from one pose to another, easing in and out.

    Args:
        seed: of the movement.
        frames: how many; at least one.
        turn_deg: which way it faces at first; None leaves that to chance.
    """
    rng = np.random.default_rng(seed)
    first = Pose.drawn_by(rng, turn_deg=turn_deg)
    last = Pose.drawn_by(rng, turn_deg=first.turn_deg + float(rng.normal(0, 25)))
    shares = [0.5 - 0.5 * np.cos(np.pi * n / max(1, frames - 1)) for n in range(frames)]
    return tuple(first.toward(last, float(share)) for share in shares)
