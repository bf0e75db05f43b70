"""A blind second look: no route tells what others said, or was measured, before one's own word."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx2
import pytest

from circletake.checks.run import current_versions
from circletake.config import Config
from circletake.domain.evidence import Evidence, FlagRange
from circletake.domain.time import FrameRange
from circletake.gates.policy import policy_dict, read_policy, shipped
from circletake.ledger import reads
from circletake.studio import Studio
from circletake.web.auth import COOKIE
from circletake.web.description import describe
from circletake.workflows import analyse
from circletake.workflows.bind import bind_production
from circletake.workflows.calls.analyse import told as told_of
from circletake.workflows.house import STUDIO
from circletake.workflows.receive_take import Attempt, record_take, task_of

from .conftest import TRUST, serving, wait_until
from .terminal import Terminal

pytestmark = pytest.mark.e2e

NOTE = "nobody may read this sentence yet"
MEASURED = "the measured number is 471147114711"
KEYS = ("hidden-key-of-dora", "hidden-key-again")
CODE = "spring"
_LEFT_OUT = {"/api/events"}  # a stream; asked by itself
_ENDED = {"done", "failed", "cancelled", "unknown"}
_MOVES = re.compile(r'"(at|book_seq)":\s*("[^"]*"|\d+)')


def found(folder: Path) -> dict[str, str]:
    """Two directors have to circle, each blind to the other; the lead has passed it; dora is yet to judge."""
    with Studio.create(folder, config=Config(workers=1)) as studio:
        people = {}
        for name in ("ana", "dora", "dana", "leo", "arti"):
            studio.add_person(name)
            people[name] = studio.session_of(studio.sign_in_by_link(studio.make_link(name)))
        ana = people["ana"]
        studio.new_production(ana, code=CODE, title="Spring", rate=Fraction(24), width_px=96, height_px=64)
        for name, role in (("dora", "director"), ("dana", "director"), ("leo", "lead"), ("arti", "artist")):
            studio.set_role(ana, CODE, person=name, role=role)
        studio.add_shot(ana, CODE, code="SH010", title="A", frames=24, source_class="drawn")
        data = policy_dict(shipped())
        director = next(one for one in data["stages"] if one["key"] == "animation")["gates"][1]
        director["blind"] = True
        next(rule for rule in director["rules"] if rule["rule"] == "circled")["params"]["n"] = 2
        policy = read_policy(data)
        content = studio.house.store.put_bytes(b"a take of any bytes")
        with studio.house.book.transact() as tx:
            production = reads.find_production(tx.conn, CODE)
            assert production is not None
            tx.append(
                "policy",
                actor=ana.person,
                production=production.id,
                body={"hash": policy.hash, "policy": policy_dict(policy)},
            )
            bind_production(studio.house, tx, production.id)
            take = record_take(
                studio.house,
                tx,
                people["arti"].person,
                task=task_of(tx.conn, production, "SH010", "animation"),
                attempt=Attempt(
                    content=content,
                    makers=(people["arti"].person,),
                    origin="drawn",
                    n_frames=24,
                    rate=Fraction(24),
                    width_px=96,
                    height_px=64,
                ),
            )
        studio.cut_assemble(ana, CODE)
        task = studio.find_task(ana, CODE, "SH010", "animation")
        slot = studio.cut(ana, CODE).slots[0]
        studio.cut_fill(ana, CODE, slot=slot.id, take=take)
        studio.record_verdict(
            people["leo"], task=task, content=content, gate="lead", value=2, key="of the lead"
        )
        return {"task": task, "content": content, "production": production.id}


def measure(studio: Studio, ids: dict[str, str], *, flagged: bool) -> list[str]:
    told = []
    for check, version in current_versions().items():
        evidence = Evidence(
            check=check,
            version=version,
            content=ids["content"],
            summary={"drift": 471147114711},
            sentence=MEASURED,
            flags=(FlagRange(FrameRange(3, 5), "off_model", MEASURED),) if flagged else (),
        )
        told.append(told_of(studio.house.store, evidence))
    with studio.house.book.transact() as tx:
        tx.append("done", actor=STUDIO, body={"job": "j", "op": "analyse"})
        analyse.record(
            studio.house,
            tx,
            {"content": ids["content"], "production": ids["production"], "job": "j"},
            {"derived": {}, "evidence": told},
        )
    return [str(one["evidence"]) for one in told]


def judge(studio: Studio, ids: dict[str, str], value: int) -> None:
    dora = studio.session_of(studio.sign_in_by_link(studio.make_link("dora")))
    for key, given in zip(KEYS, (value, value), strict=True):
        studio.record_verdict(
            dora,
            task=ids["task"],
            content=ids["content"],
            gate="director",
            value=given,
            key=key,
            reasons=["brand.claim"] if value < 0 else [],
            note=NOTE,
        )


@contextmanager
def looking(studio: Studio, name: str) -> Iterator[tuple[httpx2.Client, Any]]:
    """A real server, and a client that is signed in."""
    token = studio.sign_in_by_link(studio.make_link(name))
    with (
        serving(studio) as (server, url),
        httpx2.Client(
            base_url=url, cookies={COOKIE: token}, timeout=30, trust_env=False, verify=TRUST
        ) as client,
    ):
        yield client, server.config.app


def every_route(app: Any, ids: dict[str, str], evidence: list[str]) -> list[str]:  # noqa: ANN401 (FastAPI's app)
    """Every address that can be fetched, with what there is put in."""
    fill = {
        "code": [CODE], "task_id": [ids["task"]], "evidence_id": evidence, "character": ["dog"],
        "shot": ["SH010"],
        "content": [ids["content"]], "seq": ["1"],
    }  # fmt: skip
    paths: list[str] = []
    for path, methods in describe(app)["paths"].items():
        if "get" not in methods or path in _LEFT_OUT:
            continue
        asked = methods["get"].get("parameters", [])
        query = {"slot": "take:SH010/animation", "content": "", "after": "0", "limit": "1000"}
        needed = [f"{one['name']}={query.get(one['name'], '1')}" for one in asked if one["in"] == "query"]
        names = re.findall(r"{(\w+)}", path)
        filled = [path]
        for name in names:
            filled = [one.replace(f"{{{name}}}", value) for one in filled for value in fill.get(name, ["1"])]
        paths += [one + ("?" + "&".join(needed) if needed else "") for one in filled]
    assert len(paths) > 12
    return paths


def answers(folder: Path, ids: dict[str, str], *, value: int, flagged: bool, who: str) -> dict[str, str]:
    """What one person is told by every route, and by the stream, once dora has judged."""
    with Studio.open(folder, config=Config(workers=1)) as studio:
        evidence = measure(studio, ids, flagged=flagged)
        judge(studio, ids, value)
        with looking(studio, who) as (client, app):
            # the server's own runner works off what was ordered; how far it is says nothing of a verdict
            wait_until(lambda: {job["state"] for job in client.get("/api/jobs").json()} <= _ENDED)
            told = {path: client.get(path).text for path in every_route(app, ids, evidence)}
            head = studio.book_seq()
            kinds = []
            with client.stream("GET", "/api/events?after=0") as stream:
                for line in stream.iter_lines():
                    if line.startswith("data: ") and '"kind"' in line:
                        kinds.append(json.loads(line.removeprefix("data: ")))
                        if kinds[-1]["seq"] >= head:
                            break
        told["/api/events"] = json.dumps(kinds)
        told["evidence ids"] = json.dumps(evidence)
        return told


def test_no_route_tells_the_blind_person_and_every_one_tells_afterwards(tmp_path: Path) -> None:
    ids = found(tmp_path / "start")
    worlds = []
    for name, value, flagged in (("circled", 2, False), ("vetoed", -2, True)):
        shutil.copytree(tmp_path / "start", tmp_path / name)
        worlds.append(answers(tmp_path / name, ids, value=value, flagged=flagged, who="dana"))
    for told in worlds:
        evidence = json.loads(told.pop("evidence ids"))
        for path, text in told.items():
            for secret in (NOTE, MEASURED, "471147114711", *KEYS, *evidence):
                assert secret not in text.replace(path, ""), (path, secret)
            assert "brand.claim" not in text or path == "/api/reasons", path
        events = json.loads(told["/api/events"])
        assert sum(one["kind"] == "verdict" for one in events) == 1  # the lead's, at another gate
        assert {"hidden"} <= {one["kind"] for one in events}
    # whatever was said and measured, the blind person reads the same, but for how long the book is
    first, second = worlds
    same = {
        path
        for path in first
        if not path.startswith(("/api/book", "/api/events", "/api/evidence", "/api/door", "/api/account"))
    }
    assert len(same) > 9
    for path in same:
        assert _MOVES.sub("", first[path]) == _MOVES.sub("", second[path]), path
    for told in worlds:
        assert all("still-blind" in text for path, text in told.items() if path.startswith("/api/evidence/"))


def test_others_see_everything_and_so_does_the_blind_person_once_decided(tmp_path: Path) -> None:
    ids = found(tmp_path / "start")
    shutil.copytree(tmp_path / "start", tmp_path / "ana")
    told = answers(tmp_path / "ana", ids, value=-2, flagged=True, who="arti")
    assert NOTE in told[f"/api/tasks/{ids['task']}"]
    assert MEASURED in told[f"/api/tasks/{ids['task']}"]
    with Studio.open(tmp_path / "start", config=Config(workers=1)) as studio:
        measure(studio, ids, flagged=True)
        judge(studio, ids, -2)
        dana = studio.session_of(studio.sign_in_by_link(studio.make_link("dana")))
        before = studio.task(dana, ids["task"]).takes[0]
        assert (before.hidden, before.evidence) == (True, [])
        assert [(gate.key, gate.result) for gate in before.gates] == [
            ("lead", "hidden"), ("director", "hidden")
        ]  # fmt: skip
        assert [one.gate for one in before.verdicts] == ["lead"]
        assert [one.task for one in studio.queue(dana)] == [ids["task"]]
        # flags that nobody showed her she need not answer; the gate waits for that all the same
        after = studio.record_verdict(
            dana, task=ids["task"], content=ids["content"], gate="director", value=2, key="of dana, blind"
        ).takes[0]
        assert (after.hidden, len(after.evidence)) == (False, len(current_versions()))
        assert NOTE in {one.note for one in after.verdicts}
        own = [one for one in after.verdicts if one.person.name == "dana"]
        assert [one.scores_hidden for one in own] == [True]
        assert after.gates[1].result == "unsatisfied"
        again = studio.record_verdict(
            dana,
            task=ids["task"],
            content=ids["content"],
            gate="director",
            value=2,
            key="of dana, seeing",
            answers=[one.id for one in after.evidence if one.flagged],
        ).takes[0]
        assert [one.scores_hidden for one in again.verdicts if one.person.name == "dana"] == [True, False]
        assert studio.book_verify().holds
        assert studio.book_replay().holds


def test_the_command_line_is_as_blind_as_the_desk(tmp_path: Path) -> None:
    ids = found(tmp_path / "start")
    with Studio.open(tmp_path / "start", config=Config(workers=1)) as studio:
        measure(studio, ids, flagged=True)
        judge(studio, ids, -2)
        link = studio.make_link("dana")
    terminal = Terminal(studio=tmp_path / "start", home=tmp_path)
    terminal.run("sign-in", "--link", link)
    for verb in (
        ("take", "show", "SH010", "1"),
        ("take", "list", "SH010"),
        ("queue",),
        ("lineage", "SH010"),
        ("stale",),
        ("book", "show"),
    ):
        told = json.dumps(terminal.json(*verb, "--as", "dana"))
        for secret in (NOTE, MEASURED, "471147114711", "brand.claim", *KEYS):
            assert secret not in told, (verb, secret)
