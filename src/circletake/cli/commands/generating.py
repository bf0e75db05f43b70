"""Verbs for attempts: ask a provider for takes, see what became of each, say so where nobody knows, pay."""

import json as jsonlib
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from circletake.cli.commands.takes import get_take
from circletake.cli.commands.words import ShotArgument, StageOption
from circletake.cli.verb import AsOption, JsonOption, ProductionOption, StudioOption, Verb, line, table, verb
from circletake.domain.attempt import Call, InputRole, Kind, Label, Purpose, SeedPolicy, Wanted
from circletake.domain.cost import PurseKind
from circletake.errors import NameInvalid
from circletake.workflows.attempt_views import EstimateView, MoneyView, RequestView
from circletake.workflows.make_takes import TakesWish

generate_app = typer.Typer(
    help="Attempts: takes asked of providers, each paid for once.", no_args_is_help=True
)

AttemptArgument = Annotated[str, typer.Argument(help="Id of the attempt, as `generate show` lists it.")]
_SHAPES = {
    "done": "●",
    "partial": "◐",
    "refused": "✕",
    "failed": "✕",
    "cancelled": "–",
    "expired": "✕",
    "lost": "✕",
    "unknown": "▲",
}


@generate_app.command("run")
def generate_run(
    shot: ShotArgument,
    *,
    provider: Annotated[str, typer.Option("--provider", help="Who makes them; `generate facts` lists all.")],
    decision: Annotated[str, typer.Option("--decision", help="What you will decide with these attempts.")],
    prompt: Annotated[str, typer.Option("--prompt", help="What is wanted, in words.")] = "",
    stage: StageOption = "animation",
    count: Annotated[int, typer.Option("--count", help="How many attempts.")] = 1,
    kind: Annotated[str, typer.Option("--kind", help="image, video or audio.")] = "video",
    seed: Annotated[int | None, typer.Option("--seed", help="Of the first attempt.")] = None,
    seeds: Annotated[str, typer.Option("--seeds", help="sweep counts on, fixed repeats, none.")] = "sweep",
    size: Annotated[str, typer.Option("--size", help="1280x720; left out, the provider's own.")] = "0x0",
    frames: Annotated[int, typer.Option("--frames", help="How many; 0 is the provider's own.")] = 0,
    put: Annotated[
        list[str] | None,
        typer.Option("--put", help="What goes in: first=SH010:3, reference=SH020; may be repeated."),
    ] = None,
    param: Annotated[
        list[str] | None, typer.Option("--param", help="The provider's own: /steps=20; may be repeated.")
    ] = None,
    recipe: Annotated[Path | None, typer.Option("--recipe", help="A workflow, as JSON.")] = None,
    model: Annotated[str, typer.Option("--model", help="By the provider's name.")] = "",
    label: Annotated[
        str, typer.Option("--label", help="open, internal, confidential or embargoed.")
    ] = "internal",
    purpose: Annotated[str, typer.Option("--purpose", help="temp or final.")] = "temp",
    most: Annotated[
        str | None, typer.Option("--most", help="What one attempt may cost at most: 0.50.")
    ] = None,
    override: Annotated[
        str, typer.Option("--override", help="Why more is asked for although people are behind.")
    ] = "",
    dry: Annotated[bool, typer.Option("--dry", help="Only say what it would cost and who may be asked.")] = (
        False
    ),
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until all of them are over.")] = True,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Ask a provider for takes of a shot; what they may cost is reserved before anything is sent."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        wish = TakesWish(
            shot=shot,
            stage=stage,
            provider=provider,
            prompt=prompt,
            decision=decision,
            wanted=Wanted(
                kind=cast("Kind", kind),
                seed=seed,
                seeds=cast("SeedPolicy", seeds),
                frames=frames,
                size_px=_size(size),
                inputs=tuple(_input(here, one, stage) for one in put or ()),
                purpose=cast("Purpose", purpose),
                label=cast("Label", label),
                count=count,
            ),
            model=model,
            params=dict(_param(one) for one in param or ()),
            recipe=_recipe(recipe),
            most=most,
            override=override,
        )
        if dry:
            estimate = here.studio.generate.estimate(here.session, here.production, wish)
            here.answer(estimate, lambda: _say_estimate(estimate))
            return
        asked = here.studio.generate.ask(here.session, here.production, wish)
        if wait:
            here.studio.generate.work(asked.id)
            here.work()
            asked = here.studio.generate.show(here.session, here.production, asked.id)
        here.answer(asked, lambda: _say(asked))


@generate_app.command("work")
def generate_work(*, studio: StudioOption = None, as_: AsOption = None, json: JsonOption = False) -> None:
    """Take on every attempt that waits, until all are over or need a person; a server does so by itself."""
    with verb(studio, as_json=json, name=as_) as here:
        is_over = here.studio.generate.work()
        said = "Every attempt is over, or needs a person." if is_over else "Some are still on their way."
        here.answer({"over": is_over}, lambda: line(said))


@generate_app.command("list")
def generate_list(
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """List what was asked for, the newest first, with what waits and what it cost."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.generate.all_of(here.session, here.production)

        def say() -> None:
            heads = ["request", "shot", "provider", "by", "asked for", "attempts"]
            rows = [
                [
                    one.id,
                    one.shot,
                    one.provider,
                    one.person.name,
                    one.decision or "(erased)",
                    " ".join(
                        f"{_SHAPES.get(attempt.state, '○')} {attempt.state}" for attempt in one.attempts
                    ),
                ]
                for one in view.requests
            ]
            table("", heads, rows)
            line(view.sentence)

        here.answer(view, say)


@generate_app.command("show")
def generate_show(
    request: Annotated[str, typer.Argument(help="Id of a request or of one of its attempts.")],
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Show how far the attempts of a request are, and what they cost."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.generate.show(here.session, here.production, request)
        here.answer(view, lambda: _say(view))


@generate_app.command("cancel")
def generate_cancel(
    attempt: AttemptArgument,
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Cancel an attempt: at once where it was not sent, by asking its provider where it was."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        said = here.studio.generate.cancel(here.session, here.production, attempt)
        here.answer({"sentence": said}, lambda: line(said))


@generate_app.command("resolve")
def generate_resolve(
    attempt: AttemptArgument,
    call: Annotated[str, typer.Argument(help="ran, did_not or write_off.")],
    *,
    handle: Annotated[
        str,
        typer.Option("--handle", help="What the provider calls it, where it ran: it is asked after then."),
    ] = "",
    why: Annotated[str, typer.Option("--why", help="How you found out.")] = "",
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Say what became of an attempt whose answer was lost; it is never sent again by itself."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.generate.resolve(
            here.session, here.production, attempt, call=cast("Call", call), handle=handle, text=why
        )
        here.answer(view, lambda: _say(view))


@generate_app.command("reconcile")
def generate_reconcile(
    attempt: AttemptArgument,
    amount: Annotated[str, typer.Argument(help="What the invoice says, as 0.05.")],
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Write down what the invoice says an attempt cost; it counts from then on."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.generate.bill(here.session, here.production, attempt, amount=amount)
        here.answer(view, lambda: _say(view))


@generate_app.command("facts")
def generate_facts(
    *,
    label: Annotated[
        str, typer.Option("--label", help="Of what would go in: open, internal, confidential, embargoed.")
    ] = "internal",
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Say who may be asked, and what is known of everybody: what they keep, charge and train on."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        found = here.studio.generate.facts(here.session, here.production, label)

        def say() -> None:
            heads = ["provider", "may be asked", "public", "trains", "refusal costs", "kept", "checked"]
            rows = [
                [
                    one.provider,
                    "yes" if one.offered else "no",
                    one.public_urls,
                    one.trains_on_inputs,
                    one.refusal_charged,
                    "?" if one.retention_s is None else f"{one.retention_s / 3600:g} h",
                    one.checked_on or "here",
                ]
                for one in found
            ]
            table("", heads, rows)
            for one in found:
                for said in [*one.reasons, *one.warnings]:
                    line(f"{one.provider}: {said}")

        here.answer(found, say)


@generate_app.command("budget")
def generate_budget(
    purse: Annotated[
        str | None, typer.Argument(help="production, shot, person, or review (hours); none lists all.")
    ] = None,
    limit: Annotated[str | None, typer.Argument(help="As 20.00; none takes the limit away.")] = None,
    *,
    of: Annotated[str, typer.Option("--of", help="Code of the shot, or name of the person.")] = "",
    unit: Annotated[str, typer.Option("--unit", help="USD, credit:NAME or gpu_s.")] = "USD",
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Show the budgets, or limit what may be spent from one."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        if purse is None:
            view = here.studio.generate.all_of(here.session, here.production)
        else:
            view = here.studio.generate.set_budget(
                here.session,
                here.production,
                purse=cast("PurseKind", purse),
                owner=of,
                unit=unit,
                limit=limit,
            )
        heads = ["purse", "of", "unit", "limit", "held", "spent", "left"]
        rows = [
            [one.kind, one.owner, one.unit, one.limit or "none", one.held, one.spent, one.left or "–"]
            for one in view.purses
        ]
        here.answer(view.purses, lambda: table("", heads, rows))


def _recipe(path: Path | None) -> bytes | None:
    try:
        return path.read_bytes() if path else None
    except OSError as error:
        raise NameInvalid(f"{path} cannot be read ({error.strerror}); name a workflow's file.") from None


def _size(text: str) -> tuple[int, int]:
    width, x, height = text.partition("x")
    if not x or not width.isdecimal() or not height.isdecimal():
        raise NameInvalid(f"“{text}” is no size; write 1280x720.")
    return int(width), int(height)


def _input(here: Verb, named: str, stage: str) -> tuple[InputRole, str]:
    role, equals, take = named.partition("=")
    code, _, number = take.partition(":")
    if not equals or (number and not number.isdecimal()):
        raise NameInvalid(f"“{named}” names no input; write first=SH010:3.")
    task = here.studio.task(here.session, here.studio.find_task(here.session, here.production, code, stage))
    return cast("InputRole", role), get_take(task, int(number) if number else None).content


def _param(named: str) -> tuple[str, Any]:
    """A setting; its value is JSON where it is JSON, and text otherwise."""
    place, equals, value = named.partition("=")
    if not equals:
        raise NameInvalid(f"“{named}” sets nothing; write /steps=20.")
    try:
        return place, jsonlib.loads(value)
    except ValueError:
        return place, value


def _say(view: RequestView) -> None:
    line(f"{view.shot} · {view.provider} · {view.decision or '(erased)'}")
    heads = ["", "attempt", "state", "seed", "estimate", "reported", "counts as", "takes"]
    rows = [
        [
            _SHAPES.get(one.state, "○"),
            one.id,
            one.state,
            "" if one.seed is None else str(one.seed),
            _money(one.estimate),
            _money(one.reported),
            _money(one.settled),
            " ".join(one.takes),
        ]
        for one in view.attempts
    ]
    table("", heads, rows)
    for one in view.attempts:
        if one.state not in {"done", "cancelled"}:
            line(f"{one.id}: {one.sentence}")


def _money(view: MoneyView) -> str:
    return "–" if view.amount is None else f"{view.amount} {view.unit}"


def _say_estimate(view: EstimateView) -> None:
    line(f"One attempt: {_money(view.each)}; all of them: {_money(view.most)}. {view.price_version}".strip())
    line(view.backlog.sentence)
    for found in view.prompt:
        line(found.sentence)
    for route in view.routes:
        said = " ".join([*route.reasons, *route.warnings]) or "may be asked."
        line(f"{route.provider}: {said}")
    for refusal in view.refusals:
        line(f"Not like this: {refusal}")


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    app.add_typer(generate_app, name="generate")
