"""What browsers may send: strict shapes with limits, so that nothing odd goes further in."""

from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from circletake.domain.drawing import MOST_POINTS, MOST_TEXT, WHOLE, Act, Mark, Shape
from circletake.domain.guests import MOST_CONTENTS, MOST_HOURS
from circletake.domain.time import FrameRange

_LARGEST = 2**53 - 1  # the largest whole number a browser holds exactly
_MANY = 1000

Code = Annotated[str, Path(min_length=1, max_length=100)]
Id = Annotated[str, Path(min_length=1, max_length=100)]
PasskeyId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,1400}$")]
Sha = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="SHA-256, hex")]
Seq = Annotated[int, Path(ge=0, le=_LARGEST)]
FrameNumber = Annotated[int, Path(ge=0, le=2**31 - 1)]
After = Annotated[int, Query(ge=0, le=_LARGEST)]
TakeNumber = Annotated[int, Query(ge=1, le=2**31 - 1)]
Limit = Annotated[int, Query(ge=1, le=_MANY)]
Shots = Annotated[int, Query(ge=1, le=3, description="how many on either side")]

_Word = Annotated[str, Field(min_length=1, max_length=100)]
_Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Frame = Annotated[int, Field(ge=0, le=2**31 - 1)]

_OpId = Annotated[str, Field(min_length=36, max_length=36, description="UUIDv7")]
_Share = Annotated[int, Field(ge=0, le=WHOLE)]


class _Sent(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class SignIn(_Sent):
    """Name and password."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    password: Annotated[str, Field(min_length=1, max_length=1024, repr=False)]


class SentRange(_Sent):
    """Frames `start` up to but not including `end`."""

    start: _Frame
    end: _Frame


class SentRegion(_Sent):
    """Where in a frame, in ten-thousandths of the picture."""

    frame: _Frame
    x: Annotated[int, Field(ge=0, le=10_000)]
    y: Annotated[int, Field(ge=0, le=10_000)]
    width: Annotated[int, Field(ge=1, le=10_000)]
    height: Annotated[int, Field(ge=1, le=10_000)]


class SentPassword(_Sent):
    """The password there is, if there is one, and the new one."""

    current: Annotated[str, Field(max_length=1024, repr=False)] = ""
    password: Annotated[str, Field(min_length=8, max_length=1024, repr=False)]


class SentLabel(_Sent):
    """What something is to be called."""

    label: Annotated[str, Field(min_length=1, max_length=64)]


class SentToken(_Sent):
    """An API token that is wanted; `machine` is an account one owns, by name or id."""

    label: Annotated[str, Field(min_length=1, max_length=80)]
    scopes: Annotated[list[_Word], Field(max_length=20)] = []
    days: Annotated[int, Field(ge=1, le=366)] = 90
    machine: _Word | None = None


class SentInvitation(_Sent):
    """Roles somebody is invited to, and for how long the link is good."""

    roles: Annotated[list[_Word], Field(min_length=1, max_length=20)]
    hours: Annotated[int, Field(ge=1, le=744)] = 72


class SentAcceptance(_Sent):
    """What somebody new is called and signs in with; nothing for somebody who is signed in."""

    name: Annotated[str, Field(max_length=80)] = ""
    password: Annotated[str | None, Field(min_length=8, max_length=1024, repr=False)] = None


class SentPasskey(_Sent):
    """What the browser's authenticator answered, and what the passkey is to be called."""

    credential: dict[str, Any]
    label: Annotated[str, Field(max_length=80)] = ""


class SentIdentity(_Sent):
    """An identity provider, by its address."""

    issuer: Annotated[str, Field(min_length=1, max_length=200)]


class SentShot(_Sent):
    """A shot that is wanted."""

    code: Annotated[str, Field(min_length=1, max_length=64)]
    title: Annotated[str, Field(max_length=200)] = ""
    frames: Annotated[int, Field(ge=1, le=2**31 - 1)]
    source_class: Literal["camera", "drawn", "hybrid", "generated", "library"] = "generated"


class SentVerdict(_Sent):
    """A verdict and what its giver had in view.

    `gate_hash` and `upstream` are what the desk showed; if either has moved since, nothing is recorded.
    `key` is made once for each intended verdict, so that sending it twice records it once. `watched` and
    `dwell_ms` are what the player counted while the take was in front of them.
    """

    task: _Word
    content: _Hash
    gate: _Word
    value: Annotated[int, Field(ge=-2, le=2)]
    reasons: Annotated[list[_Word], Field(max_length=50)] = []
    disposition: _Word = "fix"
    note: Annotated[str, Field(max_length=10_000)] | None = None
    ranges: Annotated[list[SentRange], Field(max_length=_MANY)] = []
    answers: Annotated[list[_Word], Field(max_length=_MANY)] = []
    gate_hash: _Hash
    upstream: dict[str, str] = {}
    key: Annotated[str, Field(min_length=8, max_length=64)]
    severity: _Word | None = None
    regions: Annotated[list[SentRegion], Field(max_length=_MANY)] = []
    watched: Annotated[list[SentRange], Field(max_length=_MANY)] = []
    dwell_ms: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


class SentOverride(_Sent):
    """An override and what its giver had in view; `code` is a reason, `note` their own words."""

    task: _Word
    content: _Hash
    gate: _Word
    code: _Word
    note: Annotated[str, Field(min_length=1, max_length=10_000)]
    role: _Word | None = None
    gate_hash: _Hash
    upstream: dict[str, str] = {}
    key: Annotated[str, Field(min_length=8, max_length=64)]


class SentNote(_Sent):
    """A note on exact content, or an answer to one."""

    task: _Word
    content: _Hash
    text: Annotated[str, Field(min_length=1, max_length=10_000)]
    severity: _Word = "issue"
    ranges: Annotated[list[SentRange], Field(max_length=_MANY)] = []
    regions: Annotated[list[SentRegion], Field(max_length=_MANY)] = []
    reply_to: _Word | None = None
    drawings: Annotated[list[_Word], Field(max_length=_MANY)] = []
    key: Annotated[str, Field(min_length=8, max_length=64)]


class SentBox(_Sent):
    """Where a character is in a frame: x, y, width, height in ten-thousandths; null: it is not in it."""

    task: _Word
    content: _Hash
    character: _Word
    frame: _Frame
    where: Annotated[list[Annotated[int, Field(ge=0, le=10_000)]], Field(min_length=4, max_length=4)] | None
    key: Annotated[str, Field(min_length=8, max_length=64)]


class SentResolution(_Sent):
    """How a note is settled: waive, best_possible or not_a_fault."""

    disposition: _Word
    key: Annotated[str, Field(min_length=8, max_length=64)]


class SentConsent(_Sent):
    """A consent or permit; `until` is its last day, `renews` the id of one that it takes the place of."""

    kind: _Word
    code: _Word
    subject: Annotated[str, Field(min_length=1, max_length=200)]
    uses: Annotated[list[_Word], Field(min_length=1, max_length=50)]
    until: Annotated[str, Field(max_length=10)] | None = None
    renews: _Word | None = None


class SentPolicy(_Sent):
    """A policy as TOML; `file` is what errors call it."""

    text: Annotated[str, Field(min_length=1, max_length=200_000)]
    file: Annotated[str, Field(min_length=1, max_length=200)] = "policy.toml"


class SentPolicyAdoption(_Sent):
    """Which proposal is put in force: its number, or the newest that passes."""

    take: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    anyway: bool = False


class SentWithdrawal(_Sent):
    """The key that makes a withdrawal happen once."""

    key: Annotated[str, Field(min_length=8, max_length=64)]


class SentAdoption(_Sent):
    """Number of the take to adopt; the newest that passes if left out."""

    take: Annotated[int, Field(ge=1, le=_LARGEST)] | None = None


class SentConfirmation(_Sent):
    """A stale approval that still holds, and what its giver had in view."""

    verdict: Annotated[int, Field(ge=1, le=_LARGEST)]
    gate_hash: _Hash
    upstream: dict[str, str] = {}
    answers: Annotated[list[_Word], Field(max_length=_MANY)] = []
    key: Annotated[str, Field(min_length=8, max_length=64)]


class SentReaffirmation(_Sent):
    """Stale approvals that still hold."""

    confirmations: Annotated[list[SentConfirmation], Field(min_length=1, max_length=500)]


class SentHold(_Sent):
    """Why a task is parked."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class SentFill(_Sent):
    """Which take goes into which slot of which version of the cut."""

    slot: _Word
    take: _Word
    source_in: _Frame = 0
    cut_hash: Annotated[str, Field(max_length=64)] | None = None


class SentFind(_Sent):
    """A take of another place that is to become one of a slot's own shot."""

    slot: _Word
    take: _Word
    cut_hash: Annotated[str, Field(max_length=64)] | None = None


class SentSplice(_Sent):
    """Which take is made like what stands beside which slot."""

    slot: _Word
    take: _Word
    source_in: _Frame = 0
    joins: Literal["both", "in", "out"] = "both"
    steps: Annotated[list[_Word], Field(max_length=12)] | None = None
    cut_hash: Annotated[str, Field(max_length=64)] | None = None


class SentSeam(_Sent):
    """The seams of which slot are measured, and at which ends."""

    slot: _Word
    joins: Literal["both", "in", "out"] = "both"


class SentClear(_Sent):
    """Which slot of which version of the cut is emptied."""

    slot: _Word
    cut_hash: Annotated[str, Field(max_length=64)] | None = None


class SentBack(_Sent):
    """Which version the cut goes back to, and which one was looked at."""

    number: Annotated[int, Field(ge=1, le=2**31 - 1)]
    cut_hash: Annotated[str, Field(max_length=64)] | None = None


class SentFlagCall(_Sent):
    """Whether a flag was right; `withdrawn` takes one's own call back."""

    label: _Word
    frames: SentRange
    call: Literal["right", "wrong", "withdrawn"]
    note: Annotated[str, Field(max_length=10_000)] = ""
    key: Annotated[str, Field(min_length=8, max_length=64)]


class SentMark(_Sent):
    """What is drawn: points are [x, y] in 1/65,536 of the picture, `width` in 1/65,536 of its height."""

    frames: SentRange
    shape: Shape
    points: Annotated[
        list[Annotated[list[_Share], Field(min_length=2, max_length=2)]],
        Field(min_length=1, max_length=MOST_POINTS),
    ]
    width: Annotated[int, Field(ge=1, le=WHOLE)]
    colour: Annotated[str, Field(pattern="^#[0-9a-f]{6}$")]
    text: Annotated[str, Field(max_length=MOST_TEXT)] = ""

    def as_mark(self) -> Mark:
        """What is drawn, as the domain has it."""
        return Mark(
            frames=FrameRange(self.frames.start, self.frames.end),
            shape=self.shape,
            points=tuple((x, y) for x, y in self.points),
            width=self.width,
            colour=self.colour,
            text=self.text,
        )


class SentDrawing(_Sent):
    """An operation on a drawing; the same `op` sent again changes nothing."""

    op: _OpId
    act: Act
    drawing: _OpId
    task: _Word
    content: _Hash
    mark: SentMark | None = None


class SentShown(_Sent):
    """A take that a guest link is to show."""

    task: _Word
    content: _Hash


class SentGuestLink(_Sent):
    """A guest link that is wanted: what it is called, what it shows, what it lets do, and for how long."""

    label: Annotated[str, Field(min_length=1, max_length=64)]
    contents: Annotated[list[SentShown], Field(min_length=1, max_length=MOST_CONTENTS)]
    rights: Annotated[list[_Word], Field(max_length=3)] = ["look", "note"]
    hours: Annotated[int, Field(ge=1, le=MOST_HOURS)] = 168
    passphrase: Annotated[str | None, Field(min_length=8, max_length=1024, repr=False)] = None
    watermark: bool = True


class SentGuestToken(_Sent):
    """The last part of a guest link's address; in a body, so that no log of addresses holds it."""

    token: Annotated[str, Field(min_length=1, max_length=100, repr=False)]


class SentGuestEntry(SentGuestToken):
    """Who comes by a guest link."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    passphrase: Annotated[str, Field(max_length=1024, repr=False)] = ""


class SentGuestNote(_Sent):
    """A guest's note on a take that their link shows, or an answer to one."""

    task: _Word
    content: _Hash
    text: Annotated[str, Field(min_length=1, max_length=10_000)]
    ranges: Annotated[list[SentRange], Field(max_length=_MANY)] = []
    reply_to: _Word | None = None
    drawings: Annotated[list[_Word], Field(max_length=_MANY)] = []
    key: Annotated[str, Field(min_length=8, max_length=64)]
