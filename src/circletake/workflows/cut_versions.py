"""Versions of the cut: which there are, what an editor did between two, and back to one of them.

Nothing is taken away by stepping back: the cut becomes, as a new version, what it was.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from circletake.cut.document import cut_hash, edit_hash, read_cut
from circletake.domain.change_list import Change, change_list
from circletake.domain.cut import CutVersion
from circletake.domain.people import MAY
from circletake.errors import NotFound
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.workflows.cut_book import get_cut, record_cut
from circletake.workflows.cut_version_views import (
    CutChangeView,
    CutDiffView,
    CutSideSlotView,
    CutSideView,
    CutVersionsView,
    CutVersionView,
)
from circletake.workflows.house import House, require
from circletake.workflows.show import Names, posters_of, production_view

MOST_VERSIONS = 50
_SAID = 3


def show_versions(
    house: House, who: Session, production: str, *, before: int | None = None
) -> CutVersionsView:
    """Versions of the cut, the newest first, fifty at a time.

    Args:
        before: only those with a smaller number.

    Raises:
        NotFound: there is no cut yet.
    """
    with house.book.reading() as conn:
        found, roles = require(conn, who, production, "see")
        now = get_cut(conn, found.id)
        # one more than is shown: the last is compared with the one before it
        rows = reads.cut_versions(conn, found.id, before=before, limit=MOST_VERSIONS + 1)
        cuts = [read_cut(row.body.encode()) for row in rows]
        called, names = _called(conn, found.id), Names.read(conn)
    said = [change_list(older, newer, names=called) for newer, older in pairwise(cuts)]
    if cuts and len(cuts) <= MOST_VERSIONS:
        said.append([])
    edit = edit_hash(now)
    return CutVersionsView(
        production=production_view(found, roles),
        hash=cut_hash(now),
        may_edit=bool(roles & MAY["edit_cut"]),
        versions=[
            CutVersionView(
                number=cut.number,
                hash=row.hash,
                at=row.at,
                by=names.person(row.by),
                n_frames=cut.n_frames,
                slots=len(cut.slots),
                gaps=sum(slot.take is None for slot in cut.slots),
                changes=len(changes),
                said=_first(changes),
                is_now=edit_hash(cut) == edit,
            )
            for row, cut, changes in zip(rows, cuts, said, strict=False)
        ],
        more=len(rows) > MOST_VERSIONS,
    )


def show_diff(
    house: House, who: Session, production: str, *, old: int | None = None, new: int | None = None
) -> CutDiffView:
    """What an editor did between two versions.

    Args:
        old: number of the one that is compared from; None is the one before `new`, or the only one.
        new: number of the one that is compared to it; None is the cut as it stands.

    Raises:
        NotFound: there is no such version.
    """
    with house.book.reading() as conn:
        found, roles = require(conn, who, production, "see")
        last = get_cut(conn, found.id).number
        new = last if new is None else new
        rows = [_version(conn, found.id, number) for number in (max(new - 1, 1) if old is None else old, new)]
        cuts = [read_cut(row.body.encode()) for row in rows]
        names = Names.read(conn)
        numbers = {take.content: take.number for take in reads.takes_in(conn, found.id)}
        called = {content: f"take {number}" for content, number in numbers.items()}
    posters = posters_of(house, {slot.take for cut in cuts for slot in cut.slots if slot.take})
    before, after = (_side(row, cut, names, numbers, posters) for row, cut in zip(rows, cuts, strict=True))
    return CutDiffView(
        production=production_view(found, roles),
        rate=[cuts[1].rate.numerator, cuts[1].rate.denominator],
        before=before,
        after=after,
        changes=[
            CutChangeView(sort=one.sort, slot=one.slot, shot=one.shot, text=one.text)
            for one in change_list(*cuts, names=called)
        ],
    )


def step_back(
    house: House, who: Session, production: str, *, number: int, cut_seen: str | None = None
) -> str:
    """Make the cut what it was in an older version: a new version that says the same.

    Args:
        number: of the version.
        cut_seen: hash of the cut that the person looked at.

    Returns:
        The hash of the cut as it stands then; no version is added where it says that already.

    Raises:
        NotFound: there is no such version.
        WorldMoved: the cut changed since it was seen.
    """
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "edit_cut")
        now = get_cut(tx.conn, found.id, seen=cut_seen)
        was = read_cut(_version(tx.conn, found.id, number).body.encode())
        if edit_hash(was) == edit_hash(now):
            return cut_hash(now)
        again = replace(was, number=now.number + 1, parent=cut_hash(now))
        return record_cut(house, tx, who.actor, again, session=who.pseudonym)


def _version(conn: reads.Connection, production: str, number: int) -> reads.CutVersionRow:
    for row in reads.cut_versions(conn, production, before=number + 1, limit=1):
        if row.number == number:
            return row
    raise NotFound(f"There is no version {number} of the cut; `circletake cut versions` lists them.")


def _called(conn: reads.Connection, production: str) -> dict[str, str]:
    return {take.content: f"take {take.number}" for take in reads.takes_in(conn, production)}


def _first(changes: list[Change]) -> list[str]:
    return [change.text for change in changes[:_SAID]]


def _side(
    row: reads.CutVersionRow,
    cut: CutVersion,
    names: Names,
    numbers: Mapping[str, int],
    posters: Mapping[str, str],
) -> CutSideView:
    ranges = cut.record_ranges()
    return CutSideView(
        number=cut.number,
        hash=row.hash,
        at=row.at,
        by=names.person(row.by),
        n_frames=cut.n_frames,
        slots=[
            CutSideSlotView(
                id=slot.id,
                shot=slot.shot,
                start=ranges[slot.id].start,
                frames=slot.frames,
                take=slot.take,
                take_number=numbers.get(slot.take) if slot.take else None,
                source_in=slot.source_in,
                poster=posters.get(slot.take) if slot.take else None,
            )
            for slot in cut.slots
        ],
    )
