"""Policies that somebody wrote as TOML files, with errors that point at a line."""

import re
import tomllib

from circletake.domain.policy import Policy
from circletake.errors import PolicyInvalid
from circletake.gates.places import Place, place_of, places
from circletake.gates.policy import read_policy
from circletake.gates.soundness import faults_of

_SYNTAX = re.compile(r" \(at line (\d+), column (\d+)\)$")


def read_policy_text(text: str, *, file: str) -> Policy:
    """Read a policy that somebody wrote, and refuse one that could never be satisfied.

    Args:
        file: its name, for errors.

    Raises:
        PolicyInvalid: names file, line and column of what cannot be used.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise _at(_syntax_place(str(wrong), text), file, _SYNTAX.sub("", str(wrong)) + ".") from None
    try:
        policy = read_policy(data)
    except PolicyInvalid as refused:
        path = str(refused.detail.get("path", ""))
        raise refused_at(path, refused.message, text=text, file=file) from None
    found = [fault for fault in faults_of(policy) if fault.never]
    if found:
        where = places(text)
        first = found[0]
        raise _at(
            place_of(where, first.path),
            file,
            f"No team could ever satisfy this: {first.sentence}",
            path=first.path,
            faults=[f"{file}:{place_of(where, one.path).line}: {one.sentence}" for one in found],
        )
    return policy


def refused_at(path: str, sentence: str, *, text: str, file: str) -> PolicyInvalid:
    """The refusal of a policy in a file, naming the line that a path of its document stands in."""
    return _at(place_of(places(text), path), file, sentence, path=path)


def _syntax_place(said: str, text: str) -> Place:
    """Where the standard library says that a text is no TOML; it names the end in words."""
    match = _SYNTAX.search(said)
    if match:
        return Place(int(match[1]), int(match[2]))
    lines = text.split("\n")
    return Place(len(lines), len(lines[-1]) + 1)


def _at(place: Place, file: str, sentence: str, **detail: object) -> PolicyInvalid:
    return PolicyInvalid(
        f"{file}:{place.line}:{place.column}: {sentence}",
        file=file,
        line=place.line,
        column=place.column,
        **detail,
    )
