"""A Merkle tree over the leaf hashes of entries: its root says what a whole book is, in 32 bytes.

A proof of a few hashes then shows that an entry stands in the book (inclusion), or that a longer book
begins with exactly a shorter one (consistency). Nothing here knows what an entry is.

Source:
    RFC 6962, 2.1 and RFC 9162, 2.1: the tree, its proofs, and how they are verified.
"""

import hashlib
from collections.abc import Iterable, Sequence

HASH_BYTES = 32
EMPTY = hashlib.sha256(b"").digest()
"""Root of a tree without leaves."""


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into the one above them: SHA-256(01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: one hash for each power of two in its size.

    It takes the next leaf and tells the root, without the leaves before.

    Args:
        size: leaves so far.
        peaks: roots of the complete subtrees they make, the largest first, one behind the other.

    Raises:
        ValueError: there are not as many peaks as a tree of this size has.

    >>> edge = Frontier()
    >>> edge.root() == EMPTY
    True
    """

    def __init__(self, size: int = 0, peaks: bytes = b"") -> None:
        if len(peaks) != size.bit_count() * HASH_BYTES:
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} peaks of {HASH_BYTES} bytes")
        self.size = size
        self._peaks = [peaks[at : at + HASH_BYTES] for at in range(0, len(peaks), HASH_BYTES)]

    @property
    def peaks(self) -> bytes:
        """What `Frontier(size, peaks)` goes on from."""
        return b"".join(self._peaks)

    def append(self, leaf: bytes) -> None:
        """Add the next leaf's hash."""
        below = self.size
        while below & 1:  # two complete subtrees of one size are the next larger one
            leaf = node_hash(self._peaks.pop(), leaf)
            below >>= 1
        self._peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Root of the tree so far."""
        if not self._peaks:
            return EMPTY
        root = self._peaks[-1]
        for peak in self._peaks[-2::-1]:
            root = node_hash(peak, root)
        return root


class Tree:
    """A tree that keeps every complete subtree, 64 bytes a leaf, and so has any proof at hand.

    Args:
        leaves: hashes, in order.
    """

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels = [bytearray()]  # level k: hashes of complete subtrees of 2^k leaves
        for leaf in leaves:
            self.append(leaf)

    def __len__(self) -> int:
        return len(self._levels[0]) // HASH_BYTES

    def append(self, leaf: bytes) -> None:
        """Add the next leaf's hash."""
        self._levels[0] += leaf
        size, level = len(self), 0
        while not size & 1:
            pair = bytes(self._levels[level][-2 * HASH_BYTES :])
            level += 1
            if level == len(self._levels):
                self._levels.append(bytearray())
            self._levels[level] += node_hash(pair[:HASH_BYTES], pair[HASH_BYTES:])
            size >>= 1

    def root(self, size: int | None = None) -> bytes:
        """Root of the tree, or of its first leaves.

        Raises:
            ValueError: there are fewer leaves.
        """
        size = self._checked(len(self) if size is None else size)
        return self._hash(0, size) if size else EMPTY

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Hashes that lead from a leaf to the root of the first `size` leaves, from the leaf upwards.

        Raises:
            ValueError: there is no such leaf.
        """
        if not 0 <= index < self._checked(size):
            raise ValueError(f"there is no leaf {index} among {size}")
        return self._path(index, 0, size)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Hashes that show the first `old` leaves to be the beginning of the first `new`.

        Raises:
            ValueError: there are fewer leaves, or the old tree is empty or the larger one.
        """
        if not 0 < old <= self._checked(new):
            raise ValueError(f"{old} leaves are not the beginning of {new}")
        return self._subproof(old, 0, new, is_known=True)

    def _checked(self, size: int) -> int:
        if not 0 <= size <= len(self):
            raise ValueError(f"there are {len(self)} leaves, not {size}")
        return size

    def _hash(self, start: int, end: int) -> bytes:
        """Root over leaves `start` to `end`; `start` is where a subtree of that size may begin."""
        count = end - start
        if count & (count - 1) == 0:
            level = count.bit_length() - 1
            at = (start >> level) * HASH_BYTES
            return bytes(self._levels[level][at : at + HASH_BYTES])
        middle = start + _split(count)
        return node_hash(self._hash(start, middle), self._hash(middle, end))

    def _path(self, index: int, start: int, end: int) -> list[bytes]:
        if end - start == 1:
            return []
        middle = start + _split(end - start)
        if index < middle:
            return [*self._path(index, start, middle), self._hash(middle, end)]
        return [*self._path(index, middle, end), self._hash(start, middle)]

    def _subproof(self, old: int, start: int, end: int, *, is_known: bool) -> list[bytes]:
        """SUBPROOF; `is_known` while what is left of the old tree is the old tree whole."""
        if old == end - start:
            return [] if is_known else [self._hash(start, end)]
        left = _split(end - start)
        middle = start + left
        if old <= left:
            return [*self._subproof(old, start, middle, is_known=is_known), self._hash(middle, end)]
        return [*self._subproof(old - left, middle, end, is_known=False), self._hash(start, middle)]


def _split(count: int) -> int:
    """The largest power of two strictly below a count of two or more."""
    return 1 << (count - 1).bit_length() - 1


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether a leaf stands at a place in the tree of this size and root.

    Source:
        RFC 9162, 2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    last, found = size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if index & 1 or index == last:
            found = node_hash(sibling, found)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        index, last = index >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of the new size and root begins with the one of the old size and root.

    Source:
        RFC 9162, 2.1.4.2.
    """
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    hashes = list(proof) if old & (old - 1) else [old_root, *proof]
    if not hashes:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    was = now = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            was, now = node_hash(sibling, was), node_hash(sibling, now)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            now = node_hash(now, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and was == old_root and now == new_root
