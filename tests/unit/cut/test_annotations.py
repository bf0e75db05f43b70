"""Annotations for RV: read back through registered schemas, and compared in RV's own arithmetic."""

import json
import subprocess
import sys
from fractions import Fraction
from typing import Any

import opentimelineio as otio
import pytest

from circletake.cut.annotations import to_rv
from circletake.domain.drawing import WHOLE, Mark, Shape
from circletake.domain.reviewed import Drawn, Noted, Reply, Reviewed
from circletake.domain.time import FrameRange

# The schemas as RV registers them: a field for each name, on classes of these labels. What it is given on
# stdin it tells in RV's own world: a picture is `aspect` wide and 1 high about the origin.
READER = """
import json, sys
import opentimelineio as otio

def schema(label, base, *names):
    fields = {name: otio.core.serializable_field(name) for name in names}
    kind = type(label.split(".")[0], (base,), {"_serializable_label": label, "_name": label, **fields})
    return otio.core.register_type(kind)

plain = otio.core.SerializableObject
common = ("id", "visible", "soft_deleted", "layer_range")
schema("Annotation.1", otio.schema.Effect, "visible", "layers", "hold", "ghost", "ghost_before",
       "ghost_after")
schema("Paint.2", plain, "points", "rgba", "type", "brush", *common)
schema("Point.1", plain, "x", "y", "width")
schema("Position.1", plain, "x", "y")
schema("Rectangle.1", plain, "min", "max", "inner_color", "border_color", "border_width",
       "corner_radius", *common)
schema("Ellipse.1", plain, "min", "max", "inner_color", "border_color", "border_width", *common)
schema("Arrow.1", plain, "start_position", "end_position", "inner_color", "border_color", "width",
       "border_width", *common)
schema("Line.1", plain, "start_position", "end_position", "border_color", "width", *common)
schema("Text.1", plain, "anchor", "text", "font_family", "font_size", "font_weight", "font_style",
       "text_decoration", "text_align", "inner_color", *common)

timeline = otio.adapters.read_from_string(sys.stdin.read(), "otio_json")
(clip,) = timeline.find_clips()
bounds = clip.media_reference.available_image_bounds
size = bounds.max - bounds.min
# otio_reader.py, _get_global_transform; annotation_hook.py, _transform_otio_to_world_coordinate
scale = 1.0 / size.y
aspect = size.x / size.y
bounds_size = (size.x * scale / aspect / scale, size.y * scale / scale)
def world(place): return [place.x / bounds_size[0], place.y / bounds_size[1]]
def length(value): return value / bounds_size[0]
told = []
for layer in clip.effects[0].layers if clip.effects else []:
    span = layer.layer_range
    one = {"kind": layer.schema_name(), "id": layer.id, "first": span.start_time.to_frames(),
           "last": span.end_time_inclusive().to_frames(), "gone": layer.soft_deleted, "seen": layer.visible}
    kind = layer.schema_name()
    if kind == "Paint":
        one |= {"points": [world(p) for p in layer.points], "width": length(layer.points[0].width),
                "colour": list(layer.rgba), "type": layer.type, "brush": layer.brush}
    elif kind in ("Rectangle", "Ellipse"):
        one |= {"points": [world(layer.min), world(layer.max)], "width": length(layer.border_width),
                "colour": list(layer.border_color), "inner": list(layer.inner_color)}
    elif kind == "Text":
        one |= {"points": [world(layer.anchor)], "width": length(layer.font_size), "text": layer.text,
                "colour": list(layer.inner_color)}
    else:
        one |= {"points": [world(layer.start_position), world(layer.end_position)],
                "width": length(layer.width), "colour": list(layer.border_color)}
    told.append(one)
print(json.dumps({
    "layers": told, "aspect": aspect, "name": clip.name, "url": clip.media_reference.target_url,
    "source": [clip.source_range.start_time.to_frames(), clip.source_range.duration.to_frames()],
    "rate": clip.source_range.start_time.rate,
    "markers": [[m.name, m.comment,
                 m.marked_range.start_time.to_frames(), m.marked_range.duration.to_frames()]
                for m in clip.markers],
}))
"""


def drawn(
    nth: int, shape: Shape, *points: tuple[int, int], frames: tuple[int, int] = (3, 4), text: str = ""
) -> Drawn:
    name = f"01940b6c-3f4e-7c1d-9a6e-{nth:012x}"
    return Drawn(name, "leo", Mark(FrameRange(*frames), shape, points, 655, "#ff8000", text))


def reviewed(
    *drawings: Drawn, notes: tuple[Noted, ...] = (), size: tuple[int, int] = (1920, 800)
) -> Reviewed:
    return Reviewed(
        name="SH010_animation_t02",
        title="Spring · SH010 Animation · take 2",
        content="ab" * 32,
        n_frames=48,
        rate=Fraction(24000, 1001),
        width_px=size[0],
        height_px=size[1],
        notes=notes,
        drawings=drawings,
    )


def as_rv_reads(text: str) -> Any:  # noqa: ANN401 (JSON)
    done = subprocess.run(
        [sys.executable, "-c", READER], input=text, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def world(take: Reviewed, x: int, y: float) -> list[float]:
    """Where a point lies for RV, counted from pixels."""
    x_px, y_px = x / WHOLE * take.width_px, y / WHOLE * take.height_px
    return [(x_px - take.width_px / 2) / take.height_px, (take.height_px / 2 - y_px) / take.height_px]


@pytest.mark.parametrize("size", [(1920, 800), (1080, 1920), (4096, 2160)])
def test_every_shape_lies_for_rv_where_it_was_drawn(size: tuple[int, int]) -> None:
    take = reviewed(
        drawn(1, "pen", (0, 0), (30_000, 12_345), (WHOLE, WHOLE)),
        drawn(2, "line", (100, 60_000), (50_000, 700)),
        drawn(3, "arrow", (60_000, 60_000), (20_000, 30_000)),
        drawn(4, "rect", (50_000, 10_000), (20_000, 40_000)),
        drawn(5, "ellipse", (1_000, 50_000), (30_000, 9_000)),
        drawn(6, "text", (8_000, 9_000), text="too “long”\nhere"),
        size=size,
    )
    told = as_rv_reads(to_rv(take, media="SH010.mov"))
    assert told["aspect"] == pytest.approx(size[0] / size[1])
    layers = told["layers"]
    assert [one["kind"] for one in layers] == [
        "Paint", "Line", "Arrow", "Rectangle", "Ellipse", "Text", "Text",
    ]  # fmt: skip
    pixel = 1 / take.height_px
    expected = [list(one.mark.points) for one in take.drawings]
    # RV has the lower left and the upper right corner of a box; a text stands on its letters' line
    expected[3] = [(20_000, 40_000), (50_000, 10_000)]
    expected[4] = [(1_000, 50_000), (30_000, 9_000)]
    for layer, points in zip(layers[:5], expected[:5], strict=True):
        for found, (x, y) in zip(layer["points"], points, strict=True):
            assert found == pytest.approx(world(take, x, y), abs=pixel / 100)
        assert layer["width"] == pytest.approx(655 / WHOLE)
        assert layer["colour"] == pytest.approx([1, 128 / 255, 0, 1])
        assert (layer["gone"], layer["seen"]) == (False, True)
        assert layer["id"] in {one.id for one in take.drawings}
    assert layers[3]["inner"][3] == 0
    assert (layers[0]["type"], layers[0]["brush"]) == ("COLOR", "circle")
    first, second = layers[5:]
    assert [first["text"], second["text"]] == ["too “long”", "here"]
    assert first["points"][0] == pytest.approx(world(take, 8_000, 9_000 + 0.8 * 655), abs=pixel / 100)
    assert second["points"][0] == pytest.approx(world(take, 8_000, 9_000 + 2.0 * 655), abs=pixel / 100)


def test_frames_are_the_films_own_which_rv_counts_from_one() -> None:
    told = as_rv_reads(to_rv(reviewed(drawn(1, "pen", (0, 0), frames=(3, 9))), media="a.mov"))
    assert told["source"] == [1, 48]
    assert told["rate"] == pytest.approx(24000 / 1001)
    (layer,) = told["layers"]
    assert (layer["first"], layer["last"]) == (4, 9)
    within = as_rv_reads(to_rv(reviewed(drawn(1, "pen", (0, 0), frames=(3, 9))), media="a.mov", before=100))
    assert within["source"] == [101, 48]
    assert within["layers"][0]["first"] == 104


def test_a_shape_over_frames_is_a_layer_for_each_of_them() -> None:
    told = as_rv_reads(to_rv(reviewed(drawn(1, "rect", (0, 0), (9, 9), frames=(3, 6))), media="a.mov"))
    assert [(one["first"], one["last"]) for one in told["layers"]] == [(4, 4), (5, 5), (6, 6)]
    assert len({one["id"] for one in told["layers"]}) == 3


def test_notes_are_markers_with_their_answers() -> None:
    note = Noted(
        "n_1",
        "dora",
        "2026",
        "blocker",
        "Cut off here",
        "open",
        (FrameRange(2, 5),),
        (),
        (Reply("leo", "", "On purpose"),),
    )
    told = as_rv_reads(to_rv(reviewed(notes=(note,)), media="a.mov"))
    assert told["markers"] == [["blocker, open", "dora: Cut off here\nleo: On purpose", 3, 3]]
    assert told["layers"] == []


def test_without_rvs_schemas_such_a_file_is_refused_so_it_is_a_file_of_its_own() -> None:
    text = to_rv(reviewed(drawn(1, "line", (0, 0), (9, 9))), media="a.mov")
    with pytest.raises(Exception, match=r"expected to read a .*Effect.*, found a .*UnknownSchema"):
        otio.adapters.read_from_string(text, "otio_json")
