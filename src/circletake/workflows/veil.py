"""Blind second look: what a person may not see before their own verdict.

At a gate with `blind`, whoever votes there sees neither what others said there nor what machines
measured until they have given a verdict of their own on exactly that content. Every page asks here, and
what it shows is judged on facts from which the hidden ones were taken out: nothing that is derived from
them can show through.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from circletake.domain.facts import Facts, GateResult
from circletake.domain.people import Role
from circletake.domain.policy import Policy
from circletake.ledger import lineage, reads
from circletake.ledger.accounts import Session
from circletake.workflows.views import FindingView

Pair = tuple[str, str]

HIDDEN = "hidden"
SENTENCE = "Hidden until you decide here: what others said, and what was measured."
_SCORES = frozenset({"fresh_evidence", "no_veto", "no_open_notes"})


@dataclass(frozen=True, slots=True)
class Veil:
    """What one person may not see yet, in one production.

    Args:
        person: who looks.
        gates: (task, content) → keys of the blind gates at which they vote and have said nothing yet.
        verdicts: entries of verdicts that are hidden from them, all but their own at those gates.
    """

    person: str = ""
    gates: Mapping[Pair, frozenset[str]] = field(default_factory=dict)
    verdicts: frozenset[int] = frozenset()
    contents: frozenset[str] = frozenset()

    @classmethod
    def read(
        cls,
        conn: reads.Connection,
        who: Session,
        production: str,
        *,
        policy: Policy,
        roles: frozenset[Role],
    ) -> "Veil":
        """What this person may not see of a production; nothing is hidden where no gate is blind."""
        blind = {
            stage.key: frozenset(gate.key for gate in stage.gates if gate.blind and roles & set(gate.vote))
            for stage in policy.stages
        }
        if not any(blind.values()):
            return cls()
        person = str(who.person)
        asked = {
            row.task.id: blind[row.task.stage]
            for row in reads.tasks(conn, production)
            if blind.get(row.task.stage)
        }
        given = reads.given_by(conn, production, person)
        gates: dict[Pair, frozenset[str]] = {}
        for task, content in lineage.contents_of(conn, production):
            left = frozenset(gate for gate in asked.get(task, ()) if (task, content, gate) not in given)
            if left:
                gates[task, content] = left
        return cls(
            person=person,
            gates=gates,
            verdicts=frozenset(
                seq
                for seq, task, content, gate, giver in reads.verdict_places(conn, production)
                if giver != person and gate in gates.get((task, content), ())
            ),
            contents=frozenset(content for _, content in gates),
        )

    def __bool__(self) -> bool:
        """Whether anything is hidden."""
        return bool(self.gates)

    def hides(self, task: str, content: str) -> bool:
        """Whether something about this content at this task is hidden."""
        return (task, content) in self.gates

    def facts(self, facts: Facts) -> Facts:
        """Facts without what is hidden: others' verdicts there, and whether a check points at anything."""
        if not self:
            return facts
        seen = tuple(verdict for verdict in facts.verdicts if verdict.seq not in self.verdicts)
        measured = facts.evidence
        if facts.content in self.contents:
            measured = tuple(replace(one, id="", flagged=False, sentence="") for one in facts.evidence)
        if not self.hides(facts.task, facts.content):
            return replace(facts, verdicts=seen, evidence=measured)
        own_notes = tuple(note for note in facts.notes if note.person == self.person)
        own = tuple(override for override in facts.overrides if override.person == self.person)
        return replace(facts, verdicts=seen, evidence=measured, notes=own_notes, overrides=own)

    def result(self, facts: Facts, result: GateResult) -> str:
        """An answer as this person may hear it: no gate that asks for something hidden says anything."""
        if not self.hides(facts.task, facts.content):
            return result.result
        asks = any(finding.rule in _SCORES for finding in result.findings)
        return HIDDEN if asks or self.silences(facts, result.gate) else result.result

    def silences(self, facts: Facts, gate: str) -> bool:
        """Whether a gate is one at which this person is blind, or comes behind one."""
        return gate in self._silent(facts)

    def findings(self, facts: Facts, result: GateResult, shown: list[FindingView]) -> list[FindingView]:
        """Findings as this person may read them."""
        if not self.hides(facts.task, facts.content):
            return shown
        if result.gate in self._silent(facts):
            return [
                FindingView(rule="blind", holds=False, sentence=SENTENCE, missing=[], stale=False, causes=[])
            ]
        return [
            replace(one, sentence=SENTENCE, missing=[], holds=False, stale=False, causes=[])
            if one.rule in _SCORES
            else one
            for one in shown
        ]

    def _silent(self, facts: Facts) -> set[str]:
        hidden = self.gates.get((facts.task, facts.content), frozenset())
        keys = [gate.key for gate in facts.stage.gates]
        first = min((keys.index(gate) for gate in hidden if gate in keys), default=len(keys))
        return set(keys[first:])

    def covers(self, kind: str, actor: str, body: Mapping[str, Any]) -> bool:
        """Whether an entry of the book is hidden from this person."""
        if not self:
            return False
        pair = (str(body.get("task", "")), str(body.get("content", "")))
        if kind in {"evidence", "flag_call"}:
            return pair[1] in self.contents
        if kind in {"withdraw", "recalled", "carry"}:
            return body.get("verdict") in self.verdicts or (kind == "carry" and pair in self.gates)
        if kind == "bound":
            return pair in self.gates
        if kind in {"note", "drawing"}:
            return actor != self.person and pair in self.gates
        return actor != self.person and body.get("gate") in self.gates.get(pair, ())
