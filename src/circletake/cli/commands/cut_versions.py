"""Verbs for the versions of the cut: list them, say what was done between two, go back to one."""

from typing import Annotated

import typer

from circletake.cli.commands.cutting import cut_app
from circletake.cli.verb import AsOption, JsonOption, ProductionOption, StudioOption, line, table, verb
from circletake.workflows.cut_version_views import CutDiffView, CutVersionsView

_MARKS = {
    "whole": "∙",
    "gone": "−",
    "new": "+",
    "split": "÷",
    "moved": "⇄",
    "renamed": "=",
    "filled": "●",
    "emptied": "○",
    "replaced": "↻",
    "slipped": "↔",
    "head": "⟨",
    "tail": "⟩",
    "length": "⟩",
    "retimed": "%",
    "dissolve": "×",
    "sound": "♪",
}


def versions(
    *,
    before: Annotated[
        int | None, typer.Option("--before", help="Only versions with a smaller number.", min=1)
    ] = None,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """List the versions of the cut, the newest first, with what was done in each."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.cut_versions(here.session, here.production, before=before)
        here.answer(view, lambda: _say_versions(view))


def _say_versions(view: CutVersionsView) -> None:
    table(
        f"{view.production.title} · versions of the cut",
        ["version", "when", "by", "frames", "slots", "gaps", "what was done"],
        [
            [
                f"{one.number}{' (now)' if one.is_now else ''}",
                one.at[:16].replace("T", " "),
                one.by.name or one.by.id,
                str(one.n_frames),
                str(one.slots),
                str(one.gaps),
                " ".join(one.said)
                + (f" And {one.changes - len(one.said)} more." if one.changes > len(one.said) else ""),
            ]
            for one in view.versions
        ],
    )
    if view.more:
        line(f"There are older ones: circletake cut versions --before {view.versions[-1].number}")


def diff(
    old: Annotated[
        int | None, typer.Argument(help="Number of the version to compare from; the one before if left out.")
    ] = None,
    new: Annotated[
        int | None, typer.Argument(help="Number of the version to compare to; the cut as it stands.")
    ] = None,
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Say in an editor's words what was done between two versions of the cut."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.cut_diff(here.session, here.production, old=old, new=new)
        here.answer(view, lambda: _say_diff(view))


def _say_diff(view: CutDiffView) -> None:
    lengths = f"{view.before.n_frames} → {view.after.n_frames} frames"
    line(f"{view.production.title} · cut {view.before.number} → {view.after.number} · {lengths}")
    for change in view.changes:
        line(f"  {_MARKS[change.sort]} {change.text}")
    if not view.changes:
        line("  Nothing differs.")


def back(
    number: Annotated[
        int, typer.Argument(help="Number of the version; `circletake cut versions` lists them.")
    ],
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Make the cut what it was in an older version; that is a new version, and none is lost."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        before = here.studio.cut(here.session, here.production)
        after = here.studio.cut_back(here.session, here.production, number=number, cut_hash=before.hash)
        here.answer(
            after,
            lambda: line(
                f"The cut is as it was in version {number}; this is cut {after.number}."
                if after.number != before.number
                else f"The cut says what version {number} said already; nothing was added."
            ),
        )


def register(app: typer.Typer) -> None:  # noqa: ARG001 (verbs of the cut, which is an app of its own)
    """Add these verbs."""
    cut_app.command("versions")(versions)
    cut_app.command("diff")(diff)
    cut_app.command("back")(back)
