"""A jobs' database on a real file, and calls that worker processes can import."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from circletake.db.connect import migrate_jobs, open_jobs


@pytest.fixture
def jobs_engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_jobs(tmp_path / "jobs.sqlite")
    migrate_jobs(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def work_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Worker processes get our search path, and with it the module `work_calls` beside this one."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
