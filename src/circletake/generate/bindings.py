"""Workflows of ComfyUI in API form: what is wanted is put where bindings say, and only known nodes are sent.

A recipe is a JSON object: `graph` (node id → class_type and inputs, as “Save (API format)” writes it),
`bindings` (word → JSON pointer into the graph, or a list of them) and, if the model asks for it, `grid`
(`4n+1` frames). A bare graph is a recipe without bindings.

Source:
    Wan 2.1 and HunyuanVideo encode time four frames at a time after the first: 4N+1.
"""

import copy
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from circletake.errors import AskInvalid, ProviderInvalid
from circletake.generate.pointers import find_at, has_place, parts_of, set_at

WORDS = ("prompt", "negative", "seed", "width", "height", "frames", "rate", "take")
ROLES = ("first", "last", "reference", "mask", "source", "audio", "voice")
_GRIDS = {"": (1, 0), "4n+1": (4, 1), "8n+1": (8, 1)}

KNOWN_NODES = frozenset(
    {
        "CLIPLoader", "CLIPTextEncode", "CLIPVisionEncode", "CLIPVisionLoader", "CheckpointLoaderSimple",
        "ConditioningCombine", "ControlNetApplyAdvanced", "ControlNetLoader", "CreateVideo",
        "DualCLIPLoader", "EmptyAudio", "EmptyHunyuanLatentVideo", "EmptyImage", "EmptyLatentImage",
        "EmptySD3LatentImage", "FluxGuidance", "GetVideoComponents", "ImageBatch", "ImageInvert",
        "ImageScale",
        "ImageScaleBy", "ImageToMask", "ImageUpscaleWithModel", "KSampler", "KSamplerAdvanced", "LoadAudio",
        "LoadImage", "LoadImageMask", "LoadVideo", "LoraLoader", "LoraLoaderModelOnly", "MaskToImage",
        "ModelSamplingFlux", "ModelSamplingSD3", "PreviewImage", "SaveAnimatedPNG", "SaveAnimatedWEBP",
        "SaveAudio", "SaveAudioMP3", "SaveAudioOpus", "SaveImage", "SaveVideo", "SaveWEBM", "UNETLoader",
        "UpscaleModelLoader", "VAEDecode", "VAEDecodeTiled", "VAEEncode", "VAEEncodeForInpaint", "VAELoader",
        "WanFirstLastFrameToVideo", "WanImageToVideo",
    }
)  # fmt: skip
"""Classes that come with ComfyUI, make pictures or sound, and read or write nothing but its own folders."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """A graph and where in it what is wanted is put."""

    graph: dict[str, Any]
    bindings: Mapping[str, tuple[str, ...]]
    grid: str = ""


def read_recipe(raw: bytes | None) -> Recipe:
    """Read a recipe.

    Raises:
        AskInvalid: it is none; names the node or binding.
    """
    try:
        told = json.loads(raw or b"")
    except (ValueError, RecursionError):
        raise AskInvalid("ComfyUI needs a workflow in API form (JSON); name one with --recipe.") from None
    if not isinstance(told, dict):
        raise AskInvalid("A workflow is a JSON object: node id → class_type and inputs.")
    graph = told.get("graph", told)
    if "nodes" in graph and "links" in graph:
        raise AskInvalid("This is a workflow as the canvas saves it; export it again in API form.")
    bound = told.get("bindings", {}) if "graph" in told else {}
    grid = told.get("grid", "") if "graph" in told else ""
    if not isinstance(bound, dict) or grid not in _GRIDS:
        raise AskInvalid(
            f"Bindings are word → pointer, and a grid is one of {', '.join(filter(None, _GRIDS))}."
        )
    recipe = Recipe(graph, {word: _pointers(word, told) for word, told in bound.items()}, grid)
    _check_graph(recipe)
    return recipe


def _pointers(word: str, told: object) -> tuple[str, ...]:
    if word not in WORDS and word not in ROLES:
        raise AskInvalid(f"“{word}” is nothing that can be bound; there are {', '.join([*WORDS, *ROLES])}.")
    found = [told] if isinstance(told, str) else told
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise AskInvalid(
            f"The binding of {word} is a JSON pointer such as /6/inputs/text, or a list of them."
        )
    return tuple(found)


def _check_graph(recipe: Recipe) -> None:
    for node, told in recipe.graph.items():
        if not isinstance(told, dict) or not isinstance(told.get("class_type"), str):
            raise AskInvalid(f"Node {node} has no class_type; export the workflow in API form.", node=node)
        if not isinstance(told.get("inputs"), dict):
            raise AskInvalid(f"Node {node} ({told['class_type']}) has no inputs.", node=node)
    for word, pointers in recipe.bindings.items():
        for pointer in pointers:
            try:
                is_there = len(parts_of(pointer)) > 1 and has_place(recipe.graph, pointer)
            except ProviderInvalid:
                is_there = False
            if not is_there:
                raise AskInvalid(f"The binding of {word} leads nowhere: {pointer}.", field=pointer)
    _check_links(recipe.graph)


def _links(told: dict[str, Any]) -> list[str]:
    """Nodes that a node takes from: inputs of the form [node, output]."""
    found: list[str] = []
    for value in told["inputs"].values():
        match value:
            case [str(node), int()]:
                found.append(node)
    return found


def _check_links(graph: dict[str, Any]) -> None:
    """Refuse links to nodes that are not there, and circles, over which the server falls."""
    over: set[str] = set()
    for start, told in graph.items():
        path: list[tuple[str, list[str]]] = [(start, _links(told))]
        under_way = {start}
        while path:
            node, left = path[-1]
            if node in over or not left:
                over.add(node)
                under_way.discard(node)
                path.pop()
                continue
            before = left.pop()
            if before not in graph:
                raise AskInvalid(f"Node {node} takes from node {before}, which is not there.", node=node)
            if before in under_way:
                raise AskInvalid(
                    f"Node {node} takes, in the end, from itself: the graph goes in a circle.", node=node
                )
            if before not in over:
                under_way.add(before)
                path.append((before, _links(graph[before])))


def check_nodes(recipe: Recipe, allowed: Collection[str]) -> None:
    """Refuse classes that nobody has allowed: a node runs code on the machine that it is on.

    Raises:
        AskInvalid: names the node, its class and the way out.
    """
    for node, told in recipe.graph.items():
        if told["class_type"] not in allowed:
            raise AskInvalid(
                f"Node {node} is a {told['class_type']}, which this studio has not allowed; whoever runs it "
                f"may add it to nodes of this provider in studio.toml.",
                node=node,
            )


def bound(
    recipe: Recipe, wanted: Mapping[str, object], *, params: Mapping[str, object], key: str
) -> dict[str, Any]:
    """The graph with everything in its place.

    Args:
        wanted: word or role → value; None is not wanted.
        params: pointer → value, put last.
        key: of the attempt. Outputs are named by it, so that a server that has made the same graph before
            makes its files again and does not name ones that are gone.

    Raises:
        AskInvalid: something is wanted that the recipe has no place for.
    """
    graph = copy.deepcopy(recipe.graph)
    step, rest = _GRIDS[recipe.grid]
    frames = wanted.get("frames")
    if isinstance(frames, int) and frames % step != rest % step:
        raise AskInvalid(
            f"This model makes {recipe.grid} frames; ask for {-(-(frames - rest) // step) * step + rest} and "
            f"cut them.",
            field="frames",
        )
    for word, value in wanted.items():
        if value is None:
            continue
        if word not in recipe.bindings:
            raise AskInvalid(f"The recipe has no binding for {word}, and {word} is wanted.", field=word)
        values = value if isinstance(value, list) else [value] * len(recipe.bindings[word])
        for pointer, one in zip(recipe.bindings[word], values, strict=False):
            set_at(graph, pointer, one)
    for pointer, value in params.items():
        if not pointer.startswith("/") or not has_place(graph, pointer):
            raise AskInvalid(f"There is no place {pointer} in this workflow.", field=pointer)
        set_at(graph, pointer, value)
    for node, told in graph.items():
        if isinstance(find_at(graph, f"/{node}/inputs/filename_prefix"), str):
            told["inputs"]["filename_prefix"] = f"circletake/{key}"
    return graph
