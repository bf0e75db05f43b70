"""Canonical JSON has one spelling for a value, and refuses what has none."""

import pytest

from circletake.errors import EntryInvalid
from circletake.ledger.canonical import canonical, read_canonical


def test_keys_are_sorted_and_nothing_is_escaped_that_need_not_be() -> None:
    value = {"b": [True, None, -1], "a": {"z": "é/\u2028", "y": 'tab\t"'}}
    assert canonical(value) == '{"a":{"y":"tab\\t\\"","z":"é/\u2028"},"b":[true,null,-1]}'.encode()


def test_what_was_written_reads_back() -> None:
    value = {"a": [1, {"b": "日本"}], "c": 2**53 - 1}
    assert read_canonical(canonical(value)) == value


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"a": 1.0}, "a"),
        ({"a": [0, 2**53]}, "a[1]"),
        ({"a": -(2**53)}, "a"),
        ({"A": 1}, ""),
        ({"a b": 1}, ""),
        ({"": 1}, ""),
        ({1: 1}, ""),
        ({"a": "e\u0301"}, "a"),
        ({"a": "\ud800"}, "a"),
        ({"a": b""}, "a"),
        ({"a": {"b": {1}}}, "a.b"),
        (float("nan"), ""),
    ],
)
def test_what_has_no_one_spelling_is_refused_by_its_path(value: object, path: str) -> None:
    with pytest.raises(EntryInvalid) as refused:
        canonical(value)
    assert refused.value.detail["path"] == path


def test_nesting_without_end_is_refused() -> None:
    value: list[object] = []
    value.append(value)
    with pytest.raises(EntryInvalid, match="deeper"):
        canonical(value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a":1.0}',
        b'{"a":1e3}',
        b'{"a":NaN}',
        b'{"a":"\\u00e9"}',
        '{"a":"e\u0301"}'.encode(),
        b'{"a":"\\ud800"}',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":"\xff"}',
        b'{"a":1}\n',
        b"[1]",
        b"",
        b"{",
        b"[" * 100_000,
        b'{"a":' + b"9" * 5000 + b"}",
    ],
)
def test_bytes_that_are_not_the_one_spelling_are_refused(data: bytes) -> None:
    with pytest.raises(EntryInvalid):
        read_canonical(data)
