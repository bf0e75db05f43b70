"""The port: what is asked of whoever makes takes, how they answer, and what can become of it.

A provider is a member of `providers`, opened under a name with its settings. It is synchronous and keeps
nothing: everything that must not be lost is in the book before and after each call. What a call may raise
is the whole contract:

- `NothingSent`: surely nothing was taken; the same call may be made again.
- `AttemptRefused`, `AskInvalid`: surely nothing will come of it; never tried again.
- `TakeUnfetched`: it is there, and could not be brought home whole; fetched again.
- `AnswerLost`, and anything else: nobody knows.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Literal, NewType, Protocol

from circletake.domain.attempt import InputRole, Kind
from circletake.domain.cost import Charged
from circletake.errors import NotFound
from circletake.generate.facts import Facts
from circletake.media.store import ContentStore
from circletake.plugins import find_members

FAMILY = "circletake.generate.providers"

Handle = NewType("Handle", str)
"""What a provider calls an attempt, as text that only the provider reads."""
Standing = Literal[
    "queued", "running", "ready", "partial", "refused", "failed", "cancelled", "expired", "lost"
]
Stopped = Literal["stopped", "asked", "too_late", "unsupported"]


@dataclass(frozen=True, slots=True)
class Input:
    """A content that goes in.

    Args:
        content: SHA-256; under this name it travels, so that names say nothing.
        path: of its bytes; read only.
        suffix: what a file of its kind is called by, `.png`.
    """

    role: InputRole
    content: str
    path: Path
    suffix: str


@dataclass(frozen=True, slots=True)
class Ask:
    """All that a provider is told of one attempt.

    Args:
        size_px: width and height; (0, 0) leaves them to the provider.
        frames: how many; 0 leaves them to the provider.
        rate: frames a second of the production.
        seed: None lets the provider choose.
        params: what is the provider's own, by its names.
        recipe: bytes of a workflow or other description that the provider reads; None is none.
        model: the provider's name of it; empty is its usual one.
    """

    kind: Kind
    prompt: str
    size_px: tuple[int, int] = (0, 0)
    frames: int = 0
    rate: Fraction = Fraction(24)
    seed: int | None = None
    inputs: tuple[Input, ...] = ()
    params: Mapping[str, object] = field(default_factory=dict)
    recipe: bytes | None = None
    model: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What an attempt will cost, as far as that can be said before.

    Args:
        micro: millionths of the unit.
        price_version: which price list says so.
    """

    unit: str
    micro: int
    price_version: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """How far an attempt is; the authority, unlike events.

    Args:
        progress: done and total steps, where the provider says; (0, 0) otherwise.
        charged: whether it was paid for, once it is over.
        cost_micro: what the provider says it took, in millionths of the request's unit.
        wait_s: how long to leave it alone now.
    """

    standing: Standing
    progress: tuple[int, int] = (0, 0)
    code: str = ""
    text: str = ""
    charged: Charged = "unknown"
    cost_micro: int | None = None
    wait_s: float | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something seen on the way: progress, or a preview. Any may be lost, and none decides anything.

    Args:
        done: steps.
        total: steps.
        preview: a JPEG or PNG; empty where it is progress alone.
    """

    done: int = 0
    total: int = 0
    preview: bytes = b""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An output, in the store already.

    Args:
        content: SHA-256.
        name: what the provider called it; for people alone.
    """

    content: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class CancelOutcome:
    """What came of asking a provider to stop."""

    stopped: Stopped
    charged: Charged = "unknown"


@dataclass(frozen=True, slots=True)
class Absent:
    """The provider answers for it that it never had this attempt."""


@dataclass(frozen=True, slots=True)
class Unsure:
    """The provider cannot say whether it has this attempt."""

    text: str = ""


class Provider(Protocol):
    """Whoever makes takes.

    Args:
        name: under which this studio knows it.
    """

    name: str

    def facts(self) -> Facts:
        """Return what is known of it: what it keeps, what it charges for, and since when that is known."""
        ...

    def estimate(self, ask: Ask) -> Estimate | None:
        """Return what an attempt will cost; None where nobody can say before."""
        ...

    def submit(self, ask: Ask, key: str) -> Handle:
        """Send an attempt: at most one creation over the network.

        Args:
            key: minted once for this attempt.

        Raises:
            NothingSent: surely nothing was taken.
            AskInvalid: it cannot be made of this.
            AttemptRefused: it will not make this.
            AnswerLost: what became of it is not known.
        """
        ...

    def status(self, handle: Handle) -> Status:
        """Ask how far an attempt is.

        Raises:
            NothingSent: nobody answers; it is asked again.
        """
        ...

    def events(self, handle: Handle) -> Iterator[Event]:
        """Watch an attempt; ends when nothing more will be seen. Nothing may depend on it."""
        ...

    def cancel(self, handle: Handle) -> CancelOutcome:
        """Ask to stop an attempt."""
        ...

    def collect(self, handle: Handle, store: ContentStore) -> list[Fetched]:
        """Bring the outputs home, whole; may be called again until the provider forgets them.

        Raises:
            TakeUnfetched: one did not arrive whole.
            ContentMissing: the provider has forgotten one.
        """
        ...

    def reconcile(self, key: str) -> Handle | Absent | Unsure:
        """Ask after an attempt whose answer was lost, by its key."""
        ...


@dataclass(frozen=True, slots=True)
class Settings:
    """With what a provider is opened.

    Args:
        name: under which this studio knows it.
        values: from `[providers.<name>]` of `studio.toml`.
        secret: its key, or None; never written anywhere.
        folder: which relative paths in the settings start from.
    """

    name: str
    values: Mapping[str, str] = field(default_factory=dict)
    secret: str | None = field(default=None, repr=False)
    folder: Path = Path()


Opener = Callable[[Settings], Provider]


def get_opener(kind: str) -> Opener:
    """What opens providers of a kind.

    Raises:
        NotFound: no such kind is installed.
    """
    members = find_members(FAMILY, "provider")
    if kind not in members:
        raise NotFound(f"There is no kind of provider “{kind}”; installed are {', '.join(members)}.")
    return members[kind]  # type: ignore[return-value]  # the family's contract test holds members to it
