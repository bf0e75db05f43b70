"""The seams of a slot: what its certificates say, and whether what they speak of is still there."""

from circletake.checks.seam.certificate import CHECK, VERSION
from circletake.checks.seam.learnt import LIMITS
from circletake.checks.seam.steps import KINDS
from circletake.domain.cut import CutVersion, Slot
from circletake.domain.people import MAY
from circletake.domain.take import Take
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.workflows.cut_book import get_cut
from circletake.workflows.floor import veil_of
from circletake.workflows.house import House, require
from circletake.workflows.seam_plates import JOINS, plates_of, told
from circletake.workflows.seam_views import SeamEndView, SeamReadingView, SeamsView, SeamView

_SPLICE = "splice"


def show_seams(house: House, who: Session, production: str, *, slot: str) -> SeamsView:
    """What was measured of the seams of every take that was measured in a slot.

    Raises:
        NotFound: the cut has no such slot.
    """
    with house.book.reading() as conn:
        found, roles = require(conn, who, production, "see")
        cut = get_cut(conn, found.id)
        hole = cut.slot(slot)
        veil = veil_of(house, conn, who, found.id)
        entity = reads.find_entity(conn, found.id, hole.shot)
        takes = [
            take
            for row in reads.tasks(conn, found.id)
            if entity is not None and row.entity.id == entity.id
            for take in reads.takes_of(conn, row.task.id)
            if not veil.hides(take.task, take.content)
        ]
        measured = {
            row.content: row
            for rows in reads.evidence_on(conn, [take.content for take in takes]).values()
            for row in rows
            if row.check == CHECK and row.summary.get("slot") == hole.id
        }
        numbers = {take.id: take.number for take in takes}
        seams = [
            _seam(conn, cut, hole, take, measured[take.content], numbers)
            for take in sorted(takes, key=lambda take: -take.seq)
            if take.content in measured
        ]
    return SeamsView(
        slot=hole.id,
        shot=hole.shot,
        may_measure=bool(roles & MAY["measure"]),
        may_splice=bool(roles & MAY["edit_cut"]),
        seams=seams,
    )


def _seam(
    conn: reads.Connection,
    cut: CutVersion,
    hole: Slot,
    take: Take,
    row: reads.EvidenceRow,
    numbers: dict[str, int],
) -> SeamView:
    why = _moved(conn, cut, hole, row)
    return SeamView(
        take=take.id,
        number=take.number,
        content=take.content,
        stands=hole.take == take.content,
        is_splice=take.origin == _SPLICE,
        made_from=numbers.get(take.parent) if take.origin == _SPLICE and take.parent else None,
        joins=str(row.summary["joins"]),
        holds=bool(row.summary["holds"]),
        stale=bool(why),
        why=why,
        held=int(row.summary["held"]),
        mute=bool(row.summary.get("mute")),  # certificates of before did not listen
        sentence=row.sentence,
        ends=[_end(row, "in"), _end(row, "out")],
    )


def _moved(conn: reads.Connection, cut: CutVersion, hole: Slot, row: reads.EvidenceRow) -> str:
    """What is no longer as it was measured, a sentence; empty while all is."""
    if row.version != VERSION:
        return "It was measured by an earlier way of measuring; measure it again."
    now = next(plates_of(conn, cut, hole, one) for one in JOINS if one == row.summary["joins"])
    sides = (("before", now.before), ("after", now.after))
    moved = [side for side, plate in sides if told(plate) != row.summary[side]]
    if moved:
        return f"What stands {' and '.join(moved)} it was changed since; measure or splice it again."
    is_other = hole.take == row.content and hole.source_in != row.summary["source_in"]
    if is_other or hole.frames != row.summary["frames"]:
        return "Other frames of it stand in the cut than were measured; measure or splice it again."
    return ""


def _end(row: reads.EvidenceRow, end: str) -> SeamEndView:
    summary = row.summary
    first, frames = int(summary["source_in"]), int(summary["frames"])
    content, _, span = str(summary["before" if end == "in" else "after"]).partition(":")
    plate_first, _, plate_frames = span.partition(":")
    touches = 0
    if content:
        touches = int(plate_first) + (int(plate_frames) - 1 if end == "in" else 0)
    return SeamEndView(
        end=end,
        state=str(summary[end]),
        plate=content or None,
        plate_frame=touches,
        frame=first if end == "in" else first + frames - 1,
        readings=[
            SeamReadingView(
                kind=kind.name,
                label=kind.label,
                z=str(summary[f"{end}_{kind.name}"]),
                p=str(summary[f"{end}_{kind.name}_p"]),
                limit=f"{LIMITS[kind.name]:g}",
                told=kind.off(float(summary[f"{end}_{kind.name}"])) > LIMITS[kind.name],
            )
            for kind in KINDS
            if f"{end}_{kind.name}" in summary
        ],
    )
