"""XML from strangers: read without entities, never too deep, and written in one spelling."""

import unicodedata
from fractions import Fraction
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit
from xml.etree import ElementTree as ET
from xml.parsers import expat

from circletake.cut.edited import exact
from circletake.errors import CutUnreadable

Element = ET.Element
_DEEPEST = 300


def read_xml(path: Path) -> Element:
    """Read a file's root; declarations of entities are refused, as they can grow without end.

    Raises:
        CutUnreadable: it is no XML, or XML that no editing program writes.
    """
    builder = ET.TreeBuilder()
    depth = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise CutUnreadable(f"It is nested over {_DEEPEST} deep, as no timeline is; export it again.")
        builder.start(name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(name)

    def refuse(*_: object) -> int:
        raise CutUnreadable("The file declares entities of its own, which is not read; export it again.")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(path.read_bytes(), True)
        return builder.close()
    except expat.ExpatError as broken:
        raise CutUnreadable(f"This is no XML: {broken}; export it again.") from None
    except (AssertionError, UnicodeError, LookupError, ValueError):
        raise CutUnreadable("This is no XML that can be read; export it again.") from None


def text_of(element: Element | None, name: str) -> str:
    """The text of a child, without what surrounds it; empty where there is none."""
    found = element.findtext(name) if element is not None else None
    return " ".join((found or "").split())


def number_of(element: Element | None, name: str, *, otherwise: int = 0) -> Fraction:
    """A child's number."""
    text = text_of(element, name)
    return exact(text) if text else Fraction(otherwise)


def name_in(address: str) -> str:
    """The last part of an address, read as a name; nothing is ever opened by it."""
    try:
        path = urlsplit(address).path or address
    except ValueError:
        path = address
    return unicodedata.normalize("NFC", unquote(path.replace("\\", "/")).rsplit("/", 1)[-1])


def address_of(path: str) -> str:
    """A file's path as an address."""
    return "file://localhost" + quote(path if path.startswith("/") else f"/{path}")


def root_of(tag: str, **attributes: str) -> Element:
    """Begin a tree."""
    return Element(tag, attributes)


def add(parent: Element, tag: str, text: object = None, /, **attributes: str) -> Element:
    """Add a child, with text or attributes."""
    child = ET.SubElement(parent, tag, attributes)
    if text is not None:
        child.text = _writable(str(text))
    return child


def _writable(text: str) -> str:
    """Text without the characters that no XML can hold."""
    return "".join(letter for letter in text if letter in "\t\n" or ord(letter) >= 32)  # noqa: PLR2004 (space)


def xml_bytes(root: Element, doctype: str) -> bytes:
    """Write a tree as a file of its own."""
    for element in root.iter():
        for key, value in element.attrib.items():
            element.attrib[key] = _writable(value)
    ET.indent(root)
    body: str = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE {doctype}>\n{body}\n'.encode()
