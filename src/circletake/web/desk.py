"""The desk as it was built into the package: files of `web/desk`, and its page for every other address."""

import hashlib
import mimetypes
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from circletake.errors import DeskMissing, NotFound
from circletake.web.media import FOREVER, answer
from circletake.web.problems import status_of

DESK = Path(__file__).parent / "desk"
_PAGE = "index.html"
_OPENING = ("g/", "invite/")  # addresses that let somebody in
_REVISITED = "no-cache"  # may be kept, is asked for again each time: a new build shows at once
_SENTENCE = (
    "The desk was not built into this installation; install a wheel, or run `make desk` in the repository "
    "and start again. The API and the command line work without it."
)

router = APIRouter(include_in_schema=False)


@lru_cache(maxsize=512)
def _etag(path: Path, _modified_ns: int, _size: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def find_file(folder: Path, name: str) -> Path | None:
    """A file of the desk, or None; nothing outside the folder is ever one.

    Args:
        folder: the built desk.
        name: an address below `/`.
    """
    try:
        path = (folder / name).resolve()
        return path if path.is_relative_to(folder.resolve()) and path.is_file() else None
    except (OSError, ValueError):  # an address that can be no file's name: too long, or with a NUL in it
        return None


def _answer_desk_file(request: Request, folder: Path, path: Path) -> Response:
    stat = path.stat()
    # The bundler names everything under assets/ by its hash.
    is_named_by_hash = path.is_relative_to(folder.resolve() / "assets")
    return answer(
        request,
        path,
        etag=_etag(path, stat.st_mtime_ns, stat.st_size),
        kind=_type(path),
        cache=FOREVER if is_named_by_hash else _REVISITED,
    )


def _type(path: Path) -> str:
    """By name: these are our own files. Python's table differs by machine; those that matter stand here."""
    ours = {
        ".js": "text/javascript; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".html": "text/html; charset=utf-8",
        ".svg": "image/svg+xml",
        ".wasm": "application/wasm",
        ".woff2": "font/woff2",
        ".json": "application/json",
        ".webmanifest": "application/manifest+json",
    }
    return ours.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"


@router.get("/{name:path}")
def desk(request: Request, name: str) -> Response:
    """A file of the desk, or the desk itself, which reads the address."""
    folder: Path = request.app.state.desk
    if name.startswith(("api/", "media/", "link/", "oidc/")) or name == "api":
        raise NotFound(f"There is no page /{name}; /openapi.json lists the routes.")
    if path := find_file(folder, name):
        return _answer_desk_file(request, folder, path)
    if name.startswith("assets/"):  # a page where a script was asked for only hides what is the matter
        raise NotFound(f"The desk has no file /{name}; load / again.")
    if path := find_file(folder, _PAGE):
        page = _answer_desk_file(request, folder, path)
        if name.startswith(_OPENING):
            # What the page asks for would name it, and a proxy's log would keep what opens it.
            page.headers["Referrer-Policy"] = "no-referrer"
        return page
    if "text/html" in request.headers.get("accept", ""):
        told = f"<!doctype html><html lang=en><meta charset=utf-8><title>circletake</title><p>{_SENTENCE}"
        return HTMLResponse(told, status_of(DeskMissing), headers={"Cache-Control": "no-store"})
    raise DeskMissing(_SENTENCE)
