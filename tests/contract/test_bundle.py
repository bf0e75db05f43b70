"""What a browser has to fetch before it shows the desk stays small."""

import gzip
import re
from pathlib import Path

import pytest

DESK = Path(__file__).parents[2] / "src" / "circletake" / "web" / "desk"
MOST_BYTES = 150_000
_ASSET = re.compile(r'(?:src|href)="/(assets/[^"]+)"')


@pytest.mark.skipif(not DESK.is_dir(), reason="NO DESK: `make desk` builds it; nobody weighed it")
def test_what_every_page_loads_is_at_most_150_kb_gzipped() -> None:
    page = (DESK / "index.html").read_text("utf-8")
    assets = sorted(set(_ASSET.findall(page)))
    assert any(one.endswith(".js") for one in assets)
    weights = {one: len(gzip.compress((DESK / one).read_bytes(), 9)) for one in ["index.html", *assets]}
    assert sum(weights.values()) <= MOST_BYTES, weights


@pytest.mark.skipif(not DESK.is_dir(), reason="NO DESK: `make desk` builds it; nobody weighed it")
def test_a_page_that_comes_later_is_light() -> None:
    """The cut, dailies, the film and others come when they are opened: each below a fifth of the first."""
    page = (DESK / "index.html").read_text("utf-8")
    later = [one for one in (DESK / "assets").glob("*.js") if one.name not in page]
    assert all(len(gzip.compress(one.read_bytes(), 9)) <= MOST_BYTES // 5 for one in later)
