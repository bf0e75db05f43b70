"""Verbs for policies: in plain words, proposed, looked at before they are in force, adopted."""

import json as jsonlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from circletake.cli.verb import (
    AsOption,
    JsonOption,
    ProductionOption,
    StudioOption,
    answer,
    answering,
    line,
    table,
    verb,
)
from circletake.errors import NotFound, PolicyInvalid
from circletake.workflows.policies import check_text, shipped_policies, show_shipped
from circletake.workflows.views import PolicyPreviewView, PolicyView

policy_app = typer.Typer(help="Policies: who must do what before anything passes.", no_args_is_help=True)

NameArgument = Annotated[
    str | None, typer.Argument(help="A policy that comes with circletake; yours in force if left out.")
]
TakeOption = Annotated[
    int | None, typer.Option("--take", help="Number of the proposal; the newest if left out.")
]


def read_text(path: Path) -> str:
    """The text of a policy's file.

    Raises:
        NotFound: it cannot be read.
        PolicyInvalid: it is no text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as refused:
        raise NotFound(f"{path} cannot be read: {refused.strerror}.") from refused
    except UnicodeDecodeError:
        raise PolicyInvalid(f"{path.name} is no text; a policy is a TOML file.") from None


@policy_app.command("list")
def policy_list(*, json: JsonOption = False) -> None:
    """List the policies that come with circletake."""
    with answering(as_json=json):
        found = shipped_policies()
        answer(
            found,
            lambda: table("", ["policy", "stages"], [[one.name, ", ".join(one.stages)] for one in found]),
            as_json=json,
        )


@policy_app.command("show")
def policy_show(
    name: NameArgument = None,
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Show a policy's document and hash."""
    with _found(name, studio, production, as_, as_json=json) as view:
        answer(view, lambda: _show(view), as_json=json)


def _show(view: PolicyView) -> None:
    line(f"{view.name}, {view.hash}")
    line(jsonlib.dumps(view.document, ensure_ascii=False, indent=2))


@policy_app.command("explain")
def policy_explain(
    name: NameArgument = None,
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Say in plain words who must do what, gate by gate."""
    with _found(name, studio, production, as_, as_json=json) as view:
        answer(view, lambda: _explain(view), as_json=json)


@contextmanager
def _found(
    name: str | None, studio: Path | None, production: str | None, as_: str | None, *, as_json: bool
) -> Iterator[PolicyView]:
    if name is not None:
        with answering(as_json=as_json):
            yield show_shipped(name)
    else:
        with verb(studio, as_json=as_json, name=as_, production=production) as here:
            yield here.studio.policy(here.session, here.production)


@policy_app.command("check")
def policy_check(
    file: Annotated[Path, typer.Argument(help="A policy as a TOML file.")], *, json: JsonOption = False
) -> None:
    """Read a policy of yours; what cannot be used is named by line and column."""
    with answering(as_json=json):
        view = check_text(read_text(file), file=file.name)
        answer(view, lambda: _explain(view), as_json=json)


def _explain(view: PolicyView) -> None:
    line(f"{view.name} ({view.hash[:12]})")
    for stage in view.stages:
        line("")
        line(f"{stage.label}: {stage.sentence}")
        for at, gate in enumerate(stage.gates, start=1):
            line(f"  {at}. {gate.label}. It passes when all of this is so:")
            for asks in gate.asks:
                line(f"     - {asks}")
            line(f"     Votes: {'; '.join(gate.votes)}.")
            for also in gate.also:
                line(f"     {also}")
    _say_wrong(view.doubts, view.lacking)


def _say_wrong(doubts: list[str], lacking: list[str]) -> None:
    for said in [*doubts, *lacking]:
        line(f"! {said}")


@policy_app.command("propose")
def policy_propose(
    file: Annotated[Path, typer.Argument(help="A policy as a TOML file.")],
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Propose a policy; it is judged like any take before it can be adopted."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.policy_propose(here.session, here.production, text=read_text(file), file=file.name)
        take = view.takes[-1]
        here.answer(
            take,
            lambda: line(
                f"Proposed as take {take.number}. Look at what it changes with `circletake policy preview`, "
                f"then: circletake verdict POLICY circled --stage policy"
            ),
        )


@policy_app.command("preview")
def policy_preview(
    file: Annotated[
        Path | None, typer.Argument(help="A policy as a TOML file, in place of a proposal.")
    ] = None,
    *,
    take: TakeOption = None,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """List what another policy would change, before anything is changed."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.policy_preview(
            here.session,
            here.production,
            number=take,
            text=read_text(file) if file is not None else None,
            file=file.name if file is not None else "",
        )
        here.answer(view, lambda: _say_preview(view))


def _say_preview(view: PolicyPreviewView) -> None:
    if view.changes:
        table(
            "",
            ["what", "stage", "take", "gate", "now", "then", "because"],
            [
                [one.code, one.stage, str(one.take), one.gate, one.before, one.after, " ".join(one.causes)]
                for one in view.changes
            ],
        )
    line(
        f"“{view.name}” would change {len(view.changes)} answers; {view.lost} gates that pass now would no "
        f"longer. {view.new_tasks} tasks would be added."
    )
    _say_wrong(view.doubts, view.lacking)


@policy_app.command("adopt")
def policy_adopt(
    *,
    take: Annotated[
        int | None, typer.Option("--take", help="Number of the proposal; the newest that passes if left out.")
    ] = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Also if it asks for people whom nobody here could be.")
    ] = False,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Put a proposed policy in force, once it is approved."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.policy_adopt(here.session, here.production, number=take, anyway=anyway)
        here.answer(view, lambda: line(f"“{view.name}” is in force from now on."))


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    app.add_typer(policy_app, name="policy")
