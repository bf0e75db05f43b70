"""A pose: what an animator would set on one frame."""

from dataclasses import dataclass
from typing import Literal

Stance = Literal["sit", "stand"]


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the figure is and what every part of it does.

    Args:
        x: of the point on the ground beneath it, in scene units (picture pixels at no zoom).
        y: of the ground beneath it.
        scale: 1 is about 250 units tall.
        facing: 1 looks right, −1 left (the drawing mirrored).
        stance: sitting half towards us, or standing in profile.
        head_yaw_deg: 0 faces us, 90 is profile, towards where it faces.
        head_pitch_deg: nose up.
        head_tilt_deg: clockwise.
        head_x: head moved forward, in units of the drawing.
        head_y: head moved down.
        ear_l_deg: left ear swung outwards.
        ear_r_deg: right ear swung outwards.
        tail_deg: tail swung up.
        stretch: 1 neutral, less squashes, more stretches; volume is kept.
        lean_deg: body turned nose up.
        lift: body above the ground.
        step: walk cycle, in cycles.
        stride: 0 stands, 1 walks.
        reach: forelegs forward and hind legs back, for a leap (−1 gathers them).
        blink: 0 open, 1 shut.
        look_x: pupils, −1…1 towards where it faces.
        look_y: pupils, −1 up … 1 down.
        mouth_open: 0 shut, 1 wide.
        smile: −1…1.
        brow: −1 worried, 1 stern.
        tongue: 0 in, 1 out.
    """

    x: float = 0.0
    y: float = 0.0
    scale: float = 1.0
    facing: Literal[-1, 1] = 1
    stance: Stance = "sit"
    head_yaw_deg: float = 24.0
    head_pitch_deg: float = 0.0
    head_tilt_deg: float = 0.0
    head_x: float = 0.0
    head_y: float = 0.0
    ear_l_deg: float = 0.0
    ear_r_deg: float = 0.0
    tail_deg: float = 0.0
    stretch: float = 1.0
    lean_deg: float = 0.0
    lift: float = 0.0
    step: float = 0.0
    stride: float = 0.0
    reach: float = 0.0
    blink: float = 0.2
    look_x: float = 0.2
    look_y: float = 0.0
    mouth_open: float = 0.0
    smile: float = 0.3
    brow: float = 0.2
    tongue: float = 0.0
