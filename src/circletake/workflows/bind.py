"""Ask the gates again and record where an answer changed.

`bound` entries are a cache that makes the board fast and the history readable; sealing never trusts
them and asks the gates itself.

A gate may ask whether what a take leans on still passes. `Gatekeeper` works that out: it asks the gates
of whatever a slot holds, and of what that leans on in turn, once each. Where an answer flips on content
that a slot holds, whatever leans on that slot is asked again, and so on until nothing flips any more.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from circletake.checks.run import current_versions
from circletake.domain.facts import Facts, GateResult
from circletake.domain.lineage import Lost
from circletake.domain.policy import Policy
from circletake.domain.take import Take
from circletake.errors import NotFound
from circletake.gates.engine import evaluate
from circletake.ledger import lineage, reads
from circletake.ledger.book import Transaction
from circletake.ledger.facts import facts_of
from circletake.ledger.roles import tasks_judged_by
from circletake.workflows.house import STUDIO, House

Pair = tuple[str, str]


@dataclass(slots=True)
class Gatekeeper:
    """Asks the gates of one production, as it is now or as it would be.

    What a slot's content says is asked once and remembered: make another one after anything changed.

    Args:
        policy: in force, or supposed to be.
        now: UTC, ISO 8601.
        supposed: slot → content, as if that had been adopted (None: emptied).
        sealing: asked in order to seal; then nothing carried counts, upstream neither.
        quiet: (task, content) of which nobody may hear here why they no longer pass.
    """

    conn: reads.Connection
    production: str
    policy: Policy
    now: str
    supposed: Mapping[str, str | None] = field(default_factory=dict)
    sealing: bool = False
    quiet: Collection[Pair] = frozenset()
    _known: dict[str, Lost | None] = field(default_factory=dict)

    def judge(self, facts: Facts) -> tuple[GateResult, ...]:
        """What every gate says of facts from here."""
        return evaluate(facts)

    def judges(self, task: str) -> bool:
        """Whether the policy has gates for a task; one that lost its stage is asked nothing any more."""
        row = reads.find_task(self.conn, task)
        return row is not None and self.policy.stage(row.task.stage) is not None

    def ask(self, pairs: Iterable[Pair]) -> dict[Pair, tuple[GateResult, ...]]:
        """What every gate says of each (task, content)."""
        return {pair: self.judge(facts) for pair, facts in self.facts(pairs).items()}

    def facts(self, pairs: Iterable[Pair]) -> dict[Pair, Facts]:
        """Facts about each (task, content), with what upstream is lost."""
        found = self._bare(pairs)
        needed = {slot for facts in found.values() for slot in _leaned(facts)}
        lost = self._lost(needed)
        if not lost:
            return found
        return {pair: _with_lost(facts, lost) for pair, facts in found.items()}

    def _bare(self, pairs: Iterable[Pair]) -> dict[Pair, Facts]:
        return facts_of(
            self.conn,
            pairs,
            policy=self.policy,
            current_versions=current_versions(),
            now=self.now,
            supposed=self.supposed,
            sealing=self.sealing,
        )

    def _lost(self, slots: Iterable[str]) -> dict[str, Lost]:
        """Slots among these whose content no longer passes its own gates, wherever that began."""
        wanted = set(slots)
        held = self._held()
        beneath: dict[str, Facts] = {}
        frontier = wanted
        while frontier := {slot for slot in frontier if slot not in self._known and slot not in beneath}:
            sources = {slot: pair for slot in frontier if (pair := self._source(slot, held)) is not None}
            self._known |= dict.fromkeys(frontier - set(sources))
            asked = self._bare(sources.values())
            beneath |= {slot: asked[pair] for slot, pair in sources.items()}
            frontier = {slot for facts in asked.values() for slot in _leaned(facts)}
        for slot in sorted(beneath):
            self._settle(slot, beneath)
        return {slot: lost for slot in wanted if (lost := self._known.get(slot)) is not None}

    def _held(self) -> dict[str, str]:
        held: dict[str, str | None] = {**reads.slots(self.conn, self.production), **self.supposed}
        return {slot: content for slot, content in held.items() if content is not None}

    def _source(self, slot: str, held: Mapping[str, str]) -> Pair | None:
        """The take that a slot holds, where it is judged by gates of its own.

        What is only supposed to be adopted is supposed to pass: nothing else can be adopted.
        """
        content = held.get(slot)
        if content is None or slot in self.supposed:
            return None
        task = lineage.filler_of(self.conn, self.production, slot)
        if task is None or not lineage.is_take_of(self.conn, task, content):
            return None
        row = reads.find_task(self.conn, task)
        return (task, content) if row and self.policy.stage(row.task.stage) else None

    def _settle(self, slot: str, beneath: Mapping[str, Facts]) -> None:
        """Say of a slot whether it is lost, after everything beneath it."""
        way = [slot]
        while way:
            at = way[-1]
            facts = beneath[at]
            open_ones = [
                one for one in _leaned(facts) if one not in self._known and one in beneath and one not in way
            ]
            if open_ones:
                way.append(open_ones[0])
                continue
            lost = {one: gone for one in _leaned(facts) if (gone := self._known.get(one)) is not None}
            gone = _lost_by(at, evaluate(_with_lost(facts, lost)))
            if gone is not None and gone.root == at and (facts.task, facts.content) in self.quiet:
                gone = replace(gone, why="it is hidden from you until you decide on it.")
            self._known[at] = gone
            way.pop()


def _leaned(facts: Facts) -> list[str]:
    """Slots that a content or an approval of it leans on, in order."""
    pinned = {
        slot
        for verdict in facts.verdicts
        if verdict.content == facts.content or facts.carried
        for slot, _ in verdict.upstream
    }
    return sorted(pinned | set(facts.leans))


def _with_lost(facts: Facts, lost: Mapping[str, Lost]) -> Facts:
    own = {slot: lost[slot] for slot in _leaned(facts) if slot in lost}
    return replace(facts, upstream_lost=own) if own else facts


def _lost_by(slot: str, results: tuple[GateResult, ...]) -> Lost | None:
    """Why a slot's content does not pass its own gates, or None where it does."""
    broken = [finding for result in results for finding in result.findings if not finding.holds]
    if all(result.passes for result in results) or not broken:
        return None
    for finding in broken:
        for cause in finding.causes:
            if cause.kind == "upstream_lost":
                return Lost(slot, root=cause.root, why=cause.why)
    return Lost(slot, root=slot, why=broken[0].sentence)


def gatekeeper(
    house: House,
    conn: reads.Connection,
    production: str,
    *,
    now: str,
    sealing: bool = False,
    quiet: Collection[Pair] = frozenset(),
) -> Gatekeeper:
    """Who asks the gates of a production as it is.

    Raises:
        NotFound: there is no such production.
    """
    found = reads.find_production(conn, production)
    if found is None:
        raise NotFound(f"There is no production {production} here.")
    return Gatekeeper(
        conn=conn,
        production=found.id,
        policy=house.policy(conn, found.policy),
        now=now,
        sealing=sealing,
        quiet=quiet,
    )


def ask_gates(
    house: House, conn: reads.Connection, *, task: str, content: str, now: str, sealing: bool = False
) -> tuple[GateResult, ...]:
    """What every gate of the task's stage says of one content, now.

    Args:
        sealing: asked in order to seal; then nothing carried counts.

    Raises:
        NotFound: there is no such task.
    """
    keeper = gatekeeper(house, conn, _production_of(conn, task), now=now, sealing=sealing)
    return keeper.ask([(task, content)])[task, content]


def policy_of_task(house: House, conn: reads.Connection, task: str) -> Policy:
    """The policy in force where this task is.

    Raises:
        NotFound: there is no such task.
    """
    found = reads.find_production(conn, _production_of(conn, task))
    if found is None:
        raise NotFound(f"There is no task {task} here; the board lists them.")
    return house.policy(conn, found.policy)


def _production_of(conn: reads.Connection, task: str) -> str:
    row = reads.find_task(conn, task)
    if row is None:
        raise NotFound(f"There is no task {task} here; the board lists them.")
    return row.task.production


def said_of(result: GateResult) -> str:
    """An answer in one word, as `bound` entries and the board have it."""
    return "stale" if result.only_stale else result.result


def bind_pairs(
    house: House, tx: Transaction, production: str, pairs: Iterable[Pair]
) -> dict[Pair, tuple[GateResult, ...]]:
    """Ask the gates about many contents of a production, and about whatever leans on what flips.

    Returns:
        What the gates say of every content that was asked about.
    """
    asked: dict[Pair, tuple[GateResult, ...]] = {}
    wave = set(pairs)
    waves = len(reads.slots(tx.conn, production)) + 1  # what leans on itself is refused, so no more come
    while wave and waves:
        waves -= 1
        keeper = gatekeeper(house, tx.conn, production, now=tx.now)
        answers = keeper.ask(pair for pair in wave if keeper.judges(pair[0]))
        asked |= dict.fromkeys(wave, ()) | answers
        known = reads.bound_on(tx.conn, {task for task, _ in wave})
        changed = [
            {"content": content, "gate": result.gate, "result": said_of(result), "task": task}
            for (task, content), results in sorted(answers.items())
            for result in results
            if known.get((task, content, result.gate)) != said_of(result)
        ]
        tx.append_all("bound", actor=STUDIO, production=production, bodies=changed)
        flipped = {(body["task"], body["content"]) for body in changed}
        slots = lineage.slots_filled_by(tx.conn, production, flipped) if flipped else {}
        wave = lineage.pairs_leaning_on(tx.conn, production, slots)
    return asked


def bind_content(house: House, tx: Transaction, *, task: str, content: str) -> tuple[GateResult, ...]:
    """Ask the gates about one content and append `bound` where an answer changed."""
    return bind_pairs(house, tx, _production_of(tx.conn, task), [(task, content)])[task, content]


def bind_takes(house: House, tx: Transaction, takes: Iterable[Take]) -> None:
    """Ask the gates again about every one of these takes."""
    by_production: dict[str, list[Pair]] = {}
    for take in takes:
        by_production.setdefault(take.production, []).append((take.task, take.content))
    for production, pairs in by_production.items():
        bind_pairs(house, tx, production, pairs)


def bind_production(house: House, tx: Transaction, production: str) -> None:
    """Ask the gates again about every take of a production: somebody's role ended, or the policy changed."""
    takes = reads.takes_in(tx.conn, production)
    bind_pairs(house, tx, production, [(take.task, take.content) for take in takes])


def bind_family(house: House, tx: Transaction, *, task: str, content: str) -> None:
    """Ask the gates again about a content and about whatever shares its verdicts.

    That is what was cut from it, however often, what decodes to the same frames and sound, and what was
    cut from that.
    """
    bind_pairs(house, tx, _production_of(tx.conn, task), lineage.family_of(tx.conn, task, content))


def bind_people(house: House, tx: Transaction, production: str, persons: set[str]) -> None:
    """Ask the gates again about what these people judged: a vote counts while its giver holds the role."""
    for task, content in tasks_judged_by(tx.conn, production, persons):
        bind_content(house, tx, task=task, content=content)
