"""Sample timelines of other programs' own tests: each is read, or refused in one sentence that says why.

They are not in this repository. `CIRCLETAKE_TIMELINES` names a folder of them, such as checkouts of
OpenTimelineIO, its adapters and OpenFCPXMLKit.
"""

import os
from fractions import Fraction
from pathlib import Path

import pytest

from circletake.cut.timelines import forms, read_timeline
from circletake.errors import CutUnreadable

FOLDER = Path(os.environ.get("CIRCLETAKE_TIMELINES", "/nowhere"))
ENDINGS = tuple(ending for form in forms().values() for ending in form.endings)
SAMPLES = sorted(path for path in FOLDER.rglob("*") if path.is_file() and path.name.lower().endswith(ENDINGS))

# What a sample may rightly be refused for: it holds no cut.
EMPTY = (
    "The timeline has no picture track",
    "The timeline's picture track is empty",
    "The EDL lists no picture, only sound",
    "There is no project in this file, only clips",
    "This is XML of another kind",
    "is no AAF file",
)

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.sqlite,  # no database is met
    pytest.mark.timeout(900),
    pytest.mark.skipif(not SAMPLES, reason="NO TIMELINES: set CIRCLETAKE_TIMELINES to a folder of other programs' samples to read them"),
]


def refusal_of(path: Path, rate: Fraction) -> str | None:
    """Why a sample is no cut, or None where it became one."""
    try:
        proposal = read_timeline(path, rate=rate, known=[])
    except CutUnreadable as refusal:
        return refusal.message
    assert proposal.slots
    assert all(slot.take is None for slot in proposal.slots)
    return None


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(30000, 1001)], ids=["24", "29.97"])
def test_every_sample_becomes_a_cut_or_one_sentence(rate: Fraction) -> None:
    refused = {path.name: why for path in SAMPLES if (why := refusal_of(path, rate)) is not None}
    assert [why for why in refused.values() if "\n" in why] == []
    assert {name: why for name, why in refused.items() if not any(words in why for words in EMPTY)} == {}
    assert len(refused) < len(SAMPLES) / 4
