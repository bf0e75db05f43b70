"""Verbs for whole studios: make one, fill it with the demo, serve it, see its settings."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, cast

import typer

from circletake.cli.commands.people import read_password
from circletake.cli.signed_in import remember
from circletake.cli.verb import (
    DatabaseOption,
    JsonOption,
    StudioOption,
    Verb,
    answer,
    answering,
    bars,
    find_studio,
    line,
    table,
    verb,
)
from circletake.config import read_config
from circletake.domain.time import parse_rate
from circletake.errors import DeskMissing, NameInvalid
from circletake.plugins import find_members
from circletake.studio import Studio

FolderArgument = Annotated[
    Path | None, typer.Argument(help="The studio's folder; the current one if left out.")
]
PortOption = Annotated[int | None, typer.Option("--port", help="TCP port; 0 takes a free one.")]


def parse_size(text: str) -> tuple[int, int]:
    """Read `1920x1080`.

    Raises:
        NameInvalid: not a size.
    """
    width, _, height = text.lower().replace("×", "x").partition("x")
    if not (width.isdigit() and height.isdigit()):
        raise NameInvalid(f"“{text}” is not a size; write 1920x1080.")
    return int(width), int(height)


def new(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    *,
    person: Annotated[str, typer.Option("--person", help="Your name; you become the producer.")],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read your password from stdin.")
    ] = False,
    production: Annotated[
        str | None, typer.Option("--production", "-p", help="Code of a first production.")
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help="Its title.")] = None,
    rate: Annotated[str, typer.Option("--rate", help="Frames a second: 24, 23.976, 24000/1001.")] = "24",
    size: Annotated[str, typer.Option("--size", help="Picture size in pixels.")] = "1920x1080",
    policy: Annotated[
        str, typer.Option("--policy", help="Which shipped policy it is judged by.")
    ] = "animation",
    database: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Make a studio, sign its first person in, and found a production if one is named."""
    with answering(as_json=json):
        frames, (width_px, height_px) = parse_rate(rate), parse_size(size)
        password = read_password(from_stdin=password_stdin, confirm=True)
        settings = read_config(folder, flags={"database": database})
        with Studio.create(folder, config=settings) as studio:
            studio.add_person(person, password=password)
            remember(studio, studio.sign_in(person, password))
            here = Verb(studio=studio, as_json=json, name=person, production_code=production)
            if production is not None:
                studio.new_production(
                    here.session,
                    code=production,
                    title=title or production.replace("-", " ").title(),
                    rate=frames,
                    width_px=width_px,
                    height_px=height_px,
                    policy=policy,
                )
            here.answer(
                {"studio": str(folder), "production": production},
                lambda: line(
                    f"The studio is in {folder}. Next: cd {folder}, then `circletake import FILM` "
                    f"or `circletake serve`."
                ),
            )


def found(
    code: Annotated[str, typer.Argument(help="Short name, such as lord-queso.")],
    *,
    title: Annotated[str | None, typer.Option("--title", help="As on the poster.")] = None,
    rate: Annotated[str, typer.Option("--rate", help="Frames a second: 24, 23.976, 24000/1001.")] = "24",
    size: Annotated[str, typer.Option("--size", help="Picture size in pixels.")] = "1920x1080",
    policy: Annotated[
        str, typer.Option("--policy", help="Which shipped policy it is judged by.")
    ] = "animation",
    studio: StudioOption = None,
    as_: Annotated[str | None, typer.Option("--as", help="Who founds it.")] = None,
    json: JsonOption = False,
) -> None:
    """Found another production in this studio."""
    with verb(studio, as_json=json, name=as_) as here:
        width_px, height_px = parse_size(size)
        view = here.studio.new_production(
            here.session,
            code=code,
            title=title or code.replace("-", " ").title(),
            rate=parse_rate(rate),
            width_px=width_px,
            height_px=height_px,
            policy=policy,
        )
        here.answer(view, lambda: line(f"{view.title} ({view.code}) is founded; you are its producer."))


def demo(
    folder: Annotated[
        Path, typer.Argument(help="A new or empty folder; a demo that is there already is reused.")
    ],
    *,
    serve: Annotated[bool, typer.Option("--serve", help="Serve it when it is ready.")] = False,
    port: PortOption = None,
    json: JsonOption = False,
) -> None:
    """Make a studio with the demo production, Lord Queso, drawn on the spot.

    Lord Queso, his film and everybody who works on it are fiction.
    """
    with (
        answering(as_json=json),
        Studio.open(folder) if Studio.is_in(folder) else Studio.create(folder) as studio,
    ):
        here = Verb(studio=studio, as_json=json, name=None, production_code=None)
        if not json:
            line("Drawing, measuring and judging Lord Queso. This takes a few minutes the first time.")
        with bars(quiet=json) as show:
            people = studio.fill_with_demo(on_progress=show)
        links: dict[str, str] = {}
        for name in people:
            remember(studio, studio.sign_in_by_link(studio.make_link(name)))
            links[name] = studio.make_link(name)
        if serve:
            serve_studio(studio, port=port, announce=lambda text: _announce(text, links))
        else:
            here.answer(
                {"studio": str(folder), "people": links},
                lambda: line(f"The demo is in {folder}. Serve it with: circletake serve {folder}"),
            )


def serve_studio(
    studio: Studio, *, announce: Callable[[str], None], host: str | None = None, port: int | None = None
) -> None:
    """Open the web door until interrupted.

    Raises:
        DeskMissing: this installation has no web door.
    """
    doors = find_members("circletake.doors", "run")
    if "web" not in doors:
        raise DeskMissing("This installation has no web door; install circletake again with pip.")
    cast("Callable[..., None]", doors["web"])(studio, host=host, port=port, announce=announce)


def _announce(text: str, links: dict[str, str]) -> None:
    """Print the address, and under the first line one link a person."""
    line(text)
    address = text.rsplit(" ", maxsplit=1)[-1]
    if address.startswith("http"):
        line("Sign in as (each link works once; `circletake person link NAME` makes another):")
        for name, token in links.items():
            line(f"  {name:<16} {address}/link/{token}")
        line("Stop with Ctrl+C.")


def serve(
    folder: FolderArgument = None,
    *,
    host: Annotated[
        str | None, typer.Option("--host", help="Address to listen on; loopback unless set.")
    ] = None,
    port: PortOption = None,
    database: DatabaseOption = None,
    studio: StudioOption = None,
    json: JsonOption = False,
) -> None:
    """Serve the desk and work on jobs until interrupted."""
    with verb(folder or studio, as_json=json, database=database) as here:
        serve_studio(here.studio, host=host, port=port, announce=line)


def config(*, studio: StudioOption = None, json: JsonOption = False) -> None:
    """Show every setting, its value and where it comes from."""
    with answering(as_json=json):
        read = read_config(find_studio(studio))
        rows = [[name, str(getattr(read, name)), origin] for name, origin in read.origins().items()]
        answer(
            {name: {"value": value, "from": origin} for name, value, origin in rows},
            lambda: table("", ["setting", "value", "from"], rows),
            as_json=json,
        )


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    app.command("demo")(demo)
    app.command("new")(new)
    app.command("found")(found)
    app.command("serve")(serve)
    app.command("config")(config)
