"""What an H.264 stream says of itself: its parameter sets, and which of its packets hold what.

Only what joining needs is read. Bytes come from an MP4: parameter sets in the `avcC` record, packets as
units that each follow their length.

Source:
    ITU-T H.264: 7.3.1 (units), 7.3.2.1 (sequence parameter set), 9.1 (Exp-Golomb), annex E (VUI);
    ISO/IEC 14496-15, 5.3.3 (avcC).
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import ClassVar

from circletake.errors import MediaUnreadable

IDR = 5
SPS = 7
PPS = 8
_UNIT_TYPE = 0x1F
_HIGH_PROFILES = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
_CHROMA_444 = 3
_EXTENDED_ASPECT = 255
_SQUARE = (1, 1)
_ASPECTS = {
    2: (12, 11),
    3: (10, 11),
    4: (16, 11),
    5: (40, 33),
    6: (24, 11),
    7: (20, 11),
    8: (32, 11),
    9: (80, 33),
    10: (18, 11),
    11: (15, 11),
    12: (64, 33),
    13: (160, 99),
    14: (4, 3),
    15: (3, 2),
    16: (2, 1),
}
_UNSPECIFIED = 2
_MOST_ZEROS = 32
_SHORTEST_RECORD = 7


@dataclass(frozen=True, slots=True)
class Sps:
    """A sequence parameter set, as far as two streams have to agree in it.

    Args:
        profile: `profile_idc`: 66 baseline, 77 main, 100 high, 110 high 10, 122 high 4:2:2.
        level: ten times the level.
        chroma: 1 is 4:2:0, 2 is 4:2:2, 3 is 4:4:4.
        depth_bits: of luma and of chroma.
        coded_px: width and height in whole macroblocks.
        crop: left, right, top, bottom in crop units.
        is_progressive: only whole frames are coded.
        aspect: of a pixel; square where it is not told.
        is_full_range: False where it is not told.
        colour: primaries, transfer and matrix (2 is not told).
        chroma_place: of the top and the bottom field; 0, left, where it is not told.
        id: by which slices name it, through a picture parameter set.
        refs: frames that may be kept to predict from.
        reorder: frames that may be decoded before one that is shown earlier; None is not told.
        has_hrd: it promises a buffer model.
    """

    profile: int
    level: int
    chroma: int
    depth_bits: tuple[int, int]
    coded_px: tuple[int, int]
    crop: tuple[int, int, int, int]
    is_progressive: bool
    aspect: tuple[int, int]
    is_full_range: bool
    colour: tuple[int, int, int]
    chroma_place: tuple[int, int]
    id: int
    refs: int
    reorder: int | None
    has_hrd: bool

    _OWN: ClassVar[frozenset[str]] = frozenset({"id", "refs", "reorder", "has_hrd"})

    def differences(self, other: "Sps") -> list[str]:
        """Names of the fields in which two streams that are to be one film must agree, and do not."""
        return [
            field.name
            for field in fields(self)
            if field.name not in self._OWN and getattr(self, field.name) != getattr(other, field.name)
        ]


@dataclass(frozen=True, slots=True)
class AvcC:
    """The record that tells a decoder how to read a track.

    Args:
        head: profile, its constraints and level, a byte each.
        length_bytes: of the length before each unit of a packet: 1, 2 or 4.
        sps: sequence parameter sets.
        pps: picture parameter sets.
        tail: what follows them (chroma format and depths, from the high profiles on).
    """

    head: bytes
    length_bytes: int
    sps: tuple[bytes, ...]
    pps: tuple[bytes, ...]
    tail: bytes

    def ids(self) -> set[int]:
        """Ids that are taken, by a set of either kind."""
        return {read_sps(one).id for one in self.sps} | {_Bits(one[1:]).ue() for one in self.pps}

    def joined(self, other: "AvcC") -> bytes:
        """The record of a track in which slices of both occur."""
        sps, pps = self.sps + other.sps, self.pps + other.pps
        parts = [
            bytes((1, *self.head, 0xFC | self.length_bytes - 1, 0xE0 | len(sps))),
            *(len(one).to_bytes(2, "big") + one for one in sps),
            bytes((len(pps),)),
            *(len(one).to_bytes(2, "big") + one for one in pps),
            self.tail,
        ]
        return b"".join(parts)


def read_avcc(record: bytes) -> AvcC:
    """Read an `avcC` record.

    Raises:
        MediaUnreadable: it is none, or ends too soon.
    """
    if len(record) < _SHORTEST_RECORD or record[0] != 1:
        raise MediaUnreadable("The film does not say how its H.264 is to be read; export it again as MP4.")
    at = 5
    sets: list[tuple[bytes, ...]] = []
    for mask in (0x1F, 0xFF):
        count, at = _byte(record, at) & mask, at + 1
        found: list[bytes] = []
        for _ in range(count):
            length = _byte(record, at) << 8 | _byte(record, at + 1)
            found.append(record[at + 2 : at + 2 + length])
            at += 2 + length
            if at > len(record) or not length:
                raise MediaUnreadable("The film's H.264 parameter sets are cut short; export it again.")
        sets.append(tuple(found))
    if not sets[0] or not sets[1]:
        raise MediaUnreadable("The film's H.264 parameter sets are missing; export it again.")
    return AvcC(record[1:4], (record[4] & 3) + 1, sets[0], sets[1], record[at:])


def units_of(packet: bytes, length_bytes: int) -> Iterator[memoryview]:
    """A packet's units, without their lengths.

    Raises:
        MediaUnreadable: a unit reaches outside the packet.
    """
    view, at = memoryview(packet), 0
    while at < len(view):
        length = int.from_bytes(view[at : at + length_bytes], "big")
        at += length_bytes
        if not length or at + length > len(view):
            raise MediaUnreadable("A packet of the film does not hold whole H.264 units; export it again.")
        yield view[at : at + length]
        at += length


def types_of(packet: bytes, length_bytes: int) -> set[int]:
    """Which kinds of units a packet holds (`IDR`, `SPS`, `PPS` and others)."""
    return {unit[0] & _UNIT_TYPE for unit in units_of(packet, length_bytes)}


def with_lengths(packet: bytes, was_bytes: int, length_bytes: int) -> bytes:
    """A packet whose units follow lengths of another size.

    Raises:
        MediaUnreadable: a unit is too long for that.
    """
    if was_bytes == length_bytes:
        return packet
    parts: list[bytes] = []
    for unit in units_of(packet, was_bytes):
        if len(unit) >> 8 * length_bytes:
            raise MediaUnreadable("A new picture is too large for the lengths that this film counts with.")
        parts += [len(unit).to_bytes(length_bytes, "big"), bytes(unit)]
    return b"".join(parts)


def read_sps(unit: bytes) -> Sps:
    """Read a sequence parameter set.

    Raises:
        MediaUnreadable: it ends too soon.
    """
    bits = _Bits(unit[1:])
    profile = bits.u(8)
    bits.u(8)
    level = bits.u(8)
    number = bits.ue()
    chroma, luma_bits, chroma_bits = 1, 8, 8
    if profile in _HIGH_PROFILES:
        chroma = bits.ue()
        if chroma == _CHROMA_444:
            bits.u(1)
        luma_bits, chroma_bits = 8 + bits.ue(), 8 + bits.ue()
        bits.u(1)
        if bits.u(1):
            _skip_scaling(bits, 12 if chroma == _CHROMA_444 else 8)
    bits.ue()
    _skip_order(bits)
    refs = bits.ue()
    bits.u(1)
    wide, high = bits.ue() + 1, bits.ue() + 1
    is_progressive = bool(bits.u(1))
    if not is_progressive:
        bits.u(1)
        high *= 2
    bits.u(1)
    crop = (bits.ue(), bits.ue(), bits.ue(), bits.ue()) if bits.u(1) else (0, 0, 0, 0)
    vui = _read_vui(bits) if bits.u(1) else _Vui()
    return Sps(
        profile=profile,
        level=level,
        chroma=chroma,
        depth_bits=(luma_bits, chroma_bits),
        coded_px=(wide * 16, high * 16),
        crop=crop,
        is_progressive=is_progressive,
        aspect=vui.aspect,
        is_full_range=vui.is_full_range,
        colour=vui.colour,
        chroma_place=vui.chroma_place,
        id=number,
        refs=refs,
        reorder=vui.reorder,
        has_hrd=vui.has_hrd,
    )


@dataclass(slots=True)
class _Vui:
    aspect: tuple[int, int] = _SQUARE
    is_full_range: bool = False
    colour: tuple[int, int, int] = (_UNSPECIFIED,) * 3
    chroma_place: tuple[int, int] = (0, 0)
    reorder: int | None = None
    has_hrd: bool = False


class _Bits:
    """Reads a unit bit by bit; the bytes that only keep start codes out of it are dropped first."""

    def __init__(self, unit: bytes) -> None:
        payload = unit.replace(b"\0\0\3", b"\0\0")
        self._left = len(payload) * 8
        self._value = int.from_bytes(payload, "big")

    def u(self, count: int) -> int:
        """The next bits as a number."""
        self._left -= count
        if self._left < 0:
            raise MediaUnreadable("The film's H.264 parameter sets are cut short; export it again.")
        return self._value >> self._left & (1 << count) - 1

    def ue(self) -> int:
        """The next Exp-Golomb number."""
        zeros = 0
        while not self.u(1):
            zeros += 1
            if zeros > _MOST_ZEROS:
                raise MediaUnreadable("The film's H.264 parameter sets make no sense; export it again.")
        return (1 << zeros) - 1 + self.u(zeros)

    def se(self) -> int:
        """The next signed Exp-Golomb number."""
        value = self.ue()
        return -(value // 2) if value % 2 == 0 else value // 2 + 1


def _byte(record: bytes, at: int) -> int:
    if at >= len(record):
        raise MediaUnreadable("The film's H.264 parameter sets are cut short; export it again.")
    return record[at]


def _skip_scaling(bits: _Bits, lists: int) -> None:
    for index in range(lists):
        if not bits.u(1):
            continue
        last = following = 8
        for _ in range(16 if index < 6 else 64):  # noqa: PLR2004 (six lists of 4 × 4 come first)
            if following:
                following = (last + bits.se()) % 256
            last = following or last


def _skip_order(bits: _Bits) -> None:
    kind = bits.ue()
    if kind == 0:
        bits.ue()
    elif kind == 1:
        bits.u(1)
        bits.se()
        bits.se()
        for _ in range(bits.ue()):
            bits.se()


def _read_vui(bits: _Bits) -> _Vui:
    vui = _Vui()
    if bits.u(1):
        aspect = bits.u(8)
        vui.aspect = (bits.u(16), bits.u(16)) if aspect == _EXTENDED_ASPECT else _ASPECTS.get(aspect, _SQUARE)
    if bits.u(1):
        bits.u(1)
    if bits.u(1):
        bits.u(3)
        vui.is_full_range = bool(bits.u(1))
        if bits.u(1):
            vui.colour = (bits.u(8), bits.u(8), bits.u(8))
    if bits.u(1):
        vui.chroma_place = (bits.ue(), bits.ue())
    if bits.u(1):
        bits.u(32)
        bits.u(32)
        bits.u(1)
    promises = [_skip_hrd(bits) for _ in range(2)]
    vui.has_hrd = any(promises)
    if vui.has_hrd:
        bits.u(1)
    bits.u(1)
    if bits.u(1):
        bits.u(1)
        for _ in range(4):
            bits.ue()
        vui.reorder = bits.ue()
        bits.ue()
    return vui


def _skip_hrd(bits: _Bits) -> bool:
    if not bits.u(1):
        return False
    count = bits.ue() + 1
    bits.u(8)
    for _ in range(count):
        bits.ue()
        bits.ue()
        bits.u(1)
    bits.u(20)
    return True
