"""The board of panels in the house: what doors ask for."""

from dataclasses import dataclass
from pathlib import Path

from circletake.ledger.accounts import Session
from circletake.workflows import import_board, show_panels
from circletake.workflows.house import House
from circletake.workflows.import_board import Answers
from circletake.workflows.panel_views import BoardPlanView, CoverageView, PanelsView


@dataclass(frozen=True, slots=True)
class Panels:
    """The board of panels of one studio."""

    house: House

    def plan(
        self, session: Session, production: str, path: Path, answers: Answers | None = None
    ) -> BoardPlanView:
        """Say what bringing a script or a board in would do; nothing is done."""
        return import_board.plan_board(self.house, session, production, path, answers)

    def take(
        self, session: Session, production: str, path: Path, answers: Answers | None = None
    ) -> BoardPlanView:
        """Take a script or a board in: all of it, or nothing."""
        return import_board.take_board(self.house, session, production, path, answers)

    def show(self, session: Session, production: str, *, number: int | None = None) -> PanelsView:
        """A version of the board, the newest where no number is named."""
        return show_panels.show_panels(self.house, session, production, number=number)

    def coverage(self, session: Session, production: str) -> CoverageView:
        """What there is of every shot."""
        return show_panels.show_coverage(self.house, session, production)
