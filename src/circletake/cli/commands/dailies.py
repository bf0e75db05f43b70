"""Verbs for dailies: playlists of takes, watched together in order."""

import secrets
import time
import uuid
from typing import Annotated

import typer

from circletake.cli.commands.takes import get_take
from circletake.cli.commands.words import StageOption
from circletake.cli.verb import AsOption, JsonOption, ProductionOption, StudioOption, Verb, line, table, verb
from circletake.domain.playlist import FIRST, LAST, Act, Pair, PlaylistOp
from circletake.errors import NameInvalid, NotFound
from circletake.workflows.dailies_views import PlaylistDetailView, PlaylistEntryView

dailies_app = typer.Typer(help="Dailies: playlists of takes, watched in order.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(help="Name of the playlist, or its id.")]
EntriesArgument = Annotated[list[str], typer.Argument(help="Entries, as `dailies show` lists them.")]
AfterOption = Annotated[str, typer.Option("--after", help="Where to: first, last, or after an entry.")]
ShotOption = Annotated[
    list[str] | None,
    typer.Option("--shot", help="A shot's take, SH010 or SH010:3 for take 3; may be repeated."),
]
WaitingOption = Annotated[
    bool, typer.Option("--waiting", help="What waits for you at your gate, in order of the board.")
]
_TAIL = 8


@dailies_app.command("list")
def dailies_list(
    *,
    archived: Annotated[bool, typer.Option("--archived", help="Archived ones too.")] = False,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """List a production's playlists, the newest first."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = here.studio.dailies.all_of(here.session, here.production)
        found = [one for one in view.playlists if archived or not one.archived]
        rows = [
            [
                one.label + (" (archived)" if one.archived else ""),
                str(one.entries),
                one.person.name,
                one.at[:16],
                (one.started or "never")[:16],
                one.id,
            ]
            for one in found
        ]
        heads = ["called", "takes", "made by", "at (UTC)", "last started", "id"]
        here.answer(found, lambda: table("", heads, rows))


@dailies_app.command("show")
def dailies_show(
    playlist: NameArgument,
    *,
    screening: Annotated[
        str | None, typer.Option("--screening", help="As it was watched then; its id stands below the list.")
    ] = None,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Show what stands in a playlist, or what was watched when it was started."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        named = _find(here, playlist)
        view = here.studio.dailies.show(here.session, here.production, named, screening=screening)
        here.answer(view, lambda: _say(view))


@dailies_app.command("make")
def dailies_make(
    label: Annotated[str, typer.Argument(help="What the playlist is called.")],
    *,
    shot: ShotOption = None,
    waiting: WaitingOption = False,
    stage: StageOption = "animation",
    text: Annotated[str, typer.Option("--for", help="What it is for, in a few words.")] = "",
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Make a playlist of takes; each is the exact one that there is now."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        takes = _takes(here, shot or [], stage, waiting=waiting)
        done = PlaylistOp(
            _new_id(), "make", _new_id(), tuple(_new_id() for _ in takes), takes, label=label, text=text
        )
        _keep(here, done)


@dailies_app.command("add")
def dailies_add(
    playlist: NameArgument,
    *,
    shot: ShotOption = None,
    waiting: WaitingOption = False,
    stage: StageOption = "animation",
    after: AfterOption = LAST,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Add takes to a playlist."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = _view(here, playlist)
        takes = _takes(here, shot or [], stage, waiting=waiting)
        entries = tuple(_new_id() for _ in takes)
        _keep(here, PlaylistOp(_new_id(), "add", view.id, entries, takes, _place(view, after)))


@dailies_app.command("remove")
def dailies_remove(
    playlist: NameArgument,
    entries: EntriesArgument,
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Take entries out of a playlist; the last one stays: archive the playlist instead."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = _view(here, playlist)
        _keep(here, PlaylistOp(_new_id(), "remove", view.id, _entries(view, entries)))


@dailies_app.command("move")
def dailies_move(
    playlist: NameArgument,
    entries: EntriesArgument,
    *,
    after: AfterOption,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Put entries of a playlist elsewhere in it."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = _view(here, playlist)
        done = PlaylistOp(_new_id(), "move", view.id, _entries(view, entries), after=_place(view, after))
        _keep(here, done)


@dailies_app.command("take-in")
def dailies_take_in(
    playlist: NameArgument,
    entries: Annotated[
        list[str] | None, typer.Argument(help="Entries; all that have a newer take if left out.")
    ] = None,
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Let entries show the newest takes that arrived since; nothing else ever swaps a take."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = _view(here, playlist)
        wanted = _entries(view, entries) if entries else tuple(one.id for one in view.entries)
        newer = {one.id: (one.task, one.newer.content) for one in view.entries if one.newer}
        found = tuple(one for one in wanted if one in newer)
        if not found:
            raise NotFound("No newer take has arrived for what is in this playlist.")
        _keep(here, PlaylistOp(_new_id(), "take_in", view.id, found, tuple(newer[one] for one in found)))


@dailies_app.command("rename")
def dailies_rename(
    playlist: NameArgument,
    label: Annotated[str, typer.Argument(help="What it is called from now on.")],
    *,
    text: Annotated[str | None, typer.Option("--for", help="What it is for; as before if left out.")] = None,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Call a playlist something else."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        view = _view(here, playlist)
        words = view.text if text is None else text
        _keep(here, PlaylistOp(_new_id(), "rename", view.id, label=label, text=words))


@dailies_app.command("start")
def dailies_start(
    playlist: NameArgument,
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Write down that the playlist is watched now, and exactly which takes."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        _keep(here, PlaylistOp(_new_id(), "start", _find(here, playlist)))


@dailies_app.command("archive")
def dailies_archive(
    playlist: NameArgument,
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Put a playlist away; nothing of it is lost."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        _keep(here, PlaylistOp(_new_id(), "archive", _find(here, playlist)))


@dailies_app.command("restore")
def dailies_restore(
    playlist: NameArgument,
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Take an archived playlist out again."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        _keep(here, PlaylistOp(_new_id(), "restore", _find(here, playlist)))


@dailies_app.command("acts")
def dailies_acts(
    playlist: NameArgument,
    *,
    studio: StudioOption = None,
    production: ProductionOption = None,
    as_: AsOption = None,
    json: JsonOption = False,
) -> None:
    """List who did what to a playlist, the newest first."""
    with verb(studio, as_json=json, name=as_, production=production) as here:
        found = here.studio.dailies.acts(here.session, here.production, _find(here, playlist))
        rows = [[str(one.seq), one.at[:16], one.person.name, one.sentence] for one in found]
        here.answer(found, lambda: table("", ["entry", "at (UTC)", "who", "what"], rows))


def _new_id() -> str:
    """An id as RFC 9562, 5.7 has them: the time in front, chance behind it."""
    stamp = time.time_ns() // 1_000_000
    value = stamp << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=value))


def _find(here: Verb, named: str) -> str:
    """Id of a playlist; of several of one name, of the newest that is not archived."""
    known = here.studio.dailies.all_of(here.session, here.production).playlists
    found = [one for one in known if named == one.id or named.casefold() == one.label.casefold()]
    if not found:
        called = ", ".join(one.label for one in known if not one.archived) or "none yet"
        raise NotFound(f"There is no playlist “{named}” here; there are: {called}.")
    return min(found, key=lambda one: one.archived).id


def _view(here: Verb, named: str) -> PlaylistDetailView:
    return here.studio.dailies.show(here.session, here.production, _find(here, named))


def _entries(view: PlaylistDetailView, named: list[str]) -> tuple[str, ...]:
    return tuple(_entry(view, one).id for one in named)


def _entry(view: PlaylistDetailView, named: str) -> PlaylistEntryView:
    """An entry by its id or the end of it; numbers would mean another once somebody moves one."""
    found = [one for one in view.entries if one.id.endswith(named)]
    if len(found) != 1:
        raise NotFound(f"There is no entry {named} in {view.label}; `circletake dailies show` lists them.")
    return found[0]


def _place(view: PlaylistDetailView, after: str) -> str:
    return after if after in {FIRST, LAST} else _entry(view, after).id


def _takes(here: Verb, shots: list[str], stage: str, *, waiting: bool) -> tuple[Pair, ...]:
    """Task and content of each take that is named, and of those that wait."""
    found = [_take(here, named, stage) for named in shots]
    if waiting:
        mine = {one.task for one in here.studio.queue(here.session) if one.production == here.production}
        board = here.studio.board(here.session, here.production)
        found += [
            (cell.task, cell.content)
            for row in board.rows
            for cell in row.cells
            if cell is not None and cell.content is not None and cell.task in mine
        ]
    if not found:
        raise NameInvalid("A playlist is not saved empty; name takes with --shot, or --waiting.")
    return tuple(found)


def _take(here: Verb, named: str, stage: str) -> Pair:
    code, _, number = named.partition(":")
    if number and not number.isdecimal():
        raise NameInvalid(f"“{named}” names no take; write SH010, or SH010:3 for take 3.")
    task = here.studio.task(here.session, here.studio.find_task(here.session, here.production, code, stage))
    return task.id, get_take(task, int(number) if number else None).content


def _keep(here: Verb, done: PlaylistOp) -> None:
    view = here.studio.dailies.keep(here.session, here.production, done)
    here.answer(view, lambda: line(_SAID[done.act].format(label=view.label, many=len(view.entries))))


_SAID: dict[Act, str] = {
    "make": "{label} is made; it has {many} takes.",
    "add": "{label} has {many} takes now.",
    "remove": "{label} has {many} takes now.",
    "move": "{label} is in another order now.",
    "take_in": "{label} shows the newer takes now.",
    "rename": "It is called {label} now.",
    "start": "{label} is started; its {many} takes are written down as they are watched.",
    "archive": "{label} is archived; `circletake dailies restore` takes it out again.",
    "restore": "{label} is back among the dailies.",
}


def _say(view: PlaylistDetailView) -> None:
    heads = ["entry", "shot", "stage", "take", "state", "frames", "put there by", "arrived since"]
    rows = [
        [
            one.id[-_TAIL:],
            one.code,
            one.stage_label,
            str(one.number),
            one.state,
            str(one.n_frames),
            one.person.name,
            f"take {one.newer.number}" if one.newer else "",
        ]
        for one in view.entries
    ]
    then = f" · as watched {view.screening.at[:16]}" if view.screening else ""
    table(f"{view.label}{then}{' · archived' if view.archived else ''}", heads, rows)
    for one in view.screenings:
        line(f"started {one.at[:16]} by {one.person.name} with {one.entries} takes: {one.id}")


def register(app: typer.Typer) -> None:
    """Add these verbs."""
    app.add_typer(dailies_app, name="dailies")
