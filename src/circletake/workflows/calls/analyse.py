"""The decode pass of one content: checks, frame pack, proxy, poster and essence listen to it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from circletake.checks.codec import evidence_bytes
from circletake.checks.protocol import CheckContext, SheetRef
from circletake.checks.run import CheckListener, get_check
from circletake.checks.stack import SIGNATURE_FRAMES, signature_bytes
from circletake.domain.evidence import Evidence
from circletake.media.essence import EssenceHash
from circletake.media.frames import FramePackWriter
from circletake.media.listen import Listener, listen
from circletake.media.manifest import Sheet, read_manifest
from circletake.media.picture import Frame, Rgb
from circletake.media.proxy import ProxyWriter
from circletake.media.recipes import FRAMES, POSTER, PROXY, SIGNATURE
from circletake.media.sheet import open_sheet
from circletake.media.source import Source, open_source, read_still
from circletake.media.store import ContentStore
from circletake.media.thumb import PosterWriter
from circletake.work.executors.port import Report

_THUMB_PX = (64, 36)


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


def run(args: dict[str, Any], report: Report) -> dict[str, object]:
    """In a worker process: decode a content once and put everything made of it into the store.

    What was made of it before, `made`, is not made again: a take that is measured against a new sheet
    has its proxy already.
    """
    store = ContentStore(Path(args["store"]))
    content = str(args["content"])
    is_sheet = isinstance(read_manifest(store, content), Sheet)
    source = open_sheet(store, content) if is_sheet else open_source(store, content)
    made = {recipe: one for recipe, one in args.get("made", {}).items() if store.has(one)}
    writers: dict[str, FramePackWriter | PosterWriter | ProxyWriter] = {}
    if FRAMES not in made:
        writers[FRAMES] = FramePackWriter(store)
    if POSTER not in made:
        writers[POSTER] = PosterWriter(store)
    if PROXY not in made and source.rate is not None and source.n_frames:
        writers[PROXY] = ProxyWriter(store)
    thumbs, essence = _Signature(), EssenceHash()
    listeners: list[Listener] = [*writers.values(), essence]
    if SIGNATURE not in made:
        listeners.append(thumbs)
    checks = {
        name: CheckListener(get_check(name), _context(store, source, args, name)) for name in args["checks"]
    }
    listen(source, [*listeners, *checks.values()], progress=report.progress, cancelled=report.cancelled)
    derived = {recipe: writer.content for recipe, writer in writers.items()}
    if thumbs.thumbs:
        derived[SIGNATURE] = store.put_bytes(signature_bytes(thumbs.thumbs))
    return {
        "derived": derived,
        "essence": essence.hash,
        "evidence": [
            told(store, listener.evidence) for listener in checks.values() if listener.evidence is not None
        ],
    }


def _context(store: ContentStore, source: Source, args: dict[str, Any], check: str) -> CheckContext:
    references: Sequence[SheetRef] = ()
    if get_check(check).wants_references:
        references = [_sheet(store, character, content) for character, content in args["sheets"]]
    starts_s, ends_s = source.sound_offsets_s()
    return CheckContext(
        content=str(args["content"]),
        n_frames=source.n_frames,
        rate=source.rate,
        width_px=source.width_px,
        height_px=source.height_px,
        params=args["settings"].get(check, {}),
        references=references,
        sound_starts_s=starts_s,
        sound_ends_s=ends_s,
    )


def _sheet(store: ContentStore, character: str, content: str) -> SheetRef:
    sheet = cast("Sheet", read_manifest(store, content))
    return SheetRef(
        character=character,
        content=content,
        images=[read_still(store, picture.image) for picture in sheet.images],
        boxes=[picture.box for picture in sheet.images],
        kind=sheet.kind,
    )


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
    """In a worker process: the decode pass without its checks, and all of it: something was lost."""
    return run({**args, "checks": [], "settings": {}, "sheets": [], "made": {}}, report)
