"""What recipes read of a book is what was written to it, and of nothing else."""

import hashlib
from typing import TYPE_CHECKING

import pytest

from circletake.domain.people import actor_of
from circletake.errors import NotFound
from circletake.gates.policy import policy_dict, read_policy
from circletake.ledger import lineage, reads, sources
from circletake.ledger.canonical import canonical
from circletake.ledger.facts import facts_for, facts_of

if TYPE_CHECKING:
    from tests.unit.ledger.conftest import Floor


def second_production(floor: "Floor") -> None:
    """Another production with a shot, a task and a take of the same content as one here."""
    person = floor.book.entries()[0].actor
    assert person == "p_dana"

    def append(kind: str, actor: str = "p_dana", /, **body: object) -> None:
        with floor.book.transact() as tx:
            tx.append(kind, actor=actor_of(actor), session="n_1", production="pr_2", body=body)

    append(
        "opened",
        production="pr_2",
        code="other",
        title="",
        rate=[25, 1],
        size=[1, 1],
        policy=floor.policy.hash,
    )
    append("entity", entity="e_9", kind="shot", code="SH010", title="", position=1)
    append("task", task="t_9", entity="e_9", stage="animation")
    append("grant", person="p_dana", role="director", granted=True)
    content = floor.take("same")
    append("take", take="k_same_2", task="t_9", number=1, content=content, makers=["p_lea"], origin="drawn",
           n_frames=1, size=[1, 1])  # fmt: skip
    append("evidence", "m_render", evidence="e" * 64, content=content, check="technical", version=1, job="j",
           flagged=True, sentence="")  # fmt: skip
    append("verdict", task="t_9", content=content, gate="director", value=-2, key="other", gate_hash="",
           policy=floor.policy.hash)  # fmt: skip


def test_productions_share_bytes_and_nothing_else(floor: "Floor") -> None:
    second_production(floor)
    content = floor.take("trim", parent="k_same", change="subrange")
    here, there = floor.facts(content), floor.facts(f"{b'same'.hex():0<64}")
    assert here.verdicts == there.verdicts == ()
    assert there.evidence == ()
    assert there.makers == {"p_art"}
    assert here.veto_ancestors == {f"{b'same'.hex():0<64}"}
    with floor.book.reading() as conn:
        assert [found.code for found in reads.productions(conn)] == ["queso", "other"]
        assert len(reads.takes_with(conn, there.content)) == 2
        wrong = [("t_1", content), ("t_9", there.content)]
        with pytest.raises(NotFound, match="several productions"):
            facts_of(conn, wrong, policy=floor.policy, current_versions={}, now="")


def test_a_stage_that_the_policy_does_not_have_has_no_facts(floor: "Floor") -> None:
    content = floor.take("a")
    document = policy_dict(floor.policy)
    document["stages"] = [stage for stage in document["stages"] if stage["key"] != "animation"]
    with floor.book.reading() as conn, pytest.raises(NotFound, match="no stage “animation”"):
        facts_for(
            conn, task="t_1", content=content, policy=read_policy(document), current_versions={}, now=""
        )


def test_a_veto_that_was_given_elsewhere_or_ended_is_no_ancestors_veto(floor: "Floor") -> None:
    parent = floor.take("parent")
    given = floor.verdict("p_dana", parent, "director", -2)
    floor.append("withdraw", "p_dana", verdict=given.seq, key="w")
    content = floor.take("trim", parent="k_parent", change="subrange")
    assert floor.facts(content).verdicts == ()


def test_what_is_read_is_what_was_written(floor: "Floor") -> None:  # noqa: PLR0915 (one book, every read)
    content = floor.take("a", label="first")
    evidence = floor.measure(content, "technical", flagged=True)
    given = floor.verdict("p_dana", content, "director", -2, reasons=["style.line"], ranges=[[1, 3]])
    floor.append("bound", "m_render", task="t_1", content=content, gate="lead", result="satisfied")
    floor.append("bound", "m_render", task="t_1", content=content, gate="lead", result="stale")
    cut = {"number": 1, "parent": None}
    name = hashlib.sha256(canonical(cut)).hexdigest()
    floor.append("cut", cut=cut, hash=name)
    sealed = floor.append("sealed", cut=name, master="d" * 64, record="e" * 64, contents=[content])
    floor.append("done", "m_render", job="job", op="analyse")
    with floor.book.transact() as tx:
        tx.enqueue(op="analyse", args={"content": content}, key="owed")
    with floor.book.reading() as conn:
        assert reads.find_production(conn, "queso") == reads.find_production(conn, "pr_1")
        assert reads.find_production(conn, "nothing") is None
        assert reads.roles_of(conn, "pr_1", "p_dana") == {"director"}
        assert reads.has_policy(conn, floor.policy.hash)
        assert not reads.has_policy(conn, "")
        assert reads.policy_body(conn, floor.policy.hash)["name"] == floor.policy.name
        entity = reads.find_entity(conn, "pr_1", "SH010")
        assert entity is not None
        assert reads.find_entity(conn, "pr_1", "SH999") is None
        assert entity in reads.entities(conn, "pr_1")
        assert reads.next_position(conn, "pr_1", "shot") == 2
        assert reads.next_position(conn, "pr_1", "location") == 1
        row = reads.find_task(conn, "t_1")
        assert row == reads.find_task_of(conn, "e_1", "animation")
        assert row in reads.tasks(conn, "pr_1")
        assert reads.find_task(conn, "t_0") is reads.find_task_of(conn, "e_1", "comp") is None
        take = reads.find_take(conn, "k_a")
        assert take is not None
        assert (take.label, take.content) == ("first", content)
        assert (
            [take]
            == reads.takes_of(conn, "t_1")
            == reads.takes_in(conn, "pr_1")
            == reads.takes_with(conn, content)
        )
        assert reads.find_take(conn, "k_0") is None
        assert reads.slots(conn, "pr_1") == {}
        found = reads.find_evidence(conn, evidence)
        assert reads.evidence_on(conn, [content]) == {content: [found]}
        assert reads.find_evidence(conn, "") is None
        assert reads.flagged_counts(conn, "pr_1") == {"t_1": 1}
        verdict, live = reads.verdicts_of(conn, "t_1")[0]
        assert (verdict.seq, verdict.reasons, live) == (given.seq, ("style.line",), True)
        assert reads.find_verdict(conn, seq=given.seq) == reads.find_verdict(conn, key=given.body["key"])
        assert reads.find_verdict(conn, key="") is None
        assert reads.last_values(conn, "pr_1") == {("t_1", content): [(given.seq, -2)]}
        bound = reads.bound_in(conn, "pr_1")["t_1", content, "lead"]
        assert bound == reads.bound_of(conn, "t_1")[content, "lead"]
        assert (bound.result, bound.ever_satisfied) == ("stale", True)
        row_of_cut = reads.find_cut(conn, "pr_1")
        assert row_of_cut is not None
        assert reads.get_cut_body(conn, name) == row_of_cut.body
        assert reads.find_cut(conn, "pr_9") is None
        assert reads.get_cut_body(conn, "") is None
        assert (
            [one.seq for one in reads.sealed_in(conn, "pr_1")]
            == reads.seals_of(conn, content)
            == [sealed.seq]
        )
        assert reads.seals_of(conn, "") == []
        assert reads.is_recorded(conn, "job")
        assert not reads.is_recorded(conn, "owed")
        assert reads.open_orders(conn) == {"analyse": [{"content": content}]}
        assert reads.may_see(conn, "p_dana", content)
        assert not reads.may_see(conn, "p_nobody", content)


def test_who_gave_verdicts_where_is_read_of_one_production(floor: "Floor") -> None:
    second_production(floor)
    content = f"{b'same'.hex():0<64}"
    first = floor.verdict("p_lea", content, "lead", 1)
    again = floor.verdict("p_lea", content, "lead", 2)
    with floor.book.reading() as conn:
        assert reads.given_by(conn, "pr_1", "p_lea") == {("t_1", content, "lead")}
        assert reads.given_by(conn, "pr_1", "p_dana") == set()
        assert reads.verdict_places(conn, "pr_1") == [
            (seq, "t_1", content, "lead", "p_lea") for seq in (first.seq, again.seq)
        ]


def test_a_slot_counts_for_the_task_that_fills_it_and_for_no_other(floor: "Floor") -> None:
    content = floor.take("a")
    floor.take("b", task="t_2", content=content)
    floor.append("slot", slot="take:SH010/animation", content=content)
    with floor.book.reading() as conn:
        assert lineage.slots_filled_by(conn, "pr_1", {("t_1", content)}) == {
            "take:SH010/animation": ("t_1", content)
        }
        assert lineage.slots_filled_by(conn, "pr_1", {("t_2", content)}) == {}


def test_what_is_shown_is_followed_once_through_whatever_leans_on_it(floor: "Floor") -> None:
    base = floor.take("base", task="t_2")
    left = floor.take("left", leans=[["sheet:queso", base]])
    right = floor.take("right", leans=[["sheet:queso", base]])
    both = floor.take("both", leans=[["take:SH010/animation", left], ["sheet:queso", right]])
    floor.take("again", task="t_2", content=both)  # the same bytes at another task lean on nothing of it
    floor.append("consent", consent="c_1", kind="consent", entity="e_2", subject="00", uses=["show"])
    with floor.book.reading() as conn:
        found = sources.load(conn, [("t_1", both)], {})
    assert found.shown["t_1", both] == {"SH010", "queso"}


def test_a_veto_on_what_a_twin_was_cut_from_is_found_wherever_else_its_bytes_are(floor: "Floor") -> None:
    second_production(floor)
    vetoed = floor.take("vetoed")
    twin = floor.take("twin", parent="k_vetoed", change="subrange")
    floor.take("elsewhere", task="t_2", content=twin)
    theirs = {"take": "k_theirs", "task": "t_9", "number": 2, "content": twin, "makers": ["p_lea"],
              "origin": "drawn", "n_frames": 1, "size": [1, 1]}  # fmt: skip
    with floor.book.transact() as tx:
        tx.append("take", actor=actor_of("p_dana"), session="n_1", production="pr_2", body=theirs)
    parent = floor.take("parent")
    trimmed = floor.take("trim", parent="k_parent", change="subrange")
    floor.take("other", content=trimmed, parent="k_elsewhere", change="subrange", task="t_2")
    with floor.book.transact() as tx:
        for content in (twin, parent):
            body = {"content": content, "essence": "e5" * 32}
            tx.append("essence", actor=floor.machine, production="pr_1", body=body)
    assert {twin, vetoed} <= floor.facts(trimmed).veto_ancestors
