"""AAF, as Avid exports it: read alone, by OpenTimelineIO's adapter."""

from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from circletake.cut.edited import Edited
from circletake.cut.form import Form
from circletake.cut.forms._otio import edited_of, first_line, forget_foreign_plugins
from circletake.errors import CutUnreadable

_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # a structured storage file, as every AAF is
_LARGEST_BYTES = 2 << 30  # with its media inside; only what describes the edit is read


def read(path: Path, rate: Fraction) -> Edited:  # noqa: ARG001 (it says its rates itself)
    """Read an `.aaf` file.

    Raises:
        CutUnreadable: it is none, or the adapter cannot read it.
    """
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise CutUnreadable(f"{path.name} is no AAF file; export it again.")
    forget_foreign_plugins()
    try:
        found = otio.adapters.read_from_file(str(path), adapter_name="AAF", simplify=True)
    except Exception as broken:  # noqa: BLE001 (a stranger's reader of a stranger's file: it raises anything)
        raise CutUnreadable(
            f"The AAF cannot be read: {first_line(broken)}; export it again, or export OTIO or XML."
        ) from None
    return edited_of(found)


form = Form(label="AAF", endings=(".aaf",), read=read, write=None, most_bytes=_LARGEST_BYTES)
