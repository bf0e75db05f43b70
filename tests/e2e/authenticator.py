"""A passkey authenticator in software: it makes keys, signs, and can be made to cheat.

Source:
    W3C Web Authentication Level 3, 6.1 (authenticator data), 6.5.4 (attestation object), 7.
    RFC 9053, 2.1 (ES256); RFC 8949 (CBOR), of which this writes the few forms that are needed.
"""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def cbor(value: object) -> bytes:
    """Integers, bytes, text and maps, in the shortest form."""
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    assert isinstance(value, dict)
    return _head(5, len(value)) + b"".join(cbor(key) + cbor(one) for key, one in value.items())


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    size = 1 if number < 1 << 8 else 2
    return bytes([major << 5 | (23 + size)]) + number.to_bytes(size, "big")


@dataclass
class Key:
    """One passkey: what an authenticator keeps of it."""

    rp_id: str
    user_handle: bytes
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    count: int = 0


@dataclass
class Authenticator:
    """A person's phone, say.

    Args:
        origin: where its browser believes to be.
    """

    origin: str
    keys: list[Key] = field(default_factory=list)

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer a request for a new passkey."""
        key = Key(options["rp"]["id"], unb64(options["user"]["id"]))
        self.keys.append(key)
        numbers = key.private.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(key.id).to_bytes(2, "big") + key.id + cbor(cose)
        data = self._data(key, _ATTESTED) + attested
        return self._credential(
            key,
            {
                "clientDataJSON": b64(self._client("webauthn.create", options["challenge"])),
                "attestationObject": b64(cbor({"fmt": "none", "attStmt": {}, "authData": data})),
                "transports": ["internal"],
            },
        )

    def get(self, options: dict[str, Any], *, key: Key | None = None) -> dict[str, Any]:
        """Answer a request to sign in, with the key that belongs to whoever asks."""
        chosen = key or next(one for one in self.keys if one.rp_id == options["rpId"])
        chosen.count += 1
        client = self._client("webauthn.get", options["challenge"])
        data = self._data(chosen)
        signed = chosen.private.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._credential(
            chosen,
            {
                "clientDataJSON": b64(client),
                "authenticatorData": b64(data),
                "signature": b64(signed),
                "userHandle": b64(chosen.user_handle),
            },
        )

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps(
            {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        ).encode()

    def _data(self, key: Key, flags: int = 0) -> bytes:
        rp = hashlib.sha256(key.rp_id.encode()).digest()
        return rp + bytes([_PRESENT | _VERIFIED | flags]) + key.count.to_bytes(4, "big")

    def _credential(self, key: Key, response: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": b64(key.id),
            "rawId": b64(key.id),
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
            "authenticatorAttachment": "platform",
        }
