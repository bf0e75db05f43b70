"""Attempts: takes asked of providers, how far each is, what it cost, and what people say of them."""

import json
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from circletake.domain.attempt import (
    LARGEST_SEED,
    MOST_ATTEMPTS,
    MOST_DECISION,
    MOST_PROMPT,
    Call,
    InputRole,
    Kind,
    Label,
    Purpose,
    SeedPolicy,
    Wanted,
)
from circletake.domain.cost import PurseKind
from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import Code, Id
from circletake.workflows.attempt_views import (
    AttemptsView,
    CancelledView,
    EstimateView,
    RequestView,
    RouteView,
)
from circletake.workflows.make_takes import TakesWish

router = APIRouter(tags=["attempts"])

_Word = Annotated[str, Field(min_length=1, max_length=100)]
_Text = Annotated[str, Field(max_length=500)]
_Amount = Annotated[str, Field(pattern=r"^[0-9]{1,10}(\.[0-9]{1,6})?$", description="as 0.05")]
_Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Count = Annotated[int, Field(ge=0, le=100_000)]
LabelOf = Annotated[Label, Query(description="of what would go in")]


class _Sent(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class SentInput(_Sent):
    """A content that goes in, and as what."""

    role: InputRole
    content: _Hash


class SentWish(_Sent):
    """What is asked of which provider; `recipe` is a workflow, `request` an id so that it is asked once."""

    shot: _Word
    stage: _Word = "animation"
    provider: _Word
    prompt: Annotated[str, Field(max_length=MOST_PROMPT)] = ""
    decision: Annotated[str, Field(min_length=1, max_length=MOST_DECISION)]
    kind: Kind = "video"
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] | None = None
    seeds: SeedPolicy = "sweep"
    frames: _Count = 0
    width: _Count = 0
    height: _Count = 0
    inputs: Annotated[list[SentInput], Field(max_length=20)] = []
    purpose: Purpose = "temp"
    label: Label = "internal"
    count: Annotated[int, Field(ge=1, le=MOST_ATTEMPTS)] = 1
    model: Annotated[str, Field(max_length=200)] = ""
    params: Annotated[dict[str, str | int | float | bool], Field(max_length=100)] = {}
    recipe: Annotated[dict[str, object], Field(max_length=5_000)] | None = None
    most: _Amount | None = None
    override: _Text = ""
    request: Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9_-]*$")] = ""

    def as_wish(self) -> TakesWish:
        """What the workflows speak of."""
        return TakesWish(
            shot=self.shot,
            stage=self.stage,
            provider=self.provider,
            prompt=self.prompt,
            decision=self.decision,
            wanted=Wanted(
                kind=self.kind,
                seed=self.seed,
                seeds=self.seeds,
                frames=self.frames,
                size_px=(self.width, self.height),
                inputs=tuple((one.role, one.content) for one in self.inputs),
                purpose=self.purpose,
                label=self.label,
                count=self.count,
            ),
            model=self.model,
            params=self.params,
            recipe=json.dumps(self.recipe).encode() if self.recipe else None,
            most=self.most,
            override=self.override,
            request=self.request,
        )


class SentCall(_Sent):
    """What became of an attempt whose end is unknown, and how the person found out."""

    call: Call
    handle: Annotated[str, Field(max_length=2_000)] = ""
    text: _Text = ""
    key: Annotated[str, Field(min_length=8, max_length=64)]


class SentBill(_Sent):
    """What the invoice says."""

    amount: _Amount


class SentBudget(_Sent):
    """What may be spent from a purse at most; null takes the limit away."""

    purse: PurseKind
    owner: Annotated[str, Field(max_length=100)] = ""
    unit: Annotated[str, Field(min_length=1, max_length=40)] = "USD"
    limit: _Amount | None = None


@router.get("/api/productions/{code}/attempts")
def attempts(code: Code, studio: StudioHere, session: SignedIn) -> AttemptsView:
    """Everything that was asked for, the newest first, with what waits and what it cost."""
    return studio.generate.all_of(session, code)


@router.get("/api/productions/{code}/attempts/providers")
def providers(
    code: Code, studio: StudioHere, session: SignedIn, label: LabelOf = "internal"
) -> list[RouteView]:
    """Who may be asked with inputs of a label, and what is known of everybody."""
    return studio.generate.facts(session, code, label)


@router.post("/api/productions/{code}/attempts/estimate")
def estimate(code: Code, sent: SentWish, studio: StudioHere, session: SignedIn) -> EstimateView:
    """All that is known before anything is sent; writes nothing."""
    return studio.generate.estimate(session, code, sent.as_wish())


@router.post("/api/productions/{code}/attempts/requests")
def ask_for_takes(code: Code, sent: SentWish, studio: StudioHere, session: SignedIn) -> RequestView:
    """Reserve what attempts may cost and have them sent; the same request sent again is one."""
    return studio.generate.ask(session, code, sent.as_wish())


@router.get("/api/productions/{code}/attempts/requests/{request_id}")
def request(code: Code, request_id: Id, studio: StudioHere, session: SignedIn) -> RequestView:
    """One request and its attempts."""
    return studio.generate.show(session, code, request_id)


@router.post("/api/productions/{code}/attempts/{attempt}/cancel")
def cancel_attempt(code: Code, attempt: Id, studio: StudioHere, session: SignedIn) -> CancelledView:
    """Cancel an attempt: at once where it was not sent, by asking its provider where it was."""
    said = studio.generate.cancel(session, code, attempt)
    return CancelledView(sentence=said, request=studio.generate.show(session, code, attempt))


@router.post("/api/productions/{code}/attempts/{attempt}/call")
def call_attempt(
    code: Code, attempt: Id, sent: SentCall, studio: StudioHere, session: SignedIn
) -> RequestView:
    """Say what became of an attempt whose end is unknown."""
    return studio.generate.resolve(
        session, code, attempt, call=sent.call, handle=sent.handle, text=sent.text, key=sent.key
    )


@router.post("/api/productions/{code}/attempts/{attempt}/bill")
def bill_attempt(
    code: Code, attempt: Id, sent: SentBill, studio: StudioHere, session: SignedIn
) -> RequestView:
    """Write down what the invoice says an attempt cost."""
    return studio.generate.bill(session, code, attempt, amount=sent.amount)


@router.post("/api/productions/{code}/attempts/budget")
def set_budget(code: Code, sent: SentBudget, studio: StudioHere, session: SignedIn) -> AttemptsView:
    """Limit what may be spent from a purse."""
    return studio.generate.set_budget(
        session, code, purse=sent.purse, owner=sent.owner, unit=sent.unit, limit=sent.limit
    )
