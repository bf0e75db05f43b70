"""Mentions: `@name` in what somebody writes means a person of the production, and is kept by their id.

The words that are kept say `@p_…`. So a person who is renamed is still meant, and one whose name was
erased is named nowhere.
"""

import re
from collections.abc import Mapping

from circletake.ledger import reads
from circletake.ledger.accounts import names
from circletake.ledger.roles import role_map

_MENTION = re.compile(r"@(p_[0-9A-Za-z_]+)")


def spelled(conn: reads.Connection, production: str, text: str) -> str:
    """Words as they are kept: each `@name` of somebody in the production becomes `@` and their id.

    The longest name counts; case does not. A name that nobody there has stays as it was written.
    """
    if "@" not in text:
        return text
    here = role_map(conn, production).keys()
    known = {name: person for person, name in names(conn).items() if person in here}
    for name in sorted(known, key=len, reverse=True):
        pattern = re.compile(rf"(?<!\w)@{re.escape(name)}(?!\w)", re.IGNORECASE)
        text = pattern.sub(f"@{known[name]}", text)
    return text


def told(text: str | None, known: Mapping[str, str], *, erased: str) -> str | None:
    """Words as people read them: each id is the name that person has now.

    >>> told("Look, @p_1 and @p_2!", {"p_1": "Mia"}, erased="erased person")
    'Look, @Mia and @erased person!'
    """
    if text is None:
        return None
    return _MENTION.sub(lambda found: "@" + known.get(found[1], erased), text)


def mentions(text: str | None, person: str) -> bool:
    """Whether kept words mean a person.

    >>> mentions("Look, @p_1!", "p_1"), mentions("Look, @p_12!", "p_1"), mentions(None, "p_1")
    (True, False, False)
    """
    return text is not None and any(found[1] == person for found in _MENTION.finditer(text))
