"""The record of what leaves: every frame of the master, the take it comes from, and who circled that.

Its SHA-256 is what the book seals. `ledger/verifier.py` reads it and judges every approval anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from circletake.cut.document import cut_document, cut_hash
from circletake.cut.master import MasterFacts, read_master
from circletake.domain.cut import CutVersion
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
    """A slot and what its take was approved by."""

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
) -> bytes:
    """Write `deliverable.json`: canonical JSON.

    Args:
        master: as `read_master` found it for exactly this cut.
        slots: one for each slot of the cut, in any order.
        film: what the master as a whole was approved by.
        policy: SHA-256 of the policy in force.
        book_seq: newest entry of the book when it was sealed.

    Raises:
        GapOpen: a slot has no take.
        GateClosed: a slot has no approval here.
        MasterAltered: the master was read for another cut.
    """
    shipped = {slot.slot: slot.take for slot in slots}
    open_gaps = [slot.shot for slot in cut.slots if slot.take is None]
    if open_gaps:
        raise GapOpen(
            f"The cut has no take for {', '.join(open_gaps)}; fill the gap first.", missing=open_gaps
        )
    unjudged = [slot.shot for slot in cut.slots if slot.id not in shipped]
    if unjudged:
        sentence = f"Nothing says who circled {', '.join(unjudged)}; have them judged first."
        raise GateClosed(sentence, missing=[sentence])
    samples = {part.slot: part for part in master.slots}
    ranges = cut.record_ranges()
    if {slot: (part.start, part.end) for slot, part in samples.items()} != {
        slot: (frames.start, frames.end) for slot, frames in ranges.items()
    }:
        raise MasterAltered("The master was not rendered from this cut; render it again.")
    return canonical(
        {
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
                for slot in cut.slots
            ],
        }
    )


def _approved(take: ShippedTake) -> dict[str, object]:
    gates = [
        {"gate": approval.gate, "verdicts": list(approval.verdicts)}
        | ({"override": approval.override} if approval.override is not None else {})
        for approval in take.gates
    ]
    return {"task": take.task, "stage": take.stage, "gates": gates}
