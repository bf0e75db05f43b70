"""Whatever the leaves: root and proofs are those of the definition, and nothing else verifies."""

import hashlib
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from circletake.ledger.merkle import Frontier, Tree, is_consistent, is_included

leaves = st.integers(0, 70).map(
    lambda count: [hashlib.sha256(number.to_bytes(4, "big")).digest() for number in range(count)]
)


def naive(tree: Sequence[bytes]) -> bytes:
    """MTH of RFC 9162, 2.1.1, word for word."""
    if not tree:
        return hashlib.sha256(b"").digest()
    if len(tree) == 1:
        return tree[0]
    k = 1
    while k * 2 < len(tree):
        k *= 2
    return hashlib.sha256(b"\x01" + naive(tree[:k]) + naive(tree[k:])).digest()


@given(tree=leaves)
def test_every_beginning_has_the_root_of_the_definition(tree: list[bytes]) -> None:
    kept, edge = Tree(tree), Frontier()
    for size in range(len(tree) + 1):
        assert kept.root(size) == edge.root() == naive(tree[:size])
        again = Frontier(size, edge.peaks)
        assert again.root() == edge.root()
        if size < len(tree):
            edge.append(tree[size])


@given(tree=leaves.filter(bool), data=st.data())
def test_a_leaf_is_included_where_it_stands_and_nowhere_else(tree: list[bytes], data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(tree)))
    index = data.draw(st.integers(0, size - 1))
    proof, root = Tree(tree).inclusion(index, size), naive(tree[:size])
    assert is_included(tree[index], index, size, proof, root)
    other = data.draw(st.integers(0, size + 2))
    assert is_included(tree[index], other, size, proof, root) == (other == index)
    assert not is_included(hashlib.sha256(b"other").digest(), index, size, proof, root)
    if proof:
        at, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
        flipped = (int.from_bytes(proof[at], "big") ^ 1 << bit).to_bytes(32, "big")
        assert not is_included(tree[index], index, size, [*proof[:at], flipped, *proof[at + 1 :]], root)
        assert not is_included(tree[index], index, size, proof[:-1], root)
    assert not is_included(tree[index], index, size, [*proof, root], root)


@given(tree=leaves.filter(bool), data=st.data())
def test_a_tree_is_consistent_with_its_beginnings_and_with_nothing_else(
    tree: list[bytes], data: st.DataObject
) -> None:
    new = data.draw(st.integers(1, len(tree)))
    old = data.draw(st.integers(1, new))
    proof, was, now = Tree(tree).consistency(old, new), naive(tree[:old]), naive(tree[:new])
    assert is_consistent(old, was, new, now, proof)
    forked = [*tree[: old - 1], hashlib.sha256(b"other").digest(), *tree[old:]]
    assert not is_consistent(old, naive(forked[:old]), new, now, proof)
    assert not is_consistent(old, was, new, naive(forked[:new]), proof)
    assert not is_consistent(old, was, new, now, [*proof, now])
    for at in range(len(proof)):
        flipped = bytes([proof[at][0] ^ 1]) + proof[at][1:]
        assert not is_consistent(old, was, new, now, [*proof[:at], flipped, *proof[at + 1 :]])
