"""Who is asking: the session cookie, and how often somebody may try to sign in.

Source:
    RFC 6265bis, 4.1.3.2 (the `__Host-` prefix).
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends, Request
from starlette.requests import HTTPConnection
from starlette.responses import Response

from circletake.config import Config
from circletake.errors import SignInFailed, SignInNeeded, SomebodyElse, TooManyTries
from circletake.ledger.accounts import Session
from circletake.ledger.tokens import PREFIX
from circletake.studio import Studio

COOKIE = "circletake_session"
HOST_COOKIE = "__Host-circletake_session"
PERSON = "circletake-person"
_DAY_S = 86_400
_WINDOW_S = 300.0
# A person mistypes three or four times, a guesser thousands; a studio behind one address shares the second.
_TRIES_PER_NAME_AND_ADDRESS = 5
_TRIES_PER_ADDRESS = 30
_MOST_KEPT = 10_000
_HASHES_AT_ONCE = 2  # argon2id takes 64 MiB each


def is_secure(request: HTTPConnection, config: Config) -> bool:
    """Tell whether the browser reached us over https."""
    return config.is_https or request.url.scheme in {"https", "wss"}


def cookie_name(*, secure: bool) -> str:
    """The session cookie's name; a `__Host-` name cannot be set by a neighbouring subdomain or plain http."""
    return HOST_COOKIE if secure else COOKIE


def set_cookie(response: Response, token: str, *, secure: bool, session_days: int) -> None:
    """Hand a session to the browser, out of scripts' and other sites' reach."""
    response.set_cookie(
        cookie_name(secure=secure),
        token,
        max_age=session_days * _DAY_S,
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def clear_cookie(response: Response, *, secure: bool) -> None:
    """Take the session back from the browser."""
    response.delete_cookie(cookie_name(secure=secure), path="/", secure=secure, httponly=True, samesite="lax")


def studio_of(request: Request) -> Studio:
    """The studio this application serves."""
    return studio_behind(request)


def studio_behind(request: HTTPConnection) -> Studio:
    """The studio behind a request or a socket."""
    studio: Studio = request.app.state.studio
    return studio


def token_of(request: HTTPConnection) -> str:
    """The API token a program sent, else the session token the browser sent.

    Raises:
        SignInNeeded: there is none, or it is not of the kind that belongs there.
    """
    if (sent := request.headers.get("authorization")) is not None:
        scheme, _, secret = sent.partition(" ")
        if scheme.lower() != "bearer" or not secret.strip().startswith(PREFIX):
            raise SignInNeeded("This is no API token; send `Authorization: Bearer ct_…`.")
        return secret.strip()
    name = cookie_name(secure=is_secure(request, studio_behind(request).config))
    token = request.cookies.get(name)
    if not token or token.startswith(PREFIX):  # a token of a program is never a browser's session
        raise SignInNeeded("Nobody is signed in; sign in at /.")
    return token


def signed_in(request: Request) -> Session:
    """Whoever is signed in.

    A page that sends what waited since earlier says whose it is: another may have signed in meanwhile.

    Raises:
        SignInNeeded: nobody, or the session has ended.
        SomebodyElse: the page says that somebody else asks.
    """
    session = studio_of(request).session_of(token_of(request))
    meant = request.headers.get(PERSON)
    if meant is not None and meant != str(session.person):
        raise SomebodyElse("Somebody else is signed in here by now; reload the page.")
    return session


def sitting(request: Request) -> Session:
    """Whoever is signed in themselves; for what no API token ever covers.

    Raises:
        SignInNeeded: nobody, or the session has ended.
        NotAPerson: a program asks, with an API token.
    """
    session = signed_in(request)
    session.sitting("do this")
    return session


StudioHere = Annotated[Studio, Depends(studio_of)]
SignedIn = Annotated[Session, Depends(signed_in)]
Sitting = Annotated[Session, Depends(sitting)]


def own_origin(request: Request) -> str:
    """Scheme, host and port under which browsers know this server."""
    return studio_of(request).config.public_url or f"{request.url.scheme}://{request.headers.get('host', '')}"


def label_of(request: Request) -> str:
    """What a session is called in its owner's list: the browser and its system, coarsely.

    Nothing is decided by it, so a browser that says something else is called something else.
    """
    agent = request.headers.get("user-agent", "")
    browsers = (("Firefox/", "Firefox"), ("Edg/", "Edge"), ("Chrome/", "Chromium"), ("Safari/", "Safari"))
    systems = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    )
    browser = next((name for mark, name in browsers if mark in agent), "a browser")
    system = next((name for mark, name in systems if mark in agent), "")
    return f"{browser} on {system}" if system else browser


def enter(request: Request, response: Response, token: str) -> None:
    """Hand a new session to the browser; the one it came with, if any, ends with it."""
    studio = studio_of(request)
    secure = is_secure(request, studio.config)
    before = request.cookies.get(cookie_name(secure=secure))
    if before:
        studio.sign_out(before)
    set_cookie(response, token, secure=secure, session_days=studio.config.session_days)


class SignInLimit:
    """Counts failed tries to sign in, per name and address and per address, in memory.

    A restart forgets them, which costs a guesser more than it gives: each try is 350 ms of argon2id.

    Args:
        now_s: a clock that never steps back.
    """

    def __init__(self, *, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._lock = threading.Lock()
        self._tries: dict[tuple[str, ...], deque[float]] = {}
        self._hashing = threading.BoundedSemaphore(_HASHES_AT_ONCE)

    @contextmanager
    def attempt(self, *, name: str, address: str) -> Iterator[None]:
        """Let one try through; it counts unless it succeeds.

        The try is counted before it is made, so that a hundred at once are a hundred.

        Raises:
            TooManyTries: there were too many; `retry_after_s` says when there is room again.
        """
        keys = {
            (name.strip().casefold(), address): _TRIES_PER_NAME_AND_ADDRESS,
            (address,): _TRIES_PER_ADDRESS,
        }
        now = self._now_s()
        with self._lock:
            self._forget(now)
            for key, most in keys.items():
                tries = self._tries.get(key, deque())
                if len(tries) >= most:
                    wait_s = max(1, int(_WINDOW_S - (now - tries[0])) + 1)
                    raise TooManyTries(
                        f"Signing in failed too often from here; try again in {wait_s} seconds, "
                        "or ask for a sign-in link.",
                        retry_after_s=wait_s,
                    )
            for key in keys:
                self._tries.setdefault(key, deque()).append(now)
        try:
            with self._hashing:
                yield
        except SignInFailed:
            raise
        except BaseException:
            self._give_back(keys, now)
            raise
        self._give_back(keys, now)

    def _give_back(self, keys: dict[tuple[str, ...], int], at: float) -> None:
        with self._lock:
            for key in keys:
                tries = self._tries.get(key)
                if tries and at in tries:
                    tries.remove(at)

    def _forget(self, now: float) -> None:
        """Drop tries older than the window and, under a flood of names, the oldest keys."""
        for key in list(self._tries):
            tries = self._tries[key]
            while tries and now - tries[0] >= _WINDOW_S:
                tries.popleft()
            if not tries:
                del self._tries[key]
        while len(self._tries) > _MOST_KEPT:
            del self._tries[next(iter(self._tries))]
