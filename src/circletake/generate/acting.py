"""Acting: what the figure and the camera do on each frame of each shot, as one take plays it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from circletake.generate.backgrounds import Camera
from circletake.generate.character import LORD_QUESO
from circletake.generate.drawing.body import advance_per_cycle
from circletake.generate.pose import Pose
from circletake.generate.script import Shot, TakePlan

_CYCLE_FRAMES = 20.0  # a walk of five steps in two seconds: unhurried
_BLINK_FRAMES = 7.0


@dataclass(frozen=True, slots=True)
class Hand:
    """How one take plays it: the plan's wishes and its seed's small accidents.

    Args:
        energy: size of gestures.
        tempo: speed of gestures.
        late: frames by which gestures come late.
        phase: of whatever swings, in cycles.
        x: where the figure stands, off its mark.
        blink_at: frame of the first blink.
    """

    energy: float
    tempo: float
    late: float
    phase: float
    x: float
    blink_at: float


@cache
def hand_of(plan: TakePlan) -> Hand:
    """Return how a take plays it."""
    chance = np.random.default_rng(plan.seed)
    late, phase, x, blink_at = chance.uniform([-2.0, 0.0, -12.0, 8.0], [2.0, 1.0, 12.0, 16.0])
    return Hand(plan.energy, plan.tempo, float(late), float(phase), float(x), float(blink_at))


def ease(at: float) -> float:
    """Return 0 before 0, 1 after 1, and a soft start and stop between.

    >>> ease(0.5)
    0.5
    """
    at = min(1.0, max(0.0, at))
    return at * at * (3 - 2 * at)


def rise_and_fall(n: float, start: float, full: float, leave: float, end: float) -> float:
    """Return 0 outside start…end, 1 between full and leave, eased on both sides."""
    return ease((n - start) / (full - start)) * (1 - ease((n - leave) / (end - leave)))


def _blink(n: float, hand: Hand, *, rest: float = 0.2, every: float = 34.0) -> float:
    since = (n - hand.blink_at) % every if n >= hand.blink_at else every
    shut = math.sin(math.pi * since / _BLINK_FRAMES) if since < _BLINK_FRAMES else 0.0
    return rest + (1 - rest) * max(0.0, shut)


def _swing(n: float, hand: Hand, frames: float, lag: float = 0.0) -> float:
    return math.sin(2 * math.pi * (hand.tempo * (n - lag) / frames + hand.phase))


def _breath(n: float, hand: Hand) -> float:
    return 1 + 0.008 * _swing(n, hand, 30)


def _parlour(shot: Shot, hand: Hand, n: int) -> Pose:
    del shot
    m = (n - hand.late) * hand.tempo
    away = rise_and_fall(m, 10, 18, 25, 34)
    proud = ease((m - 32) / 9)
    wag = _swing(n, hand, 11)
    return Pose(
        x=570 + hand.x,
        y=470,
        head_yaw_deg=22 - 58 * away + 4 * proud,
        head_pitch_deg=-2 + 9 * hand.energy * proud,
        head_tilt_deg=-5 * away * hand.energy,
        ear_l_deg=5 * hand.energy * _swing(n, hand, 22, 4) + 8 * away,
        ear_r_deg=5 * hand.energy * _swing(n, hand, 22, 6) + 12 * proud * (1 - proud) * 4,
        tail_deg=6 + 20 * hand.energy * wag,
        stretch=_breath(n, hand) + 0.02 * proud,
        blink=_blink(n, hand, rest=0.2 + 0.14 * proud),
        look_x=0.3 - 0.7 * away,
        look_y=-0.1 * away,
        smile=0.3 + 0.5 * proud,
        brow=0.3 - 0.5 * away,
        mouth_open=0.0,
    )


def _walk(n: int, hand: Hand, start_x: float, y: float) -> dict[str, float]:
    step = n * hand.tempo / _CYCLE_FRAMES
    bounce = math.sin(4 * math.pi * step)
    return {
        "x": start_x + step * advance_per_cycle(LORD_QUESO),
        "y": y,
        "step": step,
        "stride": 1.0,
        "lift": 2.2 * (1 + bounce),
        "lean_deg": 0.9 * math.sin(4 * math.pi * step + 1),
        "head_y": -2.4 * math.sin(4 * math.pi * step - 0.7),
        "head_x": 1.8 * math.sin(4 * math.pi * step - 0.2),
        "ear_l_deg": 7 * hand.energy * math.sin(4 * math.pi * step - 1.5),
        "ear_r_deg": 7 * hand.energy * math.sin(4 * math.pi * step - 1.7),
        "tail_deg": 10 + 15 * hand.energy * math.sin(2 * math.pi * step + hand.phase),
    }


def _entrance(shot: Shot, hand: Hand, n: int) -> Pose:
    del shot
    walk = _walk(n, hand, 112 + hand.x, 486)
    m = (n - hand.late) * hand.tempo
    glance = rise_and_fall(m, 24, 32, 38, 46) * min(1.0, 0.5 + 0.5 * hand.energy)
    haughty = ease((m - 38) / 10)
    return Pose(
        **walk,  # type: ignore[arg-type]  # the walk names fields of a pose that are all numbers
        stance="stand",
        head_yaw_deg=56 - 40 * glance + 10 * haughty,
        head_pitch_deg=2 + 14 * haughty * hand.energy - 6 * glance,
        blink=_blink(n, hand, rest=0.2 + 0.3 * haughty),
        look_x=0.4 - 0.7 * glance,
        look_y=-0.35 * glance,
        smile=0.2 + 0.4 * haughty,
        brow=0.2 + 0.3 * glance,
    )


def _close(shot: Shot, hand: Hand, n: int) -> Pose:
    del shot
    m = (n - hand.late) * hand.tempo
    yawn = rise_and_fall(m, 22, 31, 36, 45) * min(1.0, 0.7 * hand.energy + 0.2)
    aside = rise_and_fall(m, 4, 10, 16, 23)
    after = ease((m - 44) / 7)
    return Pose(
        x=575 + hand.x * 0.5,
        y=470,
        head_yaw_deg=14 + 14 * aside * hand.energy - 6 * after,
        head_pitch_deg=1 + 11 * yawn,
        head_tilt_deg=-3 + 7 * after * hand.energy - 3 * yawn,
        head_y=-5 * yawn,
        ear_l_deg=-5 * yawn + 4 * hand.energy * _swing(n, hand, 30),
        ear_r_deg=-7 * yawn + 4 * hand.energy * _swing(n, hand, 30, 3),
        tail_deg=8 * _swing(n, hand, 26),
        stretch=_breath(n, hand) + 0.02 * yawn,
        blink=min(1.0, max(_blink(n, hand), yawn * 1.1)),
        look_x=0.2 + 0.6 * aside - 0.2 * after,
        look_y=0.1 - 0.2 * aside,
        mouth_open=yawn,
        smile=0.2 + 0.5 * after,
        brow=0.4 - 0.9 * yawn - 0.3 * after,
    )


def _leap(shot: Shot, hand: Hand, n: int) -> Pose:
    del shot
    m = (n - hand.late) * (0.5 + 0.5 * hand.tempo)
    crouch = rise_and_fall(m, 2, 11, 13, 16)
    flight = min(1.0, max(0.0, (m - 14) / 13))
    in_air = math.sin(math.pi * flight)
    landing = rise_and_fall(m, 26, 29, 29.5, 35)
    doubt = ease((m - 34) / 7)
    rising = math.sin(2 * math.pi * flight)
    shake = math.sin((m - 36) * 1.15) * rise_and_fall(m, 34, 37, 43, 48)
    return Pose(
        x=772 + hand.x - 158 * flight,
        y=476,
        facing=-1,
        stance="stand",
        lift=96 * in_air * (0.4 + 0.6 * hand.energy),
        stretch=1 - 0.16 * crouch * hand.energy + 0.07 * in_air * abs(rising) - 0.15 * landing * hand.energy,
        lean_deg=16 * rising * hand.energy - 3 * crouch,
        reach=0.75 * in_air - 0.2 * crouch,
        head_yaw_deg=60 - 34 * doubt + 20 * shake,
        head_pitch_deg=8 * in_air - 8 * landing,
        head_y=9 * crouch + 12 * landing,
        ear_l_deg=42 * in_air * rising * -1 + 26 * in_air - 18 * landing + 9 * shake,
        ear_r_deg=42 * in_air * rising * -1 + 26 * in_air - 18 * landing - 9 * shake,
        tail_deg=14 * _swing(n, hand, 9) * (1 - in_air) + 24 * in_air - 10 * landing,
        blink=max(_blink(n, hand, rest=0.1 + 0.2 * doubt), 0.75 * landing),
        look_x=0.5 - 0.3 * doubt,
        look_y=-0.3 + 0.3 * doubt,
        mouth_open=0.45 * in_air,
        smile=0.6 - 0.7 * doubt,
        brow=-0.3 * crouch + 0.2 - 0.7 * doubt,
    )


def _night(shot: Shot, hand: Hand, n: int) -> Pose:
    del shot
    walk = _walk(n, hand, 190 + hand.x, 494)
    gust = hand.energy * (0.6 + 0.4 * math.sin(2 * math.pi * (n / 52 + hand.phase)))
    walk["ear_l_deg"] += 15 * gust + 3 * math.sin(n * 0.9)
    walk["ear_r_deg"] += 15 * gust + 3 * math.sin(n * 0.9 + 1)
    walk["tail_deg"] += 6 * gust
    m = (n - hand.late) * hand.tempo
    back = rise_and_fall(m, 40, 48, 56, 65)
    return Pose(
        **walk,  # type: ignore[arg-type]  # the walk names fields of a pose that are all numbers
        stance="stand",
        head_yaw_deg=56 - 30 * back,
        head_pitch_deg=4 - 4 * gust + 4 * back,
        blink=_blink(n, hand, rest=0.22),
        look_x=0.4 - 0.5 * back,
        look_y=-0.2 * back,
        smile=0.1 + 0.2 * back,
        brow=-0.1 + 0.3 * gust,
    )


def _howl(shot: Shot, hand: Hand, n: int) -> Pose:
    del shot
    m = (n - hand.late) * (0.4 + 0.6 * hand.tempo)
    up = rise_and_fall(m, 5, 15, 33, 42)
    bark = rise_and_fall(m, 24, 26, 27, 32)
    grin = ease((m - 40) / 8)
    return Pose(
        x=500 + hand.x,
        y=494,
        scale=1.12,
        head_yaw_deg=24 + 26 * up - 14 * grin,
        head_pitch_deg=20 * up + 6 * bark,
        head_tilt_deg=-7 * up + 5 * grin * hand.energy,
        head_y=4 * up - 8 * bark,
        head_x=3 * bark,
        ear_l_deg=-10 * up + 26 * bark * hand.energy + 4 * _swing(n, hand, 26),
        ear_r_deg=-10 * up + 26 * bark * hand.energy + 4 * _swing(n, hand, 26, 3),
        tail_deg=4 + 8 * _swing(n, hand, 24) * (1 - grin) + 22 * hand.energy * grin * _swing(n, hand, 9),
        stretch=_breath(n, hand) + 0.03 * up - 0.03 * bark + 0.05 * bark * (1 - bark) * 4,
        blink=_blink(n, hand, rest=0.2 - 0.1 * grin) if not bark else 0.2 + 0.6 * bark,
        look_x=0.3 + 0.4 * up - 0.3 * grin,
        look_y=-0.6 * up,
        mouth_open=max(0.95 * bark, 0.62 * grin),
        smile=0.2 + 0.7 * grin,
        brow=-0.4 * up - 0.2 * grin,
        tongue=0.0,
    )


_ACTS: dict[str, Callable[[Shot, Hand, int], Pose]] = {
    "SH010": _parlour,
    "SH020": _entrance,
    "SH030": _close,
    "SH040": _leap,
    "SH050": _night,
    "SH060": _howl,
}


def pose_at(shot: Shot, plan: TakePlan, n: int) -> Pose:
    """Return the figure's pose on frame `n` of a take."""
    return _ACTS[shot.code](shot, hand_of(plan), n)


def camera_at(shot: Shot, n: int) -> Camera:
    """Return what the camera sees on frame `n`; every take of a shot has the same camera."""
    share = n / max(1, shot.frames - 1)
    match shot.camera:
        case "push_in":
            at = ease(share)
            return Camera(480 + 62 * at, 270 + 34 * at, 1 + 0.2 * at)
        case "pan":
            return Camera(392 + 118 * ease(share), 270)
        case "close":
            return Camera(582, 282, 2.1)
        case "follow":
            return Camera(360 + 400 * share, 270)
        case "moon":
            at = ease((share - 0.55) / 0.4)
            return Camera(520 - 10 * at, 270 + 48 * at, 1 + 0.24 * at)
        case _:
            return Camera(520, 270)
