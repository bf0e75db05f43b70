"""Verbs of flags: whether they were right, and how far each check is to be trusted by that."""

import uuid
from typing import Annotated

import typer

from circletake.cli.commands.takes import get_take
from circletake.cli.commands.words import ShotArgument, StageOption
from circletake.cli.verb import (
    AsOption,
    JsonOption,
    ProductionOption,
    StudioOption,
    Verb,
    line,
    table,
    verb,
)
from circletake.errors import NotFound
from circletake.workflows.flag_views import FlagView, TrustView
from circletake.workflows.views import EvidenceDetailView

flag_app = typer.Typer(help="Flags of checks: whether they were right.", no_args_is_help=True)

NumberArgument = Annotated[int, typer.Argument(help="Number of the flag, as `flag list` has it.")]
TakeOption = Annotated[int | None, typer.Option("--take", help="Number of the take; the newest if left out.")]
NoteOption = Annotated[str, typer.Option("--note", help="Why, if there is something to say.")]
KeyOption = Annotated[str | None, typer.Option("--key", help="Makes a repeated call count once.")]
_Flagged = list[tuple[EvidenceDetailView, FlagView]]


def _flags(here: Verb, shot: str, stage: str, take: int | None) -> _Flagged:
    """Flags of a take, in the order in which they stand in its evidence, so that numbers stay."""
    view = here.studio.task(here.session, here.studio.find_task(here.session, here.production, shot, stage))
    details = [here.studio.evidence(here.session, one.id) for one in get_take(view, take).evidence]
    return [
        (detail, flag)
        for detail in details
        for flag in sorted(detail.flags, key=lambda flag: (flag.start, flag.label, flag.end))
    ]


@flag_app.command("list")
def flag_list(
    shot: ShotArgument,
    *,
    take: TakeOption = None,
    stage: StageOption = "animation",
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """List the flags on a take, what people said of them, and how often such flags were wrong here."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        found = _flags(here, shot, stage, take)
        here.answer([flag for _, flag in found], lambda: _say_list(found))


def _say_list(found: _Flagged) -> None:
    if not found:
        line("No check points at anything.")
        return
    table(
        "",
        ("flag", "check", "label", "frames", "said", "such flags"),
        [
            (
                str(number),
                detail.check,
                flag.label,
                f"{flag.start}–{flag.end - 1}",
                ", ".join(f"{one.person.name}: {one.call}" for one in flag.calls) or "nothing",
                flag.trust,
            )
            for number, (detail, flag) in enumerate(found, 1)
        ],
    )


def _call(
    call: str,
    shot: str,
    number: int,
    *,
    note: str,
    take: int | None,
    stage: str,
    key: str | None,
    here: Verb,
) -> None:
    found = _flags(here, shot, stage, take)
    if not 1 <= number <= len(found):
        raise NotFound(f"There is no flag {number} on this take; `circletake flag list {shot}` lists them.")
    detail, flag = found[number - 1]
    after = here.studio.call_flag(
        here.session,
        detail.id,
        label=flag.label,
        frames=(flag.start, flag.end),
        call=call,
        key=key or uuid.uuid4().hex,
        note=note,
    )
    told = next(
        one for one in after.flags if (one.start, one.end, one.label) == (flag.start, flag.end, flag.label)
    )
    done = "Your call is withdrawn" if call == "withdrawn" else f"Called {call}"
    here.answer(told, lambda: line(f"{done}: {flag.label}, frames {flag.start}–{flag.end - 1}."))


@flag_app.command("wrong")
def flag_wrong(
    shot: ShotArgument,
    number: NumberArgument,
    *,
    note: NoteOption = "",
    take: TakeOption = None,
    stage: StageOption = "animation",
    key: KeyOption = None,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Say that a flag was wrong: nothing is the matter there. No gate opens by it."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        _call("wrong", shot, number, note=note, take=take, stage=stage, key=key, here=here)


@flag_app.command("right")
def flag_right(
    shot: ShotArgument,
    number: NumberArgument,
    *,
    note: NoteOption = "",
    take: TakeOption = None,
    stage: StageOption = "animation",
    key: KeyOption = None,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Say that a flag was right: there is something the matter."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        _call("right", shot, number, note=note, take=take, stage=stage, key=key, here=here)


@flag_app.command("withdraw")
def flag_withdraw(
    shot: ShotArgument,
    number: NumberArgument,
    *,
    take: TakeOption = None,
    stage: StageOption = "animation",
    key: KeyOption = None,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Take back what you said about a flag; the book keeps both."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        _call("withdrawn", shot, number, note="", take=take, stage=stage, key=key, here=here)


@flag_app.command("trust")
def flag_trust(
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Say how often each check's flags were right in the production; wrong most often first."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        found = here.studio.trust(here.session, here.production)
        here.answer(found, lambda: _say_trust(found))


def _say_trust(found: list[TrustView]) -> None:
    if not found:
        line("Nobody said of a flag whether it was right; `circletake flag wrong` and `flag right` say so.")
        return
    table(
        "",
        ("check", "label", "right", "wrong", "share right, 90 %", ""),
        [
            (
                one.check,
                one.label,
                str(one.right),
                str(one.wrong),
                f"{one.interval[0]:.0%}–{one.interval[1]:.0%}",
                "shown later" if one.quiet else "",
            )
            for one in found
        ],
    )


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    app.add_typer(flag_app, name="flag")
