"""A cut as FCPXML 1.10, which Final Cut Pro and Resolve both read: a spine, dissolves over its cuts."""

from fractions import Fraction

from circletake.cut.form import NO_APPROVAL, Leaving, Written, one_line, spoken
from circletake.cut.forms._xml import Element, add, address_of, root_of, xml_bytes
from circletake.domain.cut import NORMAL, Slot, SoundClip
from circletake.domain.time import FrameRange

_GAP_START = Fraction(3600)  # where Final Cut Pro begins every gap


def write(leaving: Leaving) -> Written:
    """Write a cut as one project in one event."""
    cut = leaving.cut
    lost = ["Each clip's shot, slot and hash are in its note, as FCPXML has no place for them."]
    if any(status for status in leaving.statuses.values()):
        lost.append("Markers of FCPXML have no colours; they carry the status as a word.")
        lost.append(NO_APPROVAL)
    if any(slot.dissolve for slot in cut.slots):
        lost.append("Dissolves lie across the cut in FCPXML; each was laid so that the same frames are seen.")
    late = [clip.shot for clip in cut.sound if clip.record_in >= cut.n_frames]
    if late:
        lost.append(f"Sound after the last picture was left out: {', '.join(late)}.")
    names = [clip.track for clip in cut.sound if clip.track != "A1"]
    if names:
        lost.append("Names of sound tracks were left out; clips keep their order from the top.")
    root = root_of("fcpxml", version="1.10")
    resources = add(root, "resources")
    add(
        resources,
        "format",
        id="r1",
        frameDuration=_seconds(1 / cut.rate),
        width=str(cut.width_px),
        height=str(cut.height_px),
    )
    writer = _Writer(leaving, resources)
    title = one_line(leaving.title) or cut.production
    event = add(add(root, "library"), "event", name=title)
    project = add(event, "project", name=f"{title}, cut {cut.number}")
    sequence = add(
        project,
        "sequence",
        format="r1",
        duration=writer.time(cut.n_frames),
        tcStart=writer.time(cut.start),
        tcFormat="DF" if cut.drop else "NDF",
    )
    writer.fill(add(sequence, "spine"))
    return Written(xml_bytes(root, "fcpxml"), tuple(lost))


def _seconds(time: Fraction) -> str:
    if time.denominator == 1:
        return f"{time.numerator}s"
    return f"{time.numerator}/{time.denominator}s"


class _Writer:
    """Clips of one spine; every content is an asset once."""

    def __init__(self, leaving: Leaving, resources: Element) -> None:
        self._leaving = leaving
        self._resources = resources
        self._assets: dict[str, str] = {}

    def time(self, frames: int | Fraction) -> str:
        """A time on the cut's grid: frames times the length of one, spelled so that it stays whole."""
        rate = self._leaving.cut.rate
        if isinstance(frames, int) and rate.denominator != 1:
            return f"{frames * rate.denominator}/{rate.numerator}s" if frames else "0s"
        return _seconds(Fraction(frames) / rate)

    def fill(self, spine: Element) -> None:
        """Write slots, and sound under the slot it begins in."""
        cut = self._leaving.cut
        placed = list(cut.placed())
        lanes = {name: -lane for lane, name in enumerate(dict.fromkeys(clip.track for clip in cut.sound), 1)}
        for slot, record, tail in placed:
            head = slot.dissolve // 2
            shown = FrameRange(record.start + head, record.end + tail // 2)
            if slot.dissolve:
                add(
                    spine,
                    "transition",
                    name="Cross Dissolve",
                    offset=self.time(cut.start + record.start),
                    duration=self.time(slot.dissolve),
                )
            local = self._local(slot, head)
            item = self._item(spine, slot, shown, local)
            for clip in cut.sound:
                begins = clip.record_in
                if shown.start <= begins < shown.end or (begins < shown.start and not record.start):
                    self._sound(item, clip, lanes[clip.track], local + begins - shown.start)
            self._mark(item, slot, local)

    def _local(self, slot: Slot, head: int) -> Fraction:
        """Where an item begins in its own time, in frames of the cut."""
        if slot.take is None:
            return _GAP_START * self._leaving.cut.rate
        return Fraction(slot.source_in) / slot.speed + head if slot.speed else Fraction(head)

    def _item(self, spine: Element, slot: Slot, shown: FrameRange, local: Fraction) -> Element:
        cut = self._leaving.cut
        placed = {
            "name": self._leaving.name_of(slot.take, one_line(slot.shot)),
            "offset": self.time(cut.start + shown.start),
            "start": _seconds(local / cut.rate),
            "duration": self.time(shown.frames),
        }
        if slot.take is None:
            item = add(spine, "gap", **placed)
            add(item, "note", spoken(slot))
            return item
        heard = {"srcEnable": "video"} if cut.sound else {}
        item = add(spine, "asset-clip", ref=self._asset(slot.take), **placed, **heard)
        add(item, "note", spoken(slot))
        if slot.speed != NORMAL:
            self._retime(item, slot)
        return item

    def _retime(self, item: Element, slot: Slot) -> None:
        rate = self._leaving.cut.rate
        needed = self._leaving.cut.source_range_of(slot).end
        points = (
            [(Fraction(0), Fraction(0)), (needed / slot.speed, Fraction(needed))]
            if slot.speed
            else [
                (Fraction(0), Fraction(slot.source_in)),
                (Fraction(slot.frames * 4), Fraction(slot.source_in)),
            ]
        )
        mapped = add(item, "timeMap")
        for time, value in points:
            add(mapped, "timept", time=_seconds(time / rate), value=_seconds(value / rate), interp="linear")

    def _mark(self, item: Element, slot: Slot, local: Fraction) -> None:
        status = self._leaving.statuses.get(slot.id)
        if status:
            add(
                item,
                "marker",
                start=_seconds(local / self._leaving.cut.rate),
                duration=self.time(1),
                value=status,
            )

    def _sound(self, parent: Element, clip: SoundClip, lane: int, offset: Fraction) -> None:
        if clip.take is None:
            return
        rate = self._leaving.cut.rate
        item = add(
            parent,
            "asset-clip",
            ref=self._asset(clip.take),
            lane=str(lane),
            offset=_seconds(offset / rate),
            name=self._leaving.name_of(clip.take, one_line(clip.shot)),
            start=self.time(clip.source_in),
            duration=self.time(clip.frames),
            srcEnable="audio",
        )
        add(item, "note", f"CIRCLETAKE SLOT {clip.id} SHA256 {clip.take} SHOT {one_line(clip.shot)}")
        if clip.gain_mb or clip.fade_in or clip.fade_out:
            volume = add(item, "adjust-volume", amount=f"{clip.gain_mb / 100:g}dB")
            fades = add(volume, "param", name="amount")
            if clip.fade_in:
                add(fades, "fadeIn", type="easeIn", duration=self.time(clip.fade_in))
            if clip.fade_out:
                add(fades, "fadeOut", type="easeIn", duration=self.time(clip.fade_out))

    def _asset(self, content: str) -> str:
        known = self._assets.get(content)
        if known:
            return known
        key = self._assets[content] = f"r{len(self._assets) + 2}"
        take, path = self._leaving.takes.get(content), self._leaving.path_of(content)
        name = self._leaving.name_of(content, content[:12])
        asset = add(
            self._resources,
            "asset",
            id=key,
            name=name,
            start="0s",
            duration=self.time(take.n_frames if take else 1),
            hasVideo="1",
            hasAudio="1",
            format="r1",
        )
        add(asset, "media-rep", kind="original-media", src=address_of(path or f"/missing/{name}"))
        return key


__all__ = ["write"]
