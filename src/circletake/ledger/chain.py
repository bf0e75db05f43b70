"""The chain of hashes that makes every entry depend on all before it.

The prefixes keep the three kinds of hash apart: 00 a leaf, 01 a node of a Merkle tree, 02 a link.
"""

import hashlib
from dataclasses import dataclass

ROOT = bytes(32)
"""What the first entry is chained to."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where the book ends: number of its last entry (0 if none) and the chain's hash there."""

    seq: int
    chain: bytes


def leaf_hash(data: bytes) -> bytes:
    """Hash an entry's bytes.

    Source:
        RFC 6962, 2.1: SHA-256(00 ‖ entry).

    >>> leaf_hash(b"").hex()[:16]
    '6e340b9cffb37a98'
    """
    return hashlib.sha256(b"\x00" + data).digest()


def chain_hash(before: bytes, leaf: bytes) -> bytes:
    """Hash the book up to an entry, from the hash up to the one before and the entry's leaf."""
    return hashlib.sha256(b"\x02" + before + leaf).digest()
