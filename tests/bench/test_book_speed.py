"""Appending to, verifying and replaying a long book: seconds, entries a second, peak memory.

`CIRCLETAKE_BENCH_ENTRIES` says how long (20,000 unless set; the promise is about 1,000,000), and
`CIRCLETAKE_BENCH_FOLDER` where a book is kept for the next run.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.bench, pytest.mark.timeout(7200)]

ENTRIES = int(os.environ.get("CIRCLETAKE_BENCH_ENTRIES", "20000"))
KEPT = os.environ.get("CIRCLETAKE_BENCH_FOLDER")
HERE = Path(__file__).parent

# Each step in a process of its own, so that its peak memory is its own.
_STEP = """
import resource, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from big_book import fill
from circletake.db.connect import migrate_book, open_book
from circletake.ledger.book import Book
engine = open_book(Path(sys.argv[2]))
migrate_book(engine)
book = Book(engine)
wall_s, cpu_s = time.perf_counter(), time.process_time()
match sys.argv[3]:
    case "append":
        fill(book, int(sys.argv[4]))
    case "verify":
        found = book.verify()
        assert found.holds and found.entries == int(sys.argv[4]), found
    case "replay":
        told = book.replay()
        assert told.equal and told.entries == int(sys.argv[4]), told
wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
each = int(sys.argv[4]) / wall_s
print(f"{wall_s:.1f} s ({cpu_s:.1f} s CPU), {each:,.0f} entries/s, peak {peak_mib:.0f} MiB")
"""


def test_a_long_book() -> None:
    with tempfile.TemporaryDirectory(prefix="circletake-bench-") as made:
        path = Path(KEPT or made) / f"book-{ENTRIES}.sqlite"
        for step in ("append", "verify", "replay"):
            began_s = time.perf_counter()
            told = subprocess.run(
                [sys.executable, "-c", _STEP, str(HERE), str(path), step, str(ENTRIES)],
                capture_output=True,
                text=True,
                check=False,
            )
            assert told.returncode == 0, told.stderr
            sys.stdout.write(f"{step} {ENTRIES:,}: {told.stdout.strip()}\n")
            assert time.perf_counter() > began_s
