"""Names that the board makes: ids of panels and scenes, codes of shots."""

import hashlib
import re
from collections.abc import Collection

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is taken for another
_LENGTH = 5
_STEP = 10
_MOST = 48
CLIP = re.compile(r"P(?P<place>\d{3,5})-(?P<uid>[0-9A-Z]{5})(?![0-9A-Z])", re.IGNORECASE)
"""What a panel's clip is called: its place and its uid, `P010-FA5K7`."""


def uid_for(*what: str, taken: Collection[str]) -> str:
    """An id of five capitals and digits that is not taken; the same for the same thing."""
    turn = 0
    while True:
        digest = hashlib.sha256("\0".join([*what, str(turn)]).encode("utf-8", "replace")).digest()
        made = "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:_LENGTH])
        if made not in taken:
            return made
        turn += 1


def shot_code(scene: str, place: int, label: str, *, taken: Collection[str]) -> str:
    """A code for a shot that has none, such as `SC02_SH010`, that nothing else has.

    Args:
        scene: its scene's number as written.
        place: of the shot in it, from 1.
        label: what the file calls the shot; a number stands for the place.

    >>> shot_code("2", 1, "3", taken=()), shot_code("12A", 1, "", taken={"SC12A_SH010"})
    ('SC02_SH030', 'SC12A_SH011')
    """
    number = "".join(letter for letter in scene if letter.isascii() and letter.isalnum())[:_MOST]
    first = f"SC{number.zfill(2)}_" if number else ""
    at = (int(label) if label.isdecimal() and label.isascii() and len(label) < _LENGTH else place) * _STEP
    while True:
        code = f"{first}SH{at:03}"
        if code not in taken:
            return code
        at += 1


def clip_name(place: int, uid: str) -> str:
    """What a panel's clip is called in a timeline and on a disk.

    Args:
        place: of the panel, from 1.

    >>> clip_name(1, "FA5K7")
    'P010-FA5K7'
    """
    return f"P{place * _STEP:03}-{uid}"


def uid_in(name: str) -> str | None:
    """The uid that stands in a clip's or a file's name, or None.

    >>> uid_in("/x/p010-fa5k7.png"), uid_in("A001C002")
    ('FA5K7', None)
    """
    match = CLIP.search(name)
    return match["uid"].upper() if match else None
