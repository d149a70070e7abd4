"""Rows that show (nearly) the same image: FER-2013 repeats itself, within its splits and across them."""

import numpy as np
from numpy.typing import NDArray

# Two images are twins when their pixels correlate above this.
ALIKE = 0.99

# Rows that are compared at once: keeps memory below 200 MB for any number of rows.
CHUNK = 2048

# Sums over blocks of so many pixels squared tell most pairs apart, at a sixteenth of the work.
BLOCK = 4

ROUNDING = 1e-4


def find_twins(rows: NDArray[np.uint8], training: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which rows have a twin in Training.

    An image of one grey correlates with nothing and so has none.

    Args:
        rows: (n, h, w) images.
        training: (m, h, w) images.

    Returns:
        (n,)
    """
    found = np.zeros(len(rows), np.bool_)
    found[find_twin_pairs(rows, training)[:, 0]] = True
    return found


def find_twin_pairs(rows: NDArray[np.uint8], others: NDArray[np.uint8] | None = None) -> NDArray[np.int64]:
    """All pairs of twins, exactly.

    The correlation is the product of two unit vectors. Of each vector a projection is kept (its sums over blocks) and
    the length of the rest; by the inequality of Cauchy and Schwarz the product of those bounds the correlation from
    above, so only the few pairs whose bound is high enough need all their pixels.

    Args:
        rows: (n, h, w) images.
        others: (m, h, w) images; None for the same rows.

    Returns:
        (pairs, 2) indices into rows and others; of the same rows each pair once, the lower index first.
    """
    ours = _bounds(rows)
    theirs = ours if others is None else _bounds(others)
    found = [np.zeros((0, 2), np.int64)]
    for start in range(0, len(ours), CHUNK):
        for at in range(0, len(theirs), CHUNK):
            if others is None and at + CHUNK <= start:
                continue
            bound = ours[start : start + CHUNK] @ theirs[at : at + CHUNK].T
            pairs = np.argwhere(bound > ALIKE - ROUNDING) + np.array([start, at])
            found.append(pairs[pairs[:, 0] < pairs[:, 1]] if others is None else pairs)
    candidates = np.concatenate(found)
    kept = [
        part[(_unit(rows[part[:, 0]]) * _unit((rows if others is None else others)[part[:, 1]])).sum(axis=1) > ALIKE]
        for part in np.array_split(candidates, len(candidates) // CHUNK + 1)
    ]
    return np.concatenate(kept)


def _bounds(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n, blocks + 1): each unit vector's projection, and the length of what it leaves out; zeros for one grey."""
    _, height, width = images.shape
    block = BLOCK if height % BLOCK == 0 and width % BLOCK == 0 else 1
    parts = [np.zeros((0, height * width // block**2 + 1), np.float32)]
    for start in range(0, len(images), CHUNK):
        unit = _unit(images[start : start + CHUNK])
        shape = (len(unit), height // block, block, width // block, block)
        kept = unit.reshape(shape).sum(axis=(2, 4)).reshape(len(unit), height * width // block**2) / block
        length = (unit * unit).sum(axis=1, keepdims=True)
        rest = np.sqrt(np.maximum(length - (kept * kept).sum(axis=1, keepdims=True), 0))
        parts.append(np.concatenate([kept, rest], axis=1, dtype=np.float32))
    return np.concatenate(parts)


def _unit(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n, pixels) with mean 0 and length 1, so that a product of two is their correlation; zeros for one grey."""
    flat = images.reshape(len(images), images.shape[1] * images.shape[2]).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    # what rounding leaves of one grey is far below the least real difference, 1 grey value in 1 pixel
    return np.where(length > 0.5, flat / np.maximum(length, 0.5), np.float32(0))
