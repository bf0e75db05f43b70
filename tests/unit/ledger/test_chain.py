"""The chain's hashes are those that anybody can compute with a standard library."""

import hashlib

from circletake.ledger.chain import ROOT, chain_hash, leaf_hash


def test_a_leaf_is_hashed_as_in_rfc_6962() -> None:
    # Source: certificate-transparency's published leaf hash of the empty input
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def test_a_link_hashes_what_was_before_and_the_leaf() -> None:
    leaf = leaf_hash(b"entry")
    assert chain_hash(ROOT, leaf) == hashlib.sha256(b"\x02" + bytes(32) + leaf).digest()
    assert chain_hash(ROOT, leaf) != chain_hash(leaf, leaf)
