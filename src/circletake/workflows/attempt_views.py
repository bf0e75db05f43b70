"""What doors show of attempts: requests, how far each attempt is, budgets, who may be asked."""

from dataclasses import dataclass

from circletake.workflows.person_view import PersonView


@dataclass(frozen=True, slots=True)
class MoneyView:
    """An amount as people write it, in its unit; None where it is not known."""

    unit: str
    amount: str | None


@dataclass(frozen=True, slots=True)
class AttemptView:
    """How far an attempt is.

    Args:
        number: from 1, within its request.
        state: one of `circletake.domain.attempt.STATES`.
        sentence: all of it in words, with the way out.
        handle: what the provider calls it.
        charged: yes, no or unknown, once it is over.
        progress: done and total steps as last seen; [0, 0] where nothing was.
        takes: ids of takes that came of it.
        outputs: contents that came of it, takes or not.
        may: what this person may do with it now: cancel, resolve.
    """

    id: str
    number: int
    state: str
    sentence: str
    seed: int | None
    handle: str | None
    code: str
    charged: str | None
    progress: list[int]
    takes: list[str]
    outputs: list[str]
    reserved: MoneyView
    estimate: MoneyView
    reported: MoneyView
    reconciled: MoneyView
    settled: MoneyView
    changed_at: str
    may: list[str]


@dataclass(frozen=True, slots=True)
class RequestView:
    """What somebody asked for, and what came of it; words are None once they are erased."""

    id: str
    shot: str
    stage: str
    task: str
    provider: str
    kind: str
    decision: str | None
    prompt: str | None
    override: str | None
    label: str
    purpose: str
    person: PersonView
    at: str
    attempts: list[AttemptView]


@dataclass(frozen=True, slots=True)
class PurseView:
    """A purse: whose it is, what it may hold and what of it is gone.

    Args:
        owner: the production's code, a shot's code, or a person's name.
        left: None where there is no limit.
    """

    kind: str
    owner: str
    unit: str
    limit: str | None
    held: str
    spent: str
    left: str | None


@dataclass(frozen=True, slots=True)
class BacklogView:
    """How much waits to be looked at.

    Args:
        takes: that nobody has judged.
        coming: attempts that are on their way.
        hours: of looking, with a tenth.
        limit_hours: past which nothing more is asked for without a reason.
        is_over: it is past that now.
    """

    takes: int
    coming: int
    hours: str
    limit_hours: str
    is_over: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class RouteView:
    """Whether a provider may be asked, and what is known of it.

    Args:
        reasons: why not; empty where it may.
        source: where its facts were read.
    """

    provider: str
    offered: bool
    reasons: list[str]
    warnings: list[str]
    local: bool
    paid: bool
    public_urls: str
    trains_on_inputs: str
    refusal_charged: str
    retention_s: int | None
    source: str
    checked_on: str | None


@dataclass(frozen=True, slots=True)
class PromptFindingView:
    """Something that a prompt names; `blocks` says that it is not sent like this."""

    name: str
    blocks: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class EstimateView:
    """All that is known before anything is sent.

    Args:
        each: what one attempt may cost.
        most: what all of them may cost.
        may_send: nothing speaks against it but what `refusals` say.
        refusals: what speaks against it, a sentence each.
    """

    provider: str
    each: MoneyView
    most: MoneyView
    price_version: str
    routes: list[RouteView]
    prompt: list[PromptFindingView]
    backlog: BacklogView
    refusals: list[str]
    may_send: bool


@dataclass(frozen=True, slots=True)
class CancelledView:
    """What came of cancelling an attempt, in a sentence, and its request as it stands now."""

    sentence: str
    request: RequestView


@dataclass(frozen=True, slots=True)
class AttemptsView:
    """Everything of a production that was asked for, the newest first.

    Args:
        sentence: takes waiting, hours of judging, cost so far: the dashboard's line.
        may: what this person may do here: generate, set_budget, end_attempt, override_backlog.
    """

    sentence: str
    requests: list[RequestView]
    purses: list[PurseView]
    backlog: BacklogView
    may: list[str]
