"""Policies: shown in plain words, proposed as takes, looked at before they are in force, adopted.

A policy is content: its canonical JSON, in the store, a take of the entity POLICY, judged at the gate that
the policy in force has for it. Adopting the circled one is an entry of its own. Verdicts keep the gate
they were given at; what no longer stands by it is listed before anything is changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from circletake.checks.protocol import read_params
from circletake.checks.run import current_versions, find_checks
from circletake.domain.facts import PASSES, GateResult
from circletake.domain.policy import Policy
from circletake.domain.production import Production
from circletake.domain.take import Take
from circletake.errors import AlreadyThere, ConfigInvalid, GateClosed, NotFound, PolicyHolds
from circletake.gates.engine import evaluate
from circletake.gates.explain import explain
from circletake.gates.policy import (
    POLICY_STAGE,
    policy_dict,
    read_policy,
    shipped,
    shipped_names,
    with_policy_stage,
)
from circletake.gates.policy_file import read_policy_text, refused_at
from circletake.gates.soundness import faults_of, lacking
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import Transaction, utc_now
from circletake.ledger.canonical import canonical, read_canonical
from circletake.ledger.facts import facts_of, role_map
from circletake.workflows.analyse import order_analyses
from circletake.workflows.bind import ask_gates, bind_takes
from circletake.workflows.found_production import add_entity, fresh_id
from circletake.workflows.house import House, require
from circletake.workflows.receive_take import Attempt, record_take, take_of
from circletake.workflows.views import (
    ExplainedGateView,
    ExplainedStageView,
    PolicyChangeView,
    PolicyNameView,
    PolicyPreviewView,
    PolicyView,
)

ENTITY = "POLICY"
Asked = tuple[str, str, str]  # task, content, gate


def shipped_policies() -> list[PolicyNameView]:
    """Every policy that comes with circletake."""
    return [
        PolicyNameView(name=name, hash=policy.hash, stages=[stage.key for stage in policy.stages])
        for name, policy in ((name, shipped(name)) for name in shipped_names())
    ]


def show_shipped(name: str) -> PolicyView:
    """A policy that comes with circletake, in plain words."""
    policy = shipped(name)
    return _view(policy, (), policy_dict(policy))


def check_text(text: str, *, file: str) -> PolicyView:
    """A policy that somebody wrote, in plain words, if it can be used.

    Raises:
        PolicyInvalid: names file, line and column of what cannot be used.
    """
    policy = _read(text, file=file)
    return _view(policy, (), policy_dict(policy))


def _read(text: str, *, file: str) -> Policy:
    """Read a policy that somebody wrote, and ask the checks there are whether they know their thresholds.

    Raises:
        PolicyInvalid: names file, line and column of what cannot be used.
    """
    policy = read_policy_text(text, file=file)
    checks = find_checks()
    for name, settings in policy.thresholds.items():
        if name not in checks:
            continue  # told as a doubt: its plugin may come
        for setting, value in settings.items():
            try:
                read_params(checks[name].Params, {setting: value}, check=name)
            except ConfigInvalid as wrong:
                path = f"thresholds.{name}.{setting}"
                raise refused_at(path, wrong.message, text=text, file=file) from None
    return policy


def show_policy(house: House, who: Session, production: str) -> PolicyView:
    """The policy in force in a production, and what it asks of people that nobody there could give."""
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "see")
        policy = house.policy(conn, found.policy)
        lacks = lacking(policy, role_map(conn, found.id))
        return _view(policy, lacks, reads.policy_body(conn, found.policy))


def _view(policy: Policy, lacks: Iterable[str], document: dict[str, object]) -> PolicyView:
    return PolicyView(
        name=policy.name,
        hash=policy.hash,
        stages=[
            ExplainedStageView(
                key=stage.key,
                label=stage.label,
                sentence=stage.sentence,
                gates=[
                    ExplainedGateView(
                        key=gate.key,
                        label=gate.label,
                        votes=list(gate.votes),
                        asks=list(gate.asks),
                        also=list(gate.also),
                    )
                    for gate in stage.gates
                ],
            )
            for stage in explain(with_policy_stage(policy))
        ],
        doubts=[fault.sentence for fault in faults_of(policy, checks=find_checks())],
        lacking=list(lacks),
        document=document,
    )


def propose(house: House, who: Session, production: str, *, text: str, file: str) -> str:
    """Record a policy as a take of the production's policy, to be judged at its gate.

    Returns:
        The task at which it is judged.

    Raises:
        PolicyInvalid: it cannot be used, or no team could ever satisfy it; names file, line and column.
        AlreadyThere: it is in force, or was proposed before.
    """
    with house.book.reading() as conn:
        require(conn, who, production, "propose_policy")
    policy = _read(text, file=file)
    content = house.store.put_bytes(canonical(policy_dict(policy)))
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "propose_policy")
        if found.policy == policy.hash:
            raise AlreadyThere(
                f"Exactly this policy is in force in {found.title} already; nothing was added."
            )
        task = _task(house, tx, who, found)
        record_take(
            house,
            tx,
            who.person,
            session=who.pseudonym,
            task=task,
            attempt=Attempt(
                content=content,
                makers=(who.person,),
                origin="policy",
                n_frames=0,
                rate=None,
                width_px=1,
                height_px=1,
                label=policy.name[:200],
                made_by=(("author", who.person),),
            ),
        )
        return task.task.id


def _task(house: House, tx: Transaction, who: Session, production: Production) -> reads.TaskRow:
    entity = reads.find_entity(tx.conn, production.id, ENTITY)
    if entity is None:
        add_entity(
            tx,
            who.person,
            production=production.id,
            policy=house.policy(tx.conn, production.policy),
            kind="policy",
            code=ENTITY,
            title="Policy",
        )
        entity = reads.find_entity(tx.conn, production.id, ENTITY)
    row = reads.find_task_of(tx.conn, entity.id, POLICY_STAGE) if entity else None
    if row is None:
        raise AlreadyThere(f"{ENTITY} is the code of something else here; policies need that code.")
    return row


def _proposals(conn: reads.Connection, production: Production) -> list[Take]:
    entity = reads.find_entity(conn, production.id, ENTITY)
    row = reads.find_task_of(conn, entity.id, POLICY_STAGE) if entity else None
    return reads.takes_of(conn, row.task.id) if row else []


def _proposed(conn: reads.Connection, production: Production, number: int | None) -> Take:
    proposals = _proposals(conn, production)
    if not proposals:
        raise NotFound("Nobody proposed a policy here yet; `circletake policy propose FILE` does.")
    return proposals[-1] if number is None else take_of(conn, proposals[-1].task, number)


def read_proposal(house: House, content: str) -> Policy:
    """A proposed policy, as the store has it.

    Raises:
        PolicyInvalid: this circletake cannot read it.
    """
    return read_policy(read_canonical(house.store.read(content)))


def preview(
    house: House,
    who: Session,
    production: str,
    *,
    number: int | None = None,
    text: str | None = None,
    file: str = "policy.toml",
) -> PolicyPreviewView:
    """What another policy would change, gate by gate and take by take; nothing is recorded.

    Args:
        number: of a proposal; None is the newest.
        text: of a policy that is not even proposed, in place of a number.

    Raises:
        NotFound: nothing is proposed, or not under this number.
    """
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "see")
        given = _read(text, file=file) if text is not None else None
        policy = given or read_proposal(house, _proposed(conn, found, number).content)
        now = utc_now()
        changes = changes_of(
            conn,
            found,
            before=house.policy(conn, found.policy),
            after=with_policy_stage(policy),
            now=now,
        )
        added = _new_tasks(conn, found, with_policy_stage(policy))
        lacks = lacking(with_policy_stage(policy), role_map(conn, found.id))
    return PolicyPreviewView(
        name=policy.name,
        from_hash=found.policy,
        to_hash=policy.hash,
        lost=sum(one.before in PASSES and one.after not in PASSES for one in changes),
        changes=changes,
        new_tasks=len(added),
        lacking=lacks,
        doubts=[fault.sentence for fault in faults_of(policy, checks=find_checks())],
    )


def changes_of(
    conn: reads.Connection, production: Production, *, before: Policy, after: Policy, now: str
) -> list[PolicyChangeView]:
    """Every gate on every take that answers otherwise under another policy, by task, take and gate."""
    old, new = judgement(conn, production.id, before, now=now), judgement(conn, production.id, after, now=now)
    rows = {row.task.id: row for row in reads.tasks(conn, production.id)}
    numbers = {(take.task, take.content): take.number for take in reads.takes_in(conn, production.id)}
    changes: list[PolicyChangeView] = []
    for asked in [*old, *(asked for asked in new if asked not in old)]:
        was, becomes = word(old.get(asked)), word(new.get(asked))
        if was == becomes:
            continue
        task, content, gate = asked
        row = rows[task]
        changes.append(
            PolicyChangeView(
                task=task,
                code=row.entity.code,
                stage=row.task.stage,
                take=numbers[task, content],
                content=content,
                gate=gate,
                before=was,
                after=becomes,
                causes=_causes(new.get(asked), after, row.task.stage, gate),
            )
        )
    return changes


def _causes(result: GateResult | None, policy: Policy, stage: str, gate: str) -> list[str]:
    if result is None:
        where = f"gate “{gate}” at {stage}" if policy.stage(stage) else f"stage “{stage}”"
        return [f"The new policy has no {where}."]
    if result.passes:
        return []
    return [finding.sentence for finding in result.findings if not finding.holds]


def judgement(
    conn: reads.Connection, production: str, policy: Policy, *, now: str
) -> dict[Asked, GateResult]:
    """What every gate of a policy says of every take of a production, whichever policy is in force."""
    stages = {row.task.id: row.task.stage for row in reads.tasks(conn, production)}
    pairs = [
        (take.task, take.content)
        for take in reads.takes_in(conn, production)
        if policy.stage(stages[take.task]) is not None
    ]
    facts = facts_of(conn, pairs, policy=policy, current_versions=current_versions(), now=now)
    return {
        (task, content, result.gate): result
        for (task, content), one in facts.items()
        for result in evaluate(one)
    }


def word(result: GateResult | None) -> str:
    """A gate's answer in one word, as the board remembers it."""
    if result is None:
        return "absent"
    return "stale" if result.only_stale and not result.passes else result.result


def _new_tasks(conn: reads.Connection, production: Production, policy: Policy) -> list[tuple[str, str]]:
    """(entity, stage) of every task that a policy asks for and that is not there."""
    there = {(row.entity.id, row.task.stage) for row in reads.tasks(conn, production.id)}
    return [
        (entity.id, stage.key)
        for entity in reads.entities(conn, production.id)
        for stage in policy.stages
        if entity.kind in stage.kinds and (entity.id, stage.key) not in there
    ]


@dataclass(frozen=True, slots=True)
class Adopted:
    """What adopting a policy did."""

    hash: str
    new_tasks: int


def adopt_policy(
    house: House, who: Session, production: str, *, number: int | None = None, anyway: bool = False
) -> Adopted:
    """Put a proposed policy in force, if it passes the gate that the present one has for it.

    Verdicts stay as they were given. Every gate is asked again, and what the new one measures is ordered.

    Args:
        number: of the proposal; None is the newest that passes.
        anyway: also if it asks for people whom nobody here could be.

    Raises:
        GateClosed: no proposal passes; lists what is missing on the newest, or on the one that was named.
        PolicyHolds: nobody here could do what it asks for; names what.
        AlreadyThere: it is in force already.
    """
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "adopt_policy")
        take = _passing(house, tx, found, number)
        policy = read_proposal(house, take.content)
        if policy.hash == found.policy:
            raise AlreadyThere(f"“{policy.name}” is in force in {found.title} already; nothing was changed.")
        lacks = lacking(with_policy_stage(policy), role_map(tx.conn, found.id))
        if lacks and not anyway:
            raise PolicyHolds(
                f"Nobody here could do all that “{policy.name}” asks for: {' '.join(lacks)} "
                f"Cast the roles first, or adopt it with --anyway.",
                lacking=lacks,
            )
        added = _new_tasks(tx.conn, found, with_policy_stage(policy))
        tx.append(
            "policy",
            actor=who.person,
            session=who.pseudonym,
            production=found.id,
            body={"hash": policy.hash, "policy": policy_dict(policy)},
        )
        for entity, stage in added:
            tx.append(
                "task",
                actor=who.person,
                session=who.pseudonym,
                production=found.id,
                body={"entity": entity, "stage": stage, "task": fresh_id("t")},
            )
        _ask_again(house, tx, found.id, policy)
    return Adopted(hash=policy.hash, new_tasks=len(added))


def _passing(house: House, tx: Transaction, production: Production, number: int | None) -> Take:
    named = _proposed(tx.conn, production, number)
    proposals = [named] if number is not None else _proposals(tx.conn, production)
    for take in reversed(proposals):
        results = ask_gates(house, tx.conn, task=take.task, content=take.content, now=tx.now)
        if all(result.passes for result in results) and (number or take.content != production.policy):
            return take
    results = ask_gates(house, tx.conn, task=named.task, content=named.content, now=tx.now)
    missing = [said for result in results for finding in result.findings for said in finding.missing]
    if not missing:
        raise AlreadyThere("The newest policy that passes is in force already; propose another one.")
    raise GateClosed(f"The policy is not approved yet: {' '.join(missing)}", missing=missing)


def _ask_again(house: House, tx: Transaction, production: str, policy: Policy) -> None:
    known = with_policy_stage(policy)
    wanted: list[tuple[reads.TaskRow, str]] = []
    for row in reads.tasks(tx.conn, production):
        if known.stage(row.task.stage) is None:
            continue
        takes = reads.takes_of(tx.conn, row.task.id)
        bind_takes(house, tx, takes)
        wanted += [(row, take.content) for take in takes]
    order_analyses(house, tx, production, wanted)
