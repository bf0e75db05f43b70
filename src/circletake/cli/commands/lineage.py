"""Verbs of lineage: what leans on what, what is stale, what would be, and confirming what still holds."""

import uuid
from typing import Annotated

import typer

from circletake.cli.commands.words import ShotArgument, StageOption
from circletake.cli.verb import AsOption, JsonOption, ProductionOption, StudioOption, line, table, verb
from circletake.errors import RequestInvalid
from circletake.workflows.reaffirm import MOST, Confirmation
from circletake.workflows.views import (
    LeaningTakeView,
    LineageView,
    ReaffirmView,
    StaleApprovalView,
    WhatIfView,
)


def lineage(
    code: ShotArgument,
    *,
    stage: StageOption = "animation",
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Show what a task's takes lean on, and what leans on what is adopted of it."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.lineage(
            here.session, here.studio.find_task(here.session, here.production, code, stage)
        )
        here.answer(view, lambda: _say_lineage(view))


def _say_lineage(view: LineageView) -> None:
    held = f"take {view.adopted_take} ({view.adopted[:8]})" if view.adopted else "nothing"
    line(f"{view.code} · {view.stage} · {view.slot} holds {held}")
    for take in view.takes:
        line(f"  take {take.take} ({take.state}) leans on {'nothing' if not take.leans else ''}".rstrip())
        for lean in take.leans:
            line(
                f"    {'✓' if lean.holds else '✕'} {lean.slot} {lean.leaned_on[:8]} {lean.sentence}".rstrip()
            )
    line(f"  {len(view.leaned_on_by)} takes lean on it" + (":" if view.leaned_on_by else "."))
    for take in view.leaned_on_by:
        line(f"    {_leaning(take, view.slot)}")


def _leaning(take: LeaningTakeView, slot: str) -> str:
    said = " ".join(lean.sentence for lean in take.leans if lean.slot == slot and not lean.holds)
    return f"{take.code} {take.stage} take {take.take} ({take.state}) {said}".rstrip()


def stale(
    *,
    suppose: Annotated[
        list[str] | None,
        typer.Option(
            "--if",
            help="SLOT=CONTENT, such as sheet:dog=#2: what would go stale; SLOT= empties the slot.",
        ),
    ] = None,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """List every approval that is stale and why; with --if, what would go stale, changing nothing."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        if suppose:
            supposed = dict(parse_supposed(text) for text in suppose)
            would = here.studio.what_if(here.session, here.production, supposed=supposed)
            here.answer(would, lambda: _say_what_if(would))
        else:
            found = here.studio.stale(here.session, here.production)
            here.answer(found, lambda: _say_stale(found, "Nothing is stale."))


def parse_supposed(text: str) -> tuple[str, str | None]:
    """Read `SLOT=CONTENT`; nothing after the sign empties the slot.

    Raises:
        RequestInvalid: there is no sign, or no slot before it.
    """
    slot, sign, content = text.partition("=")
    if not sign or not slot:
        raise RequestInvalid(f"“{text}” is not SLOT=CONTENT; write for example sheet:dog=#2.")
    return slot, content or None


def _say_stale(found: list[StaleApprovalView], nothing: str) -> None:
    if not found:
        line(nothing)
        return
    table(
        "",
        ["entry", "task", "take", "gate", "who", "why"],
        [
            [
                str(one.verdict),
                f"{one.code} {one.stage}",
                str(one.take),
                one.gate_label,
                one.person.name,
                " ".join(cause.sentence for cause in one.causes),
            ]
            for one in found
        ],
    )


def _say_what_if(would: WhatIfView) -> None:
    for doubt in would.doubts:
        line(doubt)
    line(f"{len(would.goes_stale)} approvals would go stale, {len(would.heals)} would hold again.")
    if would.goes_stale:
        _say_stale(would.goes_stale, "")
    if would.heals:
        line("These would hold again:")
        _say_stale(would.heals, "")
    for change in would.gates:
        line(
            f"  {change.code} {change.stage} take {change.take}, {change.gate}: "
            f"{change.before} → {change.after}"
        )


def reaffirm(
    entries: Annotated[
        list[int] | None, typer.Argument(help="Entries of your stale approvals; all of them with --all.")
    ] = None,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Confirm every stale approval of yours that you may.")
    ] = False,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Say of your own stale approvals that they still hold: a fresh verdict each; alone, list them."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        mine = [one for one in here.studio.stale(here.session, here.production) if one.mine]
        if not entries and not everything:
            here.answer(mine, lambda: _say_stale(mine, "None of your approvals is stale."))
            return
        seen = {one.verdict: one for one in mine}
        wanted = entries or [one.verdict for one in mine if not one.blocked][:MOST]
        done = here.studio.reaffirm(
            here.session,
            here.production,
            [
                Confirmation(
                    verdict=entry,
                    key=uuid.uuid4().hex,
                    gate_hash=seen[entry].gate_hash if entry in seen else "",
                    upstream=seen[entry].upstream if entry in seen else None,
                )
                for entry in wanted
            ],
        )
        here.answer(done, lambda: _say_reaffirmed(done))


def _say_reaffirmed(done: ReaffirmView) -> None:
    line(f"{done.recorded} confirmed, {done.refused} refused.")
    for one in done.results:
        if one.recorded is None:
            line(f"  entry {one.verdict}: {one.refused}")


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    for name, command in (("lineage", lineage), ("stale", stale), ("reaffirm", reaffirm)):
        app.command(name)(command)
