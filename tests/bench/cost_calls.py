"""A call that does nothing, so that what is measured is everything around it."""

from circletake.work.executors.port import Report


def nothing(_args: dict[str, object], _report: Report) -> dict[str, object]:
    return {}
