"""The one-file verifier, against a folder that is built here byte by byte."""

import hashlib
import json
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from circletake.ledger import verifier
from circletake.ledger.verifier import Unusable, canonical, chain_hash, gate_hash, leaf_hash, verify_folder

Json = dict[str, Any]

MAKER, LEAD, DIRECTOR, PRODUCER = "p_maker", "p_lead", "p_director", "p_producer"
TAKES = {"s_1": "a1" * 32, "s_2": "b2" * 32}
FRAMES = {"s_1": 6, "s_2": 4}
PICTURES = [bytes([65 + k]) * (20 + k) for k in range(10)]
SOUND = [bytes([97 + k]) * 9 for k in range(5)]


def box(kind: bytes, *inside: bytes) -> bytes:
    body = b"".join(inside)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def table(kind: bytes, form: str, rows: list[tuple[int, ...]]) -> bytes:
    packed = b"".join(struct.pack(form, *row) for row in rows)
    return box(kind, struct.pack(">II", 0, len(rows)), packed)


def track(
    handler: bytes, samples: list[bytes], offsets: list[int], per_chunk: int, later: list[int]
) -> bytes:
    sizes = struct.pack(">III", 0, 0, len(samples)) + b"".join(struct.pack(">I", len(s)) for s in samples)
    tables = [
        box(b"stsd", struct.pack(">II", 0, 1), box(b"avc1", b"how to decode")),
        table(b"stts", ">II", [(len(samples), 512)]),
        table(b"stsc", ">III", [(1, per_chunk, 1)]),
        box(b"stsz", sizes),
        table(b"stco", ">I", [(offset,) for offset in offsets]),
    ]
    if later:
        tables.append(table(b"ctts", ">Ii", [(1, by * 512) for by in later]))
    media = box(b"minf", box(b"stbl", *tables))
    head = box(b"hdlr", struct.pack(">II4s", 0, 0, handler), bytes(13))
    return box(b"trak", box(b"mdia", head, media))


def make_master(pictures: list[bytes]) -> bytes:
    """Two frames a chunk, sound between them; frames 1 and 2 of each slot are shown the other way round."""
    later = [0, 1, -1, 0, 0, 0, 0, 1, -1, 0]
    start = box(b"ftyp", b"isom")

    def whole(at: int) -> bytes:
        picture_at, sound_at, data = [], [], b""
        for chunk in range(5):
            picture_at.append(at + len(data))
            data += pictures[2 * chunk] + pictures[2 * chunk + 1]
            sound_at.append(at + len(data))
            data += SOUND[chunk]
        moov = box(
            b"moov", track(b"vide", pictures, picture_at, 2, later), track(b"soun", SOUND, sound_at, 1, [])
        )
        return start + moov + box(b"mdat", data)

    return whole(whole(0).index(b"mdat") + 4)


def rules(*calls: tuple[str, Json]) -> list[Json]:
    return [{"rule": rule, "params": params} for rule, params in calls]


POLICY: Json = {
    "name": "animation",
    "stages": [
        {
            "key": "animation",
            "kinds": ["shot"],
            "ships": True,
            "gates": [
                {
                    "key": "lead",
                    "label": "Lead",
                    "vote": {"lead": [-2, 2], "director": [-2, 2]},
                    "rules": rules(
                        ("circled", {"n": 1, "roles": ["lead", "director"]}),
                        ("no_veto", {}),
                        ("fresh_evidence", {"checks": ["technical"]}),
                    ),
                },
                {
                    "key": "director",
                    "vote": {"director": [-2, 2], "lead": [-1, 1]},
                    "rules": rules(
                        ("order", {}),
                        ("circled", {"n": 1, "roles": ["director"]}),
                        ("four_eyes", {}),
                        ("no_veto", {}),
                        ("not_stale", {}),
                    ),
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
                    "vote": {"producer": [-2, 2]},
                    "rules": rules(("circled", {"n": 1, "roles": ["producer"]}), ("no_veto", {})),
                }
            ],
        },
    ],
}


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Folder:
    """A film of two shots, from its policy to its seal."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.entries: list[Json] = []
        self.names = {MAKER: "Mo", LEAD: "Lee", DIRECTOR: "Dörte", PRODUCER: "Pia"}
        self.master = make_master(PICTURES)
        self.circles: dict[tuple[str, str], int] = {}
        self.overrides: dict[tuple[str, str], int] = {}

    def append(self, kind: str, actor: str, body: Json, *, production: str | None = "pr_1") -> int:
        seq = len(self.entries) + 1
        entry = {"v": 1, "seq": seq, "kind": kind, "at": f"2026-11-22T10:00:{seq:02}Z", "actor": actor}
        self.entries.append(entry | {"session": None, "production": production, "body": body})
        return seq

    def verdict(self, actor: str, slot: str, content: str, gate: str, value: int, **more: object) -> int:
        body: Json = {"task": f"t_{slot}", "content": content, "gate": gate, "value": value}
        body |= {"answers": [], "upstream": [], "key": f"k{len(self.entries)}"}
        gates = [one for stage in POLICY["stages"] for one in stage["gates"] if one["key"] == gate]
        body["gate_hash"] = gate_hash(gates[0])
        return self.append("verdict", actor, body | more)

    def salt(self, person: str) -> bytes:
        return hashlib.sha256(person.encode()).digest()

    def found(self) -> None:
        for person, name in self.names.items():
            commitment = sha(self.salt(person) + name.encode())
            self.append("person", person, {"person": person, "name": commitment}, production=None)
        self.append("machine", "m_1", {"machine": "m_1", "label": "checks"}, production=None)
        self.append("policy", PRODUCER, {"hash": self.policy, "policy": POLICY}, production=None)
        self.append("opened", PRODUCER, {"production": "pr_1", "code": "film", "policy": self.policy})
        for person, role in (
            (LEAD, "lead"),
            (DIRECTOR, "director"),
            (PRODUCER, "producer"),
            (MAKER, "director"),
        ):
            self.append("grant", PRODUCER, {"person": person, "role": role, "granted": True})
        self.append("slot", DIRECTOR, {"slot": "sheet:dog", "content": "d0" * 32})
        for slot, kind in (("s_1", "shot"), ("s_2", "shot"), ("film", "film")):
            self.append("entity", PRODUCER, {"entity": f"e_{slot}", "kind": kind, "code": slot.upper()})
            stage = "master" if kind == "film" else "animation"
            self.append("task", PRODUCER, {"task": f"t_{slot}", "entity": f"e_{slot}", "stage": stage})
        for slot, content in TAKES.items():
            self.take(MAKER, slot, content)
            self.append("evidence", "m_1", self.measured(content, flagged=False))
        self.append("cut", MAKER, {"hash": self.cut_hash, "cut": self.cut})

    def take(self, actor: str, slot: str, content: str, **more: object) -> None:
        body: Json = {"take": f"k_{content[:4]}", "task": f"t_{slot}", "content": content, "makers": [actor]}
        self.append("take", actor, body | {"parent": None, "change": "new", "leans": []} | more)

    def measured(self, content: str, *, flagged: bool) -> Json:
        body: Json = {"evidence": "ee" * 32, "content": content, "check": "technical", "version": 1}
        return body | {"flagged": flagged, "references": ["d0" * 32]}

    def approve(self, slot: str) -> None:
        content = TAKES[slot]
        leans = [["sheet:dog", "d0" * 32]]
        self.circles[slot, "lead"] = self.verdict(LEAD, slot, content, "lead", 2)
        self.circles[slot, "director"] = self.verdict(DIRECTOR, slot, content, "director", 2, upstream=leans)

    def approve_master(self) -> None:
        content = sha(self.master)
        self.take("m_1", "film", content)
        self.circles["film", "producer"] = self.verdict(PRODUCER, "film", content, "producer", 2)

    @property
    def policy(self) -> str:
        return sha(canonical(POLICY))

    @property
    def cut(self) -> Json:
        slots = [
            {"id": slot, "shot": slot.upper(), "frames": FRAMES[slot], "take": take, "source_in": 3}
            for slot, take in TAKES.items()
        ]
        return {"v": 1, "production": "pr_1", "number": 2, "parent": None, "slots": slots}

    @property
    def cut_hash(self) -> str:
        return sha(canonical(self.cut))

    def record(self) -> Json:
        slots, start = [], 0
        for slot, take in TAKES.items():
            end = start + FRAMES[slot]
            gates: list[Json] = [
                {"gate": gate, "verdicts": [self.circles[slot, gate]]}
                for gate in ("lead", "director")
                if (slot, gate) in self.circles
            ]
            gates += [
                {"gate": gate, "verdicts": [], "override": seq}
                for (at, gate), seq in self.overrides.items()
                if at == slot
            ]
            slots.append(
                {"slot": slot, "shot": slot.upper(), "record": [start, end], "take": take, "source_in": 3}
                | {"stage": "animation", "gates": gates, "sample_sha256": sha(b"".join(PICTURES[start:end]))}
            )
            start = end
        producer = [{"gate": "producer", "verdicts": [self.circles["film", "producer"]]}]
        described = struct.pack(">II", 0, 1) + box(b"avc1", b"how to decode")
        return {
            "v": 1,
            "production": {"id": "pr_1"},
            "book_seq": len(self.entries),
            "policy": self.policy,
            "cut": {"hash": self.cut_hash, "document": self.cut},
            "n_frames": 10,
            "slots": slots,
            "master": {
                "sha256": sha(self.master),
                "stage": "master",
                "gates": producer,
                "sound_sha256": [sha(b"".join(SOUND))],
                "description_sha256": sha(described),
            },
        }

    def seal(self) -> None:
        record = canonical(self.record())
        (self.root / "deliverable.json").write_bytes(record)
        body = {"cut": self.cut_hash, "master": sha(self.master), "record": sha(record)}
        self.append("sealed", PRODUCER, body | {"contents": list(TAKES.values())})

    def write(self) -> Path:
        chain, lines = bytes(32), b""
        for entry in self.entries:
            raw = canonical(entry)
            chain = chain_hash(chain, leaf_hash(raw))
            lines += raw + b"\t" + chain.hex().encode() + b"\n"
        (self.root / "entries.jsonl").write_bytes(lines)
        head = {"seq": len(self.entries), "chain": chain.hex()}
        (self.root / "heads.json").write_bytes(canonical(head) + b"\n")
        people = {
            person: {"name": name, "salt": self.salt(person).hex()} for person, name in self.names.items()
        }
        (self.root / "people.json").write_bytes(canonical(people) + b"\n")
        (self.root / "master.mp4").write_bytes(self.master)
        shutil.copy(verifier.__file__, self.root / "verify.py")
        return self.root


def build(root: Path, *, before_seal: Callable[[Folder], object] = lambda _: None) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    folder = Folder(root)
    folder.found()
    folder.approve("s_1")
    folder.approve("s_2")
    folder.approve_master()
    before_seal(folder)
    folder.seal()
    return folder.write()


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("deliverable"))


def said(folder: Path) -> str:
    report = verify_folder(folder)
    assert not report.holds
    return report.text()


def test_a_sealed_folder_holds_and_says_who_circled_what(sealed: Path) -> None:
    report = verify_folder(sealed)
    assert report.holds, report.text()
    assert "frames 0–9 are each in exactly one slot" in report.text()
    assert "slot s_2 (S_2, frames 6–9), gate director: circled by Dörte" in report.text()
    assert "the master as a whole, gate producer: circled by Pia" in report.text()
    assert sum(line.holds is None for line in report.lines) == 3


def test_it_runs_alone_with_nothing_installed_and_answers_with_its_exit_code(
    sealed: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(sealed, folder)
    program = [sys.executable, "-I", "-S", str(folder / "verify.py")]

    def run(path: Path) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*program, str(path)], capture_output=True, text=True, check=False, cwd=tmp_path
        )

    whole = run(folder)
    assert whole.returncode == 0, whole.stdout
    assert "Everything holds." in whole.stdout
    elsewhere = tmp_path / "renamed.mp4"
    shutil.copy(folder / "master.mp4", elsewhere)
    assert run(elsewhere).returncode == 0
    elsewhere.write_bytes(elsewhere.read_bytes().replace(b"G", b"H"))
    altered = run(elsewhere)
    assert altered.returncode == 1
    assert "slot s_2 (S_2, frames 6–9) was altered" in altered.stdout
    assert run(tmp_path / "nothing").returncode == 2
    assert run(tmp_path).returncode == 2


def test_a_folder_without_its_record_is_unusable(sealed: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(sealed, tmp_path / "copy")
    (folder / "entries.jsonl").unlink()
    with pytest.raises(Unusable, match=r"entries\.jsonl cannot be opened"):
        verify_folder(folder)


def flip(folder: Path, name: str, bit: int) -> int:
    """Flip one bit of a file; the byte it lies in."""
    raw = bytearray((folder / name).read_bytes())
    at = bit // 8 % len(raw)
    raw[at] ^= 1 << bit % 8
    (folder / name).write_bytes(raw)
    return at


FLIPS = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)


@FLIPS
@given(bit=st.integers(0, 10**6))
def test_any_flipped_bit_of_the_book_is_found_and_its_entry_named(
    sealed: Path, tmp_path: Path, bit: int
) -> None:
    folder = shutil.copytree(sealed, tmp_path / "copy", dirs_exist_ok=True)
    whole = (folder / "entries.jsonl").read_bytes()
    at = flip(folder, "entries.jsonl", bit)
    report = verify_folder(folder)
    assert f"seq {whole[:at].count(10) + 1}" in report.broken, report.text()


@FLIPS
@given(bit=st.integers(0, 10**6), name=st.sampled_from(["deliverable.json", "heads.json", "people.json"]))
def test_any_flipped_bit_of_the_other_records_is_found_and_the_file_named(
    sealed: Path, tmp_path: Path, bit: int, name: str
) -> None:
    folder = shutil.copytree(sealed, tmp_path / "copy", dirs_exist_ok=True)
    flip(folder, name, bit)
    assert name in verify_folder(folder).broken


@FLIPS
@given(bit=st.integers(0, 10**6))
def test_any_flipped_bit_of_the_master_is_found_and_its_place_named(
    sealed: Path, tmp_path: Path, bit: int
) -> None:
    folder = shutil.copytree(sealed, tmp_path / "copy", dirs_exist_ok=True)
    whole = (folder / "master.mp4").read_bytes()
    at = flip(folder, "master.mp4", bit)
    broken = verify_folder(folder).broken
    if whole[at] in b"".join(PICTURES[:6]) and at > whole.index(b"mdat") + 4:
        assert broken == ["slot s_1", "master"]
    elif whole[at] in b"".join(PICTURES[6:]) and at > whole.index(b"mdat") + 4:
        assert broken == ["slot s_2", "master"]
    elif at > whole.index(b"mdat") + 4:
        assert broken == ["sound", "master"]
    else:  # headers and index: what they point at may or may not still be found
        assert {"container", "slot s_1", "slot s_2", "sound", "frames"} & set(broken)


def test_a_box_added_behind_the_master_leaves_the_shots_intact(sealed: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(sealed, tmp_path / "copy")
    with (folder / "master.mp4").open("ab") as file:
        file.write(box(b"free", b"here was nobody"))
    assert "shots intact, container changed" in said(folder)


@pytest.mark.parametrize("keep", [0, 20, 700, -1])
def test_a_master_cut_short_is_named(sealed: Path, tmp_path: Path, keep: int) -> None:
    folder = shutil.copytree(sealed, tmp_path / "copy")
    (folder / "master.mp4").write_bytes((folder / "master.mp4").read_bytes()[:keep])
    assert "The master: " in said(folder)


def test_two_frames_shown_in_each_others_place_are_found_though_every_sample_is_there(
    sealed: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(sealed, tmp_path / "copy")
    master = (folder / "master.mp4").read_bytes()
    ordinary, swapped = struct.pack(">IiIi", 1, 0, 1, 0), struct.pack(">IiIi", 1, 512, 1, -512)
    at = master.index(b"ctts") + 12 + 5 * 8  # frame 5 belongs to the first slot, frame 6 to the second
    assert master[at : at + 16] == ordinary
    (folder / "master.mp4").write_bytes(master[:at] + swapped + master[at + 16 :])
    report = verify_folder(folder)
    assert report.broken == ["slot s_1", "slot s_2", "master"]


def test_an_entry_taken_out_of_the_end_is_found(sealed: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(sealed, tmp_path / "copy")
    lines = (folder / "entries.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "entries.jsonl").write_bytes(b"".join(lines[:-1]))
    assert "heads.json" in verify_folder(folder).broken


def rechained(tmp_path: Path, wrong: Callable[[Folder], object]) -> str:
    """A book that chains, and in which something is missing that the seal should have asked for."""
    return said(build(tmp_path / "wrong", before_seal=wrong))


def test_a_veto_that_stands_is_named(tmp_path: Path) -> None:
    text = rechained(tmp_path, lambda f: f.verdict(PRODUCER, "s_1", TAKES["s_1"], "director", -2))
    assert "slot s_1 (S_1, frames 0–5), gate lead: entry 30 is a veto that stands" in text
    assert "gate producer: circled by Pia" in text


def test_a_veto_that_was_withdrawn_stands_in_nobodys_way(tmp_path: Path) -> None:
    def veto_and_withdraw(folder: Folder) -> None:
        seq = folder.verdict(PRODUCER, "s_1", TAKES["s_1"], "director", -2)
        folder.append("withdraw", PRODUCER, {"verdict": seq, "key": "w"})

    assert verify_folder(build(tmp_path / "fine", before_seal=veto_and_withdraw)).holds


def test_a_circle_that_was_withdrawn_counts_no_longer(tmp_path: Path) -> None:
    def withdraw(folder: Folder) -> None:
        folder.append("withdraw", LEAD, {"verdict": folder.circles["s_1", "lead"], "key": "w"})

    assert "gate lead: nobody who may has circled it" in rechained(tmp_path, withdraw)


@pytest.fixture
def overridable(monkeypatch: pytest.MonkeyPatch) -> Json:
    """The lead's gate, at which a director may let a take pass that nobody circled."""
    gate: Json = POLICY["stages"][0]["gates"][0]
    monkeypatch.setitem(gate, "override", {"roles": ["director"], "rules": ["circled"]})
    return gate


def overrides(folder: Folder, changed: Json, **more: object) -> int:
    """The lead takes the circle back, and the director lets the take pass."""
    folder.append("withdraw", LEAD, {"verdict": folder.circles.pop(("s_1", "lead")), "key": "w"})
    body: Json = {"task": "t_s_1", "content": TAKES["s_1"], "gate": "lead", "role": "director", "key": "o"}
    body |= {"rules": ["circled"], "code": "time", "note": "0" * 64, "gate_hash": gate_hash(changed)}
    return folder.append("override", DIRECTOR, body | {"upstream": []} | more)


def test_an_override_passes_and_is_said_for_ever(tmp_path: Path, overridable: Json) -> None:
    def let(folder: Folder) -> None:
        folder.overrides["s_1", "lead"] = overrides(folder, overridable)

    report = verify_folder(build(tmp_path / "fine", before_seal=let))
    assert report.holds, report.text()
    assert (
        "gate lead: OVERRIDDEN by Dörte as director (entry 31): circled did not hold; time" in report.text()
    )


@pytest.mark.parametrize(
    "more",
    [
        {"role": "producer"},
        {"gate_hash": "0" * 64},
        {"rules": ["no_veto"]},
        {"gate": "director"},
        {"upstream": [["sheet:dog", "d1" * 32]]},
    ],
)
def test_an_override_that_does_not_fit_covers_nothing(
    tmp_path: Path, overridable: Json, more: dict[str, object]
) -> None:
    text = rechained(tmp_path, lambda folder: overrides(folder, overridable, **more))
    assert "gate lead: nobody who may has circled it" in text


def test_an_override_that_the_record_does_not_name_is_said(tmp_path: Path, overridable: Json) -> None:
    text = rechained(tmp_path, lambda folder: overrides(folder, overridable))
    assert "the record does not name the override by which it passes" in text


def test_an_override_is_given_by_a_person(tmp_path: Path, overridable: Json) -> None:
    def by_machine(folder: Folder) -> None:
        overrides(folder, overridable)
        folder.entries[-1]["actor"] = "m_1"

    assert "an override of m_1, who is no person of this book" in rechained(tmp_path, by_machine)


def test_a_newer_verdict_takes_the_place_of_the_circle(tmp_path: Path) -> None:
    text = rechained(tmp_path, lambda f: f.verdict(LEAD, "s_1", TAKES["s_1"], "lead", -1))
    assert "gate lead: nobody who may has circled it; 0 of 1 circled it" in text


def test_a_circle_on_other_content_does_not_count(tmp_path: Path) -> None:
    def swap(folder: Folder) -> None:
        for entry in folder.entries:
            if entry["seq"] == folder.circles["s_2", "director"]:
                entry["body"]["content"] = TAKES["s_1"]

    assert "slot s_2 (S_2, frames 6–9), gate director: nobody who may" in rechained(tmp_path, swap)


def test_a_machines_verdict_is_named_whatever_the_chain_says(tmp_path: Path) -> None:
    text = rechained(tmp_path, lambda f: f.verdict("m_1", "s_1", TAKES["s_1"], "lead", 2))
    assert "entry 30 is a verdict of m_1, who is no person of this book" in text


def test_a_makers_own_circle_is_not_four_eyes(tmp_path: Path) -> None:
    def own_eyes(folder: Folder) -> None:
        for entry in folder.entries:
            if entry["seq"] == folder.circles["s_2", "director"]:
                entry["actor"] = MAKER

    assert "gate director: nobody who may has circled it" in rechained(tmp_path, own_eyes)
    assert "nobody but its makers circled it" in rechained(tmp_path, own_eyes)


def test_a_circle_of_somebody_whose_role_has_no_such_vote_does_not_count(tmp_path: Path) -> None:
    def by_the_lead(folder: Folder) -> None:
        for entry in folder.entries:
            if entry["seq"] == folder.circles["s_2", "director"]:
                entry["actor"] = LEAD

    assert "gate director: nobody who may has circled it" in rechained(tmp_path, by_the_lead)


def test_a_role_granted_after_the_verdict_does_not_help_it(tmp_path: Path) -> None:
    def late(folder: Folder) -> None:
        granted = next(e for e in folder.entries if e["kind"] == "grant" and e["body"]["person"] == DIRECTOR)
        body = dict(granted["body"])
        granted["body"]["granted"] = False
        folder.append("grant", PRODUCER, body)

    assert "gate director: nobody who may has circled it" in rechained(tmp_path, late)


def test_a_reference_that_moved_after_the_circle_makes_it_and_its_evidence_stale(tmp_path: Path) -> None:
    text = rechained(
        tmp_path, lambda f: f.append("slot", DIRECTOR, {"slot": "sheet:dog", "content": "d1" * 32})
    )
    assert "gate director: sheet:dog was changed later" in text
    assert "gate lead: the check technical never measured it against what is adopted" in text


def test_a_reference_that_came_back_heals_what_leaned_on_it(tmp_path: Path) -> None:
    def there_and_back(folder: Folder) -> None:
        for content in ("d1" * 32, "d0" * 32):
            folder.append("slot", DIRECTOR, {"slot": "sheet:dog", "content": content})

    assert verify_folder(build(tmp_path / "fine", before_seal=there_and_back)).holds


def test_a_circle_leans_on_what_the_take_was_made_against(tmp_path: Path) -> None:
    def made_against_another(folder: Folder) -> None:
        for entry in folder.entries:
            if entry["kind"] == "take" and entry["body"]["content"] == TAKES["s_1"]:
                entry["body"]["leans"] = [["palette:dusk", "f0" * 32]]

    assert "gate director: palette:dusk was changed later" in rechained(tmp_path, made_against_another)


def test_a_circle_at_a_gate_that_was_changed_since_does_not_count(tmp_path: Path) -> None:
    def other_gate(folder: Folder) -> None:
        for entry in folder.entries:
            if entry["seq"] == folder.circles["s_2", "director"]:
                entry["body"]["gate_hash"] = "00" * 32

    assert "gate director: nobody who may has circled it" in rechained(tmp_path, other_gate)


def test_a_veto_on_what_a_take_was_cut_from_stands_against_it_too(tmp_path: Path) -> None:
    def cut_from_vetoed(folder: Folder) -> None:
        folder.take(MAKER, "s_1", "c3" * 32)
        folder.verdict(DIRECTOR, "s_1", "c3" * 32, "director", -2)
        for entry in folder.entries:
            if entry["kind"] == "take" and entry["body"]["content"] == TAKES["s_1"]:
                entry["body"] |= {"parent": "k_c3c3", "change": "subrange"}

    assert "slot s_1 (S_1, frames 0–5), gate lead: entry 31 is a veto that stands" in rechained(
        tmp_path, cut_from_vetoed
    )


def test_what_was_carried_never_counts_in_a_delivery(tmp_path: Path) -> None:
    def carried(folder: Folder) -> None:
        folder.take(MAKER, "s_1", "c3" * 32)
        for content in (TAKES["s_1"], "c3" * 32):
            folder.append("essence", "m_1", {"content": content, "essence": "e5" * 32, "job": ""})
        seq = folder.circles["s_1", "director"]
        folder.append("withdraw", DIRECTOR, {"verdict": seq, "key": "w"})
        seq = folder.verdict(DIRECTOR, "s_1", "c3" * 32, "director", 2)
        body = {"task": "t_s_1", "content": TAKES["s_1"], "change": "essence_same"}
        folder.append("carry", "m_1", body | {"verdict": seq})

    text = rechained(tmp_path, carried)
    assert "slot s_1 (S_1, frames 0–5), gate director: nobody who may has circled it" in text


def test_a_veto_on_the_same_essence_stands_and_on_another_does_not(tmp_path: Path) -> None:
    def vetoed(essence: str) -> Callable[[Folder], object]:
        def beside(folder: Folder) -> None:
            folder.take(MAKER, "s_1", "c3" * 32)
            for content, what in ((TAKES["s_1"], "e5" * 32), ("c3" * 32, essence)):
                folder.append("essence", "m_1", {"content": content, "essence": what, "job": ""})
            folder.verdict(DIRECTOR, "s_1", "c3" * 32, "director", -2)

        return beside

    assert "gate lead: entry 33 is a veto that stands" in rechained(tmp_path, vetoed("e5" * 32))
    assert verify_folder(build(tmp_path / "fine", before_seal=vetoed("e6" * 32))).holds


def test_a_reference_that_no_longer_passes_makes_what_leans_on_it_stale(tmp_path: Path) -> None:
    def leans(folder: Folder) -> None:
        for entry in folder.entries:
            if entry["kind"] == "verdict" and entry["seq"] == folder.circles["s_1", "director"]:
                entry["body"]["upstream"] = [["take:S_2/animation", TAKES["s_2"]]]
            if entry["kind"] == "slot":
                entry["body"] = {"slot": "take:S_2/animation", "content": TAKES["s_2"]}

    def withdrawn(folder: Folder) -> None:
        leans(folder)
        folder.append("withdraw", DIRECTOR, {"verdict": folder.circles["s_2", "director"], "key": "w"})

    def measured(folder: Folder) -> None:
        leans(folder)
        for slot in ("s_1", "s_2"):
            for entry in folder.entries:
                if entry["kind"] == "verdict" and entry["seq"] == folder.circles[slot, "director"]:
                    entry["body"]["upstream"] = entry["body"]["upstream"] if slot == "s_1" else []

    assert verify_folder(build(tmp_path / "fine", before_seal=measured)).holds
    text = rechained(tmp_path, withdrawn)
    assert "gate director: take:S_2/animation does not pass its own gates" in text


def test_flagged_evidence_needs_a_persons_answer(tmp_path: Path) -> None:
    def flag(folder: Folder) -> None:
        folder.append("evidence", "m_1", folder.measured(TAKES["s_1"], flagged=True))

    assert "nobody answered what the check technical flagged" in rechained(tmp_path, flag)

    def flag_and_answer(folder: Folder) -> None:
        flag(folder)
        folder.circles["s_1", "lead"] = folder.verdict(
            LEAD, "s_1", TAKES["s_1"], "lead", 2, answers=["ee" * 32]
        )

    assert verify_folder(build(tmp_path / "fine", before_seal=flag_and_answer)).holds


def test_a_policy_that_is_not_what_its_hash_says_is_named(tmp_path: Path) -> None:
    def soften(folder: Folder) -> None:
        entry = next(e for e in folder.entries if e["kind"] == "policy")
        softer = json.loads(json.dumps(POLICY))
        softer["stages"][0]["gates"].pop()
        entry["body"] = {"hash": entry["body"]["hash"], "policy": softer}

    assert "The policy: the one in force is not the one of the record" in rechained(tmp_path, soften)


def test_a_recall_after_the_seal_is_named(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.found()
    folder.approve("s_1")
    folder.approve("s_2")
    folder.approve_master()
    folder.seal()
    folder.append("recalled", DIRECTOR, {"sealed": len(folder.entries), "verdict": 27})
    assert f"entry {len(folder.entries)} recalled this deliverable" in said(folder.write())


def test_a_name_that_was_not_committed_to_is_named(sealed: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(sealed, tmp_path / "copy")
    people = json.loads((folder / "people.json").read_bytes())
    people[LEAD]["name"] = "Somebody Else"
    (folder / "people.json").write_bytes(canonical(people))
    assert f"{LEAD} was not committed to under the name given" in said(folder)


def test_an_erased_name_leaves_everything_else_whole(sealed: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(sealed, tmp_path / "copy")
    people = json.loads((folder / "people.json").read_bytes())
    del people[LEAD]
    (folder / "people.json").write_bytes(canonical(people))
    report = verify_folder(folder)
    assert report.holds
    assert f"circled by {LEAD}" in report.text()


def test_a_name_cannot_steer_the_terminal(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.names[LEAD] = "Lee\x1b[2J"
    folder.found()
    folder.approve("s_1")
    folder.approve("s_2")
    folder.approve_master()
    folder.seal()
    assert "circled by Lee?[2J" in verify_folder(folder.write()).text()


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":1.0}',
        b'{"a":1,"a":1}',
        b'{"b":1,"a":1}',
        b'{"a": 1}',
        b'{"A":1}',
        b'{"a":9007199254740993}',
        b'{"a":"\\u0041"}',
        '{"a":"e\u0301"}'.encode(),
        b'{"a":"\\ud800"}',
        b'{"a":NaN}',
        b"[]",
        b"\xff",
        b'{"a":' * 100_000,
    ],
)
def test_what_is_not_spelled_canonically_is_refused(raw: bytes) -> None:
    with pytest.raises(verifier.Broken):
        verifier.read_json(raw, "this")
