"""The decode pass of one content: checks, frame pack, proxy, poster and essence listen to it."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from circletake.checks.answers import Answer
from circletake.checks.bank import BankShot, model_bytes, read_answered, read_bank
from circletake.checks.boxes import read_boxes
from circletake.checks.codec import evidence_bytes
from circletake.checks.consistency.learnt import heads_of
from circletake.checks.protocol import CheckContext, Encoder, SheetRef
from circletake.checks.references import read_references
from circletake.checks.run import (
    CheckListener,
    get_check,
    shown,
    taking_boxes,
    taking_encoder,
    wanting_references,
)
from circletake.checks.stack import SIGNATURE_FRAMES, signature_bytes
from circletake.domain.boxed import Boxed
from circletake.domain.evidence import Evidence
from circletake.errors import ConfigInvalid
from circletake.media.badges import BadgesWriter
from circletake.media.cutouts import cutouts_bytes
from circletake.media.essence import EssenceHash
from circletake.media.frames import FramePackWriter
from circletake.media.listen import Listener, listen
from circletake.media.manifest import CHARACTER
from circletake.media.peaks import PeaksWriter
from circletake.media.picture import Frame, Rgb
from circletake.media.proxy import ProxyWriter
from circletake.media.recipes import (
    ALPHA,
    BADGES,
    FRAMES,
    PEAKS,
    POSTER,
    PROVENANCE,
    PROXY,
    SIGNATURE,
    TIMECODE,
    cutouts_of,
)
from circletake.media.sheet import open_content
from circletake.media.source import Source
from circletake.media.store import ContentStore
from circletake.media.thumb import PosterWriter
from circletake.models.manifest import read_manifest as read_model
from circletake.work.executors.port import Report
from circletake.workflows.calls.provenance import provenance_in

_THUMB_PX = (64, 36)
_MOST_BOXED = 24  # frames with boxes that are looked at before all others


class _Signature:
    """Keeps a few thumbs of a take, evenly spread, for telling near-duplicates."""

    def __init__(self) -> None:
        self._wanted: set[int] = set()
        self.thumbs: list[Rgb] = []

    def start(self, source: Source) -> None:
        last = max(source.n_frames - 1, 0)
        self._wanted = {round(last * index / (SIGNATURE_FRAMES - 1)) for index in range(SIGNATURE_FRAMES)}

    def frame(self, frame: Frame) -> None:
        if frame.n in self._wanted:
            self.thumbs.append(frame.rgb_at(*_THUMB_PX))

    def sound(self, samples: object, rate_hz: int) -> None:
        """Looks only."""

    def finish(self) -> None:
        """The thumbs are there from now on."""


class _Carried:
    """Whether a content carries alpha, as its first picture has it, or timecode, and whether it is silent."""

    def __init__(self) -> None:
        self._timecode = ""
        self._has_alpha = False
        self._is_silent = False

    def start(self, source: Source) -> None:
        self._is_silent = not source.has_sound or source.rate is None
        self._timecode = source.start_timecode() or ""

    def frame(self, frame: Frame) -> None:
        if frame.n == 0:
            self._has_alpha = frame.alpha_at(frame.width_px, frame.height_px) is not None

    def sound(self, samples: object, rate_hz: int) -> None:
        """Looks only."""

    def finish(self) -> None:
        """It is known from the first frame on."""

    def told(self, store: ContentStore) -> dict[str, str]:
        """Of what kind there is something or nothing, so that nobody asks for what is not there."""
        told = {
            ALPHA: store.put_bytes(ALPHA.encode() if self._has_alpha else b""),
            TIMECODE: store.put_bytes(self._timecode.encode()),
        }
        return told | {PEAKS: store.put_bytes(b"")} if self._is_silent else told


def run(args: dict[str, Any], report: Report) -> dict[str, object]:
    """In a worker process: decode a content once and put everything made of it into the store.

    What was made of it before, `made`, is not made again: a take that is measured against a new sheet
    has its proxy already.
    """
    store = ContentStore(Path(args["store"]))
    content = str(args["content"])
    source = open_content(store, content)
    made = {recipe: one for recipe, one in args.get("made", {}).items() if store.has(one)}
    writers = _writers(store, source, made)
    thumbs, essence, carried = _Signature(), EssenceHash(), _Carried()
    listeners: list[Listener] = [*writers.values(), essence, carried]
    if SIGNATURE not in made:
        listeners.append(thumbs)
    # A take is no measure of itself, and what was said of it teaches nothing about it.
    bank = [shot for shot in _bank(store, args) if shot.content != content]
    answers = [one for one in _answers(store, args) if one.content != content]
    checks = _checks(store, source, args, args["checks"], bank, answers)
    listen(source, [*listeners, *checks.values()], progress=report.progress, cancelled=report.cancelled)
    if essence.hash and essence.hash in {*(shot.essence for shot in bank), *(one.essence for one in answers)}:
        # Other bytes of what was circled or answered: what they decode to is known only now. Those checks
        # look once more without it.
        others = [shot for shot in bank if shot.essence != essence.hash]
        unsaid = [one for one in answers if one.essence != essence.hash]
        again = _checks(store, source, args, wanting_references(args["checks"]), others, unsaid)
        listen(source, list(again.values()), progress=report.progress, cancelled=report.cancelled)
        checks |= again
    derived = {recipe: writer.content for recipe, writer in writers.items() if writer.content}
    derived |= {recipe: one for recipe, one in carried.told(store).items() if recipe not in made}
    if PROVENANCE not in made:
        derived[PROVENANCE] = provenance_in(store, content)
    if thumbs.thumbs:
        derived[SIGNATURE] = store.put_bytes(signature_bytes(thumbs.thumbs))
    for listener in checks.values():
        for character, cutouts in sorted(listener.cutouts.items()):
            derived[cutouts_of(character)] = store.put_bytes(cutouts_bytes(cutouts))
    return {
        "derived": derived,
        "essence": essence.hash,
        "evidence": [
            told(store, listener.evidence) for listener in checks.values() if listener.evidence is not None
        ],
    }


def _writers(
    store: ContentStore, source: Source, made: Container[str]
) -> dict[str, BadgesWriter | FramePackWriter | PeaksWriter | PosterWriter | ProxyWriter]:
    """Recipe → what writes it, of all that a browser is served of a source and that is not made yet."""
    plays = source.rate is not None and source.n_frames > 0
    writers = {
        FRAMES: (FramePackWriter, True),
        BADGES: (BadgesWriter, True),
        POSTER: (PosterWriter, True),
        PROXY: (ProxyWriter, plays),
        PEAKS: (PeaksWriter, plays and source.has_sound),
    }
    return {
        recipe: kind(store) for recipe, (kind, applies) in writers.items() if applies and recipe not in made
    }


def _bank(store: ContentStore, args: dict[str, Any]) -> list[BankShot]:
    """Circled takes that the order names; those whose pictures were lost since are left out and not told."""
    bank = args.get("bank")
    return read_bank(store.read(bank)) if bank else []


def _answers(store: ContentStore, args: dict[str, Any]) -> list[Answer]:
    """What people had answered about flags and takes when this was ordered."""
    bank = args.get("bank")
    return read_answered(store.read(bank)) if bank else []


def _checks(
    store: ContentStore,
    source: Source,
    args: dict[str, Any],
    names: Iterable[str],
    bank: Sequence[BankShot],
    answers: Sequence[Answer],
) -> dict[str, CheckListener]:
    references: list[SheetRef] = []
    if wanting_references(names := list(names)):
        references = read_references(store, args["sheets"], bank, answers)
        characters = [sheet for sheet in references if sheet.kind == CHARACTER]
        # What a model was made of is read back by the hash that its evidence tells.
        store.put_bytes(model_bytes(characters))
        for head in heads_of(characters).values():
            store.put_bytes(head.to_bytes())
    boxes = read_boxes(store.read(args["boxes"])) if args.get("boxes") else []
    contexts = {name: _context(source, args, name, references, boxes) for name in names}
    if through := taking_encoder(names):
        encoder, why = _encoder(args)
        for name in through:
            contexts[name] = replace(contexts[name], encoder=encoder, without_encoder=why)
    return {name: CheckListener(get_check(name), context) for name, context in contexts.items()}


def _encoder(args: dict[str, Any]) -> tuple[Encoder | None, str]:
    """The encoder that the studio names; or why it is done without."""
    if not args.get("encoder"):
        return None, ""
    from circletake.models import encoder  # noqa: PLC0415 (40 MiB in every worker, seldom needed)

    try:
        return encoder.Encoder(read_model(Path(args["encoder"]))), ""
    except ConfigInvalid as broken:
        return None, str(broken)


def _context(
    source: Source, args: dict[str, Any], check: str, references: Sequence[SheetRef], boxes: Sequence[Boxed]
) -> CheckContext:
    starts_s, ends_s = source.sound_offsets_s()
    if not taking_boxes([check]):
        boxes = []
    return CheckContext(
        content=str(args["content"]),
        n_frames=source.n_frames,
        rate=source.rate,
        width_px=source.width_px,
        height_px=source.height_px,
        params=args["settings"].get(check, {}),
        references=references if get_check(check).wants_references else (),
        sound_starts_s=starts_s,
        sound_ends_s=ends_s,
        boxes=boxes,
        boxes_hash=(args.get("boxes") or "") if taking_boxes([check]) else "",
        boxed_frames=_boxed_frames(source, boxes, get_check(check).long_side_px),
    )


def _boxed_frames(source: Source, boxes: Sequence[Boxed], long_side_px: int | None) -> dict[int, Rgb]:
    """Some frames with boxes as the check will see them, evenly spread."""
    frames = sorted({box.frame for box in boxes if box.frame < source.n_frames})
    step = max(-(-len(frames) // _MOST_BOXED), 1)
    return {n: shown(source.frame(n), long_side_px) for n in frames[::step]}


def told(store: ContentStore, evidence: Evidence) -> dict[str, object]:
    """Keep evidence in the store, and say of it what its entry in the book says."""
    return {
        "check": evidence.check,
        "evidence": store.put_bytes(evidence_bytes(evidence)),
        "flagged": bool(evidence.flags),
        "references": list(evidence.references),
        "sentence": evidence.sentence,
        "summary": [[name, value] for name, value in sorted(evidence.summary.items())],
        "version": evidence.version,
        "worst_frame": evidence.worst_frame,
    }


def derive(args: dict[str, Any], report: Report) -> dict[str, object]:
    """In a worker process: the decode pass without what it measures, and all of it: something was lost.

    Only what follows a character is asked again, for its pictures; an order of before that knows of none.
    """
    followed = {"checks": args.get("checks", []), "settings": args.get("settings", {})}
    result = run({**args, **followed, "sheets": args.get("sheets", []), "bank": None, "made": {}}, report)
    return {**result, "evidence": []}
