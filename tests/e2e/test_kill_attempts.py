"""Attempts under kill -9: between commit and POST, between POST and answer, during download; paid once each.

`CIRCLETAKE_KILLS` says how many kills there are; 12 without it, 200 for the long run.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from tests.paying_provider import Paying, paying

from circletake.config import read_config
from circletake.domain.attempt import OVER, Wanted
from circletake.ledger import attempts, reads
from circletake.ledger.accounts import Session
from circletake.studio import Studio
from circletake.workflows.make_takes import TakesWish

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(3600)]

KILLS = int(os.environ.get("CIRCLETAKE_KILLS", "12"))
MOMENTS = ("before", "received", "created", "half", "asked")
"""Before a socket opens; while it is read; created and not answered; half fetched; while waiting."""


class Hands:
    """Whoever takes attempts on, in processes that can be killed."""

    def __init__(self, folder: Path) -> None:
        self._zygote = subprocess.Popen(
            [sys.executable, str(Path(__file__).parent / "kill_attempts.py"), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.pid = 0

    def run(self, how: str) -> None:
        """Take on what there is, until that is done or the process is dead."""
        assert self._zygote.stdin
        assert self._zygote.stdout
        self._zygote.stdin.write(f"{how}\n")
        self._zygote.stdin.flush()
        self.pid = int(self._zygote.stdout.readline())
        assert self._zygote.stdout.readline() == "over\n"

    def close(self) -> None:
        """End."""
        assert self._zygote.stdin
        assert self._zygote.stdout
        self._zygote.stdin.close()
        self._zygote.wait()
        self._zygote.stdout.close()


@pytest.fixture
def made(tmp_path: Path) -> Iterator[tuple[Path, Session]]:
    """A studio with a shot, and its producer."""
    folder = tmp_path / "studio"
    with Studio.create(folder) as studio:
        studio.add_person("ana")
        session = studio.session_of(studio.sign_in_by_link(studio.make_link("ana")))
        studio.new_production(
            session, code="spring", title="Spring", rate=Fraction(24), width_px=96, height_px=64
        )
        studio.add_shot(session, "spring", code="SH010", title="", frames=24, source_class="generated")
        studio.generate.set_budget(session, "spring", purse="production", limit="1000")
        studio.generate.set_budget(session, "spring", purse="review", limit="10000")
    yield folder, session
    shutil.rmtree(folder)


@pytest.mark.parametrize("finds", [False, True], ids=["cannot be asked after", "can be asked after"])
def test_whenever_it_is_killed_nothing_is_paid_twice_and_a_person_can_act(
    made: tuple[Path, Session], finds: object
) -> None:
    folder, session = made
    chance = random.Random(7)  # noqa: S311 (chance, not secrecy)
    ends: Counter[str] = Counter()
    kills = 0
    with paying() as fake:
        fake.describe(folder, finds=bool(finds))
        told = (folder / "studio.toml").read_text()
        named = '\n[secrets]\nprovider_paying_file = "key"\n[providers.paying]\n'
        (folder / "studio.toml").write_text(f'{told}{named}file = "paying.toml"\nprices = "prices.toml"\n')
        (folder / "key").write_text("k")
        hands = Hands(folder)
        with Studio.open(folder, config=read_config(folder)) as studio:
            for number in range(KILLS // 2):
                moment = MOMENTS[number % len(MOMENTS)]
                is_armed = [True]

                def kill(what: str, _key: str, moment: str = moment, armed: list[bool] = is_armed) -> None:
                    if what == moment and armed:
                        armed.clear()
                        os.kill(hands.pid, signal.SIGKILL)

                fake.on = kill
                wanted = Wanted(seed=1000 * number, count=chance.randint(1, 2), label="open")
                wish = TakesWish("SH010", "animation", "paying", "a door", "which door", wanted)
                request = studio.generate.ask(session, "spring", wish).id
                hands.run("run before" if moment == "before" else "run")
                kills += moment == "before" or not is_armed
                fake.on = lambda _what, _key: None
                hands.run("run")
                for one in studio.generate.show(session, "spring", request).attempts:
                    ends[f"{moment}: {one.state}"] += 1
                    assert one.state in OVER or one.may == ["resolve"], one
                    _check(fake, studio, one.id)
                    if one.state == "unknown":
                        charged = fake.charged[_key_of(studio, one.id)]
                        studio.generate.resolve(
                            session, "spring", one.id, call="write_off" if charged else "did_not"
                        )
            hands.close()
            assert set(fake.creates.values()) == set(fake.charged.values()) == {1}
            with studio.house.book.reading() as conn:
                production = reads.productions(conn)[0].id
                rows = attempts.attempts_in(conn, production)
                purse = attempts.find_purse(conn, production, "production", production, "USD")
            assert {row.state for row in rows} <= OVER
            assert purse.held_micro == 0
            assert purse.spent_micro == 50_000 * fake.charged.total()
            assert studio.book_verify().holds
            assert studio.book_replay().holds
    told = (
        f"{kills} kills, {len(rows)} attempts, {fake.creates.total()} creates: {dict(sorted(ends.items()))}"
    )
    sys.stdout.write(f"\n{told}\n")
    assert kills == KILLS // 2


def _key_of(studio: Studio, attempt: str) -> str:
    with studio.house.book.reading() as conn:
        row = attempts.find_attempt(conn, attempt)
    assert row is not None
    return row.key


def _check(fake: Paying, studio: Studio, attempt: str) -> None:
    key = _key_of(studio, attempt)
    assert fake.creates[key] <= 1
    assert fake.charged[key] <= 1
    assert len([body for body in fake.bodies if body["key"] == key]) <= 1
