"""What an entry is, and what the body of each kind holds.

A body is checked when it is appended: unknown members and wrong types are refused, left-out members
are written with their default, so that what the book holds is complete by itself.
"""

import hashlib
from typing import Any, Literal

import msgspec

from circletake.domain.attempt import Call, InputRole, Label, Purpose, SeedPolicy, State
from circletake.domain.attempt import Kind as MadeKind
from circletake.domain.cost import Charged, Line, PurseKind
from circletake.domain.drawing import Act, Shape
from circletake.domain.entity import EntityKind, SourceClass
from circletake.domain.guests import GuestRight
from circletake.domain.people import Role
from circletake.domain.playlist import Act as PlaylistAct
from circletake.domain.take import ChangeKind, Origin
from circletake.domain.verdict import Disposition, Severity, Value
from circletake.errors import EntryInvalid
from circletake.ledger.canonical import canonical

FORMAT = 1
Pair = tuple[str, str]

# Only a person does these, in the code here and by trigger in the database.
PERSONS_KINDS = frozenset(
    {
        "verdict",
        "withdraw",
        "slot",
        "hold",
        "omit",
        "override",
        "note",
        "resolve",
        "box",
        "unbox",
        "consent",
        "erased",
        "grant",
        "group",
        "member",
        "group_grant",
        "flag_call",
        "drawing",
        "guest_link",
        "guest_end",
        "playlist",
        "answered",
        "request",
        "budget",
        "attempt_call",
    }
)
# These are decisions: they also need the sitting in which they were made.
SITTING_KINDS = frozenset(
    {
        "verdict",
        "withdraw",
        "override",
        "note",
        "resolve",
        "box",
        "unbox",
        "erased",
        "flag_call",
        "drawing",
        "guest_link",
        "guest_end",
        "playlist",
        "answered",
        "request",
        "budget",
        "attempt_call",
    }
)
# All that a guest ever does, who came by a link and proved nothing about themselves.
GUESTS_KINDS = frozenset({"note", "drawing"})


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One entry of the book.

    Args:
        seq: from 1, gapless.
        at: UTC, ISO 8601; nothing is ordered by it.
        actor: `p_…` a person, `m_…` a machine.
        session: pseudonym of the sitting, where somebody was signed in.
        production: `pr_…`, or None for the studio as a whole.
        raw: canonical JSON of all of the above; what is hashed.
        leaf: hash of `raw`.
        chain: hash of the book up to here.
    """

    seq: int
    at: str
    kind: str
    actor: str
    session: str | None
    production: str | None
    body: dict[str, Any]
    raw: bytes
    leaf: bytes
    chain: bytes


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Members of one kind of entry."""


class PersonBody(Body, frozen=True):
    """Somebody; `name` commits to a private text, None where no name was given."""

    person: str
    name: str | None = None


class MachineBody(Body, frozen=True):
    """A machine account, and the person whose rights it acts within; retired, it acts no more."""

    machine: str
    label: str
    owner: str | None = None
    retired: bool = False


class PolicyBody(Body, frozen=True):
    """A policy; with a production, it is the one in force there from now on."""

    hash: str
    policy: dict[str, Any]


class OpenedBody(Body, frozen=True):
    """A production begins."""

    production: str
    code: str
    title: str
    rate: tuple[int, int]
    size: tuple[int, int]
    policy: str


class GrantBody(Body, frozen=True):
    """A person holds a role from now on, or no longer."""

    person: str
    role: Role
    granted: bool
    invited_by: str | None = None


class GroupBody(Body, frozen=True):
    """People of a production who hold roles together; disbanded, none of them by it."""

    group: str
    label: str
    disbanded: bool = False


class MemberBody(Body, frozen=True):
    """A person belongs to a group from now on, or no longer."""

    group: str
    person: str
    member: bool


class GroupGrantBody(Body, frozen=True):
    """Every member of a group holds a role from now on, or no longer by that."""

    group: str
    role: Role
    granted: bool


class EntityBody(Body, frozen=True):
    """A film, shot or asset; again with the same id, its newer particulars."""

    entity: str
    kind: EntityKind
    code: str
    title: str
    position: int
    frames: int = 0
    source_class: SourceClass | None = None


class TaskBody(Body, frozen=True):
    """One entity at one stage."""

    task: str
    entity: str
    stage: str


class TakeBody(Body, frozen=True):
    """One attempt at a task."""

    take: str
    task: str
    number: int
    content: str
    makers: list[str]
    origin: Origin
    n_frames: int
    size: tuple[int, int]
    rate: tuple[int, int] | None = None
    parent: str | None = None
    change: ChangeKind = "new"
    leans: list[Pair] = []
    label: str = ""
    made_by: list[Pair] = []


class SlotBody(Body, frozen=True):
    """A reference is adopted; None empties the slot."""

    slot: str
    content: str | None


class EvidenceBody(Body, frozen=True):
    """A check measured a content; the whole of it is the content of its id."""

    evidence: str
    content: str
    check: str
    version: int
    job: str
    flagged: bool
    sentence: str
    summary: list[tuple[str, str | int | bool]] = []
    worst_frame: int | None = None
    references: list[str] = []


class VerdictBody(Body, frozen=True):
    """A person decided about exact content at a gate."""

    task: str
    content: str
    gate: str
    value: Value
    key: str
    gate_hash: str
    policy: str
    reasons: list[str] = []
    severity: Severity = "issue"
    disposition: Disposition = "fix"
    note: str | None = None
    ranges: list[tuple[int, int]] = []
    answers: list[str] = []
    upstream: list[Pair] = []
    regions: list[tuple[int, int, int, int, int]] = []
    watched: list[tuple[int, int]] = []
    dwell_ms: int = 0
    scores_hidden: bool = False


class WithdrawBody(Body, frozen=True):
    """A person takes their own verdict back."""

    verdict: int
    key: str


class BoundBody(Body, frozen=True):
    """What a gate now says of a content; a cache."""

    task: str
    content: str
    gate: str
    result: str


class HoldBody(Body, frozen=True):
    """A task is parked for a reason (a commitment), or taken up again."""

    task: str
    reason: str | None


class OmitBody(Body, frozen=True):
    """An entity is cut from the production, or back in it."""

    entity: str
    omitted: bool


class CutBody(Body, frozen=True):
    """A version of the cut."""

    hash: str
    cut: dict[str, Any]


class SealedBody(Body, frozen=True):
    """Every gate of every content named holds; this is what ships."""

    cut: str
    master: str
    record: str
    contents: list[str]


class DeliveredBody(Body, frozen=True):
    """A sealed deliverable was signed and written out.

    `deliverable` is the signed file, which exists only after the seal; None where nothing could be signed.
    `manifest` are its credentials where they lie beside it.
    """

    sealed: int
    master: str
    record: str
    folder_name: str
    deliverable: str | None = None
    manifest: str | None = None


class RecalledBody(Body, frozen=True):
    """A later veto speaks against something sealed."""

    sealed: int
    verdict: int


class EssenceBody(Body, frozen=True):
    """What a content decodes to: hash of its frames and its sound, whatever file they lie in."""

    content: str
    essence: str
    job: str = ""


class CarryBody(Body, frozen=True):
    """An approval stands beside content of the same task that decodes to the same; valueless itself."""

    verdict: int
    task: str
    content: str
    change: Literal["identical", "essence_same"] = "essence_same"


class DoneBody(Body, frozen=True):
    """A job's outcome is recorded, once."""

    job: str
    op: str
    result: str = ""


class OverrideBody(Body, frozen=True):
    """A person lets exact content pass a gate although these rules of it do not hold; `note` commits."""

    task: str
    content: str
    gate: str
    role: Role
    rules: list[str]
    code: str
    note: str
    gate_hash: str
    key: str
    upstream: list[Pair] = []


class NoteBody(Body, frozen=True):
    """Somebody remarks something on exact content; `text` commits to what, `drawings` show where."""

    note: str
    task: str
    content: str
    text: str
    severity: Severity = "issue"
    ranges: list[tuple[int, int]] = []
    regions: list[tuple[int, int, int, int, int]] = []
    reply_to: str | None = None
    drawings: list[str] = []


class ResolveBody(Body, frozen=True):
    """A note is settled, and how."""

    note: str
    disposition: Disposition
    key: str


class BoxBody(Body, frozen=True):
    """A person says where a character is in a frame; `where` is None where it is not in that frame.

    `where` is x, y, width, height in ten-thousandths of the picture.
    """

    box: str
    task: str
    content: str
    character: str
    frame: int
    where: tuple[int, int, int, int] | None = None


class UnboxBody(Body, frozen=True):
    """A box is withdrawn."""

    box: str
    key: str


class FlagCallBody(Body, frozen=True):
    """A person says whether a check's flag on exact evidence was right; `withdrawn` takes that back."""

    evidence: str
    content: str
    check: str
    label: str
    frames: tuple[int, int]
    call: Literal["right", "wrong", "withdrawn"]
    key: str
    note: str | None = None


class DrawingBody(Body, frozen=True):
    """A person draws on exact content, alters what they drew, deletes it, or takes the deletion back.

    Points are x, y in 1/65,536 of the picture, y down; `width` in 1/65,536 of its height. `text` commits to
    the words of a text. `delete` and `restore` leave out all that says what is drawn.
    """

    op: str
    act: Act
    drawing: str
    task: str
    content: str
    shape: Shape | None = None
    frames: tuple[int, int] | None = None
    points: list[tuple[int, int]] = []
    width: int = 0
    colour: str = ""
    text: str | None = None


class GuestLinkBody(Body, frozen=True):
    """A link shows guests exact contents, (task, content) each, until a moment; `label` commits to its name.

    The link's token and passphrase are no part of the book: their hashes are kept beside it.
    """

    link: str
    label: str
    contents: list[Pair]
    rights: list[GuestRight]
    until: str
    passphrase: bool = False
    watermark: bool = True


class GuestEndBody(Body, frozen=True):
    """A link is revoked: nobody sees anything by it any more."""

    link: str


class GuestBody(Body, frozen=True):
    """Somebody named themselves at a link; an earlier `person` entry commits to the name."""

    guest: str
    link: str


class PlaylistBody(Body, frozen=True):
    """A person does something to a playlist of dailies: makes, orders, names, starts or archives it.

    `entries` are ids of entries, `takes` their (task, content) where it says which they show; started, all of
    them in order, as they are watched. `label` and `text` commit to its name and to what it is for.
    """

    op: str
    act: PlaylistAct
    playlist: str
    entries: list[str] = []
    takes: list[Pair] = []
    after: str = ""
    label: str | None = None
    text: str | None = None


class BoardBody(Body, frozen=True):
    """A version of the board; `board` and `script` name documents in the content store."""

    board: str
    number: int
    parent: str | None
    scenes: int
    shots: int
    panels: int
    frames: int
    script: str | None = None


class ProposedBody(Body, frozen=True):
    """An edited timeline came back: what it would change of the board, each for somebody to answer.

    `source` is the timeline and `document` all of what was made of it, both in the content store; `proposals`
    are ids and what each would do.
    """

    conform: str
    board: str
    source: str
    document: str
    proposals: list[Pair]


class AnsweredBody(Body, frozen=True):
    """A person takes proposals into the board, or refuses them; `reason` commits to why."""

    conform: str
    proposals: list[str]
    taken: bool
    key: str
    board: str | None = None
    reason: str | None = None


class RequestBody(Body, frozen=True):
    """A person asks a provider for attempts at a task; each is planned under a key of its own.

    `decision`, `prompt` and `override` commit to words; `ask` is the content that says everything else the
    provider is given. `most` is what one attempt may cost at most, in millionths of `unit`.
    """

    request: str
    task: str
    provider: str
    kind: MadeKind
    decision: str
    prompt: str | None
    ask: str
    attempts: list[Pair]
    unit: str
    most: int
    inputs: list[tuple[InputRole, str]] = []
    label: Label = "internal"
    purpose: Purpose = "temp"
    seed: int | None = None
    seeds: SeedPolicy = "sweep"
    price_version: str = ""
    override: str | None = None


class AttemptBody(Body, frozen=True):
    """An attempt goes on: from one state to the next, with what is known then.

    `handle` is what the provider calls it, `outputs` are contents that came of it and `takes` those among
    them that are takes now. `code` and `text` say what was the matter, in the provider's words as far as
    they are short and plain.
    """

    attempt: str
    before: State
    after: State
    handle: str | None = None
    charged: Charged | None = None
    code: str = ""
    text: str = ""
    outputs: list[str] = []
    takes: list[str] = []


class AttemptCallBody(Body, frozen=True):
    """A person says what became of an attempt whose end is unknown; `text` commits to why they think so."""

    attempt: str
    call: Call
    key: str
    handle: str = ""
    text: str | None = None


class CostBody(Body, frozen=True):
    """What an attempt costs, in millionths of its unit: as estimated, reported or billed."""

    attempt: str
    line: Line
    micro: int
    unit: str
    price_version: str = ""


class BudgetBody(Body, frozen=True):
    """What may be spent from a purse at most, from now on; None is no limit of its own.

    A purse is the production's, a shot's (an entity) or a person's; or it is the hours of looking.
    """

    purse: PurseKind
    owner: str
    unit: str
    limit: int | None


class ConsentBody(Body, frozen=True):
    """Somebody agreed to uses of something, or no longer; again with the same id, what holds from now on."""

    consent: str
    kind: Literal["consent", "permit"]
    entity: str
    subject: str
    uses: list[str]
    until: str | None = None
    document: str | None = None
    granted: bool = True


class LapsedBody(Body, frozen=True):
    """The last day of a consent or permit is over."""

    consent: str
    until: str


class ErasedBody(Body, frozen=True):
    """Name and account of a person were erased, and their texts if `notes`; decisions stay theirs."""

    person: str
    notes: bool = False


BODIES: dict[str, type[Body]] = {
    "person": PersonBody,
    "machine": MachineBody,
    "policy": PolicyBody,
    "opened": OpenedBody,
    "grant": GrantBody,
    "group": GroupBody,
    "member": MemberBody,
    "group_grant": GroupGrantBody,
    "entity": EntityBody,
    "task": TaskBody,
    "take": TakeBody,
    "slot": SlotBody,
    "evidence": EvidenceBody,
    "verdict": VerdictBody,
    "withdraw": WithdrawBody,
    "bound": BoundBody,
    "hold": HoldBody,
    "omit": OmitBody,
    "cut": CutBody,
    "sealed": SealedBody,
    "delivered": DeliveredBody,
    "recalled": RecalledBody,
    "done": DoneBody,
    "override": OverrideBody,
    "note": NoteBody,
    "resolve": ResolveBody,
    "box": BoxBody,
    "unbox": UnboxBody,
    "flag_call": FlagCallBody,
    "drawing": DrawingBody,
    "guest_link": GuestLinkBody,
    "guest_end": GuestEndBody,
    "guest": GuestBody,
    "playlist": PlaylistBody,
    "board": BoardBody,
    "proposed": ProposedBody,
    "answered": AnsweredBody,
    "request": RequestBody,
    "attempt": AttemptBody,
    "attempt_call": AttemptCallBody,
    "cost": CostBody,
    "budget": BudgetBody,
    "consent": ConsentBody,
    "lapsed": LapsedBody,
    "essence": EssenceBody,
    "carry": CarryBody,
    "erased": ErasedBody,
}


def read_body(kind: str, body: object) -> Body:
    """Check a body against its kind.

    Raises:
        EntryInvalid: there is no such kind, or a member is missing, unknown or of another type.
    """
    shape = BODIES.get(kind)
    if shape is None:
        raise EntryInvalid(f"“{kind}” is no kind of entry; it is one of {', '.join(sorted(BODIES))}.")
    try:
        read = msgspec.convert(body, shape)
    except msgspec.ValidationError as wrong:
        raise EntryInvalid(f"An entry “{kind}” cannot hold this: {wrong}.") from None
    _check_hash(kind, read)
    return read


def plain(body: Body) -> dict[str, Any]:
    """A body as plain data, every member written out."""
    return {name: getattr(body, name) for name in body.__struct_fields__}


def _check_hash(kind: str, body: Body) -> None:
    """A policy or cut is known by the hash of its canonical JSON; another hash is a mistake."""
    document = (
        body.policy if isinstance(body, PolicyBody) else body.cut if isinstance(body, CutBody) else None
    )
    if isinstance(body, PolicyBody | CutBody) and document is not None:
        found = hashlib.sha256(canonical(document)).hexdigest()
        if found != body.hash:
            raise EntryInvalid(f"An entry “{kind}” names {body.hash}, but what it holds hashes to {found}.")
