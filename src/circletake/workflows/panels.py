"""The board of panels in the house: what doors ask for."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath

from circletake.ledger.accounts import Session
from circletake.workflows import (
    animatic,
    conform_board,
    edit_panel,
    import_board,
    print_board,
    show_panels,
)
from circletake.workflows.animatic import ALL, Selection
from circletake.workflows.edit_panel import PanelEdit
from circletake.workflows.house import House
from circletake.workflows.import_board import Answers
from circletake.workflows.panel_views import BoardPlanView, CoverageView, PanelsView, ProposalsView


@contextmanager
def sent_as_file(name: str, data: bytes) -> Iterator[Path]:
    """What was sent, as a file that only its ending is taken over to, for as long as it is read."""
    ending = "".join(letter for letter in PurePath(name).suffix.lower() if letter.isalnum() or letter == ".")
    with tempfile.TemporaryDirectory(prefix="circletake-board-") as folder:
        path = Path(folder) / f"sent{ending[:16]}"
        path.write_bytes(data)
        yield path


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

    def edit(
        self, session: Session, production: str, uid: str, edit: PanelEdit, *, seen: str | None = None
    ) -> PanelsView:
        """Change a panel by hand; returns the board as it stands then."""
        edit_panel.edit_panel(self.house, session, production, uid, edit, seen=seen)
        return self.show(session, production)

    def order_animatic(self, session: Session, production: str, part: Selection = ALL) -> str | None:
        """Order a film of the board; the job's key, or None where exactly this is made already."""
        return animatic.order_animatic(self.house, session, production, part)

    def animatic_file(self, session: Session, production: str, part: Selection = ALL) -> tuple[Path, str]:
        """Where the film of the board lies, and what it is called."""
        return animatic.animatic_file(self.house, session, production, part)

    def copy_animatic(self, session: Session, production: str, path: Path, part: Selection = ALL) -> None:
        """Copy the film of the board to a place of the person's own."""
        animatic.copy_animatic(self.house, session, production, path, part)

    def timeline(
        self, session: Session, production: str, name: str, part: Selection = ALL
    ) -> tuple[bytes, list[str]]:
        """The board as a timeline, and what its form cannot carry."""
        written = animatic.board_timeline(self.house, session, production, name, part)
        return written.data, list(written.lost)

    def export(self, session: Session, production: str, path: Path, part: Selection = ALL) -> list[str]:
        """Write the board as a timeline with its pictures beside it; returns what the form cannot carry."""
        return animatic.export_board(self.house, session, production, path, part)

    def conform(
        self, session: Session, production: str, path: Path, part: Selection = ALL, *, form: str | None = None
    ) -> ProposalsView:
        """Read an edited timeline and keep what it would change of the board."""
        return conform_board.propose_back(self.house, session, production, path, part, form=form)

    def conform_sent(
        self, session: Session, production: str, name: str, data: bytes, part: Selection = ALL
    ) -> ProposalsView:
        """The same of a timeline that was sent as bytes; the ending of its name says its form."""
        with sent_as_file(name, data) as path:
            return self.conform(session, production, path, part)

    def bring_sent(
        self, session: Session, production: str, name: str, data: bytes, *, take: bool
    ) -> BoardPlanView:
        """Plan or take a script that was sent as bytes; the ending of its name says its form."""
        with sent_as_file(name, data) as path:
            return (self.take if take else self.plan)(session, production, path)

    def printed(
        self, session: Session, production: str, *, layout: str = "six", part: Selection = ALL
    ) -> bytes:
        """The board as PDF."""
        return print_board.print_board(self.house, session, production, layout=layout, part=part)

    def proposals(self, session: Session, production: str, *, conform: str | None = None) -> ProposalsView:
        """What a timeline proposed, the newest one where none is named."""
        return conform_board.show_proposals(self.house, session, production, conform=conform)

    def answer(
        self,
        session: Session,
        production: str,
        ids: Sequence[str],
        *,
        taken: bool,
        reason: str = "",
        seen: str | None = None,
    ) -> ProposalsView:
        """Take proposals into a new version of the board, or refuse them."""
        return conform_board.answer_proposals(
            self.house, session, production, ids, taken=taken, reason=reason, seen=seen
        )
