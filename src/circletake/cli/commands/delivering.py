"""Verbs for what leaves: deliver it, say what of it is made how, verify what came back."""

from pathlib import Path
from typing import Annotated

import typer

from circletake.cli.commands.takes import get_take
from circletake.cli.commands.words import ShotArgument, StageOption
from circletake.cli.verb import (
    AsOption,
    JsonOption,
    ProductionOption,
    StudioOption,
    answer,
    answering,
    find_studio,
    line,
    verb,
)
from circletake.errors import MasterAltered, NotFound
from circletake.studio import Studio
from circletake.workflows.verify_film import Verified, verify_film
from circletake.workflows.views import DeliveryView


def deliver(
    *,
    beside: Annotated[
        bool,
        typer.Option("--beside", help="Leave the master as it was judged; put its credentials beside it."),
    ] = False,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Seal and sign the cut and write the deliverable; refused, with a list, while a gate is closed."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        made = here.studio.deliver(here.session, here.production, beside=beside)
        here.answer(made, lambda: _say_delivery(made))


def _say_delivery(made: DeliveryView) -> None:
    line(f"Delivered to {made.folder}")
    line(f"  master {made.master}")
    line(f"  record {made.record}")
    line(f"  signed {made.deliverable or 'not: this kind of file carries no Content Credentials'}")
    line(f"  {made.frames} frames; anybody can check them: python -I {made.folder}/verify.py {made.folder}")


def seal(
    shot: ShotArgument,
    number: Annotated[int, typer.Argument(help="Number of the take: a still that every gate passes.")],
    file: Annotated[Path, typer.Argument(help="Where to; nothing is there yet.")],
    *,
    stage: StageOption = "storyboard",
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Sign a still and write it, with where it comes from and by which verdicts it may leave."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        task = here.studio.find_task(here.session, here.production, shot, stage)
        take = get_take(here.studio.task(here.session, task), number)
        made = here.studio.seal_still(here.session, task=task, content=take.content, to=file)
        told = {"file": str(file), "sha256": made.sha256}
        here.answer(told, lambda: line(f"Signed and written to {file}: {made.sha256}"))


def disclose(
    file: Annotated[Path, typer.Argument(help="Where to: .json, .csv or .pdf says which form.")],
    *,
    seal: Annotated[
        int | None, typer.Option("--seal", help="Entry of a seal; the cut as it stands if left out.")
    ] = None,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Write what of the film is made how, shot by shot: camera, drawn, generated, and in which shares."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        form = file.suffix.removeprefix(".").lower()
        sheet = here.studio.disclosure(here.session, here.production, form, seal=seal)
        file.write_bytes(sheet.data)
        here.answer({"file": str(file)}, lambda: line(f"Written to {file}."))


def verify(
    path: Annotated[Path, typer.Argument(help="A film, a deliverable's folder, or an exported book.")],
    *,
    authority: Annotated[
        Path | None,
        typer.Option("--authority", help="Certificate (PEM) of the authority that the studio signs under."),
    ] = None,
    studio: StudioOption = None,
    json: JsonOption = False,
) -> None:
    """Say what holds of a film, offline: its credentials, its record, the book and the approvals.

    A film alone says by its credentials whether it is still what was signed. Beside its record, or in the
    studio that sealed it, every approval is judged anew as well.
    """
    with answering(as_json=json):
        found = _verified(path, authority, studio)
        told = {
            "answer": found.answer,
            "sentence": found.sentence,
            "lines": [{"holds": said.holds, "text": said.text, "where": said.where} for said in found.lines],
        }
        answer(told, lambda: _say_verified(found), as_json=json)
        if found.answer == "unproven":
            raise NotFound("Nobody here knows who signed it; name the authority with --authority.")
        if found.answer in {"foreign", "unknown"}:
            raise NotFound("No seal of ours was found in it; name a film that a studio sealed.")
        if found.answer != "intact":
            where = found.where
            raise MasterAltered(f"This is not what was sealed: {', '.join(where)}.", where=where)


def _verified(path: Path, authority: Path | None, studio: Path | None) -> Verified:
    """Ask the studio if one is named or is here; without one, ask what lies beside the film."""
    at = find_studio(studio)
    if studio is None and not Studio.is_in(at):
        return verify_film(path, authority=authority)
    with Studio.open(at) as here:
        return here.verify(path, authority=authority)


def _say_verified(found: Verified) -> None:
    marks = {True: "holds   ", False: "BROKEN  ", None: "unproven"}
    for said in found.lines:
        line("".join(c if c.isprintable() else "?" for c in f"{marks[said.holds]}  {said.text}"))
    line(found.sentence)


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    app.command("deliver")(deliver)
    app.command("seal")(seal)
    app.command("disclose")(disclose)
    app.command("verify")(verify)
