"""Sound: the splice's own, coming out of the plate's and going over into it."""

import numpy as np

from circletake.media.sound import Samples


def crossfaded(splice: Samples, *, head: Samples, tail: Samples) -> Samples:
    """Fade a splice's sound in from the plate's and out into it, at equal power.

    Args:
        splice: float32 [n, 2].
        head: what the plate goes on to be heard with after the splice began; as long as the fade, empty
            where the plate ends there.
        tail: what the plate is heard with before the splice ends; likewise.
    """
    mixed = splice.copy()
    for other, is_head in ((head, True), (tail, False)):
        length = min(len(other), len(splice) // 2)
        if not length:
            continue
        rising = np.sin(np.linspace(0, np.pi / 2, length, dtype=np.float32))[:, None]
        falling = np.cos(np.linspace(0, np.pi / 2, length, dtype=np.float32))[:, None]
        if is_head:
            mixed[:length] = splice[:length] * rising + other[:length] * falling
        else:
            mixed[-length:] = splice[-length:] * falling + other[-length:] * rising
    return mixed
