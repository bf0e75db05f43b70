"""The player's self-test: film whose frames say their number, through the same encoders as a take."""

import hashlib
import tempfile
import threading
from fractions import Fraction
from pathlib import Path

from circletake.domain.time import format_rate
from circletake.errors import NotFound
from circletake.media.coded import write_coded
from circletake.media.frames import FramePackWriter, pack_info
from circletake.media.listen import listen
from circletake.media.proxy import ProxyWriter
from circletake.media.recipes import FRAMES, PROXY
from circletake.media.source import open_source
from circletake.workflows.house import House
from circletake.workflows.views import SelfTestView

_RECIPE = "self-test-1"
N_FRAMES = 120
_SIZE_PX = (1280, 720)
_MAKING = threading.Lock()  # asked for twice at once, it is made once


def source_of(rate: Fraction) -> str:
    """What derived media of this rate are found by; no take has it, for it is no content's hash."""
    return hashlib.sha256(f"{_RECIPE} {rate}".encode()).hexdigest()


RATES = tuple(
    Fraction(rate) for rate in ("24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001", "60")
)
SOURCES = frozenset(source_of(rate) for rate in RATES)
"""What everybody who is signed in may see: it is nobody's film."""


def self_test(house: House, rate: Fraction) -> SelfTestView:
    """What the desk tests itself with at a rate; made on the first request, some seconds of work.

    Raises:
        NotFound: a rate that is not tested.
    """
    if rate not in RATES:
        known = ", ".join(format_rate(one) for one in RATES)
        raise NotFound(f"The player is not tested at {format_rate(rate)} frames a second; it is at {known}.")
    source = source_of(rate)
    with _MAKING:
        if not _is_made(house, source):
            _make(house, source, rate)
    pack = house.queue.derived_of(source)[FRAMES]
    info = pack_info(house.store, pack)
    return SelfTestView(
        rate=[rate.numerator, rate.denominator],
        n_frames=info["n_frames"],
        size_px=[info["width"], info["height"]],
        frames=f"/media/{source}/frames/{{n}}.jpg?v={pack[:12]}",
        proxy=f"/media/{source}/proxy.mp4",
    )


def _is_made(house: House, source: str) -> bool:
    made = house.queue.derived_of(source)
    return all(recipe in made and house.store.has(made[recipe]) for recipe in (FRAMES, PROXY))


def _make(house: House, source: str, rate: Fraction) -> None:
    with tempfile.TemporaryDirectory(prefix="self-test-") as folder:
        path = Path(folder) / "coded.mp4"
        write_coded(path, rate=rate, n_frames=N_FRAMES, width_px=_SIZE_PX[0], height_px=_SIZE_PX[1])
        content = house.store.put_file(path)
    proxy, frames = ProxyWriter(house.store), FramePackWriter(house.store)
    made = _frames_of_another_rate(house)
    listen(open_source(house.store, content), [proxy] if made else [proxy, frames])
    house.queue.put_derived(source, FRAMES, made or frames.content)
    house.queue.put_derived(source, PROXY, proxy.content)


def _frames_of_another_rate(house: House) -> str | None:
    """Frames that are made already: pictures say their number, and how fast they follow is the proxy's."""
    found = (house.queue.find_derived(source_of(rate), FRAMES) for rate in RATES)
    return next((content for content in found if content and house.store.has(content)), None)
