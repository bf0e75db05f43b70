"""Whether a file's sound starts and ends with its picture, by what its container says."""

from fractions import Fraction

from circletake.checks.technical._picture import Run

_MS = 1000


def offsets(
    *,
    starts_s: Fraction | None,
    ends_s: Fraction | None,
    rate: Fraction,
    n_frames: int,
    early_ms: float,
    late_ms: float,
    length_ms: float,
) -> list[tuple[Run, str, str]]:
    """Find sound that does not start or end with the picture.

    Lips and voice are not looked at: a file whose streams start together may still be out of step, and one
    whose sound starts later may be meant so.

    Args:
        starts_s: when the sound starts, from the first frame; None is not known.
        ends_s: when it ends, from the last frame's end.
        rate: frames a second.
        n_frames: how many there are.
        early_ms: how long before the picture it may start; at least a frame is allowed.
        late_ms: how long after it.
        length_ms: how far the ends may be apart.

    Returns:
        Frames, label and sentence of each finding.

    Source:
        EBU R 37: sound no more than 40 ms before and 60 ms after the picture. ITU-R BT.1359-1: 185 ms late
        is where it stops being acceptable; for the ends that is a starting value.
    """
    if not n_frames:
        return []
    frame_s = 1 / rate
    found: list[tuple[Run, str, str]] = []
    if starts_s is not None and starts_s > max(frame_s, Fraction(late_ms) / _MS):
        run = Run(0, min(int(starts_s * rate) + 1, n_frames))
        said = f"The sound starts {_seconds(starts_s)} after the picture; {_HEAR}"
        found.append((run, "offset", said))
    elif starts_s is not None and -starts_s > max(frame_s, Fraction(early_ms) / _MS):
        said = f"The sound starts {_seconds(starts_s)} before the picture and is cut there; {_HEAR}"
        found.append((Run(0, 1), "offset", said))
    allowed_s = max(frame_s, Fraction(length_ms) / _MS)
    if ends_s is not None and -ends_s > allowed_s:
        run = Run(max(n_frames - int(-ends_s * rate) - 1, 0), n_frames)
        said = f"The sound ends {_seconds(ends_s)} before the picture; see that no sound is missing."
        found.append((run, "length", said))
    elif ends_s is not None and ends_s > allowed_s:
        said = f"The sound goes on {_seconds(ends_s)} after the last frame; see that no picture is missing."
        found.append((Run(n_frames - 1, n_frames), "length", said))
    return found


_HEAR = "listen whether they are in step, which is not measured here."


def _seconds(span_s: Fraction) -> str:
    return f"{abs(float(span_s)):.2f} s"
