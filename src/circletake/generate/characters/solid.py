"""Solids seen from where we stand: bones turned by a pose, parts projected to outlines in the picture."""

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from circletake.generate.characters.design import Bone, Part, Vector
from circletake.generate.characters.pose import Pose

Floats = NDArray[np.float64]

_ROUND = np.linspace(0, 2 * np.pi, 24, endpoint=False)
_CIRCLE: Floats = np.stack([np.cos(_ROUND), np.sin(_ROUND)])  # 24 corners read as round at 256 px
# The ends of a rod are small: 16 corners do.
_ROUND_16 = np.linspace(0, 2 * np.pi, 16, endpoint=False)
_FINE: Floats = np.stack([np.cos(_ROUND_16), np.sin(_ROUND_16)])
_TURN = np.linspace(0, 2 * np.pi, 10, endpoint=False)
_CORNERS: Floats = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float64).T
_CONE: Floats = np.concatenate(
    [np.stack([np.cos(_TURN), np.full(10, -1.0), np.sin(_TURN)]), np.array([[0.0], [1.0], [0.0]])], axis=1
)
# A leaf is pointed at both ends and widest below its middle: ears, feathers, fins.
_LEAF_Y: Floats = np.array([-1, -0.7, -0.3, 0.2, 0.65, 1.0, 0.65, 0.2, -0.3, -0.7])
_LEAF_X: Floats = np.array([0.25, 0.75, 1.0, 0.85, 0.45, 0, -0.45, -0.85, -1.0, -0.75])
_LEAF: Floats = np.concatenate(
    [np.stack([_LEAF_X, _LEAF_Y, np.full(10, side)]) for side in (-0.6, 0.6)], axis=1
)
_THIN = np.eye(2) * 1e-6
_REMEMBERED = 4096  # turns: a shot asks for those of the same markings on every frame
_SEEN = -0.05  # markings a little beyond the rim still show as slivers
_STAR: Floats = np.stack([np.cos(_TURN), np.sin(_TURN)]) * np.where(np.arange(10) % 2, 0.45, 1.0)
_HEART: Floats = np.stack([np.sin(_ROUND) ** 3, np.cos(_ROUND) - 0.35 * np.cos(2 * _ROUND) - 0.2])
_PATCH: Floats = _CIRCLE * (1 + 0.16 * np.sin(3 * _ROUND + 1) + 0.1 * np.cos(5 * _ROUND))
_DROP: Floats = _CIRCLE * np.where(_CIRCLE[1] > 0, 1 + 0.5 * _CIRCLE[1] ** 4, 1.0)
_ARC = np.linspace(-1, 1, 9)
_SMILE: Floats = np.concatenate(
    [np.stack([_ARC, _ARC**2 - 0.7]), np.stack([_ARC[::-1], 0.8 * _ARC[::-1] ** 2 - 0.35])], axis=1
)
MARKS: dict[str, Floats] = {
    "disc": _CIRCLE,
    "stripe": np.array([[-1.0, -0.4, 0.4, 1.0, 0.4, -0.4], [0.0, 1.0, 1.0, 0.0, -1.0, -1.0]]),
    "star": _STAR,
    "heart": _HEART,
    "diamond": np.array([[0.0, 1.0, 0.0, -1.0], [1.0, 0.0, -1.0, 0.0]]),
    "patch": _PATCH,
    "smile": _SMILE,
    "mouth": _CIRCLE,
    "drop": _DROP,
}


@lru_cache(maxsize=_REMEMBERED)
def rotation(turn_deg: Vector) -> Floats:
    """Return the 3×3 rotation of a turn: about the forward axis first, then the right, then the up axis."""
    x, y, z = (math.radians(angle) for angle in turn_deg)
    cx, sx, cy, sy, cz, sz = math.cos(x), math.sin(x), math.cos(y), math.sin(y), math.cos(z), math.sin(z)
    found = np.array(
        [
            [cy * cz + sy * sx * sz, -cy * sz + sy * sx * cz, sy * cx],
            [cx * sz, cx * cz, -sx],
            [-sy * cz + cy * sx * sz, sy * sz + cy * sx * cz, cy * cx],
        ]
    )
    found.flags.writeable = False  # it is remembered
    return found


@dataclass(frozen=True, slots=True)
class Joint:
    """A bone as the pose has it: where it is, how it is turned, and how much nearer it is painted."""

    at: Floats
    turn: Floats
    near: float


def joints(bones: tuple[Bone, ...], pose: Pose) -> dict[str, Joint]:
    """Return every bone in view space: right, up, to us; body units."""
    wide = pose.squash**-0.5
    view = (
        rotation((0, 0, -pose.lean_deg)) @ rotation((pose.camera_deg, 0, 0)) @ rotation((0, pose.turn_deg, 0))
    )
    stand = view @ np.diag((wide, pose.squash, wide))
    found = {"": Joint(np.zeros(3), stand, 0.0)}
    for bone in bones:
        turn = list(bone.turn_deg)
        for member, axis, reach_deg in bone.moves:
            turn[axis] += reach_deg * float(getattr(pose, member))
        parent = found[bone.parent]
        found[bone.name] = Joint(
            parent.at + parent.turn @ np.array(bone.at),
            parent.turn @ rotation((turn[0], turn[1], turn[2])),
            parent.near + bone.near,
        )
    return found


@dataclass(frozen=True, slots=True)
class Seen:
    """A solid as it is seen.

    Args:
        part: what it is.
        outline: 2×n, right and up, body units.
        depth: to us; the nearest is painted last.
        middle: right and up.
        spread: 2×2, takes the unit disc to the ellipse that fits the outline.
        frame: 3×3, takes directions of the solid's unit ball to view space.
        centre: of that ball in view space.
    """

    part: Part
    outline: Floats
    depth: float
    middle: Floats
    spread: Floats
    frame: Floats
    centre: Floats


def _root(matrix: Floats) -> Floats:
    """Return the symmetric square root of a symmetric positive 2×2 matrix."""
    det = math.sqrt(max(float(matrix[0, 0] * matrix[1, 1] - matrix[0, 1] ** 2), 1e-12))
    whole = math.sqrt(max(float(matrix[0, 0] + matrix[1, 1] + 2 * det), 1e-12))
    rooted = matrix / whole
    rooted[0, 0] += det / whole
    rooted[1, 1] += det / whole
    return rooted


def _hull(points: Floats) -> Floats:
    found = cv2.convexHull(points[:2].T.astype(np.float32))
    return np.asarray(found.reshape(-1, 2).T, np.float64)


def _corners(part: Part, turn: Floats) -> Floats:
    """Return points in view space about the joint whose hull is the outline."""
    if part.form == "rod":
        # A ball looks round from anywhere: two circles in the picture, one round each end.
        length, first, last = part.size
        points = np.zeros((3, 32))
        points[:2, :16], points[:2, 16:] = _FINE * first, _FINE * last
        points[:, 16:] -= turn[:, 1:2] * length
        return points
    unit = {"box": _CORNERS, "cone": _CONE, "leaf": _LEAF}[part.form]
    return np.asarray(turn @ (unit * np.array(part.size)[:, None]))


def seen(part: Part, joint: Joint) -> Seen:
    """Project a solid.

    Source:
        The outline of an ellipsoid with frame R and radii D is the ellipse of R D² Rᵀ, cut to two rows.
    """
    turn = joint.turn if part.turn_deg == (0.0, 0.0, 0.0) else joint.turn @ rotation(part.turn_deg)
    centre = joint.at + joint.turn @ np.array(part.at)
    if part.form == "ball":
        frame = turn * np.array(part.size)
        spread = _root(frame[:2] @ frame[:2].T)
        outline = spread @ _CIRCLE + centre[:2, None]
        return Seen(part, outline, centre[2] + joint.near, centre[:2], spread, frame, centre)
    points = _corners(part, turn) + centre[:, None]
    outline = _hull(points)
    middle = outline.sum(1) / outline.shape[1]
    about = outline - outline.sum(1, keepdims=True) / outline.shape[1]
    # Twice the covariance of a circle's corners is its radius squared; never quite flat.
    spread = _root(about @ about.T * (2 / outline.shape[1]) + _THIN)
    depth = float(points[2].sum()) / points.shape[1] + joint.near
    size = np.array(part.size if part.form != "rod" else (part.size[1], part.size[0] / 2, part.size[1]))
    return Seen(part, outline, depth, middle, spread, turn * size, points.sum(1) / points.shape[1])


def marking(part: Part, host: Seen, pose: Pose) -> Floats | None:
    """Project a marking.

    Args:
        part: the marking.
        host: the solid it is on.
        pose: opens mouths and shuts eyes.

    Returns:
        2×n outline in body units; None when it is on the far side.
    """
    longitude, latitude, tilt = part.at
    around = rotation((-latitude, longitude, tilt))
    # Which way the surface looks: the normal of an ellipsoid goes by the inverse radii.
    upright = host.frame / (host.frame * host.frame).sum(0)
    normal = upright @ around[:, 2]
    if normal[2] < _SEEN * math.sqrt(float(normal @ normal)):
        return None
    wide, high = part.size[0], part.size[1]
    if part.group == "eyes":
        high *= 1 - 0.88 * pose.blink
    if part.form == "mouth":
        high *= 0.25 + pose.mouth
    points = MARKS[part.form] * np.array([[wide], [high]])
    ways = around[:, :2] @ points + around[:, 2:]
    ways /= np.sqrt((ways * ways).sum(0))
    if host.part.form == "box":
        ways /= np.abs(ways).max(0)  # onto the faces of a cube instead of the ball
    placed = host.frame @ ways
    normals = upright[2] @ ways
    if (normals < 0).any():
        # What lies beyond the rim is drawn on the rim.
        inverse = np.linalg.pinv(host.spread)
        flat = inverse @ placed[:2]
        out = flat / np.maximum(np.linalg.norm(flat, axis=0), 1e-9)
        placed[:2] = np.where(normals < 0, host.spread @ out, placed[:2])
    return np.asarray(placed[:2] + host.centre[:2, None], np.float64)
