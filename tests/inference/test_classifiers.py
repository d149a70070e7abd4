"""The emotion network in its file: what is read from it, and what is refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from smartselfie.core.crop import network_input
from smartselfie.core.emotion import Emotion
from smartselfie.errors import ModelError
from smartselfie.inference.card import KEY
from smartselfie.inference.classifiers import BATCH, OnnxClassifier
from smartselfie.inference.runtime import open_session
from smartselfie.testing import CARD

Make = Callable[..., bytes]
GREY = np.full((1, 48, 48), 200, np.uint8)


def test_two_outputs_are_mixed_as_the_card_says(tiny_network: Make):
    card = replace(CARD, outputs=("fer2013", "ferplus"), combined=(0.25, 0.75)).to_metadata()
    network = OnnxClassifier(tiny_network(outputs=("fer2013", "ferplus"), metadata=card), "two.onnx")
    (read,) = network.classify(GREY)
    rest = 0.1 / 6
    happy, sad = 0.9**0.25 * rest**0.75, rest**0.25 * 0.9**0.75
    assert read["happy"] == pytest.approx(happy / (happy + sad + 5 * rest), abs=1e-5)
    assert read["sad"] == pytest.approx(sad / (happy + sad + 5 * rest), abs=1e-5)


def test_the_cards_balance_shares_out_what_is_not_happy_and_changes_no_output(tiny_network: Make):
    card = replace(CARD, balance=(2.0, 0, 0, 0, 0, 0, 0)).to_metadata()
    network = OnnxClassifier(tiny_network(metadata=card), "tiny.onnx")
    plain = OnnxClassifier(tiny_network(), "plain.onnx")
    (balanced,), (as_is,) = network.classify(GREY), plain.classify(GREY)
    assert balanced["happy"] == pytest.approx(as_is["happy"])
    odds = [each["angry"] / each["sad"] for each in (balanced, as_is)]
    assert odds[0] == pytest.approx(odds[1] * np.exp(2.0), rel=1e-4)
    for name, scores in plain.outputs(GREY).items():
        assert np.array_equal(network.outputs(GREY)[name], scores)


def test_each_output_can_be_read_alone_by_its_name(tiny_network: Make):
    card = replace(CARD, outputs=("ferplus", "fer2013"), combined=(0.5, 0.5)).to_metadata()
    # the file lists its outputs in another order than the card
    network = OnnxClassifier(tiny_network(outputs=("fer2013", "ferplus"), metadata=card), "two.onnx")
    said = network.outputs(GREY)
    assert said["fer2013"].argmax() == 3
    assert said["ferplus"].argmax() == 4
    assert said["fer2013"].shape == (1, 7)


def test_pixels_reach_the_network_standardised_as_the_card_says(tiny_network: Make):
    weight = 0.001
    content = tiny_network(weight=weight)
    network = OnnxClassifier(content, "tiny.onnx")
    logits = np.full(7, np.log(0.1 / 6))
    logits[3] = np.log(0.9)
    logits[0] += weight * 48 * 48 * (200 / 255 - CARD.mean) / CARD.std
    expected = np.exp(logits) / np.exp(logits).sum()
    assert network.scores(GREY)[0] == pytest.approx(expected, abs=1e-5)


def test_many_faces_are_read_in_batches_as_one_by_one(tiny_network: Make):
    network = OnnxClassifier(tiny_network(weight=0.001), "tiny.onnx")
    crops = np.random.default_rng(1).integers(0, 256, (2 * BATCH + 3, 48, 48), np.uint8)
    alone = np.concatenate([network.scores(crop[None]) for crop in crops])
    assert network.scores(crops) == pytest.approx(alone, abs=1e-6)


def test_no_face_gives_no_scores_of_the_right_shape(tiny_network: Make):
    network = OnnxClassifier(tiny_network(), "tiny.onnx")
    nobody = np.zeros((0, 48, 48), np.uint8)
    assert network.classify(nobody) == []
    assert network.outputs(nobody)["fer2013"].shape == (0, 7)


def test_crops_of_another_size_or_type_are_a_mistake_of_the_caller(tiny_network: Make):
    network = OnnxClassifier(tiny_network(), "tiny.onnx")
    with pytest.raises(ValueError, match="48, 48"):
        network.classify(np.zeros((1, 64, 64), np.uint8))
    with pytest.raises(ValueError, match="uint8"):
        network.outputs(np.zeros((1, 48, 48), np.float32))


def test_a_network_knows_its_size_in_bytes(tiny_network: Make, tmp_path: Path):
    path = tmp_path / "tiny.onnx"
    path.write_bytes(tiny_network())
    assert OnnxClassifier.from_file(path).size == path.stat().st_size


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(ModelError, match=r"nowhere\.onnx cannot be read: No such file"):
        OnnxClassifier.from_file(tmp_path / "nowhere.onnx")


@pytest.mark.parametrize("content", [b"", b"hello", b"\x00" * 1000, b"\x08\x07"])
def test_what_is_no_network_is_refused_in_one_line(content: bytes):
    with pytest.raises(ModelError) as refused:
        OnnxClassifier(content, "odd.onnx")
    assert refused.value.message.startswith("odd.onnx is damaged, or not an ONNX model")
    assert "\n" not in refused.value.message


def test_a_truncated_network_is_refused(tiny_network: Make):
    content = tiny_network()
    with pytest.raises(ModelError, match="damaged"):
        OnnxClassifier(content[: len(content) // 2], "half.onnx")


def test_a_network_without_a_card_is_refused(tiny_network: Make):
    with pytest.raises(ModelError, match="has no model card"):
        OnnxClassifier(tiny_network(metadata={}), "bare.onnx")


def test_a_bit_that_flipped_anywhere_is_noticed(tiny_network: Make):
    content = tiny_network(weight=0.01)
    for place in np.random.default_rng(0).integers(0, len(content), 40):
        flipped = bytearray(content)
        flipped[place] ^= 4
        with pytest.raises(ModelError) as refused:
            OnnxClassifier(bytes(flipped), "odd.onnx")
        assert refused.value.message.startswith("odd.onnx")


def test_a_damaged_weight_is_told_from_a_foreign_file(tiny_network: Make):
    content = bytearray(tiny_network(weight=0.01))
    content[len(content) // 2] ^= 1
    with pytest.raises(ModelError, match="is damaged: its content does not match its checksum"):
        OnnxClassifier(bytes(content), "odd.onnx")


def test_a_network_without_a_checksum_is_refused(tiny_network: Make):
    with pytest.raises(ModelError, match="has no checksum"):
        OnnxClassifier(tiny_network(metadata={KEY: CARD.to_metadata()[KEY]}), "odd.onnx")


def test_labels_in_another_order_are_refused(tiny_network: Make):
    card = json.loads(CARD.to_metadata()[KEY])
    card["labels"] = sorted(card["labels"])
    with pytest.raises(ModelError, match="foreign labels: angry, disgust, fear, happy, neutral"):
        OnnxClassifier(tiny_network(metadata={KEY: json.dumps(card)}), "foreign.onnx")


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"input_name": "x"}, r"it takes x \(n, 1, 48, 48\) instead of faces"),
        ({"input_shape": ("n", 1, 64, 64)}, r"it takes faces \(n, 1, 64, 64\)"),
        ({"input_shape": ("n", 3, 48, 48)}, r"it takes faces \(n, 3, 48, 48\)"),
        ({"input_shape": (1, 1, 48, 48)}, r"it takes faces \(1, 1, 48, 48\)"),
        ({"given": ("scores",)}, r"it gives scores \(n, 7\) instead of fer2013"),
        ({"given": ("fer2013", "ferplus")}, r"it gives fer2013 \(n, 7\), ferplus \(n, 7\) instead of fer2013"),
        ({"classes": 8}, r"it gives fer2013 \(n, 8\)"),
        ({"logits": True}, "fer2013 does not give scores from 0 to 1 that add up to 1"),
        ({"weight": float("nan")}, "fer2013 does not give scores"),
    ],
)
def test_a_network_that_is_not_what_its_card_says_is_refused(tiny_network: Make, wrong: dict[str, object], found: str):
    with pytest.raises(ModelError, match=found):
        OnnxClassifier(tiny_network(**wrong), "odd.onnx")


def test_a_session_has_one_thread_and_only_the_processor(tiny_network: Make):
    session = open_session(tiny_network(), "tiny.onnx")
    assert session.get_providers() == ["CPUExecutionProvider"]
    options = session.get_session_options()
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (1, 1)


def test_the_same_input_is_used_in_training_and_at_run_time():
    torch = pytest.importorskip("torch", reason="needs the extra train")
    from smartselfie.core.crop import standardise

    grey = np.random.default_rng(0).integers(0, 256, (2, 48, 48), np.uint8)
    trained = standardise(torch.from_numpy(grey)[:, None].float(), 0.5, 0.25)
    assert network_input(grey, 0.5, 0.25) == pytest.approx(trained.numpy(), abs=1e-6)


def test_happy_stands_fourth_in_the_network_too(tiny_network: Make):
    (read,) = OnnxClassifier(tiny_network(), "tiny.onnx").classify(GREY)
    assert read.top is Emotion.HAPPY
