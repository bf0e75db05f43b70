"""Import a film: every shot found in it becomes a shot with the original frames as its take, in a cut."""

from collections.abc import Callable
from pathlib import Path

from circletake.cut.document import cut_hash
from circletake.domain.cut import CutVersion, Slot
from circletake.domain.entity import SourceClass, checked_entity_code
from circletake.errors import AlreadyThere, MediaKindRefused
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.media.listen import listen
from circletake.media.manifest import clip_manifest
from circletake.media.sandbox import probe_safely
from circletake.media.shots import ShotFinder
from circletake.media.source import open_source
from circletake.workflows.cut_book import find_cut, record_cut
from circletake.workflows.found_production import add_entity, fresh_id
from circletake.workflows.house import House, require
from circletake.workflows.receive_take import Attempt, adopted_sheets, check_rate, record_take

_STEP = 10  # SH010, SH020 …: room for shots that come between
_STAGE = "animation"


def import_film(
    house: House,
    who: Session,
    production: str,
    path: Path,
    *,
    prefix: str = "SH",
    source_class: SourceClass = "camera",
    progress: Callable[[int, int], None] | None = None,
) -> list[str]:
    """Bring a film in, shot by shot.

    The file is kept once, as it is; each take is a range of its frames, so nothing is re-encoded. One
    transaction records all shots or none.

    Returns:
        Codes of the new shots, in order.

    Raises:
        RateMismatch: the film does not run at the production's rate.
        MediaKindRefused: not moving pictures.
        AlreadyThere: this film was imported before.
    """
    checked_entity_code(f"{prefix}010")
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "edit_shots")
    probe = probe_safely(path)
    if probe.kind != "movie":
        raise MediaKindRefused(
            f"{path.name} holds no moving pictures, so there are no shots in it; add it as a take instead."
        )
    check_rate(probe, found, name=path.name)
    film = house.store.put_file(path)
    source = open_source(house.store, film)
    finder = ShotFinder()
    listen(source, [finder], progress=progress)
    ranges = finder.shots
    size = (source.width_px, source.height_px)
    clips = [house.store.put_bytes(clip_manifest(film, frames)) for frames in ranges]
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "edit_shots")
        policy = house.policy(tx.conn, found.policy)
        if reads.takes_with(tx.conn, clips[0]):
            raise AlreadyThere(f"{path.name} was imported before; nothing was added.")
        first = reads.next_position(tx.conn, found.id, "shot")
        codes = [f"{prefix}{(first + index) * _STEP:03d}" for index in range(len(clips))]
        slots: list[Slot] = []
        for code, clip, frames in zip(codes, clips, ranges, strict=True):
            tasks = add_entity(
                tx,
                who.actor,
                production=found.id,
                policy=policy,
                kind="shot",
                code=code,
                title=f"frames {frames.start}–{frames.end - 1} of {path.stem}"[:200],
                frames=frames.frames,
                source_class=source_class,
            )
            row = reads.find_task(tx.conn, tasks[_STAGE])
            if row is None:
                raise AlreadyThere(f"{code} could not be recorded; import the film again.")
            record_take(
                house,
                tx,
                who.actor,
                session=who.pseudonym,
                task=row,
                attempt=Attempt(
                    content=clip,
                    makers=who.makers,
                    made_by=(("importer", who.actor),),
                    origin="drawn" if source_class == "drawn" else "camera",
                    n_frames=frames.frames,
                    rate=found.rate,
                    width_px=size[0],
                    height_px=size[1],
                    label="original",
                    leans=adopted_sheets(tx.conn, found.id),
                ),
            )
            slots.append(Slot(id=fresh_id("s"), shot=code, frames=frames.frames, take=clip))
        before = find_cut(tx.conn, found.id)
        record_cut(
            house,
            tx,
            who.actor,
            CutVersion(
                production=found.id,
                number=before.number + 1 if before else 1,
                rate=found.rate,
                width_px=found.width_px,
                height_px=found.height_px,
                slots=(*(before.slots if before else ()), *slots),
                parent=cut_hash(before) if before else None,
            ),
            session=who.pseudonym,
        )
    return codes
