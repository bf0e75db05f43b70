"""The short way through canonical JSON says exactly what the long way says, whatever it is given."""

import contextlib
from collections.abc import Callable
from typing import Any

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from circletake.errors import EntryInvalid
from circletake.ledger import canonical as module
from circletake.ledger.canonical import Whole, canonical, decoder_of, read_as, read_canonical

keys = st.sampled_from(["a", "b_1", "at", "body", "0"]) | st.text("abcz019_", min_size=1, max_size=4)
texts = st.text(max_size=6) | st.sampled_from(
    ["e\u0301", "\n\u0303", "\u0301", "Å", "\u212b", '\x7f\x00"\\', "\ud800"]
)
leaves: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers(-(2**54), 2**54)
    | texts
    | st.sampled_from([2**53, -(2**53), 2**70])
)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=12,
)
objects = st.dictionaries(keys, values, max_size=5)
strange = st.one_of(
    st.floats(),
    st.binary(max_size=2),
    st.dictionaries(st.sampled_from(["A", "a b", "", "é"]), st.none(), min_size=1),
    st.sampled_from([{1: 1}, {"a": {2}}, object()]),
)


def told(way: Callable[[Any], object], value: object) -> object:
    """What a way answers: its bytes, or what it says is the matter."""
    try:
        return way(value)
    except EntryInvalid as refused:
        return str(refused)


@given(value=values | strange | st.dictionaries(keys, strange | values, max_size=3))
@example(value={"a": [[]]})
def test_both_ways_write_the_same_or_refuse_the_same(value: object) -> None:
    assert told(canonical, value) == told(module._written_out, value)


@given(value=objects)
def test_what_is_written_reads_back_the_short_way(value: dict[str, Any]) -> None:
    with contextlib.suppress(EntryInvalid):
        data = canonical(value)
        assert read_canonical(data) == module._read_through(data)


def mangle(data: bytes, at: int, what: int, piece: bytes) -> bytes:
    at %= len(data) + 1
    match what % 4:
        case 0:
            return data[:at] + piece + data[at:]
        case 1:
            return data[:at] + data[at + 1 :]
        case 2:
            return data[:at] + piece + data[at + len(piece) :]
        case _:
            return (
                data[:at] + bytes([data[at] ^ (1 << what % 8)]) + data[at + 1 :] if at < len(data) else data
            )


PIECES = [
    b" ", b"\n", b"1.0", b"1e3", b"-0", b"01", b"9007199254740992", b'"a":1,', b"\\u0041", b"\\/",
    b"\\u00e9", b"\xff", b"\xcc\x81", b"\xed\xa0\x80", b"\\ud800", b"NaN", b"null", b"\\n\xcc\x83",
    b'"A":1,', b"[", b"{}",
]  # fmt: skip


@given(value=objects, at=st.integers(0, 200), what=st.integers(0, 31), piece=st.sampled_from(PIECES))
def test_damaged_bytes_are_taken_or_refused_alike(
    value: dict[str, Any], at: int, what: int, piece: bytes
) -> None:
    with contextlib.suppress(EntryInvalid):
        data = mangle(canonical(value), at, what, piece)
        assert told(read_canonical, data) == told(module._read_through, data)


class Small(msgspec.Struct, forbid_unknown_fields=True):
    """An envelope like an entry's, with fewer members."""

    at: str
    body: dict[str, Any]
    seq: Whole


small = decoder_of(Small)


@given(
    at=texts, body=objects, seq=st.integers(0, 2**53 - 1), place=st.integers(0, 200), what=st.integers(0, 31),
    piece=st.sampled_from([b"", *PIECES]),
)  # fmt: skip
@example(at="\n\u0303", body={}, seq=1, place=0, what=0, piece=b"")
@example(at="", body={}, seq=1, place=25, what=0, piece=b"9007199254740992")
def test_a_shape_is_read_from_what_is_canonical_and_from_nothing_else(
    at: str, body: dict[str, Any], seq: int, place: int, what: int, piece: bytes
) -> None:
    with contextlib.suppress(EntryInvalid):
        data = canonical({"at": at, "body": body, "seq": seq})
        if piece:
            data = mangle(data, place, what, piece)
        members = told(module._read_through, data)
        found = told(lambda given: read_as(given, small), data)
        if isinstance(found, Small):
            assert {"at": found.at, "body": found.body, "seq": found.seq} == members
        else:
            is_shaped = (
                isinstance(members, dict)
                and members.keys() == {"at", "body", "seq"}
                and type(members["at"]) is str
                and type(members["body"]) is dict
                and type(members["seq"]) is int
            )
            assert not is_shaped, (found, members)
