"""However people interleave, nothing is sealed unless every gate of everything in it passed at that instant.

The steps are the studio's own recipes, on a real book. What they may do is left to them; what they did
is judged afterwards by an oracle that reads nothing but the entries of the book, is written apart from
the gates, and knows the rules as the design page has them. Actors look first and act later on what they
saw, and others act inside a delivery, between its first look and its transaction.

`CIRCLETAKE_INTERLEAVINGS=10000` runs ten thousand; carrying approvals has its place in `STEPS` once the
house carries any.
"""

import json
import os
import random
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from circletake.checks.run import current_versions
from circletake.cut.document import edit_hash
from circletake.db.connect import migrate_book, open_jobs
from circletake.domain.cut import CutVersion, Slot
from circletake.domain.lineage import CUT_SLOT
from circletake.domain.people import PersonId
from circletake.domain.policy import Policy
from circletake.domain.take import ChangeKind
from circletake.domain.time import FrameRange
from circletake.domain.verdict import Severity
from circletake.errors import Bug, CircletakeError
from circletake.gates.policy import policy_dict, read_policy
from circletake.ledger import accounts, reads, remarks
from circletake.ledger.accounts import Session
from circletake.ledger.book import Book
from circletake.ledger.verifier import World, judge
from circletake.media.store import ContentStore
from circletake.work.queue import JobQueue
from circletake.workflows import consents, deliver, override, policies
from circletake.workflows import give_verdict as verdicts
from circletake.workflows import remarks as notes
from circletake.workflows.bind import bind_content
from circletake.workflows.cut_book import adopt, find_cut, record_cut
from circletake.workflows.found_production import add_entity, grant
from circletake.workflows.house import STUDIO, House
from circletake.workflows.receive_take import Attempt, record_take, task_of

INTERLEAVINGS = int(os.environ.get("CIRCLETAKE_INTERLEAVINGS", "30"))
STEPS_EACH = 14
CODE = "spring"
FRAMES = 10
STORE = cast("ContentStore", SimpleNamespace(path=Path, put_bytes=lambda _: "e" * 64))
NIL = cast("JobQueue", SimpleNamespace())  # these recipes order jobs in the book and ask no queue
READ: dict[str, Policy] = {}
CAST: dict[str, list[str]] = {
    "ana": ["producer"],
    "dora": ["director"],
    "dan": ["director", "producer"],
    "leo": ["lead"],
    "arti": ["artist", "lead"],
}


def rule(name: str, **params: object) -> dict[str, Any]:
    return {"rule": name, "params": params}


def document(*, strict: bool) -> dict[str, Any]:
    """Every rule there is; the strict one asks for more people, and for a consent to be there at all."""
    vote = {"lead": [-2, 2], "director": [-2, 2], "producer": [-2, 2]}
    return {
        "name": "strict" if strict else "usual",
        "stages": [
            {
                "key": "animation",
                "kinds": ["shot"],
                "ships": True,
                "gates": [
                    {
                        "key": "lead",
                        "vote": vote,
                        "rules": [
                            rule("circled", roles=["lead", "director"], without=["author"]),
                            rule("no_veto"),
                            rule("fresh_evidence", checks=["technical"]),
                        ],
                        "override": {"roles": ["producer"], "rules": ["no_veto", "fresh_evidence"]},
                    },
                    {
                        "key": "director",
                        "vote": vote,
                        "rules": [
                            rule("order"),
                            rule("circled", n=2 if strict else 1, roles=["director"]),
                            rule("four_eyes"),
                            rule("not_stale"),
                            rule("watched", share=50),
                            rule("no_open_notes", severity="issue"),
                            rule("consent", use="release", needed=int(strict)),
                        ],
                        "override": {
                            "roles": ["producer", "director"],
                            "rules": ["watched", "no_open_notes", "circled", "not_stale", "order"],
                        },
                    },
                ],
            },
            {
                "key": "master",
                "kinds": ["film"],
                "ships": True,
                "gates": [
                    {
                        "key": "producer",
                        "vote": vote,
                        "rules": [
                            rule("circled", roles=["producer"]),
                            rule("no_veto"),
                            rule("not_stale"),
                            rule("permits", use="release"),
                        ],
                    }
                ],
            },
        ],
    }


POLICIES = [read_policy(document(strict=strict)) for strict in (False, True)]


# ------------------------------------------------------------------------------------------- the oracle


@dataclass
class Oracle:
    """What the entries say, kept flat; asked at each seal whether a content might leave."""

    policy: str = ""
    documents: dict[str, Any] = field(default_factory=dict)
    entries: list[dict[str, Any]] = field(default_factory=list)

    def learn(self, entry: dict[str, Any]) -> None:
        body = entry["body"]
        if entry["kind"] == "policy":
            self.documents[body["hash"]] = body["policy"]
        if entry["kind"] == "opened" or (entry["kind"] == "policy" and entry["production"]):
            self.policy = body.get("policy") if entry["kind"] == "opened" else body["hash"]
        self.entries.append(entry)

    def all(self, kind: str, **where: object) -> list[dict[str, Any]]:
        return [
            {**one["body"], "seq": one["seq"], "actor": one["actor"]}
            for one in self.entries
            if one["kind"] == kind and all(one["body"].get(name) == value for name, value in where.items())
        ]

    def holds_role(self, person: str, role: str) -> bool:
        said = self.all("grant", person=person, role=role)
        return bool(said) and bool(said[-1]["granted"])

    def live(self, **where: object) -> list[dict[str, Any]]:
        latest: dict[Any, dict[str, Any]] = {}
        for one in self.all("verdict"):
            latest[one["actor"], one["task"], one["content"], one["gate"]] = one
        gone = {one["verdict"] for one in self.all("withdraw")}
        return [
            one
            for one in latest.values()
            if one["seq"] not in gone
            and one["actor"].startswith("p_")
            and all(one[name] == value for name, value in where.items())
        ]

    def adopted(self, slot: str) -> str | None:
        moves = self.all("slot", slot=slot)
        return moves[-1]["content"] if moves else None

    def makers(self, content: str, part: str | None = None) -> set[str]:
        found: set[str] = set()
        for take in self.all("take", content=content):
            named = {actor for told, actor in take["made_by"] if told == part}
            found |= set(take["makers"]) if part is None or not take["made_by"] else named
        return found

    def may_leave(self, content: str, now: str) -> list[str]:
        """Why a content may not leave; empty if it may."""
        lacks: list[str] = []
        shipped = False
        for take in self.all("take", content=content):
            task = self.all("task", task=take["task"])[0]
            for stage in self.documents[self.policy]["stages"]:
                if stage["key"] == task["stage"] and stage["ships"]:
                    shipped = True
                    lacks += self.lacks(stage, take, now)
        return lacks if shipped else ["no stage that ships has it"]

    def lacks(self, stage: dict[str, Any], take: dict[str, Any], now: str) -> list[str]:
        lacks: list[str] = []
        for gate in stage["gates"]:
            broken = {
                call["rule"]
                for call in gate["rules"]
                if not self.holds(call["rule"], call["params"], gate, take, now, earlier=lacks)
            }
            if broken and not self.is_overridden(broken, gate, take):
                lacks += [f"{gate['key']}: {name}" for name in sorted(broken)]
        return lacks

    def approving(self, params: dict[str, Any], gate: dict[str, Any], take: dict[str, Any]) -> dict[str, Any]:
        """Person → verdict, of those who count."""
        barred: set[str] = set()
        for word in params.get("without", ()):
            barred |= self.makers(take["content"], None if word == "maker" else word)
        if any(call["rule"] == "four_eyes" for call in gate["rules"]):
            barred |= self.makers(take["content"])
        return {
            one["actor"]: one
            for one in self.live(task=take["task"], content=take["content"], gate=gate["key"])
            if one["value"] >= params.get("at_least", 2)
            and one["gate_hash"] == hash_of(gate)
            and one["actor"] not in barred
            and any(
                self.holds_role(one["actor"], role) and gate["vote"].get(role, [0, 0])[1] >= one["value"]
                for role in params.get("roles") or gate["vote"]
            )
        }

    def holds(  # noqa: C901, PLR0911 (one case a rule)
        self,
        name: str,
        params: dict[str, Any],
        gate: dict[str, Any],
        take: dict[str, Any],
        now: str,
        *,
        earlier: list[str],
    ) -> bool:
        content = take["content"]
        circled = [call["params"] for call in gate["rules"] if call["rule"] == "circled"]
        match name:
            case "order":
                return not earlier
            case "circled":
                return len(self.approving(params, gate, take)) >= int(params.get("n", 1))
            case "four_eyes":
                return bool(self.approving({}, gate, take))
            case "no_veto":
                return not self.vetoes(take)
            case "no_open_notes":
                return not self.objections(take)
            case "fresh_evidence":
                # the same measurement again, by another route, changes nothing
                found: list[dict[str, Any]] = []
                known: set[str] = set()
                for one in self.all("evidence"):
                    is_ours = (one["content"], one["check"]) == (content, "technical")
                    found += [one] if is_ours and one["evidence"] not in known else []
                    known.add(one["evidence"])
                answers = {
                    answer
                    for one in self.live(task=take["task"], content=content, gate=gate["key"])
                    if one["actor"] in self.approving({"at_least": 1}, {**gate}, take)
                    for answer in one["answers"]
                }
                return bool(found) and (not found[-1]["flagged"] or found[-1]["evidence"] in answers)
            case "not_stale":
                fresh = 0
                for params_of in circled:
                    given = self.approving(params_of, gate, take)
                    moved = [
                        one
                        for one in given.values()
                        if any(
                            self.adopted(slot) != seen
                            for slot, seen in {**dict(take["leans"]), **dict(one["upstream"])}.items()
                        )
                    ]
                    fresh += bool(moved) and len(given) - len(moved) < params_of.get("n", 1)
                return fresh == 0
            case "watched":
                return all(
                    sum(
                        len({f for start, end in one["watched"] for f in range(start, end)}) * 2 >= FRAMES
                        for one in self.approving(params_of, gate, take).values()
                    )
                    >= params_of.get("n", 1)
                    for params_of in circled
                )
            case "consent" | "permits":
                return self.agreed("consent" if name == "consent" else "permit", params, take, now)
        raise AssertionError(name)

    def vetoes(self, take: dict[str, Any]) -> list[int]:
        family = {take["content"]}
        above = take
        while above["parent"] and above["change"] in {"subrange", "upstream_only"}:
            above = self.all("take", take=above["parent"])[0]
            family.add(above["content"])
        return [one["seq"] for one in self.live(value=-2) if one["content"] in family]

    def objections(self, take: dict[str, Any]) -> list[int]:
        where = {"task": take["task"], "content": take["content"]}
        settled = {one["note"] for one in self.all("resolve")}
        found = [
            one for one in self.all("note", **where) if one["note"] not in settled and not one["reply_to"]
        ]
        found += [one for one in self.live(**where) if one["value"] < 0]
        return [one["seq"] for one in found if one["severity"] != "fyi"]

    def agreed(self, kind: str, params: dict[str, Any], take: dict[str, Any], now: str) -> bool:
        shown = {self.all("task", task=take["task"])[0]["entity"]}
        for slot, _ in take["leans"]:
            shown |= {one["entity"] for one in self.all("entity", code=slot.partition(":")[2])}
        latest = {
            one["consent"]: one
            for one in self.all("consent")
            if one["kind"] == kind and one["entity"] in shown
        }
        over = {one["consent"]: one["seq"] for one in self.all("lapsed")}
        for name, one in latest.items():
            ended = over.get(name, 0) > one["seq"] or (one["until"] is not None and one["until"] < now[:10])
            if not one["granted"] or ended or params["use"] not in one["uses"]:
                return False
        return len(latest) >= int(params.get("needed", 0))

    def is_overridden(self, broken: set[str], gate: dict[str, Any], take: dict[str, Any]) -> bool:
        may = gate.get("override")
        later = (self.vetoes(take) if "no_veto" in broken else []) + (
            self.objections(take) if "no_open_notes" in broken else []
        )
        return may is not None and any(
            broken <= set(may["rules"]) & set(one["rules"]) - {"consent"}
            and one["gate_hash"] == hash_of(gate)
            and one["actor"].startswith("p_")
            and one["role"] in may["roles"]
            and self.holds_role(one["actor"], one["role"])
            and all(self.adopted(slot) == seen for slot, seen in one["upstream"])
            and all(seq < one["seq"] for seq in later)
            and not (
                any(call["rule"] == "four_eyes" for call in gate["rules"])
                and one["actor"] in self.makers(take["content"])
            )
            for one in self.all("override", task=take["task"], content=take["content"], gate=gate["key"])
        )


def hash_of(gate: dict[str, Any]) -> str:
    """Of the policies of this test alone: looked up by name, not computed as the gates compute it."""
    return next(
        found.hash
        for policy in POLICIES
        for stage, written in zip(policy.stages, policy_dict(policy)["stages"], strict=True)
        for found, told in zip(stage.gates, written["gates"], strict=True)
        if told == gate
    )


def check_book(book: Book) -> int:
    """Ask the oracle at each seal; returns how many there were."""
    oracle = Oracle()
    seals = 0
    for entry in book.entries(limit=1_000_000):
        told = json.loads(entry.raw)
        if told["kind"] == "sealed":
            seals += 1
            for content in told["body"]["contents"]:
                lacks = oracle.may_leave(content, told["at"])
                assert lacks == [], f"entry {entry.seq} sealed {content[:8]} although {lacks}"
        oracle.learn(told)
    return seals


# -------------------------------------------------------------------------------------------- the floor


class Clock:
    """A wall clock that may be set, also backwards."""

    def __init__(self) -> None:
        self.now = datetime(2026, 6, 15, 12, tzinfo=UTC)

    def __call__(self) -> str:
        self.now += timedelta(milliseconds=1)
        return self.now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass
class Floor:
    """One production on one book, and what each actor last looked at."""

    house: House
    people: dict[str, Session]
    clock: Clock
    seen: dict[str, dict[str, Any]] = field(default_factory=dict)
    count: int = 0
    sealed: int = 0
    refused: int = 0

    def key(self) -> str:
        self.count += 1
        return f"{threading.get_ident()}-{self.count}-{random.getrandbits(32):08x}"

    def state(self) -> tuple[list[Any], str, str]:
        """Takes of the shot, its task, and the production's id."""
        with self.house.book.reading() as conn:
            found = reads.find_production(conn, CODE)
            assert found is not None
            task = task_of(conn, found, "SH010", "animation").task.id
            return reads.takes_of(conn, task), task, found.id


def make_template(folder: Path) -> None:
    """A production with its people, a sheet, a shot, a cut and a master that may leave."""
    clock = Clock()
    house = open_house(folder, clock)
    dana = PersonId("p_ana")
    with house.book.transact() as tx:
        for name in CAST:
            accounts.open_account(tx.conn, person=PersonId(f"p_{name}"), name=name, password_hash=None)
            tx.append("person", actor=dana, body={"person": f"p_{name}"})
        for policy in POLICIES:
            tx.append("policy", actor=dana, body={"hash": policy.hash, "policy": policy_dict(policy)})
        tx.append(
            "opened",
            actor=dana,
            production="pr_1",
            body={
                "production": "pr_1",
                "code": CODE,
                "title": "Spring",
                "rate": [24, 1],
                "size": [96, 64],
                "policy": POLICIES[0].hash,
            },
        )
        for name, roles in CAST.items():
            for role in roles:
                grant(tx, dana, production="pr_1", person=PersonId(f"p_{name}"), role=role)  # type: ignore[arg-type]  # roles of the cast
        for kind, code in (("film", "FILM"), ("shot", "SH010"), ("character", "max")):
            add_entity(
                tx,
                dana,
                production="pr_1",
                policy=house.policy(tx.conn, POLICIES[0].hash),
                kind=kind,  # type: ignore[arg-type]  # kinds there are
                code=code,
                title=code,
                frames=FRAMES,
            )
        adopt(tx, dana, production="pr_1", slot="sheet:max", content="5" * 64)
        slots = (Slot("SH010", "SH010", FRAMES, None, 0),)
        record_cut(house, tx, dana, CutVersion("pr_1", 1, Fraction(24), 96, 64, slots))
    # everything is approved at the start, so that every step can break it
    floor = open_floor(house, clock)
    approve_all(floor, "ana", 0)
    assert floor.refused == 0
    house.book._engine.dispose()


def open_house(folder: Path, clock: Callable[[], str]) -> House:
    # not synced at every commit: the power will not fail in here
    engine = open_jobs(folder / "book.sqlite")
    migrate_book(engine)
    return House(folder=folder, book=Book(engine, now=clock), store=STORE, queue=NIL, policies=READ)


def open_floor(house: House, clock: Clock) -> Floor:
    people = {name: Session(person=PersonId(f"p_{name}"), pseudonym=f"n_{name}") for name in CAST}
    return Floor(house, people, clock)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    make_template(folder)
    return folder


@pytest.fixture(scope="module")
def ground(template: Path) -> Iterator["Ground"]:
    place = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 (memory in place of a disk, if there is any)
    with tempfile.TemporaryDirectory(dir=place) as folder:
        yield Ground(template, Path(folder))


class Ground:
    """Puts the same book in the same place again and again, under one engine that keeps its statements."""

    def __init__(self, template: Path, folder: Path) -> None:
        self.template, self.folder = template, folder
        shutil.copytree(template, folder, dirs_exist_ok=True)
        self.engine = open_jobs(folder / "book.sqlite")

    def floor(self) -> Floor:
        self.engine.dispose()
        for inside in self.folder.iterdir():
            shutil.rmtree(inside) if inside.is_dir() else inside.unlink()
        shutil.copytree(self.template, self.folder, dirs_exist_ok=True)
        clock = Clock()
        book = Book(self.engine, now=clock)
        floor = open_floor(House(folder=self.folder, book=book, store=STORE, queue=NIL, policies=READ), clock)
        floor.count = 2000  # beyond whatever the template used
        return floor


# -------------------------------------------------------------------------------------------- the steps

Step = Callable[[Floor, str, int], None]


def upload(floor: Floor, who: str, pick: int) -> None:
    """A new take, a trim of one, or the bytes of one by another route."""
    takes, _, production = floor.state()
    parent = takes[pick % len(takes)] if takes and pick % 3 else None
    changes: list[ChangeKind] = ["rework", "subrange", "upstream_only"]
    content = f"{floor.count:04d}{pick:02d}".ljust(64, "a")
    floor.count += 1
    with floor.house.book.transact() as tx:
        found = reads.find_production(tx.conn, production)
        assert found is not None
        made_by = ((("author", floor.people[who].person),), (), (("importer", floor.people[who].person),))
        record_take(
            floor.house,
            tx,
            floor.people[who].person,
            task=task_of(tx.conn, found, "SH010", "animation"),
            attempt=Attempt(
                content=content,
                makers=(floor.people[who].person,),
                origin="drawn",
                n_frames=FRAMES,
                rate=Fraction(24),
                width_px=96,
                height_px=64,
                parent=parent.id if parent else None,
                change=changes[pick % 3] if parent else "new",
                leans=(("sheet:max", reads.slots(tx.conn, production).get("sheet:max", "0" * 64)),),
                made_by=made_by[pick % 3],  # type: ignore[arg-type]  # relations there are
            ),
        )


def measure(floor: Floor, _: str, pick: int) -> None:
    takes, task, production = floor.state()
    if not takes:
        return
    take = takes[pick % len(takes)]
    floor.count += 1
    with floor.house.book.transact() as tx:
        tx.append(
            "evidence",
            actor=STUDIO,
            production=production,
            body={
                "evidence": f"{floor.count:064d}",
                "content": take.content,
                "check": "technical",
                "version": current_versions()["technical"],
                "job": "j",
                "flagged": pick % 4 == 0,
                "sentence": "",
            },
        )
        bind_content(floor.house, tx, task=task, content=take.content)


def look(floor: Floor, who: str, pick: int) -> None:
    """See a take, one of its gates and what it leans on, to decide about later."""
    look_at(floor, who, pick, pick // 2)


def look_at(floor: Floor, who: str, pick: int, gate_at: int) -> None:
    takes, task, _ = floor.state()
    if not takes:
        return
    take = takes[pick % len(takes)]
    with floor.house.book.reading() as conn:
        found = reads.find_production(conn, CODE)
        assert found is not None
        stage = floor.house.policy(conn, found.policy).stage("animation")
        assert stage is not None
        gate = stage.gates[gate_at % 2]
        floor.seen[who] = {
            "task": task,
            "content": take.content,
            "gate": gate.key,
            "gate_hash": gate.hash,
            "upstream": verdicts.relevant_slots(conn, take, reads.slots(conn, found.id)),
            "answers": [
                row.id for row in reads.evidence_on(conn, [take.content]).get(take.content, []) if row.flagged
            ],
        }


def decide(floor: Floor, who: str, pick: int) -> None:
    """Decide about what was looked at, however long ago."""
    if who not in floor.seen:
        look(floor, who, pick)
    if who in floor.seen:
        value = [2, 2, 2, 1, -1, -2, 0, 2][pick % 8]
        give(floor, who, value, floor.seen[who], watched=FRAMES if pick % 3 else 2)


def give(floor: Floor, who: str, value: int, seen: dict[str, Any], *, watched: int = FRAMES) -> None:
    call = verdicts.Call(
        value=value,
        key=floor.key(),
        reasons=["style.line"] if value < 0 else [],
        watched=[FrameRange(0, watched)],
        **seen,
    )
    verdicts.give_verdict(floor.house, floor.people[who], call)


def approve_all(floor: Floor, who: str, pick: int) -> None:
    """Everybody does what is asked of them on one take; it is put into the cut, the cut is rendered."""
    takes, *_ = floor.state()
    if not takes:
        upload(floor, "arti", 0)
        takes, *_ = floor.state()
    measure(floor, who, pick * 4 + 1)
    at = pick % len(takes)
    for name, gate in (("leo", 0), ("dora", 1), ("dan", 1))[: 3 if pick % 2 else 2]:
        try:
            look_at(floor, name, at, gate)
            give(floor, name, 2, floor.seen[name])
        except CircletakeError:
            floor.refused += 1
    splice(floor, "ana", at)
    render(floor, "ana", 0)


def splice(floor: Floor, _: str, pick: int) -> None:
    takes, _, production = floor.state()
    if not takes:
        return
    take = takes[pick % len(takes)]
    with floor.house.book.transact() as tx:
        before = find_cut(tx.conn, production)
        assert before is not None
        slots = (Slot("SH010", "SH010", FRAMES, take.content, 0),)
        if before.slots != slots:
            cut = CutVersion(production, before.number + 1, Fraction(24), 96, 64, slots)
            record_cut(floor.house, tx, floor.people["ana"].person, cut)


def render(floor: Floor, _: str, pick: int) -> None:
    """A master of the cut as it stands, circled by the producer unless `pick` is odd."""
    production = floor.state()[2]
    with floor.house.book.transact() as tx:
        cut = find_cut(tx.conn, production)
        found = reads.find_production(tx.conn, production)
        assert cut is not None
        assert found is not None
        task = task_of(tx.conn, found, "FILM", "master")
        content = edit_hash(cut)[::-1]
        if content not in {take.content for take in reads.takes_of(tx.conn, task.task.id)}:
            record_take(
                floor.house,
                tx,
                STUDIO,
                task=task,
                attempt=Attempt(
                    content=content,
                    makers=(STUDIO,),
                    origin="render",
                    n_frames=FRAMES,
                    rate=Fraction(24),
                    width_px=96,
                    height_px=64,
                    leans=((CUT_SLOT, edit_hash(cut)),),
                ),
            )
        gate = floor.house.policy(tx.conn, found.policy).gate("master", "producer")
        assert gate is not None
    if pick % 2 == 0:
        seen = {"task": task.task.id, "content": content, "gate": "producer", "gate_hash": gate.hash}
        give(floor, "ana", 2, seen)


def withdraw(floor: Floor, who: str, pick: int) -> None:
    task = floor.state()[1]
    with floor.house.book.reading() as conn:
        mine = [one.seq for one, live in reads.verdicts_of(conn, task) if live and one.person == f"p_{who}"]
    if mine:
        verdicts.withdraw(floor.house, floor.people[who], verdict=mine[pick % len(mine)], key=floor.key())


def let_pass(floor: Floor, who: str, pick: int) -> None:
    if who not in floor.seen:
        look(floor, who, pick)
    if who in floor.seen:
        seen = {name: value for name, value in floor.seen[who].items() if name != "answers"}
        call = override.OverrideCall(code="story.intent", note="It stays.", key=floor.key(), **seen)
        override.give_override(floor.house, floor.people[who], call)


def note(floor: Floor, who: str, pick: int) -> None:
    takes, task, _ = floor.state()
    if takes:
        take = takes[pick % len(takes)]
        severity: Severity = "fyi" if pick % 3 == 0 else "issue"
        notes.add_note(
            floor.house,
            floor.people[who],
            notes.Remark(task, take.content, "The ear.", floor.key(), severity),
        )


def settle(floor: Floor, who: str, pick: int) -> None:
    task = floor.state()[1]
    with floor.house.book.reading() as conn:
        there = [one.id for one in remarks.notes_of(conn, task) if one.disposition is None]
    if there:
        notes.resolve_note(
            floor.house, floor.people[who], there[pick % len(there)], disposition="waive", key=floor.key()
        )


def change_policy(floor: Floor, who: str, pick: int) -> None:
    """Put another policy in force, as adopting does, without the ceremony before it."""
    production = floor.state()[2]
    policy = POLICIES[pick % 2]
    with floor.house.book.transact() as tx:
        tx.append(
            "policy",
            actor=floor.people[who].person,
            production=production,
            body={"hash": policy.hash, "policy": policy_dict(policy)},
        )
        policies._ask_again(floor.house, tx, production, policy)


def change_sheet(floor: Floor, _: str, pick: int) -> None:
    takes, task, production = floor.state()
    with floor.house.book.transact() as tx:
        adopt(
            tx,
            floor.people["ana"].person,
            production=production,
            slot="sheet:max",
            content=str(pick % 3 + 5) * 64,
        )
        for take in takes:
            bind_content(floor.house, tx, task=task, content=take.content)


def cast_role(floor: Floor, who: str, pick: int) -> None:
    """Take somebody's first role away, or give it back."""
    production = floor.state()[2]
    with floor.house.book.transact() as tx:
        tx.append(
            "grant",
            actor=floor.people["ana"].person,
            production=production,
            body={"person": f"p_{who}", "role": CAST[who][0], "granted": pick % 2 == 0},
        )


def agree(floor: Floor, _: str, pick: int) -> None:
    until = [None, "2026-06-16", "2026-06-20"][pick % 3]
    consents.record_consent(
        floor.house,
        floor.people["dan"],
        CODE,
        kind="permit" if pick % 4 == 3 else "consent",
        code=["max", "SH010", "FILM"][pick % 3],
        subject="Mia Test",
        uses=["release"] if pick % 7 else ["dub"],
        until=until,
        renews=None,
    )


def revoke(floor: Floor, _: str, pick: int) -> None:
    production = floor.state()[2]
    with floor.house.book.reading() as conn:
        there = [one.id for one in remarks.consents_in(conn, production)]
    if there:
        consents.revoke_consent(floor.house, floor.people["dan"], CODE, there[pick % len(there)])


def a_day(floor: Floor, _: str, pick: int) -> None:
    """The clock goes on by a day, or steps back by one; sometimes the daily task runs."""
    floor.clock.now += timedelta(days=[1, 1, -1, 2][pick % 4])
    if pick % 2:
        consents.lapse_consents(floor.house)


def ship(floor: Floor, who: str, pick: int) -> None:
    deliver.deliver(floor.house, floor.people["ana" if pick % 2 else who], CODE)
    floor.sealed += 1


STEPS: list[Step] = [
    upload,
    measure,
    look,
    decide,
    decide,
    approve_all,
    splice,
    render,
    withdraw,
    let_pass,
    note,
    settle,
    change_policy,
    change_sheet,
    cast_role,
    agree,
    revoke,
    a_day,
    *[ship] * 5,
]
NAMES = list(CAST)


def take_step(floor: Floor, step: Step, who: str, pick: int) -> None:
    """One step; a refusal is an answer, a bug is not."""
    try:
        step(floor, who, pick)
    except Bug:
        raise
    except CircletakeError:
        floor.refused += 1


class Stub:
    """Stands for what a delivery does with the master's bytes; others may act while it does."""

    def __init__(self) -> None:
        self.meanwhile: Callable[[], object] | None = None

    def read_master(self, path: Path, cut: CutVersion) -> object:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return SimpleNamespace(sha256=path.name, cut=cut)


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Stub:
    made = Stub()
    monkeypatch.setattr(deliver, "read_master", made.read_master)
    monkeypatch.setattr(deliver, "deliverable_bytes", lambda *_, **__: b"{}")
    monkeypatch.setattr(deliver, "_disclose", lambda *_: None)
    monkeypatch.setattr(deliver, "mime_of", lambda _: None)
    monkeypatch.setattr(deliver, "sign_sealed", lambda *_, **__: None)
    monkeypatch.setattr(deliver, "write_folder", lambda *_: None)
    monkeypatch.setattr(deliver, "deliveries", lambda *_: [SimpleNamespace(seq=seq) for seq in range(10_000)])
    return made


ONE = st.tuples(st.sampled_from(STEPS), st.sampled_from(NAMES), st.integers(0, 11))


def test_nothing_leaves_that_did_not_pass_at_that_instant(ground: Ground, stub: Stub) -> None:
    told = {"runs": 0, "sealed": 0, "refused": 0, "steps": 0}

    @settings(
        max_examples=INTERLEAVINGS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(
        steps=st.lists(ONE, min_size=4, max_size=STEPS_EACH),
        inside=st.lists(ONE, max_size=3),
    )
    def interleave(steps: list[tuple[Step, str, int]], inside: list[tuple[Step, str, int]]) -> None:
        floor = ground.floor()
        for step, who, pick in steps:
            if step is ship:
                stub.meanwhile = partial(others_act, floor, inside)
            take_step(floor, step, who, pick)
            stub.meanwhile = None
        told["runs"] += 1
        told["sealed"] += check_book(floor.house.book)
        told["refused"] += floor.refused
        told["steps"] += len(steps)
        verifier_agrees(floor)

    interleave()
    print(told)  # noqa: T201 (figures, read with -s)
    assert told["sealed"] > 0, "a run in which nothing was ever sealed shows nothing"


def others_act(floor: Floor, inside: list[tuple[Step, str, int]]) -> None:
    """What others do while a delivery hashes the master."""
    for step, who, pick in inside:
        if step is not ship:
            take_step(floor, step, who, pick)


@pytest.mark.parametrize("books", [1, 2])
@pytest.mark.parametrize("seed", range(max(1, INTERLEAVINGS // 40)))
@pytest.mark.usefixtures("stub")
def test_nothing_leaves_when_people_act_at_once(ground: Ground, books: int, seed: int) -> None:
    """Threads on one book, and on two books of one file: content arrives while others approve and deliver."""
    floor = ground.floor()
    houses = [floor.house]
    if books > 1:
        houses.append(open_house(ground.folder, floor.clock))
    failures: list[BaseException] = []

    def act(name: str, house: House) -> None:
        mine = Floor(house, floor.people, floor.clock, count=len(name) * 100_000 + ord(name[0]) * 1000)
        dice = random.Random(f"{seed} {name} {books}")  # noqa: S311 (a test's dice)
        try:
            for _ in range(12):
                take_step(mine, dice.choice(STEPS), name, dice.randrange(12))
        except BaseException as failed:  # noqa: BLE001 (whatever it is, the test must see it)
            failures.append(failed)

    threads = [threading.Thread(target=act, args=(name, houses[at % books])) for at, name in enumerate(NAMES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise BaseExceptionGroup("somebody could not act", failures)  # with where it was
    assert floor.house.book.verify().holds
    check_book(floor.house.book)
    verifier_agrees(floor)
    for house in houses[1:]:
        house.book._engine.dispose()


def verifier_agrees(floor: Floor) -> None:
    """The one-file verifier judges what there is in the end as the gates do."""
    takes, task, production = floor.state()
    world = World(production=production)
    for entry in floor.house.book.entries(limit=1_000_000):
        world.learn(json.loads(entry.raw))
    world.now = floor.clock()
    with floor.house.book.reading() as conn:
        found = reads.find_production(conn, CODE)
        assert found is not None
        policy = floor.house.policy(conn, found.policy)
        said = policies.judgement(conn, production, policy, now=world.now)
    stage = next(one for one in world.policies[world.policy]["stages"] if one["key"] == "animation")
    for take in takes:
        ours = all(said[task, take.content, gate["key"]].passes for gate in stage["gates"])
        theirs = [judge(world, gate, task, take.content)[1] for gate in stage["gates"]]
        assert ours is (not any(theirs)), (
            theirs,
            [said[task, take.content, g["key"]] for g in stage["gates"]],
        )
