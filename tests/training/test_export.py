"""A run as one ONNX file that carries its card."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from smartselfie.classifiers.onnx import OnnxClassifier
from smartselfie.data.dataset import Dataset
from smartselfie.errors import DataError, RunError

if "CI" not in os.environ:
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install '.[train]'")

from smartselfie.training.export import export
from smartselfie.training.loop import Trainer
from smartselfie.training.progress import Watcher
from smartselfie.training.recipe import Recipe
from smartselfie.training.run import NAME

Train = Callable[..., Trainer]
Draw = Callable[..., Dataset]
FACES = np.random.default_rng(0).integers(0, 256, (5, 48, 48), np.uint8)


@pytest.fixture
def trained(make_trainer: Train, small: Recipe) -> Trainer:
    """A run of one epoch with two heads."""
    trainer = make_trainer(recipe=replace(small, epochs=1))
    trainer.train(Watcher())
    return trainer


def test_the_file_carries_its_card_and_says_what_the_network_says(trained: Trainer, tmp_path: Path) -> None:
    written = export(trained.run, tmp_path / "mine.onnx", name="mine")
    network = OnnxClassifier.from_file(tmp_path / "mine.onnx")
    assert network.card == written.card
    assert (network.card.name, network.card.outputs) == ("mine", ("fer2013", "ferplus"))
    assert network.card.parameters == sum(weight.numel() for weight in trained.network.parameters())
    assert written.size == (tmp_path / "mine.onnx").stat().st_size
    assert written.difference < 1e-4
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["mine.card.json", "mine.onnx"]
    for scores in network.outputs(FACES).values():
        assert scores.shape == (5, 7)
        assert scores.sum(axis=1) == pytest.approx(np.ones(5), abs=1e-5)


def test_mirrored_is_the_mean_over_the_face_and_its_mirror_image(trained: Trainer, tmp_path: Path) -> None:
    export(trained.run, tmp_path / "plain.onnx")
    export(trained.run, tmp_path / "mirrored.onnx", mirrored=True)
    plain = OnnxClassifier.from_file(tmp_path / "plain.onnx")
    mirrored = OnnxClassifier.from_file(tmp_path / "mirrored.onnx")
    flipped = np.ascontiguousarray(FACES[:, :, ::-1])
    one, other, both = plain.outputs(FACES), plain.outputs(flipped), mirrored.outputs(FACES)
    for name in both:
        assert both[name] == pytest.approx((one[name] + other[name]) / 2, abs=1e-5)
    assert "mirror image" in mirrored.card.origin


def test_with_data_the_card_says_what_the_network_is_worth(trained: Trainer, tmp_path: Path, draw_data: Draw) -> None:
    metrics = export(trained.run, tmp_path / "mine.onnx", data=draw_data()).card.metrics
    assert metrics["PublicTest/fer2013/n"] == metrics["PublicTest/ferplus/n"] == 28
    assert 0 <= metrics["PublicTest/fer2013/accuracy"] <= 1


def test_without_votes_there_is_one_output(make_trainer: Train, draw_data: Draw, small: Recipe, tmp_path: Path) -> None:
    trainer = make_trainer(draw_data(votes=False), recipe=replace(small, epochs=1))
    trainer.train(Watcher())
    card = export(trainer.run, tmp_path / "mine.onnx").card
    assert (card.outputs, card.reading) == (("fer2013",), (1.0,))


def test_what_cannot_be_exported_is_refused_and_leaves_no_file(
    trained: Trainer, tmp_path: Path, draw_data: Draw
) -> None:
    out = tmp_path / "mine.onnx"
    with pytest.raises(RunError, match="holds no checkpoint"):
        export(tmp_path / "none", out)
    with pytest.raises(DataError):
        export(trained.run, out, data=draw_data(public=0))
    (trained.run / NAME).write_bytes(b"broken")
    with pytest.raises(RunError, match="damaged"):
        export(trained.run, out)
    assert not out.exists()


def test_a_place_that_cannot_be_written_is_named(trained: Trainer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the folder's place")
    with pytest.raises(RunError, match="cannot be written"):
        export(trained.run, tmp_path / "file" / "mine.onnx")
