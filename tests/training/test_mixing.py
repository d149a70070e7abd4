"""Faces put together of two."""

import numpy as np

from smartselfie.training.mixing import JOINED, ROUNDS, mixed_faces

RANDOM = np.random.default_rng(5)
# plain faces, each with a shade of its own in its middle
SHADES = RANDOM.integers(60, 200, 400).astype(np.uint8)
FACES = np.broadcast_to(SHADES[:, None, None], (400, 48, 48)).copy()


def test_each_face_is_mixed_in_every_round_and_a_seed_repeats_it() -> None:
    mixed = mixed_faces(FACES, seed=3)
    assert mixed.shape == (ROUNDS * 400, 48, 48)
    assert np.array_equal(mixed, mixed_faces(FACES, seed=3))
    assert not np.array_equal(mixed, mixed_faces(FACES, seed=4))
    assert mixed_faces(FACES[:0]).shape == (0, 48, 48)


def test_some_have_the_brow_of_one_and_the_mouth_of_another_and_some_are_blends() -> None:
    mixed = mixed_faces(FACES).astype(int)
    brow, chin, own = mixed[:, :8].mean((1, 2)), mixed[:, -6:].mean((1, 2)), np.tile(SHADES, ROUNDS).astype(int)
    joined = np.abs(brow - own) <= 1
    assert abs(joined.mean() - JOINED) < 0.07
    assert (np.abs(chin - own)[joined] > 3).mean() > 0.8, "below is somebody else"
    assert np.abs(mixed - mixed[:, :1, :1])[~joined].max() <= 1, "two plain faces blend into a plain one"


def test_a_partner_comes_halfway_in_light_and_may_be_its_mirror_image() -> None:
    dark, bright = np.full((1, 48, 48), 20, np.uint8), np.full((1, 48, 48), 220, np.uint8)
    mixed = mixed_faces(np.concatenate([dark, bright] * 40)).astype(int)
    assert mixed[:, -1].min() >= 20
    assert np.isin(mixed[:, -1, 0], (20, 120, 220)).mean() > JOINED - 0.2
    ramp = np.broadcast_to(np.arange(48, dtype=np.uint8) * 5, (64, 48, 48))
    slopes = mixed_faces(ramp)[:, -1].astype(int)
    ways = np.sign(slopes[:, 40] - slopes[:, 8])
    assert (ways > 0).any(), "as it is"
    assert (ways < 0).any(), "mirrored"
