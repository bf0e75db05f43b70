"""Fields of text as they stand in a file, gathered within bounds."""

import zlib
from dataclasses import dataclass, field

LARGEST_FIELD_BYTES = 4 << 20
"""Of one field, unpacked. The largest graphs seen in the wild are some hundred kB."""
LARGEST_FILE_BYTES = 16 << 20
"""Of all fields of a file together."""
MOST_FIELDS = 256
_LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class Field:
    """A named text in a file.

    Args:
        key: as it stands there.
        where: in words: “PNG text”, “EXIF Model”.
    """

    key: str
    text: str
    where: str


@dataclass(slots=True)
class Marks:
    """Fields of one file, and what of it was refused."""

    fields: list[Field] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    _bytes: int = 0

    def add(self, key: str, data: bytes | str, where: str) -> None:
        """Take a field in, or say why not."""
        size_bytes = len(data)
        if size_bytes > LARGEST_FIELD_BYTES:
            self.refuse(f"{where} “{key[:40]}” is larger than {LARGEST_FIELD_BYTES >> 20} MiB")
        elif self._bytes + size_bytes > LARGEST_FILE_BYTES or len(self.fields) >= MOST_FIELDS:
            self.refuse(f"The file says more than {LARGEST_FILE_BYTES >> 20} MiB or {MOST_FIELDS} fields")
        else:
            self._bytes += size_bytes
            text = data if isinstance(data, str) else text_of(data)
            self.fields.append(Field(key[:_LONGEST_KEY], text, where))

    def refuse(self, matter: str) -> None:
        """Say once what was not read."""
        sentence = f"{matter}; it was not read."
        if sentence not in self.refused and len(self.refused) < MOST_FIELDS:
            self.refused.append(sentence)


def text_of(data: bytes) -> str:
    r"""Bytes as text: UTF-8 where they are that, else Latin-1, which every byte is.

    >>> text_of("é".encode()), text_of(b"\xe9")
    ('é', 'é')
    """
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def unpacked(data: bytes, *, wbits: int = zlib.MAX_WBITS) -> bytes | None:
    """Unpack deflated bytes; None where they are damaged or would be larger than a field may be.

    Args:
        wbits: as zlib has it; 31 reads gzip.
    """
    reader = zlib.decompressobj(wbits)
    try:
        told = reader.decompress(data, LARGEST_FIELD_BYTES + 1)
    except zlib.error:
        return None
    return told if reader.eof and len(told) <= LARGEST_FIELD_BYTES else None
