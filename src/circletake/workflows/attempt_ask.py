"""What a provider is told of an attempt, as the book and the store have it."""

import json
from fractions import Fraction
from pathlib import Path

from circletake.domain.attempt import InputRole
from circletake.domain.production import Production
from circletake.errors import AttemptInvalid, CircletakeError, NotFound
from circletake.generate.port import Ask, Input
from circletake.ledger import attempts, reads
from circletake.media.kinds import HEAD_BYTES, kind_of
from circletake.media.store import ContentStore
from circletake.workflows.house import House

_SUFFIXES = {
    "PNG": ".png",
    "JPEG": ".jpg",
    "WebP": ".webp",
    "TIFF": ".tif",
    "MP4 or QuickTime": ".mp4",
    "Matroska or WebM": ".webm",
    "WAV": ".wav",
    "FLAC": ".flac",
    "MP3": ".mp3",
}


def input_of(
    store: ContentStore, conn: reads.Connection, production: Production, role: InputRole, content: str
) -> Input:
    """A content that goes in: one of this production's takes.

    Raises:
        NotFound: there is no such take here.
        AttemptInvalid: it is a part of a film or a sheet, which no provider reads.
    """
    if not any(take.production == production.id for take in reads.takes_with(conn, content)):
        raise NotFound(f"There is no take of content {content[:12]} in this production to put in.")
    path = store.path(content)
    return Input(role, content, path, suffix_of(path))


def suffix_of(path: Path) -> str:
    """What a file of this content is called by, `.png`.

    Raises:
        AttemptInvalid: it is a clip of another file, or of a kind that is not put in.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    try:
        kind = kind_of(head, path.name)
    except CircletakeError:
        raise AttemptInvalid(
            "A part of a film or a model sheet cannot be put into an attempt; export a frame of it first."
        ) from None
    return next((end for name, end in _SUFFIXES.items() if kind.name.startswith(name)), ".bin")


def ask_of(house: House, request: attempts.RequestRow, number: int) -> Ask:
    """What a provider is told of an attempt.

    Args:
        number: of the attempt, from 1.

    Raises:
        ContentMissing: something that goes in is not in the store any more.
        AttemptInvalid: the prompt was erased meanwhile.
    """
    if request.has_prompt and request.prompt is None:
        raise AttemptInvalid("The prompt was erased before it was sent; ask again with another.")
    told = json.loads(house.store.read(request.ask))
    inputs = tuple(
        Input(role, content, house.store.path(content), suffix_of(house.store.path(content)))
        for role, content in request.wanted.inputs
    )
    return Ask(
        kind=request.wanted.kind,
        prompt=request.prompt or "",
        size_px=(told["size"][0], told["size"][1]),
        frames=told["frames"],
        rate=Fraction(*told["rate"]),
        seed=request.wanted.seed_of(number),
        inputs=inputs,
        params=told["params"],
        recipe=house.store.read(told["recipe"]) if told["recipe"] else None,
        model=told["model"],
    )
