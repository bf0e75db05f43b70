"""The tree is the one of RFC 6962 and RFC 9162, by published vectors."""

import pytest

from circletake.ledger.chain import leaf_hash
from circletake.ledger.merkle import EMPTY, Frontier, Tree, is_consistent, is_included

# Source: certificate-transparency's published test data (merkletree tests, used by every implementation).
LEAVES = [
    leaf_hash(bytes.fromhex(data))
    for data in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_published_ones(size: int) -> None:
    edge = Frontier()
    for leaf in LEAVES[:size]:
        edge.append(leaf)
    assert edge.root().hex() == Tree(LEAVES).root(size).hex() == ROOTS[size]


def test_a_tree_without_leaves_has_the_hash_of_nothing() -> None:
    assert Tree().root() == Frontier().root() == EMPTY
    assert len(Tree()) == 0


def test_published_proofs_are_made_and_verified() -> None:
    tree = Tree(LEAVES)
    # Source: the same test data: audit path of leaf 0 in 8, consistency of 6 to 8.
    path = [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]
    assert [part.hex() for part in tree.inclusion(0, 8)] == path
    shown = [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert [part.hex() for part in tree.consistency(6, 8)] == shown
    assert is_included(LEAVES[0], 0, 8, tree.inclusion(0, 8), tree.root(8))
    assert is_consistent(6, tree.root(6), 8, tree.root(8), tree.consistency(6, 8))


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0), (0, 9), (0, -1)])
def test_there_is_no_path_from_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match=r"lea[fv]"):
        Tree(LEAVES).inclusion(index, size)
    assert not is_included(LEAVES[0], index, size, [], LEAVES[0])


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3), (3, 9), (-1, 3)])
def test_what_is_no_beginning_has_no_consistency(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="leaves"):
        Tree(LEAVES).consistency(old, new)


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3), (-1, 3)])
def test_what_is_no_beginning_is_not_consistent(old: int, new: int) -> None:
    root = Tree(LEAVES).root(3)
    assert not is_consistent(old, root, new, root, [])
    assert not is_consistent(2, root, 3, root, [])


def test_a_proof_that_is_too_long_or_too_short_is_refused() -> None:
    tree = Tree(LEAVES)
    path, shown = tree.inclusion(2, 7), tree.consistency(3, 7)
    for wrong in (path[:-1], [*path, EMPTY], []):
        assert not is_included(LEAVES[2], 2, 7, wrong, tree.root(7))
    for wrong in (shown[:-1], [*shown, EMPTY], []):
        assert not is_consistent(3, tree.root(3), 7, tree.root(7), wrong)
    assert not is_consistent(4, tree.root(4), 4, tree.root(4), [EMPTY])
    assert is_consistent(4, tree.root(4), 4, tree.root(4), [])
    assert not is_consistent(4, tree.root(4), 4, tree.root(5), [])


def test_an_edge_goes_on_from_what_was_kept_of_it() -> None:
    edge = Frontier()
    for leaf in LEAVES[:5]:
        edge.append(leaf)
    again = Frontier(edge.size, edge.peaks)
    for leaf in LEAVES[5:]:
        again.append(leaf)
    assert again.root().hex() == ROOTS[8]
    with pytest.raises(ValueError, match="peaks"):
        Frontier(5, edge.peaks[:-1])


def test_every_proof_of_the_published_tree_holds() -> None:
    tree = Tree(LEAVES)
    for size in range(1, 9):
        for index in range(size):
            assert is_included(LEAVES[index], index, size, tree.inclusion(index, size), tree.root(size))
        for old in range(1, size + 1):
            proof = tree.consistency(old, size)
            assert is_consistent(old, tree.root(old), size, tree.root(size), proof)
