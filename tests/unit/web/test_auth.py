"""The session cookie's rules, and how often somebody may try to sign in."""

import contextlib
import threading
from collections.abc import Callable

import pytest
from starlette.responses import Response

from circletake.errors import DatabaseBusy, SignInFailed, TooManyTries
from circletake.web.auth import (
    COOKIE,
    HOST_COOKIE,
    SignInLimit,
    clear_cookie,
    cookie_name,
    set_cookie,
)


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limit(clock: Clock) -> SignInLimit:
    return SignInLimit(now_s=clock)


def fail(limit: SignInLimit, *, name: str = "ana", address: str = "10.0.0.1") -> None:
    with pytest.raises(SignInFailed), limit.attempt(name=name, address=address):
        raise SignInFailed("No.")


def succeed(limit: SignInLimit, *, name: str = "ana", address: str = "10.0.0.1") -> None:
    with limit.attempt(name=name, address=address):
        pass


def test_over_https_the_cookie_is_bound_to_the_host_and_secure() -> None:
    response = Response()
    set_cookie(response, "token", secure=True, session_days=14)
    header = response.headers["set-cookie"]
    assert header.startswith("__Host-circletake_session=token;")
    parts = {part.strip().lower() for part in header.split(";")}
    assert {"httponly", "secure", "samesite=lax", "path=/", "max-age=1209600"} <= parts
    assert not any(part.startswith("domain") for part in parts)


def test_over_plain_http_the_cookie_has_its_plain_name_and_is_not_secure() -> None:
    response = Response()
    set_cookie(response, "token", secure=False, session_days=1)
    parts = [part.strip().lower() for part in response.headers["set-cookie"].split(";")]
    assert parts[0] == f"{COOKIE}=token"
    assert "secure" not in parts
    assert {"httponly", "samesite=lax"} <= set(parts)


@pytest.mark.parametrize(("secure", "name"), [(True, HOST_COOKIE), (False, COOKIE)])
def test_signing_out_takes_the_cookie_of_the_same_name_back(secure: bool, name: str) -> None:  # noqa: FBT001 (a table's column)
    response = Response()
    clear_cookie(response, secure=secure)
    assert response.headers["set-cookie"].startswith(f'{name}="";')
    assert "Max-Age=0" in response.headers["set-cookie"]
    assert cookie_name(secure=secure) == name


def test_the_sixth_failure_for_a_name_from_an_address_waits(limit: SignInLimit) -> None:
    for _ in range(5):
        fail(limit)
    with pytest.raises(TooManyTries) as refusal, limit.attempt(name="ana", address="10.0.0.1"):
        pytest.fail("the password was looked at")
    assert refusal.value.detail["retry_after_s"] == 301


def test_the_name_is_the_same_however_it_is_written(limit: SignInLimit) -> None:
    for name in ("ana", "ANA", " Ana ", "aNa", "anA"):
        fail(limit, name=name)
    with pytest.raises(TooManyTries):
        fail(limit, name="Ana")


def test_another_address_and_another_name_are_not_held_up(limit: SignInLimit) -> None:
    for _ in range(5):
        fail(limit)
    succeed(limit, address="10.0.0.2")
    succeed(limit, name="bo")


def test_an_address_that_tries_many_names_waits_too(limit: SignInLimit) -> None:
    for n in range(30):
        fail(limit, name=f"name {n}")
    with pytest.raises(TooManyTries):
        fail(limit, name="one more")


def test_room_comes_back_with_time(limit: SignInLimit, clock: Clock) -> None:
    for _ in range(5):
        fail(limit)
        clock.now_s += 10
    clock.now_s += 250
    fail(limit)  # the first has gone, this is the fifth again
    with pytest.raises(TooManyTries):
        fail(limit)


def test_success_does_not_count_and_neither_does_a_busy_database(limit: SignInLimit) -> None:
    for _ in range(50):
        succeed(limit)
    for _ in range(50):
        with pytest.raises(DatabaseBusy), limit.attempt(name="ana", address="10.0.0.1"):
            raise DatabaseBusy("Later.")
    succeed(limit)


def test_a_hundred_tries_at_once_are_a_hundred(limit: SignInLimit) -> None:
    looked_at: list[int] = []
    start = threading.Barrier(20)

    def guess() -> None:
        start.wait()
        with (
            contextlib.suppress(SignInFailed, TooManyTries),
            limit.attempt(name="ana", address="10.0.0.1"),
        ):
            looked_at.append(1)
            raise SignInFailed("No.")

    run_together([guess] * 20)
    assert len(looked_at) == 5


def test_only_two_passwords_are_hashed_at_once(limit: SignInLimit) -> None:
    inside = 0
    most = 0
    lock = threading.Lock()
    met = threading.Barrier(2)

    def sign_in() -> None:
        nonlocal inside, most
        with limit.attempt(name="ana", address="10.0.0.1"):
            with lock:
                inside += 1
                most = max(most, inside)
            met.wait(timeout=10)
            with lock:
                inside -= 1

    run_together([sign_in] * 4)
    assert most == 2


def run_together(calls: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
