"""NovelAI: Description, Source and a JSON Comment, in text chunks or hidden in alpha."""

from circletake.domain.provenance import What
from circletake.generate.provenance.telling import Telling, Unread, Written, read_object

_FIELDS: dict[str, What] = {
    "prompt": "prompt",
    "uc": "negative",
    "seed": "seed",
    "sampler": "sampler",
    "steps": "steps",
    "scale": "guidance",
}
_TOOL = "NovelAI"


def dialect(written: Written, telling: Telling) -> None:
    """Say what the fields say; of both places, what stands in the open is asked first."""
    hidden, comment = written.find("stealth"), written.find("Comment")
    try:
        if comment is not None:
            others = ("Description", "Source", "Software")
            named = {key: found.text for key in others if (found := written.find(key)) is not None}
            _say({**named, "Comment": comment.text}, comment.where, telling)
        if hidden is not None:
            _say(read_object(hidden.text) or {}, hidden.where, telling)
    except Unread as why:
        telling.refuse(f"What NovelAI wrote {why}")


def _say(fields: dict[str, object], where: str, telling: Telling) -> None:
    told = read_object(str(fields.get("Comment", "")))
    if told is None or not ({"uc", "sampler"} <= told.keys() or fields.get("Software") == _TOOL):
        return
    telling.say("tool", _TOOL, where)
    telling.say_all({"prompt": fields.get("Description"), **told}, _FIELDS, where)
    telling.say("model", fields.get("Source"), where)
