"""What the nodes of a graph were set to, and where each setting stands: seeds, words, models, sizes.

Nodes are read by what they call their inputs, never by their class: whoever writes a node of their own
calls a seed a seed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from circletake.generate.graph import Graph, Node

_SEEDS = ("seed", "noise_seed", "rand_seed", "seed_num")
_MODELS = ("ckpt_name", "unet_name", "model_name", "diffusion_model", "model_path", "gguf_name")
_NUMBERS = {
    "steps": ("steps",),
    "sampler": ("sampler_name",),
    "guidance": ("cfg", "guidance"),
    "width": ("width",),
    "height": ("height",),
    "frames": ("length", "num_frames", "video_frames", "frames"),
    "rate": ("fps", "frame_rate"),
}
_POSITIVE = ("positive_prompt", "prompt", "prompt_text", "text_prompt", "lyrics", "tags", "positive")
_NEGATIVE = ("negative_prompt", "negative")
_TEXTS = ("text", "text_g", "text_l", "clip_l", "clip_g", "t5xxl", "llama", "string", "value", *_POSITIVE)
_INPUTS = ("image", "video", "audio", "file", "upload")
_CONDITIONS = ("positive", "conditioning", "text_embeds", "cond")
# What conditions a picture beside words; behind these stand other pictures' prompts, or none.
_BESIDE = (
    *("model", "vae", "clip", "control_net", "image", "images", "start_image", "end_image", "mask", "pixels"),
    *("samples", "latent", "latent_image", "clip_vision", "clip_vision_output", "reference", "style_model"),
)
_FIRST, _LAST = ("start_image", "first_frame", "first_image"), ("end_image", "last_frame", "last_image")


@dataclass(frozen=True, slots=True)
class Setting:
    """A value that a node was set to.

    Args:
        what: prompt, negative, seed, model, lora, input, steps, sampler, guidance, width, height, frames,
            rate, first or last (the picture that a film begins or ends with).
        node: where the value stands; not always the node that uses it.
        key: of the input there.
        is_guess: nothing leads to it that says what it is.
    """

    what: str
    node: Node
    key: str
    value: str | int | float
    is_guess: bool = False

    @property
    def pointer(self) -> str:
        """JSON pointer (RFC 6901) into the graph."""
        parts = (self.node.id, "inputs", self.key)
        return "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in parts)


def settings_of(graph: Graph) -> Iterator[Setting]:
    """Settings of every node that something was made by, each once."""
    reached = list(graph.upstream(graph.ends()))
    seen: set[tuple[str, str, str]] = set()
    for one in (
        *_numbers(graph, reached),
        *_names(graph, reached),
        *_pictures(graph, reached),
        *_words(graph, reached),
    ):
        if (one.what, one.node.id, one.key) not in seen:
            seen.add((one.what, one.node.id, one.key))
            yield one


def _numbers(graph: Graph, reached: Iterable[Node]) -> Iterator[Setting]:
    for node in reached:
        for key in _SEEDS:
            found = _value(graph, node, key, "seed")
            if found is not None and not isinstance(found.value, str):
                yield found
        for what, keys in _NUMBERS.items():
            for key in keys:
                if (found := _value(graph, node, key, what)) is not None:
                    yield found


def _names(graph: Graph, reached: Iterable[Node]) -> Iterator[Setting]:
    for node in reached:
        for key in _MODELS:
            found = _value(graph, node, key, "model")
            if found is not None and isinstance(found.value, str):
                yield found
        if isinstance(node.inputs.get("model"), str):
            yield Setting("model", node, "model", node.inputs["model"])
        for key, value in node.inputs.items():
            if key.startswith("lora_name") and isinstance(value, str) and value != "None":
                yield Setting("lora", node, key, value)


def _pictures(graph: Graph, reached: Iterable[Node]) -> Iterator[Setting]:
    for node in reached:
        if node.kind.startswith("Load"):
            for key in _INPUTS:
                if isinstance(node.inputs.get(key), str):
                    yield Setting("input", node, key, node.inputs[key])
        for what, keys in (("first", _FIRST), ("last", _LAST)):
            for key in keys:
                yield from _picture(graph, node, key, what)


def _picture(graph: Graph, node: Node, key: str, what: str) -> Iterator[Setting]:
    """The picture that is loaded for an input, through whatever scales or crops it."""
    if key not in node.links:
        return
    for source in graph.upstream([node.links[key]]):
        if source.kind.startswith("LoadImage") and isinstance(source.inputs.get("image"), str):
            yield Setting(what, source, "image", source.inputs["image"])
            return


def _value(graph: Graph, node: Node, key: str, what: str) -> Setting | None:
    """An input's value; where a link leads there, what the node behind it was set to."""
    if key not in node.links:
        return _set(node, key, what)
    for source in graph.upstream([node.links[key]]):
        for other in (key, "value", "int", "float", "number", *_SEEDS):
            if (found := _set(source, other, what)) is not None:
                return found
        if len(source.links) != 1:
            return None  # it was worked out from several: nobody here can say what came of it
    return None


def _set(node: Node, key: str, what: str) -> Setting | None:
    value = node.inputs.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int | float) or value == "":
        return None
    return Setting(what, node, key, value)


def _words(graph: Graph, reached: list[Node]) -> Iterator[Setting]:
    """Prompts, by what follows the words: what a sampler calls them, else their own name."""
    positive = [node.links[key] for node in reached for key in _CONDITIONS if key in node.links]
    negative = [node.links["negative"] for node in reached if "negative" in node.links]
    said = [
        *_behind(graph, positive, "prompt", past={"positive": "negative"}),
        *(one for node in reached for one in _texts(node, _POSITIVE, "prompt")),
    ]
    unsaid = [
        *_behind(graph, negative, "negative", past={"negative": "positive"}),
        *(one for node in reached for one in _texts(node, _NEGATIVE, "negative")),
    ]
    yield from (*said, *unsaid)
    if not said and not unsaid:
        for node in reached:
            if "encode" in node.kind.lower() or "prompt" in node.kind.lower():
                for one in _texts(node, _TEXTS, "prompt"):
                    yield Setting(one.what, one.node, one.key, one.value, is_guess=True)


def _behind(graph: Graph, starts: Iterable[str], what: str, *, past: dict[str, str]) -> Iterator[Setting]:
    """Text behind a condition. A node that combines both sides is followed on one side only."""
    keys = _NEGATIVE if what == "negative" else _TEXTS
    for node in graph.upstream(starts, past=past, stops=_BESIDE):
        own = _texts(node, keys, what)
        if what == "negative" and not own and not set(_POSITIVE) & set(node.inputs):
            own = _texts(node, _TEXTS, what)
        yield from own


def _texts(node: Node, keys: Iterable[str], what: str) -> list[Setting]:
    found = ((key, node.inputs.get(key)) for key in dict.fromkeys(keys))
    return [Setting(what, node, key, text) for key, text in found if isinstance(text, str) and text.strip()]
