"""What a board of 2,000 shots × 7 stages costs the server; run with `pytest -m bench -s`."""

import hashlib
import time
from fractions import Fraction
from pathlib import Path

import httpx2
import pytest

from circletake.config import Config
from circletake.gates.policy import policy_dict, read_policy, shipped
from circletake.ledger import reads
from circletake.studio import Studio
from circletake.web.auth import COOKIE
from circletake.workflows.found_production import add_entity
from circletake.workflows.house import STUDIO

from .served import cpu_s, in_a_process

SHOTS, STAGES, ASKED = 2_000, 7, 20


def fill(studio: Studio) -> str:
    """2,000 shots, a task at each of 7 stages, a take on each, a verdict on most; a session's token."""
    studio.add_person("ana")
    studio.add_person("arti")
    token = studio.sign_in_by_link(studio.make_link("ana"))
    ana = studio.session_of(token)
    arti = studio.session_of(studio.sign_in_by_link(studio.make_link("arti")))
    studio.new_production(ana, code="p", title="P", rate=Fraction(24), width_px=96, height_px=64)
    studio.set_role(ana, "p", person="ana", role="lead")
    document = policy_dict(shipped())
    stage = next(one for one in document["stages"] if one["key"] == "animation")
    document["stages"] = [{**stage, "key": f"stage{n}", "label": f"Stage {n}"} for n in range(STAGES)]
    policy = read_policy(document)
    document = policy_dict(policy)
    gate = policy.stages[0].gates[0]
    with studio.house.book.transact() as tx:
        found = reads.find_production(tx.conn, "p")
        assert found is not None
        here = {"production": found.id}
        tx.append("policy", actor=ana.person, body={"hash": policy.hash, "policy": document}, **here)
        for shot in range(SHOTS):
            tasks = add_entity(
                tx,
                STUDIO,
                production=found.id,
                policy=policy,
                kind="shot",
                code=f"SH{shot:05}",
                title=f"Shot {shot}",
                frames=48,
            )
            for place, (key, task) in enumerate(tasks.items()):
                content = hashlib.sha256(task.encode()).hexdigest()
                tx.append(
                    "take",
                    actor=arti.person,
                    **here,
                    body={
                        "take": f"k{shot}_{place}",
                        "task": task,
                        "number": 1,
                        "content": content,
                        "makers": [str(arti.person)],
                        "origin": "drawn",
                        "n_frames": 48,
                        "size": [96, 64],
                        "rate": [24, 1],
                    },
                )
                said = policy.stage(key)
                assert said is not None
                for one in said.gates:
                    result = "satisfied" if (shot + place) % 3 else "unsatisfied"
                    body = {"task": task, "content": content, "gate": one.key, "result": result}
                    tx.append("bound", actor=STUDIO, **here, body=body)
                if (shot + place) % 3:
                    given: dict[str, object] = {
                        "task": task,
                        "content": content,
                        "gate": gate.key,
                        "value": 2,
                        "key": f"{shot}-{place}-key",
                        "gate_hash": said.gates[0].hash,
                        "policy": policy.hash,
                    }
                    tx.append("verdict", actor=ana.person, session="n_1", **here, body=given)
    return token


@pytest.mark.bench
def test_the_board_of_a_feature_film(tmp_path: Path) -> None:
    with Studio.create(tmp_path / "studio", config=Config(workers=1)) as studio:
        began = time.monotonic()
        token = fill(studio)
        entries = studio.book_seq()
        print(f"\nfilled in {time.monotonic() - began:.0f} s: {entries} entries")  # noqa: T201 (a bench prints)
        ana = studio.session_of(token)
        task = studio.board(ana, "p").rows[0].cells[0]
        assert task is not None
    with (
        in_a_process(tmp_path / "studio") as (url, pid),
        httpx2.Client(base_url=url, cookies={COOKIE: token}, timeout=300, trust_env=False) as client,
    ):

        def ask(name: str, times: int) -> None:
            spent, waited = cpu_s(pid), time.monotonic()
            for _ in range(times):
                answer = client.get("/api/productions/p/board")
                assert len(answer.json()["rows"]) == SHOTS + 1
            spent, waited = cpu_s(pid) - spent, time.monotonic() - waited
            size = len(answer.content)
            print(  # noqa: T201 (a bench prints)
                f"{name}: {1000 * spent / times:.1f} ms CPU a request, {1000 * waited / times:.1f} ms with "
                f"the client's reading, {size / 1e6:.2f} MB"
            )

        client.get("/api/me")
        ask("first, worked out from nothing", 1)
        ask("nothing new", ASKED)
        spent = 0.0
        for turn in range(ASKED):
            sent = {"reason": f"turn {turn}"}
            assert client.post(f"/api/tasks/{task.task}/hold", json=sent).is_success
            before = cpu_s(pid)
            client.get("/api/productions/p/board")
            spent += cpu_s(pid) - before
        print(f"after one entry: {1000 * spent / ASKED:.1f} ms CPU a request")  # noqa: T201 (a bench prints)
