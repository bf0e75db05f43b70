"""Notes as files: what is on the page is in the file, and nothing that whoever exports may not see."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from circletake.domain.drawing import DrawingOp, Mark
from circletake.domain.time import FrameRange
from circletake.errors import NotFound, VerdictInvalid
from circletake.gates.policy import policy_dict, read_policy, shipped

if TYPE_CHECKING:
    from tests.unit.workflows.conftest import Floor

    from circletake.domain.take import Take

LINE = Mark(FrameRange(3, 6), "pen", ((1000, 2000), (30000, 65536)), 300, "#ffd400")


def new_id(nth: int) -> str:
    return f"01940b6c-3f4e-7c1d-9a6e-{nth:012x}"


@pytest.fixture
def take(floor: Floor) -> Take:
    return floor.take(b"a film")


def remark(floor: Floor, take: Take, by: str, nth: int, text: str, reply_to: str | None = None) -> str:
    """Draw, note what is meant, and say the note's id."""
    done = DrawingOp(new_id(2 * nth), "add", new_id(2 * nth + 1), LINE)
    floor.studio.draw(floor[by], task=take.task, content=take.content, done=done)
    view = floor.studio.note_add(
        floor[by],
        task=take.task,
        content=take.content,
        text=text,
        key=f"note-{by}-{nth}",
        reply_to=reply_to,
        drawings=[] if reply_to else [done.drawing],
    )
    return next(note.id for note in view.takes[0].notes if note.text == text)


def told(floor: Floor, take: Take, by: str) -> tuple[str, list[str], list[str]]:
    """Comments of the markers, ids of the layers, of what somebody exports for RV."""
    file = floor.studio.export_notes(floor[by], task=take.task, content=take.content, form="otio")
    (clip,) = json.loads(file.data)["tracks"]["children"][0]["children"]
    layers = [layer["id"] for effect in clip["effects"] for layer in effect["layers"]]
    return file.name, [marker["comment"] for marker in clip["markers"]], layers


def test_a_note_leaves_with_its_answers_its_state_and_its_drawing(floor: Floor, take: Take) -> None:
    note = remark(floor, take, "leo", 1, "The ear is too long")
    answer = remark(floor, take, "arti", 2, "So is the sheet’s", note)
    remark(floor, take, "leo", 3, "True", answer)
    floor.studio.note_resolve(floor["leo"], note=note, disposition="waive", key="settle-1")
    name, comments, layers = told(floor, take, "dora")
    assert name == "SH010_animation_t01.rv.otio"
    assert comments == ["leo: The ear is too long\narti: So is the sheet’s\nleo: True"]
    assert layers == [new_id(3), new_id(5), new_id(7)]
    text = floor.studio.export_notes(floor["dora"], task=take.task, content=take.content, form="otio").data
    assert "issue, settled by leo: waived: the intent" in text.decode()
    paper = floor.studio.export_notes(floor["dora"], task=take.task, content=take.content, form="pdf")
    assert (paper.name, paper.media_type) == ("SH010_animation_t01.pdf", "application/pdf")
    assert paper.data.startswith(b"%PDF-")


def test_the_film_is_named_by_its_path_only_to_whoever_reaches_it(floor: Floor, take: Take) -> None:
    remark(floor, take, "leo", 1, "x")
    path = str(floor.house.store.path(take.content))
    for names_path in (True, False):
        file = floor.studio.export_notes(
            floor["dora"], task=take.task, content=take.content, form="otio", names_path=names_path
        )
        assert (path in file.data.decode()) is names_path


def test_another_form_another_take_and_a_stranger_are_refused(floor: Floor, take: Take) -> None:
    with pytest.raises(VerdictInvalid, match="otio, pdf"):
        floor.studio.export_notes(floor["dora"], task=take.task, content=take.content, form="docx")
    with pytest.raises(NotFound):
        floor.studio.export_notes(floor["dora"], task=take.task, content="0" * 64, form="pdf")
    floor.studio.add_person("olaf")
    olaf = floor.studio.session_of(floor.studio.sign_in_by_link(floor.studio.make_link("olaf")))
    with pytest.raises(NotFound):
        floor.studio.export_notes(olaf, task=take.task, content=take.content, form="pdf")


def test_an_erased_text_leaves_no_trace(floor: Floor, take: Take) -> None:
    done = DrawingOp(
        new_id(1), "add", new_id(2), Mark(FrameRange(0, 1), "text", ((9, 9),), 3000, "#ffffff", "secret")
    )
    floor.studio.draw(floor["leo"], task=take.task, content=take.content, done=done)
    floor.studio.erase_person(floor["ana"], "leo", notes=True)
    file = floor.studio.export_notes(floor["dora"], task=take.task, content=take.content, form="otio")
    assert b"secret" not in file.data
    assert b"Text.1" not in file.data


def test_whoever_looks_blind_exports_only_their_own(floor: Floor, take: Take) -> None:
    data = policy_dict(shipped())
    for gate in data["stages"][2]["gates"]:
        gate["blind"] = gate["key"] == "lead"
    policy = read_policy(data)
    with floor.house.book.transact() as tx:
        body = {"hash": policy.hash, "policy": policy_dict(policy)}
        tx.append("policy", actor=floor["ana"].person, production=take.production, body=body)
    remark(floor, take, "arti", 1, "Look at the ear.")
    remark(floor, take, "leo", 2, "The tail.")
    assert told(floor, take, "leo")[1:] == (["leo: The tail."], [new_id(5)])
    floor.judge("leo", take, 0)
    assert told(floor, take, "leo")[1:] == (
        ["arti: Look at the ear.", "leo: The tail."],
        [new_id(3), new_id(5)],
    )
