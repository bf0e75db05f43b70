"""Guest links in the house: what doors ask for, for those who make links and for those who come by them."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.workflows import guest_door, guest_links, guest_marks, guest_room
from circletake.workflows.drawing_views import DrawingView
from circletake.workflows.drawings import Stroke
from circletake.workflows.guest_door import GuestSession
from circletake.workflows.guest_links import Showing
from circletake.workflows.guest_views import GuestDoorView, GuestLinkView, GuestProxyView, GuestView
from circletake.workflows.house import House
from circletake.workflows.remarks import Remark


@dataclass(frozen=True, slots=True)
class Guests:
    """Guest links of one studio."""

    house: House

    # for those who make them

    def make_link(self, session: Session, production: str, showing: Showing) -> tuple[str, str]:
        """Make a link; returns its id and its token, which is told this once."""
        return guest_links.make_link(self.house, session, production, showing)

    def links(self, session: Session, production: str) -> list[GuestLinkView]:
        """Links of a production, open and ended, with who came by them."""
        return guest_links.list_links(self.house, session, production)

    def revoke(self, session: Session, production: str, link: str) -> None:
        """End a link at once."""
        guest_links.revoke_link(self.house, session, production, link)

    def lapse(self) -> int:
        """Note which links are past their end and throw away what was made for them; returns how many."""
        return guest_door.lapse_links(self.house)

    # for guests

    def door(self, token: str, *, session: str | None = None) -> GuestDoorView:
        """What a link is for, and who came in by it with this session."""
        return guest_door.see_door(self.house, token, session=session)

    def come_in(self, token: str, *, name: str, passphrase: str = "") -> str:
        """Name oneself at a link; returns the token of the guest's session."""
        return guest_door.come_in(self.house, token, name=name, passphrase=passphrase)

    def session_of(self, token: str | None) -> GuestSession:
        """Who holds this guest's session."""
        return guest_door.session_of(self.house, token)

    def show(self, guest: GuestSession, *, who: Session | None = None) -> GuestView:
        """Everything a guest sees."""
        return guest_room.show_room(self.house, guest, who=who)

    def has_news(self, guest: GuestSession, *, after: int) -> bool:
        """Whether entries after a number are about what a guest looks at, so that their page may differ."""
        return guest_room.has_news(self.house, guest, after=after)

    def digest(self, guest: GuestSession) -> str:
        """What a guest sees, as one hash: whether their page differs."""
        drawn = [
            guest_room.list_drawings(self.house, guest, task, content=content)
            for task, content in guest.link.contents
        ]
        return hashlib.sha256(repr((self.show(guest), drawn)).encode()).hexdigest()

    def note(self, guest: GuestSession, remark: Remark) -> None:
        """Note something on a take that the link shows."""
        guest_room.add_note(self.house, guest, remark)

    def drawings(self, guest: GuestSession, *, task: str, content: str) -> list[DrawingView]:
        """What guests of the link drew on a take."""
        return guest_room.list_drawings(self.house, guest, task, content=content)

    def draw(self, guest: GuestSession, stroke: Stroke) -> list[DrawingView]:
        """Draw on a take, or alter, delete or take back what one drew; what is told is what stands."""
        guest_room.draw(self.house, guest, stroke)
        return self.drawings(guest, task=stroke.task, content=stroke.content)

    # what they see of pictures

    def frame(self, guest: GuestSession, content: str, n: int) -> bytes:
        """One frame, with their name in it; a JPEG."""
        guest.within(content)
        return guest_marks.frame_for(self.house, guest_room.viewer_of(guest), content, n)

    def poster(self, guest: GuestSession, content: str) -> bytes:
        """The poster, with their name in it; a JPEG."""
        guest.within(content)
        return guest_marks.poster_for(self.house, guest_room.viewer_of(guest), content)

    def film(self, guest: GuestSession, content: str) -> Path:
        """The film, with their name in every frame."""
        guest.within(content)
        return guest_marks.film_for(self.house, guest_room.viewer_of(guest), content)

    def order_film(self, guest: GuestSession, content: str) -> GuestProxyView:
        """Have the film made with their name in it, and say how far it is."""
        guest.within(content)
        task = next(task for task, shown in guest.link.contents if shown == content)
        with self.house.book.reading() as conn:
            row = reads.find_task(conn, task)
        return guest_marks.order_film(
            self.house,
            guest_room.viewer_of(guest),
            content,
            production=guest.link.production,
            name=row.entity.code if row else "",
        )
