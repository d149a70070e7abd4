"""The figures, against cases that can be reckoned by hand; how sharp scores must be for confidence to be right."""

import numpy as np
import pytest

from smartselfie.core.emotion import EMOTIONS, Emotion
from smartselfie.evaluation.metrics import (
    WIDEST,
    apply_temperature,
    auc,
    calibration_error,
    confusion_matrix,
    fit_temperature,
    measure,
    reliability_bins,
    roc_curve,
)

HAPPY, SAD, NEUTRAL = (EMOTIONS.index(emotion) for emotion in (Emotion.HAPPY, Emotion.SAD, Emotion.NEUTRAL))


def certain(*said: int, score: float = 0.94) -> np.ndarray:
    scores = np.full((len(said), 7), (1 - score) / 6)
    scores[np.arange(len(said)), list(said)] = score
    return scores


def labels(*true: int) -> np.ndarray:
    return np.array(true, np.int64)


def test_accuracy_is_the_share_of_highest_scores_that_are_right():
    assert measure(certain(HAPPY, SAD, SAD, NEUTRAL), labels(HAPPY, SAD, HAPPY, NEUTRAL)).accuracy == 0.75


def test_of_equal_scores_the_first_in_order_is_the_answer():
    assert measure(np.full((1, 7), 1 / 7), labels(0)).accuracy == 1
    assert measure(np.full((1, 7), 1 / 7), labels(1)).accuracy == 0


def test_confusion_has_true_down_and_said_across():
    table = confusion_matrix(labels(SAD, SAD), labels(HAPPY, SAD))
    assert table[HAPPY, SAD] == 1
    assert table[SAD, HAPPY] == 0
    assert table[SAD, SAD] == 1
    assert table.shape == (7, 7)
    assert table.sum() == 2


def test_each_class_has_precision_recall_and_f1():
    found = measure(certain(HAPPY, HAPPY, HAPPY, SAD), labels(HAPPY, SAD, SAD, SAD)).per_class
    assert found[Emotion.HAPPY].precision == pytest.approx(1 / 3)
    assert found[Emotion.HAPPY].recall == 1
    assert found[Emotion.HAPPY].f1 == pytest.approx(0.5)
    assert found[Emotion.SAD].precision == 1
    assert found[Emotion.SAD].recall == pytest.approx(1 / 3)
    assert found[Emotion.SAD].n == 3
    assert list(found) == list(EMOTIONS)


def test_a_class_that_never_occurs_has_zeros_and_does_not_weigh_in_macro_f1():
    found = measure(certain(HAPPY, SAD), labels(HAPPY, SAD))
    fear = found.per_class[Emotion.FEAR]
    assert (fear.precision, fear.recall, fear.f1, fear.n) == (0, 0, 0, 0)
    assert found.macro_f1 == 1


def test_a_class_that_is_said_but_never_true_weighs_in_macro_f1():
    assert measure(certain(HAPPY, SAD), labels(HAPPY, HAPPY)).macro_f1 == pytest.approx((2 / 3 + 0) / 2)


def test_likelihood_is_the_mean_negative_logarithm_of_the_labels_score():
    found = measure(certain(HAPPY, SAD, score=0.4), labels(HAPPY, NEUTRAL))
    assert found.nll == pytest.approx(-(np.log(0.4) + np.log(0.1)) / 2)


def test_a_score_of_zero_does_not_make_the_likelihood_infinite():
    assert measure(certain(HAPPY, score=1.0), labels(SAD)).nll == pytest.approx(-np.log(1e-12))


def test_calibration_error_weighs_each_bins_gap_by_its_rows():
    confidence = np.array([0.95, 0.95, 0.95, 0.45])
    right = np.array([True, True, False, True])
    assert calibration_error(confidence, right) == pytest.approx(0.75 * (0.95 - 2 / 3) + 0.25 * (1 - 0.45))


def test_perfect_confidence_that_is_right_has_no_calibration_error():
    assert calibration_error(np.ones(3), np.ones(3, bool)) == 0
    assert calibration_error(np.ones(4), np.array([True, True, False, False])) == pytest.approx(0.5)


def test_a_bins_upper_edge_belongs_to_it():
    # 1/3 is the edge of the fifth and sixth of 15 bins; 0.32 lies in the fifth with it, and their gaps cancel
    gap = calibration_error(np.array([1 / 3, 0.32]), np.array([True, False]))
    assert gap == pytest.approx(abs((1 / 3 - 1) + 0.32) / 2)


def test_auc_is_one_for_perfect_order_zero_for_the_reverse_and_half_for_ties():
    positive = np.array([True, True, False, False])
    assert auc(np.array([0.9, 0.8, 0.2, 0.1]), positive) == 1
    assert auc(np.array([0.1, 0.2, 0.8, 0.9]), positive) == 0
    assert auc(np.full(4, 0.5), positive) == 0.5


def test_auc_counts_pairs_as_by_hand_and_ties_half():
    random = np.random.default_rng(0)
    score = random.integers(0, 10, 200) / 10
    positive = random.random(200) < 0.3
    pairs = [(high > low) + (high == low) / 2 for high in score[positive] for low in score[~positive]]
    assert auc(score, positive) == pytest.approx(np.mean(pairs))


def test_auc_is_unknown_where_one_side_is_missing():
    assert auc(np.array([0.1, 0.9]), np.array([True, True])) is None
    assert measure(certain(SAD), labels(SAD)).smile.auc is None


def test_a_smile_is_a_happy_score_of_a_half_or_more_whatever_is_highest():
    scores = np.zeros((4, 7))
    scores[:, SAD] = [0.5, 0.6, 0.45, 0.1]
    scores[:, HAPPY] = [0.5, 0.4, 0.55, 0.9]
    smile = measure(scores, labels(HAPPY, HAPPY, HAPPY, SAD)).smile
    assert smile.hits.precision == pytest.approx(2 / 3)
    assert smile.hits.recall == pytest.approx(2 / 3)
    assert smile.hits.n == 3
    assert smile.auc == 0


def test_nothing_cannot_be_measured():
    with pytest.raises(ValueError, match="nothing to measure"):
        measure(np.zeros((0, 7)), labels())


def test_the_curve_of_the_roc_has_the_area_of_the_auc_with_ties_and_without():
    random = np.random.default_rng(5)
    for score in (random.random(200), random.integers(0, 6, 200) / 6):
        positive = random.random(200) < 0.2 + 0.6 * score
        alarms, hits = roc_curve(score, positive)
        assert (alarms[0], hits[0], alarms[-1], hits[-1]) == (0, 0, 1, 1)
        area = (np.diff(alarms) * (hits[1:] + hits[:-1]) / 2).sum()
        assert area == pytest.approx(auc(score, positive))


def test_the_bins_of_a_reliability_diagram_hold_their_upper_edge():
    bins = reliability_bins(np.array([0.2, 0.2, 1.0, 0.97]), np.array([True, False, True, True]))
    assert [(place, each.n) for place, each in enumerate(bins) if each.n] == [(2, 2), (14, 2)]
    assert (bins[2].confidence, bins[2].accuracy) == (pytest.approx(0.2), 0.5)
    assert (bins[0].confidence, bins[0].accuracy) == (None, None)


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
