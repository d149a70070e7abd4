"""What users see, chosen by one rule."""

import numpy as np
import pytest

from smartselfie.evaluation.combine import MARGIN, Combination, FaceSet, balance_for, combine, compare, mean_recall

EVEN = [np.full(7, 1 / 7)] * 2
MOSTLY_NEUTRAL = [np.array([0.05, 0.05, 0.05, 0.3, 0.05, 0.05, 0.45])] * 2


def test_a_balance_gives_back_what_was_rare_and_nothing_to_happy() -> None:
    balance = balance_for((0.5, 0.5), 1.0, MOSTLY_NEUTRAL)
    assert balance[3] == 0
    assert balance[0] - balance[6] == pytest.approx(np.log(9))
    assert balance_for((0.5, 0.5), 0.0, MOSTLY_NEUTRAL) == pytest.approx(np.zeros(7))
    assert balance_for((1.0, 0.2), 2.0, EVEN) == pytest.approx(np.zeros(7), abs=1e-12)


def test_a_set_counts_by_the_mean_recall_of_its_classes() -> None:
    scores = np.eye(7)[[6, 6, 6, 6]]
    assert mean_recall(scores, np.array([6, 6, 6, 0])) == 0.5
    # of faces that are known to be happy or not, of these two at 0.5
    smiles = np.array([[0, 0, 0, 0.6, 0, 0, 0.4], [0, 0, 0, 0.4, 0.1, 0, 0.5]])
    assert mean_recall(smiles, np.array([3, -1])) == 1.0
    assert mean_recall(smiles, np.array([-1, 3])) == 0.0


def test_the_rule_takes_the_output_and_the_balance_that_read_the_sets_best() -> None:
    random = np.random.default_rng(0)
    labels = np.repeat(np.arange(7), 30)
    # the first output sees what is there but holds all for neutral, the second guesses
    first = np.eye(7)[labels] * 0.3 + 0.05
    first[:, 6] += 0.45
    first /= first.sum(axis=1, keepdims=True)
    guesses = random.dirichlet(np.ones(7), len(labels))
    (best, values), *others = compare({"drawn": FaceSet(first, guesses, labels)}, MOSTLY_NEUTRAL)
    assert best.share > 0.5
    assert best.strength > 0
    # of those that read them as well as the best, the plainest is taken
    alike = [each for each in [(best, values), *others] if each[1]["drawn"] >= others[0][1]["drawn"] - MARGIN]
    assert (best, values) in alike
    assert all(abs(each[0].share - 0.5) >= abs(best.share - 0.5) for each in alike)
    plain = combine(FaceSet(first, guesses, labels), Combination(1.0, 0.0), MOSTLY_NEUTRAL)
    assert plain == pytest.approx(first)
