"""A program to be watched: gives verdicts and orders jobs, and says `gave KEY` after each is acknowledged.

python power_writer.py FOLDER TASK CONTENT COUNT
"""

import os
import sys
from pathlib import Path

from circletake.ledger import accounts
from circletake.ledger.accounts import Session
from circletake.studio import Studio
from circletake.work.job import Offer, job_key
from circletake.workflows.give_verdict import Call, give_verdict

_NOTE = "Look at the left hand again, please. " * 12


def run(folder: Path, task: str, content: str, count: int) -> None:
    """Give so many verdicts, some with a note; every fifth time a job goes to the queue as well."""
    with Studio.open(folder) as studio:
        house = studio.house
        with house.book.reading() as conn:
            who = Session(person=accounts.get_person(conn, "lea"), pseudonym="n_lea")
        os.write(1, b"opened\n")
        for number in range(count):
            key = f"power-{number}"
            note = _NOTE if number % 3 == 0 else None
            value = (0, -1, 1)[number % 3]
            reasons = ["style.line"] if value < 0 else []
            call = Call(
                task=task, content=content, gate="lead", value=value, key=key, reasons=reasons, note=note
            )
            give_verdict(house, who, call)
            os.write(1, f"gave {key}\n".encode())
            if number % 5 == 0:
                job = job_key("power", version=1, params={"number": number}, inputs=[])
                house.queue.offer([Offer(job, "power", {"number": number})])


if __name__ == "__main__":
    run(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))
