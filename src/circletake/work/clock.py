"""The clock of leases: one that everybody who works a queue reads alike.

On SQLite that is one machine: milliseconds since it started, and which start that was. Wall time steps
backwards; this clock does not. A time of another start says nothing here, so whatever was due then is due
now. On PostgreSQL there may be many machines, and the server's clock is the one they share. It is wall
time: a step forward ends leases early, and jobs run twice and are recorded once; a step back is noticed
by leases that end later than any lease can.
"""

import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine

from circletake.db.connect import dialect_of, reading
from circletake.errors import Unavailable

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Moment:
    """A time on this clock.

    Args:
        boot: which start of the machine.
        ms: milliseconds since some moment of that start.
    """

    boot: str
    ms: int


class Clock(Protocol):
    """Tells the moment."""

    def now(self) -> Moment:
        """The moment it is."""
        ...


class BootClock:
    """The machine's own clock."""

    def now(self) -> Moment:
        """The moment it is.

        Raises:
            Unavailable: the system does not say which start this is.
        """
        return Moment(boot_id(), time.monotonic_ns() // 1_000_000)


class DatabaseClock:
    """The clock of the database's server.

    Args:
        engine: of the jobs' database.

    Source:
        PostgreSQL documentation, 9.9.5: `clock_timestamp()` goes on within a transaction, `now()` does not.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def now(self) -> Moment:
        """The moment it is.

        Raises:
            DatabaseBusy: the server does not answer.
        """
        with reading(self._engine) as conn:
            return Moment(_SERVER, int(conn.exec_driver_sql(_NOW_MS).scalar_one()))


_SERVER = "database"  # a restart changes nothing about wall time, so there is one start for ever
_NOW_MS = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint"


def clock_of(engine: Engine) -> Clock:
    """The clock that everybody who works this queue reads."""
    return DatabaseClock(engine) if dialect_of(engine).name == "postgresql" else BootClock()


@cache
def boot_id() -> str:
    """Which start of the machine this is.

    Raises:
        Unavailable: the system does not say.

    Source:
        Linux `random(4)`, boot_id; macOS `sysctl kern.bootsessionuuid`.
    """
    try:
        if sys.platform == "darwin":
            command = ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"]
            said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=10)  # noqa: S603 - fixed words
            return said.stdout.strip()
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except (OSError, subprocess.SubprocessError) as problem:
        raise Unavailable(
            f"This system does not tell one start from the next ({problem}), and without that no job "
            f"can be leased; run circletake on Linux or macOS."
        ) from problem
