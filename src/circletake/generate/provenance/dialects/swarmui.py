"""SwarmUI: `parameters` as JSON with `sui_image_params` in it."""

from circletake.domain.provenance import What
from circletake.generate.provenance.telling import Telling, Unread, Written, read_object

_FIELDS: dict[str, What] = {
    "prompt": "prompt",
    "negativeprompt": "negative",
    "seed": "seed",
    "model": "model",
    "videomodel": "model",
    "sampler": "sampler",
    "steps": "steps",
    "cfgscale": "guidance",
}
_VIDEO: dict[str, What] = {"videomodel": "model"}


def dialect(written: Written, telling: Telling) -> None:
    """Say what the object says."""
    for key in ("parameters", "UserComment", "comment", "description"):
        found = written.find(key)
        try:
            told = read_object(found.text) if found is not None else None
        except Unread:
            continue  # whoever else reads this key says why
        params = told.get("sui_image_params") if told else None
        if found is not None and isinstance(params, dict):
            telling.say("tool", f"SwarmUI {params.get('swarm_version', '')}".strip(), found.where)
            telling.say_all(params, _FIELDS, found.where)
            telling.say_all(params, _VIDEO, found.where)
            loras = params.get("loras")
            for lora in loras if isinstance(loras, list) else []:
                telling.say("lora", lora, found.where)
            return
