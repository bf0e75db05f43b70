"""The body in its two stances, sitting half towards us and standing in profile, with legs that walk."""

import math
from dataclasses import dataclass

from circletake.generate.character import Character
from circletake.generate.drawing.shapes import (
    Colour,
    Points,
    Shape,
    chain,
    ellipse,
    limb,
    lit,
    loop,
    merged,
    moved,
    path,
    shifted,
    stretched,
    turned,
)
from circletake.generate.pose import Pose

STRIDE = 30.0  # how far a paw swings to either side of its hip
STANCE_SHARE = 0.6  # of a cycle that a paw is on the ground: an unhurried walk
_HIND, _FORE = -64.0, 54.0
_LEG = 62.0
_PHASES = {"near_hind": 0.0, "near_fore": 0.25, "far_hind": 0.5, "far_fore": 0.75}


@dataclass(frozen=True, slots=True)
class Body:
    """A body drawn, and where its head goes.

    Args:
        behind: shapes drawn before the head.
        neck: where the head's centre rests.
        before: shapes drawn after the head.
    """

    behind: list[Shape]
    neck: tuple[float, float]
    before: list[Shape]


def advance_per_cycle(model: Character) -> float:
    """Return how far one walk cycle carries the standing body, so that paws do not slide."""
    return 2 * STRIDE * model.build.leg / STANCE_SHARE


def body_shapes(pose: Pose, model: Character) -> Body:
    """Return the body in the pose's stance, ground at y = 0, facing right."""
    return _sitting(pose, model) if pose.stance == "sit" else _standing(pose, model)


def _tail(root: tuple[float, float], swing_deg: float, model: Character) -> list[Shape]:
    ink, size = model.palette, model.build.tail
    spine = path(
        [(0, 0), (-30 * size, -4 * size), (-54 * size, -26 * size), (-58 * size, -58 * size)], steps=3
    )
    # The tip lags: the tail bends as it swings instead of turning like a stick.
    bent = [
        moved(point[None], turned(swing_deg * (0.5 + 0.5 * i / (len(spine) - 1))))[0]
        for i, point in enumerate(spine)
    ]
    whole = limb(bent, (10, 9, 8, 7, 6))
    tip = limb(bent[-4:], (7.2, 7, 6))
    at = shifted(*root)
    return [
        *merged([Shape(moved(whole, at), ink.fur, part="tail")], ink.line, model.build.line_px),
        Shape(moved(tip, at), ink.spot, part="tail"),
    ]


def _collar(at: tuple[float, float], rx: float, ry: float, tilt_deg: float, model: Character) -> list[Shape]:
    ink, width = model.palette, model.build.line_px
    band = ellipse(0, 0, rx, ry, tilt_deg=tilt_deg)
    hang = moved(
        loop([(0, ry + 1), (9, ry + 7), (8, ry + 17), (0, ry + 22), (-8, ry + 17), (-9, ry + 7)]),
        turned(tilt_deg * 0.35),
    )
    place = shifted(*at)
    return [
        Shape(moved(band, place), ink.collar, ink.line, width, "collar"),
        Shape(moved(hang, place), ink.tag, ink.line, width * 0.8, "tag"),
        Shape(moved(ellipse(-2, ry + 11, 2.4, 2.4, corners=12), place), (255, 240, 190), part="tag"),
    ]


def _toes(x: float, y: float, model: Character) -> list[Shape]:
    return [
        Shape(
            path([(x + dx, y - 6), (x + dx + 0.6, y + 3)]),
            None,
            model.palette.line,
            model.build.line_px * 0.55,
            "paw",
            closed=False,
        )
        for dx in (-4.5, 4.5)
    ]


def _spots(model: Character, stance: str) -> list[Shape]:
    shapes = []
    for spot in model.spots:
        place = spot.sitting if stance == "sit" else spot.standing
        if place is not None:
            x, y, rx, ry, tilt = place
            blob = loop(
                [(-1, 0), (-0.7, -0.8), (0.2, -1), (0.9, -0.5), (1, 0.3), (0.4, 0.9), (-0.4, 1), (-0.9, 0.6)]
            )
            at = chain(
                stretched(rx, ry), turned(tilt), shifted(x, y), stretched(model.build.body, model.build.body)
            )
            shapes.append(Shape(moved(blob, at), model.palette.spot, part=f"spot:{spot.name}"))
    return shapes


def _sitting(pose: Pose, model: Character) -> Body:
    ink, build = model.palette, model.build
    big = build.body
    line = build.line_px
    pear = loop(
        [
            (-27, -142),
            (27, -142),
            (40, -104),
            (50, -62),
            (54, -22),
            (34, -4),
            (0, -2),
            (-34, -4),
            (-54, -22),
            (-50, -62),
            (-40, -104),
        ]
    ) * (big, big)
    haunches = [
        Shape(
            loop(
                [
                    (side * 30, -56),
                    (side * 58, -62),
                    (side * 80, -36),
                    (side * 76, -8),
                    (side * 50, -2),
                    (side * 34, -10),
                ]
            )
            * big,
            ink.fur,
            part="leg",
        )
        for side in (-1, 1)
    ]
    feet = [
        Shape(ellipse(side * 62 * big, -8, 25, 11), ink.muzzle, ink.line, line, "paw") for side in (-1, 1)
    ]
    bib = loop([(-20, -128), (20, -128), (27, -98), (16, -66), (0, -54), (-16, -66), (-27, -98)]) * big
    tail = _tail((-52 * big, -22), pose.tail_deg, model)
    forelegs: list[Shape] = []
    for side in (-1, 1):
        x = 6 + side * 19 * big
        column = limb([(x - side * 2, -84 * big), (x, -44), (x + side, -13)], (15 * big, 13.5, 12.5))
        forelegs += merged(
            [Shape(column, ink.fur, part="leg"), Shape(ellipse(x + 2, -9, 19, 12), ink.muzzle, part="paw")],
            ink.line,
            line,
        )
    # The columns' tops join the chest: fur laid over their outline there.
    chest = loop([(-24, -102), (36, -102), (38, -74), (24, -62), (6, -68), (-12, -62), (-28, -74)]) * big
    torso = merged([*haunches, Shape(pear, ink.fur_shade, part="body")], ink.line, line)
    creases = [
        Shape(
            path([(side * 36 * big, -50 * big), (side * 52 * big, -60 * big), (side * 66 * big, -48 * big)]),
            None,
            ink.line,
            line * 0.8,
            "leg",
            closed=False,
        )
        for side in (-1, 1)
    ]
    behind = [
        *tail,
        *torso,
        Shape(lit(pear, (2.0, -70.0 * big), 0.94), ink.fur, part="body"),
        *feet,
        *creases,
        *_toes(-66 * big, -7, model),
        *_toes(66 * big, -7, model),
        *forelegs,
        Shape(chest, ink.fur, part="body"),
        Shape(bib, ink.muzzle, part="body"),
        *_spots(model, "sit"),
        *_toes(6 - 19 * big + 2, -8, model),
        *_toes(6 + 19 * big + 2, -8, model),
        *_collar((1.0, -134 * big), 33 * big, 12, 0, model),
    ]
    return Body(behind, (2.0, -134 * big - 50 * build.head), [])


def _paw_at(name: str, pose: Pose, model: Character) -> tuple[float, float]:
    """Return a paw's offset from beneath its hip: forward, and up."""
    leg = model.build.leg
    cycle = (pose.step + _PHASES[name]) % 1.0
    if cycle < STANCE_SHARE:
        swing, up = 1 - 2 * cycle / STANCE_SHARE, 0.0
    else:
        through = (cycle - STANCE_SHARE) / (1 - STANCE_SHARE)
        swing, up = -math.cos(math.pi * through), math.sin(math.pi * through)
    forward = STRIDE * leg * swing * pose.stride
    lift = 17 * leg * up * pose.stride
    reach = pose.reach * (1 if name.endswith("fore") else -1)
    return forward + 46 * reach, lift + 12 * abs(pose.reach)


def _leg(name: str, pose: Pose, model: Character, hip_y: float, fur: Colour, foot: Colour) -> list[Shape]:
    is_fore, is_far = name.endswith("fore"), name.startswith("far")
    hip_x = (_FORE if is_fore else _HIND) * model.build.body + (15 if is_far else 0)
    forward, up = _paw_at(name, pose, model)
    foot_x, foot_y = hip_x + forward + (4 if is_fore else 0), -10.0 - up - (3 if is_far else 0)
    bend = (-5 if is_fore else 9) + up * (0.9 if is_fore else 0.4)
    knee = (0.5 * (hip_x + foot_x) + bend, 0.46 * hip_y + 0.54 * foot_y)
    thick = (19.0, 14.5, 11.5) if is_fore else (24.0, 15.5, 11.5)
    column = limb([(hip_x, hip_y), knee, (foot_x, foot_y)], thick)
    toe_down = min(28.0, up * 1.5)
    paw = ellipse(foot_x + 6, foot_y + 1, 18, 10.5, tilt_deg=toe_down)
    return [Shape(column, fur, part="leg"), Shape(paw, foot, part="paw")]


def _standing(pose: Pose, model: Character) -> Body:
    ink, build = model.palette, model.build
    big, line = build.body, build.line_px
    rise = _LEG * (build.leg - 1)
    hip_y = -_LEG * build.leg - 14

    def up(points: Points) -> Points:
        return moved(points, shifted(0, -rise))

    bean = up(
        loop(
            [
                (-92, -92),
                (-78, -120),
                (-40, -126),
                (10, -122),
                (52, -130),
                (84, -116),
                (88, -88),
                (66, -62),
                (20, -56),
                (-30, -62),
                (-76, -64),
            ]
        )
        * (big, 1.0)
    )
    neck_to = (84 * big + 14 + pose.head_x * 0.5, -158 + pose.head_y * 0.5)
    neck = up(limb([(58 * big, -102), (74 * big, -126), neck_to], (32, 29, 27)))
    far_legs: list[Shape] = []
    for name in ("far_hind", "far_fore"):
        far_legs += merged(_leg(name, pose, model, hip_y, ink.fur_shade, ink.fur), ink.line, line)
    near = [
        shape
        for name in ("near_hind", "near_fore")
        for shape in _leg(name, pose, model, hip_y, ink.fur, ink.muzzle)
    ]
    trunk = merged(
        [Shape(bean, ink.fur_shade, part="body"), Shape(neck, ink.fur, part="body"), *near], ink.line, line
    )
    belly = up(
        loop(
            [
                (-86, -94),
                (-72, -116),
                (-36, -121),
                (10, -117),
                (52, -125),
                (80, -110),
                (82, -90),
                (58, -74),
                (16, -70),
                (-30, -74),
                (-68, -78),
            ]
        )
        * (big, 1.0)
    )
    thigh = path(
        [(_HIND * big + 8, hip_y + 21), (_HIND * big + 20, hip_y + 10), (_HIND * big + 25, hip_y - 8)]
    )
    shoulder = path(
        [(_FORE * big - 20, hip_y + 2), (_FORE * big - 12, hip_y + 18), (_FORE * big - 6, hip_y + 24)]
    )
    half = len(trunk) // 2
    outlines, fills = trunk[:half], trunk[half:]
    seams = [Shape(seam, None, ink.line, line * 0.7, "leg", closed=False) for seam in (thigh, shoulder)]
    toes = [
        toe
        for shape in near
        if shape.part == "paw"
        for toe in _toes(float(shape.points[:, 0].mean()) + 7, float(shape.points[:, 1].mean()), model)
    ]
    collar_at = (72 * big + 10 + pose.head_x * 0.3, -137 - rise + pose.head_y * 0.3)
    behind = [
        *far_legs,
        *_tail((-84 * big, -106 - rise), pose.tail_deg, model),
        *outlines,
        fills[0],
        Shape(belly, ink.fur, part="body"),
        *fills[1:],
        *[
            Shape(moved(shape.points, shifted(0, -rise)), shape.fill, part=shape.part)
            for shape in _spots(model, "stand")
        ],
        *seams,
        *toes,
        *_collar(collar_at, 33, 10.5, 24, model),
    ]
    at = (neck_to[0] + 12, neck_to[1] - rise - 30 * build.head)
    return Body(behind, at, [])
