"""From a seed to a design: a body plan, features that suit it, a palette and a style."""

import numpy as np

from circletake.generate.characters.bodies import PLAN_SHARES, PLANS
from circletake.generate.characters.builder import Builder, Places
from circletake.generate.characters.clothes import WORN
from circletake.generate.characters.design import SURFACES, Design, Line, Shading, Style
from circletake.generate.characters.faces import eyes, mouth
from circletake.generate.characters.features import KINDS, MAKERS
from circletake.generate.characters.palettes import draw_palette

# Share of characters with each feature, by plan where it differs; faces of beasts carry less.
_SHARES: dict[str, dict[str, float]] = {
    "": {"ears": 0.75, "hair": 0.4, "hat": 0.22, "tail": 0.35, "nose": 0.8},
    "biped": {"ears": 0.6, "hair": 0.6, "hat": 0.3, "tail": 0.25, "nose": 0.7},
    "quadruped": {"ears": 0.95, "hair": 0.3, "hat": 0.1, "tail": 0.9, "nose": 0.9},
    "bird": {"ears": 0.1, "hair": 0.5, "hat": 0.25, "tail": 0.5, "nose": 1.0},
    "robot": {"ears": 0.5, "hair": 0.05, "hat": 0.2, "tail": 0.05, "nose": 0.3},
}
_NOSES: dict[str, tuple[str, ...]] = {
    "bird": ("beak",),
    "robot": ("button", "bulb"),
    "quadruped": ("muzzle", "muzzle", "muzzle", "trunk", "beak"),
}
_EARS: dict[str, tuple[str, ...]] = {
    "robot": ("antennae", "antennae", "round"),
    "crawler": ("antennae", "horns"),
}


def draw_style(rng: np.random.Generator) -> Style:
    """Return a style of chance; line, shading, surface and pixels are drawn apart, so that all meet all."""
    lines: tuple[Line, ...] = ("none", "outer", "every")
    shadings: tuple[Shading, ...] = ("flat", "cel", "soft")
    line = lines[int(rng.choice(3, p=[0.22, 0.2, 0.58]))]
    shading = shadings[int(rng.choice(3, p=[0.22, 0.33, 0.45]))]
    surface = SURFACES[int(rng.choice(len(SURFACES), p=[0.42, 0.12, 0.14, 0.08, 0.06, 0.06, 0.06, 0.06]))]
    heavy = rng.random() < 0.4
    light = np.array([rng.uniform(-0.8, 0.8), rng.uniform(0.3, 0.9), rng.uniform(0.5, 0.9)])
    light /= np.linalg.norm(light)
    return Style(
        line=line,
        line_width=float(rng.uniform(0.014, 0.022) if heavy else rng.uniform(0.004, 0.01)),
        line_tint=float(rng.choice([0.0, 1.0, rng.random()])),
        shading=shading,
        light=(float(light[0]), float(light[1]), float(light[2])),
        surface=surface,
        surface_depth=float(rng.uniform(0.15, 0.6)),
        grain=float(rng.uniform(3, 10)),
        shaggy=bool(surface == "fur" and rng.random() < 0.6) or bool(rng.random() < 0.06),
        # One in six is drawn as a pixel artist does, on 56 to 96 pixels.
        pixels=int(rng.integers(56, 97)) if rng.random() < 1 / 6 else 0,
    )


def draw_design(rng: np.random.Generator) -> Design:
    """Return a character of chance."""
    plan = tuple(PLANS)[int(rng.choice(len(PLANS), p=PLAN_SHARES))]
    make = Builder(rng)
    body = PLANS[plan](make)
    solids = {part.name: part for part in make.parts}
    places = Places(solids[body.head], solids[body.body])
    dressed = [
        name for name, (_, share, needs) in WORN.items() if make.chance(share) and (body.dressed or not needs)
    ]
    for name in dressed:
        if name != "glasses":
            WORN[name][0](make, places)
    shares = _SHARES.get(plan, _SHARES[""])
    has = {group: make.chance(share) for group, share in shares.items()}
    eyes(make, places)
    if not (has["nose"] and plan in {"bird", "quadruped"}):  # a beak or a muzzle is its mouth
        mouth(make, places)
    for group in ("nose", "ears", "hair", "hat", "tail"):
        kinds = KINDS[group]
        if group == "nose":
            kinds = _NOSES.get(plan, kinds)
        elif group == "ears":
            kinds = _EARS.get(plan, kinds)
        if has[group]:
            MAKERS[group](make, places, make.pick(kinds))
    if "glasses" in dressed:
        WORN["glasses"][0](make, places)
    return Design(
        plan=plan,
        bones=tuple(make.bones),
        parts=tuple(make.parts),
        palette=draw_palette(rng),
        style=draw_style(rng),
        head=body.head,
        body=body.body,
        limbs=body.limbs,
    )
