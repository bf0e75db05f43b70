"""Exit codes and problem objects: the only place on the command line that knows the numbers."""

import json
import sys
import traceback

from circletake.errors import CircletakeError, Kind

EXITS: dict[Kind, int] = {
    "refused": 1,
    "invalid": 2,
    "missing": 3,
    "forbidden": 4,
    "conflict": 5,
    "unavailable": 75,
    "bug": 70,
}
STATUS: dict[Kind, int] = {
    "refused": 409,
    "invalid": 422,
    "missing": 404,
    "forbidden": 403,
    "conflict": 409,
    "unavailable": 503,
    "bug": 500,
}


def problem(error: CircletakeError) -> dict[str, object]:
    """The problem object of an error, as HTTP would answer it.

    Source:
        RFC 9457, section 3.
    """
    return {
        **error.detail,
        "type": f"/problems/{error.code}",
        "title": error.code.replace("-", " "),
        "status": STATUS[error.kind],
        "detail": error.message,
        "code": error.code,
    }


def tell(error: BaseException, *, as_json: bool) -> int:
    """Print what went wrong to stderr: one line, or the problem object; a traceback only for a bug.

    Returns:
        The exit code.
    """
    ours = error if isinstance(error, CircletakeError) else CircletakeError(f"A bug of circletake: {error!r}")
    lines = [f"circletake: {ours.message}"]
    missing = ours.detail.get("missing")
    if as_json:
        lines = [json.dumps(problem(ours), ensure_ascii=False, indent=2, default=str)]
    elif isinstance(missing, list):
        lines += [f"  - {sentence}" for sentence in missing]
    sys.stderr.write("\n".join([*lines, ""]))
    if ours.kind == "bug":
        traceback.print_exception(error, file=sys.stderr)
    return EXITS[ours.kind]
