"""Deliver: seal the master of the cut as it stands, or refuse with everything that is missing.

One transaction asks every gate of every content named, by hash, and appends `sealed`, or appends nothing.
What is sealed is signed afterwards, since only then it is known what is signed, and the folder is written
from what the book then holds. Wherever the machine stops in between, delivering again goes on from there.
"""

from collections.abc import Mapping

from circletake.cut.deliverable import Approval, ShippedSlot, ShippedTake, deliverable_bytes, read_master
from circletake.cut.disclosure import read_disclosure
from circletake.cut.document import cut_hash, read_cut
from circletake.cut.seal.sign import mime_of
from circletake.domain.cut import CutVersion, Slot, SoundClip
from circletake.domain.disclosure import Disclosure
from circletake.domain.facts import GateResult
from circletake.domain.policy import Policy
from circletake.domain.production import Production
from circletake.domain.take import Take
from circletake.domain.verdict import VALUES
from circletake.errors import GateClosed, NotFound
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import Transaction, utc_now
from circletake.ledger.canonical import read_canonical
from circletake.workflows.bind import ask_gates
from circletake.workflows.checkpoints import check_signable, take_checkpoint
from circletake.workflows.cut_book import get_cut
from circletake.workflows.disclose import disclose, write_disclosure
from circletake.workflows.export_notes import Exported
from circletake.workflows.found_production import FILM
from circletake.workflows.house import House, require
from circletake.workflows.render_cut import find_master
from circletake.workflows.sign_delivery import folder_of, sign_sealed, write_folder
from circletake.workflows.veil import Veil
from circletake.workflows.views import DeliveryView


def shipping_take(
    conn: reads.Connection, production: Production, policy: Policy, slot: Slot | SoundClip
) -> tuple[reads.TaskRow, Take] | None:
    """The task and take by which a content of the cut may ship, or None where no stage that ships has it."""
    entity = reads.find_entity(conn, production.id, slot.shot)
    for stage in policy.stages:
        row = reads.find_task_of(conn, entity.id, stage.key) if entity and stage.ships else None
        for take in reads.takes_of(conn, row.task.id) if row else ():
            if row is not None and take.content == slot.take:
                return row, take
    return None


def missing_for_delivery(
    house: House,
    conn: reads.Connection,
    production: Production,
    cut: CutVersion,
    *,
    now: str,
    veil: Veil | None = None,
) -> list[str]:
    """Everything that stands between a cut and its delivery, a sentence each; empty when it may leave.

    Args:
        veil: of whoever reads this; of what is hidden from them it says only that.
    """
    return _shipment(house, conn, production, cut, now=now, veil=veil)[1]


def _shipment(
    house: House,
    conn: reads.Connection,
    production: Production,
    cut: CutVersion,
    *,
    now: str,
    veil: Veil | None = None,
) -> tuple[dict[str, ShippedTake], list[str]]:
    policy = house.policy(conn, production.policy)
    shipped: dict[str, ShippedTake] = {}
    missing: list[str] = []
    for slot in cut.parts:
        if slot.take is None:
            lacks = "is missing from the cut" if isinstance(slot, Slot) else "is missing from the sound"
            missing.append(f"{slot.shot} {lacks}: fill its gap.")
            continue
        found = shipping_take(conn, production, policy, slot)
        if found is None:
            missing.append(f"{slot.shot} is filled with something that is no take of it: fill it again.")
            continue
        row, take = found
        if veil is not None and veil.hides(row.task.id, take.content):
            missing.append(f"{slot.shot} take {take.number} is hidden from you until you decide on it.")
            continue
        results = ask_gates(house, conn, task=row.task.id, content=take.content, now=now, sealing=True)
        missing += lacking(f"{slot.shot} take {take.number}", results, policy, row.task.stage)
        shipped[slot.id] = shipped_take(conn, row, take, results)
    master = find_master(conn, production.id, cut)
    if master is None:
        missing.append("The master of this cut is not rendered: render the cut.")
        return shipped, missing
    row_of_film = reads.find_task(conn, master.task)
    if row_of_film is not None and veil is not None and veil.hides(master.task, master.content):
        missing.append("The master is hidden from you until you decide on it.")
    elif row_of_film is not None:
        results = ask_gates(house, conn, task=master.task, content=master.content, now=now, sealing=True)
        missing += lacking("The master", results, policy, row_of_film.task.stage)
        shipped[FILM] = shipped_take(conn, row_of_film, master, results)
    return shipped, list(dict.fromkeys(missing))  # what stands twice in the cut is said once


def lacking(name: str, results: tuple[GateResult, ...], policy: Policy, stage: str) -> list[str]:
    """What gates that do not pass ask for, a sentence each."""
    said: list[str] = []
    for result in results:
        gate = policy.gate(stage, result.gate)
        label = gate.label if gate else result.gate
        broken = {finding.rule for finding in result.findings if not finding.holds}
        # The gate before says what it asks for itself, and nobody's circle is not a maker's either.
        implied = {"order"} | ({"four_eyes"} if "circled" in broken else set())
        # that the gate was changed is said once: by the rule that asks for the circle
        implied |= {
            finding.rule
            for finding in result.findings
            if "circled" in broken and finding.causes and all(one.kind == "policy" for one in finding.causes)
        }
        said += [
            f"{name}, {label}: {sentence}"
            for finding in (() if result.passes else result.findings)
            if not finding.holds and finding.rule not in implied
            for sentence in finding.missing or (finding.sentence,)
        ]
    return said


def shipped_take(
    conn: reads.Connection, row: reads.TaskRow, take: Take, results: tuple[GateResult, ...]
) -> ShippedTake:
    """Where a take was judged, and by which verdicts or overrides each of its gates passes."""
    circling: dict[str, list[int]] = {}
    for verdict, live in reads.verdicts_of(conn, row.task.id):
        if live and verdict.content == take.content and verdict.value == VALUES["circled"]:
            circling.setdefault(verdict.gate, []).append(verdict.seq)
    return ShippedTake(
        task=row.task.id,
        stage=row.task.stage,
        gates=tuple(
            Approval(
                gate=result.gate,
                verdicts=tuple(
                    seq
                    for seq in sorted(circling.get(result.gate, []))
                    if any(seq in finding.uses for finding in result.findings if finding.rule == "circled")
                ),
                override=result.override,
            )
            for result in results
        ),
    )


def deliver(house: House, who: Session, production: str, *, beside: bool = False) -> DeliveryView:
    """Seal the cut as it stands, sign it, and write the deliverable's folder.

    Args:
        beside: leave the master as it was judged, and put its credentials beside it.

    Raises:
        CertificateRefused: nothing can be signed with the certificate that is named; nothing was sealed.
        CertificateExpired: likewise.
        GateClosed: `missing` lists everything that stands in the way; nothing was sealed.
        RoleMissing: only a producer delivers.
        CheckpointRefused: the book is not a continuation of what was signed of it; nothing was sealed.
    """
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "deliver")
        cut = get_cut(conn, found.id)
        rendered = find_master(conn, found.id, cut)
        # What takes bring along is read here once: not while holding the book, either.
        _disclose(house, conn, found, cut, {})
    if rendered is not None and mime_of(house.store.path(rendered.content)) is not None:
        house.signing.credentials()  # what cannot be signed is not sealed
    check_signable(house)  # a book that cannot be signed is not sealed either
    # Hashing the master's samples takes a while and the bytes cannot change: not while holding the book.
    facts = read_master(house.store.path(rendered.content), cut) if rendered else None
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "deliver")
        now_cut = get_cut(tx.conn, found.id, seen=cut_hash(cut))
        shipped, missing = _shipment(house, tx.conn, found, now_cut, now=tx.now)
        if missing or facts is None:
            veil = Veil.read(
                tx.conn,
                who,
                found.id,
                policy=house.policy(tx.conn, found.policy),
                roles=reads.roles_of(tx.conn, found.id, str(who.person)),
            )
            told = missing_for_delivery(house, tx.conn, found, now_cut, now=tx.now, veil=veil)
            raise GateClosed(
                f"{found.title} cannot be delivered yet: {len(told)} things are missing.", missing=told
            )
        sealed = _find_seal(tx.conn, found, cut_hash(cut), facts.sha256)
        if sealed is None:
            record = deliverable_bytes(
                found,
                cut,
                facts,
                slots=[ShippedSlot(part.id, shipped[part.id]) for part in cut.parts],
                film=shipped[FILM],
                policy=found.policy,
                book_seq=tx.seq,
                disclosure=_disclose(house, tx.conn, found, cut, shipped),
            )
            sealed = _seal(tx, who, found, cut, record=house.store.put_bytes(record), master=facts.sha256)
    left = sign_sealed(house, who, found, sealed, beside=beside)
    take_checkpoint(house)
    write_folder(house, found, sealed, left)
    return next(view for view in deliveries(house, who, production) if view.seq == sealed.seq)


def _disclose(
    house: House,
    conn: reads.Connection,
    production: Production,
    cut: CutVersion,
    shipped: Mapping[str, ShippedTake],
) -> Disclosure:
    policy = house.policy(conn, production.policy)
    found = {
        part.id: shipping_take(conn, production, policy, part) for part in cut.parts if part.take is not None
    }
    takes = {part: one[1] for part, one in found.items() if one is not None}
    return disclose(house, conn, production, cut, takes=takes, shipped=shipped)


def show_disclosure(house: House, who: Session, production: str) -> Disclosure:
    """What of the cut as it stands is made how; of gaps nothing is said.

    Who may not see yet how a take was judged is told nothing of its judgement.

    Raises:
        NotFound: there is no cut yet.
    """
    with house.book.reading() as conn:
        found, roles = require(conn, who, production, "see")
        cut = get_cut(conn, found.id)
        veil = Veil.read(conn, who, found.id, policy=house.policy(conn, found.policy), roles=roles)
        shipped, _ = _shipment(house, conn, found, cut, now=utc_now(), veil=veil)
        return _disclose(house, conn, found, cut, shipped)


def export_disclosure(
    house: House, who: Session, production: str, form: str, *, seal: int | None = None
) -> Exported:
    """The disclosure sheet as a file.

    Args:
        form: json, csv or pdf.
        seal: entry of a seal, for the sheet as it was sealed; None is of the cut as it stands.

    Raises:
        NotFound: there is no cut, no such seal, or no sheet in it.
        RequestInvalid: there is no such form.
    """
    if seal is None:
        return write_disclosure(show_disclosure(house, who, production), form)
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "see")
        sealed = next((row for row in reads.sealed_in(conn, found.id) if row.seq == seal), None)
    told = read_canonical(house.store.read(sealed.record)).get("disclosure") if sealed else None
    if told is None:
        raise NotFound(f"Entry {seal} sealed no disclosure sheet; `circletake book show` lists the entries.")
    return write_disclosure(read_disclosure(told), form)


def _find_seal(
    conn: reads.Connection, production: Production, cut: str, master: str
) -> reads.SealedRow | None:
    """A seal of exactly this, so that delivering twice seals once."""
    return next(
        (row for row in reads.sealed_in(conn, production.id) if row.cut == cut and row.master == master), None
    )


def _seal(
    tx: Transaction, who: Session, production: Production, cut: CutVersion, *, record: str, master: str
) -> reads.SealedRow:
    entry = tx.append(
        "sealed",
        actor=who.actor,
        session=who.pseudonym,
        production=production.id,
        body={
            "contents": sorted(cut.contents | {master}),
            "cut": cut_hash(cut),
            "master": master,
            "record": record,
        },
    )
    return reads.SealedRow(seq=entry.seq, at=entry.at, cut=cut_hash(cut), master=master, record=record)


def deliveries(house: House, who: Session, production: str) -> list[DeliveryView]:
    """What was sealed, newest first."""
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "see")
        views: list[DeliveryView] = []
        for row in reads.sealed_in(conn, found.id):
            body = reads.get_cut_body(conn, row.cut)
            left = reads.find_delivered(conn, row.seq)
            views.append(
                DeliveryView(
                    seq=row.seq,
                    at=row.at,
                    cut=row.cut,
                    master=row.master,
                    record=row.record,
                    folder=str(folder_of(house, found, row.seq)),
                    deliverable=left.deliverable if left else None,
                    manifest=left.manifest if left else None,
                    frames=read_cut(body.encode()).n_frames if body else 0,
                )
            )
    return views
