"""The demo film *Lord Queso*, drawn and played by this room: the same plan gives the same bytes.

Fiction throughout; see `script`.
"""

from collections.abc import Iterator

from circletake.generate.acting import camera_at, pose_at
from circletake.generate.backgrounds import get_background, render_before, render_behind
from circletake.generate.character import LORD_QUESO
from circletake.generate.drawing.paint import paint
from circletake.generate.drawing.shapes import Box, Picture, Shape, ellipse
from circletake.generate.drifts import drift_at
from circletake.generate.pose import Pose
from circletake.generate.rig import Placed, draw_dog, place_dog
from circletake.generate.script import HEIGHT_PX, RATE, SHOTS, WIDTH_PX, Shot, TakePlan, get_shot, truth
from circletake.generate.sound import SAMPLE_RATE_HZ, sound_take
from circletake.generate.stills import STORYBOARD_VARIANTS, model_sheet, storyboard_panel

__all__ = [
    "HEIGHT_PX",
    "RATE",
    "SAMPLE_RATE_HZ",
    "SHOTS",
    "STORYBOARD_VARIANTS",
    "WIDTH_PX",
    "Shot",
    "TakePlan",
    "character_box",
    "get_shot",
    "model_sheet",
    "place_character",
    "render_frame",
    "render_take",
    "sound_take",
    "storyboard_panel",
    "truth",
]


def _shadow(pose: Pose, alpha: float) -> Shape:
    # A figure off the ground throws a smaller, paler shadow.
    near = 1 / (1 + pose.lift / 90)
    wide = (108 if pose.stance == "stand" else 92) * pose.scale * near
    return Shape(ellipse(pose.x, pose.y + 3, wide, 12 * pose.scale * near), (34, 18, 40), alpha=alpha * near)


def render_frame(shot: Shot, plan: TakePlan, n: int) -> Picture:
    """Return frame `n` of a take: sRGB, 540×960×3."""
    place, camera, pose = get_background(shot.background), camera_at(shot, n), pose_at(shot, plan, n)
    matrix = camera.matrix()
    picture = render_behind(place, camera)
    paint(picture, [_shadow(pose, place.shadow_alpha)], matrix=matrix)
    draw_dog(picture, pose, LORD_QUESO, drift_at(plan.drift, n), camera=matrix, light=place.light)
    render_before(picture, place, camera)
    return picture


def render_take(shot: Shot, plan: TakePlan) -> Iterator[Picture]:
    """Yield every frame of a take in order: sRGB uint8, 540×960×3."""
    for n in range(shot.frames):
        yield render_frame(shot, plan, n)


def place_character(shot: Shot, plan: TakePlan, n: int) -> Placed:
    """Return where the figure and its parts are on frame `n`, without drawing the frame."""
    place, camera = get_background(shot.background), camera_at(shot, n)
    return place_dog(
        pose_at(shot, plan, n),
        LORD_QUESO,
        drift_at(plan.drift, n),
        size_px=(WIDTH_PX, HEIGHT_PX),
        camera=camera.matrix(),
        light=place.light,
    )


def character_box(shot: Shot, plan: TakePlan, n: int) -> Box:
    """Return the box (x, y, width, height) of the figure on frame `n`, clipped to the picture."""
    return place_character(shot, plan, n).box
