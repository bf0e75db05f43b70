"""What is made how: the words of IPTC for where pictures come from, and their shares of a film.

Source:
    IPTC NewsCodes, Digital Source Type (https://cv.iptc.org/newscodes/digitalsourcetype/).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

from circletake.domain.entity import SourceClass
from circletake.domain.take import Origin

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
UNKNOWN = "http://c2pa.org/digitalsourcetype/empty"

Made = Literal["camera", "drawn", "generated", "hybrid", "between", "composite", "unknown"]
MADE: tuple[Made, ...] = get_args(Made)
Share = Literal["whole", "part", "none", "unknown"]

TERMS: dict[Made, str] = {
    "camera": IPTC + "digitalCapture",
    "drawn": IPTC + "digitalCreation",
    "generated": IPTC + "trainedAlgorithmicMedia",
    "hybrid": IPTC + "compositeWithTrainedAlgorithmicMedia",
    "between": IPTC + "algorithmicallyEnhanced",
    "composite": IPTC + "composite",
    "unknown": UNKNOWN,
}
"""What is said of a take of each class; none but these is ever written, for the SDK takes any."""

_BY_A_MODEL: dict[str, Share] = {
    IPTC + "trainedAlgorithmicMedia": "whole",
    IPTC + "compositeWithTrainedAlgorithmicMedia": "part",
    IPTC + "compositeSynthetic": "part",
    IPTC + "trainedAlgorithmicData": "whole",
    UNKNOWN: "unknown",
}
_RANK: dict[Share, int] = {"none": 0, "unknown": 1, "part": 2, "whole": 3}


def made_how(
    origin: Origin, shot: SourceClass | None, *, parents: Iterable[Made] = (), is_between: bool = False
) -> Made:
    """How a take was made, from what is recorded of it.

    Where records leave it open whether a model had a part in it, this says that one had: nobody is to
    call a film free of it who did not write down that it is.

    Args:
        origin: of the take.
        shot: source class of its shot.
        parents: how the takes were made that it was made from.
        is_between: its pictures are worked out between two others by arithmetic, not by a model.

    >>> made_how("camera", "camera"), made_how("camera", "hybrid")
    ('camera', 'hybrid')
    >>> made_how("splice", "camera", parents=["drawn"]), made_how("splice", "camera")
    ('composite', 'hybrid')
    """
    before = set(parents)
    if origin == "generated":
        return "generated"
    if origin == "splice":
        is_open = not before or shot in {"generated", "hybrid"}
        if is_open or before & {"generated", "hybrid", "unknown"}:
            return "hybrid"
        return "between" if is_between else "composite"
    if origin in {"camera", "drawn"}:
        if shot == "hybrid" or before & {"generated", "hybrid"}:
            return "hybrid"
        return "camera" if origin == "camera" else "drawn"
    return "unknown"


def by_a_model(term: str) -> Share:
    """How much of a picture with this digital source type was made by a generative model.

    >>> by_a_model(TERMS["hybrid"]), by_a_model(TERMS["camera"])
    ('part', 'none')
    """
    return _BY_A_MODEL.get(term, "none")


def whole_term(terms: Iterable[str]) -> str:
    """The digital source type of what is put together from several.

    >>> whole_term([TERMS["camera"], TERMS["generated"]]) == TERMS["hybrid"]
    True
    """
    shares = {by_a_model(term) for term in terms}
    return TERMS["hybrid" if shares & {"whole", "part"} else "composite"]


@dataclass(frozen=True, slots=True)
class DisclosedSlot:
    """What is said of one slot of a cut.

    Args:
        frames: length in the cut, frames.
        start: first frame in the cut.
        made: how its take was made.
        own_terms: digital source types that the take's own Content Credentials name.
        tool: what made it, in the maker's words; empty where nobody said.
        consents: kinds, uses and last days of what was agreed to, never who agreed.
        acts: what people did with it: how many circled it at which gate.
    """

    slot: str
    shot: str
    start: int
    frames: int
    take: str
    number: int
    made: Made
    own_terms: tuple[str, ...] = ()
    tool: str = ""
    consents: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()

    @property
    def term(self) -> str:
        """Its digital source type."""
        return TERMS[self.made]

    @property
    def share(self) -> Share:
        """How much of it a model made: what we recorded, or what its own credentials say, if that is more."""
        return max((by_a_model(term) for term in (self.term, *self.own_terms)), key=_RANK.__getitem__)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What is made how, slot by slot.

    Args:
        rate: frames a second.
        sound: what is heard beside the pictures; it is named, and counts in no share of frames.
    """

    title: str
    cut: str
    rate: Fraction
    slots: Sequence[DisclosedSlot]
    sound: Sequence[DisclosedSlot] = ()

    @property
    def parts(self) -> tuple[DisclosedSlot, ...]:
        """Pictures, then sound."""
        return (*self.slots, *self.sound)

    @property
    def n_frames(self) -> int:
        """Frames of the cut."""
        return sum(slot.frames for slot in self.slots)

    def frames_made(self) -> dict[Made, int]:
        """Frames by how they were made; only what occurs."""
        counted = {made: sum(slot.frames for slot in self.slots if slot.made == made) for made in MADE}
        return {made: frames for made, frames in counted.items() if frames}

    def frames_by_a_model(self) -> dict[Share, int]:
        """Frames that a model made wholly, in part, not at all, and those of which nobody knows."""
        shares: tuple[Share, ...] = get_args(Share)
        return {share: sum(slot.frames for slot in self.slots if slot.share == share) for share in shares}

    @property
    def term(self) -> str:
        """The digital source type of the whole."""
        return whole_term(term for slot in self.parts for term in (slot.term, *slot.own_terms))
