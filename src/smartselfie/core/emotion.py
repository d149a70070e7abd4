"""The seven emotions, in FER-2013's order, and the scores that a face gets for them."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray


class Emotion(StrEnum):
    """One of the seven classes of FER-2013 (Goodfellow et al. 2013), in its order.

    This order stands in every array, file and network of the project. What people read on a screen may be translated.
    """

    ANGRY = "angry"
    DISGUST = "disgust"
    FEAR = "fear"
    HAPPY = "happy"
    SAD = "sad"
    SURPRISE = "surprise"
    NEUTRAL = "neutral"


EMOTIONS: tuple[Emotion, ...] = tuple(Emotion)

# Its place among the seven.
HAPPY = EMOTIONS.index(Emotion.HAPPY)


class Emotions(dict[str, float]):
    """The scores of all seven emotions on one face: each from 0 to 1, together 1.

    A dictionary (`emotions["happy"]`, in FER-2013's order) that never changes, so that `dataclasses.asdict`, `json` and
    tables take it as one.
    """

    __slots__ = ()

    def __init__(self, scores: Iterable[float] | Iterable[tuple[str, float]]) -> None:
        """Take seven scores in FER-2013's order, or seven pairs of a name and a score, as `items` gives them.

        Raises:
            ValueError: there are not seven, one is outside 0…1, or they do not sum to 1 (within 0.001).
        """
        given: list[Any] = list(scores)
        named = bool(given) and isinstance(given[0], tuple)
        values = [float(score) for score in (map(dict(given).__getitem__, EMOTIONS) if named else given)]
        if len(values) != len(EMOTIONS):
            raise ValueError(f"seven scores are needed, got {len(values)}")
        if not all(0.0 <= value <= 1.0 + 1e-6 for value in values) or abs(sum(values) - 1.0) > 1e-3:
            raise ValueError(f"scores must be from 0 to 1 and sum to 1, got {tuple(values)}")
        super().__init__((emotion.value, value) for emotion, value in zip(EMOTIONS, values, strict=True))

    @property
    def top(self) -> Emotion:
        """The emotion with the highest score; of equals, the first in FER-2013's order."""
        return Emotion(max(self, key=self.__getitem__))

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self.values()))

    def __reduce__(self) -> tuple[type["Emotions"], tuple[tuple[float, ...]]]:
        return Emotions, (tuple(self.values()),)

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={score:.3f}" for name, score in self.items())
        return f"Emotions({inside})"

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("scores do not change")

    __setitem__ = __delitem__ = __ior__ = update = pop = popitem = clear = setdefault = _refuse


# Scores below it count as this much in a logarithm, which would otherwise be infinite.
LEAST_SCORE = 1e-12


def pool(opinions: Sequence[tuple[NDArray[np.floating[Any]], float]]) -> NDArray[np.float64]:
    """The product of scores, each raised to its power, scaled to sum to 1 (Genest and Zidek 1986).

    With one opinion this is temperature scaling: the power is one over Guo's temperature (Guo et al. 2017).

    Args:
        opinions: scores (n, 7) and their power, at least one.

    Returns:
        (n, 7), each row summing to 1.
    """
    parts = [power * np.log(np.maximum(scores.astype(np.float64), LEAST_SCORE)) for scores, power in opinions]
    logs = np.sum(parts, axis=0)
    raised = np.exp(logs - logs.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def apply_balance(scores: NDArray[np.float64], balance: Sequence[float]) -> NDArray[np.float64]:
    """Scores whose score of happy stays, while the other six share the rest anew (logit adjustment, Menon et al. 2021).

    So what was rare in training is not passed over, and a smile is as sure as it was.

    Args:
        scores: (n, 7), each row summing to 1.
        balance: seven numbers that are added to the logarithms of the scores; happy's counts for nothing. None of them
            leaves the scores as they are.

    Returns:
        (n, 7), each row summing to 1.
    """
    if not len(balance):
        return scores
    happy = np.arange(len(EMOTIONS)) == HAPPY
    odds = np.where(happy, 0.0, np.maximum(scores, LEAST_SCORE) * np.exp(np.asarray(balance, np.float64)))
    return np.where(happy, scores, (1 - scores[:, happy]) * odds / odds.sum(axis=1, keepdims=True))
