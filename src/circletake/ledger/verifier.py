"""Verify a circletake deliverable with nothing but this file and Python's standard library.

    python -I verify.py FOLDER        the folder as it was handed over
    python -I verify.py MASTER.mp4    this copy of the master, against the folder it (or this file) lies in

It answers line by line: what holds, what does not and where, and what none of this proves.
Exit 0: everything holds. 1: something does not. 2: there is nothing here that could be verified.

A folder holds `master.mp4`; `deliverable.json` (which frames come from which take, and who approved it);
`entries.jsonl` (the book, an entry a line); `heads.json` (where the book's hash chain stands); `people.json`
(names behind the pseudonyms). The book comes first: an entry called `sealed` names the SHA-256 of
`deliverable.json` and of the master, so everything hangs on the chain. A film that was signed afterwards
has other bytes around the same pictures; an entry called `delivered` names it. Then each frame of the
master is traced to a take, and each take to the verdicts of people, judged anew by the policy the book holds.
"""

import base64
import hashlib
import json
import re
import struct
import sys
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

MASTER, DELIVERABLE, ENTRIES = "master.mp4", "deliverable.json", "entries.jsonl"
HEADS, PEOPLE, CHECKPOINTS = "heads.json", "people.json", "checkpoints.json"
DISCLOSURE = "disclosure.json"
PERSON = "p_"  # actors are p_… (a person) or m_… (a machine)
CIRCLED, FINE, VETO = 2, 1, -2
INHERITS_VETO = {"subrange", "upstream_only"}
PARTS = ("author", "prompter", "importer", "editor", "dispatcher", "owner")  # in making a take
WEIGHTS = ("fyi", "issue", "blocker")  # of notes and verdicts, lightest first
NEVER_OVERRIDDEN = {"consent"}
FORMAT = 1
ENTRY_MEMBERS = {"actor", "at", "body", "kind", "production", "seq", "session", "v"}

Json = dict[str, Any]
MISSHAPEN = (KeyError, TypeError, ValueError, AttributeError, IndexError)


class Unusable(Exception):
    """There is nothing that could be verified."""


class Broken(Exception):
    """Something cannot be read as what it should be; the message says what and where."""


@dataclass(frozen=True)
class Line:
    """One answer. `holds` is None for what this program cannot prove; `where` names the place."""

    holds: bool | None
    text: str
    where: str


@dataclass
class Report:
    """Every answer, in the order in which it was found."""

    lines: list[Line] = field(default_factory=list)

    def good(self, text: str) -> None:
        """Answer what holds."""
        self.lines.append(Line(holds=True, text=text, where=""))

    def bad(self, where: str, text: str) -> None:
        """Answer what does not hold, and where: `seq 7`, `slot s_2`, `container` …."""
        self.lines.append(Line(holds=False, text=text, where=where))

    def open(self, text: str) -> None:
        """Say what this program cannot prove."""
        self.lines.append(Line(holds=None, text=text, where=""))

    @property
    def holds(self) -> bool:
        """Whether everything that was checked holds."""
        return all(line.holds is not False for line in self.lines)

    @property
    def broken(self) -> list[str]:
        """The places where something does not hold."""
        return [line.where for line in self.lines if line.holds is False]

    def text(self) -> str:
        """The report as it is printed; what others wrote cannot steer the terminal."""
        mark = {True: "holds   ", False: "BROKEN  ", None: "unproven"}
        lines = [f"{mark[line.holds]}  {line.text}" for line in self.lines]
        lines.append("Everything holds." if self.holds else "This does not hold.")
        return "\n".join("".join(c if c.isprintable() else "?" for c in line) for line in lines)


# ------------------------------------------------------------------------------------- canonical JSON

_KEY = re.compile(r"[a-z0-9_]+")
_LARGEST = 2**53 - 1  # the largest whole number that every JSON reader keeps exactly


def canonical(value: object) -> bytes:
    """Write the one spelling a value has: RFC 8785 without floats, keys of a–z 0–9 _, text in NFC."""
    _check_canonical(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _check_canonical(value: object) -> None:
    if isinstance(value, dict):
        if not all(map(_KEY.fullmatch, value)):
            raise Broken("a key has other letters than a–z, 0–9 and _")
        value = list(value.values())
    if isinstance(value, list):
        for member in value:
            _check_canonical(member)
    elif isinstance(value, str):
        if not unicodedata.is_normalized("NFC", value):
            raise Broken("a text is not in Unicode normal form C")
    elif value is not None and (not isinstance(value, int) or abs(value) > _LARGEST):
        raise Broken(f"{value} is not a whole number of at most {_LARGEST}")


def read_json(raw: bytes, what: str) -> Json:
    """Read an object whose bytes must be the canonical spelling of themselves."""
    try:
        value = json.loads(raw.decode())
        spelled = canonical(value)
    except (ValueError, RecursionError, Broken) as error:
        raise Broken(f"{what} is not canonical JSON: {error}") from None
    if spelled != raw or not isinstance(value, dict):
        raise Broken(f"{what} is not spelled canonically")
    return value


def sha256(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


# ------------------------------------------------------------------------------------------- the book


def leaf_hash(entry: bytes) -> bytes:
    """Hash of one entry: SHA-256(00 ‖ bytes), as RFC 6962 hashes a leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def chain_hash(before: bytes, leaf: bytes) -> bytes:
    """Hash of the book up to an entry: SHA-256(02 ‖ hash before ‖ leaf)."""
    return hashlib.sha256(b"\x02" + before + leaf).digest()


def read_book(folder: Path, report: Report) -> list[Json]:
    """Read and chain every entry; empty, with the entry named, where the book is not what was chained.

    A line is an entry's canonical bytes, a tab (which canonical JSON cannot hold) and the chain's hash
    there, so that the first altered entry is known by its number.
    """
    entries: list[Json] = []
    leaves: list[bytes] = []
    chain = bytes(32)
    lines = _bytes(folder / ENTRIES).split(b"\n")
    try:
        for seq, line in enumerate(lines[:-1], start=1):
            entry, leaf, chain = read_line(line, seq, chain)
            entries.append(entry)
            leaves.append(leaf)
        if lines[-1]:
            raise Broken(f"entry {len(lines)} is cut off")  # noqa: TRY301 (as the others are said)
    except Broken as error:
        report.bad(f"seq {len(entries) + 1}", f"The book: {error}; nothing from there on is proven.")
        return []
    try:
        head = read_json(_bytes(folder / HEADS).rstrip(b"\n"), HEADS)
    except Broken as error:
        head = {"unreadable": str(error)}
    if head != {"chain": chain.hex(), "seq": len(entries)}:
        report.bad(
            HEADS, f"The book: {len(entries)} entries chain to {chain.hex()}, but {HEADS} says {head}."
        )
        return []
    report.good(f"The book: {len(entries)} entries, canonical, gapless, chained to {chain.hex()}.")
    return entries if _check_signed(folder, report, leaves) else []


def read_line(line: bytes, seq: int, chain: bytes) -> tuple[Json, bytes, bytes]:
    """Read the entry of a line; returns it, its leaf hash and the chain's hash there."""
    raw, _, kept = line.partition(b"\t")
    leaf = leaf_hash(raw)
    chain = chain_hash(chain, leaf)
    entry = read_json(raw, f"entry {seq}")
    if entry.keys() != ENTRY_MEMBERS or (entry["v"], entry["seq"]) != (FORMAT, seq):
        raise Broken(f"entry {seq} does not have the shape of an entry of that number")
    if kept != chain.hex().encode():
        raise Broken(f"entry {seq} is not the one that was chained")
    return entry, leaf, chain


# ----------------------------------------------------------------- what was signed of the book: checkpoints
# A checkpoint names how many entries there were and the root of the Merkle tree over their leaf hashes,
# signed with the studio's key. The tree: RFC 9162, 2.1. The text: C2SP signed-note and tlog-checkpoint.


def _check_signed(folder: Path, report: Report, leaves: list[bytes]) -> bool:
    """Hold every checkpoint against the entries, its signature, and the one before it."""
    if not (folder / CHECKPOINTS).exists():
        return True
    try:
        keys, size, seal = _read_signed(folder, leaves)
    except (Broken, *MISSHAPEN) as error:
        said = error if isinstance(error, Broken) else f"something is missing or misshapen ({error!r})"
        report.bad(CHECKPOINTS, f"The checkpoints: {said}.")
        return False
    if size:
        held = f", and entry {seal} is in it" if seal else ""
        report.good(
            f"The checkpoints: signed, each continues the one before; the newest has {size} entries{held}."
        )
    for key in keys:
        report.open(
            f"Who has the private key of {key} could sign another book, unless a witness saw this one."
        )
    for path in sorted(folder.glob("witness-*")):
        report.open(f"{path.name} is a witness's receipt: have it checked by that witness's own tools.")
    return True


def _read_signed(folder: Path, leaves: list[bytes]) -> tuple[list[str], int, int]:
    """Keys that signed, size of the newest checkpoint, and the seal that is shown to be in it (or 0)."""
    told = read_json(_bytes(folder / CHECKPOINTS).rstrip(b"\n"), CHECKPOINTS)
    size, root, keys, notes = 0, tree_of(leaves), [], set()
    if told.keys() != {"checkpoints", "seal"}:
        raise Broken("the file has more than it should, or less")
    for one in told["checkpoints"]:
        before, (size, signed) = size, read_note(one["note"], one["key"])
        if not max(before, 1) <= size <= len(leaves) or signed != root(0, size):
            raise Broken(f"the one of {size} entries is of another book")
        if one["proof"] != (consistency(root, before, 0, size) if before else []):
            raise Broken(f"the one of {size} entries is not shown to continue that of {before}")
        keys += [one["key"]] * (one["key"] not in keys)
        notes.add(one["note"].encode())
    seal = told["seal"] or {"proof": [], "seq": 0}
    if seal["seq"] and seal["proof"] != inclusion(root, seal["seq"] - 1, 0, size):
        raise Broken(f"entry {seal['seq']} is not shown to be in the newest one")
    for path in sorted(folder.glob("checkpoint-*.txt")):
        if _bytes(path) not in notes:
            raise Broken(f"{path.name} is none of them")
    return keys, size, seal["seq"]


Root = Callable[[int, int], bytes]  # of the subtree over leaves `start` to `end`


def tree_of(leaves: list[bytes]) -> Root:
    """The Merkle tree over leaf hashes; it splits at the largest power of two below its size."""

    @cache
    def root(start: int, end: int) -> bytes:
        if end - start == 1:
            return leaves[start]
        middle = start + _split(end - start)
        return hashlib.sha256(b"\x01" + root(start, middle) + root(middle, end)).digest()

    return root


def _split(count: int) -> int:
    return 1 << (count - 1).bit_length() - 1


def inclusion(root: Root, index: int, start: int, end: int) -> list[str]:
    """The hashes that lead from a leaf up to the root (RFC 9162, 2.1.3.1)."""
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*inclusion(root, index, start, middle), root(middle, end).hex()]
    return [*inclusion(root, index, middle, end), root(start, middle).hex()]


def consistency(root: Root, old: int, start: int, end: int, *, whole: bool = True) -> list[str]:
    """The hashes that show the first `old` leaves to be the beginning (RFC 9162, 2.1.4.1)."""
    if old == end - start:
        return [] if whole else [root(start, end).hex()]
    left = _split(end - start)
    middle = start + left
    if old <= left:
        return [*consistency(root, old, start, middle, whole=whole), root(middle, end).hex()]
    return [*consistency(root, old - left, middle, end, whole=False), root(start, middle).hex()]


def read_note(note: str, key: str) -> tuple[int, bytes]:
    """Size and root of a checkpoint, if it is signed with this key (`name+id+key`) and spelled in one way."""
    name, key_id, coded = key.split("+", 2)
    public = base64.b64decode(coded)
    told = hashlib.sha256(f"{name}\n".encode() + public).digest()[:4]
    origin, size, root, empty, line, end = note.split("\n")
    dash, signer, signed = line.split(" ")
    text = f"{origin}\n{size}\n{root}\n".encode()
    signature = base64.b64decode(signed)
    respelled = (
        base64.b64encode(public).decode(),
        base64.b64encode(signature).decode(),
        told.hex(),
        str(int(size)),
    )
    if (
        (coded, signed, key_id, size) != respelled
        or (dash, empty, end) != ("—", "", "")
        or public[:1] != b"\x01"
    ):
        raise Broken(f"the checkpoint of {size} entries is not spelled as one is")
    if (
        not origin == signer == name
        or signature[:4] != told
        or not is_signed(public[1:], signature[4:], text)
    ):
        raise Broken(f"the checkpoint of {size} entries is not signed with {key}")
    return int(size), base64.b64decode(root)


# Ed25519, as RFC 8032 has it (5.1): Python's standard library does not. For checking alone, so nothing here
# needs to be quick or secret. Points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.
_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
Point = tuple[int, int, int, int]


def _add(a: Point, b: Point) -> Point:
    low, high = (a[1] - a[0]) * (b[1] - b[0]) % _P, (a[1] + a[0]) * (b[1] + b[0]) % _P
    c, d = 2 * a[3] * b[3] * _D % _P, 2 * a[2] * b[2] % _P
    e, f, g, h = high - low, d - c, d + c, high + low
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(factor: int, point: Point) -> Point:
    total = (0, 1, 1, 0)
    while factor:
        total = _add(total, point) if factor & 1 else total
        point, factor = _add(point, point), factor >> 1
    return total


def _point(data: bytes) -> Point | None:
    """The point of 32 bytes, or None where they are not the one spelling of one."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    x = x if x * x % _P == square else x * pow(2, (_P - 1) // 4, _P) % _P
    if y >= _P or x * x % _P != square or (x == 0 and sign):
        return None
    x = x if x & 1 == sign else _P - x
    return x, y, 1, x * y % _P


def is_signed(public: bytes, signature: bytes, text: bytes) -> bool:
    """Whether an Ed25519 signature over a text is of this key (RFC 8032, 5.1.7)."""
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    key, commitment = _point(public), _point(r)
    if (len(public), len(signature)) != (32, 64) or key is None or commitment is None or s >= _L:
        return False
    factor = int.from_bytes(hashlib.sha512(r + public + text).digest(), "little") % _L
    base = (4 * pow(5, -1, _P) % _P).to_bytes(32, "little")
    left, right = _times(s, _point(base) or key), _add(commitment, _times(factor, key))
    return all((left[i] * right[2] - right[i] * left[2]) % _P == 0 for i in (0, 1))


# ------------------------------------------------------------------------------------- what the book says


@dataclass
class Verdict:
    """A person's live verdict; `roles` are those the person held when it was given."""

    seq: int
    at: str
    actor: str
    roles: set[str]
    body: Json


@dataclass
class World:
    """What the book says of one production, entry by entry, up to the seal."""

    production: str
    policy: str = ""
    policies: dict[str, Json] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)  # pseudonym → commitment to a name
    erased: set[str] = field(default_factory=set)
    held: dict[str, set[str]] = field(default_factory=dict)  # person or group → roles granted to it
    members: dict[str, set[str]] = field(default_factory=dict)  # group → people
    disbanded: set[str] = field(default_factory=set)  # groups by which nobody holds anything
    entities: dict[str, Json] = field(default_factory=dict)  # id → entity, its newest particulars
    tasks: dict[tuple[str, str], str] = field(default_factory=dict)  # (entity, stage) → task
    takes: dict[tuple[str, str], Json] = field(default_factory=dict)  # (task, content) → take
    makers: dict[str, set[str]] = field(default_factory=dict)  # content → whoever made it, anywhere
    adopted: dict[str, str] = field(default_factory=dict)  # slot → reference content
    ever_adopted: set[str] = field(default_factory=set)
    evidence: dict[tuple[str, str], list[Json]] = field(default_factory=dict)  # (content, check) → all
    essence: dict[str, str] = field(default_factory=dict)  # content → what it decodes to, as first measured
    measured: set[tuple[str, str, bool]] = field(default_factory=set)  # content, id, whether it flagged
    verdicts: dict[tuple[str, ...], Verdict] = field(default_factory=dict)  # live ones only
    cuts: dict[str, Json] = field(default_factory=dict)
    parts: dict[str, dict[str, set[str]]] = field(default_factory=dict)  # content → part → who had it
    overrides: list[Verdict] = field(default_factory=list)
    notes: dict[str, Json] = field(default_factory=dict)  # id → an open note, and its entry's number as seq
    consents: dict[str, Json] = field(default_factory=dict)  # id → a consent or permit as it stands
    now: str = ""  # when it is judged: the time of the seal
    lost: dict[str, bool] = field(default_factory=dict)  # slot → whether it is lost; asked last of all

    def shows(self, task: str, content: str) -> set[str]:
        """Ids of entities that a content shows: its own, and those whose approved content it leans on."""
        by_code = {entity["code"]: entity["entity"] for entity in self.entities.values()}
        found = {entity for (entity, _), known in self.tasks.items() if known == task}
        seen, ask = {content}, [content]
        while ask:
            asked = ask.pop()
            leans = [
                pair for take in self.takes.values() if take["content"] == asked for pair in take["leans"]
            ]
            for slot, below in leans:
                kind, _, rest = slot.partition(":")
                code = {"sheet": rest, "take": rest.rpartition("/")[0] or rest}.get(kind, "")
                found |= {by_code[code]} if code in by_code else set()
                ask += [below] if below not in seen else []
                seen.add(below)
        return found

    def roles(self, person: str) -> set[str]:
        """Roles a person holds: those granted to them, and to groups they belong to."""
        of = {group for group, members in self.members.items() if person in members} - self.disbanded
        return set[str]().union(*(self.held.get(one, set()) for one in {person, *of}))

    def ancestors(self, content: str) -> set[str]:
        """Contents whose veto a content shares: what it is a trim or a re-run of, and so on upwards."""
        by_id = {take["take"]: take for take in self.takes.values()}
        found, ask = set[str](), [content]
        while ask:
            asked = ask.pop()
            for take in self.takes.values():
                parent = by_id.get(take["parent"]) if take["change"] in INHERITS_VETO else None
                if take["content"] == asked and parent and parent["content"] not in found:
                    same = {parent["content"], *self.same(parent["task"], parent["content"])} - found
                    found |= same
                    ask += same
        return found - {content}

    def same(self, task: str, content: str) -> set[str]:
        """Other contents of a task that decode to the same frames and sound; a veto stands on them all."""
        what = self.essence.get(content)
        found = {one for at, one in self.takes if at == task and what and self.essence.get(one) == what}
        return found - {content}

    def learn(self, entry: Json) -> None:
        """Take in one entry; kinds without a method here decide nothing about a deliverable."""
        of_studio = entry["kind"] in {"person", "policy", "erased"}
        if of_studio or entry["production"] == self.production:
            getattr(self, f"_{entry['kind']}", lambda *_: None)(entry, entry["body"])

    def _person(self, _: Json, body: Json) -> None:
        self.people[body["person"]] = body["name"]

    def _erased(self, _: Json, body: Json) -> None:
        self.erased.add(body["person"])

    def _policy(self, entry: Json, body: Json) -> None:
        self.policies[body["hash"]] = body["policy"]
        if entry["production"] == self.production:
            self.policy = body["hash"]

    def _opened(self, _: Json, body: Json) -> None:
        self.policy = body["policy"]

    def _grant(self, _: Json, body: Json) -> None:
        held = self.held.setdefault(body["person"], set())
        (held.add if body["granted"] else held.discard)(body["role"])

    def _group_grant(self, _: Json, body: Json) -> None:
        held = self.held.setdefault(body["group"], set())
        (held.add if body["granted"] else held.discard)(body["role"])

    def _group(self, _: Json, body: Json) -> None:
        self.members.setdefault(body["group"], set())
        (self.disbanded.add if body["disbanded"] else self.disbanded.discard)(body["group"])

    def _member(self, _: Json, body: Json) -> None:
        members = self.members.setdefault(body["group"], set())
        (members.add if body["member"] else members.discard)(body["person"])

    def _entity(self, _: Json, body: Json) -> None:
        self.entities[body["entity"]] = body

    def _task(self, _: Json, body: Json) -> None:
        self.tasks[body["entity"], body["stage"]] = body["task"]

    def _take(self, _: Json, body: Json) -> None:
        self.takes[body["task"], body["content"]] = body
        self.makers.setdefault(body["content"], set()).update(body["makers"])
        # Who does not say which part they had is taken to have had each.
        pairs = body.get("made_by") or [(part, maker) for part in PARTS for maker in body["makers"]]
        for part, maker in pairs:
            self.parts.setdefault(body["content"], {}).setdefault(part, set()).add(maker)

    def _slot(self, _: Json, body: Json) -> None:
        self.adopted[body["slot"]] = body["content"]
        self.ever_adopted.add(body["content"])

    def _evidence(self, _: Json, body: Json) -> None:
        named = body["content"], body["evidence"], body["flagged"]
        if named not in self.measured:  # the same measurement again: the first stands
            self.measured.add(named)
            self.evidence.setdefault((body["content"], body["check"]), []).append(body)

    def _essence(self, _: Json, body: Json) -> None:
        self.essence.setdefault(body["content"], body["essence"])

    def _cut(self, _: Json, body: Json) -> None:
        self.cuts[body["hash"]] = body["cut"]

    def _verdict(self, entry: Json, body: Json) -> None:
        actor = entry["actor"]
        if not actor.startswith(PERSON) or actor not in self.people:
            raise Broken(f"entry {entry['seq']} is a verdict of {actor}, who is no person of this book")
        # A person's newer verdict at the same task, content and gate takes the older one's place.
        self.verdicts[actor, body["task"], body["content"], body["gate"]] = Verdict(
            entry["seq"], entry["at"], actor, self.roles(actor), body
        )

    def _override(self, entry: Json, body: Json) -> None:
        actor = entry["actor"]
        if not actor.startswith(PERSON) or actor not in self.people:
            raise Broken(f"entry {entry['seq']} is an override of {actor}, who is no person of this book")
        held = self.roles(actor)
        self.overrides.append(Verdict(entry["seq"], entry["at"], actor, held, body))

    def _note(self, entry: Json, body: Json) -> None:
        if body["reply_to"] is None:
            self.notes[body["note"]] = {**body, "seq": entry["seq"]}

    def _resolve(self, _: Json, body: Json) -> None:
        self.notes.pop(body["note"], None)

    def _consent(self, _: Json, body: Json) -> None:
        self.consents[body["consent"]] = {**body, "lapsed": False}

    def _lapsed(self, _: Json, body: Json) -> None:
        self.consents[body["consent"]]["lapsed"] = True

    def _withdraw(self, _: Json, body: Json) -> None:
        self.verdicts = {key: one for key, one in self.verdicts.items() if one.seq != body["verdict"]}


# --------------------------------------------------------------------------------------- gates, anew


@dataclass
class Case:
    """One content of one task before one gate; `verdicts` are the live ones on it, at whatever gate."""

    world: World
    gate: Json
    task: str
    content: str
    verdicts: list[Verdict]

    @property
    def asks_four_eyes(self) -> bool:
        """Whether somebody other than its makers has to circle it here."""
        return any(call["rule"] == "four_eyes" for call in self.gate["rules"])

    @property
    def vetoes(self) -> list[Verdict]:
        """Vetoes that stand on the content or its essence, or on what those are a trim or a re-run of."""
        same = {self.content, *self.world.same(self.task, self.content)}
        above = set[str]().union(*map(self.world.ancestors, same)) - same
        return [
            one
            for one in self.world.verdicts.values()
            if one.body["value"] == VETO
            and (
                one.body["content"] in above
                or (one.body["task"] == self.task and one.body["content"] in same)
            )
        ]

    def open_notes(self, params: Json) -> list[int]:
        """Entries of notes on the content that nobody settled, and of concerns and vetoes that stand."""
        heavy = WEIGHTS[WEIGHTS.index(params.get("severity", "issue")) :]
        on_it = [
            note
            for note in self.world.notes.values()
            if (note["task"], note["content"]) == (self.task, self.content)
        ]
        found = [note["seq"] for note in on_it if note["severity"] in heavy]
        against = [one for one in self.verdicts if one.body["value"] < 0]
        return found + [one.seq for one in against if one.body["severity"] in heavy]

    def counted(self, params: Json, *, any_wording: bool = False) -> list[Verdict]:
        """Verdicts that speak for the content here, by people who may say so now and might say so then."""
        at_least, asked = params.get("at_least", CIRCLED), set(params.get("roles", ()))
        without = params.get("without", ())
        parts = self.world.parts.get(self.content, {})
        barred = set().union(*(parts.get(word, set()) for word in without if word in PARTS))
        if self.asks_four_eyes or "maker" in without:
            barred = self.world.makers.get(self.content, set())
        found = []
        for one in self.verdicts:
            now = self.world.roles(one.actor)
            speaks = one.body["gate"] == self.gate["key"] and one.body["value"] >= at_least
            as_it_is = any_wording or one.body["gate_hash"] == gate_hash(self.gate)
            may = self._may(one, one.roles) and self._may(one, now & asked if asked else now)
            if speaks and as_it_is and may and one.actor not in barred and not now & set(without):
                found.append(one)
        return found

    def _may(self, one: Verdict, roles: set[str]) -> bool:
        vote = self.gate["vote"]
        return any(vote[role][0] <= one.body["value"] <= vote[role][1] for role in roles & vote.keys())


def gate_hash(gate: Json) -> str:
    """What a verdict binds to: a gate without its wording."""
    return sha256(canonical({name: value for name, value in gate.items() if name != "label"}))


def judge(world: World, gate: Json, task: str, content: str) -> tuple[list[Verdict], list[str]]:
    """Judge one gate on one content: the verdicts that circle it, and what is missing, a sentence each."""
    on_it = [one for (_, at, what, _), one in world.verdicts.items() if (at, what) == (task, content)]
    case = Case(world, gate, task, content, on_it)
    asked = [call["params"] for call in gate["rules"] if call["rule"] == "circled"]
    circling = [one for params in asked for one in case.counted(params)]
    missing = [] if circling else ["nobody who may has circled it"]
    for call in gate["rules"]:
        rule = RULES.get(call["rule"])
        missing += rule(case, call["params"]) if rule else [f"the rule {call['rule']} is not known here"]
    return circling, [] if missing and overriding(world, gate, task, content) else missing


def overriding(world: World, gate: Json, task: str, content: str) -> Verdict | None:
    """The newest override that lets a content pass a gate although rules of it do not hold, or None.

    It covers the rules it named, if the policy lets its giver's role override them, as long as gate, role
    and references are as they were, and nothing was said against the content after it.
    """
    may = gate.get("override") or {"roles": [], "rules": []}
    on_it = [one for (_, at, what, _), one in world.verdicts.items() if (at, what) == (task, content)]
    case = Case(world, gate, task, content, on_it)
    broken = {
        call["rule"]
        for call in gate["rules"]
        if call["rule"] not in RULES or RULES[call["rule"]](case, call["params"])
    }
    against = [one.seq for one in case.vetoes] if "no_veto" in broken else []
    for call in gate["rules"]:
        against += case.open_notes(call["params"]) if call["rule"] == "no_open_notes" else []
    for one in reversed(world.overrides):
        body, role = one.body, one.body["role"]
        named = (body["task"], body["content"], body["gate"]) == (task, content, gate["key"])
        covered = set(may["rules"]) & set(body["rules"]) & RULES.keys() - NEVER_OVERRIDDEN
        held = role in may["roles"] and role in one.roles and role in world.roles(one.actor)
        own = case.asks_four_eyes and one.actor in world.makers.get(content, ())
        moved = any(world.adopted.get(slot) != what for slot, what in body["upstream"])
        as_it_is = body["gate_hash"] == gate_hash(gate) and one.seq > max(against, default=0)
        if broken and broken <= covered and named and held and as_it_is and not own and not moved:
            return one
    return None


def _circled(case: Case, params: Json) -> list[str]:
    found, needed = case.counted(params), params.get("n", 1)
    return [] if len(found) >= needed else [f"{len(found)} of {needed} circled it"]


def _no_veto(case: Case, _: Json) -> list[str]:
    return [f"entry {one.seq} is a veto that stands" for one in case.vetoes]


def _four_eyes(case: Case, _: Json) -> list[str]:
    return [] if case.counted({"without": ["maker"]}) else ["nobody but its makers circled it"]


def _fresh_evidence(case: Case, params: Json) -> list[str]:
    world = case.world
    replaced = world.ever_adopted - set(world.adopted.values())
    answered = {
        answer for one in case.counted({"at_least": FINE}, any_wording=True) for answer in one.body["answers"]
    }
    missing = []
    for check in params.get("checks", ()):
        measured = world.evidence.get((case.content, check), [])
        fresh = [found for found in measured if replaced.isdisjoint(found["references"])]
        if not fresh:
            missing.append(f"the check {check} never measured it against what is adopted")
        elif fresh[-1]["flagged"] and fresh[-1]["evidence"] not in answered:
            missing.append(f"nobody answered what the check {check} flagged")
    return missing


def _not_stale(case: Case, _: Json) -> list[str]:
    world, missing = case.world, list[str]()
    made_against = world.takes[case.task, case.content]["leans"]
    for call in case.gate["rules"]:
        given = case.counted(call["params"], any_wording=True) if call["rule"] == "circled" else []
        moved: dict[int, list[str]] = {}
        for one in given:
            leaned = dict([*made_against, *one.body["upstream"]])
            moved[one.seq] = [
                f"{slot} was changed later"
                for slot, what in leaned.items()
                if world.adopted.get(slot) != what
            ]
            moved[one.seq] += [
                f"{slot} does not pass its own gates" for slot in leaned if is_lost(world, slot)
            ]
            if one.body["gate_hash"] != gate_hash(case.gate):
                moved[one.seq].append("the gate was changed later")
        if any(moved.values()) and sum(not why for why in moved.values()) < call["params"].get("n", 1):
            missing += sorted({why for whys in moved.values() for why in whys})
    return missing


def is_lost(world: World, slot: str) -> bool:
    """Whether what a slot holds is a take that no longer passes every gate of its own stage."""
    if slot not in world.lost:
        world.lost[slot] = False  # leans that came back to themselves would end here
        code, key = (slot[6:], "design") if slot.startswith("sheet:") else ("", "")
        if slot.startswith("take:"):
            code, _, key = slot[5:].rpartition("/")
        content = world.adopted.get(slot) or ""
        entities = [one["entity"] for one in world.entities.values() if one["code"] == code]
        task = world.tasks.get((entities[0], key), "") if entities else ""
        stages = [one for one in world.policies[world.policy]["stages"] if one["key"] == key]
        if (task, content) in world.takes and stages:
            world.lost[slot] = any(judge(world, gate, task, content)[1] for gate in stages[0]["gates"])
    return world.lost[slot]


def _order(_: Case, __: Json) -> list[str]:
    return []  # every gate of the stage is judged here, the earlier ones too


def _watched(case: Case, params: Json) -> list[str]:
    n_frames = case.world.takes[case.task, case.content]["n_frames"]
    share, dwell_ms = params.get("share", 100), params.get("dwell_s", 0) * 1000
    for call in case.gate["rules"]:
        enough = 0
        for one in case.counted(call["params"]) if call["rule"] == "circled" else ():
            played = {frame for start, end in one.body.get("watched", ()) for frame in range(start, end)}
            played &= set(range(n_frames))
            enough += len(played) * 100 >= share * n_frames and one.body.get("dwell_ms", 0) >= dwell_ms
        if call["rule"] == "circled" and enough < call["params"].get("n", 1):
            return [f"whoever circled it has not played {share} % of it"]
    return []


def _no_open_notes(case: Case, params: Json) -> list[str]:
    return [f"entry {seq} is a note that is open" for seq in case.open_notes(params)]


def _agreed(case: Case, params: Json, kind: str) -> list[str]:
    """What consents or permits lack: each has to be in force and cover the use, and be enough of them."""
    use, today = params.get("use", "release"), case.world.now[:10]
    shown = case.world.shows(case.task, case.content)
    held = [one for one in case.world.consents.values() if one["kind"] == kind and one["entity"] in shown]
    good = [
        one
        for one in held
        if one["granted"] and not one["lapsed"] and use in one["uses"] and (one["until"] or today) >= today
    ]
    missing = [f"the {kind} {one['consent']} does not cover {use}" for one in held if one not in good]
    return missing + ([f"a {kind} for {use} is missing"] if len(good) < params.get("needed", 0) else [])


def _consent(case: Case, params: Json) -> list[str]:
    return _agreed(case, params, "consent")


def _permits(case: Case, params: Json) -> list[str]:
    return _agreed(case, params, "permit")


RULES = {
    "watched": _watched,
    "no_open_notes": _no_open_notes,
    "consent": _consent,
    "permits": _permits,
    "circled": _circled,
    "no_veto": _no_veto,
    "four_eyes": _four_eyes,
    "fresh_evidence": _fresh_evidence,
    "not_stale": _not_stale,
    "order": _order,
}


# ------------------------------------------------------------------------------------ the master's MP4


_ENTRY_HEAD = 8  # bytes of a sample description before its entry: version, flags, count
_PICTURE_ENTRY = 86  # bytes of a picture's entry before the boxes in it


@dataclass(frozen=True)
class Track:
    """One track of an MP4: where its samples lie, and when each is shown.

    Args:
        kind: `vide` or `soun`.
        samples: (offset, bytes) in the file, in decoding order; where all are equally long, as those of
            uncompressed sound are, a chunk of them is told as one.
        shown: when each is shown, in the track's own ticks.
        ordered: the same, sorted.
        description: the sample description, which tells a decoder how to read the samples.
    """

    kind: str
    samples: list[tuple[int, int]]
    shown: list[int]
    ordered: list[int]
    description: bytes

    @property
    def described(self) -> set[str]:
        """SHA-256 of the description, and of it without the bit rate that each copy counts anew."""
        return {sha256(self.description), sha256(_without_rate(self.description))}


def read_tracks(path: Path) -> list[Track]:
    """Read the sample tables of every track of an MP4 file.

    Raises:
        Broken: it is no MP4 whose index can be read.

    Source:
        ISO/IEC 14496-12, 8.6 (timing) and 8.7 (sample sizes, chunks and their offsets).
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        for kind, start, end in _top_boxes(file, size):
            if kind == b"moov":
                file.seek(start)
                moov = file.read(end - start)
                try:
                    tracks = [box for box in _boxes(moov, 0, len(moov)) if box[0] == b"trak"]
                    return [_track(moov, first, last, size) for _, first, last in tracks]
                except (struct.error, KeyError, IndexError) as error:
                    raise Broken(f"the index of {path.name} cannot be read ({error})") from None
    raise Broken(f"{path.name} has no index (moov)")


def _top_boxes(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int]]:
    at = 0
    while at + 8 <= size:
        file.seek(at)
        length, kind = struct.unpack(">I4s", file.read(8))
        head = 8
        if length == 1:  # a 64-bit length follows
            length, head = struct.unpack(">Q", file.read(8).ljust(8, b"\0"))[0], 16
        length = length or size - at  # 0: to the end of the file
        if length < head or at + length > size:
            raise Broken(f"the box at byte {at} has an impossible length")
        yield kind, at + head, at + length
        at += length


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    while start + 8 <= end:
        length, kind = struct.unpack_from(">I4s", data, start)
        if length < 8 or start + length > end:  # noqa: PLR2004 (a box's own head)
            raise Broken(f"a box {kind!r} in the index has an impossible length")
        yield kind, start + 8, start + length
        start += length


def _without_rate(description: bytes) -> bytes:
    """A sample description of pictures without its `btrt` box; any other as it is."""
    first = _ENTRY_HEAD + _PICTURE_ENTRY
    if len(description) < first or struct.unpack_from(">I", description, _ENTRY_HEAD)[0] != (
        len(description) - _ENTRY_HEAD
    ):
        return description
    try:
        inside = list(_boxes(description, first, len(description)))
    except Broken:
        return description
    kept = b"".join(description[start - 8 : end] for kind, start, end in inside if kind != b"btrt")
    size = struct.pack(">I", _PICTURE_ENTRY + len(kept))
    return description[:_ENTRY_HEAD] + size + description[_ENTRY_HEAD + 4 : first] + kept


def _table(data: bytes, start: int, end: int, form: str, *, skip: int = 4) -> list[tuple[int, ...]]:
    """Read `count` rows of a table that follows `skip` bytes (version, flags …) and the count itself."""
    count: int = struct.unpack_from(">I", data, start + skip)[0]
    first = start + skip + 4
    if count * struct.calcsize(form) > end - first:
        raise Broken("a table in the index is longer than its box")
    return list(struct.iter_unpack(form, data[first : first + count * struct.calcsize(form)]))


def _track(moov: bytes, start: int, end: int, file_bytes: int) -> Track:
    boxes: dict[bytes, tuple[int, int]] = {}
    inside = [(start, end)]
    while inside:
        for kind, first, last in _boxes(moov, *inside.pop()):
            if kind == b"hdlr" and kind in boxes:
                continue  # QuickTime has another for where the bytes lie, below the track's own
            boxes[kind] = (first, last)
            if kind in {b"mdia", b"minf", b"stbl"}:
                inside.append((first, last))
    handler = boxes[b"hdlr"][0] + 8
    described, described_end = boxes[b"stsd"]
    size_start, size_end = boxes[b"stsz"]
    fixed, count = struct.unpack_from(">II", moov, size_start + 4)
    if fixed * count > file_bytes or (fixed and count > file_bytes):
        raise Broken("a track promises more bytes than the file has")
    name = moov[handler : handler + 4].decode("latin-1")
    is_even = fixed > 0 and name == "soun"
    sizes = [] if is_even else [fixed] * count
    if not fixed:
        sizes = [row[0] for row in _table(moov, size_start, size_end, ">I", skip=8)]
    if sum(sizes) > file_bytes:
        raise Broken("a track promises more bytes than the file has")
    wide = b"co64" in boxes
    chunks = [row[0] for row in _table(moov, *boxes[b"co64" if wide else b"stco"], ">Q" if wide else ">I")]
    later = _table(moov, *boxes[b"ctts"], ">Ii") if b"ctts" in boxes else []
    runs = _table(moov, *boxes[b"stsc"], ">III")
    lasts = _table(moov, *boxes[b"stts"], ">II")
    shown = [] if is_even else _shown(count, lasts, later)
    return Track(
        kind=name,
        samples=_chunks(fixed, count, chunks, runs) if is_even else _places(sizes, chunks, runs),
        shown=shown,
        ordered=sorted(shown),
        description=moov[described:described_end],
    )


def _chunks(fixed: int, count: int, chunks: list[int], runs: list[tuple[int, ...]]) -> list[tuple[int, int]]:
    """Where each chunk of equally long samples lies, and its length."""
    places: list[tuple[int, int]] = []
    for number, offset in enumerate(chunks, start=1):
        while len(runs) > 1 and runs[1][0] <= number:
            runs = runs[1:]
        held = min(runs[0][1], count)
        count -= held
        places += [(offset, held * fixed)] if held else []
    if count:
        raise Broken("a track has more samples than its chunks hold")
    return places


def _places(sizes: list[int], chunks: list[int], runs: list[tuple[int, ...]]) -> list[tuple[int, int]]:
    """Where each sample lies: a run says how many samples each chunk holds from chunk `first` (from 1) on."""
    places: list[tuple[int, int]] = []
    for number, offset in enumerate(chunks, start=1):
        while len(runs) > 1 and runs[1][0] <= number:
            runs = runs[1:]
        for _ in range(runs[0][1]):
            if len(places) == len(sizes):
                break
            places.append((offset, sizes[len(places)]))
            offset += places[-1][1]  # noqa: PLW2901 (samples lie one behind the other)
    if len(places) != len(sizes):
        raise Broken("a track has more samples than its chunks hold")
    return places


def _shown(count: int, lasts: list[tuple[int, ...]], later: list[tuple[int, ...]]) -> list[int]:
    """When each sample is shown: running sum of durations (stts) plus its composition offset (ctts)."""
    if sum(run for run, _ in lasts) != count or (later and sum(run for run, _ in later) != count):
        raise Broken("a track's timing does not cover its samples")
    shown: list[int] = []
    now = 0
    for run, ticks in lasts:
        shown += range(now, now + run * ticks, ticks) if ticks else [now] * run
        now += run * ticks
    offsets = [offset for run, offset in later for _ in range(run)]
    return [at + offset for at, offset in zip(shown, offsets or [0] * count, strict=True)]


def hash_samples(file: BinaryIO, samples: list[tuple[int, int]]) -> str:
    """SHA-256 (hex) of the samples' bytes, one after the other.

    A sample beyond the end of the file adds what there is of it, so the hash is another one then.
    """
    digest = hashlib.sha256()
    for offset, size in samples:
        file.seek(offset)
        digest.update(file.read(size))
    return digest.hexdigest()


def shown_in_order(track: Track, start: int, end: int) -> bool:
    """Whether samples `start` up to `end` are exactly those shown as frames `start` up to `end`."""
    slots_own, next_too = track.ordered[start:end], track.ordered[start : end + 1]
    return sorted(track.shown[start:end]) == slots_own and all(a < b for a, b in pairwise(next_too))


# ------------------------------------------------------------------------------------ the whole folder


def verify_folder(folder: Path, *, master: Path | None = None) -> Report:
    """Verify a deliverable's folder.

    Args:
        folder: as it was handed over.
        master: another copy of the master to hold against it.

    Raises:
        Unusable: a file is missing or cannot be opened.
    """
    report = Report()
    if master is None and not (folder / DELIVERABLE).exists() and not (folder / MASTER).exists():
        return _verify_book(folder, report)
    master = master or folder / MASTER
    raw, master_hash = _bytes(folder / DELIVERABLE), _file_hash(master)
    entries = read_book(folder, report)
    record_hash = sha256(raw)
    seal = _find_seal(entries, record_hash, master_hash)
    if entries and not seal:
        report.bad("seal", "The seal: no entry of the book seals anything.")
    if seal and seal["body"].get("record") != record_hash:
        report.bad(DELIVERABLE, f"The record: {DELIVERABLE} is not the one that entry {seal['seq']} sealed.")
    try:
        record = read_json(raw, DELIVERABLE)
        if seal:
            _check_seal(report, seal, record)
        left = _find_delivered(entries, seal, master_hash)
        _check_master(report, record, seal, master, master_hash, left=left)
        _check_disclosure(report, folder, record)
        if seal:
            _check_approvals(report, folder, entries, seal, record)
        else:
            report.bad("approvals", "The approvals were not judged, because the book does not hold.")
    except Broken as error:
        report.bad(DELIVERABLE, f"The record: {error}.")
    except MISSHAPEN as error:
        report.bad(DELIVERABLE, f"The record or the book lacks what it should have: {error!r}.")
    return _limits(folder, report)


def _verify_book(folder: Path, report: Report) -> Report:
    """Verify the book alone, as `circletake book export` writes it."""
    entries = read_book(folder, report)
    world = World(production="")
    try:
        for entry in entries:
            world.learn(entry)
        if entries:
            _read_people(report, folder, world)
    except MISSHAPEN as error:
        report.bad(ENTRIES, f"The book lacks what it should have: {error!r}.")
    report.open("There is no deliverable in this folder: no film was held against the book.")
    return _limits(folder, report)


def _limits(folder: Path, report: Report) -> Report:
    if not (folder / CHECKPOINTS).exists():
        report.open(
            "Whoever holds this folder could rewrite all of it: hold the chain's hash against another copy."
        )
    report.open("Times and names are as the studio recorded them; this program asked nobody outside.")
    report.open("A verify.py that came with the folder is part of it: run your own copy.")
    return report


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unusable(f"{path} cannot be opened: {error.strerror}.") from None


def _file_hash(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Unusable(f"{path} cannot be opened: {error.strerror}.") from None


def _find_seal(entries: list[Json], record_hash: str, master_hash: str) -> Json | None:
    """The entry that seals this record, or this master, or else the last that seals anything."""
    sealed = [entry for entry in entries if entry["kind"] == "sealed"]
    of_record = [entry for entry in sealed if entry["body"].get("record") == record_hash]
    of_master = [entry for entry in sealed if entry["body"].get("master") == master_hash]
    found = of_record or of_master or sealed
    return found[-1] if found else None


def _find_delivered(entries: list[Json], seal: Json | None, master_hash: str) -> Json | None:
    """The entry that says that this very file was signed and handed out after it was sealed."""
    return next(
        (
            entry
            for entry in entries
            if seal and entry["kind"] == "delivered" and entry["body"]["sealed"] == seal["seq"]
            if entry["body"].get("deliverable") == master_hash
        ),
        None,
    )


def _check_seal(report: Report, seal: Json, record: Json) -> None:
    body, cut = seal["body"], record["cut"]
    agrees = {
        "production": record["production"]["id"] == seal["production"],
        "master": record["master"]["sha256"] == body["master"],
        "cut": cut["hash"] == body["cut"] == sha256(canonical(cut["document"])),
        "book_seq": record["book_seq"] < seal["seq"],
    }
    for member, holds in agrees.items():
        if not holds:
            report.bad(DELIVERABLE, f"The record: its {member} is not what entry {seal['seq']} sealed.")
    if all(agrees.values()):
        report.good(f"The seal: entry {seal['seq']} at {seal['at']} names this cut, record and master.")


def _check_master(
    report: Report, record: Json, seal: Json | None, path: Path, master_hash: str, *, left: Json | None = None
) -> None:
    sealed_hash = seal["body"]["master"] if seal else record["master"]["sha256"]
    altered = len(report.lines)
    try:
        tracks = read_tracks(path)
    except Broken as error:
        report.bad("container", f"The master: {error}; what it shows cannot be told.")
        return
    pictures = [track for track in tracks if track.kind == "vide"]
    if len(pictures) != 1:
        report.bad(
            "container", f"The master: there are {len(pictures)} picture tracks in it, sealed was one."
        )
        return
    with path.open("rb") as file:
        _check_slots(report, record, file, pictures[0])
        _check_sound(report, record)
        sound = [hash_samples(file, track.samples) for track in tracks if track.kind == "soun"]
    if sound != record["master"]["sound_sha256"]:
        report.bad("sound", "The master: its sound is not what was sealed.")
    if record["master"]["description_sha256"] not in pictures[0].described:
        report.bad("container", "The master: what tells a decoder how to read the pictures was changed.")
    intact = all(line.holds for line in report.lines[altered:])
    if master_hash == sealed_hash:
        report.good(f"The master: every byte is as sealed, SHA-256 {master_hash}.")
    elif intact and left:
        report.good(
            f"The master: every byte is as delivered in entry {left['seq']}, SHA-256 {master_hash}: "
            "what was sealed, signed afterwards."
        )
    elif intact:
        first = min(offset for offset, _ in pictures[0].samples)
        report.bad(
            "container",
            "The master: shots intact, container changed. All picture and sound samples (from byte "
            f"{first} on) are as sealed; bytes around them are not.",
        )
    else:
        report.bad("master", f"The master: altered. It is {master_hash}, sealed was {sealed_hash}.")


def _check_disclosure(report: Report, folder: Path, record: Json) -> None:
    """Hold the sheet that lies in the folder against the one in the record."""
    sealed = record.get("disclosure")
    if sealed is None or not (folder / DISCLOSURE).exists():
        return
    try:
        told = json.loads(_bytes(folder / DISCLOSURE))
        same = all(told[name] == text for name, text in sealed.items() if name not in {"slots", "sound"})
        for kind in ("slots", "sound"):
            pairs = zip(sealed[kind], told[kind], strict=True)
            same = same and all({name: shown[name] for name in slot} == slot for slot, shown in pairs)
    except MISSHAPEN:
        same = False
    if same:
        report.good(f"The disclosure: {DISCLOSURE} says what the record says.")
    else:
        report.bad(DISCLOSURE, f"The disclosure: {DISCLOSURE} does not say what the record says.")


def slot_name(slot: Json) -> str:
    """A slot of the record, as people speak of it."""
    return f"slot {slot['slot']} ({slot['shot']}, frames {slot['record'][0]}–{slot['record'][1] - 1})"


def _check_slots(report: Report, record: Json, file: BinaryIO, track: Track) -> None:
    """Hold each slot's samples against its seal, and the slots against the cut and the master's frames."""
    position, held = 0, len(report.lines)
    planned = record["cut"]["document"]["slots"]
    for index, slot in enumerate(record["slots"]):
        start, end = slot["record"]
        told = {"id": slot["slot"], "shot": slot["shot"], "frames": end - start}
        told |= {"take": slot["take"], "source_in": slot["source_in"]}
        told |= {member: slot[member] for member in ("speed", "dissolve") if member in slot}
        where = f"slot {slot['slot']}"
        if start != position or index >= len(planned) or told != planned[index]:
            report.bad(where, f"The record: {slot_name(slot)} is not where and what the cut says.")
        position = end
        samples = track.samples[start:end]
        if hash_samples(file, samples) != slot["sample_sha256"] or not shown_in_order(track, start, end):
            lies = f", bytes {samples[0][0]}–{sum(samples[-1]) - 1}" if samples else ""
            report.bad(where, f"The master: {slot_name(slot)} was altered{lies}.")
    if not position == record["n_frames"] == len(track.samples) or len(planned) != len(record["slots"]):
        report.bad("frames", f"The master: it has {len(track.samples)} frames; the slots cover {position}.")
    if len(report.lines) == held:
        report.good(f"The master: frames 0–{position - 1} are each in exactly one slot, samples as sealed.")


def _check_sound(report: Report, record: Json) -> None:
    """Hold the sound that the record says was approved against what the cut lets be heard."""
    approved = {"task", "stage", "gates"}
    listed = record.get("sound", [])
    told = [{key: value for key, value in clip.items() if key not in approved} for clip in listed]
    if told != record["cut"]["document"].get("sound", []):
        report.bad("sound", "The record: the sound it names is not what the cut says.")


def _check_approvals(report: Report, folder: Path, entries: list[Json], seal: Json, record: Json) -> None:
    world = World(production=seal["production"])
    for entry in entries[: seal["seq"] - 1]:
        try:
            world.learn(entry)
        except Broken as error:
            report.bad(f"seq {entry['seq']}", f"The book: {error}.")
            return
    world.now = seal["at"]
    policy = world.policies[world.policy]
    if not sha256(canonical(policy)) == world.policy == record["policy"]:
        report.bad("policy", f"The policy: the one in force is not the one of the record ({world.policy}).")
        return
    report.good(f"The policy: “{policy['name']}”, {world.policy}, as the book holds it.")
    if world.cuts.get(record["cut"]["hash"]) != record["cut"]["document"]:
        report.bad("cut", "The cut: the book does not hold the one that was delivered.")
    world.erased |= {entry["body"]["person"] for entry in entries if entry["kind"] == "erased"}
    names = _read_people(report, folder, world)
    film = next((entity["code"] for entity in world.entities.values() if entity["kind"] == "film"), "")
    shipped = [(slot_name(slot), slot["shot"], slot["take"], slot) for slot in record["slots"]]
    heard = record.get("sound", [])
    shipped += [(f"sound {clip['id']} ({clip['shot']})", clip["shot"], clip["take"], clip) for clip in heard]
    shipped.append(("the master as a whole", film, record["master"]["sha256"], record["master"]))
    for name, code, content, told in shipped:
        _check_content(report, world, policy, names, (name, code, content), told)
    for entry in entries[seal["seq"] :]:
        if entry["kind"] == "recalled" and entry["body"]["sealed"] == seal["seq"]:
            report.bad(f"seq {entry['seq']}", f"The seal: entry {entry['seq']} recalled this deliverable.")


def _check_content(
    report: Report, world: World, policy: Json, names: dict[str, str], ships: tuple[str, str, str], told: Json
) -> None:
    """Judge one content by every gate of every stage that ships for its kind, and say who circled it."""
    name, code, content = ships
    where = f"slot {told['slot']}" if "slot" in told else f"sound {told['id']}" if "id" in told else "master"
    known = [entity for entity in world.entities.values() if entity["code"] == code]
    entity = known[0] if known else {"kind": "", "entity": ""}
    stages = [stage for stage in policy["stages"] if stage["ships"] and entity["kind"] in stage["kinds"]]
    if not stages:
        report.bad(where, f"The approvals: no gate of the policy stands before {name}.")
    for stage in stages:
        task = world.tasks.get((entity["entity"], stage["key"]), "")
        if (task, content) not in world.takes:
            report.bad(where, f"The approvals: {name} is no take of its {stage['key']} task.")
            continue
        named = {gate["gate"]: gate["verdicts"] for gate in told["gates"] if told["stage"] == stage["key"]}
        for gate in stage["gates"]:
            circling, missing = judge(world, gate, task, content)
            if not set(named.get(gate["key"], [0])) <= {one.seq for one in circling}:
                missing.append("the record names verdicts that do not count")
            who = ", ".join(f"{names.get(one.actor, one.actor)} (entry {one.seq})" for one in circling)
            let = overriding(world, gate, task, content)
            told_override = {one["gate"]: one.get("override") for one in told["gates"]}.get(gate["key"])
            if told_override != (let.seq if let else None):
                missing.append("the record does not name the override by which it passes")
            if let and not missing:
                by = f"{names.get(let.actor, let.actor)} as {let.body['role']} (entry {let.seq})"
                what = f"{', '.join(let.body['rules'])} did not hold; {let.body['code']}"
                report.good(f"The approvals: {name}, gate {gate['key']}: OVERRIDDEN by {by}: {what}.")
                continue
            if missing:
                report.bad(where, f"The approvals: {name}, gate {gate['key']}: {'; '.join(missing)}.")
            else:
                report.good(f"The approvals: {name}, gate {gate['key']}: circled by {who}.")


def _read_people(report: Report, folder: Path, world: World) -> dict[str, str]:
    """Names behind pseudonyms, where each opens the commitment that its person's entry holds."""
    names = {person: f"erased person {person}" for person in world.erased}
    known = len(names)
    try:
        told = read_json(_bytes(folder / PEOPLE).rstrip(b"\n"), PEOPLE)
    except Broken as error:
        report.bad(PEOPLE, f"The names: {error}.")
        return names
    for person, opened in told.items():
        try:
            salt = bytes.fromhex(opened["salt"])
            is_spelled = salt.hex() == opened["salt"]  # capitals would open it as well
            commitment = sha256(salt + opened["name"].encode()) if is_spelled else ""
        except MISSHAPEN:
            commitment = ""
        if commitment == world.people.get(person):
            names[person] = opened["name"]
        else:
            report.bad(PEOPLE, f"The names: {person} was not committed to under the name given.")
    report.good(f"The names: {len(names) - known} of {len(world.people)} people are named as committed to.")
    return names


def main(arguments: list[str]) -> int:
    """Verify what is named on the command line; the answer is printed and is the exit code."""
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a real stream has it
    if len(arguments) != 1:
        print("Say what to verify: python -I verify.py FOLDER|MASTER.mp4", file=sys.stderr)
        return 2
    named = Path(arguments[0])
    folder = named if named.is_dir() else named.resolve().parent
    if not named.is_dir() and not (folder / DELIVERABLE).exists():
        folder = Path(__file__).resolve().parent
    try:
        report = verify_folder(folder, master=None if named.is_dir() else named)
    except Unusable as error:
        print(error, file=sys.stderr)
        return 2
    print(report.text())
    return 0 if report.holds else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
