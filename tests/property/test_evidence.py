"""Evidence survives being written: equal after reading, equal bytes for equal evidence, damage is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circletake.checks.codec import evidence_bytes, read_evidence, rounded
from circletake.domain.evidence import Evidence, FlagRange, Heatmap, Series
from circletake.domain.time import FrameRange
from circletake.errors import EvidenceUnreadable

_NUMBERS = st.floats(-1e6, 1e6).map(lambda value: rounded(value) or 0.0)
_RANGES = st.tuples(st.integers(0, 500), st.integers(0, 500)).map(
    lambda pair: FrameRange(min(pair), max(pair))
)
_TEXT = st.text(max_size=12)
_FACTS = st.dictionaries(_TEXT, st.one_of(_TEXT, st.integers(-(2**40), 2**40), st.booleans()), max_size=4)
_SERIES = st.builds(
    Series,
    name=_TEXT,
    values=st.lists(st.none() | _NUMBERS, max_size=6).map(tuple),
    low=_NUMBERS,
    high=_NUMBERS,
    threshold=st.none() | _NUMBERS,
    unit=_TEXT,
)
_HEAT = st.builds(
    Heatmap,
    frame=st.integers(0, 500),
    box=st.tuples(*[st.integers(-500, 5000)] * 4),
    rows=st.just(2),
    columns=st.just(3),
    cells=st.binary(min_size=6, max_size=6),
)
_EVIDENCE = st.builds(
    Evidence,
    check=_TEXT,
    version=st.integers(1, 99),
    content=_TEXT,
    summary=_FACTS,
    sentence=_TEXT,
    series=st.lists(_SERIES, max_size=3).map(tuple),
    flags=st.lists(st.builds(FlagRange, _RANGES, _TEXT, _TEXT, _NUMBERS), max_size=3).map(tuple),
    worst_frame=st.none() | st.integers(0, 500),
    heatmaps=st.lists(_HEAT, max_size=2).map(tuple),
    references=st.lists(_TEXT, max_size=2).map(tuple),
    abstained=st.lists(_RANGES, max_size=3).map(tuple),
    backend=_TEXT,
    precision=_TEXT,
    params=_FACTS,
)


@given(_EVIDENCE)
def test_what_is_written_is_read_back_equal(evidence: Evidence) -> None:
    data = evidence_bytes(evidence)
    assert read_evidence(data) == evidence
    assert evidence_bytes(read_evidence(data)) == data


@given(st.binary(max_size=60))
def test_other_bytes_are_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(EvidenceUnreadable):
        read_evidence(data)
