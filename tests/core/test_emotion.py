"""One order of the labels, scores that cannot be nonsense, and several opinions made one."""

import numpy as np
import pytest

from smartselfie.core.emotion import EMOTIONS, Emotion, Emotions, apply_balance, pool
from smartselfie.datasets import ferplus
from smartselfie.serialize import CSV_COLUMNS
from smartselfie.testing import CARD

ORDER = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")


def test_the_order_is_fer2013s_everywhere() -> None:
    assert tuple(Emotion) == ORDER
    assert EMOTIONS == ORDER
    assert tuple(Emotions([1, 0, 0, 0, 0, 0, 0])) == ORDER
    assert CSV_COLUMNS[10:17] == ORDER
    assert CARD.labels == ORDER


def test_ferplus_columns_are_brought_into_that_order() -> None:
    spoken = {"anger": "angry", "happiness": "happy", "sadness": "sad"}
    named = tuple(ferplus.COLUMNS[column] for column in ferplus.SEVEN)
    assert tuple(spoken.get(name, name) for name in named) == ORDER


def test_scores_read_like_a_dictionary() -> None:
    emotions = Emotions([0.1, 0.0, 0.0, 0.6, 0.1, 0.1, 0.1])
    assert emotions["happy"] == emotions[Emotion.HAPPY] == 0.6
    assert emotions.top is Emotion.HAPPY
    assert dict(emotions)["neutral"] == 0.1
    with pytest.raises(KeyError):
        emotions["contempt"]


def test_of_equal_scores_the_first_is_on_top() -> None:
    assert Emotions([0.5, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0]).top is Emotion.ANGRY


@pytest.mark.parametrize("values", [[1.0], [0.5] * 7, [-0.1, 1.1, 0, 0, 0, 0, 0], [float("nan")] * 7])
def test_scores_that_are_no_distribution_are_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="scores"):
        Emotions(values)


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


def test_a_balance_multiplies_the_odds_of_the_six_and_leaves_happy() -> None:
    balanced = apply_balance(ONE, [1.0, 0, 0, 5.0, 0, 0, 0])
    odds = (balanced[:, 0] / balanced[:, 1]) / (ONE[:, 0] / ONE[:, 1])
    assert odds == pytest.approx(np.full(len(ONE), np.e))
    assert np.array_equal(balanced[:, 3], ONE[:, 3])
    assert balanced.sum(axis=1) == pytest.approx(np.ones(len(ONE)))
    assert apply_balance(ONE, [0.0] * 7) == pytest.approx(ONE)
    assert np.array_equal(apply_balance(ONE, ()), ONE)


def test_a_balance_stays_finite_where_nothing_is_left_to_share() -> None:
    certain = np.eye(7)[[3, 0]]
    assert apply_balance(certain, [1.0] * 7) == pytest.approx(certain, abs=1e-9)
    assert apply_balance(np.zeros((0, 7)), [1.0] * 7).shape == (0, 7)
