"""What a network's scores are worth against labels: pure arithmetic on arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smartselfie.core.emotion import EMOTIONS, LEAST_SCORE, Emotion, pool

BINS = 15

SMILE = 0.5

Scores = NDArray[np.float64]
Labels = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Hits:
    """How well one class is told from the rest.

    Attributes:
        precision: the share of right answers among those that said the class; 0 where none did.
        recall: the share of the class's rows that were found; 0 where it has no rows.
        f1: the harmonic mean of both; 0 where both are 0.
        n: rows of the class.
    """

    precision: float
    recall: float
    f1: float
    n: int


@dataclass(frozen=True, slots=True)
class Smile:
    """Happy against the rest: `auc` looks at the score alone (None where one side has no rows), `hits` at 0.5."""

    auc: float | None
    hits: Hits


@dataclass(frozen=True, slots=True, eq=False)
class Metrics:
    """All of it, in shares from 0 to 1.

    Attributes:
        n: rows.
        accuracy: the share of rows whose highest score is the label's (of equals, the first in FER-2013's order).
        macro_f1: the mean F1 of the classes that occur among labels or answers.
        nll: the mean negative logarithm of the label's score, in nats.
        ece: the expected calibration error (Guo et al. 2017): 15 equal-width bins over the highest score.
        per_class: each class against the rest.
        confusion: (7, 7) rows; true down, said across, in FER-2013's order.
        smile: happy against the rest.
    """

    n: int
    accuracy: float
    macro_f1: float
    nll: float
    ece: float
    per_class: dict[Emotion, Hits]
    confusion: NDArray[np.int64]
    smile: Smile


def measure(scores: Scores, labels: Labels) -> Metrics:
    """Everything that is to be known of scores (n, 7) against labels (n,), indices into `EMOTIONS`; n at least 1."""
    if not len(labels):
        raise ValueError("there is nothing to measure")
    said = scores.argmax(axis=1)
    table = confusion_matrix(said, labels)
    per_class = {emotion: _hits(said == place, labels == place) for place, emotion in enumerate(EMOTIONS)}
    occurring = (table.sum(axis=0) + table.sum(axis=1)) > 0
    happy = EMOTIONS.index(Emotion.HAPPY)
    smiling = labels == happy
    return Metrics(
        n=len(labels),
        accuracy=float((said == labels).mean()),
        macro_f1=float(
            np.mean([hits.f1 for hits, occurs in zip(per_class.values(), occurring, strict=True) if occurs])
        ),
        nll=float(-np.log(np.maximum(scores[np.arange(len(labels)), labels], LEAST_SCORE)).mean()),
        ece=calibration_error(scores.max(axis=1), said == labels),
        per_class=per_class,
        confusion=table,
        smile=Smile(auc(scores[:, happy], smiling), _hits(scores[:, happy] >= SMILE, smiling)),
    )


def confusion_matrix(said: Labels, labels: Labels) -> NDArray[np.int64]:
    """(7, 7) counts: true down, said across."""
    size = len(EMOTIONS)
    return np.bincount(labels * size + said, minlength=size * size).reshape(size, size)


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows whose highest score lies in one of the 15 equal-width bins: how many, their mean score, how many are right.

    Both means are None for an empty bin.
    """

    n: int
    confidence: float | None
    accuracy: float | None


def reliability_bins(confidence: Scores, right: Flags) -> list[Bin]:
    """The 15 bins of a reliability diagram, from the least confidence to the greatest."""
    # a bin holds its upper edge, so that 1 lies in the last
    bins = np.clip(np.ceil(confidence * BINS).astype(np.int64) - 1, 0, BINS - 1)
    rows = np.bincount(bins, minlength=BINS)
    sums = (np.bincount(bins, weights=values, minlength=BINS) for values in (confidence, right))
    return [
        Bin(int(n), float(sure) / n, float(hits) / n) if n else Bin(0, None, None)
        for n, sure, hits in zip(rows, *sums, strict=True)
    ]


def calibration_error(confidence: Scores, right: Flags) -> float:
    """The mean gap between confidence and accuracy over 15 equal-width bins, weighted by their rows."""
    gaps = [
        each.n * abs(each.confidence - each.accuracy)
        for each in reliability_bins(confidence, right)
        if each.confidence is not None and each.accuracy is not None
    ]
    return sum(gaps) / len(confidence)


def roc_curve(score: Scores, positive: Flags) -> tuple[Scores, Scores]:
    """The curve that `auc` is the area under: the shares of negatives and of positives at or above each threshold.

    Returns:
        Two arrays of the same length, both from 0 to 1, one point for each score that occurs; of all zeros and ones
        where one side has no rows.
    """
    order = np.argsort(-score, kind="stable")
    last = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)
    hits, alarms = np.cumsum(positive[order])[last], np.cumsum(~positive[order])[last]
    most_hits, most_alarms = max(int(hits[-1]), 1), max(int(alarms[-1]), 1)
    return np.append(0.0, alarms / most_alarms), np.append(0.0, hits / most_hits)


def auc(score: Scores, positive: Flags) -> float | None:
    """The chance that a positive row has a higher score than a negative one, ties counting half (Mann-Whitney)."""
    positives, negatives = int(positive.sum()), int((~positive).sum())
    if not positives or not negatives:
        return None
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2)[inverse]
    wins = ranks[positive].sum() - positives * (positives + 1) / 2
    return float(wins / (positives * negatives))


def _hits(said: Flags, true: Flags) -> Hits:
    both, answers, rows = int((said & true).sum()), int(said.sum()), int(true.sum())
    return Hits(
        precision=both / answers if answers else 0.0,
        recall=both / rows if rows else 0.0,
        f1=2 * both / (answers + rows) if answers + rows else 0.0,
        n=rows,
    )


# Scores are never raised to more than this power, nor to less than one over it.
WIDEST = 8.0

# Each step keeps two thirds of the range, so that these leave less than a billionth of it.
STEPS = 60


def apply_temperature(scores: NDArray[np.float64], power: float) -> NDArray[np.float64]:
    """Scores (n, 7) raised to a power and summing to 1 again; the order of the seven stays as it is."""
    return pool([(scores, power)])


def fit_temperature(scores: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """The power, one over Guo's temperature, at which the labels are likeliest.

    The likelihood has a single hill over the power, which a ternary search climbs; of equals the milder power is taken.

    Args:
        scores: (n, 7), n at least 1.
        labels: (n,) indices into the seven.
    """
    low, high = 1 / WIDEST, WIDEST
    for _ in range(STEPS):
        third = (high - low) / 3
        if _cost(scores, labels, low + third) <= _cost(scores, labels, high - third):
            high -= third
        else:
            low += third
    return (low + high) / 2


def _cost(scores: NDArray[np.float64], labels: NDArray[np.int64], power: float) -> float:
    """The mean negative logarithm of the label's score, in nats."""
    return float(
        -np.log(np.maximum(apply_temperature(scores, power)[np.arange(len(labels)), labels], LEAST_SCORE)).mean()
    )
