"""Attempts from the wish to the take, against a provider over real HTTP that charges and fails."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest
from tests.paying_provider import Job, Paying, paying, png

from circletake.domain.attempt import OVER, Call, Wanted
from circletake.errors import (
    AttemptInvalid,
    BudgetSpent,
    DeskFull,
    MustStay,
    NotAPerson,
    NotFound,
    PromptRefused,
    RoleMissing,
    WorldMoved,
)
from circletake.generate.opening import open_providers
from circletake.ledger import attempts, reads
from circletake.ledger.accounts import Session
from circletake.workflows.attempt_views import AttemptView, RequestView
from circletake.workflows.consents import record_consent
from circletake.workflows.dispatch import Dispatcher
from circletake.workflows.make_takes import TakesWish

if TYPE_CHECKING:
    from tests.unit.workflows.conftest import Floor

SECRET = "key-that-nobody-may-see"  # noqa: S105 (a test's)
WISH = TakesWish("SH010", "animation", "paying", "a red door", "which door", Wanted(seed=1, label="open"))


@pytest.fixture(params=[True, False], ids=["can be asked after", "cannot be asked after"])
def finds(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def fake(floor: "Floor") -> Iterator[Paying]:
    with paying() as here:
        use(floor, here, finds=False)
        floor.studio.generate.set_budget(floor["ana"], "spring", purse="production", limit="20")
        yield here


def use(floor: "Floor", here: Paying, *, finds: bool) -> None:
    folder = floor.house.folder
    here.describe(folder, finds=finds)
    named = {"paying": {"file": "paying.toml", "prices": "prices.toml"}}
    cast("dict[str, Any]", floor.house.providers).update(
        open_providers(named, folder=folder, secret_of=lambda _: SECRET)
    )


def ask(floor: "Floor", by: str = "ana", **more: Any) -> RequestView:  # noqa: ANN401 (members of a wish)
    return floor.studio.generate.ask(floor[by], "spring", replace(WISH, **more))


def work(floor: "Floor", request: RequestView) -> list[AttemptView]:
    """Take attempts on until they are over or need somebody, as a server that has just started does."""
    assert Dispatcher(floor.house, poll_s=0.02).run_until(request.id, timeout_s=30)
    return floor.studio.generate.show(floor["ana"], "spring", request.id).attempts


def spent(floor: "Floor") -> tuple[str, str]:
    """Held and spent of the production's purse."""
    purses = floor.studio.generate.all_of(floor["ana"], "spring").purses
    found = next(one for one in purses if one.kind == "production")
    return found.held, found.spent


def test_an_attempt_becomes_a_take_with_its_lineage_and_its_price(floor: "Floor", fake: Paying) -> None:
    estimate = floor.studio.generate.estimate(floor["ana"], "spring", replace(WISH, wanted=Wanted(count=3)))
    assert (estimate.each.amount, estimate.most.amount, estimate.may_send) == ("0.05", "0.15", True)
    request = ask(floor, wanted=Wanted(seed=1, count=3))
    assert spent(floor) == ("0.15", "0.00")
    found = work(floor, request)
    assert [one.state for one in found] == ["done"] * 3
    assert [one.seed for one in found] == [1, 2, 3]
    assert spent(floor) == ("0.00", "0.15")
    assert set(fake.creates.values()) == set(fake.charged.values()) == {1}
    with floor.house.book.reading() as conn:
        takes = reads.takes_of(conn, floor.task_id())
        assert len(takes) == 3
        for one in found:
            (take,) = one.takes
            assert attempts.attempt_of_take(conn, take) == one.id
    assert {take.origin for take in takes} == {"generated"}
    assert {maker for take in takes for maker in take.makers} == {"m_paying", str(floor["ana"].person)}
    assert {take.content for take in takes} == {one.outputs[0] for one in found}
    shown = floor.studio.generate.all_of(floor["ana"], "spring")
    assert "Spent so far: 0.15 USD" in shown.sentence


def test_the_key_reaches_the_provider_and_nothing_else(floor: "Floor", fake: Paying) -> None:
    work(floor, ask(floor))
    assert fake.keys_shown == [f"Bearer {SECRET}"]
    for path in [*floor.house.folder.glob("*.sqlite*"), *floor.house.folder.rglob("content/??/??/*")]:
        assert SECRET.encode() not in path.read_bytes()
    for entry in floor.house.book.entries(0, 10_000):
        assert SECRET.encode() not in entry.raw
        assert b"a red door" not in entry.raw


@pytest.mark.parametrize(
    ("fault", "state", "charged", "creates"),
    [
        ("invalid", "failed", "no", 0),
        ("refused", "refused", "no", 0),
        ("drop before", "unknown", None, 0),
        ("drop after", "unknown", None, 1),
        ("lie", "unknown", None, 1),
        ("broken", "unknown", None, 0),
        ("no id", "unknown", None, 1),
    ],
)
def test_whatever_a_create_does_it_is_made_once(
    floor: "Floor", fake: Paying, fault: str, state: str, charged: str | None, creates: int
) -> None:
    fake.faults = [fault]
    (found,) = work(floor, ask(floor))
    work(floor, ask(floor, wanted=Wanted(seed=9)))  # the one who dispatches next leaves it alone
    (again,) = floor.studio.generate.show(floor["ana"], "spring", found.id).attempts
    assert (again.state, again.charged) == (state, charged)
    key = fake.bodies[0]["key"]
    assert fake.creates[str(key)] == creates
    assert len([body for body in fake.bodies if body["key"] == key]) == 1
    held, _ = spent(floor)
    assert held == ("0.05" if state == "unknown" else "0.00")


def test_one_that_is_busy_is_asked_again_and_takes_it_once(floor: "Floor", fake: Paying) -> None:
    fake.faults = ["busy", "busy"]
    (found,) = work(floor, ask(floor))
    assert found.state == "done"
    assert len(fake.bodies) == 3
    assert fake.creates.total() == 1


def test_one_that_does_not_listen_costs_nothing(floor: "Floor", fake: Paying) -> None:
    gone = fake.url
    fake.url = "http://127.0.0.1:9"
    use(floor, fake, finds=False)
    (found,) = work(floor, ask(floor))
    assert (found.state, found.charged, found.code) == ("failed", "no", "nothing-sent")
    assert spent(floor) == ("0.00", "0.00")
    fake.url = gone


def test_a_lost_answer_is_found_by_our_key_where_the_provider_knows_it(
    floor: "Floor", fake: Paying, *, finds: bool
) -> None:
    use(floor, fake, finds=finds)
    fake.faults = ["drop after"]
    (found,) = work(floor, ask(floor))
    assert found.state == ("done" if finds else "unknown")
    fake.faults = ["drop before"]
    (never,) = work(floor, ask(floor, wanted=Wanted(seed=2)))
    assert (never.state, never.charged) == (("failed", "no") if finds else ("unknown", None))
    assert max(fake.creates.values()) == 1


@pytest.mark.parametrize(
    ("call", "known", "state", "gone"),
    [
        ("ran", "by its id", "done", "0.05"),
        ("ran", "", "lost", "0.05"),
        ("did_not", "", "failed", "0.00"),
        ("write_off", "", "lost", "0.05"),
    ],
)
def test_a_person_says_what_became_of_it(
    floor: "Floor", fake: Paying, call: Call, known: str, state: str, gone: str
) -> None:
    fake.faults = ["drop after"]
    request = ask(floor)
    (found,) = work(floor, request)
    assert found.may == ["resolve"]
    assert "It is not sent again by itself" in found.sentence
    job = next(iter(fake.jobs))
    with pytest.raises(RoleMissing):
        floor.studio.generate.resolve(floor["arti"], "spring", found.id, call=call)
    with pytest.raises(AttemptInvalid):
        floor.studio.generate.resolve(floor["ana"], "spring", found.id, call=cast("Any", "maybe"))
    floor.studio.generate.resolve(
        floor["leo"], "spring", found.id, call=call, handle=job if known else "", text="saw it in their list"
    )
    (ended,) = work(floor, request)
    assert ended.state == state
    assert spent(floor) == ("0.00", gone)
    assert fake.creates.total() == 1
    with pytest.raises(WorldMoved):
        floor.studio.generate.resolve(floor["leo"], "spring", found.id, call=call)


@pytest.mark.parametrize(
    ("prompt", "state", "charged", "takes"),
    [
        ("fail", "failed", "unknown", 0),
        ("unsafe", "refused", "yes", 0),
        ("expire", "expired", "unknown", 0),
        ("half", "partial", "yes", 1),
    ],
)
def test_every_end_is_kept_apart_and_none_is_tried_again(
    floor: "Floor", fake: Paying, prompt: str, state: str, charged: str, takes: int
) -> None:
    (found,) = work(floor, ask(floor, prompt=prompt))
    assert (found.state, found.charged, len(found.takes)) == (state, charged, takes)
    assert fake.creates.total() == 1
    assert spent(floor) == ("0.00", "0.05")


def test_a_cut_download_is_fetched_again_and_a_forgotten_one_is_lost(floor: "Floor", fake: Paying) -> None:
    fake.downloads = ["cut", "cut", ""]
    (found,) = work(floor, ask(floor))
    assert found.state == "done"
    fake.downloads = ["gone"]
    (lost,) = work(floor, ask(floor, wanted=Wanted(seed=5)))
    assert (lost.state, lost.charged) == ("lost", "yes")


def test_a_server_that_forgot_it_has_lost_it(floor: "Floor", fake: Paying) -> None:
    fake.patience = 3

    def forget(what: str, _: str) -> None:
        if what == "asked":
            fake.restart()

    fake.on = forget
    (found,) = work(floor, ask(floor))
    assert (found.state, fake.creates.total()) == ("lost", 1)


def test_a_cost_that_is_no_number_is_no_cost(floor: "Floor", fake: Paying) -> None:
    fake.cost = "NaN"
    (found,) = work(floor, ask(floor))
    assert (found.state, found.reported.amount, found.settled.amount) == ("done", None, "0.05")
    fake.cost = "-3"
    (other,) = work(floor, ask(floor, wanted=Wanted(seed=2)))
    assert (other.state, other.reported.amount) == ("done", None)


def test_more_than_was_said_is_written_down_and_a_bill_corrects_it(floor: "Floor", fake: Paying) -> None:
    fake.cost = "0.07"
    (found,) = work(floor, ask(floor))
    assert (found.estimate.amount, found.reported.amount, spent(floor)[1]) == ("0.05", "0.07", "0.07")
    shown = floor.studio.generate.bill(floor["ana"], "spring", found.id, amount="0.06")
    assert (shown.attempts[0].reconciled.amount, spent(floor)[1]) == ("0.06", "0.06")
    waiting = ask(floor).attempts[0]
    with pytest.raises(AttemptInvalid, match="not sent"):
        floor.studio.generate.bill(floor["ana"], "spring", waiting.id, amount="1")


@pytest.mark.parametrize("bytes_", [b"<html>sorry</html>", png(1)[:40], b"\x89PNG\r\n\x1a\n" + b"\0" * 99])
def test_what_is_no_picture_is_no_take_and_is_kept(floor: "Floor", fake: Paying, bytes_: bytes) -> None:
    fake.output = lambda _job: bytes_
    (found,) = work(floor, ask(floor))
    assert (found.state, found.charged, found.takes) == ("failed", "yes", [])
    assert floor.house.store.read(found.outputs[0]) == bytes_


def test_a_picture_larger_than_can_be_looked_at_is_no_take(floor: "Floor", fake: Paying) -> None:
    bomb = bytearray(png(3))
    bomb[16:24] = (60_000).to_bytes(4, "big") * 2
    fake.output = lambda _job: bytes(bomb)
    (found,) = work(floor, ask(floor))
    assert (found.state, found.takes) == ("failed", [])


def test_the_same_bytes_again_are_the_take_that_they_were(floor: "Floor", fake: Paying) -> None:
    fake.output = lambda _job: png(42)
    found = work(floor, ask(floor, wanted=Wanted(seed=1, count=2)))
    assert [one.state for one in found] == ["done", "done"]
    assert found[0].takes == found[1].takes


def test_one_is_cancelled_before_it_is_sent_and_another_while_it_runs(floor: "Floor", fake: Paying) -> None:
    first, second = ask(floor).attempts[0], ask(floor, wanted=Wanted(seed=2))
    assert "nothing was spent" in floor.studio.generate.cancel(floor["ana"], "spring", first.id)
    fake.patience = 10_000
    dispatcher = Dispatcher(floor.house, poll_s=0.01)
    with dispatcher.alone() as has_it:
        assert has_it
        dispatcher.turn()
    said = floor.studio.generate.cancel(floor["ana"], "spring", second.attempts[0].id)
    assert said == "It was cancelled."
    assert [job.stopped for job in fake.jobs.values()] == [True]
    shown = floor.studio.generate.all_of(floor["ana"], "spring").requests
    assert {one.state for request in shown for one in request.attempts} == {"cancelled"}
    with pytest.raises(WorldMoved):
        floor.studio.generate.cancel(floor["ana"], "spring", first.id)


# before anything is sent


def test_a_budget_that_does_not_hold_all_of_it_holds_none(floor: "Floor", fake: Paying) -> None:
    floor.studio.generate.set_budget(floor["ana"], "spring", purse="shot", owner="SH010", limit="0.10")
    estimate = floor.studio.generate.estimate(floor["ana"], "spring", replace(WISH, wanted=Wanted(count=3)))
    assert estimate.most.amount == "0.15"
    with pytest.raises(BudgetSpent, match="this shot"):
        ask(floor, wanted=Wanted(count=3, label="open"))
    assert floor.studio.generate.all_of(floor["ana"], "spring").requests == []
    ask(floor, wanted=Wanted(count=2, label="open"))
    with pytest.raises(BudgetSpent):
        ask(floor)
    floor.studio.generate.set_budget(floor["ana"], "spring", purse="person", owner="arti", limit="0")
    with pytest.raises(BudgetSpent, match="person"):
        ask(floor, by="arti", shot="SH020")
    assert fake.bodies == []
    with pytest.raises(RoleMissing):
        floor.studio.generate.set_budget(floor["leo"], "spring", purse="production", limit="9")


def test_what_nobody_can_price_needs_a_limit(floor: "Floor", fake: Paying) -> None:
    (floor.house.folder / "prices.toml").write_text('unit = "USD"\nchecked_on = 2026-01-01\n')
    named = {"paying": {"file": "paying.toml", "prices": "prices.toml"}}
    cast("dict[str, Any]", floor.house.providers).update(
        open_providers(named, folder=floor.house.folder, secret_of=lambda _: SECRET)
    )
    with pytest.raises(BudgetSpent, match="--most"):
        ask(floor)
    assert ask(floor, most="0.50").attempts[0].reserved.amount == "0.50"
    assert fake.bodies == []


def test_what_may_not_leave_does_not(floor: "Floor", fake: Paying) -> None:
    with pytest.raises(MustStay, match="embargoed"):
        ask(floor, wanted=Wanted(label="embargoed"))
    estimate = floor.studio.generate.estimate(
        floor["ana"], "spring", replace(WISH, wanted=Wanted(label="embargoed"))
    )
    assert not estimate.may_send
    assert [route.offered for route in estimate.routes] == [False]
    assert ask(floor, wanted=Wanted(label="confidential")).label == "confidential"
    assert fake.bodies == []


def test_whoever_is_named_has_agreed(floor: "Floor", fake: Paying) -> None:
    consent = record_consent(
        floor.house, floor["ana"], "spring", kind="consent", code="SH010", subject="Ana Ruiz", uses=["dub"]
    )
    with pytest.raises(PromptRefused, match="Ana Ruiz"):
        ask(floor, prompt="ANA  RUÍZ at the door")
    record_consent(
        floor.house,
        floor["ana"],
        "spring",
        kind="consent",
        code="SH010",
        subject="Ana Ruiz",
        uses=["likeness"],
        renews=consent,
    )
    assert ask(floor, prompt="Ana Ruiz at the door").attempts[0].state == "reserved"
    assert fake.bodies == []


def test_people_who_are_behind_are_asked_first(floor: "Floor", fake: Paying) -> None:
    floor.studio.generate.set_budget(floor["ana"], "spring", purse="review", limit="0.001")
    with pytest.raises(DeskFull, match="hours of looking"):
        ask(floor)
    with pytest.raises(RoleMissing, match="lead, director or producer"):
        ask(floor, by="arti", override="the client waits")
    found = ask(floor, by="leo", override="the client waits")
    assert (found.override, found.person.name) == ("the client waits", "leo")
    shown = floor.studio.generate.all_of(floor["ana"], "spring").backlog
    assert (shown.is_over, shown.coming) == (True, 1)
    assert fake.bodies == []


def test_a_request_sent_twice_is_one(floor: "Floor", fake: Paying) -> None:
    one, two = ask(floor, request="q_mine"), ask(floor, request="q_mine")
    assert one == two
    work(floor, one)
    assert fake.creates.total() == 1


def test_what_cannot_be_asked_for_is_said(floor: "Floor", fake: Paying) -> None:
    with pytest.raises(NotFound, match="there are: paying"):
        ask(floor, provider="nobody")
    with pytest.raises(NotFound, match="no take of content"):
        ask(floor, wanted=Wanted(inputs=(("first", "a" * 64),)))
    with pytest.raises(AttemptInvalid, match="plain JSON"):
        ask(floor, params={"steps": float("nan")})
    token = Session(person=floor["ana"].person)
    with pytest.raises(NotAPerson):
        floor.studio.generate.ask(token, "spring", WISH)
    with pytest.raises(NotFound):
        floor.studio.generate.show(floor["ana"], "spring", "q_none")
    assert fake.bodies == []


def test_inputs_and_settings_travel_with_it(floor: "Floor", fake: Paying) -> None:
    take = floor.take(png(7), frames=1)
    wanted = Wanted(seed=3, inputs=(("first", take.content),))
    (found,) = work(floor, ask(floor, wanted=wanted, params={"/options/steps": 9}))
    (body,) = fake.bodies
    assert body["options"] == {"steps": 9}
    assert str(body["first"]).startswith("data:image/png;base64,")
    assert body["seed"] == 3
    with floor.house.book.reading() as conn:
        made = reads.find_take(conn, found.takes[0])
    assert made is not None
    assert (made.parent, made.change) == (take.id, "rework")
    (wrong,) = work(floor, ask(floor, params={"/nowhere/steps": 9}))
    assert (wrong.state, wrong.charged) == ("failed", "no")


def test_a_provider_that_settings_name_no_more_leaves_its_attempts_alone(
    floor: "Floor", fake: Paying
) -> None:
    request = ask(floor)
    cast("dict[str, Any]", floor.house.providers).clear()
    dispatcher = Dispatcher(floor.house, poll_s=0.01)
    with dispatcher.alone():
        assert dispatcher.turn() == 1
    assert request.attempts[0].state == "reserved"
    use(floor, fake, finds=False)
    assert [one.state for one in work(floor, request)] == ["done"]


def test_two_who_dispatch_at_once_send_it_once(floor: "Floor", fake: Paying) -> None:
    ask(floor, wanted=Wanted(seed=1, count=4))
    one, two = Dispatcher(floor.house, poll_s=0.01), Dispatcher(floor.house, poll_s=0.01)
    with one.alone() as first, two.alone() as second:
        assert (first, second) == (True, False)
    # and even where the lock does not hold them apart, as on two machines, the book does
    for _ in range(50):
        one.turn()
        two.turn()
    assert set(fake.creates.values()) == {1}
    with floor.house.book.reading() as conn:
        assert {row.state for row in attempts.attempts_in(conn, reads.productions(conn)[0].id)} <= OVER


def test_what_is_asked_of_it_is_kept_without_its_words(floor: "Floor", fake: Paying) -> None:
    request = ask(floor, params={"options": {"steps": 5}}, model="still")
    with floor.house.book.reading() as conn:
        row = attempts.find_request(conn, request.id)
    assert row is not None
    told = json.loads(floor.house.store.read(row.ask))
    assert told["params"] == {"options": {"steps": 5}}
    assert "a red door" not in json.dumps(told)
    assert fake.bodies == []


def test_jobs_of_the_fake_are_told_apart(fake: Paying) -> None:
    one, two = fake.create("a", "x"), fake.create("b", "y")
    assert isinstance(one, Job)
    assert one.id != two.id
