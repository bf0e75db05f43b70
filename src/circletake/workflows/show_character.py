"""What the studio has learnt of a production's characters, and what to add so that it learns more."""

from collections.abc import Sequence
from functools import lru_cache
from threading import Lock
from typing import cast

from circletake.checks.answers import Answer
from circletake.checks.bank import BankShot, bank_bytes, read_bank
from circletake.checks.consistency.drift import Params
from circletake.checks.consistency.head import FEWEST_ANSWERS
from circletake.checks.consistency.learnt import Learnt, learnt_head, learnt_of
from circletake.checks.protocol import read_params
from circletake.checks.references import read_references
from circletake.domain.entity import Entity
from circletake.domain.lineage import DESIGN
from circletake.domain.take import Take
from circletake.errors import NotFound
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.media.manifest import CHARACTER, Sheet, read_manifest
from circletake.media.store import ContentStore
from circletake.workflows.answered import answers_in
from circletake.workflows.approved_bank import adopted_characters, bank_shots
from circletake.workflows.character_drift import character_drift
from circletake.workflows.character_views import CharacterHeadView, WeightView
from circletake.workflows.floor import veil_of
from circletake.workflows.house import House, require
from circletake.workflows.show import poster_of
from circletake.workflows.views import (
    ApprovedShotView,
    CharacterLineView,
    CharacterView,
    SheetPictureView,
    SwatchView,
)

_CHECK = "consistency"


def list_characters(house: House, who: Session, production: str) -> list[CharacterLineView]:
    """Every character of a production, by code: which sheet is adopted, how many circled shots show it."""
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "see")
        policy = house.policy(conn, found.policy)
        hidden = veil_of(house, conn, who, found.id).contents
        bank = [shot for shot in bank_shots(house, conn, found.id, policy) if shot.content not in hidden]
        adopted = dict(adopted_characters(conn, found.id))
        characters = [entity for entity in reads.entities(conn, found.id) if entity.kind == CHARACTER]
    return [
        CharacterLineView(
            code=entity.code,
            title=entity.title,
            sheet=adopted.get(entity.code),
            poster=poster_of(house, adopted.get(entity.code)),
            approved=sum(entity.code in shot.pictures for shot in bank),
        )
        for entity in sorted(characters, key=lambda entity: entity.code)
    ]


def show_character(house: House, who: Session, production: str, character: str) -> CharacterView:
    """What the model of a character is made of and has learnt; nothing is recorded.

    Its measure is the one that a take arriving now would meet.

    Raises:
        NotFound: there is no such character, or no sheet of it is adopted.
        ContentMissing: the store has lost a picture of a sheet.
    """
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "see")
        entity = reads.find_entity(conn, found.id, character)
        if entity is None or entity.kind != CHARACTER:
            known = [one.code for one in reads.entities(conn, found.id) if one.kind == CHARACTER]
            raise NotFound(f"There is no character {character}; there are {', '.join(known) or 'none yet'}.")
        adopted = adopted_characters(conn, found.id)
        if character not in dict(adopted):
            raise NotFound(
                f"No model sheet of {character} is adopted yet, so nothing is learnt of it; "
                f"`circletake sheet adopt {character}` adopts the newest that passes."
            )
        policy = house.policy(conn, found.policy)
        hidden = veil_of(house, conn, who, found.id).contents
        bank = [shot for shot in bank_shots(house, conn, found.id, policy) if shot.content not in hidden]
        shown = _shown(conn, found.id, [shot for shot in bank if character in shot.pictures])
        task = reads.find_task_of(conn, entity.id, DESIGN)
        settings = dict(policy.thresholds.get(_CHECK, {}))
        alpha = read_params(Params, settings, check=_CHECK).alpha
        said = [
            one
            for one in answers_in(house, conn, found.id, bank)
            if one.character == character and one.content not in hidden
        ]
        drift = character_drift(conn, found.id, character, alpha=alpha, hidden=hidden)
    # The book is not kept waiting for this.
    with _one_at_a_time:
        learnt = _learnt(house.store, tuple(adopted), bank_bytes(bank), alpha)[character]
    content = dict(adopted)[character]
    return CharacterView(
        code=entity.code,
        title=entity.title,
        task=task.task.id if task else "",
        sheet=content,
        pictures=_pictures(house, content, learnt),
        approved=[_approved(house, *shown[content]) for content in learnt.approved],
        palette=[SwatchView(hex=one.hex, lab=list(one.lab), share=one.share) for one in learnt.palette],
        state=learnt.state or "none",
        alpha=f"{learnt.alpha:g}",
        shots=learnt.shots,
        lent=learnt.lent,
        needed=learnt.needed,
        interval=list(learnt.interval),
        advice=list(learnt.advice),
        drift=drift,
        head=_head(said),
    )


# Models are learnt by one thread at a time, so that many who look cost no more than one who does.
_one_at_a_time = Lock()


@lru_cache(maxsize=8)
def _learnt(
    store: ContentStore, adopted: tuple[tuple[str, str], ...], bank: bytes, alpha: float
) -> dict[str, Learnt]:
    """What was learnt of every character; kept, for a page asks again whenever the book goes on."""
    sheets = read_references(store, adopted, read_bank(bank))
    return learnt_of([sheet for sheet in sheets if sheet.kind == CHARACTER], alpha=alpha)


def _shown(
    conn: reads.Connection, production: str, bank: list[BankShot]
) -> dict[str, tuple[Take, Entity, str]]:
    """Content → the newest take of it, the shot it is for, and its stage."""
    wanted = {shot.content for shot in bank}
    rows = {row.task.id: row for row in reads.tasks(conn, production)}
    takes = sorted(reads.takes_in(conn, production), key=lambda take: take.seq)
    return {
        take.content: (take, rows[take.task].entity, rows[take.task].task.stage)
        for take in takes
        if take.content in wanted and rows[take.task].entity.kind == "shot"
    }


def _approved(house: House, take: Take, entity: Entity, stage: str) -> ApprovedShotView:
    return ApprovedShotView(
        code=entity.code,
        title=entity.title,
        stage=stage,
        task=take.task,
        take=take.number,
        content=take.content,
        poster=poster_of(house, take.content),
    )


def _head(answers: Sequence[Answer]) -> CharacterHeadView:
    head = learnt_head(answers)
    weights = [] if head is None else zip(head.names, head.weights, strict=True)
    return CharacterHeadView(
        answers=len(answers),
        drift=sum(one.is_drift for one in answers),
        needed=FEWEST_ANSWERS,
        hash=None if head is None else head.hash,
        weights=[
            WeightView(name=name, weight=weight)
            for name, weight in sorted(weights, key=lambda pair: (-pair[1], pair[0]))
        ],
    )


def _pictures(house: House, content: str, learnt: Learnt) -> list[SheetPictureView]:
    manifest = cast("Sheet", read_manifest(house.store, content))
    return [
        SheetPictureView(
            number=index + 1,
            image=f"/media/{picture.image}",
            box=list(picture.box),
            is_usable=index in learnt.views,
            is_alone=index in learnt.alone,
            is_unseen=index in learnt.unseen,
        )
        for index, picture in enumerate(manifest.images)
    ]
