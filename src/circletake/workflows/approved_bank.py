"""Which circled takes a measurement may lean on: a character is what people approved, not only its sheet."""

from circletake.checks.bank import MOST_SHOTS, BankShot, bank_bytes
from circletake.domain.facts import PASSES
from circletake.domain.lineage import sheet_slot
from circletake.domain.policy import Policy
from circletake.ledger import reads
from circletake.media.recipes import cutouts_of
from circletake.workflows.house import House

_VETO = -2
_SHOT = "shot"


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
    if not made:
        return []
    passed = _passed(conn, production, policy)
    taken = reads.takes_in(conn, production)
    rows = {row.task.id: row for row in reads.tasks(conn, production)}
    shots: dict[str, BankShot] = {}
    left = dict.fromkeys(recipes.values(), MOST_SHOTS + 1)  # a take never leans on itself
    for take in sorted(taken, key=lambda take: -take.seq):
        row = rows.get(take.task)
        if row is None or row.entity.kind != _SHOT or row.entity.id in shots:
            continue
        if (take.task, take.content) not in passed or take.content not in made:
            continue
        pictures = {
            recipes[recipe]: content
            for recipe, content in made[take.content].items()
            if left[recipes[recipe]] > 0
        }
        for character in pictures:
            left[character] -= 1
        if pictures:
            essence = reads.find_essence(conn, production, take.content)
            shots[row.entity.id] = BankShot(take.content, essence, dict(sorted(pictures.items())))
    return list(shots.values())


def bank_of(house: House, conn: reads.Connection, production: str, policy: Policy) -> str:
    """SHA-256 of the bank as it is now, kept in the store."""
    return house.store.put_bytes(bank_bytes(bank_shots(house, conn, production, policy)))


def _passed(conn: reads.Connection, production: str, policy: Policy) -> set[tuple[str, str]]:
    """(Task, content) on which every gate of the stage passes and no veto stands, as the board has them."""
    said = reads.bound_in(conn, production)
    gates = {stage.key: [gate.key for gate in stage.gates] for stage in policy.stages}
    stages = {row.task.id: row.task.stage for row in reads.tasks(conn, production)}
    vetoed = {
        pair
        for pair, given in reads.last_values(conn, production).items()
        if any(value == _VETO for _, value in given)
    }
    return {
        pair
        for pair in {(task, content) for task, content, _ in said} - vetoed
        if (asked := gates.get(stages.get(pair[0], "")))
        and all((row := said.get((*pair, gate))) is not None and row.result in PASSES for gate in asked)
    }
