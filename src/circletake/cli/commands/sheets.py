"""Verbs for model sheets and style bibles: make one out of boxed images, adopt one."""

import tomllib
from pathlib import Path
from typing import Annotated

import typer

from circletake.cli.verb import AsOption, JsonOption, ProductionOption, StudioOption, line, verb
from circletake.errors import SheetInvalid
from circletake.workflows.sheets import BoxedImage, SheetKind

sheet_app = typer.Typer(
    help="Model sheets and style bibles that shots are measured against.", no_args_is_help=True
)

_SIDES = 4  # x, y, width, height


def parse_box(text: str) -> tuple[int, int, int, int]:
    """Read `x,y,width,height`.

    Raises:
        SheetInvalid: not four whole numbers.
    """
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != _SIDES or not all(part.isdigit() for part in parts):
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
            box is not None and (len(box) != _SIDES or not all(isinstance(part, int) for part in box))
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
    character: Annotated[str, typer.Argument(help="Code of the character or style; made if it is new.")],
    images: Annotated[
        list[str] | None, typer.Argument(help="FILE, FILE@x,y,w,h or FILM#FRAME@x,y,w,h.")
    ] = None,
    *,
    from_file: Annotated[
        Path | None, typer.Option("--from", help="A TOML of [[image]] tables: file, frame, box.")
    ] = None,
    kind: Annotated[
        SheetKind, typer.Option(help="A character's model sheet, or a style bible of whole frames.")
    ] = "character",
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Make its preview right away.")] = True,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Make a model sheet out of images or frames, each with a box around the character, or a style bible."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        boxed = read_sheet_file(from_file) if from_file else []
        boxed += [parse_image(text, folder=Path()) for text in images or []]
        view = here.studio.sheet_add(
            here.session, here.production, character=character, images=boxed, kind=kind
        )
        if wait:
            here.work()
        here.answer(
            view,
            lambda: line(
                f"Sheet {view.takes[-1].number} of {character}: {len(boxed)} pictures. "
                f"It is judged like any take, by somebody else: "
                f"circletake verdict {character} circled --stage design; then: "
                f"circletake sheet adopt {character}"
            ),
        )


@sheet_app.command("adopt")
def sheet_adopt(
    character: Annotated[str, typer.Argument(help="Code of the character or style.")],
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
    app.add_typer(sheet_app, name="sheet")
