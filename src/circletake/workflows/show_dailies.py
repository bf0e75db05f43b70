"""Dailies as pages show them: a production's playlists, one of them, and who did what to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from circletake.domain.people import MAY, Role
from circletake.domain.policy import Policy
from circletake.domain.take import Take
from circletake.errors import NotFound
from circletake.ledger import playlists, reads
from circletake.ledger.accounts import Session
from circletake.workflows.dailies_views import (
    DailiesView,
    NewerView,
    PlaylistActView,
    PlaylistDetailView,
    PlaylistEntryView,
    PlaylistView,
    ScreeningView,
)
from circletake.workflows.floor import Floor, seen_floor
from circletake.workflows.house import House, require
from circletake.workflows.show import Names, media_view, posters_of, production_view
from circletake.workflows.show_task import take_state

_POSTERS = 4
_MOST_ACTS = 200


def list_dailies(house: House, who: Session, production: str) -> DailiesView:
    """A production's playlists, the newest first, in a number of readings that does not grow.

    Raises:
        NotFound: no such production of theirs.
    """
    with house.book.reading() as conn:
        found, roles = require(conn, who, production, "see")
        kept = playlists.playlists_of(conn, found.id)
        contents = playlists.contents_in(conn, found.id)
        started = playlists.last_started(conn, found.id)
        people = Names.read(conn)
    first = {one for shown in contents.values() for one in shown[:_POSTERS]}
    posters = posters_of(house, first)
    return DailiesView(
        production=production_view(found, roles),
        playlists=[
            PlaylistView(
                id=one.id,
                label=one.label or "",
                text=one.text or "",
                person=people.person(one.person),
                at=one.at,
                archived=one.archived,
                entries=len(contents.get(one.id, [])),
                posters=[posters[at] for at in contents.get(one.id, [])[:_POSTERS] if at in posters],
                started=started.get(one.id, ""),
            )
            for one in kept
        ],
        may_keep=may_keep(who, roles),
    )


def show_playlist(
    house: House, who: Session, production: str, playlist: str, *, screening: str | None = None
) -> PlaylistDetailView:
    """A playlist with its takes, in a number of readings that does not grow with it.

    Args:
        screening: as it was watched then; None is as it stands.

    Raises:
        NotFound: no such production of theirs, or no such playlist or screening in it.
    """
    with house.book.reading() as conn:
        found, roles = require(conn, who, production, "see")
        kept = _get_playlist(conn, found.id, playlist)
        screenings = playlists.screenings_of(conn, playlist)
        watched = next((one for one in screenings if one.id == screening), None)
        if screening is not None and watched is None:
            raise NotFound("This playlist was not started then; its page lists when it was.")
        entries = playlists.entries_of(conn, playlist)
        if watched is not None:
            ever = playlists.entries_ever(conn, playlist)
            entries = [
                playlists.EntryRow(entry, task, content, ever[entry].person, ever[entry].at)
                for entry, task, content in watched.shown
            ]
        policy = house.policy(conn, found.policy)
        tasks = {one.task for one in entries}
        shelf = _Shelf(
            policy=policy,
            tasks=reads.tasks_named(conn, tasks),
            floor=seen_floor(house, conn, who, found.id, tasks=tasks),
            people=Names.read(conn),
            made=house.queue.derived_among({one.content for one in entries}),
        )
    return PlaylistDetailView(
        production=production_view(found, roles),
        id=kept.id,
        label=kept.label or "",
        text=kept.text or "",
        person=shelf.people.person(kept.person),
        at=kept.at,
        archived=kept.archived,
        seq=kept.changed,
        entries=[shelf.entry(one) for one in entries],
        screening=_screening(watched, shelf.people) if watched else None,
        screenings=[_screening(one, shelf.people) for one in screenings],
        may_keep=may_keep(who, roles),
        start_frame=policy.start_frame,
    )


def list_acts(house: House, who: Session, production: str, playlist: str) -> list[PlaylistActView]:
    """Who did what to a playlist, the newest first.

    Raises:
        NotFound: no such production of theirs, or no such playlist in it.
    """
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "see")
        _get_playlist(conn, found.id, playlist)
        acts = playlists.acts_on(conn, playlist, most=_MOST_ACTS)
        ever = playlists.entries_ever(conn, playlist)
        tasks = reads.tasks_named(conn, {one.task for one in ever.values()})
        numbers = {
            (take.task, take.content): take.number
            for takes in reads.takes_at(conn, found.id, set(tasks)).values()
            for take in takes
        }
        people = Names.read(conn)
    codes = {entry: tasks[one.task].entity.code for entry, one in ever.items()}
    return [
        PlaylistActView(
            seq=one.seq, at=one.at, person=people.person(one.person), sentence=_say(one, codes, numbers)
        )
        for one in acts
    ]


def may_keep(who: Session, roles: frozenset[Role]) -> bool:
    """Whether somebody with these roles may make and change playlists; no program may."""
    return who.pseudonym is not None and bool(roles & MAY["keep_dailies"])


@dataclass(frozen=True, slots=True)
class _Shelf:
    """What entries are shown with."""

    policy: Policy
    tasks: Mapping[str, reads.TaskRow]
    floor: Floor
    people: Names
    made: Mapping[str, dict[str, str]]

    def entry(self, one: playlists.EntryRow) -> PlaylistEntryView:
        row = self.tasks[one.task]
        takes: Sequence[Take] = self.floor.takes.get(one.task, [])
        take = next(take for take in takes if take.content == one.content)
        newest = max(takes, key=lambda take: take.number)
        stage = self.policy.stage(row.task.stage)
        return PlaylistEntryView(
            id=one.id,
            task=one.task,
            code=row.entity.code,
            title=row.entity.title,
            stage=row.task.stage,
            stage_label=stage.label if stage else row.task.stage,
            content=one.content,
            number=take.number,
            label=take.label,
            n_frames=take.n_frames,
            rate=[take.rate.numerator, take.rate.denominator] if take.rate else None,
            state=take_state(self.floor, stage, take) if stage else "review",
            person=self.people.person(one.person),
            at=one.at,
            newer=NewerView(newest.number, newest.content) if newest.number > take.number else None,
            media=media_view(take, self.made.get(one.content, {})),
        )


def _get_playlist(conn: reads.Connection, production: str, playlist: str) -> playlists.PlaylistRow:
    kept = playlists.find_playlist(conn, production, playlist)
    if kept is None:
        raise NotFound(f"There is no playlist {playlist} here; the dailies list them.")
    return kept


def _screening(one: playlists.ScreeningRow, people: Names) -> ScreeningView:
    return ScreeningView(id=one.id, at=one.at, person=people.person(one.person), entries=len(one.shown))


_SAID = {
    "make": "made it with {named}",
    "add": "added {named}",
    "remove": "removed {named}",
    "put_back": "put back {named}",
    "move": "moved {named}",
    "take_in": "took in {named}",
    "rename": "renamed it",
    "start": "started it with {named}",
    "archive": "archived it",
    "restore": "restored it",
}
_NAMED = 3


def _say(act: playlists.ActRow, codes: Mapping[str, str], numbers: Mapping[tuple[str, str], int]) -> str:
    """What somebody did, in words that follow their name."""
    entries = act.body["entries"]
    takes = [f" take {numbers[task, content]}" for task, content in act.body["takes"]] or [""] * len(entries)
    named = [codes[one] + take for one, take in zip(entries, takes, strict=True)]
    shown = ", ".join(named[:_NAMED])
    more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    return _SAID[act.body["act"]].format(named=shown + more)
