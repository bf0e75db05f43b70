"""What a cut is encoded in: runs of frames that each depend on one take, or on the two of a dissolve.

A dissolve is a piece of its own, so that another take in one slot encodes no more of the next than the
frames it is seen in.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from circletake.cut.look import Look
from circletake.cut.picture import FIT, SLATE, Rgb, fitted_size, slate
from circletake.domain.cut import NORMAL, CutVersion, Slot
from circletake.domain.time import FrameRange
from circletake.ledger.canonical import canonical
from circletake.media.masters import H264, MasterForm, encoder_build
from circletake.media.picture import Frame
from circletake.media.source import Source

SEGMENT_FORMAT = 2
MIX = "linear-1"
"""The rule by which a dissolve is mixed; part of its key.

Frame k of n shows (2k + 1) / 2n of what comes, in the coded picture as editing systems mix it.
"""

LONGEST = 480
"""Frames of a piece at most: what a render that is killed loses, and what can be encoded side by side.

A multiple of every recipe's group of pictures, so that a long slot has its key frames where it would have
them in one piece.
"""

PLAIN = Look()

Sources = Mapping[str, Source | None]


@dataclass(frozen=True, slots=True)
class Piece:
    """Frames of one slot that are encoded together.

    Args:
        slot: whose they are.
        offset: the first of them in the slot.
        frames: how many.
        record: where in the cut the slot begins.
        under: the slot that is seen going, and where in it; None beside a dissolve.
    """

    slot: Slot
    offset: int
    frames: int
    record: int = 0
    under: tuple[Slot, int] | None = None


def pieces_of(cut: CutVersion) -> Iterator[Piece]:
    """The pieces of a cut, in order, covering it."""
    before: Slot | None = None
    for slot, record, _ in cut.placed():
        if before is not None and slot.dissolve:
            yield Piece(slot, 0, slot.dissolve, record.start, under=(before, before.frames))
        for offset in range(slot.dissolve, slot.frames, LONGEST):
            yield Piece(slot, offset, min(LONGEST, slot.frames - offset), record.start)
        before = slot


def piece_key(cut: CutVersion, piece: Piece, form: MasterForm = H264, look: Look = PLAIN) -> str:
    """SHA-256 (hex) of everything that decides a piece's encoded pictures."""
    made_of: dict[str, object] = {
        "v": SEGMENT_FORMAT,
        **_shown(piece.slot, piece.offset, piece.frames),
        "fit": FIT,
        "size": [cut.width_px, cut.height_px],
        "rate": [cut.rate.numerator, cut.rate.denominator],
        "recipe": dict(form.recipe),
        "build": encoder_build(),
    }
    made_of |= look.told(cut, piece.slot, piece.record + piece.offset)
    if form.is_deep:
        made_of["pix_fmt"] = form.pix_fmt
    if piece.under is not None:
        made_of["under"] = _shown(*piece.under, piece.frames)
        made_of["mix"] = [MIX, piece.frames]
    return hashlib.sha256(canonical(made_of)).hexdigest()


def _shown(slot: Slot, offset: int, frames: int) -> dict[str, object]:
    """What of a slot's take is seen; a plain run is the same wherever in a slot it lies."""
    told: dict[str, object] = {
        "content": slot.take,
        "slate": None if slot.take else {"rule": SLATE, "text": slot.shot},
        "frames": [slot.source_frame(offset), slot.source_frame(offset) + frames],
    }
    if slot.speed != NORMAL:
        told["frames"] = [slot.source_in, offset, frames]
        told["speed"] = [slot.speed.numerator, slot.speed.denominator]
    return told


def draw_piece(
    cut: CutVersion,
    piece: Piece,
    sources: Sources,
    step: Callable[[], None],
    *,
    look: Look = PLAIN,
) -> Iterator[Rgb | Frame]:
    """A piece's pictures, in the cut's size.

    Args:
        sources: slot id → its opened take; None draws a slate.
        step: called before each frame.
    """
    size = {"width_px": cut.width_px, "height_px": cut.height_px}
    coming = _pictures(cut, piece.slot, piece.offset, piece.frames, sources)
    going = None if piece.under is None else _pictures(cut, *piece.under, piece.frames, sources)
    for k, picture in enumerate(coming):
        step()
        if going is None and look.is_plain and _fits(cut, picture):
            yield picture  # keeps the depth and the colours it was coded in
            continue
        rgb = look.framed(picture, **size)
        if going is not None:
            rgb = _mixed(look.framed(next(going), **size), rgb, 2 * k + 1, 2 * piece.frames)
        yield look.written(rgb, cut, piece.slot, piece.record + piece.offset + k)


def _pictures(
    cut: CutVersion, slot: Slot, offset: int, frames: int, sources: Sources
) -> Iterator[Frame | Rgb]:
    """The frames of a slot's take that stand at some places in it; a frame that stays is decoded once."""
    source = sources[slot.id]
    if source is None:
        card = slate(f"{slot.shot} missing", width_px=cut.width_px, height_px=cut.height_px)
        for _ in range(frames):
            yield card
        return
    wanted = [slot.source_frame(offset + k) for k in range(frames)]
    held: Frame | None = None
    decoded = source.frames(FrameRange(wanted[0], wanted[-1] + 1))
    for number in wanted:
        while held is None or held.n < number:
            held = next(decoded)
        yield held


def _fits(cut: CutVersion, picture: Frame | Rgb) -> bool:
    """Whether a picture fills the cut's without a border, so that it need not become RGB in between."""
    size = (cut.width_px, cut.height_px)
    if not isinstance(picture, Frame) or any(side % 2 for side in size):
        return False
    return fitted_size(picture.width_px, picture.height_px, *size) == size


def _mixed(going: Rgb, coming: Rgb, share: int, whole: int) -> Rgb:
    """Whole numbers, so that every processor mixes the same."""
    sum_of_both = going.astype(np.uint32) * (whole - share) + coming.astype(np.uint32) * share
    return ((sum_of_both + whole // 2) // whole).astype(np.uint8)
