"""Analyse a content: one decode pass that makes what the desk plays and what the checks say.

The worker's half (`run`) touches only the store. The recording half appends the evidence in the
transaction that says the job is done.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, cast

from circletake.checks.codec import evidence_bytes
from circletake.checks.protocol import CheckContext, SheetRef
from circletake.checks.run import CheckListener, current_versions, get_check
from circletake.checks.stack import SIGNATURE_FRAMES, signature_bytes
from circletake.domain.evidence import Evidence
from circletake.domain.lineage import sheet_slot
from circletake.domain.policy import Policy, Stage
from circletake.ledger import reads
from circletake.ledger.book import Transaction
from circletake.ledger.transaction import Order
from circletake.media.essence import EssenceHash
from circletake.media.frames import FramePackWriter
from circletake.media.listen import Listener, listen
from circletake.media.manifest import Sheet, read_manifest
from circletake.media.picture import Frame, Rgb
from circletake.media.proxy import ProxyWriter
from circletake.media.sheet import open_sheet
from circletake.media.source import Source, open_source, read_still
from circletake.media.store import ContentStore
from circletake.media.thumb import PosterWriter
from circletake.work.executors.port import Report
from circletake.work.job import job_key
from circletake.workflows.bind import bind_takes
from circletake.workflows.carry import record_essence
from circletake.workflows.house import STUDIO, House, Operation
from circletake.workflows.show import FRAMES, POSTER, PROXY, SIGNATURE

_VERSION = 2  # 2: also says what a content decodes to
_THUMB_PX = (64, 36)


def checks_of(stage: Stage) -> list[str]:
    """Checks that the gates of a stage ask fresh evidence of, by name."""
    asked = {
        check
        for gate in stage.gates
        for call in gate.rules
        if call.rule == "fresh_evidence"
        for name, checks in call.params
        if name == "checks" and isinstance(checks, tuple)
        for check in checks
    }
    return sorted(asked & set(current_versions()))


def order_analysis(house: House, tx: Transaction, *, task: reads.TaskRow, content: str) -> str | None:
    """Order the analysis that a task's gates ask for, unless its outcome is in the book already.

    Returns:
        The job's key, or None where there is nothing left to measure.
    """
    keys = order_analyses(house, tx, task.task.production, [(task, content)])
    return keys[0] if keys else None


def order_analyses(
    house: House, tx: Transaction, production: str, wanted: Iterable[tuple[reads.TaskRow, str]]
) -> list[str]:
    """Order the analyses of many contents at their tasks, those that are not in the book already.

    Returns:
        Keys of the jobs that are owed by it.
    """
    found = reads.find_production(tx.conn, production)
    if found is None:
        return []
    policy = house.policy(tx.conn, found.policy)
    prefix = sheet_slot("")
    adopted = [
        [slot.removeprefix(prefix), held]
        for slot, held in sorted(reads.slots(tx.conn, production).items())
        if slot.startswith(prefix)
    ]
    versions, settings = current_versions(), settings_of(policy)
    asked = {stage.key: checks_of(stage) for stage in policy.stages}
    orders: dict[str, Order] = {}
    for task, content in wanted:
        if task.task.stage not in asked or task.entity.kind == "policy":
            continue  # a policy is words; there is nothing in it to measure
        checks = asked[task.task.stage]
        sheets = adopted if "consistency" in checks else []
        of_checks = {check: settings.get(check, {}) for check in checks}
        key = job_key(
            ANALYSE.name,
            version=ANALYSE.version,
            params={
                "checks": {check: versions[check] for check in checks},
                "production": production,
                "settings": of_checks,
            },
            inputs=[content, *(held for _, held in sheets)],
        )
        orders[key] = Order(
            op=ANALYSE.name,
            args={
                "checks": checks,
                "content": content,
                "name": f"{task.entity.code}",
                "production": production,
                "settings": of_checks,
                "sheets": sheets,
            },
            lane=ANALYSE.lane,
            prio=ANALYSE.prio,
            key=key,
        )
    return tx.enqueue_all(list(orders.values()))


def settings_of(policy: Policy) -> dict[str, dict[str, str]]:
    """A policy's thresholds by check: `technical.black_s = "0.5"` is the setting `black_s` of `technical`."""
    settings: dict[str, dict[str, str]] = {}
    for name, value in policy.thresholds.items():
        check, _, setting = name.partition(".")
        settings.setdefault(check, {})[setting] = value
    return settings


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
    """In a worker process: decode a content once and put everything made of it into the store."""
    store = ContentStore(Path(args["store"]))
    content = str(args["content"])
    is_sheet = isinstance(read_manifest(store, content), Sheet)
    source = open_sheet(store, content) if is_sheet else open_source(store, content)
    pack, poster, thumbs = FramePackWriter(store), PosterWriter(store), _Signature()
    essence = EssenceHash()
    listeners: list[Listener] = [pack, poster, thumbs, essence]
    proxy = ProxyWriter(store) if source.rate is not None and source.n_frames else None
    if proxy is not None:
        listeners.append(proxy)
    checks = {
        name: CheckListener(get_check(name), _context(store, source, args, name)) for name in args["checks"]
    }
    listen(source, [*listeners, *checks.values()], progress=report.progress, cancelled=report.cancelled)
    derived = {FRAMES: pack.content, POSTER: poster.content}
    if proxy is not None:
        derived[PROXY] = proxy.content
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
    return CheckContext(
        content=str(args["content"]),
        n_frames=source.n_frames,
        rate=source.rate,
        width_px=source.width_px,
        height_px=source.height_px,
        params=args["settings"].get(check, {}),
        references=references,
    )


def _sheet(store: ContentStore, character: str, content: str) -> SheetRef:
    sheet = cast("Sheet", read_manifest(store, content))
    return SheetRef(
        character=character,
        content=content,
        images=[read_still(store, picture.image) for picture in sheet.images],
        boxes=[picture.box for picture in sheet.images],
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


def record(house: House, tx: Transaction, args: dict[str, Any], result: dict[str, Any]) -> None:
    """Append what was measured, say where the desk finds what was made, ask the gates again.

    What decodes to the same as another take of its task takes over that one's approvals, by rule; a gate
    has to ask for them to count.
    """
    for recipe, content in result["derived"].items():
        house.queue.put_derived(str(args["content"]), recipe, content)
    for one in result["evidence"]:
        tx.append(
            "evidence",
            actor=STUDIO,
            production=args["production"],
            body={**one, "content": args["content"], "job": args["job"]},
        )
    own = [
        take for take in reads.takes_with(tx.conn, args["content"]) if take.production == args["production"]
    ]
    if result.get("essence") and own:
        record_essence(tx, args["production"], str(args["content"]), str(result["essence"]), job=args["job"])
    bind_takes(house, tx, own)


ANALYSE = operation = Operation(
    name="analyse",
    version=_VERSION,
    call="circletake.workflows.analyse:run",
    label="Measure {name}",
    record=record,
)
