"""Verbs for the book: read it, verify it, rebuild the tables from it."""

from pathlib import Path
from typing import Annotated

import typer

from circletake.cli.verb import AsOption, JsonOption, StudioOption, line, table, verb
from circletake.errors import BookBroken
from circletake.workflows.views import CheckpointView

book_app = typer.Typer(help="The book: everything that was decided, hash-chained.", no_args_is_help=True)


@book_app.command("verify")
def book_verify(*, studio: StudioOption = None, json: JsonOption = False) -> None:
    """Check every byte of the book; names the entry where it breaks."""
    with verb(studio, as_json=json) as here:
        found = here.studio.book_verify()
        here.answer(found, lambda: line(found.sentence))
        if not found.holds:
            raise BookBroken(found.sentence, seq=found.broken_at)


@book_app.command("replay")
def book_replay(*, studio: StudioOption = None, json: JsonOption = False) -> None:
    """Rebuild every table from the book, and say whether anything was otherwise."""
    with verb(studio, as_json=json) as here:
        found = here.studio.book_replay()
        here.answer(found, lambda: line(found.sentence))


@book_app.command("show")
def book_show(
    *,
    after: Annotated[int, typer.Option("--after", help="Entries after this number.", min=0)] = 0,
    limit: Annotated[int, typer.Option("--limit", help="At most so many.", min=1)] = 50,
    studio: StudioOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Read the book."""
    with verb(studio, as_json=json, name=as_) as here:
        found = here.studio.book_entries(here.session, after, limit)
        here.answer(
            found,
            lambda: table(
                "",
                ["seq", "at", "kind", "actor", "leaf"],
                [[str(one.seq), one.at[:19], one.kind, one.actor, one.leaf[:12]] for one in found],
            ),
        )


@book_app.command("export")
def book_export(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    *,
    studio: StudioOption = None,
    json: JsonOption = False,
) -> None:
    """Write the book with its checkpoints, names and verifier, for anybody to check offline."""
    with verb(studio, as_json=json) as here:
        found = here.studio.book_export(folder)
        here.answer(found, lambda: line(found.sentence))


@book_app.command("checkpoint")
def book_checkpoint(
    *,
    new_key: Annotated[
        bool, typer.Option("--new-key", help="Begin a new log: a backup was restored, and that is known.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
    studio: StudioOption = None,
    json: JsonOption = False,
) -> None:
    """Sign what the book is now, and show it to the witnesses in studio.toml."""
    with verb(studio, as_json=json) as here:
        if new_key and not yes:
            typer.confirm(
                "Put the key away and begin a new log? What the old key signed cannot be continued.",
                abort=True,
            )
        made = here.studio.checkpoint(new_key=new_key)
        here.answer(made, lambda: _say_checkpoint(made))


@book_app.command("checkpoints")
def book_checkpoints(*, studio: StudioOption = None, json: JsonOption = False) -> None:
    """List what was signed of the book, and what witnesses said of it."""
    with verb(studio, as_json=json) as here:
        found = here.studio.checkpoints()
        here.answer(
            found,
            lambda: table(
                "",
                ["entries", "at", "key", "witnesses"],
                [[str(one.size), one.at[:19], one.key.split("+")[0], _witnesses(one)] for one in found],
            ),
        )


def _say_checkpoint(made: CheckpointView | None) -> None:
    if made is None:
        line("The book is empty; there is nothing to sign.")
        return
    line(f"{made.size} entries are signed with {made.key}")
    for one in made.witnesses:
        line(f"  {one.witness}: {'' if one.holds else 'NOT YET: '}{one.sentence}")


def _witnesses(made: CheckpointView) -> str:
    return ", ".join(
        f"{one.witness}{'' if one.holds else f' (not yet, {one.tries} tries)'}" for one in made.witnesses
    )


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    app.add_typer(book_app, name="book")
