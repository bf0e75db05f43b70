"""A take's recipe: the graph that made it, where in it each wish stands, and what follows from another wish.

Everything here is arithmetic on JSON; nothing is sent anywhere.
"""

import copy
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from circletake.errors import RecipeInvalid
from circletake.generate.graph import Graph, read_graph
from circletake.generate.graph_settings import Setting, settings_of

WORDS = ("prompt", "negative", "seed", "width", "height", "frames", "rate", "first", "last")
_TEXTS = frozenset({"prompt", "negative", "first", "last"})
_LARGEST_SEED = 2**64 - 1
# Wan and Hunyuan encode time four frames at a time after the first.
_FOURS = re.compile(r"wan|hunyuan", re.IGNORECASE)
_GRID = 4
_LONGEST = 60


@dataclass(frozen=True)
class Recipe:
    """A graph that ran, and how to ask it for something else.

    Args:
        graph: API form, of each node its class and inputs alone.
        bindings: word → JSON pointers to where it stands. Where a graph has several values of a kind, as two
            samplers have two seeds, those are bound that are as the first.
        grid: `4n+1` where it makes only so many frames; empty where nothing is known.
    """

    graph: Mapping[str, Any]
    bindings: Mapping[str, tuple[str, ...]]
    grid: str = ""

    @cached_property
    def identity(self) -> str:
        """SHA-256 of the graph's canonical spelling."""
        return hashlib.sha256(read_graph(self.graph).canonical).hexdigest()

    def value(self, word: str) -> Any:  # noqa: ANN401 (text or number)
        """What stands where a word is bound.

        Raises:
            RecipeInvalid: it is not bound here; names what is.
        """
        if word not in self.bindings:
            known = ", ".join(self.bindings) or "nothing"
            raise RecipeInvalid(f"“{word}” is nowhere in this workflow; what can be changed is {known}.")
        return _at(self.graph, self.bindings[word][0])

    def record(self) -> dict[str, Any]:
        """As JSON: graph, bindings, and the grid if there is one."""
        told = {"bindings": {word: list(found) for word, found in self.bindings.items()}, "graph": self.graph}
        return told | ({"grid": self.grid} if self.grid else {})


def recipe_of(graph: Graph) -> Recipe:
    """The recipe of a graph, bound by what its nodes call their inputs."""
    found: dict[str, list[Setting]] = {}
    for one in settings_of(graph):
        if one.what in WORDS and not one.is_guess:
            found.setdefault(one.what, []).append(one)
    bindings = {
        word: tuple(one.pointer for one in found[word] if one.value == found[word][0].value)
        for word in WORDS
        if word in found
    }
    is_in_fours = any(_FOURS.search(one.node.kind) for one in found.get("frames", ()))
    return Recipe(graph.document, bindings, f"{_GRID}n+1" if is_in_fours else "")


def again(recipe: Recipe, word: str, value: str | int) -> tuple[Recipe, str]:
    """The recipe with one thing changed, and the difference in words. The old one stays as it is.

    Args:
        word: of `WORDS`.
        value: what it is to be; a number may come as text.

    Raises:
        RecipeInvalid: that is not bound here, or cannot be this.
    """
    before = recipe.value(word)
    wanted = _checked(recipe, word, value)
    if wanted == before:
        raise RecipeInvalid(f"The {word} is {_short(before)} already; say another.")
    graph = copy.deepcopy(dict(recipe.graph))
    for pointer in recipe.bindings[word]:
        _put(graph, pointer, wanted)
    return Recipe(graph, recipe.bindings, recipe.grid), f"{word}: {_short(before)} → {_short(wanted)}"


def differences(before: Recipe, after: Recipe) -> list[str]:
    """What is otherwise in another recipe, a phrase each; empty where they are one."""
    said = [
        f"{word}: {_short(before.value(word))} → {_short(after.value(word))}"
        for word in WORDS
        if word in before.bindings and word in after.bindings and before.value(word) != after.value(word)
    ]
    bound = {pointer for one in (before, after) for found in one.bindings.values() for pointer in found}
    for node in sorted({*before.graph, *after.graph}):
        one, other = before.graph.get(node), after.graph.get(node)
        if one is None or other is None:
            kind = (one or other or {}).get("class_type", "")
            said.append(f"node {node} ({kind}) {'is new' if one is None else 'is gone'}")
        elif one["class_type"] != other["class_type"]:
            said.append(f"node {node}: {one['class_type']} → {other['class_type']}")
        else:
            said += _inputs_told(node, one["inputs"], other["inputs"], bound)
    return said


def _inputs_told(node: str, one: dict[str, Any], other: dict[str, Any], bound: set[str]) -> list[str]:
    return [
        f"node {node}, {key}: {_short(one.get(key))} → {_short(other.get(key))}"
        for key in sorted({*one, *other})
        if one.get(key) != other.get(key) and _pointer(node, key) not in bound
    ]


def _checked(recipe: Recipe, word: str, value: str | int) -> str | int:
    if word in _TEXTS:
        if not isinstance(value, str) or not value.strip():
            raise RecipeInvalid(f"The {word} is text; say some.")
        return value
    try:
        number = int(value)
    except ValueError:
        raise RecipeInvalid(f"“{value}” is no whole number, and {word} is one.") from None
    least = 0 if word == "seed" else 1
    if not least <= number <= _LARGEST_SEED:
        raise RecipeInvalid(f"{word} lies between {least} and {_LARGEST_SEED}; {number} does not.")
    if word == "frames" and recipe.grid and number % _GRID != 1:
        below = (number - 1) // _GRID * _GRID + 1
        raise RecipeInvalid(
            f"This model makes 4n+1 frames, so not {number}; say {max(below, 1)} or {below + _GRID}."
        )
    return number


def _short(value: object) -> str:
    if isinstance(value, str):
        line = " ".join(value.split())
        return f"“{line[:_LONGEST]}…”" if len(line) > _LONGEST else f"“{line}”"
    return "nothing" if value is None else str(value)


def _pointer(node: str, key: str) -> str:
    return "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in (node, "inputs", key))


def _parts(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _at(graph: Mapping[str, Any], pointer: str) -> Any:  # noqa: ANN401 (text or number)
    found: Any = graph
    for part in _parts(pointer):
        found = found[part]
    return found


def _put(graph: dict[str, Any], pointer: str, value: str | int) -> None:
    *path, last = _parts(pointer)
    at: Any = graph
    for part in path:
        at = at[part]
    at[last] = value
