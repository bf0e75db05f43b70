"""What guests see of pictures: frames, posters and films with their name burnt in.

Frames and posters are marked as they are asked for. The film takes a job for each guest and content; it
lies in a folder of the guest's own, outside the content store, so that it can be thrown away whole.
"""

import shutil
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from circletake.domain.people import PERSON_PREFIX
from circletake.errors import ContentMissing
from circletake.ledger.book import Transaction
from circletake.media.frames import jpeg, read_frame, read_rgb
from circletake.media.recipes import FRAMES, POSTER, PROXY
from circletake.media.store import ContentStore
from circletake.media.watermark import make_mark
from circletake.work.job import Offer, job_key
from circletake.workflows.calls.mark import WORDS
from circletake.workflows.guest_views import GuestProxyView
from circletake.workflows.house import House, Operation

_QUALITY = 88  # as the frame pack's
_HELD_FRAMES = 256  # some 25 MB at 1280 × 720
_MADE_AGAIN = frozenset({"done", "cancelled"})


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and what is burnt into what they see; no words where the link asks for none."""

    person: str
    words: str


def words_of(person: str, *, name: str, label: str, came_at: str) -> str:
    """What is burnt in: name, link, day, and the beginning of the pseudonym, which tells two of a name apart.

    >>> words_of("p_3f9a1c77", name="Ana", label="Client", came_at="2026-11-23T09:30:00Z")
    'Ana · Client · 2026-11-23 · 3f9a1c'
    """
    code = person.removeprefix(PERSON_PREFIX)[:6]
    return " · ".join(filter(None, (name, label, came_at[:10], code)))


def frame_for(house: House, viewer: Viewer, content: str, n: int) -> bytes:
    """One frame as a guest sees it, a JPEG."""
    pack = house.derived(content, FRAMES)
    if not viewer.words:
        return read_frame(house.store, pack, n)
    return _marked_frame(house.store.root, pack, viewer.words, n)


def poster_for(house: House, viewer: Viewer, content: str) -> bytes:
    """The poster as a guest sees it, a JPEG."""
    picture = house.store.read(house.derived(content, POSTER))
    return _marked(picture, viewer.words) if viewer.words else picture


def film_for(house: House, viewer: Viewer, content: str) -> Path:
    """The film as a guest sees it, all-intra, with sound.

    Raises:
        ContentMissing: it is not made yet.
    """
    if not viewer.words:
        return house.store.path(house.derived(content, PROXY))
    found = film_at(house, viewer.person, content)
    if not found.is_file():
        raise ContentMissing("This is still being made; it shows as soon as its job is done.")
    return found


def has_film(house: House, viewer: Viewer, content: str) -> bool:
    """Whether the film is ready for a guest."""
    if not viewer.words:
        return house.queue.find_derived(content, PROXY) is not None
    return film_at(house, viewer.person, content).is_file()


def order_film(house: House, viewer: Viewer, content: str, *, production: str, name: str) -> GuestProxyView:
    """Have the film made for a guest, and say how far it is; asked again, it is made once.

    Args:
        name: of the shot, for whoever looks at the jobs.
    """
    if not viewer.words or has_film(house, viewer, content):
        return GuestProxyView(has_film(house, viewer, content), 0, 0, None)
    folder = _folder(house, viewer.person)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / WORDS).write_text(viewer.words, encoding="utf-8")
    key = job_key(MARK.name, version=MARK.version, params={"guest": viewer.person}, inputs=[content])
    args = {
        "content": content, "guest": viewer.person, "key": key[:16], "name": name, "production": production,
    }  # fmt: skip
    house.queue.offer([Offer(key=key, op=MARK.name, args=args, lane=MARK.lane, prio=MARK.prio)])
    job = house.queue.get(key)
    if job.state in _MADE_AGAIN and not has_film(house, viewer, content):
        # it was thrown away with its folder since
        house.queue.reopen([key]) if job.state == "done" else house.queue.retry(key)
        job = house.queue.get(key)
    return GuestProxyView(
        has_film(house, viewer, content),
        job.done_frames,
        job.total_frames,
        "The film could not be made; its frames are there." if job.state == "failed" else None,
    )


def forget_marks(house: House, person: str) -> None:
    """Throw away what was made for a guest."""
    shutil.rmtree(_folder(house, person), ignore_errors=True)
    _marked_frame.cache_clear()


def marked_guests(house: House) -> list[str]:
    """Guests for whom something was made."""
    folder = house.folder / "cache" / "guests"
    return sorted(one.name for one in folder.iterdir()) if folder.is_dir() else []


def film_at(house: House, person: str, content: str) -> Path:
    """Where the film of a guest lies."""
    return _folder(house, person) / f"{content}.mp4"


def _folder(house: House, person: str) -> Path:
    return house.folder / "cache" / "guests" / person


@lru_cache(maxsize=_HELD_FRAMES)
def _marked_frame(store: Path, pack: str, words: str, n: int) -> bytes:
    return _marked(read_frame(ContentStore(store), pack, n), words)


def _marked(picture: bytes, words: str) -> bytes:
    rgb = read_rgb(picture)
    height_px, width_px = rgb.shape[:2]
    return jpeg(make_mark(words, width_px, height_px).burn(rgb), quality=_QUALITY)


def record(_house: House, _tx: Transaction, _args: dict[str, Any], _result: dict[str, Any]) -> None:
    """Nothing: the film lies where the guest's requests look for it, and nothing is judged by it."""


MARK = operation = Operation(
    name="mark",
    version=1,
    call="circletake.workflows.calls.mark:run",
    label="Mark {name} for a guest",
    record=record,
    prio=90,
    is_kept=False,
)
