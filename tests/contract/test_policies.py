"""One suite over every policy that comes along, and the promise that a rule is one new file."""

import importlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from circletake.checks.run import current_versions, find_checks
from circletake.domain.facts import ConsentFact, EvidenceFact, Facts
from circletake.domain.people import Role
from circletake.domain.policy import Gate, Policy, Stage
from circletake.domain.time import FrameRange
from circletake.domain.verdict import Verdict
from circletake.gates import rules as rules_folder
from circletake.gates.context import asked_of, may_give
from circletake.gates.engine import evaluate, rules
from circletake.gates.explain import explain
from circletake.gates.policy import policy_dict, read_policy, shipped, shipped_names, shipped_text
from circletake.gates.policy_file import read_policy_text
from circletake.gates.soundness import faults_of, lacking, module_of
from circletake.ledger import verifier
from circletake.plugins import find_members

NOW = "2026-06-15T12:00:00Z"
NAMES = shipped_names()
STAGES = [(name, stage.key) for name in NAMES for stage in shipped(name).stages]


def team_of(policy: Policy) -> dict[str, frozenset[Role]]:
    """As many people for each role as any gate asks for at once; nobody holds two roles."""
    most = max(asked.n for stage in policy.stages for gate in stage.gates for asked in asked_of(gate))
    roles = {role for stage in policy.stages for gate in stage.gates for role in gate.vote}
    return {f"p_{role}{number}": frozenset({role}) for role in sorted(roles) for number in range(most)}


def blank(policy: Policy, stage: Stage) -> Facts:
    """A take by an artist, measured and flagged by every check, with a consent and a permit for any use."""
    uses = tuple(
        str(value)
        for each in policy.stages
        for gate in each.gates
        for call in gate.rules
        for name, value in call.params
        if name == "use"
    )
    return Facts(
        task="t_1",
        content="aa",
        stage=stage,
        makers=frozenset({"p_artist", "m_render"}),
        verdicts=(),
        roles=team_of(policy),
        evidence=tuple(
            EvidenceFact(f"ev_{check}", check, version, flagged=True, sentence="Look.", seq=at)
            for at, (check, version) in enumerate(current_versions().items())
        ),
        current_versions=current_versions(),
        leans={"sheet:max": "s1"},
        upstream={"sheet:max": "s1"},
        veto_ancestors=frozenset(),
        policy=policy.hash,
        now=NOW,
        n_frames=24,
        consents=tuple(
            ConsentFact(id=f"c_{kind}", seq=3, kind=kind, entity="max", uses=uses, until="2026-06-15")
            for kind in ("consent", "permit")
        ),
    )


def work(facts: Facts) -> Facts:
    """Everybody who may gives the highest value they may, having played all of it and answered the flags."""
    given: list[Verdict] = []
    for gate in facts.stage.gates:
        for asked in asked_of(gate):
            able = [
                person
                for person, held in facts.roles.items()
                if may_give(gate, asked, held) and not held & asked.without
            ]
            for person in able[: asked.n]:
                held = facts.roles[person]
                given.append(
                    Verdict(
                        seq=100 + len(given),
                        at=NOW,
                        person=person,
                        task=facts.task,
                        content=facts.content,
                        gate=gate.key,
                        value=max(gate.vote[role][1] for role in held & set(gate.vote)),
                        answers=tuple(one.id for one in facts.evidence),
                        upstream=(("sheet:max", "s1"),),
                        gate_hash=gate.hash,
                        watched=(FrameRange(0, 24),),
                        dwell_ms=60_000,
                    )
                )
    return replace(facts, verdicts=tuple(given))


@pytest.mark.parametrize("name", NAMES)
def test_it_parses_and_is_sound(name: str) -> None:
    policy = read_policy_text(shipped_text(name), file=f"{name}.toml")
    assert policy.name == name
    assert policy == read_policy(policy_dict(policy)) == shipped(name)
    assert faults_of(policy, checks=find_checks()) == []
    assert shipped_text(name).startswith("#"), "it says what it is for"
    assert lacking(policy, team_of(policy)) == []
    assert lacking(policy, {}) != []


@pytest.mark.parametrize("name", NAMES)
def test_it_explains_itself_in_sentences(name: str) -> None:
    for stage, told in zip(shipped(name).stages, explain(shipped(name)), strict=True):
        assert told.sentence.endswith(".")
        for gate, said in zip(stage.gates, told.gates, strict=True):
            assert len(said.asks) == len(gate.rules)
            assert all(not ask[0].islower() and ask.endswith(".") for ask in said.asks)
            assert len(said.votes) == len(gate.vote)
            assert bool(gate.override) is any("overridden for ever" in also for also in said.also)


@pytest.mark.parametrize(("name", "stage"), STAGES)
def test_a_team_of_its_roles_satisfies_it_and_nobody_less(name: str, stage: str) -> None:
    policy = shipped(name)
    found = policy.stage(stage)
    assert found is not None
    facts = blank(policy, found)
    assert not any(result.passes for result in evaluate(facts))
    done = work(facts)
    assert [result.result for result in evaluate(done)] == ["satisfied"] * len(found.gates)
    for at, verdict in enumerate(done.verdicts):
        less = replace(done, verdicts=done.verdicts[:at] + done.verdicts[at + 1 :])
        results = {result.gate: result for result in evaluate(less)}
        assert not results[verdict.gate].passes, "each of them was needed"


@pytest.mark.parametrize(("name", "stage"), STAGES)
def test_machines_and_makers_never_satisfy_it(name: str, stage: str) -> None:
    policy = shipped(name)
    found = policy.stage(stage)
    assert found is not None
    done = work(blank(policy, found))
    machines = tuple(replace(verdict, person=f"m_{verdict.person}") for verdict in done.verdicts)
    roles = done.roles | {f"m_{person}": held for person, held in done.roles.items()}
    assert not any(result.passes for result in evaluate(replace(done, verdicts=machines, roles=roles)))
    everybody = frozenset(done.roles)
    strict = {gate.key for gate in found.gates if asks_others(gate)}
    own = {result.gate: result for result in evaluate(replace(done, makers=everybody))}
    assert not any(own[gate].passes for gate in strict)


def asks_others(gate: Gate) -> bool:
    return any(
        call.rule == "four_eyes" or "maker" in cast("tuple[str, ...]", dict(call.params).get("without", ()))
        for call in gate.rules
    )


@pytest.mark.parametrize("name", sorted(rules()))
def test_every_rule_says_what_it_asks_for_and_the_verifier_knows_it(name: str) -> None:
    module = module_of(name)
    assert module is not None
    assert callable(module.explain)
    assert name in verifier.RULES


OURS = '''
"""Director or two leads: an OR is a rule with a name."""

from dataclasses import dataclass

from circletake.domain.facts import Facts, Finding
from circletake.gates.context import RuleContext, counted, seqs
from circletake.gates.params import read_params


@dataclass(frozen=True, slots=True)
class Params:
    """What a policy may set."""

    leads: int = 2


def rule(facts: Facts, context: RuleContext) -> Finding:
    """Hold when a director circled it, or as many leads did."""
    params = read_params(Params, context.params)
    director = counted(facts, context.gate, roles=("director",))
    leads = counted(facts, context.gate, roles=("lead",))
    holds = bool(director) or len(leads) >= params.leads
    return Finding(
        "director_or_leads",
        holds=holds,
        sentence="It was." if holds else "Neither a director nor enough leads circled it.",
        missing=() if holds else (f"A director circles it, or {params.leads} leads do.",),
        uses=seqs(director or leads),
    )


def never(gate, params):
    """Say why nobody could ever do this, if so."""
    return "leads is 0, which asks for nobody." if params.get("leads", 2) < 1 else None
'''


@pytest.fixture
def ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One new file beside the rules there are."""
    (tmp_path / "director_or_leads.py").write_text(OURS.lstrip(), "utf-8")
    monkeypatch.setattr(rules_folder, "__path__", [*rules_folder.__path__, str(tmp_path)])
    importlib.invalidate_caches()
    find_members.cache_clear()
    yield
    monkeypatch.undo()
    find_members.cache_clear()


@pytest.mark.usefixtures("ours")
def test_a_new_rule_is_one_new_file() -> None:
    asked = {"rule": "director_or_leads", "params": {"leads": 2}}
    data = {
        "name": "ours",
        "stages": [
            {
                "key": "animation",
                "kinds": ["shot"],
                "gates": [
                    {
                        "key": "g",
                        "vote": {"lead": [-2, 2], "director": [-2, 2]},
                        "rules": [{"rule": "circled"}, asked],
                    }
                ],
            }
        ],
    }
    policy = read_policy(data)
    facts = blank(policy, policy.stages[0])
    facts = replace(facts, roles={"p_lea": frozenset({"lead"}), "p_lou": frozenset({"lead"})})
    lea = replace(work(facts).verdicts[0], person="p_lea")
    one, two = (
        replace(facts, verdicts=(lea,)),
        replace(facts, verdicts=(lea, replace(lea, seq=7, person="p_lou"))),
    )
    assert not evaluate(one)[0].passes
    assert evaluate(two)[0].passes
    assert explain(policy)[0].gates[0].asks[1] == "Director or two leads: an OR is a rule with a name."
    asked["params"] = {"leads": 0}
    assert [fault.sentence for fault in faults_of(read_policy(data)) if fault.never] == [
        "animation/g: leads is 0, which asks for nobody."
    ]
