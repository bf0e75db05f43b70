"""Figures on hand-drawn characters that nothing in the check was set on."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from circletake.checks.consistency._calibrate import p_values
from circletake.checks.consistency._look import look_at
from circletake.checks.consistency._meter import Meter, Track, spread_to
from circletake.checks.consistency._model import CharacterModel, build_model
from circletake.checks.consistency._steps import steps_of
from circletake.checks.consistency._track import Tracker
from circletake.checks.protocol import ApprovedShot, Box, Rgb, SheetRef

from .figures import auroc, tell
from .peers import PEERS, crop, least

pytestmark = [pytest.mark.bench, pytest.mark.footage, pytest.mark.timeout(3600)]

_PAPER = 245
_ALPHA = 0.05
_LONG_SIDE_PX = 640

Told = dict[str, Any]
Mask = NDArray[np.bool_]


@dataclass(slots=True)
class Filmed:
    """A shot: its frames, where the character is, and what is true of each."""

    frames: list[Rgb] = field(default_factory=list)
    masks: list[Mask] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)


def picture(path: Path) -> Rgb:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR), dtype=np.uint8)[..., ::-1].copy()


def drawing(path: Path) -> tuple[Rgb, Box, Mask]:
    raw = np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED))
    alpha = raw[..., 3:] / 255
    rows, columns = np.nonzero(raw[..., 3])
    on_paper = (raw[..., :3] * alpha + _PAPER * (1 - alpha)).astype(np.uint8)[..., ::-1].copy()
    box = (int(columns.min()), int(rows.min()), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1)
    return on_paper, box, np.asarray(raw[..., 3] > 127)


def shots_of(folder: Path, listed: list[Told], kind: str) -> dict[str, Filmed]:
    shots: dict[str, Filmed] = defaultdict(Filmed)
    for told in sorted(listed, key=lambda told: int(told["frame"])):
        if told["file"].startswith(kind):
            shot = shots[told["shot"]]
            path = folder / told["file"]
            shot.frames.append(picture(path))
            mask = cv2.imread(str(path.with_suffix(".mask.png")), cv2.IMREAD_GRAYSCALE)
            shot.masks.append(np.asarray(mask) > 127)
            shot.told.append(told)
    return dict(shots)


def with_masks(model: CharacterModel, shot: Filmed) -> Track:
    meter = Meter(model)
    for n, (rgb, mask) in enumerate(zip(shot.frames, shot.masks, strict=True)):
        look = look_at(rgb, mask)
        assert look is not None
        meter.passed(n, None)
        meter.measure(n, look, model.see(look))
        meter.picture(n, rgb, mask)
    return meter.finish()


def by_itself(model: CharacterModel, shot: Filmed) -> Track:
    tracker = Tracker(model, len(shot.frames))
    for n, rgb in enumerate(shot.frames):
        tracker.frame(n, rgb)
    return tracker.finish()


@dataclass(frozen=True, slots=True)
class Measured:
    """A character: its calibration, and each test shot's deviations by frame."""

    shots: tuple[NDArray[np.float32], ...]
    tests: dict[str, dict[int, tuple[float, float]]]
    told: dict[str, list[Told]]


def measured(folder: Path, listed: list[Told], how: Callable[[CharacterModel, Filmed], Track]) -> Measured:
    """Learn a character from its sheet and approved shots, and measure its test shots.

    The approved shots are located by the sheet alone, as in a production.
    """
    drawn = [drawing(folder / "sheet" / f"{n:02}.png") for n in range(12)]
    sheet = SheetRef(folder.name, folder.name, [rgb for rgb, _, _ in drawn], [box for _, box, _ in drawn])
    first = build_model(sheet, long_side_px=_LONG_SIDE_PX)
    assert first is not None
    approved = []
    for name, shot in shots_of(folder, listed, "approved").items():
        pictures = how(first, shot).pictures
        approved.append(ApprovedShot(name, [one.rgb for one in pictures], [one.mask for one in pictures]))
    model = build_model(
        replace(sheet, approved=[shot for shot in approved if shot.images]), long_side_px=_LONG_SIDE_PX
    )
    assert model is not None
    tests: dict[str, dict[int, tuple[float, float]]] = {}
    told = {}
    for name, shot in shots_of(folder, listed, "test").items():
        track = how(model, shot)
        told[name] = shot.told
        tests[name] = {}
        if track.measured:
            fused = model.off(track.values)
            stepped = steps_of(fused)
            near = spread_to(track.frames, track.measured)
            tests[name] = {
                n: (float(stepped[at]), float(fused[at])) for n, at in zip(track.frames, near, strict=True)
            }
    return Measured(model.shots, tests, told)


@cache
def truth_of(footage: Path) -> dict[str, list[Told]]:
    folder = footage / "sprites"
    if not (folder / "truth.json").is_file():
        pytest.skip(f"NO SPRITES: {folder} holds no truth.json")
    return dict(sorted(json.loads((folder / "truth.json").read_text(encoding="utf-8")).items()))


@dataclass(slots=True)
class Table:
    """What came of all characters."""

    clean: list[float] = field(default_factory=list)
    drifted: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    single: list[float] = field(default_factory=list)
    single_drifted: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    clean_clips: list[float] = field(default_factory=list)
    clips: list[float] = field(default_factory=list)
    alarms: list[bool] = field(default_factory=list)
    found: list[bool] = field(default_factory=list)
    within: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    clips_within: list[float] = field(default_factory=list)
    frames: int = 0
    abstained: int = 0


def rows_of(one: Measured) -> Iterator[tuple[str, Told, tuple[float, float] | None]]:
    for name, told in one.told.items():
        for n, of_frame in enumerate(told):
            yield name, of_frame, one.tests[name].get(n)


def table_of(all_of_them: dict[str, Measured]) -> Table:
    table = Table()
    pool = [shot for one in all_of_them.values() for shot in one.shots]
    for one in all_of_them.values():
        own: dict[str, list[float]] = defaultdict(list)
        clips: dict[str, list[float]] = defaultdict(list)
        for name, told, values in rows_of(one):
            table.frames += 1
            if values is None:
                table.abstained += 1
                continue
            stepped, single = values
            flagged = bool(p_values(np.array([stepped], np.float32), pool)[0] <= _ALPHA)
            if told["drift"]:
                table.drifted[told["drift"]].append(stepped)
                table.single_drifted[told["drift"]].append(single)
                table.found.append(flagged)
            elif told["planted"] is None:
                table.clean.append(stepped)
                table.single.append(single)
                table.alarms.append(flagged)
            own[told["drift"] or ("clean" if told["planted"] is None else "")].append(stepped)
            if told["drift"] or told["planted"] is None:
                clips[name].append(single)
        whole: dict[bool, list[float]] = {True: [], False: []}
        for name, in_clip in clips.items():
            whole[one.told[name][0]["planted"] is None].append(float(np.mean(in_clip)))
        table.clean_clips += whole[True]
        table.clips += whole[False]
        table.clips_within.append(auroc(whole[False], whole[True]))
        for drift in set(own) - {"clean", ""}:
            table.within[drift].append(auroc(own[drift], own["clean"]))
    return table


def say(name: str, title: str, table: Table, peers: dict[str, dict[str, float]]) -> dict[str, float]:
    kinds = sorted(table.drifted)
    areas = {kind: auroc(table.drifted[kind], table.clean) for kind in kinds}
    lines = {
        "**circletake**": areas,
        "circletake, frames singly": {
            kind: auroc(table.single_drifted[kind], table.single) for kind in kinds
        },
        "circletake, within a character": {kind: float(np.mean(table.within[kind])) for kind in kinds},
        **peers,
    }
    rows = [
        "| AUROC | " + " | ".join(kind.replace("_", " ") for kind in kinds) + " | mean |",
        "|---" * (len(kinds) + 2) + "|",
        *(
            f"| {line} | "
            + " | ".join(f"{values[kind]:.3f}" for kind in kinds)
            + f" | {np.mean([values[kind] for kind in kinds]):.3f} |"
            for line, values in lines.items()
        ),
        "",
        (
            f"Whole clips: {auroc(table.clips, table.clean_clips):.3f}, within a character "
            f"{np.mean(table.clips_within):.3f}. Of {table.frames} frames "
            f"{table.abstained} abstained ({table.abstained / table.frames:.1%}). At α = {_ALPHA}, pooled "
            f"over the characters: false alarms {np.mean(table.alarms):.3f}, found "
            f"{np.mean(table.found):.3f}."
        ),
    ]
    tell(name, title, rows)
    return areas


def peer_areas(footage: Path) -> dict[str, dict[str, float]]:
    """The reference methods on the same frames, masks given, against sheet and approved shots."""
    clean: dict[str, list[float]] = defaultdict(list)
    drifted: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for code, listed in truth_of(footage).items():
        folder = footage / "sprites" / code
        references = [
            crop(rgb, mask) for rgb, _, mask in (drawing(folder / "sheet" / f"{n:02}.png") for n in range(12))
        ]
        for shot in shots_of(folder, listed, "approved").values():
            references += [
                crop(rgb, mask) for rgb, mask in zip(shot.frames[::2], shot.masks[::2], strict=True)
            ]
        for shot in shots_of(folder, listed, "test").values():
            for rgb, mask, told in zip(shot.frames, shot.masks, shot.told, strict=True):
                if not told["drift"] and told["planted"] is not None:
                    continue
                here = crop(rgb, mask)
                for peer in PEERS:
                    value = least(peer, here, references)
                    (drifted[peer][told["drift"]] if told["drift"] else clean[peer]).append(value)
    return {
        peer: {kind: auroc(values, clean[peer]) for kind, values in drifted[peer].items()} for peer in PEERS
    }


def test_sprites_with_masks_given(footage: Path) -> None:
    truth = truth_of(footage)
    table = table_of(
        {code: measured(footage / "sprites" / code, listed, with_masks) for code, listed in truth.items()}
    )
    areas = say(
        "sprites-masks-given",
        "Drawn characters, masks given, sheet and four approved shots",
        table,
        peer_areas(footage),
    )
    assert np.mean(list(areas.values())) >= 0.93
    assert min(areas.values()) >= 0.85
    assert auroc(table.clips, table.clean_clips) >= 0.94
    assert np.mean(table.alarms) <= 0.07


def test_sprites_found_by_itself(footage: Path) -> None:
    truth = truth_of(footage)
    table = table_of(
        {code: measured(footage / "sprites" / code, listed, by_itself) for code, listed in truth.items()}
    )
    areas = say("sprites-by-itself", "Drawn characters, found by the verifier itself", table, {})
    assert np.mean(list(areas.values())) >= 0.88
    assert 0.03 <= np.mean(table.alarms) <= 0.07
    assert table.abstained <= 0.1 * table.frames
