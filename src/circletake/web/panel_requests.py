"""What is sent about the board of panels."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from circletake.domain.board import WHOLE, Camera, Ease
from circletake.workflows.edit_panel import PanelEdit

_Side = Annotated[int, Field(ge=0, le=WHOLE)]
_Rect = tuple[_Side, _Side, _Side, _Side]
_Words = Annotated[str, Field(max_length=20_000)]
_Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class SentCamera(BaseModel):
    """A camera over a panel: x, y, width, height in 1/65,536 of the picture."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: _Rect
    end: _Rect
    ease: Ease = "in_out"
    hold: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class SentPanel(BaseModel):
    """What is to be otherwise of a panel; what is left out stays. `after` empty puts it first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    frames: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    dialogue: _Words | None = None
    action: _Words | None = None
    notes: _Words | None = None
    camera: SentCamera | None = None
    after: Annotated[str, Field(max_length=10)] | None = None
    board_hash: _Hash | None = None

    def edit(self) -> PanelEdit:
        """What the workflows speak of.

        Raises:
            BoardInvalid: the camera looks outside the picture.
        """
        camera = self.camera
        return PanelEdit(
            frames=self.frames,
            dialogue=self.dialogue,
            action=self.action,
            notes=self.notes,
            camera=Camera(camera.start, camera.end, camera.ease, camera.hold) if camera else None,
            after=self.after,
        )


class SentAnswers(BaseModel):
    """Proposals that are taken into the board, or refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    proposals: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=40)]], Field(min_length=1, max_length=5000)
    ]
    taken: bool
    reason: Annotated[str, Field(max_length=2000)] = ""
    board_hash: _Hash | None = None


class SentPart(BaseModel):
    """Which part of the board; all of it where nothing is named."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scenes: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=1000)] = []
    shots: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=1000)] = []
