"""What a guest sees and says: exact takes, and the notes of this link with their answers.

Nothing of the production's own talk: no verdicts, no evidence, no notes but those of guests of the same
link and what people answered to them.
"""

from dataclasses import replace

from circletake.domain.people import MAY
from circletake.domain.take import Take
from circletake.domain.verdict import Severity
from circletake.errors import NotFound
from circletake.ledger import drawings, guests, reads, remarks
from circletake.ledger.accounts import Session
from circletake.ledger.remarks import NoteRow
from circletake.media.recipes import FRAMES, POSTER
from circletake.workflows.drawing_views import DrawingView
from circletake.workflows.drawings import Stroke, drawing_view, record_drawing
from circletake.workflows.give_verdict import vote_range
from circletake.workflows.guest_door import GuestSession, still_here
from circletake.workflows.guest_marks import Viewer, has_film, words_of
from circletake.workflows.guest_views import GuestContentView, GuestNoteView, GuestView
from circletake.workflows.house import House
from circletake.workflows.remarks import Remark, record_note
from circletake.workflows.show import Names

# A guest's note stops no gate: whoever is of the same mind here says so under their own name.
_WEIGHT: Severity = "fyi"
_HEARD = frozenset({"note", "drawing", "evidence"})  # with its evidence, a take has frames to look at
_MOST_NEWS = 500


def viewer_of(guest: GuestSession) -> Viewer:
    """Who looks, and what is burnt into what they see."""
    words = words_of(guest.person, name=guest.name, label=guest.link.label or "", came_at=guest.came_at)
    return Viewer(guest.person, words if guest.link.is_marked else "")


def show_room(house: House, guest: GuestSession, *, who: Session | None = None) -> GuestView:
    """Everything a guest sees.

    Args:
        who: whoever is signed in with the same browser, if anybody: they may judge on their own desk.
    """
    with house.book.reading() as conn:
        found = reads.find_production(conn, guest.link.production)
        people = Names.read(conn)
        policy = house.policy(conn, found.policy) if found else None
        start = policy.start_frame if policy else 0
        roles = (
            reads.roles_of(conn, guest.link.production, str(who.person))
            if who is not None and "verdict" in guest.link.rights
            else frozenset()
        )
        rows = reads.tasks_named(conn, {task for task, _ in guest.link.contents})
        here = {one.person for one in guests.guests_of(conn, guest.link.id)}
        contents = []
        for task, content in guest.link.contents:
            take = next(one for one in reads.takes_of(conn, task) if one.content == content)
            stage = policy.stage(rows[task].task.stage) if policy else None
            votes = roles & MAY["see"] and any(
                vote_range(gate, roles) for gate in (stage.gates if stage else ())
            )
            contents.append(
                _content(
                    house,
                    guest,
                    rows[task],
                    take,
                    stage_label=stage.label if stage else rows[task].task.stage,
                    judge=f"/t/{task}#f={start}&take={take.number}" if votes else "",
                    notes=_notes(remarks.notes_of(conn, task), content, here, people, me=guest.person),
                )
            )
        return GuestView(
            name=guest.name,
            production=found.title if found else "",
            label=guest.link.label or "",
            made_by=people.person(guest.link.maker).name,
            until=guest.link.until,
            rights=sorted(guest.link.rights),
            watermark=guest.link.is_marked,
            start_frame=start,
            contents=contents,
        )


def _content(
    house: House,
    guest: GuestSession,
    row: reads.TaskRow,
    take: Take,
    *,
    stage_label: str,
    judge: str,
    notes: list[GuestNoteView],
) -> GuestContentView:
    at, made = f"/media/guest/{take.content}", house.queue.derived_of(take.content)
    plays = take.n_frames > 1 and take.rate is not None
    return GuestContentView(
        task=take.task,
        content=take.content,
        code=row.entity.code,
        title=row.entity.title,
        stage=stage_label,
        take=take.number,
        n_frames=take.n_frames,
        rate=[take.rate.numerator, take.rate.denominator] if take.rate else None,
        size_px=[take.width_px, take.height_px],
        frames=f"{at}/frames/{{n}}.jpg" if FRAMES in made else None,
        proxy=f"{at}/proxy.mp4" if plays and has_film(house, viewer_of(guest), take.content) else None,
        poster=f"{at}/poster.jpg" if POSTER in made else None,
        plays=plays,
        judge=judge,
        notes=notes,
    )


def _threads(notes: list[NoteRow], content: str, here: set[str]) -> list[NoteRow]:
    """Notes on a content that guests of one link began, and every answer to them."""
    seen: set[str] = set()
    for note in notes:  # in the order of the book: an answer comes after what it answers
        begins = note.reply_to is None and note.person in here
        if note.content == content and (begins or note.reply_to in seen):
            seen.add(note.id)
    return [note for note in notes if note.id in seen]


def _notes(
    notes: list[NoteRow], content: str, here: set[str], people: Names, *, me: str
) -> list[GuestNoteView]:
    return [
        GuestNoteView(
            id=note.id,
            at=note.at,
            by=people.person(note.person).name.removesuffix(" (guest)")
            if note.person in here
            else people.person(note.person).name,
            mine=note.person == me,
            text=note.text,
            frame=note.ranges[0].start if note.ranges else None,
            reply_to=note.reply_to,
            settled=note.disposition is not None,
            drawings=list(note.drawings) if note.person in here else [],
        )
        for note in _threads(notes, content, here)
    ]


def add_note(house: House, guest: GuestSession, remark: Remark) -> None:
    """Record a guest's note, or an answer in a thread that they see.

    Raises:
        NotFound: the link does not show this take, or no such note on it.
        RoleMissing: the link only lets look.
        GuestLinkEnded: it has expired or was revoked meanwhile.
        ReasonNeeded: it says nothing.
        VerdictInvalid: frames or a region that are not in the take.
    """
    guest.within(remark.content, task=remark.task)
    guest.may_note()
    with house.book.transact() as tx:
        still_here(tx.conn, guest)
        here = {one.person for one in guests.guests_of(tx.conn, guest.link.id)}
        seen = _threads(remarks.notes_of(tx.conn, remark.task), remark.content, here)
        if remark.reply_to is not None and remark.reply_to not in {note.id for note in seen}:
            raise NotFound(f"There is no note {remark.reply_to} here to answer.")
        drawn = {
            one.id for one in drawings.drawings_on(tx.conn, remark.task, remark.content) if one.person in here
        }
        if not set(remark.drawings) <= drawn:
            raise NotFound("A note names a drawing that is not there; reload the page.")
        record_note(
            house, tx, guest.sitting, replace(remark, severity=_WEIGHT), production=guest.link.production
        )


def draw(house: House, guest: GuestSession, stroke: Stroke) -> None:
    """Record what a guest did to a drawing of theirs.

    Raises:
        NotFound: the link does not show this take.
        RoleMissing: the link only lets look, or it is somebody else's drawing.
        GuestLinkEnded: it has expired or was revoked meanwhile.
        DrawingInvalid: it cannot be drawn on this take.
        Conflict: the id was used for another operation or another drawing.
    """
    guest.within(stroke.content, task=stroke.task)
    guest.may_note()
    with house.book.transact() as tx:
        still_here(tx.conn, guest)
        record_drawing(tx, guest.sitting, stroke, production=guest.link.production)


def list_drawings(house: House, guest: GuestSession, task: str, *, content: str) -> list[DrawingView]:
    """Drawings of guests of the same link that stand on a take, oldest first."""
    guest.within(content, task=task)
    with house.book.reading() as conn:
        here = {one.person for one in guests.guests_of(conn, guest.link.id)}
        people = Names.read(conn)
        return [
            drawing_view(one, people, me=guest.person)
            for one in drawings.drawings_on(conn, task, content)
            if not one.deleted and one.person in here
        ]


def has_news(house: House, guest: GuestSession, *, after: int) -> bool:
    """Whether entries after a number may change what a guest sees."""
    shown = {content for _, content in guest.link.contents}
    with house.book.reading() as conn:
        news = reads.news_of(conn, guest.link.production, after=after, most=_MOST_NEWS)
    return len(news) == _MOST_NEWS or any(
        kind == "resolve" or (kind in _HEARD and body.get("content") in shown) for kind, body in news
    )
