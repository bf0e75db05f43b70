"""Verbs for the board of panels: bring scripts and boards in, look, see what is missing."""

from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from circletake.cli.commands.shots import board as status_board
from circletake.cli.verb import AsOption, JsonOption, ProductionOption, StudioOption, line, table, verb
from circletake.domain.time import format_timecode
from circletake.errors import BoardInvalid
from circletake.workflows.import_board import Answers
from circletake.workflows.panel_views import BoardPlanView, CoverageView, PanelsView

board_app = typer.Typer(help="The board: every shot and its status; panels, animatic, coverage.")

_SIGNS = {"approved": "◎", "candidates": "●", "panel": "▭", "gap": "○", "not needed": "/"}


@board_app.callback(invoke_without_command=True)
def board(
    context: typer.Context,
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Show every shot at every stage; with a verb, the board of panels."""
    if context.invoked_subcommand is None:
        status_board(studio=studio, production=production, as_=as_, json=json)


@board_app.command("import")
def board_import(
    file: Annotated[
        Path,
        typer.Argument(
            help="A script (.fountain, .fdx), a .storyboarder file or project, a folder of pictures."
        ),
    ],
    *,
    take: Annotated[bool, typer.Option("--take", help="Take the plan; without, it is only shown.")] = False,
    match: Annotated[
        list[str] | None,
        typer.Option("--match", help="Which scene of the board a scene of the file is: 3=2-FA5K7 or 3=new."),
    ] = None,
    shot: Annotated[
        str | None, typer.Option("--shot", help="Shot of the pictures whose name says none.")
    ] = None,
    drop: Annotated[
        bool, typer.Option("--drop", help="Scenes that are not in the file leave the board.")
    ] = False,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Say what a script or a board would change, or take it in; the same file twice changes nothing."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        answers = Answers(scenes=_matches(match or []), shot=shot, drops=drop)
        panels = here.studio.panels
        bring = panels.take if take else panels.plan
        view = bring(here.session, here.production, file, answers)
        here.answer(view, lambda: _say_plan(view, wanted=take))


def _matches(told: list[str]) -> dict[int, str]:
    found: dict[int, str] = {}
    for one in told:
        place, sign, scene = one.partition("=")
        if not sign or not place.strip().isdecimal() or not scene.strip():
            raise BoardInvalid(f"“{one}” says no scene; write 3=2-FA5K7, or 3=new.")
        found[int(place)] = scene.strip()
    return found


def _say_plan(view: BoardPlanView, *, wanted: bool) -> None:
    line(view.summary)
    for change in view.changes:
        line(f"  - {change.text}")
    for said in view.said:
        line(f"  ! {said}")
    for unsure in view.unsure:
        line(
            f"  ? Scene {unsure.place}, “{unsure.slugline}”, could be {' or '.join(unsure.may_be)}: --match."
        )
    for name in view.asks:
        line(f"  ? {name} says no shot: --shot.")
    if view.taken:
        line(f"This is board {view.number} now.")
    elif not view.changes:
        line("Nothing is otherwise than on the board; nothing was recorded.")
    elif not wanted:
        line("Nothing was recorded; with --take it is.")


@board_app.command("show")
def board_show(
    *,
    number: Annotated[int | None, typer.Option("--version", help="Number of a version.", min=1)] = None,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Show the panels in order, with their shots, lengths and words."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.panels.show(here.session, here.production, number=number)
        here.answer(view, lambda: _say_panels(view))


def _say_panels(view: PanelsView) -> None:
    scenes = {scene.id: scene.number or "–" for scene in view.scenes}
    rate = Fraction(*view.rate)
    table(
        f"{view.production.title} · board {view.number} · {view.n_frames} frames · {view.hash[:12]}",
        ["panel", "scene", "shot", "begins", "frames", "picture", "words"],
        [
            [
                panel.clip,
                scenes.get(panel.scene, ""),
                panel.shot,
                format_timecode(panel.start, rate),
                str(panel.frames),
                panel.state
                if panel.picture
                else f"missing: {panel.expected}"
                if panel.expected
                else "missing",
                " / ".join(text for text in (panel.action, panel.dialogue, panel.notes) if text)[:80],
            ]
            for panel in view.panels
        ],
    )
    bare = [scene for scene in view.scenes if not scene.shots]
    if bare:
        names = ", ".join(scene.number or scene.id for scene in bare[:12])
        line(f"{len(bare)} scenes have no shot yet: {names}")


@board_app.command("coverage")
def board_coverage(
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Show what there is of every shot, and what is missing."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.panels.coverage(here.session, here.production)
        here.answer(view, lambda: _say_coverage(view))


def _say_coverage(view: CoverageView) -> None:
    table(
        f"{view.production.title} · {len(view.rows)} shots",
        ["shot", "scene", "panels", "candidates", "approved", "what there is"],
        [
            [
                row.shot,
                row.scene,
                f"{row.panels} ({row.panels_approved} circled)" if row.panels else "",
                str(row.candidates or ""),
                f"take {row.approved}" if row.approved else "",
                f"{_SIGNS[row.state]} {row.state}",
            ]
            for row in view.rows
        ],
    )
    line(
        ", ".join(f"{count} {state}" for state, count in sorted(view.counts.items()))
        or "There is no shot yet."
    )
    if view.scenes_without_shots:
        line(f"Scenes without a shot: {', '.join(view.scenes_without_shots[:12])}")


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    app.add_typer(board_app, name="board")
