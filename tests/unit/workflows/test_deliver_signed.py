"""A film that is sealed, signed, handed out and verified again, by the recipes themselves."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

import av
import numpy as np
import pytest
from typer.testing import CliRunner

from circletake.cli.main import build
from circletake.cut.cache import FolderCache
from circletake.cut.document import cut_document
from circletake.cut.render import render_cut
from circletake.cut.seal.certificates import Signing
from circletake.cut.seal.claims import Claims
from circletake.cut.seal.read import read_credential
from circletake.cut.seal.sign import sign
from circletake.domain.disclosure import TERMS, DisclosedSlot, Disclosure
from circletake.errors import (
    AlreadyThere,
    CertificateRefused,
    GateClosed,
    MediaKindRefused,
    NotFound,
    RequestInvalid,
    RoleMissing,
)
from circletake.ledger import reads
from circletake.ledger.verifier import Track, read_tracks, verify_folder
from circletake.media.encode import write_movie
from circletake.media.sheet import write_png
from circletake.workflows import deliver as delivering
from circletake.workflows import render_cut as rendering
from circletake.workflows import sign_delivery
from circletake.workflows.cut_book import get_cut
from circletake.workflows.receive_take import task_of
from circletake.workflows.verify_film import Verified, verify_film
from circletake.workflows.views import DeliveryView

if TYPE_CHECKING:
    from tests.conftest import Drawing
    from tests.unit.workflows.conftest import Floor

run, app = CliRunner(), build()


def film(path: Path, drawing: "Drawing", start: int) -> bytes:
    frames = (np.ascontiguousarray(drawing.frame(n)[:64, :96]) for n in range(start, start + 24))
    write_movie(path, frames, rate=Fraction(24), width_px=96, height_px=64)
    return path.read_bytes()


@pytest.fixture
def ready(floor: "Floor", drawing: "Drawing", tmp_path: Path) -> "Floor":
    """Both shots filled and circled; the master rendered and circled: everything may leave."""
    floor.studio.cut_assemble(floor["ed"], "spring")
    for nth, code in enumerate(("SH010", "SH020")):
        take = floor.take(film(tmp_path / f"{code}.mp4", drawing, 30 * nth), code=code)
        floor.circle(take, answers=tuple(floor.measured(take).values()))
        floor.studio.cut_fill(floor["ed"], "spring", slot=code, take=take.id)
    render(floor, tmp_path)
    return floor


def render(floor: "Floor", tmp_path: Path) -> None:
    house = floor.house
    with house.book.reading() as conn:
        found = reads.find_production(conn, "spring")
        assert found is not None
        cut = get_cut(conn, found.id)
        task = task_of(conn, found, "FILM", "master")
    made = render_cut(house.store, cut, FolderCache(tmp_path / "segments"))
    with house.book.transact() as tx:
        args = {"cut": cut_document(cut), "person": str(floor["ed"].person), "task": task.task.id}
        rendering.record(house, tx, args, {"content": made.content, "n_frames": made.n_frames})
    with house.book.reading() as conn:
        (master,) = reads.takes_of(conn, task.task.id)
    answers = tuple(floor.measured(master).values())
    floor.judge("ana", master, 2, gate="producer", answers=answers)


def deliver(floor: "Floor", **how: bool) -> tuple[DeliveryView, Path]:
    made = floor.studio.deliver(floor["ana"], "spring", **how)
    return made, Path(made.folder)


def pictures(path: Path) -> Track:
    return next(one for one in read_tracks(path) if one.kind == "vide")


def flipped(path: Path, at: int) -> Path:
    raw = bytearray(path.read_bytes())
    raw[at] ^= 1
    path.write_bytes(raw)
    return path


def remuxed(path: Path, to: Path) -> Path:
    with av.open(str(path)) as source, av.open(str(to), "w") as target:
        streams = {one.index: target.add_stream_from_template(one) for one in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                target.mux(packet)
    return to


def test_what_leaves_is_signed_after_it_is_sealed_and_the_book_says_which_file_it_is(ready: "Floor") -> None:
    made, folder = deliver(ready)
    assert ready.kinds()[-2:] == ["sealed", "delivered"]
    assert made.deliverable not in {None, made.master}
    assert {path.name for path in folder.iterdir()} == {
        "authority.pem", "checkpoints.json", "deliverable.json", "disclosure.csv", "disclosure.json",
        "disclosure.pdf", "entries.jsonl", "heads.json", "master.mp4", "people.json", "verify.py",
    }  # fmt: skip
    alone = subprocess.run(
        [sys.executable, "-I", str(folder / "verify.py"), str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert alone.returncode == 0, alone.stdout
    assert f"as delivered in entry {made.seq + 1}" in alone.stdout
    assert "disclosure.json says what the record says" in alone.stdout
    found = read_credential(folder / "master.mp4", anchors=(folder / "authority.pem").read_text())
    assert found is not None
    assert found.state == "trusted"
    assert found.seal is not None
    assert (found.seal["record_sha256"], found.seal["master_sha256"]) == (made.record, made.master)
    assert found.ingredients == ("SH010 take 1", "SH020 take 1")
    told = json.dumps(found.seal) + json.dumps(found.review)
    assert "ana" not in told
    assert "p_" not in told, "what is signed into a file cannot be erased from it"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    again, _ = deliver(ready)
    assert again == made
    assert ready.kinds().count("delivered") == 1
    shutil.rmtree(folder)
    deliver(ready)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before, "to the byte, if it is lost"


def test_a_machine_that_stops_between_seal_and_signature_goes_on_from_there(
    ready: "Floor", monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopped(BaseException):
        """As if the power were cut."""

    def stop(*_: object, **__: object) -> None:
        raise Stopped

    for module, step in (
        (sign_delivery, "sign"),
        (delivering, "take_checkpoint"),
        (delivering, "write_folder"),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(module, step, stop)
            with pytest.raises(Stopped):
                deliver(ready)
        assert ready.kinds().count("sealed") == 1
    (view,) = ready.studio.deliveries(ready["ana"], "spring")
    assert view.deliverable is not None, "signed by the second try, and only once"
    made, folder = deliver(ready)
    assert made == view
    assert ready.kinds().count("sealed") == ready.kinds().count("delivered") == 1
    assert verify_folder(folder).holds
    assert not list(ready.house.store.root.glob(".incoming/*"))


def test_a_certificate_that_cannot_sign_is_said_before_anything_is_sealed(
    ready: "Floor", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = Signing(tmp_path / "seal", certificate=tmp_path / "away.pem", key="none")
    monkeypatch.setattr(type(ready.house), "signing", away)
    with pytest.raises(CertificateRefused, match=r"away\.pem cannot be read"):
        deliver(ready)
    assert "sealed" not in ready.kinds()


def test_credentials_may_lie_beside_a_master_that_stays_as_it_was_judged(ready: "Floor") -> None:
    made, folder = deliver(ready, beside=True)
    assert (made.deliverable, made.manifest is None) == (made.master, False)
    assert ready.house.store.path(made.master).read_bytes() == (folder / "master.mp4").read_bytes()
    found = verify_film(folder / "master.mp4", authority=folder / "authority.pem")
    assert (found.answer, found.lines[0].holds) == ("intact", True)
    assert "under an authority known here" in found.lines[0].text


def answers(floor: "Floor", film: Path, authority: Path) -> Iterator[Verified]:
    """Of a film alone, with and without its authority; then in the studio that sealed it."""
    yield verify_film(film)
    yield verify_film(film, authority=authority)
    yield floor.studio.verify(film)


def test_one_film_says_in_plain_words_what_holds(ready: "Floor", tmp_path: Path) -> None:
    _, folder = deliver(ready)
    sent = tmp_path / "elsewhere"
    sent.mkdir()

    def said(path: Path) -> list[str]:
        return [one.answer for one in answers(ready, path, folder / "authority.pem")]

    def copy(name: str) -> Path:
        return Path(shutil.copyfile(folder / "master.mp4", sent / name))

    assert said(copy("whole.mp4")) == ["unproven", "intact", "intact"]
    offset, size = pictures(folder / "master.mp4").samples[30]
    altered = flipped(copy("altered.mp4"), offset + size // 2)
    assert said(altered) == ["altered"] * 3
    for one in answers(ready, altered, folder / "authority.pem"):
        assert "SH020, frames 24–47" in one.sentence
        assert "SH010" not in one.sentence
        assert any(where.startswith("slot ") for where in one.where)
    gone = remuxed(folder / "master.mp4", sent / "remuxed.mp4")
    assert said(gone) == ["unknown", "unknown", "stripped"]
    assert "every picture and sound is as sealed" in ready.studio.verify(gone).sentence
    half = flipped(remuxed(folder / "master.mp4", sent / "half.mp4"), pictures(gone).samples[30][0] + 9)
    (found,) = [ready.studio.verify(half)]
    assert (found.answer, "SH020" in found.sentence, "SH010" in found.sentence) == ("altered", True, False)
    longer = copy("longer.mp4")
    longer.write_bytes(longer.read_bytes() + b"\0\0\0\x10free" + bytes(8))
    assert said(longer) == ["unproven", "intact", "container"], "only our own hash sees a box of nothing"
    other = sent / "other.mp4"
    shutil.copyfile(
        ready.house.store.path(ready.studio.cut(ready["ana"], "spring").slots[0].take or ""), other
    )
    assert said(other)[:2] == ["unknown", "unknown"]
    claims = flipped(copy("claims.mp4"), copy("claims.mp4").read_bytes().index(b"record_sha256") + 20)
    assert said(claims)[:2] == ["altered", "altered"]
    with pytest.raises(NotFound, match="There is no file"):
        verify_film(sent / "nothing.mp4")
    with pytest.raises(CertificateRefused, match="cannot be read"):
        verify_film(other, authority=sent / "nothing.pem")


def test_a_folder_is_verified_with_its_credentials_and_names_what_was_changed(
    ready: "Floor", tmp_path: Path
) -> None:
    _, folder = deliver(ready)
    found = verify_film(folder)
    assert (found.answer, found.where) == ("intact", [])
    assert any("who circled" in line.text or "circled by" in line.text for line in found.lines)
    gone = tmp_path / "gone"
    shutil.copytree(folder, gone)
    remuxed(folder / "master.mp4", gone / "again.mp4").replace(gone / "master.mp4")
    assert verify_film(gone).answer == "stripped"
    sheet = tmp_path / "sheet"
    shutil.copytree(folder, sheet)
    told = (sheet / "disclosure.json").read_text().replace('"drawn"', '"camera"')
    (sheet / "disclosure.json").write_text(told)
    found = verify_film(sheet)
    assert (found.answer, found.where) == ("altered", ["disclosure.json"])
    (sheet / "disclosure.json").write_text("[]")
    assert verify_film(sheet).where == ["disclosure.json"]
    (sheet / "deliverable.json").write_text("{}")
    assert verify_film(sheet).answer == "altered"
    (sheet / "entries.jsonl").unlink()
    with pytest.raises(NotFound, match="cannot be opened"):
        verify_film(sheet)
    ready.studio.book_export(tmp_path / "book")
    assert verify_film(tmp_path / "book").sentence == "The book holds; no film was held against it."
    lines = (tmp_path / "book" / "entries.jsonl").read_bytes()
    (tmp_path / "book" / "entries.jsonl").write_bytes(lines.replace(b'"v":1', b'"v":2', 1))
    assert verify_film(tmp_path / "book").sentence == "The book does not hold."


def test_the_verb_says_it_and_its_exit_code_too(ready: "Floor", tmp_path: Path) -> None:
    _, folder = deliver(ready)
    sent = Path(shutil.copyfile(folder / "master.mp4", tmp_path / "sent.mp4"))
    told = run.invoke(app, ["verify", str(sent), "--authority", str(folder / "authority.pem")])
    assert told.exit_code == 0, told.output
    assert "Intact: this is what was sealed." in told.output
    assert run.invoke(app, ["verify", str(sent)]).exit_code == 3
    offset, size = pictures(sent).samples[3]
    told = run.invoke(app, ["verify", str(flipped(sent, offset + size // 2)), "--json"])
    assert told.exit_code == 1
    assert json.loads(told.stdout)["answer"] == "altered"
    assert json.loads(told.stderr)["code"] == "master-altered"
    assert run.invoke(app, ["verify", str(tmp_path / "SH010.mp4")]).exit_code == 3


def test_the_sheet_says_of_each_shot_how_it_was_made_and_what_was_agreed(ready: "Floor") -> None:
    ready.studio.consent_add(
        ready["ana"], "spring", kind="consent", code="SH010", subject="Ana Maria", uses=["release"]
    )
    made, folder = deliver(ready)
    told = json.loads((folder / "disclosure.json").read_text())
    assert [(one["shot"], one["made"], one["record"], one["seconds"]) for one in told["slots"]] == [
        ("SH010", "drawn", [0, 24], "1.000"),
        ("SH020", "drawn", [24, 48], "1.000"),
    ]
    assert told["slots"][0]["consents"] == ["consent for SH010: release"]
    assert told["slots"][0]["acts"] == ["lead: circled by 1", "director: circled by 1"]
    assert told["by_a_model"]["none"] == {"frames": 48, "seconds": "2.000", "share": "100 %"}
    assert told["digital_source_type"] == TERMS["composite"]
    assert "Ana Maria" not in (folder / "disclosure.json").read_text()
    assert (folder / "disclosure.csv").read_text().count("\n") == 3
    assert (folder / "disclosure.pdf").read_bytes().startswith(b"%PDF-")
    for form in ("json", "csv", "pdf"):
        sheet = ready.studio.disclosure(ready["ed"], "spring", form, seal=made.seq)
        assert sheet.data == (folder / f"disclosure.{form}").read_bytes()
    now = json.loads(ready.studio.disclosure(ready["ed"], "spring", "json").data)
    assert now == told, "of the cut as it stands, which is the one that was sealed"
    with pytest.raises(RequestInvalid, match="json, csv, pdf"):
        ready.studio.disclosure(ready["ed"], "spring", "xlsx")
    with pytest.raises(NotFound, match="sealed no disclosure sheet"):
        ready.studio.disclosure(ready["ed"], "spring", "json", seal=1)


def test_what_a_take_brought_along_is_said_on_the_sheet_and_goes_on_in_the_seal(
    floor: "Floor", drawing: "Drawing", tmp_path: Path
) -> None:
    plain, signed = tmp_path / "plain.mp4", tmp_path / "signed.mp4"
    film(plain, drawing, 0)
    other = Disclosure(
        "A try", "ab" * 32, Fraction(24), [DisclosedSlot("s", "one", 0, 24, "11" * 32, 1, "generated")]
    )
    claims = Claims("A try", "cc" * 32, other, [], "1")
    sign(plain, signed, claims, Signing(tmp_path / "maker").credentials(), sources={})
    floor.studio.cut_assemble(floor["ed"], "spring")
    for code, data in (("SH010", signed.read_bytes()), ("SH020", film(tmp_path / "two.mp4", drawing, 30))):
        take = floor.take(data, code=code)
        floor.circle(take, answers=tuple(floor.measured(take).values()))
        floor.studio.cut_fill(floor["ed"], "spring", slot=code, take=take.id)
    render(floor, tmp_path)
    _, folder = deliver(floor)
    told = json.loads((folder / "disclosure.json").read_text())
    assert [(one["made"], one["made_by_a_model"], one["tool"]) for one in told["slots"]] == [
        ("drawn", "made by a model", "circletake"),
        ("drawn", "not made by a model", ""),
    ]
    assert told["slots"][0]["own_terms"] == [TERMS["hybrid"], TERMS["generated"]]
    assert (told["by_a_model"]["whole"]["share"], told["digital_source_type"]) == ("50 %", TERMS["hybrid"])
    found = read_credential(folder / "master.mp4", anchors=(folder / "authority.pem").read_text())
    assert found is not None
    assert found.state == "trusted"
    assert sorted(found.ingredients) == ["SH010 take 1", "SH020 take 1"]
    assert TERMS["generated"] in found.terms, "the manifest that came with the take stands in ours"
    alone = verify_film(shutil.copyfile(signed, tmp_path / "alone.mp4"))
    assert alone.answer == "altered", "it has no slots: nothing was claimed of its pictures"


def test_a_kind_of_film_that_carries_no_credentials_is_delivered_with_its_record_alone(
    ready: "Floor", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_delivery, "mime_of", lambda _: None)
    made, folder = deliver(ready)
    assert (made.deliverable, made.manifest) == (None, None)
    assert ready.house.store.path(made.master).read_bytes() == (folder / "master.mp4").read_bytes()
    assert not (folder / "authority.pem").exists()
    found = verify_film(folder)
    assert (found.answer, "carried none when it left" in found.sentence) == ("intact", True)


def test_a_still_leaves_signed_once_its_gates_hold_and_says_when_it_was_altered(
    floor: "Floor", tmp_path: Path
) -> None:
    write_png(tmp_path / "panel.png", np.random.default_rng(3).integers(0, 255, (64, 96, 3), np.uint8))
    panel = floor.take((tmp_path / "panel.png").read_bytes(), code="SH010", stage="storyboard", frames=1)
    to = tmp_path / "signed.png"

    def seal(name: str = "ana") -> None:
        floor.studio.seal_still(floor[name], task=panel.task, content=panel.content, to=to)

    with pytest.raises(GateClosed) as refused:
        seal()
    assert any("Director" in sentence for sentence in cast("list[str]", refused.value.detail["missing"]))
    floor.judge("dora", panel, 2, gate="director")
    with pytest.raises(RoleMissing):
        seal("arti")
    assert not to.exists()
    seal()
    authority = tmp_path / "authority.pem"
    authority.write_text(floor.house.signing.anchors())
    assert [one.answer for one in answers(floor, to, authority)] == ["unproven", "intact", "intact"]
    found = read_credential(to)
    assert found is not None
    assert found.review is not None
    assert found.review["reviewed"][0]["gates"][0]["gate"] == "director"
    with pytest.raises(AlreadyThere):
        seal()
    assert [one.answer for one in answers(floor, flipped(to, -40), authority)] == ["altered"] * 3
    film = floor.take(b"no picture", code="SH010", stage="storyboard", frames=1)
    floor.judge("dora", film, 2, gate="director")
    with pytest.raises(MediaKindRefused, match="PNG, JPEG, TIFF and WebP"):
        floor.studio.seal_still(floor["ana"], task=film.task, content=film.content, to=tmp_path / "x.png")
    with pytest.raises(NotFound):
        floor.studio.seal_still(floor["ana"], task="t_none", content=film.content, to=tmp_path / "x.png")
