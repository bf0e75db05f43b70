"""Verbs of characters: what was learnt of each, and what to add."""

import uuid
from typing import Annotated

import typer

from circletake.cli.commands.judging import parse_region
from circletake.cli.commands.takes import get_take
from circletake.cli.commands.words import ShotArgument, StageOption
from circletake.cli.verb import AsOption, JsonOption, ProductionOption, StudioOption, line, table, verb
from circletake.errors import VerdictInvalid
from circletake.workflows.views import BoxView, CharacterLineView, CharacterView

character_app = typer.Typer(
    help="What was learnt of each character, and what would teach more.", no_args_is_help=True
)

_STATES = {
    "none": "nothing can be judged",
    "uncalibrated": "uncalibrated: each take is judged by its own best frames",
    "pooled": "pooled: judged by circled shots of the other characters too",
    "own": "own: judged by circled shots of itself",
}


@character_app.command("list")
def character_list(
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """List the characters: which sheet is adopted, how many circled shots show each."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        found = here.studio.characters(here.session, here.production)
        here.answer(found, lambda: _say_list(found))


def _say_list(found: list[CharacterLineView]) -> None:
    if not found:
        line("There is no character yet; `circletake sheet add` makes one out of its drawings.")
        return
    table(
        "",
        ("Code", "Title", "Sheet", "Circled shots"),
        [(one.code, one.title, (one.sheet or "not adopted")[:12], str(one.approved)) for one in found],
    )


@character_app.command("show")
def character_show(
    name: Annotated[str, typer.Argument(help="Code of the character.")],
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Show what was learnt of a character: its views, circled shots, palette, calibration; what to add."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.character(here.session, here.production, name)
        here.answer(view, lambda: _say(view))


def _say(view: CharacterView) -> None:
    line(f"{view.code} · sheet {view.sheet[:8]} · {_STATES[view.state]}")
    marks = [
        f"{one.number}{'' if one.is_usable else ' (not usable)'}{' (alone)' if one.is_alone else ''}"
        f"{' (not seen)' if one.is_unseen else ''}"
        for one in view.pictures
    ]
    line(f"  pictures  {', '.join(marks)}")
    shots = ", ".join(f"{one.code} {one.stage} take {one.take}" for one in view.approved)
    line(f"  circled   {shots or 'none yet'}")
    line(f"  palette   {', '.join(f'{one.hex} {one.share:.0%}' for one in view.palette) or 'unknown'}")
    if view.shots:
        low, high = view.interval
        lent = f", {view.lent} of them lent by other characters" if view.lent else ""
        line(
            f"  measure   {view.shots} circled shots{lent}; asked for are {float(view.alpha):.1%} false "
            f"alarms, the true rate lies between {low:.1%} and {high:.1%}"
        )
    for shot in view.drift.shots:
        bar = "█" * min(round(20 * shot.sum / view.drift.limit), 20)
        line(f"  {shot.code:<10} {shot.sum:8.2f} of {view.drift.limit:g}  {bar}")
    line(f"  drift     {view.drift.sentence}")
    line(f"  answers   {view.head.answers} of {view.head.needed} that it takes to weigh its scores")
    if view.head.hash:
        told = ", ".join(f"{one.name} {one.weight:.2f}" for one in view.head.weights)
        line(f"  weights   {told} (head {view.head.hash[:12]})")
    for said in view.advice:
        line(f"  → {said}")


BoxedTakeOption = Annotated[
    int | None, typer.Option("--take", help="Number of the take; the newest if left out.")
]
KeyOption = Annotated[str | None, typer.Option("--key", help="Makes a repeated call count once.")]


@character_app.command("box")
def character_box(
    shot: ShotArgument,
    name: Annotated[str, typer.Argument(help="Code of the character.")],
    where: Annotated[
        str,
        typer.Argument(
            help="FRAME@X,Y,WIDTH,HEIGHT in ten-thousandths of the picture; FRAME alone with --gone."
        ),
    ],
    *,
    gone: Annotated[bool, typer.Option("--gone", help="The character is not in this frame.")] = False,
    take: BoxedTakeOption = None,
    stage: StageOption = "animation",
    key: KeyOption = None,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Say where a character is in a frame of a take; the take is measured anew by it."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        frame, *box = (_frame_of(where),) if gone else parse_region(where)
        task = here.studio.find_task(here.session, here.production, shot, stage)
        view = here.studio.task(here.session, task)
        taken = get_take(view, take)
        told = here.studio.box_draw(
            here.session,
            task=task,
            content=taken.content,
            character=name,
            frame=frame,
            where=box or None,
            key=key or uuid.uuid4().hex,
        )
        said = f"{name} is {'not in' if gone else 'boxed in'} frame {frame}"
        here.answer(
            told,
            lambda: line(
                f"{said} of {view.code} take {taken.number}, as {told[-1].id}; it is measured anew."
            ),
        )


def _frame_of(where: str) -> int:
    if not where.isdecimal():
        raise VerdictInvalid(f"“{where}” is no frame; with --gone name the frame alone, such as 12.")
    return int(where)


@character_app.command("boxes")
def character_boxes(
    shot: ShotArgument,
    *,
    take: BoxedTakeOption = None,
    stage: StageOption = "animation",
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """List where people said that characters are in a take."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        task = here.studio.find_task(here.session, here.production, shot, stage)
        taken = get_take(here.studio.task(here.session, task), take)
        found = here.studio.boxes(here.session, task=task, content=taken.content)
        here.answer(found, lambda: _say_boxes(found))


@character_app.command("unbox")
def character_unbox(
    box: Annotated[str, typer.Argument(help="Id of the box, as `character boxes` has it.")],
    *,
    key: KeyOption = None,
    studio: StudioOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Withdraw a box; the take is measured anew without it."""
    with verb(studio, as_json=json, name=as_) as here:
        told = here.studio.box_withdraw(here.session, box=box, key=key or uuid.uuid4().hex)
        here.answer(told, lambda: line(f"{box} is withdrawn; the take is measured anew without it."))


def _say_boxes(found: list[BoxView]) -> None:
    if not found:
        line("Nobody drew a box here; `circletake character box` draws one.")
        return
    table(
        "",
        ("Box", "Character", "Frame", "Where", "Who", "State"),
        [
            (
                one.id,
                one.character,
                str(one.frame),
                ",".join(map(str, one.where)) if one.where else "not in it",
                one.person.name,
                f"withdrawn by {one.withdrawn_by.name}" if one.withdrawn_by else "stands",
            )
            for one in found
        ],
    )


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    app.add_typer(character_app, name="character")
