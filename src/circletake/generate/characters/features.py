"""Features: ears, hair, hats and tails; each kind fits any body plan."""

import math
from collections.abc import Callable

from circletake.generate.characters.builder import SIDES, Builder, Places
from circletake.generate.characters.faces import nose


def ears(make: Builder, places: Places, kind: str) -> None:
    """Add a pair of ears, horns or antennae."""
    scale, bone = places.scale, places.head.bone
    side_out, up = make.spread(0.45, 0.75), make.spread(0.6, 0.85)
    for side, sign in SIDES:
        joint = f"ear_{side}_joint"
        splay = {"long": 14, "floppy": 150, "round": 38, "pointed": 24, "horns": 32, "antennae": 24}[kind]
        make.bone(
            joint,
            bone,
            at=places.top(up, side=sign * side_out, back=0.1),
            turn_deg=(0, 0, -sign * splay),
            moves=(("ears", 2, -sign * (24 if kind in {"long", "floppy"} else 7)),),
        )
    drawn = {
        "round": ("ball", (0.34, 0.36, 0.14), 0.18, "ear"),
        "pointed": ("cone", (0.28, 0.42, 0.14), 0.3, "ear"),
        "long": ("leaf", (0.24, 0.95, 0.12), 0.75, "ear"),
        "floppy": ("leaf", (0.28, 0.62, 0.12), 0.5, "ear"),
        "horns": ("cone", (0.16, 0.5, 0.16), 0.4, "belly"),
    }
    grow = make.spread(0.8, 1.35)
    lined = make.chance(0.6)
    for side, _ in SIDES:
        joint, name = f"ear_{side}_joint", f"ear_{side}"
        if kind == "antennae":
            make.solid(
                name,
                "rod",
                bone=joint,
                group="ears",
                paint="metal",
                turn_deg=(180, 0, 0),
                size=(scale * 0.7 * grow, scale * 0.05, scale * 0.05),
            )
            make.solid(
                f"{name}_tip",
                "ball",
                bone=joint,
                group="ears",
                paint="accent",
                at=(0, scale * 0.75 * grow, 0),
                size=(scale * 0.13, scale * 0.13, scale * 0.13),
            )
            continue
        form, size, rise, paint = drawn[kind]
        sized = (scale * size[0] * grow, scale * size[1] * grow, scale * size[2] * grow)
        make.solid(
            name,
            "cone" if form == "cone" else "leaf" if form == "leaf" else "ball",
            bone=joint,
            group="ears",
            paint=paint,
            at=(0, scale * rise * grow, 0),
            size=sized,
            surface=kind != "horns",
        )
        if lined and kind in {"round", "long", "pointed", "floppy"}:
            inner = (sized[0] * 0.55, sized[1] * 0.62, sized[2] * 0.6)
            make.solid(
                f"{name}_inner",
                "cone" if form == "cone" else "leaf" if form == "leaf" else "ball",
                bone=joint,
                group="ears",
                paint="belly",
                at=(0, scale * rise * grow * 0.92, sized[2] * 0.7),
                size=inner,
            )


def hair(make: Builder, places: Places, kind: str) -> None:
    """Add hair: a tuft, a mohawk, a mop, a bob or a long mane."""
    scale, bone, (x, y, z) = places.scale, places.head.bone, places.head.size
    if kind == "tuft":
        for n, lean in enumerate((-28, 0, 26)):
            make.solid(
                f"tuft_{n}",
                "leaf",
                bone=bone,
                group="hair",
                paint="hair",
                at=places.top(1.12, side=n * 0.2 - 0.2),
                turn_deg=(0, 0, -lean),
                size=(scale * 0.14, scale * make.spread(0.25, 0.4), scale * 0.1),
            )
    elif kind == "mohawk":
        high = make.spread(0.3, 0.5)
        for n in range(5):
            way = (n - 1) * 0.62
            at = (
                places.head.at[0],
                places.head.at[1] + y * 1.05 * math.cos(way),
                places.head.at[2] - z * 1.05 * math.sin(way),
            )
            make.solid(
                f"spike_{n}",
                "cone",
                bone=bone,
                group="hair",
                paint="hair",
                at=at,
                turn_deg=(-57.3 * way, 0, 0),
                size=(scale * 0.16, scale * high, scale * 0.22),
            )
    elif kind == "mop":
        for n in range(7):
            way = n * 2 * math.pi / 6
            at = places.top(
                0.62 if n < 6 else 0.85,
                side=0.62 * math.cos(way) * (n < 6),
                back=0.62 * math.sin(way) * (n < 6) + 0.1,
            )
            lump = scale * make.spread(0.4, 0.52)
            make.solid(
                f"curl_{n}",
                "ball",
                bone=bone,
                group="hair",
                paint="hair",
                at=at,
                size=(lump, lump * 0.85, lump),
                surface=True,
            )
    else:
        # A cap behind and above the face, and locks that fall from it.
        make.solid(
            "crown",
            "ball",
            bone=bone,
            group="hair",
            paint="hair",
            at=(places.head.at[0], places.head.at[1] + y * 0.22, places.head.at[2] - z * 0.2),
            size=(x * 1.1, y * 1.0, z * 1.02),
            surface=True,
        )
        make.mark(
            "fringe",
            "patch",
            on=places.head.name,
            paint="hair",
            at=(make.spread(-14, 14), 62, 0),
            size=(make.spread(0.75, 1.1), make.spread(0.4, 0.6)),
            group="hair",
        )
        long = make.spread(0.5, 0.9) if kind == "bob" else make.spread(1.1, 1.9)
        for n, side in enumerate((-0.8, -0.3, 0.3, 0.8)):
            make.solid(
                f"lock_{n}",
                "rod",
                bone=bone,
                group="hair",
                paint="hair",
                at=places.top(0.2, side=side, back=0.45 if abs(side) > 0.5 else 0.75),
                turn_deg=(0, 0, side * 10),
                size=(scale * long, scale * 0.32, scale * 0.24),
                surface=True,
            )


def hat(make: Builder, places: Places, kind: str) -> None:
    """Add a hat: tall, pointed, round, or a bow or crown in its place."""
    scale, bone = places.scale, places.head.bone
    paint = make.pick(("accent", "cloth", "cloth_low", "metal"))
    if kind == "bow":
        for side, sign in SIDES:
            make.solid(
                f"bow_{side}",
                "leaf",
                bone=bone,
                group="hat",
                paint="accent",
                at=places.top(1.0, side=0.4 + sign * 0.3, back=-0.3),
                turn_deg=(0, 0, sign * 90),
                size=(scale * 0.22, scale * 0.32, scale * 0.14),
            )
        make.solid(
            "bow_knot",
            "ball",
            bone=bone,
            group="hat",
            paint="accent",
            at=places.top(1.0, side=0.4, back=-0.4),
            size=(scale * 0.12, scale * 0.12, scale * 0.12),
        )
        return
    wide = make.spread(0.6, 0.85)
    if kind == "crown":
        for n in range(5):
            way = n * 2 * math.pi / 5 + 0.3
            make.solid(
                f"point_{n}",
                "cone",
                bone=bone,
                group="hat",
                paint="metal",
                at=places.top(1.05, side=0.5 * math.cos(way), back=0.5 * math.sin(way)),
                size=(scale * 0.2, scale * 0.3, scale * 0.2),
            )
        return
    if kind != "cone":
        make.solid(
            "brim",
            "ball",
            bone=bone,
            group="hat",
            paint=paint,
            at=places.top(0.82),
            size=(scale * wide * 1.6, scale * 0.12, scale * wide * 1.6),
        )
    if kind == "tall":
        make.solid(
            "hat",
            "rod",
            bone=bone,
            group="hat",
            paint=paint,
            at=places.top(1.25),
            turn_deg=(180, 0, 0),
            size=(scale * make.spread(0.3, 0.7), scale * wide * 0.75, scale * wide * 0.8),
        )
    elif kind == "cone":
        make.solid(
            "hat",
            "cone",
            bone=bone,
            group="hat",
            paint=paint,
            at=places.top(1.35),
            size=(scale * wide * 0.8, scale * make.spread(0.55, 0.9), scale * wide * 0.8),
        )
        make.solid(
            "bobble",
            "ball",
            bone=bone,
            group="hat",
            paint="belly",
            at=places.top(2.1),
            size=(scale * 0.16, scale * 0.16, scale * 0.16),
        )
    else:
        make.solid(
            "hat",
            "ball",
            bone=bone,
            group="hat",
            paint=paint,
            at=places.top(0.9),
            size=(scale * wide * 1.05, scale * 0.55, scale * wide * 1.05),
        )


def tail(make: Builder, places: Places, kind: str) -> None:
    """Add a tail: a string, a bush, a ball, or a row of spines down to a point."""
    body = places.body
    x, y, z = body.size
    unit = (x + y + z) / 3
    make.bone(
        "tail",
        body.bone,
        at=(body.at[0], body.at[1] - y * 0.25, body.at[2] - z * 0.85),
        turn_deg=(make.spread(70, 130), 0, 0),
        moves=(("tail", 2, 40.0),),
    )
    if kind == "ball":
        size = unit * make.spread(0.3, 0.45)
        make.solid(
            "tail",
            "ball",
            bone="tail",
            paint="belly",
            size=(size, size, size),
            at=(0, -size * 0.6, 0),
            surface=True,
        )
        return
    long = unit * make.spread(1.0, 1.9)
    thick = {"string": 0.09, "bush": 0.28, "dragon": 0.32}[kind] * unit
    end = {"string": thick * 0.8, "bush": thick * 1.5, "dragon": thick * 0.2}[kind]
    make.solid("tail", "rod", bone="tail", paint="fur", size=(long, thick, end), surface=True)
    if kind == "string":
        make.solid(
            "tail_tip",
            "ball",
            bone="tail",
            group="tail",
            paint="hair",
            at=(0, -long, 0),
            size=(thick * 2, thick * 3, thick * 2),
        )
    elif kind == "bush":
        make.solid(
            "tail_tip",
            "ball",
            bone="tail",
            group="tail",
            paint="belly",
            at=(0, -long * 1.15, 0),
            size=(end * 0.8, end, end * 0.8),
        )
    else:
        for n in range(4):
            make.solid(
                f"spine_{n}",
                "cone",
                bone="tail",
                group="tail",
                paint="accent",
                at=(0, -long * (0.15 + 0.24 * n), thick * (1 - 0.2 * n)),
                turn_deg=(70, 0, 0),
                size=(thick * 0.3, thick * 0.5, thick * 0.3),
            )


EARS = ("round", "pointed", "long", "floppy", "horns", "antennae")
HAIR = ("tuft", "mohawk", "mop", "bob", "mane")
HATS = ("tall", "cone", "cap", "bow", "crown")
TAILS = ("string", "bush", "ball", "dragon")
NOSES = ("button", "muzzle", "beak", "trunk", "bulb")
KINDS: dict[str, tuple[str, ...]] = {"ears": EARS, "hair": HAIR, "hat": HATS, "tail": TAILS, "nose": NOSES}
MAKERS: dict[str, Callable[[Builder, Places, str], None]] = {
    "ears": ears,
    "hair": hair,
    "hat": hat,
    "tail": tail,
    "nose": nose,
}
