"""Opens the providers that settings name; one that cannot be opened says why when it is asked."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from circletake.errors import CircletakeError, NothingSent, ProviderInvalid
from circletake.generate.facts import Facts
from circletake.generate.port import (
    Ask,
    CancelOutcome,
    Estimate,
    Event,
    Fetched,
    Handle,
    Provider,
    Settings,
    Status,
    Unsure,
    get_opener,
)
from circletake.media.store import ContentStore

KIND = "kind"


class Shut:
    """A provider that settings name and that cannot be opened; everything else goes on without it.

    Args:
        why: a sentence with the way out.
    """

    def __init__(self, name: str, why: str) -> None:
        self.name = name
        self.why = why

    def facts(self) -> Facts:
        """Nothing is known of it."""
        return Facts()

    def estimate(self, ask: Ask) -> Estimate | None:  # noqa: ARG002 (a port's call)
        """Say why it cannot be opened."""
        raise ProviderInvalid(self.why)

    def submit(self, ask: Ask, key: str) -> Handle:  # noqa: ARG002 (a port's call)
        """Say why it cannot be opened; surely nothing is sent."""
        raise NothingSent(self.why)

    def status(self, handle: Handle) -> Status:  # noqa: ARG002 (a port's call)
        """Say why it cannot be opened; asked again."""
        raise NothingSent(self.why)

    def events(self, handle: Handle) -> Iterator[Event]:  # noqa: ARG002 (a port's call)
        """Nothing is seen."""
        return iter(())

    def cancel(self, handle: Handle) -> CancelOutcome:  # noqa: ARG002 (a port's call)
        """Say why it cannot be opened."""
        raise NothingSent(self.why)

    def collect(self, handle: Handle, store: ContentStore) -> list[Fetched]:  # noqa: ARG002 (a port's call)
        """Say why it cannot be opened; asked again."""
        raise NothingSent(self.why)

    def reconcile(self, key: str) -> Unsure:  # noqa: ARG002 (a port's call)
        """Nobody can say."""
        return Unsure(self.why)


def open_providers(
    named: Mapping[str, Mapping[str, str]], *, folder: Path, secret_of: Callable[[str], str | None]
) -> dict[str, Provider]:
    """Open what settings name.

    Args:
        named: name → settings; `kind` is a member of `circletake.generate.providers`, by default `service`.
        folder: which relative paths start from.
        secret_of: the key of a provider, by its name.
    """
    found: dict[str, Provider] = {}
    for name, values in named.items():
        default = name if name == "comfyui" else "service"
        try:
            settings = Settings(name, values, secret_of(name), folder)
            found[name] = get_opener(values.get(KIND, default))(settings)
        except CircletakeError as wrong:
            found[name] = Shut(name, f"{name} cannot be used: {wrong.message}")
    return found
