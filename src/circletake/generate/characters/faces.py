"""Faces: eyes, mouths and noses for any head."""

from circletake.generate.characters.builder import SIDES, Builder, Places


def eyes(make: Builder, places: Places) -> None:
    """Add one to three eyes: dots, or whites with pupils."""
    count = make.pick((1, 2, 2, 2, 2, 2, 2, 2, 3))
    longitude, latitude = make.spread(18, 34), make.spread(2, 22)
    spots = {1: (0.0,), 2: (-longitude, longitude), 3: (-longitude * 1.3, 0.0, longitude * 1.3)}[count]
    size, high = make.spread(0.13, 0.3), make.spread(0.9, 1.5)
    kind = make.pick(("dot", "white", "white", "white", "iris"))
    look, lid = make.spread(-6, 6), make.chance(0.25)
    if count == 1:
        size *= 1.5
    for n, at in enumerate(spots):
        if kind == "dot":
            dot = (size * 0.55, size * 0.55 * high)
            make.mark(
                f"eye_{n}",
                "disc",
                on=places.head.name,
                paint="pupil",
                at=(at, latitude, 0),
                size=dot,
                group="eyes",
            )
            continue
        make.mark(
            f"eye_{n}",
            "disc",
            on=places.head.name,
            paint="eye",
            at=(at, latitude, 0),
            size=(size, size * high),
            group="eyes",
        )
        inner = 0.68 if kind == "iris" else 0.48
        if kind == "iris":
            make.mark(
                f"iris_{n}",
                "disc",
                on=places.head.name,
                paint="iris",
                at=(at + look, latitude, 0),
                size=(size * inner, size * high * inner),
                group="eyes",
            )
        make.mark(
            f"pupil_{n}",
            "disc",
            on=places.head.name,
            paint="pupil",
            at=(at + look, latitude, 0),
            size=(size * inner * 0.6, size * high * inner * 0.7),
            group="eyes",
        )
        if lid:
            up = latitude + 57 * size * high * 0.8
            make.mark(
                f"brow_{n}",
                "stripe",
                on=places.head.name,
                paint="line",
                at=(at, up, -at * 0.4),
                size=(size * 0.9, size * 0.18),
                group="brows",
            )


def mouth(make: Builder, places: Places) -> None:
    """Add a mouth: a smile, or one that opens."""
    latitude = make.spread(-42, -26)
    wide = make.spread(0.16, 0.42)
    if make.chance(0.5):
        make.mark(
            "mouth", "smile", on=places.head.name, paint="mouth", at=(0, latitude, 0), size=(wide, wide * 0.3)
        )
    else:
        make.mark(
            "mouth",
            "mouth",
            on=places.head.name,
            paint="mouth",
            at=(0, latitude, 0),
            size=(wide * 0.8, wide * 0.5),
        )
    if make.chance(0.2):
        for side, sign in SIDES:
            make.mark(
                f"fang_{side}",
                "diamond",
                on=places.head.name,
                paint="belly",
                at=(sign * wide * 25, latitude + 2, 0),
                size=(0.06, 0.12),
                group="fangs",
            )


def nose(make: Builder, places: Places, kind: str) -> None:
    """Add a nose: a button, a muzzle with one, a beak, a trunk or a bulb."""
    scale, head = places.scale, places.head
    if kind == "button":
        make.mark(
            "nose",
            "disc",
            on=head.name,
            paint="nose",
            at=(0, make.spread(-12, -2), 0),
            size=(make.spread(0.1, 0.2), make.spread(0.08, 0.14)),
        )
    elif kind == "muzzle":
        long = make.spread(0.35, 0.75)
        make.solid(
            "muzzle",
            "ball",
            bone=head.bone,
            paint="belly",
            group="nose",
            at=places.top(-0.3, back=-0.85),
            size=(scale * 0.48, scale * 0.36, scale * long),
        )
        make.solid(
            "nose",
            "ball",
            bone=head.bone,
            paint="nose",
            group="nose",
            at=places.top(-0.18, back=-0.85 - long * 0.9),
            size=(scale * 0.19, scale * 0.14, scale * 0.14),
        )
    elif kind == "beak":
        make.solid(
            "beak",
            "cone",
            bone=head.bone,
            paint="accent",
            group="nose",
            at=places.top(-0.08, back=-1.1 - make.spread(0, 0.3)),
            turn_deg=(90, 0, 0),
            size=(scale * make.spread(0.2, 0.4), scale * make.spread(0.35, 0.7), scale * 0.2),
        )
    elif kind == "trunk":
        make.solid(
            "trunk",
            "rod",
            bone=head.bone,
            paint="fur",
            group="nose",
            at=places.top(-0.15, back=-0.95),
            turn_deg=(-35, 0, 0),
            size=(scale * make.spread(0.7, 1.3), scale * 0.22, scale * 0.13),
            surface=True,
        )
    else:
        size = scale * make.spread(0.18, 0.34)
        make.solid(
            "nose",
            "ball",
            bone=head.bone,
            paint="accent",
            group="nose",
            at=places.top(-0.1, back=-1.0),
            size=(size, size * 0.9, size),
        )
