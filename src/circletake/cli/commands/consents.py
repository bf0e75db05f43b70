"""Verbs for consents and permits: recorded, revoked, listed."""

from pathlib import Path
from typing import Annotated

import typer

from circletake.cli.commands.words import ShotArgument
from circletake.cli.verb import AsOption, JsonOption, ProductionOption, StudioOption, line, table, verb
from circletake.workflows.views import ConsentView

consent_app = typer.Typer(help="Who agreed to what, and which rights were obtained.", no_args_is_help=True)


@consent_app.command("add")
def consent_add(
    shot: ShotArgument,
    subject: Annotated[str, typer.Argument(help="Who agreed, or whose right it is.")],
    *,
    use: Annotated[
        list[str], typer.Option("--use", help="What it covers, such as release; may be repeated.")
    ],
    permit: Annotated[
        bool, typer.Option("--permit", help="A right of somebody else, in place of a person's consent.")
    ] = False,
    until: Annotated[str | None, typer.Option("--until", help="Last day: 2027-01-31.")] = None,
    document: Annotated[Path | None, typer.Option("--document", help="A file that shows it.")] = None,
    renews: Annotated[
        str | None, typer.Option("--renews", help="Id of one that this takes the place of.")
    ] = None,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Record that somebody agreed, or that a right was obtained."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        held = here.studio.consent_add(
            here.session,
            here.production,
            kind="permit" if permit else "consent",
            code=shot,
            subject=subject,
            uses=use,
            until=until,
            document=document,
            renews=renews,
        )
        here.answer(held[-1], lambda: line(f"Recorded as {held[-1].id} on {held[-1].code}."))


@consent_app.command("revoke")
def consent_revoke(
    consent: Annotated[str, typer.Argument(help="Id, as `consent list` has it.")],
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Record that a consent or permit no longer holds; what leaned on it closes at once."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        held = here.studio.consent_revoke(here.session, here.production, consent=consent)
        here.answer(held, lambda: line(f"{consent} is revoked."))


@consent_app.command("list")
def consent_list(
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """List every consent and permit of a production."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        held = here.studio.consents(here.session, here.production)
        here.answer(held, lambda: _say(held))


def _say(held: list[ConsentView]) -> None:
    if not held:
        line("Nobody recorded a consent or permit.")
        return
    table(
        "",
        ["id", "kind", "of", "who", "uses", "until", "state"],
        [
            [
                one.id,
                one.kind,
                one.code,
                one.subject or "(erased)",
                ", ".join(one.uses),
                one.until or "",
                one.state,
            ]
            for one in held
        ],
    )


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    app.add_typer(consent_app, name="consent")
