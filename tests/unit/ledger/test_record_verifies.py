"""The book as it is written out, and the stranger's verifier: both must say the same as the gates."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from circletake.cut.cache import FolderCache
from circletake.cut.deliverable import Approval, ShippedSlot, ShippedTake, deliverable_bytes, read_master
from circletake.cut.document import cut_document, cut_hash
from circletake.cut.render import render_cut
from circletake.db.connect import migrate_book, open_book
from circletake.domain.cut import CutVersion, Slot, SoundClip
from circletake.domain.production import Production
from circletake.gates.policy import policy_dict
from circletake.ledger.book import Book
from circletake.ledger.canonical import canonical
from circletake.ledger.record import export_record
from circletake.ledger.verifier import World, judge, read_tracks, verify_folder
from circletake.media.encode import write_movie
from circletake.media.store import ContentStore

if TYPE_CHECKING:
    from tests.unit.ledger.conftest import Floor

Rgb = NDArray[np.uint8]


class Draws(Protocol):
    def frames(self, n_frames: int) -> Iterator[Rgb]: ...


PEOPLE = ("p_dana", "p_lea", "p_art")
SHEETS = ("51" * 32, "52" * 32)
STEPS = st.one_of(
    st.tuples(
        st.just("verdict"),
        st.sampled_from(PEOPLE),
        st.sampled_from(("lead", "director")),
        st.sampled_from((2, 2, 2, 1, -1, -2)),
        st.sampled_from(("now", "old wording")),
        st.sampled_from(("answers", "is silent")),
        st.sampled_from((None, *SHEETS)),
    ),
    st.tuples(st.just("withdraw")),
    st.tuples(st.just("adopt"), st.sampled_from(SHEETS)),
    st.tuples(
        st.just("measure"),
        st.sampled_from(("technical", "consistency")),
        st.booleans(),
        st.sampled_from(((), SHEETS[:1], SHEETS[1:])),
    ),
    st.tuples(st.just("revoke"), st.sampled_from((("p_dana", "director"), ("p_lea", "lead")))),
    st.tuples(st.just("parent vetoed")),
    st.tuples(st.just("made by"), st.sampled_from(PEOPLE)),
)


def play(floor: "Floor", content: str, parent: str, steps: list[tuple[Any, ...]]) -> None:
    last: dict[str, Any] = {}
    for number, (what, *how) in enumerate(steps):
        if what == "verdict":
            person, gate, value, wording, answering, leans = how
            more = {"gate_hash": "00" * 32} if wording == "old wording" else {}
            answers = tuple(last.get("evidence", {}).values()) if answering == "answers" else ()
            upstream = [["sheet:queso", leans]] if leans else []
            said = floor.verdict(person, content, gate, value, answers=answers, upstream=upstream, **more)
            last["verdict"] = (person, said.seq)
        elif what == "withdraw" and "verdict" in last:
            person, seq = last.pop("verdict")
            floor.append("withdraw", person, verdict=seq, key=f"w{number}")
        elif what == "adopt":
            floor.append("slot", slot="sheet:queso", content=how[0])
        elif what == "measure":
            check, flagged, references = how
            name = f"{check[:3]}{number}"
            made = floor.measure(content, check, name=name, flagged=flagged, references=references)
            last.setdefault("evidence", {})[check] = made
        elif what == "revoke":
            floor.grant(*how[0], granted=False)
        elif what == "parent vetoed":
            floor.verdict("p_dana", parent, "director", -2)
        elif what == "made by" and not last.get("made"):
            last["made"] = True
            floor.take("again", task="t_2", makers=(how[0],), content=content)


def world_of(book: Book) -> World:
    world = World(production="pr_1")
    for entry in book.entries(limit=10_000):
        world.learn(json.loads(entry.raw))
    return world


@pytest.mark.sqlite  # it makes its own books, one for each example
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=14), approve=st.booleans())
def test_the_verifier_and_the_gates_agree_on_whatever_happened(
    floor: "Floor", steps: list[tuple[Any, ...]], *, approve: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = open_book(Path(folder) / "book.sqlite")
        migrate_book(engine)
        here = type(floor)(Book(engine), engine)
        here.found()
        here.append("slot", slot="sheet:queso", content=SHEETS[0])
        parent = here.take("parent")
        content = here.take("trim", parent="k_parent", change="subrange", leans=[["sheet:queso", SHEETS[0]]])
        if approve:  # start where everything holds, so that each step can break it
            circle(here, content)
        play(here, content, parent, steps)
        said = here.ask(content)
        world = world_of(here.book)
        stage = next(stage for stage in policy_dict(here.policy)["stages"] if stage["key"] == "animation")
        for gate in stage["gates"]:
            circling, missing = judge(world, gate, "t_1", content)
            findings = [finding for finding in said[gate["key"]].findings if finding.rule != "order"]
            assert (missing == []) == all(finding.holds for finding in findings), (missing, findings)
            used = {seq for finding in findings if finding.rule == "circled" for seq in finding.uses}
            assert missing or {one.seq for one in circling} == used
        engine.dispose()


def circle(floor: "Floor", content: str) -> None:
    for check in ("technical", "consistency"):
        floor.measure(content, check)
    floor.verdict("p_lea", content, "lead", 2)
    floor.verdict("p_dana", content, "director", 2)


def as_it_is(cut: CutVersion) -> CutVersion:
    return cut


def retimed(cut: CutVersion) -> CutVersion:
    """The same length with all that only the fuller format of a cut says."""
    slot = cut.slots[0]
    clip = SoundClip("a_1", slot.shot, slot.take, 4, 10, 2, gain_mb=-300, fade_out=3)
    slots = (replace(slot, frames=12, speed=Fraction(1, 2)), replace(slot, id="s_2", frames=8, dissolve=4))
    return replace(cut, slots=slots, sound=(clip,), start=86400)


def deliver(
    floor: "Floor",
    root: Path,
    drawing: Draws,
    change: Callable[[CutVersion], CutVersion] = as_it_is,
    spoil: Callable[[dict[str, Any]], None] | None = None,
) -> Path:
    """Seal a film of one shot as a recipe would, and write its folder.

    Args:
        change: what the cut says beyond what is rendered; the verifier looks at samples, not at pictures.
        spoil: done to the record before it is sealed.
    """
    store = ContentStore(root / "content")
    film = root / "take.mp4"
    write_movie(film, drawing.frames(24), rate=Fraction(24), width_px=192, height_px=96)
    take = store.put_file(film)
    floor.take("one", content=take)
    circle(floor, take)
    cut = CutVersion("pr_1", 1, Fraction(24), 192, 96, (Slot("s_1", "SH010", 20, take, 2),))
    cut = change(cut)
    plain = tuple(Slot(slot.id, slot.shot, slot.frames, slot.take, slot.source_in) for slot in cut.slots)
    rendered = render_cut(store, replace(cut, slots=plain, sound=()), FolderCache(root / "segments"))
    master = rendered.content
    floor.append("cut", hash=cut_hash(cut), cut=cut_document(cut))
    floor.append("entity", entity="e_9", kind="film", code="FILM", title="Queso", position=1)
    floor.append("task", task="t_9", entity="e_9", stage="master")
    floor.grant("p_dana", "producer")
    floor.take("master", task="t_9", content=master, makers=("m_render",))
    floor.measure(master, "technical")
    floor.verdict("p_dana", master, "producer", 2, task="t_9", stage="master")

    def approved(task: str, stage: str, content: str) -> ShippedTake:
        results = floor.ask(content, task)
        assert all(result.passes for result in results.values())
        gates = [
            Approval(gate, next(finding.uses for finding in result.findings if finding.rule == "circled"))
            for gate, result in results.items()
        ]
        return ShippedTake(task, stage, tuple(gates))

    record = deliverable_bytes(
        Production("pr_1", "queso", "Queso", Fraction(24), 192, 96, floor.policy.hash),
        cut,
        read_master(store.path(master), cut),
        slots=[ShippedSlot(part.id, approved("t_1", "animation", take)) for part in cut.parts],
        film=approved("t_9", "master", master),
        policy=floor.policy.hash,
        book_seq=floor.book.head().seq,
    )
    if spoil is not None:
        data = json.loads(record)
        spoil(data)
        record = canonical(data)
    content = store.put_bytes(record)
    seal = floor.append("sealed", cut=cut_hash(cut), master=master, record=content, contents=[take, master])
    folder = root / "deliverable"
    folder.mkdir()
    (folder / "deliverable.json").write_bytes(record)
    shutil.copy(store.path(master), folder / "master.mp4")
    (folder / "master.mp4").chmod(0o644)
    export_record(floor.book, folder, seal=seal.seq)
    return folder


def test_what_the_book_writes_out_holds_for_a_stranger(
    floor: "Floor", tmp_path: Path, drawing: Draws
) -> None:
    folder = deliver(floor, tmp_path, drawing)
    program = [sys.executable, "-I", "-S", str(folder / "verify.py"), str(folder)]
    told = subprocess.run(program, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "slot s_1 (SH010, frames 0–19), gate lead: circled by p_lea (entry " in told.stdout
    assert "the master as a whole, gate producer: circled by p_dana" in told.stdout


def test_a_retimed_dissolving_cut_with_sound_holds_for_a_stranger(
    floor: "Floor", tmp_path: Path, drawing: Draws
) -> None:
    report = verify_folder(deliver(floor, tmp_path, drawing, retimed))
    assert report.holds, report.text()
    assert "sound a_1 (SH010), gate director: circled by p_dana (entry " in report.text()


def without_sound(record: dict[str, Any]) -> None:
    del record["sound"]


def another_sound(record: dict[str, Any]) -> None:
    record["sound"][0]["source_in"] = 3


def another_speed(record: dict[str, Any]) -> None:
    record["slots"][0]["speed"] = [1, 1]


def no_dissolve(record: dict[str, Any]) -> None:
    del record["slots"][1]["dissolve"]


def unjudged_sound(record: dict[str, Any]) -> None:
    record["sound"][0]["gates"] = []


@pytest.mark.parametrize(
    ("spoil", "where"),
    [
        (without_sound, "sound"),
        (another_sound, "sound"),
        (another_speed, "slot s_1"),
        (no_dissolve, "slot s_2"),
        (unjudged_sound, "sound a_1"),
    ],
)
def test_a_record_that_says_other_than_its_cut_is_found(
    floor: "Floor", tmp_path: Path, drawing: Draws, spoil: Callable[[dict[str, Any]], None], where: str
) -> None:
    assert where in verify_folder(deliver(floor, tmp_path, drawing, retimed, spoil)).broken


def test_a_byte_of_a_real_master_is_found_in_its_shot(floor: "Floor", tmp_path: Path, drawing: Draws) -> None:
    folder = deliver(floor, tmp_path, drawing)
    path = folder / "master.mp4"
    (track,) = read_tracks(path)
    offset, size = track.samples[7]
    raw = bytearray(path.read_bytes())
    raw[offset + size // 2] ^= 4
    path.write_bytes(raw)
    assert verify_folder(folder).broken == ["slot s_1", "master"]


def test_a_veto_after_the_seal_is_no_part_of_it_until_it_is_recalled(
    floor: "Floor", tmp_path: Path, drawing: Draws
) -> None:
    folder = deliver(floor, tmp_path, drawing)
    seal = floor.book.head().seq
    take = json.loads((folder / "deliverable.json").read_bytes())["slots"][0]["take"]
    veto = floor.verdict("p_dana", take, "director", -2)
    export_record(floor.book, folder, seal=seal)
    assert verify_folder(folder).holds
    floor.append("recalled", "m_render", sealed=seal, verdict=veto.seq)
    export_record(floor.book, folder, seal=seal)
    assert verify_folder(folder).broken == [f"seq {seal + 2}"]
