"""What a task leans on, and what leans on it."""

from circletake.domain.lineage import stale_causes
from circletake.domain.take import Take
from circletake.errors import NotFound
from circletake.ledger import lineage, reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import utc_now
from circletake.workflows.bind import Gatekeeper
from circletake.workflows.floor import seen_floor, veil_of
from circletake.workflows.house import House, require
from circletake.workflows.lean import own_slot
from circletake.workflows.show_task import take_state
from circletake.workflows.views import LeaningTakeView, LeanView, LineageView


def show_lineage(house: House, who: Session, task: str) -> LineageView:
    """What a task leans on, and what leans on it.

    Raises:
        NotFound: there is no such task, or it is not in a production of theirs.
    """
    with house.book.reading() as conn:
        row = reads.find_task(conn, task)
        if row is None:
            raise NotFound(f"There is no task {task} here; the board lists them.")
        found, _ = require(conn, who, row.task.production, "see")
        policy = house.policy(conn, found.policy)
        slot = own_slot(row)
        held = reads.slots(conn, found.id)
        rows = {other.task.id: other for other in reads.tasks(conn, found.id)}
        takes = {(take.task, take.content): take for take in reads.takes_in(conn, found.id)}
        own = [take for take in takes.values() if take.task == task]
        leaning = sorted(
            lineage.pairs_leaning_on(conn, found.id, [slot]) - {(take.task, take.content) for take in own}
        )
        veil = veil_of(house, conn, who, found.id)
        keeper = Gatekeeper(conn, found.id, policy, utc_now(), quiet=veil.gates)
        wanted = [(take.task, take.content) for take in own] + leaning
        facts = keeper.facts([pair for pair in wanted if policy.stage(rows[pair[0]].task.stage)])
        floor = seen_floor(house, conn, who, found.id)

        def told(take: Take) -> LeaningTakeView:
            here = rows[take.task]
            stage = policy.stage(here.task.stage)
            known = facts.get((take.task, take.content))
            leans = [lean for lean in lineage.leans_of(conn, take.task) if lean.content == take.content]
            return LeaningTakeView(
                task=take.task,
                code=here.entity.code,
                stage=here.task.stage,
                take=take.number,
                content=take.content,
                state=take_state(floor, stage, take) if stage else "review",
                leans=[
                    LeanView(
                        slot=lean.slot,
                        leaned_on=lean.upstream,
                        adopted=held.get(lean.slot),
                        task=lineage.filler_of(conn, found.id, lean.slot),
                        holds=not causes,
                        sentence=" ".join(cause.sentence for cause in causes),
                    )
                    for lean in leans
                    for causes in [
                        stale_causes({lean.slot: lean.upstream}, held, known.upstream_lost if known else {})
                    ]
                ],
            )

        adopted = takes.get((task, held.get(slot, "")))
        return LineageView(
            task=task,
            code=row.entity.code,
            stage=row.task.stage,
            slot=slot,
            adopted=held.get(slot),
            adopted_take=adopted.number if adopted else None,
            takes=[told(take) for take in own],
            leaned_on_by=[told(takes[pair]) for pair in leaning if pair in takes],
        )
