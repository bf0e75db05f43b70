"""Dailies in the house: what doors ask for."""

from dataclasses import dataclass

from circletake.domain.playlist import PlaylistOp
from circletake.ledger.accounts import Session
from circletake.workflows import playlists, show_dailies
from circletake.workflows.dailies_views import DailiesView, PlaylistActView, PlaylistDetailView
from circletake.workflows.house import House


@dataclass(frozen=True, slots=True)
class Dailies:
    """Playlists of dailies of one studio."""

    house: House

    def all_of(self, session: Session, production: str) -> DailiesView:
        """A production's playlists, the newest first, archived ones among them."""
        return show_dailies.list_dailies(self.house, session, production)

    def show(
        self, session: Session, production: str, playlist: str, *, screening: str | None = None
    ) -> PlaylistDetailView:
        """A playlist as it stands, or as it was watched at a screening."""
        return show_dailies.show_playlist(self.house, session, production, playlist, screening=screening)

    def keep(self, session: Session, production: str, done: PlaylistOp) -> PlaylistDetailView:
        """Do something to a playlist; returns it as it stands then."""
        playlists.keep_playlist(self.house, session, production, done)
        return self.show(session, production, done.playlist)

    def acts(self, session: Session, production: str, playlist: str) -> list[PlaylistActView]:
        """Who did what to a playlist, the newest first."""
        return show_dailies.list_acts(self.house, session, production, playlist)
