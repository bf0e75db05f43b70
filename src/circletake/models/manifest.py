"""A model's manifest: a TOML beside its ONNX file that says how to feed it and which bytes it must have."""

import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NoReturn, TypeVar, get_args

from circletake.errors import ConfigInvalid

_HASH = re.compile(r"[0-9a-f]{64}")
_BLOCK_BYTES = 1 << 20
_CHANNELS = 3
_LARGEST_PX = 2048
_MOST_CELLS = 256  # a side of the grid: 2048 pixels in cells of 8
_MOST_LEADING = 64  # tokens before those of the cells; published models have one to five

_NEEDED = ("name", "file", "sha256", "size_px", "mean", "std", "output")
_MEMBERS = frozenset((*_NEEDED, "token", "patches", "layout", "grid", "leading", "outside"))

_C = TypeVar("_C", bound=str)
Layout = Literal["tokens", "map"]
Outside = Literal["blank", "keep"]


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
        token: which token of that output is the vector, where it is a sequence; None where it is all of it.
        patches: name of the output that has a vector for each cell; None for a model without. It may be the
            same as `output`.
        layout: of the patches: `tokens` is [1, leading + rows · columns, dimensions], row by row; `map` is
            [1, dimensions, rows, columns].
        grid: rows and columns of the cells; (0, 0) for a model without patches.
        leading: tokens to skip before those of the cells: class token, registers.
        outside: what the model is fed beyond a figure's mask: `blank` is the mean of each channel, `keep`
            leaves the picture as it is.
    """

    name: str
    path: Path
    sha256: str
    size_px: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    output: str
    token: int | None = None
    patches: str | None = None
    layout: Layout = "tokens"
    grid: tuple[int, int] = (0, 0)
    leading: int = 0
    outside: Outside = "blank"

    @property
    def fingerprint(self) -> str:
        """What evidence names: the weights, how they are fed, and what is read from them."""
        fed = (
            f"{self.size_px} {self.mean} {self.std} {self.output} {self.token} {self.patches} {self.layout} "
            f"{self.grid} {self.leading} {self.outside}"
        )
        return hashlib.sha256(f"{self.sha256} {fed}".encode()).hexdigest()


def known_fingerprint(path: Path) -> str | None:
    """Fingerprint of the encoder that a manifest names; None where it cannot be used.

    The weights are read again only when one of the two files has changed.
    """
    try:
        return _fingerprint(path, *_stamp(path))
    except ConfigInvalid:
        return None


@lru_cache(maxsize=8)
def _fingerprint(path: Path, *_stamps: object) -> str:
    return read_manifest(path).fingerprint


def _stamp(path: Path) -> list[tuple[int, int]]:
    """When and how long the manifest and the model it names were last written."""
    try:
        named = tomllib.loads(path.read_text(encoding="utf-8")).get("file")
        files = [path, path.parent / named] if isinstance(named, str) else [path]
        return [(told.st_mtime_ns, told.st_size) for told in (file.stat() for file in files)]
    except (OSError, ValueError) as broken:
        raise ConfigInvalid(f"The model manifest {path} cannot be read: {broken}.") from None


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
        token=_count(data, "token", path, most=_MOST_LEADING) if "token" in data else None,
        patches=_text(data, "patches", path) if "patches" in data else None,
        layout=_choice(data, "layout", path, get_args(Layout)) if "layout" in data else "tokens",
        grid=_grid(data, path),
        leading=_count(data, "leading", path, most=_MOST_LEADING) if "leading" in data else 0,
        outside=_choice(data, "outside", path, get_args(Outside)) if "outside" in data else "blank",
    )
    unknown = sorted(data.keys() - _MEMBERS)
    if unknown:
        _refuse(path, unknown[0], f"is not known; known are {', '.join(sorted(_MEMBERS))}")
    if manifest.layout == "map" and manifest.leading:
        _refuse(path, "leading", "goes with tokens; a map has none before its cells")
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


def _count(data: dict[str, Any], member: str, path: Path, *, most: int) -> int:
    value = data.get(member)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        _refuse(path, member, f"has to be a whole number from 0 to {most}")
    return value


def _choice(data: dict[str, Any], member: str, path: Path, choices: tuple[_C, ...]) -> _C:
    for choice in choices:
        if data[member] == choice:
            return choice
    _refuse(path, member, f"has to be one of {', '.join(str(choice) for choice in choices)}")


def _grid(data: dict[str, Any], path: Path) -> tuple[int, int]:
    value = data.get("grid", [0, 0])
    if not isinstance(value, list) or [type(part) for part in value] != [int, int]:
        _refuse(path, "grid", "has to be two whole numbers: rows, columns")
    rows, columns = value
    if "patches" in data and not (0 < rows <= _MOST_CELLS and 0 < columns <= _MOST_CELLS):
        _refuse(path, "grid", f"has to be rows and columns of 1 to {_MOST_CELLS} where there are patches")
    if "patches" not in data and (rows or columns):
        _refuse(path, "grid", "needs “patches”, the output that it divides")
    return rows, columns


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
