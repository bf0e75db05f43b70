"""Checkpoints of the book: signed at every seal, every hour if entries came, and when somebody asks.

The witnesses that settings name are shown the newest one. What goes wrong with a witness is kept and
shown, and it is asked again; the book waits for none of them.
"""

import logging
import threading
from datetime import datetime, timedelta

from circletake.errors import CircletakeError
from circletake.ledger import accounts
from circletake.ledger.checkpoint import Made, check_continues, checkpoints, make_checkpoint
from circletake.ledger.signer import Signer
from circletake.ledger.transaction import read_head
from circletake.ledger.witness import Witnessed, ask, is_due, keep_answer, witnessed
from circletake.workflows.house import House
from circletake.workflows.views import CheckpointView, WitnessView

KEYS = "keys"
_AT_MOST = timedelta(hours=1)
_LOOK_S = 60.0
_log = logging.getLogger(__name__)


def signer_of(house: House) -> Signer:
    """The key of this studio; made when it is first needed."""
    return Signer(house.folder / KEYS)


def check_signable(house: House) -> None:
    """Make sure that the book continues what was signed of it.

    Raises:
        CheckpointRefused: it does not.
    """
    signer = signer_of(house)
    last = signer.last()
    with house.book.reading() as conn:
        check_continues(conn, signer, read_head(conn), last)


def take_checkpoint(house: House) -> Made | None:
    """Sign what the book is now and show it to every witness; None of an empty book.

    Raises:
        CheckpointRefused: the book is not a continuation of what this key signed last.
    """
    made = make_checkpoint(house.book, signer_of(house))
    if made is not None:
        _show(house, made, at_once=True)
    return made


def renew_key(house: House) -> Signer:
    """Put the key away and make a new one: what is signed from now on is another log."""
    return signer_of(house).retire()


def _show(house: House, made: Made, *, at_once: bool) -> None:
    now = accounts.utc_now()
    before = _answers(house).get((made.name, made.size), {})
    for name, witness in house.witnesses.items():
        known = before.get(name)
        if not (known and known.holds) and (at_once or is_due(known, now)):
            answer = ask(witness, made)  # outside the transaction: it may take its time
            with house.book.transact() as tx:
                keep_answer(tx.conn, made, name, answer, at=now.isoformat())


def _answers(house: House) -> dict[tuple[str, int], dict[str, Witnessed]]:
    with house.book.reading() as conn:
        found = witnessed(conn)
    answers: dict[tuple[str, int], dict[str, Witnessed]] = {}
    for one in found:
        answers.setdefault((one.name, one.size), {})[one.witness] = one
    return answers


def show_checkpoints(house: House) -> list[CheckpointView]:
    """Every checkpoint, newest first, with what witnesses said."""
    answers = _answers(house)
    with house.book.reading() as conn:
        found = checkpoints(conn)
    return [
        CheckpointView(
            size=made.size,
            root=made.root.hex(),
            at=made.at,
            key=made.key,
            note=made.note,
            witnesses=[
                WitnessView(
                    witness=one.witness, at=one.at, tries=one.tries, holds=one.holds, sentence=one.sentence
                )
                for one in answers.get((made.name, made.size), {}).values()
            ],
        )
        for made in reversed(found)
    ]


class Keeper:
    """Takes a checkpoint every hour if entries came, and asks witnesses again, while a studio is served."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; a witness that is being asked is not waited for longer than a moment."""
        self._over.set()
        self._thread.join(timeout=1)

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                self.look()
            except CircletakeError as refused:
                _log.warning("no checkpoint: %s", refused.message)
            except Exception:  # noqa: BLE001 (the next hour's is tried all the same)
                _log.exception("no checkpoint")
            self._over.wait(_LOOK_S)

    def look(self, now: datetime | None = None) -> None:
        """Do what is due."""
        signer, house = signer_of(self._house), self._house
        with house.book.reading() as conn:
            last = next((made for made in reversed(checkpoints(conn)) if made.name == signer.name), None)
        since = (now or accounts.utc_now()) - datetime.fromisoformat(last.at) if last else None
        if since is None or not timedelta(0) <= since < _AT_MOST:
            last = make_checkpoint(house.book, signer)
        if last is not None:
            _show(house, last, at_once=False)
