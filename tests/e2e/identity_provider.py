"""An identity provider on loopback: discovery, keys, authorization with PKCE, and tokens really signed."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "circletake", "the client's secret"


@dataclass
class Provider:
    """What it says, and how it misbehaves.

    Args:
        claims: of whoever signs in there.
        change: replaces members of the ID token, after which it is signed; None takes one away.
        forge: another key signs.
        algorithm: in the token's header.
    """

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "u-1", "name": "Nia Okafor"})
    change: dict[str, Any] = field(default_factory=dict)
    forge: bool = False
    says_issuer: str | None = None
    down: bool = False
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    seen: list[dict[str, str]] = field(default_factory=list)

    def describe(self) -> dict[str, Any]:
        return {
            "issuer": self.says_issuer or self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Everybody who comes is let in; returns where they are sent."""
        assert asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"]})

    def token(self, asked: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.seen.append(asked)
        began = self.codes.pop(asked["code"], None)
        digest = hashlib.sha256(asked["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            began is None
            or began["code_challenge"] != challenge
            or began["redirect_uri"] != asked["redirect_uri"]
            or asked.get("client_secret") != CLIENT_SECRET
        ):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": began["nonce"],
            **self.claims,
            **self.change,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        key = RSAKey.generate_key(2048) if self.forge else self.key
        signed = jwt.encode({"alg": "RS256", "kid": str(self.key.kid)}, claims, key)
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": signed}


@contextmanager
def providing() -> Iterator[Provider]:
    """Run a provider."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if provider.down:
                self._say(503, {})
            elif parts.path == "/.well-known/openid-configuration":
                self._say(200, provider.describe())
            elif parts.path == "/keys":
                self._say(200, {"keys": [provider.key.as_dict(private=False)]})
            else:
                self.send_response(303)
                self.send_header("Location", provider.authorize(asked))
                self.end_headers()

        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._say(*provider.token({name: values[0] for name, values in parse_qs(form).items()}))

        def _say(self, status: int, body: dict[str, Any]) -> None:
            sent = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
