"""How sharp a network's scores must be for its confidence to be right: temperature scaling (Guo et al. 2017)."""

import numpy as np
from numpy.typing import NDArray

from smartselfie.core.pool import LEAST, pool

WIDEST = 8.0
"""Scores are never raised to more than this power, nor to less than one over it."""

STEPS = 60
"""Each step keeps two thirds of the range, so that these leave less than a billionth of it."""


def sharpen(scores: NDArray[np.float64], power: float) -> NDArray[np.float64]:
    """Scores (n, 7) raised to a power and summing to 1 again; the order of the seven stays as it is."""
    return pool([(scores, power)])


def best_power(scores: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """The power, one over Guo's temperature, at which the labels are likeliest.

    The likelihood has a single hill over the power, which a ternary search climbs; of equals the milder power is taken.

    Args:
        scores: (n, 7), n at least 1.
        labels: (n,) indices into the seven.
    """
    low, high = 1 / WIDEST, WIDEST
    for _ in range(STEPS):
        third = (high - low) / 3
        if _cost(scores, labels, low + third) <= _cost(scores, labels, high - third):
            high -= third
        else:
            low += third
    return (low + high) / 2


def _cost(scores: NDArray[np.float64], labels: NDArray[np.int64], power: float) -> float:
    """The mean negative logarithm of the label's score, in nats."""
    return float(-np.log(np.maximum(sharpen(scores, power)[np.arange(len(labels)), labels], LEAST)).mean())
