"""Body plans: what a figure stands on, its bones and its bare solids; features come on top of them."""

from collections.abc import Callable
from dataclasses import dataclass

from circletake.generate.characters.builder import SIDES, Builder


@dataclass(frozen=True, slots=True)
class Body:
    """What a plan leaves behind for features to go on.

    Args:
        head: name of the solid with the face.
        body: name of the solid with the belly.
        limbs: groups that are arms, legs or wings.
        dressed: whether cloth goes on it.
    """

    head: str
    body: str
    limbs: tuple[str, ...]
    dressed: bool = False


def _head(
    make: Builder, *, parent: str, at: tuple[float, float, float], size: float, near: float = 0.3
) -> None:
    make.bone(
        "head",
        parent,
        at=at,
        moves=(("head_turn", 1, 35.0), ("head_nod", 0, 14.0), ("head_tilt", 2, -14.0)),
        near=near,
    )
    wide, high, deep = make.spread(0.85, 1.3), make.spread(0.8, 1.15), make.spread(0.8, 1.1)
    make.solid(
        "head",
        "ball",
        bone="head",
        paint="fur",
        size=(size * wide, size * high, size * deep),
        surface=True,
    )


def _arms(make: Builder, *, at: tuple[float, float, float], length: float, radius: float, paint: str) -> None:
    two = make.chance(0.7)  # a forearm, or one bendless limb as the simplest characters have
    hand = make.spread(1.1, 1.7) * radius
    rest = make.spread(12, 40)
    sleeve = paint if make.chance(0.6) else "limb"
    for side, sign in SIDES:
        make.bone(
            f"arm_{side}",
            "body",
            at=(sign * at[0], at[1], at[2]),
            turn_deg=(0, 0, sign * rest),
            moves=((f"arm_{side}", 2, sign * 60.0), (f"arm_{side}", 0, -25.0)),
        )
        upper = length * (0.5 if two else 1.0)
        make.solid(
            f"arm_{side}",
            "rod",
            bone=f"arm_{side}",
            group=f"arm_{side}",
            paint=paint,
            size=(upper, radius, radius * 0.85),
            surface=True,
        )
        end = f"arm_{side}"
        if two:
            end = f"elbow_{side}"
            make.bone(
                end,
                f"arm_{side}",
                at=(0, -upper, 0),
                moves=((f"elbow_{side}", 2, sign * 45.0), (f"elbow_{side}", 0, -40.0)),
            )
            make.solid(
                f"forearm_{side}",
                "rod",
                bone=end,
                group=f"arm_{side}",
                paint=sleeve,
                size=(length * 0.5, radius * 0.85, radius * 0.8),
                surface=True,
            )
            upper = length * 0.5
        make.solid(
            f"hand_{side}",
            "ball",
            bone=end,
            group=f"arm_{side}",
            paint="paw",
            at=(0, -upper, 0),
            size=(hand, hand, hand),
        )


def _legs(
    make: Builder,
    *,
    at: tuple[float, float, float],
    length: float,
    radius: float,
    paint: str,
    foot_paint: str,
    names: tuple[str, str] = ("leg", "leg"),
    swing: float = 35.0,
    foot_long: float = 1.5,
) -> None:
    name, member = names
    for side, sign in SIDES:
        opposed = 1.0 if name == member else -1.0  # diagonal legs of four go together
        make.bone(
            f"{name}_{side}",
            "body",
            at=(sign * at[0], at[1], at[2]),
            turn_deg=(0, 0, sign * 4.0),
            moves=((f"{member}_{side}", 0, -swing * opposed),),
        )
        make.solid(
            f"{name}_{side}",
            "rod",
            bone=f"{name}_{side}",
            group=f"{name}_{side}",
            paint=paint,
            size=(length, radius, radius * 0.85),
            surface=True,
        )
        make.solid(
            f"{name}_foot_{side}",
            "ball",
            bone=f"{name}_{side}",
            group=f"{name}_{side}",
            paint=foot_paint,
            at=(0, -length, radius * 0.5 * foot_long),
            size=(radius * 1.25, radius * 0.9, radius * foot_long),
        )


def _body(make: Builder, form: str, *, size: tuple[float, float, float], paint: str) -> None:
    make.bone("body", "")
    make.solid("body", "box" if form == "box" else "ball", bone="body", paint=paint, size=size, surface=True)


def biped(make: Builder) -> Body:
    """Stand on two legs, head above body; dressed or furry."""
    dressed = make.chance(0.6)
    wide, high = make.spread(0.1, 0.17), make.spread(0.13, 0.2)
    _body(make, "ball", size=(wide, high, wide * make.spread(0.7, 0.95)), paint="cloth" if dressed else "fur")
    head = make.spread(0.13, 0.22)
    _head(make, parent="body", at=(0, high + head * make.spread(0.6, 0.9), 0.01), size=head)
    _arms(
        make,
        at=(wide * 0.85, high * 0.55, 0),
        length=make.spread(0.18, 0.3),
        radius=make.spread(0.03, 0.05),
        paint="cloth" if dressed else "limb",
    )
    _legs(
        make,
        at=(wide * 0.5, -high * 0.75, 0),
        length=make.spread(0.12, 0.26),
        radius=make.spread(0.035, 0.065),
        paint="cloth_low" if dressed else "limb",
        foot_paint="shoe" if dressed else "paw",
    )
    return Body("head", "body", ("arm_l", "arm_r", "leg_l", "leg_r"), dressed=dressed)


def beast(make: Builder) -> Body:
    """Be one round body with the face on it."""
    size = make.spread(0.24, 0.32)
    _body(
        make,
        "ball",
        size=(size * make.spread(0.85, 1.15), size * make.spread(0.85, 1.2), size * 0.9),
        paint="fur",
    )
    _arms(
        make,
        at=(size * 0.85, 0.0, 0.02),
        length=make.spread(0.12, 0.26),
        radius=make.spread(0.03, 0.06),
        paint="limb",
    )
    _legs(
        make,
        at=(size * 0.45, -size * 0.8, 0),
        length=make.spread(0.08, 0.2),
        radius=make.spread(0.04, 0.07),
        paint="limb",
        foot_paint="paw",
    )
    return Body("body", "body", ("arm_l", "arm_r", "leg_l", "leg_r"))


def quadruped(make: Builder) -> Body:
    """Stand on four legs, body level, head in front."""
    long, thick = make.spread(0.18, 0.3), make.spread(0.1, 0.17)
    _body(make, "ball", size=(thick, thick * make.spread(0.9, 1.1), long), paint="fur")
    head = make.spread(0.11, 0.18)
    rise = make.spread(0.5, 1.4)
    if rise > 1.0:
        make.solid(
            "neck",
            "rod",
            bone="body",
            paint="fur",
            at=(0, thick * rise + head * 0.3, long * 0.95),
            turn_deg=(20, 0, 0),
            size=(thick * rise, head * 0.5, head * 0.7),
            surface=True,
        )
    _head(make, parent="body", at=(0, thick * rise + head * 0.4, long * 0.9), size=head, near=0.1)
    length, radius = make.spread(0.1, 0.24), make.spread(0.028, 0.055)
    for name, member, z in (("foreleg", "arm", 0.65), ("leg", "leg", -0.65)):
        _legs(
            make,
            at=(thick * 0.6, -thick * 0.5, long * z),
            length=length,
            radius=radius,
            paint="limb",
            foot_paint="paw",
            names=(name, member),
            swing=28.0,
            foot_long=1.2,
        )
    return Body("head", "body", ("foreleg_l", "foreleg_r", "leg_l", "leg_r"))


def bird(make: Builder) -> Body:
    """Be round on thin legs, with wings and a beak."""
    wide = make.spread(0.15, 0.24)
    high = wide * make.spread(0.95, 1.35)
    _body(make, "ball", size=(wide, high, wide * make.spread(0.9, 1.2)), paint="fur")
    head = wide * make.spread(0.5, 0.85)
    _head(make, parent="body", at=(0, high + head * 0.45, wide * 0.25), size=head)
    wing = make.spread(0.8, 1.3) * wide
    for side, sign in SIDES:
        make.bone(
            f"wing_{side}",
            "body",
            at=(sign * wide * 0.9, high * 0.35, 0),
            turn_deg=(0, 0, sign * make.spread(8, 14)),
            moves=((f"arm_{side}", 2, sign * 70.0),),
        )
        make.solid(
            f"wing_{side}",
            "leaf",
            bone=f"wing_{side}",
            group=f"wing_{side}",
            paint="mark",
            at=(0, -wing * 0.75, 0),
            turn_deg=(0, 90, 180),
            size=(wing * 0.5, wing, 0.02),
            surface=True,
        )
    _legs(
        make,
        at=(wide * 0.4, -high * 0.85, 0),
        length=make.spread(0.08, 0.22),
        radius=make.spread(0.014, 0.025),
        paint="accent",
        foot_paint="accent",
        foot_long=3.0,
    )
    return Body("head", "body", ("wing_l", "wing_r", "leg_l", "leg_r"))


def blob(make: Builder) -> Body:
    """Be a drop that keeps together, with stubs for limbs."""
    wide, high = make.spread(0.2, 0.3), make.spread(0.2, 0.36)
    _body(make, "ball", size=(wide, high, wide), paint="fur")
    make.solid(
        "skirt",
        "ball",
        bone="body",
        paint="fur",
        at=(0, -high * 0.75, 0),
        size=(wide * make.spread(1.05, 1.35), high * 0.3, wide * 1.15),
        surface=True,
    )
    _arms(
        make,
        at=(wide * 0.9, -high * 0.1, 0),
        length=make.spread(0.06, 0.14),
        radius=make.spread(0.03, 0.05),
        paint="fur",
    )
    return Body("body", "body", ("arm_l", "arm_r"))


def robot(make: Builder) -> Body:
    """Be made of boxes, tubes and balls of metal."""
    wide, high = make.spread(0.11, 0.19), make.spread(0.12, 0.19)
    _body(make, "box", size=(wide, high, wide * 0.8), paint="fur")
    head = make.spread(0.1, 0.17)
    make.bone(
        "head",
        "body",
        at=(0, high + head * make.spread(0.9, 1.1), 0),
        moves=(("head_turn", 1, 40.0), ("head_nod", 0, 10.0), ("head_tilt", 2, -8.0)),
        near=0.3,
    )
    form = make.pick(("box", "box", "ball"))
    make.solid(
        "head",
        "box" if form == "box" else "ball",
        bone="head",
        paint="mark" if make.chance(0.4) else "fur",
        size=(head * make.spread(0.9, 1.4), head * 0.8, head * 0.85),
        surface=True,
    )
    make.solid("neck", "rod", bone="head", paint="metal", size=(head * 1.1, head * 0.3, head * 0.3))
    _arms(
        make,
        at=(wide * 1.1, high * 0.6, 0),
        length=make.spread(0.18, 0.3),
        radius=make.spread(0.025, 0.045),
        paint="metal",
    )
    _legs(
        make,
        at=(wide * 0.55, -high * 0.9, 0),
        length=make.spread(0.1, 0.22),
        radius=make.spread(0.03, 0.06),
        paint="metal",
        foot_paint="limb",
    )
    return Body("head", "body", ("arm_l", "arm_r", "leg_l", "leg_r"))


def crawler(make: Builder) -> Body:
    """Be a chain of balls on many feet, head first."""
    thick, links = make.spread(0.09, 0.13), int(make.rng.integers(3, 5))
    _body(make, "ball", size=(thick, thick, thick), paint="fur")
    for n in range(1, links):
        make.bone(
            f"link_{n}",
            "body" if n == 1 else f"link_{n - 1}",
            at=(0, 0, -thick * 1.35),
            moves=(("tail", 1, 14.0),),
        )
        shrink = 1 - 0.12 * n
        make.solid(
            f"link_{n}",
            "ball",
            bone=f"link_{n}",
            paint="fur" if n % 2 == 0 else "limb",
            size=(thick * shrink, thick * shrink, thick * shrink),
            surface=True,
        )
        for side, sign in SIDES:
            make.solid(
                f"foot_{n}_{side}",
                "ball",
                bone=f"link_{n}",
                group=f"feet_{side}",
                paint="paw",
                at=(sign * thick * 0.6, -thick * shrink, 0),
                size=(0.03, 0.03, 0.035),
            )
    head = thick * make.spread(1.05, 1.5)
    _head(make, parent="body", at=(0, thick * 0.9, thick * 0.9), size=head, near=0.1)
    _arms(make, at=(thick * 0.8, 0, thick * 0.4), length=0.12, radius=0.022, paint="limb")
    return Body("head", "body", ("arm_l", "arm_r", "feet_l", "feet_r"))


PLANS: dict[str, Callable[[Builder], Body]] = {
    "biped": biped,
    "beast": beast,
    "quadruped": quadruped,
    "bird": bird,
    "blob": blob,
    "robot": robot,
    "crawler": crawler,
}
PLAN_SHARES = (
    0.28,
    0.16,
    0.2,
    0.12,
    0.08,
    0.1,
    0.06,
)  # figures on two and four legs are most of what is drawn
