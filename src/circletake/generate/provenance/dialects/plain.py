"""What any program may say: its name, and which kind of source a picture is (IPTC)."""

from circletake.generate.provenance.telling import Telling, Written
from circletake.media.marks.xmp import DIGITAL_SOURCE_TYPE

_SOFTWARE = ("Software", "CreatorTool", "encoder", "AISystemUsed")


def dialect(written: Written, telling: Telling) -> None:
    """Say it."""
    if (source := written.find(DIGITAL_SOURCE_TYPE)) is not None:
        telling.say("source type", source.text.rstrip("/").rpartition("/")[2], source.where)
    for key in _SOFTWARE:
        if (found := written.find(key)) is not None:
            telling.say("software", found.text, found.where)
    if (asked := written.find("AIPromptInformation")) is not None:
        telling.say("prompt", asked.text, asked.where)
