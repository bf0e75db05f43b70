"""Drift: the ways a character stops being itself, each a change of its design and of nothing else."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from circletake.generate.characters.builder import Builder, Places
from circletake.generate.characters.clothes import WORN
from circletake.generate.characters.design import SURFACES, Bone, Design, Part, Surface
from circletake.generate.characters.designs import draw_design
from circletake.generate.characters.features import KINDS, MAKERS
from circletake.generate.characters.paint import framing, paint
from circletake.generate.characters.palettes import RECOLOURED, turned_hue
from circletake.generate.characters.pose import Pose

DriftKind = Literal["hue", "missing", "extra", "swapped", "identity", "proportion", "texture", "limb"]
DRIFT_KINDS: tuple[DriftKind, ...] = get_args(DriftKind)

# What may be lost without losing the figure.
_LOSABLE = (
    "ears",
    "hair",
    "hat",
    "tail",
    "nose",
    "spots",
    "stripes",
    "collar",
    "scarf",
    "belly",
    "belt",
    "pack",
    "glasses",
    "moustache",
    "eye_patch",
    "emblem",
    "cape",
    "cheeks",
    "buttons",
    "eyes",
)
_SLIGHT = {"cheeks", "buttons"}  # too small to be worth adding
_FRONT = Pose(turn_deg=20.0)  # a three-quarter view shows most of what a figure has
_LOOK_PX = 64
_SEEN_PX = 14  # of 64×64: what a look would not miss
_TRIES = 6  # of something extra, until one shows; the best of them otherwise


@dataclass(frozen=True, slots=True)
class Drift:
    """What goes wrong with a character.

    Args:
        kind: in which way.
        seed: which part, and what becomes of it.
        amount: 0–1, how far it has gone: nothing at 0. Hue and proportion grow with it; the others are there
            or are not.
    """

    kind: DriftKind
    seed: int
    amount: float = 1.0


def _shown(design: Design) -> dict[str, int]:
    """Return how many pixels each part shows from the front, at 64 pixels across."""
    canvas = paint(design, _FRONT, side_px=_LOOK_PX, view=framing(design, _LOOK_PX))
    counts = np.bincount(canvas.label.ravel(), minlength=len(design.parts) + 1)
    return {part.name: int(count) for part, count in zip(design.parts, counts[1:], strict=True)}


def _seen_of(design: Design, shown: dict[str, int], member: Literal["group", "paint"]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for part in design.parts:
        name = part.group if member == "group" else part.paint
        totals[name] = totals.get(name, 0) + shown[part.name]
    return totals


def _chosen(rng: np.random.Generator, totals: dict[str, int], names: list[str]) -> str:
    """Return a name of chance among those that show; a drift that nobody can see is none."""
    visible = [name for name in names if totals.get(name, 0) >= _SEEN_PX]
    if not visible:
        visible = sorted(names, key=lambda name: (-totals.get(name, 0), name))[:1]
    return visible[int(rng.integers(len(visible)))]


def _places(design: Design) -> Places:
    return Places(design.part(design.head), design.part(design.body))


def _fresh(make: Builder, design: Design, group: str) -> tuple[list[Part], list[Bone]]:
    """Return what was built, its bones renamed where the design has such a bone already."""
    taken = {bone.name for bone in design.bones}
    names = {bone.name: f"{group}:{bone.name}" for bone in make.bones if bone.name in taken}
    bones = [
        replace(bone, name=names.get(bone.name, bone.name), parent=names.get(bone.parent, bone.parent))
        for bone in make.bones
    ]
    used = {part.name for part in design.parts}
    parts = []
    for part in make.parts:
        name = f"{group}:{part.name}" if part.name in used else part.name
        on = (
            f"{group}:{part.on}"
            if part.on in used and part.on in {made.name for made in make.parts}
            else part.on
        )
        parts.append(replace(part, name=name, on=on, bone=names.get(part.bone, part.bone)))
    return parts, bones


def _hue(design: Design, rng: np.random.Generator, amount: float) -> Design:
    totals = _seen_of(design, _shown(design), "paint")
    paints = sorted({part.paint for part in design.parts} & set(RECOLOURED)) or ["fur"]
    paint_name = _chosen(rng, totals, paints)
    turn = float(rng.choice([-1, 1]) * rng.uniform(0.09, 0.4))  # 32° at least: less is a change of light
    before = design.palette[paint_name]
    after = turned_hue(before, turn * amount)
    # Greys take up colour as they turn.
    red, green, blue = (round(old + (new - old) * amount) for old, new in zip(before, after, strict=True))
    recoloured = (red, green, blue)
    return replace(design, palette={**design.palette, paint_name: recoloured})


def _missing(design: Design, rng: np.random.Generator, _: float = 1.0) -> Design:
    totals = _seen_of(design, _shown(design), "group")
    return design.without(_chosen(rng, totals, [group for group in _LOSABLE if group in design.groups]))


def _extra(design: Design, rng: np.random.Generator, _: float = 1.0) -> Design:
    lacking = sorted({*KINDS, *WORN} - design.groups - _SLIGHT)
    best, most = design, -1
    for _ in range(_TRIES):
        make = Builder(rng)
        group = make.pick(tuple(lacking))
        if group in MAKERS:
            MAKERS[group](make, _places(design), make.pick(KINDS[group]))
        else:
            WORN[group][0](make, _places(design))
        parts, bones = _fresh(make, design, "extra")
        grown = design.adding(parts, bones)
        shown = _shown(grown)
        seen_px = sum(shown[part.name] for part in parts)
        if seen_px > most:
            best, most = grown, seen_px
        if seen_px >= _SEEN_PX:
            break
    return best


def _swapped(design: Design, rng: np.random.Generator, _: float = 1.0) -> Design:
    present = [group for group in KINDS if group in design.groups]
    if not present:
        return _extra(design, rng)
    shown = _shown(design)
    group = _chosen(rng, _seen_of(design, shown, "group"), present)
    before = tuple(part.form for part in design.parts if part.group == group)
    left = design.without(group)
    while True:
        make = Builder(rng)
        MAKERS[group](make, _places(design), make.pick(KINDS[group]))
        parts, bones = _fresh(make, left, "other")
        if tuple(part.form for part in parts) != before:
            return left.adding(parts, bones)


def _identity(design: Design, rng: np.random.Generator, _: float = 1.0) -> Design:
    other = draw_design(rng)
    return replace(other, style=design.style)  # another character by the same hand


def _proportion(design: Design, rng: np.random.Generator, amount: float) -> Design:
    much = float(rng.uniform(1.28, 1.55)) ** amount
    grow = much if rng.random() < 0.5 else 1 / much
    head_bone = design.part(design.head).bone
    kinds = ["limbs", "body"] if design.head == design.body else ["limbs", "head", "body"]
    match kinds[int(rng.integers(len(kinds)))]:
        case "head":
            carried = {head_bone}
            for bone in design.bones:
                if bone.parent in carried:
                    carried.add(bone.name)
            bones = tuple(
                replace(bone, at=_times(bone.at, grow)) if bone.parent in carried else bone
                for bone in design.bones
            )
            moved = replace(design, bones=bones)
            return moved.changing(lambda part: _grown(part, grow) if part.bone in carried else part)
        case "limbs":
            limbs = set(design.limbs)
            long = replace(
                design,
                bones=tuple(
                    replace(bone, at=(bone.at[0], bone.at[1] * grow, bone.at[2]))
                    if bone.name.startswith("elbow")
                    else bone
                    for bone in design.bones
                ),
            )
            return long.changing(
                lambda part: (
                    replace(
                        part,
                        at=(part.at[0], part.at[1] * grow, part.at[2]),
                        size=(part.size[0] * grow, part.size[1], part.size[2])
                        if part.form == "rod"
                        else _times(part.size, grow),
                    )
                    if part.group in limbs
                    else part
                )
            )
        case _:
            return design.changing(
                lambda part: (
                    replace(part, size=(part.size[0] * grow, part.size[1], part.size[2] * grow))
                    if part.name == design.body
                    else part
                )
            )


def _times(vector: tuple[float, float, float], factor: float) -> tuple[float, float, float]:
    return vector[0] * factor, vector[1] * factor, vector[2] * factor


def _grown(part: Part, factor: float) -> Part:
    return replace(part, at=_times(part.at, factor), size=_times(part.size, factor))


def _texture(design: Design, rng: np.random.Generator, _: float = 1.0) -> Design:
    others: list[Surface] = [
        kind for kind in SURFACES if kind not in {"plain", "grain", design.style.surface}
    ]
    style = replace(
        design.style,
        surface=others[int(rng.integers(len(others)))],
        surface_depth=float(rng.uniform(0.35, 0.6)),
        grain=float(rng.uniform(3, 9)),
    )
    return replace(design, style=style)


def _limb(design: Design, rng: np.random.Generator, _: float = 1.0) -> Design:
    """One limb grows twice: the copy swings lower or higher on the same side, or out of the middle."""
    group = design.limbs[int(rng.integers(len(design.limbs)))]
    owned = {part.bone for part in design.parts if part.group == group}
    lifted = float(rng.choice([-1, 1]) * rng.uniform(35, 60))
    first = next(bone for bone in design.bones if bone.name in owned)
    side = 1.0 if first.at[0] > 0 else -1.0
    bones = [
        replace(
            bone,
            name=f"limb:{bone.name}",
            parent=f"limb:{bone.parent}" if bone.parent in owned else bone.parent,
            at=bone.at if bone is not first else (bone.at[0] * 1.05, bone.at[1] - 0.04, bone.at[2] + 0.02),
            turn_deg=bone.turn_deg
            if bone is not first
            else (bone.turn_deg[0], bone.turn_deg[1], bone.turn_deg[2] + side * abs(lifted)),
        )
        for bone in design.bones
        if bone.name in owned
    ]
    parts = [
        replace(part, name=f"limb:{part.name}", group="extra_limb", bone=f"limb:{part.bone}")
        for part in design.parts
        if part.group == group
    ]
    return design.adding(parts, bones)


_CHANGES: dict[str, Callable[[Design, np.random.Generator, float], Design]] = {
    "hue": _hue,
    "missing": _missing,
    "extra": _extra,
    "swapped": _swapped,
    "identity": _identity,
    "proportion": _proportion,
    "texture": _texture,
    "limb": _limb,
}


def drifted(design: Design, drift: Drift) -> Design:
    """Return the design that a drift turns `design` into."""
    rng = np.random.default_rng([drift.seed, DRIFT_KINDS.index(drift.kind)])
    return _CHANGES[drift.kind](design, rng, drift.amount) if drift.amount > 0 else design
