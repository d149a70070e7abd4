"""How sharp scores must be for confidence to be right."""

import numpy as np
import pytest

from smartselfie.evaluation.metrics import WIDEST, apply_temperature, calibration_error, fit_temperature


def drawn(n: int = 20_000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Scores, and labels that are drawn with exactly these chances."""
    random = np.random.default_rng(seed)
    scores = random.dirichlet(np.full(7, 0.4), n)
    labels = (random.random(n)[:, None] > scores.cumsum(axis=1)).sum(axis=1).clip(0, 6)
    return scores, labels


@pytest.mark.parametrize("power", [0.4, 1.0, 2.5])
def test_the_power_that_undoes_what_was_done_to_right_scores_is_found(power: float) -> None:
    scores, labels = drawn()
    assert fit_temperature(apply_temperature(scores, 1 / power), labels) == pytest.approx(power, rel=0.05)


def test_confidence_is_right_afterwards() -> None:
    scores, labels = drawn()
    timid = apply_temperature(scores, 0.5)
    mended = apply_temperature(timid, fit_temperature(timid, labels))
    before, after = (calibration_error(each.max(axis=1), each.argmax(axis=1) == labels) for each in (timid, mended))
    assert before > 0.1
    assert after < 0.02


def test_the_order_stays_and_scores_sum_to_1() -> None:
    scores, _ = drawn(50)
    for power in (0.2, 3.0):
        raised = apply_temperature(scores, power)
        assert (raised.argsort(axis=1) == scores.argsort(axis=1)).all()
        assert raised.sum(axis=1) == pytest.approx(np.ones(50))


def test_scores_of_exactly_0_and_1_stay_numbers() -> None:
    certain = np.eye(7)
    assert np.isfinite(apply_temperature(certain, WIDEST)).all()
    # always wrong: nothing is less sharp than the least power
    assert fit_temperature(certain, np.roll(np.arange(7), 1)) == pytest.approx(1 / WIDEST, rel=1e-6)
