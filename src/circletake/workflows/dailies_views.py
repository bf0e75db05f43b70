"""Records of dailies, as pages get them."""

from dataclasses import dataclass

from circletake.workflows.person_view import PersonView
from circletake.workflows.views import MediaView, ProductionView


@dataclass(frozen=True, slots=True)
class PlaylistView:
    """A playlist in the list of a production's dailies.

    Args:
        label: what it is called; empty once its words are erased.
        text: what it is for.
        posters: of its first entries that have one.
        started: when it was last started; empty if it never was.
    """

    id: str
    label: str
    text: str
    person: PersonView
    at: str
    archived: bool
    entries: int
    posters: list[str]
    started: str


@dataclass(frozen=True, slots=True)
class DailiesView:
    """A production's playlists, the newest first; `may_keep`: this person may make and change them."""

    production: ProductionView
    playlists: list[PlaylistView]
    may_keep: bool


@dataclass(frozen=True, slots=True)
class NewerView:
    """A take that arrived since the one that an entry shows; it is taken in by a person, never by itself."""

    number: int
    content: str


@dataclass(frozen=True, slots=True)
class PlaylistEntryView:
    """A take in a playlist.

    Args:
        code: of the shot, or whatever else the task is for.
        number: of the take.
        state: circled, stale, vetoed, concern or review, as this person may know it.
        rate: frames a second, as a fraction; None for a still.
        person: who put it there.
        newer: the newest take of the task, where that is another.
    """

    id: str
    task: str
    code: str
    title: str
    stage: str
    stage_label: str
    content: str
    number: int
    label: str
    n_frames: int
    rate: list[int] | None
    state: str
    person: PersonView
    at: str
    newer: NewerView | None
    media: MediaView


@dataclass(frozen=True, slots=True)
class ScreeningView:
    """A time at which the playlist was started; what was watched then stays to be seen as it was."""

    id: str
    at: str
    person: PersonView
    entries: int


@dataclass(frozen=True, slots=True)
class PlaylistDetailView:
    """A playlist, and the takes in it.

    Args:
        seq: the entry of the book that last changed it.
        entries: as it stands; or, where one is asked for, as a screening showed them.
        screening: the one that is shown, or None for the playlist as it stands.
        screenings: every time it was started, the newest first.
        may_keep: whether this person may change it.
        start_frame: number that the first frame of a take is called by.
    """

    production: ProductionView
    id: str
    label: str
    text: str
    person: PersonView
    at: str
    archived: bool
    seq: int
    entries: list[PlaylistEntryView]
    screening: ScreeningView | None
    screenings: list[ScreeningView]
    may_keep: bool
    start_frame: int


@dataclass(frozen=True, slots=True)
class PlaylistActView:
    """Something that somebody did to a playlist, in words."""

    seq: int
    at: str
    person: PersonView
    sentence: str
