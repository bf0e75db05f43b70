"""Hosted services over HTTP, each described by a TOML file: submit, poll, fetch, cancel, cost."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from circletake.domain.cost import micro_of
from circletake.errors import (
    AnswerLost,
    AskInvalid,
    CostInvalid,
    NothingSent,
    ProviderInvalid,
    TakeUnfetched,
)
from circletake.generate.calls import Answer, Server, short
from circletake.generate.description import (
    Call,
    check_needs,
    filled,
    read_description,
    shipped_service,
    words_of,
)
from circletake.generate.facts import Facts, PriceList, Size, price_of, read_prices, read_toml, shipped_prices
from circletake.generate.pointers import find_at, has_place, set_at
from circletake.generate.port import (
    Absent,
    Ask,
    CancelOutcome,
    Estimate,
    Event,
    Fetched,
    Handle,
    Settings,
    Status,
    Unsure,
)
from circletake.media.store import ContentStore

_NOT_FOUND = 404
_OVER_THERE = frozenset({404, 410})
_LEAVE_S = 2.0


class Service:
    """A described service.

    Args:
        settings: name, key, and `service` (one that comes described) or `file` (your own).
    """

    def __init__(self, settings: Settings) -> None:
        self.name = settings.name
        values = settings.values
        if file := values.get("file"):
            self.described = read_description(settings.folder / file)
        else:
            self.described = shipped_service(values.get("service", settings.name))
        self._prices = _prices(settings)
        headers = self.described.headers
        if settings.secret is None and any("{secret}" in value for value in headers.values()):
            raise ProviderInvalid(
                f"{self.described.name} needs a key, and there is no secret provider_{self.name}; set it, or "
                f"name its file in [secrets]: provider_{self.name}_file."
            )
        self._server = Server(
            self.described.name,
            values.get("url", self.described.base).rstrip("/"),
            {name: value.replace("{secret}", settings.secret or "") for name, value in headers.items()},
            self.described.key_hosts,
        )

    def facts(self) -> Facts:
        """What its file says is known of it."""
        return self.described.facts

    def estimate(self, ask: Ask) -> Estimate | None:
        """By the price list; None where it has no line for this."""
        if not self.described.facts.paid:
            return Estimate(self.described.unit, 0)
        found = self._prices.find(ask.model or self._model) if self._prices else None
        if found is None or self._prices is None:
            return None
        size = Size(
            frames=max(ask.frames, 1),
            seconds_ms=int(ask.frames * 1000 / ask.rate),
            pixels=ask.size_px[0] * ask.size_px[1],
        )
        return Estimate(self._prices.unit, price_of(found, size), self._prices.version)

    @property
    def _model(self) -> str:
        return self.described.models[0] if self.described.models else ""

    def submit(self, ask: Ask, key: str) -> Handle:
        """Send an attempt: one call."""
        words = words_of(ask, key, default_model=self._model)
        check_needs(self.described, words)
        body = filled(self.described.submit.body, words)
        for pointer, value in ask.params.items():
            place = pointer if pointer.startswith("/") else f"/{pointer}"
            if not has_place(body, place) and "/" in place[1:]:
                raise AskInvalid(
                    f"{self.described.name} has no place {place} to put {value!r} in.", field=place
                )
            set_at(body, place, value)
        call = self.described.submit
        headers = {name: str(filled(value, words)) for name, value in call.headers.items()}
        path = _path(call, {name: str(value) for name, value in words.items() if value is not None})
        answer = self._server.create(path, method=call.method, body=body, headers=headers)
        parts = self._parts(answer)
        if self.described.poll is None:
            # there is nothing to ask later: where the outputs lie is all there will ever be
            parts["outputs"] = json.dumps(_outputs(answer.body, self.described.outputs))
        return Handle(json.dumps(parts, sort_keys=True))

    def _parts(self, answer: Answer) -> dict[str, str]:
        parts: dict[str, str] = {}
        for name, pointer in self.described.handle.items():
            found = find_at(answer.body, pointer)
            if not isinstance(found, str | int) or isinstance(found, bool) or found == "":
                raise AnswerLost(
                    f"{self.described.name} answered {answer.status} and did not say {pointer}; whether it "
                    f"took the attempt is not known."
                )
            parts[name] = str(found)
        return parts

    def status(self, handle: Handle) -> Status:
        """Ask how far it is."""
        parts = _read_handle(handle)
        if self.described.poll is None:
            return Status("ready", charged="yes")
        answer = self._server.ask(_path(self.described.poll, parts), method=self.described.poll.method)
        if answer.status in _OVER_THERE:
            return Status("lost", code=f"http-{answer.status}", text=answer.text)
        if not answer.is_good:
            raise NothingSent(f"{self.described.name} answers {answer.status} when asked how far it is.")
        return self._standing(answer)

    def _standing(self, answer: Answer) -> Status:
        word = find_at(answer.body, self.described.state)
        ours = self.described.states.get(str(word))
        if ours is None:
            # nobody said what this means: neither good nor bad news, so it is asked again
            raise NothingSent(f"{self.described.name} says “{short(word)}”, which its file does not explain.")
        if ours == "ready" and self.described.wrong and find_at(answer.body, self.described.wrong):
            ours = "failed"
        at = {name: find_at(answer.body, pointer) for name, pointer in self.described.places.items()}
        code = short(at.get("code"))[:80]
        if ours == "failed" and code and code.startswith(self.described.refusals):
            ours = "refused"
        return Status(
            ours,
            progress=_progress(at.get("done"), at.get("total")),
            code=code,
            text=short(at.get("text")),
            charged=self._charged(ours),
            cost_micro=_cost(at.get("cost")),
            wait_s=answer.wait_s or self.described.poll_s,
        )

    def _charged(self, ours: str) -> Any:  # noqa: ANN401 (one of three words)
        if ours in {"ready", "partial"}:
            return "yes" if self.described.facts.paid else "no"
        if ours == "refused":
            return self.described.facts.refusal_charged
        return "unknown" if self.described.facts.paid else "no"

    def events(self, handle: Handle) -> Iterator[Event]:  # noqa: ARG002 (a port's call)
        """Nothing is seen on the way; polls say how far it is."""
        return iter(())

    def cancel(self, handle: Handle) -> CancelOutcome:
        """Ask it to stop, where it can be."""
        call = self.described.cancel
        if call is None:
            return CancelOutcome("unsupported")
        answer = self._server.ask(_path(call, _read_handle(handle)), method=call.method, body=call.body)
        return CancelOutcome("stopped" if answer.is_good else "too_late")

    def collect(self, handle: Handle, store: ContentStore) -> list[Fetched]:
        """Bring its outputs home."""
        parts = _read_handle(handle)
        if "outputs" in parts:
            found = [str(one) for one in json.loads(parts["outputs"])]
        else:
            call = self.described.fetch or self.described.poll
            assert call is not None  # noqa: S101 (a description without a poll keeps its outputs in the handle)
            # asked again each time: addresses of outputs are signed for hours, and are renewed by asking
            answer = self._server.ask(_path(call, parts), method=call.method)
            if not answer.is_good:
                raise TakeUnfetched(f"{self.described.name} answers {answer.status} when asked for outputs.")
            found = _outputs(answer.body, self.described.outputs)
        if not found:
            raise TakeUnfetched(f"{self.described.name} says that it is done and names no output.")
        return [self._server.fetch(address, store, name=f"output {n}") for n, address in enumerate(found, 1)]

    def reconcile(self, key: str) -> Handle | Absent | Unsure:
        """Ask after an attempt by our key, where the service knows it by that."""
        call = self.described.find
        if call is None:
            return Unsure(f"{self.described.name} cannot be asked after an attempt by our key.")
        try:
            answer = self._server.ask(_path(call, {"key": key}), method=call.method)
        except NothingSent as away:
            return Unsure(away.message)
        if not answer.is_good and answer.status != _NOT_FOUND:
            return Unsure(f"{self.described.name} answers {answer.status}.")
        there = find_at(answer.body, self.described.found) if answer.is_good else None
        if not there:
            return Absent()
        with suppress(AnswerLost):
            return Handle(json.dumps(self._parts(Answer(200, there, "")), sort_keys=True))
        return Unsure(f"{self.described.name} has it and does not say under which id.")


def _prices(settings: Settings) -> PriceList | None:
    if file := settings.values.get("prices"):
        return read_prices(read_toml(settings.folder / file), where=file)
    if "file" in settings.values:
        return None
    return shipped_prices(settings.values.get("service", settings.name))


def _path(call: Call, parts: dict[str, str]) -> str:
    path = call.path
    for name, value in parts.items():
        # a whole address as the service gave it, or one part of a path
        path = path.replace("{" + name + "}", value if path == "{" + name + "}" else quote(value, safe="/"))
    return path


def _read_handle(handle: Handle) -> dict[str, str]:
    """A handle's parts; one that a person typed is the id alone."""
    try:
        told = json.loads(handle)
    except ValueError:
        told = None
    return {str(k): str(v) for k, v in told.items()} if isinstance(told, dict) else {"id": str(handle)}


def _outputs(body: object, pointers: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    for pointer in pointers:
        above, each, below = pointer.partition("/*")
        places = find_at(body, above) if each else [find_at(body, pointer)]
        for place in places if isinstance(places, list) else []:
            told = find_at(place, below) if each else place
            found += [told] if isinstance(told, str) else [one for one in told or () if isinstance(one, str)]
    return found


def _progress(done: object, total: object) -> tuple[int, int]:
    """How far it says it is: two numbers, or one share from 0 to 1."""
    if isinstance(done, int | float) and not isinstance(done, bool) and 0 <= done < 2**31:
        if isinstance(total, int) and 0 < total < 2**31:
            return int(done), total
        if done <= 1:
            return round(done * 100), 100
    return 0, 0


def _cost(told: object) -> int | None:
    """What a service says it took; a number that nobody can pay is none."""
    if isinstance(told, bool) or not isinstance(told, int | float | str):
        return None
    with suppress(CostInvalid):
        return micro_of(str(told), whole=False)
    return None


def provider(settings: Settings) -> Service:
    """Open a described service.

    Raises:
        ProviderInvalid: there is no such service, or it has no key.
    """
    return Service(settings)
