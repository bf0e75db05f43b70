"""A noisy series as steps: the mean of each stretch in which nothing changes, with sharp edges."""

import numpy as np

from circletake.checks.consistency._look import Rows

# Cost of one more step in variances of the noise, times the log of the length: BIC asks for 2 to 3, noise
# that neighbours share for twice that.
_PENALTY = 6.0
# Noise below which a series is as good as still.
_STILL = 0.05
# Longest stretch that is looked back over: a minute at one measurement every third frame.
_REACH = 480


def steps_of(values: Rows) -> Rows:
    """Replace each value by the mean of its stretch.

    A drift is there from one frame to the next, or comes slowly; the noise of masks and poses is anew in
    every frame. The mean over a stretch has the noise of many frames taken out and keeps its edges.

    Args:
        values: [frame], in order.

    Returns:
        The same length.

    Source:
        Jackson et al. 2005, optimal partitioning; Killick, Fearnhead, Eckley 2012 (PELT) for the pruning.
    """
    n = len(values)
    if n < 3:  # noqa: PLR2004 (nothing to tell noise from change)
        return np.asarray(values, dtype=np.float32).copy()
    x = values.astype(np.float64)
    # Differences of neighbours have twice the noise's variance; their median leaves the edges out.
    noise = max(float(np.median(np.abs(np.diff(x)))) / (0.6745 * np.sqrt(2)), _STILL)
    penalty = _PENALTY * noise**2 * np.log(n)
    sums, squares = np.concatenate([[0], np.cumsum(x)]), np.concatenate([[0], np.cumsum(x * x)])
    cost = np.full(n + 1, -penalty)
    since = np.zeros(n + 1, dtype=np.intp)
    open_at = np.array([0], dtype=np.intp)
    for end in range(1, n + 1):
        length = end - open_at
        within = squares[end] - squares[open_at] - (sums[end] - sums[open_at]) ** 2 / length
        whole = cost[open_at] + within
        best = int(whole.argmin())
        cost[end], since[end] = whole[best] + penalty, open_at[best]
        kept = open_at[(whole <= cost[end]) & (length < _REACH)]
        open_at = np.concatenate([kept, [end]])
    stepped = np.empty(n, dtype=np.float32)
    end = n
    while end > 0:
        start = int(since[end])
        stepped[start:end] = (sums[end] - sums[start]) / (end - start)
        end = start
    return stepped
