"""What browsers may send to have a take made for a gap."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from circletake.cut.makers.protocol import WHOLE
from circletake.workflows.make_take import MakeWish

_Word = Annotated[str, Field(min_length=1, max_length=100)]
_Frame = Annotated[int, Field(ge=0, le=2**31 - 1)]
_Share = Annotated[int, Field(ge=0, le=WHOLE)]


class SentMoveBox(BaseModel):
    """A rectangle, in 1/65,536 of the picture's width and height."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    x: _Share = 0
    y: _Share = 0
    width: _Share = WHOLE
    height: _Share = WHOLE


class SentMake(BaseModel):
    """What is to be made for which slot of the cut, and of what."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    slot: _Word
    maker: _Word
    take: _Word | None = None
    source_in: _Frame = 0
    source_out: _Frame | None = None
    side: Literal["before", "after"] = "before"
    start: SentMoveBox = SentMoveBox()
    end: SentMoveBox = SentMoveBox()
    ease: Literal["smooth", "linear"] = "smooth"
    cut_hash: Annotated[str, Field(max_length=64)] | None = None

    def wish(self) -> MakeWish:
        """What is asked of the maker."""
        start, end = self.start, self.end
        return MakeWish(
            take=self.take,
            source_in=self.source_in,
            source_out=self.source_out,
            side=self.side,
            start=(start.x, start.y, start.width, start.height),
            end=(end.x, end.y, end.width, end.height),
            ease=self.ease,
        )
