"""Check a deliverable where it lies, and show the disclosure sheet of the cut: what the desk asks for."""

from circletake.cut.disclosure import SHARES, disclosure_rows, percent_of, seconds_of
from circletake.errors import NotFound
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.workflows.deliver import show_disclosure
from circletake.workflows.disclosure_views import (
    CheckLineView,
    DeliveryCheckView,
    DisclosedView,
    DisclosureView,
    ShareView,
)
from circletake.workflows.house import House, require
from circletake.workflows.sign_delivery import folder_of
from circletake.workflows.verify_film import verify_film

_APPROVALS = "The approvals:"


def check_delivery(house: House, who: Session, production: str, *, seq: int) -> DeliveryCheckView:
    """What holds of a deliverable as it lies in its folder now.

    Approvals that hold are counted and not listed: whoever judges blind reads nobody's name here.

    Args:
        seq: entry of its seal.

    Raises:
        NotFound: nothing was sealed there, or its folder is away.
    """
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "see")
        if seq not in {row.seq for row in reads.sealed_in(conn, found.id)}:
            raise NotFound(f"Entry {seq} seals nothing in {found.title}; reload the page.")
    folder = folder_of(house, found, seq)
    if not folder.is_dir():
        raise NotFound(f"The folder {folder.name} is away; deliver again, and it is written as it was.")
    checked = verify_film(folder, house)
    return DeliveryCheckView(
        seq=seq,
        answer=checked.answer,
        sentence=checked.sentence,
        approvals=sum(line.holds is True and line.text.startswith(_APPROVALS) for line in checked.lines),
        lines=[
            CheckLineView(holds=line.holds, text=line.text)
            for line in checked.lines
            if not (line.holds is True and line.text.startswith(_APPROVALS))
        ],
    )


def disclosure_view(house: House, who: Session, production: str) -> DisclosureView:
    """The disclosure sheet of the cut as it stands.

    Raises:
        NotFound: there is no cut yet.
    """
    film = show_disclosure(house, who, production)
    return DisclosureView(
        frames=film.n_frames,
        seconds=seconds_of(film.n_frames, film.rate),
        term=film.term,
        shares=[
            ShareView(
                name=name,
                label=SHARES[name],
                frames=frames,
                seconds=seconds_of(frames, film.rate),
                share=percent_of(frames, film.n_frames),
            )
            for name, frames in film.frames_by_a_model().items()
            if frames
        ],
        slots=[
            DisclosedView(
                slot=row["slot"],
                kind=row["kind"],
                shot=row["shot"],
                seconds=row["seconds"],
                take_number=row["take"],
                made=row["made"],
                term=row["digital_source_type"],
                by_a_model=row["made_by_a_model"],
                tool=row["tool"],
                consents=row["consents"],
                people=row["people"],
            )
            for row in disclosure_rows(film)
        ],
    )
