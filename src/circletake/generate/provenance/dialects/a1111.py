"""AUTOMATIC1111's web UI, Forge, SD.Next and whatever writes as they do: `parameters` as text."""

from collections.abc import Iterator

from circletake.domain.provenance import What
from circletake.generate.provenance.telling import Telling, Written
from circletake.media.marks.field import Field

_NEGATIVE = "Negative prompt:"
_SETTINGS: dict[str, What] = {
    "Seed": "seed",
    "Model": "model",
    "Model hash": "model",
    "Sampler": "sampler",
    "Steps": "steps",
    "CFG scale": "guidance",
    "Distilled CFG Scale": "guidance",
}
_FEWEST = 3
_ANY = ("Steps", "Sampler", "Seed", "CFG scale", "Model", "Model hash", "Size")


def dialect(written: Written, telling: Telling) -> None:
    """Say what the text says."""
    for key in ("parameters", "stealth", "UserComment", "comment"):
        found = written.find(key)
        if found is not None and not found.text.lstrip().startswith("{") and _say(found, telling):
            return


def _say(found: Field, telling: Telling) -> bool:
    lines = found.text.strip().split("\n")
    settings: dict[str, str] = {}
    at = len(lines)
    for index in range(len(lines) - 1, -1, -1):
        settings = dict(_settings(lines[index]))
        if sum(name in settings for name in _ANY) >= _FEWEST:
            at = index
            break
    else:
        return False
    prompt, _, negative = "\n".join(lines[:at]).partition(_NEGATIVE)
    telling.say("tool", _tool(settings), found.where)
    telling.say("prompt", prompt.strip(), found.where)
    telling.say("negative", negative.strip(), found.where)
    telling.say_all(settings, _SETTINGS, found.where)
    for lora in _settings(settings.get("Lora hashes", "").strip('"')):
        telling.say("lora", lora[0], found.where)
    return True


def _tool(settings: dict[str, str]) -> str:
    version, app = settings.get("Version", ""), settings.get("App", "")
    if app:
        return app
    if version.startswith("f"):
        return f"Stable Diffusion WebUI Forge {version}"
    return f"Stable Diffusion web UI {version}".strip()


def _settings(line: str) -> Iterator[tuple[str, str]]:
    """Pairs of “Name: value”, set off by commas outside quotes and brackets."""
    for part in _parts(line):
        name, colon, value = part.partition(":")
        if colon and name.strip() and value.strip():
            yield name.strip(), value.strip()


def _parts(line: str) -> Iterator[str]:
    start, depth, quoted = 0, 0, False
    for index, letter in enumerate(line):
        if letter == '"' and line[index - 1 : index] != "\\":
            quoted = not quoted
        elif not quoted and letter in "{[":
            depth += 1
        elif not quoted and letter in "}]":
            depth -= 1
        elif letter == "," and not quoted and depth <= 0:
            yield line[start:index]
            start = index + 1
    yield line[start:]
