"""Ask a provider for takes: who may be asked, what it may cost, whether anybody can look; then reserve it.

Nothing is sent here. What is asked for stands in the book with the money reserved before `dispatch` opens
a socket.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from circletake.domain.attempt import Wanted, check_wanted
from circletake.domain.backlog import Waiting
from circletake.domain.cost import amount_text, check_unit, micro_of
from circletake.domain.policy import Policy
from circletake.domain.production import Production
from circletake.errors import (
    AttemptInvalid,
    BudgetSpent,
    CircletakeError,
    MustStay,
    NotFound,
    PromptRefused,
    RoleMissing,
)
from circletake.generate.port import Ask, Estimate, Provider
from circletake.generate.preflight import Found, Right, read_prompt
from circletake.generate.router import Route, routes
from circletake.ledger import attempts, reads, remarks
from circletake.ledger.accounts import Session
from circletake.ledger.book import Transaction
from circletake.workflows.attempt_ask import input_of
from circletake.workflows.attempt_views import (
    EstimateView,
    MoneyView,
    PromptFindingView,
    RouteView,
)
from circletake.workflows.backlog import check_backlog, people_at, show_backlog
from circletake.workflows.found_production import fresh_id
from circletake.workflows.house import STUDIO, House, require
from circletake.workflows.receive_take import task_of

_MOST_RECIPE_BYTES = 4 << 20
_USES = ("generate", "likeness", "release")
"""Uses of a consent or permit that cover a prompt."""


@dataclass(frozen=True, slots=True)
class TakesWish:
    """What a person asks for.

    Args:
        shot: code of the shot.
        decision: what will be decided with these attempts.
        params: the provider's own settings: a JSON pointer or a name → value.
        recipe: bytes of a workflow; None is none.
        most: what one attempt may cost at most, as `0.50`; None is what is estimated.
        override: why more is asked for although people are behind; empty is not.
        request: id, so that it is asked for once however often it is sent; empty is a new one.
    """

    shot: str
    stage: str
    provider: str
    prompt: str
    decision: str
    wanted: Wanted = field(default_factory=Wanted)
    model: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    recipe: bytes | None = None
    most: str | None = None
    unit: str | None = None
    override: str = ""
    request: str = ""


@dataclass(frozen=True, slots=True)
class _Plan:
    """All that was found out before anything is written."""

    production: Production
    task: reads.TaskRow
    provider: Provider
    ask: Ask
    unit: str
    most_micro: int | None
    price_version: str
    estimate: Estimate | None
    routes: list[Route]
    prompt: list[Found]


def get_provider(house: House, name: str) -> Provider:
    """A provider that this studio's settings name.

    Raises:
        NotFound: there is none of this name.
    """
    if name not in house.providers:
        known = ", ".join(sorted(house.providers)) or "none yet; name one in studio.toml: [providers.NAME]"
        raise NotFound(f"There is no provider “{name}” here; there are: {known}.")
    return house.providers[name]


def _check_recipe(data: bytes | None) -> None:
    """Refuse what is no workflow.

    Raises:
        AttemptInvalid: it is no JSON object, or larger than any workflow.
    """
    if data is None:
        return
    if len(data) > _MOST_RECIPE_BYTES:
        raise AttemptInvalid(f"A workflow has at most {_MOST_RECIPE_BYTES >> 20} MB.")
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise AttemptInvalid("A workflow is a JSON object; export it in API form.")


def show_estimate(house: House, who: Session, production: str, wish: TakesWish) -> EstimateView:
    """Everything that is known before anything is sent; writes nothing.

    Raises:
        NotFound: there is no such shot, stage, provider or input.
        AttemptInvalid: nobody may ask like this.
    """
    with house.book.reading() as conn:
        plan = _plan(house, conn, who, production, wish)
        policy = house.policy(conn, plan.production.policy)
        backlog = show_backlog(conn, plan.production, policy, more=_more(plan, wish, policy))
        purse = attempts.find_purse(conn, plan.production.id, "production", plan.production.id, plan.unit)
    refusals: list[str] = []
    for check in (
        lambda: _check_route(plan, wish.provider),
        lambda: _check_prompt(plan),
        lambda: check_backlog(backlog, override=wish.override),
        lambda: _most_of(plan),
    ):
        try:
            check()
        except CircletakeError as refused:
            refusals.append(refused.message)
    most = plan.most_micro
    if most and not purse.fits(most * wish.wanted.count):
        left = amount_text(purse.left_micro or 0)
        refusals.append(f"The budget of this production has {left} {plan.unit} left for them.")
    if most and purse.limit_micro is None:
        refusals.append(
            f"There is no budget in {plan.unit}; set one with `circletake generate budget production`."
        )
    return EstimateView(
        provider=wish.provider,
        each=MoneyView(plan.unit, None if most is None else amount_text(most)),
        most=MoneyView(plan.unit, None if most is None else amount_text(most * wish.wanted.count)),
        price_version=plan.price_version,
        routes=[route_view(one) for one in plan.routes],
        prompt=[PromptFindingView(one.name, one.blocks, one.sentence) for one in plan.prompt],
        backlog=backlog,
        refusals=refusals,
        may_send=not refusals,
    )


def make_takes(house: House, who: Session, production: str, wish: TakesWish) -> str:
    """Write down what is asked for and reserve what it may cost, in one transaction; sent again, once.

    Returns:
        The request's id.

    Raises:
        MustStay: what goes in may not travel to this provider.
        PromptRefused: the prompt names somebody who has not agreed.
        DeskFull: people are behind, and nobody went on with a reason.
        BudgetSpent: a purse does not hold it; nothing was reserved.
        AttemptInvalid: nobody may ask like this.
        NotFound: there is no such shot, stage, provider or input.
    """
    sitting = who.sitting("ask for attempts")
    with house.book.reading() as conn:
        if wish.request and attempts.find_request(conn, wish.request) is not None:
            return wish.request
        plan = _plan(house, conn, who, production, wish)
    _check_route(plan, wish.provider)
    _check_prompt(plan)
    most_micro = _most_of(plan)
    recipe = house.store.put_bytes(wish.recipe) if wish.recipe else None
    kept = house.store.put_bytes(_document(plan, wish, recipe))
    with house.book.transact() as tx:
        found, roles = require(tx.conn, who, production, "generate")
        policy = house.policy(tx.conn, found.policy)
        backlog = show_backlog(tx.conn, found, policy, more=_more(plan, wish, policy))
        if wish.override.strip() and backlog.is_over and not roles & {"lead", "director", "producer"}:
            raise RoleMissing("Only a lead, director or producer goes on while people are behind; ask one.")
        check_backlog(backlog, override=wish.override)
        request = wish.request or fresh_id("q")
        if wish.request and attempts.find_request(tx.conn, request) is not None:
            return request
        _append(tx, who, sitting, plan, wish, request=request, ask=kept, most_micro=most_micro,
                is_over=backlog.is_over)  # fmt: skip
    return request


def _append(
    tx: Transaction,
    who: Session,
    sitting: str,
    plan: _Plan,
    wish: TakesWish,
    *,
    request: str,
    ask: str,
    most_micro: int,
    is_over: bool,
) -> None:
    planned = [(fresh_id("a"), str(uuid.uuid4())) for _ in range(wish.wanted.count)]
    tx.append(
        "request",
        actor=who.person,
        session=sitting,
        production=plan.production.id,
        body={
            "ask": ask,
            "attempts": [list(one) for one in planned],
            "decision": tx.keep_text(wish.decision.strip()),
            "inputs": [[role, content] for role, content in wish.wanted.inputs],
            "kind": wish.wanted.kind,
            "label": wish.wanted.label,
            "most": most_micro,
            "override": tx.keep_text(wish.override.strip()) if is_over and wish.override.strip() else None,
            "price_version": plan.price_version[:80],
            "prompt": tx.keep_text(wish.prompt) if wish.prompt else None,
            "provider": wish.provider,
            "purpose": wish.wanted.purpose,
            "request": request,
            "seed": wish.wanted.seed,
            "seeds": wish.wanted.seeds,
            "task": plan.task.task.id,
            "unit": plan.unit,
        },
    )
    for attempt, _ in planned:
        step = {"attempt": attempt, "before": "planned", "after": "reserved"}
        tx.append("attempt", actor=STUDIO, production=plan.production.id, body=step)
        if plan.estimate is not None:
            cost = {
                "attempt": attempt,
                "line": "estimate",
                "micro": plan.estimate.micro,
                "price_version": plan.estimate.price_version[:80],
                "unit": plan.unit,
            }
            tx.append("cost", actor=STUDIO, production=plan.production.id, body=cost)


def _plan(house: House, conn: reads.Connection, who: Session, production: str, wish: TakesWish) -> _Plan:
    found, _ = require(conn, who, production, "generate")
    check_wanted(wish.wanted, prompt=wish.prompt, decision=wish.decision)
    _check_recipe(wish.recipe)
    task = task_of(conn, found, wish.shot, wish.stage)
    if task.entity.kind != "shot":
        raise AttemptInvalid("Takes are asked for at a shot; a model sheet is made of boxed images.")
    provider = get_provider(house, wish.provider)
    ask = Ask(
        kind=wish.wanted.kind,
        prompt=wish.prompt,
        size_px=wish.wanted.size_px,
        frames=wish.wanted.frames,
        rate=found.rate,
        seed=wish.wanted.seed,
        inputs=tuple(
            input_of(house.store, conn, found, role, content) for role, content in wish.wanted.inputs
        ),
        params=wish.params,
        recipe=wish.recipe,
        model=wish.model,
    )
    estimate = provider.estimate(ask)
    unit = estimate.unit if estimate else check_unit(wish.unit or "USD")
    if wish.most is not None:
        most_micro: int | None = micro_of(wish.most)
    else:
        most_micro = estimate.micro if estimate else None
    today = datetime.now(UTC).date()
    label = wish.wanted.label
    known = {name: one.facts() for name, one in house.providers.items()}
    return _Plan(
        production=found,
        task=task,
        provider=provider,
        ask=ask,
        unit=unit,
        most_micro=most_micro,
        price_version=estimate.price_version if estimate else "",
        estimate=estimate,
        routes=routes(known, label, today=today),
        prompt=read_prompt(wish.prompt, _rights(conn, found.id, today)),
    )


def _more(plan: _Plan, wish: TakesWish, policy: Policy) -> Waiting:
    is_still = wish.wanted.kind == "image"
    people = people_at(policy, plan.task.task.stage)
    count = wish.wanted.count
    return Waiting(count if is_still else 0, 0 if is_still else count, people)


def _rights(conn: reads.Connection, production: str, today: date) -> list[Right]:
    """Whom and what a prompt may name: everybody whose consent or permit was ever recorded."""
    return [
        Right(
            name=row.subject,
            kind="person" if row.kind == "consent" else "mark",
            holds=row.granted
            and not row.lapsed
            and (row.until is None or row.until >= today.isoformat())
            and any(use in row.uses for use in _USES),
        )
        for row in remarks.consents_in(conn, production)
        if row.subject
    ]


def _check_route(plan: _Plan, provider: str) -> None:
    route = next(one for one in plan.routes if one.provider == provider)
    if not route.offered:
        others = ", ".join(one.provider for one in plan.routes if one.offered) or "no other"
        raise MustStay(f"{' '.join(route.reasons)} Offered are: {others}.", reasons=list(route.reasons))


def _check_prompt(plan: _Plan) -> None:
    stopped = [one for one in plan.prompt if one.blocks]
    if stopped:
        raise PromptRefused(" ".join(one.sentence for one in stopped), names=[one.name for one in stopped])


def _most_of(plan: _Plan) -> int:
    if plan.most_micro is None:
        raise BudgetSpent(
            f"Nobody can say before what this costs at {plan.provider.name}; say what one attempt may cost "
            f"at most: --most 0.50."
        )
    if plan.estimate is not None and plan.most_micro < plan.estimate.micro:
        raise BudgetSpent(
            f"One attempt is estimated at {amount_text(plan.estimate.micro)} {plan.unit}, more than the "
            f"{amount_text(plan.most_micro)} that it may cost; allow more or ask for less."
        )
    return plan.most_micro


def _document(plan: _Plan, wish: TakesWish, recipe: str | None) -> bytes:
    """All that the provider is told, but for words, seed and inputs, which stand in the book."""
    told = {
        "frames": wish.wanted.frames,
        "model": wish.model,
        "params": dict(wish.params),
        "rate": [plan.production.rate.numerator, plan.production.rate.denominator],
        "recipe": recipe,
        "size": list(wish.wanted.size_px),
    }
    try:
        return json.dumps(told, sort_keys=True, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError) as wrong:
        raise AttemptInvalid(f"The provider's own settings are not plain JSON: {wrong}.") from None


def route_view(route: Route) -> RouteView:
    """A route as doors show it."""
    facts = route.facts
    return RouteView(
        provider=route.provider,
        offered=route.offered,
        reasons=list(route.reasons),
        warnings=list(route.warnings),
        local=facts.local,
        paid=facts.paid,
        public_urls=facts.public_urls,
        trains_on_inputs=facts.trains_on_inputs,
        refusal_charged=facts.refusal_charged,
        retention_s=facts.retention_s,
        source=facts.source,
        checked_on=facts.checked_on.isoformat() if facts.checked_on else None,
    )
