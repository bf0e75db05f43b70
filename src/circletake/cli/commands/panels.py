"""Verbs for the board of panels: bring scripts and boards in, look, see what is missing."""

from fractions import Fraction
from pathlib import Path
from typing import Annotated, cast

import typer

from circletake.cli.commands.shots import board as status_board
from circletake.cli.commands.words import checked
from circletake.cli.verb import AsOption, JsonOption, ProductionOption, StudioOption, line, table, verb
from circletake.domain.board import EASES, WHOLE, Camera, Ease, Rect
from circletake.domain.time import format_timecode
from circletake.errors import BoardInvalid, DiskFull
from circletake.workflows.animatic import Selection
from circletake.workflows.edit_panel import PanelEdit
from circletake.workflows.import_board import Answers
from circletake.workflows.panel_views import BoardPlanView, CoverageView, PanelsView, ProposalsView

board_app = typer.Typer(help="The board: every shot and its status; panels, animatic, coverage.")

_SIGNS = {"approved": "◎", "candidates": "●", "panel": "▭", "gap": "○", "not needed": "/"}


@board_app.callback(invoke_without_command=True)
def board(
    context: typer.Context,
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Show every shot at every stage; with a verb, the board of panels."""
    if context.invoked_subcommand is None:
        status_board(studio=studio, production=production, as_=as_, json=json)


@board_app.command("import")
def board_import(
    file: Annotated[
        Path,
        typer.Argument(
            help="A script (.fountain, .fdx), a .storyboarder file or project, a folder of pictures."
        ),
    ],
    *,
    take: Annotated[bool, typer.Option("--take", help="Take the plan; without, it is only shown.")] = False,
    match: Annotated[
        list[str] | None,
        typer.Option("--match", help="Which scene of the board a scene of the file is: 3=2-FA5K7 or 3=new."),
    ] = None,
    shot: Annotated[
        str | None, typer.Option("--shot", help="Shot of the pictures whose name says none.")
    ] = None,
    drop: Annotated[
        bool, typer.Option("--drop", help="Scenes that are not in the file leave the board.")
    ] = False,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Say what a script or a board would change, or take it in; the same file twice changes nothing."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        answers = Answers(scenes=_matches(match or []), shot=shot, drops=drop)
        panels = here.studio.panels
        bring = panels.take if take else panels.plan
        view = bring(here.session, here.production, file, answers)
        here.answer(view, lambda: _say_plan(view, wanted=take))


def _matches(told: list[str]) -> dict[int, str]:
    found: dict[int, str] = {}
    for one in told:
        place, sign, scene = one.partition("=")
        if not sign or not place.strip().isdecimal() or not scene.strip():
            raise BoardInvalid(f"“{one}” says no scene; write 3=2-FA5K7, or 3=new.")
        found[int(place)] = scene.strip()
    return found


def _say_plan(view: BoardPlanView, *, wanted: bool) -> None:
    line(view.summary)
    for change in view.changes:
        line(f"  - {change.text}")
    for said in view.said:
        line(f"  ! {said}")
    for unsure in view.unsure:
        line(
            f"  ? Scene {unsure.place}, “{unsure.slugline}”, could be {' or '.join(unsure.may_be)}: --match."
        )
    for name in view.asks:
        line(f"  ? {name} says no shot: --shot.")
    if view.taken:
        line(f"This is board {view.number} now.")
    elif not view.changes:
        line("Nothing is otherwise than on the board; nothing was recorded.")
    elif not wanted:
        line("Nothing was recorded; with --take it is.")


@board_app.command("show")
def board_show(
    *,
    number: Annotated[int | None, typer.Option("--version", help="Number of a version.", min=1)] = None,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Show the panels in order, with their shots, lengths and words."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.panels.show(here.session, here.production, number=number)
        here.answer(view, lambda: _say_panels(view))


def _say_panels(view: PanelsView) -> None:
    scenes = {scene.id: scene.number or "–" for scene in view.scenes}
    rate = Fraction(*view.rate)
    table(
        f"{view.production.title} · board {view.number} · {view.n_frames} frames · {view.hash[:12]}",
        ["panel", "scene", "shot", "begins", "frames", "picture", "words"],
        [
            [
                panel.clip,
                scenes.get(panel.scene, ""),
                panel.shot,
                format_timecode(panel.start, rate),
                str(panel.frames),
                panel.state
                if panel.picture
                else f"missing: {panel.expected}"
                if panel.expected
                else "missing",
                " / ".join(text for text in (panel.action, panel.dialogue, panel.notes) if text)[:80],
            ]
            for panel in view.panels
        ],
    )
    bare = [scene for scene in view.scenes if not scene.shots]
    if bare:
        names = ", ".join(scene.number or scene.id for scene in bare[:12])
        line(f"{len(bare)} scenes have no shot yet: {names}")


@board_app.command("coverage")
def board_coverage(
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Show what there is of every shot, and what is missing."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.panels.coverage(here.session, here.production)
        here.answer(view, lambda: _say_coverage(view))


def _say_coverage(view: CoverageView) -> None:
    table(
        f"{view.production.title} · {len(view.rows)} shots",
        ["shot", "scene", "panels", "candidates", "approved", "what there is"],
        [
            [
                row.shot,
                row.scene,
                f"{row.panels} ({row.panels_approved} circled)" if row.panels else "",
                str(row.candidates or ""),
                f"take {row.approved}" if row.approved else "",
                f"{_SIGNS[row.state]} {row.state}",
            ]
            for row in view.rows
        ],
    )
    line(
        ", ".join(f"{count} {state}" for state, count in sorted(view.counts.items()))
        or "There is no shot yet."
    )
    if view.scenes_without_shots:
        line(f"Scenes without a shot: {', '.join(view.scenes_without_shots[:12])}")


@board_app.command("edit")
def board_edit(
    panel: Annotated[str, typer.Argument(help="Uid of the panel, such as FA5K7.")],
    *,
    frames: Annotated[int | None, typer.Option("--frames", help="How long it stands.", min=1)] = None,
    dialogue: Annotated[str | None, typer.Option("--dialogue", help="What is said.")] = None,
    action: Annotated[str | None, typer.Option("--action", help="What happens.")] = None,
    notes: Annotated[str | None, typer.Option("--notes", help="Anything else.")] = None,
    start: Annotated[
        str | None, typer.Option("--from", help="What the camera sees first: x,y,width,height in hundredths.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help="What it sees last, likewise.")] = None,
    ease: Annotated[str, typer.Option("--ease", help="linear, in, out or in_out.")] = "in_out",
    hold: Annotated[int, typer.Option("--hold", help="Frames for which it rests at its end.", min=0)] = 0,
    after: Annotated[
        str | None, typer.Option("--after", help="Uid of the panel it is put behind, or first.")
    ] = None,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Change a panel by hand: its length, its words, its camera, its place."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        camera = None
        if start is not None or end is not None:
            way = cast("Ease", checked(ease, EASES, "ease"))
            camera = Camera(_rect(start or "0,0,100,100"), _rect(end or "0,0,100,100"), way, hold)
        edit = PanelEdit(frames, dialogue, action, notes, camera, "" if after == "first" else after)
        view = here.studio.panels.edit(here.session, here.production, panel, edit)
        here.answer(view, lambda: line(f"This is board {view.number}."))


def _rect(told: str) -> Rect:
    """Hundredths of the picture, in its own units; edges are rounded, so that two that meet go on meeting."""
    try:
        x, y, width, height = (Fraction(one.strip()) * WHOLE / 100 for one in told.split(","))
    except (ValueError, ZeroDivisionError):
        raise BoardInvalid(
            f"“{told}” is no rectangle; write x,y,width,height in hundredths: 10,10,50,50."
        ) from None
    left, top = round(x), round(y)
    return left, top, round(x + width) - left, round(y + height) - top


SceneOption = Annotated[
    list[str] | None, typer.Option("--scene", help="Number or id of a scene; all of the board without.")
]
ShotOption = Annotated[list[str] | None, typer.Option("--shot", help="Code of a shot.")]


@board_app.command("animatic")
def board_animatic(
    file: Annotated[Path | None, typer.Argument(help="Where to copy the film to.")] = None,
    *,
    scene: SceneOption = None,
    shot: ShotOption = None,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Make a film of the board, with its camera moves and sounds."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        part = Selection(scene or [], shot or [])
        panels = here.studio.panels
        key = panels.order_animatic(here.session, here.production, part)
        if key is not None:
            here.work([key])
        path, _ = panels.animatic_file(here.session, here.production, part)
        if file is not None:
            panels.copy_animatic(here.session, here.production, file, part)
        here.answer(
            {"content": path.name, "file": str(file) if file else None},
            lambda: line(f"The animatic is {file or path}."),
        )


@board_app.command("export")
def board_export(
    file: Annotated[Path, typer.Argument(help="Where to; its ending says the form: .otio .edl .xml .fcpxml")],
    *,
    scene: SceneOption = None,
    shot: ShotOption = None,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Write the board as a timeline for an editor, its pictures in a folder beside it."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        lost = here.studio.panels.export(
            here.session, here.production, file, Selection(scene or [], shot or [])
        )

        def say() -> None:
            line(f"Written to {file}; its pictures are in {file.stem}-panels.")
            for sentence in lost:
                line(f"  - {sentence}")

        here.answer({"file": str(file), "lost": lost}, say)


@board_app.command("pdf")
def board_pdf(
    file: Annotated[Path, typer.Argument(help="Where to.")],
    *,
    layout: Annotated[
        str, typer.Option("--layout", help="one, two, six or nine panels a page, or column.")
    ] = "six",
    scene: SceneOption = None,
    shot: ShotOption = None,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Print the board: panels with their words and lengths."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        part = Selection(scene or [], shot or [])
        data = here.studio.panels.printed(here.session, here.production, layout=layout, part=part)
        try:
            file.write_bytes(data)
        except OSError as refused:
            raise DiskFull(
                f"{file} cannot be written: {refused.strerror}; choose another place."
            ) from refused
        here.answer({"file": str(file)}, lambda: line(f"Written to {file}."))


@board_app.command("conform")
def board_conform(
    file: Annotated[Path, typer.Argument(help="The edited timeline: .otio .edl .xml .fcpxml .aaf")],
    *,
    form: Annotated[
        str | None, typer.Option("--form", help="Its form, where the ending does not say it.")
    ] = None,
    scene: SceneOption = None,
    shot: ShotOption = None,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Bring an edited timeline back: what it would change of the board, for a person to answer."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        part = Selection(scene or [], shot or [])
        view = here.studio.panels.conform(here.session, here.production, file, part, form=form)
        here.answer(view, lambda: _say_proposals(view))


@board_app.command("proposals")
def board_proposals(
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Show what the newest timeline proposed, and how it was answered."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.panels.proposals(here.session, here.production)
        here.answer(view, lambda: _say_proposals(view))


@board_app.command("answer")
def board_answer(
    proposals: Annotated[list[str] | None, typer.Argument(help="Ids of proposals.")] = None,
    *,
    take: Annotated[bool, typer.Option("--take/--refuse", help="Take them into the board, or refuse them.")],
    every: Annotated[bool, typer.Option("--all", help="All that are open.")] = False,
    why: Annotated[str, typer.Option("--why", help="The reason, in a few words.")] = "",
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Take proposals into a new version of the board, or refuse them."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        panels = here.studio.panels
        ids = list(proposals or [])
        if every:
            shown = panels.proposals(here.session, here.production)
            ids = [one.id for one in shown.proposals if one.state == "open"]
        view = panels.answer(here.session, here.production, ids, taken=take, reason=why)
        here.answer(view, lambda: _say_proposals(view))


def _say_proposals(view: ProposalsView) -> None:
    signs = {"open": "?", "taken": "◎", "refused": "/"}
    for one in view.proposals:
        known = f" (known by its {one.how})" if one.how else ""
        why = f": {one.reason}" if one.reason else ""
        line(f"{signs[one.state]} {one.id}  {one.text}{known} – {one.state}{why}")
    for said in view.said:
        line(f"  ! {said}")
    line(f"The board is at version {view.board}." if view.proposals else "There is nothing to answer.")


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    app.add_typer(board_app, name="board")
