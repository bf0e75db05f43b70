"""`circletake`: the command line's entry."""

from collections.abc import Callable
from functools import cache
from typing import Annotated, cast

import typer

from circletake import __version__
from circletake.plugins import find_members

app = typer.Typer(
    name="circletake",
    help="The studio where takes are measured by machines, judged by people, and shipped with proof.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _version(asked: bool) -> None:  # noqa: FBT001 (typer hands a flag over by position)
    if asked:
        typer.echo(f"circletake {__version__}")
        raise typer.Exit


@app.callback()
def circletake(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """The studio where takes are measured by machines, judged by people, and shipped with proof.

    Start with `circletake demo FOLDER --serve`, or make your own studio: `circletake new FOLDER`.
    """


def build() -> typer.Typer:
    """The command line with every verb there is."""
    if not app.registered_commands:
        for register in find_members("circletake.cli.commands", "register").values():
            cast("Callable[[typer.Typer], None]", register)(app)
    return app


@cache
def program() -> Callable[[], None]:
    """The command line, ready to run what argv says."""
    return cast("Callable[[], None]", typer.main.get_command(build()))


def run() -> None:
    """Run what argv says."""
    program()()
