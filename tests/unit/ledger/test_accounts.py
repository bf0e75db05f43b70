"""Accounts and tokens: kept as hashes, used once where once is meant, and never said which half was wrong."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine

from circletake.db.connect import writing
from circletake.domain.people import PersonId
from circletake.errors import AlreadyThere, NameInvalid, NotFound, SignInFailed, SignInNeeded
from circletake.ledger import accounts, tokens

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DANA = PersonId("p_dana")


def opened(conn: Connection, *, said: str | None = None) -> None:
    accounts.open_account(
        conn, person=DANA, name="Dana", password_hash=accounts.hash_password(said) if said else None
    )


def test_a_name_is_taken_once_and_people_are_found_by_it(engine: Engine) -> None:
    with writing(engine) as conn:
        opened(conn)
        assert accounts.get_person(conn, "Dana") == DANA
        assert accounts.names(conn) == {"p_dana": "Dana"}
        with pytest.raises(AlreadyThere):
            opened(conn)
        with pytest.raises(NotFound, match="there are: Dana"):
            accounts.get_person(conn, "Dan")


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\x1b[2Jb"])
def test_what_cannot_be_a_name_is_refused(name: str) -> None:
    with pytest.raises(NameInvalid):
        accounts.checked_name(name)


def test_a_name_loses_the_space_around_it() -> None:
    assert accounts.checked_name("  Zoë \t Quill ") == "Zoë Quill"


def test_a_password_is_checked_and_nobody_learns_which_half_was_wrong(engine: Engine) -> None:
    with writing(engine) as conn:
        opened(conn, said="correct horse")
        known = accounts.find_password_hash(conn, "Dana")
        assert accounts.check_password(known, "correct horse") == DANA
        told = []
        for one, said in (
            (known, "wrong horse"),
            (accounts.find_password_hash(conn, "Eve"), "correct horse"),
        ):
            with pytest.raises(SignInFailed) as refused:
                accounts.check_password(one, said)
            told.append(str(refused.value))
        assert told[0] == told[1]
        accounts.set_password(conn, person=DANA, password_hash="damaged")  # noqa: S106 (what no password hashes to)
        with pytest.raises(SignInFailed):
            accounts.check_password(accounts.find_password_hash(conn, "Dana"), "correct horse")
    with pytest.raises(NameInvalid, match="at least 8"):
        accounts.hash_password("short")


def test_an_account_without_a_password_has_none_to_check(engine: Engine) -> None:
    with writing(engine) as conn:
        opened(conn)
        assert accounts.find_password_hash(conn, "Dana") is None


def test_a_session_lasts_until_it_expires_or_is_closed(engine: Engine) -> None:
    with writing(engine) as conn:
        token = accounts.open_session(conn, person=DANA, now=NOW, days=2)
        session, _ = accounts.session_of(conn, token, now=NOW)
        assert session.person == DANA
        for wrong, now in ((None, NOW), ("other", NOW), (token, NOW + timedelta(days=2))):
            with pytest.raises(SignInNeeded):
                accounts.session_of(conn, wrong, now=now)
        accounts.close_session(conn, token)
        with pytest.raises(SignInNeeded):
            accounts.session_of(conn, token, now=NOW)


def test_no_session_is_ever_taken_for_an_api_token(engine: Engine) -> None:
    with writing(engine) as conn:
        opened(conn)
        token = accounts.open_session(conn, person=DANA, now=NOW, days=1)
    assert re.fullmatch(r"[0-9a-f]{64}", token)
    assert not re.match(r"[0-9a-f]{3}", tokens.PREFIX)


def test_a_link_signs_in_once_and_not_for_ever(engine: Engine) -> None:
    with writing(engine) as conn:
        token = accounts.open_link(conn, person=DANA, now=NOW, hours=1)
        assert accounts.use_link(conn, token, now=NOW) == DANA
        late = accounts.open_link(conn, person=DANA, now=NOW, hours=1)
        for used, now in ((token, NOW), (late, NOW + timedelta(hours=1))):
            with pytest.raises(SignInFailed):
                accounts.use_link(conn, used, now=now)


def test_the_clock_knows_its_zone() -> None:
    assert accounts.utc_now().tzinfo is UTC
