"""What is worn and what is painted on a body: belly, spots, stripes, collars, scarves, glasses, packs."""

import math
from collections.abc import Callable

from circletake.generate.characters.builder import SIDES, Builder, Places
from circletake.generate.characters.design import Mark

_SPOTS: tuple[Mark, ...] = ("disc", "disc", "patch", "star", "heart", "diamond", "drop")
_EMBLEMS: tuple[Mark, ...] = ("star", "heart", "diamond", "disc", "drop")
_GOLDEN_DEG = 137.508  # spots at the golden angle spread evenly without looking ruled


def belly(make: Builder, places: Places) -> None:
    """Add a lighter belly."""
    size = make.spread(0.55, 0.8)
    make.mark("belly", "disc", on=places.body.name, paint="belly", at=(0, -18, 0), size=(size, size * 1.1))


def spots(make: Builder, places: Places) -> None:
    """Add a handful of spots, patches or stars, on the body and some on the head."""
    form = make.pick(_SPOTS)
    count, size = int(make.rng.integers(5, 12)), make.spread(0.14, 0.3)
    first = make.spread(0, 360)
    hosts = (places.body.name, places.head.name) if make.chance(0.4) else (places.body.name,)
    for host in dict.fromkeys(hosts):  # a beast's head is its body
        for n in range(count):
            longitude = (first + n * _GOLDEN_DEG + 180) % 360 - 180
            latitude = math.degrees(math.asin(0.85 - 1.5 * (n + 0.5) / count))
            if host == places.head.name and abs(longitude) < 50:
                continue
            grown = size * make.spread(0.7, 1.3)
            make.mark(
                f"spot_{host}_{n}",
                form,
                on=host,
                paint="mark",
                at=(longitude, latitude, make.spread(-30, 30)),
                size=(grown, grown),
                group="spots",
            )


def stripes(make: Builder, places: Places) -> None:
    """Add stripes round the body."""
    upright = make.chance(0.6)
    thick = make.spread(0.06, 0.12)
    for n in range(8):
        if upright:
            at, size = (n * 45.0 - 157.5, make.spread(10, 30), 0.0), (thick * 1.3, make.spread(0.5, 0.9))
        else:
            at, size = ((n % 4) * 90.0, (n // 4) * 34.0 - 12, 0.0), (0.95, thick)
        make.mark(
            f"stripe_{n}", "stripe", on=places.body.name, paint="mark", at=at, size=size, group="stripes"
        )


def cheeks(make: Builder, places: Places) -> None:
    """Add blushing cheeks."""
    size = make.spread(0.12, 0.2)
    for side, sign in SIDES:
        make.mark(
            f"cheek_{side}",
            "disc",
            on=places.head.name,
            paint="accent",
            at=(sign * 42.0, -16.0, 0.0),
            size=(size, size * 0.7),
            group="cheeks",
        )


def eye_patch(make: Builder, places: Places) -> None:
    """Add a dark patch round one eye."""
    make.mark(
        "eye_patch",
        "patch",
        on=places.head.name,
        paint="mark",
        at=(make.pick((-1, 1)) * 26.0, 12.0, 0.0),
        size=(0.42, 0.48),
    )


def emblem(make: Builder, places: Places) -> None:
    """Add a sign on the chest."""
    form = make.pick(_EMBLEMS)
    size = make.spread(0.28, 0.42)
    make.mark("emblem", form, on=places.body.name, paint="accent", at=(0, 12, 0), size=(size, size))


def buttons(make: Builder, places: Places) -> None:
    """Add a row of buttons."""
    for n in range(3):
        make.mark(
            f"button_{n}",
            "disc",
            on=places.body.name,
            paint="metal",
            at=(0, 32.0 - 28 * n, 0),
            size=(0.1, 0.1),
            group="buttons",
        )


def _ring(
    make: Builder, places: Places, name: str, *, rise: float, out: float, high: float, paint: str
) -> None:
    x, y, z = places.body.size
    at = (places.body.at[0], places.body.at[1] + rise * y, places.body.at[2])
    make.solid(name, "ball", bone=places.body.bone, paint=paint, at=at, size=(x * out, y * high, z * out))


def collar(make: Builder, places: Places) -> None:
    """Add a collar with a tag between body and head."""
    head = places.head
    x, y, z = head.size
    low = (head.at[0], head.at[1] - y * 0.85, head.at[2])
    make.solid("collar", "ball", bone=head.bone, paint="accent", at=low, size=(x * 0.72, y * 0.17, z * 0.75))
    make.solid(
        "tag",
        "ball",
        bone=head.bone,
        group="collar",
        paint="metal",
        at=(low[0], low[1] - y * 0.2, low[2] + z * 0.75),
        size=(x * 0.15, x * 0.17, x * 0.08),
    )


def scarf(make: Builder, places: Places) -> None:
    """Add a scarf with an end that hangs down."""
    head = places.head
    x, y, z = head.size
    low = (head.at[0], head.at[1] - y * 0.88, head.at[2])
    paint = make.pick(("accent", "cloth", "cloth_low"))
    make.solid("scarf", "ball", bone=head.bone, paint=paint, at=low, size=(x * 0.85, y * 0.28, z * 0.88))
    make.solid(
        "scarf_end",
        "rod",
        bone=head.bone,
        group="scarf",
        paint=paint,
        at=(low[0] + x * 0.4, low[1], low[2] + z * 0.7),
        turn_deg=(-8, 0, 8),
        size=(y * make.spread(0.7, 1.3), x * 0.2, x * 0.26),
    )


def belt(make: Builder, places: Places) -> None:
    """Add a belt with a buckle."""
    _ring(make, places, "belt", rise=-0.45, out=1.0, high=0.16, paint="shoe")
    make.mark("buckle", "diamond", on="belt", paint="metal", at=(0, 0, 0), size=(0.22, 1.6), group="belt")


def glasses(make: Builder, places: Places) -> None:
    """Add a pair of dark glasses."""
    for side, sign in SIDES:
        make.mark(
            f"glass_{side}",
            "disc",
            on=places.head.name,
            paint="metal",
            at=(sign * 25.0, 13.0, 0.0),
            size=(0.36, 0.32),
            group="glasses",
        )
        make.mark(
            f"lens_{side}",
            "disc",
            on=places.head.name,
            paint="pupil",
            at=(sign * 25.0, 13.0, 0.0),
            size=(0.27, 0.24),
            group="glasses",
        )
    make.mark(
        "bridge",
        "stripe",
        on=places.head.name,
        paint="metal",
        at=(0, 14, 0),
        size=(0.2, 0.05),
        group="glasses",
    )


def moustache(make: Builder, places: Places) -> None:
    """Add a moustache."""
    for side, sign in SIDES:
        make.mark(
            f"moustache_{side}",
            "drop",
            on=places.head.name,
            paint="hair",
            at=(sign * 13.0, -20.0, sign * 70.0),
            size=(0.12, 0.26),
            group="moustache",
        )


def pack(make: Builder, places: Places) -> None:
    """Add a pack on the back, its straps in front."""
    x, y, z = places.body.size
    paint = make.pick(("accent", "cloth_low", "shoe"))
    make.solid(
        "pack",
        "box",
        bone=places.body.bone,
        paint=paint,
        at=(places.body.at[0], places.body.at[1] + y * 0.15, places.body.at[2] - z - min(x, y, z) * 0.2),
        size=(x * 0.6, y * 0.5, min(x, y, z) * 0.35),
    )
    for side, sign in SIDES:
        make.mark(
            f"strap_{side}",
            "stripe",
            on=places.body.name,
            paint=paint,
            at=(sign * 32.0, 25.0, 0.0),
            size=(0.1, 0.7),
            group="pack",
        )


def cape(make: Builder, places: Places) -> None:
    """Add a cape or a pair of small wings behind."""
    x, y, z = places.body.size
    at = (places.body.at[0], places.body.at[1] - y * 0.2, places.body.at[2] - z * 1.05)
    make.solid(
        "cape",
        "leaf",
        bone=places.body.bone,
        paint="accent",
        at=at,
        turn_deg=(-12, 0, 0),
        size=(x * make.spread(1.1, 1.5), y * make.spread(1.2, 1.6), 0.012),
    )


# Each with the share of characters that has it, and whether it suits only figures that wear cloth.
WORN: dict[str, tuple[Callable[[Builder, Places], None], float, bool]] = {
    "belly": (belly, 0.35, False),
    "spots": (spots, 0.3, False),
    "stripes": (stripes, 0.14, False),
    "cheeks": (cheeks, 0.25, False),
    "eye_patch": (eye_patch, 0.1, False),
    "emblem": (emblem, 0.15, False),
    "buttons": (buttons, 0.3, True),
    "collar": (collar, 0.2, False),
    "scarf": (scarf, 0.14, False),
    "belt": (belt, 0.4, True),
    "glasses": (glasses, 0.08, False),
    "moustache": (moustache, 0.07, False),
    "pack": (pack, 0.1, False),
    "cape": (cape, 0.08, False),
}
