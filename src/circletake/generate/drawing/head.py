"""The head: a ball with a muzzle in front, turned in depth and drawn flat."""

import math
from dataclasses import dataclass

import numpy as np

from circletake.generate.character import Character
from circletake.generate.drawing.horror import horror_features
from circletake.generate.drawing.shapes import (
    Shape,
    chain,
    ellipse,
    lit,
    loop,
    merged,
    moved,
    path,
    placed,
    polygon,
    shifted,
    stretched,
    turned,
)
from circletake.generate.pose import Pose

_EYE = (24.0, -10.0, 44.0)  # right eye on the ball, seen from the front
_EAR = (49.0, -36.0, -10.0)
_BEHIND = -16.0  # depth past which an ear is drawn before the head
_SEAM_HIDDEN_RAD = math.radians(50)  # farther round, the seam below the nose is the muzzle's own edge
_LIP_HIDDEN, _DOT_HIDDEN = 4.0, 12.0  # depth past which they lie beyond the muzzle's edge
_HIDDEN = 0.12  # share of its width below which an eye has turned away
_CRANIUM = [(0, -57), (36, -51), (59, -22), (64, 14), (48, 42), (0, 53)]
_EAR_OUTLINE = [(-15, -2), (4, -12), (20, 6), (30, 42), (24, 78), (4, 92), (-14, 80), (-20, 42)]


@dataclass(frozen=True, slots=True)
class Turn:
    """A head turned by yaw and pitch: points on it, in depth, come out flat."""

    yaw_rad: float
    pitch_rad: float

    def at(self, x: float, y: float, z: float) -> tuple[float, float, float]:
        """Return where a point of the head lands, and its depth towards us."""
        across = x * math.cos(self.yaw_rad) + z * math.sin(self.yaw_rad)
        depth = z * math.cos(self.yaw_rad) - x * math.sin(self.yaw_rad)
        down = y * math.cos(self.pitch_rad) - depth * math.sin(self.pitch_rad)
        return across, down, depth

    def width(self, x: float, z: float) -> float:
        """Return the share of its width that a patch at (x, z) of the ball shows."""
        return math.cos(self.yaw_rad + math.atan2(x, z))


def head_shapes(pose: Pose, model: Character, *, horror: float = 0.0) -> list[Shape]:
    """Return the head about its own centre, facing right where it turns.

    Args:
        pose: its yaw, pitch, ears, eyes and mouth are used.
        model: colours and proportions.
        horror: 0–1, how far the face has gone wrong.
    """
    # Nose up is a nod seen from the front and a plain turn in the picture seen from the side.
    yaw_rad = math.radians(pose.head_yaw_deg)
    turn = Turn(yaw_rad, math.radians(pose.head_pitch_deg) * math.cos(yaw_rad))
    far: list[Shape] = []
    near: list[Shape] = []
    for side, swing, part in ((-1, pose.ear_l_deg, "ear_l"), (1, pose.ear_r_deg, "ear_r")):
        depth = turn.at(side * _EAR[0], _EAR[1], _EAR[2])[2]
        (far if depth < _BEHIND else near).extend(_ear(turn, model, side, swing, part))
    face = _face(turn, pose, model)
    if horror:
        face += horror_features(turn, model, horror)
    roll = turned(-pose.head_pitch_deg * math.sin(yaw_rad))
    return placed([*far, *face, *near], roll)


def _ear(turn: Turn, model: Character, side: int, swing_deg: float, part: str) -> list[Shape]:
    x, y, depth = turn.at(side * _EAR[0], _EAR[1], _EAR[2])
    size = model.build.ear
    # An ear seen from the side shows its whole width and hangs straight; its tip swings in front of us.
    sideways = min(1.0, max(0.0, depth / _EAR[0]))
    hang = -(20.0 + swing_deg) * (1 - 0.75 * sideways) * side
    if sideways:
        hang = (1 - sideways) * hang + sideways * (8 + swing_deg)
    pose = chain(stretched(side * size * (0.92 + 0.2 * sideways), size), turned(hang), shifted(x, y))
    outline = loop(_EAR_OUTLINE)
    inner = loop([(-6, 30), (4, 22), (14, 44), (12, 72), (2, 80), (-8, 66)])
    line, width = model.palette.line, model.build.line_px
    return [
        Shape(moved(outline, pose), model.palette.ear, line, width, part),
        Shape(moved(inner, pose), model.palette.ear_shade, part=part),
    ]


def _muzzle_at(turn: Turn, model: Character) -> tuple[float, float, float, float]:
    reach = 44 + 22 * model.build.muzzle
    x, y, _ = turn.at(0, 25, reach)
    sideways = abs(math.sin(turn.yaw_rad))
    return x, y, 37 + 4 * sideways * model.build.muzzle, 25 - 2 * sideways


def _face(turn: Turn, pose: Pose, model: Character) -> list[Shape]:
    ink, build = model.palette, model.build
    narrow = 1 - 0.07 * abs(math.sin(turn.yaw_rad))
    right = np.array(_CRANIUM, dtype=np.float64)
    cranium = loop(np.vstack([right, right[-2:0:-1] * (-1, 1)]) * (narrow, 1.0))
    x, y, rx, ry = _muzzle_at(turn, model)
    muzzle = loop(
        [
            (x - rx, y + 2),
            (x - rx * 0.7, y - ry * 0.72),
            (x, y - ry),
            (x + rx * 0.7, y - ry * 0.72),
            (x + rx, y + 2),
            (x + rx * 0.66, y + ry * 0.86),
            (x, y + ry),
            (x - rx * 0.66, y + ry * 0.86),
        ]
    )
    bridge = ellipse(x * 0.56, y * 0.62, rx * 0.96, ry * 1.02)
    opened = pose.mouth_open
    jaw_x, jaw_y, _ = turn.at(0, 38, 34 + 18 * build.muzzle)
    jaw_rx, jaw_ry = 25 - 2 * opened, 13 + 17 * opened
    jaw = ellipse(jaw_x, jaw_y + 26 * opened, jaw_rx, jaw_ry)
    shapes = merged(
        [
            Shape(cranium, ink.fur_shade, part="head"),
            Shape(bridge, ink.fur, part="head"),
            Shape(jaw, ink.muzzle, part="jaw"),
            Shape(muzzle, ink.muzzle, part="muzzle"),
        ],
        ink.line,
        build.line_px,
    )
    outlines, fills = shapes[:4], shapes[4:]
    light = Shape(lit(cranium, (6.0, -20.0), 0.95), ink.fur, part="head")
    patches = [
        patch for spot in model.spots if spot.head for patch in _patch(turn, spot.head, ink.spot, spot.name)
    ]
    mouth: list[Shape] = []
    if opened > 0.05:  # noqa: PLR2004 (a slit thinner than its own outline is a shut mouth)
        hole = ellipse(jaw_x, jaw_y + 22 * opened, jaw_rx - 6, max(2.0, jaw_ry - 4))
        mouth.append(Shape(hole, ink.mouth, ink.line, build.line_px * 0.8, "mouth"))
        tongue = ellipse(jaw_x, jaw_y + 22 * opened + jaw_ry * 0.5, (jaw_rx - 8) * 0.72, (jaw_ry - 4) * 0.42)
        mouth.append(Shape(tongue, ink.tongue, part="tongue"))
    if pose.tongue > 0.05:  # noqa: PLR2004 (the same)
        mouth += _tongue(jaw_x, y + ry - 4, pose.tongue, model)
    # The bridge joins the face in fur, the lit side over it; only then the markings.
    return [
        *outlines,
        fills[0],
        fills[1],
        light,
        *patches,
        *_eyes(turn, pose, model),
        fills[2],
        *mouth,
        *([Shape(muzzle, ink.muzzle, ink.line, build.line_px * 0.75, "muzzle")] if mouth else []),
        fills[3],
        *_lips(turn, pose, model),
        *_nose(turn, model),
    ]


def _tongue(x: float, y: float, out: float, model: Character) -> list[Shape]:
    ink = model.palette
    length = 8 + 26 * out
    shape = loop(
        [
            (x - 11, y - 4),
            (x + 11, y - 4),
            (x + 12, y + length * 0.6),
            (x, y + length),
            (x - 12, y + length * 0.6),
        ]
    )
    crease = polygon((x, y + 2), (x, y + length * 0.62))
    return [
        Shape(shape, ink.tongue, ink.line, model.build.line_px * 0.8, "tongue"),
        Shape(crease, None, ink.mouth, model.build.line_px * 0.5, "tongue", closed=False),
    ]


def _patch(
    turn: Turn, where: tuple[float, float, float, float], colour: tuple[int, int, int], name: str
) -> list[Shape]:
    x, y, rx, ry = where
    share = turn.width(x, _EYE[2])
    if share < _HIDDEN:
        return []
    at_x, at_y, _ = turn.at(x, y, _EYE[2] - 4)
    outline = loop(
        [(-1, 0.1), (-0.72, -0.72), (0.1, -1), (0.86, -0.6), (1, 0.2), (0.6, 0.86), (-0.1, 1), (-0.8, 0.7)]
    )
    return [Shape(outline * (rx * max(share, 0.35), ry) + (at_x, at_y), colour, part=f"spot:{name}")]


def _lips(turn: Turn, pose: Pose, model: Character) -> list[Shape]:
    reach = 44 + 22 * model.build.muzzle + 24
    lift = 7 * pose.smile
    shapes: list[Shape] = []
    width = model.build.line_px * 0.8
    top = turn.at(0, 22, reach)
    seam = turn.at(0, 39, reach - 5)
    if abs(turn.yaw_rad) < _SEAM_HIDDEN_RAD:
        shapes.append(
            Shape(polygon(top[:2], seam[:2]), None, model.palette.line, width, "mouth", closed=False)
        )
    for side in (-1, 1):
        dip = turn.at(side * 13, 45, reach - 9)
        corner = turn.at(side * 29, 37 - lift, reach - 28)
        is_near = abs(turn.yaw_rad) < _SEAM_HIDDEN_RAD or side * turn.yaw_rad < 0
        if is_near and corner[2] > _LIP_HIDDEN:
            curve = path([seam[:2], dip[:2], corner[:2]])
            shapes.append(Shape(curve, None, model.palette.line, width, "mouth", closed=False))
        for dot_x, dot_y in ((17, 25), (23, 31), (13, 33)):
            at = turn.at(side * dot_x, dot_y, reach - 12)
            if is_near and at[2] > _DOT_HIDDEN:
                shapes.append(
                    Shape(ellipse(at[0], at[1], 1.5, 1.5, corners=8), model.palette.fur_shade, part="muzzle")
                )
    return shapes


def _nose(turn: Turn, model: Character) -> list[Shape]:
    reach = 44 + 22 * model.build.muzzle + 22
    x, y, _ = turn.at(0, 9, reach)
    outline = moved(loop([(-15, -4), (-7, -10), (7, -10), (15, -4), (8, 6), (0, 10), (-8, 6)]), shifted(x, y))
    return [
        Shape(outline, model.palette.nose, model.palette.line, model.build.line_px * 0.6, "nose"),
        Shape(ellipse(x - 4, y - 5, 4.2, 2.0, tilt_deg=-14, corners=16), (178, 160, 166), part="nose"),
    ]


def _eyes(turn: Turn, pose: Pose, model: Character) -> list[Shape]:
    shapes: list[Shape] = []
    for side, part in ((-1, "eye_l"), (1, "eye_r")):
        share = turn.width(side * _EYE[0], _EYE[2])
        if share < _HIDDEN:
            continue
        x, y, _ = turn.at(side * _EYE[0], _EYE[1], _EYE[2])
        shapes += _eye((x, y), max(0.5, min(1.0, share * 1.12)), pose, model, part)
        brow_x, brow_y, _ = turn.at(side * 24, -37, 44)
        half = 12 * max(0.4, min(1.0, share))
        inner = (brow_x - side * half, brow_y + 2 + 7 * pose.brow)
        outer = (brow_x + side * half, brow_y + 2 - 4 * pose.brow)
        arch = path([inner, (brow_x, brow_y - 4 + pose.brow), outer])
        shapes.append(Shape(arch, None, model.palette.line, model.build.line_px * 1.25, "brow", closed=False))
    return shapes


def _eye(at: tuple[float, float], share: float, pose: Pose, model: Character, part: str) -> list[Shape]:
    ink, width = model.palette, model.build.line_px
    x, y = at
    rx, ry = 13.5 * model.build.eye * share, 16.5 * model.build.eye
    white = ellipse(x, y, rx, ry)
    lid_y = y - ry + 2 * ry * pose.blink
    skin = ink.spot if part == "eye_l" and any(spot.head for spot in model.spots) else ink.fur
    lid = white.copy()
    lid[:, 1] = np.minimum(lid[:, 1], lid_y)
    half = rx * math.sqrt(max(0.0, 1 - ((lid_y - y) / ry) ** 2))
    edge = polygon((x - half, lid_y), (x + half, lid_y))
    if pose.blink > 0.8:  # noqa: PLR2004 (shut: a lash line instead of an eye)
        lash = path([(x - rx, y + 3), (x, y + 9), (x + rx, y + 3)])
        return [
            Shape(white, skin, part=part),
            Shape(lash, None, ink.line, width, part, closed=False),
        ]
    pupil_x = x + pose.look_x * rx * 0.42
    pupil_y = y + 2 + pose.look_y * ry * 0.4
    pupil = ellipse(pupil_x, pupil_y, 7.6 * model.build.eye * max(share, 0.7), 9.6 * model.build.eye)
    # A pupil keeps inside the white of a narrow eye.
    pupil[:, 0] = np.clip(pupil[:, 0], x - rx + 0.5, x + rx - 0.5)
    glint = ellipse(pupil_x + 2.6, pupil_y - 4.0, 2.6, 2.9, corners=16)
    return [
        Shape(white, ink.eye, ink.line, width * 0.85, part),
        Shape(pupil, ink.pupil, part="pupil"),
        Shape(glint, ink.eye, part="pupil"),
        Shape(lid, skin, part="lid"),
        Shape(white, None, ink.line, width * 0.85, part),
        Shape(edge, None, ink.line, width * 0.85, "lid", closed=False),
    ]
