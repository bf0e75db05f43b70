"""The outermost layer, as plain ASGI so that streams stay streams: what every request meets and leaves with.

In: no body larger than is read, no change asked for by another site. Out: the headers that keep a
browser from doing what the desk never asks for, and a problem object where something broke.
"""

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from circletake.errors import CircletakeError, OriginRefused, RequestTooLarge
from circletake.web import problems

MAX_BODY_BYTES = (
    1 << 20
)  # the largest request is a verdict with its note; takes come another way, but for one
MAX_TIMELINE_BYTES = 32 << 20  # a feature of 5,000 shots with markers is 10 MB
MAX_FILM_BYTES = 4 << 30  # what a generator made for a gap; a minute of ProRes in 4K is as much
_LARGER = (
    (re.compile(r"/cut/import/"), MAX_TIMELINE_BYTES),
    (re.compile(r"/cut/gaps/[^/]+/result/"), MAX_FILM_BYTES),
)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
# HEAD there is the route's own affair: files are not read for it, streams have no end, links work once.
_OWN_HEAD = ("/media/", "/api/events", "/link/", "/oidc/")

POLICY = (
    "default-src 'self'; img-src 'self' blob:; media-src 'self' blob:; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_HSTS = "max-age=31536000"


def refuse_other_sites(method: str, headers: Headers, *, own_origin: str) -> None:
    """Refuse a change that another site's page asks for.

    A browser that says where a request comes from (`Sec-Fetch-Site`, which no page can forge) is
    believed; an older one, or one on plain http, is judged by `Origin`. Programs send neither, and hold
    no cookie that a page could borrow; one that shows an API token and no cookie is not asked at all.

    Args:
        method: the request's.
        headers: the request's.
        own_origin: scheme, host and port under which browsers know this server.

    Raises:
        OriginRefused: the request comes from elsewhere.

    Source:
        W3C Fetch Metadata Request Headers, 2.3; RFC 6454, 7.
    """
    if method in _SAFE or _is_programs(headers):
        return
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    elsewhere = site not in {"same-origin", "none"} if site else origin is not None and origin != own_origin
    if elsewhere:
        raise OriginRefused(
            f"This change was asked for by {origin or 'another site'}, not by {own_origin}; do it on the "
            "desk, or set public_url to the address that people type."
        )


def _is_programs(headers: Headers) -> bool:
    """A program with an API token: no page can make a browser send one, and no cookie comes with it."""
    return headers.get("authorization", "").lower().startswith("bearer ") and "cookie" not in headers


class Doors:
    """ASGI middleware around the whole application.

    Args:
        app: the application.
        public_url: how browsers reach the server, or None: as the request says.
        max_body_bytes: largest body that is read.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        public_url: str | None = None,
        max_body_bytes: int = MAX_BODY_BYTES,
    ) -> None:
        self.app = app
        self.public_url = public_url
        self.max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        scheme = scope["scheme"].replace("ws", "http")
        own_origin = self.public_url or f"{scheme}://{headers.get('host', '')}"
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send, own_origin=own_origin)
            return
        method: str = scope["method"]
        is_bodiless = method == "HEAD" and not scope["path"].startswith(_OWN_HEAD)
        inner = {**scope, "method": "GET"} if is_bodiless else scope
        leaving = _Leaving(
            send,
            is_bodiless=is_bodiless,
            is_https=own_origin.startswith("https:"),
            is_api=scope["path"].startswith("/api/"),
        )
        try:
            refuse_other_sites(method, headers, own_origin=own_origin)
            await self.app(inner, self._limited(scope["path"], headers, receive), leaving)
        except Exception as error:
            if isinstance(error, CircletakeError):
                answer = problems.problem(error)
            else:
                answer = problems.bug(error, method=method, path=scope["path"])
            if leaving.has_begun:  # half an answer is out: breaking off is the only way left to say so
                raise
            await answer(scope, receive, leaving)

    async def _socket(self, scope: Scope, receive: Receive, send: Send, *, own_origin: str) -> None:
        """Let a socket through; browsers open one for any site's page, cookies and all, so ours alone may."""
        try:
            refuse_other_sites("POST", Headers(scope=scope), own_origin=own_origin)
        except OriginRefused:
            await send({"type": "websocket.close", "code": 1008, "reason": "another site"})
            return
        await self.app(scope, receive, send)

    def _limited(self, path: str, headers: Headers, receive: Receive) -> Receive:
        """`receive`, which refuses to hand over more than is read.

        Raises:
            RequestTooLarge: the body is larger, by its own word or by count.
        """
        larger = [most for where, most in _LARGER if where.search(path)]
        most = max(self.max_body_bytes, *larger) if larger else self.max_body_bytes
        refusal = RequestTooLarge(
            f"The request is larger than the {most} bytes this server reads; send less.", max_bytes=most
        )
        declared = headers.get("content-length", "")
        if declared.isdigit() and int(declared) > most:
            raise refusal
        seen = 0

        async def limited() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                raise refusal
            return message

        return limited


class _Leaving:
    """`send`, which adds the headers, and for HEAD takes the body away."""

    def __init__(self, send: Send, *, is_bodiless: bool, is_https: bool, is_api: bool) -> None:
        self._send = send
        self._is_bodiless = is_bodiless
        self._headers = {
            **_HEADERS,
            **({"Strict-Transport-Security": _HSTS} if is_https else {}),
            **({"Cache-Control": "no-store"} if is_api else {}),
        }
        self.has_begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_begun = True
            kept = MutableHeaders(scope=message)
            for name, value in self._headers.items():
                kept.setdefault(name, value)
        elif self._is_bodiless and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)
