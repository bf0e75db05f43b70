"""InvokeAI in its three ages: `invokeai_metadata`, `sd-metadata`, and the command line of `Dream`."""

import re

from circletake.domain.provenance import What
from circletake.generate.provenance.telling import Telling, Unread, Written, read_object
from circletake.media.marks.field import Field

_TOOL = "InvokeAI"
_NOW: dict[str, What] = {
    "positive_prompt": "prompt",
    "negative_prompt": "negative",
    "seed": "seed",
    "scheduler": "sampler",
    "steps": "steps",
    "cfg_scale": "guidance",
    "guidance": "guidance",
}
_BEFORE: dict[str, What] = {"seed": "seed", "sampler": "sampler", "steps": "steps", "cfg_scale": "guidance"}
_DREAM: dict[str, What] = {"S": "seed", "A": "sampler", "s": "steps", "C": "guidance"}
_LONGEST_DREAM = 20_000


def dialect(written: Written, telling: Telling) -> None:
    """Say what the newest of its fields says."""
    for key, say in (("invokeai_metadata", _now), ("sd-metadata", _before), ("Dream", _dream)):
        found = written.find(key)
        if found is None:
            continue
        try:
            say(found, telling)
        except Unread as why:
            telling.refuse(f"What stands as “{key}” in {found.where} {why}")
        else:
            return


def _now(found: Field, telling: Telling) -> None:
    told = read_object(found.text) or {}
    telling.say("tool", f"{_TOOL} {told.get('app_version', '')}".strip(), found.where)
    telling.say_all(told, _NOW, found.where)
    model = told.get("model")
    if isinstance(model, dict):
        telling.say("model", model.get("name") or model.get("model_name"), found.where)
    loras = told.get("loras")
    for lora in loras if isinstance(loras, list) else []:
        inner = lora.get("model") or lora.get("lora") if isinstance(lora, dict) else None
        if isinstance(inner, dict):
            telling.say("lora", inner.get("name") or inner.get("model_name"), found.where)


def _before(found: Field, telling: Telling) -> None:
    told = read_object(found.text) or {}
    telling.say("tool", f"{_TOOL} {told.get('app_version', '')}".strip(), found.where)
    telling.say("model", told.get("model_weights") or told.get("model_hash"), found.where)
    image = told.get("image")
    if isinstance(image, dict):
        telling.say_all(image, _BEFORE, found.where)
        prompts = image.get("prompt")
        for one in prompts if isinstance(prompts, list) else [{"prompt": prompts}]:
            if isinstance(one, dict):
                _both(str(one.get("prompt") or ""), found.where, telling)


def _dream(found: Field, telling: Telling) -> None:
    quoted = re.match(r'^\s*"([^"]*)"(.*)$', found.text[:_LONGEST_DREAM], re.DOTALL)
    if quoted is None:
        telling.refuse(f"The command in {found.where} has no prompt in quotes")
        return
    telling.say("tool", _TOOL, found.where)
    _both(quoted[1], found.where, telling)
    telling.say_all(dict(re.findall(r"\s-(\w)\s+(\S+)", quoted[2])), _DREAM, found.where)


def _both(prompt: str, where: str, telling: Telling) -> None:
    """A prompt whose parts in square brackets are what is not wanted."""
    unwanted = re.findall(r"\[([^\[\]]*)\]", prompt)
    telling.say("prompt", re.sub(r"\[[^\[\]]*\]", "", prompt).strip(" ,"), where)
    telling.say("negative", ", ".join(part.strip(" ,") for part in unwanted if part.strip(" ,")), where)
