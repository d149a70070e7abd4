"""What users see, chosen by one rule over sets of faces that differ in what they hold.

The rule looks at the mean, over the sets, of how well each is read: the mean recall of a set's classes, so that a set
which is mostly neutral does not win by calling everything neutral. Of the combinations within `MARGIN` of the best one
it takes that whose outputs count most alike, and then the weaker. What training took from the rare is given back, but
no more than that: beyond a strength of 1 recall still rises, and every other neutral face is called something else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smartselfie.core.emotion import EMOTIONS, HAPPY, apply_balance, pool
from smartselfie.datasets import ferplus
from smartselfie.datasets.dataset import Dataset, Split
from smartselfie.evaluation.metrics import SMILE, Labels, Scores

SHARES = tuple(round(0.1 * step, 1) for step in range(11))
STRENGTHS = tuple(round(0.25 * step, 2) for step in range(5))
# On sets of two hundred faces, as ours are, this is two faces: chance.
MARGIN = 0.01


@dataclass(frozen=True, slots=True)
class Combination:
    """How the two outputs are made one.

    Attributes:
        share: how much the output of 2013 counts, 0 to 1; the rest is FER+'s.
        strength: how much is given back to what was rare in training among the six that are not happy: 0 for nothing, 1
            for what would make all six equally frequent.
        sharpness: the sum of both powers.
    """

    share: float
    strength: float
    sharpness: float = 1.0

    @property
    def powers(self) -> tuple[float, float]:
        """Of the output of 2013 and of FER+'s."""
        return self.sharpness * self.share, self.sharpness * (1 - self.share)


@dataclass(frozen=True, slots=True, eq=False)
class FaceSet:
    """The scores of both outputs on some faces, and what these are.

    Attributes:
        fer2013, ferplus: (n, 7) scores.
        labels: (n,) indices into `EMOTIONS`; -1 where a face is only known not to be happy.
    """

    fer2013: Scores
    ferplus: Scores
    labels: Labels


def class_frequencies(data: Dataset) -> list[Scores] | None:
    """How frequent each class is among Training rows, (7,) each: by the labels of 2013 and by FER+'s votes.

    None where there are no Training rows, or no votes.
    """
    rows = data.of(Split.TRAINING)
    if rows.votes is None or not len(rows):
        return None
    labels = np.bincount(rows.labels, minlength=len(EMOTIONS)).astype(np.float64)
    votes = ferplus.distribution(rows.votes).sum(axis=0).astype(np.float64)
    return [np.maximum(each, 1) / np.maximum(each, 1).sum() for each in (labels, votes)]


def balance_for(powers: Sequence[float], strength: float, frequencies: Sequence[Scores]) -> Scores:
    """(7,) a balance, as `core.emotion.apply_balance` takes it: 0 in the mean, and for happy.

    Args:
        powers: of the output of 2013 and of FER+'s.
        strength: 0 for none, 1 for what makes all six equally frequent in training.
        frequencies: (7,) each, how frequent each class was in training by the labels of 2013 and by FER+'s votes.
    """
    others = np.arange(len(EMOTIONS)) != HAPPY
    common = sum(power * np.log(each) for power, each in zip(powers, frequencies, strict=True))
    shift = -strength * np.asarray(common, np.float64)
    return np.where(others, shift - shift[others].mean(), 0.0)


def combine(faces: FaceSet, combination: Combination, frequencies: Sequence[Scores]) -> Scores:
    """(n, 7) what users would see."""
    opinions = list(zip((faces.fer2013, faces.ferplus), combination.powers, strict=True))
    return apply_balance(pool(opinions), balance_for(combination.powers, combination.strength, frequencies).tolist())


def mean_recall(scores: Scores, labels: Labels) -> float:
    """Over the classes that occur; of faces that are only known to be happy or not, over these two."""
    partial = bool((labels < 0).any())
    predicted: NDArray[np.int64] = (scores[:, HAPPY] >= SMILE).astype(np.int64) if partial else scores.argmax(axis=1)
    true = (labels == HAPPY).astype(np.int64) if partial else labels
    return float(np.mean([(predicted == label)[true == label].mean() for label in np.unique(true)]))


def compare(
    sets: Mapping[str, FaceSet], frequencies: Sequence[Scores], sharpness: float = 1.0
) -> list[tuple[Combination, dict[str, float]]]:
    """Every combination of the grid with its mean recalls, the rule's choice first, the others by their mean."""
    found = []
    for share in SHARES:
        for strength in STRENGTHS:
            tried = Combination(share, strength, sharpness)
            recalls = {name: mean_recall(combine(each, tried, frequencies), each.labels) for name, each in sets.items()}
            found.append((tried, recalls))
    found.sort(key=lambda each: -np.mean(list(each[1].values())))
    least = np.mean(list(found[0][1].values())) - MARGIN
    good = [each for each in found if np.mean(list(each[1].values())) >= least]
    chosen = min(good, key=lambda each: (abs(each[0].share - 0.5), each[0].strength))
    return [chosen, *(each for each in found if each is not chosen)]
