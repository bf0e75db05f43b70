"""What every verb shares: which studio, which production, who acts, how the answer is printed."""

import dataclasses
import json as jsonlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from circletake.cli.exits import tell
from circletake.cli.signed_in import session_here
from circletake.config import read_config
from circletake.errors import JobFailed, NotFound
from circletake.ledger.accounts import Session
from circletake.studio import Studio
from circletake.workflows.views import JobView

StudioOption = Annotated[
    Path | None,
    typer.Option(
        "--studio",
        "-s",
        envvar="CIRCLETAKE_STUDIO",
        help="Folder of the studio; the current one if it is one.",
    ),
]
ProductionOption = Annotated[
    str | None,
    typer.Option(
        "--production",
        "-p",
        envvar="CIRCLETAKE_PRODUCTION",
        help="Code of the production; not needed if there is one.",
    ),
]
AsOption = Annotated[
    str | None,
    typer.Option(
        "--as", envvar="CIRCLETAKE_AS", help="Who acts; not needed if one person is signed in here."
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print the answer as JSON, and errors as problem objects.")
]


DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database",
        help="Where the book is kept, if not in the folder: postgresql://USER@HOST/NAME.",
    ),
]


@dataclass(frozen=True, slots=True)
class Verb:
    """An open studio and how to answer."""

    studio: Studio
    as_json: bool
    name: str | None
    production_code: str | None

    @property
    def session(self) -> Session:
        """Who acts."""
        return session_here(self.studio, self.name)

    @property
    def production(self) -> str:
        """Code of the production.

        Raises:
            NotFound: there is none, or it is not clear which.
        """
        if self.production_code is not None:
            return self.production_code
        codes = [production.code for production in self.studio.productions(self.session)]
        if len(codes) == 1:
            return codes[0]
        if not codes:
            raise NotFound(
                "You are part of no production here yet; `circletake new` or `circletake import` makes one."
            )
        raise NotFound(f"Say which production with --production: {', '.join(codes)}.")

    def answer(self, view: object, say: Callable[[], None]) -> None:
        """Print a view as JSON, or let `say` print it for people."""
        answer(view, say, as_json=self.as_json)

    def work(self, keys: Sequence[str] | None = None) -> list[JobView]:
        """Run jobs to their end with bars on stderr.

        Raises:
            JobFailed: names the first that failed.
        """
        with bars(quiet=self.as_json) as show:
            over = self.studio.run_jobs(keys, on_progress=show)
        failed = [job for job in over if job.state == "failed"]
        if failed:
            raise JobFailed(f"{failed[0].label} failed: {failed[0].error}", jobs=[job.id for job in failed])
        return over


def answer(view: object, say: Callable[[], None], *, as_json: bool) -> None:
    """Print a view as JSON, or let `say` print it for people."""
    if as_json:
        typer.echo(jsonlib.dumps(plain(view), ensure_ascii=False, indent=2))
    else:
        say()


def find_studio(folder: Path | None) -> Path:
    """The studio's folder: as named, or the current one."""
    return folder if folder is not None else Path.cwd()


@contextmanager
def answering(*, as_json: bool) -> Iterator[None]:
    """Turn an error into its line and exit code."""
    try:
        yield
    except (typer.Exit, typer.Abort, KeyboardInterrupt):
        raise
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None
    except Exception as error:
        raise typer.Exit(tell(error, as_json=as_json)) from error


@contextmanager
def verb(
    folder: Path | None,
    *,
    as_json: bool,
    name: str | None = None,
    production: str | None = None,
    database: str | None = None,
) -> Iterator[Verb]:
    """Open the studio for one verb."""
    with answering(as_json=as_json):
        at = find_studio(folder)
        with Studio.open(at, config=read_config(at, flags={"database": database})) as studio:
            yield Verb(studio=studio, as_json=as_json, name=name, production_code=production)


@contextmanager
def bars(*, quiet: bool) -> Iterator[Callable[[list[JobView]], None] | None]:
    """Progress bars on stderr, one a running job and one for all of them.

    Nothing when quiet, nor where nobody watches: a log wants lines, not bars.
    """
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield None
        return
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
    with progress:
        everything = progress.add_task("Jobs", total=None)
        shown: dict[str, TaskID] = {}

        def show(jobs: list[JobView]) -> None:
            over = sum(job.state not in {"ready", "run"} for job in jobs)
            progress.update(everything, completed=over, total=len(jobs), description=f"Jobs ({over} done)")
            running = {job.key: job for job in jobs if job.state == "run"}
            for key in [key for key in shown if key not in running]:
                progress.remove_task(shown.pop(key))
            for key, job in running.items():
                if key not in shown:
                    shown[key] = progress.add_task(job.label, total=None)
                progress.update(shown[key], completed=job.done_frames, total=job.total_frames or None)

        yield show


def plain(view: object) -> object:
    """A view as JSON-ready data."""
    if dataclasses.is_dataclass(view) and not isinstance(view, type):
        return dataclasses.asdict(view)
    if isinstance(view, Mapping):
        return {str(key): plain(value) for key, value in view.items()}
    if isinstance(view, list | tuple):
        return [plain(item) for item in view]
    return view


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table for people."""
    made = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in rows:
        made.add_row(*row)
    Console().print(made)


def line(text: str) -> None:
    """Print a line for people."""
    Console(highlight=False, soft_wrap=True).print(text, markup=False)
