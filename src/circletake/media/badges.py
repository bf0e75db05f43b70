"""Badges: what whoever looks at a take has to know of its picture, told in a word and a sentence."""

import json
from dataclasses import asdict, dataclass

from circletake.media.picture import Frame
from circletake.media.sound import Samples
from circletake.media.source import Source
from circletake.media.store import ContentStore


@dataclass(frozen=True, slots=True)
class Badge:
    """Something to know of a picture.

    Args:
        code: `hdr`, `uneven` or `damaged`.
        label: on the picture.
        sentence: for whoever asks what that means.
    """

    code: str
    label: str
    sentence: str


HDR = Badge("hdr", "HDR, seen as SDR", "It is HDR; what is shown of it is an SDR view.")
UNEVEN = Badge(
    "uneven",
    "uneven frames",
    "Its frames are unevenly spaced in time; it is shown by frame number.",
)


def damaged(frames: int, of: int) -> Badge:
    """Tell of frames that the decoder had to guess at.

    >>> damaged(2, 48).sentence
    '2 of 48 frames are damaged; what is shown there is a guess.'
    """
    return Badge(
        "damaged",
        "damaged frames",
        f"{frames} of {of} frames are damaged; what is shown there is a guess.",
    )


class BadgesWriter:
    """A listener that keeps what there is to know; `content` is its hash, empty where there is nothing.

    Args:
        store: where it is put, as a JSON list of badges.
    """

    def __init__(self, store: ContentStore) -> None:
        self.content = ""
        self._store = store
        self._badges: list[Badge] = []
        self._damaged = self._seen = 0

    def start(self, source: Source) -> None:
        """See `Listener.start`."""
        if source.is_vfr:
            self._badges.append(UNEVEN)

    def frame(self, frame: Frame) -> None:
        """See `Listener.frame`."""
        if not self._seen and frame.is_hdr:
            self._badges.insert(0, HDR)
        self._seen += 1
        self._damaged += frame.is_corrupt

    def sound(self, samples: Samples, rate_hz: int) -> None:
        """See `Listener.sound`."""

    def finish(self) -> None:
        """See `Listener.finish`."""
        told = [*self._badges, *([damaged(self._damaged, self._seen)] if self._damaged else [])]
        if told:
            self.content = self._store.put_bytes(json.dumps([asdict(one) for one in told]).encode())
