"""The forms a master may have, and the segments and the sound that it is joined from.

A segment leans on nothing outside it: it starts anew, and its parameter sets are those of all others by the
same recipe. The same recipe gives the same bytes, so threads are part of it.
"""

import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.metadata import version
from pathlib import Path

from circletake.media.encode import Coding, MovieWriter, SoundTrack, open_movie
from circletake.media.faults import writing
from circletake.media.picture import Frame, Rgb
from circletake.media.sound import Samples
from circletake.media.source import RATE_HZ

Recipe = Mapping[str, str | int]

_THREADS = 2
# x264's macroblock tree makes other bytes of the same frames from run to run, whatever the threads.
_MBTREE = 0

SEGMENT_RECIPE: dict[str, str | int] = {
    "codec": "libx264",
    "preset": "medium",
    "crf": 16,
    "gop": 48,
    "bframes": 3,
    "threads": _THREADS,
    "mbtree": _MBTREE,
}
"""How a cut's segments are encoded unless another form is asked for; every key counts into their names."""


@dataclass(frozen=True, slots=True)
class MasterForm:
    """What a master is written as.

    Args:
        name: by which it is asked for.
        label: as people say it.
        container: `mp4` or `mov`, which is its file's ending too.
        recipe: of its segments.
        pix_fmt: of its pictures.
        sound: codec of its sound.
    """

    name: str
    label: str
    container: str
    recipe: Recipe
    pix_fmt: str = "yuv420p"
    sound: str = "aac"

    @property
    def is_deep(self) -> bool:
        """Whether it holds more than eight bits or more colour than a browser is shown."""
        return self.pix_fmt != "yuv420p"


H264 = MasterForm("h264", "H.264", "mp4", SEGMENT_RECIPE)
HEVC = MasterForm(
    "hevc",
    "HEVC, 10 bit",
    "mp4",
    {"codec": "libx265", "preset": "medium", "crf": 18, "gop": 48, "bframes": 3, "threads": _THREADS},
    pix_fmt="yuv420p10le",
)
PRORES = MasterForm(
    "prores",
    "ProRes 422 HQ",
    "mov",
    {"codec": "prores_ks", "profile": "hq", "threads": _THREADS},
    pix_fmt="yuv422p10le",
    sound="pcm_s24le",
)
DNXHR = MasterForm(
    "dnxhr",
    "DNxHR HQX",
    "mov",
    {"codec": "dnxhd", "profile": "dnxhr_hqx", "threads": _THREADS},
    pix_fmt="yuv422p10le",
    sound="pcm_s24le",
)

FORMS: Mapping[str, MasterForm] = {form.name: form for form in (H264, HEVC, PRORES, DNXHR)}


@cache
def encoder_build() -> str:
    """What encodes, by version and platform of the wheel that carries FFmpeg and its encoders."""
    return f"av {version('av')} {platform.system()} {platform.machine()}"


def encode_segment(
    path: Path,
    pictures: Iterable[Rgb | Frame],
    *,
    rate: Fraction,
    size: tuple[int, int],
    recipe: Recipe | None = None,
    form: MasterForm = H264,
) -> None:
    """Encode a run of frames so that it can be joined to others.

    Args:
        pictures: uint8 [height, width, 3] each, sRGB; or frames, which keep what depth they have.
        size: width and height in pixels; even.
        recipe: in place of the form's own.

    Raises:
        NoFrames: there were none.
        MediaUnreadable: a frame is of another size.
        DiskFull: no room; no file is left.
    """
    coding = _coding(recipe or form.recipe, form)
    with MovieWriter(path, rate=rate, width_px=size[0], height_px=size[1], coding=coding) as movie:
        for picture in pictures:
            if isinstance(picture, Frame):
                movie.add_coded(picture.coded_at(*size, form.pix_fmt))
            else:
                movie.add(picture)


def encode_sound(
    path: Path,
    blocks: Iterable[Samples],
    *,
    codec: str = "aac",
    container: str = "mp4",
    rate_hz: int = RATE_HZ,
) -> int:
    """Encode a whole film's sound, to be joined to its pictures.

    Args:
        blocks: float32 [n, 2] each.

    Returns:
        How many samples it holds.

    Raises:
        DiskFull: no room; no file is left.
    """
    with writing(path.name, path), open_movie(path, is_faststart=False, form=container) as movie:
        track = SoundTrack(movie, rate_hz, codec=codec)
        for block in blocks:
            track.add(block)
        track.close()
    return track.n_samples


def _coding(recipe: Recipe, form: MasterForm) -> Coding:
    codec, threads = str(recipe["codec"]), int(recipe["threads"])
    options = {key: str(recipe[key]) for key in ("preset", "crf", "profile") if key in recipe}
    gop, bframes = int(recipe.get("gop", 1)), int(recipe.get("bframes", 0))
    grid = f"keyint={gop}:min-keyint={gop}:scenecut=0:open-gop=0:bframes={bframes}"
    if codec == "libx264":
        options["x264-params"] = f"{grid}:mbtree={recipe['mbtree']}"
    elif codec == "libx265":
        options["x265-params"] = f"{grid}:pools={threads}:frame-threads=1:info=0:log-level=none"
    elif codec == "prores_ks":
        options["vendor"] = "apl0"  # some players open only what says it was made by Apple's encoder
    return Coding(
        codec=codec,
        options=options,
        gop=gop,
        bframes=bframes,
        threads=threads,
        is_faststart=False,
        pix_fmt=form.pix_fmt,
        form=form.container,
    )
