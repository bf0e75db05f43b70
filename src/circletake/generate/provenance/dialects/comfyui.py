"""ComfyUI: the graph that ran, walked back from what it saved; with or without a sampler that is known."""

import hashlib

from circletake.domain.provenance import WHATS
from circletake.errors import RecipeInvalid
from circletake.generate.graph import Graph, is_graph, read_graph
from circletake.generate.graph_settings import settings_of
from circletake.generate.provenance.telling import Telling, Unread, Written, read_object

_TOOL = "ComfyUI"
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
    settings = list(settings_of(graph))
    for one in settings:
        if one.what in WHATS:
            place = f"{where}, node {one.node.id[:40]} {one.node.kind[:80]}"
            telling.say(one.what, one.value, place, trust="inferred" if one.is_guess else "embedded")
    used = {one.node.id for one in settings}
    reached = graph.upstream(graph.ends())
    strange = sorted({node.kind[:80] for node in reached if node.id not in used} - _KNOWN)
    if strange:
        more = f" and {len(strange) - _LONGEST_LIST} more" if len(strange) > _LONGEST_LIST else ""
        telling.say("not understood", ", ".join(strange[:_LONGEST_LIST]) + more, where, trust="inferred")
