"""Verbs for shots and takes: import a film, list the board, add takes, make model sheets."""

import tomllib
from fractions import Fraction
from pathlib import Path
from typing import Annotated, cast

import typer

from circletake.cli.verb import (
    AsOption,
    JsonOption,
    ProductionOption,
    StudioOption,
    Verb,
    bars,
    line,
    table,
    verb,
)
from circletake.domain.entity import SOURCE_CLASSES, SourceClass
from circletake.domain.status import LOOKS, Status
from circletake.domain.take import ORIGINS, Origin
from circletake.domain.time import format_rate
from circletake.errors import NameInvalid, NotFound, SheetInvalid
from circletake.media.sandbox import probe_safely
from circletake.workflows.sheets import BoxedImage
from circletake.workflows.views import BoardView, CellView, TakeView, TaskView

# A terminal has no colours to rely on and often no shapes but letters: both stand beside the word.
MARKS = {
    "hollow": "○", "half": "◐", "dot": "●", "arrow": "↻", "cross": "✕", "ring": "◎",
    "broken_ring": "◌", "bar": "▬", "slash": "⊘",
}  # fmt: skip

shot_app = typer.Typer(help="Shots that are wanted.", no_args_is_help=True)
take_app = typer.Typer(help="Takes: attempts at a shot.", no_args_is_help=True)
sheet_app = typer.Typer(help="Model sheets that shots are measured against.", no_args_is_help=True)

ShotArgument = Annotated[str, typer.Argument(help="Code of the shot, such as SH010.")]
StageOption = Annotated[str, typer.Option("--stage", help="Stage of the policy: storyboard, animation …")]


def status_word(status: str) -> str:
    """A status as the terminal shows it: shape and word."""
    look = LOOKS[cast("Status", status)]
    return f"{MARKS[look.shape]} {look.label}"


def checked(value: str, known: tuple[str, ...], what: str) -> str:
    """A value as given, if it is one of those there are.

    Raises:
        NameInvalid: lists them.
    """
    if value not in known:
        raise NameInvalid(f"“{value}” is no {what}; say one of {', '.join(known)}.")
    return value


def import_(
    film: Annotated[
        Path, typer.Argument(help="A film; it is kept as it is, each shot found becomes a take.")
    ],
    *,
    prefix: Annotated[str, typer.Option("--prefix", help="What the shots' codes begin with.")] = "SH",
    source_class: Annotated[
        str, typer.Option("--source", help="camera, drawn, hybrid, generated or library.")
    ] = "camera",
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Measure the new takes right away.")] = True,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Bring a film in: find its shots, make a take of each, put them in the cut.

    Names a production that is not there yet? It is founded at the film's rate and size.
    """
    with verb(studio, as_json=json, name=as_, production=production) as here:
        source = cast("SourceClass", checked(source_class, SOURCE_CLASSES, "source"))
        _found_for(here, film)
        with bars(quiet=json):
            codes = here.studio.import_film(
                here.session, here.production, film, prefix=prefix, source_class=source
            )
        if wait:
            here.work()
        here.answer(
            {"shots": codes},
            lambda: line(f"{len(codes)} shots came in: {', '.join(codes)}. See them: circletake board"),
        )


def _found_for(here: Verb, film: Path) -> None:
    known = [production.code for production in here.studio.productions(here.session)]
    if here.production_code is None or here.production_code in known:
        return
    probe = probe_safely(film)
    if probe.rate is None:
        return
    here.studio.new_production(
        here.session,
        code=here.production_code,
        title=here.production_code.replace("-", " ").title(),
        rate=probe.rate,
        width_px=probe.width_px,
        height_px=probe.height_px,
    )


def board(
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Show shots × stages, each with its status."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.board(here.session, here.production)
        here.answer(view, lambda: _say_board(view))


def _say_board(view: BoardView) -> None:
    table(
        f"{view.production.title} · {format_rate_of(view)} · book entry {view.book_seq}",
        ["shot", "title", "frames", *(stage.label for stage in view.stages)],
        [
            [row.code, row.title, str(row.frames or ""), *(_say_cell(cell) for cell in row.cells)]
            for row in view.rows
        ],
    )


def format_rate_of(view: BoardView) -> str:
    """Rate and size of a board's production."""
    rate = Fraction(*view.production.rate)
    return f"{format_rate(rate)} fps {view.production.width_px}×{view.production.height_px}"


def _say_cell(cell: CellView | None) -> str:
    if cell is None:
        return ""
    flags = f" ⚑{cell.flagged}" if cell.flagged else ""
    waits = f" → {cell.waits_for}" if cell.waits_for and cell.takes else ""
    return f"{status_word(cell.status)} ({cell.takes}){flags}{waits}"


@shot_app.command("add")
def shot_add(
    code: ShotArgument,
    *,
    frames: Annotated[int, typer.Option("--frames", help="Length that is wanted, in frames.", min=1)],
    title: Annotated[str, typer.Option("--title", help="A few words.")] = "",
    source_class: Annotated[
        str, typer.Option("--source", help="camera, drawn, hybrid, generated or library.")
    ] = "drawn",
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Record a shot that is wanted."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        here.studio.add_shot(
            here.session,
            here.production,
            code=code,
            title=title or code,
            frames=frames,
            source_class=cast("SourceClass", checked(source_class, SOURCE_CLASSES, "source")),
        )
        here.answer({"shot": code}, lambda: line(f"{code} is wanted: {frames} frames."))


@take_app.command("add")
def take_add(
    shot: ShotArgument,
    file: Annotated[Path, typer.Argument(help="The take: a film at the production's rate, or a still.")],
    *,
    stage: StageOption = "animation",
    label: Annotated[str, typer.Option("--label", help="A few words about this attempt.")] = "",
    origin: Annotated[
        str, typer.Option("--origin", help="camera, drawn, generated, library or splice.")
    ] = "drawn",
    parent: Annotated[int | None, typer.Option("--from", help="Number of the take it was made from.")] = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Measure it right away.")] = True,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Add a file as a take of a shot; you count as its maker."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        came = cast("Origin", checked(origin, ORIGINS, "origin"))
        view = here.studio.add_take(
            here.session,
            here.production,
            shot=shot,
            stage=stage,
            path=file,
            label=label,
            origin=came,
            parent=parent,
        )
        if wait:
            here.work()
            view = here.studio.task(here.session, view.id)
        take = view.takes[-1]
        here.answer(take, lambda: _say_take(take))


@take_app.command("list")
def take_list(
    shot: ShotArgument,
    *,
    stage: StageOption = "animation",
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """List a shot's takes with their state and what the checks say."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.task(
            here.session, here.studio.find_task(here.session, here.production, shot, stage)
        )
        here.answer(view, lambda: _say_takes(view))


def _say_takes(view: TaskView) -> None:
    table(
        f"{view.code} · {view.title} · {view.stage_label} · {status_word(view.status)}",
        ["take", "state", "stack", "frames", "label", "checks"],
        [
            [
                str(take.number),
                take.state + (" (in the cut)" if take.in_cut else ""),
                str(take.stack),
                str(take.n_frames),
                take.label,
                " ".join(f"⚑ {evidence.sentence}" for evidence in take.evidence if evidence.flagged)
                or "no flag",
            ]
            for take in view.takes
        ],
    )


@take_app.command("show")
def take_show(
    shot: ShotArgument,
    number: Annotated[int, typer.Argument(help="Number of the take.")],
    *,
    stage: StageOption = "animation",
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Show one take: its hash, its evidence, what each gate says, what was decided."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.task(
            here.session, here.studio.find_task(here.session, here.production, shot, stage)
        )
        take = get_take(view, number)
        here.answer(take, lambda: _say_take(take))


def get_take(view: TaskView, number: int | None) -> TakeView:
    """A task's take by its number; None is the newest.

    Raises:
        NotFound: there is none.
    """
    found = [take for take in view.takes if number is None or take.number == number]
    if not found:
        raise NotFound(
            f"{view.code} has no take {number or ''} at {view.stage}; `circletake take list {view.code}`."
        )
    return found[-1]


def _say_take(take: TakeView) -> None:
    line(
        f"take {take.number} · {take.state} · {take.n_frames} frames · "
        f"{take.width_px}×{take.height_px} · {take.label}"
    )
    line(f"  content {take.content}")
    line(f"  made by {', '.join(maker.name for maker in take.made_by)}")
    for evidence in take.evidence:
        worst = f" Worst: frame {evidence.worst_frame}." if evidence.worst_frame is not None else ""
        line(
            f"  {'⚑' if evidence.flagged else '·'} {evidence.check} {evidence.version}: "
            f"{evidence.sentence}{worst}"
        )
        if evidence.flagged:
            line(f"    evidence {evidence.id[:12]}")
    for gate in take.gates:
        line(f"  {'✓' if gate.result == 'satisfied' else '✕'} {gate.label}")
        for finding in gate.findings:
            line(f"      {'✓' if finding.holds else '✕'} {finding.sentence}")
    for verdict in take.verdicts:
        reasons = f" ({', '.join(verdict.reasons)})" if verdict.reasons else ""
        note = f" “{verdict.note}”" if verdict.note else ""
        past = "" if verdict.live else " [past]"
        line(
            f"  {verdict.at[:16]} {verdict.person.name}: {verdict.value_name} at {verdict.gate}"
            f"{reasons}{note}{past}"
        )


def parse_box(text: str) -> tuple[int, int, int, int]:
    """Read `x,y,width,height`.

    Raises:
        SheetInvalid: not four whole numbers.
    """
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 4 or not all(part.isdigit() for part in parts):  # noqa: PLR2004 (x, y, width, height)
        raise SheetInvalid(
            f"“{text}” is not a box; write x,y,width,height in pixels, such as 120,40,200,260."
        )
    x_px, y_px, width_px, height_px = (int(part) for part in parts)
    return x_px, y_px, width_px, height_px


def parse_image(text: str, *, folder: Path) -> BoxedImage:
    """Read `FILE`, `FILE@BOX` or `FILE#FRAME@BOX`.

    Raises:
        SheetInvalid: the frame or box cannot be read.
    """
    rest, _, box = text.partition("@")
    name, _, frame = rest.partition("#")
    if frame and not frame.isdigit():
        raise SheetInvalid(f"“{frame}” is not a frame number; write FILE#FRAME@x,y,width,height.")
    return BoxedImage(
        path=folder / name, frame=int(frame) if frame else 0, box=parse_box(box) if box else None
    )


def read_sheet_file(path: Path) -> list[BoxedImage]:
    """Read a TOML of `[[image]]` tables: `file`, `frame`, `box = [x, y, width, height]`.

    Raises:
        SheetInvalid: names what cannot be read.
    """
    try:
        listed = tomllib.loads(path.read_text(encoding="utf-8")).get("image", [])
    except (OSError, ValueError) as broken:
        raise SheetInvalid(f"{path.name} cannot be read: {broken}.") from None
    images: list[BoxedImage] = []
    for index, image in enumerate(listed):
        box = image.get("box")
        if not isinstance(image.get("file"), str) or (
            box is not None and (len(box) != 4 or not all(isinstance(part, int) for part in box))  # noqa: PLR2004
        ):
            raise SheetInvalid(
                f"image {index + 1} of {path.name} needs file = “…” and box = [x, y, width, height]."
            )
        images.append(
            BoxedImage(
                path=path.parent / image["file"],
                frame=int(image.get("frame", 0)),
                box=(box[0], box[1], box[2], box[3]) if box else None,
            )
        )
    return images


@sheet_app.command("add")
def sheet_add(
    character: Annotated[str, typer.Argument(help="Code of the character; made if it is new.")],
    images: Annotated[
        list[str] | None, typer.Argument(help="FILE, FILE@x,y,w,h or FILM#FRAME@x,y,w,h.")
    ] = None,
    *,
    from_file: Annotated[
        Path | None, typer.Option("--from", help="A TOML of [[image]] tables: file, frame, box.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Make its preview right away.")] = True,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Make a model sheet of a character out of images or frames, each with a box around the character."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        boxed = read_sheet_file(from_file) if from_file else []
        boxed += [parse_image(text, folder=Path()) for text in images or []]
        view = here.studio.sheet_add(here.session, here.production, character=character, images=boxed)
        if wait:
            here.work()
        here.answer(
            view,
            lambda: line(
                f"Sheet {view.takes[-1].number} of {character}: {len(boxed)} views. "
                f"It is judged like any take, by somebody else: "
                f"circletake verdict {character} circled --stage design; then: "
                f"circletake sheet adopt {character}"
            ),
        )


@sheet_app.command("adopt")
def sheet_adopt(
    character: Annotated[str, typer.Argument(help="Code of the character.")],
    *,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Measure the takes against it right away.")
    ] = True,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Make the newest approved sheet the one every shot is measured against."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.sheet_adopt(here.session, here.production, character=character)
        if wait:
            here.work()
        here.answer(view, lambda: line(f"{character} is measured against this sheet from now on."))


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    app.command("import")(import_)
    app.command("board")(board)
    app.add_typer(shot_app, name="shot")
    app.add_typer(take_app, name="take")
    app.add_typer(sheet_app, name="sheet")
