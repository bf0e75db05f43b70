"""An edited timeline against the board: what it would change, each for a person to take or refuse.

Proposals are made so that all of them taken give exactly what the editor cut, and any of them alone makes
sense beside its neighbours.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from circletake.board.animatic import TAIL
from circletake.board.spell import uid_for, uid_in
from circletake.domain.board import Board, Panel

Sort = Literal["retime", "reorder", "remove", "split", "add"]
How = Literal["metadata", "marker", "name", "file", ""]
SLOT_PREFIX = "bp_"
"""What a panel's id begins with where a timeline carries it beside the clip."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip of the timeline that came back.

    Args:
        frames: its length.
        slot: id that was carried beside it.
        marks: names of its markers.
        name: its own.
        files: names of its media.
        is_gap: nothing is shown.
    """

    frames: int
    slot: str | None = None
    marks: tuple[str, ...] = ()
    name: str = ""
    files: tuple[str, ...] = ()
    is_gap: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """One thing that the editor did.

    Args:
        id: of its own.
        sort: what it is.
        panel: uid; of a split or an addition that of the panel it would make.
        frames: how long the panel would stand; 0 where that does not change.
        of: uid of the panel that is split.
        name: of the clip that is added.
        how: what the panel was known by.
        text: a sentence.
    """

    id: str
    sort: Sort
    panel: str
    frames: int
    of: str
    name: str
    how: How
    text: str


@dataclass(frozen=True, slots=True)
class ConformBack:
    """All that an edit would change.

    Args:
        order: uids as the editor has them, those of new panels among them.
        scope: uids that the timeline was made of.
        proposals: in the order of the timeline.
        said: what there was to say, a sentence each.
    """

    order: tuple[str, ...]
    scope: tuple[str, ...]
    proposals: tuple[Proposal, ...]
    said: tuple[str, ...]


def known_panel(clip: Clip, uids: Collection[str]) -> tuple[str | None, How]:
    """The panel a clip is of, and what says so: first what was carried beside it, last its file's name."""
    carried = (clip.slot or "").removeprefix(SLOT_PREFIX)
    if clip.slot and clip.slot.startswith(SLOT_PREFIX) and carried in uids:
        return carried, "metadata"
    ways: tuple[tuple[How, Iterable[str]], ...] = (
        ("marker", clip.marks),
        ("name", (clip.name,)),
        ("file", clip.files),
    )
    for how, names in ways:
        for name in names:
            uid = uid_in(name)
            if uid in uids:
                return uid, how
    return None, ""


def conform_back(board: Board, clips: Sequence[Clip], *, scope: Sequence[str], key: str) -> ConformBack:
    """Work out what an edit would change of the board.

    Args:
        clips: of the timeline, in order.
        scope: uids of the panels it was made of, in the board's order.
        key: names this timeline; ids of proposals and of new panels are made of it.
    """
    reading = _Reading(board, key)
    for n, clip in enumerate(clips):
        reading.clip(n, clip)
    for uid in scope:
        if uid not in reading.hows:
            reading.propose("remove", uid, f"Panel {uid} is not in the timeline.")
    places = {panel.uid: at for at, panel in enumerate(board.panels)}
    kept = [uid for uid in reading.order if uid in places]
    for uid in moved(kept, places):
        before = kept[kept.index(uid) - 1] if kept.index(uid) else None
        where = f"behind {before}" if before else "first"
        reading.propose("reorder", uid, f"Panel {uid} stands {where}.")
    inside = tuple(dict.fromkeys((*scope, *kept)))
    return ConformBack(tuple(reading.order), inside, tuple(reading.found), tuple(reading.said))


class _Reading:
    """A timeline as it is gone through."""

    def __init__(self, board: Board, key: str) -> None:
        self.order: list[str] = []
        self.found: list[Proposal] = []
        self.said: list[str] = []
        self.hows: dict[str, How] = {}
        self._key = key
        self._panels = {panel.uid: panel for panel in board.panels}
        self._taken = {*self._panels, *(panel.uid for panel in board.dropped)}

    def propose(
        self, sort: Sort, panel: str, text: str, *, frames: int = 0, of: str = "", name: str = ""
    ) -> None:
        """Keep a proposal."""
        made = f"{self._key}_{len(self.found) + 1}"
        how: How = self.hows.get(of or panel, "")
        self.found.append(Proposal(made, sort, panel, frames, of, name, how, text))

    def clip(self, n: int, clip: Clip) -> None:
        """Go on by a clip."""
        uid, how = known_panel(clip, self._panels)
        if uid is None and clip.is_gap:
            behind = self.order[-1] if self.order else "nothing"
            self.said.append(f"There is a hole of {clip.frames} frames behind {behind}; it was left out.")
        elif uid is None and clip.name != TAIL:
            name = clip.name or (clip.files[0] if clip.files else "a clip")
            text = f"“{name}”, {clip.frames} frames, is no panel of the board."
            self.propose("add", self._new(n), text, frames=clip.frames, name=name)
        elif uid is not None and uid in self.hows:
            text = f"Panel {uid} stands there once more, for {clip.frames} frames."
            self.propose("split", self._new(n), text, frames=clip.frames, of=uid)
        elif uid is not None:
            self.hows[uid] = how
            self.order.append(uid)
            was = self._panels[uid].frames
            if clip.frames != was:
                text = f"Panel {uid} lasts {clip.frames} frames, not {was}."
                self.propose("retime", uid, text, frames=clip.frames)

    def _new(self, n: int) -> str:
        made = uid_for(self._key, str(n), taken=self._taken)
        self._taken.add(made)
        self.order.append(made)
        return made


def moved(order: Sequence[str], places: dict[str, int]) -> list[str]:
    """The fewest things that have to be moved to bring them into an order.

    >>> moved(["b", "a", "c"], {"a": 0, "b": 1, "c": 2})
    ['b']
    """
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for at, uid in enumerate(order):
        place = places[uid]
        length = bisect_left(tails, place)
        before.append(ends[length - 1] if length else -1)
        tails[length:] = [place, *tails[length + 1 :]]
        ends[length:] = [at, *ends[length + 1 :]]
    stays: set[int] = set()
    at = ends[-1] if ends else -1
    while at >= 0:
        stays.add(at)
        at = before[at]
    return [uid for at, uid in enumerate(order) if at not in stays]


def taken_into(board: Board, conform: ConformBack, ids: Collection[str]) -> Board:
    """The board with some proposals taken; its number and parent are left as they are."""
    chosen = [one for one in conform.proposals if one.id in ids]
    panels = {panel.uid: panel for panel in board.panels}
    gone = {one.panel for one in chosen if one.sort == "remove"} & set(panels)
    line = [panel.uid for panel in board.panels]
    scope = set(conform.scope)
    head = next((at for at, uid in enumerate(line) if uid in scope), 0)
    placed = {one.panel for one in chosen if one.sort in {"reorder", "split", "add"}}
    line = [uid for uid in line if uid not in gone | placed]
    for one in chosen:
        if one.sort == "retime" and one.panel in panels:
            panels[one.panel] = replace(panels[one.panel], frames=one.frames)
        elif one.sort == "split" and one.of in panels:
            panels[one.panel] = _again(panels[one.of], one)
    for at, uid in enumerate(conform.order):
        if uid not in placed:
            continue
        anchor = next((known for known in reversed(conform.order[:at]) if known in line), None)
        if uid not in panels:
            one = next(each for each in chosen if each.panel == uid)
            neighbour = panels[anchor] if anchor else panels[line[0]] if line else board.panels[0]
            panels[uid] = Panel(uid, neighbour.shot, one.frames, expected=one.name)
        line.insert(line.index(anchor) + 1 if anchor else min(head, len(line)), uid)
    dropped = (*board.dropped, *(panel for panel in board.panels if panel.uid in gone))
    return replace(board, panels=tuple(panels[uid] for uid in line), dropped=dropped)


def _again(panel: Panel, split: Proposal) -> Panel:
    """The same picture once more: words and sound stay where they were."""
    return replace(
        panel, uid=split.panel, frames=split.frames, dialogue="", action="", notes="", cues=(), came={}
    )
