"""Records of the inbox: what waits for somebody and why, and what happened that concerns them."""

from dataclasses import dataclass

from circletake.workflows.person_view import PersonView


@dataclass(frozen=True, slots=True)
class InboxItemView:
    """One thing that waits for the signed-in person.

    Args:
        why: `gate`, `flags` for a gate with takes that checks point at, `stale`, `mention` or `note`.
        sentence: why, in words.
        number: of the take it is about; 0 if there is none.
        gate: key of the gate, where one waits for them.
        person: whose words they are, where it is a note.
        at: when they were written; empty where nobody wrote any.
    """

    why: str
    sentence: str
    task: str
    production: str
    code: str
    title: str
    stage_label: str
    gate: str
    number: int
    takes: int
    flagged: int
    status: str
    poster: str | None
    person: PersonView | None
    at: str


@dataclass(frozen=True, slots=True)
class NoticeView:
    """Something that happened and concerns the signed-in person.

    Args:
        seq: its entry in the book.
        kind: `verdict`, `note`, `answer` or `mention`.
        sentence: what happened, in words.
        text: what was written with it, or None.
        unseen: since they last looked.
    """

    seq: int
    at: str
    kind: str
    person: PersonView
    production: str
    task: str
    code: str
    stage_label: str
    number: int
    gate: str
    sentence: str
    text: str | None
    unseen: bool


@dataclass(frozen=True, slots=True)
class NoticesView:
    """The newest of what concerns somebody, and how many they have not seen; `book_seq` marks all seen."""

    notices: list[NoticeView]
    unseen: int
    book_seq: int
