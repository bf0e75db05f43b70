"""Verbs for what leaves beside the master: versions for a purpose, and a shot put into a stranger's film."""

from pathlib import Path
from typing import Annotated

import typer

from circletake.cli.commands.cutting import cut_app
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
from circletake.cut.patch import Patched, patch_master
from circletake.domain.time import FrameRange
from circletake.workflows.output_views import OutputsView


def cut_output(
    preset: Annotated[
        str | None, typer.Argument(help="Which version; left out, all of them are listed.")
    ] = None,
    file: Annotated[Path | None, typer.Argument(help="Where to copy it to.")] = None,
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Make a version of the film for a purpose from the cut as it stands, or list which there are."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        if preset is not None:
            job = here.studio.cut_output(here.session, here.production, preset)
            if job is not None:
                here.work([job.key])
            if file is not None:
                here.studio.cut_output_copy(here.session, here.production, preset, file)
        view = here.studio.cut_outputs(here.session, here.production)
        here.answer(view, lambda: _say_outputs(view, preset, file))


def _say_outputs(view: OutputsView, preset: str | None, file: Path | None) -> None:
    if preset is None:
        made = [[one.preset, one.label, one.content[:12] if one.content else ""] for one in view.outputs]
        table("Versions of the film", ["version", "what it is", "made"], made)
        return
    found = next(one for one in view.outputs if one.preset == preset)
    line(f"{found.label}: {file if file is not None else found.content}")


def cut_subtitles(
    file: Annotated[Path, typer.Argument(help="SubRip, WebVTT, SubStation or TTML, in UTF-8.")],
    out: Annotated[Path, typer.Argument(help="Where to: .srt or .vtt says which form.")],
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Write subtitles beside the film: held against the cut as it stands, on its frames."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        said = here.studio.cut_subtitles(here.session, here.production, file, out)
        here.answer({"file": str(out), "said": said}, lambda: _say_subtitles(said, out))


def _say_subtitles(said: list[str], out: Path) -> None:
    line(f"Written to {out}.")
    for one in said:
        line(f"  - {one}")


def cut_patch(
    master: Annotated[Path, typer.Argument(help="A finished film; nothing is done to it.")],
    shot: Annotated[Path, typer.Argument(help="What comes in place of some of its frames.")],
    out: Annotated[Path, typer.Argument(help="The new film.")],
    *,
    first: Annotated[int, typer.Option("--from", help="First frame that is replaced, from 0.", min=0)],
    end: Annotated[int, typer.Option("--to", help="Frame after the last one that is replaced.", min=1)],
    source_in: Annotated[int, typer.Option("--in", help="First frame of the shot to use.", min=0)] = 0,
    json: JsonOption = False,
) -> None:
    """Put one shot into a finished H.264 film, copying all that is not beside it; no studio is needed."""
    with answering(as_json=json):
        told = patch_master(master, shot, out, FrameRange(first, end), source_in=source_in)
        view = {"method": told.method, "reason": told.reason, "left_out": list(told.left_out),
                "encoded": [told.encoded.start, told.encoded.end], "frames": told.n_frames}  # fmt: skip
        answer(view, lambda: _say_patched(told, out), as_json=json)


def _say_patched(told: Patched, out: Path) -> None:
    if told.method == "spliced":
        first, last, copied = told.encoded.start, told.encoded.end - 1, told.n_frames - told.encoded.frames
        line(f"Written to {out}. Encoded anew: frames {first} to {last}; {copied} and the sound are copied.")
    else:
        line(f"Written to {out}. All {told.n_frames} frames were encoded anew, because {told.reason}.")
    for kind in told.left_out:
        line(f"  - A track of {kind} was left out.")


def register(app: typer.Typer) -> None:  # noqa: ARG001 (verbs of the cut, which is an app of its own)
    """Add these verbs."""
    cut_app.command("output")(cut_output)
    cut_app.command("subtitles")(cut_subtitles)
    cut_app.command("patch")(cut_patch)
