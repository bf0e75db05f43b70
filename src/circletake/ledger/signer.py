"""The key that signs checkpoints, and what it signed last: it never signs two books.

A studio's key lies in its folder under `keys/`, is made when it is first needed, and is read by its
owner only. Beside it stands the last checkpoint it signed, apart from the database, so that a restored
backup is noticed even though the backup knows nothing of what came after it.
"""

import fcntl
import hashlib
import json
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from circletake.errors import ConfigInvalid
from circletake.ledger.notes import Checkpoint, sign_note, verifier_key

KEY, LAST = "checkpoint.pem", "checkpoint.last"
_PRIVATE = 0o600
_ORIGIN = "circletake"


@dataclass(frozen=True, slots=True)
class Signed:
    """What a key signed last, and the chain's hash there."""

    size: int
    root: str
    chain: str


class Signer:
    """A key for checkpoints.

    Its name is made of it, so that a new key is a new log and no two keys can be taken for each other.

    Args:
        folder: `keys/` of the studio; made if it is not there.

    Raises:
        ConfigInvalid: there is something else in the place of the key.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = _load(folder / KEY)
        self.public = self._key.public_key().public_bytes_raw()
        self.name = f"{_ORIGIN}/{hashlib.sha256(self.public).hexdigest()[:16]}"

    @property
    def key(self) -> str:
        """The public key, as it is handed round."""
        return verifier_key(self.name, self.public)

    def sign(self, *, size: int, root: bytes) -> str:
        """Sign a checkpoint; returns the note."""
        checkpoint = Checkpoint(self.name, size, root)
        return sign_note(checkpoint, self.public, self._key.sign(checkpoint.text.encode()))

    def last(self) -> Signed | None:
        """What this key signed last, or None before its first."""
        try:
            told = json.loads((self._folder / LAST).read_text("utf-8"))
            return Signed(size=int(told["size"]), root=str(told["root"]), chain=str(told["chain"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ConfigInvalid(
                f"{self._folder / LAST} cannot be read ({error}); restore it from a backup: it says what was "
                f"signed last."
            ) from error

    def remember(self, signed: Signed) -> None:
        """Keep what was signed last, whole or not at all; of two who sign at once, the larger."""
        told = {"chain": signed.chain, "root": signed.root, "size": signed.size}
        lock = os.open(self._folder, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            last = self.last()
            if last is None or last.size <= signed.size:
                beside = _beside(self._folder / LAST)
                _write(beside, json.dumps(told) + "\n")
                beside.replace(self._folder / LAST)
        finally:
            os.close(lock)

    def retire(self) -> "Signer":
        """Put this key away under its name, and make a new one that has signed nothing."""
        for name in (KEY, LAST):
            kept = self._folder / name
            if kept.exists():
                kept.rename(self._folder / f"{self.name.rpartition('/')[2]}-{name}")
        return Signer(self._folder)


def _load(path: Path) -> Ed25519PrivateKey:
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        made = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        beside = _beside(path)
        _write(beside, made.decode())
        try:
            # somebody else of this studio may have been first: then theirs is the key
            with suppress(FileExistsError):
                os.link(beside, path)
        finally:
            beside.unlink()
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise ConfigInvalid(
            f"The checkpoint key {path} cannot be read ({error}); restore it, or move it away and a new one "
            f"is made."
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigInvalid(f"{path} is no Ed25519 key; move it away and a new one is made.")
    return key


def _beside(path: Path) -> Path:
    """A name that no other process has, nor another thread of this one."""
    return path.with_name(f".{path.name}.{secrets.token_hex(8)}")


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
