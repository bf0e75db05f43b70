"""Opens a studio: the one place where concrete things meet. Doors call this and nothing below it."""

import contextlib
import fcntl
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from circletake.config import FILE_NAME, Config, read_config
from circletake.db.connect import migrate_book, migrate_jobs, open_book, open_jobs
from circletake.domain.entity import SourceClass
from circletake.domain.people import ROLES, PersonId
from circletake.domain.take import Origin
from circletake.domain.time import FrameRange
from circletake.domain.verdict import Disposition
from circletake.errors import (
    AlreadyThere,
    Bug,
    ContentMissing,
    JobFailed,
    NameInvalid,
    NotFound,
    RoleMissing,
    StudioBusy,
    StudioMissing,
)
from circletake.ledger import accounts, reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import Book, Transaction
from circletake.ledger.witness import read_witnesses
from circletake.media.frames import read_frame
from circletake.media.store import ContentStore
from circletake.plugins import find_members
from circletake.work.executors.local import LocalExecutor
from circletake.work.job import Job
from circletake.work.queue import JobQueue
from circletake.work.relay import Relay
from circletake.work.runner import Runner
from circletake.workflows import checkpoints as checkpointing
from circletake.workflows import deliver as delivery
from circletake.workflows import (
    demo,
    exchange,
    fill_gap,
    found_production,
    import_film,
    receive_take,
    render_cut,
    sheets,
    show,
    show_board,
    show_book,
    show_cut,
    show_queue,
    show_task,
)
from circletake.workflows import erase_person as erasing
from circletake.workflows import give_verdict as verdicts
from circletake.workflows import hold as holding
from circletake.workflows import measure as measuring
from circletake.workflows.checkpoints import Keeper
from circletake.workflows.house import STUDIO, House, Operation, require
from circletake.workflows.sheets import BoxedImage
from circletake.workflows.views import (
    BoardView,
    BookCheckView,
    BookEntryView,
    CheckpointView,
    CutView,
    DeliveryView,
    EvidenceDetailView,
    JobView,
    MeView,
    PersonView,
    ProductionView,
    QueueItemView,
    ReasonFamilyView,
    TaskView,
)

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
        self._book_engine = open_book(folder / BOOK_FILE)
        self._jobs_engine = open_jobs(folder / JOBS_FILE)
        migrate_book(self._book_engine)
        migrate_jobs(self._jobs_engine)
        self.house = House(
            folder=folder,
            book=Book(self._book_engine),
            store=ContentStore(folder / CONTENT),
            queue=JobQueue(self._jobs_engine),
            witnesses=read_witnesses(config.witnesses),
        )
        self._operations = {
            operation.name: operation
            for operation in cast(
                "Iterable[Operation]", find_members("circletake.workflows", "operation").values()
            )
        }
        self._runner: Runner | None = None
        self._keeper: Keeper | None = None
        self._lock = contextlib.ExitStack()

    @classmethod
    def create(cls, folder: Path, *, config: Config | None = None) -> "Studio":
        """Make a studio in an empty or new folder.

        Raises:
            AlreadyThere: the folder holds a studio, or other things.
        """
        if (folder / BOOK_FILE).exists():
            raise AlreadyThere(f"{folder} is a studio already; open it, or choose another folder.")
        if folder.exists() and any(folder.iterdir()):
            raise AlreadyThere(f"{folder} holds other things; choose a new or empty folder for the studio.")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE_NAME).write_text(_TOML, encoding="utf-8")
        return cls(folder, config or read_config(folder))

    @classmethod
    def open(cls, folder: Path, *, config: Config | None = None) -> "Studio":
        """Open the studio of a folder.

        Raises:
            StudioMissing: there is none.
        """
        if not (folder / BOOK_FILE).exists():
            raise StudioMissing(
                f"There is no studio in {folder}; make one with `circletake new`, or name another: --studio."
            )
        return cls(folder, config or read_config(folder))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the runner, hand its jobs back, let go of the files."""
        self.stop_runner()
        self._lock.close()
        self._book_engine.dispose()
        self._jobs_engine.dispose()

    # people

    def add_person(self, name: str, *, password: str | None = None) -> PersonView:
        """Give somebody an account; whoever can write this folder may."""
        checked = accounts.checked_name(name)
        hashed = accounts.hash_password(password) if password else None
        person = PersonId("p_" + secrets.token_hex(8))
        with self.house.book.transact() as tx:
            accounts.open_account(tx.conn, person=person, name=checked, password_hash=hashed)
            tx.append("person", actor=STUDIO, body={"name": tx.keep_text(checked), "person": str(person)})
        return PersonView(id=str(person), name=checked)

    def set_password(self, name: str, password: str) -> None:
        """Give somebody a new password."""
        hashed = accounts.hash_password(password)
        with self.house.book.transact() as tx:
            accounts.set_password(tx.conn, person=accounts.get_person(tx.conn, name), password_hash=hashed)

    def set_role(self, session: Session, production: str, *, person: str, role: str) -> None:
        """Give somebody, by name, a role in a production.

        Raises:
            NameInvalid: there is no such role.
        """
        if role not in ROLES:
            raise NameInvalid(f"“{role}” is no role; say one of {', '.join(ROLES)}.")
        with self.house.book.reading() as conn:
            found = accounts.get_person(conn, person)
        found_production.cast_role(self.house, session, production, person=found, role=role)

    def sign_in(self, name: str, password: str) -> str:
        """Sign in with a password; returns the session's token."""
        with self.house.book.reading() as conn:
            known = accounts.find_password_hash(conn, name)
        return self._open_session(accounts.check_password(known, password))

    def make_link(self, name: str, *, hours: int = 24) -> str:
        """A token that signs this person in once, within some hours."""
        with self.house.book.transact() as tx:
            person = accounts.get_person(tx.conn, name)
            return accounts.open_link(tx.conn, person=person, now=accounts.utc_now(), hours=hours)

    def sign_in_by_link(self, token: str) -> str:
        """Use a one-time link; returns the session's token."""
        with self.house.book.transact() as tx:
            person = accounts.use_link(tx.conn, token, now=accounts.utc_now())
        return self._open_session(person)

    def _open_session(self, person: PersonId) -> str:
        with self.house.book.transact() as tx:
            return accounts.open_session(
                tx.conn, person=person, now=accounts.utc_now(), days=self.config.session_days
            )

    def session_of(self, token: str | None) -> Session:
        """Who holds this token."""
        with self.house.book.reading() as conn:
            return accounts.session_of(conn, token, now=accounts.utc_now())

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

    def queue(self, session: Session) -> list[QueueItemView]:
        """What waits for this person."""
        return show_queue.show_queue(self.house, session)

    def task(self, session: Session, task_id: str) -> TaskView:
        """A task with everything a judge needs."""
        return show_task.show_task(self.house, session, task_id)

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
        )
        return self.task(session, self.find_task(session, production, shot, stage))

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
        self, session: Session, production: str, *, character: str, images: Sequence[BoxedImage]
    ) -> TaskView:
        """Make a model sheet out of boxed images."""
        sheets.sheet_add(self.house, session, production, character=character, images=images)
        return self.task(session, self.find_task(session, production, character, sheets.DESIGN))

    def sheet_adopt(self, session: Session, production: str, *, character: str) -> TaskView:
        """Make the newest approved sheet the one shots lean on."""
        return self.task(session, sheets.sheet_adopt(self.house, session, production, character))

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

    def check(self, session: Session, production: str, *, shot: str | None = None) -> list[JobView]:
        """Order every measurement that is asked for and not there yet."""
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
        )
        verdicts.give_verdict(self.house, session, call)
        return self.task(session, task)

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

    def cut_render(self, session: Session, production: str) -> JobView | None:
        """Order a render of the cut as it stands; None where exactly this edit is rendered already."""
        key = render_cut.order_render(self.house, session, production)
        return self._job_views([key])[0] if key else None

    def cut_export(self, session: Session, production: str, path: Path) -> list[str]:
        """Write the cut as `.otio` or `.edl`; returns what the form cannot carry."""
        return exchange.export_cut(self.house, session, production, path)

    def cut_import(self, session: Session, production: str, path: Path) -> tuple[CutView, list[str]]:
        """Bring a timeline in as the next cut; returns it and what could not be carried."""
        lost = exchange.import_cut(self.house, session, production, path)
        return self.cut(session, production), lost

    def deliver(self, session: Session, production: str) -> DeliveryView:
        """Seal and write the deliverable, or refuse with everything that is missing."""
        return delivery.deliver(self.house, session, production)

    def deliveries(self, session: Session, production: str) -> list[DeliveryView]:
        """What was delivered, newest first."""
        return delivery.deliveries(self.house, session, production)

    # jobs

    def jobs(self, session: Session) -> list[JobView]:
        """Jobs that are open or failed, and the latest that are done."""
        if not self.productions(session):
            raise RoleMissing("You are part of no production yet; ask a producer for a role.")
        return [self._job_view(job) for job in self.house.queue.jobs(limit=_SHOWN_JOBS)]

    def _job_views(self, keys: Sequence[str]) -> list[JobView]:
        self._relay().copy()
        found = self.house.queue.find_all(keys)
        return [self._job_view(found[key]) for key in keys if key in found]

    def _job_view(self, job: Job) -> JobView:
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
        """Work in the background, as the one server of this folder.

        Raises:
            StudioBusy: another server has this folder open.
        """
        if self._runner is None:
            self._take_lock()
            self.house.book.verify()  # all of it, once: a book that does not hold is served read-only
            self._runner = self._make_runner()
            self._runner.start()
            self._keeper = Keeper(self.house)
            self._keeper.start()

    def stop_runner(self) -> None:
        """Stop working in the background; unfinished jobs are handed back."""
        if self._runner is not None:
            self._runner.stop()
            self._runner = None
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

    def book_entries(self, session: Session, after: int, limit: int) -> list[BookEntryView]:
        """Entries after a number, of the studio and of productions this person is part of."""
        return show_book.entries(self.house, session, after=after, limit=limit)

    # bytes

    def media(self, session: Session, content: str) -> Path:
        """A content's file, if it belongs to a production of theirs."""
        self._allow(session, content)
        return self.house.store.path(content)

    def media_frame(self, session: Session, content: str, n: int) -> bytes:
        """One frame of a take as the desk shows it, a JPEG."""
        return read_frame(self.house.store, self._derived(session, content, show.FRAMES), n)

    def derived(self, session: Session, content: str, recipe: str) -> Path:
        """What was made of a content: `frames-1`, `proxy-1` or `poster-1`."""
        return self.house.store.path(self._derived(session, content, recipe))

    def _derived(self, session: Session, content: str, recipe: str) -> str:
        self._allow(session, content)
        found = self.house.queue.find_derived(content, recipe)
        if found is None:
            raise ContentMissing("This is still being made; it shows as soon as its job is done.")
        return found

    def _allow(self, session: Session, content: str) -> None:
        with self.house.book.reading() as conn:
            allowed = reads.may_see(conn, str(session.person), content)
        if not allowed and not show.is_sheet_picture(self.house, session, content):
            raise NotFound("There is no such content in a production of yours.")

    def reasons(self) -> list[ReasonFamilyView]:
        """Every reason code under its digit."""
        return show.reason_families()
