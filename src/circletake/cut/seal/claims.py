"""What a seal claims: where each take comes from, by which verdicts it passed, what our record hashes to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from circletake.domain.disclosure import Disclosure

PRODUCER = "circletake"
SEAL, REVIEW = "org.circletake.seal", "org.circletake.human_review"
_FORMAT = 1
_FILM = "ingredient_"


@dataclass(frozen=True, slots=True)
class SealedPart:
    """Frames of a master, and what their coded pictures hash to."""

    slot: str
    shot: str
    start: int
    end: int
    sample_sha256: str


@dataclass(frozen=True, slots=True)
class Reviewed:
    """How one content was judged: its gates, and the book's entries of the verdicts that count.

    No name and no pseudonym: what is signed into a file can never be taken out of it again.
    """

    what: str
    content: str
    gates: dict[str, tuple[int, ...]]
    overridden: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claims:
    """What a seal says.

    Args:
        title: of what is sealed.
        master: SHA-256 of the file as it was before it was signed.
        record: SHA-256 of the decision record; None where there is none, as for a still.
        sealed: entry of the book by which it was sealed; None where there is none.
        film: source types of what it is made of.
        parts: what of the file is which slot; empty for a still.
        sound: SHA-256 of each sound track's samples.
        description: SHA-256 of what tells a decoder how to read the pictures.
        reviewed: how each content was judged.
        version: of this program.
    """

    title: str
    master: str
    film: Disclosure
    reviewed: Sequence[Reviewed]
    version: str
    record: str | None = None
    sealed: int | None = None
    parts: Sequence[SealedPart] = ()
    sound: Sequence[str] = ()
    description: str = ""


def ingredient_ids(film: Disclosure) -> dict[str, str]:
    """Take → label of its ingredient; a take that stands in several slots is one ingredient."""
    takes = dict.fromkeys(part.take for part in film.parts)
    return {take: f"{_FILM}{number}" for number, take in enumerate(takes, start=1)}


def ingredient(film: Disclosure, take: str, *, mime: str) -> dict[str, Any]:
    """A take as an ingredient.

    Source:
        C2PA 2.2, 18.16 (ingredient assertion).
    """
    slot = next(one for one in film.parts if one.take == take)
    return {
        "title": f"{slot.shot} take {slot.number}",
        "format": mime,
        "instance_id": f"sha256:{take}",
        "relationship": "componentOf",
        "label": ingredient_ids(film)[take],
    }


def manifest(claims: Claims, *, mime: str) -> dict[str, Any]:
    """The definition of a manifest, without its ingredients.

    Args:
        mime: of what is sealed.

    Source:
        C2PA 2.2, 18.15 (actions): the first is `c2pa.created`, each take is `c2pa.placed`.
    """
    film, ids = claims.film, ingredient_ids(claims.film)
    agent = {"name": PRODUCER, "version": claims.version}
    placed = [
        {
            "action": "c2pa.placed",
            "digitalSourceType": slot.term,
            "softwareAgent": agent,
            "description": f"{slot.shot}, frames {slot.start}–{slot.start + slot.frames - 1}",
            "parameters": {"ingredientIds": [ids[slot.take]]},
        }
        for slot in film.parts
    ]
    created = {"action": "c2pa.created", "digitalSourceType": film.term, "softwareAgent": agent}
    return {
        "claim_generator_info": [{"name": PRODUCER, "version": claims.version}],
        "title": claims.title,
        "format": mime,
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": [created, *placed]}},
            {"label": SEAL, "kind": "Json", "data": _seal(claims)},
            {"label": REVIEW, "kind": "Json", "data": _review(claims)},
        ],
    }


def _seal(claims: Claims) -> dict[str, Any]:
    # No list of bare whole numbers: the SDK's reader shows one below 256 each as base64.
    return {
        "v": _FORMAT,
        "master_sha256": claims.master,
        "record_sha256": claims.record,
        "sealed": claims.sealed,
        "sound_sha256": list(claims.sound),
        "description_sha256": claims.description,
        "slots": [
            {
                "slot": part.slot,
                "shot": part.shot,
                "start": part.start,
                "end": part.end,
                "sample_sha256": part.sample_sha256,
            }
            for part in claims.parts
        ],
    }


def _review(claims: Claims) -> dict[str, Any]:
    return {
        "v": _FORMAT,
        "reviewed": [
            {
                "what": one.what,
                "content": one.content,
                "gates": [
                    {"gate": gate, "verdicts": [{"entry": entry} for entry in entries]}
                    | ({"override": one.overridden[gate]} if gate in one.overridden else {})
                    for gate, entries in one.gates.items()
                ],
            }
            for one in claims.reviewed
        ],
    }
