"""What the doors show: plain records, the same for the browser (OpenAPI) and for `--json`.

Rates are `[numerator, denominator]`; frames are integers from 0; hashes are SHA-256 in hex.
"""

from dataclasses import dataclass, field

from circletake.workflows.character_views import CharacterDriftView, CharacterHeadView
from circletake.workflows.flag_views import FlagView
from circletake.workflows.person_view import PersonView


@dataclass(frozen=True, slots=True)
class ProductionView:
    """A production in a list."""

    id: str
    code: str
    title: str
    rate: list[int]
    width_px: int
    height_px: int
    roles: list[str]


@dataclass(frozen=True, slots=True)
class MeView:
    """Who is signed in, and where they may do what."""

    person: PersonView
    productions: list[ProductionView]


@dataclass(frozen=True, slots=True)
class GateLabel:
    """A gate's name in a list."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class StageView:
    """A column of the board."""

    key: str
    label: str
    gates: list[GateLabel]


@dataclass(frozen=True, slots=True)
class CellView:
    """One entity at one stage.

    Args:
        status: one of the nine.
        waits_for: key of the first gate that does not pass on the newest live take; empty if none.
        takes: how many there are.
        flagged: how many takes carry flagged evidence.
        content: of the take shown (circled if there is one, else the newest), or None.
        number: of that take; 0 if there is none.
        frames: how many that take has.
        notes: how many are open on its takes.
        people: ids of whoever made its takes or said something of them.
        causes: slots that moved under a stale one; empty where the policy or a measurement moved.
        changed: newest entry of a take, verdict or note there; 0 if there is none.
    """

    task: str
    stage: str
    status: str
    waits_for: str
    takes: int
    flagged: int
    content: str | None
    number: int
    frames: int
    notes: int
    people: list[str]
    causes: list[str]
    changed: int


@dataclass(frozen=True, slots=True)
class RowView:
    """One entity's row of the board; `cells` holds None where a stage does not apply."""

    entity: str
    kind: str
    code: str
    title: str
    frames: int
    source_class: str | None
    cells: list[CellView | None]


@dataclass(frozen=True, slots=True)
class StatusLookView:
    """How a status is drawn."""

    key: str
    label: str
    colour: str
    shape: str


@dataclass(frozen=True, slots=True)
class BoardView:
    """Shots × stages.

    Args:
        start_frame: number that people see on the first frame of a take.
        people: everybody whom some cell names.
        cut: codes of shots in the order of the newest cut; empty before there is one.
    """

    production: ProductionView
    stages: list[StageView]
    rows: list[RowView]
    statuses: list[StatusLookView]
    book_seq: int
    start_frame: int
    people: list[PersonView]
    cut: list[str]


@dataclass(frozen=True, slots=True)
class ReasonView:
    """A reason code: its two keystrokes, its label, and whether it speaks for (`+`) or against (`-`)."""

    code: str
    key: str
    label: str
    polarity: str = "both"


@dataclass(frozen=True, slots=True)
class ReasonFamilyView:
    """A family of reasons under one digit."""

    digit: int
    key: str
    label: str
    reasons: list[ReasonView]


@dataclass(frozen=True, slots=True)
class CharacterLineView:
    """A character in a list.

    Args:
        sheet: content of its adopted model sheet, or None.
        poster: of that sheet.
        approved: circled shots that show it, as far as measurements lean on them.
    """

    code: str
    title: str
    sheet: str | None
    poster: str | None
    approved: int


@dataclass(frozen=True, slots=True)
class SwatchView:
    """A colour of a character.

    Args:
        hex: sRGB, `#rrggbb`.
        lab: CIELAB, D65: L*, a*, b*.
        share: of its pixels, 0 to 1.
    """

    hex: str
    lab: list[float]
    share: float


@dataclass(frozen=True, slots=True)
class SheetPictureView:
    """A picture of an adopted model sheet.

    Args:
        number: from 1.
        image: address.
        box: where the character is: x, y, width, height in pixels.
        is_usable: the character could be cut out of it.
        is_alone: it is unlike every other picture of the sheet.
        is_unseen: no picture of a circled take is most like it.
    """

    number: int
    image: str
    box: list[int]
    is_usable: bool
    is_alone: bool
    is_unseen: bool


@dataclass(frozen=True, slots=True)
class ApprovedShotView:
    """A circled take that a character's model leans on."""

    code: str
    title: str
    stage: str
    task: str
    take: int
    content: str
    poster: str | None


@dataclass(frozen=True, slots=True)
class CharacterView:
    """What the studio has learnt of a character.

    Args:
        task: the one its sheets are takes of.
        sheet: content of the adopted model sheet.
        approved: circled shots it leans on, newest first.
        palette: its colours, the largest first.
        state: whose circled shots say what is usual: none (nothing can be judged), uncalibrated (each
            take's own best frames), pooled (other characters' too) or own.
        alpha: share of good frames that the policy lets be flagged wrongly.
        shots: circled shots that the threshold is set on.
        lent: how many of them are other characters'.
        needed: circled shots of its own that make it its own measure.
        interval: where the true false-alarm rate lies, at 90 %; 0 to 1 while nothing can be said.
        advice: what to add, in words.
        drift: it over the shots of the production.
        head: how much each score counts for it, as people's answers have shown.
    """

    code: str
    title: str
    task: str
    sheet: str
    pictures: list[SheetPictureView]
    approved: list[ApprovedShotView]
    palette: list[SwatchView]
    state: str
    alpha: str
    shots: int
    lent: int
    needed: int
    interval: list[float]
    advice: list[str]
    drift: CharacterDriftView
    head: CharacterHeadView


@dataclass(frozen=True, slots=True)
class CauseView:
    """One reason why an approval went stale.

    Args:
        kind: upstream, upstream_lost, policy, consent or source.
        slot: what was leaned on; the gate where the policy is the cause.
        leaned_on: content as it was.
        adopted: what stands there now; None where the slot was emptied.
        root: where it began, for upstream_lost; else empty.
    """

    kind: str
    slot: str
    leaned_on: str
    adopted: str | None
    root: str
    sentence: str


@dataclass(frozen=True, slots=True)
class StaleApprovalView:
    """An approval that is stale, or would be.

    Args:
        verdict: its entry in the book.
        mine: the signed-in person gave it.
        blocked: why the signed-in person cannot confirm it, or empty.
        change: how much of the picture of what it leaned on changed, in 8-bit code values; None where
            it cannot be told.
        flagged: a check points at the take as it is measured now.
        gate_hash: of the gate as it is, to be named when confirming.
        upstream: slots as they are, to be named when confirming; told, as are `blocked`, `flagged` and
            `poster`, where the approval is stale now and the signed-in person's own.
    """

    task: str
    code: str
    title: str
    stage: str
    stage_label: str
    take: int
    content: str
    gate: str
    gate_label: str
    verdict: int
    at: str
    value: int
    person: PersonView
    mine: bool
    causes: list[CauseView]
    blocked: str
    change: float | None
    flagged: bool
    poster: str | None
    gate_hash: str
    upstream: dict[str, str]


@dataclass(frozen=True, slots=True)
class GateChangeView:
    """A gate's answer about one take, before and after."""

    task: str
    code: str
    stage: str
    take: int
    content: str
    gate: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class WhatIfView:
    """What adopting something would change; nothing was changed to find out.

    Args:
        supposed: slot → content as it would be; None where it would be emptied.
        goes_stale: approvals that would go stale, and only those.
        heals: approvals that would hold again.
        gates: every gate whose answer would be another.
        doubts: what is not so yet, such as a content that does not pass its own gates.
    """

    supposed: dict[str, str | None]
    goes_stale: list[StaleApprovalView]
    heals: list[StaleApprovalView]
    gates: list[GateChangeView]
    doubts: list[str]


@dataclass(frozen=True, slots=True)
class ReaffirmedView:
    """What became of one confirmation: the new verdict's entry, or why it was refused."""

    verdict: int
    recorded: int | None
    code: str
    refused: str


@dataclass(frozen=True, slots=True)
class ReaffirmView:
    """A pass of confirmations: each recorded or refused by itself."""

    results: list[ReaffirmedView]
    recorded: int
    refused: int


@dataclass(frozen=True, slots=True)
class LeanView:
    """One slot that a take leans on.

    Args:
        slot: what is leaned on.
        leaned_on: content it was made or approved against.
        adopted: what the slot holds now, or None.
        task: the task that fills the slot, or None.
        holds: it is the same still, and still passes.
        sentence: what is the matter, or empty.
    """

    slot: str
    leaned_on: str
    adopted: str | None
    task: str | None
    holds: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class LeaningTakeView:
    """A take, and what it leans on."""

    task: str
    code: str
    stage: str
    take: int
    content: str
    state: str
    leans: list[LeanView]


@dataclass(frozen=True, slots=True)
class LineageView:
    """What a task leans on, and what leans on it.

    Args:
        slot: the slot that its take is adopted into.
        adopted: what that holds, or None.
        adopted_take: number of that take, or None.
        takes: its takes, with what each leans on.
        leaned_on_by: takes of other tasks that lean on its slot.
    """

    task: str
    code: str
    stage: str
    slot: str
    adopted: str | None
    adopted_take: int | None
    takes: list[LeaningTakeView]
    leaned_on_by: list[LeaningTakeView]


@dataclass(frozen=True, slots=True)
class FindingView:
    """What one rule says of a take."""

    rule: str
    holds: bool
    sentence: str
    missing: list[str]
    stale: bool
    causes: list[CauseView]


@dataclass(frozen=True, slots=True)
class OverrideView:
    """Somebody let a take pass a gate although rules of it did not hold; shown for ever.

    Args:
        role: in which they did.
        rules: those that did not hold.
        code: reason code.
        note: in their own words; None once erased.
    """

    seq: int
    at: str
    person: PersonView
    gate: str
    role: str
    rules: list[str]
    code: str
    note: str | None


@dataclass(frozen=True, slots=True)
class GateView:
    """A gate's state on one take.

    Args:
        result: satisfied, unsatisfied, overridden or error; hidden until the signed-in person decides.
        hash: what a verdict must name as seen.
        low: lowest value the signed-in person may give here; None if they may not vote.
        high: highest value.
        reason_needed: values that need a reason code.
        blocked: why the signed-in person may not circle this take here (their own take …), or empty.
        override: what lets it pass where its rules do not hold, or None.
        may_override: rules that do not hold and that the signed-in person may override.
        blind: whoever judges here sees neither scores nor others' verdicts before their own.
    """

    key: str
    label: str
    result: str
    hash: str
    findings: list[FindingView]
    low: int | None
    high: int | None
    reason_needed: list[int]
    blocked: str
    override: OverrideView | None
    may_override: list[str]
    blind: bool


@dataclass(frozen=True, slots=True)
class RangeView:
    """Frames `start` up to but not including `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class VerdictView:
    """A verdict in a take's history; `live` is False once superseded or withdrawn."""

    seq: int
    at: str
    person: PersonView
    gate: str
    value: int
    value_name: str
    reasons: list[str]
    disposition: str
    note: str | None
    ranges: list[RangeView]
    answers: list[str]
    live: bool
    severity: str
    regions: list[list[int]]
    watched: list[RangeView]
    dwell_ms: int
    scores_hidden: bool


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note on a take.

    Args:
        regions: [frame, x, y, width, height], the last four in ten-thousandths of the picture.
        reply_to: id of the note it answers, or None.
        disposition: how it was settled; None while it is open.
        text: None once erased.
        drawings: ids of drawings that show what is meant.
        may_settle: whether this person may settle it.
    """

    id: str
    seq: int
    at: str
    person: PersonView
    severity: str
    text: str | None
    ranges: list[RangeView]
    regions: list[list[int]]
    reply_to: str | None
    disposition: str | None
    resolved_by: PersonView | None
    drawings: list[str]
    may_settle: bool


@dataclass(frozen=True, slots=True)
class ConsentView:
    """A consent or permit as it stands.

    Args:
        code: of the shot or asset it is attached to.
        subject: who agreed, or whose right it is; None once erased.
        state: granted, revoked or lapsed.
        until: last day, or None.
    """

    id: str
    seq: int
    kind: str
    code: str
    subject: str | None
    uses: list[str]
    until: str | None
    document: str | None
    state: str


@dataclass(frozen=True, slots=True)
class ExplainedGateView:
    """A gate in plain words."""

    key: str
    label: str
    votes: list[str]
    asks: list[str]
    also: list[str]


@dataclass(frozen=True, slots=True)
class ExplainedStageView:
    """A stage in plain words."""

    key: str
    label: str
    sentence: str
    gates: list[ExplainedGateView]


@dataclass(frozen=True, slots=True)
class PolicyView:
    """A policy.

    Args:
        name: its own.
        doubts: what looks wrong in it, a sentence each.
        lacking: what it asks of people that nobody here could give; empty for a policy of no production.
        document: as the book holds it.
    """

    name: str
    hash: str
    stages: list[ExplainedStageView]
    doubts: list[str]
    lacking: list[str]
    document: dict[str, object]


@dataclass(frozen=True, slots=True)
class PolicyNameView:
    """A policy that comes with circletake."""

    name: str
    hash: str
    stages: list[str]


@dataclass(frozen=True, slots=True)
class PolicyChangeView:
    """What another policy would make of one gate on one take.

    Args:
        before: satisfied, overridden, stale, unsatisfied, error or absent.
        after: the same.
        causes: why it does not pass afterwards, a sentence each.
    """

    task: str
    code: str
    stage: str
    take: int
    content: str
    gate: str
    before: str
    after: str
    causes: list[str]


@dataclass(frozen=True, slots=True)
class PolicyPreviewView:
    """What changing the policy would do, before anything is changed.

    Args:
        lost: gates that pass now and would no longer.
        changes: every gate whose answer would be another one, those among them.
        new_tasks: tasks that would be added, for stages that are new.
    """

    name: str
    from_hash: str
    to_hash: str
    lost: int
    changes: list[PolicyChangeView]
    new_tasks: int
    lacking: list[str]
    doubts: list[str]


@dataclass(frozen=True, slots=True)
class CarriedView:
    """An approval of a take with the same frames and sound, carried here by rule.

    Args:
        seq: entry of the carry.
        counts: the gate accepts it; a delivery never does.
        from_take: number of the take it was given on.
        original: the verdict that was given there.
    """

    seq: int
    counts: bool
    from_take: int | None
    original: VerdictView


@dataclass(frozen=True, slots=True)
class ParentView:
    """The take that a take was made from.

    Args:
        change: subrange, upstream_only or rework; the first two share its vetoes.
        vetoes: that stand on it.
    """

    take: int
    content: str
    change: str
    vetoes: list[VerdictView]


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """Evidence in a list; the whole of it is at its own address."""

    id: str
    check: str
    version: int
    sentence: str
    flagged: bool
    worst_frame: int | None
    summary: dict[str, str | int | bool]


@dataclass(frozen=True, slots=True)
class SeriesView:
    """One number a frame; None where the frame was not measured."""

    name: str
    unit: str
    low: float
    high: float
    threshold: float | None
    values: list[float | None]


@dataclass(frozen=True, slots=True)
class HeatmapView:
    """Where in a frame: `cells` are rows·columns values of 0–255 over `box` [x, y, w, h] in pixels."""

    frame: int
    box: list[int]
    rows: int
    columns: int
    cells: list[int]


@dataclass(frozen=True, slots=True)
class EvidenceDetailView:
    """Evidence in full."""

    id: str
    check: str
    version: int
    content: str
    sentence: str
    flagged: bool
    worst_frame: int | None
    summary: dict[str, str | int | bool]
    series: list[SeriesView]
    flags: list[FlagView]
    abstained: list[RangeView]
    heatmaps: list[HeatmapView]
    references: list[str]
    backend: str
    precision: str


@dataclass(frozen=True, slots=True)
class MediaView:
    """Addresses of what a browser plays; None while it is still being made.

    Args:
        frames: pattern with `{n}`: one JPEG a frame, 1280 pixels wide at most.
        full: the same in all of their own pixels, made when asked for; None where `frames` have them all.
        alpha: their alpha as grey, made when asked for; None of a take that is known to have none.
        checker: their colours over a chequered ground, by their alpha; None likewise.
        proxy: all-intra MP4 of the same frames.
        poster: one small JPEG.
        peaks: how loud it is, four bytes a frame, 255 full scale; None for one known to be silent.
        badges: what there is to know of the picture: `code`, `label` and `sentence` each; None for nothing.
        size_px: of the take as shown [width, height].
    """

    frames: str | None
    full: str | None
    alpha: str | None
    checker: str | None
    proxy: str | None
    poster: str | None
    peaks: str | None
    badges: str | None
    size_px: list[int]


@dataclass(frozen=True, slots=True)
class SelfTestView:
    """Film in which every frame says its number, for a player to test itself with.

    Args:
        frames: pattern with `{n}`: one JPEG a frame.
        proxy: all-intra MP4 of the same frames.
        size_px: of the frames [width, height].
    """

    rate: list[int]
    n_frames: int
    size_px: list[int]
    frames: str
    proxy: str


@dataclass(frozen=True, slots=True)
class TakeView:
    """A take on the desk.

    Args:
        state: `circled`, `stale`, `vetoed`, `concern`, `review`.
        stack: number shared by takes of this task that look the same.
        mine: the signed-in person made it.
        carried: approvals of takes with the same frames and sound.
        parent_take: what it was made from.
        hidden: what others said and what was measured is hidden until the signed-in person decides.
        cut_range: frames of it that the cut uses; None where it is not in the cut.
    """

    id: str
    number: int
    content: str
    origin: str
    label: str
    n_frames: int
    rate: list[int] | None
    timecode: str | None
    width_px: int
    height_px: int
    made_by: list[PersonView]
    parent: str | None
    state: str
    stack: int
    mine: bool
    media: MediaView
    gates: list[GateView]
    verdicts: list[VerdictView]
    evidence: list[EvidenceView]
    in_cut: bool
    cut_range: RangeView | None
    seq: int
    overrides: list[OverrideView]
    notes: list[NoteView]
    carried: list[CarriedView]
    parent_take: ParentView | None
    hidden: bool


@dataclass(frozen=True, slots=True)
class BoxView:
    """Where a person says that a character is in a frame.

    Args:
        where: x, y, width, height in ten-thousandths of the picture; None: it is not in this frame.
        withdrawn_by: None while it stands.
        may_withdraw: the signed-in person may take it back.
    """

    id: str
    seq: int
    at: str
    person: PersonView
    character: str
    frame: int
    where: list[int] | None
    withdrawn_by: PersonView | None
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class SheetView:
    """The adopted model sheet of a character: images with the character's box."""

    character: str
    content: str
    images: list[str]


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task with everything a judge needs.

    Args:
        start_frame: number that people see on the first frame of a take.
        may_note: whether this person may note and draw there.
    """

    id: str
    production: ProductionView
    entity: str
    kind: str
    code: str
    title: str
    stage: str
    stage_label: str
    status: str
    frames: int
    upstream: dict[str, str]
    takes: list[TakeView]
    sheets: list[SheetView]
    start_frame: int
    previous_task: str | None
    next_task: str | None
    may_note: bool
    book_seq: int


@dataclass(frozen=True, slots=True)
class QueueItemView:
    """Something that waits for the signed-in person."""

    task: str
    production: str
    code: str
    title: str
    stage_label: str
    gate: str
    gate_label: str
    takes: int
    flagged: int
    status: str
    poster: str | None


@dataclass(frozen=True, slots=True)
class CutSlotView:
    """A slot of the cut.

    Args:
        state: gap, offered, circled or stale.
        offers: takes of this shot that could fill it.
    """

    id: str
    shot: str
    title: str
    task: str | None
    record: RangeView
    frames: int
    take: str | None
    take_number: int | None
    source_in: int
    state: str
    poster: str | None
    offers: list["OfferView"]


@dataclass(frozen=True, slots=True)
class OfferView:
    """A take that could fill a slot."""

    take: str
    number: int
    content: str
    state: str
    n_frames: int
    label: str


@dataclass(frozen=True, slots=True)
class CutView:
    """The cut as it stands.

    Args:
        master: content of the render of exactly this version, or None.
        master_task: where that render is judged.
        missing: what stands between this cut and delivery, a sentence each.
        unheard: whose own sound is silent because of their speed, a sentence each.
    """

    production: ProductionView
    hash: str
    number: int
    rate: list[int]
    n_frames: int
    slots: list[CutSlotView]
    master: str | None
    master_task: str | None
    rendering: bool
    missing: list[str]
    unheard: list[str]
    book_seq: int


@dataclass(frozen=True, slots=True)
class TimelineFormView:
    """A form of timeline.

    Args:
        name: by which it is asked for.
        label: as editors call it.
        ending: of its files.
        reads: it can be brought in.
        writes: the cut can go out in it.
    """

    name: str
    label: str
    ending: str
    reads: bool
    writes: bool


@dataclass(frozen=True, slots=True)
class TimelineFormsView:
    """Ways the cut goes out and comes in.

    Args:
        may_import: whoever asks may bring a timeline in.
    """

    forms: list[TimelineFormView]
    may_import: bool


@dataclass(frozen=True, slots=True)
class TimelineView:
    """The cut as it would leave for an editor.

    Args:
        name: of the file.
        lost: what the form cannot carry, a sentence each.
    """

    name: str
    lost: list[str]


@dataclass(frozen=True, slots=True)
class ImportedCutView:
    """The cut that a timeline became.

    Args:
        lost: what could not be carried, a sentence each.
    """

    cut: CutView
    lost: list[str]


@dataclass(frozen=True, slots=True)
class JobView:
    """A job's progress, in frames where there are frames; `may_stop` is whether the person may stop it."""

    id: int
    key: str
    op: str
    label: str
    state: str
    done_frames: int
    total_frames: int
    error: str | None
    may_stop: bool


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A sealed deliverable: its hashes and, on this machine, its folder.

    `deliverable` is the signed film; None before it is signed, or where it cannot be. `manifest` are its
    Content Credentials, where they lie beside it.
    """

    seq: int
    at: str
    cut: str
    master: str
    record: str
    folder: str
    frames: int
    deliverable: str | None = None
    manifest: str | None = None


@dataclass(frozen=True, slots=True)
class BookEntryView:
    """One entry as it is hashed; `production` is the id of the one it is about, if it is about one."""

    seq: int
    at: str
    kind: str
    actor: str
    leaf: str
    body: dict[str, object] = field(default_factory=dict)
    production: str | None = None


@dataclass(frozen=True, slots=True)
class BookCheckView:
    """What verifying the book found."""

    holds: bool
    entries: int
    head: str
    broken_at: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class WitnessView:
    """How it went with a witness of a checkpoint."""

    witness: str
    at: str
    tries: int
    holds: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class CheckpointView:
    """What was signed of the book: how many entries, their Merkle root, with which key."""

    size: int
    root: str
    at: str
    key: str
    note: str
    witnesses: list[WitnessView] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MemberView:
    """Somebody in a production; `own_roles` were given by name, the others come by a group."""

    person: PersonView
    roles: list[str]
    own_roles: list[str]


@dataclass(frozen=True, slots=True)
class GroupView:
    """People who hold roles together."""

    id: str
    label: str
    members: list[PersonView]
    roles: list[str]


@dataclass(frozen=True, slots=True)
class TeamView:
    """Who holds what in a production."""

    members: list[MemberView]
    groups: list[GroupView]


@dataclass(frozen=True, slots=True)
class InvitationView:
    """An invitation as producers see it; `state` is open, used, revoked or expired."""

    id: str
    roles: list[str]
    invited_by: PersonView
    created_at: str
    expires_at: str
    state: str
    person: PersonView | None


@dataclass(frozen=True, slots=True)
class InvitedView:
    """An invitation as whoever opens its link sees it."""

    production: str
    roles: list[str]
    invited_by: str
    expires_at: str


@dataclass(frozen=True, slots=True)
class MadeInvitationView:
    """An invitation just made; its link is shown this once."""

    id: str
    link: str


@dataclass(frozen=True, slots=True)
class SessionView:
    """Somewhere a person is signed in; entries of the book name it by its id."""

    id: str
    label: str
    created_at: str
    seen_at: str
    expires_at: str
    current: bool


@dataclass(frozen=True, slots=True)
class PasskeyView:
    """A passkey of one's own."""

    id: str
    label: str
    created_at: str
    used_at: str | None


@dataclass(frozen=True, slots=True)
class MachineView:
    """A machine account; retired, it acts no more."""

    id: str
    label: str
    retired: bool


@dataclass(frozen=True, slots=True)
class TokenView:
    """An API token; `machine` is the account that acts by it, None for the person's own programs.

    Args:
        state: open, revoked, expired or retired (with its machine).
    """

    id: str
    label: str
    machine: str | None
    scopes: list[str]
    created_at: str
    expires_at: str
    used_at: str | None
    state: str


@dataclass(frozen=True, slots=True)
class MadeTokenView:
    """A token just made; the secret is shown this once."""

    id: str
    secret: str


@dataclass(frozen=True, slots=True)
class AccountView:
    """One's own account: ways to sign in, where one is signed in, programs that act for one."""

    person: PersonView
    has_password: bool
    identities: list[str]
    sessions: list[SessionView]
    passkeys: list[PasskeyView]
    machines: list[MachineView]
    tokens: list[TokenView]


@dataclass(frozen=True, slots=True)
class DoorView:
    """Ways in that this studio offers beside a password.

    Args:
        provider: what the identity provider is called; empty where none is set up.
        passkeys: why passkeys do not work at this address, with the way out; empty where they do.
        passkeys_at: an address at which they would; empty where they do here.
    """

    provider: str
    passkeys: str
    passkeys_at: str


@dataclass(frozen=True, slots=True)
class CeremonyView:
    """What a browser hands to `navigator.credentials`; its members are those of the standard's JSON form."""

    options: dict[str, object]


@dataclass(frozen=True, slots=True)
class AwayView:
    """Where the browser is to go to be vouched for by the identity provider."""

    url: str
