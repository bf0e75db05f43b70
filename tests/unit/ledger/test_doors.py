"""Ways in that are kept beside the book: passkeys, identities, invitations, tokens, sittings."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine

from circletake.db.connect import writing
from circletake.domain.people import PersonId
from circletake.errors import AlreadyThere, NameInvalid, NotFound, SignInFailed
from circletake.ledger import accounts, invitations, passkeys, tokens

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DANA, LEA = PersonId("p_dana"), PersonId("p_lea")


@pytest.fixture
def conn(engine: Engine) -> Iterator[Connection]:
    """In a transaction, with Dana and Lea known."""
    with writing(engine) as made:
        for person, name in ((DANA, "Dana"), (LEA, "Lea")):
            accounts.open_account(made, person=person, name=name, password_hash=None)
        yield made


def keep(conn: Connection, passkey: str, person: PersonId, *, label: str = "") -> None:
    passkeys.add_passkey(
        conn, passkey=passkey, person=person, public_key=b"half", sign_count=1, label=label, now=NOW
    )


def test_what_was_begun_is_finished_once_in_time_and_for_what_it_was_begun(conn: Connection) -> None:
    passkeys.begin(conn, b"secret", purpose="sign-in", now=NOW, person=DANA, kept={"state": "x"})
    passkeys.begin(conn, b"other", purpose="sign-in", now=NOW)
    with pytest.raises(SignInFailed):
        passkeys.finish(conn, b"secret", purpose="register", now=NOW)
    begun = passkeys.finish(conn, b"secret", purpose="sign-in", now=NOW)
    assert (begun.person, begun.kept) == (DANA, {"state": "x"})
    with pytest.raises(SignInFailed):
        passkeys.finish(conn, b"secret", purpose="sign-in", now=NOW)
    assert passkeys.finish(conn, b"other", purpose="sign-in", now=NOW).person is None


def test_what_was_begun_is_over_after_minutes_and_swept_by_the_next(conn: Connection) -> None:
    passkeys.begin(conn, b"late", purpose="sign-in", now=NOW)
    with pytest.raises(SignInFailed):
        passkeys.finish(conn, b"late", purpose="sign-in", now=NOW + timedelta(minutes=10))
    passkeys.begin(conn, b"left", purpose="sign-in", now=NOW)
    passkeys.begin(conn, b"next", purpose="sign-in", now=NOW + timedelta(minutes=11))
    with pytest.raises(SignInFailed):
        passkeys.finish(conn, b"left", purpose="sign-in", now=NOW)


def test_a_passkey_is_one_persons_and_forgotten_by_that_person_alone(conn: Connection) -> None:
    keep(conn, "key", DANA, label="  the   blue one ")
    keep(conn, "spare", DANA)
    with pytest.raises(AlreadyThere):
        keep(conn, "key", LEA)
    assert [(one.id, one.label) for one in passkeys.passkeys_of(conn, DANA)] == [
        ("key", "the blue one"),
        ("spare", "a passkey"),
    ]
    passkeys.note_signed(conn, "key", sign_count=7, now=NOW)
    found = passkeys.find_passkey(conn, "key")
    assert found is not None
    assert (found.person, found.sign_count, found.used_at) == (DANA, 7, NOW.isoformat())
    assert passkeys.find_passkey(conn, "nobody's") is None
    with pytest.raises(NotFound):
        passkeys.remove_passkey(conn, LEA, "key")
    passkeys.remove_passkey(conn, DANA, "key")
    assert passkeys.find_passkey(conn, "key") is None


def test_an_identity_is_one_persons_until_it_is_taken_away(conn: Connection) -> None:
    asked = {"issuer": "https://id.example", "subject": "17"}
    assert passkeys.find_identity(conn, **asked) is None
    passkeys.add_identity(conn, **asked, person=DANA, now=NOW)
    passkeys.add_identity(conn, **asked, person=DANA, now=NOW)
    with pytest.raises(AlreadyThere):
        passkeys.add_identity(conn, **asked, person=LEA, now=NOW)
    assert passkeys.find_identity(conn, **asked) == DANA
    assert passkeys.identities_of(conn, DANA) == ["https://id.example"]
    passkeys.remove_identity(conn, LEA, "https://id.example")
    passkeys.remove_identity(conn, DANA, "https://id.example")
    assert passkeys.find_identity(conn, **asked) is None


def test_an_invitation_is_accepted_once(conn: Connection) -> None:
    made, token = invitations.invite(
        conn, production="pr_1", roles=["artist"], inviter=DANA, now=NOW, hours=1
    )
    assert invitations.get_open(conn, token, now=NOW).id == made
    invitations.use_up(conn, made, person=LEA)
    with pytest.raises(SignInFailed):
        invitations.use_up(conn, made, person=DANA)
    with pytest.raises(SignInFailed):
        invitations.get_open(conn, token, now=NOW)
    with pytest.raises(NotFound):
        invitations.revoke(conn, "pr_1", made)
    assert [one.ended for one in invitations.invitations(conn, "pr_1", now=NOW)] == ["used"]


@pytest.mark.parametrize(
    ("label", "days"),
    [("", 1), ("a\x1b[2Jb", 1), ("render", 0), ("render", tokens.MOST_DAYS + 1)],
)
def test_a_token_has_a_name_that_can_be_read_and_an_end(conn: Connection, label: str, days: int) -> None:
    with pytest.raises(NameInvalid):
        tokens.make_token(conn, person=DANA, machine=None, label=label, scopes=["read"], now=NOW, days=days)


def test_all_sittings_but_one_can_be_ended(conn: Connection) -> None:
    kept, *others = [
        accounts.open_session(conn, person=DANA, now=NOW, days=1, label=label) for label in "abc"
    ]
    here, _ = accounts.session_of(conn, kept, now=NOW)
    assert accounts.close_sessions(conn, DANA, but=here.pseudonym) == len(others)
    assert [one.label for one in accounts.sessions_of(conn, DANA, now=NOW)] == ["a"]
