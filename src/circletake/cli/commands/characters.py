"""Verbs of characters: what was learnt of each, and what to add."""

from typing import Annotated

import typer

from circletake.cli.verb import AsOption, JsonOption, ProductionOption, StudioOption, line, table, verb
from circletake.workflows.views import CharacterLineView, CharacterView

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


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    app.add_typer(character_app, name="character")
