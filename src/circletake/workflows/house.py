"""What every recipe is handed: the book, the store, the queue. The studio makes one and passes it on."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from circletake.cut.seal.certificates import Signing
from circletake.domain.people import MAY, Action, MachineId, Role
from circletake.domain.policy import Policy
from circletake.domain.production import Production
from circletake.errors import ContentMissing, NotFound, RoleMissing
from circletake.gates.policy import read_policy, with_policy_stage
from circletake.generate.port import Provider
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import Book, Transaction
from circletake.ledger.witness import Witness
from circletake.media.full import FullReader
from circletake.media.store import ContentStore
from circletake.work.job import Lane
from circletake.work.queue import JobQueue

# The studio itself, where an entry follows from others by rule and nobody decided anything.
STUDIO = MachineId("m_studio")


@dataclass(frozen=True, slots=True)
class House:
    """The services of one studio folder.

    Args:
        boards: production → as `show_board` last worked it out.
        first_board: held while one is worked out first.
        encoder: manifest of the image encoder that checks may use; None is none.
        providers: name → whoever makes takes, as settings name them.
        is_shared: other servers, with folders of their own, may write the same book.
        named_signing: with what deliverables are signed; None is a development authority of this folder.
    """

    folder: Path
    book: Book
    store: ContentStore
    queue: JobQueue
    policies: dict[str, Policy] = field(default_factory=dict)
    witnesses: Mapping[str, Witness] = field(default_factory=dict)
    boards: dict[str, object] = field(default_factory=dict)
    encoder: Path | None = None
    first_board: threading.Lock = field(default_factory=threading.Lock)
    reader: FullReader = field(default_factory=FullReader)
    named_signing: Signing | None = None
    providers: Mapping[str, Provider] = field(default_factory=dict)
    is_shared: bool = False

    @property
    def signing(self) -> Signing:
        """With what deliverables are signed."""
        return self.named_signing or Signing(self.folder / "secrets" / "seal")

    def derived(self, content: str, recipe: str) -> str:
        """What a recipe made of a content, in the store.

        Raises:
            ContentMissing: it is not made yet.
        """
        found = self.queue.find_derived(content, recipe)
        if found is None:
            raise ContentMissing("This is still being made; it shows as soon as its job is done.")
        return found

    def policy(self, conn: reads.Connection, policy_hash: str) -> Policy:
        """The policy of this hash, read once, with a gate for changing it if it has none of its own."""
        if policy_hash not in self.policies:
            self.policies[policy_hash] = with_policy_stage(read_policy(reads.policy_body(conn, policy_hash)))
        return self.policies[policy_hash]


@dataclass(frozen=True, slots=True)
class Operation:
    """A kind of job: what a worker process calls, and how its outcome gets into the book.

    Args:
        name: of the operation; part of the job's key, as is `version`.
        call: dotted name of the worker's function, `package.module:function`.
        label: for progress bars; `{…}` are filled from the job's arguments.
        record: appends the outcome in the transaction that also says the job is done.
        is_kept: its outcome stands in the book; otherwise it only makes again what can be made again.
    """

    name: str
    version: int
    call: str
    label: str
    record: Callable[[House, Transaction, dict[str, object], dict[str, object]], None]
    lane: Lane = "cpu"
    prio: int = 100
    is_kept: bool = True


def require(
    conn: reads.Connection, who: Session, production: str, action: Action
) -> tuple[Production, frozenset[Role]]:
    """The production of this code, if the person may do this in it.

    Raises:
        NotFound: no such production, or one in which the person holds no role.
        RoleMissing: names the roles that may.
        ScopeMissing: somebody acts by an API token that does not cover this.
        NotAPerson: somebody acts by an API token, and no token covers this.
    """
    found = reads.find_production(conn, production)
    roles = reads.roles_of(conn, found.id, str(who.person)) if found else frozenset()
    if found is None or not roles:
        raise NotFound(f"There is no production “{production}” here that you are part of.")
    if not roles & MAY[action]:
        raise RoleMissing(
            f"To {action.replace('_', ' ')} in {found.title} you need one of these roles: "
            f"{', '.join(sorted(MAY[action]))}; ask the producer."
        )
    who.allow(action)
    return found, roles


def person_ids(actors: Iterable[str]) -> list[str]:
    """The persons among actors."""
    return [actor for actor in actors if actor.startswith("p_")]
