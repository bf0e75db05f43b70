"""The local pool: calls go to processes, and a death costs only the call it happened to."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from circletake.work.executors.local import LocalExecutor
from circletake.work.executors.port import Call, Handle, Outcome

HERE = Path(__file__).parent


@pytest.fixture
def pool(work_calls: None) -> Iterator[LocalExecutor]:  # noqa: ARG001 - a fixture used for what it does
    executor = LocalExecutor(workers=2)
    yield executor
    executor.close()


def all_of(pool: LocalExecutor, *handles: Handle, within_s: float = 30) -> list[Outcome]:
    until_s = time.monotonic() + within_s
    ended: dict[Handle, Outcome] = {}
    while not ended.keys() >= set(handles):
        assert time.monotonic() < until_s, f"only {sorted(ended)} of {handles} ended"
        ended |= pool.poll(timeout_s=0.2)
    return [ended[handle] for handle in handles]


def a_call(function: str, **args: object) -> Call:
    return Call(f"work_calls:{function}", args)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def test_a_call_returns_its_result_from_another_process(pool: LocalExecutor) -> None:
    outcomes = all_of(pool, *(pool.submit(a_call("double", n=n)) for n in range(6)))
    assert [outcome.result["twice"] for outcome in outcomes] == [0, 2, 4, 6, 8, 10]
    assert {outcome.ending for outcome in outcomes} == {"returned"}
    pids = {outcome.result["pid"] for outcome in outcomes}
    assert os.getpid() not in pids
    assert len(pids) <= pool.capacity == 2
    assert all(outcome.cpu_s > 0 for outcome in outcomes)


def test_a_worker_has_one_thread_before_numpy_is_there(pool: LocalExecutor) -> None:
    names = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "PYTHONSAFEPATH"]
    [outcome] = all_of(pool, pool.submit(a_call("environment", names=names)))
    assert outcome.result == dict.fromkeys(names, "1") | {
        "numpy": False,
        "niceness": min(19, os.nice(0) + 5),
    }


def test_an_error_of_the_family_keeps_its_sentence_and_kind(pool: LocalExecutor) -> None:
    [outcome] = all_of(pool, pool.submit(a_call("refuse")))
    assert (outcome.ending, outcome.kind) == ("refused", "invalid")
    assert outcome.sentence == "This file holds no picture; choose another."


def test_any_other_exception_is_told_with_its_trace(pool: LocalExecutor) -> None:
    [outcome] = all_of(pool, pool.submit(a_call("stumble")))
    assert (outcome.ending, outcome.sentence) == ("raised", "ZeroDivisionError: nothing by nothing")
    assert "in stumble" in outcome.trace


@pytest.mark.parametrize(
    ("function", "says"),
    [("number", "must return a dict"), ("unspeakable", "not JSON serializable"), ("absent", "absent")],
)
def test_what_is_no_json_object_is_an_error_and_the_worker_lives(
    pool: LocalExecutor, function: str, says: str
) -> None:
    [outcome] = all_of(pool, pool.submit(a_call(function)))
    assert outcome.ending in {"raised", "refused"}
    assert says in outcome.sentence
    [after] = all_of(pool, pool.submit(a_call("double", n=1)))
    assert after.result["twice"] == 2


def test_arguments_that_are_no_json_end_the_call_at_once(pool: LocalExecutor) -> None:
    [outcome] = all_of(pool, pool.submit(a_call("double", n=object())))
    assert outcome.ending == "raised"
    assert "could not be started" in outcome.sentence


def test_a_result_larger_than_the_pipe_comes_through(pool: LocalExecutor) -> None:
    [outcome] = all_of(pool, pool.submit(a_call("large", bytes=3_000_000)))
    assert len(str(outcome.result["text"])) == 3_000_000


def test_a_call_that_dies_alone_is_dead_after_one_life(pool: LocalExecutor, tmp_path: Path) -> None:
    [outcome] = all_of(pool, pool.submit(a_call("die", lives=str(tmp_path / "lives"))))
    assert outcome.ending == "died"
    assert "signal 9" in outcome.sentence
    assert (tmp_path / "lives").read_text() == "|"


def test_a_death_beside_others_costs_them_nothing_and_is_tried_alone(
    pool: LocalExecutor, tmp_path: Path
) -> None:
    victim = pool.submit(a_call("die_beside_others", lives=str(tmp_path / "lives")))
    neighbours = [pool.submit(a_call("doze", s=0.6)) for _ in range(3)]
    outcomes = all_of(pool, victim, *neighbours)
    assert outcomes[0].result == {"lived": True}
    assert [outcome.result["frames"] for outcome in outcomes[1:]] == [60, 60, 60]
    assert (tmp_path / "lives").read_text() == "||"


def test_the_guilty_one_dies_twice_and_only_it_is_told_dead(pool: LocalExecutor, tmp_path: Path) -> None:
    guilty = pool.submit(a_call("die", lives=str(tmp_path / "lives")))
    good = [pool.submit(a_call("doze", s=0.2)) for _ in range(4)]
    outcomes = all_of(pool, guilty, *good)
    assert outcomes[0].ending == "died"
    assert {outcome.ending for outcome in outcomes[1:]} == {"returned"}
    assert (tmp_path / "lives").read_text() in {"|", "||"}


def test_a_death_is_noticed_though_a_grandchild_holds_the_pipe(pool: LocalExecutor) -> None:
    began_s = time.monotonic()
    [outcome] = all_of(pool, pool.submit(a_call("die_leaving_a_child")))
    assert outcome.ending == "died"
    assert time.monotonic() - began_s < 2.5


def test_a_worker_killed_while_idle_is_replaced(pool: LocalExecutor) -> None:
    [first] = all_of(pool, pool.submit(a_call("double", n=1)))
    os.kill(int(str(first.result["pid"])), signal.SIGKILL)
    [second] = all_of(pool, pool.submit(a_call("double", n=2)))
    assert second.result["twice"] == 4
    assert second.result["pid"] != first.result["pid"]


def test_progress_reaches_the_parent_while_the_call_runs(pool: LocalExecutor) -> None:
    handle = pool.submit(a_call("doze", s=1.0))
    seen = set()
    while not (ended := pool.poll(timeout_s=0.05)):
        seen.add(pool.progress(handle))
    assert ended[handle].result == {"frames": 100}
    steps = sorted(done for done, total in seen if total == 100)
    assert len(steps) >= 3
    assert steps[-1] > steps[0]


def test_a_cancelled_call_is_told_and_what_it_returns_is_not_a_result(pool: LocalExecutor) -> None:
    handle = pool.submit(a_call("doze", s=20))
    while pool.progress(handle)[0] == 0:
        assert not pool.poll(timeout_s=0.05)
    pool.cancel(handle)
    [outcome] = all_of(pool, handle, within_s=5)
    assert (outcome.ending, outcome.result) == ("cancelled", {})
    assert len(pool.pids) == 1, "the worker that stopped by itself lives on"


def test_a_call_that_does_not_listen_is_killed_after_the_grace(pool: LocalExecutor, tmp_path: Path) -> None:
    handle = pool.submit(a_call("sleep_through", mark=str(tmp_path / "mark")))
    while not (tmp_path / "mark").exists():
        assert not pool.poll(timeout_s=0.05)
    time.sleep(0.2)
    pid = int((tmp_path / "mark").read_text())
    pool.cancel(handle, grace_s=0.3)
    assert pool.poll(timeout_s=0.1) == {}
    [outcome] = all_of(pool, handle, within_s=5)
    assert outcome.ending == "cancelled"
    assert not is_alive(pid)


def test_a_waiting_call_is_cancelled_without_having_begun(pool: LocalExecutor, tmp_path: Path) -> None:
    dozing = [pool.submit(a_call("doze", s=0.4)) for _ in range(2)]
    waiting = pool.submit(a_call("die", lives=str(tmp_path / "lives")))
    pool.cancel(waiting)
    outcomes = all_of(pool, waiting, *dozing)
    assert [outcome.ending for outcome in outcomes] == ["cancelled", "returned", "returned"]
    assert not (tmp_path / "lives").exists()


def test_closing_ends_every_process_at_once(pool: LocalExecutor, tmp_path: Path) -> None:
    pool.submit(a_call("sleep_through", mark=str(tmp_path / "mark")))
    while not (tmp_path / "mark").exists():
        pool.poll(timeout_s=0.05)
    pids = pool.pids
    began_s = time.monotonic()
    pool.close()
    assert time.monotonic() - began_s < 2
    assert pids
    assert not any(is_alive(pid) for pid in pids)


def test_what_a_call_prints_does_not_reach_our_output(
    pool: LocalExecutor, capfd: pytest.CaptureFixture[str]
) -> None:
    all_of(pool, pool.submit(a_call("shout")))
    assert capfd.readouterr().out == ""


PARENT = """
import sys, time
from circletake.work.executors.local import LocalExecutor
from circletake.work.executors.port import Call
if __name__ == "__main__":
    pool = LocalExecutor(workers=1)
    pool.submit(Call("work_calls:sleep_through", {"mark": sys.argv[1]}))
    while True:
        pool.poll(timeout_s=1)
"""


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    script, mark = tmp_path / "parent.py", tmp_path / "mark"
    script.write_text(PARENT, encoding="utf-8")
    path = os.pathsep.join([str(HERE), *sys.path])
    with subprocess.Popen([sys.executable, str(script), str(mark)], env={"PYTHONPATH": path}) as parent:
        until_s = time.monotonic() + 20
        while not mark.exists() or not mark.read_text():
            assert time.monotonic() < until_s
            time.sleep(0.02)
        worker = int(mark.read_text())
        assert is_alive(worker)
        parent.kill()
    until_s = time.monotonic() + 5
    while is_alive(worker):
        assert time.monotonic() < until_s, "the worker outlived its parent"
        time.sleep(0.02)
