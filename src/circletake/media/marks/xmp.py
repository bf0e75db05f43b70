"""XMP: a few plain properties, picked out of the packet without an XML reader that could be led astray."""

import re

from circletake.media.marks.field import Marks, text_of

XMP_KEY = "XML:com.adobe.xmp"
DIGITAL_SOURCE_TYPE = "DigitalSourceType"
_PROPERTIES = (DIGITAL_SOURCE_TYPE, "CreatorTool", "Credit", "AISystemUsed", "AIPromptInformation")
_WANTED = re.compile(
    rf"<?[\w.-]{{1,40}}:({'|'.join(_PROPERTIES)})"
    r"(?:\s*=\s*(?:\"([^\"<>]{1,2000})\"|'([^'<>]{1,2000})')"  # an attribute
    r"|(?:\s+rdf:resource\s*=\s*\"([^\"<>]{1,2000})\"\s*/?)"  # an element that names an address
    r"|>\s*(?:<rdf:Alt>\s*<rdf:li[^>]{0,200}>)?([^<>]{1,2000})<)"  # an element
)
_LARGEST_BYTES = 256 << 10  # a packet of properties; what is larger carries pictures
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}


def read_xmp(packet: bytes, marks: Marks) -> None:
    """Read which kind of source a packet names, and the tool.

    Source:
        ISO 16684-1, 7; IPTC Photo Metadata 2024.1, Digital Source Type.
    """
    for name, *values in _WANTED.findall(text_of(packet[:_LARGEST_BYTES])):
        value = next((one for one in values if one.strip()), "")
        for entity, letter in _ENTITIES.items():
            value = value.replace(entity, letter)
        if value:
            marks.add(name, value, f"XMP {name}")
