"""What every EmotionClassifier must do, shown on each of them."""

from collections.abc import Callable

import numpy as np
import pytest

from smartselfie.core.emotion import EMOTIONS, Emotion
from smartselfie.inference.classifiers import BATCH, OnnxClassifier
from smartselfie.ports import EmotionClassifier
from smartselfie.testing import ScriptedClassifier, scores


@pytest.fixture(params=["onnx", "scripted"])
def classifier(request: pytest.FixtureRequest) -> EmotionClassifier:
    if request.param == "scripted":
        return ScriptedClassifier([scores(Emotion.HAPPY)])
    make: Callable[..., bytes] = request.getfixturevalue("tiny_network")
    return OnnxClassifier(make(), "tiny.onnx")


def crops(n: int, side: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (n, side, side), np.uint8)


@pytest.mark.parametrize("n", [0, 1, 2, BATCH, 2 * BATCH + 1])
def test_every_crop_gets_its_scores(classifier: EmotionClassifier, n: int):
    assert len(classifier.classify(crops(n, classifier.card.input_size))) == n


def test_scores_are_of_the_seven_emotions_in_order_and_sum_to_one(classifier: EmotionClassifier):
    (read,) = classifier.classify(crops(1, classifier.card.input_size))
    assert list(read) == list(EMOTIONS)
    assert sum(read.values()) == pytest.approx(1)
    assert read.top is Emotion.HAPPY


def test_a_card_says_what_it_is(classifier: EmotionClassifier):
    card = classifier.card
    assert card.labels == tuple(EMOTIONS)
    assert len(card.outputs) == len(card.combined)
    assert sum(card.combined) == pytest.approx(1)


def test_the_crops_are_left_as_they_were(classifier: EmotionClassifier):
    given = crops(3, classifier.card.input_size)
    before = given.copy()
    classifier.classify(given)
    assert (given == before).all()
