"""Records of guest links, as their makers and their guests get them."""

from dataclasses import dataclass

from circletake.workflows.person_view import PersonView


@dataclass(frozen=True, slots=True)
class GuestSeenView:
    """A guest who came by a link; `seen_at` is when they were last here."""

    id: str
    name: str
    came_at: str
    seen_at: str | None


@dataclass(frozen=True, slots=True)
class GuestShownView:
    """A take that a link shows."""

    task: str
    content: str
    code: str
    stage: str
    take: int


@dataclass(frozen=True, slots=True)
class GuestLinkView:
    """A link as those who make links see it.

    Args:
        state: open, revoked, expired, or barred: whoever made it may not share any more.
        used_at: when somebody last used it, to a minute.
    """

    id: str
    label: str
    rights: list[str]
    state: str
    until: str
    made_by: PersonView
    made_at: str
    used_at: str | None
    passphrase: bool
    watermark: bool
    contents: list[GuestShownView]
    guests: list[GuestSeenView]


@dataclass(frozen=True, slots=True)
class MadeGuestLinkView:
    """A link that was made; its address is told this once."""

    id: str
    link: str


@dataclass(frozen=True, slots=True)
class GuestDoorView:
    """What a link is for, before anybody says who they are; `name` is whoever came in by it here."""

    production: str
    label: str
    made_by: str
    until: str
    passphrase: bool
    rights: list[str]
    name: str


@dataclass(frozen=True, slots=True)
class GuestNoteView:
    """A note of a guest, or an answer to one.

    Args:
        frame: where it begins, None where it is of the whole.
        drawings: ids of those that show what it says.
    """

    id: str
    at: str
    by: str
    mine: bool
    text: str | None
    frame: int | None
    reply_to: str | None
    settled: bool
    drawings: list[str]


@dataclass(frozen=True, slots=True)
class GuestContentView:
    """A take that a guest looks at.

    Args:
        frames: address of frame `{n}`; None while they are being made.
        proxy: address of the film with sound; None while it is not ready.
        plays: whether there is anything to play: it has more frames than one.
        judge: address of the desk, where whoever is signed in here may judge it; else empty.
    """

    task: str
    content: str
    code: str
    title: str
    stage: str
    take: int
    n_frames: int
    rate: list[int] | None
    size_px: list[int]
    frames: str | None
    proxy: str | None
    poster: str | None
    plays: bool
    judge: str
    notes: list[GuestNoteView]


@dataclass(frozen=True, slots=True)
class GuestView:
    """Everything a guest sees, and until when; `start_frame` is the number people see on a first frame."""

    name: str
    production: str
    label: str
    made_by: str
    until: str
    rights: list[str]
    watermark: bool
    start_frame: int
    contents: list[GuestContentView]


@dataclass(frozen=True, slots=True)
class GuestProxyView:
    """How far the film for one guest is: ready, or so many frames of so many."""

    ready: bool
    done_frames: int
    total_frames: int
    error: str | None
