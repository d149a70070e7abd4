"""Several opinions on one face made one."""

import numpy as np
import pytest

from smartselfie.core.emotion import pool

RANDOM = np.random.default_rng(0)
ONE, TWO = RANDOM.dirichlet(np.ones(7), 20), RANDOM.dirichlet(np.ones(7), 20)


def test_it_is_the_product_of_powers_scaled_to_sum_to_1() -> None:
    product = ONE**0.3 * TWO**1.2
    assert pool([(ONE, 0.3), (TWO, 1.2)]) == pytest.approx(product / product.sum(axis=1, keepdims=True))


def test_one_opinion_to_the_power_of_1_is_itself_and_order_does_not_matter() -> None:
    assert pool([(ONE, 1.0)]) == pytest.approx(ONE)
    assert pool([(ONE, 0.4), (TWO, 0.6)]) == pytest.approx(pool([(TWO, 0.6), (ONE, 0.4)]))


def test_an_opinion_without_power_does_not_count() -> None:
    assert pool([(ONE, 0.0), (TWO, 1.0)]) == pytest.approx(TWO)


def test_certain_scores_and_no_rows_stay_numbers() -> None:
    certain = np.eye(7, dtype=np.float32)
    assert pool([(certain, 8.0), (certain[::-1], 8.0)]).sum(axis=1) == pytest.approx(np.ones(7))
    assert pool([(np.zeros((0, 7)), 1.0)]).shape == (0, 7)
