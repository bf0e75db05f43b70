"""The verb that watches a folder: what is dropped there becomes takes."""

import contextlib
import time
from pathlib import Path
from typing import Annotated, cast

import typer

from circletake.cli.commands.words import StageOption, checked
from circletake.cli.verb import AsOption, JsonOption, ProductionOption, StudioOption, line, verb
from circletake.domain.take import ORIGINS, Origin
from circletake.work.dropped import Dropped
from circletake.workflows.watch_folder import FolderWatch

_MARKS = {"taken": "✓", "again": "=", "beside": "“", "refused": "✕"}


def watch(
    folder: Annotated[Path, typer.Argument(help="Folder to watch, with all folders in it.")],
    *,
    stage: StageOption = "animation",
    origin: Annotated[
        str, typer.Option("--origin", help="camera, drawn, generated, library or splice.")
    ] = "drawn",
    every_s: Annotated[float, typer.Option("--every", min=0.01, help="Seconds between two looks.")] = 5.0,
    once: Annotated[bool, typer.Option("--once", help="End as soon as nothing is on its way.")] = False,
    list_: Annotated[
        bool, typer.Option("--list", help="Say what came of every file so far, and end.")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Look once more at what was refused.")] = False,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Watch a folder: each file in it becomes one take of the shot that its name names, or is refused.

    Ctrl+C ends it; started again it goes on where it was. A server, or `circletake check`, measures
    what came.
    """
    with verb(studio, as_json=json, name=as_, production=production) as here:
        came = cast("Origin", checked(origin, ORIGINS, "origin"))
        watching = here.studio.watch_folder(
            here.session, here.production, stage=stage, folder=folder, origin=came
        )
        with contextlib.closing(watching):
            if again:
                watching.again()
            if not list_:
                with contextlib.suppress(KeyboardInterrupt):
                    _watch(watching, every_s=every_s, once=once, quiet=json)
            rows = watching.seen()
            here.answer(rows, lambda: _say_all(rows) if list_ else None)


def _watch(watching: FolderWatch, *, every_s: float, once: bool, quiet: bool) -> None:
    said = ""
    while True:
        view = watching.poll(tell=lambda row: None if quiet else _say(row))
        if view.trouble and view.trouble != said and not quiet:
            line(f"… {view.trouble}")
        if said and not view.trouble and not quiet:
            line("… it goes on")
        said = view.trouble
        if once and not view.waiting and not view.trouble:
            return
        time.sleep(every_s)


def _say(row: Dropped) -> None:
    line(f"{_MARKS[row.state]} {row.name}: {row.said}")


def _say_all(rows: list[Dropped]) -> None:
    for row in rows:
        _say(row)
    refused = sum(row.state == "refused" for row in rows)
    line(f"{sum(row.state == 'taken' for row in rows)} takes, {refused} refused, {len(rows)} in all")


def register(app: typer.Typer) -> None:
    """Add this verb."""
    app.command("watch")(watch)
