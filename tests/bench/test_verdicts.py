"""Durable verdicts for each second of the server's CPU; run with `pytest -m bench -s`."""

import itertools
import os
import threading
import time
from fractions import Fraction
from pathlib import Path

import httpx2
import pytest

from circletake.config import Config
from circletake.ledger import reads
from circletake.studio import Studio
from circletake.web.auth import COOKIE
from circletake.workflows.receive_take import Attempt, record_take, task_of

from .served import cpu_s, in_a_process

VERDICTS = int(os.environ.get("BENCH_VERDICTS", "400"))
SHOTS = 100
_numbers = itertools.count()


def fill(studio: Studio) -> tuple[str, list[dict[str, object]]]:
    """100 shots with a take each; the lead's token and what each verdict needs."""
    for name in ("ana", "arti", "leo"):
        studio.add_person(name)
    tokens = {name: studio.sign_in_by_link(studio.make_link(name)) for name in ("ana", "arti", "leo")}
    ana, arti, leo = (studio.session_of(tokens[name]) for name in ("ana", "arti", "leo"))
    studio.new_production(ana, code="p", title="P", rate=Fraction(24), width_px=96, height_px=64)
    for name, role in (("arti", "artist"), ("leo", "lead")):
        studio.set_role(ana, "p", person=name, role=role)
    wanted: list[dict[str, object]] = []
    for shot in range(SHOTS):
        studio.add_shot(ana, "p", code=f"SH{shot:04}", title="", frames=24, source_class="drawn")
        with studio.house.book.transact() as tx:
            found = reads.find_production(tx.conn, "p")
            assert found is not None
            row = task_of(tx.conn, found, f"SH{shot:04}", "animation")
            record_take(
                studio.house,
                tx,
                arti.person,
                task=row,
                attempt=Attempt(
                    content=studio.house.store.put_bytes(f"take {shot}".encode()),
                    makers=(arti.person,),
                    origin="drawn",
                    n_frames=24,
                    rate=Fraction(24),
                    width_px=96,
                    height_px=64,
                ),
            )
            for row_ in tx.conn.exec_driver_sql("DELETE FROM outbox RETURNING key").all():
                assert row_  # nothing is to be analysed: what is measured here is verdicts
        task = studio.task(leo, row.task.id)
        wanted.append(
            {
                "task": task.id,
                "content": task.takes[0].content,
                "gate": "lead",
                "gate_hash": task.takes[0].gates[0].hash,
                "upstream": task.upstream,
            }
        )
    return tokens["leo"], wanted


def judge(url: str, token: str, wanted: list[dict[str, object]], many: int) -> None:
    """Give verdicts one after another over one connection."""
    with httpx2.Client(base_url=url, cookies={COOKIE: token}, timeout=120, trust_env=False) as client:
        for _ in range(many):
            number = next(_numbers)
            sent = {
                **wanted[number % len(wanted)],
                "value": (number // len(wanted)) % 2 - 1,
                "reasons": ["style.line"],
                "key": f"bench-{number:08}",
            }
            answer = client.post("/api/verdicts", json=sent)
            assert answer.is_success, answer.text


@pytest.mark.bench
def test_verdicts_for_a_second_of_cpu(tmp_path: Path) -> None:
    with Studio.create(tmp_path / "studio", config=Config(workers=1)) as studio:
        token, wanted = fill(studio)
    with in_a_process(tmp_path / "studio") as (url, pid):
        judge(url, token, wanted, 20)
        for clients in (1, 8, 32):
            each = VERDICTS // clients
            threads = [
                threading.Thread(target=judge, args=(url, token, wanted, each)) for _ in range(clients)
            ]
            spent, began = cpu_s(pid), time.monotonic()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            spent, waited = cpu_s(pid) - spent, time.monotonic() - began
            print(  # noqa: T201 (a bench prints)
                f"\n{clients} clients: {each * clients / spent:.0f} verdicts "
                f"a CPU-second, {each * clients / waited:.0f} a second of wall clock"
            )
    with Studio.open(tmp_path / "studio") as studio:
        given = [entry for entry in studio.house.book.entries(0, 1_000_000) if entry.kind == "verdict"]
        assert len(given) == 20 + sum(VERDICTS // clients * clients for clients in (1, 8, 32))
