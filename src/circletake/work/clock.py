"""The clock of leases: milliseconds since this machine started, and which start that was.

Wall time steps backwards; this clock does not. Every process of a machine reads the same one. A time of
another start says nothing here, so whatever was due then is due now.
"""

import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

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
