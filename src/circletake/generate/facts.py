"""What is known of a provider, since when, and from where; and what it costs by its price list.

Both are read from TOML. Every fact bears the address it was read at and the day; one that is older than
three months is shown with a warning, for services change.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any, Literal, cast

from circletake.domain.cost import Charged, check_unit, micro_of
from circletake.errors import CostInvalid, ProviderInvalid

STALE_DAYS = 90
Answer = Literal["yes", "no", "unknown"]
_ANSWERS = ("yes", "no", "unknown")
_YES_NO = ("public_urls", "trains_on_inputs", "refusal_charged", "cancels", "reconciles")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a provider.

    Args:
        local: it runs on this machine, and nothing leaves it.
        paid: it takes money for what it makes.
        public_urls: whether what goes in or comes out lies at addresses that anybody can open.
        trains_on_inputs: whether what goes in is used for training.
        refusal_charged: whether a refusal costs.
        cancels: whether it can be asked to stop.
        reconciles: whether it can be asked after an attempt by our key.
        retention_s: how long it keeps outputs; None is not known.
        regions: where it works, as far as it says.
        source: address that this was read at.
        checked_on: the day it was read; None is never, as of what runs here.
    """

    local: bool = False
    paid: bool = True
    public_urls: Answer = "unknown"
    trains_on_inputs: Answer = "unknown"
    refusal_charged: Charged = "unknown"
    cancels: Answer = "unknown"
    reconciles: Answer = "unknown"
    retention_s: int | None = None
    regions: tuple[str, ...] = ()
    source: str = ""
    checked_on: date | None = None

    def warnings(self, today: date) -> list[str]:
        """What to mind of these facts today, a sentence each."""
        if self.local:
            return []
        if self.checked_on is None:
            return ["Nobody has written down when these facts were checked; read its terms before you send."]
        days = (today - self.checked_on).days
        if days > STALE_DAYS:
            return [
                f"These facts were checked {days} days ago ({self.checked_on}); read {self.source} again."
            ]
        return []


LOCAL = Facts(
    local=True,
    paid=False,
    public_urls="no",
    trains_on_inputs="no",
    refusal_charged="no",
    cancels="yes",
    reconciles="yes",
)
"""Of what runs on this machine and costs nothing."""


def read_facts(told: Mapping[str, Any], *, where: str) -> Facts:
    """Facts as a TOML table has them.

    Args:
        where: what the table stands in, for messages.

    Raises:
        ProviderInvalid: names the member that cannot be read.
    """
    known = {"local", "paid", "retention_s", "regions", "source", "checked_on", *_YES_NO}
    for name in sorted(set(told) - known):
        raise ProviderInvalid(f"{where} says {name}, which is no fact; known are {', '.join(sorted(known))}.")
    for name in _YES_NO:
        if told.get(name, "unknown") not in _ANSWERS:
            raise ProviderInvalid(f"{where}: {name} is yes, no or unknown, not “{told[name]}”.")
    checked, retention = told.get("checked_on"), told.get("retention_s")
    if checked is not None and not isinstance(checked, date):
        raise ProviderInvalid(f"{where}: checked_on is a day, 2026-11-23, without quotes.")
    if retention is not None and (not isinstance(retention, int) or retention < 0):
        raise ProviderInvalid(f"{where}: retention_s is a whole number of seconds.")
    if not told.get("local") and (checked is None or not str(told.get("source", "")).startswith("https://")):
        raise ProviderInvalid(
            f"{where}: facts bear the address (source) and the day (checked_on) they are of."
        )
    return Facts(
        local=bool(told.get("local", False)),
        paid=bool(told.get("paid", True)),
        public_urls=_answer(told, "public_urls"),
        trains_on_inputs=_answer(told, "trains_on_inputs"),
        refusal_charged=_answer(told, "refusal_charged"),
        cancels=_answer(told, "cancels"),
        reconciles=_answer(told, "reconciles"),
        retention_s=retention,
        regions=tuple(str(one) for one in told.get("regions", ())),
        source=str(told.get("source", "")),
        checked_on=checked,
    )


def _answer(told: Mapping[str, Any], name: str) -> Answer:
    return cast("Answer", told.get(name, "unknown"))


@dataclass(frozen=True, slots=True)
class Price:
    """One line of a price list.

    Args:
        model: the provider's name of it; `*` is any other.
        per: `attempt`, `frame`, `second` (of film) or `megapixel` (of each frame).
        micro: for one of these, in millionths of the unit.
    """

    model: str
    per: Literal["attempt", "frame", "second", "megapixel"]
    micro: int


@dataclass(frozen=True, slots=True)
class PriceList:
    """What a provider asks, as of a day.

    Args:
        version: what an estimate names: the day and the source.
    """

    unit: str
    prices: tuple[Price, ...] = ()
    source: str = ""
    checked_on: date | None = None

    @property
    def version(self) -> str:
        """Which price list this is."""
        return f"{self.checked_on or 'undated'} {self.source}".strip()

    def find(self, model: str) -> Price | None:
        """The line for a model, or the one for any other."""
        for name in (model, "*"):
            for price in self.prices:
                if price.model == name:
                    return price
        return None


@dataclass(frozen=True, slots=True)
class Size:
    """How much is asked for: what a price is multiplied by.

    Args:
        seconds_ms: length of the film in milliseconds.
        pixels: of a frame.
    """

    frames: int = 1
    seconds_ms: int = 0
    pixels: int = 0


def price_of(found: Price, size: Size) -> int:
    """Millionths of the unit for so much, rounded up: an estimate is never too low for rounding.

    >>> price_of(Price("*", "second", 50_000), Size(frames=48, seconds_ms=2_000))
    100000
    """
    times, of = {
        "attempt": (1, 1),
        "frame": (max(size.frames, 1), 1),
        "second": (max(size.seconds_ms, 1_000), 1_000),
        "megapixel": (max(size.pixels, 1) * max(size.frames, 1), 1_000_000),
    }[found.per]
    return -(-found.micro * times // of)


def read_prices(told: Mapping[str, Any], *, where: str) -> PriceList:
    """A price list as a TOML document has it; amounts are text, for a number there would be a float.

    Raises:
        ProviderInvalid: names the line that cannot be read.
    """
    prices: list[Price] = []
    for line in told.get("price", ()):
        per, model = line.get("per"), str(line.get("model", "*"))
        if per not in {"attempt", "frame", "second", "megapixel"} or not isinstance(line.get("amount"), str):
            raise ProviderInvalid(f'{where}: the price of {model} needs per and amount = "0.05", as text.')
        try:
            prices.append(Price(model, per, micro_of(line["amount"])))
        except CostInvalid as wrong:
            raise ProviderInvalid(f"{where}: {model}: {wrong.message}") from None
    checked = told.get("checked_on")
    if not isinstance(checked, date):
        raise ProviderInvalid(f"{where}: a price list bears the day it was read on: checked_on = 2026-11-23.")
    return PriceList(
        unit=check_unit(str(told.get("unit", ""))),
        prices=tuple(prices),
        source=str(told.get("source", "")),
        checked_on=checked,
    )


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises:
        ProviderInvalid: it cannot be read.
    """
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ProviderInvalid(f"{path.name} cannot be read ({error}); mend it.") from error


def shipped_prices(name: str) -> PriceList | None:
    """The price list that comes with circletake for a service, or None."""
    found = resources.files("circletake.generate") / "pricing" / f"{name}.toml"
    if not found.is_file():
        return None
    return read_prices(tomllib.loads(found.read_text("utf-8")), where=f"pricing/{name}.toml")
