"""Verbs for shots: import a film, see the board, add a shot that is wanted."""

from fractions import Fraction
from pathlib import Path
from typing import Annotated, cast

import typer

from circletake.cli.commands.words import ShotArgument, checked, status_word
from circletake.cli.verb import (
    AsOption,
    JsonOption,
    ProductionOption,
    StudioOption,
    Verb,
    bars,
    line,
    table,
    verb,
)
from circletake.domain.entity import SOURCE_CLASSES, SourceClass
from circletake.domain.time import format_rate
from circletake.media.sandbox import probe_safely
from circletake.workflows.views import BoardView, CellView

shot_app = typer.Typer(help="Shots that are wanted.", no_args_is_help=True)


def import_(
    film: Annotated[
        Path, typer.Argument(help="A film; it is kept as it is, each shot found becomes a take.")
    ],
    *,
    prefix: Annotated[str, typer.Option("--prefix", help="What the shots' codes begin with.")] = "SH",
    source_class: Annotated[
        str, typer.Option("--source", help="camera, drawn, hybrid, generated or library.")
    ] = "camera",
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Measure the new takes right away.")] = True,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Bring a film in: find its shots, make a take of each, put them in the cut.

    Names a production that is not there yet? It is founded at the film's rate and size.
    """
    with verb(studio, as_json=json, name=as_, production=production) as here:
        source = cast("SourceClass", checked(source_class, SOURCE_CLASSES, "source"))
        _found_for(here, film)
        with bars(quiet=json):
            codes = here.studio.import_film(
                here.session, here.production, film, prefix=prefix, source_class=source
            )
        if wait:
            here.work()
        here.answer(
            {"shots": codes},
            lambda: line(f"{len(codes)} shots came in: {', '.join(codes)}. See them: circletake board"),
        )


def _found_for(here: Verb, film: Path) -> None:
    known = [production.code for production in here.studio.productions(here.session)]
    if here.production_code is None or here.production_code in known:
        return
    probe = probe_safely(film)
    if probe.rate is None:
        return
    here.studio.new_production(
        here.session,
        code=here.production_code,
        title=here.production_code.replace("-", " ").title(),
        rate=probe.rate,
        width_px=probe.width_px,
        height_px=probe.height_px,
    )


def board(
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Show shots × stages, each with its status."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.board(here.session, here.production)
        here.answer(view, lambda: _say_board(view))


def _say_board(view: BoardView) -> None:
    table(
        f"{view.production.title} · {format_rate_of(view)} · book entry {view.book_seq}",
        ["shot", "title", "frames", *(stage.label for stage in view.stages)],
        [
            [row.code, row.title, str(row.frames or ""), *(_say_cell(cell) for cell in row.cells)]
            for row in view.rows
        ],
    )


def format_rate_of(view: BoardView) -> str:
    """Rate and size of a board's production."""
    rate = Fraction(*view.production.rate)
    return f"{format_rate(rate)} fps {view.production.width_px}×{view.production.height_px}"


def _say_cell(cell: CellView | None) -> str:
    if cell is None:
        return ""
    flags = f" ⚑{cell.flagged}" if cell.flagged else ""
    waits = f" → {cell.waits_for}" if cell.waits_for and cell.takes else ""
    return f"{status_word(cell.status)} ({cell.takes}){flags}{waits}"


@shot_app.command("add")
def shot_add(
    code: ShotArgument,
    *,
    frames: Annotated[int, typer.Option("--frames", help="Length that is wanted, in frames.", min=1)],
    title: Annotated[str, typer.Option("--title", help="A few words.")] = "",
    source_class: Annotated[
        str, typer.Option("--source", help="camera, drawn, hybrid, generated or library.")
    ] = "drawn",
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Record a shot that is wanted."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        here.studio.add_shot(
            here.session,
            here.production,
            code=code,
            title=title or code,
            frames=frames,
            source_class=cast("SourceClass", checked(source_class, SOURCE_CLASSES, "source")),
        )
        here.answer({"shot": code}, lambda: line(f"{code} is wanted: {frames} frames."))


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    app.command("import")(import_)
    app.add_typer(shot_app, name="shot")
