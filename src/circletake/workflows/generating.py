"""Attempts in the house: what doors ask for."""

from circletake.domain.attempt import Call
from circletake.domain.cost import PurseKind
from circletake.ledger.accounts import Session
from circletake.workflows import attempt_ends, make_takes, show_attempts
from circletake.workflows.attempt_views import AttemptsView, EstimateView, RequestView, RouteView
from circletake.workflows.dispatch import Dispatcher
from circletake.workflows.house import House
from circletake.workflows.make_takes import TakesWish


class Generating:
    """Attempts of one studio, and who takes them on."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._dispatcher = Dispatcher(house)
        self._is_running = False

    def start(self) -> None:
        """Take attempts on in the background until `stop`."""
        if not self._is_running:
            self._dispatcher = Dispatcher(self._house)
            self._dispatcher.start()
            self._is_running = True

    def stop(self) -> None:
        """Stop; what is on its way is taken up again at the next start."""
        if self._is_running:
            self._dispatcher.stop()
            self._is_running = False

    def work(self, request: str | None = None, *, timeout_s: float = 3600.0) -> bool:
        """Take attempts on, or watch the server do so, until they are over or need a person.

        Returns:
            Whether that came about in time.
        """
        return self._dispatcher.run_until(request, timeout_s=timeout_s)

    def estimate(self, session: Session, production: str, wish: TakesWish) -> EstimateView:
        """All that is known before anything is sent."""
        return make_takes.show_estimate(self._house, session, production, wish)

    def ask(self, session: Session, production: str, wish: TakesWish) -> RequestView:
        """Write down what is asked for, with the money reserved; it is sent in the background."""
        request = make_takes.make_takes(self._house, session, production, wish)
        return self.show(session, production, request)

    def all_of(self, session: Session, production: str) -> AttemptsView:
        """Everything of a production that was asked for, and what it cost."""
        return show_attempts.show_attempts(self._house, session, production, steps=self._dispatcher.progress)

    def show(self, session: Session, production: str, request: str) -> RequestView:
        """One request and its attempts."""
        steps = self._dispatcher.progress
        return show_attempts.show_request(self._house, session, production, request, steps=steps)

    def facts(self, session: Session, production: str, label: str) -> list[RouteView]:
        """Who may be asked with inputs of a label."""
        return show_attempts.show_routes(self._house, session, production, label)

    def cancel(self, session: Session, production: str, attempt: str) -> str:
        """Cancel an attempt; returns what came of it."""
        return attempt_ends.cancel_attempt(self._house, session, production, attempt)

    def resolve(
        self,
        session: Session,
        production: str,
        attempt: str,
        *,
        call: Call,
        handle: str = "",
        text: str = "",
        key: str = "",
    ) -> RequestView:
        """Say what became of an attempt whose end is unknown."""
        attempt_ends.resolve_attempt(
            self._house, session, production, attempt, call=call, handle=handle, text=text, key=key
        )
        return self.show(session, production, attempt)

    def bill(self, session: Session, production: str, attempt: str, *, amount: str) -> RequestView:
        """Write down what the invoice says an attempt cost."""
        attempt_ends.bill_attempt(self._house, session, production, attempt, amount=amount)
        return self.show(session, production, attempt)

    def set_budget(
        self,
        session: Session,
        production: str,
        *,
        purse: PurseKind,
        owner: str = "",
        unit: str = "USD",
        limit: str | None = None,
    ) -> AttemptsView:
        """Limit what may be spent from a purse."""
        attempt_ends.set_budget(
            self._house, session, production, purse=purse, owner=owner, unit=unit, limit=limit
        )
        return self.all_of(session, production)
