"""Does now and then what a day going by asks for, on a thread of the server."""

import logging
import threading
from collections.abc import Callable

_log = logging.getLogger(__name__)
_PERIOD_S = 900.0  # a day is noticed over at most this late, also after the machine slept


class Daily:
    """Calls a task at once and then again and again; the task itself knows whether there is anything to do.

    Args:
        task: may be called at any time, any number of times.
        period_s: how long it waits in between.
    """

    def __init__(self, task: Callable[[], object], *, period_s: float = _PERIOD_S) -> None:
        self._task = task
        self._period_s = period_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="daily", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, and wait for a call that is under way."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._task()
            except Exception:  # noqa: BLE001 (a thread of its own: tried again next time, whatever it was)
                _log.exception("What a day going by asks for could not be done; it is tried again.")
            self._stop.wait(self._period_s)
