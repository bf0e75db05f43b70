"""A person as every page shows them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person as others see them; `name` is empty once erased."""

    id: str
    name: str
