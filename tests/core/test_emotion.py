"""One order of the labels, and scores that cannot be nonsense."""

import pytest

from smartselfie.core.emotion import EMOTIONS, Emotion, Emotions
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
