"""The demo production: Lord Queso, a fictional short, taken as far as a busy morning would take it.

The people are roles, not persons, and the verdicts they begin with say so in their notes. Everything
goes through the same recipes as in a production of one's own.
"""

import json
import tempfile
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from circletake.domain.people import PersonId, Role
from circletake.domain.take import Take
from circletake.domain.verdict import Value
from circletake.generate.drawn import DRAWN
from circletake.generate.film import HEIGHT_PX, WIDTH_PX
from circletake.generate.script import RATE, SHOTS, TITLE, truth
from circletake.generate.stills import STORYBOARD_VARIANTS, model_sheet, storyboard_panel
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.media.sheet import write_png
from circletake.workflows.draw import order_take
from circletake.workflows.fill_gap import assemble, fill_gap
from circletake.workflows.found_production import add_shot, cast_role, found_production
from circletake.workflows.give_verdict import Call, give_verdict
from circletake.workflows.house import House
from circletake.workflows.receive_take import receive_take, task_of
from circletake.workflows.sheets import BoxedImage, sheet_add, sheet_adopt

PRODUCTION = "lord-queso"
CHARACTER = "lord_queso"
# Every fault that is planted in the takes; for whoever wants to see what the checks find of it.
TRUTH = "truth.json"
_NOTE = "Demo: recorded by the demo for a fictional {role}."


@dataclass(frozen=True, slots=True)
class Cast:
    """The demo's people: a role each, signed in."""

    artist: Session
    lead: Session
    director: Session
    producer: Session
    editor: Session


NAMES: dict[str, Role] = {
    "Demo artist": "artist",
    "Demo lead": "lead",
    "Demo director": "director",
    "Demo producer": "producer",
    "Demo editor": "editor",
}


def found_demo(house: House, cast: Cast) -> None:
    """Found the production, give everybody their role, add its shots."""
    with house.book.reading() as conn:
        if reads.find_production(conn, PRODUCTION) is not None:
            return
    found_production(
        house,
        cast.producer,
        code=PRODUCTION,
        title=TITLE,
        rate=RATE,
        width_px=WIDTH_PX,
        height_px=HEIGHT_PX,
        policy="animation",
    )
    for role, session in (
        ("artist", cast.artist),
        ("lead", cast.lead),
        ("director", cast.director),
        ("editor", cast.editor),
    ):
        cast_role(house, cast.producer, PRODUCTION, person=session.person, role=role)  # type: ignore[arg-type]  # roles as written above
    for shot in SHOTS:
        add_shot(
            house,
            cast.producer,
            PRODUCTION,
            code=shot.code,
            title=shot.title,
            frames=shot.frames,
            source_class="drawn",
        )


def draw_sheet(house: House, cast: Cast) -> None:
    """Draw the model sheet, have it circled, adopt it."""
    with house.book.reading() as conn:
        found = reads.find_production(conn, PRODUCTION)
        if found is None or reads.find_entity(conn, found.id, CHARACTER) is not None:
            return
    with tempfile.TemporaryDirectory() as folder:
        images: list[BoxedImage] = []
        for index, (rgb, box) in enumerate(model_sheet()):
            path = Path(folder) / f"view{index:02d}.png"
            write_png(path, rgb)
            images.append(BoxedImage(path=path, box=box))
        sheet_add(house, cast.artist, PRODUCTION, character=CHARACTER, images=images)
    with house.book.reading() as conn:
        task = task_of(conn, found, CHARACTER, "design").task.id
        sheet = reads.takes_of(conn, task)[0]
    _judge(house, cast.director, sheet, gate="director", value=2, role="director")
    sheet_adopt(house, cast.director, PRODUCTION, CHARACTER)


def draw_boards(house: House, cast: Cast) -> None:
    """Draw the storyboard panels; the director has circled all but the last two shots'."""
    with tempfile.TemporaryDirectory() as folder:
        for index, shot in enumerate(SHOTS):
            with house.book.reading() as conn:
                found = reads.find_production(conn, PRODUCTION)
                task = task_of(conn, found, shot.code, "storyboard").task.id if found else ""
                if reads.takes_of(conn, task):
                    continue
            for variant in range(STORYBOARD_VARIANTS):
                path = Path(folder) / f"{shot.code}_{variant}.png"
                write_png(path, storyboard_panel(shot, variant))
                receive_take(
                    house,
                    cast.artist,
                    PRODUCTION,
                    shot=shot.code,
                    stage="storyboard",
                    path=path,
                    label=f"panel {variant + 1}",
                    origin="drawn",
                )
            if index < len(SHOTS) - 2:
                with house.book.reading() as conn:
                    panel = reads.takes_of(conn, task)[0]
                _judge(house, cast.director, panel, gate="director", value=2, role="director")


def order_takes(house: House, cast: Cast) -> list[str]:
    """Order every take the script plans; returns the jobs' keys."""
    keys: list[str] = []
    with house.book.transact() as tx:
        found = reads.find_production(tx.conn, PRODUCTION)
        if found is None:
            return []
        for order in DRAWN.orders():
            task = task_of(tx.conn, found, order.shot, "animation")
            keys.append(order_take(tx, task=task, order=order, person=PersonId(str(cast.artist.person))))
    return keys


def assemble_cut(house: House, cast: Cast) -> None:
    """Assemble the cut: every shot filled with a clean take, but for the one that is missing."""
    with house.book.reading() as conn:
        found = reads.find_production(conn, PRODUCTION)
        if found is None or reads.find_cut(conn, found.id) is not None:
            return
    assemble(house, cast.editor, PRODUCTION)
    for shot in SHOTS:
        if shot.is_in_cut:
            take = _clean_take(house, shot.code)
            fill_gap(house, cast.editor, PRODUCTION, slot=shot.code, take=take.id)


def judge_a_morning(house: House, cast: Cast) -> None:
    """Give the verdicts of a busy morning, so that the board shows most of what it can show."""
    first, second, third, _, fifth, sixth = (shot.code for shot in SHOTS)
    for code in (first, second):
        _judge(house, cast.lead, _clean_take(house, code), gate="lead", value=2, role="lead")
    _judge(house, cast.director, _clean_take(house, first), gate="director", value=2, role="director")
    _judge(house, cast.lead, _clean_take(house, third), gate="lead", value=1, role="lead")
    for take in _faulty_takes(house, fifth):
        _judge(house, cast.lead, take, gate="lead", value=-2, role="lead", reasons=("character.off_model",))
    for take in _takes(house, sixth):
        _judge(house, cast.lead, take, gate="lead", value=-1, role="lead", reasons=("motion.timing",))


def _clean_take(house: House, code: str) -> Take:
    clean = {plan.number for shot in SHOTS if shot.code == code for plan in shot.takes if plan.drift is None}
    labels = {
        plan.label for shot in SHOTS if shot.code == code for plan in shot.takes if plan.number in clean
    }
    return next(take for take in _takes(house, code) if take.label in labels)


def _faulty_takes(house: House, code: str) -> list[Take]:
    labels = {
        plan.label for shot in SHOTS if shot.code == code for plan in shot.takes if plan.drift is not None
    }
    return [take for take in _takes(house, code) if take.label in labels]


def _takes(house: House, code: str) -> list[Take]:
    with house.book.reading() as conn:
        found = reads.find_production(conn, PRODUCTION)
        return reads.takes_of(conn, task_of(conn, found, code, "animation").task.id) if found else []


def _judge(
    house: House,
    who: Session,
    take: Take,
    *,
    gate: str,
    value: Value,
    role: str,
    reasons: Sequence[str] = (),
) -> None:
    with house.book.reading() as conn:
        flagged = [
            evidence.id
            for evidence in reads.evidence_on(conn, [take.content]).get(take.content, [])
            if evidence.flagged
        ]
    key = uuid.uuid5(uuid.NAMESPACE_OID, f"demo:{who.person}:{take.id}:{gate}").hex
    give_verdict(
        house,
        who,
        Call(
            task=take.task,
            content=take.content,
            gate=gate,
            value=value,
            key=key,
            reasons=list(reasons),
            disposition="waive" if flagged and value > 0 else "fix",
            answers=flagged if value > 0 else [],
            note=_NOTE.format(role=role),
        ),
    )


def fill_with_demo(house: House, cast: Cast, *, work: Callable[[], None]) -> None:
    """Fill a studio with the demo; run again after an interruption, it goes on where it was.

    Args:
        work: runs every job that is owed to its end.
    """
    found_demo(house, cast)
    (house.folder / TRUTH).write_text(json.dumps(truth(), indent=2), encoding="utf-8")
    draw_sheet(house, cast)
    draw_boards(house, cast)
    order_takes(house, cast)
    work()
    assemble_cut(house, cast)
    judge_a_morning(house, cast)
