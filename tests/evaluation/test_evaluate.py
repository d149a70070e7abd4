"""An emotion network against prepared data."""

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from smartselfie.core.emotion import EMOTIONS
from smartselfie.datasets.dataset import Dataset, Split
from smartselfie.errors import DataError
from smartselfie.evaluation.evaluate import (
    COMBINED,
    Evaluation,
    Labels,
    evaluation_to_json,
    predict_split,
    score_all,
    score_predictions,
    to_card_metrics,
    write_predictions,
)
from smartselfie.inference.classifiers import OnnxClassifier
from smartselfie.testing import CARD

Draw = Callable[..., Dataset]
Make = Callable[..., bytes]


def evaluate(
    data: Dataset, split: Split, labels: Labels, network: OnnxClassifier, *, combined: bool = False
) -> Evaluation:
    return score_predictions(predict_split(data, split, network), labels, combined=combined)


@pytest.fixture
def network(tiny_network: Make) -> OnnxClassifier:
    """Its output `fer2013` calls everything happy, its output `ferplus` everything sad."""
    return OnnxClassifier(tiny_network(outputs=("fer2013", "ferplus")), "two.onnx")


def test_the_output_that_matches_the_labels_is_read(draw_data: Draw, network: OnnxClassifier):
    for labels, said in ((Labels.FER2013, 3), (Labels.FERPLUS, 4)):
        found = evaluate(draw_data(), Split.PUBLIC_TEST, labels, network)
        assert found.output == labels
        assert set(found.scores.argmax(axis=1)) == {said}
        assert found.metrics.accuracy == pytest.approx(1 / 7)


def test_a_network_with_one_output_is_read_by_it_whatever_the_labels(draw_data: Draw, tiny_network: Make):
    network = OnnxClassifier(tiny_network(outputs=("fer2013",)), "one.onnx")
    found = evaluate(draw_data(), Split.PUBLIC_TEST, Labels.FERPLUS, network)
    assert found.output == "fer2013"


def test_outputs_of_other_names_are_mixed_as_users_see_them(draw_data: Draw, tiny_network: Make):
    card = replace(CARD, outputs=("one", "two"), combined=(0.8, 0.2)).to_metadata()
    network = OnnxClassifier(tiny_network(outputs=("one", "two"), metadata=card), "odd.onnx")
    found = evaluate(draw_data(), Split.PUBLIC_TEST, Labels.FER2013, network)
    assert found.output == COMBINED
    rest = 0.1 / 6
    first, second = 0.9**0.8 * rest**0.2, rest**0.8 * 0.9**0.2
    assert found.scores[0, 3] == pytest.approx(first / (first + second + 5 * rest), abs=1e-5)


def test_what_users_see_can_be_judged_instead_of_an_output(draw_data: Draw, tiny_network: Make):
    card = replace(CARD, outputs=("fer2013", "ferplus"), combined=(0.8, 0.2)).to_metadata()
    network = OnnxClassifier(tiny_network(outputs=("fer2013", "ferplus"), metadata=card), "two.onnx")
    found = evaluate(draw_data(), Split.PUBLIC_TEST, Labels.FERPLUS, network, combined=True)
    assert found.output == COMBINED
    assert set(found.scores.argmax(axis=1)) == {3}, "the ferplus output alone would say sad"


def test_asked_once_a_network_is_judged_by_every_labeling_and_as_users_see_it(draw_data: Draw, network: OnnxClassifier):
    judged = score_all(predict_split(draw_data(), Split.PUBLIC_TEST, network))
    assert [(found.labels, found.output) for found in judged] == [
        ("fer2013", "fer2013"),
        ("fer2013", COMBINED),
        ("ferplus", "ferplus"),
        ("ferplus", COMBINED),
    ]


def test_without_votes_or_with_one_output_there_is_less_to_judge(draw_data: Draw, tiny_network: Make):
    alone = OnnxClassifier(tiny_network(), "one.onnx")
    assert [found.output for found in score_all(predict_split(draw_data(votes=False), Split.PUBLIC_TEST, alone))] == [
        "fer2013"
    ]
    assert [found.labels for found in score_all(predict_split(draw_data(), Split.PUBLIC_TEST, alone))] == [
        "fer2013",
        "ferplus",
    ]


def test_only_the_rows_of_the_split_count(draw_data: Draw, network: OnnxClassifier):
    data = draw_data(14, 7, 21)
    sizes = {split: evaluate(data, split, Labels.FER2013, network).metrics.n for split in Split}
    assert sizes == {Split.TRAINING: 14, Split.PUBLIC_TEST: 7, Split.PRIVATE_TEST: 21}


def test_rows_without_a_majority_do_not_count_by_ferplus(draw_data: Draw, network: OnnxClassifier):
    data = draw_data(7, 7)
    assert data.votes is not None
    votes = data.votes.copy()
    votes[7] = [5, 5, 0, 0, 0, 0, 0, 0, 0, 0]
    data = replace(data, votes=votes)
    assert evaluate(data, Split.PUBLIC_TEST, Labels.FERPLUS, network).metrics.n == 6
    assert evaluate(data, Split.PUBLIC_TEST, Labels.FER2013, network).metrics.n == 7


def test_a_network_that_wants_larger_faces_gets_them(draw_data: Draw, tiny_network: Make):
    card = replace(CARD, input_size=64).to_metadata()
    network = OnnxClassifier(tiny_network(metadata=card, input_shape=("n", 1, 64, 64)), "large.onnx")
    assert evaluate(draw_data(), Split.PUBLIC_TEST, Labels.FER2013, network).metrics.n == 28


def test_accuracy_without_twins_leaves_out_rows_seen_in_training(draw_data: Draw, network: OnnxClassifier):
    data = draw_data(14, 7)
    pixels = data.pixels.copy()
    # the bars are what rows of one emotion share: noise alone must not make twins
    pixels[:] = np.random.default_rng(3).integers(0, 256, pixels.shape, np.uint8)
    pixels[14] = pixels[0]
    found = evaluate(replace(data, pixels=pixels), Split.PUBLIC_TEST, Labels.FER2013, network)
    assert found.metrics.accuracy == pytest.approx(1 / 7)
    assert found.accuracy_without_twins == pytest.approx(1 / 6)


def test_accuracy_without_twins_is_unknown_without_training_rows(draw_data: Draw, network: OnnxClassifier):
    assert evaluate(draw_data(0, 7), Split.PUBLIC_TEST, Labels.FER2013, network).accuracy_without_twins is None


def test_every_training_row_is_its_own_twin(draw_data: Draw, network: OnnxClassifier):
    assert evaluate(draw_data(), Split.TRAINING, Labels.FER2013, network).accuracy_without_twins is None


def test_a_split_that_is_not_there_is_refused_with_those_that_are(draw_data: Draw, network: OnnxClassifier):
    with pytest.raises(DataError, match="no PrivateTest rows") as refused:
        evaluate(draw_data(), Split.PRIVATE_TEST, Labels.FER2013, network)
    assert refused.value.hint.endswith("the data has Training, PublicTest")


def test_ferplus_without_votes_is_refused(draw_data: Draw, network: OnnxClassifier):
    with pytest.raises(DataError, match="no FER\\+ votes"):
        evaluate(draw_data(votes=False), Split.PUBLIC_TEST, Labels.FERPLUS, network)


def test_votes_without_any_majority_are_refused(draw_data: Draw, network: OnnxClassifier):
    data = draw_data(7, 7)
    with pytest.raises(DataError, match="no row has a majority"):
        evaluate(replace(data, votes=np.ones((14, 10), np.uint8)), Split.PUBLIC_TEST, Labels.FERPLUS, network)


def test_the_line_of_json_has_the_shape_that_others_build_on(draw_data: Draw, network: OnnxClassifier):
    told = evaluation_to_json(evaluate(draw_data(), Split.PUBLIC_TEST, Labels.FER2013, network))
    assert list(told) == [
        *("split", "labels", "n", "accuracy", "accuracy_without_twins", "macro_f1", "nll", "ece"),
        *("per_class", "confusion", "smile", "model", "output", "combined"),
    ]
    assert (told["split"], told["labels"], told["n"]) == ("PublicTest", "fer2013", 28)
    per_class, confusion, smile, model = (told[name] for name in ("per_class", "confusion", "smile", "model"))
    assert isinstance(per_class, dict)
    assert list(per_class) == [emotion.value for emotion in EMOTIONS]
    assert set(per_class["happy"]) == {"precision", "recall", "f1", "n"}
    assert isinstance(confusion, list)
    assert [row[3] for row in confusion] == [4] * 7
    assert isinstance(smile, dict)
    assert set(smile) == {"auc", "precision", "recall", "f1"}
    assert model == {"name": "tiny", "parameters": 0, "bytes": network.size}


def test_the_cards_metrics_are_named_after_split_and_labels(draw_data: Draw, network: OnnxClassifier):
    told = to_card_metrics(evaluate(draw_data(0, 7), Split.PUBLIC_TEST, Labels.FERPLUS, network))
    assert told["PublicTest/ferplus/n"] == 7
    assert told["PublicTest/ferplus/accuracy"] == pytest.approx(1 / 7, abs=1e-6)
    assert "PublicTest/ferplus/accuracy_without_twins" not in told
    assert (told["PublicTest/ferplus/sad/recall"], told["PublicTest/ferplus/happy/recall"]) == (1, 0)


def test_the_cards_metrics_of_what_users_see_have_names_of_their_own(draw_data: Draw, network: OnnxClassifier):
    told = to_card_metrics(evaluate(draw_data(), Split.PUBLIC_TEST, Labels.FERPLUS, network, combined=True))
    assert all(name.startswith(("PublicTest/ferplus/combined/", "PublicTest/ferplus/reading/")) for name in told)


def test_predictions_have_a_line_a_row_with_label_and_seven_scores(
    draw_data: Draw, network: OnnxClassifier, tmp_path: Path
):
    data = draw_data(7, 7)
    assert data.votes is not None
    votes = data.votes.copy()
    votes[8] = 0
    found = evaluate(replace(data, votes=votes), Split.PUBLIC_TEST, Labels.FERPLUS, network)
    write_predictions(tmp_path / "said.csv", found)
    with (tmp_path / "said.csv").open(newline="") as file:
        header, *lines = csv.reader(file)
    assert header == ["row", "label", *EMOTIONS]
    assert [line[0] for line in lines] == [str(row) for row in range(7)]
    assert [line[1] for line in lines[:3]] == ["angry", "", "fear"]
    assert [float(score) for score in lines[0][2:]] == pytest.approx([0.1 / 6] * 4 + [0.9] + [0.1 / 6] * 2, abs=1e-5)
    assert [file.name for file in tmp_path.iterdir()] == ["said.csv"]


def test_a_place_for_predictions_that_cannot_be_written_is_named(
    draw_data: Draw, network: OnnxClassifier, tmp_path: Path
):
    found = evaluate(draw_data(), Split.PUBLIC_TEST, Labels.FER2013, network)
    (tmp_path / "file").write_text("in the folder's place")
    with pytest.raises(DataError, match="cannot be written"):
        write_predictions(tmp_path / "file" / "said.csv", found)
