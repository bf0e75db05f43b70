"""A policy is proposed, looked at, judged and adopted; what a change makes stale is what was said before."""

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from circletake.checks.protocol import CheckContext
from circletake.checks.run import get_check
from circletake.errors import (
    AlreadyThere,
    GateClosed,
    NotFound,
    PolicyHolds,
    PolicyInvalid,
    RoleMissing,
    VerdictInvalid,
)
from circletake.gates.policy import policy_dict, read_policy, shipped, shipped_text, with_policy_stage
from circletake.ledger import reads
from circletake.ledger.book import utc_now
from circletake.workflows import policies
from circletake.workflows.views import TaskView

if TYPE_CHECKING:
    from tests.unit.workflows.conftest import Floor

# The director's gate of shots asks for two.
OTHER = shipped_text("animation").replace(
    '{ rule = "order" },\n  { rule = "circled", params = { n = 1,',
    '{ rule = "order" },\n  { rule = "circled", params = { n = 2,',
)


def propose(floor: "Floor", text: str = OTHER, name: str = "dora") -> TaskView:
    return floor.studio.policy_propose(floor[name], "spring", text=text, file="p.toml")


def circle(floor: "Floor", view: TaskView, name: str = "ana", value: int = 2) -> None:
    take = view.takes[-1]
    floor.studio.record_verdict(
        floor[name],
        task=view.id,
        content=take.content,
        gate="producer",
        value=value,
        key=f"policy-{take.number:04d}-{value}",
        reasons=["story.intent"],
    )


def second_director(floor: "Floor") -> None:
    floor.studio.set_role(floor["ana"], "spring", person="ed", role="director")


def test_a_policy_is_judged_like_a_take_and_put_in_force_by_a_producer(floor: "Floor") -> None:
    second_director(floor)
    take = floor.take(b"one")
    floor.measured(take)
    floor.circle(take)
    before = floor.studio.policy(floor["ana"], "spring")
    view = propose(floor)
    assert (view.code, view.stage, view.takes[0].origin, view.takes[0].label) == (
        "POLICY",
        "policy",
        "policy",
        "animation",
    )
    assert [row.code for row in floor.studio.board(floor["ana"], "spring").rows][-1] == "POLICY"
    assert [item.code for item in floor.studio.queue(floor["ana"])] == ["POLICY"]
    with pytest.raises(GateClosed, match="not approved yet"):
        floor.studio.policy_adopt(floor["ana"], "spring")
    circle(floor, view)
    with pytest.raises(RoleMissing):
        floor.studio.policy_adopt(floor["dora"], "spring")
    told = floor.studio.policy_preview(floor["dora"], "spring")
    assert told.lost == 1
    assert [(one.code, one.gate, one.before, one.after) for one in told.changes] == [
        ("SH010", "director", "satisfied", "unsatisfied")
    ]
    assert told.changes[0].causes
    assert floor.status() == "circled", "nothing was changed yet"
    after = floor.studio.policy_adopt(floor["ana"], "spring")
    assert after.hash == told.to_hash != before.hash == told.from_hash
    assert floor.status() == "review"
    verdicts = floor.studio.task(floor["ana"], take.task).takes[0].verdicts
    assert all(one.live for one in verdicts), "the past stays as it was"
    for name in ("dora", "ed"):
        floor.judge(name, take, 2, gate="director")
    assert floor.status() == "circled"
    with pytest.raises(AlreadyThere):
        floor.studio.policy_adopt(floor["ana"], "spring")
    with pytest.raises(AlreadyThere):
        propose(floor)


def test_only_its_wording_changes_nothing(floor: "Floor") -> None:
    take = floor.take(b"one")
    floor.measured(take)
    floor.circle(take)
    text = shipped_text("animation").replace('label = "Director"', 'label = "The director"')
    told = floor.studio.policy_preview(floor["ana"], "spring", text=text)
    assert (told.changes, told.lost, told.new_tasks) == ([], 0, 0)


def test_new_stages_bring_tasks_and_old_ones_take_theirs_away(floor: "Floor") -> None:
    take = floor.take(b"one")
    floor.measured(take)
    floor.circle(take)
    text = (
        shipped_text("animation")
        .replace('key = "animation"', 'key = "comp"')
        .replace('label = "Animation"', 'label = "Comp"')
    )
    told = floor.studio.policy_preview(floor["ana"], "spring", text=text)
    assert told.new_tasks == 2
    assert {(one.before, one.after) for one in told.changes} == {("satisfied", "absent")}
    assert told.changes[0].causes == ["The new policy has no stage “animation”."]
    circle(floor, propose(floor, text))
    floor.studio.policy_adopt(floor["ana"], "spring")
    assert floor.studio.find_task(floor["ana"], "spring", "SH020", "comp")
    assert floor.status(stage="comp") == "todo"
    floor.sheet("max", b"a drawing")  # touches takes of a stage that is no more
    with pytest.raises(NotFound, match="no such stage"):
        floor.judge("leo", take, 2)


def test_a_role_that_nobody_holds_is_told_and_refused_unless_anyway(floor: "Floor") -> None:
    view = propose(floor, shipped_text("brand_spot"))
    told = floor.studio.policy_preview(floor["ana"], "spring")
    assert any("client" in said for said in told.lacking)
    circle(floor, view)
    with pytest.raises(PolicyHolds, match="--anyway") as refused:
        floor.studio.policy_adopt(floor["ana"], "spring")
    assert refused.value.detail["lacking"] == told.lacking
    assert floor.studio.policy_adopt(floor["ana"], "spring", anyway=True).lacking == told.lacking


def test_what_cannot_be_used_is_refused_by_line(floor: "Floor") -> None:
    with pytest.raises(PolicyInvalid, match=r"^p\.toml:11:9: ") as refused:
        propose(
            floor,
            shipped_text("animation").replace(
                'kinds = ["character", "prop", "location", "style"]', "kinds = []"
            ),
        )
    assert (refused.value.detail["line"], refused.value.detail["column"]) == (11, 9)
    with pytest.raises(PolicyInvalid, match="No team could ever"):
        propose(floor, OTHER.replace("n = 2, roles", 'n = 2, without = ["director"], roles'))
    with pytest.raises(RoleMissing):
        propose(floor, name="arti")
    with pytest.raises(NotFound, match="Nobody proposed"):
        floor.studio.policy_preview(floor["ana"], "spring")
    with pytest.raises(NotFound):
        floor.studio.policy_adopt(floor["ana"], "spring")


def test_of_several_the_newest_that_passes_or_the_one_that_is_named(floor: "Floor") -> None:
    second_director(floor)
    first = propose(floor)
    circle(floor, first)
    second = propose(floor, shipped_text("solo"))
    circle(floor, second, value=-1)
    with pytest.raises(GateClosed):
        floor.studio.policy_adopt(floor["ana"], "spring", number=2)
    with pytest.raises(NotFound):
        floor.studio.policy_adopt(floor["ana"], "spring", number=7)
    assert floor.studio.policy_preview(floor["ana"], "spring", number=1).to_hash == first.takes[0].content
    assert floor.studio.policy_adopt(floor["ana"], "spring").hash == first.takes[0].content


def test_a_policy_may_say_itself_how_it_is_changed(floor: "Floor") -> None:
    own = (
        OTHER
        + '\n[[stages]]\nkey = "policy"\nkinds = ["policy"]\n[[stages.gates]]\nkey = "board"\n'
        + "vote = { producer = [-2, 2], director = [-2, 2] }\n"
        + 'rules = [{ rule = "circled", params = { n = 2 } }]\n'
    )
    second_director(floor)
    circle(floor, propose(floor, own))
    floor.studio.policy_adopt(floor["ana"], "spring")
    view = propose(floor, shipped_text("animation"))
    assert [gate.key for gate in view.takes[-1].gates] == ["board"]
    for number, name in enumerate(("ana", "dora")):
        with pytest.raises(GateClosed):
            floor.studio.policy_adopt(floor["ana"], "spring")
        floor.studio.record_verdict(
            floor[name],
            task=view.id,
            content=view.takes[-1].content,
            gate="board",
            value=2,
            key=f"board-{number:06d}",
        )
    assert floor.studio.policy_adopt(floor["ana"], "spring").name == "animation"


def test_reasons_are_those_of_the_production_s_policy(floor: "Floor") -> None:
    text = shipped_text("animation") + (
        '\n[[reasons]]\ndigit = 1\nkey = "music"\nlabel = "Music"\n'
        'words = [{ word = "key", key = "k", label = "wrong key" }]\n'
    )
    circle(floor, propose(floor, text))
    floor.studio.policy_adopt(floor["ana"], "spring")
    assert [one.key for one in floor.studio.reasons(floor["ana"], "spring")] == ["music"]
    assert len(floor.studio.reasons()) == 9
    take = floor.take(b"one")
    with pytest.raises(VerdictInvalid, match=r"say one of music\.key"):
        floor.judge("leo", take, -1, reasons=("style.line",))
    assert floor.judge("leo", take, -1, reasons=("music.key",)).takes[0].verdicts


def test_plain_words_and_shipped_ones_are_there_for_everybody(floor: "Floor") -> None:
    assert [one.name for one in floor.studio.shipped_policies()] == [
        "animation", "brand_spot", "localisation", "remix", "solo",
    ]  # fmt: skip
    told = floor.studio.shipped_policy("solo")
    assert told.stages[0].gates[0].asks
    assert told.document["name"] == "solo"
    mine = floor.studio.policy(floor["arti"], "spring")
    assert mine.stages[-1].key == "policy", "how it is changed is said as well"
    assert mine.document == policy_dict(shipped())
    assert floor.studio.check_policy(OTHER, file="p.toml").doubts == []


GATE = st.fixed_dictionaries(
    {
        "n": st.integers(1, 2),
        "without": st.sampled_from([[], ["maker"], ["author"], ["lead"]]),
        "needed": st.sampled_from([None, [-2], [-2, -1]]),
        "drop": st.sampled_from([None, "fresh_evidence", "not_stale", "four_eyes", "order"]),
        "add": st.sampled_from(
            [
                None,
                {"rule": "watched", "params": {"share": 50}},
                {"rule": "consent", "params": {"needed": 1}},
                {"rule": "no_open_notes", "params": {}},
            ]
        ),
    }
)


def changed(how: dict[str, dict[str, Any]]) -> dict[str, Any]:
    data = policy_dict(shipped())
    data["name"] = "changed"
    for gate in data["stages"][2]["gates"]:
        wish = how[gate["key"]]
        gate["rules"] = [call for call in gate["rules"] if call["rule"] != wish["drop"]]
        gate["rules"] += [wish["add"]] if wish["add"] else []
        for call in gate["rules"]:
            if call["rule"] == "circled":
                call["params"] |= {"n": wish["n"], "without": wish["without"]}
        gate["reason_needed"] = wish["needed"] or gate["reason_needed"]
    return data


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lead=GATE, director=GATE, sheet=st.booleans(), judged=st.lists(st.booleans(), min_size=3, max_size=3))
def test_what_goes_stale_is_what_was_listed_before(
    floor: "Floor", lead: dict[str, Any], director: dict[str, Any], judged: list[bool], *, sheet: bool
) -> None:
    """Whatever the change: the list before it, and what the gates say after it, are the same."""
    number = floor.house.book.head().seq
    floor.sheet("max", f"drawing {number}".encode())
    for at, is_judged in enumerate(judged):
        take = floor.take(f"take {number} {at}".encode(), by=("arti", "dora", "leo")[at])
        floor.measured(take)
        if is_judged:
            floor.judge("leo", take, 2)
            if at != 1:
                floor.judge("dora", take, 2, gate="director")
    if sheet:
        floor.sheet("max", f"another drawing {number}".encode())
    policy = read_policy(changed({"lead": lead, "director": director}))
    with floor.house.book.reading() as conn:
        production = reads.find_production(conn, "spring")
        assert production is not None
        old = floor.house.policy(conn, production.policy)
        before = policies.judgement(conn, production.id, old, now=utc_now())
        listed = policies.changes_of(
            conn, production, before=old, after=with_policy_stage(policy), now=utc_now()
        )
    with floor.house.book.transact() as tx:
        tx.append(
            "policy",
            actor=floor["ana"].person,
            production=production.id,
            body={"hash": policy.hash, "policy": policy_dict(policy)},
        )
        policies._ask_again(floor.house, tx, production.id, policy)
    with floor.house.book.reading() as conn:
        after = policies.judgement(conn, production.id, floor.house.policy(conn, policy.hash), now=utc_now())
        bound = reads.bound_in(conn, production.id)
    told = {(one.task, one.content, one.gate): (one.before, one.after) for one in listed}
    assert told == {
        asked: (policies.word(before[asked]), policies.word(after[asked]))
        for asked in before
        if policies.word(before[asked]) != policies.word(after[asked])
    }
    assert {asked: policies.word(result) for asked, result in after.items()} == {
        asked: bound[asked].result for asked in after
    }, "and the board was told"


ORDERS = "select args from outbox where op = 'analyse' order by seq, key"
STRICT = (
    OTHER
    + """
[thresholds.technical]
freeze_s = 0.25
black_s = "0.5"
"""
)


def test_a_policys_thresholds_reach_the_checks_that_they_are_for(floor: "Floor") -> None:
    second_director(floor)
    floor.take(b"one")
    circle(floor, propose(floor, STRICT))
    floor.studio.policy_adopt(floor["ana"], "spring")
    floor.take(b"two", code="SH020")
    with floor.house.book.reading() as conn:
        asked = [json.loads(args)["settings"]["technical"] for args in conn.exec_driver_sql(ORDERS).scalars()]
    strict = {"black_s": "0.5", "freeze_s": "0.25"}
    assert asked == [{}, strict, strict], "what is there is measured again, what comes as it is asked"
    measured = get_check("technical").begin(CheckContext("0" * 64, 1, Fraction(24), 64, 36, params=asked[-1]))
    assert measured.finish().params["freeze_s"] == "0.25"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("freeze = 1", "The check “technical” has no setting “freeze”; it knows banding_share, "),
        ('freeze_s = "soon"', "The setting “freeze_s” of the check “technical” cannot be 'soon'; "),
    ],
)
def test_a_threshold_that_its_check_does_not_take_is_refused_with_its_line(line: str, said: str) -> None:
    text = f"{OTHER}\n[thresholds.technical]\n{line}\n"
    with pytest.raises(PolicyInvalid) as refused:
        policies.check_text(text, file="p.toml")
    assert refused.value.detail["line"] == text.count("\n")
    assert said in refused.value.message


def test_thresholds_of_a_check_that_is_not_here_are_a_doubt() -> None:
    told = policies.check_text(f"{OTHER}\n[thresholds.moon]\nphase = 1\n", file="p.toml")
    assert told.doubts == ["There is no check “moon” here whose thresholds to set."]
