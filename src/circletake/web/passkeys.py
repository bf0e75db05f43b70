"""Passkeys at the door: what a browser is asked to sign, and whether what it signed holds.

Source:
    W3C Web Authentication Level 3, 7.1 (registering) and 7.2 (signing in).
"""

import json
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from circletake.domain.people import PersonId
from circletake.errors import PasskeyAway, SignInFailed
from circletake.ledger.accounts import Session
from circletake.web.auth import own_origin
from circletake.workflows.sign_ins import SignIns

_REGISTER, _SIGN_IN = "passkey-register", "passkey-sign-in"
_NAME = "circletake"
_ODD = (WebAuthnException, KeyError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True, slots=True)
class Party:
    """Who asks for a passkey: the name it belongs to, and the origin its browser must be at."""

    id: str
    origin: str


def party_of(request: Request) -> Party:
    """Who we are to the browser that asks.

    Raises:
        PasskeyAway: the browser came by a bare address, or by plain http from elsewhere; `at` is an
            address at which passkeys work, where there is one on this machine.
    """
    origin = own_origin(request)
    parts = urlsplit(origin)
    host = parts.hostname or ""
    port = f":{parts.port}" if parts.port else ""
    at_home = f"{parts.scheme}://localhost{port}"
    if _is_address(host):
        if ip_address(host).is_loopback:
            raise PasskeyAway(
                f"A passkey belongs to a name, and this page was opened by the address {host}; "
                f"open {at_home} in its place.",
                at=at_home,
            )
        raise PasskeyAway(
            f"A passkey belongs to a name, and this page was opened by the address {host}; give the studio a "
            f"name with https and set public_url to it."
        )
    is_home = host == "localhost" or host.endswith(".localhost")
    if not is_home and parts.scheme != "https":
        raise PasskeyAway(
            f"Browsers keep passkeys for https, and this page came over {parts.scheme or 'http'}; put a "
            f"proxy with TLS in front and set public_url."
        )
    if not is_home and origin != request.app.state.studio.config.public_url:
        raise PasskeyAway("The studio does not know its own name; set public_url to the address people type.")
    return Party(id=host, origin=origin)


def begin_register(sign_ins: SignIns, party: Party, session: Session) -> dict[str, Any]:
    """What the browser is asked, to make a passkey for whoever is signed in."""
    person = session.person
    name = sign_ins.name_of(session)
    options = generate_registration_options(
        rp_id=party.id,
        rp_name=_NAME,
        user_id=str(person).encode(),
        user_name=name,
        user_display_name=name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(known.id))
            for known in sign_ins.passkeys_of(person)
        ],
    )
    sign_ins.begin(options.challenge, purpose=_REGISTER, person=person)
    asked: dict[str, Any] = json.loads(options_to_json(options))
    return asked


def finish_register(
    sign_ins: SignIns, party: Party, session: Session, credential: dict[str, Any], *, label: str
) -> None:
    """Check what the browser made, and keep it.

    Raises:
        SignInFailed: it answers another question, or does not verify.
        AlreadyThere: somebody has registered it.
    """
    challenge = _challenge(credential)
    begun = sign_ins.finish(challenge, purpose=_REGISTER)
    if begun.person != session.person:
        raise SignInFailed("This passkey was begun by somebody else; begin again.")
    try:
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=False,
        )
    except _ODD as wrong:
        raise SignInFailed(f"This passkey does not verify ({wrong}); try again.") from wrong
    sign_ins.add_passkey(
        session,
        passkey=str(credential["id"]),
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        label=label,
    )


def begin_sign_in(sign_ins: SignIns, party: Party) -> dict[str, Any]:
    """What the browser is asked, to sign in with whichever passkey it has for us."""
    options = generate_authentication_options(
        rp_id=party.id, user_verification=UserVerificationRequirement.PREFERRED
    )
    sign_ins.begin(options.challenge, purpose=_SIGN_IN)
    asked: dict[str, Any] = json.loads(options_to_json(options))
    return asked


def finish_sign_in(sign_ins: SignIns, party: Party, credential: dict[str, Any]) -> PersonId:
    """Check what the browser signed.

    Returns:
        Whose passkey it is.

    Raises:
        SignInFailed: nobody has registered it, or it does not verify, or it signed less often than it
            had, which means that there are two of it.
    """
    challenge = _challenge(credential)
    sign_ins.finish(challenge, purpose=_SIGN_IN)
    known = sign_ins.get_passkey(str(credential.get("id", "")))
    try:
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
            require_user_verification=False,
        )
        handle = credential["response"].get("userHandle")
        is_theirs = handle is None or base64url_to_bytes(handle) == str(known.person).encode()
    except _ODD as wrong:
        raise SignInFailed(f"This passkey does not verify ({wrong}); try again.") from wrong
    if not is_theirs:
        raise SignInFailed("This passkey does not verify (it names somebody else); try again.")
    sign_ins.note_signed(known.id, sign_count=verified.new_sign_count)
    return known.person


def _challenge(credential: dict[str, Any]) -> bytes:
    """The challenge that was signed, as the browser says; what it signed is checked against it later."""
    try:
        client = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
        return base64url_to_bytes(client["challenge"])
    except _ODD as wrong:
        raise SignInFailed("This is no passkey's answer; try again.") from wrong


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
