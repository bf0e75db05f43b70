"""Fooocus: `parameters` (PNG) or the comment of EXIF as JSON, with its own names."""

from circletake.domain.provenance import What
from circletake.generate.provenance.telling import Telling, Unread, Written, read_object

_FIELDS: dict[str, What] = {
    "prompt": "prompt",
    "negative_prompt": "negative",
    "seed": "seed",
    "base_model": "model",
    "sampler": "sampler",
    "steps": "steps",
    "guidance_scale": "guidance",
}


def dialect(written: Written, telling: Telling) -> None:
    """Say what the object says."""
    for key in ("parameters", "UserComment"):
        found = written.find(key)
        if found is None:
            continue
        try:
            told = read_object(found.text)
        except Unread as why:
            telling.refuse(f"What stands as “{key}” in {found.where} {why}")
            continue
        if told is not None and "base_model" in told and "sampler" in told:
            telling.say("tool", str(told.get("version") or "Fooocus"), found.where)
            telling.say_all(told, _FIELDS, found.where)
            loras = told.get("loras")
            for lora in loras if isinstance(loras, list) else []:
                telling.say("lora", lora[0] if isinstance(lora, list) and lora else lora, found.where)
            return
