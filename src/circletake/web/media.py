"""Bytes by their hash: what a browser plays, with the conditional and range requests that players make.

Content never changes under its address, so an answer may be kept for ever; it is `private`, because
whoever asks has to be allowed to see it before anything is said about it, even that it has not changed.

Source:
    RFC 9110, 13.1.2 (If-None-Match), 13.1.5 (If-Range), 14.1.2 (byte ranges), 15.5.17 (416).
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi import Path as PathParam
from starlette.responses import Response, StreamingResponse

from circletake.domain.time import FrameRange
from circletake.errors import RequestInvalid
from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import FrameNumber, Sha

_BLOCK_BYTES = 1 << 18
_HEAD_BYTES = 512
FOREVER = "private, max-age=31536000, immutable"
_ACTIVE = frozenset({"image/svg+xml", "text/html", "application/xhtml+xml", "text/xml"})
_RANGE = re.compile(r"^\s*bytes\s*=\s*([0-9]{0,18})\s*-\s*([0-9]{0,18})\s*$", re.IGNORECASE)

router = APIRouter(include_in_schema=False)

_Rate = Annotated[int, PathParam(ge=1, le=1_000_000)]
_Parts = Annotated[
    str,
    PathParam(pattern=r"^[0-9a-f]{64}\.[0-9]{1,9}\.[0-9]{1,9}(,[0-9a-f]{64}\.[0-9]{1,9}\.[0-9]{1,9}){0,15}$"),
]


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes `start` up to but not including `end`, and the status to send them with."""

    status: int
    start: int
    end: int


def wanted_part(range_header: str | None, *, size: int) -> Part:
    """Read a Range header.

    Several ranges, another unit and what cannot be read are answered with the whole, as the standard
    allows; a player that asks so gets more than it wanted and plays.

    Args:
        range_header: the header's value, or None.
        size: of the whole, in bytes.

    Returns:
        200 the whole, 206 the part asked for, 416 nothing, for the one range asked for lies outside.

    >>> wanted_part("bytes=0-99", size=1000)
    Part(status=206, start=0, end=100)
    >>> wanted_part("bytes=-100", size=1000)
    Part(status=206, start=900, end=1000)
    >>> wanted_part("bytes=1000-", size=1000)
    Part(status=416, start=0, end=0)
    >>> wanted_part("bytes=0-1,5-6", size=1000)
    Part(status=200, start=0, end=1000)
    """
    match = _RANGE.match(range_header or "")
    whole, outside = Part(200, 0, size), Part(416, 0, 0)
    if match is None or not size:
        return whole
    first, last = match[1], match[2]
    if not first:
        length = min(int(last), size) if last else 0
        return Part(206, size - length, size) if length else (outside if last else whole)
    start = int(first)
    if last and int(last) < start:  # no range at all: RFC 9110, 14.1.1 has it ignored
        return whole
    return Part(206, start, min(int(last) + 1, size) if last else size) if start < size else outside


def is_unchanged(if_none_match: str | None, etag: str) -> bool:
    """Tell whether the browser has this already; weak comparison, as the standard asks here.

    >>> is_unchanged('W/"b", "a"', '"a"'), is_unchanged("*", '"a"'), is_unchanged('"b"', '"a"')
    (True, True, False)
    """
    if if_none_match is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in tags or if_none_match.strip() == "*"


def type_of(head: bytes) -> str:
    r"""Tell a media type from a file's first bytes, never from a name.

    >>> type_of(b"\xff\xd8\xff\xe0")
    'image/jpeg'

    Source:
        WHATWG MIME Sniffing, 6 (its tables, for the kinds a store holds).
    """
    starts = (
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"GIF8", "image/gif"),
        (b"\x1aE\xdf\xa3", "video/webm" if b"webm" in head[:64] else "video/x-matroska"),
        (b"OggS", "audio/ogg"),
        (b"fLaC", "audio/flac"),
        (b"ID3", "audio/mpeg"),
        (b"%PDF-", "application/pdf"),
    )
    for start, kind in starts:
        if head.startswith(start):
            return kind
    if head[4:8] == b"ftyp":
        return "video/quicktime" if head[8:12] == b"qt  " else "video/mp4"
    if head[:4] == b"RIFF":
        return {b"WAVE": "audio/wav", b"WEBP": "image/webp", b"AVI ": "video/x-msvideo"}.get(
            head[8:12], "application/octet-stream"
        )
    return _type_of_text(head)


def _type_of_text(head: bytes) -> str:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html", b"<script", b"<body", b"<head", b"<iframe")):
        return "text/html"
    if text.startswith(b"<"):
        return "image/svg+xml" if b"<svg" in text else "text/xml"
    if text.startswith((b"{", b"[")):
        return "application/json"
    return "application/octet-stream"


def answer(
    request: Request,
    body: Path | bytes,
    *,
    etag: str,
    kind: str,
    cache: str = FOREVER,
) -> Response:
    """Answer GET or HEAD with bytes, a part of them, or that the browser has them.

    Args:
        request: for its method and conditions.
        body: a file, or bytes in memory.
        etag: strong validator, without its quotes.
        kind: media type.
        cache: value of Cache-Control.
    """
    etag = f'"{etag}"'
    headers = {"ETag": etag, "Cache-Control": cache, "Accept-Ranges": "bytes"}
    if is_unchanged(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    size = len(body) if isinstance(body, bytes) else body.stat().st_size
    # A Range counts for GET only, and only if an If-Range beside it names exactly these bytes.
    counts = request.method == "GET" and request.headers.get("if-range") in {None, etag}
    part = wanted_part(request.headers.get("range") if counts else None, size=size)
    if part.status != HTTPStatus.OK:
        headers["Content-Range"] = (
            f"bytes {part.start}-{part.end - 1}/{size}"
            if part.status == HTTPStatus.PARTIAL_CONTENT
            else f"bytes */{size}"
        )
    headers["Content-Length"] = str(part.end - part.start)
    if request.method == "HEAD":
        return Response(None, part.status, headers, kind)
    if isinstance(body, bytes):
        return Response(body[part.start : part.end], part.status, headers, kind)
    return StreamingResponse(_blocks(body, part), part.status, headers, kind)


def _blocks(path: Path, part: Part) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(part.start)
        left = part.end - part.start
        while left and (block := file.read(min(_BLOCK_BYTES, left))):
            left -= len(block)
            yield block


@router.api_route("/media/{sha}", methods=["GET", "HEAD"])
def content(request: Request, sha: Sha, studio: StudioHere, session: SignedIn) -> Response:
    """Content itself."""
    path = studio.media(session, sha)
    with path.open("rb") as file:
        kind = type_of(file.read(_HEAD_BYTES))
    response = answer(request, path, etag=sha, kind=kind)
    if kind in _ACTIVE:  # it can hold scripts: it is handed over, never shown as a page of this site
        response.headers["Content-Disposition"] = "attachment"
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@router.api_route("/media/{sha}/frames/{n}.jpg", methods=["GET", "HEAD"])
def frame(request: Request, sha: Sha, n: FrameNumber, studio: StudioHere, session: SignedIn) -> Response:
    """One frame of content, as the desk draws it."""
    return _layer(request, studio.media_frame(session, sha, n))


@router.api_route("/media/{sha}/full/{n}.jpg", methods=["GET", "HEAD"])
def full(request: Request, sha: Sha, n: FrameNumber, studio: StudioHere, session: SignedIn) -> Response:
    """One frame of content in all of its own pixels."""
    return _layer(request, studio.full_frame(session, sha, n, "full"))


@router.api_route("/media/{sha}/alpha/{n}.jpg", methods=["GET", "HEAD"])
def alpha(request: Request, sha: Sha, n: FrameNumber, studio: StudioHere, session: SignedIn) -> Response:
    """The alpha of one frame of content, as grey."""
    return _layer(request, studio.full_frame(session, sha, n, "alpha"))


@router.api_route("/media/{sha}/checker/{n}.jpg", methods=["GET", "HEAD"])
def checker(request: Request, sha: Sha, n: FrameNumber, studio: StudioHere, session: SignedIn) -> Response:
    """One frame of content over a chequered ground, by its alpha."""
    return _layer(request, studio.full_frame(session, sha, n, "checker"))


def _layer(request: Request, picture: bytes) -> Response:
    return answer(request, picture, etag=hashlib.sha256(picture).hexdigest(), kind="image/jpeg")


@router.api_route("/media/{sha}/proxy.mp4", methods=["GET", "HEAD"])
def proxy(request: Request, sha: Sha, studio: StudioHere, session: SignedIn) -> Response:
    """All-intra MP4 of the same frames, with sound; its validator is its own hash in the store."""
    path = studio.derived(session, sha, "proxy-1")
    return answer(request, path, etag=path.name, kind="video/mp4")


@router.api_route("/media/{sha}/peaks.bin", methods=["GET", "HEAD"])
def peaks(request: Request, sha: Sha, studio: StudioHere, session: SignedIn) -> Response:
    """How loud content is, four bytes a frame."""
    path = studio.peaks(session, sha)
    return answer(request, path, etag=path.name, kind="application/octet-stream")


@router.api_route("/media/{sha}/badges.json", methods=["GET", "HEAD"])
def badges(request: Request, sha: Sha, studio: StudioHere, session: SignedIn) -> Response:
    """What there is to know of content's picture: a list of `code`, `label` and `sentence`."""
    path = studio.derived(session, sha, "badges-1")
    return answer(request, path, etag=path.name, kind="application/json")


@router.api_route("/media/joined/{num}-{den}/{parts}.mp4", methods=["GET", "HEAD"])
def joined(
    request: Request, num: _Rate, den: _Rate, parts: _Parts, studio: StudioHere, session: SignedIn
) -> Response:
    """Frames of several contents as one film: `<SHA-256>.<first frame>.<frame after the last>`, by commas."""
    path = studio.joined(session, [_part(text) for text in parts.split(",")], Fraction(num, den))
    return answer(request, path, etag=path.stem, kind="video/mp4")


def _part(text: str) -> tuple[str, FrameRange]:
    content, start, end = text.split(".")
    if int(start) >= int(end):
        raise RequestInvalid(f"Frames {start}–{end} are none; the end is the frame after the last.")
    return content, FrameRange(int(start), int(end))


@router.api_route("/media/{sha}/poster.jpg", methods=["GET", "HEAD"])
def poster(request: Request, sha: Sha, studio: StudioHere, session: SignedIn) -> Response:
    """One small picture of content."""
    path = studio.derived(session, sha, "poster-1")
    return answer(request, path, etag=path.name, kind="image/jpeg")
