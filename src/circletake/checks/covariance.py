"""How the columns of a few rows go together."""

import numpy as np
from numpy.typing import NDArray


def shrunk(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """How columns go together, shrunk towards the same variance for all and none in common: never singular.

    Args:
        rows: [n d]; centred for a covariance, as they are for a Gram matrix.

    Returns:
        [d d].

    Source:
        Ledoit & Wolf 2004, “A well-conditioned estimator for large-dimensional covariance matrices”, lemma
        3.2 to 3.5.
    """
    n, d = rows.shape
    covariance = rows.T @ rows / n
    level = float(np.trace(covariance)) / d
    target = level * np.eye(d)
    away = float(((covariance - target) ** 2).sum()) / d
    spread = sum(float(((np.outer(row, row) - covariance) ** 2).sum()) for row in rows) / (n * n * d)
    share = 1.0 if away <= 0 else min(spread / away, 1.0)
    return np.asarray(share * target + (1 - share) * covariance + 1e-6 * np.eye(d))
