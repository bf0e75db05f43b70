"""Where a take came from: what its file says, and what somebody said of it beside the file.

Facts are read once, in the job that measures a take, and lie beside what else was made of its content.
They are no part of the book, and no prompt or workflow ever goes into a deliverable.
"""

import json
from dataclasses import dataclass
from typing import Any

from circletake.domain.provenance import (
    Fact,
    Provenance,
    Trust,
    What,
    provenance_record,
    read_provenance,
    together,
)
from circletake.errors import ContentMissing, NotFound
from circletake.generate.graph import read_graph
from circletake.generate.recipes import Recipe, recipe_of
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import Transaction
from circletake.media.manifest import Sheet, read_manifest
from circletake.media.recipes import DECLARED, PROVENANCE
from circletake.work.job import Offer, job_key
from circletake.workflows.house import House, Operation, require
from circletake.workflows.remarks import find_take


@dataclass(frozen=True, slots=True)
class FactView:
    """One thing that is known of how a take was made.

    Args:
        what: what it says: tool, prompt, negative, seed, model, lora, sampler, steps, guidance, input,
            workflow (SHA-256 of the graph that ran), layout (of the editor's page), source type, signer,
            software, hint, not understood or said.
        trust: receipt, signed, embedded, inferred or declared; strongest first.
        where: where it was read, in words.
    """

    what: What
    value: str
    trust: Trust
    where: str


@dataclass(frozen=True, slots=True)
class ProvenanceView:
    """Where a take came from.

    Args:
        is_read: its file was looked at; until then nothing is known, and it is on the way.
        is_unknown: it was looked at, and nothing says how it was made.
        facts: the most trusted first.
        refused: a sentence for each thing that was there and was not read.
    """

    is_read: bool
    is_unknown: bool
    facts: list[FactView]
    refused: list[str]


def show_provenance(house: House, who: Session, task: str, *, content: str) -> ProvenanceView:
    """All that is known of how a take was made; a take from before anybody asked is read now, by a job.

    Raises:
        NotFound: there is no such task or take, or it is not in a production of theirs.
    """
    with house.book.reading() as conn:
        row = reads.find_task(conn, task)
        if row is None:
            raise NotFound(f"There is no task {task} here; the board lists them.")
        require(conn, who, row.task.production, "see")
        find_take(conn, task, content)
    known = find_provenance(house, content)
    if known is None:
        house.queue.offer([_reading(content, name=row.entity.code)])
        return ProvenanceView(is_read=False, is_unknown=False, facts=[], refused=[])
    return ProvenanceView(
        is_read=True,
        is_unknown=known.is_unknown,
        facts=[FactView(one.what, one.value, one.trust, one.where) for one in known.facts],
        refused=list(known.refused),
    )


def recipe_in(house: House, who: Session, task: str, *, content: str) -> Recipe:
    """The recipe of a take, from the workflow that its file brought.

    Raises:
        NotFound: there is no such take, or its file brought no workflow.
        ContentMissing: its file was not read yet.
        RecipeInvalid: the workflow cannot be read.
    """
    view = show_provenance(house, who, task, content=content)
    if not view.is_read:
        raise ContentMissing("Its file was not read yet; it is, as soon as jobs run.")
    found = [fact.value for fact in view.facts if fact.what == "workflow" and fact.trust != "declared"]
    if not found:
        raise NotFound("No workflow came with this take; bring a file that has one, or ask whoever made it.")
    return recipe_of(read_graph(json.loads(house.store.read(found[0]))))


def find_provenance(house: House, content: str) -> Provenance | None:
    """What is known of a content; None while its file was not read."""
    if isinstance(read_manifest(house.store, content), Sheet):
        return Provenance()
    found = house.queue.find_derived(content, PROVENANCE)
    if found is None or not house.store.has(found):
        return None
    told = read_provenance(json.loads(house.store.read(found)))
    said = declared_of(house, content)
    return together([*told.facts, *said.facts], [*told.refused, *said.refused])


def declared_of(house: House, content: str) -> Provenance:
    """What somebody said of a content in files beside it."""
    found = house.queue.find_derived(content, DECLARED)
    if found is None or not house.store.has(found):
        return Provenance()
    return read_provenance(json.loads(house.store.read(found)))


def keep_declared(house: House, content: str, facts: list[Fact | None], refused: list[str]) -> None:
    """Keep what somebody says of a content, beside what they said before."""
    before = declared_of(house, content)
    known = together([*before.facts, *facts], [*before.refused, *refused])
    told = json.dumps(provenance_record(known), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    house.queue.put_derived(content, DECLARED, house.store.put_bytes(told.encode()))


def _reading(content: str, *, name: str) -> Offer:
    key = job_key(READ.name, version=READ.version, params={}, inputs=[content])
    return Offer(
        key=key, op=READ.name, args={"content": content, "name": name}, lane=READ.lane, prio=READ.prio
    )


def record(house: House, _: Transaction, args: dict[str, Any], result: dict[str, Any]) -> None:
    """Say where the facts are."""
    for recipe, content in result["derived"].items():
        house.queue.put_derived(str(args["content"]), recipe, content)


READ = operation = Operation(
    name="read_provenance",
    version=1,
    call="circletake.workflows.calls.provenance:run",
    label="Read where {name} came from",
    record=record,
    is_kept=False,
)
