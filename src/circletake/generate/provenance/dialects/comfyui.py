"""ComfyUI: the graph that ran, walked back from what it saved; with or without a sampler that is known."""

import hashlib
from collections.abc import Iterable, Iterator

from circletake.domain.provenance import Trust, What
from circletake.errors import RecipeInvalid
from circletake.generate.graph import Graph, Node, is_graph, read_graph
from circletake.generate.provenance.telling import Telling, Unread, Written, read_object, texts

_TOOL = "ComfyUI"
_SEEDS = ("seed", "noise_seed", "rand_seed", "seed_num")
_MODELS = ("ckpt_name", "unet_name", "model_name", "model", "diffusion_model", "model_path", "gguf_name")
_SAMPLING: dict[str, What] = {"sampler_name": "sampler", "steps": "steps", "cfg": "guidance"}
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
_KNOWN = frozenset(
    """
    SaveImage PreviewImage SaveAnimatedPNG SaveAnimatedWEBP SaveWEBM SaveVideo CreateVideo SaveAudio
    SaveAudioMP3 SaveAudioOpus PreviewAudio VAEDecode VAEDecodeTiled VAEEncode VAELoader
    VAEDecodeAudio EmptyLatentImage EmptySD3LatentImage EmptyHunyuanLatentVideo EmptyLatentAudio
    CLIPLoader DualCLIPLoader TripleCLIPLoader CLIPSetLastLayer ConditioningCombine
    ConditioningConcat ConditioningZeroOut LatentUpscale LatentUpscaleBy ImageScale ImageScaleBy
    EmptyImage LoadVideo LoadAudio LoadImageMask GetVideoComponents EmptyAudio BasicScheduler
    BasicGuider CFGGuider ModelSamplingSD3 ModelSamplingFlux FluxGuidance KSamplerSelect
    SamplerCustom SamplerCustomAdvanced CLIPVisionLoader CLIPVisionEncode WanImageToVideo
    WanFirstLastFrameToVideo ControlNetLoader ControlNetApply ControlNetApplyAdvanced Note
    MarkdownNote Reroute ImageInvert ImageBatch RepeatImageBatch
    """.split()  # noqa: SIM905 (a list of words reads as words)
)
_LONGEST_LIST = 30


def dialect(written: Written, telling: Telling) -> None:
    """Say what the graph says."""
    ran, drawn = written.find("prompt"), written.find("workflow")
    if drawn is not None:
        _say_layout(drawn.text, drawn.where, telling)
    if ran is not None:
        try:
            told = read_object(ran.text)
            if is_graph(told):
                _say_graph(read_graph(told), ran.where, telling)
        except Unread as why:
            telling.refuse(f"The workflow in {ran.where} {why}")
        except RecipeInvalid as why:
            telling.refuse(why.message.rstrip("."))
    if (hint := written.find("circletake")) is not None:
        # Written by our own submission, but carried on by every graph that loads a film of ours: no receipt.
        telling.say("hint", hint.text, hint.where)


def _say_layout(text: str, where: str, telling: Telling) -> None:
    """The editor's own form: boxes and wires on a page. It says what was on the page, not what ran."""
    try:
        told = read_object(text)
    except Unread as why:
        telling.refuse(f"The editor's workflow in {where} {why}")
        return
    if isinstance(told, dict) and isinstance(told.get("nodes"), list):
        telling.say("tool", _TOOL, where)
        telling.say("layout", hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), where)


def _say_graph(graph: Graph, where: str, telling: Telling) -> None:
    telling.say("tool", _TOOL, where)
    try:
        workflow = hashlib.sha256(graph.canonical).hexdigest()
    except RecipeInvalid as why:
        telling.refused.append(why.message)
    else:
        telling.graphs[workflow] = graph.canonical
        telling.say("workflow", workflow, where)
    reached = list(graph.upstream(graph.ends()))
    used: set[str] = set()
    for node in reached:
        for told in (_seed, _model, _sampling, _input):
            for what, value in told(graph, node):
                telling.say(what, value, f"{where}, node {node.id[:40]} {node.kind[:80]}")
                used.add(node.id)
    for what, found, trust in _prompts(graph, reached):
        for node, text in found:
            telling.say(what, text, f"{where}, node {node.id[:40]} {node.kind[:80]}", trust=trust)
            used.add(node.id)
    strange = sorted({node.kind[:80] for node in reached if node.id not in used} - _KNOWN)
    if strange:
        more = f" and {len(strange) - _LONGEST_LIST} more" if len(strange) > _LONGEST_LIST else ""
        telling.say("not understood", ", ".join(strange[:_LONGEST_LIST]) + more, where, trust="inferred")


def _seed(graph: Graph, node: Node) -> Iterator[tuple[What, object]]:
    for name in _SEEDS:
        value = _value(graph, node, name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield "seed", value


def _model(graph: Graph, node: Node) -> Iterator[tuple[What, object]]:
    for name in _MODELS:
        value = _value(graph, node, name) if name != "model" else node.inputs.get(name)
        if isinstance(value, str):
            yield "model", value
    for name, value in node.inputs.items():
        if name.startswith("lora_name") and isinstance(value, str) and value != "None":
            yield "lora", value


def _sampling(graph: Graph, node: Node) -> Iterator[tuple[What, object]]:
    for name, what in _SAMPLING.items():
        value = _value(graph, node, name)
        if isinstance(value, str | int | float):
            yield what, value
    if "guidance" in node.inputs:
        yield "guidance", node.inputs["guidance"]


def _input(_: Graph, node: Node) -> Iterator[tuple[What, object]]:
    if node.kind.startswith("Load"):
        for name in _INPUTS:
            if isinstance(node.inputs.get(name), str):
                yield "input", node.inputs[name]


def _value(graph: Graph, node: Node, name: str) -> object:
    """An input's value; where a link leads there, what the node behind it was set to."""
    if name not in node.links:
        return node.inputs.get(name)
    for source in graph.upstream([node.links[name]]):
        for key in (name, "value", "int", "number", *_SEEDS):
            found = source.inputs.get(key)
            if isinstance(found, str | int | float):
                return found
        if len(source.links) != 1:
            return None  # it was worked out from several: nobody here can say what came of it
    return None


def _prompts(graph: Graph, reached: list[Node]) -> Iterator[tuple[What, list[tuple[Node, str]], Trust]]:
    """Prompts and negative prompts, by what follows the words: what a sampler calls them, else their name."""
    positive = [node.links[name] for node in reached for name in _CONDITIONS if name in node.links]
    negative = [node.links["negative"] for node in reached if "negative" in node.links]
    said = list(_words(graph, positive, past={"positive": "negative"}))
    said += [(node, text) for node in reached for text in texts(node.inputs.get(key) for key in _POSITIVE)]
    unsaid = list(_words(graph, negative, past={"negative": "positive"}))
    unsaid += [(node, text) for node in reached for text in texts(node.inputs.get(key) for key in _NEGATIVE)]
    yield "prompt", said, "embedded"
    yield "negative", unsaid, "embedded"
    if not said and not unsaid:
        loose = [node for node in reached if "encode" in node.kind.lower() or "prompt" in node.kind.lower()]
        found = [(node, text) for node in loose for text in texts(node.inputs.get(key) for key in _TEXTS)]
        yield "prompt", found, "inferred"


def _words(graph: Graph, starts: Iterable[str], *, past: dict[str, str]) -> Iterator[tuple[Node, str]]:
    """Text behind a condition. A node that combines both sides is followed on one side only."""
    side = next(iter(past))
    keys = _NEGATIVE if side == "negative" else _TEXTS
    for node in graph.upstream(starts, past=past, stops=_BESIDE):
        own = texts(node.inputs.get(key) for key in keys)
        if side == "negative" and not own and not set(_POSITIVE) & set(node.inputs):
            own = texts(node.inputs.get(key) for key in _TEXTS)
        for text in own:
            yield node, text
