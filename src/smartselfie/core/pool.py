"""Several opinions on one face made one: a log-linear pool."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEAST = 1e-12
"""Scores below it count as this much in a logarithm, which would otherwise be infinite."""


def pool(opinions: Sequence[tuple[NDArray[np.floating[Any]], float]]) -> NDArray[np.float64]:
    """The product of scores, each raised to its power, scaled to sum to 1 (Genest and Zidek 1986).

    With one opinion this is temperature scaling: the power is one over Guo's temperature (Guo et al. 2017).

    Args:
        opinions: scores (n, 7) and their power, at least one.

    Returns:
        (n, 7), each row summing to 1.
    """
    parts = [power * np.log(np.maximum(scores.astype(np.float64), LEAST)) for scores, power in opinions]
    logs = np.sum(parts, axis=0)
    raised = np.exp(logs - logs.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))
