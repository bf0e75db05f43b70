"""A program to be killed: judges in processes of their own, each with the real studio open.

python storm_writer.py FOLDER PRODUCTION CODES…

It imports everything once. For each line `NAME SEED` on stdin it forks a child, which opens the studio's
folder as any process does, and gives verdict after verdict until it is killed. Lines on
stdout: `began PID NAME`, `gave KEY SEQ VALUE` once a verdict is acknowledged, `ended PID STATUS` once a
child is gone.
"""

import gc
import os
import random
import select
import sys
import traceback
from pathlib import Path
from typing import NoReturn

from circletake.config import Config, read_config
from circletake.domain.verdict import VALUES
from circletake.errors import StudioMissing, Unavailable
from circletake.ledger import accounts, reads
from circletake.ledger.accounts import Session
from circletake.studio import Studio
from circletake.work.job import job_key
from circletake.workflows.give_verdict import Call, give_verdict

AWAY, WRONG = 3, 9
_ORDERS = 0.2
_GATES = {"lea": "lead", "leo": "lead", "dora": "director"}


def say(*words: object) -> None:
    """Write one line at once, so that it is whole or not there."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def judge(folder: Path, config: Config, production: str, codes: list[str], name: str, seed: int) -> None:
    """Give verdicts until killed; one that could not be had now is sent again with the same key."""
    dice = random.Random(seed)  # noqa: S311 - a test that can be repeated
    with Studio.open(folder, config=config) as studio:
        house = studio.house
        with house.book.reading() as conn:
            person = accounts.get_person(conn, name)
            takes = [take for take in reads.takes_in(conn, production) if take.label in codes]
        who = Session(person=person, pseudonym=f"n_{name}")
        number = 0
        while True:
            take, value = dice.choice(takes), dice.choice(sorted(VALUES.values()))
            call = Call(
                task=take.task,
                content=take.content,
                gate=_GATES[name],
                value=min(VALUES["fine"], value),
                key=f"{name}-{seed}-{number}",
                reasons=["style.line"] if value < 0 else [],
            )
            while True:
                try:
                    seq = give_verdict(house, who, call)
                    break
                except Unavailable:
                    select.select([], [], [], 0.05)
            say("gave", call.key, seq, call.value)
            number += 1
            if dice.random() < _ORDERS:
                key = job_key("storm", version=1, params={"seed": seed, "number": number}, inputs=[])
                try:
                    with house.book.transact() as tx:
                        tx.enqueue(op="storm", args={}, key=key)
                    say("ordered", key)
                except Unavailable:
                    pass


def begin(folder: Path, config: Config, production: str, codes: list[str], name: str, seed: int) -> NoReturn:
    """Be a child; how it ended is its exit status."""
    status = WRONG
    os.close(0)
    say("began", os.getpid(), name)
    try:
        judge(folder, config, production, codes, name, seed)
    except (Unavailable, StudioMissing) as away:  # the database was taken away while it opened
        say("away", away.code)
        status = AWAY
    except BaseException:  # noqa: BLE001 - whatever it was, the test must see it
        traceback.print_exc()
    os._exit(status)


def serve(folder: Path, production: str, codes: list[str]) -> None:
    """Fork a child for every line; say when one is gone."""
    config = read_config(folder)
    with Studio.open(folder, config=config):
        pass  # what is imported only when a database is opened is imported once, too
    gc.freeze()
    living: set[int] = set()
    buffered = b""
    while True:
        ready, _, _ = select.select([0], [], [], 0.002)
        for pid in list(living):
            gone, status = os.waitpid(pid, os.WNOHANG)
            if gone:
                living.remove(pid)
                say("ended", pid, os.waitstatus_to_exitcode(status))
        if not ready:
            continue
        more = os.read(0, 65536)
        if not more:
            return
        *lines, buffered = (buffered + more).split(b"\n")
        for line in lines:
            name, seed = line.decode().split()
            pid = os.fork()
            if pid == 0:
                begin(folder, config, production, codes, name, int(seed))
            living.add(pid)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
