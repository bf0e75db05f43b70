"""What the doors show: plain records, the same for the browser (OpenAPI) and for `--json`.

Rates are `[numerator, denominator]`; frames are integers from 0; hashes are SHA-256 in hex.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person as others see them; `name` is empty once erased."""

    id: str
    name: str


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
    """

    task: str
    stage: str
    status: str
    waits_for: str
    takes: int
    flagged: int
    content: str | None


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
    """Shots × stages."""

    production: ProductionView
    stages: list[StageView]
    rows: list[RowView]
    statuses: list[StatusLookView]
    book_seq: int


@dataclass(frozen=True, slots=True)
class ReasonView:
    """A reason code: its two keystrokes and its label."""

    code: str
    key: str
    label: str


@dataclass(frozen=True, slots=True)
class ReasonFamilyView:
    """A family of reasons under one digit."""

    digit: int
    key: str
    label: str
    reasons: list[ReasonView]


@dataclass(frozen=True, slots=True)
class FindingView:
    """What one rule says of a take."""

    rule: str
    holds: bool
    sentence: str
    missing: list[str]
    stale: bool


@dataclass(frozen=True, slots=True)
class GateView:
    """A gate's state on one take.

    Args:
        result: satisfied, unsatisfied or error.
        hash: what a verdict must name as seen.
        low: lowest value the signed-in person may give here; None if they may not vote.
        high: highest value.
        reason_needed: values that need a reason code.
        blocked: why the signed-in person may not circle this take here (their own take …), or empty.
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


@dataclass(frozen=True, slots=True)
class FlagView:
    """Frames a check points at."""

    start: int
    end: int
    label: str
    sentence: str
    strength: float


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
        frames: pattern with `{n}`: one JPEG a frame.
        proxy: all-intra MP4 of the same frames.
        poster: one small JPEG.
        size_px: of the frames as stored for the desk [width, height].
    """

    frames: str | None
    proxy: str | None
    poster: str | None
    size_px: list[int]


@dataclass(frozen=True, slots=True)
class TakeView:
    """A take on the desk.

    Args:
        state: `circled`, `stale`, `vetoed`, `concern`, `review`.
        stack: number shared by takes of this task that look the same.
        mine: the signed-in person made it.
    """

    id: str
    number: int
    content: str
    origin: str
    label: str
    n_frames: int
    rate: list[int] | None
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
    seq: int


@dataclass(frozen=True, slots=True)
class SheetView:
    """The adopted model sheet of a character: images with the character's box."""

    character: str
    content: str
    images: list[str]


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task with everything a judge needs."""

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
    previous_task: str | None
    next_task: str | None
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
    book_seq: int


@dataclass(frozen=True, slots=True)
class JobView:
    """A job's progress, in frames where there are frames."""

    id: int
    key: str
    op: str
    label: str
    state: str
    done_frames: int
    total_frames: int
    error: str | None


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A sealed deliverable: its hashes and, on this machine, its folder."""

    seq: int
    at: str
    cut: str
    master: str
    record: str
    folder: str
    frames: int


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
