"""Checkpoints as text: what a whole book is, in three lines, and a signature under them.

The form is that of transparency logs, so that their tools read ours: origin, number of entries, root,
an empty line, then a line for each signature.

Source:
    C2SP signed-note and tlog-checkpoint (https://c2sp.org/signed-note, https://c2sp.org/tlog-checkpoint);
    Ed25519 as in RFC 8032.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from circletake.errors import CheckpointInvalid

_ED25519 = b"\x01"  # the kind of key, as C2SP numbers them
_KEY_ID_BYTES = 4
_HASH_BYTES = 32
_SIGNED = "— "  # U+2014, as the form wants it


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a book was at one time.

    Args:
        name: whose book: origin and name of the key in one.
        size: entries.
        root: of the Merkle tree over their leaves.
    """

    name: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The lines that are signed, the last newline included."""
        return f"{self.name}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def key_id(name: str, public: bytes) -> bytes:
    """The four bytes by which a signature says whose it is.

    >>> public = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")[1:]
    >>> key_id("PeterNeumann", public).hex()
    'c74f20a3'
    """
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:_KEY_ID_BYTES]


def verifier_key(name: str, public: bytes) -> str:
    """A public key as it is handed round: `name+id+key`."""
    return f"{name}+{key_id(name, public).hex()}+{base64.b64encode(_ED25519 + public).decode()}"


def sign_note(checkpoint: Checkpoint, public: bytes, signature: bytes) -> str:
    """A checkpoint with its signature under it."""
    signed = base64.b64encode(key_id(checkpoint.name, public) + signature).decode()
    return f"{checkpoint.text}\n{_SIGNED}{checkpoint.name} {signed}\n"


def read_note(note: str, key: str) -> Checkpoint:
    """Read a checkpoint that is signed with a key.

    Args:
        key: as `verifier_key` has it.

    Raises:
        CheckpointInvalid: it is no checkpoint, or not of this key.
    """
    try:
        name, _, coded = key.split("+", 2)
        public = base64.b64decode(coded, validate=True)[1:]
        text, _, signatures = note.partition("\n\n")
        origin, size, root = text.split("\n")
        checkpoint = Checkpoint(origin, int(size), base64.b64decode(root, validate=True))
        start = f"{_SIGNED}{name} "
        (signed,) = [line.removeprefix(start) for line in signatures.split("\n") if line.startswith(start)]
        found = base64.b64decode(signed, validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(found[_KEY_ID_BYTES:], checkpoint.text.encode())
    except (ValueError, binascii.Error, InvalidSignature) as wrong:
        raise CheckpointInvalid(f"This is no checkpoint that is signed with {key}: {wrong!r}.") from None
    is_whole = found[:_KEY_ID_BYTES] == key_id(name, public) and len(checkpoint.root) == _HASH_BYTES
    if not is_whole or origin != name or text + "\n" != checkpoint.text:
        raise CheckpointInvalid(f"This checkpoint is not spelled as {key} would have signed it.")
    return checkpoint
