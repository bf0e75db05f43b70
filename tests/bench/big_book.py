"""A book of any length, mixed as a production mixes it: takes, evidence, gates, verdicts, cuts."""

import hashlib
import itertools
from collections.abc import Iterator
from typing import Any

from circletake.domain.people import MachineId, PersonId
from circletake.gates.policy import policy_dict, shipped
from circletake.ledger.book import Book
from circletake.ledger.canonical import canonical
from circletake.ledger.transaction import Transaction

STUDIO = MachineId("m_studio")
PRODUCTION = "pr_0123456789abcdef"
PEOPLE = {"p_dora": "director", "p_leo": "lead", "p_lea": "lead", "p_arti": "artist", "p_ana": "producer"}
A_TRANSACTION = 1000
TAKES_A_SHOT = 6
POLICY = shipped()


def content(name: str, number: int) -> str:
    """A content hash that nothing else has."""
    return hashlib.sha256(f"{name}{number}".encode()).hexdigest()


def fill(book: Book, entries: int) -> None:
    """Append until the book has so many entries."""
    story = itertools.chain(_beginning(), itertools.chain.from_iterable(map(_shot, itertools.count(1))))
    while (left := entries - book.head().seq) > 0:
        with book.transact() as tx:
            for kind, actor, body in itertools.islice(story, min(left, A_TRANSACTION)):
                _append(tx, kind, actor, body)


def _append(tx: Transaction, kind: str, actor: str, body: dict[str, Any]) -> None:
    is_person = actor.startswith("p_")
    if kind == "verdict" and isinstance(body["note"], str):
        body = body | {"note": tx.keep_text(body["note"])}
    tx.append(
        kind,
        actor=PersonId(actor) if is_person else MachineId(actor),
        session="n_0123456789abcdef" if is_person else None,
        production=None if kind in {"person", "machine", "policy"} else PRODUCTION,
        body=body,
    )


Step = tuple[str, str, dict[str, Any]]


def _beginning() -> Iterator[Step]:
    policy = POLICY
    for person in PEOPLE:
        yield "person", "m_studio", {"person": person}
    yield "machine", "m_studio", {"machine": "m_studio", "label": "Studio"}
    yield "policy", "p_ana", {"hash": policy.hash, "policy": policy_dict(policy)}
    opened = {"production": PRODUCTION, "code": "queso", "title": "Señor Queso", "rate": [24000, 1001]}
    yield "opened", "p_ana", opened | {"size": [1920, 1080], "policy": policy.hash}
    for person, role in PEOPLE.items():
        yield "grant", "p_ana", {"person": person, "role": role, "granted": True}


def _shot(number: int) -> Iterator[Step]:
    """A shot's way: made, measured, judged, made again; now and then a reference moves or a cut is made."""
    entity, task = f"e_{number:016x}", f"t_{number:016x}"
    code = f"SH{number * 10:04d}"
    body: dict[str, Any] = {"entity": entity, "kind": "shot", "code": code, "title": f"Küche {number}"}
    yield "entity", "p_ana", body | {"position": number, "frames": 96, "source_class": "drawn"}
    yield "task", "p_ana", {"task": task, "entity": entity, "stage": "animation"}
    sheet = content("sheet", number // 50)
    for attempt in range(1, TAKES_A_SHOT + 1):
        yield from _attempt(number, attempt, task, sheet)
    if number % 20 == 0:
        yield "slot", "p_dora", {"slot": "sheet:lord_queso", "content": content("sheet", number // 50 + 1)}
    if number % 25 == 0:
        yield "hold", "p_ana", {"task": task, "reason": None}
    if number % 40 == 0:
        cut = {"number": number, "parent": None, "slots": [{"shot": code, "frames": 96}] * 12, "v": 1}
        yield "cut", "p_ana", {"hash": hashlib.sha256(canonical(cut)).hexdigest(), "cut": cut}


def _attempt(number: int, attempt: int, task: str, sheet: str) -> Iterator[Step]:
    take = content("take", number * 100 + attempt)
    job = content("job", number * 100 + attempt)
    leans = [["sheet:lord_queso", sheet]]
    yield "take", "p_arti", {
        "take": f"k_{take[:16]}", "task": task, "number": attempt, "content": take, "makers": ["p_arti"],
        "origin": "drawn", "n_frames": 96, "size": [1920, 1080], "rate": [24000, 1001], "leans": leans,
        "label": "blaues Licht – zweiter Versuch" if attempt == 2 else "",
    }  # fmt: skip
    for gate in ("lead", "director"):
        yield "bound", "m_studio", {"task": task, "content": take, "gate": gate, "result": "unsatisfied"}
    yield "done", "m_studio", {"job": job, "op": "analyse"}
    for check in ("technical", "consistency"):
        yield "evidence", "m_studio", {
            "evidence": content(check, number * 100 + attempt), "content": take, "check": check, "version": 1,
            "job": job, "flagged": attempt % 3 == 0, "worst_frame": 31,
            "sentence": f"{check}: frames 31–38 differ from the sheet.",
            "summary": [["drift", "0.25"], ["flicker", "0.031"], ["loudness_lufs", "-23.1"], ["frozen", 0]],
            "references": [sheet],
        }  # fmt: skip
    values = {1: (-1, None), 2: (-2, None), 3: (1, -1)}.get(attempt, (2, 2))
    for (gate, person), value in zip((("lead", "p_leo"), ("director", "p_dora")), values, strict=True):
        if value is None:
            continue
        yield "verdict", person, {
            "task": task, "content": take, "gate": gate, "value": value, "gate_hash": content(gate, 0),
            "policy": POLICY.hash, "key": content(person, number * 100 + attempt)[:32],
            "reasons": ["character.off_model"] if value < 0 else [], "upstream": leans,
            "note": "The hat's brim loses its curve; see frames 31–38." if value < 0 else None,
            "ranges": [[31, 39]] if value < 0 else [],
        }  # fmt: skip
        result = "satisfied" if value > 0 else "unsatisfied"
        yield "bound", "m_studio", {"task": task, "content": take, "gate": gate, "result": result}
