"""A track that a person corrected: it goes where the box says, both ways, and says by which boxes it went."""

from collections.abc import Sequence
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from circletake.checks.boxes import boxes_bytes, read_boxes
from circletake.checks.codec import evidence_bytes
from circletake.checks.consistency._boxes import LedTracker, cut_out, finder_of
from circletake.checks.consistency._look import Look
from circletake.checks.consistency._model import Seen, model_of
from circletake.checks.consistency._track import Tracker
from circletake.checks.consistency.drift import check
from circletake.checks.protocol import Box, CheckContext, Rgb, SheetRef
from circletake.domain.boxed import Boxed, Where, newest_of
from circletake.domain.evidence import Evidence
from circletake.errors import EvidenceUnreadable
from circletake.generate.characters import Character, background, composite, sheet_poses, shot_poses

SEED, FRAMES, AT = 11, 30, 12
SIZE = WIDTH, HEIGHT = 480, 270
Mask = np.ndarray


@cache
def sheet() -> SheetRef:
    images, boxes = [], []
    for pose in sheet_poses():
        drawn = Character.from_seed(SEED).draw(pose, 192)
        share = drawn.alpha[..., None] / 255
        images.append((drawn.rgb * share + 245 * (1 - share)).astype(np.uint8))
        boxes.append(around(drawn.alpha > 127))
    return SheetRef("dog", "b" * 64, images, boxes)


def around(mask: Mask) -> tuple[int, int, int, int]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(columns[0]), int(rows[0]), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1


@cache
def twins() -> tuple[list[Rgb], list[tuple[Mask, Mask]]]:
    """Two figures of one design, left and right, that come nearer; where each of them is."""
    behind, figure = background(3, *SIZE), Character.from_seed(SEED)
    left, right = shot_poses(1, FRAMES, turn_deg=10), shot_poses(8, FRAMES, turn_deg=10)
    pictures, masks = [], []
    for n in range(FRAMES):
        step = 40 * n / FRAMES
        one = composite(figure.draw(left[n], 160), behind, place_px=(110 + step, 150), scale=0.8)
        two = composite(figure.draw(right[n], 160), one.rgb, place_px=(360 - step, 140), scale=0.8)
        pictures.append(two.rgb)
        masks.append((one.mask > 0, two.mask > 0))
    return pictures, masks


def box_of(figure: int, frame: int) -> Where:
    """What a person would draw around a figure: a little larger than it."""
    x, y, width, height = around(twins()[1][frame][figure])
    x, y, right, bottom = max(x - 4, 0), max(y - 4, 0), min(x + width + 4, WIDTH), min(y + height + 4, HEIGHT)
    return (
        x * 10_000 // WIDTH,
        y * 10_000 // HEIGHT,
        (right - x) * 10_000 // WIDTH,
        (bottom - y) * 10_000 // HEIGHT,
    )


def followed(boxes: dict[int, Where | None] | None, monkeypatch: pytest.MonkeyPatch) -> dict[int, int]:
    """Frame → which of the two was followed there, of the frames that were measured; -1: neither."""
    pictures, masks = twins()
    model = model_of(sheet(), long_side_px=640)
    assert model is not None
    tracker = Tracker(model)
    if boxes:
        shown = {n: pictures[n] for n in boxes}
        tracker = LedTracker(finder_of(model, sheet(), boxes, shown), boxes)
    places: dict[int, Box] = {}
    measure = tracker._meter.measure

    def noted(n: int, look: Look, seen: Seen | None = None) -> float:
        places[n] = look.box
        return measure(n, look, seen)

    monkeypatch.setattr(tracker._meter, "measure", noted)
    for n, picture in enumerate(pictures):
        tracker.frame(n, picture)
    tracker.finish()
    found = {}
    for n, (x, y, width, height) in places.items():
        inside = [m[max(y, 0) : y + height, max(x, 0) : x + width].sum() / m.sum() for m in masks[n]]
        found[n] = max(range(2), key=inside.__getitem__) if max(inside) > 0.8 else -1
    return found


def measured(boxes: Sequence[Boxed], *, named: str = "f" * 64) -> Evidence:
    pictures, _ = twins()
    context = CheckContext(
        "0" * 64,
        FRAMES,
        Fraction(24),
        *SIZE,
        references=[sheet()],
        boxes=boxes,
        boxes_hash=named,
        boxed_frames={box.frame: pictures[box.frame] for box in boxes},
    )
    measure = check.begin(context)
    for n, picture in enumerate(pictures):
        measure.frame(n, picture)
    return measure.finish()


def test_by_itself_it_follows_one_of_two_that_look_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(followed(None, monkeypatch).values()) in ({0}, {1})


@pytest.mark.parametrize("figure", [0, 1])
def test_a_box_says_which_of_the_two_it_is_before_it_and_after_it(
    figure: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = followed({AT: box_of(figure, AT)}, monkeypatch)
    assert set(found.values()) == {figure}
    assert min(found) < 3
    assert AT in found
    assert max(found) > FRAMES - 4


def test_another_box_says_otherwise_and_each_leads_half_of_what_lies_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = followed({4: box_of(0, 4), 26: box_of(1, 26)}, monkeypatch)
    assert {figure for n, figure in found.items() if n <= 15} == {0}
    assert {figure for n, figure in found.items() if n > 15} == {1}


def test_where_it_is_said_not_to_be_it_is_not_followed_any_more() -> None:
    plain, told = measured([], named=""), measured([Boxed("x_1", "dog", AT, None)])
    assert plain.summary["judged"] == FRAMES
    assert any(frames.start <= AT < frames.end for frames in told.abstained)
    assert int(told.summary["judged"]) <= AT
    assert (told.summary["boxed"], told.summary["gone"]) == (0, 1)
    assert told.sentence.endswith("People say that it is not in 1 frame.")


def test_the_evidence_names_the_boxes_differs_by_them_and_is_the_same_twice() -> None:
    plain = measured([], named="")
    left, right = ([Boxed("x_1", "dog", AT, box_of(figure, AT))] for figure in (0, 1))
    first, second = measured(left), measured(left)
    assert evidence_bytes(first) == evidence_bytes(second)
    assert first.summary["boxes"] == "f" * 64
    assert first.summary["boxed"] == 1
    assert first.sentence.endswith("Followed by 1 box that people drew.")
    assert "boxes" not in plain.summary
    assert first.series != measured(right).series


def test_boxes_of_another_character_change_nothing_but_their_name() -> None:
    other = measured([Boxed("x_1", "cat", AT, box_of(0, AT))])
    assert other.series == measured([], named="").series
    assert other.summary["boxed"] == 0


def test_a_box_is_cut_out_around_the_figure_and_not_beyond() -> None:
    pictures, masks = twins()
    mask = cut_out(pictures[AT], box_of(0, AT))
    truth = masks[AT][0]
    assert (mask & truth).sum() / (mask | truth).sum() > 0.7
    x, y, width, height = around(truth)
    assert not mask[:, : x - 8].any()
    assert not mask[:, x + width + 8 :].any()
    assert not mask[y + height + 8 :].any()


def test_a_box_at_the_edge_of_the_picture_or_of_one_pixel_can_be_cut_out() -> None:
    pictures, _ = twins()
    for where in [(9990, 9990, 10, 10), (0, 0, 1, 1), (0, 0, 10_000, 10_000), (5000, 0, 5000, 40)]:
        assert cut_out(pictures[0], where).shape == (HEIGHT, WIDTH)


def test_of_two_boxes_in_one_frame_the_last_counts() -> None:
    one, two = Boxed("x_1", "dog", 3, (0, 0, 5, 5)), Boxed("x_2", "dog", 3, None)
    other = Boxed("x_3", "cat", 3, None)
    assert newest_of([one, other, two]) == [other, two]


def test_boxes_are_read_back_as_written_and_nothing_else_is() -> None:
    boxes = [Boxed("x_1", "dog", 3, (1, 2, 3, 4)), Boxed("x_2", "dog", 9, None)]
    assert read_boxes(boxes_bytes(boxes, last=7)) == boxes
    assert boxes_bytes(boxes, last=7) != boxes_bytes(boxes, last=8)
    for wrong in (b"", b"[]", b'{"v":1}', b'{"boxes":[],"v":2}', b'{"boxes":[{"box":1}],"v":1}'):
        with pytest.raises(EvidenceUnreadable):
            read_boxes(wrong)
