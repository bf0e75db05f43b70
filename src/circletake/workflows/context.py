"""A take in context: between its neighbours in the cut, as one film that goes round."""

import hashlib
import os
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from circletake.domain.cut import NORMAL, CutVersion, Slot
from circletake.domain.policy import Policy
from circletake.domain.production import Production
from circletake.domain.take import Take
from circletake.domain.time import FrameRange
from circletake.errors import NotFound, RequestInvalid
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.ledger.canonical import canonical
from circletake.media.recipes import PROXY
from circletake.media.sequence import Part, write_sequence
from circletake.workflows.cut_book import find_cut
from circletake.workflows.deliver import shipping_take
from circletake.workflows.floor import Floor, seen_floor
from circletake.workflows.house import House, require
from circletake.workflows.remarks import find_take
from circletake.workflows.show import media_view
from circletake.workflows.show_task import take_state
from circletake.workflows.views import MediaView, RangeView
from circletake.workflows.whole_file import written_whole

MOST_SHOTS = 3
# A neighbour is there for the cut into it: more of it than this is another film.
_LONGEST_S = 8
_MOST_PARTS = 2 * MOST_SHOTS + 1
_MOST_FRAMES = 36_000
# What is kept can be made again in a second; this is an afternoon of one room.
_KEPT_FILES = 48
JOINED = "joined"


@dataclass(frozen=True, slots=True)
class ContextPartView:
    """A stretch of the film that plays: frames of one take.

    Args:
        shot: its code.
        task: where it is judged.
        take: SHA-256 of the content.
        number: of the take.
        frames: which of its frames.
        state: of the take where it is judged: `circled` is approved.
        is_candidate: whether it is what is being judged.
    """

    shot: str
    task: str
    take: str
    number: int
    frames: RangeView
    state: str
    is_candidate: bool
    media: MediaView


@dataclass(frozen=True, slots=True)
class ContextView:
    """A take between its neighbours.

    Args:
        parts: in the order of the cut.
        rate: frames a second, as a fraction.
        proxy: one film of all parts, or None while one of them is still being made.
        missing: what is not there, a sentence each.
    """

    parts: list[ContextPartView]
    rate: list[int]
    proxy: str | None
    missing: list[str]


@dataclass(frozen=True, slots=True)
class _Stretch:
    slot: Slot
    row: reads.TaskRow
    take: Take
    frames: FrameRange
    is_candidate: bool = False

    def view(self, house: House, policy: Policy, floor: Floor) -> ContextPartView:
        stage = policy.stage(self.row.task.stage)
        return ContextPartView(
            shot=self.slot.shot,
            task=self.row.task.id,
            take=self.take.content,
            number=self.take.number,
            frames=RangeView(start=self.frames.start, end=self.frames.end),
            state=take_state(floor, stage, self.take) if stage else "",
            is_candidate=self.is_candidate,
            media=media_view(self.take, house.queue.derived_of(self.take.content)),
        )


def show_context(house: House, who: Session, task: str, *, content: str, shots: int = 1) -> ContextView:
    """A take where it would stand in the cut, with so many shots on either side.

    Where a slot has a take, that stands there, approved or not, and says which; a gap is left out and said.
    A candidate longer than its slot is shown as far as the slot goes.

    Args:
        task: of the take.
        content: of the take, SHA-256.
        shots: how many on either side, 1 to 3.

    Raises:
        NotFound: there is no such task or take in a production of theirs, or its shot is not in the cut.
        RequestInvalid: so many shots are not shown.
    """
    if not 1 <= shots <= MOST_SHOTS:
        raise RequestInvalid(f"A take is shown between 1 to {MOST_SHOTS} shots on either side.")
    with house.book.reading() as conn:
        row = reads.find_task(conn, task)
        if row is None:
            raise NotFound(f"There is no task {task} here; the board lists them.")
        production, _ = require(conn, who, row.task.production, "see")
        take = find_take(conn, task, content)
        cut = find_cut(conn, production.id)
        at = _slot_of(cut, row.entity.code, content)
        if cut is None or at is None:
            raise NotFound(f"{row.entity.code} is not in the cut yet; put it there and it has neighbours.")
        policy = house.policy(conn, production.policy)
        missing: list[str] = []

        def standing(places: range) -> list[_Stretch]:
            return _neighbours(conn, production, policy, cut, places, missing)

        before = standing(range(at - 1, max(-1, at - 1 - shots), -1))
        after = standing(range(at + 1, min(len(cut.slots), at + 1 + shots)))
        slot = cut.slots[at]
        start = slot.source_in if slot.take == content else 0
        wanted = slot.source_range().frames
        shown = FrameRange(start, min(max(take.n_frames, 1), start + wanted))
        if shown.frames < wanted:
            missing.append(f"This take is {wanted - shown.frames} frames shorter than its slot.")
        missing += [
            f"{one.shot} runs at another speed in the cut, or dissolves; here it does neither."
            for one in cut.slots[max(0, at - shots) : at + shots + 1]
            if one.speed != NORMAL or one.dissolve
        ]
        here = _Stretch(slot, row, take, shown, is_candidate=True)
        stretches = [*reversed(before), here, *after]
        tasks = {one.row.task.id for one in stretches}
        floor = seen_floor(house, conn, who, production.id, tasks=tasks)
    parts = [one.view(house, policy, floor) for one in stretches]
    addresses = [f"{part.take}.{part.frames.start}.{part.frames.end}" for part in parts]
    ready = all(part.media.proxy for part in parts)
    return ContextView(
        parts=parts,
        rate=[cut.rate.numerator, cut.rate.denominator],
        proxy=f"/media/joined/{cut.rate.numerator}-{cut.rate.denominator}/{','.join(addresses)}.mp4"
        if ready
        else None,
        missing=missing,
    )


def _slot_of(cut: CutVersion | None, shot: str, content: str) -> int | None:
    """Where a take stands or would stand: its own slot, else the first of its shot."""
    slots = list(enumerate(cut.slots)) if cut else []
    own = [at for at, slot in slots if slot.shot == shot and slot.take == content]
    return next(iter([*own, *(at for at, slot in slots if slot.shot == shot)]), None)


def _neighbours(
    conn: reads.Connection,
    production: Production,
    policy: Policy,
    cut: CutVersion,
    places: range,
    missing: list[str],
) -> list[_Stretch]:
    """What stands at these places of the cut, from the nearest on; the nearest frames of what is long."""
    found: list[_Stretch] = []
    longest = int(_LONGEST_S * cut.rate)
    for place in places:
        slot = cut.slots[place]
        shipped = shipping_take(conn, production, policy, slot) if slot.take else None
        if shipped is None:
            missing.append(f"{slot.shot} is a gap in the cut; nothing is shown for it.")
            continue
        row, take = shipped
        start, end = slot.source_range().start, slot.source_range().end
        if places.step > 0:
            end = min(end, start + longest)
        else:
            start = max(start, end - longest)
        found.append(_Stretch(slot, row, take, FrameRange(start, end)))
    return found


def joined(house: House, parts: list[tuple[str, FrameRange]], rate: Fraction) -> Path:
    """One film of parts of contents, made on demand and kept for a while.

    Args:
        parts: SHA-256 of each content and which of its frames; whoever calls has asked who may see them.
        rate: frames a second.

    Raises:
        ContentMissing: a proxy is still being made.
        RequestInvalid: more than is ever shown in one.
        NoFrames: a part has not the frames that it was asked for.
    """
    if len(parts) > _MOST_PARTS or sum(frames.frames for _, frames in parts) > _MOST_FRAMES:
        raise RequestInvalid(f"At most {_MOST_PARTS} parts of {_MOST_FRAMES} frames in all play as one.")
    sources = [Part(house.store.path(house.derived(content, PROXY)), frames) for content, frames in parts]
    named = [[one.path.name, one.frames.start, one.frames.end] for one in sources]
    key = hashlib.sha256(canonical({"parts": named, "rate": str(rate), "recipe": 1})).hexdigest()
    kept = house.folder / "cache" / JOINED / f"{key}.mp4"
    if kept.exists():
        os.utime(kept)
        return kept
    with written_whole(kept) as beside:
        write_sequence(beside, sources, rate=rate)
    _forget_old(kept.parent)
    return kept


def _forget_old(folder: Path) -> None:
    """Keep the films that were asked for last; what a broken process left goes too."""
    films = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in films[_KEPT_FILES:]:
        path.unlink(missing_ok=True)
