"""Faces put together of two Training faces, for a pupil to learn what its teachers say of them.

What teachers say of the faces that they were trained on holds much of those faces' own labels. A pupil that is also
told about faces that nobody was trained on learns more of how the teachers see ("function matching", Beyer et al.
2022). Crops show the face always at the same place, so the brow of one and the mouth of another make a third; two
faces laid over one another (mixup, Zhang et al. 2018) make one as well.
"""

import numpy as np
from numpy.typing import NDArray

ROUNDS = 2
"""Mixed faces for each Training face."""

JOINED = 0.6
"""The share of them that have the brow of one face and the mouth of another; in the others both shine through."""

CHUNK = 1024


def mixed_faces(faces: NDArray[np.uint8], seed: int = 0) -> NDArray[np.uint8]:
    """Each face with another one, `ROUNDS` times.

    Args:
        faces: (n, size, size) grey.
        seed: decides who is mixed with whom, and how.

    Returns:
        (`ROUNDS` × n, size, size) uint8, round after round in the order of `faces`.
    """
    random = np.random.default_rng(seed)
    mixed = np.empty((ROUNDS, *faces.shape), np.uint8)
    for round_ in mixed:
        partners = random.permutation(len(faces))
        for at in range(0, len(faces), CHUNK):
            these = slice(at, at + CHUNK)
            round_[these] = _mixed(faces[these], faces[partners[these]], random)
    return mixed.reshape(-1, *faces.shape[1:])


def _mixed(upper: NDArray[np.uint8], lower: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """Each of n faces with the one at the same place of the other n."""
    count, height = upper.shape[:2]
    first, second = upper.astype(np.float32), lower.astype(np.float32)
    turned = random.random(count) < 0.5
    second[turned] = second[turned, :, ::-1]
    second = _lit_like(first, second)
    # the share of the second face, row by row: between brow and mouth it rises from none to all
    seam = random.uniform(0.42, 0.66, (count, 1)) * height
    width = random.uniform(0.03, 0.08, (count, 1)) * height
    steps = np.clip((np.arange(height) - seam) / width, -30, 30)
    share = np.reciprocal(1 + np.exp(-steps))
    blended = random.random(count) >= JOINED
    share[blended] = random.uniform(0.25, 0.75, (count, 1))[blended]
    both: NDArray[np.floating] = first + share[:, :, None] * (second - first)
    return both.round().astype(np.uint8)


def _lit_like(faces: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """The other faces with brightness and contrast halfway to those of the faces."""
    (mean, spread), (own_mean, own_spread) = _light(faces), _light(others)
    steady = (others - own_mean) / own_spread
    lit: NDArray[np.float32] = np.clip(steady * (spread + own_spread) / 2 + (mean + own_mean) / 2, 0, 255)
    return lit


def _light(faces: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Brightness and contrast, each (n, 1, 1); the contrast of a blank face is not zero."""
    return faces.mean((1, 2), keepdims=True), faces.std((1, 2), keepdims=True) + np.float32(5)
