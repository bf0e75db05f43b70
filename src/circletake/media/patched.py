"""Checks a film in which one shot was replaced against the film it was made from."""

import hashlib
from pathlib import Path

from circletake.domain.time import FrameRange
from circletake.media.index import build_index
from circletake.media.picture import plane_hash
from circletake.media.source import pictures_by_number
from circletake.media.spliceable import NotSpliceable, Splice, open_as_is, pictures_in

_BESIDE = 12  # frames behind the shot that are compared: what leans on the seam is wrong at once


def check_patched(film: Path, out: Path, splice: Splice) -> None:
    """Hold a spliced film against its original: stamps, packets, pictures around the seams, seeks.

    Raises:
        NotSpliceable: says what is not as it has to be.
    """
    _check_packets(film, out, splice)
    before, after = build_index(film, film.name), build_index(out, out.name)
    if after.n_frames != before.n_frames or after.vfr or after.rate != before.rate:
        raise NotSpliceable("the joined film would not keep its count of frames")
    start, end, count = splice.run.start, splice.run.end, len(splice.places)
    # What is before the shot is the same packets; that all of it is still shown is seen by playing on.
    played: dict[int, str] = {}
    shown = FrameRange(max(start - 1, 0), min(end + _BESIDE, count))
    for number, (picture, is_guess) in enumerate(
        pictures_by_number(out, out.name, after, shown), shown.start
    ):
        if is_guess:
            raise NotSpliceable("the new pictures and those beside them cannot all be decoded")
        played[number] = plane_hash(picture)
    if shown.end > end:
        theirs = pictures_by_number(film, film.name, before, FrameRange(end, shown.end))
        for number, (picture, _) in enumerate(theirs, end):
            if plane_hash(picture) != played[number]:
                raise NotSpliceable("pictures behind the shot would change")
    for place in {splice.run.start, (splice.run.start + splice.run.end) // 2, splice.run.end - 1}:
        found, _ = next(pictures_by_number(out, out.name, after, FrameRange(place, place + 1)))
        if plane_hash(found) != played[place]:
            raise NotSpliceable("a seek into the new pictures would show others")


def _check_packets(film: Path, out: Path, splice: Splice) -> None:
    with open_as_is(out) as container:
        stream = pictures_in(container)
        count = 0
        last: int | None = None
        for packet in container.demux(stream):
            if not packet.size:
                continue
            if packet.pts is None or packet.dts is None or packet.dts > packet.pts:
                raise NotSpliceable("a picture would have to be decoded after it is shown")
            if last is not None and packet.dts <= last:
                raise NotSpliceable("its pictures would not be decoded in order")
            last = packet.dts
            is_kept = not splice.run.start <= count < splice.run.end
            if is_kept and hashlib.sha256(bytes(packet)).digest() != splice.sha256[count]:
                raise NotSpliceable("packets outside the shot would change")
            count += 1
        if count != len(splice.places):
            raise NotSpliceable("the joined film would not keep its count of packets")
    if _sound_of(out) != _sound_of(film):
        raise NotSpliceable("its sound would change, or move against its pictures")


def _sound_of(path: Path) -> list[tuple[str, float | None]]:
    """What each sound is, and when it starts after the picture, in whole milliseconds."""
    with open_as_is(path) as container:
        picture, sounds = pictures_in(container), list(container.streams.audio)
        digests = {sound.index: hashlib.sha256() for sound in sounds}
        starts_s: dict[int, float] = {}
        for packet in container.demux([picture, *sounds]):
            if not packet.size or packet.pts is None:
                continue
            at_s = float(packet.pts * packet.time_base)
            starts_s[packet.stream_index] = min(starts_s.get(packet.stream_index, at_s), at_s)
            if packet.stream_index in digests:
                digests[packet.stream_index].update(bytes(packet))
        first_s = starts_s.get(picture.index, 0.0)
        return [
            (digests[sound.index].hexdigest(), round(starts_s[sound.index] - first_s, 3))
            if sound.index in starts_s
            else ("", None)
            for sound in sounds
        ]
