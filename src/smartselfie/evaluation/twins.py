"""Rows that stand in the Training data, too: pictures that a network has seen with (nearly) the same pixels."""

import numpy as np
from numpy.typing import NDArray

ALIKE = 0.99
"""Two pictures are twins when their pixels correlate above this."""

CHUNK = 2048
"""Training rows that are compared at once: keeps memory below 200 MB for any number of rows."""


def twins(rows: NDArray[np.uint8], training: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which rows have a twin in Training.

    A picture of one grey correlates with nothing and so has none.

    Args:
        rows: (n, h, w) pictures.
        training: (m, h, w) pictures.

    Returns:
        (n,)
    """
    found = np.zeros(len(rows), np.bool_)
    for start in range(0, len(rows), 2 * CHUNK):
        ours = _unit(rows[start : start + 2 * CHUNK])
        for at in range(0, len(training), CHUNK):
            found[start : start + 2 * CHUNK] |= ((ours @ _unit(training[at : at + CHUNK]).T) > ALIKE).any(axis=1)
    return found


def _unit(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n, pixels) with mean 0 and length 1, so that a product of two is their correlation; zeros for one grey."""
    flat = pictures.reshape(len(pictures), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    # what rounding leaves of one grey is far below the least real difference, 1 grey value in 1 pixel
    return np.where(length > 0.5, flat / np.maximum(length, 0.5), np.float32(0))
