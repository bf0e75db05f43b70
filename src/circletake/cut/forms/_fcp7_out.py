"""A cut as FCP7 XML: one sequence, a file for each take, slots and hashes as master comments."""

from fractions import Fraction

from circletake.cut.form import COLOURS, NO_APPROVAL, Leaving, Written, one_line, spoken
from circletake.cut.forms._xml import Element, add, address_of, root_of, xml_bytes
from circletake.domain.cut import NORMAL, Slot, SoundClip
from circletake.domain.time import FrameRange, format_rate
from circletake.errors import CutUnreadable

_RED_GREEN_BLUE = {
    "WHITE": (255, 255, 255),
    "BLUE": (0, 0, 255),
    "PURPLE": (160, 32, 240),
    "ORANGE": (255, 165, 0),
    "RED": (255, 0, 0),
    "GREEN": (0, 255, 0),
    "CYAN": (0, 255, 255),
    "YELLOW": (255, 255, 0),
    "BLACK": (0, 0, 0),
}


def write(leaving: Leaving) -> Written:
    """Write a cut as FCP7 XML.

    Raises:
        CutUnreadable: its rate is no whole number, nor one of the 1000/1001 rates.
    """
    cut = leaving.cut
    if cut.rate.denominator not in {1, 1001}:
        raise CutUnreadable(
            f"FCP7 XML cannot say {format_rate(cut.rate)} frames a second; export OTIO or FCPXML instead."
        )
    lost = [
        "Each clip's shot, slot and hash are in its first master comment, as FCP7 XML has no place for them."
    ]
    if any(slot.take is None for slot in cut.slots):
        lost.append("Gaps are holes with a marker of their name; programs that drop markers lose the names.")
    if any(not slot.speed for slot in cut.slots):
        lost.append("A held frame is written as a speed of 0, which not every program reads.")
    if any(slot.speed not in {NORMAL, 0} for slot in cut.slots):
        lost.append("Where a retimed clip begins is rounded to a frame of the retimed clip.")
    if any(clip.fade_in or clip.fade_out for clip in cut.sound):
        lost.append("Fades of sound clips were left out; export OTIO to keep them.")
    if not cut.sound:
        lost.append("The shots' own sound is not listed; link it again from the same files.")
    if leaving.statuses:
        lost.append(NO_APPROVAL)
    root = root_of("xmeml", version="5")
    sequence = add(root, "sequence", id="sequence-1")
    add(sequence, "name", one_line(leaving.title) or cut.production)
    add(sequence, "duration", cut.n_frames)
    _rate(sequence, cut.rate)
    timecode = add(sequence, "timecode")
    _rate(timecode, cut.rate)
    add(timecode, "string", cut.timecode(0))
    add(timecode, "frame", cut.start)
    add(timecode, "displayformat", "DF" if cut.drop else "NDF")
    for slot, record, _ in cut.placed():
        if slot.take is None:
            _marker(sequence, slot.shot, spoken(slot), record, "WHITE")
    _Writer(leaving).fill(add(sequence, "media"))
    return Written(xml_bytes(root, "xmeml"), tuple(lost))


def _rate(parent: Element, rate: Fraction) -> None:
    element = add(parent, "rate")
    add(element, "timebase", -(-rate.numerator // rate.denominator))
    add(element, "ntsc", "TRUE" if rate.denominator != 1 else "FALSE")


def _marker(parent: Element, name: str, comment: str, frames: FrameRange, colour: str) -> None:
    marker = add(parent, "marker")
    add(marker, "comment", comment)
    add(marker, "name", name)
    add(marker, "in", frames.start)
    add(marker, "out", frames.end)
    shades = add(marker, "color")
    add(shades, "alpha", 255)
    for shade, value in zip(("red", "green", "blue"), _RED_GREEN_BLUE[colour], strict=True):
        add(shades, shade, value)


class _Writer:
    """Clips of one sequence; a file is written in full where it comes first, then named by its id."""

    def __init__(self, leaving: Leaving) -> None:
        self._leaving = leaving
        self._files: dict[str, str] = {}
        self._clips = 0

    def fill(self, media: Element) -> None:
        """Write the picture track and the sound tracks."""
        cut = self._leaving.cut
        video = add(media, "video")
        look = add(add(video, "format"), "samplecharacteristics")
        _rate(look, cut.rate)
        add(look, "width", cut.width_px)
        add(look, "height", cut.height_px)
        track = add(video, "track")
        for slot, record, tail in cut.placed():
            if slot.dissolve:
                self._dissolve(track, slot, record)
            if slot.take is not None:
                self._clip(track, slot, record, tail)
        add(track, "enabled", "TRUE")
        audio = add(media, "audio")
        for name in dict.fromkeys(clip.track for clip in cut.sound):
            self._sound(audio, [clip for clip in cut.sound if clip.track == name])

    def _dissolve(self, track: Element, slot: Slot, record: FrameRange) -> None:
        item = add(track, "transitionitem")
        add(item, "start", record.start)
        add(item, "end", record.start + slot.dissolve)
        add(item, "alignment", "start" if slot.take else "end-black")
        _rate(item, self._leaving.cut.rate)
        effect = add(item, "effect")
        add(effect, "name", "Cross Dissolve")
        add(effect, "effectid", "Cross Dissolve")
        add(effect, "effectcategory", "Dissolve")
        add(effect, "effecttype", "transition")
        add(effect, "mediatype", "video")

    def _clip(self, track: Element, slot: Slot, record: FrameRange, tail: int) -> None:
        first = round(slot.source_in / slot.speed) if slot.speed else slot.source_in
        item = self._item(track, self._leaving.name_of(slot.take, slot.shot))
        add(item, "start", -1 if slot.dissolve else record.start)
        add(item, "end", -1 if tail else record.end)
        add(item, "in", first)
        add(item, "out", first + slot.frames + tail)
        self._file(item, slot.take)
        if slot.speed != NORMAL:
            effect = add(add(item, "filter"), "effect")
            add(effect, "name", "Time Remap")
            add(effect, "effectid", "timeremap")
            add(effect, "effectcategory", "motion")
            add(effect, "effecttype", "motion")
            add(effect, "mediatype", "video")
            percent = slot.speed * 100
            exact = percent.denominator == 1
            for key, value in (
                ("variablespeed", "0"),
                ("speed", str(percent.numerator) if exact else f"{float(percent):.6f}"),
                ("reverse", "FALSE"),
            ):
                parameter = add(effect, "parameter")
                add(parameter, "parameterid", key)
                add(parameter, "name", key)
                add(parameter, "value", value)
        status = self._leaving.statuses.get(slot.id)
        if status:
            _marker(
                item, status, f"circletake: {status}", FrameRange(first, first), COLOURS.get(status, "WHITE")
            )
        add(add(item, "comments"), "mastercomment1", spoken(slot))

    def _sound(self, audio: Element, clips: list[SoundClip]) -> None:
        track = add(audio, "track")
        for clip in sorted(clips, key=lambda one: one.record_in):
            item = self._item(track, self._leaving.name_of(clip.take, clip.shot))
            add(item, "start", clip.record_in)
            add(item, "end", clip.record_in + clip.frames)
            add(item, "in", clip.source_in)
            add(item, "out", clip.source_in + clip.frames)
            self._file(item, clip.take)
            if clip.gain_mb:
                effect = add(add(item, "filter"), "effect")
                add(effect, "name", "Audio Levels")
                add(effect, "effectid", "audiolevels")
                add(effect, "effecttype", "audiolevels")
                add(effect, "mediatype", "audio")
                parameter = add(effect, "parameter")
                add(parameter, "parameterid", "level")
                add(parameter, "name", "Level")
                add(parameter, "value", f"{10 ** (clip.gain_mb / 2000):.6f}")
            comment = f"CIRCLETAKE SLOT {clip.id} SHA256 {clip.take or '-'} SHOT {one_line(clip.shot)}"
            add(add(item, "comments"), "mastercomment1", comment)
        add(track, "enabled", "TRUE")

    def _item(self, track: Element, name: str) -> Element:
        self._clips += 1
        item = add(track, "clipitem", id=f"clipitem-{self._clips}")
        add(item, "name", name)
        add(item, "enabled", "TRUE")
        _rate(item, self._leaving.cut.rate)
        return item

    def _file(self, item: Element, content: str | None) -> None:
        if content is None:
            return
        known = self._files.get(content)
        if known:
            add(item, "file", id=known)
            return
        key = self._files[content] = f"file-{len(self._files) + 1}"
        take, path = self._leaving.takes.get(content), self._leaving.path_of(content)
        file = add(item, "file", id=key)
        add(file, "name", self._leaving.name_of(content, content[:12]))
        if path:
            add(file, "pathurl", address_of(path))
        _rate(file, self._leaving.cut.rate)
        if take is not None:
            add(file, "duration", take.n_frames)
        add(add(file, "media"), "video")
