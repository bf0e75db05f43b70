"""An animatic of the board: rendered as any cut is, and written as a timeline for an editor.

Nobody judges an animatic: its pictures are judged. It is made again at will, so nothing of it stands in the
book.
"""

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from circletake.board.animatic import TAIL, AnimaticPlan, plan_animatic
from circletake.board.conform_back import SLOT_PREFIX
from circletake.cut.conform import KnownTake
from circletake.cut.document import cut_document
from circletake.cut.form import NO_APPROVAL, Leaving, Written
from circletake.cut.timelines import write_timeline
from circletake.domain.board import Board
from circletake.domain.cut import NORMAL, CutVersion, Slot, SoundClip
from circletake.domain.production import Production
from circletake.errors import ContentMissing, NoFrames
from circletake.ledger.accounts import Session
from circletake.ledger.book import Transaction
from circletake.ledger.canonical import canonical
from circletake.media.faults import writing
from circletake.work.job import job_key
from circletake.workflows.board_book import get_panels
from circletake.workflows.house import House, Operation, require

_STILL_S = 3600  # a picture can be stretched in an editor for as long as anybody wants
_MOVES = (
    "Camera moves are in the film of the animatic and stay on the board; the timeline holds whole pictures."
)
_ENDINGS = {b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg", b"RIFF": ".webp", b"BM": ".bmp"}


@dataclass(frozen=True, slots=True)
class Selection:
    """Which part of the board; all of it where nothing is named.

    Args:
        scenes: ids or numbers.
        shots: codes.
    """

    scenes: Sequence[str] = ()
    shots: Sequence[str] = ()

    @property
    def is_all(self) -> bool:
        """Whether it is the whole board."""
        return not self.scenes and not self.shots


ALL = Selection()


def planned(
    house: House, who: Session, production: str, part: Selection
) -> tuple[Production, Board, AnimaticPlan]:
    """The animatic as it would be.

    Raises:
        NotFound: there is no board yet.
        BoardInvalid: there is no such scene or shot.
        NoFrames: no panel is chosen.
    """
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "see")
        board, _ = get_panels(house, conn, found.id)
    plan = plan_animatic(board, scenes=part.scenes, shots=part.shots)
    if not plan.slots:
        raise NoFrames("There is no panel to show; bring a board in, or choose other scenes.")
    return found, board, plan


def cut_of(plan: AnimaticPlan, production: Production, board: Board, *, is_held: bool) -> CutVersion:
    """The animatic as a cut.

    Args:
        is_held: pictures are stills that are held; else clips, as editors lay them.
    """
    ends = plan.n_frames
    return CutVersion(
        production=production.id,
        number=board.number,
        rate=plan.rate,
        width_px=production.width_px,
        height_px=production.height_px,
        slots=tuple(
            Slot(
                f"{SLOT_PREFIX}{slot.uid}",
                slot.clip,
                slot.frames,
                slot.picture,
                speed=NORMAL * 0 if is_held and slot.picture else NORMAL,
            )
            for slot in plan.slots
        ),
        sound=tuple(
            SoundClip(
                f"bs_{n}",
                cue.name,
                cue.content,
                cue.record_in,
                min(cue.frames, ends - cue.record_in),
                track=cue.track,
            )
            for n, cue in enumerate(plan.cues, start=1)
        ),
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    source: str
    recipe: str
    args: dict[str, Any]


def _wanted(house: House, who: Session, production: str, part: Selection) -> _Wanted:
    found, board, plan = planned(house, who, production, part)
    cut = cut_of(plan, found, board, is_held=True)
    cameras = [
        [f"{SLOT_PREFIX}{slot.uid}", asdict(slot.camera)]
        for slot in plan.slots
        if slot.camera is not None and slot.picture is not None
    ]
    document = cut_document(replace(cut, number=1))
    args = {
        "cameras": cameras,
        "cut": document,
        "name": f"the animatic of {found.title}",
        "production": found.id,
    }
    source = hashlib.sha256(canonical({"cameras": cameras, "cut": document})).hexdigest()
    return _Wanted(source, "animatic-1", args)


def order_animatic(house: House, who: Session, production: str, part: Selection = ALL) -> str | None:
    """Order a film of the board, or of a part of it.

    Returns:
        The job's key, or None where exactly this is made already.

    Raises:
        CircletakeError: as `planned`.
    """
    with house.book.reading() as conn:
        require(conn, who, production, "render")
    wanted = _wanted(house, who, production, part)
    if _find(house, wanted) is not None:
        return None
    key = job_key(
        ANIMATIC.name, version=ANIMATIC.version, params={"recipe": wanted.recipe}, inputs=[wanted.source]
    )
    with house.book.transact() as tx:
        tx.enqueue(
            op=ANIMATIC.name,
            args={**wanted.args, "recipe": wanted.recipe, "source": wanted.source},
            lane=ANIMATIC.lane,
            prio=ANIMATIC.prio,
            key=key,
        )
    return key


def animatic_file(house: House, who: Session, production: str, part: Selection = ALL) -> tuple[Path, str]:
    """Where the film lies, and what it is called.

    Raises:
        ContentMissing: it is not made of the board as it stands.
        CircletakeError: as `planned`.
    """
    wanted = _wanted(house, who, production, part)
    content = _find(house, wanted)
    if content is None:
        raise ContentMissing("The animatic is not made of the board as it stands; make it first.")
    return house.store.path(content), f"{production}-animatic.mp4"


def copy_animatic(house: House, who: Session, production: str, path: Path, part: Selection = ALL) -> None:
    """Copy the film to a place of the person's own.

    Raises:
        CircletakeError: as `animatic_file`.
        DiskFull: no room; no file is left.
    """
    source, _ = animatic_file(house, who, production, part)
    with writing(path.name, path):
        shutil.copyfile(source, path)


def _find(house: House, wanted: _Wanted) -> str | None:
    content = house.queue.find_derived(wanted.source, wanted.recipe)
    return content if content is not None and house.store.has(content) else None


def record(house: House, _: Transaction, args: dict[str, Any], result: dict[str, Any]) -> None:
    """Say where it is found."""
    house.queue.put_derived(str(args["source"]), str(args["recipe"]), str(result["content"]))


def board_timeline(
    house: House,
    who: Session,
    production: str,
    name: str,
    part: Selection = ALL,
    *,
    folder: Path | None = None,
) -> Written:
    """Write the board as a timeline; each clip carries its panel's id, a marker and a name with it.

    Args:
        name: of the file; its ending says the form.
        folder: where copies of the pictures lie, named as their clips are; None where they are not.

    Raises:
        CutUnreadable: no such form, or one that is only read.
        CircletakeError: as `planned`.
    """
    found, board, plan = planned(house, who, production, part)
    shown = replace(plan, slots=tuple(slot for slot in plan.slots if slot.uid != TAIL))
    cut = cut_of(shown, found, board, is_held=False)
    # one picture in two panels is two files: a file's name tells whose it is
    takes: dict[str, KnownTake] = {}
    slots: list[Slot] = []
    for slot, planned_slot in zip(cut.slots, shown.slots, strict=True):
        if slot.take is None:
            slots.append(slot)
            continue
        own = slot.take if slot.take not in takes else hashlib.sha256(slot.id.encode()).hexdigest()
        path = str(folder / f"{slot.shot}{ending_of(house, slot.take)}") if folder else None
        takes[own] = KnownTake(own, planned_slot.shot, slot.shot, int(_STILL_S * cut.rate), path)
        slots.append(replace(slot, take=own))
    leaving = Leaving(
        cut=replace(cut, slots=tuple(slots), sound=()),
        takes=takes,
        statuses={slot.id: slot.shot for slot in cut.slots},
        title=f"{found.title} board {board.number}",
    )
    written = write_timeline(leaving, name)
    lost = [one for one in written.lost if one != NO_APPROVAL]
    lost += [_MOVES] if any(slot.camera for slot in shown.slots) else []
    lost += ["Sounds of the board are in the film of the animatic alone."] if plan.cues else []
    return Written(written.data, tuple(lost))


def ending_of(house: House, content: str) -> str:
    """What a picture's file is called at its end, by its first bytes."""
    with house.store.path(content).open("rb") as file:
        head = file.read(4)
    return next((ending for magic, ending in _ENDINGS.items() if head.startswith(magic)), ".tif")


def export_board(house: House, who: Session, production: str, path: Path, part: Selection = ALL) -> list[str]:
    """Write the board for an editor: a timeline, and beside it a folder of its pictures.

    Args:
        path: its ending says the form.

    Returns:
        What the form cannot carry, a sentence each.

    Raises:
        CircletakeError: as `board_timeline`.
        DiskFull: the files cannot be written there.
    """
    folder = path.with_name(f"{path.stem}-panels")
    written = board_timeline(house, who, production, path.name, part, folder=folder.resolve())
    _, _, plan = planned(house, who, production, part)
    with writing(path.name, path):
        folder.mkdir(exist_ok=True)
        for slot in plan.slots:
            if slot.picture is not None and slot.uid != TAIL:
                shutil.copyfile(
                    house.store.path(slot.picture), folder / f"{slot.clip}{ending_of(house, slot.picture)}"
                )
        path.write_bytes(written.data)
    return list(written.lost)


ANIMATIC = operation = Operation(
    name="animatic",
    version=1,
    call="circletake.workflows.calls.animatic:run",
    label="Make {name}",
    record=record,
    prio=60,
    is_kept=False,
)
