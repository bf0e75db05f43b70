"""Which circled takes a measurement may lean on: a character is what people approved, not only its sheet."""

from collections.abc import Iterator, Sequence

from circletake.checks.bank import MOST_SHOTS, BankShot, bank_bytes
from circletake.domain.facts import PASSES
from circletake.domain.lineage import sheet_slot
from circletake.domain.policy import Policy
from circletake.ledger import reads
from circletake.media.cutouts import NO_CUTOUTS
from circletake.media.recipes import cutouts_of
from circletake.workflows.answered import answers_in
from circletake.workflows.house import House

_VETO = -2
_SHOT = "shot"
_AT_ONCE = 100  # takes asked about together: mostly the newest hundred hold all that is wanted


def adopted_characters(conn: reads.Connection, production: str) -> list[tuple[str, str]]:
    """(Code, content) of every sheet and style bible that is adopted now, by code."""
    prefix = sheet_slot("")
    return [
        (slot.removeprefix(prefix), held)
        for slot, held in sorted(reads.slots(conn, production).items())
        if slot.startswith(prefix)
    ]


def bank_shots(house: House, conn: reads.Connection, production: str, policy: Policy) -> list[BankShot]:
    """Circled takes with pictures of adopted characters, newest first; of each shot its newest alone.

    A shot counts as one however many of its takes or stages are circled: calibration takes shots for
    independent of each other.
    """
    recipes = {cutouts_of(character): character for character, _ in adopted_characters(conn, production)}
    made = house.queue.made_by(recipes) if recipes else {}
    showing = {
        content: {recipes[recipe]: one for recipe, one in sorted(found.items()) if one != NO_CUTOUTS}
        for content, found in made.items()
    }
    pairs = [pair for pair in reads.newest_pairs(conn, production) if showing.get(pair[1])] if made else []
    shots: dict[str, BankShot] = {}
    left = dict.fromkeys(recipes.values(), MOST_SHOTS + 1)  # a take never leans on itself
    for some in (pairs[at : at + _AT_ONCE] for at in range(0, len(pairs), _AT_ONCE)):
        if not any(left.values()):
            break
        for entity, content in _circled(conn, production, policy, some):
            pictures = {who: one for who, one in showing[content].items() if left[who]}
            if entity in shots or not pictures:
                continue
            for character in pictures:
                left[character] -= 1
            shots[entity] = BankShot(content, reads.find_essence(conn, production, content), pictures)
    return list(shots.values())


def bank_of(house: House, conn: reads.Connection, production: str, policy: Policy) -> str:
    """SHA-256 of the bank as it is now, answers with it, kept in the store."""
    shots = bank_shots(house, conn, production, policy)
    return house.store.put_bytes(bank_bytes(shots, answers_in(house, conn, production, shots)))


def _circled(
    conn: reads.Connection, production: str, policy: Policy, pairs: Sequence[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """(Shot, content) of those on which every gate passes and no veto stands, as the board has them."""
    tasks = {task for task, _ in pairs}
    rows = reads.tasks_named(conn, tasks)
    said = reads.bound_in(conn, production, tasks)
    values = reads.last_values(conn, production, tasks)
    gates = {stage.key: [gate.key for gate in stage.gates] for stage in policy.stages}
    for task, content in pairs:
        entity, stage = rows[task].entity, rows[task].task.stage
        results = [
            row.result if (row := said.get((task, content, gate))) else "" for gate in gates.get(stage, [])
        ]
        vetoed = any(value == _VETO for _, value in values.get((task, content), []))
        if entity.kind == _SHOT and results and not vetoed and PASSES.issuperset(results):
            yield entity.id, content
