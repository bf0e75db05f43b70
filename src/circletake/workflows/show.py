"""Small records that every page shows: people, productions, labels, media addresses."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from circletake.domain.people import Role
from circletake.domain.policy import Stage
from circletake.domain.production import Production
from circletake.domain.reasons import ReasonFamily
from circletake.domain.status import LOOKS
from circletake.domain.take import Take
from circletake.ledger import reads
from circletake.ledger.accounts import Session, names
from circletake.ledger.guests import guest_names
from circletake.ledger.roles import productions_of as productions_of_person
from circletake.ledger.tokens import machine_labels
from circletake.media.frames import WIDEST_PX
from circletake.media.manifest import Sheet, read_manifest
from circletake.media.recipes import ALPHA, BADGES, FRAMES, HAS_ALPHA, NOTHING, PEAKS, POSTER, PROXY, TIMECODE
from circletake.work.job import Job
from circletake.workflows.house import House
from circletake.workflows.mentions import told
from circletake.workflows.person_view import PersonView
from circletake.workflows.views import (
    GateLabel,
    MediaView,
    MeView,
    ProductionView,
    ReasonFamilyView,
    ReasonView,
    StageView,
    StatusLookView,
)

_ERASED = "erased person"
MACHINES = {"m_studio": "the studio", "m_drawn": "the drawing machine"}


@dataclass(frozen=True, slots=True)
class Names:
    """Pseudonym → name, read once a page."""

    known: dict[str, str]

    @classmethod
    def read(cls, conn: reads.Connection) -> "Names":
        """Read everybody's name."""
        return cls(names(conn) | guest_names(conn) | machine_labels(conn) | MACHINES)

    def words(self, text: str | None) -> str | None:
        """What somebody wrote, with the names of whom they mentioned."""
        return told(text, self.known, erased=_ERASED)

    def person(self, actor: str) -> PersonView:
        """An actor as others see them."""
        return PersonView(id=actor, name=self.known.get(actor, _ERASED))


def production_view(production: Production, roles: frozenset[Role]) -> ProductionView:
    """A production as a list shows it."""
    return ProductionView(
        id=production.id,
        code=production.code,
        title=production.title,
        rate=[production.rate.numerator, production.rate.denominator],
        width_px=production.width_px,
        height_px=production.height_px,
        roles=sorted(roles),
    )


def stage_view(stage: Stage) -> StageView:
    """A column of the board."""
    return StageView(
        key=stage.key,
        label=stage.label,
        gates=[GateLabel(key=gate.key, label=gate.label) for gate in stage.gates],
    )


def status_looks() -> list[StatusLookView]:
    """How every status is drawn."""
    return [
        StatusLookView(key=key, label=look.label, colour=look.colour, shape=look.shape)
        for key, look in LOOKS.items()
    ]


def reason_families(families: Sequence[ReasonFamily]) -> list[ReasonFamilyView]:
    """Every reason code under its digit."""
    return [
        ReasonFamilyView(
            digit=family.digit,
            key=family.key,
            label=family.label,
            reasons=[
                ReasonView(code=reason.code, key=reason.key, label=reason.label, polarity=reason.polarity)
                for reason in family.reasons
            ],
        )
        for family in families
    ]


def me(house: House, who: Session) -> MeView:
    """Who is signed in, and where they hold a role."""
    with house.book.reading() as conn:
        return MeView(person=Names.read(conn).person(str(who.person)), productions=productions_of(conn, who))


def productions_of(conn: reads.Connection, who: Session) -> list[ProductionView]:
    """Productions in which a person holds a role."""
    held = productions_of_person(conn, str(who.person))
    return [
        production_view(production, held[production.id])
        for production in reads.productions(conn)
        if production.id in held
    ]


def poster_of(house: House, content: str | None) -> str | None:
    """Address of a content's poster, or None while it has none."""
    return f"/media/{content}/poster.jpg" if content and house.queue.find_derived(content, POSTER) else None


def posters_of(house: House, contents: Collection[str]) -> dict[str, str]:
    """Content → address of its poster, of those among these that have one."""
    made = house.queue.derived_among(contents)
    return {content: f"/media/{content}/poster.jpg" for content in made if POSTER in made[content]}


def media_view(take: Take, made: Mapping[str, str]) -> MediaView:
    """Addresses of what a browser plays of a take, of which these recipes have made something.

    Args:
        made: recipe → SHA-256 of what it made.
    """
    at = f"/media/{take.content}"
    has_alpha = made.get(ALPHA) == HAS_ALPHA
    # A waveform of before there was one is made when it is asked for; of what is silent, only once.
    may_sound = take.n_frames > 1 and FRAMES in made and made.get(PEAKS) != NOTHING
    return MediaView(
        frames=f"{at}/frames/{{n}}.jpg" if FRAMES in made else None,
        full=f"{at}/full/{{n}}.jpg" if FRAMES in made and take.width_px > WIDEST_PX else None,
        alpha=f"{at}/alpha/{{n}}.jpg" if has_alpha else None,
        checker=f"{at}/checker/{{n}}.jpg" if has_alpha else None,
        proxy=f"{at}/proxy.mp4" if PROXY in made else None,
        poster=f"{at}/poster.jpg" if POSTER in made else None,
        peaks=f"{at}/peaks.bin" if may_sound else None,
        badges=f"{at}/badges.json" if BADGES in made else None,
        size_px=[take.width_px, take.height_px],
    )


def timecode_of(house: House, made: Mapping[str, str]) -> str | None:
    """SMPTE timecode of a take's first frame, where its file has some; `made` is what recipes made of it."""
    found = made.get(TIMECODE, NOTHING)
    return house.store.read(found).decode() if found != NOTHING and house.store.has(found) else None


def is_sheet_picture(house: House, who: Session, content: str) -> bool:
    """Whether a content is a picture of a model sheet in a production this person is part of."""
    with house.book.reading() as conn:
        takes = [
            take
            for production in reads.productions(conn)
            if reads.roles_of(conn, production.id, str(who.person))
            for take in reads.takes_in(conn, production.id)
            if take.origin == "sheet"
        ]
    sheets = (read_manifest(house.store, take.content) for take in takes)
    return any(
        picture.image == content for sheet in sheets if isinstance(sheet, Sheet) for picture in sheet.images
    )


def jobs_of(house: House, who: Session, jobs: Sequence[Job]) -> list[Job]:
    """Those of some jobs that work for a production this person is part of."""
    with house.book.reading() as conn:
        mine = productions_of_person(conn, str(who.person)).keys()

        def is_mine(job: Job) -> bool:
            production, task, content = (job.args.get(name) for name in ("production", "task", "content"))
            if production is None and task is not None:
                row = reads.find_task(conn, str(task))
                production = row.task.production if row else None
            if production is None and content is not None:
                return reads.may_see(conn, str(who.person), str(content))
            return production in mine

        return [job for job in jobs if is_mine(job)]
