"""The shot page: every stage with its takes, and one history of who decided what, why, on which bytes.

What is hidden from somebody until they decide (`circletake.workflows.veil`) is not told here either.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from circletake.domain.entity import Entity
from circletake.domain.lineage import slot_of
from circletake.domain.policy import Policy
from circletake.domain.take import Take
from circletake.domain.verdict import VALUE_NAMES
from circletake.errors import NotFound
from circletake.gates.reasons import reasons_of
from circletake.ledger import history, reads, remarks
from circletake.ledger.accounts import Session
from circletake.ledger.history import Entered
from circletake.ledger.transaction import read_head
from circletake.workflows.cut_book import frames_in_cut
from circletake.workflows.floor import seen_floor, veil_of
from circletake.workflows.house import House, require
from circletake.workflows.shot_views import ShotLineView, ShotStageView, ShotTakeView, ShotView
from circletake.workflows.show import Names, posters_of, production_view
from circletake.workflows.show_task import take_state
from circletake.workflows.veil import Veil


def show_shot(house: House, who: Session, production: str, code: str) -> ShotView:
    """A shot, or anything else that takes are made for, with its history.

    Raises:
        NotFound: nothing of this code is in a production of theirs.
    """
    with house.book.reading() as conn:
        found, roles = require(conn, who, production, "see")
        entity = reads.find_entity(conn, found.id, code)
        if entity is None:
            raise NotFound(f"There is no {code} in {found.title}; the board lists what there is.")
        policy = house.policy(conn, found.policy)
        veil = veil_of(house, conn, who, found.id)
        rows = reads.tasks_of_entities(conn, found.id, [entity.id])
        tasks = [row.task.id for row in rows]
        floor = seen_floor(house, conn, who, found.id, veil=veil, tasks=tasks)
        takes = [take for task in tasks for take in floor.takes.get(task, [])]
        told = _Told(conn, entity, policy, Names.read(conn), veil, rows, takes)
        lines = sorted(told.lines(), key=lambda line: line.seq, reverse=True)
        evidence = reads.evidence_on(conn, (take.content for take in takes))
        in_cut = frames_in_cut(conn, found.id)
        seq = read_head(conn).seq
    posters = posters_of(house, {take.content for take in takes})
    flags = {
        content: sum(one.flagged for one in measured)
        for content, measured in evidence.items()
        if content not in veil.contents
    }
    stages = [
        ShotStageView(
            task=row.task.id,
            stage=stage.key,
            label=stage.label,
            status=floor.status(row, stage),
            takes=[
                replace(
                    told.take(take),
                    state=take_state(floor, stage, take),
                    poster=posters.get(take.content),
                    flags=flags.get(take.content, 0),
                    in_cut=take.content in in_cut,
                )
                for take in reversed(floor.takes.get(row.task.id, []))
            ],
        )
        for stage in policy.stages
        for row in rows
        if row.task.stage == stage.key
    ]
    return ShotView(
        production=production_view(found, roles),
        entity=entity.id,
        kind=entity.kind,
        code=entity.code,
        title=entity.title,
        frames=entity.frames,
        source_class=entity.source_class,
        stages=stages,
        lines=lines,
        hidden=any(take.hidden for stage in stages for take in stage.takes),
        book_seq=seq,
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """What the book says of one entity, as one person may read it."""

    conn: reads.Connection
    entity: Entity
    policy: Policy
    people: Names
    veil: Veil
    rows: list[reads.TaskRow]
    takes: list[Take]

    def lines(self) -> Iterator[ShotLineView]:
        """Everything that happened, in no order."""
        if not self.rows:
            return
        yield from self._arrivals()
        verdicts = history.verdicts_at(self.conn, self._tasks)
        yield from self._verdicts(verdicts)
        yield from self._follow_ups(verdicts)
        yield from self._overrides()
        yield from self._notes_and_changes()
        yield from self._adoptions()
        yield from self._cuts()
        yield from self._deliveries()

    def take(self, take: Take) -> ShotTakeView:
        """A take as its arrival says it, before anything was said of it."""
        parent = next((one.number for one in self.takes if one.id == take.parent), None)
        return ShotTakeView(
            id=take.id,
            number=take.number,
            label=take.label,
            origin=take.origin,
            content=take.content,
            made_by=[self.people.person(maker) for maker in take.makers],
            parent=parent,
            state="review",
            poster=None,
            flags=0,
            in_cut=False,
            hidden=self.veil.hides(take.task, take.content) or take.content in self.veil.contents,
        )

    def _line(
        self, kind: str, entered: Entered, *, task: str = "", content: str = "", gate: str = ""
    ) -> ShotLineView:
        """A line about a content at a task; of a content alone, about the newest take of it."""
        if not task:
            task = next((one.task for one in reversed(self.takes) if one.content == content), "")
        row = next((row for row in self.rows if row.task.id == task), None)
        key = row.task.stage if row else ""
        stage, known = self.policy.stage(key), self.policy.gate(key, gate)
        numbers = [take.number for take in self.takes if (take.task, take.content) == (task, content)]
        return ShotLineView(
            seq=entered.seq,
            at=entered.at,
            kind=kind,
            person=self.people.person(entered.actor),
            task=task,
            stage=key,
            stage_label=stage.label if stage else key,
            take=max(numbers, default=None),
            content=content,
            gate=gate,
            gate_label=known.label if known else gate,
            value=None,
            value_name="",
            reasons=[],
            words=None,
            said="",
            ended="",
            ended_by=None,
        )

    @property
    def _tasks(self) -> list[str]:
        return [row.task.id for row in self.rows]

    def _reasons(self, codes: tuple[str, ...]) -> list[str]:
        families = reasons_of(self.policy)
        labels = {reason.code: reason.label for family in families for reason in family.reasons}
        return [labels.get(code, code) for code in codes]

    def _is_hidden(self, task: str, content: str, person: str) -> bool:
        return person != self.veil.person and self.veil.hides(task, content)

    def _arrivals(self) -> Iterator[ShotLineView]:
        entered = history.takes_entered(self.conn, self._tasks)
        for take in self.takes:
            line = self._line("take", entered[take.seq], task=take.task, content=take.content)
            # the number of this arrival, also where the same content came twice
            yield replace(line, take=take.number, words=take.label or None, said=take.origin)

    def _verdicts(self, verdicts: Sequence[history.Judged]) -> Iterator[ShotLineView]:
        for one in verdicts:
            given = one.verdict
            if given.seq in self.veil.verdicts:
                continue
            said = Entered(given.seq, given.at, given.person)
            line = self._line("verdict", said, task=given.task, content=given.content, gate=given.gate)
            line = replace(
                line,
                value=given.value,
                value_name=VALUE_NAMES[given.value],
                reasons=self._reasons(given.reasons),
                words=self.people.words(given.note),
                said=given.disposition if given.answers else "",
            )
            if one.ended is None:
                yield line
                continue
            yield replace(line, ended="withdrawn" if one.withdrawn else "superseded", ended_by=one.ended.seq)
            if one.withdrawn:
                taken = self._line(
                    "withdrawn", one.ended, task=given.task, content=given.content, gate=given.gate
                )
                yield replace(taken, value=given.value, value_name=VALUE_NAMES[given.value])

    def _follow_ups(self, verdicts: Sequence[history.Judged]) -> Iterator[ShotLineView]:
        """What followed from verdicts by rule: approvals carried to the same frames, deliveries recalled."""
        given = {one.verdict.seq: one.verdict for one in verdicts}
        for one in history.carried_to(self.conn, self._tasks):
            was = given.get(one.verdict)
            if was is None or was.seq in self.veil.verdicts or self.veil.hides(one.task, one.content):
                continue
            line = self._line("carried", one.entered, task=one.task, content=one.content, gate=was.gate)
            line = replace(line, person=self.people.person(was.person), value=was.value)
            yield replace(line, value_name=VALUE_NAMES[was.value], said=f"entry {was.seq}")
        for entered, sealed, verdict in history.recalls_by(self.conn, self._tasks):
            was = given[verdict]
            if was.seq in self.veil.verdicts:
                continue
            line = self._line("recalled", entered, task=was.task, content=was.content, gate=was.gate)
            yield replace(line, person=self.people.person(was.person), said=f"entry {sealed}")

    def _overrides(self) -> Iterator[ShotLineView]:
        for one in remarks.overrides_of(self.conn, *self._tasks):
            if self._is_hidden(one.task, one.content, one.person):
                continue
            entered = Entered(one.seq, one.at, one.person)
            line = self._line("override", entered, task=one.task, content=one.content, gate=one.gate)
            yield replace(
                line,
                reasons=self._reasons((one.code,)),
                words=self.people.words(one.note),
                said=", ".join(one.rules),
            )

    def _notes_and_changes(self) -> Iterator[ShotLineView]:
        notes = {
            one.id: one
            for one in remarks.notes_of(self.conn, *self._tasks)
            if not self._is_hidden(one.task, one.content, one.person)
        }
        for one in notes.values():
            entered = Entered(one.seq, one.at, one.person)
            kind = "answer" if one.reply_to else "note"
            line = self._line(kind, entered, task=one.task, content=one.content)
            yield replace(line, words=self.people.words(one.text) or "(erased)", said=one.severity)
        about = frozenset([*notes, *self._tasks, self.entity.id])
        for change in history.changes_of(self.conn, self.entity.production, about):
            if change.kind == "resolve":
                note = notes[change.about]
                line = self._line("settled", change.entered, task=note.task, content=note.content)
                yield replace(line, words=self.people.words(note.text), said=change.said)
            elif change.kind == "hold":
                kind = "hold" if change.said else "resumed"
                line = self._line(kind, change.entered, task=change.about)
                yield replace(line, words=self.people.words(change.words))
            else:
                yield self._line("omitted" if change.said else "restored", change.entered)

    def _adoptions(self) -> Iterator[ShotLineView]:
        slots = {
            slot_of(self.entity.kind, self.entity.code, row.task.stage): row.task.id for row in self.rows
        }
        for entered, slot, content in history.adoptions_of(self.conn, self.entity.production, sorted(slots)):
            yield self._line("adopted" if content else "emptied", entered, task=slots[slot], content=content)

    def _cuts(self) -> Iterator[ShotLineView]:
        before: set[history.Placed] = set()
        for entered, now in history.cut_versions(self.conn, self.entity.production, self.entity.code):
            for kind, moved in (("cut_in", now - before), ("cut_out", before - now)):
                for content in sorted({one.content for one in moved}):
                    yield self._line(kind, entered, content=content)
            before = now

    def _deliveries(self) -> Iterator[ShotLineView]:
        contents = frozenset(take.content for take in self.takes)
        for one in history.deliveries_with(self.conn, self.entity.production, contents):
            for content in sorted(one.contents):
                line = self._line("delivered" if one.folder else "sealed", one.entered, content=content)
                yield replace(line, said=one.folder)
