"""Sign what was sealed, say in the book what was signed, and write the folder that leaves.

A signature is never the same twice, so what was signed is kept in the store: a folder that is lost is
written again byte for byte.
"""

import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

from circletake.cut.disclosure import read_disclosure
from circletake.cut.seal.claims import Claims, Reviewed, SealedPart, ingredient_ids
from circletake.cut.seal.sign import mime_of, sign
from circletake.domain.disclosure import Disclosure
from circletake.domain.production import Production
from circletake.errors import DiskFull
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.ledger.canonical import read_canonical
from circletake.ledger.record import export_record
from circletake.workflows.disclose import FORMS, credential_of, media_of, write_disclosure
from circletake.workflows.house import House

FOLDER = "deliveries"
MASTER, BESIDE, RECORD, AUTHORITY = "master.mp4", "master.c2pa", "deliverable.json", "authority.pem"


def folder_of(house: House, production: Production, seal: int) -> Path:
    """Where a seal's deliverable lies."""
    return house.folder / FOLDER / f"{seal:06d}-{production.code}"


def sign_sealed(
    house: House, who: Session, production: Production, sealed: reads.SealedRow, *, beside: bool = False
) -> reads.DeliveredRow:
    """Sign a sealed master and append `delivered`; what was signed once is not signed again.

    Args:
        beside: leave the master as it is, and keep its credentials apart.

    Raises:
        CertificateRefused: the certificate cannot sign.
        CertificateExpired: the certificate is not valid now.
        DiskFull: there is no room for the signed film; the seal stands.
    """
    with house.book.reading() as conn:
        left = reads.find_delivered(conn, sealed.seq)
    if left is not None:
        return left
    deliverable, manifest = _sign(house, sealed, beside=beside)
    with house.book.transact() as tx:
        if reads.find_delivered(tx.conn, sealed.seq) is None:  # whoever signed first delivered
            tx.append(
                "delivered",
                actor=who.actor,
                session=who.pseudonym,
                production=production.id,
                body={
                    "deliverable": deliverable,
                    "folder_name": folder_of(house, production, sealed.seq).name,
                    "manifest": manifest,
                    "master": sealed.master,
                    "record": sealed.record,
                    "sealed": sealed.seq,
                },
            )
        return reads.get_delivered(tx.conn, sealed.seq)


def _sign(house: House, sealed: reads.SealedRow, *, beside: bool) -> tuple[str | None, str | None]:
    """Contents of the signed film and of credentials beside it; None for what there is not."""
    master = house.store.path(sealed.master)
    record: dict[str, Any] = read_canonical(house.store.read(sealed.record))
    if mime_of(master) is None or "disclosure" not in record:
        return None, None
    claims = claims_of(record, sealed)
    sources = _carried(house, claims.film)
    credentials, stamp_url = house.signing.credentials(), house.signing.stamp_url
    with house.store.writing(BESIDE if beside else MASTER) as entry:
        sign(master, entry.path, claims, credentials, sources=sources, beside=beside, stamp_url=stamp_url)
    return (sealed.master, entry.content) if beside else (entry.content, None)


def _carried(house: House, film: Disclosure) -> dict[str, Path]:
    """Take → its file, where that brings Content Credentials; several takes of one file bring them once."""
    by_file: dict[Path, str] = {}
    for take in ingredient_ids(film):
        path = media_of(house, take)
        if credential_of(path) is not None:
            by_file.setdefault(path, take)
    return {take: path for path, take in by_file.items()}


def claims_of(record: dict[str, Any], sealed: reads.SealedRow) -> Claims:
    """What a seal claims, from the record it seals."""
    film = read_disclosure(record["disclosure"])
    numbers = {part.slot: part.number for part in film.parts}
    judged = [
        (f"{slot['shot']} take {numbers.get(slot['slot'], 0)}", slot["take"], slot)
        for slot in record["slots"]
    ]
    judged.append(("The master", record["master"]["sha256"], record["master"]))
    return Claims(
        title=film.title,
        master=sealed.master,
        record=sealed.record,
        sealed=sealed.seq,
        film=film,
        parts=[
            SealedPart(
                slot["slot"], slot["shot"], slot["record"][0], slot["record"][1], slot["sample_sha256"]
            )
            for slot in record["slots"]
        ],
        sound=record["master"]["sound_sha256"],
        description=record["master"]["description_sha256"],
        reviewed=[
            Reviewed(
                what,
                content,
                {gate["gate"]: tuple(gate["verdicts"]) for gate in told["gates"]},
                {gate["gate"]: gate["override"] for gate in told["gates"] if "override" in gate},
            )
            for what, content, told in judged
        ],
        version=version("circletake"),
    )


def write_folder(
    house: House, production: Production, sealed: reads.SealedRow, left: reads.DeliveredRow
) -> None:
    """Write the folder beside its place and move it there whole; one that is there is left alone."""
    folder = folder_of(house, production, sealed.seq)
    if folder.exists():
        return
    beside = folder.with_name(f".{folder.name}")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    try:
        _write_inside(house, beside, sealed, left)
    except OSError as full:
        shutil.rmtree(beside, ignore_errors=True)
        raise DiskFull(
            f"The deliverable is sealed but could not be written ({full.strerror}); "
            f"free some room and deliver again."
        ) from full
    beside.rename(folder)


def _write_inside(house: House, beside: Path, sealed: reads.SealedRow, left: reads.DeliveredRow) -> None:
    shutil.copyfile(house.store.path(left.deliverable or sealed.master), beside / MASTER)
    if left.manifest is not None:
        shutil.copyfile(house.store.path(left.manifest), beside / BESIDE)
    raw = house.store.read(sealed.record)
    (beside / RECORD).write_bytes(raw)
    told = read_canonical(raw).get("disclosure")
    if told is not None:
        film = read_disclosure(told)
        for form in FORMS:
            sheet = write_disclosure(film, form)
            (beside / sheet.name).write_bytes(sheet.data)
    if left.deliverable is not None:
        (beside / AUTHORITY).write_text(house.signing.anchors(), encoding="utf-8")
    export_record(house.book, beside, seal=sealed.seq)
