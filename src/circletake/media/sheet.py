"""A model sheet opened like a film: one frame a view, all on paper of one size."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from circletake.domain.time import FrameRange
from circletake.errors import Bug, MediaKindRefused, SheetInvalid
from circletake.media.manifest import Sheet, read_manifest
from circletake.media.picture import ArrayLook, Frame, Rgb, Screen
from circletake.media.source import Source, open_source, read_still
from circletake.media.store import ContentStore

_PAPER = 255


class SheetSource(Source):
    """Views of a model sheet as frames; no time, no sound.

    Args:
        views: uint8 [height, width, 3] each; of any sizes, centred on white of the largest.
    """

    def __init__(self, views: list[Rgb]) -> None:  # pyright: ignore[reportMissingSuperCall]
        self._views = views
        self.n_frames = len(views)
        self.rate = None
        self.is_vfr = False
        self.width_px = max(view.shape[1] for view in views)
        self.height_px = max(view.shape[0] for view in views)
        self.has_sound = False
        self._screen = Screen(is_picture=True)

    def frames(self, frames: FrameRange | None = None) -> Iterator[Frame]:
        """See `Source.frames`."""
        wanted = frames or FrameRange(0, self.n_frames)
        for n in range(wanted.start, min(wanted.end, self.n_frames)):
            yield self.frame(n)

    def frame(self, n: int) -> Frame:
        """See `Source.frame`."""
        look = ArrayLook(self._on_paper(self._views[n]), self._screen)
        return Frame(n, look, width_px=self.width_px, height_px=self.height_px)

    def sound_offsets_s(self) -> tuple[Fraction | None, Fraction | None]:
        """See `Source.sound_offsets_s`."""
        return None, None

    def start_timecode(self) -> None:
        """See `Source.start_timecode`: paper has no time."""

    def _on_paper(self, view: Rgb) -> Rgb:
        height_px, width_px = view.shape[:2]
        top_px, left_px = (self.height_px - height_px) // 2, (self.width_px - width_px) // 2
        page = np.full((self.height_px, self.width_px, 3), _PAPER, np.uint8)
        page[top_px : top_px + height_px, left_px : left_px + width_px] = view
        return page


def open_sheet(store: ContentStore, content: str) -> SheetSource:
    """Open a stored model sheet.

    Raises:
        ContentMissing: the store lacks it or one of its images.
        MediaKindRefused: it is not a model sheet.
    """
    sheet = read_manifest(store, content)
    if not isinstance(sheet, Sheet):
        raise MediaKindRefused(f"{content[:12]}… is not a model sheet; open it as a film.")
    return SheetSource([read_still(store, picture.image) for picture in sheet.images])


def open_content(store: ContentStore, content: str) -> Source:
    """Open whatever takes are of: a film, clip or still, or a model sheet.

    Raises:
        ContentMissing: the store lacks it.
        MediaUnreadable: it cannot be decoded.
    """
    is_sheet = isinstance(read_manifest(store, content), Sheet)
    return open_sheet(store, content) if is_sheet else open_source(store, content)


def png_of(rgb: Rgb) -> bytes:
    """Encode a picture without loss.

    Args:
        rgb: uint8 [height, width, 3], sRGB.

    Raises:
        SheetInvalid: the picture is empty.
    """
    if not rgb.size:
        raise SheetInvalid("There is no picture in this box; give one with some width and height.")
    done, data = cv2.imencode(".png", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
    if not done:
        raise Bug("A picture could not be written as PNG.")
    return data.tobytes()


def write_png(path: Path, rgb: Rgb) -> None:
    """Write a picture without loss."""
    path.write_bytes(png_of(rgb))
