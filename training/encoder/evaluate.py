"""Figures on hand-drawn characters that nothing here was set on: what the encoder adds to colour and shape.

Masks are given. The sheet and the approved shots are the bank. Nothing is fitted to the test shots: scores
are set against those of approved frames, each against the bank without its own shot.
"""

import argparse
import importlib.util
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from drawings import GRID, SIDE_PX, crop
from numpy.typing import NDArray

from circletake.models.encoder import Encoder
from circletake.models.manifest import read_manifest

Floats = NDArray[np.float32]
_TOP = 0.05  # share of cells that tell of a drift
_VIEWS = 4  # most similar ones that missing parts are looked for in
_COVERED = 0.3
_PAPER = 245
_HALF = 128  # of 255: half of a pixel


@dataclass(frozen=True, slots=True)
class View:
    """What is known of one picture of a figure: unit rows for cells, or one vector, by method."""

    shot: str
    vector: Floats
    cells: Floats
    hand: Floats
    colours: Floats
    outline: Floats


def _unit(rows: NDArray[Any]) -> Floats:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)


def _hard(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.where(mask >= _HALF, 255, 0).astype(np.uint8)


def hand_cells(picture: NDArray[np.uint8], mask: NDArray[np.uint8]) -> Floats:
    """Describe covered cells by hand: Lab mean and deviation in two windows, orientations in nine fields."""
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).astype(np.float32)
    inside = (mask > 0).astype(np.float32)
    parts = []
    at = np.arange(GRID) * 8 + 4
    for window in (13, 29):
        size = (window, window)
        weight = np.maximum(cv2.boxFilter(inside, -1, size), 1e-3)[..., None]
        mean = cv2.boxFilter(lab * inside[..., None], -1, size) / weight
        square = cv2.boxFilter(lab * lab * inside[..., None], -1, size) / weight
        deviation = np.sqrt(np.maximum(square - mean * mean, 0))
        parts += [mean[np.ix_(at, at)] / 40, deviation[np.ix_(at, at)] / 40]
    grey = lab[..., 0]
    dx, dy = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    length, way = cv2.cartToPolar(dx, dy)
    ways = (way / (2 * np.pi) * 8).astype(int) % 8
    fields = [cv2.boxFilter(np.where(ways == n, length, 0) * inside, -1, (9, 9)) for n in range(8)]
    oriented = np.stack(fields, 2)
    shifts = []
    for y in (-8, 0, 8):
        for x in (-8, 0, 8):
            rows, columns = np.clip(at + y, 0, SIDE_PX - 1), np.clip(at + x, 0, SIDE_PX - 1)
            shifts.append(oriented[np.ix_(rows, columns)])
    oriented = np.concatenate(shifts, 2)
    oriented /= np.linalg.norm(oriented, axis=2, keepdims=True) + 20
    both = np.concatenate([*parts, oriented * 1.5], 2).reshape(GRID * GRID, -1)
    share = cv2.resize(inside, (GRID, GRID), interpolation=cv2.INTER_AREA).ravel()
    return np.asarray(both[share >= _COVERED], np.float32)


def view_of(encoder: Encoder, shot: str, picture: NDArray[np.uint8], mask: NDArray[np.uint8]) -> View:
    """Describe a picture."""
    cut, cover = crop(picture, mask)
    cover = _hard(cover)
    found = encoder.encode(cut, cover)
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)
    colours = cv2.calcHist([lab], [0, 1, 2], mask, [8, 16, 16], [0, 256] * 3).ravel()
    colours = np.sqrt(colours / max(1.0, float(colours.sum())))
    bins = cv2.resize(cover, (32, 32), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    outline = np.concatenate([bins.mean(0), bins.mean(1)])
    return View(
        shot, found.vector, found.patches.astype(np.float32), hand_cells(cut, cover), colours, outline
    )


def _worst(distances: Floats) -> float:
    return float(np.sort(distances)[-max(1, int(_TOP * len(distances))) :].mean()) if len(distances) else 0.0


def _apart(one: Floats, other: Floats, *, unit: bool) -> Floats:
    """Return how far each row of one is from the nearest of the other."""
    if unit:
        return np.asarray(1 - (one @ other.T).max(1))
    square = (one**2).sum(1)[:, None] + (other**2).sum(1) - 2 * one @ other.T
    return np.asarray(np.sqrt(np.maximum(square.min(1), 0)))


def _forward(view: View, bank: Sequence[View], of: Callable[[View], Floats], *, unit: bool) -> float:
    return _worst(_apart(of(view), np.concatenate([of(kept) for kept in bank]), unit=unit))


def _backward(view: View, bank: Sequence[View], of: Callable[[View], Floats], *, unit: bool) -> float:
    near = sorted(bank, key=lambda kept: float(np.abs(kept.outline - view.outline).sum()))[:_VIEWS]
    return min(_worst(_apart(of(kept), of(view), unit=unit)) for kept in near)


SCORES: dict[str, Callable[[View, Sequence[View]], float]] = {
    "colours": lambda view, bank: min(1 - float(view.colours @ kept.colours) for kept in bank),
    "outline": lambda view, bank: min(float(np.abs(view.outline - kept.outline).sum()) for kept in bank),
    "hand forward": lambda view, bank: _forward(view, bank, lambda v: v.hand, unit=False),
    "hand backward": lambda view, bank: _backward(view, bank, lambda v: v.hand, unit=False),
    "encoder vector": lambda view, bank: min(1 - float(view.vector @ kept.vector) for kept in bank),
    "encoder forward": lambda view, bank: _forward(view, bank, lambda v: v.cells, unit=True),
    "encoder backward": lambda view, bank: _backward(view, bank, lambda v: v.cells, unit=True),
}
HAND = ("colours", "outline", "hand forward", "hand backward")
ENCODER = ("encoder vector", "encoder forward", "encoder backward")
FUSIONS = {"fusion by hand": HAND, "fusion of the encoder": ENCODER, "fusion of both": HAND + ENCODER}


def auroc(high: Sequence[float], low: Sequence[float]) -> float:
    """Return the share of pairs in which the first is larger, ties half."""
    one, other = np.array(high)[:, None], np.array(low)
    return float((one > other).mean() + (one == other).mean() / 2)


def calibration(views: list[tuple[dict[str, Any], View]]) -> dict[str, NDArray[np.float64]]:
    """Score approved frames of one character, each against the bank without its own shot."""
    bank = [view for told, view in views if not told["file"].startswith("test")]
    return {
        name: np.array(
            [
                score(view, [kept for kept in bank if kept.shot != view.shot])
                for view in bank
                if view.shot != "sheet"
            ]
        )
        for name, score in SCORES.items()
    }


def scored(
    views: list[tuple[dict[str, Any], View]], middle: dict[str, float], spread: dict[str, float]
) -> list[tuple[dict[str, Any], dict[str, float]]]:
    """Score the test frames of one character, and fuse them by their distance from approved frames."""
    bank = [view for told, view in views if not told["file"].startswith("test")]
    out = []
    for told, view in views:
        if told["file"].startswith("test"):
            found = {name: score(view, bank) for name, score in SCORES.items()}
            z = {name: (value - middle[name]) / max(1e-6, spread[name]) for name, value in found.items()}
            for name, parts in FUSIONS.items():
                found[name] = float(np.mean([z[part] for part in parts]))
            out.append((told, found))
    return out


Told = dict[str, Any]
Picture = tuple[Told, NDArray[np.uint8], NDArray[np.uint8]]


def sprites(folder: Path) -> Iterator[tuple[str, list[Picture]]]:
    """Read every picture of hand-drawn characters, one character after the other."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    for code, listed in sorted(truth.items()):
        found: list[Picture] = []
        for path in sorted((folder / code / "sheet").glob("*.png")):
            raw = np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED), np.uint8)
            share = raw[..., 3:] / 255
            picture = (raw[..., 2::-1] * share + _PAPER * (1 - share)).astype(np.uint8)
            found.append(({"file": "sheet", "shot": "sheet"}, picture, _hard(raw[..., 3])))
        for told in listed:
            path = folder / code / told["file"]
            picture = np.ascontiguousarray(np.asarray(cv2.imread(str(path)), np.uint8)[..., ::-1])
            mask = np.asarray(cv2.imread(str(path.with_suffix(".mask.png")), cv2.IMREAD_GRAYSCALE), np.uint8)
            found.append((told, picture, _hard(mask)))
        yield code, found


def drawn(count: int) -> Iterator[tuple[str, list[Picture]]]:
    """Draw productions of the benches; training leaves their seeds alone."""
    path = Path(__file__).parents[2] / "tests" / "bench" / "procedural.py"
    told = importlib.util.spec_from_file_location("procedural", path)
    if told is None or told.loader is None:
        sys.exit(f"{path} is not there.")
    module = importlib.util.module_from_spec(told)
    sys.modules["procedural"] = module  # dataclasses look themselves up
    told.loader.exec_module(module)
    for made in module.productions(count):
        found: list[Picture] = [({"file": "sheet", "shot": "sheet"}, *drawing) for drawing in made.sheet]
        for shot in (*made.approved, *made.tests):
            for n, (picture, mask) in enumerate(zip(shot.frames, shot.masks, strict=True)):
                row = {
                    "file": "approved" if shot.name.startswith("approved") else "test",
                    "shot": shot.name,
                    "drift": shot.drift if shot.drifted(n) else None,
                    "planted": shot.drift,
                }
                found.append((row, picture, mask))
        yield str(made.seed), found


def tell(title: str, table: dict[str, dict[str, list[float]]]) -> None:
    """Print a table: methods by drift, the mean of the characters."""
    kinds = list(next(iter(table.values())))
    sys.stdout.write(f"\n{title}: AUROC within a character, mean of the characters\n")
    sys.stdout.write(f"{'':22}" + "".join(f"{kind[:10]:>11}" for kind in kinds) + f"{'mean':>8}\n")
    for name, row in table.items():
        means = [float(np.mean(row[kind])) for kind in kinds]
        told_row = "".join(f"{value:11.3f}" for value in means)
        sys.stdout.write(f"{name:22}{told_row}{np.mean(means):8.3f}\n")


def main() -> None:
    """Print figures."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("manifest", type=Path)
    ask.add_argument(
        "sprites", type=Path, nargs="?", help="folder with truth.json and one for each character"
    )
    ask.add_argument(
        "--drawn", type=int, default=0, help="of the benches' own characters, instead of sprites"
    )
    told = ask.parse_args()
    cv2.setNumThreads(1)
    encoder = Encoder(read_manifest(told.manifest))
    by_frame: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    by_shot: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    if not told.drawn and told.sprites is None:
        ask.error("name the folder of sprites, or --drawn and how many")
    views = {
        code: [(row, view_of(encoder, row["shot"], picture, mask)) for row, picture, mask in pictures]
        for code, pictures in (drawn(told.drawn) if told.drawn else sprites(told.sprites))
    }
    calibrations = {code: calibration(found) for code, found in views.items()}
    # Four shots say little of how far scores spread: that is pooled over the characters.
    spread = {
        name: float(np.mean([np.std(found[name]) for found in calibrations.values()])) for name in SCORES
    }
    for code, found_views in views.items():
        middle = {name: float(np.mean(calibrations[code][name])) for name in SCORES}
        rows = scored(found_views, middle, spread)
        kinds = sorted({row["drift"] for row, _ in rows if row["drift"]})
        for name in (*SCORES, *FUSIONS):
            clean = [found[name] for row, found in rows if row["planted"] is None]
            shots: dict[str, list[float]] = defaultdict(list)
            for row, found in rows:
                shots[row["shot"]].append(found[name])
            means = {shot: float(np.mean(values)) for shot, values in shots.items()}
            planted = {row["shot"]: row["planted"] for row, _ in rows}
            quiet = [means[shot] for shot, what in planted.items() if what is None]
            for kind in kinds:
                drifted = [found[name] for row, found in rows if row["drift"] == kind]
                by_frame[name][kind].append(auroc(drifted, clean))
                loud = [means[shot] for shot, what in planted.items() if what == kind]
                by_shot[name][kind].append(auroc(loud, quiet))
    for title, table in (("each frame", by_frame), ("mean over the shot", by_shot)):
        tell(title, table)


if __name__ == "__main__":
    main()
