"""Versions of the film that leave for a purpose: each a form, a size, a look and a loudness.

They are made from the cut and its segments and are never judged: what was approved is the master.
"""

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import cv2

from circletake.cut.cache import SegmentCache
from circletake.cut.clips import clips_package
from circletake.cut.look import Burn, Look
from circletake.cut.pieces import draw_piece, pieces_of
from circletake.cut.render import Watch, open_sources, render_cut
from circletake.domain.cut import CutVersion
from circletake.errors import MediaUnreadable
from circletake.media.encode import even_size
from circletake.media.level import TARGETS, Target
from circletake.media.masters import DNXHR, H264, HEVC, PRORES, MasterForm
from circletake.media.picture import Frame
from circletake.media.store import ContentStore

VERSION = 1
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say: no clock may change its bytes


@dataclass(frozen=True, slots=True)
class Preset:
    """A version of the film for a purpose.

    Args:
        name: by which it is asked for.
        label: as people say it.
        form: how it is coded.
        holds: a film, or in a zip: its pictures one by one, or its clips with an edit list.
        most_px: width and height that it is made to fit into, if it is larger; None leaves the cut's.
        exact_px: width and height that it covers, cropped; None crops nothing.
        burns: what is written into its pictures.
        target: loudness; None leaves the sound as it is.
        slates: a card that names its shot stands where there is no take, or its bytes are lost.
    """

    name: str
    label: str
    form: MasterForm = H264
    holds: Literal["film", "images", "clips"] = "film"
    most_px: tuple[int, int] | None = None
    exact_px: tuple[int, int] | None = None
    burns: tuple[Burn, ...] = ()
    target: Target | None = None
    slates: bool = False

    @property
    def ending(self) -> str:
        """Of its file."""
        return self.form.container if self.holds == "film" else "zip"

    def sized(self, cut: CutVersion) -> CutVersion:
        """The cut at this version's size."""
        if self.exact_px is not None:
            return replace(cut, width_px=self.exact_px[0], height_px=self.exact_px[1])
        if self.most_px is None:
            return cut
        scale = min(1.0, self.most_px[0] / cut.width_px, self.most_px[1] / cut.height_px)
        width_px, height_px = even_size(round(cut.width_px * scale), round(cut.height_px * scale))
        return replace(cut, width_px=width_px, height_px=height_px)


PRESETS: Mapping[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset("web", "Web, 1080p", most_px=(1920, 1080), target=TARGETS["web"]),
        Preset("broadcast", "Broadcast, ProRes 422 HQ, EBU R 128", form=PRORES, target=TARGETS["r128"]),
        Preset("prores", "ProRes 422 HQ master", form=PRORES),
        Preset("dnxhr", "DNxHR HQX master", form=DNXHR),
        Preset("hevc", "HEVC master, 10 bit", form=HEVC),
        Preset("vertical", "Vertical, cropped to 9:16", exact_px=(1080, 1920), target=TARGETS["web"]),
        Preset("vertical-guide", "Vertical, with the safe area", exact_px=(1080, 1920),
               burns=("safe", "notice")),
        Preset("screener", "Screener, timecode, shot and take in the picture", most_px=(1280, 720),
               burns=("timecode", "shot", "take", "notice"), slates=True),
        Preset("handles", "Edit list and clips with handles, ProRes 422 HQ", form=PRORES, holds="clips"),
        Preset("images", "Pictures one by one, PNG", holds="images"),
    )
}  # fmt: skip


def make_output(
    store: ContentStore,
    cut: CutVersion,
    cache: SegmentCache,
    preset: Preset,
    *,
    names: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> str:
    """Make a version of the film.

    Args:
        names: content → what its take is called, where that is written.

    Returns:
        Its content in the store.

    Raises:
        CircletakeError: as `render_cut`.
    """
    sized = preset.sized(cut)
    look = Look(fills=preset.exact_px is not None, burns=preset.burns, names=names or {})
    watch = Watch(progress, cancelled)
    if preset.holds == "images":
        return _images(store, sized, look, watch)
    if preset.holds == "clips":
        return clips_package(store, sized, cache, form=preset.form, watch=watch)
    return render_cut(
        store,
        sized,
        cache,
        form=preset.form,
        look=look,
        target=preset.target,
        progress=progress,
        cancelled=cancelled,
        with_slates=preset.slates,
    ).content


def _images(store: ContentStore, cut: CutVersion, look: Look, watch: Watch) -> str:
    """Every picture as a PNG, named by its frame number; the same cut gives the same bytes."""
    opened = open_sources(store, cut, with_slates=False)
    sources = {slot.id: opened[slot.take] if slot.take else None for slot in cut.slots}
    number = 0
    with store.writing(".zip") as entry, zipfile.ZipFile(entry.path, "w") as images:
        for piece in pieces_of(cut):
            for picture in draw_piece(cut, piece, sources, watch.check, look=look):
                rgb = picture.rgb() if isinstance(picture, Frame) else picture
                written, png = cv2.imencode(".png", rgb[..., ::-1])
                if not written:
                    raise MediaUnreadable(f"Frame {number} could not be written as a PNG; make it smaller.")
                name = zipfile.ZipInfo(f"{cut.start + number:07d}.png", date_time=_EPOCH)
                images.writestr(name, png.tobytes())
                number += 1
                if watch.progress is not None:
                    watch.progress(number, cut.n_frames)
    return entry.content
