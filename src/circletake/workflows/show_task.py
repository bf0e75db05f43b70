"""The task page: takes, their evidence, what each gate says and what was decided, in one record."""

from collections.abc import Sequence
from dataclasses import asdict

from circletake.checks.codec import read_evidence
from circletake.checks.stack import read_signature, stacks
from circletake.domain.facts import GateResult
from circletake.domain.lineage import sheet_slot
from circletake.domain.people import Role
from circletake.domain.policy import Gate, Stage
from circletake.domain.take import Take
from circletake.domain.verdict import VALUE_NAMES, Verdict
from circletake.errors import NotFound
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import utc_now
from circletake.media.manifest import Sheet, read_manifest
from circletake.workflows.bind import ask_gates
from circletake.workflows.cut_book import find_cut
from circletake.workflows.give_verdict import relevant_slots, vote_range
from circletake.workflows.house import House, require
from circletake.workflows.show import SIGNATURE, Names, media_view, production_view
from circletake.workflows.show_board import Floor
from circletake.workflows.views import (
    EvidenceDetailView,
    EvidenceView,
    FindingView,
    FlagView,
    GateView,
    HeatmapView,
    RangeView,
    SeriesView,
    SheetView,
    TakeView,
    TaskView,
    VerdictView,
)


def show_task(house: House, who: Session, task: str) -> TaskView:
    """A task with everything a judge needs.

    Raises:
        NotFound: there is no such task, or it is not in a production of theirs.
    """
    with house.book.reading() as conn:
        row = reads.find_task(conn, task)
        if row is None:
            raise NotFound(f"There is no task {task} here; the board lists them.")
        production, roles = require(conn, who, row.task.production, "see")
        stage = house.policy(conn, production.policy).stage(row.task.stage)
        if stage is None:
            raise NotFound(f"The policy in force has no stage “{row.task.stage}” any more.")
        floor = Floor.read(conn, production.id, {task})
        takes = reads.takes_of(conn, task)
        evidence = reads.evidence_on(conn, (take.content for take in takes))
        verdicts = reads.verdicts_of(conn, task)
        cut = find_cut(conn, production.id)
        in_cut = {slot.take for slot in cut.slots} if cut else set()
        slots = reads.slots(conn, production.id)
        people = Names.read(conn)
        stack_of = _stacks(house, takes)
        shown = [
            _take_view(
                house,
                who,
                take,
                stage=stage,
                roles=roles,
                results=ask_gates(house, conn, task=task, content=take.content, now=utc_now()),
                floor=floor,
                people=people,
                verdicts=[(verdict, live) for verdict, live in verdicts if verdict.content == take.content],
                evidence=evidence.get(take.content, []),
                stack=stack_of[take.id],
                in_cut=take.content in in_cut,
            )
            for take in takes
        ]
        neighbours = reads.tasks_at_stage(conn, production.id, stage.key)
        upstream = {
            slot: content for take in takes for slot, content in relevant_slots(conn, take, slots).items()
        }
        seq = house.book.head().seq
    at = neighbours.index(task)
    return TaskView(
        id=task,
        production=production_view(production, roles),
        entity=row.entity.id,
        kind=row.entity.kind,
        code=row.entity.code,
        title=row.entity.title,
        stage=stage.key,
        stage_label=stage.label,
        status=floor.status(row, stage),
        frames=row.entity.frames,
        upstream=upstream,
        takes=shown,
        sheets=_sheets(house, slots),
        previous_task=neighbours[at - 1] if at else None,
        next_task=neighbours[at + 1] if at + 1 < len(neighbours) else None,
        book_seq=seq,
    )


def _stacks(house: House, takes: Sequence[Take]) -> dict[str, int]:
    signatures = {
        take.id: read_signature(house.store.read(content))
        for take in takes
        if (content := house.queue.find_derived(take.content, SIGNATURE)) is not None
    }
    found = stacks(signatures)
    alone = max(found.values(), default=0) + 1
    return {take.id: found.get(take.id, alone + index) for index, take in enumerate(takes)}


def _take_view(
    house: House,
    who: Session,
    take: Take,
    *,
    stage: Stage,
    roles: frozenset[Role],
    results: tuple[GateResult, ...],
    floor: Floor,
    people: Names,
    verdicts: list[tuple[Verdict, bool]],
    evidence: list[reads.EvidenceRow],
    stack: int,
    in_cut: bool,
) -> TakeView:
    mine = str(who.person) in take.makers
    return TakeView(
        id=take.id,
        number=take.number,
        content=take.content,
        origin=take.origin,
        label=take.label,
        n_frames=take.n_frames,
        rate=[take.rate.numerator, take.rate.denominator] if take.rate else None,
        width_px=take.width_px,
        height_px=take.height_px,
        made_by=[people.person(maker) for maker in take.makers],
        parent=take.parent,
        state=take_state(floor, stage, take),
        stack=stack,
        mine=mine,
        media=media_view(house, take),
        gates=[
            _gate_view(gate, result, roles, mine=mine)
            for gate, result in zip(stage.gates, results, strict=True)
        ],
        verdicts=[_verdict_view(verdict, people, live=live) for verdict, live in verdicts],
        evidence=[_evidence_view(found) for found in evidence],
        in_cut=in_cut,
        seq=take.seq,
    )


def take_state(floor: Floor, stage: Stage, take: Take) -> str:
    """A take's own state in one word: circled, stale, vetoed, concern or review."""
    state = floor.take_state(stage, take)
    if state.passes:
        return "circled"
    if state.vetoed:
        return "vetoed"
    if state.was_circled and state.only_stale:
        return "stale"
    return "concern" if state.last_value == -1 else "review"


def _gate_view(gate: Gate, result: GateResult, roles: frozenset[Role], *, mine: bool) -> GateView:
    votes = vote_range(gate, roles)
    four_eyes = any(call.rule == "four_eyes" for call in gate.rules)
    return GateView(
        key=gate.key,
        label=gate.label,
        result=result.result,
        hash=gate.hash,
        findings=[
            FindingView(
                rule=finding.rule,
                holds=finding.holds,
                sentence=finding.sentence,
                missing=list(finding.missing),
                stale=finding.stale,
            )
            for finding in result.findings
        ],
        low=votes[0] if votes else None,
        high=votes[1] if votes else None,
        reason_needed=list(gate.reason_needed),
        blocked="You made this take; somebody else has to circle it." if mine and four_eyes else "",
    )


def _verdict_view(verdict: Verdict, people: Names, *, live: bool) -> VerdictView:
    return VerdictView(
        seq=verdict.seq,
        at=verdict.at,
        person=people.person(verdict.person),
        gate=verdict.gate,
        value=verdict.value,
        value_name=VALUE_NAMES[verdict.value],
        reasons=list(verdict.reasons),
        disposition=verdict.disposition,
        note=verdict.note,
        ranges=[RangeView(start=frames.start, end=frames.end) for frames in verdict.ranges],
        answers=list(verdict.answers),
        live=live,
    )


def _evidence_view(row: reads.EvidenceRow) -> EvidenceView:
    return EvidenceView(
        id=row.id,
        check=row.check,
        version=row.version,
        sentence=row.sentence,
        flagged=row.flagged,
        worst_frame=row.worst_frame,
        summary=row.summary,
    )


def _sheets(house: House, slots: dict[str, str]) -> list[SheetView]:
    found: list[SheetView] = []
    prefix = sheet_slot("")
    for slot, content in sorted(slots.items()):
        if slot.startswith(prefix):
            sheet = read_manifest(house.store, content)
            if isinstance(sheet, Sheet):
                found.append(
                    SheetView(
                        character=slot.removeprefix(prefix),
                        content=content,
                        images=[f"/media/{picture.image}" for picture in sheet.images],
                    )
                )
    return found


def show_evidence(house: House, who: Session, evidence: str) -> EvidenceDetailView:
    """Evidence in full: series, ranges, heatmaps.

    Raises:
        NotFound: there is none of this id in a production of theirs.
    """
    with house.book.reading() as conn:
        row = reads.find_evidence(conn, evidence)
        if row is None or not any(
            reads.roles_of(conn, take.production, str(who.person))
            for take in reads.takes_with(conn, row.content)
        ):
            raise NotFound(f"There is no evidence {evidence[:12]} here; reload the page.")
    full = read_evidence(house.store.read(row.id))
    return EvidenceDetailView(
        id=row.id,
        check=full.check,
        version=full.version,
        content=full.content,
        sentence=full.sentence,
        flagged=row.flagged,
        worst_frame=full.worst_frame,
        summary=full.summary,
        series=[
            SeriesView(
                name=series.name,
                unit=series.unit,
                low=series.low,
                high=series.high,
                threshold=series.threshold,
                values=list(series.values),
            )
            for series in full.series
        ],
        flags=[
            FlagView(
                start=flag.frames.start,
                end=flag.frames.end,
                label=flag.label,
                sentence=flag.sentence,
                strength=flag.strength,
            )
            for flag in full.flags
        ],
        abstained=[RangeView(**asdict(frames)) for frames in full.abstained],
        heatmaps=[
            HeatmapView(
                frame=heat.frame,
                box=list(heat.box),
                rows=heat.rows,
                columns=heat.columns,
                cells=list(heat.cells),
            )
            for heat in full.heatmaps
        ],
        references=list(full.references),
        backend=full.backend,
        precision=full.precision,
    )
