"""What stands on either side of a slot: the frames a splice is made like, and that its seams are held to."""

import hashlib
from dataclasses import dataclass
from typing import Literal, get_args

from circletake.checks.seam.certificate import MOST_PLATE
from circletake.cut.repair.recipe import Footage
from circletake.domain.cut import NORMAL, CutVersion, Slot
from circletake.domain.lineage import seam_slot
from circletake.domain.people import Actor
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import Transaction
from circletake.ledger.canonical import canonical

Joins = Literal["both", "in", "out"]
JOINS: tuple[Joins, ...] = get_args(Joins)
"""At which ends the action goes on; the other end is a cut, at which nothing has to match."""

_SEAM = seam_slot("", "")[: len("seam:")]


@dataclass(frozen=True, slots=True)
class Plates:
    """The plate before a slot and after it.

    Args:
        before: frames up to the slot; None where it begins with a cut, a dissolve or a gap.
        after: frames from its end on; None likewise.
    """

    before: Footage | None
    after: Footage | None

    @property
    def hash(self) -> str:
        """SHA-256 (hex) that names exactly these frames."""
        sides = {"after": self.after, "before": self.before}
        plain = {side: plate.plain() if plate else None for side, plate in sides.items()}
        return hashlib.sha256(canonical(plain)).hexdigest()


def plates_of(conn: reads.Connection, cut: CutVersion, slot: Slot, joins: Joins) -> Plates:
    """The nearest frames of what a slot touches, at the ends at which the action goes on."""
    at = cut.slots.index(slot)
    before = cut.slots[at - 1] if at and joins != "out" and not slot.dissolve else None
    after = cut.slots[at + 1] if at + 1 < len(cut.slots) and joins != "in" else None
    if after is not None and after.dissolve:
        after = None
    return Plates(
        before=_plate(conn, before, is_before=True) if before else None,
        after=_plate(conn, after, is_before=False) if after else None,
    )


def keep_seam(
    tx: Transaction, who: Session, cut: CutVersion, slot: Slot, joins: Joins, plates: Plates
) -> str:
    """Have every version of the cut say, from here on, what stands beside a place.

    Args:
        plates: what stands there now.

    Returns:
        The slot of lineage that says so, to lean on.
    """
    name = seam_slot(slot.id, joins)
    if reads.slots(tx.conn, cut.production).get(name) != plates.hash:
        tx.append(
            "slot",
            actor=who.actor,
            session=who.pseudonym,
            production=cut.production,
            body={"content": plates.hash, "slot": name},
        )
    return name


def told(plate: Footage | None) -> str:
    """A plate as certificates name it."""
    return f"{plate.content}:{plate.first}:{plate.frames}" if plate else ""


def rebind_seams(tx: Transaction, actor: Actor, cut: CutVersion, *, session: str | None = None) -> set[str]:
    """Append what every splice's neighbours are now, where that moved.

    Returns:
        The slots that moved, as lineage names them.
    """
    moved: set[str] = set()
    slots = {slot.id: slot for slot in cut.slots}
    for name, held in reads.slots(tx.conn, cut.production).items():
        if not name.startswith(_SEAM):
            continue
        key, _, joins = name.removeprefix(_SEAM).rpartition("/")
        slot = slots.get(key)
        now = next((plates_of(tx.conn, cut, slot, one).hash for one in JOINS if slot and one == joins), None)
        if now != held:
            moved.add(name)
            tx.append(
                "slot",
                actor=actor,
                session=session,
                production=cut.production,
                body={"content": now, "slot": name},
            )
    return moved


def _plate(conn: reads.Connection, slot: Slot, *, is_before: bool) -> Footage | None:
    """Its frames nearest to the seam, handles included; what runs at another speed is no measure."""
    if slot.take is None or slot.speed != NORMAL:
        return None
    if is_before:
        end = slot.source_in + slot.frames
        frames = min(MOST_PLATE, end)
        return Footage(slot.take, end - frames, frames)
    lengths = [take.n_frames for take in reads.takes_with(conn, slot.take)]
    frames = min(MOST_PLATE, max([*lengths, slot.source_in + slot.frames]) - slot.source_in)
    return Footage(slot.take, slot.source_in, frames)
