"""Reads what takes are measured against out of the store: adopted sheets, and circled takes beside them."""

from collections.abc import Iterable, Sequence
from typing import cast

from circletake.checks.answers import Answer
from circletake.checks.bank import MOST_SHOTS, BankShot, evenly
from circletake.checks.protocol import ApprovedShot, SheetRef
from circletake.media.cutouts import read_cutouts
from circletake.media.manifest import CHARACTER, Sheet, read_manifest
from circletake.media.source import read_still
from circletake.media.store import ContentStore


def read_references(
    store: ContentStore,
    adopted: Iterable[tuple[str, str]],
    bank: Sequence[BankShot],
    answers: Sequence[Answer] = (),
) -> list[SheetRef]:
    """Read adopted sheets and style bibles.

    Args:
        adopted: code and content of each.
        bank: circled takes, newest first; those whose pictures were lost are left out.
        answers: what people said about flags and takes.

    Raises:
        ContentMissing: the store lacks a sheet or one of its images.
        MediaUnreadable: a picture is damaged.
    """
    return [_reference(store, code, content, bank, answers) for code, content in adopted]


def _reference(
    store: ContentStore, code: str, content: str, bank: Sequence[BankShot], answers: Sequence[Answer]
) -> SheetRef:
    sheet = cast("Sheet", read_manifest(store, content))
    return SheetRef(
        character=code,
        content=content,
        images=[read_still(store, picture.image) for picture in sheet.images],
        boxes=[picture.box for picture in sheet.images],
        approved=_approved(store, code, bank) if sheet.kind == CHARACTER else (),
        kind=sheet.kind,
        answers=[one for one in answers if one.character == code],
    )


def _approved(store: ContentStore, character: str, bank: Sequence[BankShot]) -> list[ApprovedShot]:
    """A character in the newest circled takes that show it, as many as a model leans on."""
    shots: list[ApprovedShot] = []
    for shot in bank:
        pictures = shot.pictures.get(character)
        if pictures is None or not store.has(pictures) or len(shots) >= MOST_SHOTS:
            continue
        cutouts = evenly(read_cutouts(store.read(pictures)))
        if cutouts:
            shots.append(
                ApprovedShot(
                    content=shot.content,
                    images=[one.rgb for one in cutouts],
                    masks=[one.mask for one in cutouts],
                    pictures=pictures,
                    frames=[one.n for one in cutouts],
                    changed=[one.changed for one in cutouts],
                )
            )
    return shots
