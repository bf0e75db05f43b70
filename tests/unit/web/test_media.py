"""Bytes by their hash: the table of conditional and range requests, and types told from bytes."""

import hashlib
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from circletake.web.auth import signed_in, studio_of
from circletake.web.media import FOREVER, answer, is_unchanged, type_of, wanted_part

BODY = bytes(range(256)) * 4
SIZE = len(BODY)
ETAG = hashlib.sha256(BODY).hexdigest()
TAG = f'"{ETAG}"'

RANGES = [
    # header, status, first, end
    (None, 200, 0, SIZE),
    ("bytes=0-0", 206, 0, 1),
    ("bytes=0-", 206, 0, SIZE),
    ("bytes=0-1023", 206, 0, SIZE),
    ("bytes=0-9999999", 206, 0, SIZE),
    ("bytes=100-199", 206, 100, 200),
    ("bytes=1023-", 206, 1023, SIZE),
    ("bytes=-1", 206, SIZE - 1, SIZE),
    ("bytes=-24", 206, SIZE - 24, SIZE),
    ("bytes=-99999", 206, 0, SIZE),
    ("Bytes = 5 - 9", 206, 5, 10),
    ("bytes=1024-", 416, 0, 0),
    ("bytes=1024-2000", 416, 0, 0),
    ("bytes=-0", 416, 0, 0),
    ("bytes=0-1,5-6", 200, 0, SIZE),
    ("bytes=0-1, -5", 200, 0, SIZE),
    ("bytes=9-5", 200, 0, SIZE),
    ("bytes=-", 200, 0, SIZE),
    ("bytes=", 200, 0, SIZE),
    ("bytes=a-b", 200, 0, SIZE),
    ("bytes=0x1-2", 200, 0, SIZE),
    ("bytes=1-2-3", 200, 0, SIZE),
    ("bytes=--5", 200, 0, SIZE),
    ("frames=0-5", 200, 0, SIZE),
    ("bytes=" + "9" * 4000 + "-", 200, 0, SIZE),
    ("", 200, 0, SIZE),
]


@pytest.fixture(params=["file", "memory"])
def client(request: pytest.FixtureRequest, tmp_path: Path) -> TestClient:
    path = tmp_path / ETAG
    path.write_bytes(BODY)
    body: Path | bytes = path if request.param == "file" else BODY

    def route(asked: Request) -> Response:
        return answer(asked, body, etag=ETAG, kind="video/mp4")

    return TestClient(Starlette(routes=[Route("/", route, methods=["GET", "HEAD"])]))


@pytest.mark.parametrize(("header", "status", "first", "end"), RANGES)
def test_a_range_is_answered_as_the_table_says(
    client: TestClient, header: str | None, status: int, first: int, end: int
) -> None:
    got = client.get("/", headers={} if header is None else {"Range": header})
    assert got.status_code == status
    assert got.content == BODY[first:end]
    assert got.headers["content-length"] == str(end - first)
    assert got.headers["accept-ranges"] == "bytes"
    assert got.headers["etag"] == TAG
    expected = {200: None, 206: f"bytes {first}-{end - 1}/{SIZE}", 416: f"bytes */{SIZE}"}[status]
    assert got.headers.get("content-range") == expected


def test_nothing_is_cut_from_nothing() -> None:
    assert wanted_part("bytes=0-", size=0) == wanted_part(None, size=0)


@pytest.mark.parametrize(
    ("if_range", "status"),
    [(TAG, 206), (f"W/{TAG}", 200), ('"another"', 200), ("Wed, 21 Oct 2015 07:28:00 GMT", 200)],
)
def test_a_range_counts_only_if_the_bytes_are_exactly_those(
    client: TestClient, if_range: str, status: int
) -> None:
    got = client.get("/", headers={"Range": "bytes=0-9", "If-Range": if_range})
    assert got.status_code == status
    assert got.content == (BODY[:10] if status == 206 else BODY)


@pytest.mark.parametrize(
    ("if_none_match", "unchanged"),
    [
        (TAG, True),
        (f"W/{TAG}", True),
        (f'"other", {TAG}', True),
        ("*", True),
        ('"other"', False),
        (ETAG, False),
    ],
)
def test_what_the_browser_has_is_not_sent_again(
    client: TestClient, if_none_match: str, unchanged: object
) -> None:
    got = client.get("/", headers={"If-None-Match": if_none_match})
    assert (got.status_code == 304) is unchanged
    if unchanged:
        assert got.content == b""
        assert got.headers["etag"] == TAG
        assert got.headers["cache-control"] == FOREVER


def test_what_the_browser_has_is_told_before_any_range(client: TestClient) -> None:
    assert client.get("/", headers={"If-None-Match": TAG, "Range": "bytes=0-1"}).status_code == 304


def test_head_has_the_headers_of_the_whole_and_no_body(client: TestClient) -> None:
    got = client.head("/", headers={"Range": "bytes=0-9"})
    assert (got.status_code, got.content) == (200, b"")
    assert got.headers["content-length"] == str(SIZE)
    assert got.headers["content-type"] == "video/mp4"
    assert got.headers["etag"] == TAG
    assert "content-range" not in got.headers


def test_bytes_that_never_change_may_be_kept_for_ever_by_this_browser_alone(client: TestClient) -> None:
    assert client.get("/").headers["cache-control"] == "private, max-age=31536000, immutable"


def test_a_file_larger_than_a_block_arrives_whole_and_in_part(tmp_path: Path) -> None:
    big = bytes(i * 31 % 251 for i in range(700_001))
    path = tmp_path / "big"
    path.write_bytes(big)
    routed = Starlette(routes=[Route("/", lambda asked: answer(asked, path, etag="big", kind="video/mp4"))])
    client = TestClient(routed)
    assert client.get("/").content == big
    assert client.get("/", headers={"Range": "bytes=262143-600000"}).content == big[262143:600001]


def test_no_condition_is_no_match() -> None:
    assert not is_unchanged(None, TAG)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00", "video/mp4"),
        (b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00", "video/quicktime"),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm", "video/webm"),
        (b"\x1aE\xdf\xa3\xa3B\x82\x88matroska", "video/x-matroska"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "image/png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00what", "application/octet-stream"),
        (b"OggS\x00", "audio/ogg"),
        (b"fLaC\x00", "audio/flac"),
        (b'{"kind":"clip"}', "application/json"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", "image/svg+xml"),
        (b"\xef\xbb\xbf <?xml version='1.0'?>\n<svg>", "image/svg+xml"),
        (b"<?xml version='1.0'?><html>", "text/xml"),
        (b"\n<!DOCTYPE HTML><p>", "text/html"),
        (b"<script>alert(1)</script>", "text/html"),
        (b"", "application/octet-stream"),
        (b"MZ\x90\x00", "application/octet-stream"),
    ],
)
def test_a_type_is_told_from_the_first_bytes(head: bytes, kind: str) -> None:
    assert type_of(head) == kind


class Shelf:
    """As much of a studio as the content route needs: a folder of files by their hash."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def media(self, _session: object, content: str) -> Path:
        return self.folder / content


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml"),
        (b"<!doctype html><script>alert(1)</script>", "text/html; charset=utf-8"),
        (b"<?xml version='1.0'?><html/>", "text/xml; charset=utf-8"),
    ],
)
def test_content_that_can_hold_scripts_is_handed_over_and_never_shown(
    app: FastAPI, tmp_path: Path, body: bytes, kind: str
) -> None:
    sha = hashlib.sha256(body).hexdigest()
    (tmp_path / sha).write_bytes(body)
    app.dependency_overrides = {studio_of: lambda: Shelf(tmp_path), signed_in: lambda: None}
    got = TestClient(app).get(f"/media/{sha}")
    assert got.content == body
    assert got.headers["content-type"] == kind
    assert got.headers["content-disposition"] == "attachment"
    assert "sandbox" in got.headers["content-security-policy"]


def test_a_hash_that_is_none_is_refused_before_anything_is_looked_up(app: FastAPI, tmp_path: Path) -> None:
    app.dependency_overrides = {studio_of: lambda: Shelf(tmp_path), signed_in: lambda: None}
    assert TestClient(app).get("/media/" + "g" * 64).json()["code"] == "request-invalid"
