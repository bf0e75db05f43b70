"""Verbs for people: who there is, what they may do, who is signed in on this machine."""

import sys
from typing import Annotated

import typer

from circletake.cli.signed_in import forget, remember
from circletake.cli.verb import AsOption, JsonOption, ProductionOption, StudioOption, line, table, verb
from circletake.errors import SignInFailed

TERMINAL = "the command line"

person_app = typer.Typer(help="People and their roles.", no_args_is_help=True)


def read_password(*, from_stdin: bool, confirm: bool) -> str:
    """Ask for a password at the terminal, or read a line of stdin."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=confirm))


@person_app.command("add")
def person_add(
    name: Annotated[str, typer.Argument(help="The person's name, as others will see it.")],
    *,
    role: Annotated[
        list[str] | None, typer.Option("--role", help="Role in the production; may be repeated.")
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read a password from stdin.")
    ] = False,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Give somebody an account, roles, and a link that signs them in once."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        password = read_password(from_stdin=True, confirm=False) if password_stdin else None
        person = here.studio.add_person(name, password=password)
        for held in role or []:
            here.studio.set_role(here.session, here.production, person=name, role=held)
        token = here.studio.make_link(name)
        here.answer(
            {"person": person, "link": token},
            lambda: line(f"{person.name} can sign in once with: circletake sign-in --link {token}"),
        )


@person_app.command("role")
def person_role(
    name: Annotated[str, typer.Argument(help="Whose role.")],
    role: Annotated[str, typer.Argument(help="artist, reviewer, lead, director, producer, editor, client …")],
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Give somebody a role in a production."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        here.studio.set_role(here.session, here.production, person=name, role=role)
        here.answer({"person": name, "role": role}, lambda: line(f"{name} is {role} now."))


@person_app.command("link")
def person_link(
    name: Annotated[str, typer.Argument(help="Who may sign in with it.")],
    *,
    studio: StudioOption = None,
    json: JsonOption = False,
) -> None:
    """Make a link that signs somebody in once."""
    with verb(studio, as_json=json) as here:
        token = here.studio.make_link(name)
        here.answer({"link": token}, lambda: line(f"/link/{token}"))


@person_app.command("invite")
def person_invite(
    *,
    role: Annotated[list[str], typer.Option("--role", help="Role they will hold; may be repeated.")],
    hours: Annotated[int, typer.Option("--hours", help="For how long the link is good.")] = 72,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Make a link that lets somebody in who is not here yet; they name themselves."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        made, token = here.studio.invite(here.session, here.production, roles=role, hours=hours)
        link = f"{here.studio.config.public_url or ''}/invite/{token}"
        here.answer(
            {"id": made, "link": link},
            lambda: line(f"{link}\nIt lets one person in, within {hours} hours; it is shown this once."),
        )


@person_app.command("accept")
def person_accept(
    link: Annotated[str, typer.Argument(help="The invitation's link, or its last part.")],
    name: Annotated[
        str | None, typer.Argument(help="What you are called; not if you sign in with --as.")
    ] = None,
    *,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read a password from stdin.")
    ] = False,
    studio: StudioOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Accept an invitation on this machine, as somebody new or as whoever is signed in."""
    with verb(studio, as_json=json, name=as_) as here:
        token = link.rstrip("/").rsplit("/", maxsplit=1)[-1]
        invited = here.studio.invitation(token)
        if name is None:
            here.studio.accept_invitation(token, session=here.session)
            who = here.studio.me(here.session).person.name
        else:
            password = read_password(from_stdin=password_stdin, confirm=True)
            made = here.studio.accept_invitation(token, name=name, password=password, label=TERMINAL)
            who = remember(here.studio, made or "")
        here.answer(
            {"name": who, "production": invited.production, "roles": invited.roles},
            lambda: line(f"{who} is {', '.join(invited.roles)} of {invited.production} now."),
        )


@person_app.command("invitations")
def person_invitations(
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """List invitations, open and ended."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        found = here.studio.invitations(here.session, here.production)
        rows = [
            [one.id, ", ".join(one.roles), one.invited_by.name, one.state, one.expires_at[:16]]
            for one in found
        ]
        here.answer(found, lambda: table("", ["id", "roles", "invited by", "state", "until (UTC)"], rows))


@person_app.command("uninvite")
def person_uninvite(
    invitation: Annotated[str, typer.Argument(help="The invitation's id, as `person invitations` lists it.")],
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Revoke an invitation that nobody has used."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        here.studio.revoke_invitation(here.session, here.production, invitation)
        here.answer({"revoked": invitation}, lambda: line(f"The invitation {invitation} is revoked."))


@person_app.command("password")
def person_password(
    name: Annotated[str, typer.Argument(help="Whose password.")],
    *,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from stdin.")
    ] = False,
    studio: StudioOption = None,
    json: JsonOption = False,
) -> None:
    """Give somebody a new password; wherever they are signed in, that ends."""
    with verb(studio, as_json=json) as here:
        here.studio.set_password(name, read_password(from_stdin=password_stdin, confirm=True))
        here.answer({"name": name}, lambda: line(f"{name} has a new password; every session has ended."))


@person_app.command("list")
def person_list(*, studio: StudioOption = None, json: JsonOption = False) -> None:
    """List everybody with an account."""
    with verb(studio, as_json=json) as here:
        found = here.studio.people()
        here.answer(found, lambda: table("", ["name", "pseudonym"], [[one.name, one.id] for one in found]))


@person_app.command("erase")
def person_erase(
    name: Annotated[str, typer.Argument(help="Who is erased.")],
    *,
    notes: Annotated[bool, typer.Option("--notes", help="The texts they wrote as well.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
    studio: StudioOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Erase a person's name and account for good; what they decided stays in the book, without a name."""
    with verb(studio, as_json=json, name=as_) as here:
        if not yes:
            what = "name, account and texts" if notes else "name and account"
            typer.confirm(f"Erase the {what} of {name}? Nobody can bring them back.", abort=True)
        gone = here.studio.erase_person(here.session, name, notes=notes)
        forget(here.studio, name)
        here.answer(
            gone,
            lambda: line(
                f"Erased; in the book {gone.person} is an erased person. Backups and folders that were "
                f"handed over still hold the name: see to those yourself."
            ),
        )


def sign_in(
    name: Annotated[str | None, typer.Argument(help="Your name.")] = None,
    *,
    link: Annotated[
        str | None, typer.Option("--link", help="A link, or its last part, that you were given.")
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from stdin.")
    ] = False,
    studio: StudioOption = None,
    json: JsonOption = False,
) -> None:
    """Sign in on this machine, with a password or with a one-time link."""
    with verb(studio, as_json=json) as here:
        if link is not None:
            token = here.studio.sign_in_by_link(link.rstrip("/").rsplit("/", maxsplit=1)[-1], label=TERMINAL)
        elif name is not None:
            token = here.studio.sign_in(
                name, read_password(from_stdin=password_stdin, confirm=False), label=TERMINAL
            )
        else:
            raise SignInFailed("Say who signs in: `circletake sign-in NAME`, or `--link LINK`.")
        who = remember(here.studio, token)
        here.answer({"name": who}, lambda: line(f"Signed in as {who}."))


def sign_out(
    name: Annotated[str | None, typer.Argument(help="Who; everybody if left out.")] = None,
    *,
    studio: StudioOption = None,
    json: JsonOption = False,
) -> None:
    """Sign out on this machine."""
    with verb(studio, as_json=json) as here:
        gone = forget(here.studio, name)
        here.answer(
            {"signed_out": gone}, lambda: line(f"Signed out: {', '.join(gone) or 'nobody was signed in'}.")
        )


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    app.add_typer(person_app, name="person")
    app.command("sign-in")(sign_in)
    app.command("sign-out")(sign_out)
