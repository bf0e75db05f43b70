"""Which approvals are stale and why, and which would be if something were adopted.

`what_if` asks the gates of the production as it is and as it would be, side by side, and changes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from circletake.checks.stack import read_signature
from circletake.domain.facts import Facts, GateResult
from circletake.domain.lineage import StaleCause
from circletake.domain.people import Role
from circletake.domain.policy import Policy
from circletake.domain.take import Take
from circletake.errors import NotFound
from circletake.gates.causes import StaleApproval, stale_approvals
from circletake.ledger import lineage, reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import utc_now
from circletake.media.recipes import SIGNATURE
from circletake.workflows.bind import Gatekeeper, Pair, said_of
from circletake.workflows.floor import veil_of
from circletake.workflows.give_verdict import relevant_slots, vote_range
from circletake.workflows.house import House, require
from circletake.workflows.show import Names, poster_of
from circletake.workflows.veil import Veil
from circletake.workflows.views import CauseView, GateChangeView, StaleApprovalView, WhatIfView

_PREFIX = 6  # characters of a content that name it


@dataclass(slots=True)
class Change:
    """What a supposed change does: approvals before and after, and gates that answer otherwise."""

    goes_stale: list[tuple[Pair, StaleApproval]] = field(default_factory=list)
    heals: list[tuple[Pair, StaleApproval]] = field(default_factory=list)
    gates: list[tuple[Pair, str, str, str]] = field(default_factory=list)


def compare(before: Gatekeeper, after: Gatekeeper, pairs: Iterable[Pair]) -> Change:
    """Ask the gates of two worlds about these contents, and about whatever leans on what flips.

    Args:
        before: the production as it is.
        after: as it would be: another policy, other slots.
        pairs: whatever the difference touches at once.
    """
    change = Change()
    wave, seen = set(pairs), set[Pair]()
    while wave:
        seen |= wave
        facts, supposed = before.facts(wave), after.facts(wave)
        flipped: set[Pair] = set()
        for pair in sorted(wave):
            was, would = before.judge(facts[pair]), after.judge(supposed[pair])
            words = {result.gate: said_of(result) for result in was}
            for result in would:
                if words.get(result.gate) != said_of(result):
                    change.gates.append((pair, result.gate, words.get(result.gate, ""), said_of(result)))
                    flipped.add(pair)
            _compare_approvals(change, pair, (facts[pair], was), (supposed[pair], would))
        slots = lineage.slots_filled_by(before.conn, before.production, flipped) if flipped else {}
        moved = {slot for slot in slots if slot not in after.supposed}
        wave = lineage.pairs_leaning_on(before.conn, before.production, moved) - seen
    return change


def _compare_approvals(
    change: Change,
    pair: Pair,
    was: tuple[Facts, tuple[GateResult, ...]],
    would: tuple[Facts, tuple[GateResult, ...]],
) -> None:
    before = {(one.gate, one.verdict.seq): one for one in stale_approvals(*was)}
    after = {(one.gate, one.verdict.seq): one for one in stale_approvals(*would)}
    change.goes_stale += [(pair, after[key]) for key in after if key not in before]
    change.heals += [(pair, before[key]) for key in before if key not in after]


def what_if(house: House, who: Session, production: str, *, supposed: Mapping[str, str | None]) -> WhatIfView:
    """What adopting these contents would change.

    Args:
        supposed: slot → content, whole or its first characters, or the number of a take of the slot's
            task as `#2`; None or an empty text empties the slot.

    Raises:
        NotFound: there is no such slot, or no such content in it.
    """
    with house.book.reading() as conn:
        found, roles = require(conn, who, production, "see")
        policy = house.policy(conn, found.policy)
        now = utc_now()
        held = reads.slots(conn, found.id)
        exact = {slot: _content(conn, found.id, slot, given) for slot, given in supposed.items()}
        veil = veil_of(house, conn, who, found.id)
        before = Gatekeeper(conn, found.id, policy, now, quiet=veil.gates)
        doubts = _doubts(conn, before, exact)
        moved = {slot: content for slot, content in exact.items() if held.get(slot) != content}
        after = Gatekeeper(conn, found.id, policy, now, supposed=moved, quiet=veil.gates)
        touched = {one for slot in moved for one in (held.get(slot), moved[slot]) if one is not None}
        pairs = lineage.pairs_leaning_on(conn, found.id, moved)
        pairs |= lineage.pairs_measured_against(conn, found.id, touched)
        change = compare(before, after, pairs)
        teller = _Teller(house, conn, who, found.id, policy, roles)
        return WhatIfView(
            supposed=exact,
            goes_stale=[teller.tell(*one) for one in change.goes_stale if _shows(veil, *one)],
            heals=[teller.tell(*one) for one in change.heals if _shows(veil, *one)],
            gates=[teller.gate_change(*one) for one in change.gates if not veil.hides(*one[0])],
            doubts=[] if any(content in veil.contents for content in exact.values()) else doubts,
        )


def _shows(veil: Veil, _pair: Pair, one: StaleApproval) -> bool:
    return one.verdict.seq not in veil.verdicts


def _content(conn: reads.Connection, production: str, slot: str, given: str | None) -> str | None:
    task = lineage.filler_of(conn, production, slot)
    if task is None:
        held = sorted(reads.slots(conn, production))
        near = get_close_matches(slot, held, n=1)
        known = near or held
        raise NotFound(f"No task fills {slot}; there is {', '.join(known) or 'nothing adopted yet'}.")
    if not given:
        return None
    takes = reads.takes_of(conn, task)
    wanted = [
        take
        for take in takes
        if (given.startswith("#") and given[1:] == str(take.number))
        or (len(given) >= _PREFIX and take.content.startswith(given))
    ]
    if len(wanted) != 1:
        listed = ", ".join(f"#{take.number} {take.content[:12]}" for take in takes) or "none yet"
        raise NotFound(f"“{given}” is not one take of {slot}; there are {listed}.")
    return wanted[0].content


def _doubts(conn: reads.Connection, keeper: Gatekeeper, supposed: Mapping[str, str | None]) -> list[str]:
    doubts: list[str] = []
    for slot, content in sorted(supposed.items()):
        task = lineage.filler_of(conn, keeper.production, slot)
        if content is None or task is None:
            continue
        results = keeper.ask([(task, content)])[task, content]
        if not all(result.passes for result in results):
            doubts.append(
                f"{content[:8]} does not pass its own gates yet; it cannot be adopted as {slot} before."
            )
    return doubts


def stale_now(house: House, who: Session, production: str) -> list[StaleApprovalView]:
    """Every approval that is stale now, largest visible change first."""
    with house.book.reading() as conn:
        found, roles = require(conn, who, production, "see")
        policy = house.policy(conn, found.policy)
        veil = veil_of(house, conn, who, found.id)
        keeper = Gatekeeper(conn, found.id, policy, utc_now(), quiet=veil.gates)
        teller = _Teller(house, conn, who, found.id, policy, roles)
        facts = keeper.facts(_doubtful(conn, policy, found.id))
        views = [
            teller.tell(pair, one, is_now=True)
            for pair in sorted(facts)
            for one in stale_approvals(facts[pair], keeper.judge(facts[pair]))
            if _shows(veil, pair, one)
        ]
    return sorted(views, key=_largest_first)


def _largest_first(view: StaleApprovalView) -> tuple[bool, float, bool, str, str, int]:
    unknown = view.change is None
    return (unknown, -(view.change or 0.0), not view.flagged, view.code, view.stage, view.verdict)


def _doubtful(conn: reads.Connection, policy: Policy, production: str) -> list[Pair]:
    """Contents with live approvals at whose stage some gate does not pass."""
    bound = reads.bound_in(conn, production)
    gates = {stage.key: [gate.key for gate in stage.gates] for stage in policy.stages}
    stages = {row.task.id: row.task.stage for row in reads.tasks(conn, production)}
    approved = {
        pair for pair, given in reads.last_values(conn, production).items() if any(v > 0 for _, v in given)
    }
    return sorted(
        (task, content)
        for task, content in approved
        if stages.get(task) in gates
        and any(
            (row := bound.get((task, content, gate))) is None or row.result != "satisfied"
            for gate in gates[stages[task]]
        )
    )


def cause_view(cause: StaleCause) -> CauseView:
    """A cause as doors show it."""
    return CauseView(
        kind=cause.kind,
        slot=cause.slot,
        leaned_on=cause.leaned_on,
        adopted=cause.adopted,
        root=cause.root,
        sentence=cause.sentence,
    )


class _Teller:
    """Says of stale approvals what a person needs to decide on them."""

    def __init__(
        self,
        house: House,
        conn: reads.Connection,
        who: Session,
        production: str,
        policy: Policy,
        roles: frozenset[Role],
    ) -> None:
        self._house = house
        self._conn = conn
        self._who = str(who.person)
        self._production = production
        self._policy = policy
        self._roles = roles
        self._names = Names.read(conn)
        self._slots = reads.slots(conn, production)
        self._rows = {row.task.id: row for row in reads.tasks(conn, production)}
        self._takes: dict[str, dict[str, Take]] = {}
        self._thumbs: dict[str, NDArray[np.float32] | None] = {}

    def _take(self, pair: Pair) -> Take:
        task, content = pair
        if not self._takes:
            for take in reads.takes_in(self._conn, self._production):
                self._takes.setdefault(take.task, {})[take.content] = take
        return self._takes[task][content]

    def tell(self, pair: Pair, one: StaleApproval, *, is_now: bool = False) -> StaleApprovalView:
        """One approval that is stale now, or would be."""
        row, take = self._rows[pair[0]], self._take(pair)
        stage = self._policy.stage(row.task.stage)
        gate = self._policy.gate(row.task.stage, one.gate)
        mine = one.verdict.person == self._who
        decides = mine and is_now  # whoever is to confirm it needs to know more
        measured = reads.evidence_on(self._conn, [take.content]) if decides else {}
        return StaleApprovalView(
            task=row.task.id,
            code=row.entity.code,
            title=row.entity.title,
            stage=row.task.stage,
            stage_label=stage.label if stage else row.task.stage,
            take=take.number,
            content=take.content,
            gate=one.gate,
            gate_label=gate.label if gate else one.gate,
            verdict=one.verdict.seq,
            at=one.verdict.at,
            value=one.verdict.value,
            person=self._names.person(one.verdict.person),
            mine=mine,
            causes=[cause_view(cause) for cause in one.causes],
            blocked=self._blocked(pair, one) if decides else "",
            change=self._change(one.causes),
            flagged=any(found.flagged for found in measured.get(take.content, [])),
            poster=poster_of(self._house, take.content) if decides else None,
            gate_hash=gate.hash if gate else "",
            upstream=relevant_slots(self._conn, take, self._slots) if decides else {},
        )

    def _blocked(self, pair: Pair, one: StaleApproval) -> str:
        """Why confirming would not help, or is not this person's to do; empty where it is."""
        row = self._rows[pair[0]]
        gate = self._policy.gate(row.task.stage, one.gate)
        votes = vote_range(gate, self._roles) if gate else None
        if gate is None or votes is None or votes[1] < one.verdict.value:
            return "You have no such vote at this gate any more."
        if one.carried:
            return "It was carried from another take; judge this one on the desk."
        lost = sorted({cause.root for cause in one.causes if cause.kind == "upstream_lost"})
        if lost and all(cause.kind == "upstream_lost" for cause in one.causes):
            return f"It holds again by itself when {' and '.join(lost)} passes again."
        return ""

    def _change(self, causes: Iterable[StaleCause]) -> float | None:
        """How much the picture of what was leaned on changed: mean absolute difference of small thumbs."""
        found = [
            differs
            for cause in causes
            if cause.kind == "upstream" and cause.adopted is not None
            if (differs := self._differs(cause.leaned_on, cause.adopted)) is not None
        ]
        return max(found, default=None)

    def _differs(self, one: str, other: str) -> float | None:
        a, b = self._thumbs_of(one), self._thumbs_of(other)
        return round(float(np.abs(a - b).mean()), 2) if a is not None and b is not None else None

    def _thumbs_of(self, content: str) -> NDArray[np.float32] | None:
        if content not in self._thumbs:
            signature = self._house.queue.find_derived(content, SIGNATURE)
            self._thumbs[content] = read_signature(self._house.store.read(signature)) if signature else None
        return self._thumbs[content]

    def gate_change(self, pair: Pair, gate: str, before: str, after: str) -> GateChangeView:
        """A gate that would answer otherwise."""
        row = self._rows[pair[0]]
        return GateChangeView(
            task=pair[0],
            code=row.entity.code,
            stage=row.task.stage,
            take=self._take(pair).number,
            content=pair[1],
            gate=gate,
            before=before,
            after=after,
        )
