"""Twins across the splits."""

import numpy as np
import pytest

from smartselfie.datasets import duplicates as room
from smartselfie.datasets.duplicates import find_twins


def noise(n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(20, 200, (n, 48, 48), np.uint8)


def test_the_same_picture_is_a_twin_and_another_is_not():
    training = noise(20, 0)
    assert find_twins(np.concatenate([training[7:8], noise(3, 1)]), training).tolist() == [True, False, False, False]


def test_a_brighter_picture_with_more_contrast_is_a_twin_and_a_mirrored_one_is_not():
    training = noise(5, 0)
    brighter = (training[2].astype(np.float32) * 1.2 + 10).clip(0, 255).astype(np.uint8)
    assert find_twins(np.stack([brighter, training[2, :, ::-1]]), training).tolist() == [True, False]


def test_a_negative_is_not_a_twin():
    training = noise(2, 0)
    assert find_twins(255 - training, training).tolist() == [False, False]


@pytest.mark.parametrize(("share", "twin"), [(0.05, True), (0.2, False)])
def test_the_bound_is_a_correlation_of_ninety_nine_hundredths(share: float, twin: bool):
    training = noise(1, 0)
    blended = (training * (1 - share) + noise(1, 1) * share).round().astype(np.uint8)
    correlation = np.corrcoef(training.ravel(), blended.ravel())[0, 1]
    assert (correlation > 0.99) is np.bool_(twin)
    assert find_twins(blended, training).tolist() == [twin]


def test_pictures_of_one_grey_have_no_twins():
    grey = np.stack([np.full((48, 48), value, np.uint8) for value in (0, 1, 90, 255)])
    assert not find_twins(grey, grey).any()
    assert not find_twins(grey, noise(3, 0)).any()


def test_a_picture_with_one_odd_pixel_is_its_own_twin():
    picture = np.full((1, 48, 48), 90, np.uint8)
    picture[0, 3, 3] = 91
    assert find_twins(picture, picture).tolist() == [True]


def test_no_rows_on_either_side_have_no_twins():
    assert find_twins(noise(0, 0), noise(3, 0)).shape == (0,)
    assert find_twins(noise(3, 0), noise(0, 0)).tolist() == [False] * 3


def test_twins_are_found_across_all_chunks():
    training = noise(2 * room.CHUNK + 5, 0)
    assert find_twins(training[[0, room.CHUNK, 2 * room.CHUNK + 4]], training).all()
    rows = np.concatenate([noise(2 * room.CHUNK + 3, 5), training[:1]])
    assert find_twins(rows, training[:10]).nonzero()[0].tolist() == [2 * room.CHUNK + 3]
