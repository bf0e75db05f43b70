"""Names of what is made of every content for people to look at; a higher number is a new way of making it."""

import hashlib

FRAMES, PROXY, POSTER, SIGNATURE = "frames-1", "proxy-1", "poster-1", "signature-1"
PEAKS = "peaks-1"
ALPHA = "alpha-1"
"""Whether pictures carry coverage: what it made is `HAS_ALPHA`, or of nothing at all."""
TIMECODE = "timecode-1"
"""SMPTE timecode of the first frame, as text."""
NOTHING = hashlib.sha256(b"").hexdigest()
"""What a recipe made where there is nothing of its kind: no sound, no alpha."""
HAS_ALPHA = hashlib.sha256(ALPHA.encode()).hexdigest()
BADGES = "badges-1"
PROVENANCE = "provenance-1"
"""What is known of how it was made: facts, each with its trust and where it was read."""
NUMBERED = "numbered-1"
"""The film that numbered pictures became; made of the hash of their hashes."""
DECLARED = "declared-1"
"""What somebody said of it in a file beside it."""

_CUTOUTS = "cutouts-1"
_LONGEST = 32  # of a recipe's name, in the jobs' tables


def cutouts_of(character: str) -> str:
    """Recipe of the pictures of one character in a content.

    A code may be longer than a recipe's name, so that the name holds a hash of it.

    >>> cutouts_of("queso")
    'cutouts-1:a00d52243f97dba5c7cd71'
    """
    return f"{_CUTOUTS}:{hashlib.sha256(character.encode()).hexdigest()}"[:_LONGEST]


def is_cutouts(recipe: str) -> bool:
    """Whether it is of some character's pictures."""
    return recipe.startswith(f"{_CUTOUTS}:")
