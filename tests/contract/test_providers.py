"""One suite over every provider and its server: what the port promises, whoever is behind it."""

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.paying_provider import paying
from tests.recorded_comfyui import RECIPE, comfyui

from circletake.errors import AnswerLost, AskInvalid, ContentMissing, NothingSent, TakeUnfetched
from circletake.generate.description import shipped_service, shipped_services
from circletake.generate.facts import shipped_prices
from circletake.generate.port import FAMILY, Absent, Ask, Provider, Settings, Unsure, get_opener
from circletake.media.store import ContentStore
from circletake.plugins import find_members


@dataclass
class Case:
    """A provider, its server, and how that is made to do things.

    Args:
        away: the same provider, where nobody listens.
    """

    provider: Provider
    away: Provider
    ask: Ask
    faults: list[str]
    downloads: list[str]
    creates: Callable[[], int]
    finish: Callable[[str], None]
    restart: Callable[[], None]


@pytest.fixture(params=["service", "comfyui"])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
    if request.param == "service":
        with paying() as fake:
            fake.describe(tmp_path, finds=True)
            values = {"file": "paying.toml", "prices": "prices.toml"}
            fake.patience = 0
            yield Case(
                get_opener("service")(Settings("paying", values, "k", tmp_path)),
                get_opener("service")(
                    Settings("paying", values | {"url": "http://127.0.0.1:9"}, "k", tmp_path)
                ),
                Ask("image", "a door", seed=3),
                fake.faults,
                fake.downloads,
                fake.creates.total,
                lambda _key: None,
                fake.restart,
            )
        return
    with comfyui() as comfy:
        yield Case(
            get_opener("comfyui")(Settings("comfyui", {"url": comfy.url})),
            get_opener("comfyui")(Settings("comfyui", {"url": "http://127.0.0.1:9"})),
            Ask("image", "a door", seed=3, recipe=json.dumps(RECIPE).encode()),
            comfy.faults,
            comfy.downloads,
            comfy.creates.total,
            comfy.end,
            comfy.restart,
        )


def key() -> str:
    return str(uuid.uuid4())


def test_every_provider_is_in_this_suite() -> None:
    assert set(find_members(FAMILY, "provider")) == {"comfyui", "service"}


def test_what_is_sent_is_created_once_and_comes_home_whole_as_often_as_wanted(
    case: Case, store: ContentStore
) -> None:
    mine = key()
    estimate = case.provider.estimate(case.ask)
    assert estimate is not None
    assert estimate.micro >= 0
    assert case.creates() == 0
    handle = case.provider.submit(case.ask, mine)
    assert case.creates() == 1
    case.finish(mine)
    assert case.provider.status(handle).standing == "ready"
    fetched = case.provider.collect(handle, store)
    assert case.provider.collect(handle, store) == fetched
    assert all(store.check(one.content) for one in fetched)
    assert case.provider.reconcile(mine) == handle
    assert case.creates() == 1


def test_where_nobody_listens_nothing_was_sent(case: Case) -> None:
    with pytest.raises(NothingSent):
        case.away.submit(case.ask, key())
    with pytest.raises(NothingSent):
        case.away.status(case.provider.submit(case.ask, key()))
    assert isinstance(case.away.reconcile(key()), Unsure)


def test_one_that_is_busy_has_taken_nothing(case: Case) -> None:
    case.faults.append("busy")
    with pytest.raises(NothingSent):
        case.provider.submit(case.ask, key())
    assert case.creates() == 0


@pytest.mark.parametrize(("fault", "creates"), [("drop before", 0), ("drop after", 1), ("lie", 1)])
def test_a_lost_answer_is_lost_and_is_found_by_our_key(case: Case, fault: str, creates: int) -> None:
    mine = key()
    case.faults.append(fault)
    with pytest.raises(AnswerLost):
        case.provider.submit(case.ask, mine)
    assert case.creates() == creates
    found = case.provider.reconcile(mine)
    assert isinstance(found, Absent) == (creates == 0)


def test_what_it_cannot_make_anything_of_is_said_and_not_created(case: Case) -> None:
    case.faults.append("invalid")
    with pytest.raises(AskInvalid):
        case.provider.submit(case.ask, key())
    assert case.creates() == 0


def test_a_download_that_is_cut_is_no_take_and_comes_whole_the_next_time(
    case: Case, store: ContentStore
) -> None:
    mine = key()
    handle = case.provider.submit(case.ask, mine)
    case.finish(mine)
    assert case.provider.status(handle).standing == "ready"
    case.downloads.append("cut")
    with pytest.raises(TakeUnfetched):
        case.provider.collect(handle, store)
    assert case.provider.collect(handle, store)


def test_an_output_that_is_gone_is_missing(case: Case, store: ContentStore) -> None:
    mine = key()
    handle = case.provider.submit(case.ask, mine)
    case.finish(mine)
    assert case.provider.status(handle).standing == "ready"
    case.downloads.append("gone")
    with pytest.raises(ContentMissing):
        case.provider.collect(handle, store)


def test_a_server_that_forgot_everything_has_lost_it(case: Case) -> None:
    handle = case.provider.submit(case.ask, key())
    case.restart()
    assert case.provider.status(handle).standing == "lost"


def test_facts_say_where_what_goes_in_travels(case: Case) -> None:
    facts = case.provider.facts()
    assert facts.reconciles == "yes"
    assert facts.paid != facts.local


@pytest.mark.parametrize("name", shipped_services())
def test_a_service_that_comes_described_can_be_read_and_bears_its_source(name: str) -> None:
    described = shipped_service(name)
    assert described.facts.source.startswith("https://")
    assert described.facts.checked_on is not None
    assert described.base.startswith("https://")
    assert any("{secret}" in value for value in described.headers.values())
    prices = shipped_prices(name)
    assert prices is None or prices.source.startswith("https://")
