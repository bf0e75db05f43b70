"""Verbs for programs that act for you, and for where you are signed in."""

from typing import Annotated

import typer

from circletake.cli.verb import AsOption, JsonOption, StudioOption, line, table, verb

token_app = typer.Typer(help="API tokens, by which programs act for you.", no_args_is_help=True)
machine_app = typer.Typer(help="Accounts of programs; none ever gives a verdict.", no_args_is_help=True)
session_app = typer.Typer(help="Where you are signed in.", no_args_is_help=True)


@token_app.command("make")
def token_make(
    label: Annotated[str, typer.Argument(help="What it is for, so that you know it in the list.")],
    *,
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", help="takes, measure, cut, deliver, manage; may be repeated. All may read."),
    ] = None,
    machine: Annotated[
        str | None, typer.Option("--machine", help="A machine account of yours that is to act by it.")
    ] = None,
    days: Annotated[int, typer.Option("--days", help="After how many days it ends.")] = 90,
    studio: StudioOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Make an API token; it is shown this once."""
    with verb(studio, as_json=json, name=as_) as here:
        made = here.studio.make_token(
            here.session, label=label, scopes=scope or [], days=days, machine=machine
        )
        here.answer(
            made,
            lambda: line(f"{made.secret}\nKeep it where only the program reads it: it is not shown again."),
        )


@token_app.command("list")
def token_list(*, studio: StudioOption = None, as_: AsOption = None, json: JsonOption = False) -> None:
    """List your tokens with what they cover and when they were last used."""
    with verb(studio, as_json=json, name=as_) as here:
        found = here.studio.account(here.session).tokens
        rows = [
            [
                one.id,
                one.label,
                one.machine or "you",
                " ".join(one.scopes),
                one.state,
                one.expires_at[:10],
                (one.used_at or "never")[:16],
            ]
            for one in found
        ]
        titles = ["id", "for", "acts as", "scopes", "state", "until", "last used"]
        here.answer(found, lambda: table("", titles, rows))


@token_app.command("revoke")
def token_revoke(
    token: Annotated[str, typer.Argument(help="The token's id, as `token list` lists it.")],
    *,
    studio: StudioOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """End a token now."""
    with verb(studio, as_json=json, name=as_) as here:
        here.studio.revoke_token(here.session, token)
        here.answer({"revoked": token}, lambda: line(f"The token {token} is revoked."))


@machine_app.command("make")
def machine_make(
    label: Annotated[str, typer.Argument(help="What the program is called.")],
    *,
    studio: StudioOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Make an account for a program; it acts within your rights and never judges."""
    with verb(studio, as_json=json, name=as_) as here:
        made = here.studio.make_machine(here.session, label)
        here.answer(
            made,
            lambda: line(f"{made.label} is {made.id}; give it a token: `circletake token make --machine`."),
        )


@machine_app.command("list")
def machine_list(*, studio: StudioOption = None, as_: AsOption = None, json: JsonOption = False) -> None:
    """List machine accounts that you own."""
    with verb(studio, as_json=json, name=as_) as here:
        found = here.studio.account(here.session).machines
        rows = [[one.label, one.id, "retired" if one.retired else "at work"] for one in found]
        here.answer(found, lambda: table("", ["name", "id", "state"], rows))


@machine_app.command("retire")
def machine_retire(
    machine: Annotated[str, typer.Argument(help="Its name or id.")],
    *,
    studio: StudioOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Retire a machine account: its tokens end, what it brought stays."""
    with verb(studio, as_json=json, name=as_) as here:
        here.studio.retire_machine(here.session, machine)
        here.answer({"retired": machine}, lambda: line(f"{machine} is retired."))


@session_app.command("list")
def session_list(*, studio: StudioOption = None, as_: AsOption = None, json: JsonOption = False) -> None:
    """List where you are signed in."""
    with verb(studio, as_json=json, name=as_) as here:
        found = here.studio.account(here.session).sessions
        rows = [
            [one.id, one.label, "this one" if one.current else "", one.seen_at[:16], one.expires_at[:16]]
            for one in found
        ]
        here.answer(found, lambda: table("", ["id", "where", "", "last seen", "until"], rows))


@session_app.command("end")
def session_end(
    session: Annotated[
        str | None, typer.Argument(help="The session's id; all but this one if left out.")
    ] = None,
    *,
    studio: StudioOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """End one of your sessions, or all but this one."""
    with verb(studio, as_json=json, name=as_) as here:
        ended = 1
        if session is None:
            ended = here.studio.end_other_sessions(here.session)
        else:
            here.studio.end_session(here.session, session)
        here.answer({"ended": ended}, lambda: line(f"Ended: {ended}."))


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    app.add_typer(token_app, name="token")
    app.add_typer(machine_app, name="machine")
    app.add_typer(session_app, name="session")
