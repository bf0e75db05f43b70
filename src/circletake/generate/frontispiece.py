"""The picture at the front of the house: a frame of the demo under judgment, and the loop it goes through.

Lord Queso is fiction. The fault on the frame and the range drawn under it are the ones planted in the
script; what the panel says of them is an illustration, not a reading of a check.
"""

from circletake.domain.status import LOOKS, Status
from circletake.generate.acting import camera_at
from circletake.generate.backgrounds import get_background, scenery
from circletake.generate.drawing.shapes import Shape, ellipse, placed
from circletake.generate.film import place_character
from circletake.generate.script import HEIGHT_PX, WIDTH_PX, Shot, TakePlan, get_shot
from circletake.generate.svg import DIM, EDGE, GROUND, PANEL, Drawing, shapes_group

_WIDTH_PX, _HEIGHT_PX = 1200, 740
_SHOT, _FRAME = "SH010", 28
_LOOKED_AT = 3  # the take whose ears lose their colour
_POINTED_AT = "ear_l"
_PICTURE = (24, 24, 720, 405)  # x, y, width, height of the frame on the page
_SIDE_X = 768
_THUMB_SCALE = 0.1375
_WRONG = LOOKS["retake"].colour

_TITLE = "circletake: from task to deliverable"
_WORDS = (
    "A drawn dog, Lord Queso, on his rug in a parlour. One of his four takes is looked at: its ears have the "
    "wrong colour, a strip under the picture shows on which frames, and a person's veto says why. Below, the "
    "loop: task, take, evidence, verdict, cut, deliverable; a verdict may ask for another take."
)
_PROMISE = "A machine’s evidence never approves. Only a person circles a take; only circled takes ship."
_TAKES: tuple[tuple[int, Status, str], ...] = (
    (1, "circled", "circled by a person"),
    (2, "review", "waits for a verdict"),
    (3, "no_good", "veto: off model"),
    (4, "review", "waits for a verdict"),
)
_LOOP: tuple[tuple[str, tuple[str, str], Status], ...] = (
    ("Task", ("what is", "needed"), "todo"),
    ("Take", ("an attempt,", "known by its hash"), "making"),
    ("Evidence", ("what a machine", "measured"), "review"),
    ("Verdict", ("what a person", "decided, and why"), "retake"),
    ("Cut", ("where", "it goes"), "circled"),
    ("Deliverable", ("what ships,", "with proof"), "circled"),
)


def figure_shapes(shot: Shot, plan: TakePlan, n: int) -> list[Shape]:
    """Return the figure of a take's frame `n` with the shadow under it, in picture pixels."""
    figure = place_character(shot, plan, n)
    x, y, width, height = figure.box
    shade = ellipse(x + width * 0.47, y + height - 8, width * 0.46, height * 0.045)
    return [Shape(shade, (34, 18, 40), alpha=get_background(shot.background).shadow_alpha), *figure.shapes]


def lord_queso() -> str:
    """Draw the picture, as the text of an SVG file."""
    shot, drawing = get_shot(_SHOT), Drawing()
    size = (WIDTH_PX, HEIGHT_PX)
    place, camera = get_background(shot.background), camera_at(shot, _FRAME)
    before = [shape for layer in place.before for shape in placed(layer.shapes(), camera.matrix(layer.depth))]
    figures = "".join(
        shapes_group(figure_shapes(shot, plan, _FRAME), name=f"take{plan.number}", size_px=size)
        for plan in shot.takes
    )
    drawing.add(
        f'<defs><clipPath id="frame"><rect width="{WIDTH_PX}" height="{HEIGHT_PX}"/></clipPath>'
        f"{shapes_group(scenery(place, camera), name='place', size_px=size)}"
        f"{shapes_group(before, name='before', size_px=size)}{figures}</defs>",
        f'<rect width="{_WIDTH_PX}" height="{_HEIGHT_PX}" rx="12" fill="{GROUND}"/>',
    )
    _draw_desk(drawing, shot)
    _draw_takes(drawing, shot)
    _draw_loop(drawing)
    return drawing.written(_WIDTH_PX, _HEIGHT_PX, title=_TITLE, words=_WORDS)


def _frame(take: int, x: float, y: float, scale: float) -> str:
    parts = "".join(f'<use href="#{name}"/>' for name in ("place", f"take{take}", "before"))
    return (
        f'<g transform="translate({x:g} {y:g}) scale({scale:g})"><g clip-path="url(#frame)">{parts}</g></g>'
    )


def _draw_desk(drawing: Drawing, shot: Shot) -> None:
    """Draw the frame that is looked at, one place where it is off, and the take's frames underneath."""
    x, y, width, _ = _PICTURE
    scale = width / WIDTH_PX
    plan = shot.get_take(_LOOKED_AT)
    drawing.add(_frame(_LOOKED_AT, x, y, scale))
    # The ear nearer to us hides nothing of the face, so it is the one to point at.
    points = place_character(shot, plan, _FRAME).find_part(_POINTED_AT)
    if points is not None:
        left, top = points.min(0) * scale - 7
        right, bottom = points.max(0) * scale + 7
        drawing.add(
            f'<rect x="{x + left:.0f}" y="{y + top:.0f}" width="{right - left:.0f}" '
            f'height="{bottom - top:.0f}" rx="6" fill="none" stroke="{_WRONG}" stroke-width="3"/>'
        )
    _draw_strip(drawing, shot, plan)


def _draw_strip(drawing: Drawing, shot: Shot, plan: TakePlan) -> None:
    x, y, width, height = _PICTURE
    step, top = width / shot.frames, y + height + 12
    for n in range(shot.frames):
        is_off = plan.drift is not None and n in plan.drift.frames
        fill = _WRONG if is_off else EDGE
        drawing.add(
            f'<rect x="{x + n * step:g}" y="{top:g}" width="{step - 3:g}" height="20" rx="2" fill="{fill}"/>'
        )
    at = x + (_FRAME + 0.5) * step - 1.5
    drawing.add(f'<path d="M{at:g} {top - 6:g}v32" stroke="#ffffff" stroke-width="3"/>')
    if plan.drift is not None:
        frames = plan.drift.frames
        drawing.text(
            x, top + 46, f"Take {plan.number}, frame by frame: the ears lose their colour on frames "
            f"{frames.start}–{frames.end - 1} of {shot.frames}.", fill=DIM, size=18,
        )  # fmt: skip


def _draw_takes(drawing: Drawing, shot: Shot) -> None:
    """Draw the takes of the shot beside the picture, each with what was decided about it."""
    drawing.text(_SIDE_X, 42, f"{shot.code} · {shot.title}", size=22, bold=True)
    drawing.text(_SIDE_X, 68, f"{len(shot.takes)} takes of one shot", fill=DIM)
    for index, (number, status, said) in enumerate(_TAKES):
        y = 84 + index * 96
        is_looked_at = number == _LOOKED_AT
        drawing.box(_SIDE_X, y, 408, 88, line="#ffffff" if is_looked_at else "", fill=PANEL)
        drawing.add(_frame(number, _SIDE_X + 7, y + 7, _THUMB_SCALE))
        drawing.text(_SIDE_X + 152, y + 34, f"Take {number}: {shot.get_take(number).label}")
        drawing.status(_SIDE_X + 152, y + 48, status)
        drawing.text(_SIDE_X + 184, y + 65, said, fill=LOOKS[status].colour)


def _draw_loop(drawing: Drawing) -> None:
    """Draw the six things a production goes through, and the way back from a verdict to another take."""
    top, width, gap = 556, 172, 24
    for index, (name, (first, second), status) in enumerate(_LOOP):
        x = 24 + index * (width + gap)
        drawing.box(x, top, width, 104)
        drawing.status(x + 14, top + 15, status, size=24)
        drawing.text(x + 45, top + 34, name, size=18, bold=True)
        drawing.text(x + 14, top + 64, first, fill=DIM, size=16)
        drawing.text(x + 14, top + 86, second, fill=DIM, size=16)
        if index:
            drawing.add(_arrow(x - gap + 3, top + 52, gap - 7))
    take, verdict = (24 + index * (width + gap) + width / 2 for index in (1, 3))
    drawing.add(
        f'<path d="M{verdict:g} {top}v-22H{take:g}v14m-6 -8l6 8l6 -8" fill="none" '
        f'stroke="{_WRONG}" stroke-width="2.5" stroke-linejoin="round" stroke-linecap="round"/>'
    )
    drawing.text((take + verdict) / 2, top - 30, "another take, please", end="middle", fill=_WRONG)
    drawing.text(_WIDTH_PX / 2, 706, _PROMISE, size=20, end="middle")


def _arrow(x: float, y: float, length: float) -> str:
    return (
        f'<path d="M{x:g} {y:g}h{length:g}m-6 -6l6 6l-6 6" fill="none" stroke="{DIM}" stroke-width="2.5" '
        f'stroke-linejoin="round" stroke-linecap="round"/>'
    )
