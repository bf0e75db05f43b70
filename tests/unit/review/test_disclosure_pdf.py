"""The disclosure sheet on paper: every row is there, over as many pages as it takes, and always the same."""

import base64
import re
import zlib

from circletake.review.disclosure import Column, Sheet, disclosure_pdf

COLUMNS = [Column("Shot", 0.2), Column("Made", 0.3), Column("People", 0.5)]


def sheet(n_rows: int) -> Sheet:
    rows = [
        (f"SH{n:04}", "generated", "lead: circled by 2; director: let through by override " * 3)
        for n in range(n_rows)
    ]
    return Sheet(
        "A Bird · disclosure sheet", [("Length", "2.000 s")], COLUMNS, rows, ["Data, not advice."], "cut"
    )


def pages(data: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", data))


def drawn(data: bytes) -> int:
    """Lines that are drawn: one below each row and each heading."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", data, re.DOTALL)
    told = b"".join(_inflated(one) for one in streams)
    return len(re.findall(rb"\bl S\b", told))


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompress(_ascii85(stream))
    except (ValueError, zlib.error):
        return b""


def _ascii85(stream: bytes) -> bytes:
    return base64.a85decode(stream.strip().removesuffix(b"~>"), adobe=False)


def test_a_long_film_takes_several_pages_each_with_its_headings() -> None:
    few, many = disclosure_pdf(sheet(3)), disclosure_pdf(sheet(120))
    assert (pages(few), drawn(few)) == (1, 4)
    assert pages(many) > 5
    assert drawn(many) == 120 + pages(many)


def test_the_same_sheet_is_the_same_file() -> None:
    assert disclosure_pdf(sheet(40)) == disclosure_pdf(sheet(40))
    assert disclosure_pdf(sheet(40)) != disclosure_pdf(sheet(41))
