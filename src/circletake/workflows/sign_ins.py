"""Passkeys and identities in the house: the doors check what a browser brings, this keeps what follows."""

from dataclasses import dataclass
from typing import Any

from circletake.domain.people import PersonId
from circletake.errors import SignInFailed
from circletake.ledger import accounts, passkeys
from circletake.ledger.accounts import Session
from circletake.ledger.passkeys import Begun, Passkey
from circletake.workflows.account import enter_by_identity
from circletake.workflows.house import House


@dataclass(frozen=True, slots=True)
class SignIns:
    """What a door asks for while somebody proves who they are."""

    house: House

    def begin(
        self,
        secret: bytes,
        *,
        purpose: str,
        person: PersonId | None = None,
        kept: dict[str, Any] | None = None,
    ) -> None:
        """Remember what was begun under a secret that comes back."""
        with self.house.book.transact() as tx:
            passkeys.begin(tx.conn, secret, purpose=purpose, now=accounts.utc_now(), person=person, kept=kept)

    def finish(self, secret: bytes, *, purpose: str) -> Begun:
        """Use up what was begun.

        Raises:
            SignInFailed: nothing was, or too long ago.
        """
        with self.house.book.transact() as tx:
            return passkeys.finish(tx.conn, secret, purpose=purpose, now=accounts.utc_now())

    def name_of(self, session: Session) -> str:
        """A person's name, for the authenticator's own list."""
        with self.house.book.reading() as conn:
            return accounts.name_of(conn, session.person)

    def passkeys_of(self, person: PersonId) -> list[Passkey]:
        """A person's passkeys."""
        with self.house.book.reading() as conn:
            return passkeys.passkeys_of(conn, person)

    def get_passkey(self, passkey: str) -> Passkey:
        """The passkey of an id.

        Raises:
            SignInFailed: nobody has registered it.
        """
        with self.house.book.reading() as conn:
            found = passkeys.find_passkey(conn, passkey)
        if found is None:
            raise SignInFailed("Nobody here has registered this passkey; sign in another way, then add it.")
        return found

    def add_passkey(
        self, session: Session, *, passkey: str, public_key: bytes, sign_count: int, label: str
    ) -> None:
        """Keep a new passkey of whoever is signed in."""
        session.sitting("add a passkey")
        with self.house.book.transact() as tx:
            passkeys.add_passkey(
                tx.conn,
                passkey=passkey,
                person=session.person,
                public_key=public_key,
                sign_count=sign_count,
                label=label,
                now=accounts.utc_now(),
            )

    def note_signed(self, passkey: str, *, sign_count: int) -> None:
        """Note that a passkey signed somebody in."""
        with self.house.book.transact() as tx:
            passkeys.note_signed(tx.conn, passkey, sign_count=sign_count, now=accounts.utc_now())

    def remove_passkey(self, session: Session, passkey: str) -> None:
        """Forget a passkey of one's own."""
        session.sitting("remove a passkey")
        with self.house.book.transact() as tx:
            passkeys.remove_passkey(tx.conn, session.person, passkey)

    def enter_by_identity(
        self,
        *,
        issuer: str,
        subject: str,
        name: str,
        is_of_our_domain: bool,
        invitation: str | None,
        person: PersonId | None,
    ) -> PersonId:
        """Who comes by an identity that a provider vouched for."""
        return enter_by_identity(
            self.house,
            issuer=issuer,
            subject=subject,
            name=name,
            is_of_our_domain=is_of_our_domain,
            invitation=invitation,
            person=person,
        )

    def remove_identity(self, session: Session, issuer: str) -> None:
        """Let oneself sign in by a provider no more."""
        session.sitting("remove an identity")
        with self.house.book.transact() as tx:
            passkeys.remove_identity(tx.conn, session.person, issuer)
