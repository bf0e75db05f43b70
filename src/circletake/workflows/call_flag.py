"""“That flag was wrong”: what people say about a check's flags. Nothing passes or fails by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from circletake.checks.codec import read_evidence
from circletake.domain.evidence import FlagRange
from circletake.domain.trust import FlagKey, Trust, agreed, trust_of
from circletake.errors import Conflict, NotFound, RoleMissing, StillBlind, VerdictInvalid
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.ledger.flag_calls import FlagCallRow, calls_on, flag_calls_in, standing
from circletake.workflows.flag_views import FlagCallView, FlagView, TrustView
from circletake.workflows.floor import veil_of
from circletake.workflows.house import House, require
from circletake.workflows.show import Names

Said = Literal["right", "wrong", "withdrawn"]
SAID: tuple[Said, ...] = get_args(Said)
_MAX_TEXT = 10_000


@dataclass(frozen=True, slots=True)
class FlagCall:
    """A call as a door hands it in.

    Args:
        evidence: id of the evidence.
        label: of the flag.
        frames: its first frame and its end.
        call: right, wrong, or withdrawn to take one's own back.
        key: made by whoever calls, so that the same call sent twice is recorded once.
        note: why, if there is something to say.
    """

    evidence: str
    label: str
    frames: tuple[int, int]
    call: Said
    key: str
    note: str = ""


def call_flag(house: House, who: Session, call: FlagCall) -> None:
    """Record whether a flag was right; the latest call of each person counts.

    Raises:
        NotFound: there is no such evidence in a production of theirs, or no such flag on it.
        RoleMissing: their role judges nothing, or they made the take.
        StillBlind: the evidence is hidden from them until they gave their verdict.
        VerdictInvalid: a call that cannot be.
        Conflict: nothing of theirs is to be withdrawn, or the key was used for another call.
    """
    if call.call not in SAID or len(call.note) > _MAX_TEXT:
        raise VerdictInvalid(
            f"A flag is called right or wrong, with a note of {_MAX_TEXT} characters at most."
        )
    who.sitting("say whether a flag was right")
    with house.book.transact() as tx:
        row = reads.find_evidence(tx.conn, call.evidence)
        takes = reads.takes_with(tx.conn, row.content) if row else []
        seen = [take for take in takes if reads.roles_of(tx.conn, take.production, str(who.person))]
        if row is None or not seen:
            raise NotFound(f"There is no evidence {call.evidence[:12]} here; reload the page.")
        production = seen[0].production
        require(tx.conn, who, production, "call_flags")
        if row.content in veil_of(house, tx.conn, who, production).contents:
            raise StillBlind(
                "This is hidden until you have given your own verdict on the take; decide first."
            )
        if any(str(who.person) in take.makers for take in seen):
            raise RoleMissing("You made this take; whether its flags are right is for somebody else to say.")
        _check_there(read_evidence(house.store.read(row.id)).flags, call)
        given = flag_calls_in(tx.conn, production)
        if any(one.person == str(who.person) and one.key == call.key for one in given):
            _check_same(given, who, call)
            return
        mine = standing(given).get(_key(call), {}).get(str(who.person))
        if call.call == "withdrawn" and mine is None:
            raise Conflict(
                "You said nothing about this flag that still stands; there is nothing to withdraw."
            )
        tx.append(
            "flag_call",
            actor=who.person,
            session=who.pseudonym,
            production=production,
            body={
                "call": call.call,
                "check": row.check,
                "content": row.content,
                "evidence": row.id,
                "frames": list(call.frames),
                "key": call.key,
                "label": call.label,
                "note": tx.keep_text(call.note) if call.note.strip() else None,
            },
        )


def _key(call: FlagCall) -> FlagKey:
    return call.evidence, call.label, *call.frames


def _check_there(flags: Sequence[FlagRange], call: FlagCall) -> None:
    known = {(flag.label, flag.frames.start, flag.frames.end) for flag in flags}
    if (call.label, *call.frames) not in known:
        raise NotFound(
            f"This evidence has no flag “{call.label}” on frames {call.frames[0]}–{call.frames[1] - 1}; "
            f"reload the page."
        )


def _check_same(given: Sequence[FlagCallRow], who: Session, call: FlagCall) -> None:
    same = next(one for one in given if one.person == str(who.person) and one.key == call.key)
    if (same.flag, same.call) != (_key(call), call.call):
        raise Conflict("This key was used for another call; send the new one with a new key.")


def trust_in(conn: reads.Connection, production: str) -> list[Trust]:
    """How often each label's flags are right in a production, by what people agree on."""
    found = standing(flag_calls_in(conn, production))
    return trust_of(
        (next(iter(people.values())).check, flag[1], agreed(calls_on(people)))
        for flag, people in found.items()
    )


def show_trust(house: House, who: Session, production: str) -> list[TrustView]:
    """How far each check is to be trusted in a production; wrong most often first."""
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "see")
        return [
            TrustView(
                check=one.check,
                label=one.label,
                right=one.right,
                wrong=one.wrong,
                answered=one.answered,
                interval=list(one.interval()),
                quiet=one.is_quiet,
                words=one.words,
            )
            for one in trust_in(conn, found.id)
        ]


def flag_views(
    conn: reads.Connection,
    who: Session,
    production: str,
    evidence: reads.EvidenceRow,
    flags: Sequence[FlagRange],
) -> list[FlagView]:
    """Flags of some evidence as pages show them: those of checks that are mostly wrong here come last."""
    given = standing(flag_calls_in(conn, production))
    trusted = {(one.check, one.label): one for one in trust_in(conn, production)}
    people = Names.read(conn)
    views = []
    for flag in flags:
        calls = given.get((evidence.id, flag.label, flag.frames.start, flag.frames.end), {})
        trust = trusted.get((evidence.check, flag.label))
        views.append(
            FlagView(
                start=flag.frames.start,
                end=flag.frames.end,
                label=flag.label,
                sentence=flag.sentence,
                strength=flag.strength,
                calls=[
                    FlagCallView(
                        seq=one.seq, at=one.at, person=people.person(one.person), call=one.call, note=one.note
                    )
                    for one in sorted(calls.values(), key=lambda one: one.seq)
                ],
                mine=calls[str(who.person)].call if str(who.person) in calls else "",
                agreed=agreed(calls_on(calls)) or "",
                trust=trust.words if trust else "",
                quiet=trust is not None and trust.is_quiet,
            )
        )
    return sorted(views, key=lambda view: view.quiet)
