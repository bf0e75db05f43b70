"""Drawings that are not film: storyboard panels in pencil, and the character's model sheet."""

from dataclasses import replace

from circletake.errors import NotFound
from circletake.generate.acting import camera_at, pose_at
from circletake.generate.backgrounds import get_background, scenery
from circletake.generate.character import LORD_QUESO, Character
from circletake.generate.drawing.paint import blank
from circletake.generate.drawing.pencil import draw_pencil
from circletake.generate.drawing.shapes import Box, Picture, Shape, bounds, polygon, rectangle
from circletake.generate.pose import Pose
from circletake.generate.rig import dog_shapes, draw_dog
from circletake.generate.script import HEIGHT_PX, WIDTH_PX, Shot

STORYBOARD_VARIANTS = 2
SHEET_WIDTH_PX, SHEET_HEIGHT_PX = 560, 480
_SHEET_PAPER = (244, 241, 234)
_SHEET_GROUND_Y, _SHEET_SCALE = 444.0, 1.45

# Where in a shot its story shows best, for each variant.
_STORY_FRAMES: dict[str, tuple[float, ...]] = {
    "SH010": (0.9, 0.45),
    "SH020": (0.5, 0.85),
    "SH030": (0.57, 0.2),
    "SH040": (0.44, 0.25),
    "SH050": (0.35, 0.62),
    "SH060": (0.4, 0.9),
}


def storyboard_panel(shot: Shot, variant: int = 0) -> Picture:
    """Return a rough pencil panel of a shot: sRGB, 540×960×3.

    Args:
        shot: of the script.
        variant: from 0; each shows another moment in another drawing.

    Raises:
        NotFound: there is no such variant.
    """
    if not 0 <= variant < STORYBOARD_VARIANTS:
        raise NotFound(f"{shot.code} has storyboard panels 0 to {STORYBOARD_VARIANTS - 1}, not {variant}.")
    n = round(_STORY_FRAMES[shot.code][variant] * (shot.frames - 1))
    camera, pose = camera_at(shot, n), pose_at(shot, shot.takes[0], n)
    figure = dog_shapes(pose, LORD_QUESO, camera=camera.matrix())
    frame = [Shape(rectangle(9, 9, WIDTH_PX - 18, HEIGHT_PX - 18), None, (0, 0, 0), 2.0)]
    seed = int(shot.code[2:]) * 10 + variant
    return draw_pencil(
        WIDTH_PX,
        HEIGHT_PX,
        scenery(get_background(shot.background), camera),
        [*figure, *frame, *_arrow(shot)],
        seed,
    )


def _arrow(shot: Shot) -> list[Shape]:
    """Return the mark that tells which way the camera or the figure goes; none when neither does."""
    if shot.camera not in {"pan", "follow"}:
        return []
    x, y = WIDTH_PX - 190.0, 60.0
    outline = polygon(
        (x, y - 12),
        (x + 90, y - 12),
        (x + 90, y - 30),
        (x + 140, y),
        (x + 90, y + 30),
        (x + 90, y + 12),
        (x, y + 12),
    )
    return [Shape(outline, (255, 255, 255), (0, 0, 0), 2.0)]


def sheet_poses() -> list[Pose]:
    """Return the twelve poses of the model sheet: a turnaround, the stances, the expressions."""
    return [
        Pose(head_yaw_deg=0),
        Pose(head_yaw_deg=28),
        Pose(head_yaw_deg=-34),
        Pose(head_yaw_deg=78, blink=0.15),
        Pose(stance="stand", head_yaw_deg=56),
        Pose(stance="stand", head_yaw_deg=24, step=0.12, stride=1.0, facing=-1),
        Pose(
            stance="stand", head_yaw_deg=66, head_pitch_deg=12, step=0.42, stride=1.0, blink=0.45, smile=0.7
        ),
        Pose(
            stance="stand",
            head_yaw_deg=58,
            lift=40,
            lean_deg=6,
            reach=0.7,
            ear_l_deg=30,
            ear_r_deg=30,
            mouth_open=0.4,
        ),
        Pose(head_yaw_deg=16, mouth_open=0.7, smile=0.9, blink=0.08, brow=-0.3, tail_deg=24),
        Pose(head_yaw_deg=20, head_pitch_deg=10, blink=1.0, smile=0.6, brow=0.5, head_tilt_deg=-4),
        Pose(head_yaw_deg=10, smile=-0.8, brow=-1.0, blink=0.05, look_y=0.3, ear_l_deg=-10, ear_r_deg=-10),
        Pose(head_yaw_deg=48, head_pitch_deg=20, head_tilt_deg=-6, mouth_open=0.9, blink=0.5, look_y=-0.5),
    ]


def model_sheet(model: Character = LORD_QUESO) -> list[tuple[Picture, Box]]:
    """Return the model sheet: twelve drawings (480×560×3 sRGB) and the figure's box in each."""
    sheet: list[tuple[Picture, Box]] = []
    for pose in sheet_poses():
        large = replace(pose, y=_SHEET_GROUND_Y, scale=_SHEET_SCALE)
        left, _, right, _ = bounds(dog_shapes(large, model))
        paper = blank(SHEET_WIDTH_PX, SHEET_HEIGHT_PX, _SHEET_PAPER)
        figure = draw_dog(paper, replace(large, x=(SHEET_WIDTH_PX - left - right) / 2), model)
        sheet.append((paper, figure.box))
    return sheet
