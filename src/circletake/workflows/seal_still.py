"""Seal a still: a picture that holds every gate is signed and handed out with where it comes from."""

from importlib.metadata import version
from pathlib import Path

from circletake.cut.seal.claims import Claims, Reviewed
from circletake.cut.seal.sign import Signed, mime_of, sign
from circletake.domain.disclosure import DisclosedSlot, Disclosure, made_how
from circletake.errors import AlreadyThere, GateClosed, MediaKindRefused, NotFound
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import utc_now
from circletake.workflows.bind import ask_gates
from circletake.workflows.deliver import lacking, shipped_take
from circletake.workflows.disclose import credential_of
from circletake.workflows.house import House, require
from circletake.workflows.remarks import find_take


def seal_still(house: House, who: Session, task: str, *, content: str, to: Path) -> Signed:
    """Sign a still take into a new file.

    Args:
        task: where it was judged.
        content: SHA-256 of the picture.
        to: where the signed picture is written; nothing is there yet.

    Raises:
        GateClosed: `missing` lists the gates that do not hold.
        MediaKindRefused: it is no still, or of a kind that carries no credentials.
        AlreadyThere: there is a file of this name.
    """
    with house.book.reading() as conn:
        row = reads.find_task(conn, task)
        if row is None:
            raise NotFound(f"There is no task {task} here; the board lists them.")
        production, _ = require(conn, who, row.task.production, "deliver")
        take = find_take(conn, task, content)
        results = ask_gates(house, conn, task=task, content=content, now=utc_now(), sealing=True)
        name = f"{row.entity.code} take {take.number}"
        policy = house.policy(conn, production.policy)
        missing = lacking(name, results, policy, row.task.stage)
        judged = shipped_take(conn, row, take, results)
    if missing or not judged.gates:
        raise GateClosed(f"{name} cannot leave yet.", missing=missing or [f"No gate stands before {name}."])
    path = house.store.path(content)
    mime = mime_of(path)
    if mime is None or not mime.startswith("image/"):
        raise MediaKindRefused(f"{name} is no picture that can be signed; PNG, JPEG, TIFF and WebP can.")
    own = credential_of(path)
    made = made_how(take.origin, row.entity.source_class)
    slot = DisclosedSlot(
        "still", row.entity.code, 0, 1, content, take.number, made, own_terms=own.terms if own else ()
    )
    claims = Claims(
        title=f"{production.title} · {name}",
        master=content,
        film=Disclosure(title=production.title, cut="", rate=production.rate, slots=[slot]),
        reviewed=[Reviewed(name, content, {gate.gate: gate.verdicts for gate in judged.gates})],
        version=version("circletake"),
    )
    sources = {content: path} if own else {}
    try:
        return sign(
            path, to, claims, house.signing.credentials(), sources=sources, stamp_url=house.signing.stamp_url
        )
    except FileExistsError:
        raise AlreadyThere(f"{to} is there already; name another file.") from None
