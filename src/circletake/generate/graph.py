"""A workflow in API form: nodes by id, each with a class and inputs that are values or links."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from circletake.errors import RecipeInvalid
from circletake.generate.canonical_json import canonical_json

MOST_NODES = 5_000
_LINK_PARTS = 2


@dataclass(frozen=True, slots=True)
class Node:
    """One step.

    Args:
        inputs: values as they stand, links left out.
        links: name of the input → id of the node it comes from.
    """

    id: str
    kind: str
    inputs: Mapping[str, Any]
    links: Mapping[str, str]


class Graph:
    """Nodes and what they come from.

    Args:
        nodes: by id.
        document: the API form, of each node its class and inputs alone.
    """

    def __init__(self, nodes: Mapping[str, Node], document: Mapping[str, Any]) -> None:
        self.nodes = nodes
        self.document = document

    @cached_property
    def canonical(self) -> bytes:
        """The canonical spelling of what runs; its SHA-256 is the workflow's identity.

        Raises:
            RecipeInvalid: it holds what JSON cannot spell.
        """
        return canonical_json(self.document)

    def ends(self) -> list[str]:
        """Nodes that nothing comes from: what saves, shows, or does nothing."""
        sources = {source for node in self.nodes.values() for source in node.links.values()}
        return [one for one in self.nodes if one not in sources]

    def upstream(
        self, starts: Iterable[str], *, past: Mapping[str, str] | None = None, stops: Iterable[str] = ()
    ) -> Iterator[Node]:
        """Nodes from some on backwards, each once, nearest first.

        Args:
            past: an input → the one that is not followed in a node which has both.
            stops: inputs that are not followed.
        """
        stopped = frozenset(stops)
        waiting = [one for one in starts if one in self.nodes]
        seen = set(waiting)
        while waiting:
            following: list[str] = []
            for one in waiting:
                node = self.nodes[one]
                yield node
                left = stopped | {other for name, other in (past or {}).items() if name in node.links}
                following += [source for name, source in node.links.items() if name not in left]
            waiting = [one for one in dict.fromkeys(following) if one not in seen and one in self.nodes]
            seen.update(waiting)

    def circle(self) -> str | None:
        """Id of a node that comes from itself in the end; None where none does."""
        done: set[str] = set()
        for start in self.nodes:
            if start in done:
                continue
            path: dict[str, Iterator[str]] = {start: iter(self.nodes[start].links.values())}
            while path:
                here = next(reversed(path))
                source = next(path[here], None)
                if source is None:
                    done.add(here)
                    del path[here]
                elif source in path:
                    return source
                elif source not in done and source in self.nodes:
                    path[source] = iter(self.nodes[source].links.values())
        return None


def is_graph(told: object) -> bool:
    """Whether a value looks like a workflow in API form."""
    if not isinstance(told, dict) or not told:
        return False
    nodes = [one for one in told.values() if isinstance(one, dict)]
    return any(isinstance(one.get("class_type"), str) and "inputs" in one for one in nodes)


def read_graph(told: object) -> Graph:
    """Read a workflow in API form.

    Raises:
        RecipeInvalid: it is none, has too many nodes, or goes round in a circle.
    """
    if not is_graph(told) or not isinstance(told, dict):
        raise RecipeInvalid("This is no workflow in API form; export it with “Export (API)”.")
    if len(told) > MOST_NODES:
        raise RecipeInvalid(f"The workflow has {len(told)} nodes, more than the {MOST_NODES} that are read.")
    ids = {str(one) for one in told}
    nodes: dict[str, Node] = {}
    document: dict[str, Any] = {}
    for one, node in told.items():
        if not isinstance(node, dict) or not isinstance(node.get("class_type"), str):
            continue
        inputs = node.get("inputs")
        inputs = inputs if isinstance(inputs, dict) else {}
        links = {str(name): str(value[0]) for name, value in inputs.items() if _is_link(value, ids)}
        values = {str(name): value for name, value in inputs.items() if str(name) not in links}
        nodes[str(one)] = Node(str(one), node["class_type"], values, links)
        document[str(one)] = {"class_type": node["class_type"], "inputs": inputs}
    graph = Graph(nodes, document)
    if (circle := graph.circle()) is not None:
        raise RecipeInvalid(f"The workflow goes round in a circle at node {circle[:40]}; it cannot have run.")
    return graph


def _is_link(value: object, ids: set[str]) -> bool:
    return (
        isinstance(value, list)
        and len(value) == _LINK_PARTS
        and isinstance(value[0], str | int)
        and isinstance(value[1], int)
        and str(value[0]) in ids
    )
