"""A model's manifest: a TOML beside its ONNX file that says how to feed it and which bytes it must have."""

import hashlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from circletake.errors import ConfigInvalid

_HASH = re.compile(r"[0-9a-f]{64}")
_BLOCK_BYTES = 1 << 20
_CHANNELS = 3
_LARGEST_PX = 2048


@dataclass(frozen=True, slots=True)
class Manifest:
    """How an image encoder is fed.

    Args:
        name: as evidence names it.
        path: of the ONNX file.
        sha256: of that file; another file is refused.
        size_px: side of the square it takes.
        mean: of each channel, for values of 0–1.
        std: of each channel.
        output: name of the output that is the vector.
    """

    name: str
    path: Path
    sha256: str
    size_px: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    output: str

    @property
    def fingerprint(self) -> str:
        """What evidence names: the weights and how they are fed."""
        fed = f"{self.size_px} {self.mean} {self.std} {self.output}"
        return hashlib.sha256(f"{self.sha256} {fed}".encode()).hexdigest()


def read_manifest(path: Path) -> Manifest:
    """Read a manifest and check that the model it names has the bytes it says.

    Raises:
        ConfigInvalid: the manifest or the model cannot be used; says which member or file.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as broken:
        raise ConfigInvalid(f"The model manifest {path} cannot be read: {broken}.") from None
    manifest = Manifest(
        name=_text(data, "name", path),
        path=path.parent / _text(data, "file", path),
        sha256=_text(data, "sha256", path),
        size_px=_size(data, path),
        mean=_channels(data, "mean", path),
        std=_channels(data, "std", path),
        output=_text(data, "output", path),
    )
    if not _HASH.fullmatch(manifest.sha256):
        _refuse(path, "sha256", "is not 64 hexadecimal digits")
    if any(value <= 0 for value in manifest.std):
        _refuse(path, "std", "has to be above zero for every channel")
    found = _file_hash(manifest.path, path)
    if found != manifest.sha256:
        raise ConfigInvalid(
            f"The model {manifest.path.name} is not the one its manifest names: it hashes to {found[:12]}…, "
            f"named is {manifest.sha256[:12]}…; fetch it again, or correct the manifest."
        )
    return manifest


def _refuse(path: Path, member: str, matter: str) -> NoReturn:
    raise ConfigInvalid(f"The model manifest {path.name} cannot be used: “{member}” {matter}.")


def _text(data: dict[str, Any], member: str, path: Path) -> str:
    value = data.get(member)
    if not isinstance(value, str) or not value:
        _refuse(path, member, "has to be text")
    return value


def _size(data: dict[str, Any], path: Path) -> int:
    value = data.get("size_px")
    if not isinstance(value, int) or not 0 < value <= _LARGEST_PX:
        _refuse(path, "size_px", f"has to be a whole number of at most {_LARGEST_PX}")
    return value


def _channels(data: dict[str, Any], member: str, path: Path) -> tuple[float, float, float]:
    value = data.get(member)
    if (
        not isinstance(value, list)
        or len(value) != _CHANNELS
        or not all(isinstance(part, int | float) for part in value)
    ):
        _refuse(path, member, "has to be three numbers: red, green, blue")
    return float(value[0]), float(value[1]), float(value[2])


def _file_hash(path: Path, manifest: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
    except OSError as missing:
        raise ConfigInvalid(
            f"The model {path} that {manifest.name} names cannot be opened: {missing.strerror}."
        ) from None
    return digest.hexdigest()
