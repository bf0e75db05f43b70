"""Frames in all of their own pixels, and waveforms, made when somebody asks and kept for a while."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from circletake.errors import NotFound
from circletake.ledger.canonical import canonical
from circletake.media.full import RECIPE, Layer
from circletake.media.recipes import NOTHING, PEAKS
from circletake.workflows.house import House
from circletake.workflows.whole_file import written_whole

FULL = "full"
# Some 500 frames of a 4K take: an afternoon of looking closely. All of it can be made again.
KEPT_BYTES = 1 << 30


def full_frame(house: House, content: str, n: int, layer: Layer) -> bytes:
    """One frame in its own pixels, a JPEG; whoever calls has asked who may see it.

    Args:
        content: SHA-256 of a take.
        n: number of the frame.
        layer: `full` is its colours, `alpha` its coverage as grey, `checker` its colours over checks.

    Raises:
        ContentMissing: the store lacks it, or it has no alpha.
        MediaUnreadable: it cannot be decoded.
        NoFrames: there is no such frame.
    """
    made = {"content": content, "layer": layer, "n": n, "recipe": RECIPE}
    kept = house.folder / "cache" / FULL / f"{hashlib.sha256(canonical(made)).hexdigest()}.jpg"
    with suppress(OSError):
        data = kept.read_bytes()
        os.utime(kept)
        return data
    data = house.reader.frame(house.store.root, content, n, layer)
    # What cannot be kept is shown all the same, and read again the next time.
    with suppress(OSError):
        _keep(kept, data)
    return data


def peaks(house: House, content: str) -> Path:
    """How loud a content is; of one that was analysed before that was measured, listened to now.

    Raises:
        NotFound: it has no sound.
        DiskFull: no room to keep it.
    """
    found = house.queue.find_derived(content, PEAKS)
    if found is None or (found != NOTHING and not house.store.has(found)):
        found = house.store.put_bytes(house.reader.peaks(house.store.root, content))
        house.queue.put_derived(content, PEAKS, found)
    if found == NOTHING:
        raise NotFound("This take has no sound; there is no waveform of it.")
    return house.store.path(found)


def _keep(path: Path, data: bytes) -> None:
    with written_whole(path) as beside:
        beside.write_bytes(data)
    _forget_old(path.parent)


def _forget_old(folder: Path) -> None:
    """Keep what was asked for last; what a broken process left goes too."""
    found = [(path, path.stat()) for path in folder.iterdir()]
    left = KEPT_BYTES
    for path, state in sorted(found, key=lambda one: one[1].st_mtime_ns, reverse=True):
        left -= state.st_size
        if left < 0:
            path.unlink(missing_ok=True)
