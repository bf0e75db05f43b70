"""The task page: takes, their evidence, what each gate says and what was decided, in one record."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from circletake.checks.codec import read_evidence
from circletake.domain.facts import Facts, GateResult
from circletake.domain.lineage import sheet_slot
from circletake.domain.people import MAY, Role
from circletake.domain.policy import Gate, Stage
from circletake.domain.take import Take
from circletake.domain.time import FrameRange
from circletake.domain.verdict import VALUE_NAMES, Verdict
from circletake.errors import NotFound, StillBlind
from circletake.ledger import reads, remarks
from circletake.ledger.accounts import Session
from circletake.ledger.book import utc_now
from circletake.ledger.transaction import read_head
from circletake.media.manifest import Sheet, read_manifest
from circletake.workflows.bind import gatekeeper
from circletake.workflows.call_flag import flag_views
from circletake.workflows.cut_book import frames_in_cut
from circletake.workflows.floor import Floor, seen_floor, veil_of
from circletake.workflows.give_verdict import relevant_slots, vote_range
from circletake.workflows.house import House, require
from circletake.workflows.remarks import may_circle, note_view, override_view
from circletake.workflows.show import Names, media_view, production_view, timecode_of
from circletake.workflows.stacks import stack_numbers
from circletake.workflows.stale import cause_view
from circletake.workflows.veil import Veil
from circletake.workflows.views import (
    CarriedView,
    EvidenceDetailView,
    EvidenceView,
    FindingView,
    GateView,
    HeatmapView,
    NoteView,
    OverrideView,
    ParentView,
    RangeView,
    SeriesView,
    SheetView,
    TakeView,
    TaskView,
    VerdictView,
)

_VETO = -2


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
        policy = house.policy(conn, production.policy)
        stage = policy.stage(row.task.stage)
        if stage is None:
            raise NotFound(f"The policy in force has no stage “{row.task.stage}” any more.")
        veil = veil_of(house, conn, who, production.id)
        floor = seen_floor(house, conn, who, production.id, veil=veil, tasks={task})
        keeper = gatekeeper(house, conn, production.id, now=utc_now(), quiet=veil.gates)
        takes, verdicts = reads.takes_of(conn, task), reads.verdicts_of(conn, task)
        evidence = reads.evidence_on(conn, (take.content for take in takes))
        in_cut = frames_in_cut(conn, production.id)
        slots = reads.slots(conn, production.id)
        people = Names.read(conn)
        overrides, notes = remarks.overrides_of(conn, task), remarks.notes_of(conn, task)
        made = house.queue.derived_among(take.content for take in takes)
        stack_of = stack_numbers(house, takes, made)
        facts = {
            pair: veil.facts(known)
            for pair, known in keeper.facts((task, take.content) for take in takes).items()
        }
        by_id = {take.id: take for take in takes}
        carried = reads.carried_in(conn, task)
        me = str(who.person)
        may_note = bool(roles & MAY["note"])
        circles = may_circle(stage, roles)
        shown = [
            _take_view(
                who,
                take,
                made=made.get(take.content, {}),
                timecode=timecode_of(house, made.get(take.content, {})),
                stage=stage,
                roles=roles,
                facts=facts[task, take.content],
                results=keeper.judge(facts[task, take.content]),
                veil=veil,
                floor=floor,
                people=people,
                verdicts=[
                    (verdict, live)
                    for verdict, live in verdicts
                    if verdict.content == take.content and verdict.seq not in veil.verdicts
                ],
                carried=[
                    CarriedView(
                        seq=seq,
                        counts=any(gate.carry and gate.key == verdict.gate for gate in stage.gates),
                        from_take=_number_of(takes, verdict.content),
                        original=_verdict_view(verdict, people, live=live),
                    )
                    for seq, original, content in carried
                    for verdict, live in verdicts
                    if content == take.content and verdict.seq == original and original not in veil.verdicts
                ],
                parent=_parent_view(take, by_id, verdicts, people, veil),
                evidence=[] if take.content in veil.contents else evidence.get(take.content, []),
                stack=stack_of[take.id],
                in_cut=in_cut.get(take.content),
                overrides=[
                    override_view(one, people)
                    for one in overrides
                    if one.content == take.content
                    and (one.person == str(who.person) or not veil.hides(task, take.content))
                ],
                notes=[
                    note_view(
                        one,
                        people,
                        may_settle=may_note and (one.person == me or (circles and me not in take.makers)),
                    )
                    for one in notes
                    if one.content == take.content and (one.person == me or not veil.hides(task, one.content))
                ],
            )
            for take in takes
        ]
        neighbours = reads.tasks_at_stage(conn, production.id, stage.key)
        upstream = {
            slot: content for take in takes for slot, content in relevant_slots(conn, take, slots).items()
        }
        seq = read_head(conn).seq  # as this reading sees it: what came since is asked for by it
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
        start_frame=policy.start_frame,
        previous_task=neighbours[at - 1] if at else None,
        next_task=neighbours[at + 1] if at + 1 < len(neighbours) else None,
        may_note=may_note,
        book_seq=seq,
    )


def _take_view(
    who: Session,
    take: Take,
    *,
    made: Mapping[str, str],
    timecode: str | None,
    stage: Stage,
    roles: frozenset[Role],
    facts: Facts,
    results: tuple[GateResult, ...],
    veil: Veil,
    floor: Floor,
    people: Names,
    verdicts: list[tuple[Verdict, bool]],
    carried: list[CarriedView],
    parent: ParentView | None,
    evidence: list[reads.EvidenceRow],
    stack: int,
    in_cut: FrameRange | None,
    overrides: list[OverrideView],
    notes: list[NoteView],
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
        timecode=timecode,
        width_px=take.width_px,
        height_px=take.height_px,
        made_by=[people.person(maker) for maker in take.makers],
        parent=take.parent,
        state=take_state(floor, stage, take),
        stack=stack,
        mine=mine,
        media=media_view(take, made),
        gates=[
            _gate_view(gate, result, roles, mine=mine, overrides=overrides, veil=veil, facts=facts)
            for gate, result in zip(stage.gates, results, strict=True)
        ],
        verdicts=[_verdict_view(verdict, people, live=live) for verdict, live in verdicts],
        evidence=[_evidence_view(found) for found in evidence],
        in_cut=in_cut is not None,
        cut_range=RangeView(in_cut.start, in_cut.end) if in_cut else None,
        seq=take.seq,
        overrides=overrides,
        notes=notes,
        carried=carried,
        parent_take=parent,
        hidden=veil.hides(take.task, take.content) or take.content in veil.contents,
    )


def _number_of(takes: Sequence[Take], content: str) -> int | None:
    return next((take.number for take in takes if take.content == content), None)


def _parent_view(
    take: Take,
    by_id: dict[str, Take],
    verdicts: list[tuple[Verdict, bool]],
    people: Names,
    veil: Veil,
) -> ParentView | None:
    """The take that this one was made from, with the vetoes that stand on it."""
    parent = by_id.get(take.parent or "")
    if parent is None:
        return None
    return ParentView(
        take=parent.number,
        content=parent.content,
        change=take.change,
        vetoes=[
            _verdict_view(verdict, people, live=live)
            for verdict, live in verdicts
            if live
            and verdict.content == parent.content
            and verdict.value == _VETO
            and verdict.seq not in veil.verdicts
        ],
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


def _gate_view(
    gate: Gate,
    result: GateResult,
    roles: frozenset[Role],
    *,
    mine: bool,
    overrides: list[OverrideView],
    veil: Veil,
    facts: Facts,
) -> GateView:
    votes = vote_range(gate, roles)
    four_eyes = any(call.rule == "four_eyes" for call in gate.rules)
    return GateView(
        key=gate.key,
        label=gate.label,
        result=veil.result(facts, result),
        hash=gate.hash,
        findings=veil.findings(
            facts,
            result,
            [
                FindingView(
                    rule=finding.rule,
                    holds=finding.holds,
                    sentence=finding.sentence,
                    missing=list(finding.missing),
                    stale=finding.stale,
                    causes=[cause_view(cause) for cause in finding.causes],
                )
                for finding in result.findings
            ],
        ),
        low=votes[0] if votes else None,
        high=votes[1] if votes else None,
        reason_needed=list(gate.reason_needed),
        blind=gate.blind,
        blocked="You made this take; somebody else has to circle it." if mine and four_eyes else "",
        override=next((one for one in overrides if one.seq == result.override), None),
        may_override=sorted(set(gate.override.rules) & {f.rule for f in result.findings if not f.holds})
        if gate.override is not None and roles & set(gate.override.roles) and not result.passes
        else [],
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
        note=people.words(verdict.note),
        ranges=[RangeView(start=frames.start, end=frames.end) for frames in verdict.ranges],
        answers=list(verdict.answers),
        live=live,
        severity=verdict.severity,
        regions=[list(region) for region in verdict.regions],
        watched=[RangeView(start=frames.start, end=frames.end) for frames in verdict.watched],
        dwell_ms=verdict.dwell_ms,
        scores_hidden=verdict.scores_hidden,
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
        productions = {take.production for take in reads.takes_with(conn, row.content)}
        if any(row.content in veil_of(house, conn, who, one).contents for one in productions):
            raise StillBlind(
                "This is hidden until you have given your own verdict on the take; decide first."
            )
        full = read_evidence(house.store.read(row.id))
        mine = next(one for one in sorted(productions) if reads.roles_of(conn, one, str(who.person)))
        flags = flag_views(conn, who, mine, row, full.flags)
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
        flags=flags,
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
