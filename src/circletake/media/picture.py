"""One frame, its number and its colours: however it was coded, upright sRGB comes out."""

import hashlib
from fractions import Fraction
from typing import Protocol

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import (
    ColorPrimaries,
    ColorRange,
    Colorspace,
    ColorTrc,
    Interpolation,
    VideoReformatter,
)
from numpy.typing import NDArray

from circletake.media.index import fraction_of
from circletake.media.levels import Levels, levels_of
from circletake.media.smaller import smaller

Rgb = NDArray[np.uint8]
Alpha = NDArray[np.uint8]

UNSPECIFIED = 2
"""What matrix, transfer and primaries read where a file does not tell (ITU-T H.273)."""
_HD_LINES = 720  # from here up an untagged film is BT.709; browsers and players draw the line here too
HDR_TRANSFERS = frozenset({ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67})
# The same bytes on every processor, and whole chroma: halved, swscale's RGB comes out two codes dark.
_EXACT = Interpolation.ACCURATE_RND | Interpolation.BITEXACT | Interpolation.FULL_CHR_H_INT
_SMALLER = Interpolation.AREA | _EXACT  # at the same size this is bilinear for chroma
_LARGER = Interpolation.BICUBIC | _EXACT


class _Look(Protocol):
    """Where a frame's colours come from: a decoded film frame, or an array."""

    def rgb_at(self, width_px: int, height_px: int) -> Rgb: ...
    def small_at(self, width_px: int, height_px: int) -> Rgb | None: ...
    def alpha_at(self, width_px: int, height_px: int) -> Alpha | None: ...
    def coded_at(self, width_px: int, height_px: int, pix_fmt: str) -> VideoFrame: ...
    def plane_hash(self) -> str: ...
    def colours(self) -> str: ...
    def levels(self) -> Levels | None: ...
    @property
    def is_hdr(self) -> bool: ...


class Frame:
    """A frame as shown: rotated, square pixels, sRGB.

    Args:
        n: its number in the content, from 0.
        width_px: as shown.
        height_px: as shown.
        is_corrupt: the decoder guessed at parts of it or of what it leans on, or it is the frame before it,
            held because the file's own is lost.
    """

    def __init__(
        self, n: int, look: _Look, *, width_px: int, height_px: int, is_corrupt: bool = False
    ) -> None:
        self.n = n
        self.width_px = width_px
        self.height_px = height_px
        self.is_corrupt = is_corrupt
        self._look = look
        self._seen: dict[tuple[int, int], Rgb] = {}
        self._small: dict[tuple[int, int], Rgb] = {}

    @property
    def is_hdr(self) -> bool:
        """Whether it is coded for more light than is shown of it."""
        return self._look.is_hdr

    def rgb(self) -> Rgb:
        """Its colours in full size: uint8 [height, width, 3], full range sRGB; read only."""
        return self.rgb_at(self.width_px, self.height_px)

    def rgb_at(self, width_px: int, height_px: int) -> Rgb:
        """Its colours in another size: uint8 [height, width, 3]; read only, computed once."""
        size = (width_px, height_px)
        if size not in self._seen:
            rgb = self._look.rgb_at(width_px, height_px)
            rgb.setflags(write=False)
            self._seen[size] = rgb
        return self._seen[size]

    def small_at(self, width_px: int, height_px: int) -> Rgb:
        """As `rgb_at`, for what only measures it: a code or two from that, far sooner; computed once."""
        size = (width_px, height_px)
        if size not in self._small:
            rgb = self._look.small_at(width_px, height_px)
            if rgb is None:
                return self.rgb_at(width_px, height_px)
            rgb.setflags(write=False)
            self._small[size] = rgb
        return self._small[size]

    def alpha_at(self, width_px: int, height_px: int) -> Alpha | None:
        """Its coverage in a size: uint8 [height, width], 0 nothing to 255 opaque; None where it has none."""
        return self._look.alpha_at(width_px, height_px)

    def coded_at(self, width_px: int, height_px: int, pix_fmt: str = "yuv420p") -> VideoFrame:
        """The frame as BT.709, limited range, for an encoder; even sides."""
        return self._look.coded_at(width_px, height_px, pix_fmt)

    def levels(self) -> Levels | None:
        """Its signal as coded, at a grid of places; None of a still, of RGB and of HDR."""
        return self._look.levels()

    def plane_hash(self) -> str:
        """SHA-256 of pixel format, size and plane bytes without row padding."""
        return self._look.plane_hash()

    def look_hash(self) -> str:
        """SHA-256 of the planes and of what tells how they are shown: their colours and their turn."""
        return hashlib.sha256(f"{self._look.colours()} {self.plane_hash()}".encode()).hexdigest()


class Screen:
    """Turns one stream's frames into what is shown; keeps one scaler for each size asked for.

    Args:
        rotation_deg: counter-clockwise turn to the upright picture, a multiple of 90.
        is_picture: a still's file, whose untagged colours follow JPEG's matrix whatever its size.
    """

    def __init__(self, *, rotation_deg: int = 0, is_picture: bool = False) -> None:
        self.turns = rotation_deg // 90 % 4
        self._is_picture = is_picture
        self._scalers: dict[tuple[int, int, str], VideoReformatter] = {}

    def convert(self, frame: VideoFrame, width_px: int, height_px: int, pix_fmt: str) -> VideoFrame:
        """Scale and convert; RGB comes out full range, anything else as BT.709 limited.

        Source:
            ITU-R BT.709-6, BT.601-7; swscale leaves an untagged frame to BT.601 and encodes RGB by it.
        """
        scaler = self._scalers.setdefault((width_px, height_px, pix_fmt), VideoReformatter())
        is_larger = width_px * height_px > frame.width * frame.height
        is_hdr = frame.color_trc in HDR_TRANSFERS
        is_rgb = pix_fmt in {"rgb24", "rgba"}
        return scaler.reformat(
            frame,
            width_px,
            height_px,
            pix_fmt,
            src_colorspace=self._matrix(frame),
            dst_colorspace=Colorspace.ITU709,
            src_color_range=_range(frame),
            dst_color_range=ColorRange.JPEG if is_rgb else ColorRange.MPEG,
            interpolation=_LARGER if is_larger else _SMALLER,
            # Named, swscale maps PQ and BT.2020 to BT.709; PyAV documents both as tags only.
            dst_color_trc=ColorTrc.BT709 if is_hdr else None,
            dst_color_primaries=ColorPrimaries.BT709 if is_hdr else None,
            threads=1,
        )

    def smaller(self, frame: VideoFrame, width_px: int, height_px: int) -> Rgb | None:
        """A frame as RGB at a half, a quarter or less, as this screen reads it; None where swscale has to."""
        if frame.color_trc in HDR_TRANSFERS:
            return None
        is_full = _range(frame) == ColorRange.JPEG
        return smaller(frame, width_px, height_px, matrix=self._matrix(frame), is_full=is_full)

    def levels(self, frame: VideoFrame) -> Levels | None:
        """A frame's signal as coded, as this screen reads it; see `Frame.levels`."""
        if frame.color_trc in HDR_TRANSFERS:
            return None
        return levels_of(frame, matrix=self._matrix(frame), is_full=_range(frame) == ColorRange.JPEG)

    def reading(self, frame: VideoFrame) -> str:
        """How a frame's planes are to be read, as this screen reads them: tagged or by custom."""
        transfer = frame.color_trc if frame.color_trc in HDR_TRANSFERS else 0
        return f"{int(self._matrix(frame))} {int(_range(frame))} {int(transfer)} {self.turns}"

    def _matrix(self, frame: VideoFrame) -> int:
        if frame.colorspace != UNSPECIFIED:
            return frame.colorspace
        is_hd = frame.height >= _HD_LINES and not self._is_picture
        return Colorspace.ITU709 if is_hd else Colorspace.ITU601


class FilmLook:
    """A decoded frame on its stream's screen."""

    def __init__(self, frame: VideoFrame, screen: Screen) -> None:
        self._frame = frame
        self._screen = screen

    def rgb_at(self, width_px: int, height_px: int) -> Rgb:
        """See `Frame.rgb_at`."""
        width_px, height_px = self._lying(width_px, height_px)
        shown = self._screen.convert(self._frame, width_px, height_px, "rgb24").to_ndarray()
        return self._turned(np.asarray(shown, dtype=np.uint8))

    def small_at(self, width_px: int, height_px: int) -> Rgb | None:
        """See `Frame.small_at`; None where it is no sooner than `rgb_at`."""
        shown = self._screen.smaller(self._frame, *self._lying(width_px, height_px))
        return None if shown is None else self._turned(shown)

    def _lying(self, width_px: int, height_px: int) -> tuple[int, int]:
        """A size as shown, before the frame is turned upright."""
        return (height_px, width_px) if self._screen.turns % 2 else (width_px, height_px)

    def _turned(self, rgb: Rgb) -> Rgb:
        turns = self._screen.turns
        return np.ascontiguousarray(np.rot90(rgb, turns)) if turns else rgb

    def alpha_at(self, width_px: int, height_px: int) -> Alpha | None:
        """See `Frame.alpha_at`."""
        if not any(part.is_alpha for part in self._frame.format.components):
            return None
        shown = self._screen.convert(self._frame, *self._lying(width_px, height_px), "rgba").to_ndarray()
        return np.ascontiguousarray(np.rot90(shown[..., 3], self._screen.turns), dtype=np.uint8)

    def coded_at(self, width_px: int, height_px: int, pix_fmt: str) -> VideoFrame:
        """See `Frame.coded_at`."""
        if self._screen.turns:
            return coded(self.rgb_at(width_px, height_px), self._screen, pix_fmt)
        return _plain(self._screen.convert(self._frame, width_px, height_px, pix_fmt))

    def plane_hash(self) -> str:
        """See `Frame.plane_hash`."""
        return plane_hash(self._frame)

    def colours(self) -> str:
        """How the planes are to be read: matrix, range, transfer, primaries, turn."""
        return self._screen.reading(self._frame)

    @property
    def is_hdr(self) -> bool:
        """See `Frame.is_hdr`."""
        return self._frame.color_trc in HDR_TRANSFERS

    def levels(self) -> Levels | None:
        """See `Frame.levels`."""
        return self._screen.levels(self._frame)


class ArrayLook:
    """A frame that is an array: uint8 [height, width, 3], perhaps with alpha, uint8 [height, width]."""

    def __init__(self, rgb: Rgb, screen: Screen, *, alpha: Alpha | None = None) -> None:
        self._rgb = rgb
        self._alpha = alpha
        self._screen = screen

    def rgb_at(self, width_px: int, height_px: int) -> Rgb:
        """See `Frame.rgb_at`."""
        return _resized(self._rgb, width_px, height_px)

    def small_at(self, width_px: int, height_px: int) -> Rgb | None:  # noqa: ARG002 (no size is sooner)
        """See `Frame.small_at`: never."""
        return None

    def alpha_at(self, width_px: int, height_px: int) -> Alpha | None:
        """See `Frame.alpha_at`."""
        return None if self._alpha is None else _resized(self._alpha, width_px, height_px)

    def coded_at(self, width_px: int, height_px: int, pix_fmt: str) -> VideoFrame:
        """See `Frame.coded_at`."""
        return coded(self.rgb_at(width_px, height_px), self._screen, pix_fmt)

    def plane_hash(self) -> str:
        """See `Frame.plane_hash`."""
        height, width = self._rgb.shape[:2]
        return hashlib.sha256(f"rgb24 {width}x{height}\n".encode() + self._rgb.tobytes()).hexdigest()

    def colours(self) -> str:
        """An array is sRGB, upright."""
        return "srgb"

    @property
    def is_hdr(self) -> bool:
        """An array is sRGB."""
        return False

    def levels(self) -> Levels | None:
        """See `Frame.levels`: an array was clipped before it came here."""
        return None


def _resized(plane: NDArray[np.uint8], width_px: int, height_px: int) -> NDArray[np.uint8]:
    height, width = plane.shape[:2]
    if (width, height) == (width_px, height_px):
        return plane
    how = cv2.INTER_AREA if width_px * height_px < width * height else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(plane, (width_px, height_px), interpolation=how), dtype=np.uint8)


def coded(rgb: Rgb, screen: Screen, pix_fmt: str = "yuv420p") -> VideoFrame:
    """An array as BT.709, limited range."""
    height, width = rgb.shape[:2]
    frame = VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
    return _plain(screen.convert(frame, width, height, pix_fmt))


def shown_size(
    width_px: int, height_px: int, pixel_aspect: Fraction | None, rotation_deg: int
) -> tuple[int, int]:
    """Size with square pixels, upright.

    >>> shown_size(720, 576, Fraction(64, 45), 0)
    (1024, 576)
    >>> shown_size(1920, 1080, None, -90)
    (1080, 1920)
    """
    if pixel_aspect:
        width_px = max(round(width_px * pixel_aspect), 1)
    return (height_px, width_px) if rotation_deg // 90 % 2 else (width_px, height_px)


def pixel_aspect_of(stream: av.VideoStream) -> Fraction | None:
    """Pixel aspect, None where it is square or not told."""
    aspect = fraction_of(stream.sample_aspect_ratio)
    return None if aspect in {None, Fraction(1)} else aspect


def plane_hash(frame: VideoFrame) -> str:
    """SHA-256 over a header line and the planes' bytes, row by row, without padding."""
    layout = frame.format
    digest = hashlib.sha256(f"{layout.name} {frame.width}x{frame.height}\n".encode())
    n_components = len(layout.components)
    sample_bytes = -(-max((part.bits for part in layout.components), default=8) // 8)
    for number, plane in enumerate(frame.planes):
        if len(frame.planes) == 1 and n_components > 1:
            row_bytes = -(-plane.width * layout.padded_bits_per_pixel // 8)
        else:
            # A plane that holds two components (nv12) is as wide as both.
            held = sum(part.plane == number for part in layout.components)
            row_bytes = plane.width * sample_bytes * max(held, 1)
        rows = np.frombuffer(memoryview(plane), dtype=np.uint8)[: plane.line_size * plane.height]
        rows = rows.reshape(plane.height, plane.line_size)[:, :row_bytes]
        digest.update(np.ascontiguousarray(rows).data)
    return digest.hexdigest()


def _range(frame: VideoFrame) -> int:
    if frame.color_range:
        return frame.color_range
    is_full = frame.format.name.startswith("yuvj") or frame.format.is_rgb
    return ColorRange.JPEG if is_full else ColorRange.MPEG


def _plain(frame: VideoFrame) -> VideoFrame:
    """Without its stamp and picture type, which an encoder would follow."""
    frame.pts = None
    frame.pict_type = av.video.frame.PictureType.NONE
    return frame
