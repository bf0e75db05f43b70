"""The verb that moves a studio's book to a server."""

from dataclasses import replace
from typing import Annotated

import typer

from circletake.cli.verb import JsonOption, StudioOption, answer, answering, find_studio, line
from circletake.config import read_config
from circletake.errors import AlreadyThere
from circletake.studio import BOOK_FILE, Studio


def move(
    *,
    to: Annotated[
        str, typer.Option("--to", help="An empty database: postgresql://USER@HOST/NAME; see also the how-to.")
    ],
    studio: StudioOption = None,
    json: JsonOption = False,
) -> None:
    """Move the book from its files to PostgreSQL: copied, verified, compared; then used from there.

    Stop the server first. The old files stay, with `.moved` behind their names.
    """
    with answering(as_json=json):
        folder = find_studio(studio)
        target = read_config(folder, flags={"database": to})
        now = read_config(folder).database
        if now is not None and not (folder / BOOK_FILE).exists():
            raise AlreadyThere(f"This studio's book is in {now} already; nothing is moved.")
        # as the folder is, also where a move broke off after it had written the new setting
        with Studio.open(folder, config=replace(read_config(folder), database=None)) as here:
            moved = here.move(target)
        answer(moved, lambda: line(f"{moved.sentence} The book is in {target.database} now."), as_json=json)


def register(app: typer.Typer) -> None:
    """Add this verb."""
    app.command()(move)
