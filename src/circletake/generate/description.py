"""A hosted service, described by a TOML file: where it is called, what it is sent, what its answers mean.

Places in requests and answers are JSON pointers. In a request, a text `$prompt`, `$seed` and the like is
replaced by what is wanted; a member whose value is not wanted is left out.
"""

import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, get_args

from circletake.errors import AskInvalid, ProviderInvalid
from circletake.generate.facts import Facts, read_facts, read_toml
from circletake.generate.pointers import parts_of
from circletake.generate.port import Ask, Input, Standing

SERVICES = "services"
_METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")
_STANDINGS = get_args(Standing)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a service.

    Args:
        path: behind the service's address, or a whole one; `{id}` is filled from the handle.
        body: what is sent, with `$words` in it; None is nothing.
        headers: beside those of every call.
    """

    path: str
    method: str = "GET"
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Description:
    """A service.

    Args:
        name: as people call it.
        base: its address.
        headers: of every call; `{secret}` is the key.
        unit: that its costs are in.
        submit: the call that creates.
        handle: part of the handle → pointer into the answer to `submit`.
        needs: words that have to be wanted, such as `prompt` or `first`.
        poll: asks how far an attempt is; None where `submit` answers with the outputs.
        state: pointer to the word for it.
        states: the service's word → ours.
        refusals: beginnings of codes that say that it will not, rather than that it could not.
        fetch: asks for the outputs, where the poll does not say them.
        outputs: pointers to addresses or lists of them; `/*` is each of a list.
        places: code, text, cost, done, total → pointer into the answer to `poll`.
        cancel: asks to stop; None where there is no such call.
        find: asks after an attempt by our key; None where there is no such call.
        wrong: pointer to what, where it stands in the answer to `poll`, says that it failed after all.
        key_hosts: ends of the names of its other hosts, which the key is shown to as well.
        found: pointer to what has to stand in its answer for the attempt to be there.
        poll_s: how long to leave it alone between polls.
    """

    name: str
    base: str
    facts: Facts
    submit: Call
    handle: Mapping[str, str]
    outputs: tuple[str, ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    unit: str = "USD"
    models: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    poll: Call | None = None
    state: str = ""
    states: Mapping[str, Standing] = field(default_factory=dict)
    refusals: tuple[str, ...] = ()
    fetch: Call | None = None
    places: Mapping[str, str] = field(default_factory=dict)
    cancel: Call | None = None
    find: Call | None = None
    found: str = ""
    wrong: str = ""
    key_hosts: tuple[str, ...] = ()
    poll_s: float = 5.0


def shipped_services() -> list[str]:
    """Names of the services that come described."""
    folder = resources.files("circletake.generate") / SERVICES
    return sorted(
        found.name.removesuffix(".toml") for found in folder.iterdir() if found.name.endswith(".toml")
    )


def shipped_service(name: str) -> Description:
    """A service that comes described.

    Raises:
        ProviderInvalid: there is none of this name.
    """
    if name not in shipped_services():
        raise ProviderInvalid(
            f"No service “{name}” comes with circletake; there are {', '.join(shipped_services())}. Describe "
            f"yours in a file and name it: file = …."
        )
    with resources.as_file(resources.files("circletake.generate") / SERVICES / f"{name}.toml") as path:
        return read_description(path)


def read_description(path: Path) -> Description:
    """Read a service's file.

    Raises:
        ProviderInvalid: names the member that cannot be used.
    """
    return description_of(read_toml(path), where=path.name)


def description_of(told: dict[str, Any], *, where: str) -> Description:
    """A service as a TOML document describes it.

    Raises:
        ProviderInvalid: names the member that cannot be used.
    """
    known = {
        "name", "base", "headers", "unit", "models", "needs", "facts", "submit", "poll", "fetch", "cancel",
        "find", "key_hosts",
    }  # fmt: skip
    for name in sorted(set(told) - known):
        raise ProviderInvalid(f"{where} says {name}, which is nothing a service has; mend or remove it.")
    for name in ("name", "base", "facts", "submit"):
        if name not in told:
            raise ProviderInvalid(f"{where} does not say {name}; every service has one.")
    submit, poll, fetch = told["submit"], told.get("poll"), told.get("fetch", {})
    described = Description(
        name=str(told["name"]),
        base=str(told["base"]).rstrip("/"),
        headers=_texts(told.get("headers", {})),
        unit=str(told.get("unit", "USD")),
        models=tuple(str(one) for one in told.get("models", ())),
        needs=tuple(str(one) for one in told.get("needs", ())),
        facts=read_facts(told["facts"], where=where),
        submit=_call(submit, where, "submit", "POST"),
        handle=_texts(submit.get("handle", {})),
        poll=_call(poll, where, "poll", "GET") if poll else None,
        state=str((poll or {}).get("state", "")),
        states=_states((poll or {}).get("states", {}), where),
        refusals=tuple(str(one) for one in (poll or {}).get("refusals", ())),
        poll_s=float((poll or {}).get("every_s", 5)),
        places={name: str(poll[name]) for name in ("code", "text", "cost", "done", "total") if name in poll}
        if poll
        else {},
        fetch=_call(fetch, where, "fetch", "GET") if "path" in fetch else None,
        outputs=tuple(str(one) for one in fetch.get("outputs", ())),
        cancel=_call(told["cancel"], where, "cancel", "POST") if "cancel" in told else None,
        find=_call(told["find"], where, "find", "GET") if "find" in told else None,
        found=str(told.get("find", {}).get("found", "")),
        wrong=str((poll or {}).get("wrong", "")),
        key_hosts=tuple(str(one) for one in told.get("key_hosts", ())),
    )
    _check(described, where)
    return described


def _check(described: Description, where: str) -> None:
    if not described.outputs:
        raise ProviderInvalid(f"{where} does not say where outputs are; write [fetch] outputs = [“/…”].")
    if described.poll and (not described.state or not described.states):
        raise ProviderInvalid(f"{where}: [poll] says where the state stands and what its words mean.")
    if described.poll and not described.handle:
        raise ProviderInvalid(f"{where}: [submit.handle] says where the attempt's id stands.")
    pointers = [*described.handle.values(), *described.outputs, *described.places.values(), described.state]
    for pointer in pointers:
        parts_of(pointer)
    for host in described.key_hosts:
        if not host.startswith(".") or host.count(".") < 2:  # noqa: PLR2004 (a name and its domain)
            raise ProviderInvalid(
                f"{where}: “{host}” in key_hosts is the end of a host's name, as .example.com."
            )


def _texts(told: object) -> dict[str, str]:
    return {str(name): str(value) for name, value in told.items()} if isinstance(told, dict) else {}


def _call(told: dict[str, Any], where: str, name: str, method: str) -> Call:
    used = str(told.get("method", method)).upper()
    if not isinstance(told.get("path"), str) or used not in _METHODS:
        raise ProviderInvalid(f"{where}: [{name}] names a path, and a method among {', '.join(_METHODS)}.")
    return Call(told["path"], used, told.get("body"), _texts(told.get("headers", {})))


def _states(told: object, where: str) -> dict[str, Standing]:
    words = _texts(told)
    for word, ours in words.items():
        if ours not in _STANDINGS:
            raise ProviderInvalid(
                f"{where}: {word} means “{ours}”, which is none of {', '.join(_STANDINGS)}."
            )
    return words  # type: ignore[return-value]  # each is one of them, as was just seen


# what is sent

Words = Mapping[str, object]


def words_of(ask: Ask, key: str, *, default_model: str = "") -> dict[str, object]:
    """What `$words` of a body stand for; what is not wanted is None.

    Args:
        key: of the attempt.
        default_model: where the ask names none.
    """
    width, height = ask.size_px
    words: dict[str, object] = {
        "prompt": ask.prompt or None,
        "model": ask.model or default_model or None,
        "seed": ask.seed,
        "key": key,
        "width": width or None,
        "height": height or None,
        "size": f"{width}x{height}" if width else None,
        "ratio": f"{width}:{height}" if width else None,
        "aspect": _aspect(width, height) if width else None,
        "frames": ask.frames or None,
        "seconds": math.ceil(ask.frames / ask.rate) if ask.frames else None,
    }
    for role in ("first", "last", "reference", "mask", "source", "audio", "voice"):
        words[role] = next((data_uri(one) for one in ask.inputs if one.role == role), None)
    words["references"] = [data_uri(one) for one in ask.inputs if one.role == "reference"] or None
    return words


def data_uri(entry: Input) -> str:
    """A content as text that carries it whole, so that it needs no address of its own.

    Source:
        RFC 2397, The “data” URL scheme.
    """
    kinds = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp", ".mp4": "video/mp4"}
    kinds |= {".wav": "audio/wav", ".mp3": "audio/mpeg", ".flac": "audio/flac"}
    told = base64.b64encode(entry.path.read_bytes()).decode()
    return f"data:{kinds.get(entry.suffix, 'application/octet-stream')};base64,{told}"


def _aspect(width: int, height: int) -> str:
    shared = math.gcd(width, height) or 1
    return f"{width // shared}:{height // shared}"


_LEFT_OUT = object()


def filled(template: object, words: Words) -> Any:  # noqa: ANN401 (a JSON document)
    """A body with its words replaced; members whose word is not wanted are left out.

    Raises:
        ProviderInvalid: it has a word that there is not.

    >>> filled({"p": "$prompt", "s": "$seed", "n": [1, "$$"]}, {"prompt": "a door", "seed": None})
    {'p': 'a door', 'n': [1, '$']}
    """
    found = _filled(template, words)
    return None if found is _LEFT_OUT else found


def _filled(template: object, words: Words) -> object:
    if isinstance(template, dict):
        made = {name: _filled(value, words) for name, value in template.items()}
        kept = {name: value for name, value in made.items() if value is not _LEFT_OUT}
        return kept if kept or not template else _LEFT_OUT
    if isinstance(template, list):
        return [value for one in template if (value := _filled(one, words)) is not _LEFT_OUT]
    if not isinstance(template, str) or not template.startswith("$"):
        return template
    if template.startswith("$$"):
        return template[1:]
    name, _, form = template[1:].partition(":")
    if name not in words:
        raise ProviderInvalid(f"${name} is no word; there are {', '.join(sorted(words))}.")
    value = words[name]
    if value is None:
        return _LEFT_OUT
    return str(value).partition(",")[2] if form == "base64" else str(value) if form == "text" else value


_PLACES: dict[str, tuple[str, ...]] = {
    "prompt": ("prompt",),
    "seed": ("seed",),
    "width": ("width", "height", "size", "ratio", "aspect"),
    "frames": ("frames", "seconds"),
    "reference": ("reference", "references"),
    **{role: (role,) for role in ("first", "last", "mask", "source", "audio", "voice")},
}
"""What may be wanted → words that it goes by."""


def check_needs(described: Description, words: Words) -> None:
    """Refuse what the service cannot do without, and what it has no place for.

    Raises:
        AskInvalid: names what is missing, or what would be left out without a word.
    """
    used = set(_words_in(described.submit.body)) | set(_words_in(described.submit.path))
    for wanted, places in _PLACES.items():
        if words.get(wanted) is not None and not used & set(places):
            raise AskInvalid(f"{described.name} has no place for {wanted}; ask without it.", field=wanted)
    for need in described.needs:
        if words.get(need) is None:
            raise AskInvalid(f"{described.name} needs {need}, and nothing of that is given.", field=need)


def _words_in(template: object) -> list[str]:
    if isinstance(template, dict):
        return [word for value in template.values() for word in _words_in(value)]
    if isinstance(template, list):
        return [word for value in template for word in _words_in(value)]
    if isinstance(template, str) and template.startswith("$") and not template.startswith("$$"):
        return [template[1:].partition(":")[0]]
    return []
