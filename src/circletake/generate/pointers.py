"""JSON pointers: reading and setting one place in a document.

Source:
    RFC 6901, JavaScript Object Notation (JSON) Pointer.
"""

from typing import Any

from circletake.errors import ProviderInvalid


def parts_of(pointer: str) -> list[str]:
    """The steps of a pointer.

    Raises:
        ProviderInvalid: it is none.

    >>> parts_of("/6/inputs/a~1b")
    ['6', 'inputs', 'a/b']
    """
    if pointer == "":
        return []
    if not pointer.startswith("/"):
        raise ProviderInvalid(f"“{pointer}” is no JSON pointer; it begins with a slash, as /output/0.")
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")]


def find_at(document: object, pointer: str) -> Any:  # noqa: ANN401 (whatever stands there)
    """What stands at a pointer, or None.

    >>> find_at({"output": [{"url": "x"}]}, "/output/0/url")
    'x'
    """
    for part in parts_of(pointer):
        if isinstance(document, dict):
            document = document.get(part)
        elif isinstance(document, list) and part.isascii() and part.isdecimal() and int(part) < len(document):
            document = document[int(part)]
        else:
            return None
    return document


def has_place(document: object, pointer: str) -> bool:
    """Whether a value can be set at a pointer: all that leads there exists."""
    parts = parts_of(pointer)
    above = (
        find_at(document, "/" + "/".join(_escaped(part) for part in parts[:-1])) if parts[1:] else document
    )
    return bool(parts) and isinstance(above, dict | list)


def set_at(document: Any, pointer: str, value: object) -> None:  # noqa: ANN401 (a JSON document)
    """Set what stands at a pointer, where all that leads there exists.

    Raises:
        ProviderInvalid: nothing leads there.
    """
    if not pointer:
        raise ProviderInvalid("A whole document is not set; name a place in it.")
    *above, last = parts_of(pointer)
    for part in above:
        document = find_at(document, f"/{_escaped(part)}")
    if isinstance(document, dict):
        document[last] = value
    elif isinstance(document, list) and last.isdecimal() and int(last) < len(document):
        document[int(last)] = value
    else:
        raise ProviderInvalid(f"There is no place {pointer} in this document to put anything.")


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")
