"""Opens a studio: the one place where concrete things meet. Doors call this and nothing below it."""

import contextlib
import fcntl
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from circletake.config import (
    DATABASE_PASSWORD,
    FILE_NAME,
    SEAL_KEY,
    Config,
    find_secret,
    keep_secret,
    read_config,
)
from circletake.cut.seal.certificates import Signing
from circletake.cut.seal.sign import Signed
from circletake.db.connect import has_book, migrate_book, migrate_jobs, open_book, open_jobs
from circletake.db.wire import Wire
from circletake.domain.boxed import Where
from circletake.domain.drawing import DrawingOp
from circletake.domain.entity import SourceClass
from circletake.domain.lineage import DESIGN
from circletake.domain.people import PERSON_PREFIX, PersonId
from circletake.domain.take import ChangeKind, Origin
from circletake.domain.time import FrameRange
from circletake.domain.verdict import Disposition, Region, Severity
from circletake.errors import (
    AlreadyThere,
    Bug,
    CircletakeError,
    ConfigInvalid,
    JobFailed,
    NotFound,
    RoleMissing,
    StudioBusy,
    StudioMissing,
)
from circletake.gates.reasons import reasons_of, shipped_reasons
from circletake.generate.opening import open_providers
from circletake.generate.recipes import Recipe
from circletake.ledger import accounts, reads, tokens
from circletake.ledger.accounts import Session
from circletake.ledger.book import Book, Transaction
from circletake.ledger.move import Moved, move_book
from circletake.ledger.witness import read_witnesses
from circletake.media.frames import read_frame
from circletake.media.full import Layer
from circletake.media.recipes import FRAMES
from circletake.media.store import ContentStore
from circletake.plugins import find_members
from circletake.work.daily import Daily
from circletake.work.executors.local import LocalExecutor
from circletake.work.job import Job
from circletake.work.move import move_jobs
from circletake.work.queue import JobQueue
from circletake.work.relay import Relay
from circletake.work.runner import Runner
from circletake.workflows import account as own
from circletake.workflows import adopt as adopting
from circletake.workflows import (
    boxes,
    check_delivery,
    consents,
    cut_versions,
    demo,
    exchange,
    fill_gap,
    find_takes,
    found_production,
    full_frames,
    gap_pack,
    import_film,
    inbox,
    machines,
    make_output,
    make_take,
    policies,
    receive_take,
    remarks,
    render_cut,
    saved_views,
    sheets,
    show,
    show_board,
    show_book,
    show_character,
    show_cut,
    show_gaps,
    show_lineage,
    show_queue,
    show_shot,
    show_task,
    splice_shot,
    stop_render,
)
from circletake.workflows import checkpoints as checkpointing
from circletake.workflows import context as contexts
from circletake.workflows import deliver as delivery
from circletake.workflows import drawings as drawing
from circletake.workflows import erase_person as erasing
from circletake.workflows import film as films
from circletake.workflows import give_verdict as verdicts
from circletake.workflows import hold as holding
from circletake.workflows import measure as measuring
from circletake.workflows import override as overriding
from circletake.workflows import people as crew
from circletake.workflows import reaffirm as reaffirming
from circletake.workflows import seal_still as sealing
from circletake.workflows import stale as staleness
from circletake.workflows import verify_film as verifying
from circletake.workflows.board_views import SavedBoardView
from circletake.workflows.call_flag import FlagCall, Said, call_flag, show_trust
from circletake.workflows.checkpoints import Keeper
from circletake.workflows.context import ContextView
from circletake.workflows.cut_version_views import CutDiffView, CutVersionsView
from circletake.workflows.dailies import Dailies
from circletake.workflows.disclosure_views import DeliveryCheckView, DisclosureView
from circletake.workflows.drawing_views import DrawingView
from circletake.workflows.export_notes import Exported, export_notes
from circletake.workflows.film import FilmView
from circletake.workflows.find_views import FoundView
from circletake.workflows.flag_views import TrustView
from circletake.workflows.gap_views import GapsView
from circletake.workflows.generating import Generating
from circletake.workflows.guests import Guests
from circletake.workflows.house import STUDIO, House, Operation, require
from circletake.workflows.inbox_views import InboxItemView, NoticesView
from circletake.workflows.make_take import MakeWish
from circletake.workflows.output_views import OutputsView
from circletake.workflows.panels import Panels
from circletake.workflows.person_view import PersonView
from circletake.workflows.reaffirm import Confirmation
from circletake.workflows.seam_views import SeamsView
from circletake.workflows.self_test import SOURCES, self_test
from circletake.workflows.sheets import BoxedImage, SheetKind
from circletake.workflows.shot_views import ShotView
from circletake.workflows.show_provenance import ProvenanceView, recipe_in, show_provenance
from circletake.workflows.show_seams import show_seams
from circletake.workflows.sign_ins import SignIns
from circletake.workflows.together import Seat, take_seat
from circletake.workflows.verify_film import Verified
from circletake.workflows.views import (
    AccountView,
    BoardView,
    BookCheckView,
    BookEntryView,
    BoxView,
    CharacterLineView,
    CharacterView,
    CheckpointView,
    ConsentView,
    CutView,
    DeliveryView,
    EvidenceDetailView,
    ImportedCutView,
    InvitationView,
    InvitedView,
    JobView,
    LineageView,
    MachineView,
    MadeTokenView,
    MeView,
    PolicyNameView,
    PolicyPreviewView,
    PolicyView,
    ProductionView,
    QueueItemView,
    ReaffirmView,
    ReasonFamilyView,
    SelfTestView,
    StaleApprovalView,
    TaskView,
    TeamView,
    TimelineFormsView,
    TimelineView,
    WhatIfView,
)
from circletake.workflows.watch_folder import FolderWatch

BOOK_FILE, JOBS_FILE, CONTENT, CACHE, LOCK = "book.sqlite", "jobs.sqlite", "content", "cache", "serve.lock"
_TOML = """# This studio's settings; `circletake config` shows all of them and where each comes from.
# What may ship is not set here: that is policy, and stands in the book.
"""
_SHOWN_JOBS = 200


class Studio:
    """One studio folder, open.

    Args:
        folder: where everything is kept.
        config: settings, read.
    """

    def __init__(self, folder: Path, config: Config) -> None:
        self.folder = folder
        self.config = config
        password = find_secret(DATABASE_PASSWORD, folder=folder, config=config) if config.database else None
        self._book_engine = open_book(config.database or folder / BOOK_FILE, password=password)
        self._jobs_engine = open_jobs(config.database or folder / JOBS_FILE, password=password)
        migrate_book(self._book_engine)
        migrate_jobs(self._jobs_engine)
        self.house = House(
            folder=folder,
            book=Book(self._book_engine),
            store=ContentStore(folder / CONTENT),
            queue=JobQueue(self._jobs_engine),
            witnesses=read_witnesses(config.witnesses),
            encoder=folder / Path(config.encoder).expanduser() if config.encoder else None,
            named_signing=_signing(folder, config),
            providers=open_providers(
                config.providers,
                folder=folder,
                secret_of=lambda name: find_secret(f"provider_{name}", folder=folder, config=config),
            ),
            is_shared=config.database is not None,
        )
        self._operations = {
            operation.name: operation
            for operation in cast(
                "Iterable[Operation]", find_members("circletake.workflows", "operation").values()
            )
        }
        self._runner: Runner | None = None
        self._daily: Daily | None = None
        self._keeper: Keeper | None = None
        self.generate = Generating(self.house)
        self._lock = contextlib.ExitStack()

    @classmethod
    def create(cls, folder: Path, *, config: Config | None = None) -> "Studio":
        """Make a studio in an empty or new folder, or in one that holds its settings and nothing else.

        With the setting `database` the book and the jobs are made in that database, and the folder
        keeps the rest.

        Raises:
            AlreadyThere: the folder holds a studio, or other things, or the database holds a studio.
        """
        if cls.is_in(folder):
            raise AlreadyThere(f"{folder} is a studio already; open it, or choose another folder.")
        if folder.exists() and {path.name for path in folder.iterdir()} - {FILE_NAME, "secrets"}:
            raise AlreadyThere(f"{folder} holds other things; choose a new or empty folder for the studio.")
        config = config or read_config(folder)
        if config.database is not None and _holds_a_studio(folder, config):
            raise AlreadyThere(
                f"{config.database} holds a studio already; name an empty database, or serve that studio "
                f"from its own folder."
            )
        folder.mkdir(parents=True, exist_ok=True)
        if config.database is not None:
            _keep_database(folder, config)
        elif not (folder / FILE_NAME).exists():
            (folder / FILE_NAME).write_text(_TOML, encoding="utf-8")
        return cls(folder, config)

    @staticmethod
    def is_in(folder: Path) -> bool:
        """Whether there is a studio in a folder, wherever it keeps its book."""
        return (folder / BOOK_FILE).exists() or (folder / CONTENT).exists()

    @classmethod
    def open(cls, folder: Path, *, config: Config | None = None) -> "Studio":
        """Open the studio of a folder.

        Raises:
            StudioMissing: there is none.
            ConfigInvalid: the folder has a book of its own, and the settings name another.
        """
        config = config or read_config(folder)
        is_here = (folder / BOOK_FILE).exists()
        if config.database is None and not is_here:
            raise StudioMissing(
                f"There is no studio in {folder}; make one with `circletake new`, or name another: --studio."
            )
        if config.database is not None and is_here:
            raise ConfigInvalid(
                f"{folder} holds a book of its own, and the setting database names another; bring it there "
                f"with `circletake move`, or take the setting away."
            )
        if config.database is not None and not (folder.is_dir() and _holds_a_studio(folder, config)):
            raise StudioMissing(
                f"There is no studio in {config.database} with its folder at {folder}; make one with "
                f"`circletake new`."
            )
        return cls(folder, config)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the runner, hand its jobs back, let go of the files."""
        self.stop_runner()
        self.house.reader.close()
        self._lock.close()
        self._book_engine.dispose()
        self._jobs_engine.dispose()

    # people

    def add_person(self, name: str, *, password: str | None = None) -> PersonView:
        """Give somebody an account; whoever can write this folder may."""
        checked = accounts.checked_name(name)
        hashed = accounts.hash_password(password) if password else None
        with self.house.book.transact() as tx:
            person = crew.open_person(tx, checked, password_hash=hashed)
        return PersonView(id=str(person), name=checked)

    def set_password(self, name: str, password: str) -> None:
        """Give somebody a new password; wherever they were signed in, that ends."""
        hashed = accounts.hash_password(password)
        with self.house.book.transact() as tx:
            accounts.set_password(tx.conn, person=accounts.get_person(tx.conn, name), password_hash=hashed)

    def set_role(self, session: Session, production: str, *, person: str, role: str) -> None:
        """Give somebody, by name, a role in a production.

        Raises:
            NameInvalid: there is no such role.
        """
        who = self._person(session, production, person)
        (checked,) = crew.checked_roles([role])
        found_production.cast_role(self.house, session, production, person=who, role=checked)

    def take_role(self, session: Session, production: str, *, person: str, role: str) -> None:
        """Take a role from somebody, by name or id.

        Raises:
            NotFound: they do not hold it by name.
            LastProducer: nobody would produce the production.
        """
        who = self._person(session, production, person)
        (checked,) = crew.checked_roles([role])
        crew.take_role(self.house, session, production, person=who, role=checked)

    def _person(self, session: Session, production: str, named: str) -> PersonId:
        """Somebody by name or id, for whoever may give them a role; others learn of nobody."""
        with self.house.book.reading() as conn:
            require(conn, session, production, "cast_roles")
            if named.startswith(PERSON_PREFIX) and named in accounts.names(conn):
                return PersonId(named)
            return accounts.get_person(conn, named)

    def team(self, session: Session, production: str) -> TeamView:
        """Who holds what in a production."""
        return crew.show_team(self.house, session, production)

    def make_group(self, session: Session, production: str, label: str) -> TeamView:
        """Make a group of people who will hold roles together."""
        crew.make_group(self.house, session, production, label)
        return self.team(session, production)

    def disband_group(self, session: Session, production: str, group: str) -> TeamView:
        """End a group, by name or id."""
        crew.disband_group(self.house, session, production, group)
        return self.team(session, production)

    def set_member(
        self, session: Session, production: str, group: str, *, person: str, member: bool
    ) -> TeamView:
        """Put somebody into a group, or take them out."""
        who = self._person(session, production, person)
        crew.set_member(self.house, session, production, group, person=who, member=member)
        return self.team(session, production)

    def set_group_role(
        self, session: Session, production: str, group: str, *, role: str, granted: bool
    ) -> TeamView:
        """Give a group a role, or take it."""
        with self.house.book.reading() as conn:
            require(conn, session, production, "cast_roles")
        (checked,) = crew.checked_roles([role])
        crew.set_group_role(self.house, session, production, group, role=checked, granted=granted)
        return self.team(session, production)

    def invite(
        self, session: Session, production: str, *, roles: Sequence[str], hours: int = 72
    ) -> tuple[str, str]:
        """Invite somebody with roles; returns the invitation's id and the token of its link."""
        return crew.invite(self.house, session, production, asked=roles, hours=hours)

    def invitations(self, session: Session, production: str) -> list[InvitationView]:
        """Invitations to a production."""
        return crew.list_invitations(self.house, session, production)

    def revoke_invitation(self, session: Session, production: str, invitation: str) -> None:
        """End an invitation."""
        crew.revoke_invitation(self.house, session, production, invitation)

    def invitation(self, token: str) -> InvitedView:
        """What an invitation's link is for."""
        return crew.show_invitation(self.house, token)

    def accept_invitation(
        self,
        token: str,
        *,
        session: Session | None = None,
        name: str = "",
        password: str | None = None,
        label: str = "",
    ) -> str | None:
        """Accept an invitation, as whoever is signed in or as somebody new.

        Returns:
            The new session's token; None for somebody who was signed in.
        """
        if session is not None:
            session.sitting("accept an invitation")
        self.invitation(token)  # before the password is hashed, which takes a while
        hashed = accounts.hash_password(password) if password and session is None else None
        with self.house.book.transact() as tx:
            person = crew.join(
                self.house,
                tx,
                token,
                person=session.person if session else None,
                name=name,
                password_hash=hashed,
            )
        return None if session else self.open_session(person, label=label)

    # one's own account

    def account(self, session: Session) -> AccountView:
        """One's own account."""
        return own.show_account(self.house, session, idle=self._idle)

    def people_seen(self, session: Session) -> list[PersonView]:
        """Everybody, for whoever works here; somebody who only visits sees themselves."""
        return own.people_seen(self.house, session)

    def change_password(self, session: Session, *, current: str, password: str, label: str = "") -> str:
        """Change one's own password: every session ends; returns the token of a new one."""
        own.change_password(self.house, session, current=current, password=password)
        return self.open_session(session.person, label=label)

    def end_session(self, session: Session, session_id: str) -> None:
        """End a session of one's own."""
        own.end_session(self.house, session, session_id)

    def end_other_sessions(self, session: Session) -> int:
        """End every session of one's own but this one."""
        return own.end_other_sessions(self.house, session)

    def make_machine(self, session: Session, label: str) -> MachineView:
        """Make an account for a program, owned by whoever asks."""
        return machines.make_machine(self.house, session, label)

    def retire_machine(self, session: Session, machine: str) -> None:
        """Retire a machine of one's own."""
        machines.retire_machine(self.house, session, machine)

    def make_token(
        self,
        session: Session,
        *,
        label: str,
        scopes: Sequence[str] = (),
        days: int = 90,
        machine: str | None = None,
    ) -> MadeTokenView:
        """Make an API token; its secret is shown this once."""
        made, secret = machines.make_token(
            self.house, session, label=label, scopes=scopes, days=days, machine=machine
        )
        return MadeTokenView(id=made, secret=secret)

    def revoke_token(self, session: Session, token: str) -> None:
        """End an API token of one's own."""
        machines.revoke_token(self.house, session, token)

    @property
    def sign_ins(self) -> SignIns:
        """Passkeys and identities: what the doors check and this house keeps."""
        return SignIns(self.house)

    @property
    def guests(self) -> Guests:
        """Guest links: made, revoked, and what comes by them."""
        return Guests(self.house)

    @property
    def dailies(self) -> Dailies:
        """Dailies: playlists, what stands in them, and what was watched."""
        return Dailies(self.house)

    @property
    def panels(self) -> Panels:
        """The board of panels: brought in, shown, played, conformed."""
        return Panels(self.house)

    # signing in

    def sign_in(self, name: str, password: str, *, label: str = "") -> str:
        """Sign in with a password; returns the session's token."""
        with self.house.book.reading() as conn:
            known = accounts.find_password_hash(conn, name)
        return self.open_session(accounts.check_password(known, password), label=label)

    def make_link(self, name: str, *, hours: int = 24) -> str:
        """A token that signs this person in once, within some hours."""
        with self.house.book.transact() as tx:
            person = accounts.get_person(tx.conn, name)
            return accounts.open_link(tx.conn, person=person, now=accounts.utc_now(), hours=hours)

    def sign_in_by_link(self, token: str, *, label: str = "") -> str:
        """Use a one-time link; returns the session's token."""
        with self.house.book.transact() as tx:
            person = accounts.use_link(tx.conn, token, now=accounts.utc_now())
        return self.open_session(person, label=label)

    def open_session(self, person: PersonId, *, label: str = "") -> str:
        """Sign in somebody who has proven who they are; returns the session's token."""
        with self.house.book.transact() as tx:
            return accounts.open_session(
                tx.conn,
                person=person,
                now=accounts.utc_now(),
                days=self.config.session_days,
                label=label,
            )

    @property
    def _idle(self) -> timedelta:
        return timedelta(hours=self.config.session_idle_hours)

    def session_of(self, token: str | None) -> Session:
        """Who holds this session's token, or comes with this API token."""
        now = accounts.utc_now()
        is_bearer = token is not None and token.startswith(tokens.PREFIX)
        with self.house.book.reading() as conn:
            if token is not None and is_bearer:
                found, is_due = tokens.bearer_of(conn, token, now=now)
            else:
                found, is_due = accounts.session_of(conn, token, now=now, idle=self._idle)
        if is_due and token is not None:
            note = tokens.note_used if is_bearer else accounts.note_seen
            # a book that cannot be written now is still read by whoever is signed in
            with contextlib.suppress(CircletakeError), self.house.book.transact() as tx:
                note(tx.conn, token, now=now)
        return found

    def sign_out(self, token: str) -> None:
        """End a session."""
        with self.house.book.transact() as tx:
            accounts.close_session(tx.conn, token)

    def me(self, session: Session) -> MeView:
        """Who is signed in."""
        return show.me(self.house, session)

    def people(self) -> list[PersonView]:
        """Everybody with an account, by name."""
        with self.house.book.reading() as conn:
            found = accounts.names(conn)
        return [
            PersonView(id=key, name=name) for key, name in sorted(found.items(), key=lambda item: item[1])
        ]

    # productions, shots, takes

    def productions(self, session: Session) -> list[ProductionView]:
        """Productions this person is part of."""
        with self.house.book.reading() as conn:
            return show.productions_of(conn, session)

    def new_production(
        self,
        session: Session,
        *,
        code: str,
        title: str,
        rate: Fraction,
        width_px: int,
        height_px: int,
        policy: str = "animation",
    ) -> ProductionView:
        """Found a production; its founder becomes its producer."""
        found_production.found_production(
            self.house,
            session,
            code=code,
            title=title,
            rate=rate,
            width_px=width_px,
            height_px=height_px,
            policy=policy,
        )
        return next(view for view in self.productions(session) if view.code == code)

    def board(self, session: Session, production: str) -> BoardView:
        """Shots × stages."""
        return show_board.show_board(self.house, session, production)

    def board_json(self, session: Session, production: str) -> bytes:
        """The same as JSON, as it is kept: nothing of it is made for this request alone but its head."""
        return show_board.board_json(self.house, session, production)

    def work_out_boards(self) -> None:
        """Work out every board once, so that the first who asks does not wait for it."""
        with contextlib.suppress(CircletakeError):  # whoever asks is told
            show_board.work_out_all(self.house)

    def saved_views(self, session: Session, production: str) -> list[SavedBoardView]:
        """This person's own views of a board."""
        return saved_views.list_views(self.house, session, production)

    def save_view(self, session: Session, production: str, *, name: str, query: str) -> list[SavedBoardView]:
        """Keep a view of a board under a name."""
        saved_views.save_view(self.house, session, production, name=name, query=query)
        return self.saved_views(session, production)

    def delete_view(self, session: Session, production: str, *, view: str) -> list[SavedBoardView]:
        """Forget a view of a board."""
        saved_views.delete_view(self.house, session, production, view=view)
        return self.saved_views(session, production)

    def queue(self, session: Session) -> list[QueueItemView]:
        """What waits for this person."""
        return show_queue.show_queue(self.house, session)

    def inbox(self, session: Session) -> list[InboxItemView]:
        """What waits for a person, and why."""
        return inbox.show_inbox(self.house, session)

    def notices(self, session: Session) -> NoticesView:
        """What happened that concerns a person."""
        return inbox.show_notices(self.house, session)

    def note_seen(self, session: Session, seq: int) -> NoticesView:
        """Remember how far a person has seen what happened."""
        inbox.note_seen(self.house, session, seq)
        return self.notices(session)

    def task(self, session: Session, task_id: str) -> TaskView:
        """A task with everything a judge needs."""
        return show_task.show_task(self.house, session, task_id)

    def context(self, session: Session, task: str, *, content: str, shots: int = 1) -> ContextView:
        """A take between its neighbours in the cut."""
        return contexts.show_context(self.house, session, task, content=content, shots=shots)

    def provenance(self, session: Session, task: str, *, content: str) -> ProvenanceView:
        """Where a take came from."""
        return show_provenance(self.house, session, task, content=content)

    def recipe(self, session: Session, task: str, *, content: str) -> Recipe:
        """What a take was made by, ready to be asked for something else."""
        return recipe_in(self.house, session, task, content=content)

    def find_task(self, session: Session, production: str, code: str, stage: str) -> str:
        """The id of an entity's task at a stage."""
        with self.house.book.reading() as conn:
            found, _ = require(conn, session, production, "see")
            return receive_take.task_of(conn, found, code, stage).task.id

    def add_shot(
        self,
        session: Session,
        production: str,
        *,
        code: str,
        title: str,
        frames: int,
        source_class: SourceClass,
    ) -> None:
        """Record a shot that is wanted."""
        found_production.add_shot(
            self.house, session, production, code=code, title=title, frames=frames, source_class=source_class
        )

    def add_take(
        self,
        session: Session,
        production: str,
        *,
        shot: str,
        stage: str,
        path: Path,
        label: str = "",
        origin: Origin = "drawn",
        parent: int | None = None,
        change: ChangeKind = "rework",
        on: Sequence[str] | None = None,
    ) -> TaskView:
        """Take a file in as an attempt."""
        receive_take.receive_take(
            self.house,
            session,
            production,
            shot=shot,
            stage=stage,
            path=path,
            label=label,
            origin=origin,
            parent=parent,
            change=change,
            on=on,
        )
        return self.task(session, self.find_task(session, production, shot, stage))

    def watch_folder(
        self, session: Session, production: str, *, stage: str, folder: Path, origin: Origin = "drawn"
    ) -> FolderWatch:
        """A folder whose files become takes of the shots that they name; to be polled, then closed."""
        return FolderWatch(self.house, session, production, stage=stage, folder=folder, origin=origin)

    def import_film(
        self,
        session: Session,
        production: str,
        path: Path,
        *,
        prefix: str = "SH",
        source_class: SourceClass = "camera",
        progress: Callable[[int, int], None] | None = None,
    ) -> list[str]:
        """Bring a film in, shot by shot; returns the new shots' codes."""
        return import_film.import_film(
            self.house, session, production, path, prefix=prefix, source_class=source_class, progress=progress
        )

    def sheet_add(
        self,
        session: Session,
        production: str,
        *,
        character: str,
        images: Sequence[BoxedImage],
        kind: SheetKind = "character",
    ) -> TaskView:
        """Make a model sheet, or a style bible, out of boxed images."""
        sheets.sheet_add(self.house, session, production, character=character, images=images, kind=kind)
        return self.task(session, self.find_task(session, production, character, DESIGN))

    def sheet_adopt(self, session: Session, production: str, *, character: str) -> TaskView:
        """Make the newest approved sheet the one shots lean on."""
        return self.task(session, sheets.sheet_adopt(self.house, session, production, character))

    # shots

    def shot(self, session: Session, production: str, code: str) -> ShotView:
        """A shot, or anything else that takes are made for, with its history."""
        return show_shot.show_shot(self.house, session, production, code)

    # characters

    def characters(self, session: Session, production: str) -> list[CharacterLineView]:
        """Every character: which sheet is adopted, how many circled shots show it."""
        return show_character.list_characters(self.house, session, production)

    def character(self, session: Session, production: str, character: str) -> CharacterView:
        """What was learnt of a character, and what to add."""
        return show_character.show_character(self.house, session, production, character)

    # lineage

    def lineage(self, session: Session, task: str) -> LineageView:
        """What a task leans on, and what leans on it."""
        return show_lineage.show_lineage(self.house, session, task)

    def adopt(self, session: Session, task: str, *, number: int | None = None) -> TaskView:
        """Make a take that passes its gates the one that others lean on; the newest, or this one."""
        with self.house.book.reading() as conn:
            row = reads.find_task(conn, task)
        if row is None:
            raise NotFound(f"There is no task {task} here; the board lists them.")
        adopted = adopting.adopt_take(
            self.house,
            session,
            row.task.production,
            code=row.entity.code,
            stage=row.task.stage,
            number=number,
        )
        return self.task(session, adopted)

    def stale(self, session: Session, production: str) -> list[StaleApprovalView]:
        """Every approval that is stale, largest visible change first."""
        return staleness.stale_now(self.house, session, production)

    def what_if(self, session: Session, production: str, *, supposed: Mapping[str, str | None]) -> WhatIfView:
        """What adopting these contents would change; nothing is changed."""
        return staleness.what_if(self.house, session, production, supposed=supposed)

    def reaffirm(
        self, session: Session, production: str, confirmations: Sequence[Confirmation]
    ) -> ReaffirmView:
        """Confirm stale approvals of one's own, one by one."""
        return reaffirming.reaffirm(self.house, session, production, confirmations)

    def fill_with_demo(self, *, on_progress: Callable[[list[JobView]], None] | None = None) -> list[str]:
        """Fill this studio with the demo production; returns the names of its people."""
        with self.house.book.reading() as conn:
            known = set(accounts.names(conn).values())
        for name in demo.NAMES:
            if name not in known:
                self.add_person(name)
        cast_ = demo.Cast(
            **{
                role: self.session_of(self.sign_in_by_link(self.make_link(name)))
                for name, role in demo.NAMES.items()
            }
        )
        demo.fill_with_demo(self.house, cast_, work=lambda: self._work_off(on_progress))
        return list(demo.NAMES)

    def _work_off(self, on_progress: Callable[[list[JobView]], None] | None) -> None:
        """Run what is owed, and what that orders in turn, to its end."""
        failed = [job for job in self.run_jobs(on_progress=on_progress) if job.state == "failed"]
        if failed:
            raise JobFailed(f"{failed[0].label} failed: {failed[0].error}")

    # evidence and verdicts

    def evidence(self, session: Session, evidence_id: str) -> EvidenceDetailView:
        """Evidence in full."""
        return show_task.show_evidence(self.house, session, evidence_id)

    def call_flag(
        self,
        session: Session,
        evidence_id: str,
        *,
        label: str,
        frames: tuple[int, int],
        call: str,
        key: str,
        note: str = "",
    ) -> EvidenceDetailView:
        """Say whether a flag was right, wrong, or take that back; no gate asks for it."""
        said = FlagCall(evidence_id, label, frames, cast("Said", call), key, note)
        call_flag(self.house, session, said)
        return self.evidence(session, evidence_id)

    def trust(self, session: Session, production: str) -> list[TrustView]:
        """How often each check's flags are right in a production, as people said."""
        return show_trust(self.house, session, production)

    def check(self, session: Session, production: str, *, shot: str | None = None) -> list[JobView]:
        """Order every measurement that is asked for and not there yet; note which consents have ended."""
        self.lapse_consents()
        return self._job_views(measuring.order_all(self.house, session, production, code=shot))

    def record_verdict(
        self,
        session: Session,
        *,
        task: str,
        content: str,
        gate: str,
        value: int,
        key: str,
        reasons: Sequence[str] = (),
        disposition: str = "fix",
        note: str | None = None,
        ranges: Sequence[tuple[int, int]] = (),
        answers: Sequence[str] = (),
        gate_hash: str = "",
        upstream: Mapping[str, str] | None = None,
        severity: str | None = None,
        regions: Sequence[Sequence[int]] = (),
        watched: Sequence[tuple[int, int]] = (),
        dwell_ms: int = 0,
    ) -> TaskView:
        """Record what a person decided, and ask the gates again."""
        call = verdicts.Call(
            task=task,
            content=content,
            gate=gate,
            value=value,
            key=key,
            reasons=list(reasons),
            disposition=cast("Disposition", disposition),
            note=note,
            ranges=[FrameRange(start, end) for start, end in ranges],
            answers=list(answers),
            gate_hash=gate_hash,
            upstream=dict(upstream) if upstream is not None else None,
            severity=cast("Severity | None", severity),
            regions=[cast("Region", tuple(region)) for region in regions],
            watched=[FrameRange(start, end) for start, end in watched],
            dwell_ms=dwell_ms,
        )
        verdicts.give_verdict(self.house, session, call)
        return self.task(session, task)

    def record_override(
        self,
        session: Session,
        *,
        task: str,
        content: str,
        gate: str,
        code: str,
        note: str,
        key: str,
        role: str | None = None,
        gate_hash: str = "",
        upstream: Mapping[str, str] | None = None,
    ) -> TaskView:
        """Let a take pass a gate although rules of it do not hold; shown for ever."""
        call = overriding.OverrideCall(
            task=task,
            content=content,
            gate=gate,
            code=code,
            note=note,
            key=key,
            role=role,
            gate_hash=gate_hash,
            upstream=dict(upstream) if upstream is not None else None,
        )
        overriding.give_override(self.house, session, call)
        return self.task(session, task)

    def note_add(
        self,
        session: Session,
        *,
        task: str,
        content: str,
        text: str,
        key: str,
        severity: str = "issue",
        ranges: Sequence[tuple[int, int]] = (),
        regions: Sequence[Sequence[int]] = (),
        reply_to: str | None = None,
        drawings: Sequence[str] = (),
    ) -> TaskView:
        """Note something on a take, or answer a note."""
        remark = remarks.Remark(
            task=task,
            content=content,
            text=text,
            key=key,
            severity=cast("Severity", severity),
            ranges=[FrameRange(start, end) for start, end in ranges],
            regions=[cast("Region", tuple(region)) for region in regions],
            reply_to=reply_to,
            drawings=list(drawings),
        )
        remarks.add_note(self.house, session, remark)
        return self.task(session, task)

    def note_resolve(self, session: Session, *, note: str, disposition: str, key: str) -> TaskView:
        """Settle a note on exactly this content."""
        settled = cast("Disposition", disposition)
        return self.task(
            session, remarks.resolve_note(self.house, session, note, disposition=settled, key=key)
        )

    def seat(self, session: Session, production: str) -> Seat:
        """What somebody may in the review rooms of a production."""
        return take_seat(self.house, session, production)

    def drawings(self, session: Session, *, task: str, content: str) -> list[DrawingView]:
        """What people drew on a take and still stands."""
        return drawing.list_drawings(self.house, session, task, content=content)

    def draw(self, session: Session, *, task: str, content: str, done: DrawingOp) -> list[DrawingView]:
        """Draw on a take, or alter, delete or take back what one drew; what is told is what stands."""
        drawing.draw(self.house, session, drawing.Stroke(task, content, done))
        return self.drawings(session, task=task, content=content)

    def export_notes(
        self, session: Session, *, task: str, content: str, form: str, names_path: bool = False
    ) -> Exported:
        """Notes and drawings of a take as a file: `otio` for OpenRV, or `pdf`."""
        return export_notes(self.house, session, task, content=content, form=form, names_path=names_path)

    # boxes

    def boxes(self, session: Session, *, task: str, content: str) -> list[BoxView]:
        """Where people say that characters are in a take."""
        return boxes.list_boxes(self.house, session, task, content=content)

    def box_draw(
        self,
        session: Session,
        *,
        task: str,
        content: str,
        character: str,
        frame: int,
        where: Sequence[int] | None,
        key: str,
    ) -> list[BoxView]:
        """Say where a character is in a frame of a take, or (None) that it is not in it."""
        placed = boxes.Placement(
            task=task,
            content=content,
            character=character,
            frame=frame,
            where=cast("Where", tuple(where)) if where is not None else None,
            key=key,
        )
        boxes.draw_box(self.house, session, placed)
        return self.boxes(session, task=task, content=content)

    def box_withdraw(self, session: Session, *, box: str, key: str) -> list[BoxView]:
        """Take a box back; what is told is what stands on its take."""
        task, content = boxes.withdraw_box(self.house, session, box, key=key)
        return self.boxes(session, task=task, content=content)

    # consents and permits

    def consents(self, session: Session, production: str) -> list[ConsentView]:
        """Every consent and permit of a production."""
        return consents.list_consents(self.house, session, production)

    def consent_add(
        self,
        session: Session,
        production: str,
        *,
        kind: str,
        code: str,
        subject: str,
        uses: Sequence[str],
        until: str | None = None,
        document: Path | None = None,
        renews: str | None = None,
    ) -> list[ConsentView]:
        """Record that somebody agreed, or that a right was obtained; or renew one."""
        consents.record_consent(
            self.house,
            session,
            production,
            kind=kind,
            code=code,
            subject=subject,
            uses=uses,
            until=until,
            document=document,
            renews=renews,
        )
        return self.consents(session, production)

    def consent_revoke(self, session: Session, production: str, *, consent: str) -> list[ConsentView]:
        """Record that a consent or permit no longer holds."""
        consents.revoke_consent(self.house, session, production, consent)
        return self.consents(session, production)

    def lapse_consents(self) -> int:
        """Record which consents and permits have ended; returns how many."""
        return consents.lapse_consents(self.house)

    def _note_the_day(self) -> None:
        """Note what has ended by itself: consents, permits, guest links."""
        self.lapse_consents()
        self.guests.lapse()

    # policies

    def shipped_policies(self) -> list[PolicyNameView]:
        """Every policy that comes with circletake."""
        return policies.shipped_policies()

    def shipped_policy(self, name: str) -> PolicyView:
        """A policy that comes with circletake, in plain words."""
        return policies.show_shipped(name)

    def check_policy(self, text: str, *, file: str) -> PolicyView:
        """A policy that somebody wrote, in plain words, if it can be used."""
        return policies.check_text(text, file=file)

    def policy(self, session: Session, production: str) -> PolicyView:
        """The policy in force in a production."""
        return policies.show_policy(self.house, session, production)

    def policy_propose(self, session: Session, production: str, *, text: str, file: str) -> TaskView:
        """Propose a policy: a take of the production's policy, to be judged."""
        return self.task(session, policies.propose(self.house, session, production, text=text, file=file))

    def policy_preview(
        self,
        session: Session,
        production: str,
        *,
        number: int | None = None,
        text: str | None = None,
        file: str = "policy.toml",
    ) -> PolicyPreviewView:
        """What another policy would change; nothing is recorded."""
        return policies.preview(self.house, session, production, number=number, text=text, file=file)

    def policy_adopt(
        self, session: Session, production: str, *, number: int | None = None, anyway: bool = False
    ) -> PolicyView:
        """Put a circled policy in force."""
        policies.adopt_policy(self.house, session, production, number=number, anyway=anyway)
        return self.policy(session, production)

    def withdraw(self, session: Session, *, verdict_seq: int, key: str) -> TaskView:
        """Take one's own verdict back."""
        return self.task(session, verdicts.withdraw(self.house, session, verdict=verdict_seq, key=key))

    def hold(self, session: Session, task: str, reason: str) -> TaskView:
        """Park a task, for a reason."""
        holding.hold(self.house, session, task, reason=reason)
        return self.task(session, task)

    def release(self, session: Session, task: str) -> TaskView:
        """Take a parked task up again."""
        holding.hold(self.house, session, task, reason=None)
        return self.task(session, task)

    # the cut

    def cut(self, session: Session, production: str) -> CutView:
        """The cut as it stands."""
        return show_cut.show_cut(self.house, session, production)

    def film(self, session: Session, production: str) -> FilmView:
        """The whole film as it stands today, in cut order."""
        return films.show_film(self.house, session, production)

    def cut_assemble(self, session: Session, production: str) -> CutView:
        """Make the first cut out of the shots that are wanted."""
        fill_gap.assemble(self.house, session, production)
        return self.cut(session, production)

    def cut_fill(
        self,
        session: Session,
        production: str,
        *,
        slot: str,
        take: str,
        source_in: int = 0,
        cut_hash: str | None = None,
    ) -> CutView:
        """Put a take into a slot."""
        fill_gap.fill_gap(
            self.house, session, production, slot=slot, take=take, source_in=source_in, cut_seen=cut_hash
        )
        return self.cut(session, production)

    def cut_clear(
        self, session: Session, production: str, *, slot: str, cut_hash: str | None = None
    ) -> CutView:
        """Take a slot's take out again."""
        fill_gap.clear_slot(self.house, session, production, slot=slot, cut_seen=cut_hash)
        return self.cut(session, production)

    def cut_gaps(self, session: Session, production: str) -> GapsView:
        """Every gap of the cut, with its neighbours, its board panel and what could be made of it."""
        return show_gaps.show_gaps(self.house, session, production)

    def cut_make(
        self,
        session: Session,
        production: str,
        *,
        slot: str,
        maker: str,
        wish: MakeWish | None = None,
        cut_hash: str | None = None,
    ) -> JobView:
        """Order a take for a slot out of what stands in the cut; it is judged like any other."""
        key = make_take.order_make(
            self.house,
            session,
            production,
            slot=slot,
            maker=maker,
            wish=wish or MakeWish(),
            cut_seen=cut_hash,
        )
        return self._job_views([key])[0]

    def cut_pack(self, session: Session, production: str, *, slot: str) -> Path:
        """A slot as a pack for a generator elsewhere: a zip in the cache, to be copied."""
        return gap_pack.pack_gap(self.house, session, production, slot=slot)

    def cut_receive(
        self, session: Session, production: str, *, pack: Path, path: Path, label: str = ""
    ) -> gap_pack.Returned:
        """Take a generator's film back in as a take of the shot that its pack was made for."""
        return gap_pack.receive_result(self.house, session, production, pack=pack, path=path, label=label)

    def cut_may_receive(self, session: Session, production: str, *, slot: str) -> Path:
        """Where a film that is sent for a slot may lie while it arrives; refused before it is read."""
        gap_pack.check_receives(self.house, session, production, slot=slot)
        arriving = self.folder / "cache" / "arriving"
        arriving.mkdir(parents=True, exist_ok=True)
        return arriving

    def cut_receive_for(
        self, session: Session, production: str, *, slot: str, path: Path, label: str = ""
    ) -> gap_pack.Returned:
        """Take a film in for a slot, as what came of the pack that went out for it last."""
        return gap_pack.receive_for_gap(self.house, session, production, slot=slot, path=path, label=label)

    def cut_find(
        self, session: Session, production: str, *, slot: str, words: str = "", most: int = find_takes.MOST
    ) -> FoundView:
        """Takes made for other places that could fill a slot, with why one could not."""
        return find_takes.find_takes(self.house, session, production, slot=slot, words=words, most=most)

    def cut_take_find(
        self, session: Session, production: str, *, slot: str, take: str, cut_hash: str | None = None
    ) -> CutView:
        """Make a take that was found one of a slot's own shot, to be judged for this place."""
        find_takes.take_find(self.house, session, production, slot=slot, take=take, cut_seen=cut_hash)
        return self.cut(session, production)

    def cut_versions(
        self, session: Session, production: str, *, before: int | None = None
    ) -> CutVersionsView:
        """Versions of the cut, the newest first, fifty at a time, each with what was done in it."""
        return cut_versions.show_versions(self.house, session, production, before=before)

    def cut_diff(
        self, session: Session, production: str, *, old: int | None = None, new: int | None = None
    ) -> CutDiffView:
        """What an editor did between two versions; left out, the last two."""
        return cut_versions.show_diff(self.house, session, production, old=old, new=new)

    def cut_back(
        self, session: Session, production: str, *, number: int, cut_hash: str | None = None
    ) -> CutView:
        """Make the cut what it was in an older version, as a new one."""
        cut_versions.step_back(self.house, session, production, number=number, cut_seen=cut_hash)
        return self.cut(session, production)

    def cut_splice(
        self,
        session: Session,
        production: str,
        *,
        slot: str,
        take: str,
        source_in: int = 0,
        joins: str = "both",
        steps: Sequence[str] | None = None,
        cut_hash: str | None = None,
    ) -> JobView:
        """Order a take made like what stands beside a slot: a new take, measured at its seams."""
        key = splice_shot.order_splice(
            self.house,
            session,
            production,
            slot=slot,
            take=take,
            source_in=source_in,
            joins=joins,
            steps=steps,
            cut_seen=cut_hash,
        )
        return self._job_views([key])[0]

    def cut_seam(self, session: Session, production: str, *, slot: str, joins: str = "both") -> JobView:
        """Order the seams of what stands in a slot to be measured."""
        key = splice_shot.order_seam(self.house, session, production, slot=slot, joins=joins)
        return self._job_views([key])[0]

    def cut_seams(self, session: Session, production: str, *, slot: str) -> SeamsView:
        """What was measured of the seams of a slot."""
        return show_seams(self.house, session, production, slot=slot)

    def cut_render(self, session: Session, production: str) -> JobView | None:
        """Order a render of the cut as it stands; None where exactly this edit is rendered already."""
        key = render_cut.order_render(self.house, session, production)
        return self._job_views([key])[0] if key else None

    def cut_forms(self, session: Session, production: str) -> TimelineFormsView:
        """Every form of timeline, and which way it goes."""
        return exchange.timeline_forms(self.house, session, production)

    def cut_outputs(self, session: Session, production: str) -> OutputsView:
        """What the cut as it stands can be made into, and what of it is made."""
        return make_output.outputs(self.house, session, production)

    def cut_output(self, session: Session, production: str, preset: str) -> JobView | None:
        """Order a version of the film for a purpose; None where exactly this is made already."""
        key = make_output.order_output(self.house, session, production, preset)
        return self._job_views([key])[0] if key else None

    def cut_output_file(self, session: Session, production: str, preset: str) -> tuple[Path, str]:
        """Where a version that is made lies, and what its file is called."""
        return make_output.output_file(self.house, session, production, preset)

    def cut_output_copy(self, session: Session, production: str, preset: str, path: Path) -> None:
        """Copy a version that is made to a place of the person's own."""
        make_output.copy_output(self.house, session, production, preset, path)

    def cut_subtitles(self, session: Session, production: str, path: Path, out: Path) -> list[str]:
        """Write subtitles beside the film of the cut as it stands; returns what did not fit it."""
        return exchange.fit_subtitles_to(self.house, session, production, path, out)

    def cut_export(
        self, session: Session, production: str, path: Path, *, form: str | None = None
    ) -> list[str]:
        """Write the cut into a file for an editor; returns what its form cannot carry."""
        return exchange.export_cut(self.house, session, production, path, form=form)

    def cut_file(self, session: Session, production: str, *, form: str) -> tuple[TimelineView, bytes]:
        """The cut as a file of a form, for somebody on another machine."""
        return exchange.cut_file(self.house, session, production, form=form)

    def cut_import(
        self, session: Session, production: str, path: Path, *, form: str | None = None
    ) -> ImportedCutView:
        """Bring a timeline in as the next cut; says what could not be carried."""
        lost = exchange.import_cut(self.house, session, production, path, form=form)
        return ImportedCutView(self.cut(session, production), lost)

    def cut_import_sent(
        self, session: Session, production: str, *, name: str, data: bytes, form: str | None = None
    ) -> ImportedCutView:
        """Bring in a timeline that was sent as bytes."""
        lost = exchange.import_sent(self.house, session, production, name, data, form=form)
        return ImportedCutView(self.cut(session, production), lost)

    def deliver(self, session: Session, production: str, *, beside: bool = False) -> DeliveryView:
        """Seal, sign and write the deliverable, or refuse with everything that is missing."""
        return delivery.deliver(self.house, session, production, beside=beside)

    def seal_still(self, session: Session, *, task: str, content: str, to: Path) -> Signed:
        """Sign a still that every gate passes into a new file."""
        return sealing.seal_still(self.house, session, task, content=content, to=to)

    def disclosure(
        self, session: Session, production: str, form: str, *, seal: int | None = None
    ) -> Exported:
        """What of the cut, or of a deliverable, is made how, as a file: json, csv or pdf."""
        return delivery.export_disclosure(self.house, session, production, form, seal=seal)

    def disclosure_view(self, session: Session, production: str) -> DisclosureView:
        """What of the cut as it stands is made how."""
        return check_delivery.disclosure_view(self.house, session, production)

    def check_delivery(self, session: Session, production: str, *, seq: int) -> DeliveryCheckView:
        """What holds of a deliverable as it lies in its folder now."""
        return check_delivery.check_delivery(self.house, session, production, seq=seq)

    def verify(self, path: Path, *, authority: Path | None = None) -> Verified:
        """What holds of a film that came from anywhere, asked of this studio's book."""
        return verifying.verify_film(path, self.house, authority=authority)

    def deliveries(self, session: Session, production: str) -> list[DeliveryView]:
        """What was delivered, newest first."""
        return delivery.deliveries(self.house, session, production)

    # jobs

    def jobs(self, session: Session) -> list[JobView]:
        """Jobs that are open or failed, and the latest that are done."""
        if not self.productions(session):
            raise RoleMissing("You are part of no production yet; ask a producer for a role.")
        jobs = self.house.queue.jobs(limit=_SHOWN_JOBS)
        mine = show.jobs_of(self.house, session, jobs)
        stops = stop_render.stoppable(self.house, session, mine)
        return [self._job_view(job, may_stop=job.key in stops) for job in mine]

    def stop_render(self, session: Session, key: str) -> JobView:
        """Stop a render, or a version that is being made, and whatever helps it."""
        self._relay().copy()
        return self._job_view(stop_render.stop_render(self.house, session, key))

    def job_of(self, key: str) -> JobView:
        """A job that was just ordered."""
        return self._job_views([key])[0]

    def _job_views(self, keys: Sequence[str]) -> list[JobView]:
        self._relay().copy()
        found = self.house.queue.find_all(keys)
        return [self._job_view(found[key]) for key in keys if key in found]

    def _job_view(self, job: Job, *, may_stop: bool = False) -> JobView:
        operation = self._operations.get(job.op)
        return JobView(
            id=job.id,
            key=job.key,
            op=job.op,
            label=operation.label.format_map(job.args) if operation else job.op,
            state=job.state,
            done_frames=job.done_frames,
            total_frames=job.total_frames,
            error=job.error,
            may_stop=may_stop,
        )

    def run_jobs(
        self, keys: Sequence[str] | None = None, *, on_progress: Callable[[list[JobView]], None] | None = None
    ) -> list[JobView]:
        """Work in this process until these jobs, or all that are owed, are over."""
        runner = self._make_runner()

        def tell(jobs: Sequence[Job]) -> None:
            if on_progress is not None:
                on_progress([self._job_view(job) for job in jobs])

        try:
            return [self._job_view(job) for job in runner.run_until(keys, tell)]
        finally:
            runner.stop()

    def start_runner(self) -> None:
        """Work in the background: as the one server of this folder, or as one of several on PostgreSQL.

        Raises:
            StudioBusy: another server has this folder open, and its book is a file.
        """
        if self._runner is None:
            if self.config.database is None:
                self._take_lock()
            self.house.book.verify()  # all of it, once: a book that does not hold is served read-only
            self._runner = self._make_runner()
            self._runner.start()
            self._daily = Daily(self._note_the_day)
            self._daily.start()
            self._keeper = Keeper(self.house)
            self._keeper.start()
            self.generate.start()

    def stop_runner(self) -> None:
        """Stop working in the background; unfinished jobs are handed back."""
        self.generate.stop()
        if self._daily is not None:
            self._daily.stop()
            self._daily = None
        if self._runner is not None:
            self._runner.stop()
            self._runner = None
            show_board.keep_all(self.house)
            if self._keeper is not None:
                self._keeper.stop()
                self._keeper = None
            self._lock.close()

    def _take_lock(self) -> None:
        held = self._lock.enter_context((self.folder / LOCK).open("a"))
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as busy:
            raise StudioBusy(
                f"Another server has {self.folder} open; use that one, or stop it first."
            ) from busy

    def _relay(self) -> Relay:
        return Relay(self._book_engine, self.house.queue)

    def _make_runner(self) -> Runner:
        return Runner(
            self.house.queue,
            LocalExecutor(workers=self.config.workers),
            self._relay(),
            self._record,
            calls={operation.name: operation.call for operation in self._operations.values()},
            places={"store": str(self.house.store.root), "cache": str(self.folder / CACHE)},
            lease_ttl_s=self.config.lease_ttl_s,
        )

    def _record(self, job: Job, result: dict[str, Any]) -> None:
        """Append a job's outcome and that it is done, in one transaction; a second outcome is refused."""
        operation = self._operations.get(job.op)
        if operation is None:
            raise Bug(
                f"There is no operation “{job.op}” here; a newer circletake ordered it: update this one."
            )
        with self.house.book.transact() as tx:
            self._append_outcome(tx, operation, job, result)

    def _append_outcome(
        self, tx: Transaction, operation: Operation, job: Job, result: dict[str, Any]
    ) -> None:
        if operation.is_kept:
            tx.append("done", actor=STUDIO, body={"job": job.key, "op": job.op})
        operation.record(self.house, tx, {**job.args, "job": job.key}, result)

    # the book

    def book_seq(self) -> int:
        """Number of the last entry."""
        return self.house.book.head().seq

    def wait(self, after: int, timeout_s: float) -> int:
        """Wait until the book goes past an entry, or the time is up; returns the last entry's number."""
        return self.house.book.wait(after, timeout_s)

    def make_wire(
        self, channel: str, *, heard: Callable[[str, str], None], changed: Callable[[bool], None]
    ) -> Wire | None:
        """A wire to the other servers of this studio, to be started; None where there can be no others.

        Args:
            channel: only what is said in it is heard in it.
            heard: called, on another thread, with a server's id and what it said.
            changed: called, on another thread, with whether the wire is there, when that changed.
        """
        if self.config.database is None:
            return None
        return Wire(self._book_engine, channel, heard=heard, changed=changed)

    def book_verify(self) -> BookCheckView:
        """Check every byte of the book."""
        return show_book.verify(self.house)

    def book_replay(self) -> BookCheckView:
        """Rebuild every projection from the book and compare."""
        return show_book.replay(self.house)

    def checkpoint(self, *, new_key: bool = False) -> CheckpointView | None:
        """Sign what the book is now and show it to the witnesses; None of an empty book.

        Args:
            new_key: begin a new log, because a person says that a backup was restored.
        """
        if new_key:
            checkpointing.renew_key(self.house)
        made = checkpointing.take_checkpoint(self.house)
        return self.checkpoints()[0] if made else None

    def checkpoints(self, session: Session | None = None) -> list[CheckpointView]:
        """What was signed of the book, newest first, with what witnesses said.

        Args:
            session: who asks from afar; None is whoever has the folder.

        Raises:
            RoleMissing: they are part of no production.
        """
        if session is not None and not self.productions(session):
            raise RoleMissing("You are part of no production yet; ask a producer for a role.")
        return checkpointing.show_checkpoints(self.house)

    def book_export(self, folder: Path) -> BookCheckView:
        """Write the book, what was signed of it, names and the verifier into a new or empty folder."""
        return show_book.export(self.house, folder)

    def erase_person(self, session: Session, name: str, *, notes: bool = False) -> erasing.Erased:
        """Erase a person's name, account and, if asked, texts; what they decided stays."""
        return erasing.erase_person(self.house, session, name, notes=notes)

    def move(self, to: Config) -> Moved:
        """Copy book and jobs to another database, verify and compare, and use that one from now on.

        Args:
            to: settings that name it.

        Raises:
            AlreadyThere: this studio's book is in a database already, or another is in that one.
            StudioBusy: a server has this folder open.
            BookBroken: the book does not hold, or what arrived is not what left; nothing is changed.
        """
        if to.database is None or self.config.database is not None:
            raise AlreadyThere("This studio's book is where it should go already; nothing is moved.")
        self._take_lock()
        password = find_secret(DATABASE_PASSWORD, folder=self.folder, config=to)
        book, jobs = open_book(to.database, password=password), open_jobs(to.database, password=password)
        try:
            migrate_book(book)
            migrate_jobs(jobs)
            moved = move_book(self._book_engine, book)
            move_jobs(self._jobs_engine, jobs)
        finally:
            book.dispose()
            jobs.dispose()
        _keep_database(self.folder, to)
        self._book_engine.dispose()
        self._jobs_engine.dispose()
        for name in (BOOK_FILE, JOBS_FILE):
            (self.folder / name).rename(self.folder / f"{name}.moved")
        return moved

    def book_entries(self, session: Session, after: int, limit: int) -> list[BookEntryView]:
        """Entries after a number, of the studio and of productions this person is part of."""
        return show_book.entries(self.house, session, after=after, limit=limit)

    def news(self, session: Session, after: int, limit: int) -> list[BookEntryView]:
        """That something happened, for whoever may see where: number, kind and production, no bodies."""
        return show_book.news(self.house, session, after=after, limit=limit)

    # bytes

    def media(self, session: Session, content: str) -> Path:
        """A content's file, if it belongs to a production of theirs."""
        self._allow(session, content)
        return self.house.store.path(content)

    def media_frame(self, session: Session, content: str, n: int) -> bytes:
        """One frame of a take as the desk shows it, a JPEG."""
        return read_frame(self.house.store, self._derived(session, content, FRAMES), n)

    def full_frame(self, session: Session, content: str, n: int, layer: Layer) -> bytes:
        """One frame of a take in all of its own pixels, or its alpha, a JPEG."""
        self._allow(session, content)
        return full_frames.full_frame(self.house, content, n, layer)

    def peaks(self, session: Session, content: str) -> Path:
        """How loud a content is, four bytes a frame."""
        self._allow(session, content)
        return full_frames.peaks(self.house, content)

    def derived(self, session: Session, content: str, recipe: str) -> Path:
        """What was made of a content: `frames-1`, `proxy-1`, `poster-1` or `badges-1`."""
        return self.house.store.path(self._derived(session, content, recipe))

    def joined(self, session: Session, parts: list[tuple[str, FrameRange]], rate: Fraction) -> Path:
        """Parts of contents as one film, if they belong to productions of theirs."""
        for content in {content for content, _ in parts}:
            self._allow(session, content)
        return contexts.joined(self.house, parts, rate)

    def _derived(self, session: Session, content: str, recipe: str) -> str:
        self._allow(session, content)
        return self.house.derived(content, recipe)

    def self_test(self, session: Session, rate: Fraction) -> SelfTestView:  # noqa: ARG002 (any session may)
        """Film in which every frame says its number, at a rate, for the desk's player to test itself."""
        return self_test(self.house, rate)

    def _allow(self, session: Session, content: str) -> None:
        if content in SOURCES:
            return
        with self.house.book.reading() as conn:
            allowed = reads.may_see(conn, str(session.person), content)
        if not allowed and not show.is_sheet_picture(self.house, session, content):
            raise NotFound("There is no such content in a production of yours.")

    def reasons(
        self, session: Session | None = None, production: str | None = None
    ) -> list[ReasonFamilyView]:
        """Every reason code under its digit: those of a production, or those that come with circletake."""
        if session is None or production is None:
            return show.reason_families(shipped_reasons())
        with self.house.book.reading() as conn:
            found, _ = require(conn, session, production, "see")
            return show.reason_families(reasons_of(self.house.policy(conn, found.policy)))


def _signing(folder: Path, config: Config) -> Signing:
    """With what this studio signs: its own certificate, or one of an authority made in its folder."""
    named = config.seal_certificate
    return Signing(
        folder=folder / "secrets" / "seal",
        certificate=folder / Path(named).expanduser() if named else None,
        key=find_secret(SEAL_KEY, folder=folder, config=config) if named else None,
        stamp_url=config.seal_time_url,
    )


def _holds_a_studio(folder: Path, config: Config) -> bool:
    password = find_secret(DATABASE_PASSWORD, folder=folder, config=config)
    engine = open_book(config.database or folder / BOOK_FILE, password=password)
    try:
        return has_book(engine)
    finally:
        engine.dispose()


def _keep_database(folder: Path, config: Config) -> None:
    """Write where the book is into the folder's settings, and a password that came by flag beside them."""
    path = folder / FILE_NAME
    if read_config(folder, environ={}).database == config.database:
        return  # a move that broke off here is taken up again
    before = path.read_text(encoding="utf-8") if path.exists() else _TOML
    written = path.with_suffix(".new")
    with written.open("w", encoding="utf-8") as file:
        # first, because a setting after a [table] would belong to that
        file.write(f"database = {json.dumps(config.database)}\n{before}")
        file.flush()
        os.fsync(file.fileno())
    password = config.given.get(DATABASE_PASSWORD)
    if password is not None and config.origins()["database"].startswith("--"):
        with contextlib.suppress(FileExistsError):
            keep_secret(DATABASE_PASSWORD, password, folder=folder)
    written.replace(path)
