"""A folder that is watched: each file in it becomes exactly one take, or one clear refusal.

It is looked at again and again; no notice of the system is trusted, for network mounts give none. What was
seen is kept in a table beside the jobs. A take that was recorded while that table was not written is found
again by its bytes. Originals are read and never touched.
"""

import hashlib
import os
import stat
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from circletake.domain.dropped import (
    SIDECARS,
    Drop,
    Look,
    Settling,
    drops_of,
    is_passed_over,
    shots_named,
    sidecars_of,
)
from circletake.domain.production import Production
from circletake.domain.take import Origin
from circletake.errors import AlreadyThere, CircletakeError, MediaHashMismatch, NotFound, Unavailable
from circletake.generate.provenance.sidecar import read_sidecar
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import utc_now
from circletake.media.kinds import HEAD_BYTES, kind_of
from circletake.media.marks.field import LARGEST_FIELD_BYTES
from circletake.media.numbered import write_numbered
from circletake.media.nursery import Nursery
from circletake.media.recipes import NUMBERED
from circletake.work.dropped import Dropped, DroppedFiles, State, place_of
from circletake.workflows.house import House, require
from circletake.workflows.receive_take import receive_take
from circletake.workflows.show_provenance import keep_declared

_BLOCK_BYTES = 1 << 20
_LONGEST_LABEL = 200
# Of these, waiting is the way out: nothing is said of the file.
_NOT_NOW = (Unavailable, MediaHashMismatch)


@dataclass(frozen=True, slots=True)
class WatchView:
    """What one look at a folder did.

    Args:
        came: what was decided about, in the order of names.
        waiting: files that are not still yet, or could not be read now.
        trouble: why nothing could be done now, a sentence; empty where all is well.
    """

    came: list[Dropped]
    waiting: int
    trouble: str


class FolderWatch:
    """Watches one folder for one stage of a production.

    Args:
        who: whose takes they are.
        origin: how they came to be.

    Raises:
        NotFound: there is no such production or stage.
        RoleMissing: who watches may add no takes.
    """

    def __init__(
        self, house: House, who: Session, production: str, *, stage: str, folder: Path, origin: Origin
    ) -> None:
        self._house, self._who, self._code, self._stage = house, who, production, stage
        self._folder, self._origin = folder.absolute(), origin
        with house.book.reading() as conn:
            self._production: Production = require(conn, who, production, "add_take")[0]
            policy = house.policy(conn, self._production.policy)
        if policy.stage(stage) is None:
            stages = ", ".join(one.key for one in policy.stages)
            raise NotFound(f"{self._production.title} has no stage “{stage}”; it has {stages}.")
        place = place_of(self._production.id, stage, str(self._folder))
        self._rows = DroppedFiles(house.queue.engine, place)
        self._seen = self._rows.all()
        self._taken = {(row.content, row.shot): row.name for row in self.seen() if row.state == "taken"}
        self._codes: list[str] = []
        self._settling = Settling()
        self._nursery = Nursery()

    def close(self) -> None:
        """Let go of what looks at files."""
        self._nursery.close()

    def again(self) -> int:
        """Look once more at what was refused; returns how many that is."""
        count = self._rows.forget_refused()
        self._seen = self._rows.all()
        return count

    def seen(self) -> list[Dropped]:
        """Everything that was decided about, by name."""
        return list(self._seen.values())

    def poll(self, *, tell: Callable[[Dropped], None] = lambda _: None) -> WatchView:
        """Look at the folder once.

        Args:
            tell: is told of each file as it is decided about.
        """
        try:
            looks = self._look()
        except OSError as gone:
            self._settling.poll({})  # what was being written may go on elsewhere
            why = gone.strerror or type(gone).__name__
            return WatchView([], 0, f"{self._folder} cannot be read ({why}); waiting for it to come back.")
        self._settling.poll(looks)
        takes = drops_of(name for name in looks if not _is_sidecar(name))
        self._codes = self._shots()
        came: list[Dropped] = []
        waiting, trouble = 0, ""
        # what lies beside a take is read after it
        for drop in [*takes, *(Drop(name, (name,)) for name in sorted(looks) if _is_sidecar(name))]:
            signature, before = (
                _signature([looks[file] for file in drop.files]),
                self._seen.get(_spelled(drop.name)),
            )
            is_beside = _is_sidecar(drop.name)
            if before is not None and before.signature != signature:
                before = None  # another file by that name
            if before is not None and not (is_beside and before.state == "refused"):
                continue
            row: Dropped | None = None
            if self._settling.is_whole(drop):
                try:
                    row = self._beside(drop, signature, takes) if is_beside else self._take(drop, signature)
                except _NOT_NOW as later:
                    trouble = later.message
            if row is None:
                waiting += 1
            elif before is None or row.said != before.said:
                self._keep(row)
                came.append(row)
                tell(row)
        return WatchView(came, waiting, trouble)

    def _shots(self) -> list[str]:
        with self._house.book.reading() as conn:
            return [one.code for one in reads.entities(conn, self._production.id) if one.kind == "shot"]

    def _look(self) -> dict[str, Look]:
        """Every file that is not passed over, as it is now.

        Raises:
            OSError: the folder is not there, or cannot be read.
        """
        looks: dict[str, Look] = {}
        folders = [self._folder]
        while folders:
            folder = folders.pop()
            try:
                entries = list(os.scandir(folder))
            except FileNotFoundError:
                if folder == self._folder:
                    raise
                continue  # moved away while we looked
            for entry in entries:
                name = Path(entry.path).relative_to(self._folder).as_posix()
                if is_passed_over(name):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(Path(entry.path))
                    continue
                try:
                    found = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                looks[name] = Look(found.st_size, found.st_mtime_ns)
        return looks

    def _keep(self, row: Dropped) -> None:
        self._rows.put(row)
        self._seen[row.name] = row
        if row.state == "taken":
            self._taken.setdefault((row.content, row.shot), row.name)

    def _row(
        self, drop: Drop, signature: str, state: State, said: str, *, shot: str = "", content: str = ""
    ) -> Dropped:
        return Dropped(_spelled(drop.name), signature, state, shot, content, said, utc_now())

    # what becomes a take

    def _take(self, drop: Drop, signature: str) -> Dropped | None:
        """A take or a refusal; None where the file went away while it was read."""
        named = shots_named(drop.name, self._codes)
        if len(named) != 1:
            what = f"names {' and '.join(named)}" if named else "names no shot"
            return self._row(
                drop,
                signature,
                "refused",
                f"{_spelled(drop.name)} {what}; put one shot's code into its name, or into its folder's.",
            )
        try:
            return self._received(drop, signature, named[0])
        except _NOT_NOW:
            raise
        except CircletakeError as refusal:
            if not all((self._folder / file).exists() for file in drop.files):
                return None
            return self._row(drop, signature, "refused", refusal.message, shot=named[0])
        except OSError:
            if self._folder.exists() and all(os.access(self._folder / file, os.R_OK) for file in drop.files):
                return None  # it went away, or the drive did, and is asked for again
            return self._unreadable(drop, signature, named[0])

    def _unreadable(self, drop: Drop, signature: str, shot: str) -> Dropped | None:
        if not self._folder.exists() or not all((self._folder / file).exists() for file in drop.files):
            return None
        said = f"{_spelled(drop.name)} may not be read; change its permissions."
        return self._row(drop, signature, "refused", said, shot=shot)

    def _received(self, drop: Drop, signature: str, shot: str) -> Dropped:
        paths = [self._folder / file for file in drop.files]
        for path in paths:
            if not stat.S_ISREG(path.lstat().st_mode):
                said = f"{_spelled(drop.name)} is no file but a link or a device; bring the file itself."
                return self._row(drop, signature, "refused", said, shot=shot)
        if len(paths) == 1:
            with paths[0].open("rb") as file:
                kind_of(
                    file.read(HEAD_BYTES), _spelled(drop.name)
                )  # before a large file is hashed for nothing
        content = _hash_of(paths)
        before = self._taken.get((content, shot))
        if before is not None:
            said = f"The same bytes as {before}, which is a take of {shot} already; nothing was added."
            return self._row(drop, signature, "again", said, shot=shot, content=content)
        try:
            number = (
                self._numbered(drop, paths, shot, content)
                if len(paths) > 1
                else self._add(paths[0], drop, shot, content)
            )
        except AlreadyThere as there:
            return self._row(drop, signature, "again", there.message, shot=shot, content=content)
        said = f"{shot} take {number} at {self._stage}"
        return self._row(drop, signature, "taken", said, shot=shot, content=content)

    def _add(self, path: Path, drop: Drop, shot: str, content: str) -> int:
        take = receive_take(
            self._house,
            self._who,
            self._code,
            shot=shot,
            stage=self._stage,
            path=path,
            label=_spelled(PurePosixPath(drop.name).stem)[:_LONGEST_LABEL],
            origin=self._origin,
            declared=content,
            prober=self._nursery.probe,
        )
        with self._house.book.reading() as conn:
            found = reads.find_take(conn, take)
        return found.number if found is not None else 0

    def _numbered(self, drop: Drop, paths: list[Path], shot: str, source: str) -> int:
        name = _spelled(drop.name)
        if drop.missing:
            raise NotFound(f"{name} lacks {drop.missing}; render what is missing, and it is taken whole.")
        for path in paths:
            self._nursery.probe(path)
        cache = self._house.folder / "cache"
        cache.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            film = Path(folder) / f"{PurePosixPath(drop.name).name}.mp4"
            write_numbered(film, paths, rate=self._production.rate, name=name)
            content = _hash_of([film])
            self._house.queue.put_derived(source, NUMBERED, content)
            return self._add(film, drop, shot, content)

    # what lies beside one

    def _beside(self, drop: Drop, signature: str, takes: list[Drop]) -> Dropped | None:
        """A sidecar belongs to what it lies beside; alone it is refused, until that comes."""
        owner = next((one for one in takes if sidecars_of(one.name, [drop.name])), None)
        name = _spelled(drop.name)
        if owner is None:
            said = f"{name} lies beside no take; it is read once one of its name comes."
            return self._row(drop, signature, "refused", said)
        row = self._seen.get(_spelled(owner.name))
        if row is None:
            return None
        if not row.content:
            said = f"{name} lies beside {row.name}, which was refused."
            return self._row(drop, signature, "refused", said, shot=row.shot)
        try:
            with (self._folder / drop.name).open("rb") as file:
                data = file.read(LARGEST_FIELD_BYTES + 1)
        except OSError:
            return None
        facts, refused = read_sidecar(_spelled(PurePosixPath(drop.name).name), data)
        film = self._house.queue.find_derived(row.content, NUMBERED)
        keep_declared(self._house, film or row.content, facts, refused)
        return self._row(drop, signature, "beside", f"says something of {row.name}", shot=row.shot)


def _is_sidecar(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in SIDECARS


def _spelled(name: str) -> str:
    """A name as text, whatever bytes it has."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _signature(looks: list[Look]) -> str:
    told = ";".join(f"{look.size_bytes}:{look.mtime_ns}" for look in looks)
    return hashlib.sha256(told.encode()).hexdigest()


def _hash_of(paths: list[Path]) -> str:
    """Hash of a file's bytes; of several, of their hashes in a row."""
    hashes: list[str] = []
    for path in paths:
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
        hashes.append(digest.hexdigest())
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()
