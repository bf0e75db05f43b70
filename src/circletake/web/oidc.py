"""Signing in by a team's own identity provider: OpenID Connect, authorization code with PKCE.

What the provider says is believed only as far as its signature, our nonce and our state reach, and of
that the subject alone says who somebody is: an e-mail address can change hands.

Source:
    OpenID Connect Core 1.0, 3.1; OpenID Connect Discovery 1.0, 4; RFC 7636 (PKCE); RFC 9700, 2.1.
"""

import secrets
import threading
import time
from dataclasses import dataclass
from typing import Any

import httpx2
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from circletake.config import Config, find_secret
from circletake.domain.people import PersonId
from circletake.errors import NotFound, ProviderAway, SignInFailed
from circletake.studio import Studio

CALLBACK = "/oidc/callback"
_PURPOSE = "oidc"
_TIMEOUT_S = 10
_KEPT_S = 3600.0  # a provider's description; its keys are asked for again when one is not known
_LEEWAY_S = 60  # two clocks
_SECRET = "oidc_client_secret"  # noqa: S105 (a secret's name)
# Never `none`, and nothing that is checked with the client secret.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]


@dataclass(frozen=True, slots=True)
class Vouched:
    """Somebody the provider vouches for.

    Args:
        domain: of their verified address; empty where it is not verified.
    """

    issuer: str
    subject: str
    name: str
    domain: str


@dataclass(frozen=True, slots=True)
class Returned:
    """Who came back, and what they had set out with."""

    vouched: Vouched
    invitation: str | None
    person: PersonId | None


class Provider:
    """The identity provider of a studio.

    Args:
        config: names its issuer and our client id.
        client_secret: None for a client that has none (PKCE alone).
    """

    def __init__(self, config: Config, client_secret: str | None) -> None:
        self.issuer = config.oidc_issuer or ""
        self.client_id = config.oidc_client_id or ""
        self._secret = client_secret
        self._lock = threading.Lock()
        self._found: tuple[float, dict[str, Any]] | None = None
        self._keys: KeySet | None = None

    def set_out(
        self, studio: Studio, *, origin: str, invitation: str | None, person: PersonId | None
    ) -> tuple[str, str]:
        """Begin: the address at the provider, and the state that this browser has to come back with."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        studio.sign_ins.begin(
            state.encode(),
            purpose=_PURPOSE,
            person=person,
            kept={"invitation": invitation, "nonce": nonce, "verifier": verifier},
        )
        asked = [
            ("response_type", "code"),
            ("client_id", self.client_id),
            ("redirect_uri", origin + CALLBACK),
            ("scope", "openid profile email"),
            ("state", state),
            ("nonce", nonce),
            ("code_challenge", create_s256_code_challenge(verifier)),
            ("code_challenge_method", "S256"),
        ]
        return str(add_params_to_uri(self._endpoint("authorization_endpoint"), asked)), state

    def come_back(self, studio: Studio, *, origin: str, state: str, code: str) -> Returned:
        """Finish: who the provider vouches for.

        Raises:
            SignInFailed: nothing was begun with this state, or what came does not verify.
            ProviderAway: the provider does not answer.
        """
        begun = studio.sign_ins.finish(state.encode(), purpose=_PURPOSE)
        answer = self._post(
            self._endpoint("token_endpoint"),
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": origin + CALLBACK,
                "client_id": self.client_id,
                "code_verifier": str(begun.kept["verifier"]),
            },
        )
        claims = self._claims(answer.get("id_token"), nonce=str(begun.kept["nonce"]))
        invitation = begun.kept["invitation"]
        return Returned(
            vouched=_vouched(self.issuer, claims),
            invitation=str(invitation) if invitation else None,
            person=begun.person,
        )

    def _claims(self, token: object, *, nonce: str) -> dict[str, Any]:
        """What an ID token says, once its signature, issuer, audience, times and nonce hold."""
        if not isinstance(token, str):
            raise SignInFailed("The identity provider sent no ID token; try again.")
        try:
            try:
                read = jwt.decode(token, self._key_set(fresh=False), algorithms=_ALGORITHMS)
            except (JoseError, ValueError):  # its keys may have been rolled over
                read = jwt.decode(token, self._key_set(fresh=True), algorithms=_ALGORITHMS)
            claims = CodeIDToken(
                read.claims,
                read.header,
                {"iss": {"value": self.issuer}, "aud": {"value": self.client_id}},
                {"nonce": nonce, "client_id": self.client_id},
            )
            claims.validate(leeway=_LEEWAY_S)
        except (JoseError, ValueError, KeyError, TypeError) as wrong:
            raise SignInFailed(
                f"The identity provider's word does not verify ({wrong}); try again."
            ) from wrong
        return dict(claims)

    def _endpoint(self, name: str) -> str:
        found = self._described().get(name)
        if not isinstance(found, str):
            raise ProviderAway(f"The identity provider at {self.issuer} names no {name}; check oidc_issuer.")
        return found

    def _described(self) -> dict[str, Any]:
        with self._lock:
            if self._found is None or time.monotonic() - self._found[0] > _KEPT_S:
                told = self._get(get_well_known_url(self.issuer, external=True))
                if told.get("issuer") != self.issuer:
                    raise ProviderAway(
                        f"The provider at {self.issuer} calls itself {told.get('issuer')}; set oidc_issuer "
                        f"to exactly that, if it is yours."
                    )
                self._found = time.monotonic(), told
            return self._found[1]

    def _key_set(self, *, fresh: bool) -> KeySet:
        address = self._endpoint("jwks_uri")
        with self._lock:
            if self._keys is None or fresh:
                self._keys = KeySet.import_key_set(self._get(address))  # type: ignore[arg-type]  # checked there
            return self._keys

    def _get(self, address: str) -> dict[str, Any]:
        return self._answer("GET", address, {})

    def _post(self, address: str, form: dict[str, str]) -> dict[str, Any]:
        return self._answer("POST", address, form)

    def _answer(self, method: str, address: str, form: dict[str, str]) -> dict[str, Any]:
        sent = {**form, "client_secret": self._secret} if form and self._secret else form
        try:
            with httpx2.Client(timeout=_TIMEOUT_S, follow_redirects=False) as client:
                answer = client.request(
                    method, address, data=sent or None, headers={"Accept": "application/json"}
                )
            read = answer.json()
        except (httpx2.HTTPError, ValueError) as away:
            raise ProviderAway(
                f"The identity provider at {self.issuer} does not answer ({type(away).__name__}); try again, "
                f"or sign in another way."
            ) from away
        if answer.is_client_error and form:
            said = read.get("error") if isinstance(read, dict) else None
            raise SignInFailed(f"The identity provider refused ({said or answer.status_code}); try again.")
        if not answer.is_success or not isinstance(read, dict):
            raise ProviderAway(
                f"The identity provider at {self.issuer} answered {answer.status_code}; try again later."
            )
        return read


def provider_of(studio: Studio) -> Provider:
    """The provider that the settings name.

    Raises:
        NotFound: they name none.
    """
    config = studio.config
    if not config.oidc_issuer or not config.oidc_client_id:
        raise NotFound(
            "This studio has no identity provider; set oidc_issuer and oidc_client_id in studio.toml."
        )
    return Provider(config, find_secret(_SECRET, folder=studio.folder, config=config))


def domains_of(config: Config) -> frozenset[str]:
    """Domains whose verified addresses come in without an invitation."""
    return frozenset(
        one.strip().lower().lstrip("@") for one in (config.oidc_domains or "").split(",") if one.strip()
    )


def _vouched(issuer: str, claims: dict[str, Any]) -> Vouched:
    address = str(claims.get("email") or "")
    is_verified = claims.get("email_verified") is True  # the text "true" is not the claim of the standard
    name = claims.get("name") or claims.get("preferred_username") or address.partition("@")[0]
    return Vouched(
        issuer=issuer,
        subject=str(claims["sub"]),
        name=str(name or "somebody new"),
        domain=address.rpartition("@")[2].lower() if is_verified else "",
    )
