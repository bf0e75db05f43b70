"""Calls to a provider over HTTP, and what it means for money when one fails.

A call that creates has a connection of its own: on one that was kept open nobody can tell whether the
server had hung up before or after it read what was sent.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2

from circletake.addresses import is_loopback
from circletake.errors import (
    AnswerLost,
    AskInvalid,
    AttemptRefused,
    ContentMissing,
    NothingSent,
    ProviderInvalid,
    TakeUnfetched,
)
from circletake.generate.port import Fetched
from circletake.media.store import ContentStore

_CONNECT_S, _READ_S = 10.0, 60.0
MOST_ANSWER_BYTES = 32 << 20  # the longest history that a server here was seen to answer with, ten times
MOST_OUTPUT_BYTES = 8 << 30  # half an hour of a camera master
_BLOCK_BYTES = 1 << 20
_LONGEST_WAIT_S = 3600.0
_MOST_TEXT = 300
_TOO_MANY = 429
_GONE = frozenset({404, 410})
# Says that the call was not dealt with, or not yet: something may still come of it.
_UNDECIDED = frozenset({408, 409, 425})
_UNSENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.UnsupportedProtocol,
    httpx2.ProxyError,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider answered.

    Args:
        body: read from JSON; None where it was none.
        wait_s: how long it asks to be left alone.
    """

    status: int
    body: Any
    text: str
    wait_s: float | None = None

    @property
    def is_good(self) -> bool:
        """The call was dealt with."""
        return 200 <= self.status < 300  # noqa: PLR2004 (RFC 9110, 15.3)


@dataclass(frozen=True, slots=True)
class Server:
    """Where a provider listens, and how it is spoken to.

    Args:
        name: for messages.
        base: its address, without a slash at the end.
        headers: sent to this address alone, for one of them is the key.
        key_hosts: ends of names of hosts of the provider's that see them too, over https.
    """

    name: str
    base: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    key_hosts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        told = urlsplit(self.base)
        if told.scheme not in {"http", "https"} or not told.hostname:
            raise ProviderInvalid(f"“{self.base}” is no address of {self.name}; write https://….")
        if told.scheme == "http" and not is_loopback(told.hostname):
            raise ProviderInvalid(
                f"{self.name} at {self.base} would be spoken to in the open; only what runs on this machine "
                f"is, so write https://."
            )

    @property
    def is_local(self) -> bool:
        """It runs on this machine."""
        return is_loopback(urlsplit(self.base).hostname or "")

    def _client(self) -> httpx2.Client:
        return httpx2.Client(
            timeout=httpx2.Timeout(_READ_S, connect=_CONNECT_S),
            limits=httpx2.Limits(max_keepalive_connections=0),
            follow_redirects=False,
            trust_env=not self.is_local,
        )

    def _address(self, path: str) -> str:
        address = path if path.startswith(("http://", "https://")) else self.base + path
        self.check_output(address)
        return address

    def _own(self, address: str) -> dict[str, str]:
        """Headers that this address may see: the key goes to the provider's own and nowhere else."""
        told = urlsplit(address)
        same = told[:2] == urlsplit(self.base)[:2] or (
            told.scheme == "https" and (told.hostname or "").endswith(self.key_hosts or ("\0",))
        )
        return dict(self.headers) if same else {}

    def create(
        self,
        path: str,
        *,
        body: object = None,
        method: str = "POST",
        headers: Mapping[str, str] | None = None,
        say: Callable[[Answer], str] | None = None,
    ) -> Answer:
        """Make the one call that may cost.

        Args:
            say: what an answer that refuses says is the matter, where it is not in the usual places.

        Raises:
            NothingSent: no connection came about, or it will not listen just now (429).
            AttemptRefused: it answered that it will not (401, 402, 403 and others).
            AskInvalid: it answered that it cannot make anything of this (400, 422).
            AnswerLost: anything else, a 500 too: it may have been dealt with.
        """
        address = self._address(path)
        try:
            with self._client() as client:
                said = client.request(
                    method, address, json=body, headers={**self._own(address), **(headers or {})}
                )
        except _UNSENT as failed:
            raise NothingSent(f"{self.name} cannot be reached ({type(failed).__name__}).") from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as failed:
            raise AnswerLost(
                f"{self.name} was sent an attempt and its answer was lost ({type(failed).__name__})."
            ) from None
        answer = _read(said)
        if answer.is_good:
            return answer
        raise_refusal(self.name, answer, say)
        raise AnswerLost(f"{self.name} answered {answer.status}; whether it took the attempt is not known.")

    def ask(self, path: str, *, method: str = "GET", body: object = None) -> Answer:
        """Make a call that changes nothing, or that may be made again.

        Raises:
            NothingSent: nobody answers, or not now.
        """
        address = self._address(path)
        try:
            with self._client() as client:
                said = client.request(method, address, json=body, headers=self._own(address))
        except (httpx2.HTTPError, httpx2.InvalidURL) as failed:
            raise NothingSent(f"{self.name} does not answer ({type(failed).__name__}).") from None
        answer = _read(said)
        if answer.status == _TOO_MANY or answer.status >= 500:  # noqa: PLR2004 (RFC 9110, 15.6)
            raise NothingSent(f"{self.name} answers {answer.status} just now.", wait_s=answer.wait_s)
        return answer

    def upload(self, path: str, *, name: str, data: bytes, fields: Mapping[str, str]) -> Answer:
        """Send a file as a form; sent again, it is the same file.

        Raises:
            NothingSent: nobody answers.
        """
        try:
            with self._client() as client:
                said = client.post(
                    self._address(path), files={"image": (name, data)}, data=fields, headers=self.headers
                )
        except (httpx2.HTTPError, httpx2.InvalidURL) as failed:
            raise NothingSent(f"{self.name} does not take a file ({type(failed).__name__}).") from None
        return _read(said)

    def check_output(self, address: str) -> None:
        """Refuse to fetch from where a provider elsewhere has no business.

        Raises:
            ProviderInvalid: the address is one of this machine, or is spoken to in the open.
        """
        told = urlsplit(address)
        inside = is_loopback(told.hostname or "")
        if not told.hostname or (inside and not self.is_local) or (told.scheme != "https" and not inside):
            raise ProviderInvalid(
                f"{self.name} names an output at {told.scheme}://{told.hostname}; not fetched."
            )

    def fetch(self, address: str, store: ContentStore, *, name: str = "", hops: int = 3) -> Fetched:
        """Bring a file home, whole.

        Raises:
            ContentMissing: it is not there any more.
            TakeUnfetched: it did not arrive, or not all of it.
            ProviderInvalid: it lies where it may not be fetched from.
        """
        full = self._address(address)
        try:
            with (
                self._client() as client,
                client.stream("GET", full, headers=self._own(full)) as said,
            ):
                if said.is_redirect and hops:
                    return self.fetch(
                        urljoin(full, said.headers["location"]), store, name=name, hops=hops - 1
                    )
                if said.status_code in _GONE:
                    raise ContentMissing(f"{self.name} has no {name or 'output'} any more.")
                if said.status_code != 200:  # noqa: PLR2004 (RFC 9110, 15.3.1)
                    raise TakeUnfetched(f"{self.name} answers {said.status_code} instead of an output.")
                return Fetched(self._keep(said, store), name)
        except (httpx2.HTTPError, httpx2.InvalidURL) as failed:
            raise TakeUnfetched(
                f"An output of {self.name} did not arrive whole ({type(failed).__name__})."
            ) from None

    def _keep(self, said: httpx2.Response, store: ContentStore) -> str:
        got = 0
        with store.writing() as writing:
            with writing.path.open("wb") as target:
                for block in said.iter_bytes(_BLOCK_BYTES):
                    got += len(block)
                    if got > MOST_OUTPUT_BYTES:
                        raise ProviderInvalid(f"An output of {self.name} is larger than is taken in.")
                    target.write(block)
            told = said.headers.get("content-length", "")
            is_plain = "content-encoding" not in said.headers
            if is_plain and told.isdecimal() and int(told) != got:
                raise TakeUnfetched(f"{got} of {told} bytes of an output of {self.name} arrived.")
            if not got:
                raise TakeUnfetched(f"An output of {self.name} arrived empty.")
        return writing.content


def raise_refusal(name: str, answer: Answer, say: Callable[[Answer], str] | None = None) -> None:
    """Raise where an answer says for certain that nothing was taken; return where it does not.

    Raises:
        NothingSent: it does not listen just now.
        AskInvalid: it cannot make anything of this.
        AttemptRefused: it will not.
    """
    if answer.status == _TOO_MANY:
        raise NothingSent(f"{name} has too much to do just now.", wait_s=answer.wait_s)
    if answer.status in {400, 413, 415, 422}:
        text = say(answer) if say else answer.text
        raise AskInvalid(f"{name} cannot make anything of this: {text or answer.status}")
    if 400 <= answer.status < 500 and answer.status not in _UNDECIDED:  # noqa: PLR2004 (RFC 9110, 15.5)
        raise AttemptRefused(
            f"{name} refuses ({answer.status}): {answer.text or 'it says no more'}",
            code=f"http-{answer.status}",
            charged="no",
        )


def _read(said: httpx2.Response) -> Answer:
    raw = said.content[:MOST_ANSWER_BYTES]
    try:
        # NaN and Infinity are no JSON, and whoever writes them means nothing by them
        body = json.loads(raw, parse_constant=lambda _: None) if raw else None
    except (ValueError, RecursionError):
        body = None
    return Answer(said.status_code, body, short(_message(body, raw)), _wait_of(said.headers))


def _message(body: object, raw: bytes) -> str:
    """What an answer says is the matter, wherever services put it."""
    for place in ("message", "detail", "error", "title"):
        told = body.get(place) if isinstance(body, dict) else None
        if isinstance(told, dict):
            return _message(told, b"")
        if isinstance(told, str):
            return told
    return "" if body is not None else raw[:_MOST_TEXT].decode("utf-8", "replace")


def short(text: object) -> str:
    """A stranger's words as one short line of plain characters, fit for the book."""
    plain = "".join(one if one.isprintable() else " " for one in str(text or ""))
    return " ".join(plain.split())[:_MOST_TEXT]


def _wait_of(headers: httpx2.Headers) -> float | None:
    told = headers.get("retry-after", "").strip()
    return min(float(told), _LONGEST_WAIT_S) if told.isascii() and told.isdecimal() else None
