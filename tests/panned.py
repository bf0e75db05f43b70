"""A pan over a drawn ground with grain: film whose every frame is known, for splices."""

import cv2
import numpy as np

from circletake.checks.protocol import Rgb

WIDTH, HEIGHT = 240, 136


def panned(n: int, *, grain: float = 3.0, seed: int = 1) -> list[Rgb]:
    """Frames of a steady pan, sRGB."""
    chance = np.random.default_rng(seed)
    wide = chance.uniform(40, 210, (HEIGHT // 8, (WIDTH + 2 * n) // 8 + 2, 3)).astype(np.float32)
    ground = cv2.GaussianBlur(
        cv2.resize(wide, (WIDTH + 2 * n + 8, HEIGHT), interpolation=cv2.INTER_NEAREST), (0, 0), 1.0
    )
    slope = np.linspace(-20, 20, HEIGHT, dtype=np.float32)[:, None, None]
    lit = np.asarray(ground, np.float32) + slope
    frames = []
    for number in range(n):
        noise = grain * chance.standard_normal((HEIGHT, WIDTH, 1)).astype(np.float32)
        picture = lit[:, 2 * number : 2 * number + WIDTH] + noise
        frames.append(np.asarray(np.clip(np.rint(picture), 0, 255), np.uint8))
    return frames


def degraded(frames: list[Rgb]) -> list[Rgb]:
    """Soft, without grain, off in colour."""
    made = []
    for rgb in frames:
        soft = cv2.GaussianBlur(cv2.medianBlur(rgb, 3).astype(np.float32), (0, 0), 1.2)
        made.append(np.asarray(np.clip(np.rint(soft * (1.08, 1.0, 0.93)), 0, 255), np.uint8))
    return made
