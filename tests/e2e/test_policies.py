"""Policies, overrides, notes and consents through both doors, on a real server and in a real terminal."""

import itertools
from pathlib import Path
from typing import Any

import pytest

from circletake.gates.policy import shipped_text

from .conftest import Served, draw_film
from .terminal import Terminal

pytestmark = pytest.mark.e2e

_keys = (f"policy-{n:06}" for n in itertools.count())
# The lead's gate lets a producer override what was measured, and asks for consent and settled notes.
LENIENT = (
    shipped_text("animation")
    .replace(
        """label = "Lead"
vote""",
        """label = "Lead"
override = { roles = ["producer"], rules = ["watched", "circled", "fresh_evidence"] }
vote""",
    )
    .replace(
        """  { rule = "circled", params = { n = 1, roles = ["lead", "director"] } },
""",
        """  { rule = "circled", params = { n = 1, roles = ["lead", "director"] } },
  { rule = "consent", params = { use = "release" } },
  { rule = "no_open_notes", params = { severity = "issue" } },
  { rule = "watched", params = { share = 50 } },
""",
    )
)


def place(text: str, value: str) -> str:
    """Where a value stands, as errors say it."""
    line = next(number for number, one in enumerate(text.split("\n"), start=1) if value in one)
    return f"mine.toml:{line}:{text.split(chr(10))[line - 1].index(value) + 1}"


def answered(answer: Any, status: int = 200) -> Any:  # noqa: ANN401 (JSON)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_over_http_a_policy_is_proposed_looked_at_judged_and_adopted(served: Served) -> None:
    with served.client("ana") as ana, served.client("leo") as leo, served.client("olaf") as olaf:
        names = [one["name"] for one in answered(ana.get("/api/policies"))]
        assert names == ["animation", "brand_spot", "localisation", "remix", "solo"]
        assert answered(ana.get("/api/policies/solo"))["stages"][0]["gates"][0]["asks"]
        wrong = LENIENT.replace("share = 50", "share = 500")
        refused = answered(ana.post("/api/policies/check", json={"text": wrong, "file": "mine.toml"}), 422)
        assert refused["code"] == "policy-invalid"
        assert refused["detail"].startswith(f"{place(wrong, '{ share')}: No team could ever satisfy this")
        at = "/api/productions/spring/policy"
        before = answered(ana.get(at))
        answered(olaf.get(at), 404)
        told = answered(ana.post(f"{at}/preview", json={"text": LENIENT}))
        assert told["from_hash"] == before["hash"]
        task = answered(ana.post(f"{at}/propose", json={"text": LENIENT, "file": "mine.toml"}))
        answered(leo.post(f"{at}/adopt", json={}), 403)
        closed = answered(ana.post(f"{at}/adopt", json={}), 409)
        assert closed["code"] == "gate-closed"
        take = task["takes"][0]
        answered(
            ana.post(
                "/api/verdicts",
                json={
                    "task": task["id"],
                    "content": take["content"],
                    "gate": "producer",
                    "value": 2,
                    "gate_hash": take["gates"][0]["hash"],
                    "key": next(_keys),
                },
            )
        )
        assert answered(ana.get(f"{at}/preview", params={"take": 1}))["to_hash"] == take["content"]
        assert answered(ana.post(f"{at}/adopt", json={}))["hash"] == take["content"]
    a_note_stands_in_the_way_an_override_is_shown_and_consent_is_asked_for(served)


def a_note_stands_in_the_way_an_override_is_shown_and_consent_is_asked_for(served: Served) -> None:
    """Under the policy that was adopted."""
    with served.client("ana") as ana, served.client("leo") as leo:
        task = served.task()
        take = task.takes[0]
        gate = take.gates[0]
        about = {"task": task.id, "content": take.content}
        noted = answered(
            leo.post(
                "/api/notes",
                json={
                    **about,
                    "text": "The square jumps.",
                    "ranges": [{"start": 2, "end": 4}],
                    "regions": [{"frame": 2, "x": 0, "y": 0, "width": 5000, "height": 5000}],
                    "key": next(_keys),
                },
            )
        )
        note = noted["takes"][0]["notes"][0]
        assert note["regions"] == [[2, 0, 0, 5000, 5000]]
        done = {"disposition": "waive", "key": next(_keys)}
        settled = answered(leo.post(f"/api/notes/{note['id']}/resolve", json=done))
        assert settled["takes"][0]["notes"][0]["disposition"] == "waive"
        let = {
            **about,
            "gate": "lead",
            "code": "story.intent",
            "note": "It is meant to jump.",
            "gate_hash": gate.hash,
            "upstream": task.upstream,
            "key": next(_keys),
        }
        answered(leo.post("/api/overrides", json=let), 403)
        shown = answered(ana.post("/api/overrides", json=let))["takes"][0]
        assert shown["gates"][0]["result"] == "overridden"
        # it may be measured by now or not
        assert {"circled", "watched"} <= set(shown["gates"][0]["override"]["rules"])
        assert shown["overrides"][0]["person"]["name"] == "ana"
        watched = answered(
            leo.post(
                "/api/verdicts",
                json={
                    **about,
                    "gate": "lead",
                    "value": 2,
                    "answers": [one.id for one in take.evidence if one.flagged],
                    "gate_hash": gate.hash,
                    "upstream": task.upstream,
                    "watched": [{"start": 0, "end": 6}],
                    "dwell_ms": 5000,
                    "key": next(_keys),
                },
            )
        )["takes"][0]
        assert watched["verdicts"][-1]["watched"] == [{"start": 0, "end": 6}]
        assert watched["gates"][0]["result"] in {"satisfied", "overridden"}
        assert watched["overrides"] == shown["overrides"], "for ever"
        held = answered(
            ana.post(
                "/api/productions/spring/consents",
                json={"kind": "consent", "code": "SH010", "subject": "Mia Muster", "uses": ["release"]},
            )
        )
        closed = answered(ana.post(f"/api/productions/spring/consents/{held[0]['id']}/revoke"))
        assert [one["state"] for one in closed] == ["revoked"]
        after = answered(ana.get(f"/api/tasks/{task.id}"))["takes"][0]["gates"][0]
        assert after["result"] == "unsatisfied", "nobody overrides consent"
        assert (
            answered(ana.post("/api/overrides", json=let | {"key": next(_keys)}), 409)["code"]
            == "gate-closed"
        )
        own = answered(ana.get("/api/reasons", params={"production": "spring"}))
        assert own[0]["key"] == "character"


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """A studio of one person, who produces and directs."""
    home = tmp_path_factory.mktemp("policies")
    terminal = Terminal(studio=home / "studio", home=home, env={"CIRCLETAKE_PRODUCTION": "wall"})
    terminal.run(
        "new", str(terminal.studio), "--person", "Ola", "--password-stdin", "-p", "wall", "--size", "96x64",
        stdin="a dry stone wall\n",
    )  # fmt: skip
    terminal.run("person", "role", "Ola", "director")
    terminal.run("shot", "add", "SH010", "--frames", "12")
    draw_film(home / "take.mp4")
    terminal.run("take", "add", "SH010", str(home / "take.mp4"))
    return terminal


def test_in_a_terminal_a_policy_is_checked_line_by_line(floor: Terminal, tmp_path: Path) -> None:
    assert "solo" in floor.run("policy", "list")
    assert "1. Director. It passes when all of this is so:" in floor.run("policy", "explain")
    assert "not counting author, editor" in floor.run("policy", "explain", "remix")
    assert floor.json("policy", "show", "solo")["document"]["name"] == "solo"
    assert floor.run("policy", "show").startswith("animation, ")
    mine = tmp_path / "mine.toml"
    mine.write_text(LENIENT.replace("share = 50", 'share = "half"'), "utf-8")
    said = floor.run("policy", "check", str(mine), code=2)
    where = place(mine.read_text("utf-8"), '"half')
    assert f"{where}: stages[2].gates[0].rules[3].params.share should be a whole number." in said
    mine.write_text("[[stages]\n", "utf-8")
    assert "mine.toml:1:" in floor.run("policy", "check", str(mine), code=2)
    mine.write_bytes(b"\xff\xfe\x00")
    assert "is no text" in floor.run("policy", "check", str(mine), code=2)
    assert "cannot be read" in floor.run("policy", "check", str(tmp_path / "none.toml"), code=3)
    assert "there is animation" in floor.run("policy", "explain", "opera", code=3)


def test_in_a_terminal_a_take_is_noted_overridden_and_held_back_for_consent(
    floor: Terminal, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(LENIENT, "utf-8")
    assert "would change 0 answers" in floor.run("policy", "preview", str(mine))
    assert "Proposed as take 1" in floor.run("policy", "propose", str(mine))
    assert "not approved yet" in floor.run("policy", "adopt", code=1)
    floor.run("verdict", "POLICY", "circled", "--stage", "policy")
    assert "nobody here" in floor.run("policy", "preview") or floor.json("policy", "preview")["lacking"] == []
    floor.run("policy", "adopt")
    floor.run("note", "add", "SH010", "The square jumps.", "--frames", "2-3", "--region", "2@0,0,5000,5000")
    (note,) = floor.json("note", "list", "SH010")
    assert "The square jumps." in floor.run("note", "list", "SH010")
    floor.run("note", "add", "SH010", "It does.", "--reply-to", note["id"])
    why = ("--reason", "story.intent", "--note", "It is meant to jump.")
    assert "no_open_notes does not hold" in floor.run("override", "SH010", *why, code=1)
    floor.run("note", "resolve", note["id"], "waive")
    assert "is OVERRIDDEN at Lead" in floor.run("override", "SH010", *why)
    told = floor.run(
        "verdict", "SH010", "fine", "--gate", "lead", "--watched", "0-11", "--dwell", "3",
        "--severity", "fyi", "--region", "1@0,0,10,10", "--answer", "waive",
    )  # fmt: skip
    assert "Lead is OVERRIDDEN by Ola" in told
    again = floor.run("override", "SH010", "--gate", "lead", *why, code=1)
    assert "passes already" in again
    assert "There is no gate" in floor.run("override", "SH010", "--gate", "client", *why, code=3)
    floor.run("consent", "add", "SH010", "Mia Muster", "--use", "release", "--until", "2020-01-31")
    shown = floor.json("consent", "list")[0]
    floor.run("check")
    assert floor.json("consent", "list")[0]["state"] == "lapsed"
    assert "Mia Muster" in floor.run("consent", "list")
    floor.run("consent", "add", "SH010", "Mia Muster", "--use", "release", "--renews", shown["id"])
    assert floor.json("consent", "list")[0]["state"] == "granted"
    floor.run("consent", "revoke", shown["id"])
    assert floor.json("consent", "list")[0]["state"] == "revoked"
    assert "no region" in floor.run("verdict", "SH010", "seen", "--region", "1,2", code=2)
    assert "no day" in floor.run(
        "consent", "add", "SH010", "Mia", "--use", "release", "--until", "soon", code=2
    )
    assert "character.off_model" in floor.run("reasons", "-p", "wall")
    assert floor.run("book", "verify")
