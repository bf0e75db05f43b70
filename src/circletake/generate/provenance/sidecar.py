"""What somebody says of a take in a file beside it: JSON by name, anything else as words."""

from pathlib import PurePosixPath

from circletake.domain.provenance import Fact, What
from circletake.generate.provenance.telling import Telling, Unread, read_object
from circletake.media.marks.field import LARGEST_FIELD_BYTES, text_of

_FIELDS: dict[str, What] = {
    "tool": "tool",
    "generator": "tool",
    "prompt": "prompt",
    "positive_prompt": "prompt",
    "negative_prompt": "negative",
    "negative": "negative",
    "seed": "seed",
    "model": "model",
    "model_name": "model",
    "sampler": "sampler",
    "steps": "steps",
    "guidance": "guidance",
    "cfg_scale": "guidance",
    "digital_source_type": "source type",
    "source_type": "source type",
    "note": "said",
    "notes": "said",
}


def read_sidecar(name: str, data: bytes) -> tuple[list[Fact | None], list[str]]:
    """Facts that a sidecar declares, and a sentence for what of it was not read.

    Args:
        name: of the file; tells its kind, and where the facts were read.
    """
    telling = Telling()
    if len(data) > LARGEST_FIELD_BYTES:
        telling.refuse(f"{name} is larger than {LARGEST_FIELD_BYTES >> 20} MiB")
    elif PurePosixPath(name).suffix.lower() != ".json":
        telling.say("said", text_of(data), name, trust="declared")
    else:
        _say(name, text_of(data.removeprefix(b"\xef\xbb\xbf")), telling)
    return telling.facts, telling.refused


def _say(name: str, text: str, telling: Telling) -> None:
    try:
        told = read_object(text)
    except Unread as why:
        telling.refuse(f"{name} {why}")
        return
    if told is None:
        telling.refuse(f"{name} holds no JSON object")
        return
    found = {str(key).lower(): value for key, value in told.items()}
    for key, what in _FIELDS.items():
        telling.say(what, found.get(key), name, trust="declared")
