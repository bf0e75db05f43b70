"""Shapes as text: flat drawings written as SVG, with words and the marks of the statuses beside them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

import numpy as np

from circletake.domain.status import LOOKS, Status
from circletake.generate.drawing.shapes import Colour, Points, Shape, bounds

_TENTHS = 10  # coordinates are kept to a tenth of a pixel
_FONT = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif"
GROUND, PANEL, EDGE, TEXT, DIM = "#262626", "#323232", "#555555", "#ececec", "#b0b0b0"  # greys of the desk


def _hex(colour: Colour) -> str:
    return "#" + "".join(f"{channel:02x}" for channel in colour)


def _number(tenths: int) -> str:
    whole, part = divmod(abs(tenths), _TENTHS)
    return ("-" if tenths < 0 else "") + (f"{whole}.{part}" if part else f"{whole}")


def path_data(points: Points, *, closed: bool) -> str:
    """Write an outline as a path's `d`: the first point, then steps between rounded points.

    Steps are shorter than places, and rounding before subtracting keeps them from adding up.

    >>> path_data(np.array([[0.0, 0.0], [10.04, 0.0], [10.0, 5.26]]), closed=True)
    'M0 0l10 0 0 5.3z'
    """
    at = np.rint(points * _TENTHS).astype(int)
    steps = [step for step in np.diff(at, axis=0).tolist() if step != [0, 0]]
    x, y = at[0].tolist()
    written = f"M{_number(x)} {_number(y)}"
    if steps:
        written += "l" + " ".join(f"{_number(dx)} {_number(dy)}" for dx, dy in steps)
    return written + ("z" if closed else "")


def shape_element(shape: Shape) -> str:
    """Write one shape as a `path`."""
    told = [f'd="{path_data(shape.points, closed=shape.closed)}"']
    told.append(f'fill="{_hex(shape.fill)}"' if shape.fill is not None else 'fill="none"')
    if shape.line is not None and shape.width_px > 0:
        width = _number(max(1, round(shape.width_px * _TENTHS)))
        told.append(f'stroke="{_hex(shape.line)}" stroke-width="{width}"')
    if shape.alpha < 1:
        told.append(f'opacity="{shape.alpha:.2f}"')
    return f"<path {' '.join(told)}/>"


def shapes_group(shapes: Iterable[Shape], *, name: str, size_px: tuple[int, int]) -> str:
    """Write shapes as one group, in drawing order, without those that are outside a picture of this size."""

    def is_seen(shape: Shape) -> bool:
        left, top, right, bottom = bounds([shape])
        return right > 0 and bottom > 0 and left < size_px[0] and top < size_px[1]

    body = "".join(shape_element(shape) for shape in shapes if is_seen(shape))
    return f'<g id="{name}" stroke-linejoin="round" stroke-linecap="round">{body}</g>'


@dataclass(slots=True)
class Drawing:
    """A drawing under way: elements in order."""

    parts: list[str] = field(default_factory=list)

    def add(self, *elements: str) -> None:
        """Put elements on top."""
        self.parts.extend(elements)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: int = 18,
        fill: str = TEXT,
        bold: bool = False,
        end: str = "",
    ) -> None:
        """Write words with their baseline at `y`; `end` is an SVG text-anchor."""
        weight = ' font-weight="600"' if bold else ""
        anchor = f' text-anchor="{end}"' if end else ""
        told = f'x="{x:g}" y="{y:g}" font-size="{size}" fill="{fill}"{weight}{anchor}'
        self.add(f"<text {told}>{escape(words)}</text>")

    def box(
        self, x: float, y: float, width: float, height: float, *, fill: str = PANEL, line: str = ""
    ) -> None:
        """Draw a panel."""
        stroke = f' stroke="{line}" stroke-width="2"' if line else ""
        self.add(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6" fill="{fill}"{stroke}/>'
        )

    def status(self, x: float, y: float, status: Status, *, size: float = 22) -> None:
        """Draw a status's shape, as the desk draws it, with its top left corner at x, y."""
        look = LOOKS[status]
        marks = _MARKS[look.shape].replace("@", look.colour)
        self.add(
            f'<g transform="translate({x:g} {y:g}) scale({size / 16:g})" fill="none" stroke="{look.colour}" '
            f'stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{marks}</g>'
        )

    def written(self, width: int, height: int, *, title: str, words: str) -> str:
        """Close the drawing: one SVG document."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
            f'font-family="{_FONT}"><title>{escape(title)}</title><desc>{escape(words)}</desc>\n'
            + "\n".join(self.parts)
            + "\n</svg>\n"
        )


# The same strokes as `ui/src/parts/StatusShape.svelte`, in a square of 16; @ is the status's colour.
_MARKS = {
    "hollow": '<circle cx="8" cy="8" r="5.5" stroke-width="1.5"/>',
    "half": '<circle cx="8" cy="8" r="5.5" stroke-width="1.5"/>'
    '<path d="M8 2.5a5.5 5.5 0 0 0 0 11z" fill="@" stroke="none"/>',
    "dot": '<circle cx="8" cy="8" r="5" fill="@" stroke="none"/>',
    "arrow": '<path d="M12.9 9.2A5.2 5.2 0 1 1 11.4 4L13 5.6M13 2.2v3.6H9.4"/>',
    "cross": '<path d="M3.5 3.5l9 9M12.5 3.5l-9 9" stroke-width="2.5"/>',
    "ring": '<circle cx="8" cy="8" r="5.25" stroke-width="2.75"/>',
    "broken_ring": '<circle cx="8" cy="8" r="5.25" stroke-width="2.75" stroke-linecap="butt" '
    'stroke-dasharray="4 2.6"/>',
    "bar": '<rect x="2" y="5.5" width="12" height="5" rx="1" fill="@" stroke="none"/>',
    "slash": '<circle cx="8" cy="8" r="6" fill="@" stroke="none"/><path d="M5 11L11 5" stroke="#000"/>',
}
