"""Sign a file: its credentials inside it, or beside it where it is not to be touched."""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from c2pa import Builder, C2paError, C2paSignerInfo, Signer

from circletake.cut.seal.certificates import Credentials
from circletake.cut.seal.claims import Claims, ingredient, ingredient_ids, manifest
from circletake.cut.seal.offline import offline
from circletake.errors import CertificateRefused, MediaKindRefused

_HEAD_BYTES = 12
_UNKNOWN_MIME = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Signed:
    """A file that was signed.

    Args:
        sha256: of the file as it leaves; of what was given where its credentials lie beside it.
        manifest: the credentials themselves, as they lie beside a file (`.c2pa`).
    """

    sha256: str
    manifest: bytes


def mime_of(path: Path) -> str | None:
    """The media type of a file that can carry Content Credentials, told by its first bytes; None of others.

    Matroska, WebM, Ogg, MXF and transport streams cannot, and are delivered with our record alone.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head[4:8] == b"ftyp":
        return "video/quicktime" if head[8:12] == b"qt  " else "video/mp4"
    if head.startswith(b"RIFF"):
        return {b"WAVE": "audio/wav", b"WEBP": "image/webp", b"AVI ": "video/avi"}.get(head[8:12])
    starts = {
        b"\x89PNG\r\n\x1a\n": "image/png",
        b"\xff\xd8\xff": "image/jpeg",
        b"II*\0": "image/tiff",
        b"MM\0*": "image/tiff",
    }
    return next((mime for start, mime in starts.items() if head.startswith(start)), None)


def sign(
    path: Path,
    to: Path,
    claims: Claims,
    credentials: Credentials,
    *,
    sources: Mapping[str, Path],
    beside: bool = False,
    stamp_url: str | None = None,
) -> Signed:
    """Sign a file. Twice the same gives other bytes, so what it gives is kept, never made again.

    Args:
        path: what is signed; it is left as it is.
        to: where the signed file is written, or with `beside` the credentials alone; nothing is there yet,
            or an empty file.
        sources: take → its file, for takes whose files bring Content Credentials: these go along.
        beside: leave the file without them and write them apart.
        stamp_url: of a service that is asked for the time; None asks nobody.

    Raises:
        MediaKindRefused: this kind of file cannot carry Content Credentials.
        CertificateRefused: the certificate cannot sign, or the service for the time did not answer.
    """
    mime = mime_of(path)
    if mime is None:
        raise MediaKindRefused(f"{path.name} is of a kind that cannot be signed; MP4, QuickTime and PNG can.")
    try:
        with _builder(claims, credentials, mime, sources, stamp_url) as builder, path.open("rb") as source:
            if beside:
                builder.set_no_embed()
                # the SDK writes the file out again, byte for byte; nobody needs that copy
                with tempfile.TemporaryFile(dir=to.parent) as copy:
                    made = builder.sign(mime, source, copy)
                to.write_bytes(made)
                return Signed(_sha256(path), made)
            with to.open("r+b" if _is_empty(to) else "x+b") as target:
                made = builder.sign(mime, source, target)
                target.flush()
                os.fsync(target.fileno())
    except C2paError as error:
        raise CertificateRefused(
            f"The seal could not be signed as {credentials.name} ({error}); "
            f"check the certificate, and the time service if one is named."
        ) from error
    return Signed(_sha256(to), made)


def _builder(
    claims: Claims,
    credentials: Credentials,
    mime: str,
    sources: Mapping[str, Path],
    stamp_url: str | None,
) -> Builder:
    signer = Signer.from_info(
        C2paSignerInfo(
            credentials.algorithm,
            credentials.chain_pem.encode(),
            credentials.key_pem.encode(),
            stamp_url,
        )
    )
    told = manifest(claims, mime=mime)
    carried = {take: path for take, path in sources.items() if mime_of(path) is not None}
    told["ingredients"] = [
        ingredient(claims.film, take, mime=_mime(sources.get(take)))
        for take in ingredient_ids(claims.film)
        if take not in carried
    ]
    context = offline(anchors=credentials.anchors_pem, signer=signer, stamp_url=stamp_url)
    builder = Builder(told, context)
    for take, path in carried.items():
        with path.open("rb") as file:
            builder.add_ingredient(ingredient(claims.film, take, mime=_mime(path)), _mime(path), file)
    return builder


def _is_empty(path: Path) -> bool:
    return path.exists() and path.stat().st_size == 0


def _mime(path: Path | None) -> str:
    return (mime_of(path) if path is not None else None) or _UNKNOWN_MIME


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
