"""Errors as browsers get them: `application/problem+json`, its numbers, and a page for every code.

Source:
    RFC 9457; RFC 9110, 15 (status codes).
"""

import html
from http import HTTPStatus

import msgspec
import structlog
from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from circletake.errors import Bug, CircletakeError, Kind, NotFound, RequestInvalid

MEDIA_TYPE = "application/problem+json"
STATUS_OF_KIND: dict[Kind, int] = {
    "refused": 409,
    "invalid": 422,
    "missing": 404,
    "forbidden": 403,
    "conflict": 409,
    "unavailable": 503,
    "bug": 500,
}
# Where HTTP has a number of its own that proxies and clients act on, it wins over the family's.
STATUS_OF_CODE: dict[str, int] = {"request-too-large": 413, "too-many-tries": 429}
_RESERVED = frozenset({"type", "title", "status", "detail", "code"})

_log = structlog.get_logger(__name__)
router = APIRouter(include_in_schema=False)


def families() -> dict[str, type[CircletakeError]]:
    """Every error there is, by its code.

    >>> families()["gate-closed"].__name__
    'GateClosed'
    """
    found: dict[str, type[CircletakeError]] = {}
    open_ends: list[type[CircletakeError]] = [CircletakeError]
    while open_ends:
        error = open_ends.pop()
        open_ends.extend(error.__subclasses__())
        if error is not CircletakeError:
            found[error.code] = error
    return dict(sorted(found.items()))


def status_of(error: CircletakeError | type[CircletakeError]) -> int:
    """The HTTP status of an error.

    >>> status_of(NotFound)
    404
    """
    return STATUS_OF_CODE.get(error.code) or STATUS_OF_KIND[error.kind]


def title_of(error: type[CircletakeError]) -> str:
    """First sentence of an error's docstring, without its full stop."""
    return (error.__doc__ or error.__name__).strip().splitlines()[0].rstrip(".")


def problem(error: CircletakeError, *, status: int | None = None) -> Response:
    """Write an error as a problem object.

    Args:
        error: what is the matter; its `detail` becomes members of the object.
        status: a number more exact than the family's.
    """
    number = status or status_of(error)
    body = {
        "type": f"/problems/{error.code}",
        "title": title_of(type(error)),
        "status": number,
        "detail": error.message,
        "code": error.code,
        **{name: value for name, value in error.detail.items() if name not in _RESERVED},
    }
    response = Response(msgspec.json.encode(body, enc_hook=str), number, media_type=MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    wait_s = error.detail.get("retry_after_s")
    if isinstance(wait_s, int):
        response.headers["Retry-After"] = str(wait_s)
    return response


def bug(error: Exception, *, method: str, path: str) -> Response:
    """Answer for an error that nobody foresaw: the log has it whole, the browser only that it is ours."""
    _log.error("unforeseen error", method=method, path=path, exc_info=error)
    return problem(Bug("Something broke on our side and was written to the server's log; please report it."))


async def on_circletake_error(request: Request, error: Exception) -> Response:
    """Answer one of our own errors."""
    if not isinstance(error, CircletakeError) or error.kind == "bug":
        _log.error("a bug met a request", method=request.method, path=request.url.path, exc_info=error)
    return problem(error if isinstance(error, CircletakeError) else Bug(str(error)))


async def on_validation_error(_request: Request, error: Exception) -> Response:
    """Answer a request whose shape is not the route's; says where, never repeats what was sent."""
    found = error.errors() if isinstance(error, RequestValidationError) else []
    errors = [{"where": ".".join(str(step) for step in one["loc"]), "what": str(one["msg"])} for one in found]
    first = f" ({errors[0]['where']}: {errors[0]['what']})" if errors else ""
    return problem(
        RequestInvalid(
            f"The request does not have the shape this route asks for{first}; /openapi.json says which.",
            errors=errors,
        )
    )


async def on_http_error(request: Request, error: Exception) -> Response:
    """Answer what the framework itself refuses: no such page, no such method."""
    if isinstance(error.__cause__, CircletakeError):  # ours, met while the framework read the body
        return problem(error.__cause__)
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == HTTPStatus.NOT_FOUND:
        return problem(NotFound(f"There is no page {request.url.path}; go to / for the desk."))
    phrase = HTTPStatus(status).phrase.lower()
    sentence = f"{request.method} {request.url.path} was refused ({phrase}); /openapi.json lists the routes."
    response = problem(RequestInvalid(sentence), status=status)
    for name, value in ((error.headers if isinstance(error, HTTPException) else None) or {}).items():
        response.headers[name] = value  # Allow, which RFC 9110 asks of a 405
    return response


@router.get("/problems/{code}", response_class=HTMLResponse)
def page(code: str) -> HTMLResponse:
    """Explain an error code to whoever follows a problem's `type`."""
    error = families().get(code)
    if error is None:
        raise NotFound(f"There is no problem called “{code}”; /problems lists those there are.")
    text = html.escape((error.__doc__ or "").strip())
    return HTMLResponse(
        "<!doctype html><html lang=en><meta charset=utf-8>"
        f"<title>{html.escape(code)} · circletake</title><h1>{html.escape(title_of(error))}</h1><p>{text}</p>"
        f"<dl><dt>Code<dd><code>{html.escape(code)}</code><dt>Kind<dd>{error.kind}"
        f"<dt>HTTP status<dd>{status_of(error)}</dl><p><a href=/problems>Every problem</a>"
    )


@router.get("/problems", response_class=HTMLResponse)
def index() -> HTMLResponse:
    """List every error code."""
    rows = "".join(
        f"<tr><td><a href=/problems/{code}>{code}</a><td>{error.kind}<td>{html.escape(title_of(error))}"
        for code, error in families().items()
    )
    return HTMLResponse(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Problems · circletake</title>"
        f"<h1>Problems</h1><table><tr><th>Code<th>Kind<th>Meaning{rows}</table>"
    )
