"""Notes and drawings for OpenRV: an OpenTimelineIO file with its annotation schemas.

OpenTimelineIO refuses to load an effect of a schema that nobody registered, so these files are for RV and
for nothing else, and the effect is written as plain JSON into the timeline that OpenTimelineIO spells.

Where things lie, in RV's terms: a picture is 16 wide and 16 / aspect high about the origin, y up; widths
and heights of letters count in the same unit. Frames of a layer are the media's own, and RV counts those of
a film from 1. A pen's line spans frames; RV draws every other shape on the last frame of its range alone,
so it is written once for each frame.

Source:
    AcademySoftwareFoundation/OpenRV, src/plugins/rv-packages/otio_reader: annotation_hook.py (where
    layers are drawn), *_schema.py (fields), otio_reader.py (bounds); src/lib/image/MovieFFMpeg,
    getFirstFrame (the first frame is 1).
"""

import json
import uuid
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from circletake.domain.drawing import WHOLE, Point
from circletake.domain.reviewed import BASELINE, LEADING, Drawn, Noted, Reviewed

_WIDE = 16.0
_FIRST = 1
_OPAQUE = 1.0
_CLEAR = [0.0, 0.0, 0.0, 0.0]
_FONT = "sans-serif"
_COLOURS = {"open": "PURPLE", "settled": "WHITE"}


def to_rv(take: Reviewed, *, media: str, before: int = 0) -> str:
    """A timeline of one take with its notes as markers and its drawings as RV's annotations.

    Args:
        media: path or name of the film file.
        before: frames of the file before the take's first.

    Returns:
        JSON text.
    """
    first = _FIRST + before
    span = _range(first, take.n_frames, take.rate)
    reference = otio.schema.ExternalReference(target_url=media, available_range=span)
    reference.name = take.name
    height = _WIDE * take.height_px / take.width_px
    reference.available_image_bounds = otio.schema.Box2d(
        otio.schema.V2d(-_WIDE / 2, -height / 2), otio.schema.V2d(_WIDE / 2, height / 2)
    )
    clip = otio.schema.Clip(take.name, media_reference=reference, source_range=span)
    clip.metadata["circletake"] = {"sha256": take.content, "title": take.title}
    for note in take.notes:
        clip.markers.extend(_markers(take, note, first))
    timeline = otio.schema.Timeline(take.title)
    track = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    track.append(clip)
    timeline.tracks.append(track)
    written: dict[str, Any] = json.loads(otio.adapters.write_to_string(timeline, "otio_json"))
    shown = written["tracks"]["children"][0]["children"][0]
    shown["effects"] = [_annotation(take, first)] if take.drawings else []
    return json.dumps(written, indent=4, ensure_ascii=False)


def _time(frames: int, rate: Fraction) -> Any:  # noqa: ANN401 (OpenTimelineIO has no types)
    return otio.opentime.RationalTime(frames, float(rate))


def _range(start: int, frames: int, rate: Fraction) -> Any:  # noqa: ANN401 (the same)
    return otio.opentime.TimeRange(_time(start, rate), _time(frames, rate))


def _markers(take: Reviewed, note: Noted, first: int) -> Iterator[Any]:
    said = [f"{note.person}: {note.text}", *(f"{reply.person}: {reply.text}" for reply in note.replies)]
    for frames in take.where(note):
        marker = otio.schema.Marker(
            f"{note.severity}, {note.state}",
            marked_range=_range(first + frames.start, frames.frames, take.rate),
            color=_COLOURS["open" if note.state == "open" else "settled"],
            comment="\n".join(said),
        )
        marker.metadata["circletake"] = {"note": note.id, "at": note.at}
        yield marker


def _annotation(take: Reviewed, first: int) -> dict[str, Any]:
    return {
        "OTIO_SCHEMA": "Annotation.1",
        "metadata": {},
        "name": "circletake",
        "effect_name": "Annotation.1",
        "enabled": True,
        "visible": True,
        "hold": False,
        "ghost": False,
        "ghost_before": 5,
        "ghost_after": 5,
        "layers": [layer for one in take.drawings for layer in _layers(take, one, first)],
    }


def _layers(take: Reviewed, drawn: Drawn, first: int) -> Iterator[dict[str, Any]]:
    frames = drawn.mark.frames
    if drawn.mark.shape == "pen":
        yield {
            "OTIO_SCHEMA": "Paint.2",
            "id": drawn.id,
            "soft_deleted": False,
            "visible": True,
            "points": [
                {"OTIO_SCHEMA": "Point.1", "width": _length(take, drawn.mark.width), **_place(take, point)}
                for point in drawn.mark.points
            ],
            "rgba": _rgba(drawn.mark.colour),
            "type": "COLOR",
            "brush": "circle",
            "layer_range": _plain_range(first + frames.start, frames.frames, take.rate),
        }
        return
    for frame in range(frames.start, frames.end):
        for nth, shape in enumerate(_shapes(take, drawn)):
            # one for each frame: RV knows a layer by its id
            is_alone = frames.frames == 1 and nth == 0
            name = uuid.uuid5(uuid.UUID(drawn.id), f"{frame}/{nth}")
            yield {
                **shape,
                "id": drawn.id if is_alone else str(name),
                "soft_deleted": False,
                "visible": True,
                "layer_range": _plain_range(first + frame, 1, take.rate),
            }


def _shapes(take: Reviewed, drawn: Drawn) -> Iterator[dict[str, Any]]:
    mark = drawn.mark
    width, colour = _length(take, mark.width), _rgba(mark.colour)
    match mark.shape:
        case "text":
            x, y = mark.points[0]
            for nth, line in enumerate((mark.text or "").split("\n")):
                standing = y + (BASELINE + nth * LEADING) * mark.width
                yield {
                    "OTIO_SCHEMA": "Text.1",
                    "anchor": _position(take, (x, standing)),
                    "text": line,
                    "font_family": _FONT,
                    "font_size": width,
                    "font_weight": "NORMAL",
                    "font_style": "NORMAL",
                    "text_decoration": "NONE",
                    "text_align": "LEFT",
                    "inner_color": colour,
                }
        case "rect" | "ellipse":
            (x0, y0), (x1, y1) = mark.points
            yield {
                "OTIO_SCHEMA": "Rectangle.1" if mark.shape == "rect" else "Ellipse.1",
                "min": _position(take, (min(x0, x1), max(y0, y1))),
                "max": _position(take, (max(x0, x1), min(y0, y1))),
                "inner_color": _CLEAR,
                "border_color": colour,
                "border_width": width,
                **({"corner_radius": 0.0} if mark.shape == "rect" else {}),
            }
        case "arrow":
            yield {
                "OTIO_SCHEMA": "Arrow.1",
                "start_position": _position(take, mark.points[0]),
                "end_position": _position(take, mark.points[1]),
                "inner_color": colour,
                "border_color": colour,
                "width": width,
                "border_width": 0.0,
            }
        case _:
            yield {
                "OTIO_SCHEMA": "Line.1",
                "start_position": _position(take, mark.points[0]),
                "end_position": _position(take, mark.points[1]),
                "border_color": colour,
                "width": width,
            }


def _plain_range(start: int, frames: int, rate: Fraction) -> dict[str, Any]:
    def time(value: int) -> dict[str, Any]:
        return {"OTIO_SCHEMA": "RationalTime.1", "rate": float(rate), "value": float(value)}

    return {"OTIO_SCHEMA": "TimeRange.1", "start_time": time(start), "duration": time(frames)}


def _place(take: Reviewed, point: tuple[int, int | Fraction] | Point) -> dict[str, float]:
    x, y = point
    height = _WIDE * take.height_px / take.width_px
    return {
        "x": _WIDE * float(Fraction(x, WHOLE) - Fraction(1, 2)),
        "y": height * float(Fraction(1, 2) - y / Fraction(WHOLE)),
    }


def _position(take: Reviewed, point: tuple[int, int | Fraction] | Point) -> dict[str, Any]:
    return {"OTIO_SCHEMA": "Position.1", **_place(take, point)}


def _length(take: Reviewed, width: int) -> float:
    """A width, given in 1/65,536 of the picture's height."""
    return _WIDE * take.height_px / take.width_px * width / WHOLE


def _rgba(colour: str) -> list[float]:
    return [*(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)), _OPAQUE]
