"""A gap goes out as a pack for a generator elsewhere; its film comes back as a take of that shot."""

import contextlib
import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from circletake.cut.document import cut_hash
from circletake.cut.gaps import Gap, gap_at
from circletake.cut.pack import (
    DOCUMENT,
    NOTES,
    Pack,
    handles_after,
    handles_before,
    notes,
    pack_document,
    read_pack,
    write_pack,
)
from circletake.cut.picture import fitted
from circletake.domain.cut import CutVersion
from circletake.domain.time import FrameRange
from circletake.errors import AlreadyThere, CutUnreadable, DiskFull
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.media.sheet import png_of
from circletake.media.source import open_source
from circletake.workflows.cut_book import get_cut
from circletake.workflows.film import STORYBOARD, best_take
from circletake.workflows.floor import seen_floor
from circletake.workflows.house import House, require
from circletake.workflows.make_take import shipping_task
from circletake.workflows.receive_take import receive_take
from circletake.workflows.whole_file import written_whole

PACKS = "packs"
_KEPT = 16


@dataclass(frozen=True, slots=True)
class Returned:
    """What came of a pack.

    Args:
        take: id of the new take.
        slot: id of the slot it was made for.
        said: what moved since the pack went out, a sentence each.
    """

    take: str
    slot: str
    said: tuple[str, ...]


def pack_gap(house: House, who: Session, production: str, *, slot: str) -> Path:
    """Write the pack of a slot; the same gap is the same file.

    Args:
        slot: slot id or shot code; a slot with a take goes out as the hole it would be.

    Returns:
        A zip in the studio's cache, to be copied.

    Raises:
        NotFound: no such slot.
        ContentMissing: a neighbour's frames are not in the store.
    """
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "add_take")
        cut = get_cut(conn, found.id)
        gap = gap_at(cut, slot)
        entity = reads.find_entity(conn, found.id, gap.shot)
        floor = seen_floor(house, conn, who, found.id)
        policy = house.policy(conn, found.policy)
        row = reads.find_task_of(conn, entity.id, STORYBOARD) if entity else None
        stage = policy.stage(STORYBOARD)
        panel = best_take(floor, stage, row) if stage and row else None
    description = entity.title if entity else ""
    board = panel.content if panel else None
    after = None
    if gap.after is not None and gap.after.content is not None:
        after = handles_after(gap, n_frames=open_source(house.store, gap.after.content).n_frames)
    document = pack_document(
        cut, gap, cut_name=cut_hash(cut), description=description, board=board, after=after
    )
    words = notes(cut, gap, title=found.title, description=description, document=document)
    kept = house.folder / "cache" / PACKS / f"{hashlib.sha256(document).hexdigest()}.zip"
    if not kept.exists():
        with written_whole(kept) as beside:
            write_pack(
                beside, _files(house, cut, gap, after, board, [(DOCUMENT, document), (NOTES, words.encode())])
            )
        for old in sorted(kept.parent.iterdir(), key=lambda path: path.stat().st_mtime)[:-_KEPT]:
            old.unlink(missing_ok=True)
    kept.touch()  # it goes out now, and is the last that did
    return kept


def _files(
    house: House,
    cut: CutVersion,
    gap: Gap,
    after: FrameRange | None,
    board: str | None,
    told: list[tuple[str, bytes]],
) -> Iterator[tuple[str, bytes]]:
    yield from told
    if gap.before is not None and gap.before.content is not None:
        pictures = _pictures(house, cut, gap.before.content, handles_before(gap))
        last = b""
        for n, data in enumerate(pictures, start=1):
            yield f"before/{n:04}.png", data
            last = data
        yield "first.png", last
    if gap.after is not None and gap.after.content is not None:
        pictures = _pictures(house, cut, gap.after.content, after)
        for n, data in enumerate(pictures, start=1):
            if n == 1:
                yield "last.png", data
            yield f"after/{n:04}.png", data
    if board is not None:
        yield from (("board.png", data) for data in _pictures(house, cut, board, FrameRange(0, 1)))


def _pictures(house: House, cut: CutVersion, content: str, frames: FrameRange | None) -> Iterator[bytes]:
    for frame in open_source(house.store, content).frames(frames):
        yield png_of(fitted(frame, width_px=cut.width_px, height_px=cut.height_px))


def unpack_to(pack: Path, place: Path) -> None:
    """Put a pack where a person wants it: as a zip where the name ends so, else as a folder.

    Raises:
        AlreadyThere: something is there.
        DiskFull: it cannot be written there.
    """
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise AlreadyThere(f"{place} is there already; name a new place for the pack.")
    try:
        if place.suffix.lower() == ".zip":
            place.write_bytes(pack.read_bytes())
        else:
            with zipfile.ZipFile(pack) as packed:
                packed.extractall(place)
    except OSError as refused:
        raise DiskFull(f"{place} cannot be written: {refused.strerror}; choose another place.") from refused


def receive_result(
    house: House, who: Session, production: str, *, pack: Path, path: Path, label: str = ""
) -> Returned:
    """Take a generator's film back in as a take of the shot its pack was made for.

    Args:
        pack: the zip, its folder or its `pack.json`.
        path: the film.
        label: a few words; the pack's name is added.

    Raises:
        CutUnreadable: it is no pack, or one of another production.
        NotFound: the slot is not in the cut any more.
        RateMismatch: it runs at another rate.
    """
    told = read_pack(pack)
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "add_take")
    if told.production != found.id:
        raise CutUnreadable(f"{pack.name} is a pack of another production; name that one.")
    return _receive(house, who, production, slot=told.slot, told=told, path=path, label=label)


def receive_for_gap(
    house: House, who: Session, production: str, *, slot: str, path: Path, label: str = ""
) -> Returned:
    """Take a film in for a slot, as what came of the pack that went out for it last.

    Args:
        label: a few words, such as the film's name; the pack's is added where one went out.

    Raises:
        NotFound: no such slot.
        RateMismatch: it runs at another rate.
    """
    found, gap = check_receives(house, who, production, slot=slot)
    sent = [told for told in _kept_packs(house) if (told.production, told.slot) == (found, gap.slot)]
    return _receive(
        house, who, production, slot=gap.slot, told=sent[0] if sent else None, path=path, label=label
    )


def check_receives(house: House, who: Session, production: str, *, slot: str) -> tuple[str, Gap]:
    """The production and the gap that a film may be sent for; asked before the film is read.

    Raises:
        RoleMissing: this person may add no take.
        NotFound: no such slot, or its shot has no task that ships.
    """
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "add_take")
        gap = gap_at(get_cut(conn, found.id), slot)
        shipping_task(conn, house.policy(conn, found.policy), found, gap.shot)
    return found.id, gap


def _kept_packs(house: House) -> list[Pack]:
    """Packs that went out, the newest first; an old one may go while this reads."""
    aged: list[tuple[float, Pack]] = []
    for path in (house.folder / "cache" / PACKS).glob("*.zip"):
        with contextlib.suppress(CutUnreadable, FileNotFoundError):
            aged.append((path.stat().st_mtime, read_pack(path)))
    return [told for _, told in sorted(aged, key=lambda one: -one[0])]


def _receive(
    house: House, who: Session, production: str, *, slot: str, told: Pack | None, path: Path, label: str
) -> Returned:
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "add_take")
        gap = gap_at(get_cut(conn, found.id), slot)
        row = shipping_task(conn, house.policy(conn, found.policy), found, gap.shot)
    named = [*([label] if label else []), *([f"pack {told.name[:8]}"] if told else [])]
    take = receive_take(
        house,
        who,
        found.id,
        shot=gap.shot,
        stage=row.task.stage,
        path=path,
        label=" · ".join(named),
        origin="generated",
    )
    moved = _moved(told.before, told.after, told.frames, gap) if told else ()
    return Returned(take, gap.slot, tuple(moved))


def _moved(before: str | None, after: str | None, frames: int, gap: Gap) -> Iterator[str]:
    if frames != gap.frames:
        yield f"{gap.shot} needs {gap.frames} frames now; the pack asked for {frames}."
    for was, now, side in ((before, gap.before, "before"), (after, gap.after, "after")):
        if was != (now.content if now else None):
            yield f"Another take stands {side} {gap.shot} now than when the pack went out; look at the seam."
