"""The record of what leaves: every frame of the master, the take it comes from, and who circled that.

Its SHA-256 is what the book seals. `ledger/verifier.py` reads it and judges every approval anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from circletake.cut.disclosure import disclosure_document
from circletake.cut.document import FULL, cut_document, cut_hash, format_of, sound_document, timing_document
from circletake.cut.master import MasterFacts, read_master
from circletake.domain.cut import CutVersion
from circletake.domain.disclosure import Disclosure
from circletake.domain.production import Production
from circletake.errors import GapOpen, GateClosed, MasterAltered
from circletake.ledger.canonical import canonical

__all__ = ["Approval", "MasterFacts", "ShippedSlot", "ShippedTake", "deliverable_bytes", "read_master"]

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Approval:
    """A gate that passes, and the book entries of the verdicts, or of the override, by which it does."""

    gate: str
    verdicts: tuple[int, ...]
    override: int | None = None


@dataclass(frozen=True, slots=True)
class ShippedTake:
    """Where a content that ships was judged, and by which verdicts it may."""

    task: str
    stage: str
    gates: tuple[Approval, ...]


@dataclass(frozen=True, slots=True)
class ShippedSlot:
    """A slot or a piece of sound, by its id, and what its take was approved by."""

    slot: str
    take: ShippedTake


def deliverable_bytes(
    production: Production,
    cut: CutVersion,
    master: MasterFacts,
    *,
    slots: Sequence[ShippedSlot],
    film: ShippedTake,
    policy: str,
    book_seq: int,
    disclosure: Disclosure | None = None,
) -> bytes:
    """Write `deliverable.json`: canonical JSON.

    Args:
        master: as `read_master` found it for exactly this cut.
        slots: one for each slot and each piece of sound of the cut, in any order.
        film: what the master as a whole was approved by.
        policy: SHA-256 of the policy in force.
        book_seq: newest entry of the book when it was sealed.
        disclosure: what of it is made how.

    Raises:
        GapOpen: a slot or a piece of sound has no take.
        GateClosed: one has no approval here.
        MasterAltered: the master was read for another cut.
    """
    shipped = {slot.slot: slot.take for slot in slots}
    parts = cut.parts
    open_gaps = [part.shot for part in parts if part.take is None]
    if open_gaps:
        raise GapOpen(
            f"The cut has no take for {', '.join(open_gaps)}; fill the gap first.", missing=open_gaps
        )
    unjudged = [part.shot for part in parts if part.id not in shipped]
    if unjudged:
        sentence = f"Nothing says who circled {', '.join(unjudged)}; have them judged first."
        raise GateClosed(sentence, missing=[sentence])
    samples = {part.slot: part for part in master.slots}
    ranges = cut.record_ranges()
    if {slot: (part.start, part.end) for slot, part in samples.items()} != {
        slot: (frames.start, frames.end) for slot, frames in ranges.items()
    }:
        raise MasterAltered("The master was not rendered from this cut; render it again.")
    is_full = format_of(cut) == FULL
    record: dict[str, object] = {
        "v": FORMAT,
        "production": {"id": production.id, "code": production.code, "title": production.title},
        "book_seq": book_seq,
        "policy": policy,
        "cut": {"hash": cut_hash(cut), "document": cut_document(cut)},
        "rate": [cut.rate.numerator, cut.rate.denominator],
        "size": [cut.width_px, cut.height_px],
        "n_frames": master.n_frames,
        "master": _approved(film)
        | {
            "sha256": master.sha256,
            "size_bytes": master.size_bytes,
            "description_sha256": master.description_sha256,
            "sound_sha256": list(master.sound_sha256),
        },
        "slots": [
            _approved(shipped[slot.id])
            | {
                "slot": slot.id,
                "shot": slot.shot,
                "record": [ranges[slot.id].start, ranges[slot.id].end],
                "take": slot.take,
                "source_in": slot.source_in,
                "sample_sha256": samples[slot.id].sample_sha256,
            }
            | (timing_document(slot) if is_full else {})
            for slot in cut.slots
        ],
    }
    if is_full:
        record["sound"] = [_approved(shipped[clip.id]) | sound_document(clip) for clip in cut.sound]
    if disclosure is not None:
        record["disclosure"] = disclosure_document(disclosure)
    return canonical(record)


def _approved(take: ShippedTake) -> dict[str, object]:
    gates = [
        {"gate": approval.gate, "verdicts": list(approval.verdicts)}
        | ({"override": approval.override} if approval.override is not None else {})
        for approval in take.gates
    ]
    return {"task": take.task, "stage": take.stage, "gates": gates}
