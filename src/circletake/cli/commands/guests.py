"""Verbs for guest links: show exact takes to somebody who has no account here."""

import sys
from typing import Annotated

import typer

from circletake.cli.commands.words import StageOption
from circletake.cli.verb import AsOption, JsonOption, ProductionOption, StudioOption, Verb, line, table, verb
from circletake.errors import NotFound
from circletake.workflows.guest_links import Showing

guest_app = typer.Typer(help="Links that show exact takes to guests.", no_args_is_help=True)


@guest_app.command("link")
def guest_link(
    label: Annotated[str, typer.Argument(help="What the link is called; guests see it, in the picture too.")],
    *,
    shot: Annotated[
        list[str],
        typer.Option("--shot", help="A shot it shows, SH010 or SH010:3 for take 3; may be repeated."),
    ],
    stage: StageOption = "animation",
    note: Annotated[
        bool, typer.Option("--note/--look-only", help="Whether guests may note something.")
    ] = True,
    verdict: Annotated[
        bool, typer.Option("--verdict", help="Show people who judge here the way to their desk.")
    ] = False,
    hours: Annotated[int, typer.Option("--hours", help="For how long the link is good.")] = 168,
    passphrase: Annotated[
        bool, typer.Option("--passphrase", help="Ask here for a passphrase that guests have to say.")
    ] = False,
    passphrase_stdin: Annotated[
        bool, typer.Option("--passphrase-stdin", help="Read the passphrase from stdin.")
    ] = False,
    watermark: Annotated[
        bool, typer.Option("--watermark/--no-watermark", help="Burn the guest's name into every picture.")
    ] = True,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Make a link that shows guests exact takes; it is shown this once."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        rights = ["look", *(["note"] if note else []), *(["verdict"] if verdict else [])]
        secret = None
        if passphrase_stdin:
            secret = sys.stdin.readline().rstrip("\n")
        elif passphrase:
            secret = str(typer.prompt("Passphrase", hide_input=True, confirmation_prompt=True))
        showing = Showing(
            label=label,
            contents=[_take(here, named, stage) for named in shot],
            rights=rights,
            hours=hours,
            passphrase=secret,
            is_marked=watermark,
        )
        made, token = here.studio.guests.make_link(here.session, here.production, showing)
        link = f"{here.studio.config.public_url or ''}/g/{token}"
        here.answer(
            {"id": made, "link": link},
            lambda: line(f"{link}\nIt is good for {hours} hours and is shown this once; its id is {made}."),
        )


def _take(here: Verb, named: str, stage: str) -> tuple[str, str]:
    """Task and content of a take, by the shot's code and its number, or the newest."""
    code, _, number = named.partition(":")
    task = here.studio.task(here.session, here.studio.find_task(here.session, here.production, code, stage))
    found = [take for take in task.takes if not number or str(take.number) == number]
    if not found:
        raise NotFound(
            f"{code} has no take {number} at {stage}; it has {len(task.takes)}.".replace("  ", " ")
        )
    return task.id, max(found, key=lambda take: take.number).content


@guest_app.command("list")
def guest_list(
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """List guest links, open and ended, and who came by them."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        found = here.studio.guests.links(here.session, here.production)
        rows = [
            [
                one.id,
                one.label,
                ", ".join(f"{shown.code} take {shown.take}" for shown in one.contents),
                one.state,
                one.until[:16],
                (one.used_at or "never")[:16],
                ", ".join(f"{guest.name} ({guest.id})" for guest in one.guests),
            ]
            for one in found
        ]
        heads = ["id", "called", "shows", "state", "until (UTC)", "last used", "guests"]
        here.answer(found, lambda: table("", heads, rows))


@guest_app.command("revoke")
def guest_revoke(
    link: Annotated[str, typer.Argument(help="The link's id, as `guest list` lists it.")],
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """End a guest link at once: whoever came by it sees nothing more."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        here.studio.guests.revoke(here.session, here.production, link)
        here.answer({"revoked": link}, lambda: line(f"The guest link {link} is revoked."))


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    app.add_typer(guest_app, name="guest")
