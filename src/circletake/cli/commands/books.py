"""Verbs for the book: read it, verify it, rebuild the tables from it."""

from typing import Annotated

import typer

from circletake.cli.verb import AsOption, JsonOption, StudioOption, line, table, verb
from circletake.errors import BookBroken

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


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    app.add_typer(book_app, name="book")
