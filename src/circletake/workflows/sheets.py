"""Model sheets and style bibles: boxed images, judged like any take, adopted by a person, leaned on."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from circletake.domain.lineage import DESIGN
from circletake.errors import NotFound, SheetInvalid
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.media.manifest import SheetPicture, sheet_manifest
from circletake.media.sheet import png_of
from circletake.media.source import open_source
from circletake.workflows.adopt import adopt_take
from circletake.workflows.found_production import add_entity
from circletake.workflows.house import House, require
from circletake.workflows.receive_take import Attempt, record_take, task_of

_MAX_IMAGES = 200
SheetKind = Literal["character", "style"]


@dataclass(frozen=True, slots=True)
class BoxedImage:
    """One picture for a sheet, and where in it the character is.

    Args:
        path: an image or film on this machine; or
        content: a content in the store (a take's).
        frame: number of the frame in a film, 0 for an image.
        box: x, y, width, height in pixels; None is the whole picture.
    """

    path: Path | None = None
    content: str | None = None
    frame: int = 0
    box: tuple[int, int, int, int] | None = None


def sheet_add(
    house: House,
    who: Session,
    production: str,
    *,
    character: str,
    images: Sequence[BoxedImage],
    kind: SheetKind = "character",
) -> str:
    """Make a model sheet, or a style bible, out of boxed images and record it as a take of its design.

    Args:
        character: code of the character, or of the style.
        images: its pictures; a style bible's boxes are what to look at, the whole frame as a rule.
        kind: what it is a sheet of.

    Returns:
        The take's id.

    Raises:
        SheetInvalid: no images, too many, or a box outside its picture.
        NotFound: the code is another kind of entity's, or the policy has no design of this kind.
    """
    if not 0 < len(images) <= _MAX_IMAGES:
        raise SheetInvalid(f"A model sheet holds 1–{_MAX_IMAGES} images; this one would hold {len(images)}.")
    with house.book.reading() as conn:
        require(conn, who, production, "add_take")
    pictures = [_picture(house, image) for image in images]
    content = house.store.put_bytes(
        sheet_manifest(character, [picture for picture, _ in pictures], kind=kind)
    )
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "add_take")
        entity = reads.find_entity(tx.conn, found.id, character)
        if entity is None:
            policy = house.policy(tx.conn, found.policy)
            add_entity(
                tx,
                who.actor,
                production=found.id,
                policy=policy,
                kind=kind,
                code=character,
                title=character.replace("_", " ").title(),
            )
        elif entity.kind != kind:
            what = "style bible" if kind == "style" else "model sheet"
            raise NotFound(f"{character} is a {entity.kind}; a {what} is for a {kind}.")
        return record_take(
            house,
            tx,
            who.actor,
            session=who.pseudonym,
            task=task_of(tx.conn, found, character, DESIGN),
            attempt=Attempt(
                content=content,
                makers=who.makers,
                made_by=(("author", who.actor),),
                origin="sheet",
                n_frames=len(pictures),
                rate=None,
                width_px=max(size[0] for _, size in pictures),
                height_px=max(size[1] for _, size in pictures),
                label=f"{len(pictures)} {'pictures' if kind == 'style' else 'views'}",
            ),
        )


def sheet_adopt(house: House, who: Session, production: str, character: str) -> str:
    """Make the newest sheet that passes its gates the one shots lean on, and measure against it.

    Returns:
        The design task's id.

    Raises:
        GateClosed: no sheet of this character passes its gates; lists what is missing on the newest.
    """
    return adopt_take(house, who, production, code=character, stage=DESIGN)


def _picture(house: House, image: BoxedImage) -> tuple[SheetPicture, tuple[int, int]]:
    if image.path is not None:
        content = house.store.put_file(image.path)
        name = image.path.name
    elif image.content is not None:
        content, name = image.content, f"take {image.content[:8]}"
    else:
        raise SheetInvalid("An image of a sheet needs a file or a take; give one.")
    source = open_source(house.store, content)
    if not 0 <= image.frame < source.n_frames:
        raise SheetInvalid(f"{name} has no frame {image.frame}; it has {source.n_frames}, counted from 0.")
    rgb = source.frame(image.frame).rgb()
    size = (source.width_px, source.height_px)
    box = image.box or (0, 0, *size)
    x_px, y_px, width_px, height_px = box
    if (
        x_px < 0
        or y_px < 0
        or width_px < 1
        or height_px < 1
        or x_px + width_px > size[0]
        or y_px + height_px > size[1]
    ):
        raise SheetInvalid(
            f"The box {x_px},{y_px},{width_px},{height_px} is not inside {name}, which is "
            f"{size[0]}×{size[1]}; give x,y,width,height in pixels."
        )
    png = house.store.put_bytes(png_of(rgb))
    return SheetPicture(image=png, box=box, source=content, frame=image.frame), size
