"""Verbs for roles: who holds which, given and taken by name or by group."""

from typing import Annotated

import typer

from circletake.cli.verb import AsOption, JsonOption, ProductionOption, StudioOption, line, table, verb
from circletake.workflows.views import TeamView

role_app = typer.Typer(help="Roles in a production.", no_args_is_help=True)
group_app = typer.Typer(help="Groups of people who hold roles together.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(help="Whose.")]
RoleArgument = Annotated[
    str, typer.Argument(help="artist, reviewer, lead, director, producer, editor, legal, client, guest …")
]
GroupArgument = Annotated[str, typer.Argument(help="The group's name.")]


@role_app.command("give")
def role_give(
    name: NameArgument,
    role: RoleArgument,
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Give somebody a role."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        here.studio.set_role(here.session, here.production, person=name, role=role)
        here.answer({"person": name, "role": role}, lambda: line(f"{name} is {role} now."))


@role_app.command("take")
def role_take(
    name: NameArgument,
    role: RoleArgument,
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Take a role from somebody; what they judged by it no longer counts."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        here.studio.take_role(here.session, here.production, person=name, role=role)
        here.answer({"person": name, "taken": role}, lambda: line(f"{name} is {role} no longer."))


@role_app.command("list")
def role_list(
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """List who holds what, by name and by group."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        team = here.studio.team(here.session, here.production)
        rows = [[one.person.name, ", ".join(one.roles), ", ".join(one.own_roles)] for one in team.members]
        here.answer(team, lambda: table("", ["name", "roles", "of these by name"], rows))


@group_app.command("make")
def group_make(
    group: GroupArgument,
    *,
    role: Annotated[
        list[str] | None, typer.Option("--role", help="Role its members hold; may be repeated.")
    ] = None,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Make a group."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        team = here.studio.make_group(here.session, here.production, group)
        for held in role or []:
            team = here.studio.set_group_role(here.session, here.production, group, role=held, granted=True)
        here.answer(team, lambda: _say(team))


@group_app.command("list")
def group_list(
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """List groups with their members and roles."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        team = here.studio.team(here.session, here.production)
        here.answer(team.groups, lambda: _say(team))


@group_app.command("add")
def group_add(
    group: GroupArgument,
    name: NameArgument,
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Put somebody into a group."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        team = here.studio.set_member(here.session, here.production, group, person=name, member=True)
        here.answer(team, lambda: _say(team))


@group_app.command("remove")
def group_remove(
    group: GroupArgument,
    name: NameArgument,
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Take somebody out of a group."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        team = here.studio.set_member(here.session, here.production, group, person=name, member=False)
        here.answer(team, lambda: _say(team))


@group_app.command("give")
def group_give(
    group: GroupArgument,
    role: RoleArgument,
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Give every member of a group a role."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        team = here.studio.set_group_role(here.session, here.production, group, role=role, granted=True)
        here.answer(team, lambda: _say(team))


@group_app.command("take")
def group_take(
    group: GroupArgument,
    role: RoleArgument,
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Take a role from a group."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        team = here.studio.set_group_role(here.session, here.production, group, role=role, granted=False)
        here.answer(team, lambda: _say(team))


@group_app.command("disband")
def group_disband(
    group: GroupArgument,
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """End a group: nobody holds anything by it any more."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        team = here.studio.disband_group(here.session, here.production, group)
        here.answer(team, lambda: _say(team))


def _say(team: TeamView) -> None:
    rows = [
        [one.label, ", ".join(one.roles), ", ".join(member.name for member in one.members)]
        for one in team.groups
    ]
    table("", ["group", "roles", "members"], rows)


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    app.add_typer(role_app, name="role")
    app.add_typer(group_app, name="group")
